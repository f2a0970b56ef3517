#!/usr/bin/env bash
# Hostile input and a hostile place: whatever comes on standard input, and whatever stands where the mail should go,
# the program says 0 and has the message whole, or says "later" and left nothing anywhere.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
write_config

maildir=$home/Maildir
header_rule='if (/^Subject: is there land/)
{
	to "./Maildir/"
}'
# Private memory a delivery may use, in KiB: all that it can write, the libraries' data included.
memory_limit=4096

# A home as new, with a Maildir and no rules.
fresh_home() {
	rm -rf "$home"
	mkdir -m 700 "$home"
	make_maildir "$maildir"
	chown -R "$dove_uid:$dove_uid" "$home"
}

# rules TEXT: the user's rules file.
rules() {
	printf '%s\n' "$1" >"$home/.mailfilter"
	chown "$dove_uid:$dove_uid" "$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
}

# stream GENERATOR ARGUMENT...: one delivery of what the generator prints, under the memory limit; the generator prints
# the same each time. The user calls: what root needs to become the user, the host's name services, would be counted
# too. Sets $status, $said and $seconds.
stream() {
	local start=$SECONDS
	"$@" | (
		[ -n "$sanitizers" ] || ulimit -d "$memory_limit"
		exec setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups "$deliver" --config "$config"
	) >"$work/stdout" 2>"$work/stderr"
	status=${PIPESTATUS[1]}
	said=$(<"$work/stderr")
	seconds=$((SECONDS - start))
}

# streamed SENTENCE MAILDIR GENERATOR...: what the generator printed is there once, whole.
streamed() {
	test_that "$1" was_streamed "${@:2}"
}

was_streamed() {
	local -a files
	mapfile -t files < <(visible "$1")
	[ "$status" = 0 ] || {
		printf '# status %s: %s\n' "$status" "$said"
		return 1
	}
	[ "${#files[@]}" = 1 ] && is_empty "$1/tmp" && cmp -s "${files[0]}" <("${@:2}")
}

# nothing_delivered DIRECTORY...: no message is visible or half-made in these Maildirs.
nothing_delivered() {
	local directory
	for directory in "$@"; do
		is_empty "$directory/new" && is_empty "$directory/cur" && is_empty "$directory/tmp" || return 1
	done
}

small=$work/small
large=$work/large
write_message "$small"
write_message "$large" 307200

# --- what comes on standard input ---------------------------------------------------------------------------------

fresh_home
: >"$work/empty"
run "$work/empty" -d dove
refused "an empty standard input is later, and no message is made of it" 75 "no message" "$work/empty" "$home"
test_that "an empty standard input leaves no file" nothing_delivered "$maildir"
"$deliver" --config "$config" -d dove <&- >"$work/stdout" 2>"$work/stderr"
status=$? said=$(<"$work/stderr")
refused "a closed standard input is later" 75 "" "$work/empty" "$home"
test_that "a closed standard input leaves no file" nothing_delivered "$maildir"

# A file that is opened while standard output or standard error is closed would take its place, and the echo, the
# decisions and the errors would go into the mail.
closed() {
	case $1 in
	output) "${@:2}" >&- ;;
	error) "${@:2}" 2>&- ;;
	both) "${@:2}" >&- 2>&- ;;
	esac
}
wide=$work/wide
write_message "$wide" 307200
for streams in output error both; do
	fresh_home
	rules 'echo "what the rules say"
logfile "./rules.log"
to "./Maildir/"'
	# shellcheck disable=SC2002
	cat "$wide" | closed "$streams" "$deliver" --config "$config" -V 5 -d dove >"$work/stdout" 2>"$work/stderr"
	status=${PIPESTATUS[1]} said=
	delivered "with standard $streams closed a large message is delivered as it is" "$maildir" "$wide"
	test_that "with standard $streams closed nothing that is said gets into the log of the rules" \
	    eval '! grep -q "what the rules say\|culver:" "$home/rules.log"'
done

