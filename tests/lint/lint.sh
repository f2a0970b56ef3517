# shellcheck shell=bash
# What the lint tests have in common. Each lint is a function that takes the root of a tree and prints its offenders,
# one a line, as "WHERE: what is wrong". The same function is run on the project and on a small bad sample, so
# that a lint that cannot fail is noticed.

lint_folder=$top_srcdir/tests/lint

# The C files below the folders named, relative to the root: c_files ROOT PATTERN FOLDER...
c_files() {
	local root=$1 pattern=$2
	shift 2
	(cd "$root" && find "$@" -name "$pattern" -type f 2>/dev/null | LC_ALL=C sort)
}

# Code without comments and strings, as "path:line:code": c_code ROOT PATTERN FOLDER...
c_code() {
	local root=$1 files
	mapfile -t files < <(c_files "$@")
	[ ${#files[@]} = 0 ] || (cd "$root" && awk -f "$lint_folder/code.awk" "${files[@]}")
}

# All files of the project itself, relative to the root, without what a build makes.
tree_files() {
	(cd "$1" && find . \( -name .git -o -name autom4te.cache -o -name __pycache__ -o -path ./build \
	    -o -path './build-*' -o -path ./_build -o -path './_inst' -o -path ./dist \
	    -o -path './culver-[0-9]*' \) -prune -o -type f \
	    ! -name '*.log' ! -name '*.trs' ! -name '*.o' ! -name '*.a' ! -name '*.test' -print) |
	    sed 's|^\./||' | grep -vxE 'configure~?|config\.(log|status|h)|Makefile(\.in)?|aclocal\.m4' | LC_ALL=C sort
}

# without_exceptions LINT FILE: drops the offenders that FILE excuses for this lint, and reports an excuse
# that nobody needs. A line of the file: LINT WHERE REASON...
without_exceptions() {
	awk -v lint="$1" '
	FNR == NR {
		if ($0 !~ /^[ \t]*(#|$)/ && $1 == lint) {
			excused[$2] = 1
			if (NF < 4)
				print $2 ": its exception has no reason"
		}
		next
	}
	{
		where = $0
		sub(/: .*/, "", where)
		if (where in excused)
			used[where] = 1
		else
			print
	}
	END {
		for (where in excused)
			if (!(where in used))
				print where ": is excused for \"" lint "\" but does not need it"
	}' "$2" -
}

# lint_is_clean SENTENCE LINT FUNCTION: the project has no offenders beside the excused ones.
lint_is_clean() {
	is "$1" "$("$3" "$top_srcdir" | without_exceptions "$2" "$lint_folder/exceptions")" ""
}

# lint_sees SENTENCE FUNCTION OFFENDER: the bad sample in $work/sample gives an offender line that begins so.
lint_sees() {
	local found
	found=$("$2" "$work/sample")
	if [[ $'\n'$found == *$'\n'"$3"* ]]; then
		test_that "$1" true
	else
		is "$1" "$found" "$3"
	fi
}

# sample PATH: standard input becomes a file of the bad sample.
sample() {
	mkdir -p "$work/sample/$(dirname "$1")" && cat >"$work/sample/$1"
}

# differences WHERE HERE THERE: standard input has "h WORD" and "t WORD" lines; names the words that one side lacks.
differences() {
	LC_ALL=C sort -u | awk -v where="$1" -v here="$2" -v there="$3" '
	$1 == "h" { h[$2] = 1 }
	$1 == "t" { t[$2] = 1 }
	END {
		for (word in h) if (!(word in t)) print where ": " word " is in " here ", not in " there
		for (word in t) if (!(word in h)) print where ": " word " is in " there ", not in " here
	}' | LC_ALL=C sort
}

# The options in a --help text: those of the usage paragraph, and those that a line of the list begins with.
help_options() {
	awk '/^[ \t]*$/ { listed = 1 }
	!listed { print; next }
	/^[ \t]*-/ { sub(/^[ \t]+/, ""); sub(/[ \t][ \t]+.*/, ""); print }' |
	    tr -s ' ,|[]=' '\n' | grep -E '^--?[A-Za-z0-9]' | sed -E 's/[^-A-Za-z0-9].*//' | LC_ALL=C sort -u
}

# The commands of culver: each has a --help text of its own, and a page culver-NAME(1) or a section of culver(1).
culver_commands() {
	"$top_builddir/culver" --help 2>/dev/null | sed -nE 's/^  culver ([a-z]+) .*/\1/p'
}

# The commands of culver mail: each has a --help text of its own; all are in culver-mail(1).
culver_mail_commands() {
	"$top_builddir/culver" mail --help 2>/dev/null | sed -nE 's/^  culver mail ([a-z]+) .*/\1/p'
}
