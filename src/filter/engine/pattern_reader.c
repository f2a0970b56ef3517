/*
 * Recursive descent over a pattern: alternation, sequence, repeat, atom; see pattern_reader.h.
 */
#include "filter/engine/pattern_reader.h"

#include <string.h>

enum { PATTERN_READER_DEPTH_MAX = 60, PATTERN_READER_REPEAT_MAX = 65535 };

struct pattern_reader {
	struct arena *arena;
	struct text source;
	size_t at;
	unsigned depth, groups;
	bool case_sensitive;
	bool failed;
};

static struct shape_node *pattern_reader_alternation(struct pattern_reader *reader);

static struct shape_node *
pattern_reader_new(struct pattern_reader *reader, enum shape_kind kind, size_t offset)
{
	struct shape_node *node = arena_alloc(reader->arena, sizeof *node);

	node->kind = kind;
	node->offset = (uint32_t)offset;
	return node;
}

static struct shape_node *
pattern_reader_finish(struct pattern_reader *reader, struct shape_node *node)
{
	node->size = (uint32_t)(reader->at - node->offset);
	return node;
}

static bool
pattern_reader_is_next(const struct pattern_reader *reader, struct text wanted)
{
	return text_has_prefix(text_slice(reader->source, reader->at, reader->source.size), wanted);
}

static bool
pattern_reader_take(struct pattern_reader *reader, struct text wanted)
{
	if (!pattern_reader_is_next(reader, wanted))
		return false;
	reader->at += wanted.size;
	return true;
}

/* \d, \w, \s, \h and their opposites: each may be a character that is not ASCII, too. */
static bool
pattern_reader_class_escape(char letter, struct byte_set *set)
{
	switch (text_lower(letter)) {
	case 'd':
		byte_set_add(set, '0', '9');
		break;
	case 'w':
		byte_set_add(set, '0', '9');
		byte_set_add(set, 'a', 'z');
		byte_set_add(set, 'A', 'Z');
		byte_set_add(set, '_', '_');
		break;
	case 's':
		byte_set_add(set, '\t', '\r');
		byte_set_add(set, ' ', ' ');
		break;
	case 'h':
		byte_set_add(set, '\t', '\t');
		byte_set_add(set, ' ', ' ');
		break;
	case 'n':
		if (letter == 'n')
			return false;
		byte_set_add(set, '\n', '\n');
		break;
	default:
		return false;
	}
	if (letter < 'a')
		byte_set_invert(set);
	byte_set_add(set, 0x80, 0xff);
	return true;
}

static int
pattern_reader_hexadecimal(struct pattern_reader *reader, size_t most)
{
	int value = 0;
	size_t digits = 0;

	while (digits < most && reader->at < reader->source.size) {
		char byte = text_lower(reader->source.data[reader->at]);
		if (!text_is_digit(byte) && (byte < 'a' || byte > 'f'))
			break;
		value = value * 16 + (text_is_digit(byte) ? byte - '0' : byte - 'a' + 10);
		reader->at++;
		digits++;
	}
	return digits > 0 ? value : -1;
}

/* \x41, \x{263a}; the reader stands behind the x. */
static int
pattern_reader_code(struct pattern_reader *reader)
{
	if (!pattern_reader_take(reader, TEXT("{")))
		return pattern_reader_hexadecimal(reader, 2);
	int code = pattern_reader_hexadecimal(reader, 6);
	return pattern_reader_take(reader, TEXT("}")) ? code : -1;
}

/* The escape behind a backslash as a set of bytes; false: it is something else. */
static bool
pattern_reader_escaped_set(struct pattern_reader *reader, struct byte_set *set)
{
	static const char letters[] = "ntrfea", bytes[] = "\n\t\r\f\033\a";
	char letter = reader->source.data[reader->at];
	int code = (unsigned char)letter;

	reader->at++;
	if (pattern_reader_class_escape(letter, set))
		return true;
	const char *named = memchr(letters, letter, sizeof letters - 1);
	if (named != NULL)
		code = bytes[named - letters];
	else if (letter == 'x')
		code = pattern_reader_code(reader);
	else if (text_is_alpha(letter) || text_is_digit(letter))
		return false;
	if (code < 0)
		return false;
	if (code >= 0x80)
		byte_set_add(set, 0x80, 0xff);
	else
		byte_set_add(set, (unsigned)code, (unsigned)code);
	return true;
}

