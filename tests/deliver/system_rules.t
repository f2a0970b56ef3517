#!/usr/bin/env bash
# What goes wrong in the system's rules is never taken for success: the mail stays with the mail server.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
write_config

message=$work/message
write_message "$message"
make_maildir "$home/Maildir" "$dove_uid"
chown "$dove_uid:$dove_uid" "$home"
printf 'if (/x\n' >"$work/broken"
rules=$work/maildroprc
: >"$rules"
chmod 644 "$rules" "$work/broken"
chmod 755 "$work"

run() {
	"$deliver" --config "$config" -o "system_rules=$rules" "$@" <"$message" >/dev/null 2>"$work/said"
	status=$?
}

printf 'X = 1\n' >"$rules"
run -d dove
is "rules of the system that only prepare something deliver by default" \
    "$status $(find "$home/Maildir/new" -type f | wc -l)" "0 1"
find "$home/Maildir/new" -type f -delete

while IFS= read -r line; do
	printf '%b\n' "$line" >"$rules"
	run -d dove
	is "T3: later, and no mail is lost: ${line//"$work"/}" "$status $(find "$home/Maildir/new" -type f | wc -l)" "75 0"
done <<TRAPS
include "$work/broken"
include "/nonexistent"
to "|exit 75"
to "|cat >/dev/null; exit 75"
EXITCODE=75\nexit
to "./Nowhere/"
if (/(x/)\n\texit
TRAPS
tests_end
