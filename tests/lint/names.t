#!/usr/bin/env bash
# Names of files, folders and public functions.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# A folder or file that can hold anything will hold everything.
attic_names() {
	tree_files "$1" | awk '{
		count = split($0, step, "/")
		for (i = 1; i <= count; i++) {
			stem = step[i]
			sub(/\..*/, "", stem)
			if (stem ~ /^(utils?|commons?|misc|miscellaneous|globals?|tools?|helpers?|libs?|stuff|various)$/)
				print $0 ": \"" step[i] "\" says nothing about its content"
		}
	}'
}

unique_names() {
	(cd "$1" && find src -type f \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort) | awk '{
		name = $0
		sub(/.*\//, "", name)
		if (name in first)
			print $0 ": has the name of " first[name]
		else
			first[name] = $0
		stem = name
		sub(/\.[ch]$/, "", stem)
		place = $0
		sub(/\.[ch]$/, "", place)
		if ((stem in home) && home[stem] != place)
			print $0 ": another module is called " stem " too (" home[stem] ")"
		home[stem] = place
		if (name !~ /^[a-z][a-z0-9_]*\.[ch]$/)
			print $0 ": file names are snake_case"
	}'
}

header_guards() {
	c_files "$1" '*.h' src | while read -r name; do
		guard=$(printf %s "${name#src/}" | tr 'a-z/.' 'A-Z__')
		[ "$(grep -m1 '^#ifndef ' "$1/$name")" = "#ifndef $guard" ] &&
		    grep -qx "#define $guard" "$1/$name" ||
		    printf '%s: its guard is not %s\n' "$name" "$guard"
	done
}

# A public function begins with the name of its module, or with that of a type that the same header defines.
public_functions() {
	(cd "$1" && ctags -o - --languages=C --langmap=C:.c.h --kinds-C=pfsg --extras=-F --sort=no \
	    --fields=+K --exclude='*.c' -R src) | awk -F '\t' '
	function begins(name, with) {
		return name == with || name == with "s" || index(name, with "_") == 1 || index(name, with "s_") == 1
	}
	$4 == "struct" || $4 == "enum" {
		types[$2] = types[$2] " " $1
		next
	}
	{
		header[++count] = $2
		name[count] = $1
	}
	END {
		for (i = 1; i <= count; i++) {
			stem = header[i]
			sub(/.*\//, "", stem)
			sub(/\.h$/, "", stem)
			fits = begins(name[i], stem)
			kinds = split(types[header[i]], type, " ")
			for (j = 1; j <= kinds; j++)
				fits = fits || begins(name[i], type[j])
			if (!fits)
				print header[i] ":" name[i] ": a function of " stem ".h begins with " stem "_"
		}
	}'
}

prologues() {
	c_files "$1" '*.[ch]' src | while read -r name; do
		[ "$(head -c 2 "$1/$name")" = '/*' ] || printf '%s: does not begin with a comment\n' "$name"
	done
}

lint_is_clean "no name is an attic" attic-names attic_names
lint_is_clean "module names are unique in src" unique-names unique_names
lint_is_clean "a header's guard is its path" guards header_guards
lint_is_clean "each source begins by saying what it is" prologues prologues
if ctags --version 2>/dev/null | grep -q '^Universal Ctags'; then
	lint_is_clean "public functions begin with the name of their module" names public_functions
else
	skip "public functions begin with the name of their module" "universal-ctags is not installed"
fi

sample src/base/util.c </dev/null
sample scripts/lib/x.sh </dev/null
sample src/base/queue.c </dev/null
sample src/mail/queue.h <<'SAMPLE'
#ifndef QUEUE_H
#define QUEUE_H
int queue_open(void);
int open_queue(void);
struct ticket { int number; };
int ticket_take(struct ticket *ticket);
void (*queues_find(void))(void);
#endif
SAMPLE
sample src/mail/Mixed-case.c </dev/null
lint_sees "a file called util is seen" attic_names "src/base/util.c: \"util.c\" says nothing"
lint_sees "a folder called lib is seen" attic_names "scripts/lib/x.sh: \"lib\" says nothing"
lint_sees "a second module of one name is seen" unique_names "src/mail/queue.h: another module is called queue"
lint_sees "a name that is not snake_case is seen" unique_names "src/mail/Mixed-case.c: file names are"
lint_sees "a guard that is not the path is seen" header_guards "src/mail/queue.h: its guard is not MAIL_QUEUE_H"
lint_sees "a source without a prologue is seen" prologues "src/mail/queue.h: does not begin"
if ctags --version 2>/dev/null | grep -q '^Universal Ctags'; then
	lint_sees "a function that hides its module is seen" public_functions "src/mail/queue.h:open_queue: a function"
	is "functions with their module's name are not reported" \
	    "$(public_functions "$work/sample" | grep -cE 'queue_open|queues_find|ticket_take')" 0
fi
tests_end
