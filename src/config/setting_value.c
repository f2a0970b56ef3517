/*
 * The types of settings; see setting_value.h. Values come from administrators, but also from
 * command lines that other programs put together, so each is checked for bytes that would make a
 * log or an error unreadable before anything else looks at it.
 */
#include "config/setting_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

enum { VALUE_SHOWN_MAX = 80 };

_Static_assert(sizeof(enum log_target) == sizeof(unsigned), "a word is stored as an unsigned");

static bool
setting_value_is_printable(struct text value)
{
	for (size_t i = 0; i < value.size; i++) {
		unsigned char byte = (unsigned char)value.data[i];
		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return false;
	}
	return utf8_is_valid(value);
}

/* A mail server may put parts of an address into the path: they must not lead out of it. */
static bool
setting_value_climbs(struct text path)
{
	while (path.size > 0)
		if (text_is_equal(text_split(&path, '/'), TEXT("..")))
			return true;
	return false;
}

/* Three names are replaced; any other would silently stay in the path. */
static bool
setting_value_is_mailbox(struct text value)
{
	static const struct text names[] = {{"HOME", 4}, {"LOGNAME", 7}, {"USER", 4}};

	if (value.size > 0 && (value.data[0] == '|' || value.data[0] == '!'))
		return true;
	if (setting_value_climbs(value))
		return false;
	for (size_t i = text_find_byte(value, 0, '$'); i < value.size;
	     i = text_find_byte(value, i, '$')) {
		size_t end = ++i;
		bool known = false;
		while (end < value.size &&
		       (text_is_alpha(value.data[end]) || text_is_digit(value.data[end]) ||
			   value.data[end] == '_'))
			end++;
		for (size_t n = 0; n < sizeof names / sizeof *names; n++)
			known = known || text_is_equal(text_slice(value, i, end), names[n]);
		if (!known)
			return false;
	}
	return true;
}

static bool
setting_value_is_host_name(struct text value)
{
	for (size_t i = 0; i < value.size; i++) {
		char byte = value.data[i];
		if (!text_is_alpha(byte) && !text_is_digit(byte) && byte != '.' && byte != '-' &&
		    byte != '_')
			return false;
	}
	return value.size == 0 || value.data[0] != '.';
}

static bool
setting_value_parse_text(const struct setting_row *row, struct text value, void *member_out)
{
	bool fits = value.size >= row->minimum && value.size <= row->maximum;

	if (row->type == SETTING_TYPE_PATH)
		fits = fits && (value.size == 0 || value.data[0] == '/');
	else if (row->type == SETTING_TYPE_MAILBOX)
		fits = fits && setting_value_is_mailbox(value);
	else if (row->type == SETTING_TYPE_HOST_NAME)
		fits = fits && setting_value_is_host_name(value);
	if (fits)
		memcpy(member_out, &value, sizeof value);
	return fits;
}

/* Digits with "ms", or with a unit of number_parse_duration(). */
static bool
setting_value_parse_milliseconds(struct text value, uint64_t maximum, uint64_t *milliseconds_out)
{
	uint64_t seconds;

	if (text_has_suffix(value, TEXT("ms")))
		return number_parse_unsigned(
		    text_slice(value, 0, value.size - 2), maximum, milliseconds_out);
	if (!number_parse_duration(value, maximum / 1000, &seconds))
		return false;
	*milliseconds_out = seconds * 1000;
	return true;
}

static bool
setting_value_parse_number(const struct setting_row *row, struct text value, void *member_out)
{
	uint64_t number = 0;
	bool parsed;

	switch (row->type) {
	case SETTING_TYPE_OCTAL:
		parsed = number_parse_octal(value, row->maximum, &number);
		break;
	case SETTING_TYPE_SECONDS:
		parsed = number_parse_duration(value, row->maximum, &number);
		break;
	case SETTING_TYPE_MILLISECONDS:
		parsed = setting_value_parse_milliseconds(value, row->maximum, &number);
		break;
	default:
		parsed = number_parse_unsigned(value, row->maximum, &number);
		break;
	}
	if (!parsed || number < row->minimum)
		return false;
	memcpy(member_out, &number, sizeof number);
	return true;
}

static bool
setting_value_parse_word(const struct setting_row *row, struct text value, void *member_out)
{
	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if (text_is_equal(value, text_from_string(row->words[i]))) {
			memcpy(member_out, &i, sizeof i);
			return true;
		}
	}
	return false;
}

static bool
setting_value_parse_bool(struct text value, void *member_out)
{
	bool yes = text_is_equal(value, TEXT("yes"));

	if (!yes && !text_is_equal(value, TEXT("no")))
		return false;
	memcpy(member_out, &yes, sizeof yes);
	return true;
}

