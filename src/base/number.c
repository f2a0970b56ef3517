/*
 * Strict number parsing; see number.h.
 */
#include "base/number.h"

static bool
number_parse_base(struct text source, unsigned base, uint64_t maximum, uint64_t *value_out)
{
	uint64_t value = 0;

	if (source.size == 0)
		return false;
	for (size_t i = 0; i < source.size; i++) {
		if (!text_is_digit(source.data[i]) || (unsigned)(source.data[i] - '0') >= base)
			return false;
		unsigned digit = (unsigned)(source.data[i] - '0');
		if (value > (maximum - (digit > maximum ? maximum : digit)) / base)
			return false;
		value = value * base + digit;
	}
	if (value > maximum)
		return false;
	*value_out = value;
	return true;
}

bool
number_parse_unsigned(struct text source, uint64_t maximum, uint64_t *value_out)
{
	return number_parse_base(source, 10, maximum, value_out);
}

bool
number_parse_octal(struct text source, uint64_t maximum, uint64_t *value_out)
{
	return number_parse_base(source, 8, maximum, value_out);
}

/* A number and an optional unit letter, taken from `units` (in lower case) with its factor. */
static bool
number_parse_with_unit(struct text source, const char *units, const uint64_t *factors,
    uint64_t maximum, uint64_t *value_out)
{
	uint64_t factor = 1, value;

	if (source.size > 0 && !text_is_digit(source.data[source.size - 1])) {
		char unit = text_lower(source.data[source.size - 1]);
		size_t i = 0;
		while (units[i] != '\0' && units[i] != unit)
			i++;
		if (units[i] == '\0')
			return false;
		factor = factors[i];
		source.size--;
	}
	if (!number_parse_unsigned(source, maximum / factor, &value))
		return false;
	*value_out = value * factor;
	return true;
}

bool
number_parse_size(struct text source, uint64_t maximum, uint64_t *bytes_out)
{
	static const uint64_t factors[] = {1024, 1024 * 1024, 1024 * 1024 * 1024};

	return number_parse_with_unit(source, "kmg", factors, maximum, bytes_out);
}

bool
number_parse_duration(struct text source, uint64_t maximum, uint64_t *seconds_out)
{
	static const uint64_t factors[] = {1, 60, 3600, 86400};

	return number_parse_with_unit(source, "smhd", factors, maximum, seconds_out);
}

struct text
number_format_unsigned(uint64_t value, char digits[NUMBER_DIGITS_MAX])
{
	char *end = digits + NUMBER_DIGITS_MAX - 1, *start = end;

	*end = '\0';
	do {
		*--start = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return (struct text){start, (size_t)(end - start)};
}
