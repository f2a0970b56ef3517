#!/usr/bin/env bash
# The administrator's command, as a program.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

culver=$top_builddir/culver

# run ARGUMENT...: sets $output, $complaint and $status.
run() {
	output=$("$culver" "$@" 2>"$work/stderr")
	status=$?
	complaint=$(cat "$work/stderr")
}

printf '# of the test\r\numask = 022\r\nuser_rules = "a # b"\r\n' >"$work/good.conf"
printf 'umask = 022\n\nlock_timout = 3m\n' >"$work/bad.conf"

run config show --config "$work/good.conf" umask user_rules shell
is "each value is shown with its origin" "$output" \
    "umask = 022  # $work/good.conf:2
user_rules = \"a # b\"  # $work/good.conf:3
shell = /bin/sh  # default"
is "showing settings succeeds" "$status" 0

run config show --set umask=027 --set log=off --file "$work/good.conf" umask log
is "an option is stronger than the file" "$output" $'umask = 027  # option\nlog = off  # option'

"$culver" config show --file "$work/good.conf" >"$work/shown.conf"
run config check "$work/shown.conf"
is "what is shown is a configuration file itself" "$output" "$work/shown.conf: no errors"
is "it has every setting" "$(wc -l <"$work/shown.conf")" "$(grep -c '^#[a-z]' "$top_srcdir/doc/culver.conf.example")"
"$culver" config show --file "$work/shown.conf" | sed 's/  # .*//' >"$work/again.conf"
is "read again it gives the same values" "$(sed 's/  # .*//' "$work/shown.conf" | diff - "$work/again.conf")" ""

if command -v python3 >/dev/null; then
	run config show --json --file "$work/good.conf" --set lock_retry=20ms
	is "the JSON is what the lines say" "$(printf '%s' "$output" | python3 -c '
import json, sys
rows = {row["name"]: row for row in json.load(sys.stdin)}
print(len(rows), rows["user_rules"]["value"], rows["user_rules"]["origin"], rows["user_rules"]["line"])
print(rows["lock_retry"]["value"], rows["lock_retry"]["origin"], rows["lock_retry"]["default"], "line" in rows["lock_retry"])
print(rows["umask"]["file"], rows["shell"]["origin"], rows["dot_lock"]["allowed"])')" \
	    "$(grep -c '^#[a-z]' "$top_srcdir/doc/culver.conf.example") a # b file 3
20ms option 1s False
$work/good.conf default try, required or off"
else
	skip "the JSON is what the lines say" "python3 is not installed"
fi

run config check "$work/bad.conf"
is "an error has its place and the nearest name" "$complaint" \
    "culver: $work/bad.conf:3:1: unknown setting \"lock_timout\"; did you mean \"lock_timeout\"?"
is "a broken file is exit status 78" "$status" 78
run config show --file "$work/bad.conf"
is "nothing of a broken file is shown" "$output:$status" ":78"
run config check "$work/missing.conf"
is "a file that is named must be there" "$status" 78
test_that "and the error names it" [ "${complaint#*"$work/missing.conf"}" != "$complaint" ]
run config check "$work"
is "a directory is not a configuration file" "$status" 78
head -c 1048577 /dev/zero | tr '\0' '\n' >"$work/large.conf"
run config check "$work/large.conf"
is "a file of more than 1 MiB is refused" "$status" 78
run config show --set umask
is "an option without a value is refused" "$complaint" "culver: umask: write it as NAME=VALUE"
run config show --set lock-timeout=9z
is "an option's error says what is allowed" "$complaint" \
    "culver: lock_timeout cannot be \"9z\"; it must be a duration from 0s to 1d (a number and s, m, h or d)"
run config show lok_timeout
is "an unknown name is refused with the nearest" "$complaint:$status" \
    "culver: unknown setting \"lok_timeout\"; did you mean \"lock_timeout\"?:78"
run config show shell --file "$work/good.conf" --json
is "options may follow names" "$status:${output:0:16}" '0:[{"name":"shell"'

run conjure
is "an unknown command is answered with those that there are" "$complaint" \
    "culver: there is no command \"conjure\", but there are $("$culver" --help | sed -nE 's/^  culver ([a-z]+) .*/\1/p' | paste -sd, | sed 's/,/, /g'); \"culver --help\" says more"
for arguments in "" "config" "config sing" "--odd" "config check a b" "config show --odd" "config show --file"; do
	# shellcheck disable=SC2086
	run $arguments
	is "usage error for: culver $arguments" "$status:$output" "64:"
	test_that "the complaint of: culver $arguments" [ "${complaint#culver: }" != "$complaint" ]
done

run --version
is "the version is that of the build" "$output" "culver $(sed -n 's/^VERSION = //p' "$top_builddir/Makefile")"
run config --help
test_that "the help text names each command" [ "$(grep -cE '^  config (show|check|example) ' <<<"$output")" = 3 ]
if [ -w /dev/full ]; then
	"$culver" config show >/dev/full 2>"$work/stderr"
	is "an answer that cannot be written is exit status 74" "$?" 74
else
	skip "an answer that cannot be written is exit status 74" "there is no /dev/full"
fi
tests_end
