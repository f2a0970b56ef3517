#!/usr/bin/env bash
# Each header compiles alone: it includes what it needs.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

read -ra compiler <<<"${CC:-cc} -std=gnu17"
command -v "${compiler[0]}" >/dev/null || skip_all "no C compiler"

header_errors() {
	local name output
	c_files "$1" '*.h' src | while read -r name; do
		printf '#include "%s"\n#include "%s"\n' "${name#src/}" "${name#src/}" >"$work/alone.c"
		output=$("${compiler[@]}" -fsyntax-only -Wall -Wextra -Werror -D_GNU_SOURCE -I"$1/src" \
		    "$work/alone.c" 2>&1) ||
		    printf '%s: %s\n' "$name" "$(grep -m1 -E 'error' <<<"$output")"
	done
}

lint_is_clean "every header compiles alone, and twice" headers header_errors

sample src/base/needy.h <<'SAMPLE'
#ifndef BASE_NEEDY_H
#define BASE_NEEDY_H
size_t needy_size(struct text whole);
#endif
SAMPLE
sample src/base/twice.h <<'SAMPLE'
struct twice { int value; };
SAMPLE
lint_sees "a header that needs another first is seen" header_errors "src/base/needy.h: "
lint_sees "a header without a guard is seen" header_errors "src/base/twice.h: "
tests_end
