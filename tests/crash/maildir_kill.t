#!/usr/bin/env bash
# A Maildir delivery that is killed or fails at any of its system calls: status 0 is said only when the message is
# there once, whole and synced, with its directory; otherwise nothing of it is visible and nothing stays in tmp. A retry
# delivers it once (twice where the kill came behind the link). What the dynamic loader does before main() is not ours:
# the faults begin with the first call that is made for the delivery, reading the settings.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
# shellcheck source=tests/crash/inject.sh
. "$top_srcdir/tests/crash/inject.sh"

[ -z "$sanitizers" ] || skip_all "the sanitizers' runtime makes system calls of its own"
inject_is_possible || skip_all "strace is missing or may not trace here"
# As the mail's owner, not as root: becoming a user asks the host's name services, whose faults are not ours.
caller=()
if [ "$(id -u)" = 0 ]; then
	own_accounts
	caller=(setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups)
fi
# In memory where there is some: a sync is seen in the trace, it need not reach a disk.
here=$(mktemp -d /dev/shm/culver-test.XXXXXX 2>/dev/null) || here=$work/here
mkdir -p "$here" "$work/elsewhere"
at_end 'rm -rf "$here"'
[ "${#caller[@]}" = 0 ] || chown "$dove_uid:$dove_uid" "$here" "$work/elsewhere"
write_config
maildir=$here/Maildir
small=$work/small
large=$work/large
write_message "$small"
write_message "$large" 307200
printf 'to "%s/"\n' "$maildir" >"$work/rules-to"
printf 'if (/^Subject: is there/)\n{\n\tFLAGS="S"\n\tto "%s/"\n}\nto "%s/"\n' "$maildir" "$maildir" >"$work/rules-pattern"
chmod 644 "$work"/rules-*

inject_start=$config
folder_is_missing=
inject_calls=all

prepare() {
	rm -rf "$maildir"
	[ -z "$folder_is_missing" ] || return 0
	mkdir "$maildir" "$maildir/tmp" "$maildir/new" "$maildir/cur"
	[ "${#caller[@]}" = 0 ] || chown -R --reference="$here" "$maildir"
	[ ! -p "$inject_input" ] || {
		cat "$message" >"$inject_input" 2>/dev/null &
		writer=$!
	}
}

# A writer whose reader never came, or went away, ends here.
end_writer() {
	[ -z "${writer-}" ] || {
		kill "$writer"
		wait "$writer"
		writer=
	} 2>/dev/null
}

# Behind the link, the file and the directory that holds its name were synced without an error.
was_synced() {
	awk '
	/ openat\(.*O_DIRECTORY/ && !/O_TMPFILE/ && / = [0-9]+$/ { directory = $NF }
	/ link(at)?\(/ && / = 0$/ { linked = 1; directory = -1 }
	/ fsync\(/ && / = 0$/ && linked {
		descriptor = $2
		gsub(/[^0-9]/, "", descriptor)
		if (descriptor == directory) synced_directory = 1
		else synced_file = 1
	}
	END { exit !(linked && synced_file && synced_directory) }' "$work/inject.trace"
}

# The retry, without faults; COPIES are allowed afterwards.
retry() {
	local copies=$1 count=0 file
	"${inject_command[@]}" <"$message" >"$work/retry.output" 2>&1 || {
		echo "# the retry failed: $(<"$work/retry.output")"
		return 1
	}
	while read -r file; do
		count=$((count + 1))
		cmp -s "$file" "$message" || echo "# after the retry, $file is not the message"
	done < <(visible "$maildir")
	[ "$count" = "$copies" ] || {
		echo "# after the retry there are $count copies, not $copies"
		return 1
	}
	[ "${2-}" = tmp-may-hold ] || is_empty "$maildir/tmp" || {
		echo "# after the retry tmp is not empty"
		return 1
	}
}

judge() {
	local status=$1
	end_writer
	case $status in
	0)
		is_one_copy "$maildir" "$message" || { echo "# status 0, but not one whole copy" && return 1; }
		was_synced || { echo "# status 0, but the file and its directory were not synced" && return 1; }
		;;
	75)
		[ -z "$(visible "$maildir")" ] || { echo "# status 75, but something is visible" && return 1; }
		is_empty "$maildir/tmp" || { echo "# status 75, but something stays in tmp" && return 1; }
		grep -Eq '^4\.[0-9]+\.[0-9]+ ' "$work/inject.output" ||
		    [[ $4 != error=* || $2 == write ]] || { echo "# status 75 without a reason" && return 1; }
		retry 1
		;;
	137)
		if [ -z "$(visible "$maildir")" ]; then
			retry 1
		else
			is_one_copy "$maildir" "$message" || { echo "# killed, and something torn is visible" && return 1; }
			retry 2
		fi
		;;
	139)
		# The C library's malloc does not survive a break that cannot be moved the first time: nothing of
		# ours can help, and the mail server keeps the message.
		[ "$2" = brk ] && [ -z "$(visible "$maildir")" ] && is_empty "$maildir/tmp" && retry 1
		;;
	*)
		echo "# unexpected status"
		return 1
		;;
	esac
}

