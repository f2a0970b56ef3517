# shellcheck shell=bash
# A test script in the Test Anything Protocol. A script sources this file, calls check_* helpers and ends with
# tests_end. Each script works in a directory of its own, $work, which is removed at the end.
#
#	. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
#	test_that "a missing Maildir is later"  [ "$status" = 75 ]
#	tests_end
#
# Provided: $top_srcdir, $top_builddir (absolute), $work, $sanitizers (not empty in the sanitizer build).

set -u
: "${top_srcdir:?run this through make check}" "${top_builddir:?run this through make check}"
: "${sanitizers:=}"
tests_run=0
tests_failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/culver-test.XXXXXX") || exit 99
chmod 755 "$work"
tests_cleanups=()

tests_clean() {
	local i
	for ((i = ${#tests_cleanups[@]} - 1; i >= 0; i--)); do
		eval "${tests_cleanups[i]}"
	done
	cd / && rm -rf "$work"
}
trap tests_clean EXIT
trap 'exit 143' TERM INT HUP

# Runs the command when the script ends, last added first.
at_end() { tests_cleanups+=("$1"); }

# test_that SENTENCE COMMAND...: passes when the command succeeds.
test_that() {
	local sentence=$1
	shift
	tests_run=$((tests_run + 1))
	if "$@"; then
		printf 'ok %d - %s\n' "$tests_run" "$sentence"
	else
		tests_failed=$((tests_failed + 1))
		printf 'not ok %d - %s\n' "$tests_run" "$sentence"
		printf '# failed: %s\n' "$*"
	fi
}

# is SENTENCE GOT WANTED
is() {
	tests_run=$((tests_run + 1))
	if [ "$2" = "$3" ]; then
		printf 'ok %d - %s\n' "$tests_run" "$1"
	else
		tests_failed=$((tests_failed + 1))
		printf 'not ok %d - %s\n' "$tests_run" "$1"
		printf '# got:    %s\n' "${2//$'\n'/$'\n'#         }"
		printf '# wanted: %s\n' "${3//$'\n'/$'\n'#         }"
	fi
}

# skip SENTENCE REASON
skip() {
	tests_run=$((tests_run + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests_run" "$1" "$2"
}

# skip_all REASON: nothing of this script can run here.
skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

tests_end() {
	printf '1..%d\n' "$tests_run"
	[ "$tests_failed" = 0 ]
	exit
}
