#!/usr/bin/env bash
# culver mail header: fields printed in each form, headers edited, all else byte for byte.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

header() { "$culver" mail header "$@"; }

printf 'Received: one\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n an alle\nbroken line\nReceived: two\nX-A:1\nTo: =?utf-8?q?B=2C_C?= <c@d.test>\n\nbody\nFrom me\n' >m
is "a field is printed decoded, on one line" "$(header --get subject m)" "Grüße an alle"
is "unfolded, it is not decoded" "$(header --get Subject --unfolded m)" "=?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle"
is "raw, its bytes come" "$(header --get Subject: --raw m)" "$(sed -n 2,3p m)"
is "all fields of a name come, in order" "$(header --get received m)" $'one\ntwo'
is "the first can be asked for" "$(header --get received --first m)" one
is "and the last" "$(header --get received --last m)" two
is "several names come with their names" "$(header --get x-a --get received --last m)" $'Received: two\nX-A: 1'
is "a name may end with a star" "$(header --get 'x-*' m)" "X-A: 1"
is "standard input is read" "$(header --get x-a <m)" 1
header --get x-none m >out
is "a field that is not there is status 1" "$?" 1
header --get subject missing 2>err
is "a file that is not there is status 66" "$?" 66
is "JSON has every form" "$(header --get x-a --json m)" \
    '{"place":"m","number":1,"fields":[{"name":"X-A","decoded":"1","unfolded":"1","raw":"X-A:1\n"}]}'

# edit SENTENCE WANTED OPTION...: what the edited message differs in from m, as sed commands see it.
edit() {
	local sentence=$1 wanted=$2
	shift 2
	header "$@" m >edited
	printf '%b' "$wanted" >wanted
	test_that "$sentence" cmp -s edited wanted
}
head='Received: one\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n an alle\nbroken line\nReceived: two\n'
tail='X-A:1\nTo: =?utf-8?q?B=2C_C?= <c@d.test>\n'
body='\nbody\nFrom me\n'
edit "a field is added in front" "X-B: x\n$head$tail$body" --add 'X-B: x'
edit "or behind" "$head${tail}X-B: x\n$body" --append 'X-B: x'
edit "or only where it is missing" "X-B: y\n$head$tail$body" --add-missing 'x-a: y' --add-missing 'X-B: y'
set=${head/one/x}
edit "a field is set in its place, the others go" "${set%Received*}$tail$body" --set 'Received: x'
header --set-keep-old 'X-A: 2' m >edited
is "old ones can be kept under another name" "$(grep X-A edited)" $'X-A: 2\nOld-X-A:1'
rest=${head#*\\n}
edit "all fields of a name are deleted" "${rest%Received*}$tail$body" --delete received
edit "a renamed field keeps what stands behind its name" "${head}Y-A:1\n${tail#*\\n}$body" --rename x-a:Y-A
is "only the first is kept" "$(header --keep-first received m | grep Received)" "Received: one"
is "only the last is kept" "$(header --keep-last received m | grep Received)" "Received: two"
edit "a field is unfolded" "${head/\\n an/ an}$tail$body" --unfold subject
is "a field is decoded, an address stays one" "$(header --decode '*' m | sed -n '2p;6p')" $'Subject: Grüße an alle\nTo: "B, C" <c@d.test>'
edit "edits see what those before them made" "Z: 2\n$head$tail$body" --add 'Z: 1' --set 'Z: 2'
edit "a value cannot begin another field" "X-B: a  Bcc: b@c\n$head$tail$body" --add $'X-B: a\n Bcc: b@c'
header --add 'a b: c' m >out 2>err
is "a name that is none is refused" "$?" 64
header m >out 2>err
is "nothing to do is refused" "$?" 64
header --set 'a: b' --get c m >out 2>err
is "so are both at once" "$?" 64
printf 'Subject: x\r\n\r\nbody\r\n' >crlf
is "new fields have the line end of the message" "$(header --add 'A: b' crlf | od -c | sed -n 1p)" \
    "$(printf 'A: b\r\nSubject: x\r\n' | od -c | sed -n 1p)"
printf 'no header end' >torn
is "a message without a body gets its field" "$(header --add 'A: b' torn)" $'A: b\nno header end'

printf 'From a@b Sat Nov 21 21:48:00 2026\nSubject: 1\n\n>From me\n\nFrom c@d Sat Nov 21 21:48:00 2026\nSubject: 2\n\n>>From me\n\n' >box
sed 's/Subject: /X-S: /' box >wanted
header --rename subject:X-S box >edited
test_that "in an mbox all else stays byte for byte" cmp -s edited wanted
header --rename subject:X-S --in-place box 2>err
is "an mbox is not edited in place" "$?-$(cksum <box)" "74-$(cksum <box)"

mkdir -p md/tmp md/new md/cur
printf 'Subject: 1\n\nb\n' >"md/cur/1.a.h:2,S"
printf 'Subject: 2\n\nb\n' >"md/new/2.a.h,S=14,W=17"
touch -d '2020-01-01 00:00:00' md/cur/* md/new/*
chmod 640 md/cur/*
header --add 'X-B: c' --in-place md
is "in a Maildir messages are edited in place" "$?-$(cat 'md/cur/1.a.h:2,S')" $'0-X-B: c\nSubject: 1\n\nb'
is "mode and time stay" "$(stat -c '%a %Y' 'md/cur/1.a.h:2,S')" "640 $(date -d '2020-01-01 00:00:00' +%s)"
is "a name that holds the size gets the new one" "$(ls md/new)" "2.a.h,S=21"
is "nothing is left behind" "$(ls md/tmp)" ""
inode=$(stat -c %i 'md/cur/1.a.h:2,S')
header --delete X-None --in-place md
is "what does not change is not written" "$(stat -c %i 'md/cur/1.a.h:2,S')" "$inode"
ln "md/cur/1.a.h:2,S" other
header --add 'X-C: d' --in-place md 2>err
is "a file with two names is left alone" "$?-$(grep -c X-C other)" "74-0"
tests_end
