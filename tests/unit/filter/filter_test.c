/*
 * The parts of the filter by themselves: lexer, places, values, variables, the pattern seam, and
 * the prefilter, whose answer "no" is compared with PCRE2's on generated patterns and lines.
 */
#include <stdint.h>

#include "filter/engine/filter.h"
#include "filter/engine/pattern.h"
#include "filter/engine/plan.h"
#include "filter/engine/prefilter.h"
#include "filter/engine/value.h"
#include "filter/engine/variable.h"
#include "filter/mailfilter/lexer.h"
#include "filter/mailfilter/mailfilter.h"
#include "support/tap.h"

enum { GENERATED_PATTERNS = 20000, GENERATED_LINES = 4 };

static uint64_t random_state;

static unsigned
random_below(unsigned bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % bound;
}

/* Pieces that patterns are put together from: mostly sensible, some broken. */
static const char *const pieces[] = {"a", "b", "k", "s", "S", "Subject", ":", " ", "^", "$", ".",
    ".*", ".+", "(", "(?:", ")", "|", "[ab]", "[^a-k]", "[a-", "[]a]", "[[:alpha:]]", "\\d", "\\w+",
    "\\b", "\\.", "\\-", "\\1", "\\Q", "*", "+", "?", "{2}", "{1,2}", "{3,1}", "{,2}", "{x", "(?i)",
    "(?=a)", "\\x41", "]", "}", "-", "K", "\xc3\xa9", "^Subject:", "word12", "[\\d-z]", "[\\w]",
    "a{2}", "b?", "(ab)+", "(a|b)", "++", "*?"};
static const char *const line_pieces[] = {"a", "b", "k", "s", "K", "S", "Subject", ":", " ", "ab",
    "aa", "word12", "\xe2\x84\xaa", "\xc5\xbf", "\xff", "1", ".", "-", "Subject: ", "]", "}", "{x",
    "{,2}"};

static struct text
generate(char *out, size_t size, const char *const *from, unsigned count, unsigned maximum)
{
	size_t used = 0;

	for (unsigned left = 1 + random_below(maximum); left > 0; left--) {
		const char *piece = from[random_below(count)];
		size_t length = strlen(piece);
		if (used + length > size)
			break;
		memcpy(out + used, piece, length);
		used += length;
	}
	return (struct text){out, used};
}

/* What the evaluator does with a line. */
static bool
may_match(const struct prefilter *prefilter, struct text line)
{
	char folded[512];

	if (!prefilter->understood)
		return true;
	if (prefilter->field.size > 0 &&
	    !(text_has_prefix_nocase(line, prefilter->field) && line.size > prefilter->field.size &&
		line.data[prefilter->field.size] == ':')) {
		/* Names in other letters are fields without a name, which are always tried. */
		bool has_high = !prefilter_fold(line, folded);
		if (!has_high)
			return false;
	}
	if (prefilter->case_sensitive)
		return prefilter_may_match(prefilter, line);
	bool raw = prefilter->literal.size == 0 || prefilter_find(prefilter, line, 0) < line.size;
	if (!prefilter_fold(line, folded))
		return raw;
	bool quick = prefilter_may_match(prefilter, (struct text){folded, line.size});
	check(quick == raw);
	return quick;
}

