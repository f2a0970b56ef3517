#!/usr/bin/env bash
# The language, construct by construct, and its traps: each entry of reference.table is run by culver-deliver and, where
# it is installed, by maildrop 2.9.3, and both must do what the table says.
#
#	reference.t --print		doc/compat.md, to standard output
#	reference.t --observe [ID]	the table with what both give now, for its authors
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
export top_srcdir
table=$top_srcdir/tests/rules/reference.table
if [ "${1-}" = --print ]; then
	exec python3 "$top_srcdir/tests/rules/reference.py" "$table" print
fi
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

user=- home=$work/home maildrop=-
mkdir -p "$home"
case $(/usr/bin/maildrop -v 2>&1) in
'maildrop 2.9.3'*) maildrop=/usr/bin/maildrop ;;
esac
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
	own_accounts "$@"
	user=dove
	export system_rules=$work/system_rules
	: >"$system_rules"
	chmod 644 "$system_rules"
	[ ! -e /etc/maildroprc ] || mount --bind "$system_rules" /etc/maildroprc
fi
write_config 'default_mailbox = "$HOME/default"'
[ "$user" = - ] || sed -i "s|^system_rules = .*|system_rules = $system_rules|" "$config"
# The user runs it, and may not be able to look into the build directory.
cp "$deliver" "$work/culver-deliver" && chmod 755 "$work/culver-deliver"

set -- "${1-}" "${2-}"
if [ "$1" = --observe ]; then
	python3 "$top_srcdir/tests/rules/reference.py" "$table" observe "$maildrop" "$work/culver-deliver" "$config" \
	    "$home" "$user" ${2:+"$2"}
else
	python3 "$top_srcdir/tests/rules/reference.py" "$table" run "$top_srcdir/doc/tolerance.md" \
	    "$top_srcdir/doc/compat.md" "$maildrop" "$work/culver-deliver" "$config" "$home" "$user"
fi