gibibyte() {
	cat "$small"
	yes 'All in a row, two by two, they go into the ark before the rain.' | head -c 1073741824
}
if [ -n "$sanitizers" ]; then
	skip "a body of 1 GiB is delivered whole" "the sanitizers' memory is not the program's"
elif [ "$(df -Pk "$work" | awk 'NR == 2 { print $4 }')" -lt 3500000 ]; then
	skip "a body of 1 GiB is delivered whole" "needs 3.5 GB of free disk"
else
	fresh_home
	stream gibibyte
	streamed "a body of 1 GiB is delivered whole in 4 MiB of private memory" "$maildir" gibibyte
	printf '# without rules: %d s\n' "$seconds"
	fresh_home
	rules "$header_rule"
	stream gibibyte
	streamed "a body of 1 GiB is delivered whole by a header rule in 4 MiB of private memory" "$maildir" gibibyte
	printf '# by a header rule: %d s\n' "$seconds"
	fresh_home
fi

long_line() {
	cat "$small"
	head -c 104857600 /dev/zero | tr '\0' 'x'
}
long_header_line() {
	printf 'X-Long: '
	head -c 104857600 /dev/zero | tr '\0' 'x'
	printf '\n'
	cat "$small"
}
for generator in long_line long_header_line; do
	fresh_home
	rules "$header_rule"
	stream "$generator"
	case $generator in
	long_line) where=body ;;
	*) where=header ;;
	esac
	streamed "one line of 100 MiB in the $where is delivered whole by a header rule in 4 MiB" "$maildir" "$generator"
	test_that "a line of 100 MiB in the $where takes less than 30 seconds" [ "$seconds" -lt 30 ]
done
fresh_home
rules 'if (/needle/:b)
	to "./Wrong/"
to "./Maildir/"'
stream long_line
streamed "one line of 100 MiB is searched by a body rule and delivered whole in 4 MiB" "$maildir" long_line

long_path() {
	printf 'Return-Path: <'
	head -c 26214400 /dev/zero | tr '\0' 'x'
	printf '>\n'
	cat "$small"
}
fresh_home
rules "$header_rule"
stream long_path
streamed "a Return-Path of 25 MiB is no sender, and the message is delivered whole in 4 MiB" "$maildir" long_path
long_from_line() {
	printf 'From '
	head -c 300000 /dev/zero | tr '\0' 'x'
	printf ' Sat Nov 21 10:00:00 2026\n'
	cat "$small"
}
fresh_home
stream long_from_line
streamed "a first line of 300 kB that begins like a mailbox's separator stays in the message, whole" "$maildir" long_from_line
many_fields() {
	sed '/^$/,$d' "$small"
	awk 'BEGIN { for (n = 0; n < 100000; n++) printf "X-Field-%d: value %d\n", n, n }'
	sed -n '/^$/,$p' "$small"
}
fresh_home
rules 'if (/^X-Needle: / || /the needle/)
	to "./Wrong/"
if (/^Subject: is there land/ && /^X-Field-9999: value 9999/)
	to "./Maildir/"
exit'
stream many_fields
streamed "100,000 header fields are delivered whole by rules that look at all of them, in 4 MiB" "$maildir" many_fields
test_that "100,000 header fields take less than 10 seconds" [ "$seconds" -lt 10 ]

deep() {
	sed '/^$/,$d' "$small"
	awk 'BEGIN {
		print "MIME-Version: 1.0"
		for (n = 0; n < 10000; n++)
			printf "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", n, n
		printf "Content-Type: text/plain\nX-Deep: yes\n\nthe bottom\n"
		for (n = 9999; n >= 0; n--)
			printf "\n--b%d--\n", n
	}'
}
fresh_home
rules 'if (/^X-Deep: maybe/ || /the needle/:b)
	to "./Wrong/"
if (/^Content-Type: multipart\/mixed; boundary="?b1"?/)
	to "./Maildir/"
exit'
stream deep
streamed "10,000 MIME levels are delivered whole, and rules look at the levels' headers, in 4 MiB" "$maildir" deep
test_that "10,000 MIME levels take less than 10 seconds" [ "$seconds" -lt 10 ]

