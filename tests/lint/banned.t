#!/usr/bin/env bash
# Calls that no source makes (tests/lint/banned), calls that a folder must not make (tests/lint/purity), and
# preprocessor conditions.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

banned_calls() {
	c_code "$1" '*.[ch]' src | awk -v banned="$lint_folder/banned" '
	BEGIN {
		while ((getline row < banned) > 0) {
			if (row ~ /^[ \t]*(#|$)/)
				continue
			split(row, field, /[ \t]+/)
			allowed[field[1]] = field[2]
			sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", row)
			instead[field[1]] = row
		}
	}
	function may_stand(word, path,   list, count, i) {
		count = split(allowed[word], list, ",")
		for (i = 1; i <= count; i++)
			if (index(path, list[i]) == 1)
				return 1
		return 0
	}
	{
		match($0, /^[^:]*:[0-9]+:/)
		split($0, part, ":")
		rest = substr($0, RLENGTH + 1)
		before = ""
		while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
			before = before substr(rest, 1, RSTART - 1)
			word = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			# A member of that name (host->system) is no call of the C library.
			if ((word in allowed) && rest ~ /^[ \t]*\(/ && before !~ /(\.|->)[ \t]*$/ && !may_stand(word, part[1]))
				print part[1] ":" part[2] ": " word "() is banned here: " instead[word]
			before = word
		}
	}'
}

impure_calls() {
	c_code "$1" '*.[ch]' src | awk -v table="$lint_folder/purity" '
	BEGIN {
		while ((getline row < table) > 0) {
			if (row ~ /^[ \t]*(#|$)/)
				continue
			count = split(row, field, /[ \t]+/)
			for (i = 2; i <= count; i++)
				never[field[1] "/" field[i]] = 1
		}
	}
	{
		match($0, /^[^:]*:[0-9]+:/)
		split($0, part, ":")
		split(part[1], step, "/")
		rest = substr($0, RLENGTH + 1)
		before = ""
		while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
			before = before substr(rest, 1, RSTART - 1)
			word = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (((step[2] "/" word) in never) && rest ~ /^[ \t]*\(/ && before !~ /(\.|->)[ \t]*$/)
				print part[1] ":" part[2] ": src/" step[2] " must not call " word "()"
			before = word
		}
	}'
}

# A source has no #if at all; a header only its guard.
conditions() {
	c_code "$1" '*.[ch]' src | awk '
	{
		match($0, /^[^:]*:[0-9]+:/)
		split($0, part, ":")
		code = substr($0, RLENGTH + 1)
		if (part[1] != path) {
			path = part[1]
			seen = 0
		}
		if (code !~ /^[ \t]*#[ \t]*(if|elif|else)/)
			next
		if (path ~ /\.h$/ && (code ~ /^#ifdef __cplusplus/ || (code ~ /^#ifndef [A-Z0-9_]+_H$/ && !seen++)))
			next
		print path ":" part[2] ": no preprocessor conditions in sources"
	}'
}

# goto only forward, to "out".
jumps() {
	c_code "$1" '*.c' src | awk '
	{
		split($0, part, ":")
		code = $0
		sub(/^[^:]*:[0-9]+:/, "", code)
		if (code ~ /^out:/)
			passed[part[1]] = 1
		if (code ~ /^}/)
			delete passed[part[1]]
		if (match(code, /(^|[^A-Za-z_0-9])goto[ \t]+[A-Za-z_0-9]+/)) {
			label = substr(code, RSTART, RLENGTH)
			sub(/.*[ \t]/, "", label)
			if (label != "out")
				print part[1] ":" part[2] ": goto only to \"out\", not to " label
			else if (part[1] in passed)
				print part[1] ":" part[2] ": goto only forward"
		}
	}'
}

lint_is_clean "no source makes a banned call" banned banned_calls
lint_is_clean "base, mail and filter leave the world alone" purity impure_calls
lint_is_clean "no source has preprocessor conditions" conditions conditions
lint_is_clean "jumps go forward to out" jumps jumps

sample src/mail/bad.c <<'SAMPLE'
#if FEATURE
/* strcpy(a, b) in a comment */
const char *text = "system(\"rm\") in a string";
#endif
void f(void)
{
	strcpy(a, b);
	host->system(host, 1); host.exit(2);
	x = strtok (a, b) + my_strcpy(a);
	free(malloc(3));
	getenv("HOME");
out:
	goto out;
	goto away;
}
SAMPLE
sample src/base/good.c <<'SAMPLE'
void *g(void) { return malloc(1); }
void h(void) { setuid(0); }
SAMPLE
sample src/base/bad.h <<'SAMPLE'
#ifndef BASE_BAD_H
#define BASE_BAD_H
#ifdef DEBUG
#endif
#endif
SAMPLE
lint_sees "a banned call is seen" banned_calls "src/mail/bad.c:7: strcpy() is banned here"
lint_sees "a banned call with a blank before its parenthesis is seen" banned_calls "src/mail/bad.c:9: strtok()"
lint_sees "malloc outside base is seen" banned_calls "src/mail/bad.c:10: malloc()"
lint_sees "free outside base is seen" banned_calls "src/mail/bad.c:10: free()"
lint_sees "changing rights elsewhere is seen" banned_calls "src/base/good.c:2: setuid()"
is "comments, strings, members and longer names are not taken for calls" \
    "$(banned_calls "$work/sample" | grep -cE 'bad.c:(2|3|8|11):|my_strcpy|good.c:1:')" 0
lint_sees "the environment read in src/mail is seen" impure_calls "src/mail/bad.c:11: src/mail must not call getenv()"
lint_sees "a condition in a source is seen" conditions "src/mail/bad.c:1: no preprocessor"
lint_sees "a second condition in a header is seen" conditions "src/base/bad.h:3: no preprocessor"
is "the guard of a header is not reported" "$(conditions "$work/sample" | grep -c 'bad.h:1:')" 0
lint_sees "a jump to another label is seen" jumps "src/mail/bad.c:14: goto only to \"out\", not to away"
lint_sees "a jump backwards is seen" jumps "src/mail/bad.c:13: goto only forward"
tests_end
