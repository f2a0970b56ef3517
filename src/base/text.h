/*
 * Borrowed bytes: a pointer and a size. The bytes belong to somebody else and may hold anything,
 * NUL included; nothing here looks for a terminator. A text is copied by value and is valid as long
 * as the memory it points into. The empty text may have a NULL pointer.
 *
 * What lexers and matchers ask of every byte is defined here, so that it costs no call.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *data;
	size_t size; /* bytes */
};

/* A text made from a string literal. */
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
/* The two arguments of a "%.*s" conversion; the text must be shorter than INT_MAX. */
#define TEXT_ARGUMENTS(t) ((int)(t).size), ((t).data != NULL ? (t).data : "")

/* A view of a NUL-terminated string; NULL gives the empty text. */
struct text text_from_string(const char *string);

/* Bytes [from, to) of a text; positions past the end are cut to it. */
static inline struct text
text_slice(struct text whole, size_t from, size_t to)
{
	if (to > whole.size)
		to = whole.size;
	if (from > to)
		from = to;
	if (whole.data == NULL)
		return (struct text){NULL, 0};
	return (struct text){whole.data + from, to - from};
}

static inline bool
text_is_equal(struct text a, struct text b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Equal when ASCII letters are compared without case; no other byte is folded. */
bool text_is_equal_nocase(struct text a, struct text b);
bool text_has_prefix(struct text whole, struct text prefix);
bool text_has_prefix_nocase(struct text whole, struct text prefix);
bool text_has_suffix(struct text whole, struct text suffix);

/* Order as memcmp has it, the shorter first when one is the beginning of the other: <0, 0, >0. */
int text_compare(struct text a, struct text b);

/* No byte above 127. Looks at eight bytes at a time. */
bool text_is_ascii(struct text bytes);

/* Position of the first such byte at or after `from`, or the text's size when there is none. */
static inline size_t
text_find_byte(struct text whole, size_t from, char byte)
{
	if (from >= whole.size)
		return whole.size;
	const char *found = memchr(whole.data + from, byte, whole.size - from);
	return found == NULL ? whole.size : (size_t)(found - whole.data);
}

/* Position of the first such run of bytes at or after `from`, or the text's size when there is
 * none. */
size_t text_find(struct text whole, size_t from, struct text wanted);

/* Without leading and trailing blanks, tabs, CR and LF. */
struct text text_trim(struct text whole);

/*
 * Takes the bytes up to the separator from the front of *rest and returns them; *rest then begins
 * after the separator. Without a separator all of *rest is returned and *rest becomes empty.
 */
struct text text_split(struct text *rest, char separator);

/* ASCII only, independent of the locale. White space is blank, tab, CR, LF, VT and FF. */
static inline bool
text_is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static inline bool
text_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool
text_is_alpha(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static inline char
text_lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

static inline char
text_upper(char byte)
{
	return byte >= 'a' && byte <= 'z' ? (char)(byte - ('a' - 'A')) : byte;
}

/* 0 to 15; -1: no hexadecimal digit. */
static inline int
text_hex_value(char digit)
{
	if (text_is_digit(digit))
		return digit - '0';
	digit = text_lower(digit);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

#endif