# The plan without what a fault says nothing about: the end of the process itself.
plan() {
	inject_plan prepare >"$work/inject.plan" && sed -i "/^exit_group /d" "$work/inject.plan"
	end_writer
	[ "$inject_status" = 0 ] && is_one_copy "$maildir" "$message" && was_synced && [ -s "$work/inject.plan" ]
}

# every_fault WORDS: all modes at all calls of inject_command.
every_fault() {
	local words=$1
	test_that "$words: the delivery works without a fault, synced" plan
	printf '# %s: %d system calls in all, %d of them after start-up\n' "$words" \
	    "$(grep -c '(' "$work/inject.trace")" "$(awk '{ n += $3 - $2 + 1 } END { print n }' "$work/inject.plan")"
	inject_series "$words: killed at any call" signal=KILL prepare judge
	inject_series "$words: EIO at any call" error=EIO prepare judge
	inject_series "$words: ENOSPC at any call" error=ENOSPC prepare judge
	inject_series "$words: EDQUOT at any call" error=EDQUOT prepare judge
	inject_series "$words: EINTR at any call" error=EINTR prepare judge
}

cd "$here" || exit 99
message=$small
inject_input=$small
inject_command=("${caller[@]}" "$deliver" --config "$config" "$work/rules-to")
every_fault "a small message by a rule"
inject_command=("${caller[@]}" "$deliver" --config "$config" "$work/rules-pattern")
every_fault "a small message by a pattern, with a flag"

message=$large
inject_input=$work/input
mkfifo "$inject_input"
inject_command=("${caller[@]}" "$deliver" --config "$config" "$work/rules-to")
every_fault "a message of 300 KiB from a pipe, linked from the spool"

inject_command=("${caller[@]}" "$deliver" --config "$config" --user-rules= --default-mailbox="$maildir/")
prepare
"${inject_command[@]}" <"$message" 2>"$work/stderr"
status=$?
end_writer
if [ "$status" = 0 ]; then
	every_fault "a message of 300 KiB from a pipe, without rules"
	message=$small
	inject_input=$small
	every_fault "a small message without rules"
else
	skip "deliveries without rules" "the caller's own account cannot be delivered to: $(<"$work/stderr")"
fi

# The spool on another file system: the message is copied, not linked.
message=$large
inject_input=$large
inject_command=("${caller[@]}" "$deliver" --config "$config" "$work/rules-to")
elsewhere=$work/elsewhere
if [ "$(stat -c %d "$elsewhere")" != "$(stat -c %d "$here")" ]; then
	cd "$elsewhere" || exit 99
	every_fault "a message of 300 KiB, copied from the spool"
else
	skip "a message of 300 KiB, copied from the spool" "/dev/shm is no other file system"
fi
cd "$here" || exit 99

# A folder that the delivery makes: what a fault leaves half made, the next delivery completes.
message=$small
inject_input=$small
folder_is_missing=yes
inject_command=("${caller[@]}" "$deliver" --config "$config" --create-folders=yes "$work/rules-to")
test_that "a folder is made on delivery, synced" plan
inject_series "a folder made on delivery: killed at any call" signal=KILL prepare judge
inject_series "a folder made on delivery: EIO at any call" error=EIO prepare judge
inject_series "a folder made on delivery: ENOSPC at any call" error=ENOSPC prepare judge
folder_is_missing=
inject_command=("${caller[@]}" "$deliver" --config "$config" "$work/rules-to")

# --- short transfers ----------------------------------------------------------------------------------------------

