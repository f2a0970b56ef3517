/*
 * Reads a pattern into its tree, and answers questions about it; see pattern_shape.h. Recursive
 * descent: alternation, sequence, repeat, atom.
 */
#include "filter/engine/pattern_shape.h"

#include <string.h>

enum { SHAPE_DEPTH_MAX = 60, SHAPE_REPEAT_MAX = 65535, SHAPE_SOURCE_MAX = 4096 };

struct shape_reader {
	struct arena *arena;
	struct text source;
	size_t at;
	unsigned depth, groups;
	bool case_sensitive;
	bool failed;
};

static struct shape_node *shape_read_alternation(struct shape_reader *reader);

bool
byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return (set->words[byte / 64] >> byte % 64 & 1) != 0;
}

static void
byte_set_add(struct byte_set *set, unsigned first, unsigned last)
{
	for (unsigned byte = first; byte <= last && byte < 256; byte++)
		set->words[byte / 64] |= UINT64_C(1) << byte % 64;
}

static void
byte_set_invert(struct byte_set *set)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] = ~set->words[i];
}

static void
byte_set_unite(struct byte_set *set, const struct byte_set *other)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] |= other->words[i];
}

/* Letters of one case in the set bring those of the other. */
static void
byte_set_fold(struct byte_set *set)
{
	for (unsigned char letter = 'a'; letter <= 'z'; letter++) {
		unsigned char upper = (unsigned char)text_upper((char)letter);
		if (byte_set_has(set, letter))
			byte_set_add(set, upper, upper);
		if (byte_set_has(set, upper))
			byte_set_add(set, letter, letter);
	}
}

static struct shape_node *
shape_new(struct shape_reader *reader, enum shape_kind kind, size_t offset)
{
	struct shape_node *node = arena_alloc(reader->arena, sizeof *node);

	node->kind = kind;
	node->offset = (uint32_t)offset;
	return node;
}

static struct shape_node *
shape_finish(struct shape_reader *reader, struct shape_node *node)
{
	node->size = (uint32_t)(reader->at - node->offset);
	return node;
}

static bool
shape_is_next(const struct shape_reader *reader, struct text wanted)
{
	return text_has_prefix(text_slice(reader->source, reader->at, reader->source.size), wanted);
}

static bool
shape_take(struct shape_reader *reader, struct text wanted)
{
	if (!shape_is_next(reader, wanted))
		return false;
	reader->at += wanted.size;
	return true;
}

/* \d, \w, \s, \h and their opposites. */
static bool
shape_class_escape(char letter, struct byte_set *set)
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
		byte_set_add(set, 0x80, 0xff);
		break;
	case 'n':
		if (letter == 'n')
			return false;
		byte_set_add(set, '\n', '\n');
		break;
	default:
		return false;
	}
	if (letter < 'a') {
		byte_set_invert(set);
		byte_set_add(set, 0x80, 0xff);
	}
	return true;
}

static int
shape_hexadecimal(struct shape_reader *reader, size_t most)
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
shape_code(struct shape_reader *reader)
{
	if (!shape_take(reader, TEXT("{")))
		return shape_hexadecimal(reader, 2);
	int code = shape_hexadecimal(reader, 6);
	return shape_take(reader, TEXT("}")) ? code : -1;
}

/* The escape behind a backslash as a set of bytes; false: it is something else. */
static bool
shape_escape(struct shape_reader *reader, struct byte_set *set)
{
	static const char letters[] = "ntrfea", bytes[] = "\n\t\r\f\033\a";
	char letter = reader->source.data[reader->at];
	int code = (unsigned char)letter;

	reader->at++;
	if (shape_class_escape(letter, set))
		return true;
	const char *named = memchr(letters, letter, sizeof letters - 1);
	if (named != NULL)
		code = bytes[named - letters];
	else if (letter == 'x')
		code = shape_code(reader);
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
shape_posix_class(struct shape_reader *reader, struct byte_set *set)
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
		if (!shape_take(reader, classes[i].name))
			continue;
		for (unsigned j = 0; j < 6 && classes[i].ranges[j] != 0; j += 2)
			byte_set_add(set, classes[i].ranges[j], classes[i].ranges[j + 1]);
		return true;
	}
	return false;
}

