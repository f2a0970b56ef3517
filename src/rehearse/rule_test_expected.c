/*
 * The words behind `expect`; see rule_test_expected.h. A table says what follows each.
 */
#include "rehearse/rule_test_expected.h"

#include "base/number.h"
#include "filter/engine/filter.h"

/* What follows the word. */
enum rule_test_form {
	RULE_TEST_FORM_NONE,
	RULE_TEST_FORM_TEXT,
	RULE_TEST_FORM_WORDS, /* a program and its arguments, each in quotes where it has blanks */
	RULE_TEST_FORM_OPTIONAL, /* a text or nothing */
	RULE_TEST_FORM_STATUS,
	RULE_TEST_FORM_PAIR,
	RULE_TEST_FORM_FIELD,
	RULE_TEST_FORM_END,
	RULE_TEST_FORM_SOURCE,
};

static const struct rule_test_expectation {
	const char *word;
	enum rule_test_aspect aspect;
	enum rule_test_form form;
} rule_test_expectations[] = {
    {"to", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"cc", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"mailbox", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"cc-mailbox", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"pipe", RULE_TEST_ASK, RULE_TEST_FORM_WORDS},
    {"cc-pipe", RULE_TEST_ASK, RULE_TEST_FORM_WORDS},
    {"echo", RULE_TEST_ASK, RULE_TEST_FORM_OPTIONAL},
    {"echo-part", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"log", RULE_TEST_ASK, RULE_TEST_FORM_OPTIONAL},
    {"logfile", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"command", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"system", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"xfilter", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"dotlock", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"flock", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"unlock", RULE_TEST_ASK, RULE_TEST_FORM_NONE},
    {"edit", RULE_TEST_ASK, RULE_TEST_FORM_OPTIONAL},
    {"strip", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"replace", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"save", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"timeout", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"end-timeout", RULE_TEST_ASK, RULE_TEST_FORM_NONE},
    {"gdbmstore", RULE_TEST_ASK, RULE_TEST_FORM_TEXT},
    {"delivered", RULE_TEST_DELIVERED, RULE_TEST_FORM_NONE},
    {"keep", RULE_TEST_KEEP, RULE_TEST_FORM_OPTIONAL},
    {"discard", RULE_TEST_DISCARD, RULE_TEST_FORM_NONE},
    {"reject", RULE_TEST_REJECT, RULE_TEST_FORM_OPTIONAL},
    {"later", RULE_TEST_DEFER, RULE_TEST_FORM_OPTIONAL},
    {"end", RULE_TEST_END, RULE_TEST_FORM_END},
    {"status", RULE_TEST_STATUS, RULE_TEST_FORM_STATUS},
    {"reason", RULE_TEST_REASON, RULE_TEST_FORM_TEXT},
    {"place", RULE_TEST_PLACE, RULE_TEST_FORM_TEXT},
    {"condition", RULE_TEST_CONDITION, RULE_TEST_FORM_TEXT},
    {"matched", RULE_TEST_MATCHED, RULE_TEST_FORM_TEXT},
    {"undecided", RULE_TEST_UNDECIDED, RULE_TEST_FORM_OPTIONAL},
    {"refused", RULE_TEST_REFUSED, RULE_TEST_FORM_OPTIONAL},
    {"variable", RULE_TEST_VARIABLE, RULE_TEST_FORM_PAIR},
    {"header", RULE_TEST_FIELD, RULE_TEST_FORM_FIELD},
    {"flags", RULE_TEST_FLAGS, RULE_TEST_FORM_TEXT},
    {"keyword", RULE_TEST_KEYWORD, RULE_TEST_FORM_TEXT},
    {"message", RULE_TEST_DELIVERED_BYTES, RULE_TEST_FORM_SOURCE},
    {"body", RULE_TEST_DELIVERED_BODY, RULE_TEST_FORM_SOURCE},
};

enum { RULE_TEST_EXPECTATIONS = sizeof rule_test_expectations / sizeof *rule_test_expectations };

bool
rule_test_expected_parse_field(struct rule_test_line *line, const char *what, struct text *name_out,
    struct text *value_out, struct error *error)
{
	struct rule_test_line before = *line;
	struct text field;

	if (!rule_test_line_argument(line, what, &field, error))
		return false;
	size_t colon = text_find_byte(field, 0, ':');
	*name_out = text_slice(field, 0, colon);
	if (colon == field.size || colon == 0 || text_find_byte(*name_out, 0, ' ') < colon ||
	    text_find_byte(*name_out, 0, '\n') < colon)
		return rule_test_line_refuse(&before, error, "expected %s", what);
	*value_out = text_slice(field, colon + 1, field.size);
	while (value_out->size > 0 && (value_out->data[0] == ' ' || value_out->data[0] == '\t'))
		*value_out = text_slice(*value_out, 1, value_out->size);
	return true;
}