bool
setting_value_parse(const struct setting_row *row, struct text value, struct settings *values_out,
    struct error *error)
{
	void *member = (char *)values_out + row->offset;
	char allowed[SETTINGS_ALLOWED_SIZE];
	bool fits;

	if (!setting_value_is_printable(value))
		return error_set(error, ERROR_INPUT,
		    "the value of %s holds a control character or invalid UTF-8; remove it",
		    row->name);
	switch (row->type) {
	case SETTING_TYPE_TEXT:
	case SETTING_TYPE_MAILBOX:
	case SETTING_TYPE_PATH:
	case SETTING_TYPE_HOST_NAME:
		fits = setting_value_parse_text(row, value, member);
		break;
	case SETTING_TYPE_BOOL:
		fits = setting_value_parse_bool(value, member);
		break;
	case SETTING_TYPE_WORD:
		fits = setting_value_parse_word(row, value, member);
		break;
	default:
		fits = setting_value_parse_number(row, value, member);
		break;
	}
	if (fits)
		return true;
	setting_value_describe(row, allowed);
	struct text shown = text_slice(value, 0, VALUE_SHOWN_MAX);
	while (shown.size < value.size && ((unsigned char)value.data[shown.size] & 0xc0) == 0x80)
		shown.size--;
	return error_set(error, ERROR_INPUT, "%s cannot be \"%.*s%s\"; it must be %s", row->name,
	    TEXT_ARGUMENTS(shown), shown.size < value.size ? "..." : "", allowed);
}

/* "2m": the largest unit that holds the duration without a rest. */
static void
setting_value_format_milliseconds(uint64_t milliseconds, char out[static 32])
{
	static const struct {
		uint64_t factor;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	size_t i = milliseconds == 0 ? 3 : 0;

	while (milliseconds % units[i].factor != 0)
		i++;
	snprintf(out, 32, "%" PRIu64 "%s", milliseconds / units[i].factor, units[i].unit);
}

static void
setting_value_describe_words(const char *const *words, char out[SETTINGS_ALLOWED_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; words[i] != NULL && used < SETTINGS_ALLOWED_SIZE; i++) {
		const char *joint = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
		int added =
		    snprintf(out + used, SETTINGS_ALLOWED_SIZE - used, "%s%s", joint, words[i]);
		used += (size_t)added;
	}
}

static void
setting_value_describe_duration(const struct setting_row *row, char out[SETTINGS_ALLOWED_SIZE])
{
	bool is_fine = row->type == SETTING_TYPE_MILLISECONDS;
	uint64_t factor = is_fine ? 1 : 1000;
	char from[32], to[32];

	setting_value_format_milliseconds(row->minimum * factor, from);
	setting_value_format_milliseconds(row->maximum * factor, to);
	snprintf(out, SETTINGS_ALLOWED_SIZE,
	    "a duration from %s to %s (a number and %ss, m, h or d)", from, to,
	    is_fine ? "ms, " : "");
}

void
setting_value_describe(const struct setting_row *row, char out[SETTINGS_ALLOWED_SIZE])
{
	const char *or_empty = row->minimum == 0 ? ", or empty" : "";

	switch (row->type) {
	case SETTING_TYPE_TEXT:
		snprintf(out, SETTINGS_ALLOWED_SIZE, "a text of %" PRIu64 " to %" PRIu64 " bytes",
		    row->minimum, row->maximum);
		break;
	case SETTING_TYPE_MAILBOX:
		snprintf(out, SETTINGS_ALLOWED_SIZE,
		    "a mailbox without \"..\" in its path, in which $HOME, $LOGNAME, $USER and no "
		    "other name is replaced%s",
		    or_empty);
		break;
	case SETTING_TYPE_PATH:
		snprintf(out, SETTINGS_ALLOWED_SIZE, "an absolute path%s", or_empty);
		break;
	case SETTING_TYPE_HOST_NAME:
		snprintf(out, SETTINGS_ALLOWED_SIZE,
		    "a host name (letters, digits, dots, dashes, underscores)%s", or_empty);
		break;
	case SETTING_TYPE_BOOL:
		snprintf(out, SETTINGS_ALLOWED_SIZE, "yes or no");
		break;
	case SETTING_TYPE_WORD:
		setting_value_describe_words(row->words, out);
		break;
	case SETTING_TYPE_COUNT:
		snprintf(out, SETTINGS_ALLOWED_SIZE, "a number from %" PRIu64 " to %" PRIu64,
		    row->minimum, row->maximum);
		break;
	case SETTING_TYPE_OCTAL:
		snprintf(out, SETTINGS_ALLOWED_SIZE, "an octal number from %" PRIo64 " to %" PRIo64,
		    row->minimum, row->maximum);
		break;
	case SETTING_TYPE_SECONDS:
	case SETTING_TYPE_MILLISECONDS:
		setting_value_describe_duration(row, out);
		break;
	}
}
