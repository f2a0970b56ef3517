#!/usr/bin/env bash
# What Culver does otherwise than maildrop is told by `culver check --maildrop`: each row of doc/tolerance.md that rules
# can show has its story in the code, and each story its row.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# rows ROOT: "name<TAB>why" of the table of deviations.
rows() {
	awk -F ' *[|] *' '
	/^## / { is_there = /Deviations from maildrop/ }
	is_there && /^\|/ && $2 !~ /^(name|-+)$/ { print $2 "\t" $5 }' "$1/doc/tolerance.md"
}
visible_rows() { rows "$1" | grep -v 'not visible in rules$' | cut -f1 | LC_ALL=C sort; }
hidden_rows() { rows "$1" | grep 'not visible in rules$' | cut -f1 | LC_ALL=C sort; }
# The names of the stories.
stories() {
	tr '\n' ' ' <"$1/src/filter/mailfilter/deviation.c" | grep -oE '\] =[[:blank:]]*\{[[:blank:]]*"[a-z0-9-]+"' |
	    sed 's/.*"\(.*\)"/\1/' | LC_ALL=C sort
}
# The names that the code looks for.
searched() {
	grep -ohE 'DEVIATION_[A-Z0-9_]+' "$1/src/filter/mailfilter/inspect_deviation.c" | sed 's/^DEVIATION_//' |
	    tr 'A-Z_' 'a-z-' | LC_ALL=C sort -u
}

rows_without_story() {
	LC_ALL=C comm -23 <(visible_rows "$1") <(stories "$1") |
	    sed 's/$/: culver check --maildrop cannot name it (mark the row "not visible in rules", or add a story)/'
}
stories_without_row() {
	LC_ALL=C comm -13 <(visible_rows "$1") <(stories "$1") | sed 's/$/: a story without a row that rules can show/'
}
stories_without_search() {
	LC_ALL=C comm -23 <(stories "$1") <(searched "$1") | sed 's/$/: a story that nothing looks for/'
}
doubled_rows() { rows "$1" | cut -f1 | LC_ALL=C sort | uniq -d | sed 's/$/: has two rows/'; }

test_that "there are rows that rules show" [ "$(visible_rows "$top_srcdir" | wc -l)" -gt 20 ]
test_that "there are rows that they do not show" [ "$(hidden_rows "$top_srcdir" | wc -l)" -gt 5 ]
lint_is_clean "each deviation that rules can show is named by culver check" deviations rows_without_story
lint_is_clean "each deviation that culver check names has its row" deviations stories_without_row
lint_is_clean "no deviation has two rows" deviations doubled_rows
lint_is_clean "each story is looked for" deviations stories_without_search

sample src/filter/mailfilter/deviation.c <<'SAMPLE'
    [DEVIATION_ONE] = {"one", "x"},
    [DEVIATION_NO_ROW] =
	{"no-row", "x"},
SAMPLE
sample src/filter/mailfilter/inspect_deviation.c <<'SAMPLE'
	add(DEVIATION_ONE);
SAMPLE
sample doc/tolerance.md <<'SAMPLE'
| other | table | x | y | z |

## Deviations from maildrop

| name | here | maildrop | why | test |
|---|---|---|---|---|
| one | x | x | x | x |
| no-story | x | x | x | x |
| twice | x | x | x; not visible in rules | x |
| twice | x | x | y; not visible in rules | x |
| hidden | x | x | x; not visible in rules | x |
SAMPLE
lint_sees "a row without a story is seen" rows_without_story "no-story: culver check"
is "and no other" "$(rows_without_story "$work/sample" | wc -l)" 1
lint_sees "a second row of one name is seen" doubled_rows "twice: has two rows"
lint_sees "a story without a row is seen" stories_without_row "no-row: a story without"
lint_sees "a story that nothing looks for is seen" stories_without_search "no-row: a story that nothing"
tests_end