/* [:alpha:] inside of a class; false: it is not one that is known. */
static bool
pattern_reader_posix_class(struct pattern_reader *reader, struct byte_set *set)
{
	static const struct {
		struct text name;
		unsigned char ranges[6];
	} classes[] = {
	    {TEXT("[:alpha:]"), {'a', 'z', 'A', 'Z'}},
	    {TEXT("[:digit:]"), {'0', '9'}},
	    {TEXT("[:alnum:]"), {'a', 'z', 'A', 'Z', '0', '9'}},
	    {TEXT("[:space:]"), {'\t', '\r', ' ', ' '}},
	    {TEXT("[:blank:]"), {'\t', '\t', ' ', ' '}},
	    {TEXT("[:upper:]"), {'A', 'Z'}},
	    {TEXT("[:lower:]"), {'a', 'z'}},
	    {TEXT("[:xdigit:]"), {'a', 'f', 'A', 'F', '0', '9'}},
	    {TEXT("[:punct:]"), {'!', '/', ':', '@', '[', '~'}},
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (!pattern_reader_take(reader, classes[i].name))
			continue;
		for (unsigned j = 0; j < 6 && classes[i].ranges[j] != 0; j += 2)
			byte_set_add(set, classes[i].ranges[j], classes[i].ranges[j + 1]);
		byte_set_add(set, 0x80, 0xff);
		return true;
	}
	return false;
}

/* One member of a class as its byte, or -1 when it was a set of its own and is in `set`. */
static int
pattern_reader_member(struct pattern_reader *reader, struct byte_set *set)
{
	unsigned char byte = (unsigned char)reader->source.data[reader->at];
	struct byte_set escaped = {{0}};

	if (byte == '[' && reader->at + 1 < reader->source.size &&
	    strchr(":.=", reader->source.data[reader->at + 1]) != NULL) {
		reader->failed |= !pattern_reader_posix_class(reader, set);
		return -1;
	}
	reader->at++;
	if (byte >= 0x80) {
		byte_set_add(set, 0x80, 0xff);
		return -1;
	}
	if (byte != '\\')
		return byte;
	if (reader->at >= reader->source.size) {
		reader->failed = true;
		return -1;
	}
	if (pattern_reader_is_next(reader, TEXT("b"))) {
		reader->at++;
		return '\b';
	}
	reader->failed |= !pattern_reader_escaped_set(reader, &escaped);
	byte_set_unite(set, &escaped);
	for (int i = 0; i < 0x80; i++) {
		struct byte_set single = {{0}};
		byte_set_add(&single, (unsigned)i, (unsigned)i);
		if (memcmp(&single, &escaped, sizeof single) == 0)
			return i;
	}
	return -1;
}

static struct shape_node *
pattern_reader_class(struct pattern_reader *reader)
{
	struct shape_node *node = pattern_reader_new(reader, SHAPE_SET, reader->at);
	struct text source = reader->source;

	reader->at++;
	bool is_inverted = pattern_reader_take(reader, TEXT("^"));
	for (bool is_first = true; !reader->failed; is_first = false) {
		if (reader->at >= source.size) {
			reader->failed = true;
			break;
		}
		if (source.data[reader->at] == ']' && !is_first)
			break;
		int first = pattern_reader_member(reader, &node->set), last = first;
		if (first >= 0 && reader->at + 1 < source.size && source.data[reader->at] == '-' &&
		    source.data[reader->at + 1] != ']') {
			reader->at++;
			last = pattern_reader_member(reader, &node->set);
			if (last < 0)
				last = 0xff;
		}
		if (first >= 0)
			byte_set_add(&node->set, (unsigned)first, (unsigned)last);
	}
	reader->at++;
	if (!reader->case_sensitive)
		byte_set_fold(&node->set);
	if (is_inverted) {
		byte_set_invert(&node->set);
		byte_set_add(&node->set, 0x80, 0xff);
	}
	return node;
}

