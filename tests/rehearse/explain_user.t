#!/usr/bin/env bash
# culver explain for another user: whose rules run, in which order, with whose rights and from where.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts "$@"

cp "$top_builddir/culver" "$work/culver"
printf 'system_rules = %s\ncreate_folders = yes\n' "$work/system" >"$config"
printf 'A="from the system"\n' >"$work/system"
printf 'include "more"\nif ($A eq "from the system" && $B eq "from more")\n  to "./Both/"\n' >"$home/.mailfilter"
printf 'B="from more"\nlog "$HOME $LOGNAME"\n' >"$home/more"
chmod 600 "$home/.mailfilter" "$home/more"
chown "$dove_uid:$dove_uid" "$home/.mailfilter" "$home/more"
chmod 755 "$work/home"
printf 'Subject: x\n\nbody\n' >"$work/message"

explain() {
	output=$(cd / && "$work/culver" explain --config "$config" --color never "$@" <"$work/message" 2>&1)
	status=$?
}
contains() { case $output in *"$1"*) true ;; *) false ;; esac; }

explain -d dove
is "the system's rules run, then the user's, in the user's home" \
    "$(printf '%s\n' "$output" | sed -n '/^What/,$p')" "What would happen:
   1. log \"$home dove\"
   2. deliver to \"./Both/\"  [$home/.mailfilter:3:3]
The mail server would hear: exit status 0, done
Why: $home/.mailfilter:3:3 says: to \"./Both/\", because \$A eq \"from the system\" && \$B eq \"from more\" (line 2) was true."
test_that "whose rules they are is told" contains "For dove, in $home"

printf 'A=`id -un`\nto "./$A/"\n' >"$work/other"
chmod 644 "$work/other"
explain -d dove --rules "$work/other" -o rules_safety=not-world-writable --run-commands
test_that "another file can stand in the place of the user's rules, run with the user's rights" \
    contains 'deliver to "./dove/"'
test_that "the system's rules do not run then" [ "${output#*from the system}" = "$output" ]

chmod +t "$home"
explain -d dove
test_that "a home that is being edited is told, and the rules run all the same" contains 'But now every delivery would wait'
is "which is no error of the rules" "$status" 0
chmod -t "$home"

rm "$home/.mailfilter" "$work/system"
explain -d dove -q
test_that "without rules the default mailbox is told" contains "deliver to the default mailbox"
test_that "and which rules were looked for" contains "There is no rules file $home/.mailfilter."

explain -d nobody-of-that-name
is "an unknown user is 67" "$status" 67
output=$(cd / && setpriv --reuid "$raven_uid" --regid "$raven_uid" --clear-groups \
    "$work/culver" explain --config "$config" -d dove <"$work/message" 2>&1)
is "somebody else's rules are 77" "$?" 77
tests_end
