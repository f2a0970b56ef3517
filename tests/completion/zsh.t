#!/usr/bin/env bash
# What an interactive zsh offers on the command lines of culver and culver-deliver.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

command -v zsh >/dev/null || skip_all "zsh is not installed"
zsh -f -c 'zmodload zsh/zpty' 2>/dev/null || skip_all "this zsh has no zpty"

PATH=$top_builddir:$PATH
mkdir -p "$work/home" "$work/here/Maildir"
cd "$work/here" || exit 99
touch rules.test other.conf .mailfilter lists.mailfilter message

lines=("culver " "culver ex" "culver sing " "culver check --color " "culver explain --color=" "culver test --color "
	"culver test --record=" "culver test " "culver check " "culver check mess" "culver explain --config "
	"culver explain --rules " "culver check -d roo" "culver config " "culver config show time_" "culver config show "
	"culver explain --set rules_s" "culver explain --set rules_safety=" "culver explain --set=rules_safety=o"
	"culver-deliver -o umask=" "culver mail " "culver mail show --from=" "culver -" "culver config show -" "culver-deliver -")
for name in $(culver_commands); do
	lines+=("culver $name -")
done
for name in $(culver_mail_commands); do
	lines+=("culver mail $name -")
done
timeout 120 zsh -f "$top_srcdir/tests/completion/offers.zsh" "$top_srcdir/completion" "$work/home" "${lines[@]}" \
    >"$work/offers" 2>&1 || sed 's/^/# /' "$work/offers"

# offers LINE: what was offered there, as a line.
offers() {
	awk -v line="== $1" '/^== / { inside = ($0 == line); next } inside { print }' "$work/offers" |
	    LC_ALL=C sort | paste -sd' '
}

test_that "zsh can read the file" zsh -n "$top_srcdir/completion/_culver"
# shellcheck source=tests/completion/offered.sh
. "$top_srcdir/tests/completion/offered.sh"
is "no option is offered before a minus" "$(offers "culver " | tr ' ' '\n' | grep -c '^-')" 0

for line in "culver check --color " "culver explain --color=" "culver test --color "; do
	is "$line has its words" "$(offers "$line")" "always auto never"
done
is "tests are files with their suffix, and folders" "$(offers "culver test ")" "Maildir rules.test"
is "--rules takes them too" "$(offers "culver explain --rules ")" ".mailfilter Maildir lists.mailfilter"
is "settings files have their suffix" "$(offers "culver explain --config ")" "Maildir other.conf"
is "-d takes users" "$(offers "culver check -d roo")" "root"
is "--set takes a name" "$(offers "culver explain --set rules_s")" "rules_safety"
tests_end
