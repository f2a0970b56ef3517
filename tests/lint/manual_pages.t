#!/usr/bin/env bash
# The manual pages are sound mdoc.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

command -v mandoc >/dev/null || skip_all "mandoc is not installed"

page_errors() {
	(cd "$1" && find doc/man -type f -name '*.[1-8]' 2>/dev/null | LC_ALL=C sort | while read -r page; do
		mandoc -T lint -W warning "$page" 2>&1 | sed -E 's/^mandoc: ([^:]+:[0-9]+):[0-9]+: /\1: /'
	done)
}

lint_is_clean "mandoc has no warning" manual-pages page_errors

sample doc/man/bad.1 <<'SAMPLE'
.Dd November 21, 2026
.Dt BAD 1
.Os
.Sh NAME
.Nm bad
.Nd bad
.Sh DESCRIPTION
.Zz unknown macro
SAMPLE
lint_sees "an unknown macro is seen" page_errors "doc/man/bad.1:8: "
tests_end
