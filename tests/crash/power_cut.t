#!/usr/bin/env bash
# Power cuts. A file system in an image file is shut down at the instant of exit 0, by the ioctl that stops it without
# writing anything more; then it is unmounted, mounted again (its journal is replayed) and looked at. What was not
# synced is gone. Each message must be there whole, and all earlier ones too. CULVER_POWER_CUTS sets the number of cuts
# for each of Maildir and mbox on each of ext4 and xfs.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts

: "${CULVER_POWER_CUTS:=50}"
cuts=$CULVER_POWER_CUTS
for program in mkfs.ext4 mkfs.xfs xfs_io; do
	command -v "$program" >/dev/null || skip_all "$program is not installed"
done
[ "$(df -Pk "$work" | awk 'NR == 2 { print $4 }')" -gt 500000 ] || skip_all "needs 500 MB of free disk"
write_config 'create_folders = yes'
disk=$work/disk
image=$work/image
mkdir "$disk"
at_end 'umount "$disk" 2>/dev/null'

# make_disk TYPE: a fresh file system on $disk.
make_disk() {
	rm -f "$image"
	truncate -s 320M "$image"
	case $1 in
	# The journal is written when somebody syncs, not when a timer comes to our help.
	ext4) mkfs.ext4 -q -F "$image" && options=loop,commit=300 ;;
	xfs) mkfs.xfs -q -f "$image" && options=loop ;;
	esac && mount -o "$options" "$image" "$disk"
}

# The power goes, and comes back.
cut_power() {
	xfs_io -x -c shutdown "$disk" && umount "$disk" && mount -o "$options" "$image" "$disk"
}

# deliver_to DESTINATION MESSAGE DIRECTORY: by a rule, with the directory as the place where large messages wait.
deliver_to() {
	printf 'to "%s"\n' "$1" >"$work/rules"
	chmod 600 "$work/rules"
	(cd "$3" && exec "$deliver" --config "$config" "$work/rules" <"$2" 2>"$work/stderr")
}

# Does the Maildir hold exactly this message among the others?
maildir_has() {
	local -a files
	mapfile -t files < <(grep -lF "<$(basename "$2")@test>" "$1"/new/* 2>/dev/null)
	[ "${#files[@]}" = 1 ] && cmp -s "${files[0]}" "$2"
}

# The mbox form of a message: quoted, with an empty line behind.
mbox_form() {
	sed 's/^\(>*From \)/>\1/' "$1"
	printf '\n'
}

# Does the mbox hold exactly these messages, in this order?
mbox_has() {
	local mailbox=$1 message
	shift
	cmp -s <(sed '/^From /d' "$mailbox") <(for message in "$@"; do mbox_form "$message"; done) &&
	    [ "$(grep -c '^From ' "$mailbox")" = $# ]
}

# The message of cut number N: every third one goes through the spool file.
message_of_cut() {
	message=$work/cut-$1
	write_message "$message" $(($1 % 3 == 0 ? 307200 : $1 * 100))
}

cut_maildir() {
	local type=$1 n lost=0 failed=0 maildir
	for ((n = 1; n <= cuts; n++)); do
		message_of_cut "$n"
		# A Maildir of its own now and then: its directories must survive as well.
		[ $((n % 5)) != 1 ] || maildir=$disk/Maildir$n
		deliver_to "$maildir/" "$message" "$([ $((n % 2)) = 0 ] && echo "$disk" || echo "$work")" ||
		    failed=$((failed + 1))
		cut_power || return 1
		maildir_has "$maildir" "$message" || {
			lost=$((lost + 1))
			printf '# cut %d: %s\n' "$n" "$(ls -lR "$maildir" | tr '\n' ' ')"
		}
	done
	is "$cuts deliveries to Maildirs on $type say success" "$failed" 0
	is "$cuts power cuts on $type lose no message of a Maildir" "$lost" 0
	is "no message in a Maildir on $type is torn, doubled or harmed by later cuts" \
	    "$(for ((n = 1; n <= cuts; n++)); do
		    maildir_has "$disk/Maildir$((n - (n - 1) % 5))" "$work/cut-$n" || echo "$n"
	    done)" ""
	is "nothing is left in tmp on $type" "$(cd "$disk" && find . -path './*/tmp/*')" ""
}

cut_mbox() {
	local type=$1 n lost=0 failed=0 mailbox messages
	for ((n = 1; n <= cuts; n++)); do
		message_of_cut "$n"
		[ $((n % 5)) != 1 ] || {
			mailbox=$disk/mbox$n
			messages=()
		}
		messages+=("$message")
		deliver_to "$mailbox" "$message" "$disk" || failed=$((failed + 1))
		cut_power || return 1
		mbox_has "$mailbox" "${messages[@]}" || {
			lost=$((lost + 1))
			printf '# cut %d: %s\n' "$n" "$(ls -l "$mailbox")"
		}
		# What a power cut may leave of a lock is not what is tested here.
		rm -f "$mailbox.lock"
	done
	is "$cuts deliveries to mboxes on $type say success" "$failed" 0
	is "$cuts power cuts on $type lose no message of an mbox, nor an earlier one" "$lost" 0
}

# The proof that a loss would be seen: success said without a sync.
cut_control() {
	local type=$1 maildir=$disk/Control
	message_of_cut 1
	make_maildir "$maildir"
	: >"$disk/control"
	sync -f "$disk"
	cp "$message" "$maildir/tmp/1" && mv "$maildir/tmp/1" "$maildir/new/1"
	cat "$message" >>"$disk/control"
	cut_power || return 1
	test_that "a message that was only written, not synced, is lost on $type" \
	    eval '! cmp -s "$maildir/new/1" "$message" && ! cmp -s "$disk/control" "$message"'
}

for type in ext4 xfs; do
	if ! make_disk "$type" 2>"$work/stderr"; then
		skip "power cuts on $type" "it cannot be mounted on a loop device: $(tail -n 1 "$work/stderr")"
		continue
	fi
	start=$SECONDS
	cut_control "$type" && cut_maildir "$type" && cut_mbox "$type"
	test_that "$type could be cut and mounted again each time" mountpoint -q "$disk"
	printf '# %s: %d cuts in %d s\n' "$type" $((2 * cuts + 1)) $((SECONDS - start))
	umount "$disk"
done
tests_end
