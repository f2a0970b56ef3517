#!/usr/bin/env bash
# What git knows is in the release: a file that no sources.mk names is missing from "make dist". In an unpacked
# release there is nothing to compare.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

git -C "$top_srcdir" rev-parse --is-inside-work-tree >/dev/null 2>&1 && [ -e "$top_srcdir/.git" ] ||
    skip_all "this is not a git checkout"

# What "make dist" takes: files, and folders with all that is in them.
distributed() {
	printf 'include Makefile\nprint-distributed:\n\t@printf "%%s\\n" $(DISTFILES)\n' |
	    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top_builddir" -f - print-distributed 2>/dev/null |
	    sed "s|^$top_srcdir/||; s|^\(\.\./\)*||; s|^\./||"
}

# forgotten: standard input is the list of distributed names; prints the arguments that it does not cover.
forgotten() {
	awk '
	BEGIN {
		for (i = 1; i < ARGC; i++)
			wanted[i] = ARGV[i]
		count = ARGC
		ARGC = 1
	}
	{ have[$0] = 1 }
	END {
		for (i = 1; i < count; i++) {
			name = wanted[i]
			for (part = name; !(part in have) && sub(/\/[^\/]*$/, "", part);)
				;
			if (!(part in have))
				print name ": is not in any EXTRA_DIST or list of sources"
		}
	}' "$@"
}

# ./check comes by dist-hook; the others are git's own or made anew by automake.
mapfile -t files < <(cd "$top_srcdir" && git ls-files | grep -vxE '\.gitignore|check')
distributed >"$work/distributed"
test_that "make knows what it distributes" [ "$(wc -l <"$work/distributed")" -gt 50 ]
is "every file of the checkout is in the release" "$(forgotten "${files[@]}" <"$work/distributed")" ""
is "a file that is not distributed is seen, one in a distributed folder is not" \
    "$(printf 'doc/demo\nREADME.md\n' | forgotten README.md doc/demo/a/b doc/other)" \
    "doc/other: is not in any EXTRA_DIST or list of sources"
tests_end
