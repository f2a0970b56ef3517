#!/usr/bin/env bash
# The sources look as .clang-format has it.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# Versions of clang-format disagree; the project's is 14.
formatter=
for candidate in clang-format-14 clang-format; do
	if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then
		formatter=$candidate
		break
	fi
done
[ -n "$formatter" ] || skip_all "clang-format 14 is not installed"

unformatted() {
	(cd "$1" && find src tests bench -name '*.[ch]' -type f 2>/dev/null | LC_ALL=C sort |
	    xargs -r "$formatter" --style=file --dry-run -Werror 2>&1) |
	    sed -nE 's/^([^: ]+):([0-9]+):[0-9]+: error: .*/\1:\2: clang-format would change it/p' | sort -u
}

lint_is_clean "the C files are formatted by .clang-format" format unformatted

cp "$top_srcdir/.clang-format" "$work/" 2>/dev/null
sample src/bad.c <<'SAMPLE'
int f(void) {
    return 1; }
SAMPLE
lint_sees "a line in another style is seen" unformatted "src/bad.c:1: clang-format would change it"
tests_end
