#!/usr/bin/env bash
# culver mail reply: an automatic reply, once, to those who may get one.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

reply() { "$culver" mail reply --own me@here.test "$@"; }

message() {
	printf 'Return-Path: <joe@x.test>\n%sFrom: =?utf-8?q?J=C3=B6?= <joe@x.test>\nTo: me@here.test\n' "$1"
	printf 'Subject: =?utf-8?q?hi=0ABcc:_x@y?=\nMessage-ID: <1@x>\nReferences: <0@x>\n\nhello\n'
}
message '' >m
printf 'Dear %%{from-name},\n"%%{subject}" came. 100%%%%\n' >text
reply --text text --from 'Ich <me@here.test>' --header 'X-A: b' m >out
is "a reply is printed" "$?" 0
is "its header is that of RFC 3834" "$(grep -v '^Date\|^Message-ID\|^X-A' out | sed '/^$/,$d')" "To: joe@x.test
From: Ich <me@here.test>
Subject: Auto: hi Bcc: x@y
In-Reply-To: <1@x>
References: <0@x>
 <1@x>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: text/plain;
	charset=utf-8
Content-Transfer-Encoding: $(sed -n 's/^Content-Transfer-Encoding: //p' out)"
is "its text has the message's values, on one line" "$("$culver" mail text out 2>/dev/null | tail -2 || true; python3 -c '
import email, email.policy
print(email.message_from_binary_file(open("out", "rb"), policy=email.policy.default).get_content(), end="")' | tail -2)" \
    "$("$culver" mail text out 2>/dev/null | tail -2 || true; printf 'Dear Jö,\n"hi Bcc: x@y" came. 100%%\n')"
reply --body 'bye' --subject 'Re: %{subject}' m | grep '^Subject' >subject
is "the subject has them, too" "$(cat subject)" "Subject: Re: hi Bcc: x@y"
reply --body 'x' --with-original m >out
is "the original comes with it where it is asked for" "$(python3 -c '
import email
print([p.get_content_type() for p in email.message_from_binary_file(open("out", "rb")).walk()])')" "['multipart/mixed', 'text/plain', 'message/rfc822', 'text/plain']"
reply --body '%{nothing}' m >out 2>err
is "an unknown substitution is refused" "$?-$(wc -c <out)" 64-0

while read -r guard field; do
	message "$field"$'\n' | reply --body x >out 2>err
	is "no reply: $field" "$?-$(wc -c <out)-$(grep -c "no reply: $guard:" err)" 1-0-1
done <<'GUARDS'
auto-submitted Auto-Submitted: auto-generated
list List-Id: <x.y>
precedence Precedence: bulk
response-suppress X-Auto-Response-Suppress: OOF
loop X-Loop: x
spam X-Spam-Flag: YES
report Content-Type: multipart/report
role-sender Sender: no-reply@x.test
several-authors From: b@c.test
GUARDS
reply --body x --sender '<>' m >out 2>err
is "no reply to the null sender" "$?-$(grep -c null-sender err)" 1-1
"$culver" mail reply --own else@here.test --body x m >out 2>err
is "no reply to mail that is not addressed to us" "$?-$(grep -c not-addressed err)" 1-1
"$culver" mail reply --any-recipient --body x m >out 2>err
is "unless any may be answered" "$?" 0
"$culver" mail reply --body x m 2>err
is "one of both must be said" "$?" 64
sed 1d m | reply --body x >out 2>err
is "no reply without an envelope sender" "$?-$(grep -c no-sender err)" 1-1
sed 1d m | reply --trust-header --body x >out 2>err
is "unless the header may be trusted" "$?-$(head -1 out)" "0-To: joe@x.test"
reply --body x --why m >out 2>err
is "why there is a reply is said" "$(cat err)" "culver: mail reply: the reply goes to joe@x.test"
is "JSON says what would be done" "$(reply --body x --json --sender '' m)" \
    '{"reply":false,"guard":"null-sender","why":"the envelope sender is empty","recipient":""}'

once() { reply --body x --once-in 7 --memory "$1" m >out 2>err; }
once memory
is "the first message of a sender is answered" "$?" 0
once memory
is "the second is not" "$?-$(grep -c 'no reply: once' err)" 1-1
sed 's/joe@/ann@/' m | reply --body x --once-in 7 --memory memory >out 2>err
is "another sender is" "$?" 0
once /nowhere/memory
is "without its memory nothing is sent: later" "$?-$(wc -c <out)" 75-0
reply --body x --once-in 7 m 2>err
is "days need a memory" "$?" 64

cat >sendmail <<'SCRIPT'
#!/bin/sh
printf '<%s>' "$@" >"$(dirname "$0")/arguments"
cat >"$(dirname "$0")/sent"
exit "$(cat "$(dirname "$0")/status")"
SCRIPT
chmod +x sendmail
echo 0 >status
reply --body away --send --set "sendmail=$work/sendmail -t0" m >out 2>err
is "a reply is sent under the null sender" "$?-$(cat arguments)-$(wc -c <out)" "0-<-t0><-oi><-f><<>><--><joe@x.test>-0"
is "and is whole" "$(tail -1 sent)" away
echo 75 >status
reply --body x --send --set "sendmail=$work/sendmail" --once-in 7 --memory new m >out 2>err
is "when it cannot be sent it is later" "$?" 75
echo 0 >status
reply --body x --send --set "sendmail=$work/sendmail" --once-in 7 --memory new m >out 2>err
is "and not remembered as sent" "$?" 0
reply --body x --send --set "sendmail=$work/none" m >out 2>err
is "a missing program is later" "$?" 75
tests_end
