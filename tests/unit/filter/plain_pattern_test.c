/*
 * Patterns without an engine give the answers of PCRE2: beside hand-picked cases, a hundred
 * thousand random patterns of the subset on random lines, each tried by both.
 */
#include "filter/engine/plain_pattern.h"

#include <stdint.h>

#include "base/buffer.h"
#include "filter/engine/pattern.h"
#include "support/tap.h"

enum { ROUNDS = 100000, PIECES_MAX = 6, TEXT_MAX_SIZE = 64 };

static bool
is_plain(struct text source)
{
	struct plain_pattern plain;

	return plain_pattern_parse(source, false, &plain);
}

static void
subset(void)
{
	static const char *const inside[] = {"abc", "^Subject:.*\\[garden\\]",
	    "^From:.*joe@x\\.org$", "a.*b.*c", ".*end", "start.*", "^X-Flag: YES", "a/b", "\\/",
	    "]", "}"};
	static const char *const outside[] = {"", "^", "$", ".*", "a.b", "a*", "ab+", "(a)", "a|b",
	    "[a]", "\\d", "\\w", "a{2}", "a$b", ".*.*", "a.*.*b", "a.+", "a.*?b", "a.?", "\\",
	    "caf\xc3\xa9", "a^", "\\Qa", "a\\$*", "a.*b.*c.*d.*e.*f.*g.*h.*i"};

	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
		check(is_plain(text_from_string(inside[i])));
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		if (is_plain(text_from_string(outside[i])))
			printf("# %s\n", outside[i]);
		check(!is_plain(text_from_string(outside[i])));
	}
	check(!is_plain(TEXT("$x$")));
	check(!is_plain(TEXT("a\0b")));
}

static void
check_find(const char *source, const char *line, size_t from, int start, int end)
{
	struct text subject = exact_copy(text_from_string(line));
	struct plain_pattern plain;
	size_t got_start, got_end;

	check(plain_pattern_parse(text_from_string(source), false, &plain));
	bool found = plain_pattern_find(&plain, subject, from, &got_start, &got_end);
	check(found == (start >= 0));
	if (found && start >= 0)
		check(got_start == (size_t)start && got_end == (size_t)end);
	free((void *)(uintptr_t)subject.data);
}

static void
matches(void)
{
	check_find("^Subject:.*x", "Subject: axbxc", 0, 0, 13);
	check_find("^Subject:.*x", "Subject: none", 0, -1, 0);
	check_find("Ab", "xxaBab", 0, 2, 4);
	check_find("Ab", "xxaBab", 3, 4, 6);
	check_find("a.*b.*c", "abcabca", 0, 0, 6);
	check_find("b$", "abab", 0, 3, 4);
	check_find("b$", "aba", 0, -1, 0);
	check_find("^ab$", "ab", 0, 0, 2);
	check_find("^ab$", "abb", 0, -1, 0);
	check_find(".*b", "abab ", 0, 0, 4);
	check_find("a.*", "xab", 0, 1, 3);
	check_find("a.*b$", "ab ab", 0, 0, 5);
	check_find("aa.*aa", "aaa", 0, -1, 0);
	check_find("long literal", "short", 0, -1, 0);
	check_find("^ab", "xab", 1, -1, 0);
}

static void
subjects(void)
{
	check(plain_pattern_takes(TEXT("")));
	check(plain_pattern_takes(TEXT("Subject: a\r\tb\0")));
	check(!plain_pattern_takes(TEXT("0123456789\n")));
	check(!plain_pattern_takes(TEXT("0123456\xff")));
	check(!plain_pattern_takes(TEXT("01234567\x80")));
}

static uint64_t random_state = UINT64_C(88172645463325252);

static unsigned
random_below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 32) % limit;
}

/* Few letters, so that parts are found often and overlap. */
static struct text
random_text(char *out, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		out[i] = "aAbB-"[random_below(5)];
	return (struct text){out, size};
}

/* The pattern, and the same in a group, which is outside of the subset. */
static void
random_pattern(struct buffer *plain, struct buffer *grouped)
{
	char piece[4];
	unsigned pieces = random_below(PIECES_MAX) + 1;

	buffer_reset(plain);
	buffer_reset(grouped);
	if (random_below(3) == 0)
		buffer_append(plain, TEXT("^"));
	for (unsigned i = 0; i < pieces; i++) {
		if (random_below(3) == 0)
			buffer_append(plain, TEXT(".*"));
		buffer_append(plain, random_text(piece, random_below(3)));
	}
	if (random_below(3) == 0)
		buffer_append(plain, TEXT("$"));
	buffer_append_format(grouped, "(?:%.*s)", TEXT_ARGUMENTS(buffer_text(plain)));
}

static bool
both_agree(struct pattern_engine *engine, const struct plain_pattern *plain, struct text grouped,
    struct text subject, size_t from)
{
	struct error error;
	struct pattern *pattern = pattern_compile(engine, grouped, plain->case_sensitive, &error);
	struct pattern_cursor cursor = {.at = from};
	size_t start, end;

	check(pattern != NULL);
	bool theirs = pattern_next(engine, pattern, subject, &cursor, &error) == PATTERN_YES;
	struct text match = theirs ? pattern_group(engine, pattern, subject, 0) : subject;
	bool ours = plain_pattern_find(plain, subject, from, &start, &end);
	pattern_free(engine, pattern);
	if (ours != theirs)
		return false;
	return !ours || (subject.data + start == match.data && end - start == match.size);
}

static void
random_comparison(void)
{
	struct buffer source, grouped;
	struct arena arena;
	unsigned tried = 0, wrong = 0;

	arena_init(&arena, NULL, 0);
	buffer_init(&source, 1024);
	buffer_init(&grouped, 1024);
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct plain_pattern plain;
		char bytes[TEXT_MAX_SIZE];
		random_pattern(&source, &grouped);
		if (!plain_pattern_parse(buffer_text(&source), random_below(2) == 0, &plain))
			continue;
		struct text subject = random_text(bytes, random_below(16));
		size_t from = random_below(4) == 0 ? random_below((unsigned)subject.size + 1) : 0;
		tried++;
		if (both_agree(engine, &plain, buffer_text(&grouped), subject, from))
			continue;
		wrong++;
		printf("# /%.*s/ on \"%.*s\" from %zu\n", TEXT_ARGUMENTS(buffer_text(&source)),
		    TEXT_ARGUMENTS(subject), from);
	}
	check(tried > ROUNDS / 2);
	check(wrong == 0);
	pattern_engine_close(engine);
	buffer_clear(&grouped);
	buffer_clear(&source);
	arena_clear(&arena);
}

int
main(void)
{
	test("the subset holds plain characters, .*, ^ and $, and nothing else", subset);
	test("matches start leftmost and reach as far as a greedy .* does", matches);
	test("only ASCII subjects without line ends are taken", subjects);
	test("random patterns match as they do in PCRE2", random_comparison);
	return tests_end();
}