static void
no_is_no(void)
{
	unsigned understood = 0, refused = 0;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	random_state = 20261121;
	for (unsigned i = 0; i < GENERATED_PATTERNS; i++) {
		char bytes[256], line_bytes[256];
		struct error error;
		bool case_sensitive = random_below(4) == 0;
		struct text source = exact_copy(
		    generate(bytes, sizeof bytes, pieces, sizeof pieces / sizeof pieces[0], 8));
		struct prefilter prefilter = prefilter_analyse(&arena, source, case_sensitive);
		struct pattern *pattern = pattern_compile(engine, source, case_sensitive, &error);
		understood += prefilter.understood;
		if (prefilter.understood && pattern == NULL)
			printf(
			    "# understood, but does not compile: %.*s\n", TEXT_ARGUMENTS(source));
		check(!prefilter.understood || pattern != NULL);
		for (unsigned j = 0; j < GENERATED_LINES && pattern != NULL; j++) {
			struct text line = exact_copy(generate(line_bytes, sizeof line_bytes,
			    line_pieces, sizeof line_pieces / sizeof line_pieces[0], 8));
			struct pattern_cursor cursor = {0};
			if (!may_match(&prefilter, line)) {
				refused++;
				bool matches = pattern_next(engine, pattern, line, &cursor,
						   &error) == PATTERN_YES;
				check(!matches);
				if (matches)
					printf("# %.*s on %.*s\n", TEXT_ARGUMENTS(source),
					    TEXT_ARGUMENTS(line));
			}
			free((void *)(uintptr_t)line.data);
		}
		if (pattern != NULL)
			pattern_free(engine, pattern);
		free((void *)(uintptr_t)source.data);
	}
	/* The property would hold for an analyser that understands nothing. */
	check(understood > GENERATED_PATTERNS / 10);
	check(refused > GENERATED_PATTERNS / 10);
	pattern_engine_close(engine);
	arena_clear(&arena);
}

/* The first place that prefilter_find() must name, byte by byte. */
static size_t
find_slowly(const struct prefilter *prefilter, struct text region, size_t from)
{
	struct text literal = prefilter->literal;
	bool may_be_wide =
	    !prefilter->case_sensitive && (text_find_byte(literal, 0, 'k') < literal.size ||
					      text_find_byte(literal, 0, 's') < literal.size);

	for (size_t at = from; at < region.size; at++) {
		struct text rest = text_slice(region, at, region.size);
		if (prefilter->case_sensitive ? text_has_prefix(rest, prefilter->literal)
					      : text_has_prefix_nocase(rest, prefilter->literal))
			return at;
		if (may_be_wide && (text_has_prefix(rest, TEXT("\xe2\x84\xaa")) ||
				       text_has_prefix(rest, TEXT("\xc5\xbf"))))
			return at;
	}
	return region.size;
}

static void
long_regions(void)
{
	static const char *const literals[] = {"ab", "needle", "-ab-", "xk", "s", "a a"};
	static const char *const filler[] = {"a", "b", " ", "-", "x", "k", "\xe2\x84", "\xc5",
	    "\xd0\xb0", "nee", "\n", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "ab", "NEEDLE",
	    "\xe2\x84\xaa", "\xc5\xbf"};
	static char bytes[2000];
	struct arena arena;
	unsigned found = 0;

	arena_init(&arena, NULL, 0);
	random_state = 1;
	for (unsigned i = 0; i < 20000; i++) {
		struct prefilter prefilter = prefilter_analyse(
		    &arena, text_from_string(literals[random_below(6)]), random_below(2) == 0);
		/* Most regions have only what comes first of the list. */
		struct text region = exact_copy(generate(bytes, random_below(sizeof bytes), filler,
		    3 + random_below(sizeof filler / sizeof filler[0] - 2), 400));
		size_t from = random_below((unsigned)region.size + 1);
		size_t wanted = find_slowly(&prefilter, region, from);
		found += wanted < region.size;
		if (prefilter_find(&prefilter, region, from) != wanted)
			check_number(
			    (long long)prefilter_find(&prefilter, region, from), (long long)wanted);
		free((void *)(uintptr_t)region.data);
	}
	check(found > 1000 && found < 19000);
	arena_clear(&arena);
}

