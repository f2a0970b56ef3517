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
is "each command is offered, and no other" \
    "$(offers "culver " | tr ' ' '\n' | grep -v '^-' | paste -sd' ')" "$(culver_commands | LC_ALL=C sort | paste -sd' ')"
is "a command is completed" "$(offers "culver ex")" "explain"
is "an unknown command gets nothing" "$(offers "culver sing ")" ""
is "the options of culver are those of its help" "$(offers "culver -")" \
    "$(culver --help | help_options | LC_ALL=C sort | paste -sd' ')"
for name in $(culver_commands); do
	line="culver $name -"
	[ "$name" != config ] || line="culver config show -"
	is "the options of culver $name are those of its help" "$(offers "$line")" \
	    "$(culver "$name" --help | help_options | paste -sd' ')"
done
is "the options of culver-deliver are those of its help" "$(offers "culver-deliver -")" \
    "$(culver-deliver --help | help_options | paste -sd' ')"

is "an option is completed" "$(offers "culver explain --run")" "--run-commands"
for name in check explain test; do
	is "culver $name --color has its words" "$(offers "culver $name --color ")" "always auto never"
	is "culver $name --color= has its words too" "$(offers "culver $name --color=a")" "always auto"
done
is "after --record= comes all" "$(offers "culver test --record=")" "all"
is "--record alone has no value" "$(offers "culver test --record ru")" "rules.test"
is "the parts that --print prints" "$(offers "culver test --print ")" "message rules"
is "tests are files with their suffix, and folders" "$(offers "culver test ")" "Maildir rules.test with blank.test"
is "rules are files with a name of rules, and folders" "$(offers "culver check ")" ".mailfilter Maildir lists.mailfilter"
is "other files are rules where nothing else is there" "$(offers "culver check mess")" "message"
is "settings files have their suffix" "$(offers "culver explain --config o")" "other.conf"
is "culver check takes them too" "$(offers "culver check --config o")" "other.conf"
is "and settings" "$(offers "culver check -o rules_safety=o")" "owner-only"
is "messages are files" "$(offers "culver explain --message m")" "message"
is "a message in a Maildir" "$(offers "culver explain --message Maildir/cur/")" "Maildir/cur/1.M2P3.host:2,S"
is "--user takes users" "$(offers "culver check --user roo")" "root"
is "so does -d" "$(offers "culver-deliver -d roo")" "root"
is "names of embedded rules" "$(offers "culver-deliver -M ")" "reader-lists"
is "forms of config" "$(offers "culver config ")" "check example show"
is "config show takes names of settings" "$(offers "culver config show time_")" "time_limit"
is "all of them" "$(offers "culver config show " | wc -w)" "$(culver config show | grep -c ' = ')"
is "--set takes a name, with an equals sign" "$(offers "culver explain --set rules_s")" "rules_safety="
is "then one of the values that are allowed" "$(offers "culver explain --set rules_safety=")" "not-world-writable owner-only"
is "with --set= too" "$(offers "culver explain --set=rules_safety=o")" "owner-only"
is "a setting that is no list of words has no values" "$(offers "culver-deliver -o umask=")" ""
is "and an unknown one neither" "$(offers "culver-deliver -o unheard_of=")" ""
tests_end
