# shellcheck shell=bash
# What the benchmarks have in common: an account of their own, a home for it, the programs side by side, and the
# command line of each. Everything happens in a mount namespace of its own, where /etc/passwd has one line more;
# nothing of the host is changed and no process stays behind.
#
# A script sources this file and calls bench_begin "$@"; then bench_place FOLDER makes the home there and sets
# $home, and bench_commands sets ${commands[@]}, the list that measure takes. bench_as_user runs as the account.

set -eu
bench_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench_account=culverbench
bench_uid=64123

bench_fail() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# bench_begin BUILD-DIRECTORY: takes the programs from there; starts the script again inside the namespace.
bench_begin() {
	build=${1:-$bench_folder/../build}
	[ -x "$build/culver-deliver" ] || bench_fail "there is no culver-deliver in $build: give the build directory"
	[ "$(id -u)" = 0 ] || bench_fail "must be root: it makes an account in a mount namespace of its own"
	if [ -z "${CULVER_BENCH_INSIDE:-}" ]; then
		export CULVER_BENCH_INSIDE=1
		exec unshare --mount --propagation private "$0" "$@"
	fi
	work=$(mktemp -d /dev/shm/culver-bench.XXXXXX)
	disk=$(mktemp -d "${CULVER_BENCH_DISK:-/var/tmp}/culver-bench.XXXXXX")
	trap 'rm -rf "$work" "$disk"' EXIT
	trap 'exit 143' TERM INT HUP
	chmod 755 "$work" "$disk"
	cp /etc/passwd "$work/passwd"
	mount --bind "$work/passwd" /etc/passwd
	bench_build
	for size in 3900 65536 1048576 26214400; do
		"$work/bin/message" "$size" >"$work/message.$size"
	done
	peers=()
	for program in procmail maildrop; do
		if command -v "$program" >/dev/null; then
			peers+=("$program")
		else
			printf '%s is not installed: its row is left out\n' "$program" >&2
		fi
	done
}

# The programs where the account can run them: a build directory may be below a closed home.
bench_build() {
	local name
	mkdir "$work/bin"
	cp "$build/culver-deliver" "$work/bin/"
	for name in floor measure message; do
		# The flags that culver-deliver has by default.
		${CC:-cc} -O2 -D_GNU_SOURCE -fPIE -pie -fstack-protector-strong -Wl,-z,relro -Wl,-z,now \
		    -o "$work/bin/$name" "$bench_folder/$name.c"
	done
}

# bench_place FOLDER: a home there, with a Maildir for each program and the rules that name it.
bench_place() {
	local name
	home=$1/home
	rm -rf "$home"
	mkdir "$home"
	for name in floor culver rule procmail maildrop; do
		mkdir -p "$home/$name/tmp" "$home/$name/new" "$home/$name/cur"
	done
	printf 'user_rules = "one.mailfilter"\nlog = file\nlog_file = "%s"\n' "$home/rule.log" >"$home/rule.conf"
	printf 'to "./rule/"\n' >"$home/one.mailfilter"
	# shellcheck disable=SC2016
	printf 'DEFAULT=$HOME/procmail/\n' >"$home/.procmailrc"
	# shellcheck disable=SC2016
	printf 'DEFAULT="$HOME/maildrop/"\n' >"$home/.mailfilter"
	chmod 600 "$home"/*.conf "$home"/*.mailfilter "$home/.procmailrc" "$home/.mailfilter"
	chmod 700 "$home"
	chown -R "$bench_uid:$bench_uid" "$home"
	{
		grep -v "^$bench_account:" /etc/passwd
		printf '%s:x:%d:%d::%s:/bin/sh\n' "$bench_account" "$bench_uid" "$bench_uid" "$home"
	} >"$work/passwd.new"
	cat "$work/passwd.new" >"$work/passwd"
}

# The environment that Postfix's local(8) gives a mailbox_command.
bench_as_user() {
	(cd "$home" && exec setpriv --reuid "$bench_uid" --regid "$bench_uid" --clear-groups --inh-caps=-all \
	    env -i PATH=/usr/bin:/bin HOME="$home" USER="$bench_account" LOGNAME="$bench_account" SHELL=/bin/sh \
	    SENDER=garden-bounces@lists.example.net RECIPIENT=reader@example.org ORIGINAL_RECIPIENT=reader@example.org \
	    LOCAL=reader DOMAIN=example.org CLIENT_ADDRESS=192.0.2.7 CLIENT_HOSTNAME=relay1.example.net \
	    CLIENT_HELO=relay1.example.net CLIENT_PROTOCOL=ESMTP "$@")
}

# bench_command NAME: its command line, one word a line.
bench_command() {
	case $1 in
	culver)
		printf '%s\n' "$work/bin/culver-deliver" "--default-mailbox=$home/culver/" --user-rules=none.mailfilter \
		    --log=file "--log-file=$home/culver.log"
		;;
	rule) printf '%s\n' "$work/bin/culver-deliver" "--config=$home/rule.conf" ;;
	floor) printf '%s\n' "$work/bin/floor" "$home/floor" ;;
	*) command -v "$1" ;;
	esac
}

# Sets ${commands[@]} for measure: the programs named.
bench_commands() {
	local name words
	commands=()
	for name in "$@"; do
		mapfile -t words < <(bench_command "$name")
		commands+=(-- "$name" "$home/$name" "${words[@]}")
	done
	commands=("${commands[@]:1}")
}
