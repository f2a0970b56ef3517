#!/usr/bin/env bash
# culver called as lockfile beside lockfile itself. Not compared: the help, whose exit status is 0 here and 64 there, and
# standard error.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_pair.sh
. "$top_srcdir/tests/handle/compat_pair.sh"

pair_programs lockfile lockfile
cd "$work" || exit
lockfile=$work/pair/ours/lockfile

both "a file is made, and held against a second" 'lockfile -r0 a; echo $?; lockfile -r0 a; echo $?; lockfile -r 0 a'
both "several files are made, or none" 'lockfile -r0 a b; echo $?; lockfile -r0 c d a e'
both "the exit statuses are swapped" 'lockfile -! -r0 a; echo $?; lockfile -!r0 a; echo $?; lockfile -! -! -r0 a'
both "no other exit status is swapped" 'lockfile -! -r0 missing/a; echo $?; lockfile -! -Q'
both "a file that cannot be made is an error at once" 'lockfile -1 -r3 missing/a; echo $?; lockfile -r0 ""'
both "wrong options are usage errors, and what was made is removed" \
    'lockfile; echo $?; lockfile -r0; echo $?; lockfile -r0 a -r; echo $?; lockfile -r2x b; echo $?
	lockfile -r0 -mx; echo $?; lockfile -r0 -l; echo $?; lockfile -- c'
both "a sleep of 0 and endless retries are options" 'lockfile -0 a; echo $?; lockfile -r-1 b; echo $?; lockfile -r -1 c'
both "an old file is removed by force" 'lockfile a; touch -d "1 hour ago" a; lockfile -r0 -l 5 -s 0 a; echo $?
	lockfile -r0 -l 5 -s 0 a; echo $?; lockfile -r0 -l100 a'
both "the mode follows the umask" 'umask 077; lockfile a'

"$lockfile" -r0 held
is "the file holds one byte and cannot be written" "$(stat -c '%a %s %h' held) $(cat held)" "444 1 1 0"
"$lockfile" -r0 held 2>message
is "a held file is exit status 73" "$?" 73
is "and the message says so" "$(cat message)" 'lockfile: Sorry, giving up on "held"'
is "nothing but the lock is left" "$(find . -path ./pair -prune -o -type f -print | sort | paste -sd' ')" "./held ./message"
"$lockfile" -Z 2>message
is "an unknown option is a usage error" "$?" 64
test_that "that names what to use" grep -q mailfilter message
touch -d '1 hour ago' held
start=$(date +%s%N)
"$lockfile" -r0 -l 5 -s 1 held 2>/dev/null
is "a lock whose holder was killed is taken after its time" "$?" 0
test_that "not before the suspension is over" [ $(($(date +%s%N) - start)) -ge 1000000000 ]

"$lockfile" -1 other held &
process=$!
for ((i = 0; i < 100; i++)); do
	[ -e other ] && break
	sleep 0.05
done
test_that "a waiting run holds the first of its files" [ -e other ]
kill "$process"
wait "$process"
is "a signal ends the waiting" "$?" 75
test_that "and takes back what was made" [ ! -e other ]
rm -f held

touch -d '1 hour ago' old
for ((i = 0; i < 20; i++)); do
	"$lockfile" -r0 -l 5 -s 0 old 2>/dev/null && echo taken &
done >takers
wait
is "of twenty processes one takes an old lock by force" "$(cat takers)" taken
rm -f old

echo 0 >count
for ((i = 0; i < 20; i++)); do
	(
		"$lockfile" -0 -r-1 gate || exit
		value=$(cat count)
		sleep 0.01
		echo $((value + 1)) >count
		rm -f gate
	) &
done
wait
is "twenty processes exclude each other" "$(cat count)" 20
tests_end