static void
literals_and_fields(void)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct prefilter one = prefilter_analyse(&arena, TEXT("^Subject:.*Word12 text"), false);
	check(one.understood);
	check(text_is_equal_nocase(one.field, TEXT("subject")));
	check_text(one.literal, TEXT("word12 text"));
	check_text(prefilter_analyse(&arena, TEXT("abc?d"), false).literal, TEXT("ab"));
	check_text(prefilter_analyse(&arena, TEXT("x(abc)?y+z"), true).literal, TEXT("x"));
	check(!prefilter_analyse(&arena, TEXT("abc|d"), false).understood);
	check(!prefilter_analyse(&arena, TEXT("(abc"), false).understood);
	check(!prefilter_analyse(&arena, TEXT("[:abc:]d"), false).understood);
	check(!prefilter_analyse(&arena, TEXT("[.a.]d"), false).understood);
	check(!prefilter_analyse(&arena, TEXT("[==]d"), false).understood);
	check(prefilter_analyse(&arena, TEXT("[.]d[:]e[a:]"), false).understood);
	check_number((long long)prefilter_analyse(&arena, TEXT("^.a:b"), false).field.size, 0);
	check_number((long long)prefilter_analyse(&arena, TEXT("^ab:?c"), false).field.size, 0);
	arena_clear(&arena);
}

static void
reserved(void)
{
	for (int word = RESERVED_IF; word <= RESERVED_TIME; word++) {
		struct text name = text_from_string(lexer_reserved_name((enum reserved_word)word));
		struct error error;
		struct lexer lexer;
		struct token token;
		lexer_init(&lexer, NULL, name, &error);
		lexer_next(&lexer, &token);
		check(token.kind == TOKEN_RESERVED && token.reserved == word);
		lexer_next(&lexer, &token);
		check(token.kind == TOKEN_END);
	}
}

static void
slashes(void)
{
	struct arena arena;
	struct error error;
	struct lexer lexer;
	static const enum token_kind wanted[] = {TOKEN_PATTERN, TOKEN_NEWLINE, TOKEN_RESERVED,
	    TOKEN_WORD, TOKEN_NEWLINE, TOKEN_WORD, TOKEN_OPERATOR, TOKEN_WORD, TOKEN_NEWLINE,
	    TOKEN_WORD, TOKEN_ASSIGN, TOKEN_WORD, TOKEN_END};
	struct text source = exact_copy(TEXT("/a\\/b/:D,2\nto /a/b\nx / y;z= /x/:b,2"));

	arena_init(&arena, NULL, 0);
	lexer_init(&lexer, &arena, source, &error);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		struct token token;
		lexer_next(&lexer, &token);
		check_number(token.kind, wanted[i]);
		if (i == 0) {
			check_text(token.text, TEXT("a\\/b"));
			check_text(token.flags, TEXT("D,2"));
		}
		if (i == 11)
			check_text(token.text, TEXT("/x/:b"));
		if (i == 11)
			break;
	}
	arena_clear(&arena);
	free((void *)(uintptr_t)source.data);
}

static void
every_prefix_is_read(void)
{
	static const char rules[] =
	    "if (/^a\\/(b)/:hbwD,1.5,-2 && \"x$A\\\"\" 'y\\'' eq z)\n{\n\tto \"./x\\\n  y\"\n}\n"
	    "elsif (substr(\"abc\",1,2) =~ /x/)\n cc ./y\nelse\n X=`a\\`b` \\ \n \"\\\\\"\n"
	    "exception {\n foreach /x/\n  log 5 + ~1 * (2 - 3)\n}\n";

	for (size_t size = 0; size < sizeof rules; size++) {
		struct text source = exact_copy((struct text){rules, size});
		const struct program *program;
		struct arena arena;
		struct error error = {0};
		arena_init(&arena, NULL, 0);
		bool parsed = mailfilter_parse(&arena, TEXT("r"), source, &program, &error);
		check(parsed || error.kind == ERROR_INPUT);
		check(parsed || size < sizeof rules - 1);
		arena_clear(&arena);
		free((void *)(uintptr_t)source.data);
	}
}

