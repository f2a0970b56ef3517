#!/usr/bin/env bash
# What must not be in the tree: marks of unfinished work, line ends of other systems, blanks at line ends.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# Written in pieces, so that this file does not find itself.
unfinished_words="TO""DO|FIX""ME|X""XX|HA""CK|for"" now"

# Text files of the project, without sample mail, which may hold anything.
text_files() {
	tree_files "$1" | grep -vE '\.eml$|/corpus/|/seeds/|^build-aux/|^configure$|^m4/[a-z]*lt.*\.m4$|\.(gz|xz|bin)$'
}

unfinished() {
	(cd "$1" && text_files . | tr '\n' '\0' |
	    xargs -0 -r grep -nEHwI "$unfinished_words" /dev/null | sed -E 's/^([^:]*:[0-9]+):/\1: /')
}

line_ends() {
	(cd "$1" && text_files . | grep -E '\.(c|h|md|mk|ac|am|t|sh|m4|[1-8])$|^(check|demo)$' | tr '\n' '\0' |
	    xargs -0 -r grep -nHE "[ 	]+$|$(printf '\r')" /dev/null |
	    sed -E 's/^([^:]*:[0-9]+):.*/\1: blanks or a carriage return at the end of the line/')
}

lint_is_clean "no file speaks of unfinished work" unfinished unfinished
lint_is_clean "no line ends in blanks or a carriage return" line-ends line_ends

printf 'int x; /* %s: later */\nmktemp culver.XXXXXX\n' "TO""DO" | sample src/a.c
printf 'a line \nanother\r\nfine\n' | sample doc/b.md
lint_sees "a mark of unfinished work is seen" unfinished "src/a.c:1: "
is "a template for mktemp is not such a mark" "$(unfinished "$work/sample" | grep -c 'a.c:2')" 0
lint_sees "a blank at the end of a line is seen" line_ends "doc/b.md:1: blanks"
lint_sees "a carriage return is seen" line_ends "doc/b.md:2: blanks"
tests_end
