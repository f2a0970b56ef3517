#!/usr/bin/env bash
# No mutable variables at file scope, and none that is static in a function: state is handed down. The compiled
# objects are asked, since they cannot be misread.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

command -v nm >/dev/null || skip_all "nm is not installed"
[ -z "$sanitizers" ] || skip_all "the sanitizers add variables of their own"

# Variables in a section that can be written to after start (.data.rel.ro cannot): variables OBJECT...
variables() {
	nm -f sysv "$@" 2>/dev/null | awk -F '[ \t]*[|][ \t]*' '
	/^Symbols from / {
		object = $0
		sub(/^Symbols from /, "", object)
		sub(/:$/, "", object)
	}
	$7 ~ /^(\.t?data|\.t?bss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ && $4 !~ /SECTION|FILE/ {
		print object ": variable " $1 " can change"
	}' | sort -u
}

# Those of the project, named by source and variable.
project_variables() {
	local object source
	(cd "$top_builddir" && find src -name '*.o' 2>/dev/null | LC_ALL=C sort) | while read -r object; do
		source=${object%.o}.c
		[ -f "$1/$source" ] || source=$(dirname "$object")/$(basename "${object%.o}" | sed 's/.*-//').c
		[ -f "$1/$source" ] || continue # its source is gone
		variables "$top_builddir/$object" |
		    sed -E "s|^.*: variable ([^ .]*)(\.[0-9]+)? can change|$source:\1: can change after the start|"
	done
}

objects=$(find "$top_builddir/src" -name '*.o' | wc -l)
test_that "there are objects to look at" [ "$objects" -gt 10 ]
lint_is_clean "no variable outlives its function and can change" variables project_variables

cat >"$work/bad.c" <<'SAMPLE'
static const int fine = 1;
static const char *const fine_table[] = {"a", "b"};
int counter;
static int hidden = 3;
static const char *moving = "x";
const char *const *f(void);
const char *const *f(void) { static int calls; static const int n = 2; calls++; hidden += n; moving++;
	return &fine_table[fine + counter + calls]; }
SAMPLE
"${CC:-cc}" -fPIE -O1 -c -o "$work/bad.o" "$work/bad.c" || skip_all "no compiler for the self-test"
found=$(variables "$work/bad.o" | sed -E 's/.*variable ([^ .]*).*/\1/' | sort | paste -sd' ')
is "changing variables are seen, constant ones are not" "$found" "calls counter hidden moving"
tests_end
