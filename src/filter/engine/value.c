/*
 * Numbers, truth, comparison, expansion and escapes of rule values; see value.h. Conversions that C
 * leaves undefined (a double that does not fit an integer) have one fixed result here, the same on
 * every machine.
 */
#include "filter/engine/value.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT_MAX = 512 };

double
value_number(struct text value)
{
	char copy[NUMBER_TEXT_MAX];
	size_t blanks = 0;

	/* The common case without strtod: a short run of digits. */
	if (value.size > 0 && value.size <= 9) {
		uint32_t number = 0;
		size_t i = 0;
		while (i < value.size && text_is_digit(value.data[i]))
			number = number * 10 + (uint32_t)(value.data[i++] - '0');
		if (i == value.size)
			return number;
	}
	while (blanks < value.size && text_is_space(value.data[blanks]))
		blanks++;
	value = text_slice(value, blanks, value.size);
	/* strtod() wants a NUL. A number whose text is longer than this is cut: digits that no
	 * double can hold. */
	if (value.size >= sizeof copy)
		value.size = sizeof copy - 1;
	if (value.size > 0)
		memcpy(copy, value.data, value.size);
	copy[value.size] = '\0';
	return strtod(copy, NULL);
}

struct text
value_format_number(struct arena *arena, double number)
{
	if (number >= 0 && number < 10 && number == (double)(int)number && !signbit(number)) {
		static const char digits[] = "0123456789";
		return (struct text){&digits[(int)number], 1};
	}
	return arena_format(arena, "%.22g", number);
}

bool
value_is_true(struct text value)
{
	size_t at = 0;

	while (at < value.size && text_is_space(value.data[at]))
		at++;
	value = text_slice(value, at, value.size);
	if (value.size == 0)
		return false;
	at = 1;
	if (value.data[0] == '.') {
		while (at < value.size && value.data[at] == '0')
			at++;
		if (at == 1)
			return true;
	} else if (value.data[0] != '0') {
		return true;
	}
	while (at < value.size && text_is_space(value.data[at]))
		at++;
	return at < value.size;
}

static uint64_t
value_bits(double number)
{
	if (isnan(number) || number < -0x1p63)
		return UINT64_C(1) << 63;
	if (number >= 0x1p64)
		return 0;
	if (number < 0)
		return (uint64_t)(int64_t)number;
	return (uint64_t)number;
}

double
value_compute(enum expression_operator operation, double left, double right)
{
	switch (operation) {
	case OPERATOR_BIT_OR:
		return (double)(value_bits(left) | value_bits(right));
	case OPERATOR_BIT_AND:
		return (double)(value_bits(left) & value_bits(right));
	case OPERATOR_PLUS:
		return left + right;
	case OPERATOR_MINUS:
		return left - right;
	case OPERATOR_TIMES:
		return left * right;
	default:
		return left / right; /* by zero: inf, -inf or nan */
	}
}

double
value_complement(struct text value)
{
	uint64_t number = 0;
	size_t at = 0;

	while (at < value.size && text_is_space(value.data[at]))
		at++;
	bool is_negative = at < value.size && value.data[at] == '-';
	if (at < value.size && (value.data[at] == '-' || value.data[at] == '+'))
		at++;
	for (; at < value.size && text_is_digit(value.data[at]); at++) {
		uint64_t digit = (uint64_t)(value.data[at] - '0');
		if (number > ((uint64_t)INT64_MAX - digit) / 10) {
			/* -2^63 is in the range, and is what any smaller number becomes. */
			number = (uint64_t)INT64_MAX + is_negative;
			break;
		}
		number = number * 10 + digit;
	}
	return is_negative ? (double)number - 1 : -(double)number - 1;
}

bool
value_compare(enum expression_operator operation, struct text left, struct text right)
{
	if (operation >= OPERATOR_TEXT_LESS) {
		int order = text_compare(left, right);
		switch (operation) {
		case OPERATOR_TEXT_LESS:
			return order < 0;
		case OPERATOR_TEXT_LESS_EQUAL:
			return order <= 0;
		case OPERATOR_TEXT_GREATER:
			return order > 0;
		case OPERATOR_TEXT_GREATER_EQUAL:
			return order >= 0;
		case OPERATOR_TEXT_EQUAL:
			return order == 0;
		default:
			return order != 0;
		}
	}
	double a = value_number(left), b = value_number(right);
	switch (operation) {
	case OPERATOR_LESS:
		return a < b;
	case OPERATOR_LESS_EQUAL:
		return a <= b;
	case OPERATOR_GREATER:
		return a > b;
	case OPERATOR_GREATER_EQUAL:
		return a >= b;
	case OPERATOR_EQUAL:
		return a == b;
	default:
		return a != b;
	}
}