# A library in front of the C library's lets each call move so many bytes at most, for real.
short=$top_builddir/tests/crash/short_write.so
short_case() {
	local limit=$1
	message=$2
	shift 2
	prepare
	"$@" env LD_PRELOAD="$short" CULVER_SHORT_WRITE="$limit" "${inject_command[@]}" >"$work/inject.output" 2>&1
	local status=$?
	[ "$status" = 0 ] && is_one_copy "$maildir" "$message" || {
		echo "# at most $limit bytes a call: status $status, $(<"$work/inject.output")"
		return 1
	}
}
from_file() { "$@" <"$message"; }
from_pipe() { "$@" < <(cat "$message"); }
inject_input=$small
for limit in 1 7 100 511; do
	test_that "a small message is whole when each call moves at most $limit bytes" \
	    short_case "$limit" "$small" from_file
done
for limit in 1000 4095 65537; do
	for source in from_file from_pipe; do
		test_that "300 KiB ${source/_/ a } are whole when each call moves at most $limit bytes" \
		    short_case "$limit" "$large" "$source"
	done
done
cd "$elsewhere" || exit 99
test_that "300 KiB copied from the spool are whole when each call moves at most 4095 bytes" \
    short_case 4095 "$large" from_file
cd "$here" || exit 99

# The kernel's own short writes: a limit on the size of files cuts a write, then refuses the next.
wrong=0 cut=0
for message in "$small" "$large"; do
	size=$(stat -c %s "$message")
	for ((limit = 0; limit <= size / 1024 + 1; limit += size > 10000 ? 23 : 1)); do
		prepare
		(ulimit -f "$limit" && exec "${inject_command[@]}" <"$message") 2>"$work/limit.output"
		status=$?
		[ "$status" = 0 ] || cut=$((cut + 1))
		if [ "$status" = 0 ]; then
			is_one_copy "$maildir" "$message" || wrong=$((wrong + 1))
		elif [ "$status" != 75 ] || [ -n "$(visible "$maildir")" ] || ! is_empty "$maildir/tmp"; then
			wrong=$((wrong + 1))
			echo "# at most $limit KiB: status $status"
		fi
	done
done
is "a limit on the size of files leaves all or nothing" "$wrong" 0
test_that "the limit was met" [ "$cut" -gt 10 ]

# --- two faults at once -------------------------------------------------------------------------------------------

# The link cannot be taken back: the reason says that a copy stays.
message=$small
inject_input=$small
prepare
inject_run fsync:error=EIO:when=1 unlink:error=EIO
is "a delivery that failed and cannot be taken back is later" "$inject_status" 75
test_that "and its reason says that the copy stays" grep -q "stays although its delivery failed" "$work/inject.output"
# Nor is it delivered a second time when the failure says that a directory is missing and folders may be made.
without_folders=("${inject_command[@]}")
inject_command=("${caller[@]}" "$deliver" --config "$config" --create-folders=yes "$work/rules-to")
prepare
inject_run # once without a fault, to find the call
directory=$(awk '/ openat\(/ { n++ } /\/new", .*O_DIRECTORY/ { print n; exit }' "$work/inject.trace")
prepare
inject_run "openat:error=ENOENT:when=$directory" unlink:error=EIO
is "a message that stays is not delivered once more by the same run" \
    "$inject_status $(visible "$maildir" | wc -l)" "75 1"
test_that "and the reason says that it stays" grep -q "stays although its delivery failed" "$work/inject.output"
inject_command=("${without_folders[@]}")
# Without files that have no name, and without /proc's links to them, the classic way is taken.
prepare
inject_run # once without a fault, to find the call
anonymous=$(awk '/ openat\(/ { n++ } /O_TMPFILE/ { print n; exit }' "$work/inject.trace")
prepare
inject_run "openat:error=EOPNOTSUPP:when=$anonymous"
is "without O_TMPFILE the delivery goes by a name in tmp" \
    "$inject_status $(is_one_copy "$maildir" "$message" && was_synced && echo whole)" "0 whole"
test_that "and that name was linked" grep -q ' link("' "$work/inject.trace"
prepare
inject_run linkat:error=ENOENT
is "without /proc the delivery goes by a name in tmp" \
    "$inject_status $(is_one_copy "$maildir" "$message" && was_synced && echo whole)" "0 whole"
test_that "and that name was linked too" grep -q ' link("' "$work/inject.trace"
tests_end
