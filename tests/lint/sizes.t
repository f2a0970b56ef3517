#!/usr/bin/env bash
# The budgets: what a reader can hold in mind at once.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

ctags --version 2>/dev/null | grep -q '^Universal Ctags' || skip_all "universal-ctags is not installed"

file_sizes() {
	local name
	(cd "$1" && find src \( -name '*.c' -o -name '*.h' \) -type f | LC_ALL=C sort | xargs wc -l) |
	    awk '$2 != "total" && $2 ~ /\.c$/ && $1 > 800 { print $2 ": " $1 " lines, at most 800" }
	    $2 ~ /\.h$/ && $1 > 150 { print $2 ": " $1 " lines, at most 150" }'
	c_files "$1" '*.c' tests | while read -r name; do
		[ "$(wc -l <"$1/$name")" -le 800 ] || printf '%s: more than 800 lines\n' "$name"
	done
}

function_sizes() {
	(cd "$1" && ctags -o - --languages=C --langmap=C:.c.h --kinds-C=f --fields=+ne --sort=no -R src) |
	    awk -F '\t' '{
		first = last = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) first = substr($i, 6)
			if ($i ~ /^end:/) last = substr($i, 5)
		}
		if (last - first + 1 > 80)
			print $2 ":" $1 ": " last - first + 1 " lines, at most 80"
	}'
}

parameters() {
	(cd "$1" && ctags -o - --languages=C --langmap=C:.c.h --kinds-C=fp --fields=+neS --sort=no -R src) |
	    awk -F '\t' '{
		signature = ""
		for (i = 4; i <= NF; i++)
			if ($i ~ /^signature:/) signature = substr($i, 11)
		depth = commas = 0
		for (i = 1; i <= length(signature); i++) {
			c = substr(signature, i, 1)
			depth += (c == "(") - (c == ")")
			commas += (c == "," && depth == 1)
		}
		if (commas + 1 > 7)
			print $2 ":" $1 ": " commas + 1 " parameters, at most 7"
	}' | sort -u
}

nesting() { c_code "$1" '*.c' src | awk -v maximum=4 -f "$lint_folder/nesting.awk"; }

long_lines() {
	c_files "$1" '*.[ch]' src | while read -r name; do
		expand -t 8 "$1/$name" | awk -v name="$name" \
		    'length($0) > 120 { print name ":" FNR ": " length($0) " columns, at most 120" }'
	done
}

lint_is_clean "files have at most 800 lines, headers 150" file-sizes file_sizes
lint_is_clean "functions have at most 80 lines" function-sizes function_sizes
lint_is_clean "functions have at most 7 parameters" parameters parameters
lint_is_clean "statements stand at most 4 deep in each other" nesting nesting
lint_is_clean "lines have at most 120 columns" long-lines long_lines

yes '/* line */' | head -n 801 | sample src/long.c
yes '/* line */' | head -n 151 | sample src/long.h
{
	printf 'int\nlong_function(void)\n{\n'
	yes '	call();' | head -n 79
	printf '}\nint\nshort_function(void)\n{\n}\n'
} | sample src/function.c
sample src/parameters.c <<'SAMPLE'
int eight(int a, int b, int (*c)(int, int), int d, int e, int f, int g, int h);
int seven(int a, int b, int (*c)(int, int), int d, int e, int f, int g);
SAMPLE
sample src/nesting.c <<'SAMPLE'
int
braces(int n)
{
	if (n) {
		while (n) {
			for (;;) {
				switch (n) {
				case 1:
					if (n)
						return 1;
				}
			}
		}
	}
}

int
no_braces(int n)
{
	if (n)
		while (n)
			for (;;)
				if (n)
					do
						n--;
					while (n);
}

int
four(int n)
{
	static const struct { int a[2]; } table[] = {{{1, 2}}, {{3, 4}}}; /* if { if { */
	if (n) {
		call("{{{{{", '{', (struct text){(char[]){1}});
	} else if (n > 1) {
	} else if (n > 2) {
	} else if (n > 3) {
	} else if (n > 4) {
		while (n)
			for (;;)
				if (n)
					n = (struct s){{{{1}}}}.n;
	}
	{
		int block;
	}
}
SAMPLE
printf '/*%130s*/\n' '' | sample src/wide.c
lint_sees "a long file is seen" file_sizes "src/long.c: 801 lines"
lint_sees "a long header is seen" file_sizes "src/long.h: 151 lines"
lint_sees "a long function is seen" function_sizes "src/function.c:long_function: 82 lines"
lint_sees "eight parameters are seen" parameters "src/parameters.c:eight: 8 parameters"
lint_sees "deep braces are seen" nesting "src/nesting.c:braces: nesting 5 at line 10"
lint_sees "deep statements without braces are seen" nesting "src/nesting.c:no_braces: nesting 5"
lint_sees "a wide line is seen" long_lines "src/wide.c:1: 134 columns"
is "what is within the budgets is not reported" \
    "$( (function_sizes "$work/sample"; parameters "$work/sample"; nesting "$work/sample") |
	grep -E 'short_function|seven|four')" ""
tests_end