static void
depth_is_bounded(void)
{
	static char deep[20000];
	const struct program *program;
	struct arena arena;
	struct error error;

	arena_init(&arena, NULL, 0);
	memset(deep, '(', sizeof deep);
	check(!mailfilter_parse(
	    &arena, TEXT("r"), (struct text){deep, sizeof deep}, &program, &error));
	check_text(text_from_string(error.text), TEXT("r:1:256: nested more than 256 levels deep"));
	for (size_t i = 0; i + 2 <= sizeof deep; i += 2)
		memcpy(deep + i, "{\n", 2);
	check(!mailfilter_parse(
	    &arena, TEXT("r"), (struct text){deep, sizeof deep}, &program, &error));
	for (size_t i = 0; i + 5 <= sizeof deep; i += 5)
		memcpy(deep + i, "1 || ", 5);
	deep[sizeof deep - 1] = '1';
	check(mailfilter_parse(
	    &arena, TEXT("r"), (struct text){deep, sizeof deep}, &program, &error));
	arena_clear(&arena);
}

static void
variables_keep_order(void)
{
	struct arena arena;
	struct text name, value;
	size_t position = 0;

	arena_init(&arena, NULL, 0);
	struct variables *variables = variables_new(&arena);
	variables_set(variables, TEXT("b"), TEXT("1"));
	variables_set(variables, TEXT("a"), TEXT("22"));
	variables_set(variables, TEXT("b"), TEXT(""));
	variables_unset(variables, TEXT("a"));
	check(variables_is_set(variables, TEXT("b")));
	check(!variables_is_set(variables, TEXT("a")));
	variables_set(variables, TEXT("a"), TEXT("333"));
	check(variables_next(variables, &position, &name, &value));
	check_text(name, TEXT("b"));
	check_text(value, TEXT(""));
	check(variables_next(variables, &position, &name, &value));
	check_text(value, TEXT("333"));
	check(!variables_next(variables, &position, &name, &value));
	arena_clear(&arena);
}

static void
numbers_convert(void)
{
	check(value_compute(OPERATOR_BIT_OR, -1, 0) == 18446744073709551616.0);
	check(value_compute(OPERATOR_BIT_OR, 1e30, 1) == 1);
	check(value_complement(TEXT("5")) == -6);
	check(value_complement(TEXT("-1")) == 0);
	check(value_complement(TEXT(" +7x")) == -8);
	check(value_complement(TEXT("0x1f")) == -1);
	check(value_complement(TEXT("1e3")) == -2);
	check(value_complement(TEXT("99999999999999999999")) == -9223372036854775808.0);
	check(value_complement(TEXT("-99999999999999999999")) == 9223372036854775807.0);
	check(value_complement(TEXT("")) == -1);
	check(value_number(TEXT(" -12abc")) == -12);
	check(value_number(TEXT("")) == 0);
}

static void
long_header_line(void)
{
	enum { FOLDS = 3 * 65536, FOLD_SIZE = 8 };
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;

	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	char *bytes = arena_alloc(&arena, 16 + FOLDS * FOLD_SIZE);
	memcpy(bytes, "Big: start-here\n", 16);
	for (size_t i = 0; i < FOLDS; i++)
		memcpy(bytes + 16 + i * FOLD_SIZE, i + 1 == FOLDS ? " theend\n" : " folded\n",
		    FOLD_SIZE);
	check(mailfilter_parse(&arena, TEXT("r"),
	    TEXT("if (/^Big: start/)\n echo \"begin\"\nif (/theend/)\n echo \"end\"\n"), &program,
	    &error));
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, (struct text){bytes, 16 + FOLDS * FOLD_SIZE}),
	    .variables = variables_new(&arena),
	    .host = &plan_host,
	    .host_self = &plan,
	};
	input.verdicts.undecodable = VERDICT_OPEN;
	struct filter_result result = filter_run(&arena, &input);
	check(result.end == FILTER_END_FALL_THROUGH);
	check(text_has_prefix(result.undecided, TEXT("r:3:5: ")));
	check_number((long long)plan.count, 1);
	if (plan.count > 0)
		check_text(plan.items[0].text, TEXT("begin\n"));
	arena_clear(&arena);
}

