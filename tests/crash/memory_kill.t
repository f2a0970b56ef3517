#!/usr/bin/env bash
# The memory of formail -D and reformail -D, when the program is killed or fails at any of its system calls: the file
# holds whole identifiers, and a message whose identifier is not remembered is new the next time, never the reverse.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/crash/inject.sh
. "$top_srcdir/tests/crash/inject.sh"
[ -z "$sanitizers" ] || skip_all "the sanitizers' runtime makes system calls of its own"
inject_is_possible || skip_all "strace is missing or may not trace here"
for name in formail reformail; do
	ln -s "$top_builddir/culver" "$work/$name"
done
mkdir "$work/run"
cd "$work/run" || exit 99
inject_calls=all
inject_start=cache
inject_input=$work/message

prepare() { printf '<1@x>\0<2@x>\0\0' >cache; }
# words FILE: its identifiers up to the end mark, which must be there.
words() { tr '\0' '\n' <"$1" | sed '/^$/q' | paste -sd' '; }
judge_new() {
	local got
	got=$(words cache)
	case $got in
	"<1@x> <2@x> " | "<1@x> <2@x> <3@x> ") ;;
	*)
		printf '# the file holds: %s\n' "$got"
		return 1
		;;
	esac
	case $1 in
	0) printf '# a new message counts as seen\n' && return 1 ;;
	1) [[ $got == *3@x* ]] || { printf '# new, but not remembered\n'; return 1; } ;;
	esac
}
judge_seen() {
	local got
	got=$(words cache)
	case $got in
	"<1@x> <2@x> " | "<2@x> <1@x> ") return ;;
	esac
	printf '# the file holds: %s\n' "$got"
	return 1
}

for name in formail reformail; do
	inject_command=("$work/$name" -D 100 cache)
	for mode in signal=KILL error=EIO error=ENOSPC; do
		printf 'Message-ID: <3@x>\n\n' >"$work/message"
		inject_plan prepare >"$work/inject.plan"
		inject_series "$name -D of a new message, $mode" "$mode" prepare judge_new 'openat|read|pread64|fstat|newfstatat|fcntl|write|pwrite64|close'
		printf 'Message-ID: <1@x>\n\n' >"$work/message"
		inject_plan prepare >"$work/inject.plan"
		inject_series "$name -D of one that was seen, $mode" "$mode" prepare judge_seen 'openat|read|pread64|fstat|newfstatat|fcntl|write|pwrite64|close'
	done
done
tests_end
