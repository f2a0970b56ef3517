/*
 * Runs the case files of tests/rules/diagnostics/: rules, and what is to be said about them. The
 * format, line by line:
 *
 *	== the sentence that names the case
 *	-- rules             the rules file
 *	-- says              one line each, in the order of the file: "LINE:COLUMN LEVEL CODE"; a line
 *			     with two blanks in front: its message or advice holds this text
 *
 * At the end every code must have been seen, but for those that need a file system
 * (tests/deliver/check_rules.t).
 */
#include <glob.h>
#include <stdint.h>

#include "filter/engine/diagnostic.h"
#include "filter/mailfilter/mailfilter.h"
#include "filter/engine/program.h"
#include "support/tap.h"

static const char *const level_names[] = {"error", "warning", "note"};
static bool is_seen[DIAGNOSTIC_CODES];
static struct text case_rules, case_says;

/* The lines up to the next one that begins with these two bytes. */
static struct text
take_section(struct text *rest, const char *mark)
{
	size_t end = 0;

	while (end < rest->size &&
	       !text_has_prefix(text_slice(*rest, end, rest->size), text_from_string(mark)) &&
	       !text_has_prefix(text_slice(*rest, end, rest->size), TEXT("== ")))
		end = text_find_byte(*rest, end, '\n') + 1;
	struct text section = text_slice(*rest, 0, end);
	*rest = text_slice(*rest, end, rest->size);
	return section;
}

static void
says_what_is_written(void)
{
	struct text rules = exact_copy(case_rules), says = case_says;
	struct diagnostics list;
	struct arena arena;
	const struct diagnostic *last = NULL;
	size_t next = 0;

	arena_init(&arena, NULL, 0);
	diagnostics_init(&list, &arena);
	const struct program *program = mailfilter_check(&arena, TEXT("rules"), rules, &list);
	while (says.size > 0) {
		struct text line = text_split(&says, '\n');
		if (text_has_prefix(line, TEXT("  ")) && last != NULL) {
			struct text wanted = text_slice(line, 2, line.size);
			bool is_there = text_find(last->message, 0, wanted) < last->message.size ||
					text_find(last->advice, 0, wanted) < last->advice.size;
			check(is_there);
			if (!is_there)
				printf("# \"%.*s\" is not in \"%.*s\" nor in \"%.*s\"\n",
				    TEXT_ARGUMENTS(wanted), TEXT_ARGUMENTS(last->message),
				    TEXT_ARGUMENTS(last->advice));
			continue;
		}
		struct text got = TEXT("nothing more");
		if (next < list.count) {
			last = &list.items[next++];
			struct place place = program_place(program, last->offset);
			check((size_t)last->offset + last->size <= rules.size);
			is_seen[last->code] = true;
			got = arena_format(&arena, "%u:%u %s %s", place.line, place.column,
			    level_names[diagnostic_level(last->code)], diagnostic_word(last->code));
		}
		check_text(got, line);
	}
	for (; next < list.count; next++) {
		struct place place = program_place(program, list.items[next].offset);
		printf("# not wanted: %u:%u %s: %.*s\n", place.line, place.column,
		    diagnostic_word(list.items[next].code),
		    TEXT_ARGUMENTS(list.items[next].message));
		check(next >= list.count);
	}
	arena_clear(&arena);
	free((void *)(uintptr_t)rules.data);
}

static void
every_code_was_seen(void)
{
	for (int i = 0; i < DIAGNOSTIC_CODES; i++) {
		bool is_known = is_seen[i] || i == DIAGNOSTIC_MISSING_FOLDER ||
				i == DIAGNOSTIC_MISSING_FILE || i == DIAGNOSTIC_MAILBOX_NAME;
		check(is_known);
		if (!is_known)
			printf("# no case for %s\n", diagnostic_word((enum diagnostic_code)i));
	}
}

static void
run_file(const char *path)
{
	static char bytes[1 << 20];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		abort();
	struct text rest = {bytes, fread(bytes, 1, sizeof bytes, file)};
	fclose(file);
	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		char sentence[256];
		if (!text_has_prefix(line, TEXT("== ")))
			continue;
		snprintf(sentence, sizeof sentence, "%.*s", (int)line.size - 3, line.data + 3);
		text_split(&rest, '\n');
		case_rules = take_section(&rest, "-- says");
		text_split(&rest, '\n');
		case_says = take_section(&rest, "-- ");
		test(sentence, says_what_is_written);
	}
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char pattern[4096];
	glob_t found;

	snprintf(
	    pattern, sizeof pattern, "%s/tests/rules/diagnostics/*.case", top != NULL ? top : ".");
	if (glob(pattern, 0, NULL, &found) != 0)
		return EXIT_FAILURE;
	for (size_t i = 0; i < found.gl_pathc; i++)
		run_file(found.gl_pathv[i]);
	globfree(&found);
	test("every code has a case", every_code_was_seen);
	return tests_end();
}
