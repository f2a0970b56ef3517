/*
 * Harmless names; see safe_name.h.
 */
#include "mail/safe_name.h"

#include <string.h>

#include "base/utf8.h"

/* Characters above ASCII that nobody sees, or that turn the direction of those behind them. */
static const struct {
	unsigned first, last;
} safe_name_refused[] = {
    {0x80, 0x9f},       /* C1 controls */
    {0xad, 0xad},       /* soft hyphen */
    {0x61c, 0x61c},     /* Arabic letter mark */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200f},   /* zero width, marks of direction */
    {0x2028, 0x202e},   /* line and paragraph separators, embeddings and overrides */
    {0x2060, 0x206f},   /* invisible operators, isolates */
    {0xfe00, 0xfe0e},   /* variation selectors, but for the one of emoji */
    {0xfeff, 0xfeff},   /* zero width no-break space */
    {0xfff9, 0xfffb},   /* interlinear annotations */
    {0xe0000, 0xe0fff}, /* tags */
};

static bool
safe_name_is_refused(unsigned character)
{
	if (character < 0x20 || character == 0x7f)
		return true;
	for (size_t i = 0; i < sizeof safe_name_refused / sizeof *safe_name_refused; i++)
		if (character >= safe_name_refused[i].first &&
		    character <= safe_name_refused[i].last)
			return true;
	return false;
}

/* Copies the characters that are kept; `instead` stands for one that is not, '\0': nothing. */
static struct text
safe_name_filter(struct arena *arena, struct text name, char instead)
{
	char *kept = arena_alloc(arena, name.size + 1);
	size_t size = 0, length;

	for (size_t at = 0; at < name.size; at += length) {
		length = utf8_sequence_length(name, at);
		bool is_bad = length == 0;
		length += is_bad;
		if (!is_bad &&
		    !safe_name_is_refused(utf8_parse(text_slice(name, at, at + length)))) {
			memcpy(kept + size, name.data + at, length);
			size += length;
		} else if (instead != '\0') {
			kept[size++] = instead;
		}
	}
	return (struct text){kept, size};
}

struct text
safe_name_shown(struct arena *arena, struct text name)
{
	return safe_name_filter(arena, name, '?');
}

/* Not behind that many bytes, and not inside of a character. */
static struct text
safe_name_cut(struct text name, size_t maximum)
{
	if (name.size <= maximum)
		return name;
	while (maximum > 0 && ((unsigned char)name.data[maximum] & 0xc0) == 0x80)
		maximum--;
	return text_slice(name, 0, maximum);
}

static bool
safe_name_is_edge(char byte)
{
	return byte == '.' || byte == ' ';
}

static struct text
safe_name_trim(struct text name)
{
	size_t start = 0, end = name.size;

	while (start < end && safe_name_is_edge(name.data[start]))
		start++;
	while (end > start && safe_name_is_edge(name.data[end - 1]))
		end--;
	return text_slice(name, start, end);
}

/* Where the extension begins, its dot included; the size when there is none to be kept. */
static size_t
safe_name_extension(struct text name)
{
	size_t dot = name.size;

	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	if (dot <= 1 || name.size - dot + 1 > SAFE_NAME_EXTENSION_MAX)
		return name.size;
	return dot - 1;
}

struct text
safe_name_file(struct arena *arena, struct text name)
{
	for (size_t i = name.size; i > 0; i--)
		if (name.data[i - 1] == '/' || name.data[i - 1] == '\\') {
			name = text_slice(name, i, name.size);
			break;
		}
	name = safe_name_trim(safe_name_filter(arena, name, '\0'));
	if (name.size == 0)
		return TEXT("attachment");
	size_t dot = safe_name_extension(name);
	struct text extension = text_slice(name, dot, name.size);
	struct text stem = safe_name_cut(text_slice(name, 0, dot), SAFE_NAME_MAX - extension.size);
	if (stem.size == dot)
		return name;
	return arena_format(
	    arena, "%.*s%.*s", TEXT_ARGUMENTS(safe_name_trim(stem)), TEXT_ARGUMENTS(extension));
}
