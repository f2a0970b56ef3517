#!/usr/bin/env bash
# What bash offers on the command lines of culver and culver-deliver.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

PATH=$top_builddir:$PATH
mkdir -p "$work/home/.mailfilters" "$work/here/Maildir/cur"
cd "$work/here" || exit 99
touch rules.test other.conf .mailfilter lists.mailfilter message "with blank.test" Maildir/cur/1.M2P3.host:2,S \
    "$work/home/.mailfilters/reader-lists"

# offers LINE: the words that bash would offer at its end, as a line. Words are split as readline splits them.
offers() {
	HOME=$work/home bash --norc --noprofile -c '
	set -u
	. "$1"
	specification=$(complete -p "${2%% *}") || exit 1
	[[ $specification =~ -F\ ([^ ]+) ]] || exit 1
	COMP_LINE=$2 COMP_POINT=${#2}
	IFS=" " read -r -a COMP_WORDS <<<"${2//=/ = }"
	case $2 in *[\ ]) COMP_WORDS+=("") ;; esac
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	case $2 in
	*=) COMP_WORDS+=("") COMP_CWORD=$((COMP_CWORD + 1)) ;;
	esac
	COMPREPLY=()
	"${BASH_REMATCH[1]}" "${2%% *}" "${COMP_WORDS[COMP_CWORD]}" "" 2>&1
	[ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd" "' \
	    offers "$top_srcdir/completion/culver.bash" "$1" 2>&1
}

test_that "bash can read the file" bash -n "$top_srcdir/completion/culver.bash"
# shellcheck source=tests/completion/offered.sh
. "$top_srcdir/tests/completion/offered.sh"

is "an option is completed" "$(offers "culver explain --run")" "--run-commands"
for name in check explain test; do
	is "culver $name --color has its words" "$(offers "culver $name --color ")" "always auto never"
	is "culver $name --color= has its words too" "$(offers "culver $name --color=a")" "always auto"
done
is "--record alone has no value" "$(offers "culver test --record ru")" "rules.test"
is "the parts that --print prints" "$(offers "culver test --print ")" "message rules"
is "tests are files with their suffix, and folders" "$(offers "culver test ")" "Maildir rules.test with blank.test"
is "settings files have their suffix" "$(offers "culver explain --config o")" "other.conf"
is "culver check takes them too" "$(offers "culver check --config o")" "other.conf"
is "and settings" "$(offers "culver check -o rules_safety=o")" "owner-only"
is "messages are files" "$(offers "culver explain --message m")" "message"
is "a message in a Maildir" "$(offers "culver explain --message Maildir/cur/")" "Maildir/cur/1.M2P3.host:2,S"
is "--user takes users" "$(offers "culver check --user roo")" "root"
is "so does -d" "$(offers "culver-deliver -d roo")" "root"
is "names of embedded rules" "$(offers "culver-deliver -M ")" "reader-lists"
is "--set takes a name, with an equals sign" "$(offers "culver explain --set rules_s")" "rules_safety="
is "and an unknown one neither" "$(offers "culver-deliver -o unheard_of=")" ""
tests_end
