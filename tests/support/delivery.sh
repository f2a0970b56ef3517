# shellcheck shell=bash
# What tests of the whole delivery program share: a place for accounts, messages, running, and judging what became
# of a message. Sourced after tap.sh.
#
# Accounts: tests that need one call own_accounts first. It starts the script again in a mount namespace of its own,
# where /etc/passwd is a copy with the accounts "dove" and "raven" added. So no account of the host is touched, every
# mount made by the script ends with it, and scripts can run beside each other.

deliver=$top_builddir/culver-deliver
dove_uid=64801
raven_uid=64802
config=$work/culver.conf

# own_accounts REASON-WORDS: makes the accounts, or skips the whole script.
own_accounts() {
	[ "$(id -u)" = 0 ] || skip_all "needs root: it makes accounts in a mount namespace of its own"
	if [ -z "${culver_own_host-}" ]; then
		unshare --mount true 2>/dev/null || skip_all "needs a mount namespace (unshare --mount)"
		rm -rf "$work"
		culver_own_host=1 exec unshare --mount --propagation private "$0" "$@"
	fi
	home=$work/home/dove
	mkdir -p "$work/home" "$home" "$work/home/raven"
	{
		cat /etc/passwd
		printf 'dove:x:%d:%d:Dove:%s:/bin/sh\n' "$dove_uid" "$dove_uid" "$home"
		printf 'raven:x:%d:%d:Raven:%s:/bin/sh\n' "$raven_uid" "$raven_uid" "$work/home/raven"
		printf 'nohome:x:64803:64803:No home:%s:/bin/sh\n' "$work/home/missing"
	} >"$work/passwd"
	{
		cat /etc/group
		printf 'dove:x:%d:\nraven:x:%d:\n' "$dove_uid" "$raven_uid"
	} >"$work/group"
	chmod 644 "$work/passwd" "$work/group"
	mount --bind "$work/passwd" /etc/passwd && mount --bind "$work/group" /etc/group ||
	    skip_all "cannot put accounts in the place of /etc/passwd"
	chown "$dove_uid:$dove_uid" "$home"
	chown "$raven_uid:$raven_uid" "$work/home/raven"
	chmod 700 "$home" "$work/home/raven"
}

# write_config LINE...: the settings of this script; without lines, mail goes to ~/Maildir/ and no log is written.
write_config() {
	{
		printf 'system_rules = ""\nlog = off\n'
		case "$*" in
		*default_mailbox*) ;;
		*) printf 'default_mailbox = "$HOME/Maildir/"\n' ;;
		esac
		[ $# = 0 ] || printf '%s\n' "$@"
	} >"$config"
	chmod 644 "$config"
}

# make_maildir DIRECTORY [OWNER]
make_maildir() {
	mkdir -p "$1/tmp" "$1/new" "$1/cur"
	[ $# = 1 ] || chown -R "$2:$2" "$1"
}

# write_message FILE [BODY-BYTES]: a message with a Message-ID of its own, <FILE's-name@test>.
write_message() {
	{
		printf 'From: Noah <noah@ark.example>\nTo: dove@ararat.example\nSubject: is there land\n'
		printf 'Message-ID: <%s@test>\nDate: Mon, 01 Jan 2024 10:00:00 +0000\n\nFrom here I see water.\n' \
		    "$(basename "$1")"
		[ $# = 1 ] || awk -v size="$2" 'BEGIN {
			for (n = 0; n < size; n += 64)
				printf "%063d\n", n
		}'
	} >"$1"
}

# run MESSAGE ARGUMENT...: one delivery, MESSAGE on standard input through a pipe as an MTA does it. Sets $status and
# $said (standard error).
run() {
	local message=$1
	shift
	# shellcheck disable=SC2002
	cat "$message" 2>/dev/null | "$deliver" --config "$config" "$@" >"$work/stdout" 2>"$work/stderr"
	status=${PIPESTATUS[1]}
	said=$(<"$work/stderr")
}

# copies MESSAGE DIRECTORY: how many files under the directory hold its Message-ID, whole or not.
copies() {
	grep -rlF "<$(basename "$1")@test>" "$2" 2>/dev/null | wc -l
}

# visible MAILDIR: the files in new and cur.
visible() {
	local file
	for file in "$1"/new/* "$1"/cur/*; do
		[ ! -e "$file" ] || printf '%s\n' "$file"
	done
}

# is_one_copy MAILDIR MESSAGE: exactly one message is visible, byte for byte this one, and tmp is empty.
is_one_copy() {
	local -a files
	mapfile -t files < <(visible "$1")
	[ "${#files[@]}" = 1 ] && cmp -s "${files[0]}" "$2" && is_empty "$1/tmp"
}

# is_empty DIRECTORY: nothing is in it, or it does not exist.
is_empty() {
	[ ! -e "$1" ] || [ -z "$(ls -A "$1")" ]
}

# delivered SENTENCE MAILDIR MESSAGE: the last run said success and the message is there once, whole.
delivered() {
	test_that "$1" was_delivered "$2" "$3"
}

was_delivered() {
	[ "$status" = 0 ] || {
		printf '# status %s: %s\n' "$status" "$said"
		return 1
	}
	is_one_copy "$1" "$2" || {
		printf '# visible: %s; tmp: %s\n' "$(visible "$1" | tr '\n' ' ')" "$(ls -A "$1/tmp")"
		return 1
	}
}

# refused SENTENCE STATUS WORDS MESSAGE DIRECTORY: the last run ended with the status, its one line begins with an
# enhanced status code of the right class and holds the words, and no byte of the message is under the directory.
refused() {
	test_that "$1" was_refused "$2" "$3" "$4" "$5"
}

was_refused() {
	local class=5 code
	[ "$1" != 75 ] || class=4
	code="^$class\\.[0-9]{1,3}\\.[0-9]{1,3} "
	[ "$status" = "$1" ] || {
		printf '# status %s, wanted %s: %s\n' "$status" "$1" "$said"
		return 1
	}
	[[ $said =~ $code && $said == *"$2"* && $said != *$'\n'* ]] || {
		printf '# not one line with %s and "%s": %s\n' "$code" "$2" "${said//$'\n'/$'\n'# }"
		return 1
	}
	[ "$(copies "$3" "$4")" = 0 ] || {
		printf '# the message was left in: %s\n' "$(grep -rlF "<$(basename "$3")@test>" "$4" | tr '\n' ' ')"
		return 1
	}
}
