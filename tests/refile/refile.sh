# shellcheck shell=bash
# What the tests of culver refile share. Sourced after tap.sh and delivery.sh, behind own_accounts: everything runs as
# the user dove, in the home that $home names.

as_dove=(setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups env -i HOME="$home" PATH=/usr/bin:/bin TZ=UTC)
cp "$top_builddir/culver" "$work/culver"

# refile ARGUMENT...: sets $status, $output and $errors.
refile() {
	output=$(cd "$home" && "${as_dove[@]}" "$work/culver" refile --config "$config" --color never "$@" 2>"$work/errors")
	status=$?
	errors=$(<"$work/errors")
}

# fresh: an empty home; rules in ~/.mailfilter from standard input.
fresh() {
	rm -rf "$home"
	mkdir -m 700 "$home"
	cat >"$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	mine
}

mine() { chown -R "$dove_uid:$dove_uid" "$home"; }

# folder NAME...: Maildirs below the home.
folder() {
	local name
	for name in "$@"; do
		mkdir -p "$home/$name/tmp" "$home/$name/new" "$home/$name/cur"
	done
	mine
}

# put PATH SUBJECT [FIELD...]: a message at that path below the home.
put() {
	local path=$1 subject=$2
	shift 2
	{
		printf 'Return-Path: <noah@ark.example>\nDelivered-To: dove@ararat.example\nSubject: %s\nMessage-ID: <%s@test>\n' \
		    "$subject" "$subject"
		[ $# = 0 ] || printf '%s\n' "$@"
		printf '\nThe body of %s.\n' "$subject"
	} >"$home/$path"
	touch -d '2024-03-01 12:00:00 UTC' "$home/$path"
	chown "$dove_uid:$dove_uid" "$home/$path"
}

# tree: every file below the home but our own notes, with its digest.
tree() { (cd "$home" && find . -path ./.culver -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }
# names FOLDER: new/NAME and cur/NAME of its messages.
names() { (cd "$home/$1" && find new cur -type f | LC_ALL=C sort | paste -sd' '); }
# subjects FOLDER-OR-FILE: of all messages in it, sorted.
subjects() { (cd "$home" && grep -rh '^Subject: ' "$1" 2>/dev/null | sed 's/^Subject: //' | LC_ALL=C sort | paste -sd' '); }
contains() { case $1 in *"$2"*) true ;; *) echo "# got: $1"; false ;; esac; }
has_output() { contains "$output" "$1"; }
has_errors() { contains "$errors" "$1"; }