nuls() {
	printf 'From: \0noah@ark.example\nSubject: is\0there land\nX-Nul: a\0b\n\0\0\n\nbody \0 of\n\0From here\n'
	head -c 5000 /dev/zero
}
fresh_home
rules 'if (/^X-Nul: a.b/)
	to "./Maildir/"
exit'
stream nuls
streamed "NUL bytes everywhere are kept, and rules see what follows them" "$maildir" nuls
only_nuls() {
	head -c 300000 /dev/zero
}
fresh_home
stream only_nuls
streamed "a message of nothing but NUL bytes is kept" "$maildir" only_nuls

# --- the home -----------------------------------------------------------------------------------------------------

fresh_home
run "$small" -d nohome
refused "a missing home is later" 75 "home" "$small" "$work/home"
run "$small" -d nobody_of_this_name
refused "an unknown user is never, with 67" 67 "nobody_of_this_name" "$small" "$work/home"
run "$small" -d ""
refused "an empty user name is a mistake of the mail server's settings, and later" 75 "-d" "$small" "$work/home"
sed 's/^dove:x:[0-9]*:/dove:x:many:/' "$work/passwd" >"$work/passwd.broken"
mount --bind "$work/passwd.broken" /etc/passwd
run "$small" -d dove
umount /etc/passwd
refused "a user whose line in /etc/passwd is broken is not called unknown" 75 "passwd" "$small" "$work/home"
run_without_accounts() {
	# shellcheck disable=SC2016
	unshare --mount --propagation private bash -c 'mkdir "$1/etc" && cp /etc/nsswitch.conf /etc/ld.so.cache "$1/etc" &&
		mount --bind "$1/etc" /etc && shift && exec "$@"' - "$work" \
	    "$deliver" --config "$config" -d dove <"$small" >"$work/stdout" 2>"$work/stderr"
	status=$? said=$(<"$work/stderr")
}
run_without_accounts
refused "no user is called unknown while /etc/passwd is missing" 75 "account" "$small" "$work/home"
chown "$raven_uid" "$home"
run "$small" -d dove
refused "a home that belongs to somebody else is later" 75 "belongs to" "$small" "$home"
chown "$dove_uid" "$home"
chmod 777 "$home"
run "$small" -d dove
refused "a home that everybody can write is later" 75 "written by everybody" "$small" "$home"
chmod 1700 "$home"
run "$small" -d dove
refused "a sticky home pauses delivery" 75 "paused" "$small" "$home"
chmod 700 "$home"
run "$small" -d dove
delivered "the same home without those is delivered to" "$maildir" "$small"
rm -rf "$home"
printf 'not a directory\n' >"$home"
chown "$dove_uid" "$home"
run "$small" -d dove
refused "a home that is a file is later" 75 "not a directory" "$small" "$work/home"
rm -f "$home"

# --- the rules file -----------------------------------------------------------------------------------------------

