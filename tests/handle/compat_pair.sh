# shellcheck shell=bash
# A script of a few commands, run with culver under a program's name, and with that program: what is printed, the exit
# statuses and the files that are there afterwards must be the same. The other program gets ten seconds, since some hang.

# pair_programs NAME PEER: puts both where `both` finds them.
pair_programs() {
	mkdir -p "$work/pair/ours" "$work/pair/peer"
	ln -sf "$top_builddir/culver" "$work/pair/ours/$1"
	pair_peer=$(command -v "$2" || ls "/usr/sbin/$2" 2>/dev/null)
	[ -z "$pair_peer" ] || ln -sf "$pair_peer" "$work/pair/peer/$1"
}

# Names, types, modes and bytes; the part of a message's name that is unique is left out, and blanks of maildirsize.
pair_files() {
	find . -mindepth 1 -printf '%P %y %m\n' | sed -E 's#(new|cur)/[0-9]+\.[^ ,]*#\1/message#' | LC_ALL=C sort
	find . -type f | sed -E 's#^(.*/(new|cur)/)[0-9]+\.[^ ,]*#\1message &#' | LC_ALL=C sort | sed 's/.* //' |
	    while read -r file; do
		sed -E 's/^ +//; s/ +/ /g; s/ $//' "$file"
		echo "."
	done
}

pair_run() {
	rm -rf "$work/pair/run"
	mkdir "$work/pair/run"
	(
		cd "$work/pair/run" || exit
		PATH=$work/pair/$1:$PATH timeout 10 bash -c "$2" 2>/dev/null </dev/null
		echo "exit status $?"
		pair_files
	)
}

# both SENTENCE SCRIPT
both() {
	if [ -z "$pair_peer" ]; then
		skip "$1" "the other program is not installed"
		return
	fi
	is "$1" "$(pair_run ours "$2")" "$(pair_run peer "$2")"
}
