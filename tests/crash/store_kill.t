#!/usr/bin/env bash
# A writer of a store that is killed or fails at any of its system calls, and many that are killed at any moment: the
# old or the new value is there, the file opens, nobody waits for ever, and what was said to be safe is.
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
. "$top_srcdir/tests/crash/inject.sh"

traffic=$top_builddir/tests/crash/store_traffic
[ -x "$traffic" ] || skip_all "store_traffic is not built"
# For the full disk: mounts that end with the script.
if [ "$(id -u)" = 0 ] && [ -z "${culver_own_disk-}" ] && unshare --mount true 2>"/dev/null"; then
	rm -rf "$work"
	culver_own_disk=1 exec unshare --mount --propagation private "$0" "$@"
fi
cd "$work" || exit 99
"$traffic" put first key old >/dev/null || exit 99

# value STORE: of the key; the words of the error when there is one.
value() { "$traffic" get "$1" key 2>&1; }

mkdir disk
if [ -n "${culver_own_disk-}" ] && mount -t tmpfs -o size=32k tmpfs disk 2>"/dev/null"; then
	at_end "umount $work/disk"
	"$traffic" put disk/store key old >/dev/null
	is "there is room for the first record" "$?" 0
	head -c 20000 /dev/zero >disk/filler
	"$traffic" put disk/store key new >output 2>&1
	is "on a full disk a record is refused for the moment" "$?" 75
	test_that "the error names the reason" grep -q "No space left" output
	is "the old value is there" "$(value disk/store)" old
	is "no part of a copy stays" "$(find disk -name '.store*' | wc -l)" 0
	rm disk/filler
	"$traffic" put disk/store key new >/dev/null
	is "with room again it works" "$?,$(value disk/store)" "0,new"
else
	skip "a full disk" "needs root and a mount namespace"
fi

seconds=${CULVER_KILL_SECONDS:-5}
"$traffic" kill many "${CULVER_KILLS:-600}" "$seconds" >tally 2>&1
status=$?
sed 's/^/# /' tally
is "writers killed at any moment: none hangs, nothing that was said to be safe is lost" "$status" 0
if command -v db5.3_verify >/dev/null; then
	test_that "the file is whole to the library's own eyes" db5.3_verify -q many
else
	skip "the file is whole to the library's own eyes" "db5.3_verify is not installed (db5.3-util)"
fi
is "nothing was set aside" "$(find . -name '*.damaged-*' | wc -l)" 0

# Files that other programs made.
if command -v db5.3_load >/dev/null; then
	printf 'key\nold\nother\nx\n' | db5.3_load -T -t btree -c db_lorder=4321 -c db_pagesize=512 swapped
	printf 'key\nold\n' | db5.3_load -T -t hash hash
	printf 'key\nold\nkey\nsecond\n' | db5.3_load -T -t btree -c duplicates=1 double
	printf 'key\nold\n' | db5.3_load -T -t btree -P secret encrypted
	printf 'key\nold\n' | db5.3_load -T -t btree -c subdatabase=sub several
	for name in swapped hash; do
		is "a $name file is read" "$(value $name)" old
		"$traffic" put $name key new >/dev/null
		is "a $name file is written" "$?,$(value $name)" "0,new"
	done
	for name in double encrypted several; do
		cp $name before
		"$traffic" put $name key new >/dev/null 2>&1
		test_that "a writer refuses a file that is $name" [ $? != 0 ]
		test_that "and leaves it as it is ($name)" cmp -s $name before
	done
else
	skip "files that other programs made" "db5.3_load is not installed (db5.3-util)"
fi

if ! inject_is_possible; then
	skip "killed at any call" "strace is missing or may not trace here"
	tests_end
fi
: >empty
inject_command=("$traffic" put store key new)
inject_input=empty
inject_start='"store\.lock"|/store\.lock"'
inject_calls=openat,close,fstat,newfstatat,fcntl,fchmod,fchown,pread64,pwrite64,read,write,copy_file_range,sendfile
inject_calls+=,fsync,fdatasync,rename,unlink,lseek,mmap,munmap,getcwd,readlink,ftruncate,brk

prepare() {
	rm -rf store store.* .store* __db*
	cp first store
}
prepare_none() { rm -rf store store.* .store* __db*; }

# Then an undisturbed writer works.
check_next() {
	timeout 10 "$traffic" put store key next >next.output 2>&1
	local status=$?
	[ "$status" = 0 ] && [ "$(value store)" = next ] && [ -z "$(find . -name '*.damaged-*')" ] && return
	echo "# the next writer ends with $status, the value is $(value store): $(head -1 next.output)"
	return 1
}
judge() {
	local got
	got=$(value store)
	case $1,$got in
	0,new | 137,old | 137,new | 75,old) ;;
	74,new) [ "$2" = write ] || return 1 ;; # it could not say so
	75,new)
		# The sync of the directory comes after the rename.
		[ "$2" = openat ] || [ "$2" = fsync ] || [ "$2" = close ] || {
			echo "# status 75, but the new value is there"
			return 1
		}
		;;
	*) echo "# status $1, the value is $got" && return 1 ;;
	esac
	check_next
}
judge_none() {
	local got
	got=$(value store)
	case $1,$got in
	0,new | 137,* | 75,*) ;;
	74,new) [ "$2" = write ] || return 1 ;; # it could not say so
	*) echo "# status $1, the value is $got" && return 1 ;;
	esac
	check_next
}

test_that "without a fault it works and is counted" eval \
    'inject_plan prepare >inject.plan && [ "$(value store)" = new ] && grep -q ^rename inject.plan'
awk '{ n += $3 - $2 + 1 } END { print "# " n " calls from the lock on" }' inject.plan
inject_series "killed at any call" signal=KILL prepare judge
inject_series "a full disk at any writing call" error=ENOSPC prepare judge \
    'openat|pwrite64|write|copy_file_range|fsync|rename'
inject_series "EIO at any call on files" error=EIO prepare judge \
    'openat|fstat|newfstatat|fchmod|pread64|pwrite64|read|write|copy_file_range|fsync|rename'
test_that "the making of a store is counted" eval \
    'inject_plan prepare_none >inject.plan && [ "$(value store)" = new ] && grep -q ^rename inject.plan'
inject_series "killed at any call while the store is made" signal=KILL prepare_none judge_none
inject_series "a full disk while the store is made" error=ENOSPC prepare_none judge_none \
    'openat|pwrite64|write|copy_file_range|fsync|rename'
tests_end