fresh_home
rules 'to "./Maildir/"'
chown root:root "$home/.mailfilter"
run "$small" -d dove
refused "a rules file that its user cannot read is later" 75 ".mailfilter" "$small" "$home"
chmod 644 "$home/.mailfilter"
chown "$raven_uid" "$home/.mailfilter"
run "$small" -d dove
refused "a rules file of somebody else is later" 75 "belongs to" "$small" "$home"
chown "$dove_uid" "$home/.mailfilter"
chmod 666 "$home/.mailfilter"
run "$small" -d dove
refused "a rules file that everybody can write is later" 75 "chmod o-w" "$small" "$home"
chmod 640 "$home/.mailfilter"
run "$small" --rules-safety=owner-only -d dove
refused "a rules file that a group can read is later where only its owner may" 75 "chmod 600" "$small" "$home"
run "$small" -d dove
delivered "the same rules file is fine otherwise" "$maildir" "$small"
fresh_home
mkdir "$home/.mailfilter"
run "$small" -d dove
refused "a directory in the place of the rules file is later" 75 "not a regular file" "$small" "$home"
rmdir "$home/.mailfilter"
mkfifo "$home/.mailfilter"
chown "$dove_uid" "$home/.mailfilter"
run "$small" -d dove
refused "a fifo in the place of the rules file is later and does not wait" 75 "not a regular file" "$small" "$home"
rm -f "$home/.mailfilter"
ln -s .mailfilter "$home/.mailfilter"
run "$small" -d dove
refused "a rules file that is a link to itself is later" 75 ".mailfilter" "$small" "$home"
rm -f "$home/.mailfilter"
rules 'include "./.mailfilter"'
run "$small" -d dove
refused "a rules file that includes itself is later" 75 "" "$small" "$home"
rules 'include "./other"'
printf 'include "./.mailfilter"\n' >"$home/other"
chown "$dove_uid" "$home/other"
run "$small" -d dove
refused "two rules files that include each other are later" 75 "" "$small" "$home"
rules 'while (1)
{
	A="$A"
}'
run "$small" --time-limit=2s -d dove
refused "rules that never end are later when the time limit comes" 75 "" "$small" "$home"
rules 'to "./Maildir/'
run "$small" -d dove
refused "rules with a syntax error are later, and the place is named" 75 ".mailfilter:1" "$small" "$home"
run "$small" --rules-error=default-mailbox -d dove
delivered "the same rules let mail through to the default mailbox where the administrator wants it" \
    "$maildir" "$small"

# --- the target ---------------------------------------------------------------------------------------------------

# for_each_kind: the Maildir and the mbox of a directory, as destinations.
fresh_home
mkdir "$home/elsewhere"
make_maildir "$home/elsewhere/Maildir"
: >"$home/elsewhere/mbox"
chown -R "$dove_uid" "$home/elsewhere"
ln -s elsewhere/Maildir "$home/linked"
run "$small" --default-mailbox="$home/linked/" -d dove
delivered "a Maildir that is a link to one elsewhere gets the message there" "$home/elsewhere/Maildir" "$small"
rm -rf "$home/elsewhere"

ln -s "$work/home/raven/mbox" "$home/foreign"
: >"$work/home/raven/mbox"
chown "$raven_uid" "$work/home/raven/mbox"
run "$small" --default-mailbox="$home/foreign" -d dove
refused "an mbox that is a link into another user's home is later" 75 "" "$small" "$work/home"
ln -s "$work/home/raven/Maildir" "$home/foreign-maildir"
make_maildir "$work/home/raven/Maildir" "$raven_uid"
run "$small" --default-mailbox="$home/foreign-maildir/" -d dove
refused "a Maildir that is a link into another user's home is later" 75 "" "$small" "$work/home"
rm -rf "$work/home/raven/Maildir"

for kind in "" /; do
	mkfifo "$home/fifo$$"
	chown "$dove_uid" "$home/fifo$$"
	run "$small" --default-mailbox="$home/fifo$$$kind" --time-limit=20s -d dove
	refused "a fifo as target${kind:+ with a slash behind it} is later and does not wait" 75 "" "$small" "$home"
	rm -f "$home/fifo$$"
done
mkdir "$home/plain"
chown "$dove_uid" "$home/plain"
run "$small" --default-mailbox="$home/plain" -d dove
refused "a directory that is no Maildir is later" 75 "not a Maildir" "$small" "$home"
run "$small" --default-mailbox="$home/absent/" -d dove
refused "a missing Maildir is later" 75 "does not exist" "$small" "$home"
run "$small" --default-mailbox="$home/absent/mbox" -d dove
refused "an mbox in a missing directory is later" 75 "" "$small" "$home"
run "$small" --default-mailbox="/dev/full" -d dove
refused "a device as target is later" 75 "" "$small" "$home"