bool
rule_test_expected_parse_pair(
    struct rule_test_line *line, struct text *name_out, struct text *value_out, struct error *error)
{
	struct rule_test_line before = *line;
	size_t equals = text_find_byte(line->rest, 0, '=');

	*name_out = text_trim(text_slice(line->rest, 0, equals));
	if (equals == line->rest.size || name_out->size == 0 ||
	    text_find_byte(*name_out, 0, ' ') < name_out->size)
		return rule_test_line_refuse(&before, error, "expected NAME=VALUE");
	line->rest = text_slice(line->rest, equals + 1, line->rest.size);
	while (line->rest.size > 0 && (line->rest.data[0] == ' ' || line->rest.data[0] == '\t'))
		line->rest = text_slice(line->rest, 1, line->rest.size);
	*value_out = line->rest;
	return line->rest.size == 0 || rule_test_line_argument(line, "a value", value_out, error);
}

/* "fall-through", or "exit 67": the status may be left out. */
static bool
rule_test_expected_parse_end(
    struct rule_test_line *line, struct rule_test_expected *expected, struct error *error)
{
	struct rule_test_line before = *line;
	uint64_t status;

	expected->value = rule_test_line_word(line);
	expected->number = -1;
	bool is_known = false;
	for (enum filter_end end = FILTER_END_FALL_THROUGH; end < FILTER_ENDS; end++)
		is_known |= text_is_equal(expected->value, text_from_string(filter_end_word(end)));
	if (!is_known)
		return rule_test_line_refuse(&before, error,
		    "rules end with fall-through, delivered, exit or failed, and an exit status");
	if (line->rest.size == 0)
		return true;
	before = *line;
	if (!number_parse_unsigned(rule_test_line_word(line), 255, &status))
		return rule_test_line_refuse(&before, error, "expected an exit status, 0 to 255");
	expected->number = (int)status;
	return rule_test_line_end(line, error);
}

/* Words, written as rule_test_host.h does: so that they are compared as one text. */
static bool
rule_test_expected_parse_words(
    struct rule_test_line *line, struct rule_test_expected *expected, struct error *error)
{
	struct buffer joined;
	struct text word;
	bool is_good = true;

	buffer_init(&joined, 4 * line->rest.size + 16);
	do {
		is_good =
		    rule_test_line_quoted_word(line, "a program and its arguments", &word, error);
		if (!is_good)
			break;
		if (joined.size > 0)
			buffer_append_byte(&joined, ' ');
		rule_test_line_append_word(&joined, word);
	} while (line->rest.size > 0);
	expected->value = arena_copy_text(line->arena, buffer_text(&joined));
	buffer_clear(&joined);
	return is_good;
}

static bool
rule_test_expected_parse_form(struct rule_test_line *line, const struct rule_test_expectation *row,
    struct rule_test_expected *expected, struct error *error)
{
	struct rule_test_line before = *line;
	uint64_t status;

	switch (row->form) {
	case RULE_TEST_FORM_NONE:
		return rule_test_line_end(line, error);
	case RULE_TEST_FORM_OPTIONAL:
		return line->rest.size == 0 ||
		       rule_test_line_argument(line, "a text", &expected->value, error);
	case RULE_TEST_FORM_TEXT:
		return (line->rest.size == 0 && expected->is_negated) ||
		       rule_test_line_argument(line, "a text behind it", &expected->value, error);
	case RULE_TEST_FORM_WORDS:
		return (line->rest.size == 0 && expected->is_negated) ||
		       rule_test_expected_parse_words(line, expected, error);
	case RULE_TEST_FORM_STATUS:
		if (!number_parse_unsigned(rule_test_line_word(line), 255, &status))
			return rule_test_line_refuse(
			    &before, error, "expected an exit status, 0 to 255");
		expected->number = (int)status;
		return rule_test_line_end(line, error);
	case RULE_TEST_FORM_PAIR:
		if (expected->is_negated && text_find_byte(line->rest, 0, '=') == line->rest.size)
			return rule_test_line_argument(
			    line, "a variable's name", &expected->name, error);
		expected->word = TEXT("=");
		return rule_test_expected_parse_pair(
		    line, &expected->name, &expected->value, error);
	case RULE_TEST_FORM_FIELD:
		if (expected->is_negated && text_find_byte(line->rest, 0, ':') == line->rest.size)
			return rule_test_line_argument(
			    line, "a header field's name", &expected->name, error);
		expected->word = TEXT(":");
		return rule_test_expected_parse_field(line, "a header field, as in Subject: hello",
		    &expected->name, &expected->value, error);
	case RULE_TEST_FORM_END:
		return rule_test_expected_parse_end(line, expected, error);
	case RULE_TEST_FORM_SOURCE:
		return rule_test_line_source(line,
		    "a file's name, or <<END and the text in the lines behind", &expected->source,
		    error);
	}
	return false;
}

