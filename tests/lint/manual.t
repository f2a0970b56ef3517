#!/usr/bin/env bash
# The manual says what the programs do, both ways: options, exit statuses, settings, words of the rules.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

pages=$top_srcdir/doc/man

# Names of the programs that "make install" installs.
programs() {
	sed -nE '/^bin_PROGRAMS = /{:more;/\\$/{N;s/\\\n//;bmore};s/^bin_PROGRAMS = //;s/\$\([A-Za-z]*EXEEXT\)//g;p}' \
	    "$1/Makefile" | tr -s ' \t' '\n' | grep -v '^$' | LC_ALL=C sort -u
}

# The options that an mdoc page has as list items: ".It Fl d Ar user , Fl -user Ns = Ns Ar user".
page_options() {
	sed -nE 's/^\.It (.*Fl .*)/\1/p' "$1" | grep -oE 'Fl -?[A-Za-z0-9][-A-Za-z0-9]*' | sed 's/^Fl /-/' | LC_ALL=C sort -u
}

# help PROGRAM: its help text; those of the commands without a page of their own belong to culver's.
help() {
	local name
	"$@" --help 2>&1 </dev/null
	if [ "$*" = "$top_builddir/culver mail" ]; then
		for name in $(culver_mail_commands); do
			"$@" "$name" --help 2>&1 </dev/null
		done
	fi
	[ "$*" = "$top_builddir/culver" ] || return 0
	for name in $(culver_commands); do
		[ -f "$pages/culver-$name.1" ] || "$1" "$name" --help 2>&1 </dev/null
	done
}

# options PAGE PROGRAM [COMMAND]
options() {
	{
		help "${@:2}" | help_options | sed 's/^/h /'
		page_options "$1" | sed 's/^/t /'
	} | differences "$(basename "$2")" "--help" "$(basename "$1")"
}

# Exit statuses: EX_ names that the delivery agent (not culver, under whatever name) can end with, against the page's EXIT STATUS section.
source_statuses() {
	(cd "$1/src" && grep -rhoE --exclude=culver.c --exclude='culver_[!d]*.c' --exclude='compat_*.c' '\bEX_[A-Z]+\b' mail agent programs deliver 2>/dev/null) | LC_ALL=C sort -u |
	    while read -r name; do
		sed -nE "s/^#[ \t]*define[ \t]+${name}[ \t]+([0-9]+).*/\1/p" /usr/include/sysexits.h
	done | LC_ALL=C sort -un
}
page_statuses() {
	sed -n '/^\.Sh EXIT STATUS/,/^\.Sh [^E]/p' "$1" | sed -nE 's/^\.It .*\b([0-9]+)\b.*/\1/p' | LC_ALL=C sort -un
}
statuses() {
	{
		source_statuses "$1" | sed 's/^/h /'
		page_statuses "$2" | sed 's/^/t /'
	} | differences "$(basename "$2")" "the sources" "EXIT STATUS"
}

# Words of the rules: the strings of the lexer's table of reserved words, and of the tables of words that count by their
# context, against the page's list items and headings.
lexer_words() {
	awk '/reserved|keyword|word_operators|contextual_(words|functions)/ && /\[\]/ { inside = 1 }
	inside { print }
	inside && /^[ \t]*};/ { inside = 0 }' "$@" | sed "s/{'\([a-z]\)', '\([a-z]\)'}/\"\1\2\"/" |
	    grep -oE '"[a-z]+"' | tr -d '"' | LC_ALL=C sort -u
}
# List items (".It Ic if ...") and lines that enumerate words (".Ic lt , le , gt"), up to the next macro.
page_words() {
	{
		sed -nE 's/^\.It (.*(Ic|Fn) .*)/\1/p' "$1" | grep -oE '\b(Ic|Fn) [a-z]+' | sed -E 's/^(Ic|Fn) //'
		awk '$1 == ".Ic" { for (i = 2; i <= NF && $i !~ /^[A-Z]/; i++) if ($i ~ /^[a-z]+$/) print $i }' "$1"
	} | LC_ALL=C sort -u
}
# words PAGE FILE...
words() {
	{
		lexer_words "${@:2}" | sed 's/^/h /'
		page_words "$1" | sed 's/^/t /'
	} | differences "$(basename "$1")" "the lexer" "the page"
}

mapfile -t names < <(programs "$top_builddir")
for name in "${names[@]}"; do
	page=$(find "$pages" -name "$name.[18]" 2>/dev/null | head -n 1)
	test_that "$name has a manual page" [ -n "$page" ]
	[ -n "$page" ] || continue
	is "the options of $name --help are those of its page" "$(options "$page" "$top_builddir/$name")" ""
	test_that "$name --help names options at all" [ -n "$("$top_builddir/$name" --help 2>&1 </dev/null | help_options)" ]
