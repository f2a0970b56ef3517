/*
 * The weights and the reading of addresses; see sender_choice.h. The results are those of formail 3.22,
 * so that a From_ line or a To field does not change with the program that writes it; where formail reads
 * past the end of a value (an open quote or comment), the value ends.
 */
#include "handle/compat/sender_choice.h"

#include <string.h>

static const struct sender_field {
	struct text name;
	int weights[3]; /* by enum sender_choice_rule */
} sender_fields[] = {
    {{"Reply-To:", 9}, {0, 8, 7}},
    {{"From:", 5}, {1, 7, 6}},
    {{"Sender:", 7}, {2, 6, 5}},
    {{"Resent-Reply-To:", 16}, {3, 0, 10}},
    {{"Resent-From:", 12}, {4, 0, 9}},
    {{"Resent-Sender:", 14}, {5, 0, 8}},
    {{"Path:", 5}, {6, 1, 0}},
    {{"Return-Receipt-To:", 18}, {7, 2, 1}},
    {{"Errors-To:", 10}, {8, 3, 2}},
    {{"Return-Path:", 12}, {9, 5, 4}},
    {{"From ", 5}, {10, 4, 3}},
};

enum {
	SENDER_FIELDS = sizeof sender_fields / sizeof *sender_fields,
	SENDER_STEP = SENDER_FIELDS + 1, /* more than any difference of weights */
	SENDER_NULL_PATH = SENDER_STEP,  /* an empty Return-Path: heavier than all */
};

/* A value being read: bytes up to its end or its first NUL. */
struct sender_reader {
	struct arena *arena;
	struct text value;
	size_t at;
};

static char
sender_peek(const struct sender_reader *reader, size_t ahead)
{
	size_t at = reader->at + ahead;
	return at < reader->value.size ? reader->value.data[at] : '\0';
}

/* Moves behind a comment, which may hold others; to the end when it is not closed. */
static void
sender_skip_comment(struct sender_reader *reader)
{
	size_t depth = 0;

	for (; reader->at < reader->value.size; reader->at++) {
		char byte = sender_peek(reader, 0);
		if (byte == '\\')
			reader->at++;
		else if (byte == '(')
			depth++;
		else if (byte == ')' && --depth == 0)
			break;
	}
	reader->at += reader->at < reader->value.size;
}

/* What is known while one word or address is read. */
struct sender_word {
	char *bytes;
	size_t size;
	bool is_bracketed;   /* it began with "<" */
	bool has_list;       /* "," or ";" inside the brackets: they are written again */
	bool has_space;      /* since the last special character */
	bool has_characters; /* since the last special character */
	enum {
		SENDER_GROUP_POSSIBLE,
		SENDER_GROUP_NONE,
		SENDER_GROUP_OPEN,
		SENDER_GROUP_CLOSED
	} group;
};

static void
sender_keep(struct sender_reader *reader, struct sender_word *word)
{
	word->bytes[word->size++] = sender_peek(reader, 0);
	reader->at++;
}

/* A special character binds what stands beside it. */
static void
sender_keep_special(struct sender_reader *reader, struct sender_word *word)
{
	sender_keep(reader, word);
	word->has_space = word->has_characters = false;
}

/* A quoted string or a domain literal, kept as it is. */
static void
sender_keep_quoted(struct sender_reader *reader, struct sender_word *word, char end)
{
	sender_keep(reader, word);
	while (reader->at < reader->value.size) {
		char byte = sender_peek(reader, 0);
		sender_keep(reader, word);
		if (byte == end)
			break;
		if (byte == '\\' && reader->at < reader->value.size)
			sender_keep(reader, word);
	}
	word->has_space = false;
	word->has_characters = true;
}

/* "," and ";": true when the word ends there. */
static bool
sender_take_separator(struct sender_reader *reader, struct sender_word *word)
{
	if (word->group == SENDER_GROUP_OPEN) {
		if (sender_peek(reader, 0) == ';')
			word->group = SENDER_GROUP_CLOSED;
		sender_keep_special(reader, word);
		return false;
	}
	if (!word->is_bracketed)
		return true;
	word->has_list = true;
	sender_keep_special(reader, word);
	return false;
}