/* What follows "(?": is it a plain group, a look-around, or something else? */
static enum shape_kind
pattern_reader_group_kind(struct pattern_reader *reader, struct shape_node *node)
{
	if (pattern_reader_take(reader, TEXT("?:")))
		return SHAPE_GROUP;
	if (pattern_reader_take(reader, TEXT("?>"))) {
		node->is_atomic = true;
		return SHAPE_GROUP;
	}
	if (pattern_reader_take(reader, TEXT("?=")) || pattern_reader_take(reader, TEXT("?!")) ||
	    pattern_reader_take(reader, TEXT("?<=")) || pattern_reader_take(reader, TEXT("?<!")))
		return SHAPE_ASSERTION;
	if (pattern_reader_is_next(reader, TEXT("?")) || pattern_reader_is_next(reader, TEXT("*")))
		reader->failed = true;
	node->group = ++reader->groups;
	return SHAPE_GROUP;
}

static struct shape_node *
pattern_reader_group(struct pattern_reader *reader)
{
	struct shape_node *node = pattern_reader_new(reader, SHAPE_GROUP, reader->at);

	reader->at++;
	if (pattern_reader_take(reader, TEXT("?i)"))) {
		reader->case_sensitive = false;
		node->kind = SHAPE_EMPTY;
		return node;
	}
	node->kind = pattern_reader_group_kind(reader, node);
	if (++reader->depth > PATTERN_READER_DEPTH_MAX)
		reader->failed = true;
	if (!reader->failed)
		node->children = pattern_reader_alternation(reader);
	reader->depth--;
	if (!pattern_reader_take(reader, TEXT(")")))
		reader->failed = true;
	return node;
}

static struct shape_node *
pattern_reader_escape(struct pattern_reader *reader)
{
	struct shape_node *node = pattern_reader_new(reader, SHAPE_SET, reader->at);

	reader->at++;
	if (reader->at >= reader->source.size) {
		reader->failed = true;
		return node;
	}
	switch (reader->source.data[reader->at]) {
	case 'b':
	case 'B':
		node->kind = SHAPE_ASSERTION;
		reader->at++;
		return node;
	case 'A':
		node->kind = SHAPE_START;
		reader->at++;
		return node;
	case 'z':
	case 'Z':
		node->kind = SHAPE_END;
		reader->at++;
		return node;
	default:
		reader->failed |= !pattern_reader_escaped_set(reader, &node->set);
		if (!reader->case_sensitive)
			byte_set_fold(&node->set);
		return node;
	}
}

static struct shape_node *
pattern_reader_atom(struct pattern_reader *reader)
{
	unsigned char byte = (unsigned char)reader->source.data[reader->at];
	struct shape_node *node;

	switch (byte) {
	case '(':
		return pattern_reader_group(reader);
	case '[':
		return pattern_reader_class(reader);
	case '\\':
		return pattern_reader_escape(reader);
	case '*':
	case '+':
	case '?':
		reader->failed = true;
		return pattern_reader_new(reader, SHAPE_EMPTY, reader->at);
	default:
		break;
	}
	node = pattern_reader_new(reader, SHAPE_SET, reader->at);
	reader->at++;
	if (byte == '^' || byte == '$') {
		node->kind = byte == '^' ? SHAPE_START : SHAPE_END;
	} else if (byte == '.') {
		byte_set_add(&node->set, '\n', '\n');
		byte_set_invert(&node->set);
	} else if (byte >= 0x80) {
		byte_set_add(&node->set, 0x80, 0xff);
		while (reader->at < reader->source.size &&
		       ((unsigned char)reader->source.data[reader->at] & 0xc0) == 0x80)
			reader->at++;
	} else {
		byte_set_add(&node->set, byte, byte);
		if (!reader->case_sensitive)
			byte_set_fold(&node->set);
	}
	return node;
}