/* One member of a class as its byte, or -1 when it was a set of its own and is in `set`. */
static int
shape_member(struct shape_reader *reader, struct byte_set *set)
{
	unsigned char byte = (unsigned char)reader->source.data[reader->at];
	struct byte_set escaped = {{0}};

	if (byte == '[' && reader->at + 1 < reader->source.size &&
	    strchr(":.=", reader->source.data[reader->at + 1]) != NULL) {
		reader->failed |= !shape_posix_class(reader, set);
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
	if (shape_is_next(reader, TEXT("b"))) {
		reader->at++;
		return '\b';
	}
	reader->failed |= !shape_escape(reader, &escaped);
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
shape_read_class(struct shape_reader *reader)
{
	struct shape_node *node = shape_new(reader, SHAPE_SET, reader->at);
	struct text source = reader->source;

	reader->at++;
	bool is_inverted = shape_take(reader, TEXT("^"));
	for (bool is_first = true; !reader->failed; is_first = false) {
		if (reader->at >= source.size) {
			reader->failed = true;
			break;
		}
		if (source.data[reader->at] == ']' && !is_first)
			break;
		int first = shape_member(reader, &node->set), last = first;
		if (first >= 0 && reader->at + 1 < source.size && source.data[reader->at] == '-' &&
		    source.data[reader->at + 1] != ']') {
			reader->at++;
			last = shape_member(reader, &node->set);
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
shape_read_group_kind(struct shape_reader *reader, struct shape_node *node)
{
	if (shape_take(reader, TEXT("?:")))
		return SHAPE_GROUP;
	if (shape_take(reader, TEXT("?>"))) {
		node->is_atomic = true;
		return SHAPE_GROUP;
	}
	if (shape_take(reader, TEXT("?=")) || shape_take(reader, TEXT("?!")) ||
	    shape_take(reader, TEXT("?<=")) || shape_take(reader, TEXT("?<!")))
		return SHAPE_ASSERTION;
	if (shape_is_next(reader, TEXT("?")) || shape_is_next(reader, TEXT("*")))
		reader->failed = true;
	node->group = ++reader->groups;
	return SHAPE_GROUP;
}

static struct shape_node *
shape_read_group(struct shape_reader *reader)
{
	struct shape_node *node = shape_new(reader, SHAPE_GROUP, reader->at);

	reader->at++;
	if (shape_take(reader, TEXT("?i)"))) {
		reader->case_sensitive = false;
		node->kind = SHAPE_EMPTY;
		return node;
	}
	node->kind = shape_read_group_kind(reader, node);
	if (++reader->depth > SHAPE_DEPTH_MAX)
		reader->failed = true;
	if (!reader->failed)
		node->children = shape_read_alternation(reader);
	reader->depth--;
	if (!shape_take(reader, TEXT(")")))
		reader->failed = true;
	return node;
}

static struct shape_node *
shape_read_escape(struct shape_reader *reader)
{
	struct shape_node *node = shape_new(reader, SHAPE_SET, reader->at);

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
		reader->failed |= !shape_escape(reader, &node->set);
		if (!reader->case_sensitive)
			byte_set_fold(&node->set);
		return node;
	}
}

static struct shape_node *
shape_read_atom(struct shape_reader *reader)
{
	unsigned char byte = (unsigned char)reader->source.data[reader->at];
	struct shape_node *node;

	switch (byte) {
	case '(':
		return shape_read_group(reader);
	case '[':
		return shape_read_class(reader);
	case '\\':
		return shape_read_escape(reader);
	case '*':
	case '+':
	case '?':
		reader->failed = true;
		return shape_new(reader, SHAPE_EMPTY, reader->at);
	default:
		break;
	}
	node = shape_new(reader, SHAPE_SET, reader->at);
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
shape_read_count(struct shape_reader *reader, uint32_t *count_out)
{
	uint32_t count = 0;
	size_t start = reader->at;

	while (reader->at < reader->source.size && text_is_digit(reader->source.data[reader->at]) &&
	       count <= SHAPE_REPEAT_MAX)
		count = count * 10 + (uint32_t)(reader->source.data[reader->at++] - '0');
	*count_out = count;
	return reader->at > start;
}

/* {3} {3,} {3,5}; what does not look so is a brace like another. */
static bool
shape_read_braces(struct shape_reader *reader, uint32_t *minimum, uint32_t *maximum)
{
	size_t start = reader->at;

	reader->at++;
	if (shape_read_count(reader, minimum)) {
		*maximum = *minimum;
		if (shape_take(reader, TEXT(",")) && !shape_read_count(reader, maximum))
			*maximum = SHAPE_MANY;
		if (shape_take(reader, TEXT("}")))
			return true;
	}
	reader->at = start;
	return false;
}

static bool
shape_read_quantifier(struct shape_reader *reader, uint32_t *minimum, uint32_t *maximum)
{
	*minimum = 0;
	*maximum = SHAPE_MANY;
	if (shape_take(reader, TEXT("*")))
		return true;
	if (shape_take(reader, TEXT("+"))) {
		*minimum = 1;
		return true;
	}
	if (shape_take(reader, TEXT("?"))) {
		*maximum = 1;
		return true;
	}
	return shape_is_next(reader, TEXT("{")) && shape_read_braces(reader, minimum, maximum);
}

static struct shape_node *
shape_read_repeat(struct shape_reader *reader)
{
	size_t start = reader->at;
	struct shape_node *atom = shape_finish(reader, shape_read_atom(reader));
	uint32_t minimum, maximum;

	while (!reader->failed && shape_read_quantifier(reader, &minimum, &maximum)) {
		struct shape_node *repeat = shape_new(reader, SHAPE_REPEAT, start);
		repeat->minimum = minimum;
		repeat->maximum = maximum;
		repeat->children = atom;
		if (!shape_take(reader, TEXT("?")))
			repeat->is_atomic = shape_take(reader, TEXT("+"));
		atom = shape_finish(reader, repeat);
		if (++reader->depth > SHAPE_DEPTH_MAX)
			reader->failed = true;
	}
	return atom;
}

static struct shape_node *
shape_read_sequence(struct shape_reader *reader)
{
	struct shape_node *sequence = shape_new(reader, SHAPE_SEQUENCE, reader->at);
	struct shape_node **end = &sequence->children;

	while (!reader->failed && reader->at < reader->source.size &&
	       reader->source.data[reader->at] != '|' && reader->source.data[reader->at] != ')') {
		unsigned depth = reader->depth;
		*end = shape_read_repeat(reader);
		reader->depth = depth;
		end = &(*end)->next;
	}
	return shape_finish(reader, sequence);
}

static struct shape_node *
shape_read_alternation(struct shape_reader *reader)
{
	size_t start = reader->at;
	struct shape_node *first = shape_read_sequence(reader);

	if (!shape_is_next(reader, TEXT("|")))
		return first;
	struct shape_node *alternation = shape_new(reader, SHAPE_ALTERNATION, start);
	struct shape_node **end = &first->next;
	alternation->children = first;
	while (!reader->failed && shape_take(reader, TEXT("|"))) {
		*end = shape_read_sequence(reader);
		end = &(*end)->next;
	}
	return shape_finish(reader, alternation);
}

const struct pattern_shape *
pattern_shape_parse(struct arena *arena, struct text source, bool case_sensitive)
{
	struct pattern_shape *shape = arena_alloc(arena, sizeof *shape);
	struct shape_reader reader = {
	    .arena = arena, .source = source, .case_sensitive = case_sensitive};

	if (source.size > SHAPE_SOURCE_MAX)
		return NULL;
	shape->source = source;
	shape->root = shape_read_alternation(&reader);
	shape->group_count = reader.groups;
	return reader.failed || reader.at < source.size ? NULL : shape;
}

size_t
shape_node_width(const struct shape_node *node)
{
	size_t width = 0, least = SIZE_MAX;

	switch (node->kind) {
	case SHAPE_SET:
		return 1;
	case SHAPE_SEQUENCE:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next)
			width += shape_node_width(at);
		return width;
	case SHAPE_ALTERNATION:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			width = shape_node_width(at);
			least = width < least ? width : least;
		}
		return least;
	case SHAPE_REPEAT:
		return node->minimum > 0 && shape_node_width(node->children) > 0 ? node->minimum
										 : 0;
	case SHAPE_GROUP:
		return shape_node_width(node->children);
	default:
		return 0;
	}
}

/* How far a match that takes nothing, or all of the line, has come. */
struct shape_walk {
	bool has_anything; /* .* stands before: the end can be reached */
	bool is_at_end;
	bool is_behind_field;
};

static bool
shape_is_anything(const struct shape_node *node)
{
	struct byte_set line = {{0}};

	byte_set_add(&line, '\n', '\n');
	byte_set_invert(&line);
	if (node->kind != SHAPE_REPEAT || node->minimum > 0 || node->maximum != SHAPE_MANY ||
	    node->children->kind != SHAPE_SET)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if ((line.words[i] & ~node->children->set.words[i]) != 0)
			return false;
	return true;
}

/* Is there a way through the node that every line allows? */
static bool
shape_is_free(const struct shape_node *node, struct shape_walk *walk)
{
	switch (node->kind) {
	case SHAPE_EMPTY:
		return true;
	case SHAPE_START:
		return !walk->is_at_end && !walk->is_behind_field;
	case SHAPE_END:
		walk->is_at_end = true;
		return walk->has_anything;
	case SHAPE_SEQUENCE:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next)
			if (!shape_is_free(at, walk))
				return false;
		return true;
	case SHAPE_ALTERNATION:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			struct shape_walk attempt = *walk;
			if (!shape_is_free(at, &attempt))
				continue;
			*walk = attempt;
			return true;
		}
		return false;
	case SHAPE_REPEAT:
		if (shape_is_anything(node))
			walk->has_anything = true;
		return node->minimum == 0 || shape_is_free(node->children, walk);
	case SHAPE_GROUP:
		return shape_is_free(node->children, walk);
	default:
		return false;
	}
}

bool
pattern_shape_is_always(const struct pattern_shape *shape)
{
	struct shape_walk walk = {0};

	return shape_is_free(shape->root, &walk);
}

static bool
shape_is_byte(const struct shape_node *node, unsigned char byte)
{
	return node != NULL && node->kind == SHAPE_SET && node->size == 1 &&
	       byte_set_has(&node->set, byte) && !byte_set_has(&node->set, '!');
}

const struct shape_node *
pattern_shape_find_idle_choice(const struct pattern_shape *shape)
{
	const struct shape_node *at = shape->root->children, *idle = NULL;
	struct shape_walk walk = {.is_behind_field = true};

	if (shape->root->kind != SHAPE_SEQUENCE || at == NULL || at->kind != SHAPE_START)
		return NULL;
	do
		at = at->next;
	while (at != NULL && !shape_is_byte(at, ':'));
	if (at == NULL)
		return NULL;
	for (at = at->next; at != NULL; at = at->next) {
		const struct shape_node *choice = at;
		struct shape_walk before = walk;
		if (!shape_is_free(at, &walk))
			return NULL;
		while (choice->kind == SHAPE_GROUP)
			choice = choice->children;
		if (choice->kind != SHAPE_ALTERNATION || idle != NULL)
			continue;
		for (choice = choice->children; choice != NULL && idle == NULL;
		     choice = choice->next) {
			struct shape_walk attempt = before;
			if (shape_is_free(choice, &attempt))
				idle = choice;
		}
	}
	return idle;
}

static bool
shape_is_line_end(const struct shape_node *node)
{
	struct byte_set line_end = {{0}};

	byte_set_add(&line_end, '\n', '\n');
	return node->kind == SHAPE_SET && memcmp(&node->set, &line_end, sizeof line_end) == 0;
}

/* The first part that must match and cannot; `before` and `after`: bytes that must stand there. */
static const struct shape_node *
shape_find_dead(const struct shape_node *node, size_t before, size_t after, bool is_line)
{
	size_t rest = after;

	switch (node->kind) {
	case SHAPE_START:
		return before > 0 ? node : NULL;
	case SHAPE_END:
		return is_line && after > 0 ? node : NULL;
	case SHAPE_SET:
		return is_line && shape_is_line_end(node) ? node : NULL;
	case SHAPE_GROUP:
		return shape_find_dead(node->children, before, after, is_line);
	case SHAPE_REPEAT:
		return node->minimum == 0 ? NULL
					  : shape_find_dead(node->children, before,
						node->maximum > 1 ? 0 : after, is_line);
	case SHAPE_SEQUENCE:
		rest += shape_node_width(node);
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			size_t width = shape_node_width(at);
			rest -= width;
			const struct shape_node *dead = shape_find_dead(at, before, rest, is_line);
			if (dead != NULL)
				return dead;
			before += width;
		}
		return NULL;
	default:
		return NULL;
	}
}