bool
rule_test_expected_parse(
    struct rule_test_line *line, struct rule_test_expected *expected, struct error *error)
{
	struct rule_test_line before = *line;
	struct text word = rule_test_line_word(line);

	if (text_is_equal(word, TEXT("nothing")) && text_is_equal(line->rest, TEXT("else"))) {
		expected->aspect = RULE_TEST_NOTHING_ELSE;
		return true;
	}
	if (text_is_equal(word, TEXT("no")) && text_is_equal(line->rest, TEXT("other delivery"))) {
		expected->aspect = RULE_TEST_NO_OTHER_DELIVERY;
		return true;
	}
	if (text_is_equal(word, TEXT("no"))) {
		expected->is_negated = true;
		before = *line;
		word = rule_test_line_word(line);
	}
	for (size_t i = 0; i < RULE_TEST_EXPECTATIONS; i++) {
		const struct rule_test_expectation *row = &rule_test_expectations[i];
		if (!text_is_equal(word, text_from_string(row->word)))
			continue;
		expected->aspect = row->aspect;
		if (row->aspect == RULE_TEST_ASK)
			expected->word = text_from_string(row->word);
		return rule_test_expected_parse_form(line, row, expected, error);
	}
	return rule_test_line_refuse(&before, error,
	    "\"%.*s\" can not be expected; there are to, cc, mailbox, pipe, keep, discard, reject, "
	    "later, delivered, header, flags, keyword, log, echo, variable, status, nothing else "
	    "and more (culver-test(1))",
	    TEXT_ARGUMENTS(text_slice(word, 0, 40)));
}

bool
rule_test_expected_may_be_empty(struct text word)
{
	for (size_t i = 0; i < RULE_TEST_EXPECTATIONS; i++)
		if (text_is_equal(word, text_from_string(rule_test_expectations[i].word)))
			return rule_test_expectations[i].form == RULE_TEST_FORM_NONE ||
			       rule_test_expectations[i].form == RULE_TEST_FORM_OPTIONAL;
	return true;
}

static void
rule_test_expected_append_value(struct buffer *out, const struct rule_test_expected *expected)
{
	if (expected->value.size == 0)
		return;
	buffer_append_byte(out, ' ');
	/* Words have their quotes already. */
	if (text_has_suffix(expected->word, TEXT("pipe")))
		buffer_append(out, expected->value);
	else
		rule_test_line_append_argument(out, expected->value);
}

static void
rule_test_expected_append_named(struct buffer *out, const struct rule_test_expected *expected)
{
	bool is_field = expected->aspect == RULE_TEST_FIELD;

	buffer_append_byte(out, ' ');
	if (expected->word.size == 0) {
		rule_test_line_append_argument(out, expected->name);
		return;
	}
	buffer_append(out, expected->name);
	buffer_append(out, is_field ? TEXT(": ") : TEXT("="));
	/* The value of a field cannot be quoted by itself; what would need it shows as it is. */
	if (is_field)
		buffer_append(out, expected->value);
	else if (expected->value.size > 0)
		rule_test_line_append_argument(out, expected->value);
}

void
rule_test_expected_append(struct buffer *out, const struct rule_test_expected *expected)
{
	const struct rule_test_expectation *row = rule_test_expectations;

	if (expected->aspect == RULE_TEST_NOTHING_ELSE ||
	    expected->aspect == RULE_TEST_NO_OTHER_DELIVERY) {
		buffer_append(out, expected->aspect == RULE_TEST_NOTHING_ELSE
				       ? TEXT("nothing else")
				       : TEXT("no other delivery"));
		return;
	}
	if (expected->is_negated)
		buffer_append(out, TEXT("no "));
	while (row->aspect != expected->aspect ||
	       (row->aspect == RULE_TEST_ASK &&
		   !text_is_equal(expected->word, text_from_string(row->word))))
		row++;
	buffer_append(out, text_from_string(row->word));
	if (row->form == RULE_TEST_FORM_TEXT && expected->value.size == 0 && !expected->is_negated)
		buffer_append(out, TEXT(" \"\""));
	if (row->form == RULE_TEST_FORM_PAIR || row->form == RULE_TEST_FORM_FIELD)
		rule_test_expected_append_named(out, expected);
	else
		rule_test_expected_append_value(out, expected);
	if (row->form == RULE_TEST_FORM_STATUS ||
	    (row->form == RULE_TEST_FORM_END && expected->number >= 0))
		buffer_append_format(out, " %d", expected->number);
}
