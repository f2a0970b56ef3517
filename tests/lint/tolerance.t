#!/usr/bin/env bash
# doc/tolerance.md and the code say the same, both ways: each "tolerance: name" of a comment has its row in the table of
# tolerances, each row its comment, and each test file and test sentence that a row names is there.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# Names that comments of the code have: "tolerance: one, two", the line end and the comment's star being blanks.
code_names() {
	local name
	c_files "$1" '*.[ch]' src | while read -r name; do
		tr '\n' ' ' <"$1/$name" | sed -E 's/[[:blank:]]+\*[[:blank:]]+/ /g; s/[[:blank:]]+/ /g' |
		    grep -oE 'tolerance: [a-z0-9-]+(, [a-z0-9]+-[a-z0-9-]+)*'
	done | sed 's/^tolerance: //; s/, /\n/g' | LC_ALL=C sort -u
}

# The rows "name<TAB>what the last column says" in front of the table of deviations.
rows() {
	awk -F ' *[|] *' '
	/^## / { exit }
	/^\|/ && $2 !~ /^(name|-+)$/ { print $2 "\t" $(NF - 1) }' "$1/doc/tolerance.md"
}
row_names() { rows "$1" | cut -f1 | LC_ALL=C sort; }

tolerances_without_row() {
	LC_ALL=C comm -23 <(code_names "$1") <(row_names "$1") | sed 's/$/: has no row in doc\/tolerance.md/'
}
rows_without_tolerance() {
	LC_ALL=C comm -13 <(code_names "$1") <(row_names "$1" | uniq) | sed 's/$/: has a row, and no comment in the code/'
}
doubled_rows() { row_names "$1" | uniq -d | sed 's/$/: has two rows/'; }

# "the same" means the row above it.
rows_without_test() {
	local name test file sentence
	rows "$1" | while IFS=$'\t' read -r name test; do
		[ "$test" != "the same" ] || continue
		file=$(sed -nE 's/^`([^`]+)`.*/\1/p' <<<"$test")
		sentence=$(sed -nE 's/^`[^`]+`: "?([^"]*)"?$/\1/p' <<<"$test")
		if [ -z "$file" ] || [ ! -f "$1/$file" ]; then
			printf '%s: names no test that is there: %s\n' "$name" "$test"
		elif [ -n "$sentence" ] && ! grep -qF -- "$sentence" "$1/$file"; then
			printf '%s: %s has no test "%s"\n' "$name" "$file" "$sentence"
		fi
	done
}

test_that "the code has tolerances" [ "$(code_names "$top_srcdir" | wc -l)" -gt 20 ]
lint_is_clean "each tolerance of the code has its row" tolerance tolerances_without_row
lint_is_clean "each row has its tolerance in the code" tolerance rows_without_tolerance
lint_is_clean "no tolerance has two rows" tolerance doubled_rows
lint_is_clean "each row names a test that is there" tolerance rows_without_test

sample src/mail/sample.c <<'SAMPLE'
/* tolerance: one-thing, other-thing */
/* Long words that come in front of it (tolerance:
 * third-thing), and then more. */
SAMPLE
sample tests/sample_test.c <<'SAMPLE'
	test("a sentence", a_sentence);
SAMPLE
sample doc/tolerance.md <<'SAMPLE'
| name | what | test |
|---|---|---|
| one-thing | x | `tests/sample_test.c`: a sentence |
| one-thing | x | the same |
| third-thing | x | `tests/sample_test.c`: "no sentence" |
| lost-thing | x | none yet |

## Deviations

| deviation | x | y |
SAMPLE
lint_sees "a tolerance without a row is seen" tolerances_without_row "other-thing: has no row"
is "and no other" "$(tolerances_without_row "$work/sample" | wc -l)" 1
lint_sees "a row without a tolerance is seen" rows_without_tolerance "lost-thing: has a row"
is "and no other row" "$(rows_without_tolerance "$work/sample" | wc -l)" 1
lint_sees "a doubled row is seen" doubled_rows "one-thing: has two rows"
lint_sees "a row without a test is seen" rows_without_test "lost-thing: names no test"
lint_sees "a sentence that no test has is seen" rows_without_test 'third-thing: tests/sample_test.c has no test'
tests_end
