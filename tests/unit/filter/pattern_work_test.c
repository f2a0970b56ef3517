/*
 * The bounds on the work of patterns: a search that counts finds what one without counting finds, and
 * exponential patterns end, on one line and on many.
 */
#include <stdint.h>

#include "base/buffer.h"
#include "filter/engine/pattern.h"
#include "support/tap.h"

enum { GENERATED = 3000, LINE_MAX_SIZE = 700 };

static uint64_t random_state = 20261122;

static unsigned
random_below(unsigned bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % bound;
}

/* Patterns that take many steps at many places, verbs that move the search, and options. */
static const char *const pieces[] = {".*", "a*", "(a|b)*", "a+", "[ab]+", "(ab|a)*", "c", "d", "ab",
    "(?<=b)", "(?=a)", "\\b", "^", "$", "|", "(*SKIP)", "(*PRUNE)", "(*COMMIT)", "(*THEN)", "\\K",
    "(a)", "\\1", "(?:a.*b)", "(?i)", "(?m)", "(?s)", "\\w+", "\\W*", "(?R)?", "\xc3\xa9", "x"};
static const char *const line_pieces[] = {"a", "aaaa", "ab", "bbbb", "abababab", "c", "d", "-",
    "\xc3\xa9", "\xff", "\xc3", "\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

static struct text
generate(char *out, const char *const *from, unsigned count, unsigned maximum)
{
	size_t used = 0;

	for (unsigned left = 1 + random_below(maximum); left > 0; left--) {
		const char *piece = from[random_below(count)];
		size_t length = strlen(piece);
		if (used + length > LINE_MAX_SIZE)
			break;
		memcpy(out + used, piece, length);
		used += length;
	}
	return (struct text){out, used};
}

/* All matches of a subject, as text. */
static bool
list_matches(
    struct pattern_engine *engine, struct pattern *pattern, struct text subject, struct buffer *out)
{
	struct pattern_cursor cursor = {0};
	enum pattern_answer answer = PATTERN_YES;
	struct error error;

	buffer_reset(out);
	for (unsigned i = 0; i < 20 && answer == PATTERN_YES; i++) {
		answer = pattern_next(engine, pattern, subject, &cursor, &error);
		unsigned count = answer == PATTERN_YES ? pattern_group_count(engine, pattern) : 0;
		for (unsigned group = 0; group < count; group++) {
			struct text text = pattern_group(engine, pattern, subject, group);
			buffer_append_format(out, "%zd+%zu ",
			    text.data == NULL ? -1 : text.data - subject.data, text.size);
		}
	}
	return answer != PATTERN_FAILED;
}

static void
counting_changes_nothing(void)
{
	unsigned compared = 0, costly = 0;
	struct buffer counted, plain;
	struct arena arena;
	struct error error;

	arena_init(&arena, NULL, 0);
	buffer_init(&counted, 1 << 20);
	buffer_init(&plain, 1 << 20);
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	for (unsigned i = 0; i < GENERATED; i++) {
		char bytes[LINE_MAX_SIZE + 16], line[LINE_MAX_SIZE];
		struct text source = generate(bytes, pieces, sizeof pieces / sizeof pieces[0], 6);
		struct text subject = exact_copy(
		    generate(line, line_pieces, sizeof line_pieces / sizeof line_pieces[0], 40));
		struct pattern *one = pattern_compile(engine, source, true, &error);
		/* What holds \G, here in a comment, is searched in one call. */
		memcpy(bytes + source.size, "(?#\\G)", 6);
		source.size += 6;
		struct pattern *other = pattern_compile(engine, source, true, &error);
		check((one == NULL) == (other == NULL));
		if (one != NULL && other != NULL) {
			bool first = list_matches(engine, one, subject, &counted);
			bool second = list_matches(engine, other, subject, &plain);
			struct pattern_budget budget = {0};
			struct pattern_cursor cursor = {.budget = &budget};
			if (first && second) {
				compared++;
				check_text(buffer_text(&counted), buffer_text(&plain));
				if (!text_is_equal(buffer_text(&counted), buffer_text(&plain)))
					printf("# %.*s\n", TEXT_ARGUMENTS(source));
			}
			pattern_next(engine, one, subject, &cursor, &error);
			costly += budget.steps > 0;
		}
		if (one != NULL)
			pattern_free(engine, one);
		if (other != NULL)
			pattern_free(engine, other);
		free((void *)(uintptr_t)subject.data);
	}
	check(compared > GENERATED / 3);
	check(costly > GENERATED / 50);
	printf("# %u compared, %u of them costly\n", compared, costly);
	pattern_engine_close(engine);
	buffer_clear(&counted);
	buffer_clear(&plain);
	arena_clear(&arena);
}

/* Tries the pattern on many lines, as often as the budget lets it; the number of lines that were
 * answered. */
static unsigned
lines_answered(const char *source, struct text line, unsigned lines, struct pattern_budget *budget)
{
	struct arena arena;
	struct error error;
	unsigned answered = 0;

	arena_init(&arena, NULL, 0);
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	struct pattern *pattern = pattern_compile(engine, text_from_string(source), false, &error);
	*budget = (struct pattern_budget){0};
	for (unsigned i = 0; i < lines; i++) {
		struct pattern_cursor cursor = {.budget = budget};
		answered += pattern_next(engine, pattern, line, &cursor, &error) != PATTERN_FAILED;
		if (budget->is_spent)
			break;
	}
	pattern_engine_close(engine);
	arena_clear(&arena);
	return answered;
}

static void
hostile_lines_are_bounded(void)
{
	static const char *const sources[] = {
	    "^(a+)+$", "^(a|a)*z", "^(a*)*z", "((a+)+)+$", "(a+a+)+z", "^(\\w+\\s?)+!$"};
	static char line[1000];
	const uint64_t search_max = (uint64_t)PATTERN_MATCH_LIMIT_DEFAULT * PATTERN_SEARCH_LIMITS;
	const uint64_t most = (uint64_t)PATTERN_MATCH_LIMIT_DEFAULT * PATTERN_BUDGET_LIMITS;
	struct pattern_budget budget;

	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		for (size_t size = 40; size <= sizeof line; size += 960) {
			memset(line, 'a', size);
			memcpy(line + size - 6, "! - z!", 6);
			struct text subject = {line, size};
			check_number(lines_answered(sources[i], subject, 1, &budget), 0);
			/* One place more than its last charge. */
			check(budget.steps <= search_max + PATTERN_MATCH_LIMIT_DEFAULT * 2);
			lines_answered(sources[i], subject, 10000, &budget);
			check(budget.is_spent);
			check(budget.steps <= most + budget.bytes * PATTERN_BUDGET_STEPS_A_BYTE +
						  PATTERN_MATCH_LIMIT_DEFAULT * 2);
		}
}

static void
honest_lines_are_not(void)
{
	/* A line of base64, as bodies hold hundred thousands. */
	struct text line =
	    TEXT("VGhlIGRvdmUgY2FtZSBiYWNrIHRvIGhpbSBpbiB0aGUgZXZlbmluZywgYW5kIHRoZXJlIGlu");
	struct pattern_budget budget;

	check_number(lines_answered("\\w+\\d\\w+[=!]", line, 20000, &budget), 20000);
	check(!budget.is_spent);
	check_number(lines_answered("(foo|bar|baz)*qux.*[0-9]+", line, 20000, &budget), 20000);
	check(!budget.is_spent);
}

static bool
ask_for_the_end(void *self)
{
	++*(unsigned *)self;
	return true;
}

/* One step here may look at all that is left. */
static void
long_scans_are_bounded(void)
{
	enum { SUBJECT = 4 << 20 };
	struct pattern_budget budget = {0};
	struct pattern_cursor cursor = {.budget = &budget};
	unsigned asked = 0;
	struct arena arena;
	struct error error;
	char *bytes = malloc(SUBJECT);

	check(bytes != NULL);
	memset(bytes, 'a', SUBJECT);
	const struct text subject = {bytes, SUBJECT};
	arena_init(&arena, NULL, 0);
	struct pattern_engine *engine = pattern_engine_new(&arena, 100);
	struct pattern *pattern = pattern_compile(engine, TEXT("a+[cd]"), true, &error);
	check(pattern_next(engine, pattern, subject, &cursor, &error) == PATTERN_FAILED);
	check(error.kind == ERROR_LIMIT && budget.is_spent);
	pattern_engine_watch(engine, ask_for_the_end, &asked);
	budget = (struct pattern_budget){0};
	cursor = (struct pattern_cursor){.budget = &budget};
	check(pattern_next(engine, pattern, subject, &cursor, &error) == PATTERN_FAILED);
	check_number(asked, 1);
	check(!budget.is_spent);
	pattern_engine_close(engine);
	arena_clear(&arena);
	free(bytes);
}

static void
check_match(const char *source, const char *line, const char *matched)
{
	struct text subject = exact_copy(text_from_string(line));
	struct pattern_cursor cursor = {0};
	struct arena arena;
	struct error error;

	arena_init(&arena, NULL, 0);
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	struct pattern *pattern = pattern_compile(engine, text_from_string(source), true, &error);
	check(pattern != NULL);
	check(pattern_next(engine, pattern, subject, &cursor, &error) == PATTERN_YES);
	check_text(pattern_group(engine, pattern, subject, 0), text_from_string(matched));
	pattern_engine_close(engine);
	arena_clear(&arena);
	free((void *)(uintptr_t)subject.data);
}

static void
search_goes_on_behind_bad_bytes(void)
{
	check_match("foo", "caf\xe9 foo", "foo");
	check_match(".*foo", "caf\xe9 foo", " foo");
	check_match("(.*)foo|bar", "caf\xe9 foo", " foo");
	check_match("(?s).*foo", "caf\xe9 foo", " foo");
	check_match("(?i:.*)foo", "\xff\xfe-foo", "-foo");
	check_match(".*foo", "caf\xc3\xa9 foo", "caf\xc3\xa9 foo");
}

int
main(void)
{
	test("a search that counts its work finds what PCRE2 finds", counting_changes_nothing);
	test(
	    "exponential patterns end, on one line and on ten thousand", hostile_lines_are_bounded);
	test("patterns that are only slow have their answer", honest_lines_are_not);
	test("long scans end by the clock, or when somebody asks", long_scans_are_bounded);
	test("a pattern that begins with .* matches behind bytes that are not UTF-8",
	    search_goes_on_behind_bad_bytes);
	return tests_end();
}