/* One character; true when the word ends in front of it. */
static bool
sender_take(struct sender_reader *reader, struct sender_word *word)
{
	char byte = sender_peek(reader, 0);

	switch (byte) {
	case '(':
		sender_skip_comment(reader);
		word->has_space = true;
		return false;
	case ' ':
	case '\t':
	case '\n':
		reader->at++;
		word->has_space = true;
		return false;
	case ',':
	case ';':
		return sender_take_separator(reader, word);
	case ':':
	case '@':
	case '.':
		if (word->group == SENDER_GROUP_POSSIBLE)
			word->group = byte == ':' ? SENDER_GROUP_OPEN : SENDER_GROUP_NONE;
		sender_keep_special(reader, word);
		return false;
	case '"':
	case '[':
		sender_keep_quoted(reader, word, byte == '[' ? ']' : '"');
		return false;
	default:
		if (!word->is_bracketed && word->has_space && word->has_characters &&
		    word->size > 1)
			return true;
		if (byte == '\\' && sender_peek(reader, 1) != '\0')
			sender_keep(reader, word);
		sender_keep(reader, word);
		word->has_space = false;
		word->has_characters = true;
		return false;
	}
}

/* What ended a word. */
enum sender_end {
	SENDER_END_ADDRESS, /* the "<" of an address: the word was a name */
	SENDER_END_WORD,    /* another word */
	SENDER_END_VALUE,   /* a separator, or there is nothing more */
};

/* Reads a word, or an address in brackets, and stays in front of what ended it. */
static enum sender_end
sender_read_word(struct sender_reader *reader, struct text *word_out)
{
	struct sender_word word = {
	    .bytes = arena_alloc_bytes(reader->arena, reader->value.size - reader->at + 3),
	    .size = 1, /* room for "<" */
	};
	enum sender_end end = SENDER_END_VALUE;

	word.is_bracketed = sender_peek(reader, 0) == '<';
	reader->at += word.is_bracketed;
	while (reader->at < reader->value.size && word.group != SENDER_GROUP_CLOSED) {
		char byte = sender_peek(reader, 0);
		if (byte == '>')
			break;
		if (byte == '<' && !word.is_bracketed) {
			end = SENDER_END_ADDRESS;
			break;
		}
		if (byte == '<') { /* the inner one counts */
			word.size = 1;
			word.has_space = word.has_characters = false;
			reader->at++;
		} else if (sender_take(reader, &word)) {
			end = byte == ',' || byte == ';' ? SENDER_END_VALUE : SENDER_END_WORD;
			break;
		}
	}
	*word_out = (struct text){word.bytes + 1, word.size - 1};
	if (word.has_list) {
		word.bytes[0] = '<';
		word.bytes[word.size++] = '>';
		*word_out = (struct text){word.bytes, word.size};
	}
	return end;
}

/* The address of a value; false: it has not even an empty one. */
static bool
sender_read_address(struct arena *arena, struct text value, struct text *address_out)
{
	struct sender_reader reader = {.arena = arena, .value = value};
	bool is_found = false;
	struct text word;

	while (text_is_space(sender_peek(&reader, 0)) && sender_peek(&reader, 0) != '\r')
		reader.at++;
	for (;;) {
		bool is_bracketed = sender_peek(&reader, 0) == '<';
		if (reader.at >= value.size)
			return is_found;
		enum sender_end end = sender_read_word(&reader, &word);
		if (!is_found || is_bracketed)
			*address_out = word;
		is_found = true;
		if (is_bracketed || end == SENDER_END_VALUE)
			return true;
	}
}

struct text
sender_choice_first_address(struct arena *arena, struct text value)
{
	struct text address;

	return sender_read_address(arena, value, &address) ? address : TEXT("");
}