static bool
value_is_name_byte(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) || byte == '_';
}

/* The name behind a `$` at `at`; its end, or 0 when the `$` stands for itself. */
static size_t
value_name_end(struct text source, size_t at, struct text *name_out)
{
	size_t end = at + 1;

	if (end < source.size && source.data[end] == '{') {
		while (end < source.size && source.data[end] != '}' &&
		       !text_is_space(source.data[end]))
			end++;
		if (end == source.size || source.data[end] != '}')
			return 0;
		*name_out = text_slice(source, at + 2, end);
		return end + 1;
	}
	while (end < source.size && value_is_name_byte(source.data[end]))
		end++;
	*name_out = text_slice(source, at + 1, end);
	return end == at + 1 ? 0 : end;
}

bool
value_expand(struct text source, value_find *find, const void *self, struct buffer *out)
{
	size_t done = 0, at = 0;

	while (at < source.size) {
		struct text name;
		size_t end;
		if (source.data[at] == '\\') {
			at += 2;
			continue;
		}
		if (source.data[at] != '$' || (end = value_name_end(source, at, &name)) == 0) {
			at++;
			continue;
		}
		buffer_append(out, text_slice(source, done, at));
		buffer_append(out, find(self, name));
		done = at = end;
	}
	buffer_append(out, text_slice(source, done, source.size));
	return !buffer_is_overfull(out);
}

bool
value_has_names(struct text source)
{
	size_t dollar = text_find_byte(source, 0, '$');

	while (dollar < source.size) {
		struct text name;
		if (value_name_end(source, dollar, &name) != 0)
			return true;
		dollar = text_find_byte(source, dollar + 1, '$');
	}
	return false;
}

/* The byte that the escape at `at` (behind the backslash) stands for; its length. */
static size_t
value_echo_escape(struct text source, size_t at, char *byte_out)
{
	static const char letters[] = "nrtfv", bytes[] = "\n\r\t\f\v";
	const char *letter = memchr(letters, source.data[at], sizeof letters - 1);
	size_t size = 0;
	unsigned octal = 0;

	if (letter != NULL) {
		*byte_out = bytes[letter - letters];
		return 1;
	}
	/* As many digits as there are; the last eight bits count. */
	while (at + size < source.size && source.data[at + size] >= '0' &&
	       source.data[at + size] <= '7')
		octal = octal * 8 + (unsigned)(source.data[at + size++] - '0');
	*byte_out = size > 0 ? (char)octal : source.data[at];
	return size > 0 ? size : 1;
}

bool
value_append_echo(struct text source, struct buffer *out)
{
	bool has_line_end = true;
	size_t at = 0;

	while (at < source.size) {
		size_t backslash = text_find_byte(source, at, '\\');
		buffer_append(out, text_slice(source, at, backslash));
		at = backslash;
		if (at + 2 == source.size && source.data[at + 1] == 'c') {
			has_line_end = false;
			break;
		}
		if (at + 1 >= source.size) {
			buffer_append(out, text_slice(source, at, source.size));
			break;
		}
		char byte;
		at += 1 + value_echo_escape(source, at + 1, &byte);
		buffer_append_byte(out, byte);
	}
	if (has_line_end)
		buffer_append_byte(out, '\n');
	return !buffer_is_overfull(out);
}

bool
value_append_escaped(struct text source, struct buffer *out)
{
	static const char special[] = "|!$()[]{}\\+*?.&;`'\"-~<>^";

	for (size_t i = 0; i < source.size; i++) {
		if (memchr(special, source.data[i], sizeof special - 1) != NULL)
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, source.data[i]);
	}
	return !buffer_is_overfull(out);
}

struct text
value_substr(struct text source, double start, bool has_count, double count)
{
	/* NaN and negative numbers start outside the text. */
	if (!(start > -1) || start >= (double)source.size)
		return (struct text){NULL, 0};
	size_t from = start < 0 ? 0 : (size_t)start;
	size_t rest = source.size - from;
	if (has_count && count > -1 && count < (double)rest)
		rest = count < 0 ? 0 : (size_t)count;
	return text_slice(source, from, from + rest);
}