const struct shape_node *
pattern_shape_find_dead(const struct pattern_shape *shape, bool is_line, bool *is_whole_out)
{
	const struct shape_node *root = shape->root;

	*is_whole_out = root->kind != SHAPE_ALTERNATION;
	if (*is_whole_out)
		return shape_find_dead(root, 0, 0, is_line);
	for (const struct shape_node *at = root->children; at != NULL; at = at->next) {
		const struct shape_node *dead = shape_find_dead(at, 0, 0, is_line);
		if (dead != NULL)
			return dead;
	}
	return NULL;
}

static void
shape_collect_bytes(const struct shape_node *node, struct byte_set *bytes)
{
	if (node->kind == SHAPE_SET)
		byte_set_unite(bytes, &node->set);
	if (node->kind == SHAPE_ASSERTION)
		return;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next)
		shape_collect_bytes(at, bytes);
}

static const struct shape_node *
shape_find_group(const struct shape_node *node, unsigned group)
{
	if (node->kind == SHAPE_GROUP && node->group == group)
		return node;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
		const struct shape_node *found = shape_find_group(at, group);
		if (found != NULL)
			return found;
	}
	return NULL;
}

bool
pattern_shape_group_bytes(
    const struct pattern_shape *shape, unsigned group, struct byte_set *bytes_out)
{
	const struct shape_node *node =
	    group == 0 ? shape->root : shape_find_group(shape->root, group);

	*bytes_out = (struct byte_set){{0}};
	if (node == NULL)
		return false;
	shape_collect_bytes(node, bytes_out);
	return true;
}
