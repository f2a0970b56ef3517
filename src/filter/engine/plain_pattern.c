/*
 * Matching without an engine; see plain_pattern.h. A `.*` is greedy: from the right, each part lies as
 * far to the right as the parts behind it leave room. Where a match starts depends on the first part
 * alone: if the parts behind it do not fit after its first occurrence, they fit after none.
 */
#include "filter/engine/plain_pattern.h"

#include <string.h>

#include "filter/engine/prefilter.h"

static bool
plain_pattern_is_literal(char byte)
{
	return byte >= ' ' && byte <= '~' && strchr("\\[(){|^$.*+?", byte) == NULL;
}

static bool
plain_pattern_add(struct plain_pattern *plain, size_t *used, char byte)
{
	if (*used == PLAIN_PATTERN_SIZE_MAX - 1)
		return false;
	plain->bytes[(*used)++] = plain->case_sensitive ? byte : text_lower(byte);
	plain->sizes[plain->count - 1]++;
	return true;
}

static bool
plain_pattern_open(struct plain_pattern *plain, size_t used)
{
	/* Two `.*` in a row leave an empty part in the middle: nobody writes that. */
	if (plain->count == PLAIN_PATTERN_PARTS_MAX ||
	    (plain->count > 1 && plain->sizes[plain->count - 1] == 0))
		return false;
	plain->starts[plain->count++] = (unsigned char)used;
	return true;
}

/* What stands at `at`, an escape or `.*` taken as one; its length, 0 for what is not in the subset. */
static size_t
plain_pattern_read(struct plain_pattern *plain, struct text source, size_t at, size_t *used)
{
	char byte = source.data[at], next = at + 1 < source.size ? source.data[at + 1] : '\0';

	if (byte == '.')
		return next == '*' && plain_pattern_open(plain, *used) ? 2 : 0;
	if (byte == '\\') {
		if (next <= ' ' || next > '~' || text_is_alpha(next) || text_is_digit(next))
			return 0;
		return plain_pattern_add(plain, used, next) ? 2 : 0;
	}
	if (byte == '$' && at + 1 == source.size) {
		plain->at_end = true;
		return 1;
	}
	return plain_pattern_is_literal(byte) && plain_pattern_add(plain, used, byte) ? 1 : 0;
}

static bool
plain_pattern_quantifies(struct text source, size_t at)
{
	return at < source.size && source.data[at] != '\0' &&
	       strchr("*+?{", source.data[at]) != NULL;
}

bool
plain_pattern_parse(struct text source, bool case_sensitive, struct plain_pattern *plain_out)
{
	size_t at = source.size > 0 && source.data[0] == '^', used = 0, length;

	memset(plain_out, 0, offsetof(struct plain_pattern, bytes));
	plain_out->at_start = at == 1;
	plain_out->case_sensitive = case_sensitive;
	plain_out->count = 1;
	for (; at < source.size; at += length) {
		length = plain_pattern_read(plain_out, source, at, &used);
		if (length == 0 || plain_pattern_quantifies(source, at + length))
			return false;
	}
	for (size_t i = 0; i < plain_out->count; i++)
		plain_out->rare[i] = (unsigned char)prefilter_rarest(
		    (struct text){plain_out->bytes + plain_out->starts[i], plain_out->sizes[i]});
	return used > 0;
}

bool
plain_pattern_takes(struct text subject)
{
	return text_is_ascii(subject) && text_find_byte(subject, 0, '\n') == subject.size;
}

/* Does the part lie at that place? */
static bool
plain_pattern_lies(const struct plain_pattern *plain, unsigned part, struct text subject, size_t at)
{
	const char *wanted = plain->bytes + plain->starts[part], *there = subject.data + at;
	size_t size = plain->sizes[part];

	if (at > subject.size || size > subject.size - at)
		return false;
	if (plain->case_sensitive)
		return memcmp(there, wanted, size) == 0;
	for (size_t i = 0; i < size; i++)
		if (text_lower(there[i]) != wanted[i])
			return false;
	return true;
}

/* The part's first place at or after `from`; SIZE_MAX: none. */
static size_t
plain_pattern_first(
    const struct plain_pattern *plain, unsigned part, struct text subject, size_t from)
{
	size_t size = plain->sizes[part], rare = plain->rare[part];

	if (size == 0)
		return from;
	char lower = plain->bytes[plain->starts[part] + rare];
	char upper = plain->case_sensitive ? lower : text_upper(lower);
	for (size_t at = from; at + size <= subject.size; at++) {
		char byte = subject.data[at + rare];
		if ((byte == lower || byte == upper) &&
		    plain_pattern_lies(plain, part, subject, at))
			return at;
	}
	return SIZE_MAX;
}

/* The part's last place that ends at or before `end` and starts at or after `from`; SIZE_MAX: none. */
static size_t
plain_pattern_last(
    const struct plain_pattern *plain, unsigned part, struct text subject, size_t from, size_t end)
{
	size_t size = plain->sizes[part];

	if (end < size)
		return SIZE_MAX;
	for (size_t at = end - size + 1; at-- > from;)
		if (plain_pattern_lies(plain, part, subject, at))
			return at;
	return SIZE_MAX;
}

/* Lays the parts behind the first as far to the right as they go; false when they do not fit. */
static bool
plain_pattern_lay(
    const struct plain_pattern *plain, struct text subject, size_t from, size_t *end_out)
{
	size_t end = subject.size;

	for (unsigned part = plain->count; --part > 0;) {
		bool is_last = part + 1U == plain->count;
		size_t at = is_last && plain->at_end && end >= plain->sizes[part]
				? end - plain->sizes[part]
				: plain_pattern_last(plain, part, subject, from, end);
		if (at == SIZE_MAX || at < from || !plain_pattern_lies(plain, part, subject, at))
			return false;
		if (is_last)
			*end_out = at + plain->sizes[part];
		end = at;
	}
	return true;
}

bool
plain_pattern_find(const struct plain_pattern *plain, struct text subject, size_t from,
    size_t *start_out, size_t *end_out)
{
	size_t start;

	if (plain->at_start)
		start = from == 0 && plain_pattern_lies(plain, 0, subject, 0) ? 0 : SIZE_MAX;
	else if (plain->count == 1 && plain->at_end)
		start = subject.size >= plain->sizes[0] ? subject.size - plain->sizes[0] : SIZE_MAX;
	else
		start = plain_pattern_first(plain, 0, subject, from);
	if (start == SIZE_MAX || start < from || !plain_pattern_lies(plain, 0, subject, start))
		return false;
	*start_out = start;
	*end_out = start + plain->sizes[0];
	if (plain->count == 1)
		return !plain->at_end || *end_out == subject.size;
	return plain_pattern_lay(plain, subject, *end_out, end_out);
}
