/*
 * A conservative reader of patterns; see prefilter.h. It collects the runs of plain characters at
 * the top level of a pattern without alternatives, leaves out every character that a quantifier
 * makes optional, and keeps the longest.
 */
#include "filter/engine/prefilter.h"

#include <limits.h>
#include <string.h>

enum {
	PREFILTER_SOURCE_MAX = 4096,
	PREFILTER_GROUPS_MAX = 50,
	PREFILTER_REPEAT_MAX = 100,
	PREFILTER_BLOCK = 256
};

struct prefilter_reader {
	struct text source;
	size_t at;
	unsigned groups;       /* open ones */
	bool has_alternatives; /* at the top level */
	bool failed;
	char *run; /* the plain characters in a row that were read last */
	size_t run_size;
	bool run_is_first; /* nothing but ^ stands before it */
	char *best;
	size_t best_size;
	struct text field;
};

/* How often a byte is seen in mail headers, roughly: the lower the rarer. */
static const unsigned char prefilter_frequency[256] = {[' '] = 26,
    ['e'] = 25,
    ['t'] = 24,
    ['a'] = 23,
    ['o'] = 22,
    ['i'] = 21,
    ['n'] = 20,
    ['s'] = 19,
    ['r'] = 18,
    ['.'] = 17,
    ['l'] = 16,
    ['c'] = 15,
    ['d'] = 14,
    ['m'] = 13,
    [':'] = 12,
    ['-'] = 11,
    ['u'] = 10,
    ['p'] = 9,
    ['h'] = 8,
    ['g'] = 7,
    ['='] = 6,
    ['b'] = 5,
    ['f'] = 4,
    ['y'] = 3,
    ['w'] = 2,
    ['0'] = 1};

/* Bytes that stand for themselves. */
static const bool prefilter_plain[256] = {[' ' ... '#'] = true,
    ['%' ... '\''] = true,
    [',' ... '-'] = true,
    ['/' ... '>'] = true,
    ['@' ... 'Z'] = true,
    [']'] = true,
    ['_' ... 'z'] = true,
    ['}' ... '~'] = true};

/* What may follow something and say how often it stands there. */
static bool
prefilter_begins_quantifier(char byte)
{
	return byte == '*' || byte == '+' || byte == '?' || byte == '{';
}

static bool
prefilter_at_quantifier(const struct prefilter_reader *reader)
{
	return reader->at < reader->source.size &&
	       prefilter_begins_quantifier(reader->source.data[reader->at]);
}

static void
prefilter_end_run(struct prefilter_reader *reader)
{
	if (reader->groups > 0)
		return;
	if (reader->run_is_first) {
		struct text run = {reader->run, reader->run_size};
		size_t colon = text_find_byte(run, 0, ':');
		if (colon > 0 && colon < run.size && text_find_byte(run, 0, ' ') > colon)
			reader->field = text_slice(run, 0, colon);
	}
	if (reader->run_size > reader->best_size) {
		reader->best = reader->run;
		reader->best_size = reader->run_size;
	}
	reader->run += reader->run_size;
	reader->run_size = 0;
	reader->run_is_first = false;
}

static bool
prefilter_peek(const struct prefilter_reader *reader, char byte)
{
	return reader->at < reader->source.size && reader->source.data[reader->at] == byte;
}

static bool
prefilter_is_plain(char byte)
{
	return byte >= ' ' && byte <= '~';
}

/* {n}, {n,} or {n,m}; sets the least count. Anything else in braces is not understood. */
static bool
prefilter_braces(struct prefilter_reader *reader, unsigned *least_out)
{
	unsigned bounds[2] = {0, 0};
	size_t count = 0, digits = 0;

	for (reader->at++; reader->at < reader->source.size; reader->at++) {
		char byte = reader->source.data[reader->at];
		if (text_is_digit(byte) && digits < 3) {
			bounds[count] = bounds[count] * 10 + (unsigned)(byte - '0');
			digits++;
		} else if (byte == ',' && count == 0 && digits > 0) {
			count = 1;
			digits = 0;
		} else if (byte == '}' && (digits > 0 || count == 1)) {
			reader->at++;
			*least_out = bounds[0];
			if (bounds[0] > PREFILTER_REPEAT_MAX || bounds[1] > PREFILTER_REPEAT_MAX)
				return false;
			return count == 0 || digits == 0 || bounds[1] >= bounds[0];
		} else {
			return false;
		}
	}
	return false;
}

