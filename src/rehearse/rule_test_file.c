/*
 * The parser of rule tests; see rule_test_file.h. One line is one directive, whose first word is looked up in a table
 * that says what follows it. What stands before the first `test` is shared by all.
 */
#include "rehearse/rule_test_file.h"

#include "base/number.h"
#include "base/vector.h"
#include "mail/mail_date.h"
#include "rehearse/rule_test_expected.h"

struct rule_test_parser {
	struct rule_test_line line;
	struct rule_test_file *file;
	struct rule_test *test; /* whose lines these are: the top at first */
	struct error *error;
	unsigned column; /* of the directive */
};

typedef bool rule_test_parse(struct rule_test_parser *parser, struct rule_test_given *given);

/* "NAME: value" */
static bool
rule_test_file_parse_field(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_expected_parse_field(&parser->line, "a header field, as in Subject: hello",
	    &given->name, &given->value, parser->error);
}

/* "NAME=VALUE" */
static bool
rule_test_file_parse_pair(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_expected_parse_pair(
	    &parser->line, &given->name, &given->value, parser->error);
}

static bool
rule_test_file_parse_source(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_line_source(&parser->line,
	    "a file's name, or <<END and the text in the lines behind", &given->source,
	    parser->error);
}

/* A text of the test's own: a block, a text in quotes, or the rest of the line and a line end. */
static bool
rule_test_file_parse_text(struct rule_test_parser *parser, const char *what, struct text *text_out)
{
	struct rule_test_line *line = &parser->line;
	bool is_quoted = text_has_prefix(line->rest, TEXT("\""));
	struct rule_test_source source;

	if (is_quoted)
		return rule_test_line_argument(line, what, text_out, parser->error);
	if (!rule_test_line_source(line, what, &source, parser->error))
		return false;
	*text_out = source.text;
	if (source.form == RULE_TEST_SOURCE_FILE)
		*text_out = arena_format(line->arena, "%.*s\n", TEXT_ARGUMENTS(source.text));
	return true;
}

static bool
rule_test_file_parse_body(struct rule_test_parser *parser, struct rule_test_given *given)
{
	given->source.form = RULE_TEST_SOURCE_BYTES;
	return rule_test_file_parse_text(parser,
	    "a line of text, or <<END and the text in the lines behind", &given->source.text);
}

static bool
rule_test_file_parse_name(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_line_argument(
	    &parser->line, "the name of a header field", &given->name, parser->error);
}

static bool
rule_test_file_parse_value(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_line_argument(&parser->line, "a text", &given->value, parser->error);
}

static bool
rule_test_file_parse_envelope(struct rule_test_parser *parser, struct rule_test_given *given)
{
	static const char *const names[] = {"sender", "recipient", "original_recipient",
	    "extension", "queue_id", "client_address", "client_name", "client_helo",
	    "client_protocol", "sasl_user", "sasl_method", "sasl_sender"};
	struct rule_test_line before = parser->line;

	given->name = rule_test_line_word(&parser->line);
	char *name = arena_copy_string(parser->line.arena, given->name);
	for (size_t i = 0; name[i] != '\0'; i++)
		name[i] = name[i] == '-' ? '_' : name[i];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!text_is_equal(text_from_string(name), text_from_string(names[i])))
			continue;
		given->name = text_from_string(names[i]);
		if (!rule_test_line_argument(
			&parser->line, "what it is, <> for none", &given->value, parser->error))
			return false;
		if (text_has_prefix(given->value, TEXT("<")) &&
		    text_has_suffix(given->value, TEXT(">")))
			given->value = text_slice(given->value, 1, given->value.size - 1);
		return true;
	}
	return rule_test_line_refuse(&before, parser->error,
	    "the envelope has sender, recipient, original_recipient, extension, queue_id, "
	    "client_address, "
	    "client_name, client_helo, client_protocol, sasl_user, sasl_method and sasl_sender");
}