/* A library of that name is mapped into this process. */
static bool
is_mapped(const char *name)
{
	char line[1024];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
		found |= strstr(line, name) != NULL;
	if (maps != NULL)
		fclose(maps);
	return found;
}

static void
long_address_list(void)
{
	enum { ADDRESSES = 4097 };
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;
	struct buffer message;
	struct text rules = TEXT("/^To:.*/\nX=getaddr($MATCH)\nL=length($X)\n"
				 "A=hasaddr(\"4096@x\")\nB=hasaddr(\"4097@x\")\n");

	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	buffer_init(&message, 1 << 20);
	buffer_append(&message, TEXT("To: 0001@x"));
	for (int i = 2; i <= ADDRESSES; i++)
		buffer_append_format(&message, ", %04d@x", i);
	buffer_append(&message, TEXT("\n\n"));
	check(mailfilter_parse(&arena, TEXT("r"), rules, &program, &error));
	struct variables *variables = variables_new(&arena);
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, buffer_text(&message)),
	    .variables = variables,
	    .verdicts = {.undecodable = VERDICT_OPEN},
	    .host = &plan_host,
	    .host_self = &plan,
	};
	struct filter_result result = filter_run(&arena, &input);
	check(result.end == FILTER_END_FALL_THROUGH);
	/* "0001@x" and its line end: seven bytes each. */
	check_text(variables_get(variables, TEXT("L")), TEXT("28672"));
	check_text(variables_get(variables, TEXT("A")), TEXT("1"));
	check_text(variables_get(variables, TEXT("B")), TEXT("0"));
	check(text_find(result.undecided, 0, TEXT("more recipients than it sees")) <
	      result.undecided.size);
	buffer_clear(&message);
	arena_clear(&arena);
}

static void
large_match(void)
{
	const size_t size = 20 << 20;
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;
	struct text rules = TEXT("/(?s)(.*)/:rp\nL=length($MATCH)\nM=length($MATCH1)\n");

	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	char *bytes = arena_alloc(&arena, size + 2);
	memset(bytes, 'x', size + 2);
	memcpy(bytes, "\n\n", 2);
	check(mailfilter_parse(&arena, TEXT("r"), rules, &program, &error));
	struct variables *variables = variables_new(&arena);
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, (struct text){bytes, size + 2}),
	    .variables = variables,
	    .host = &plan_host,
	    .host_self = &plan,
	};
	struct filter_result result = filter_run(&arena, &input);
	check(result.end == FILTER_END_FALL_THROUGH);
	check_text(variables_get(variables, TEXT("L")), TEXT("16777216"));
	check_text(variables_get(variables, TEXT("M")), TEXT("0"));
	arena_clear(&arena);
}

/* Must run first: what was opened stays. */
static void
no_pattern_no_library(void)
{
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;
	struct text rules = TEXT("if (/^Subject: zebra/ || /^List-Id: (a|b)/)\n to \"./x\"\n"
				 "if (/^Subject:.*horse/)\n cc \"./y\"\n");

	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	check(mailfilter_parse(&arena, TEXT("r"), rules, &program, &error));
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, TEXT("Subject: horse\n\nzebra\n")),
	    .variables = variables_new(&arena),
	    .host = &plan_host,
	    .host_self = &plan,
	};
	struct filter_result result = filter_run(&arena, &input);
	check(result.end == FILTER_END_FALL_THROUGH);
	check_number((long long)plan.count, 1);
	check(!is_mapped("libpcre2-8"));
	struct pattern_engine *engine = pattern_engine_new(&arena, 0);
	check(pattern_compile(engine, TEXT("[hz](or|eb)"), false, &error) != NULL);
	check(is_mapped("libpcre2-8"));
	pattern_engine_close(engine);
	arena_clear(&arena);
}