/* Reads a quantifier, if there is one: true, and the least count. */
static bool
prefilter_quantifier(struct prefilter_reader *reader, bool is_group, unsigned *least_out)
{
	if (reader->at >= reader->source.size)
		return false;
	switch (reader->source.data[reader->at]) {
	case '*':
	case '?':
		*least_out = 0;
		reader->at++;
		break;
	case '+':
		*least_out = 1;
		reader->at++;
		break;
	case '{':
		if (is_group || !prefilter_braces(reader, least_out))
			reader->failed = true;
		break;
	default:
		return false;
	}
	if (prefilter_peek(reader, '?'))
		reader->at++;
	if (prefilter_at_quantifier(reader))
		reader->failed = true;
	return true;
}

/* A plain character and what quantifies it. */
static void
prefilter_character(struct prefilter_reader *reader, char byte)
{
	unsigned least;

	reader->at++;
	bool is_quantified =
	    prefilter_at_quantifier(reader) && prefilter_quantifier(reader, false, &least);
	if (reader->groups == 0 && (!is_quantified || least > 0))
		reader->run[reader->run_size++] = byte;
	if (is_quantified)
		prefilter_end_run(reader);
}

/* The plain characters at hand, but for the last one when something quantifies it. */
static void
prefilter_run(struct prefilter_reader *reader)
{
	const char *start = reader->source.data + reader->at;
	size_t size = 0, left = reader->source.size - reader->at;

	while (size < left && prefilter_plain[(unsigned char)start[size]])
		size++;
	if (size > 0 && size < left && prefilter_begins_quantifier(start[size]))
		size--;
	reader->at += size;
	if (size == 0) {
		prefilter_character(reader, *start);
	} else if (reader->groups == 0) {
		memcpy(reader->run + reader->run_size, start, size);
		reader->run_size += size;
	}
}

/* Something that stands for one character, or for none, and breaks the run. */
static void
prefilter_other(struct prefilter_reader *reader, bool may_repeat)
{
	unsigned least;

	prefilter_end_run(reader);
	if (prefilter_quantifier(reader, false, &least) && !may_repeat)
		reader->failed = true;
}

/* \d, \w, \s and their opposites. */
static bool
prefilter_is_set(char byte)
{
	char lower = text_lower(byte);

	return lower == 'd' || lower == 'w' || lower == 's';
}

static void
prefilter_escape(struct prefilter_reader *reader)
{
	reader->at++;
	char byte = reader->at < reader->source.size ? reader->source.data[reader->at] : '\0';
	if (prefilter_is_set(byte)) {
		reader->at++;
		prefilter_other(reader, true);
	} else if (byte == 'b' || byte == 'B') {
		reader->at++;
		prefilter_other(reader, false);
	} else if (prefilter_is_plain(byte) && !text_is_alpha(byte) && !text_is_digit(byte)) {
		prefilter_character(reader, byte);
	} else {
		reader->failed = true;
	}
}

/* [:x:], [.x.] and [=x=] are names of classes, and errors where they stand alone. */
static bool
prefilter_is_class_name(struct text written)
{
	char first = written.size > 2 ? written.data[1] : '\0';

	return written.size > 3 && (first == ':' || first == '.' || first == '=') &&
	       written.data[written.size - 2] == first;
}

/* [...]: plain characters, ranges of them, \d \w \s and their opposites, escaped punctuation. */
static void
prefilter_class(struct prefilter_reader *reader)
{
	struct text source = reader->source;
	size_t at = reader->at + 1;
	int previous = -1; /* what a range could begin with */
	bool is_first = true;

	if (at < source.size && source.data[at] == '^')
		at++;
	for (;; is_first = false) {
		char byte = at < source.size ? source.data[at] : '\0';
		if (!prefilter_is_plain(byte) || byte == '[' || (byte == ']' && is_first)) {
			reader->failed = true;
			return;
		}
		at++;
		if (byte == ']')
			break;
		if (byte == '\\') {
			byte = at < source.size ? source.data[at++] : '\0';
			if (!prefilter_is_set(byte) &&
			    (!prefilter_is_plain(byte) || text_is_alpha(byte) ||
				text_is_digit(byte)))
				reader->failed = true;
			/* A hyphen behind a set, or behind an escape, is left to PCRE2. */
			if (at + 1 < source.size && source.data[at] == '-' &&
			    source.data[at + 1] != ']')
				reader->failed = true;
			previous = -1;
			continue;
		}
		if (byte != '-' || is_first) {
			previous = byte == '-' ? -1 : byte;
			continue;
		}
		if (at < source.size && source.data[at] == ']')
			continue;
		char last = at < source.size ? source.data[at] : '\0';
		if (previous < 0 || !prefilter_is_plain(last) || last == '\\' || last == '[' ||
		    last < previous)
			reader->failed = true;
		at++;
		previous = -1;
	}
	if (prefilter_is_class_name(text_slice(source, reader->at, at)))
		reader->failed = true;
	reader->at = at;
	prefilter_other(reader, true);
}

