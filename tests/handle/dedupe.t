#!/usr/bin/env bash
# culver mail dedupe: copies are found and said, and only touched when the other one is safe.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

dedupe() { "$culver" mail dedupe "$@"; }

fill() {
	rm -rf md other
	mkdir -p md/tmp md/new md/cur other/tmp other/new other/cur
	printf 'Received: a\nMessage-ID: <1@x>\nSubject: s\n\nbody\n' >"md/cur/1:2,S"
	printf 'Received: a\nMessage-ID: <1@x>\nSubject: s\n\nbody\n' >"md/cur/2:2,F"
	printf 'Received: b\nDelivered-To: q\nMessage-ID: <1@x>\nSubject: s\n\nbody\n' >"other/new/3"
	printf 'Received: a\nMessage-ID: <1@x>\nSubject: s\n\nother body\n' >"other/new/4"
	printf 'Subject: none\nFrom: a@b\n\nbody\n' >"md/new/5"
	printf 'Subject: none\nFrom: a@b\n\nbody\n\n' >"md/new/6"
	printf 'Subject: none\nFrom: a@c\n\nbody\n' >"md/new/7"
}
files() { find md other -type f | LC_ALL=C sort | tr '\n' ' '; }

fill
before=$(files)
dedupe md other >out
is "copies are listed, with what is the same" "$?-$(cat out)" "0-md/cur/2:2,F: copy: a copy of md/cur/1:2,S, the same bytes
md/new/6: copy: a copy of md/new/5, the same but for fields of its delivery
other/new/3: copy: a copy of md/cur/1:2,S, the same but for fields of its delivery
other/new/4: copy: a copy of md/cur/1:2,S, the same Message-ID, but other content
7 messages, 4 copies, 0 deleted"
is "listing changes nothing" "$(files)" "$before"
is "JSON says the same" "$(dedupe --json md | head -1)" \
    '{"copy":"md/cur/2:2,F","kept":"md/cur/1:2,S","same":"bytes","message_id":"1@x","action":"copy","obstacle":null}'
dedupe --delete md other >out
is "copies are deleted, but none with other content" "$?-$(files)" "0-md/cur/1:2,S md/new/5 md/new/7 other/new/4 "
is "which is said" "$(grep -c 'other/new/4: copy: .*left alone: only the Message-ID is the same' out)" 1
dedupe --delete --message-id-only md other >out
is "unless the id is to be trusted" "$(files)" "md/cur/1:2,S md/new/5 md/new/7 "
dedupe --delete md md ./md >out
is "a Maildir given twice loses nothing" "$(files)" "md/cur/1:2,S md/new/5 md/new/7 "
fill
ln -s md same
dedupe --delete md same/ >out
is "nor under another name" "$(files)" "md/cur/1:2,S md/new/5 md/new/7 other/new/3 other/new/4 "
rm same
fill
ln "md/cur/1:2,S" md/cur/8
rm "md/cur/2:2,F"
dedupe --delete md >out
is "a second name of a file is no copy" "$(ls md/cur)" $'1:2,S\n8'
fill
dedupe --move junk --create md >out
is "copies are moved, with their flags" "$?-$(find junk/cur -type f | sed 's/.*:/:/')" "0-:2,F"
is "and are gone from where they were" "$(ls md/cur)" "1:2,S"
fill
dedupe --content md >out
is "content is compared where it is asked for" "$(grep -c 'a copy of' out)" 2

from='From a@b.test Sat Nov 21 21:48:00 2026'
printf '%s\nMessage-ID: <1@x>\n\n>From me\n\n%s\nMessage-ID: <2@x>\n\nb\n\n%s\nMessage-ID: <1@x>\n\n>From me\n\n' "$from" "$from" "$from" >box
cp box saved
dedupe --to new box >out
is "an mbox is written anew, without the copies" "$?-$(cksum <new)" "0-$(head -n 10 box | cksum)"
test_that "the old one stays as it is" cmp -s box saved
dedupe --to new box >out 2>err
is "nothing is written over" "$?" 73
dedupe --to new2 box missing >out 2>err
is "with an unreadable source no new mbox is made" "$?-$(ls new2* 2>/dev/null)" "66-"
mkdir -p one/tmp one/new one/cur
printf 'Message-ID: <2@x>\n\nb\n' >one/new/1
dedupe --delete box one >out
is "an mbox may change: a message is not removed for it" "$(ls one/new)-$(grep -c 'stays is in an mbox' out)" 1-1
dedupe --delete --move x md 2>err
is "one thing at a time" "$?" 64
tests_end
