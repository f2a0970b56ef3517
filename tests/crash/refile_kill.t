#!/usr/bin/env bash
# culver refile, killed or failing at any of its system calls: whatever happened, each message is somewhere at once, and
# behind the next run it is in its right place, once, and what stays in an mbox is as it was.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
# shellcheck source=tests/crash/inject.sh
. "$top_srcdir/tests/crash/inject.sh"
[ -z "$sanitizers" ] || skip_all "the sanitizers' runtime makes system calls of its own"
inject_is_possible || skip_all "strace is missing or may not trace here"
own_accounts "$@"
# shellcheck source=tests/refile/refile.sh
. "$top_srcdir/tests/refile/refile.sh"
# In memory: a sync is a step like others, it need not reach a disk.
mount -t tmpfs -o mode=755 tmpfs "$work/home" || skip_all "cannot mount a tmpfs"
at_end 'umount -l "$work/home"'
write_config
inject_input=/dev/null
inject_calls=all
# Before its journal is opened a run only reads.
inject_start=culver/refile
other=$work/other
mkdir "$other"

fill() {
	fresh <<RULES
if (/^Subject: junk/)
	to "./Maildir/.Junk/"
if (/^Subject: file/)
	to "./file"
if (/^Subject: far/)
	to "$other/M/"
RULES
	folder Maildir Maildir/.Junk
	rm -rf "$other/M"
	mkdir -p "$other/M/tmp" "$other/M/new" "$other/M/cur"
	chown -R "$dove_uid:$dove_uid" "$other"
}

fill_maildir() {
	fill
	put Maildir/cur/1.a.h:2,Sa junk1
	put Maildir/new/2.a.h junk2
	put Maildir/cur/3.a.h:2,S stay
	printf '0 Work\n' >"$home/Maildir/dovecot-keywords"
	printf '100000S\n%d 3\n' 400 >"$home/Maildir/maildirsize"
	mine
}

fill_far() {
	fill
	put Maildir/cur/1.a.h:2,S far1
	put Maildir/cur/2.a.h:2,S file2
	put Maildir/cur/3.a.h:2,S stay
}

fill_mbox() {
	local subject
	fill
	for subject in "${messages[@]}"; do
		printf 'From noah@ark.example Fri Mar  1 12:00:00 2024\nSubject: %s\nMessage-ID: <%s@test>\n\nThe body of %s.\n\n' \
		    "$subject" "$subject" "$subject"
	done >"$home/box"
	mine
}

# times SUBJECT: in how many messages it is, our own notes not counted.
times() { grep -rhE "^Subject: $1\$" --exclude-dir=.culver "$home" "$other" | wc -l; }

messages=()
stays=
# Right behind the fault, and behind the next run.
judge() {
	local subject wrong=0
	if [ -z "$stays" ]; then
		for subject in "${messages[@]}"; do
			[ "$(times "$subject")" -ge 1 ] || {
				echo "# $subject is lost"
				wrong=1
			}
		done
	fi
	refile --apply "$folder"
	[ "$status" = 0 ] || {
		echo "# the next run ends with $status: $output $errors"
		wrong=1
	}
	for subject in "${messages[@]}"; do
		[ "$(times "$subject")" = 1 ] || {
			echo "# $subject is there $(times "$subject") times"
			wrong=1
		}
	done
	[ -z "$stays" ] || [ "$(cat "$home/box")" = "$stays" ] || {
		echo "# the mbox is not as it was: $(cat "$home/box")"
		wrong=1
	}
	[ "$(cd "$home" && subjects "$folder" | grep -cE 'junk|far|file')" = 0 ] || {
		[ "$folder" = Maildir ] && [ "$(subjects Maildir/cur) $(subjects Maildir/new)" = "stay " ]
	} || wrong=1
	[ -z "$(find "$home/.culver/refile" -type f -size +0 2>/dev/null)" ] || {
		echo "# notes stay: $(find "$home/.culver/refile" -type f -size +0)"
		wrong=1
	}
	return "$wrong"
}

# What changes something: a kill at any other call leaves what a kill at the next of these leaves.
changing='write|pwrite64|openat|link|linkat|rename|renameat2|ftruncate|fsync|fdatasync|mkdir|copy_file_range|sendfile'
changing+='|sync_file_range|unlink|clone|wait4|fsetxattr|fremovexattr|exit_group'

# series SENTENCE PREPARE [CALLS-OF-KILLS]
series() {
	local sentence=$1 prepare=$2
	inject_command=("${as_dove[@]}" "$work/culver" refile --config "$config" --apply "$folder")
	cd "$home" || exit 99
	inject_plan "$prepare" >"$work/inject.plan"
	is "$sentence: without a fault it ends well" "$inject_status" 0
	inject_series "$sentence: killed at any call" signal=KILL "$prepare" judge "${3:-.}"
	inject_series "$sentence: ENOSPC at any call that writes" error=ENOSPC "$prepare" judge \
	    'write|pwrite64|openat|link|linkat|rename|renameat2|ftruncate|fsync|fdatasync|mkdir|copy_file_range|sendfile|sync_file_range'
	cd "$work" || exit 99
}

# The directory that a series runs in is made again by each preparation.
in_home() {
	"$1"
	cd "$home" || exit 99
}
prepare_maildir() { in_home fill_maildir; }
prepare_far() { in_home fill_far; }
prepare_mbox() { in_home fill_mbox; }

prepare_maildir
folder=Maildir
messages=(junk1 junk2 stay)
series "from Maildir to Maildir" prepare_maildir
messages=(far1 file2 stay)
if [ "$(stat -c %d "$other")" != "$(stat -c %d "$home")" ]; then
	series "to another file system, and to an mbox" prepare_far "$changing"
else
	skip "to another file system" "there is none"
fi
folder=box
messages=(stay1 junk1 stay2 file2 stay3)
prepare_mbox
stays=$(awk '/^From noah/ { n++ } n % 2 == 1' "$home/box")
series "from an mbox" prepare_mbox

# Without the child that ends a rewrite when its parent is killed, as a power cut has it; then mail is appended.
late() {
	local result
	printf 'From late@ark.example Fri Mar  1 12:00:00 2024\nSubject: late\n\nlate\n\n' >>"$home/box"
	messages+=(late)
	judge "$@"
	result=$?
	unset 'messages[-1]'
	return "$result"
}
eval "$(declare -f inject_run | sed '1s/inject_run/inject_run_plainly/')"
inject_run() { inject_run_plainly clone:error=EAGAIN "$@"; }
messages=(stay1 junk1 stay2 junk2 stay3)
prepare_mbox
stays=$(awk '/^From noah/ { n++ } n % 2 == 1' "$home/box")
series "from an mbox, without a guard" prepare_mbox "$changing"
stays+=$'\n\nFrom late@ark.example Fri Mar  1 12:00:00 2024\nSubject: late\n\nlate'
cd "$home" || exit 99
inject_series "from an mbox, without a guard: killed, then mail is appended" signal=KILL prepare_mbox late \
    'write|rename|ftruncate|fsync|unlink|copy_file_range|sendfile|lseek'
tests_end
