# shellcheck shell=bash
# Dovecot's own IMAP server, to judge what others did to mail. No daemon and no network: its imap program runs as the
# user dove on private directories, already logged in, with the commands on standard input. Sourced after delivery.sh;
# own_accounts comes after this file, needs_imap after use_location.

imap_program=/usr/lib/dovecot/imap
[ -x "$imap_program" ] || skip_all "$imap_program is not installed"

# use_location LOCATION: what Dovecot is told of the mail's place; what it complained of before is forgotten.
use_location() {
	cat >"$work/dovecot.conf" <<CONFIG
base_dir = $work/run
log_path = /dev/stderr
mail_location = $1
ssl = no
first_valid_uid = 0
default_internal_user = nobody
mbox_write_locks = dotlock fcntl
namespace inbox {
  inbox = yes
}
CONFIG
	chmod 644 "$work/dovecot.conf"
	: >"$work/dovecot.log"
	imap_server=(setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups env -i HOME="$home" USER=dove
		IP=127.0.0.1 PATH=/usr/bin:/bin timeout 60 "$imap_program" -c "$work/dovecot.conf")
}

# imap COMMAND...: one session; prints what the server said.
imap() {
	local n=0 command
	{
		for command in "$@"; do
			n=$((n + 1))
			printf 'c%d %s\r\n' "$n" "$command"
		done
		printf 'z LOGOUT\r\n'
	} | "${imap_server[@]}" 2>>"$work/dovecot.log" | tr -d '\r'
}

needs_imap() {
	grep -q PREAUTH < <(imap NOOP) || skip_all "Dovecot's imap does not run here: $(head -1 "$work/dovecot.log")"
}

# open_session DESCRIPTOR NAME, say NAME DESCRIPTOR TAG COMMAND: a session that stays open; its answers are in
# $work/from-NAME.
open_session() {
	mkfifo "$work/to-$2"
	"${imap_server[@]}" <"$work/to-$2" >"$work/from-$2" 2>>"$work/dovecot.log" &
	eval "exec $1>\"\$work/to-$2\""
}
say() {
	local i
	printf '%s %s\r\n' "$3" "$4" >&"$2"
	for ((i = 0; i < 200; i++)); do
		! grep -q "^$3 " "$work/from-$1" || return 0
		sleep 0.05
	done
	echo "# no answer to $4"
}

# complaints: what Dovecot found wrong.
complaints() { grep -iE '(error|warning|panic|fatal): ' "$work/dovecot.log"; }
