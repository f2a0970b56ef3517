#!/usr/bin/env bash
# culver mail address: addresses of messages and texts, whole and in pieces.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

address() { "$culver" mail address "$@"; }

printf 'From: =?utf-8?q?J=C3=B6rg?= <joe+lists@Here.TEST>\nTo: Friends: b@y.test, "q d"@x.test;,\n c@x.test\nCc: JOE+lists@here.test\nX-To: z@z.test\n\nTo: no@no.test\n' >m
is "the addresses of a message are listed" "$(address m)" $'joe+lists@Here.TEST\nb@y.test\n"q d"@x.test\nc@x.test\nJOE+lists@here.test'
is "of given fields" "$(address --field x-to --field cc m)" $'JOE+lists@here.test\nz@z.test'
is "each once, compared without case" "$(address --unique m | wc -l)" 4
is "sorted by domain" "$(address --unique --sorted m)" $'joe+lists@Here.TEST\n"q d"@x.test\nc@x.test\nb@y.test'
is "in pieces" "$(address --print name,user,subaddress,domain,field m | head -1)" $'Jörg\tjoe\tlists\there.test\tFrom'
is "with the name of the group" "$(address --print group,local --field to m)" $'Friends\tb\nFriends\tq d\n\tc'
is "other delimiters" "$(address --text 'a-b+c@d' --delimiters '-' --print user,subaddress)" $'a\tb+c'
is "a delimiter at the start begins no subaddress" "$(address --text '+a@d' --print user,subaddress)" $'+a\t'
is "a text is read" "$(address --text 'A <a@b>, c@d')" $'a@b\nc@d'
is "JSON has every piece" "$(address --text 'A <a@B>' --json)" \
    '{"spec":"a@B","name":"A","local":"a","user":"a","subaddress":"","domain":"b","group":"","raw":"A <a@B>","field":"","malformed":false}'
address --text 'a@b@c' >out
is "a malformed text is status 1" "$?" 1
address --text '' >out
is "no address is status 1" "$?" 1
printf 'To: undisclosed-recipients:;\n\n' >none
address none >out
is "an empty group has none" "$?-$(cat out)" 1-
printf 'From: "a\033[2J" <a@b.test>\n\n' >escape
is "control characters are not printed" "$(address --print name escape)" "a?[2J"
address --print colour m 2>err
is "an unknown piece is refused" "$?" 64
tests_end
