#!/usr/bin/env bash
# The three rules for what separates messages of an mbox, side by side with formail and reformail.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

count() { "$culver" mail show --lines --mbox --from "$1" box | wc -l; }
# ours: how many messages there are by each rule.
ours() { printf '%s %s %s\n' "$(count strict)" "$(count dated)" "$(count lenient)"; }

line='From noah@ark.example Fri Mar  1 12:00:00 2024'
# What formail (an empty line in front, two fields behind), formail -e (without the line) and reformail make of it.
theirs() {
	local each=(sh -c 'cat >/dev/null; echo x')
	printf '%s %s %s\n' "$(formail -Y -s "${each[@]}" <box | wc -l)" "$(formail -Y -e -s "${each[@]}" <box | wc -l)" \
	    "$(reformail -s "${each[@]}" <box | wc -l)"
}
has_peers() { command -v formail >/dev/null && command -v reformail >/dev/null; }

# box SENTENCE OURS THEIRS; the mbox is standard input.
compare() {
	cat >box
	is "$1" "$(ours)" "$2"
	if has_peers; then
		is "$1: formail, formail -e, reformail" "$(theirs)" "$3"
	else
		skip "$1: formail, formail -e, reformail" "they are not here"
	fi
}

compare "two messages as everybody writes them" "2 2 2" "2 2 2" <<MBOX
$line
From: a@b
Subject: x

text

$line
From: a@b
Subject: x

text
MBOX
compare "no empty line in front" "1 2 2" "1 2 2" <<MBOX
$line
From: a@b
Subject: x

text
$line
From: a@b
Subject: x

text
MBOX
compare "a sentence of the text" "1 1 2" "1 1 2" <<MBOX
$line
From: a@b
Subject: x

text

From here on it rains.
MBOX
compare "quoted" "1 1 1" "1 1 1" <<MBOX
$line
From: a@b
Subject: x

text

>$line
From: a@b
Subject: x

MBOX
sed 's/$/\r/' >crlf <<MBOX
$line
From: a@b
Subject: x

text

$line
From: a@b
Subject: x

MBOX
cp crlf box
is "lines that end in CRLF" "$(ours)" "2 2 2"
tests_end