static bool
pattern_reader_count(struct pattern_reader *reader, uint32_t *count_out)
{
	uint32_t count = 0;
	size_t start = reader->at;

	while (reader->at < reader->source.size && text_is_digit(reader->source.data[reader->at]) &&
	       count <= PATTERN_READER_REPEAT_MAX)
		count = count * 10 + (uint32_t)(reader->source.data[reader->at++] - '0');
	*count_out = count;
	return reader->at > start;
}

/* {3} {3,} {3,5}; what does not look so is a brace like another. */
static bool
pattern_reader_braces(struct pattern_reader *reader, uint32_t *minimum, uint32_t *maximum)
{
	size_t start = reader->at;

	reader->at++;
	if (pattern_reader_count(reader, minimum)) {
		*maximum = *minimum;
		if (pattern_reader_take(reader, TEXT(",")) &&
		    !pattern_reader_count(reader, maximum))
			*maximum = SHAPE_MANY;
		if (pattern_reader_take(reader, TEXT("}")))
			return true;
	}
	reader->at = start;
	return false;
}

static bool
pattern_reader_quantifier(struct pattern_reader *reader, uint32_t *minimum, uint32_t *maximum)
{
	*minimum = 0;
	*maximum = SHAPE_MANY;
	if (pattern_reader_take(reader, TEXT("*")))
		return true;
	if (pattern_reader_take(reader, TEXT("+"))) {
		*minimum = 1;
		return true;
	}
	if (pattern_reader_take(reader, TEXT("?"))) {
		*maximum = 1;
		return true;
	}
	return pattern_reader_is_next(reader, TEXT("{")) &&
	       pattern_reader_braces(reader, minimum, maximum);
}

static struct shape_node *
pattern_reader_repeat(struct pattern_reader *reader)
{
	size_t start = reader->at;
	struct shape_node *atom = pattern_reader_finish(reader, pattern_reader_atom(reader));
	uint32_t minimum, maximum;

	while (!reader->failed && pattern_reader_quantifier(reader, &minimum, &maximum)) {
		struct shape_node *repeat = pattern_reader_new(reader, SHAPE_REPEAT, start);
		repeat->minimum = minimum;
		repeat->maximum = maximum;
		repeat->children = atom;
		if (!pattern_reader_take(reader, TEXT("?")))
			repeat->is_atomic = pattern_reader_take(reader, TEXT("+"));
		atom = pattern_reader_finish(reader, repeat);
		if (++reader->depth > PATTERN_READER_DEPTH_MAX)
			reader->failed = true;
	}
	return atom;
}

static struct shape_node *
pattern_reader_sequence(struct pattern_reader *reader)
{
	struct shape_node *sequence = pattern_reader_new(reader, SHAPE_SEQUENCE, reader->at);
	struct shape_node **end = &sequence->children;

	while (!reader->failed && reader->at < reader->source.size &&
	       reader->source.data[reader->at] != '|' && reader->source.data[reader->at] != ')') {
		unsigned depth = reader->depth;
		*end = pattern_reader_repeat(reader);
		reader->depth = depth;
		end = &(*end)->next;
	}
	return pattern_reader_finish(reader, sequence);
}

static struct shape_node *
pattern_reader_alternation(struct pattern_reader *reader)
{
	size_t start = reader->at;
	struct shape_node *first = pattern_reader_sequence(reader);

	if (!pattern_reader_is_next(reader, TEXT("|")))
		return first;
	struct shape_node *alternation = pattern_reader_new(reader, SHAPE_ALTERNATION, start);
	struct shape_node **end = &first->next;
	alternation->children = first;
	while (!reader->failed && pattern_reader_take(reader, TEXT("|"))) {
		*end = pattern_reader_sequence(reader);
		end = &(*end)->next;
	}
	return pattern_reader_finish(reader, alternation);
}

bool
pattern_reader_read(struct arena *arena, bool case_sensitive, struct pattern_shape *shape)
{
	struct pattern_reader reader = {
	    .arena = arena, .source = shape->source, .case_sensitive = case_sensitive};

	shape->root = pattern_reader_alternation(&reader);
	shape->group_count = reader.groups;
	return !reader.failed && reader.at == shape->source.size;
}
