#!/usr/bin/env bash
# An mbox delivery that is killed or fails at any of its system calls: the old mail is unharmed, no part of the message
# is there, status 0 is said exactly when it is whole, and a retry delivers it.
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
. "$top_srcdir/tests/crash/inject.sh"

inject_is_possible || skip_all "strace is missing or may not trace here"
deliver=${CULVER_DELIVER:-$top_builddir/culver-deliver}
[ -x "$deliver" ] || skip_all "culver-deliver is not built"
cd "$work" || exit 99

from_line="From joe@example.com Sat Nov 21 21:48:00 2026"
printf 'to "./box"\n' >rules
chmod 600 rules
printf 'From a@b.example Fri Nov 20 10:00:00 2026\nSubject: old\n\nold mail\n\n' >old
# Many lines to quote make many slices, and so several writes.
{
	printf 'From: joe@example.com\nSubject: new\n\n'
	for ((i = 0; i < 100; i++)); do printf 'From line %d of the body\n' "$i"; done
} >message
{ echo "$from_line" && cat message; } >input
{ echo "$from_line" && sed 's/^From line/>&/' message && echo; } >new
cat old new >old_new
cat old new new >old_new_new

inject_command=("$deliver" rules)
inject_input=input
inject_start='"(\./)?box"'
inject_calls=openat,close,fstat,newfstatat,fcntl,fchmod,linkat,pwrite64,pread64,fgetxattr,fsetxattr,fremovexattr
inject_calls+=,pipe2,clone,clone3,fstatfs,sync_file_range,writev,write,fsync,ftruncate,wait4,unlink,lseek,rename

prepare() {
	rm -f box box.lock .lk*
	cp old box
}

is_box() { cmp -s box "$1"; }

# One retry without faults: exactly this file afterwards.
check_retry() {
	timeout 30 "${inject_command[@]}" <"$inject_input" >retry.output 2>&1
	local status=$?
	if [ "$status" != 0 ] || ! is_box "$1"; then
		echo "# the retry ended with $status and $(wc -c <box) bytes: $(head -1 retry.output)"
		return 1
	fi
	[ ! -e box.lock ] || { echo "# a lock file stays" && return 1; }
}

judge() {
	case $1 in
	0)
		is_box old_new || { echo "# status 0, but the message is not whole" && return 1; }
		check_retry old_new_new
		;;
	75)
		is_box old || { echo "# status 75, but the mailbox is not as it was" && return 1; }
		check_retry old_new
		;;
	137)
		# Killed after the commit, the message is there and will be once more: that cannot be known.
		if is_box old_new; then check_retry old_new_new; else
			is_box old || { echo "# killed, and something torn stays" && return 1; }
			check_retry old_new
		fi
		;;
	*)
		echo "# unexpected status"
		return 1
		;;
	esac
}

test_that "without a fault the delivery works and is counted" eval \
    'inject_plan prepare >inject.plan && is_box old_new && grep -q ^writev inject.plan'
inject_series "killed at any call: nothing torn" signal=KILL prepare judge
inject_series "SIGTERM at any call: whole or nothing" signal=TERM prepare judge
inject_series "EIO at any call: whole or nothing" error=EIO prepare judge
inject_series "a full disk at any writing call: whole or nothing" error=ENOSPC prepare judge \
    'openat|linkat|pwrite64|fsetxattr|sync_file_range|writev|fsync|fremovexattr'
inject_series "an exceeded quota at any writing call: whole or nothing" error=EDQUOT prepare judge \
    'openat|linkat|pwrite64|fsetxattr|sync_file_range|writev|fsync|fremovexattr'
inject_series "an interrupted call is repeated or the delivery taken back" error=EINTR prepare judge \
    'pwrite64|pread64|sync_file_range|writev|write|fsync|wait4|fcntl'
inject_series "no memory or processes at any call: whole or nothing" error=EAGAIN prepare judge \
    'openat|pipe2|clone|clone3|fcntl|fsetxattr'

# Writer and guardian both killed: what stays is torn, and the next delivery takes it back.
twice() {
	local sentence=$1
	shift
	prepare
	inject_run "$@"
	test_that "$sentence: the old mail is unharmed" cmp -s -n "$(wc -c <old)" old box
	test_that "$sentence: a torn message is there" eval '! is_box old && ! is_box old_new'
	test_that "$sentence: the next delivery repairs" check_retry old_new
}
prepare
inject_run
# The trace splits a call in two lines when the guardian is traced at that moment.
if grep -qE ' fsetxattr\(.* = 0$|<\.\.\. fsetxattr resumed>.* = 0$' inject.trace; then
	twice "writer and guardian killed" writev:signal=KILL:when=3 ftruncate:signal=KILL:when=1
	twice "writer failed, guardian killed" writev:error=ENOSPC:when=2 ftruncate:signal=KILL:when=1
	twice "truncating fails in both" writev:error=ENOSPC:when=2 ftruncate:error=EIO:when=1+
else
	skip "writer and guardian killed" "no extended attributes in $work"
fi

# Real short writes: a limit on the file's size lets the kernel write a part.
{ cat old && head -c 3000 "/dev/zero" | tr '\0' x && printf '\n\n'; } >big_old
cp big_old box
(ulimit -f 4 && "${inject_command[@]}" <input >output 2>&1)
is "a short write and EFBIG are later" "$?" 75
test_that "a short write is taken back" cmp -s box big_old

# Without strace: who waits for the end of stderr waits for the guardian.
{ echo "$from_line" && cat message && head -c 20000000 "/dev/zero" | tr '\0' y | fold -w 70; } >huge
torn=0
for ((i = 0; i < 20; i++)); do
	prepare
	{
		"${inject_command[@]}" <huge 2>&1 &
		process=$!
		sleep "0.0$((i % 10))$((RANDOM % 10))"
		kill -9 "$process" 2>"/dev/null"
		wait "$process"
	} 2>"/dev/null" | cat >"/dev/null"
	is_box old || [ "$(wc -c <box)" -gt 20000000 ] || torn=$((torn + 1))
done
is "killed at any time, with the caller waiting for the end of stderr, nothing is torn" "$torn" 0
tests_end
