# shellcheck shell=bash
# MIME messages for the tests of culver as reformime, makemime and mailbot. Sourced after tap.sh; the messages are
# $work/samples/NAME.

cd "$work" || exit 99
export LC_ALL=C.UTF-8
mkdir samples
for name in reformime makemime mailbot; do
	ln -s "$top_builddir/culver" "$work/$name"
done

sample() { cat >"samples/$1"; }

sample plain <<'M'
From: a@ark.example
To: b@ark.example
Subject: hello

body line
second
M
sample multipart <<'M'
From: "A, B" <a@ark.example>
To: b@ark.example
Subject: =?iso-8859-1?Q?H=F3la!?=
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary="bb"

preamble
--bb
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

H=F3la =
world
--bb
Content-Type: application/pdf; name="doc one.pdf"
Content-Disposition: attachment; filename="doc one.pdf"
Content-Transfer-Encoding: base64
Content-Id: <abc@ark.example>
Content-Description: =?utf-8?q?d=C3=A9sc?=
Content-Language: en
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==

JVBERi0xLjQKJcOkw7zDtsOfCg==
--bb--
epilogue
M
sample nested <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain

alt plain
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>café</p>
--inner--
--outer
Content-Type: message/rfc822

From: in@ark.example
Subject: inside
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary=deep

--deep

deep one
--deep
Content-Type: image/png; name=x.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--deep--
--outer--
M
sample rfc822 <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: message/rfc822

From: in@ark.example
Subject: inside

text
M
sample 8bit <<'M'
From: a@ark.example
Subject: x
Mime-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

café 中文
plain line
M
sample bare <<'M'
From: a@ark.example
Subject: x

café 中文
plain line
M
sample boundaryless <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: multipart/mixed

--x

one
--x--
M
sample unclosed <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x

one
--x

two
M
sample report <<'M'
From: MAILER-DAEMON@ark.example
To: b@ark.example
Subject: failure
Mime-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=d

--d

Your message failed.
--d
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.ark.example

Original-Recipient: rfc822; orig@ark.example
Final-Recipient: rfc822; one@ark.example
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; two@ark.example
Action: delayed
Status: 4.4.1
--d
Content-Type: message/rfc822

From: b@ark.example
Subject: orig

hi
--d--
M
sample quoted <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

caf=C3=A9 =
soft
=3D eq
plain
M
sample base64 <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

Y2Fmw6kgYXUgbGFpdApsaW5lCg==
M
sample fields <<'M'
Content-Language: en
Mime-Version: 1.0 (x)
Content-Disposition: inline; filename=foo.txt; size=3
X-A: 1
content-type: TEXT/Plain;
 format=flowed; charset="us-ascii"
X-B: 2
 folded
Content-transfer-encoding: BINARY
Received: x

abc
M
sample words <<'M'
From: =?utf-8?Q?J=C3=BCrgen?= <j@ark.example>
To: "Doe, Jane" <jane@ark.example>, bob@ark.example
Cc: carol@ark.example
Subject: =?utf-8?B?w4RwZmVs?= and
 folded
Date: Sat, 21 Nov 2026 10:00:00 +0100
Message-ID: <m1@ark.example>
References: <m0@ark.example>
X-Newsgroup: alt.x
Newsgroups: comp.lang.c

> quoted before
Hello there, this is a long line that would need to be wrapped because it is longer than seventy-six characters wide.
sig
M
sample ambiguous <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/mixed; boundary=xy

--xy

one
--xy--
--x--
M
sample names <<'M'
From: a@ark.example
Mime-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*0="long"; filename*1="name.bin"
Content-Transfer-Encoding: base64

AAEC
--x
Content-Type: text/plain
Content-Disposition: attachment; filename="../../etc/passwd"

evil
--x
Content-Type: text/plain

nameless
--x--
M
printf 'From: a@ark.example\n\nno end' | sample unended

# Boundaries, dates and the program's own name differ by nature.
blot() {
	sed -E 's/=_(vm-|culver-)?[0-9a-f_-]*[0-9a-f_]/=_B/g; s/reformime_[0-9]+_[0-9]+/=_B/g; s/=_1_[0-9_]+/=_B/g
	    s/by reformime \((maildrop|culver) [^)]*\)/by reformime/; s/^Mime-Version:1/Mime-Version: 1/
	    s/^Arrival-Date: .*/Arrival-Date: NOW/'
}