done
for name in $(culver_commands); do
	test_that "culver(1) says what culver $name is for" grep -q "^\.It Cm $name\$" "$pages/culver.1"
	page=$pages/culver-$name.1
	[ ! -f "$page" ] || test_that "and where to read on" grep -q "^\.Xr culver-$name 1" "$pages/culver.1"
	[ -f "$page" ] || continue
	is "the options of culver $name --help are those of its page" "$(options "$page" "$top_builddir/culver" "$name")" ""
	test_that "culver $name --help names options at all" [ -n "$(help "$top_builddir/culver" "$name" | help_options)" ]
done
for page in "$pages"/*.[18]; do
	[ -f "$page" ] || continue
	name=$(basename "$page")
	case " $(culver_commands | tr '\n' ' ')" in
	*" $(sed -E 's/^culver-(.*)\.1$/\1/' <<<"$name") "*) continue ;;
	esac
	test_that "$name describes a program that is installed" [ -x "$top_builddir/${name%.*}" ]
done
if [ -f "$pages/culver-deliver.1" ]; then
	is "the exit statuses of the sources are those of culver-deliver(1)" \
	    "$(statuses "$top_srcdir" "$pages/culver-deliver.1")" ""
fi
mapfile -t tables < <(grep -rlE '(reserved|keyword|contextual)[a-z_]*\[\]' "$top_srcdir/src/filter/mailfilter" 2>/dev/null)
if [ "${#tables[@]}" -gt 0 ] && [ -f "$pages/mailfilter.5" ]; then
	is "the words of the language are those of mailfilter(5)" "$(words "$pages/mailfilter.5" "${tables[@]}")" ""
	test_that "the lexer has reserved words" [ "$(lexer_words "${tables[@]}" | grep -cxE 'if|xfilter|lt|hasaddr')" -eq 4 ]
	test_that "there are words that count by their context" \
	    [ "$(lexer_words "${tables[@]}" | grep -cxE 'reject|unflag|any|envelope')" -eq 4 ]
fi

# Can these comparisons fail?
cat >"$work/Makefile" <<'SAMPLE'
bin_PROGRAMS = dove$(EXEEXT) \
	pigeon$(EXEEXT)
SAMPLE
is "the installed programs are read from the makefile" "$(programs "$work" | paste -sd' ')" "dove pigeon"
cat >"$work/dove" <<'SAMPLE'
#!/bin/sh
cat <<END
usage: dove [options] [--version | -h] rules < message

  -d, --user USER      the recipient, -x is only text here
  -V[LEVEL]            talk
      --secret=FILE    not in the page
END
SAMPLE
chmod +x "$work/dove"
cat >"$work/dove.1" <<'SAMPLE'
.It Fl d Ar user , Fl -user Ns = Ns Ar user
.It Fl V Ns Op Ar level
.It Fl -forgotten
.It Fl h , Fl -version
.Sh EXIT STATUS
.It 0
.It Dv EX_NOUSER Pq 67
.It 99
.Sh FILES
SAMPLE
is "an option that one side lacks is seen" "$(options "$work/dove.1" "$work/dove")" \
    "dove: --forgotten is in dove.1, not in --help
dove: --secret is in --help, not in dove.1"
mkdir -p "$work/src/mail"
printf 'int a = EX_NOUSER; int b = EX_OK; int c = EX_TEMPFAIL;\n' >"$work/src/mail/a.c"
is "an exit status that one side lacks is seen" "$(statuses "$work" "$work/dove.1")" \
    "dove.1: 75 is in the sources, not in EXIT STATUS
dove.1: 99 is in EXIT STATUS, not in the sources"
printf 'static const struct word reserved_words[] = {\n\t{"if", 1},\n\t{"to", 2},\n};\n"other"\n' >"$work/lexer.c"
printf "static const struct o word_operators[] = {\\n\\t{{'l', 't'}, 3},\\n};\\n" >>"$work/lexer.c"
printf 'static const struct c contextual_words[] = {\n\t{TEXT("coo"), 4},\n};\n' >"$work/more.c"
printf '.It Ic if Po Ar x Pc\n.It Ic fly\n' >"$work/rules.5"
is "a rule word that one side lacks is seen" "$(words "$work/rules.5" "$work/lexer.c" "$work/more.c")" \
    "rules.5: coo is in the lexer, not in the page
rules.5: fly is in the page, not in the lexer
rules.5: lt is in the lexer, not in the page
rules.5: to is in the lexer, not in the page"
tests_end