static void
prefilter_open(struct prefilter_reader *reader)
{
	prefilter_end_run(reader);
	reader->at++;
	reader->groups++;
	if (prefilter_peek(reader, '?')) {
		reader->at++;
		if (!prefilter_peek(reader, ':'))
			reader->failed = true;
		reader->at++;
	}
	if (prefilter_at_quantifier(reader) || reader->groups > PREFILTER_GROUPS_MAX)
		reader->failed = true;
}

static void
prefilter_close(struct prefilter_reader *reader)
{
	unsigned least;

	if (reader->groups == 0) {
		reader->failed = true;
		return;
	}
	reader->at++;
	reader->groups--;
	prefilter_quantifier(reader, true, &least);
}

static void
prefilter_alternative(struct prefilter_reader *reader)
{
	reader->at++;
	if (reader->groups == 0)
		reader->has_alternatives = true;
	if (prefilter_at_quantifier(reader))
		reader->failed = true;
}

static void
prefilter_read(struct prefilter_reader *reader)
{
	reader->run_is_first = prefilter_peek(reader, '^');
	if (reader->run_is_first) {
		reader->at++;
		if (prefilter_at_quantifier(reader))
			reader->failed = true;
	}
	while (reader->at < reader->source.size && !reader->failed) {
		char byte = reader->source.data[reader->at];
		switch (byte) {
		case '\\':
			prefilter_escape(reader);
			break;
		case '[':
			prefilter_class(reader);
			break;
		case '(':
			prefilter_open(reader);
			break;
		case ')':
			prefilter_close(reader);
			break;
		case '|':
			prefilter_alternative(reader);
			break;
		case '^':
		case '$':
			reader->at++;
			prefilter_other(reader, false);
			break;
		case '.':
			reader->at++;
			prefilter_other(reader, true);
			break;
		case '*':
		case '+':
		case '?':
		case '{':
			reader->failed = true;
			break;
		default:
			if (!prefilter_is_plain(byte))
				reader->failed = true;
			else
				prefilter_run(reader);
			break;
		}
	}
	prefilter_end_run(reader);
}

size_t
prefilter_rarest(struct text literal)
{
	unsigned least = UCHAR_MAX;
	size_t rarest = 0;

	for (size_t i = 0; i < literal.size; i++) {
		unsigned char lower = (unsigned char)text_lower(literal.data[i]);
		if (prefilter_frequency[lower] < least) {
			least = prefilter_frequency[lower];
			rarest = i;
		}
	}
	return rarest;
}

struct prefilter
prefilter_analyse(struct arena *arena, struct text source, bool case_sensitive)
{
	struct prefilter prefilter = {.case_sensitive = case_sensitive};

	if (source.size == 0 || source.size > PREFILTER_SOURCE_MAX)
		return prefilter;
	struct prefilter_reader reader = {
	    .source = source, .run = arena_alloc_bytes(arena, source.size)};
	prefilter_read(&reader);
	if (reader.failed || reader.groups > 0 || reader.has_alternatives)
		return prefilter;
	prefilter.understood = true;
	prefilter.field = reader.field;
	prefilter.literal = (struct text){reader.best, reader.best_size};
	prefilter.rare = prefilter_rarest(prefilter.literal);
	for (size_t i = 0; i < reader.best_size && !case_sensitive; i++)
		reader.best[i] = text_lower(reader.best[i]);
	return prefilter;
}

bool
prefilter_may_match(const struct prefilter *prefilter, struct text line)
{
	struct text literal = prefilter->literal;
	size_t at = prefilter->rare;

	if (literal.size == 0)
		return true;
	if (line.size < literal.size)
		return false;
	/* Only where the whole literal fits. */
	struct text window = text_slice(line, 0, line.size - literal.size + prefilter->rare + 1);
	for (;; at++) {
		at = text_find_byte(window, at, literal.data[prefilter->rare]);
		if (at == window.size)
			return false;
		if (memcmp(line.data + at - prefilter->rare, literal.data, literal.size) == 0)
			return true;
	}
}

/* Could a letter that is not ASCII, but the same as k or s without case, stand there? */
static bool
prefilter_is_wide(struct text region, size_t at)
{
	struct text rest = text_slice(region, at, region.size);

	return text_has_prefix(rest, TEXT("\xe2\x84\xaa")) ||
	       text_has_prefix(rest, TEXT("\xc5\xbf"));
}

/* Three bytes of the literal (fewer, when it is shorter), and what makes their letter case no difference. */
struct prefilter_probe {
	size_t places[3];
	unsigned char bytes[3], masks[3];
	bool may_be_wide;
};

