#!/usr/bin/env bash
# A delivery to a folder that is not there yet, with a keyword that nobody has used yet, killed or failing at any of its
# system calls. Whatever happens: no mail is lost or torn; a message that can be seen lies in a folder that is
# subscribed, and has no letter that the index of keywords does not know; and the retry leaves folder, subscription and
# index whole, each entry once.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
# shellcheck source=tests/crash/inject.sh
. "$top_srcdir/tests/crash/inject.sh"

[ -z "$sanitizers" ] || skip_all "the sanitizers' runtime makes system calls of its own"
inject_is_possible || skip_all "strace is missing or may not trace here"
own_accounts
here=$(mktemp -d /dev/shm/culver-test.XXXXXX 2>/dev/null) || here=$work/here
mkdir -p "$here"
at_end 'rm -rf "$here"'
chown "$dove_uid:$dove_uid" "$here"
maildir=$here/Maildir
folder=$maildir/.Work.Entw\&APw-rfe
message=$work/message
write_message "$message"
write_config "mailbox_root = $maildir" 'lock_timeout = 5s'
printf 'KEYWORDS="Kw"\nmailbox "Work/Entwürfe"\n' >"$work/rules"
chmod 644 "$work/rules"
inject_command=(setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups
	"$deliver" --config "$config" "$work/rules")
inject_input=$message
inject_start=$maildir
inject_calls=all

prepare() {
	rm -rf "$maildir"
	make_maildir "$maildir" "$dove_uid"
	printf 'V\t2\n\nOld\n' >"$maildir/subscriptions"
	chown "$dove_uid:$dove_uid" "$maildir/subscriptions"
}

# What each state must be, also between a crash and the retry.
is_sound() {
	local -a files
	local file
	mapfile -t files < <(visible "$folder")
	for file in "${files[@]}"; do
		cmp -s "$file" "$message" || { echo "# $file is torn" && return 1; }
		[[ $file != *:2,* ]] || [ "$(cat "$folder/dovecot-keywords" 2>&1)" = '0 Kw' ] ||
		    { echo "# $file has a letter that the index does not know" && return 1; }
	done
	[ "$(head -3 "$maildir/subscriptions" | tail -1)" = Old ] ||
	    { echo "# the subscriptions are damaged" && return 1; }
	[ "${#files[@]}" = "$1" ] || { echo "# ${#files[@]} copies, not $1" && return 1; }
}

# Everything that a delivery without a fault leaves.
is_complete() {
	[ "$(<"$maildir/subscriptions")" = $'V\t2\n\nOld\nWork\tEntw&APw-rfe' ] ||
	    { echo "# subscribed: $(<"$maildir/subscriptions")" && return 1; }
	[ -d "$folder/new" ] && [ -d "$folder/cur" ] && [ -d "$folder/tmp" ] && [ -e "$folder/maildirfolder" ] ||
	    { echo "# the folder is not whole" && return 1; }
	[ "$(<"$folder/dovecot-keywords")" = '0 Kw' ] || { echo "# the index is not whole" && return 1; }
}

# No lock but of a process that is gone, which every program of the kind takes over.
is_free() {
	local lock
	while read -r lock; do
		[[ $(<"$lock") == [0-9]*:"$(uname -n)" ]] && ! kill -0 "$(sed 's/:.*//' "$lock")" 2>/dev/null ||
		    { echo "# the lock $lock stays: $(<"$lock")" && return 1; }
	done < <(find "$maildir" -name '*.lock')
}

retry() {
	"${inject_command[@]}" <"$message" >"$work/retry.output" 2>&1 ||
	    { echo "# the retry failed: $(<"$work/retry.output")" && return 1; }
	is_sound "$1"
}

judge() {
	local status=$1 mode=$4 copies
	case $status in
	0)
		is_sound 1 || return 1
		# A subscription or keyword that could not be written is no reason to keep the mail waiting.
		is_free || return 1
		[[ $mode == error=* ]] || is_complete
		;;
	75)
		is_sound 0 && retry 1
		;;
	137)
		copies=$(visible "$folder" | wc -l)
		is_sound "$copies" || return 1
		[ "$copies" = 0 ] || grep -qxF $'Work\tEntw&APw-rfe' "$maildir/subscriptions" ||
		    { echo "# mail is in a folder that no reader shows" && return 1; }
		retry $((copies + 1)) && is_complete && is_free
		;;
	*)
		echo "# unexpected status"
		return 1
		;;
	esac
}

cd "$here" || exit 99
inject_plan prepare >"$work/inject.plan"
sed -i '/^exit_group /d; /^brk /d' "$work/inject.plan"
test_that "without a fault the folder, its subscription and the keyword are there" is_complete
test_that "and the message" is_sound 1
inject_series "killed at any call" signal=KILL prepare judge
inject_series "EIO at any call" error=EIO prepare judge
inject_series "ENOSPC at any call" error=ENOSPC prepare judge
tests_end
