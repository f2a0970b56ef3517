#!/usr/bin/env bash
# Generated rules files and messages, run by maildrop and by culver-deliver: both do the same, but for the differences in
# generated_compat.deviations.
#
#	generated_compat.t [SEED COUNT|SECONDSs [DIRECTORY]]
#
# runs COUNT other cases, or as many as the seconds allow, and keeps those that differ in the directory.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"

[ -x /usr/bin/maildrop ] || skip_all "there is no /usr/bin/maildrop to compare with (package maildrop)"
command -v python3 >/dev/null || skip_all "python3 is not installed"
case $(/usr/bin/maildrop -v 2>&1) in
'maildrop 2.9.3'*) ;;
*) skip_all "another maildrop than 2.9.3 is here" ;;
esac
own_accounts "$@"
write_config 'command_limit = 5s'
# maildrop's rules of the host, and a mail program that only says what it is asked for.
: >"$work/nothing"
[ ! -e /etc/maildroprc ] || mount --bind "$work/nothing" /etc/maildroprc
if [ -e /usr/sbin/sendmail ]; then
	printf '#!/bin/sh\ncat >/dev/null\n' >"$work/sendmail" && chmod 755 "$work/sendmail"
	mount --bind "$work/sendmail" /usr/sbin/sendmail
fi
cp "$deliver" "$work/culver-deliver" && chmod 755 "$work/culver-deliver"

amount=${2-300}
[ $# != 0 ] || [ -z "$sanitizers" ] || amount=120
python3 "$top_srcdir/tests/rules/generated_compat.py" /usr/bin/maildrop "$work/culver-deliver" "$config" \
    "$top_srcdir/tests/rules/generated_compat.deviations" \
    "$home:dove,$work/home/raven:raven" "${1-1}" "$amount" ${3+"$3"}