/* The rarest byte of the literal that lies in neither of the two places. */
static size_t
prefilter_other_place(struct text literal, size_t one, size_t another)
{
	size_t low = one < another ? one : another, high = one < another ? another : one;
	struct text before = text_slice(literal, 0, low);
	struct text between = text_slice(literal, low + 1, high);
	struct text behind = text_slice(literal, high + 1, literal.size);

	if (between.size >= before.size && between.size >= behind.size && between.size > 0)
		return low + 1 + prefilter_rarest(between);
	if (behind.size >= before.size && behind.size > 0)
		return high + 1 + prefilter_rarest(behind);
	return before.size > 0 ? prefilter_rarest(before) : one;
}

static struct prefilter_probe
prefilter_make_probe(const struct prefilter *prefilter)
{
	struct text literal = prefilter->literal;
	/* U+212A and U+017F are k and s without case. */
	struct prefilter_probe probe = {
	    .may_be_wide =
		!prefilter->case_sensitive && (text_find_byte(literal, 0, 'k') < literal.size ||
						  text_find_byte(literal, 0, 's') < literal.size)};

	probe.places[0] = prefilter->rare;
	probe.places[1] = prefilter_other_place(literal, prefilter->rare, prefilter->rare);
	probe.places[2] = prefilter_other_place(literal, prefilter->rare, probe.places[1]);
	for (size_t i = 0; i < 3; i++) {
		char byte = literal.data[probe.places[i]];
		probe.bytes[i] = (unsigned char)byte;
		probe.masks[i] = !prefilter->case_sensitive && text_is_alpha(byte) ? 'a' - 'A' : 0;
	}
	return probe;
}

/* Is there anything to look at in the block? Written so that a compiler makes vector code of it. */
static bool
prefilter_block_may_hold(const struct prefilter_probe *probe, const unsigned char *block)
{
	const unsigned char *first = block + probe->places[0], *second = block + probe->places[1];
	const unsigned char *third = block + probe->places[2];
	unsigned char byte0 = probe->bytes[0], mask0 = probe->masks[0];
	unsigned char byte1 = probe->bytes[1], mask1 = probe->masks[1];
	unsigned char byte2 = probe->bytes[2], mask2 = probe->masks[2];
	unsigned char any = 0, high = 0;

	for (size_t i = 0; i < PREFILTER_BLOCK; i++) {
		any |=
		    (unsigned char)(((first[i] | mask0) == byte0) & ((second[i] | mask1) == byte1) &
				    ((third[i] | mask2) == byte2));
		high |= block[i];
	}
	return any != 0 || (high >= 0x80 && probe->may_be_wide);
}

static bool
prefilter_lies(const struct prefilter *prefilter, struct text region, size_t at)
{
	struct text there = text_slice(region, at, at + prefilter->literal.size);

	return prefilter->case_sensitive ? text_is_equal(there, prefilter->literal)
					 : text_is_equal_nocase(there, prefilter->literal);
}

/* Is `at` the place that prefilter_find() looks for? */
static inline bool
prefilter_is_found(const struct prefilter *prefilter, const struct prefilter_probe *probe,
    struct text region, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)region.data + at;

	if (probe->may_be_wide && (*bytes == 0xe2 || *bytes == 0xc5) &&
	    prefilter_is_wide(region, at))
		return true;
	return region.size - at >= prefilter->literal.size &&
	       (bytes[probe->places[0]] | probe->masks[0]) == probe->bytes[0] &&
	       (bytes[probe->places[1]] | probe->masks[1]) == probe->bytes[1] &&
	       prefilter_lies(prefilter, region, at);
}

size_t
prefilter_find(const struct prefilter *prefilter, struct text region, size_t from)
{
	const struct prefilter_probe probe = prefilter_make_probe(prefilter);
	size_t size = prefilter->literal.size, at = from;

	while (at < region.size) {
		if (region.size - at >= PREFILTER_BLOCK + size &&
		    !prefilter_block_may_hold(&probe, (const unsigned char *)region.data + at)) {
			at += PREFILTER_BLOCK;
			continue;
		}
		size_t end =
		    at + PREFILTER_BLOCK < region.size ? at + PREFILTER_BLOCK : region.size;
		for (; at < end; at++)
			if (prefilter_is_found(prefilter, &probe, region, at))
				return at;
	}
	return region.size;
}

bool
prefilter_fold(struct text line, char *out)
{
	unsigned char all = 0;

	for (size_t i = 0; i < line.size; i++) {
		all |= (unsigned char)line.data[i];
		out[i] = text_lower(line.data[i]);
	}
	return all < 0x80;
}