/* A date of mail, "@SECONDS", or "2026-11-22 10:00:00" in UTC, with a T or Z if wanted. */
static bool
rule_test_file_parse_time(struct rule_test_parser *parser, struct rule_test_given *given)
{
	static const char *const months[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct rule_test_line before = parser->line;
	struct text when, rest;
	struct mail_date date;
	uint64_t number;

	if (!rule_test_line_argument(&parser->line, "a time", &when, parser->error))
		return false;
	if (text_has_prefix(when, TEXT("@")) &&
	    number_parse_unsigned(text_slice(when, 1, when.size), INT64_MAX / 2, &number)) {
		given->number = (int64_t)number;
		return true;
	}
	rest = when;
	struct text year = text_split(&rest, '-'), month = text_split(&rest, '-'),
		    day = text_slice(rest, 0, 2);
	if (year.size == 4 && number_parse_unsigned(month, 12, &number) && number > 0 &&
	    rest.size > 3) {
		struct text clock = text_slice(rest, 3, rest.size);
		if (text_has_suffix(clock, TEXT("Z")))
			clock.size--;
		when =
		    arena_format(parser->line.arena, "%.*s %s %.*s %.*s +0000", TEXT_ARGUMENTS(day),
			months[number - 1], TEXT_ARGUMENTS(year), TEXT_ARGUMENTS(clock));
	}
	if (!mail_date_parse(when, &date))
		return rule_test_line_refuse(&before, parser->error,
		    "this is no time; write 2026-11-22 10:00:00 (UTC), Sun, 22 Nov 2026 10:00:00 "
		    "+0100, or @1700000000");
	given->number = date.seconds;
	return true;
}

static bool
rule_test_file_parse_user(struct rule_test_parser *parser, struct rule_test_given *given)
{
	if (!rule_test_line_quoted_word(
		&parser->line, "a user's name", &given->name, parser->error))
		return false;
	if (parser->line.rest.size == 0) {
		given->value =
		    arena_format(parser->line.arena, "/home/%.*s", TEXT_ARGUMENTS(given->name));
		return true;
	}
	return rule_test_line_argument(&parser->line, "a home", &given->value, parser->error);
}

static bool
rule_test_file_parse_file(struct rule_test_parser *parser, struct rule_test_given *given)
{
	return rule_test_line_quoted_word(&parser->line,
		   "the name that the rules use, and the file", &given->name, parser->error) &&
	       rule_test_file_parse_source(parser, given);
}

/* How a command of `answer` ends, behind its name. */
static bool
rule_test_file_parse_answer(struct rule_test_parser *parser, struct rule_test_given *given)
{
	struct rule_test_line *line = &parser->line;
	uint64_t status = 0;

	if (!rule_test_line_quoted_word(
		line, "a command, and what it does", &given->name, parser->error))
		return false;
	struct rule_test_line before = *line;
	struct text word = rule_test_line_word(line);
	given->how = RULE_TEST_PRINTS;
	if (text_is_equal(word, TEXT("status"))) {
		before = *line;
		if (!number_parse_unsigned(rule_test_line_word(line), 255, &status))
			return rule_test_line_refuse(
			    &before, parser->error, "expected an exit status, 0 to 255");
		given->number = (int64_t)status;
		if (line->rest.size == 0)
			return true;
		before = *line;
		word = rule_test_line_word(line);
	}
	if (text_is_equal(word, TEXT("prints")))
		return rule_test_file_parse_text(
		    parser, "what it prints: a line, a text in quotes, or <<END", &given->value);
	if (text_is_equal(word, TEXT("adds"))) {
		given->how = RULE_TEST_ADDS;
		return rule_test_line_argument(line, "the header field that it adds to the message",
		    &given->value, parser->error);
	}
	if (text_is_equal(word, TEXT("succeeds")))
		given->how = RULE_TEST_SUCCEEDS;
	else if (text_is_equal(word, TEXT("hangs")))
		given->how = RULE_TEST_HANGS;
	else
		return rule_test_line_refuse(&before, parser->error,
		    "expected what the command does: prints TEXT, adds HEADER, status N, succeeds "
		    "or hangs "
		    "(a command of several words stands in quotes)");
	return rule_test_line_end(line, parser->error);
}

static bool
rule_test_file_parse_fail(struct rule_test_parser *parser, struct rule_test_given *given)
{
	struct rule_test_line *line = &parser->line;

	if (!rule_test_line_quoted_word(
		line, "a destination, and later or never", &given->name, parser->error))
		return false;
	struct rule_test_line before = *line;
	struct text word = rule_test_line_word(line);
	bool is_later = text_is_equal(word, TEXT("later"));
	if (!is_later && !text_is_equal(word, TEXT("never")))
		return rule_test_line_refuse(&before, parser->error,
		    "expected later or never (a destination of several words stands in quotes)");
	given->how = is_later ? RULE_TEST_LATER : RULE_TEST_NEVER;
	given->value = is_later ? TEXT("the disk is full") : TEXT("no such mailbox");
	return line->rest.size == 0 ||
	       rule_test_line_argument(line, "a reason", &given->value, parser->error);
}

/* "NAME KEY=VALUE" */
static bool
rule_test_file_parse_database(struct rule_test_parser *parser, struct rule_test_given *given)
{
	given->source.form = RULE_TEST_SOURCE_BYTES;
	return rule_test_line_quoted_word(&parser->line, "the name of a data base, and KEY=VALUE",
		   &given->name, parser->error) &&
	       rule_test_expected_parse_pair(
		   &parser->line, &given->source.text, &given->value, parser->error);
}

static bool
rule_test_file_parse_nothing(struct rule_test_parser *parser, struct rule_test_given *given)
{
	(void)given;
	return rule_test_line_end(&parser->line, parser->error);
}

static const struct rule_test_directive {
	const char *word;
	enum rule_test_given_kind kind;
	rule_test_parse *parse;
} rule_test_directives[] = {
    {"rules", RULE_TEST_RULES, rule_test_file_parse_source},
    {"system-rules", RULE_TEST_SYSTEM_RULES, rule_test_file_parse_source},
    {"message", RULE_TEST_MESSAGE, rule_test_file_parse_source},
    {"body", RULE_TEST_BODY, rule_test_file_parse_body},
    {"header", RULE_TEST_HEADER, rule_test_file_parse_field},
    {"without", RULE_TEST_WITHOUT, rule_test_file_parse_name},
    {"envelope", RULE_TEST_ENVELOPE, rule_test_file_parse_envelope},
    {"time", RULE_TEST_TIME, rule_test_file_parse_time},
    {"user", RULE_TEST_USER, rule_test_file_parse_user},
    {"argument", RULE_TEST_ARGUMENT, rule_test_file_parse_value},
    {"setting", RULE_TEST_SETTING, rule_test_file_parse_pair},
    {"set", RULE_TEST_SET, rule_test_file_parse_pair},
    {"environment", RULE_TEST_ENVIRONMENT, rule_test_file_parse_pair},
    {"file", RULE_TEST_FILE, rule_test_file_parse_file},
    {"answer", RULE_TEST_ANSWER, rule_test_file_parse_answer},
    {"fail", RULE_TEST_FAIL, rule_test_file_parse_fail},
    {"database", RULE_TEST_DATABASE, rule_test_file_parse_database},
    {"bare", RULE_TEST_BARE, rule_test_file_parse_nothing},
    {"embedded", RULE_TEST_EMBEDDED, rule_test_file_parse_nothing},
};

/* A line that gives something. */
static bool
rule_test_file_add_given(
    struct rule_test_parser *parser, const struct rule_test_directive *directive)
{
	struct rule_test *test = parser->test;
	struct rule_test_given given = {
	    .kind = directive->kind, .line = parser->line.number, .column = parser->column};

	if (test->given_count >= RULE_TEST_FILE_LINES_MAX)
		return rule_test_line_refuse(&parser->line, parser->error,
		    "a test gives at most %d things", RULE_TEST_FILE_LINES_MAX);
	if (!directive->parse(parser, &given))
		return false;
	test->given = vector_grow(parser->line.arena, test->given, test->given_count,
	    &test->given_capacity, sizeof *test->given);
	test->given[test->given_count++] = given;
	return true;
}

/* Keeps where the line that began at `start`, and a block behind it, stand. */
static void
rule_test_file_add_range(struct rule_test_parser *parser, size_t start)
{
	struct rule_test *test = parser->test;

	test->ranges = vector_grow(parser->line.arena, test->ranges, test->range_count,
	    &test->range_capacity, sizeof *test->ranges);
	test->ranges[test->range_count++] = (struct rule_test_range){start, parser->line.position};
}

static bool
rule_test_file_add_expected(struct rule_test_parser *parser)
{
	struct rule_test *test = parser->test;
	struct rule_test_expected expected = {.line = parser->line.number,
	    .column = parser->column,
	    .alternative = test->alternatives - 1};
	size_t start = parser->line.start;

	if (test->expected_count >= RULE_TEST_FILE_LINES_MAX)
		return rule_test_line_refuse(&parser->line, parser->error,
		    "a test expects at most %d things", RULE_TEST_FILE_LINES_MAX);
	struct rule_test_line before = parser->line;
	if (!rule_test_expected_parse(&parser->line, &expected, parser->error))
		return false;
	if (test == &parser->file->top && expected.aspect != RULE_TEST_NOTHING_ELSE &&
	    expected.aspect != RULE_TEST_NO_OTHER_DELIVERY)
		return rule_test_line_refuse(&before, parser->error,
		    "before the first `test` only \"expect nothing else\" and \"expect no other "
		    "delivery\" may stand");
	test->expected = vector_grow(parser->line.arena, test->expected, test->expected_count,
	    &test->expected_capacity, sizeof *test->expected);
	test->expected[test->expected_count++] = expected;
	rule_test_file_add_range(parser, start);
	return true;
}

static bool
rule_test_file_begin_alternative(struct rule_test_parser *parser)
{
	struct rule_test *test = parser->test;

	if (test == &parser->file->top || test->expected_count == 0 ||
	    test->expected[test->expected_count - 1].alternative != test->alternatives - 1)
		return rule_test_line_refuse(
		    &parser->line, parser->error, "`or` stands between two `expect` lines");
	test->alternatives++;
	rule_test_file_add_range(parser, parser->line.start);
	return rule_test_line_end(&parser->line, parser->error);
}

/* Each `or` needs something behind it. */
static bool
rule_test_file_end_test(struct rule_test_parser *parser)
{
	const struct rule_test *test = parser->test;

	if (test->expected_count == 0 ||
	    test->expected[test->expected_count - 1].alternative == test->alternatives - 1)
		return true;
	return error_set(parser->error, ERROR_INPUT,
	    "%.*s:%u:1: in this test nothing is expected behind the last `or`",
	    TEXT_ARGUMENTS(parser->file->name), test->line);
}

static bool
rule_test_file_begin_test(struct rule_test_parser *parser)
{
	struct rule_test_file *file = parser->file;
	struct rule_test test = {.line = parser->line.number, .alternatives = 1};

	if (!rule_test_file_end_test(parser))
		return false;
	if (file->count >= RULE_TEST_FILE_TESTS_MAX)
		return rule_test_line_refuse(&parser->line, parser->error,
		    "a file has at most %d tests", RULE_TEST_FILE_TESTS_MAX);
	if (!rule_test_line_argument(&parser->line, "a name: a sentence that says what should be",
		&test.name, parser->error))
		return false;
	file->tests = vector_grow(
	    parser->line.arena, file->tests, file->count, &file->capacity, sizeof *file->tests);
	parser->test = &file->tests[file->count++];
	*parser->test = test;
	return true;
}

static bool
rule_test_file_parse_line(struct rule_test_parser *parser)
{
	struct rule_test_line before = parser->line;
	struct text word = rule_test_line_word(&parser->line);

	parser->column = rule_test_line_column(&before);
	if (text_is_equal(word, TEXT("test")))
		return rule_test_file_begin_test(parser);
	if (text_is_equal(word, TEXT("expect")))
		return rule_test_file_add_expected(parser);
	if (text_is_equal(word, TEXT("or")))
		return rule_test_file_begin_alternative(parser);
	for (size_t i = 0; i < sizeof rule_test_directives / sizeof *rule_test_directives; i++)
		if (text_is_equal(word, text_from_string(rule_test_directives[i].word)))
			return rule_test_file_add_given(parser, &rule_test_directives[i]);
	return rule_test_line_refuse(&before, parser->error,
	    "\"%.*s\" begins no line of a test; there are test, rules, message, header, body, "
	    "without, envelope, "
	    "time, user, argument, set, setting, environment, file, database, answer, fail, bare, "
	    "embedded, "
	    "system-rules, "
	    "expect and or",
	    TEXT_ARGUMENTS(text_slice(word, 0, 40)));
}

bool
rule_test_file_parse(struct arena *arena, struct text name, struct text source,
    struct rule_test_file *file_out, struct error *error)
{
	struct rule_test_parser parser = {.file = file_out, .error = error};

	*file_out =
	    (struct rule_test_file){.name = name, .source = source, .top = {.alternatives = 1}};
	if (source.size > RULE_TEST_FILE_MAX)
		return error_set(error, ERROR_LIMIT, "%.*s: a file of tests has at most %d bytes",
		    TEXT_ARGUMENTS(name), RULE_TEST_FILE_MAX);
	parser.test = &file_out->top;
	rule_test_line_init(&parser.line, arena, name, source);
	while (rule_test_line_next(&parser.line)) {
		if (!rule_test_file_parse_line(&parser))
			return false;
		parser.test->end = parser.line.position;
	}
	return rule_test_file_end_test(&parser);
}
