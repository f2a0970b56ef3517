#!/usr/bin/env bash
# culver called as lockmail beside lockmail itself. Not compared: standard error; a -t that is no number, which lockmail
# takes for 0; and the third lock, a file in /tmp that C-Client programs knew, which is not made here.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_pair.sh
. "$top_srcdir/tests/handle/compat_pair.sh"

pair_programs lockmail lockmail.maildrop
cd "$work" || exit
lockmail=$work/pair/ours/lockmail

both "the exit status is that of the program" 'echo m >box; lockmail box sh -c "exit 7"; echo $?; lockmail box true'
both "a program that a signal ends is exit status 75" 'lockmail box sh -c "kill -9 \$\$"; echo $?; lockmail box sh -c "kill \$\$"'
both "the program has the standard streams" 'echo in | lockmail box cat'
both "a missing mailbox is made" 'umask 022; lockmail box true'
both "the lock file is there while it runs" 'lockmail box ls; ls'
both "the program's own options stay its own" 'lockmail -t 1 box echo -t -x; lockmail -t1 box echo -r; lockmail -rt 1 box echo a'
both "errors of usage are exit status 1" 'lockmail; echo $?; lockmail box; echo $?; lockmail -x box true; echo $?; lockmail box ./none'
both "a lock that is held is exit status 75" 'echo "1:$(hostname)" >box.lock; lockmail -t 1 box echo got'
both "the lock of a dead process is removed" 'echo "999999999:$(hostname)" >box.lock; touch -d "10 minutes ago" box.lock; lockmail -t 5 box echo got'
both "a mailbox in a missing directory is exit status 75" 'lockmail -t 1 missing/box echo got'

echo m >box
is "the lock names its owner" "$("$lockmail" box sh -c 'sed "s/^[0-9]*/N/" box.lock')" "N:$(hostname)"
is "the program runs" "$(echo in | "$lockmail" box cat)" in
"$lockmail" -x box true 2>message
is "an unknown option is an error" "$?" 1
test_that "that names what to use" grep -q mailfilter message

# The process id of the program is that of the sleep: a stop that is handed on ends it.
"$lockmail" box sh -c 'echo $$ >pid; exec sleep 60' &
process=$!
for ((i = 0; i < 100; i++)); do
	[ -s pid ] && break
	sleep 0.05
done
"$lockmail" -t 0 box echo got >answer 2>/dev/null
is "a second run is kept out" "$? $(cat answer)" "75 "
kill "$process"
wait "$process"
is "a stopped run ends with 75" "$?" 75
test_that "leaves no lock" [ ! -e box.lock ]
test_that "and has ended the program" [ ! -d "/proc/$(cat pid)" ]

"$lockmail" box sh -c 'echo $$ >pid2; exec sleep 60' &
process=$!
for ((i = 0; i < 100; i++)); do
	[ -s pid2 ] && break
	sleep 0.05
done
kill -9 "$process"
wait "$process" 2>/dev/null
test_that "a killed run leaves its lock" [ -e box.lock ]
is "and the next one takes it over" "$("$lockmail" -t 5 box echo got)" got
kill "$(cat pid2)"

echo 0 >count
for ((i = 0; i < 20; i++)); do
	"$lockmail" box sh -c 'read -r value <count; echo $((value + 1)) >count' &
done
wait
is "twenty processes exclude each other" "$(cat count)" 20
tests_end
