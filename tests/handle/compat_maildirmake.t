#!/usr/bin/env bash
# culver called as maildirmake beside maildirmake itself. Not compared: standard error and the usage text, which it writes
# to standard output; a quota for a Maildir that is not there, at which it hangs; one that is not understood, which it
# takes for done.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_pair.sh
. "$top_srcdir/tests/handle/compat_pair.sh"

pair_programs maildirmake maildirmake.maildrop
cd "$work" || exit
maildirmake=$work/pair/ours/maildirmake

both "a Maildir is made once" 'maildirmake a; echo $?; maildirmake a; echo $?; maildirmake b/'
both "its modes are its own, whatever the umask is" 'umask 0; maildirmake a; maildirmake -f W a'
both "no parent is made" 'maildirmake missing/a; echo $?; maildirmake -f W missing; echo $?; maildirmake ""'
both "folders are made once" 'maildirmake a; maildirmake -f W a; echo $?; maildirmake -f W a; echo $?; maildirmake -fW.x a'
both "folder names lead nowhere else" 'maildirmake a; for name in .y a/b "" ../z; do maildirmake -f "$name" a >/dev/null; echo $?; done'
both "a folder's name may be UTF-8" 'export LC_ALL=C.UTF-8; maildirmake a; maildirmake -F "Entwürfe.ä&b" a; echo $?; maildirmake -F "A/C" a'
both "a quota counts what is there" 'maildirmake a; printf 12345 >a/new/1.x; printf 123 >a/cur/2.x,S=9:2,; maildirmake -q 1000S,5C a; echo $?
	maildirmake -q 10C a; echo $?; maildirmake -q 7C,20S a'
both "a Maildir is made for others" 'maildirmake -S s; for mode in read write read,group write,group group; do
	maildirmake -s $mode -f ${mode/,/-} s; echo $?; done'
both "shared Maildirs are listed" 'maildirmake a; maildirmake --add n=/tmp a; echo $?; maildirmake --add n=/tmp a; echo $?
	maildirmake --add o=/missing a; echo $?; maildirmake --add p=/usr a; maildirmake --add q=usr a >/dev/null'
both "and taken from the list" 'maildirmake a; printf "n\t/x\nm\t/y\n" >a/shared-maildirs; chmod 644 a/shared-maildirs
	maildirmake --del n a; echo $?; maildirmake --del n a; echo $?; maildirmake --add m=/tmp a; maildirmake --add bad/x=/tmp a'

"$maildirmake" a
is "a Maildir has three directories of its owner" "$(find a -printf '%p %m\n' | sort | paste -sd' ')" "a 700 a/cur 700 a/new 700 a/tmp 700"
"$maildirmake" -F 'Entwürfe' a
test_that "a folder has its mark" [ -f 'a/.Entw&APw-rfe/maildirfolder' ]
"$maildirmake" -S shared
"$maildirmake" --add "n=$work/shared" a
is "a shared Maildir is noted" "$(cat a/shared-maildirs)" "n	$work/shared"
"$maildirmake" --add "n=$work/shared" a 2>/dev/null
is "twice is exit status 2" "$?" 2
timeout 10 "$maildirmake" -q 5C none 2>/dev/null
is "a quota for a missing Maildir is an error" "$?" 1
"$maildirmake" -q few a 2>/dev/null
is "a quota that is not understood is an error" "$? $(ls a/maildirsize 2>/dev/null)" "1 "
"$maildirmake" --bar a 2>message
is "an unknown option is an error" "$?" 1
test_that "that names what to use" grep -q create_folders message
"$maildirmake" -q 5C -S b 2>/dev/null
is "two things at once are refused, and nothing is made" "$? $(ls -d b 2>/dev/null)" "1 "

if command -v strace >/dev/null && [ -z "$sanitizers" ]; then
	strace -f -o trace "$maildirmake" synced
	is "the Maildir and the directory above it are synced" "$(grep -c '^[0-9]* *fsync(.*= 0' trace)" 2
else
	skip "the Maildir and the directory above it are synced" "strace does not run here"
fi
mkdir disk
if mount -t tmpfs -o size=64k,nr_inodes=4 tmpfs disk 2>/dev/null; then
	"$maildirmake" disk/a 2>/dev/null
	is "a full disk is an error, and no piece stays" "$? $(ls disk)" "1 "
	umount disk
else
	skip "a full disk is an error, and no piece stays" "tmpfs cannot be mounted here"
fi
tests_end
