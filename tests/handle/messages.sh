# shellcheck shell=bash
# Messages that the tests of culver mail look at, and how it is called. Sourced after tap.sh; writes below $work.

cd "$work" || exit 99
culver=$top_builddir/culver

# mail COMMAND ARGUMENT...: sets $status, $output and $errors.
mail() {
	output=$("$culver" mail "$@" 2>"$work/errors")
	status=$?
	errors=$(<"$work/errors")
}

# json FILE EXPRESSION: what the Python expression says of the lines of JSON in it, `m` the first and `all` the list.
json() {
	python3 -c '
import json, sys
all = [json.loads(line) for line in open(sys.argv[1], "rb").read().splitlines()]
m = all[0]
p = {part["number"]: part for part in m.get("parts", [])}
print(eval(sys.argv[2]))' "$1" "$2"
}

has_output() { [[ $output == *"$1"* ]]; }
has_errors() { [[ $errors == *"$1"* ]]; }

# A list message with an alternative, an attachment, an embedded message and a file in its text.
{
	cat <<'MESSAGE'
From: =?utf-8?q?Ad=C3=A9la?= Dove <adela@ark.example>
To: noah@ark.example, "Raven, R." <raven@ark.example>
Subject: =?utf-8?b?R3LDvMOf?= =?utf-8?b?ZSBhdXM=?= Ararat
Date: Sat, 21 Nov 2026 21:48:00 +0100
Message-ID: <one@ark.example>
In-Reply-To: <zero@ark.example>
List-Id: Friends of olives <olives.ark.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe an alle,
second line
--inner
Content-Type: text/html; charset=utf-8

<!DOCTYPE html><html><body><p>Hello <b>all</b><span style="display:none">secret</span></p></body></html>
--inner--
--outer
Content-Type: image/png; name="leaf.png"
Content-Disposition: attachment; filename="leaf.png"
Content-Transfer-Encoding: base64

MESSAGE
	# 3,000 bytes of a program: no picture.
	head -c 3000 "$top_builddir/culver" | base64
	cat <<'MESSAGE'
--outer
Content-Type: message/rfc822

From: raven@ark.example
Date: Sat, 21 Nov 2026 20:00:00 +0100
Message-ID: <two@ark.example>
Subject: within

inner body
begin 644 cat.txt
#0V%T
`
end
--outer--
MESSAGE
} >"$work/dove.eml"
dove_size=$(awk '{ size += length($0) + 1 } END { printf "%.1f KiB", size / 1024 }' "$work/dove.eml")
dove_lines=$(wc -l <"$work/dove.eml")

# mbox_of FILE...: the messages in an mbox.
mbox_of() {
	local file
	for file; do
		printf 'From noah@ark.example Fri Mar  1 12:00:00 2024\n'
		sed -E 's/^>*From />&/' "$file"
		printf '\n'
	done
}
