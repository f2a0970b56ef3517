#!/usr/bin/env bash
# What culver check says, and how grave it is, stands in its page, both ways.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

# source_words FILE: "word level" of each row of the table.
source_words() {
	sed -nE 's/.*\] = \{"([a-z-]+)", DIAGNOSTIC_([A-Z]+)\}.*/\1 \L\2/p' "$1" | LC_ALL=C sort
}
# page_words FILE: the same of each list item.
page_words() {
	sed -nE 's/^\.It Li ([a-z-]+) Pq (error|warning|note)$/\1 \2/p' "$1" | LC_ALL=C sort
}

table=$top_srcdir/src/filter/engine/diagnostic.c
page=$top_srcdir/doc/man/culver-check.1
is "the words of the table are those of culver-check(1)" \
    "$(diff <(source_words "$table") <(page_words "$page"))" ""
is "the table has a row for every code" "$(source_words "$table" | wc -l)" \
    "$(grep -cE '^	DIAGNOSTIC_[A-Z_]+,$' "$top_srcdir/src/filter/engine/diagnostic.h")"
test_that "there are words at all" [ "$(source_words "$table" | wc -l)" -gt 20 ]

# Can these comparisons fail?
printf '    [A] = {"one-word", DIAGNOSTIC_ERROR},\n    [B] = {"two", DIAGNOSTIC_NOTE},\n' >"$work/table"
printf '.It Li one-word Pq warning\n.It Li three Pq note\n' >"$work/page"
is "the rows of a table are read" "$(source_words "$work/table" | paste -sd,)" "one-word error,two note"
is "the items of a page are read" "$(page_words "$work/page" | paste -sd,)" "one-word warning,three note"
tests_end
