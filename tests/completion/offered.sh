# shellcheck shell=bash
# What every shell offers. Sourced after tap.sh, lint.sh and the shell's own "offers LINE", which prints the words that
# are offered at the end of LINE, sorted, as one line.

is "there are commands to offer" "$(culver_commands | grep -cxE 'check|explain|test')" 3
is "each command is offered, and no other" \
    "$(offers "culver " | tr ' ' '\n' | grep -v '^-' | paste -sd' ')" "$(culver_commands | LC_ALL=C sort | paste -sd' ')"
is "a command is completed" "$(offers "culver ex")" "explain"
is "an unknown command gets nothing" "$(offers "culver sing ")" ""
is "the options of culver are those of its help" "$(offers "culver -")" \
    "$(culver --help | help_options | paste -sd' ')"
for name in $(culver_commands); do
	line="culver $name -"
	[ "$name" != config ] || line="culver config show -"
	is "the options of culver $name are those of its help" "$(offers "$line")" \
	    "$(culver "$name" --help | help_options | paste -sd' ')"
done
for name in $(culver_mail_commands); do
	is "the options of culver mail $name are those of its help" "$(offers "culver mail $name -")" \
	    "$(culver mail "$name" --help | help_options | paste -sd' ')"
done
is "the commands of culver mail" "$(offers "culver mail ")" "$(culver_mail_commands | LC_ALL=C sort | paste -sd' ')"
test_that "there are commands of culver mail" [ "$(culver_mail_commands | grep -cxE 'show|parts|text|verify')" = 4 ]
is "rules for the lines between messages are offered" "$(offers "culver mail show --from=")" "dated lenient strict"
is "the options of culver-deliver are those of its help" "$(offers "culver-deliver -")" \
    "$(culver-deliver --help | help_options | paste -sd' ')"
is "after --record= comes all" "$(offers "culver test --record=")" "all"
is "rules are files with a name of rules, and folders" "$(offers "culver check ")" ".mailfilter Maildir lists.mailfilter"
is "other files are rules where nothing else is there" "$(offers "culver check mess")" "message"
is "forms of config" "$(offers "culver config ")" "check example show"
is "config show takes names of settings" "$(offers "culver config show time_")" "time_limit"
is "all of them" "$(offers "culver config show " | wc -w)" "$(culver config show | grep -c ' = ')"
is "of a setting the values that are allowed" "$(offers "culver explain --set rules_safety=")" "not-world-writable owner-only"
is "with --set= too" "$(offers "culver explain --set=rules_safety=o")" "owner-only"
is "a setting that is no list of words has no values" "$(offers "culver-deliver -o umask=")" ""
