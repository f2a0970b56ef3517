# shellcheck shell=bash
# What ./check and ./demo share: installing missing Debian packages, and building in a folder of its own. Sourced.

# Says what is going on; long steps follow each other for minutes.
say() { printf '%s\n' "==> $*"; }
complain() { printf '%s\n' "$0: $*" >&2; }

# The names among the arguments that dpkg does not know as installed.
packages_missing() {
	local name
	for name in "$@"; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) in
		installed) ;;
		*) printf '%s\n' "$name" ;;
		esac
	done
}

# Runs a command with root's rights: directly, or with sudo where that works. False when neither is possible.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}
can_be_root() {
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || return
	sudo -n true 2>/dev/null || { [ -t 0 ] && sudo true; }
}

# Packages bring services; none of them may start on the user's machine because of a build. The guard stands only
# while apt-get runs, and a guard that the administrator has set up is left as it is.
policy_guard=/usr/sbin/policy-rc.d
policy_guard_ours=
services_hold() {
	[ -e "$policy_guard" ] && return
	policy_guard_ours=yes
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy_guard" >/dev/null && as_root chmod 755 "$policy_guard"
}
services_release() {
	[ -z "$policy_guard_ours" ] || as_root rm -f "$policy_guard"
	policy_guard_ours=
}

# A mail server of the machine is never replaced by the one that the tests want.
has_other_mail_server() {
	dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
	    grep '^installed ' | grep 'mail-transport-agent' | grep -qv '^installed postfix '
}

# packages_install NAME...: installs what is missing; false, with the reason on stderr, when something still is.
packages_install() {
	local missing kept name log status=0
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	kept=()
	for name in "${missing[@]}"; do
		if [ "$name" = postfix ] && has_other_mail_server; then
			complain "postfix is not installed, since this machine has another mail server; its tests are skipped"
			status=1
		else
			kept+=("$name")
		fi
	done
	[ ${#kept[@]} -gt 0 ] || return $status
	if ! command -v apt-get >/dev/null; then
		complain "no apt-get here; not installed: ${kept[*]}"
		return 1
	fi
	if ! can_be_root; then
		complain "neither root nor sudo, so these packages cannot be installed: ${kept[*]}"
		return 1
	fi
	say "installing ${#kept[@]} packages: ${kept[*]}"
	log=$(mktemp)
	services_hold
	trap services_release EXIT
	if [[ " ${kept[*]} " == *' postfix '* ]] && command -v debconf-set-selections >/dev/null; then
		printf 'postfix postfix/main_mailer_type select No configuration\n' |
		    as_root debconf-set-selections >/dev/null 2>&1
	fi
	if ! packages_apt update >"$log" 2>&1; then
		complain "apt-get update failed (going on with the lists that are there):"
		tail -n 5 "$log" >&2
	fi
	if ! packages_apt install "${kept[@]}" >"$log" 2>&1; then
		complain "apt-get could not install everything at once; trying one by one. It said:"
		grep -E '^(E|W):' "$log" | head -n 5 >&2
		for name in "${kept[@]}"; do
			packages_apt install "$name" >"$log" 2>&1 ||
			    complain "not installed: $name ($(grep -m1 '^E:' "$log"))"
		done
	fi
	services_release
	trap - EXIT
	rm -f "$log"
	mapfile -t missing < <(packages_missing "${kept[@]}")
	[ ${#missing[@]} = 0 ] && return $status
	complain "still missing: ${missing[*]}"
	return 1
}
packages_apt() {
	local action=$1
	shift
	as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y -o DPkg::Lock::Timeout=300 \
	    -o Dpkg::Options::=--force-confold --no-install-recommends "$action" "$@" </dev/null
}

# What a build cannot do without: the Debian packages, and the commands that show that they are there.
# shellcheck disable=SC2034
packages_build=(gcc libc6-dev make autoconf automake pkg-config libpcre2-dev libdb5.3-dev libmagic-dev
    libarchive-dev libidn2-dev)

# build_is_possible: after installing, or on a system that is not Debian, is everything needed there?
build_is_possible() {
	local command lost=()
	for command in make autoconf automake pkg-config; do
		command -v "$command" >/dev/null || lost+=("$command")
	done
	command -v "${CC:-gcc}" >/dev/null || lost+=("${CC:-gcc}")
	pkg-config --exists 'libpcre2-8 >= 10.36' 2>/dev/null || lost+=("the PCRE2 headers (libpcre2-dev)")
	printf '#include <db.h>\n' | "${CC:-gcc}" -E - >/dev/null 2>&1 ||
	    lost+=("the Berkeley DB headers (libdb5.3-dev)")
	pkg-config --exists libmagic 2>/dev/null || lost+=("the libmagic headers (libmagic-dev)")
	pkg-config --exists libarchive 2>/dev/null || lost+=("the libarchive headers (libarchive-dev)")
	pkg-config --exists libidn2 2>/dev/null || lost+=("the libidn2 headers (libidn2-dev)")
	[ ${#lost[@]} = 0 ] && return
	complain "cannot build without: ${lost[*]}"
	return 1
}

# A log's end, for a step that failed.
show_log() {
	printf '%s\n' "---- the end of $1"
	grep -nE '(error|Error|\*\*\*)' "$1" | tail -n 12
	tail -n 15 "$1"
	printf '%s\n' "----"
}

# build_prepare ROOT: a configure script that is there and not older than what it is made from.
build_prepare() {
	local root=$1
	if [ -e "$root/config.status" ]; then
		complain "the source folder itself is configured; run \"make distclean\" in $root first"
		return 1
	fi
	if [ ! -e "$root/configure" ] || [ ! -e "$root/Makefile.in" ] || [ ! -e "$root/build-aux/tap-driver.sh" ] ||
	    [ "$root/configure.ac" -nt "$root/configure" ]; then
		say "making configure"
		mkdir -p "$root/build"
		(cd "$root" && autoreconf -fi) >"$root/build/autoreconf.log" 2>&1 || {
			show_log "$root/build/autoreconf.log"
			return 1
		}
	fi
}

# build_tree ROOT FOLDER TARGET CONFIGURE-ARGUMENT...: configures and makes in FOLDER.
build_tree() {
	local root=$1 folder=$2 target=$3
	shift 3
	mkdir -p "$folder"
	if [ ! -e "$folder/Makefile" ] || [ "$root/configure" -nt "$folder/config.status" ] ||
	    [ "$*" != "$(cat "$folder/configured-with" 2>/dev/null)" ]; then
		say "configuring ${folder#"$root"/}"
		(cd "$folder" && "$root/configure" -q "$@") >"$folder/configure.log" 2>&1 || {
			show_log "$folder/configure.log"
			return 1
		}
		printf '%s\n' "$*" >"$folder/configured-with"
	fi
	say "building ${folder#"$root"/}"
	# shellcheck disable=SC2086 # no target is the default target
	make -C "$folder" -j2 $target >"$folder/make.log" 2>&1 || {
		show_log "$folder/make.log"
		return 1
	}
}
