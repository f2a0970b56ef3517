/*
 * Holds every reading case (corpus_case.h) against what the library sees: one test a case. A case must say
 * why it is there and what its structure is; there are at least READING_CASES_MIN of them.
 */
#include <glob.h>

#include "corpus/corpus_case.h"
#include "corpus/reading.h"
#include "support/tap.h"

enum { READING_CASES_MIN = 300 };

/* How often the word and argument stood in front of the expectation of that number. */
static size_t
count_before(const struct corpus_case *the_case, size_t number)
{
	const struct corpus_expectation *mine = &the_case->expectations[number];
	size_t count = 0;

	for (size_t i = 0; i < number; i++)
		count += text_is_equal(the_case->expectations[i].word, mine->word) &&
			 text_is_equal(the_case->expectations[i].argument, mine->argument);
	return count;
}

/* Takes " has" or " hasnot" from the end of the argument. */
static struct text
take_relation(struct text *argument)
{
	static const char *const relations[] = {"has", "hasnot"};

	for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
		struct text relation = text_from_string(relations[i]);
		if (!text_has_suffix(*argument, relation))
			continue;
		*argument = text_trim(text_slice(*argument, 0, argument->size - relation.size));
		return relation;
	}
	return TEXT("");
}

static bool
check_expectation(const struct reading *reading, const struct corpus_case *the_case, size_t number)
{
	const struct corpus_expectation *expected = &the_case->expectations[number];
	struct text argument = expected->argument, relation = take_relation(&argument), answer;
	size_t nth = relation.size > 0 ? 0 : count_before(the_case, number);

	if (!reading_answer(reading, expected->word, argument, nth, &answer)) {
		printf("# %.*s %.*s: there is no such fact\n", TEXT_ARGUMENTS(expected->word),
		    TEXT_ARGUMENTS(argument));
		return false;
	}
	if (text_is_equal(expected->word, TEXT("problem")))
		relation = TEXT("has");
	bool has = text_find(answer, 0, expected->value) < answer.size;
	bool holds = relation.size == 0 ? text_is_equal(answer, expected->value)
					: has == text_is_equal(relation, TEXT("has"));
	if (holds)
		return true;
	printf(
	    "# %.*s %.*s:\n", TEXT_ARGUMENTS(expected->word), TEXT_ARGUMENTS(expected->argument));
	check_text(answer, expected->value);
	return false;
}

/* A list has no more items than are expected. */
static bool
check_list_end(const struct reading *reading, const struct corpus_case *the_case, size_t number)
{
	const struct corpus_expectation *expected = &the_case->expectations[number];
	struct text answer;

	if (!reading_is_list(expected->word) || text_is_equal(expected->value, TEXT("none")))
		return true;
	for (size_t i = number + 1; i < the_case->count; i++)
		if (text_is_equal(the_case->expectations[i].word, expected->word))
			return true;
	if (!reading_answer(reading, expected->word, expected->argument,
		count_before(the_case, number) + 1, &answer) ||
	    text_is_equal(answer, TEXT("none")))
		return true;
	printf("# %.*s: there is one more: %.*s\n", TEXT_ARGUMENTS(expected->word),
	    TEXT_ARGUMENTS(answer));
	return false;
}

static bool
check_case(const struct corpus_case *the_case)
{
	struct arena arena;
	bool holds = the_case->why.size > 0, has_tree = false;

	if (!holds)
		printf("# it does not say why it is there\n");
	arena_init(&arena, NULL, 0);
	struct text message = exact_copy(the_case->message);
	struct reading reading = reading_new(&arena, message);
	for (size_t i = 0; i < the_case->count; i++) {
		has_tree =
		    has_tree || text_has_prefix(the_case->expectations[i].word, TEXT("tree"));
		holds = check_expectation(&reading, the_case, i) && holds;
		holds = check_list_end(&reading, the_case, i) && holds;
	}
	if (!has_tree)
		printf("# it does not say what the structure is\n");
	arena_clear(&arena);
	free((char *)(uintptr_t)message.data);
	return holds && has_tree;
}

static void
check_file(const char *path, const char *wanted)
{
	struct text rest = corpus_file_read(path);
	struct corpus_case the_case;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	while (corpus_case_next(&arena, &rest, &the_case)) {
		if (wanted != NULL && !text_is_equal(the_case.name, text_from_string(wanted)))
			continue;
		bool holds = check_case(&the_case);
		tests_run++;
		tests_failed += !holds;
		printf("%s %u - %.*s: %.*s\n", holds ? "ok" : "not ok", tests_run,
		    TEXT_ARGUMENTS(the_case.name), TEXT_ARGUMENTS(the_case.why));
		arena_clear(&arena);
		arena_init(&arena, NULL, 0);
	}
	arena_clear(&arena);
}

static void
there_are_enough(void)
{
	check(tests_run >= READING_CASES_MIN);
}

/* With the name of a case only that one. */
int
main(int count, char **arguments)
{
	const char *source = getenv("top_srcdir");
	struct arena arena;
	glob_t files;

	arena_init(&arena, NULL, 0);
	struct text pattern =
	    arena_format(&arena, "%s/tests/corpus/reading/*.cases", source != NULL ? source : ".");
	if (glob(pattern.data, 0, NULL, &files) != 0) {
		fprintf(stderr, "there are no cases (%s)\n", pattern.data);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		check_file(files.gl_pathv[i], count > 1 ? arguments[1] : NULL);
	globfree(&files);
	arena_clear(&arena);
	if (count == 1)
		test("there are at least 300 cases", there_are_enough);
	return tests_end();
}
