#!/usr/bin/env bash
# culver check, as a program.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

culver=$top_builddir/culver

# run ARGUMENT...: sets $output, $complaint and $status.
run() {
	output=$("$culver" check "$@" 2>"$work/stderr")
	status=$?
	complaint=$(cat "$work/stderr")
}

printf 'DEFAULT = "./Maildir/"\nif (/^Subject: x/)\n\tto "/dev/null"\n' >"$work/good"
printf 'if ($FROM == "joe")\n\texit\n' >"$work/doubtful"
printf 'if (/(x/)\n\texit\nto "unclosed\n' >"$work/wrong"

run "$work/good"
is "good rules: a summary and nothing else" "$output" "0 errors, 0 warnings in 1 file"
is "good rules end with 0" "$status" 0

run "$work/doubtful"
is "a warning has its place, the line, a mark below it and what to write" "$output" \
    "$work/doubtful:1:14: warning: == compares numbers, and this text counts as 0 [numeric-comparison]
    1 | if (\$FROM == \"joe\")
      |              ^~~~~
      | help: write eq to compare texts

0 errors, 1 warning in 1 file"
is "warnings end with 0" "$status" 0
run --strict "$work/doubtful"
is "warnings end with 1 when that is asked for" "$status" 1

run "$work/wrong" "$work/doubtful"
is "errors end with 1" "$status" 1
is "every error of every file is there" "$(grep -cE ':[0-9]+:[0-9]+: (error|warning): ' <<<"$output")" 3
is "the summary counts them" "$(tail -n 1 <<<"$output")" "2 errors, 1 warning in 2 files"

run "$work/missing" "$work/good"
is "a file that cannot be read ends with 66" "$status" 66
test_that "and is named" [ "${complaint#*"$work/missing"}" != "$complaint" ]
is "the others are checked all the same" "$output" "0 errors, 0 warnings in 1 file"
run
is "no file at all is a wrong command line" "$status" 64
run --frob "$work/good"
is "so is an unknown option" "$status" 64
run --color=pink "$work/good"
is "so is an unknown colour" "$status" 64

output=$("$culver" check - <"$work/wrong")
is "the standard input is a file too" "$?" 1
test_that "it is called so" [ "${output#"(standard input):1:8: error: "}" != "$output" ]

run --color=always "$work/doubtful"
test_that "colour can be had" [ "${output#*$'\033[1;35m'warning}" != "$output" ]
run --colour=always "$work/doubtful"
test_that "with either spelling" [ "${output#*$'\033[1;35m'warning}" != "$output" ]
run --color=never "$work/doubtful"
test_that "and be refused" [ "${output#*$'\033'}" = "$output" ]
if command -v script >/dev/null; then
	output=$(TERM=xterm script -qec "'$culver' check '$work/doubtful'" /dev/null </dev/null)
	test_that "a terminal has colour" [ "${output#*$'\033[1;35m'warning}" != "$output" ]
	output=$(TERM=xterm NO_COLOR=1 script -qec "'$culver' check '$work/doubtful'" /dev/null </dev/null)
	test_that "unless NO_COLOR is set" [ "${output#*$'\033'}" = "$output" ]
else
	skip "a terminal has colour" "script is not installed"
fi

if command -v python3 >/dev/null; then
	run --json "$work/wrong" "$work/doubtful"
	is "the JSON holds the same" "$(python3 -c '
import json, sys
all = json.load(sys.stdin)
for d in all["diagnostics"]:
    print(d["line"], d["column"], d["size"], d["level"], d["code"], d["advice"] != "", d["file"].split("/")[-1])
print(all["errors"], all["warnings"], all["notes"], all["files"])' <<<"$output")" \
	    "1 8 1 error bad-pattern True wrong
3 4 9 error syntax True wrong
1 14 5 warning numeric-comparison True doubtful
2 1 0 2"
	is "its exit status is the same" "$status" 1
else
	skip "the JSON holds the same" "python3 is not installed"
fi

# What the rules name on this machine.
home=$work/home
mkdir -p "$home/Maildir/tmp" "$home/Maildir/new" "$home/Maildir/cur" "$home/plain" "$home/rules"
printf 'exit\n' >"$home/rules/seen"
printf 'if (/x\n' >"$home/rules/broken"
printf 'include "rules/loop"\ninclude "./main"\n' >"$home/rules/loop"
cat >"$home/main" <<'RULES'
MAIL = "./Maildir"
DEFAULT = "$MAIL/"
cc "$MAIL/.New/"
cc "~/nowhere/box"
cc "./Maildir/.Old"
cc ./plain
cc "./box"
cc "$UNKNOWN/"
cc "|cmd"
include "rules/seen"
include "rules/broken"
include "rules/none"
include "rules/loop"
exception {
	include "rules/optional"
}
X = lookup("$FROM", "friends")
RULES
run --home "$home" "$home/main"
places() {
	grep -oE '^[^ ]+:[0-9]+:[0-9]+: (error|warning): .*\[[a-z-]+\]$' <<<"$output" |
	    sed -E "s,^$home/,,; s/: (error|warning): .*\\[/ /; s/\\]//"
}
is "folders and files that are not there are named, each include is checked once" "$(places)" \
    "main:3:4 missing-folder
main:4:4 missing-folder
main:5:4 missing-folder
main:6:4 missing-folder
main:12:9 missing-file
main:17:21 missing-file
rules/broken:1:5 syntax"
is "and counted" "$(tail -n 1 <<<"$output")" "1 error, 6 warnings in 4 files"
run --no-includes --home "$home" "$home/main"
is "includes can be left alone" "$(tail -n 1 <<<"$output")" "0 errors, 6 warnings in 1 file"
HOME=$home run "$home/main"
is "a file in one's home is looked at from there" "$(tail -n 1 <<<"$output")" "1 error, 6 warnings in 4 files"
HOME=$work/plain run "$home/main"
is "of another file relative names are not looked for" "$(tail -n 1 <<<"$output")" "0 errors, 0 warnings in 1 file"
run -d nobody-has-this-name "$home/main"
is "a user that does not exist is 67" "$status" 67
run -d "$(id -un)" "$work/good"
test_that "a user that exists has a home" [ "$status" = 0 ]

# shellcheck disable=SC2016 # $SENDER is for the rules
printf 'cc "!a@b"\n' >"$work/forward"
run "$work/forward"
is "notes are counted and harmless" "$status:$(tail -n 1 <<<"$output")" "0:0 errors, 0 warnings, 1 note in 1 file"
run --no-notes "$work/forward"
is "notes can be left out" "$(grep -c note: <<<"$output")" 0

# Settings, folders as mail readers show them, logs, files of patterns.
printf 'mailbox "Work//x"\n' >"$work/mailbox"
run --home "$home" "$work/mailbox"
is "a folder name that cannot be is named" "$(grep -c ':1:9: warning: .*\[mailbox-name\]$' <<<"$output")" 1
printf 'cc mailbox "a.b"\nmailbox "Work"\n' >"$work/mailbox"
run --home "$home" "$work/mailbox"
is "a dot is a matter of the layout" "$(grep -c 'mailbox-name' <<<"$output")" 1
run --home "$home" -o mailbox_layout=fs "$work/mailbox"
is "which a setting chooses" "$(tail -n 1 <<<"$output")" "0 errors, 0 warnings in 1 file"
run --home "$home" -o mailbox_layout=fs -o mailbox_create=no "$work/mailbox"
is "folders that nothing would make are named" "$(grep -c ' warning: .*\[missing-folder\]$' <<<"$output")" 2
mkdir -p "$home/Maildir/Work"
run --home "$home" -o mailbox_layout=fs -o mailbox_create=no "$work/mailbox"
is "and not those that are there" "$(grep -c ' warning: .*\[missing-folder\]$' <<<"$output")" 1
printf 'create_folders = yes\n' >"$work/culver.conf"
printf 'to "./Maildir/.New/"\n' >"$work/new"
run --home "$home" --config "$work/culver.conf" "$work/new"
is "a Maildir that would be made is not missed" "$(tail -n 1 <<<"$output")" "0 errors, 0 warnings in 1 file"
run --home "$home" --config "$work/no.conf" "$work/new"
is "settings that cannot be read are 78" "$status" 78
run -o no_such_setting=1 "$work/new"
is "an unknown setting is a wrong command line" "$status" 64
printf 'cc "./nowhere/a"\ncc "./nowhere/b"\ncc "./Maildir/.Old/"\ncc "./Maildir/.Old/"\n' >"$work/twice"
run --home "$home" "$work/twice"
is "each folder or directory is missed once" "$(tail -n 1 <<<"$output")" "0 errors, 2 warnings in 1 file"
printf 'logfile "./nolog/log"\nexception {\n\tlogfile "./nolog2/log"\n}\nlogfile "./log"\n' >"$work/log"
run --home "$home" "$work/log"
is "the directory of a log is looked for" "$(grep -c ':1:9: warning: .*\[missing-file\]$' <<<"$output"):$(tail -n 1 <<<"$output")" \
    "1:0 errors, 1 warning in 1 file"
printf '# friends\n\njoe@example\.com\r\n  (x\n.*\n/ann@/\n' >"$home/friends"
printf 'X = lookup("$FROM", "friends")\nY = lookup("$FROM", "friends", "D")\n' >"$work/look"
run --home "$home" "$work/look"
is "patterns of a lookup file are judged at their place in it" \
    "$(grep -oE '^[^ ]+:[0-9]+:[0-9]+: (error|warning): .*\[[a-z-]+\]$' <<<"$output" | sed -E "s,^$home/,,; s/ .*\[/ /")" \
    "friends:4:3: bad-pattern]
friends:5:1: matches-all]
friends:6:1: matches-nothing]"
is "and counted with the others" "$status:$(tail -n 1 <<<"$output")" "1:1 error, 2 warnings in 2 files"
run --no-includes --home "$home" "$work/look"
is "but not when other files are to be left alone" "$(tail -n 1 <<<"$output")" "0 errors, 0 warnings in 1 file"
rm "$home/friends"

# A big file takes a bounded time: 10,000 rules.
for ((i = 0; i < 10000; i++)); do
	printf 'if (/^Subject:.*foo%05d/)\n\tto "/dev/null"\n' "$i"
done >"$work/many"
started=$(date +%s)
run "$work/many"
is "10,000 rules are checked" "$output" "0 errors, 0 warnings in 1 file"
test_that "in seconds" [ $(($(date +%s) - started)) -lt 20 ]
run "$top_srcdir/doc/demo/mailfilter"
is "the rules of the demonstration are good" "$output" "0 errors, 0 warnings in 1 file"
tests_end