# Old mail that must not suffer; "old" is no copy of the message under test.
old=$work/old
write_message "$old"
mkdir "$home/full" "$home/fixed"
if mount -t tmpfs -o size=128k,mode=700,uid="$dove_uid" tmpfs "$home/full" 2>/dev/null; then
	at_end 'umount -l "$home/full" "$home/fixed" 2>/dev/null'
	make_maildir "$home/full/Maildir" "$dove_uid"
	for target in Maildir/ mbox; do
		run "$old" --default-mailbox="$home/full/$target" -d dove
		before=$(find "$home/full" -type f -exec cksum {} +)
		run "$large" --default-mailbox="$home/full/$target" -d dove
		refused "a full disk under ${target%/} is later with 4.3.1" 75 "" "$large" "$home"
		is "the code of a full disk under ${target%/} is 4.3.1" "${said%% *}" 4.3.1
		is "a full disk leaves the old mail of ${target%/} as it was" \
		    "$(find "$home/full" -type f -exec cksum {} +)" "$before"
		find "$home/full" -type f -delete
	done
	rules 'to "./full/Maildir/"'
	run "$large" -d dove
	refused "a full disk is later with the name that the rules have" 75 "cannot write ./full/Maildir: " "$large" "$home"
	rm "$home/.mailfilter"
	umount "$home/full"
	mount -t tmpfs -o nr_inodes=8,mode=700,uid="$dove_uid" tmpfs "$home/full"
	make_maildir "$home/full/Maildir" "$dove_uid"
	for ((n = 0; n < 8; n++)); do
		: 2>/dev/null >"$home/full/filler$n"
	done
	run "$small" --default-mailbox="$home/full/Maildir/" -d dove
	refused "a disk without inodes is later" 75 "" "$small" "$home"
	umount "$home/full"

	mount -t tmpfs -o size=1m,mode=700,uid="$dove_uid" tmpfs "$home/fixed"
	make_maildir "$home/fixed/Maildir" "$dove_uid"
	: >"$home/fixed/mbox"
	chown "$dove_uid" "$home/fixed/mbox"
	mount -o remount,ro "$home/fixed"
	for target in Maildir/ mbox; do
		for message in "$small" "$large"; do
			run "$message" --default-mailbox="$home/fixed/$target" -d dove
			refused "a read-only disk under ${target%/} is later for the $(basename "$message") message" \
			    75 "" "$message" "$home"
		done
	done
	umount "$home/fixed"
else
	skip "a full disk is later" "tmpfs cannot be mounted here"
	skip "a read-only disk is later" "tmpfs cannot be mounted here"
fi
chmod 500 "$maildir/tmp" "$maildir/new"
run "$small" -d dove
refused "a Maildir that its owner cannot write is later" 75 "" "$small" "$home"
chmod 700 "$maildir/tmp"
run "$small" -d dove
refused "a Maildir whose new cannot be written is later, and tmp is left empty" 75 "" "$small" "$home"
chmod 700 "$maildir/new"

# --- locks --------------------------------------------------------------------------------------------------------

fresh_home
: >"$home/mbox"
: >"$home/mbox.lock"
chown "$dove_uid" "$home/mbox" "$home/mbox.lock"
run "$small" --lock-timeout=1s --lock-retry=50ms --default-mailbox="$home/mbox" -d dove
refused "a dot-lock held for ever is later" 75 "lock" "$small" "$home"
test_that "a dot-lock held for ever stays" [ -e "$home/mbox.lock" ]
rm -f "$home/mbox.lock"
# shellcheck disable=SC2016
perl -MFcntl -e 'open my $file, "+<", $ARGV[0] or die;
	my $lock = pack("s s x![l!] l! l! i x4", F_WRLCK, 0, 0, 0, 0);
	fcntl($file, F_SETLK, $lock) or die "$!";
	$| = 1;
	print "held\n";
	sleep 60' "$home/mbox" >"$work/held" &
holder=$!
at_end 'kill "$holder" 2>/dev/null'
for ((n = 0; n < 100; n++)); do
	[ ! -s "$work/held" ] || break
	sleep 0.05