/* The hosts that old From_ lines name ("remote from HOST"), as a path with "!". */
static struct text
sender_from_line_hosts(struct arena *arena, struct text value)
{
	static const struct text marks[] = {
	    {" remote from ", sizeof " remote from " - 1},
	    {" forwarded by ", sizeof " forwarded by " - 1},
	};
	struct text hosts = TEXT("");

	for (size_t at = 0; at < value.size;) {
		size_t remote = text_find(value, at, marks[0]);
		size_t forwarded = text_find(value, at, marks[1]);
		size_t start =
		    remote < forwarded ? remote + marks[0].size : forwarded + marks[1].size;
		if (remote == value.size && forwarded == value.size)
			break;
		size_t end = text_find_byte(value, start, '\n');
		hosts = arena_format(arena, "%.*s%.*s!", TEXT_ARGUMENTS(hosts),
		    TEXT_ARGUMENTS(text_slice(value, start, end)));
		at = end + 1;
	}
	return hosts;
}

/* What a From_ line and those with ">" behind it say: an address in brackets that need no end. */
static struct text
sender_from_line_value(struct arena *arena, struct text value, int *weight)
{
	size_t start = 0, at, blank;
	struct text hosts = TEXT("");

	/* Several lines are not as trustworthy. */
	if (text_find_byte(value, 0, '\n') < value.size)
		*weight -= 2;
	blank = text_find_byte(value, 0, ' ');
	if (value.size > 0 && *value.data == '\n' && blank < value.size)
		start = blank + 1;
	for (at = start;; at = blank + 1) {
		blank = text_find_byte(value, text_find_byte(value, at, '\n'), ' ');
		if (blank == value.size)
			break;
	}
	blank = text_find_byte(value, at, ' ');
	if (blank == value.size)
		return text_slice(value, at, value.size);
	struct text address = text_slice(value, at, blank);
	if (text_find_byte(address, 0, '@') == address.size)
		hosts = sender_from_line_hosts(arena, text_slice(value, start, value.size));
	return field_join(arena, field_join(arena, TEXT("<"), hosts), address);
}

static bool
sender_has(struct text address, const char *bytes)
{
	for (; *bytes != '\0'; bytes++)
		if (text_find_byte(address, 0, *bytes) < address.size)
			return true;
	return false;
}

/* What an address loses that does not look as if one could reply to it. */
static int
sender_distrust(struct text address)
{
	if (!sender_has(address, "@!/"))
		return 4 * SENDER_STEP;
	if (text_find(address, 0, TEXT(".UUCP")) < address.size)
		return 3 * SENDER_STEP;
	if (sender_has(address, "@") && !sender_has(address, "."))
		return 2 * SENDER_STEP;
	return sender_has(address, "!") ? SENDER_STEP : 0;
}

static const struct sender_field *
sender_field_find(const struct field *field, bool is_first)
{
	for (size_t i = 0; i < SENDER_FIELDS - (is_first ? 0U : 1U); i++)
		if (field_is_named(field, sender_fields[i].name))
			return &sender_fields[i];
	return NULL;
}

struct text
sender_choice_find(
    struct arena *arena, const struct field_list *fields, enum sender_choice_rule rule)
{
	struct text best = TEXT("");
	int best_weight = 0;

	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];
		const struct sender_field *known = sender_field_find(field, i == 0);
		struct text value = field_get_value(field), address;
		if (known == NULL)
			continue;
		int weight = known->weights[rule];
		value = text_slice(value, 0, value.size - 1);
		value = text_slice(value, 0, text_find_byte(value, 0, '\0'));
		if (field_is_from_line(field->bytes) && i == 0)
			value = sender_from_line_value(arena, value, &weight);
		if (!sender_read_address(arena, value, &address))
			continue;
		if (address.size == 0) {
			if (!text_is_equal(known->name, TEXT("Return-Path:")))
				continue;
			address = TEXT("<>");
			weight = SENDER_NULL_PATH;
		} else {
			weight -= sender_distrust(address);
			if (best.size > 0 && weight <= best_weight)
				continue;
		}
		best = address;
		best_weight = weight;
	}
	return best;
}
