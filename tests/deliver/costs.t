#!/usr/bin/env bash
# What one small delivery into a Maildir costs, as far as it can be counted: system calls, instructions, libraries,
# private memory. No test asserts a time (bench/README.md).
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

[ -z "$sanitizers" ] || skip_all "sanitizers have costs of their own"

uid=64123
home=$work/home
mkdir -p "$home/Maildir/tmp" "$home/Maildir/new" "$home/Maildir/cur"
# A build directory may be closed to the account that delivers.
cp "$top_builddir/culver-deliver" "$work/deliver"
deliver=("$work/deliver" "--default-mailbox=$home/Maildir/" --user-rules=no-such-rules
    "--system-rules=$work/none" --log=file
    "--log-file=$home/delivery.log")

# as_user COMMAND...: as an account without rights whose home is $home. Root makes one in a mount namespace; others are
# themselves.
cat >"$work/as-user" <<'SCRIPT'
#!/bin/sh
work=$1 uid=$2
shift 2
mount --bind "$work/passwd" /etc/passwd || exit 98
cd "$work/home" || exit 98
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"
SCRIPT
chmod 755 "$work/as-user"
environment=(env -i PATH="$PATH" HOME="$home" USER=costs LOGNAME=costs SENDER=a@example.net RECIPIENT=b@example.org)
if [ "$(id -u)" = 0 ]; then
	{
		# Not the host's accounts: many of them would be more to read.
		grep '^root:' /etc/passwd
		printf 'costs:x:%d:%d::%s:/bin/sh\n' "$uid" "$uid" "$home"
	} >"$work/passwd"
	chown -R "$uid:$uid" "$home"
	as_user() {
		unshare --mount --propagation private "$work/as-user" "$work" "$uid" "${environment[@]}" "$@"
	}
else
	as_user() { "${environment[@]}" "$@"; }
fi
as_user true 2>/dev/null || skip_all "no account without rights can be made here: unshare or mount is not allowed"

{
	printf 'From: sender@example.net\nTo: reader@example.org\nSubject: costs\nMessage-ID: <costs@example.net>\n'
	for ((i = 0; i < 30; i++)); do
		printf 'X-Field-%02d: what a header of some kilobytes holds besides, here for its length alone, number %02d\n' "$i" "$i"
	done
	printf '\n'
	for ((i = 0; i < 15; i++)); do
		printf 'A line of the text.\n'
	done
} >"$work/small"
{
	cat "$work/small"
	head -c 26214400 /dev/zero | tr '\0' x | fold -w 70
} >"$work/large"

# deliver_from FILE COMMAND...: through a pipe, as a mail server does it.
deliver_from() {
	local message=$1
	shift
	# shellcheck disable=SC2002
	cat "$message" | as_user "$@" 2>>"$work/said"
}
is_delivered() { [ "$(find "$home/Maildir/new" -type f -size "$1" | wc -l)" = 1 ]; }
empty() { rm -f "$home/Maildir/new/"*; }

deliver_from "$work/small" "${deliver[@]}"
is "the message is delivered" "$?" 0
test_that "it is in the Maildir" is_delivered -5k
empty

if command -v strace >/dev/null && as_user strace -o "$home/trace" true 2>/dev/null; then
	# On a busy machine the pipe may be read in pieces: the least of three is what the delivery needs.
	calls=
	for _ in 1 2 3; do
		empty
		deliver_from "$work/small" strace -f -o "$home/trace" "${deliver[@]}"
		made=$(grep -cE '^[0-9]+ +[a-z_0-9]+\(' "$home/trace")
		[ -n "$calls" ] && [ "$calls" -le "$made" ] || calls=$made
	done
	printf '# %d system calls\n' "$calls"
	test_that "a small delivery makes at most 60 system calls, the loader's included" [ "$calls" -le 60 ]
	test_that "the calls were counted, and two of them are syncs" \
	    [ "$(grep -cE '^[0-9]+ +fsync\(' "$home/trace")" = 2 ]
	test_that "the traced delivery is one" is_delivered -5k
	empty
else
	skip "a small delivery makes at most 60 system calls" "strace does not run here"
fi

# rules COUNT: header rules of four fields, of which the last matches.
rules() {
	awk -v count="$1" 'BEGIN {
		split("From To Subject X-Field-07", fields)
		for (i = 1; i < count; i++)
			printf "if (/^%s:.*number%d@example\\.com/)\n{\n\tto \"./box%d/\"\n}\n", fields[i % 4 + 1], i, i
		printf "if (/^Subject:.*costs/)\n{\n\tto \"./Maildir/\"\n}\n"
	}'
}
# instructions COMMAND...: of all processes of the delivery.
instructions() {
	rm -f "$home"/callgrind.*
	deliver_from "$work/small" valgrind --tool=callgrind --trace-children=yes \
	    --callgrind-out-file="$home/callgrind.%p" "$@"
	cat "$home"/callgrind.* 2>/dev/null | awk '/^totals:/ { total += $2 } END { print total + 0 }'
}

if command -v valgrind >/dev/null; then
	for count in 200 2000; do
		rules "$count" >"$home/rules"
		chmod 600 "$home/rules"
		[ "$(id -u)" != 0 ] || chown "$uid:$uid" "$home/rules"
		count_rules=$(instructions "${deliver[@]}" --user-rules=rules)
		printf '# %d header rules: %d instructions\n' "$count" "$count_rules"
		test_that "$count header rules take at most 6,000 instructions each, and a delivery" \
		    eval "((count_rules > 400000 && count_rules <= 400000 + 6000 * count))"
		test_that "the last of $count rules matched" is_delivered -5k
		empty
	done
	small=$(instructions "${deliver[@]}")
	printf '# %d instructions\n' "$small"
	test_that "a small delivery takes at most 0.40 million instructions" \
	    eval "((small > 10000 && small <= 400000))"
	test_that "the counted delivery is one" is_delivered -5k
	empty
else
	skip "a small delivery takes at most 0.40 million instructions" "valgrind is not installed"
fi

libraries=$(ldd "$work/deliver" 2>&1 | awk '{ print $1 }' | grep -vE '^(linux-|libc\.so|/.*/ld-|statically|not$)')
is "the program needs no library at start but libc" "$libraries" ""

# limited KIB FILE: delivers with that much private writable memory (RLIMIT_DATA) and a stack of 512 KiB.
limited() {
	# shellcheck disable=SC2016
	deliver_from "$2" bash -c 'ulimit -s 512 && ulimit -d "$0" && exec "$@"' "$1" "${deliver[@]}"
}
limited 3584 "$work/large"
is "a message of 25 MiB is delivered within 4 MiB of private memory" "$?" 0
test_that "it is whole" is_delivered "$(stat -c %s "$work/large")c"
empty
limited 32 "$work/large"
test_that "the limit on memory is in force: with 32 KiB the message is not taken" [ "$?" != 0 ]
test_that "and nothing of it is there" [ -z "$(ls "$home/Maildir/new")" ]
tests_end