/* A build with sanitizers gives each allocation a block of its own, so that bytes cannot be counted. */
static bool
is_arena_packed(void)
{
	static char memory[ARENA_ALIGNMENT];
	struct arena arena;

	arena_init(&arena, memory, sizeof memory);
	return arena.next == memory;
}

/* How many bytes of its arena a run takes that has so many rules, none of which matches, in a block. */
static size_t
bytes_of_a_run(const char *head, unsigned rules_count)
{
	static char memory[4 << 20];
	const struct program *program;
	struct buffer rules;
	struct arena arena;
	struct plan plan;
	struct error error;

	arena_init(&arena, memory, sizeof memory);
	plan_init(&plan, &arena);
	buffer_init(&rules, 1 << 20);
	buffer_append(&rules, text_from_string(head));
	buffer_append(&rules, TEXT("\n{\n"));
	for (unsigned i = 0; i < rules_count; i++)
		buffer_append(
		    &rules, TEXT("if (/^Subject:.*zebra$/ && $SIZE > 10)\n to \"./x/\"\n"));
	buffer_append(&rules, TEXT("}\n"));
	check(mailfilter_parse(&arena, TEXT("r"), buffer_text(&rules), &program, &error));
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, TEXT("Subject: horse\nList-Id: <a>\n\nzebra\n")),
	    .variables = variables_new(&arena),
	    .host = &plan_host,
	    .host_self = &plan,
	};
	const char *before = arena.next;
	struct filter_result result = filter_run(&arena, &input);
	size_t size = (size_t)(arena.next - before);
	check(result.end == FILTER_END_FALL_THROUGH);
	check(arena.blocks == NULL && plan.count == 0);
	buffer_clear(&rules);
	return size;
}

/* What a pattern keeps of its text when it is first tried, rounded up, is all; and is kept once. */
static void
rules_tried_allocate_nothing(void)
{
	enum { RULES = 2000, KEPT = 32 };

	size_t few = bytes_of_a_run("if (!$ABSENT)", 1) - bytes_of_a_run("if ($ABSENT)", 1);
	size_t many =
	    bytes_of_a_run("if (!$ABSENT)", RULES) - bytes_of_a_run("if ($ABSENT)", RULES);
	check_number((long long)(many - few), (long long)(RULES - 1) * KEPT);
	check_number((long long)bytes_of_a_run("I=3\nwhile (I=$I - 1)", RULES),
	    (long long)bytes_of_a_run("I=9\nwhile (I=$I - 1)", RULES));
}

int
main(void)
{
	test("PCRE2 is not loaded while plain patterns match and no line can match the others",
	    no_pattern_no_library);
	if (is_arena_packed())
		test("a rule that is tried and does not match allocates nothing",
		    rules_tried_allocate_nothing);
	else
		test_skip("a rule that is tried and does not match allocates nothing",
		    "in a build with sanitizers arenas are not packed");
	test("where the prefilter says no, PCRE2 says no, and what it understands compiles",
	    no_is_no);
	test("the prefilter finds in long texts what a slow search finds", long_regions);
	test("the prefilter finds fields and literals", literals_and_fields);
	test("the lexer finds every reserved word", reserved);
	test("what a slash means depends on the word before it", slashes);
	test(
	    "every prefix of a rules file is parsed or refused with a place", every_prefix_is_read);
	test("nesting is bounded, a long chain of operators is not", depth_is_bounded);
	test("of a list of addresses the first 4,096 are seen", long_address_list);
	test(
	    "of a folded header field over a mebibyte the beginning is searched", long_header_line);
	test("of a match the first 16 MiB are in its variables", large_match);
	test("variables keep the order of their first assignment", variables_keep_order);
	test("numbers convert to bits the same everywhere", numbers_convert);
	return tests_end();
}
