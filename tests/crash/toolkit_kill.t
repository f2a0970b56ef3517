#!/usr/bin/env bash
# culver mail split into a Maildir, dedupe --delete and --move, and header --in-place, killed or failing at any of their
# system calls: no message is lost, and none is ever seen half-written.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/crash/inject.sh
. "$top_srcdir/tests/crash/inject.sh"
[ -z "$sanitizers" ] || skip_all "the sanitizers' runtime makes system calls of its own"
inject_is_possible || skip_all "strace is missing or may not trace here"
culver=$top_builddir/culver
inject_input=/dev/null
inject_calls=all
mkdir "$work/run"
cd "$work/run" || exit 99

one=$'Message-ID: <1@x>\n\none'
two=$'Message-ID: <2@x>\n\ntwo'

# all_whole FOLDER...: every message that can be seen is one of the two, whole, edited or not.
all_whole() {
	local file
	for file in "$@"; do
		[ -e "$file" ] || continue
		case $(<"$file") in
		"$one" | "$two" | $'X-A: b\n'"$one" | $'X-A: b\n'"$two") ;;
		*)
			printf '# %s is neither message\n' "$file"
			return 1
			;;
		esac
	done
}
# has TEXT FILE...: one of the files holds it.
has() {
	local wanted=$1 file
	shift
	for file in "$@"; do
		[ -e "$file" ] && [[ $(<"$file") == *"$wanted" ]] && return
	done
	printf '# a message is lost: %s\n' "${wanted##*$'\n'}"
	return 1
}

fill() {
	rm -rf md out
	mkdir -p md/tmp md/new md/cur out/tmp out/new out/cur
	printf '%s\n' "$one" >md/cur/1:2,S
	printf '%s\n' "$one" >md/cur/2:2,
	printf '%s\n' "$two" >md/new/3
	printf '%s\n' "$two" >md/new/4,S=21
}
judge_nothing_lost() {
	all_whole md/new/* md/cur/* out/new/* out/cur/* && has "$one" md/cur/* md/new/* && has "$two" md/cur/* md/new/*
}
judge_split() {
	all_whole out/new/* || return
	[ "$1" != 0 ] || [ "$(find out/new -type f | wc -l)" = 2 ] || { printf '# status 0, but not both are there\n'; return 1; }
}
prepare_split() {
	fill
	printf 'From a@b Sat Nov 21 21:48:00 2026\n%s\n\nFrom a@b Sat Nov 21 21:48:00 2026\n%s\n\n' "$one" "$two" >box
}

# series SENTENCE PREPARE JUDGE: each system call behind inject_start, each mode.
series() {
	local mode
	inject_plan "$2" >"$work/inject.plan"
	for mode in signal=KILL error=ENOSPC error=EIO; do
		inject_series "$1, $mode" "$mode" "$2" "$3" \
		    'openat|write|linkat?|unlink|fsync|fchmod|renameat2|utimensat|sync_file_range'
	done
}

inject_command=("$culver" mail split --to-maildir out box)
inject_start=out/tmp
series "split into a Maildir: each message is whole or not there" prepare_split judge_split
inject_command=("$culver" mail dedupe --delete md)
inject_start=md/cur/2
series "dedupe --delete: one of each stays" fill judge_nothing_lost
inject_command=("$culver" mail dedupe --move out md)
series "dedupe --move: one of each stays" fill judge_nothing_lost
inject_command=("$culver" mail header --add 'X-A: b' --in-place md)
inject_start=md/tmp
series "header --in-place: each message is the old or the new one" fill judge_nothing_lost
tests_end
