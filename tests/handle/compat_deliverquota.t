#!/usr/bin/env bash
# culver called as deliverquota beside deliverquota itself. Not compared: standard error; calls without a Maildir (73
# there, 75 here: try again later); empty input, which it delivers; a quota that is not understood, which it passes over.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_pair.sh
. "$top_srcdir/tests/handle/compat_pair.sh"

pair_programs deliverquota deliverquota.maildrop
cd "$work" || exit
deliverquota=$work/pair/ours/deliverquota
make='mkdir -p -m 700 a a/tmp a/new a/cur; printf "Subject: a\n\nbody\n" >msg;'

both "a message is delivered" "$make deliverquota a <msg; echo \$?; deliverquota a/ <msg"
both "the mode follows the umask" "$make umask 077; deliverquota a <msg; umask 022; deliverquota a <msg"
both "bytes are kept, a From_ line too" "$make printf 'From x Mon\nSubject: z\r\n\nb\0c' | deliverquota a"
both "the Maildir and its parents are made when asked" "$make deliverquota -c x/y/z <msg; echo \$?; deliverquota -c a <msg"
both "a missing Maildir is later" "$make deliverquota missing <msg"
both "a quota of bytes holds to the byte" "$make printf '34S\n' >a/maildirsize; for i in 1 2 3; do deliverquota a <msg; echo \$?; done; rm a/maildirsize"
both "a quota of messages holds" "$make printf '2C\n' >a/maildirsize; for i in 1 2 3; do deliverquota a <msg; echo \$?; done; rm a/maildirsize"
both "a quota of one byte less does not let it in" "$make printf '16S\n0 0\n' >a/maildirsize; deliverquota a <msg; echo \$?; rm a/maildirsize"
both "a folder counts for its Maildir" "$make mkdir -p -m 700 a/.F a/.F/tmp a/.F/new a/.F/cur; : >a/.F/maildirfolder; printf '20S\n0 0\n' >a/maildirsize
	for i in 1 2; do deliverquota a/.F <msg; echo \$?; done; rm a/maildirsize"
both "a new quota may be given" "$make deliverquota a 1000S,2C <msg; echo \$?; head -n 1 a/maildirsize; deliverquota a 1000S,2C <msg; echo \$?
	deliverquota a 1000S,2C <msg; echo \$?; rm a/maildirsize"

mkdir -p box/tmp box/new box/cur
printf 'Subject: a\n\nbody\n' >message
printf 'From: x@x.test\nSubject: full\n\nwarning\n' >warning
printf '100S\n0 0\n' >box/maildirsize
for ((i = 0; i < 6; i++)); do
	timeout 10 "$deliverquota" -w 50 -W warning box <message >spoken
	echo $?
done >answers
is "a message that does not fit is exit status 77" "$(paste -sd' ' answers)" "0 0 0 77 77 77"
is "and the reason is what scripts know" "$(cat spoken)" "Mail quota exceeded."
is "a warning comes once" "$(cat box/new/* | grep -c '^Subject: full')" 1
timeout 10 "$deliverquota" none <message 2>errors
is "a missing Maildir is later" "$?" 75
timeout 10 "$deliverquota" -c x/y <message
is "unless it may be made" "$? $(cat x/y/new/*)" "0 $(cat message)"
timeout 10 "$deliverquota" -q box <message 2>errors
is "an unknown option is later" "$?" 75
test_that "and names what to use" grep -q culver-deliver errors
timeout 10 "$deliverquota" x/y </dev/null 2>errors
is "no message is later" "$? $(find x/y/new -type f | wc -l)" "75 1"

mkdir disk
if mount -t tmpfs -o size=128k tmpfs disk 2>/dev/null; then
	mkdir disk/tmp disk/new disk/cur
	head -c 300000 /dev/zero | timeout 10 "$deliverquota" disk 2>/dev/null
	is "a full disk is later, and nothing half-written stays" "$? $(find disk -type f)" "75 "
	umount disk
else
	skip "a full disk is later, and nothing half-written stays" "tmpfs cannot be mounted here"
fi
tests_end