done
is "another process holds the fcntl lock" "$(<"$work/held")" held
run "$small" --lock-timeout=1s --lock-retry=50ms --default-mailbox="$home/mbox" -d dove
refused "an fcntl lock held for ever is later" 75 "lock" "$small" "$home"
test_that "a delivery that did not get the lock leaves no dot-lock" [ ! -e "$home/mbox.lock" ]
kill "$holder"
wait "$holder" 2>/dev/null
run "$small" --default-mailbox="$home/mbox" -d dove
is "the mbox is delivered to when the lock is free" "$status $(copies "$small" "$home")" "0 1"

# --- asked to stop ------------------------------------------------------------------------------------------------

# Ends the program in the middle of reading: the writer holds the pipe open, as a stuck MTA does.
fresh_home
for message in "$small" "$large"; do
	for signal in TERM INT HUP; do
		mkfifo "$work/input"
		"$deliver" --config "$config" -d dove <"$work/input" >"$work/stdout" 2>"$work/stderr" &
		program=$!
		exec 9>"$work/input"
		cat "$message" >&9
		sleep 0.1
		kill -"$signal" "$program"
		wait "$program"
		status=$? said=$(<"$work/stderr")
		exec 9>&-
		rm -f "$work/input"
		refused "SIG$signal while the $(basename "$message") message is read is later" \
		    75 "stopped by" "$message" "$home"
		test_that "SIG$signal while the $(basename "$message") message is read leaves no file" \
		    nothing_delivered "$maildir"
	done
done
mkfifo "$work/input"
"$deliver" --config "$config" --time-limit=1s -d dove <"$work/input" >"$work/stdout" 2>"$work/stderr" &
program=$!
exec 9>"$work/input"
cat "$large" >&9
wait "$program"
status=$? said=$(<"$work/stderr")
exec 9>&-
rm -f "$work/input"
refused "a writer that never ends is later when the time limit comes" 75 "stopped by" "$large" "$home"

# Ends it at many moments of a large write: to another file system than the spool's, and to an mbox.
huge=$work/huge
write_message "$huge"
yes 'The waters prevailed upon the earth an hundred and fifty days.' | head -c 67108864 >>"$huge"
echo >>"$huge"
# Status 143: the signal came before the program could take it; the mail server keeps the message then too.
stopped_whole() {
	case $status:$1 in
	0:*/) is_one_copy "$1" "$huge" ;;
	0:*) cmp -s <(sed -e 1d -e 's/^>\(>*From \)/\1/' "$1") <(cat "$huge" && echo) ;;
	75:* | 143:*) [ "$(copies "$huge" "$home")" = 0 ] ;;
	*) false ;;
	esac
}
mkdir "$home/memory"
if mount -t tmpfs -o size=256m,mode=700,uid="$dove_uid" tmpfs "$home/memory" 2>/dev/null; then
	at_end 'umount -l "$home/memory" 2>/dev/null'
	make_maildir "$home/memory/Maildir" "$dove_uid"
	targets=(memory/Maildir/ memory/mbox)
else
	targets=(Maildir/ mbox)
fi
for target in "${targets[@]}"; do
	stops=0 wrong=0
	for delay in 0.01 0.02 0.03 0.04 0.05 0.06 0.08 0.10 0.12 0.15 0.20; do
		rules "to \"./$target\""
		"$deliver" --config "$config" -d dove <"$huge" >"$work/stdout" 2>"$work/stderr" &
		program=$!
		sleep "$delay"
		kill -TERM "$program" 2>/dev/null
		wait "$program"
		status=$?
		[ "$status" = 0 ] || stops=$((stops + 1))
		stopped_whole "$home/$target" || {
			wrong=$((wrong + 1))
			printf '# after %s s: status %s, %s\n' "$delay" "$status" "$(<"$work/stderr")"
		}
		find "$home/${target%%/*}" -type f -delete
	done
	is "SIGTERM in the middle of a large write to ${target%/} leaves all or nothing" "$wrong" 0
	test_that "SIGTERM came in time for some of the writes to ${target%/}" [ "$stops" -gt 0 ]
done
tests_end
