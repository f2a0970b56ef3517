/*
 * Charsets to UTF-8 (RFC 2978 names and those met in the wild). US-ASCII, UTF-8, ISO-8859-1 and
 * windows-1252 are read here; all others by iconv(3), which is opened when their first byte is read.
 *
 * How it reads (doc/tolerance.md): ISO-8859-1 is windows-1252, gb2312 is gb18030, and so on, as
 * mail programs and browsers do. Bytes that mean nothing in the charset become U+FFFD, one for each
 * sequence that cannot be continued, and are counted; the rest is read on. US-ASCII, no charset and
 * an unknown one are read by the "guess": what is valid UTF-8 is UTF-8, any other byte is
 * windows-1252. A byte order mark at the beginning is left out. Output is always valid UTF-8.
 */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum charset_kind {
	CHARSET_GUESS, /* US-ASCII or none named */
	CHARSET_UTF_8,
	CHARSET_WINDOWS_1252, /* ISO-8859-1 too */
	CHARSET_HZ,           /* RFC 1843: over iconv */
	CHARSET_ICONV,
	CHARSET_UNKNOWN, /* named, but nobody knows it: read as CHARSET_GUESS */
};

enum { CHARSET_NAME_SIZE = 40 };

struct charset {
	enum charset_kind kind;
	/* For iconv: NUL-terminated, only letters, digits and "-_.:+()". */
	char name[CHARSET_NAME_SIZE];
};

/* Never fails. Case, blanks, quotes and an RFC 2231 "*language" are ignored. Whether iconv knows the
 * name is found when it is opened. */
struct charset charset_parse(struct text name);
bool charset_is_equal(const struct charset *a, const struct charset *b);

enum { CHARSET_HELD_MAX = 32, CHARSET_OUT_MIN = 64 };

struct charset_decoder {
	struct charset charset;
	bool is_unknown;      /* no such charset: read by guess */
	uint64_t undecodable; /* U+FFFD written for bytes that mean nothing */
	uint64_t guessed;     /* bytes of no valid UTF-8 that were read as windows-1252 by guess */
	/* From here on: the decoder's own. */
	void *conversion; /* iconv_t, or NULL: not open */
	size_t unit;      /* bytes to skip where iconv cannot read on */
	bool is_bytewise; /* iconv gets byte after byte */
	bool has_order;   /* UTF-16: its first unit said which byte comes first */
	bool is_begun;    /* some output was made, or a byte order mark left out */
	bool is_flushed;
	bool in_double; /* HZ: between "~{" and "~}" */
	bool in_tilde;  /* HZ: behind "~" */
	bool in_pair;   /* HZ: behind the first byte of a character */
	size_t held_size;
	unsigned char held[CHARSET_HELD_MAX]; /* the beginning of a sequence */
};

void charset_decoder_init(struct charset_decoder *decoder, const struct charset *charset);
/* Closes iconv. */
void charset_decoder_clear(struct charset_decoder *decoder);
/* For another text in the same charset: iconv stays open, the counts stay. */
void charset_decoder_restart(struct charset_decoder *decoder);

/*
 * Reads from the front of *input, which then begins behind what was read, and writes at most `size`
 * bytes of UTF-8 to `out`, whole characters only; returns their number. Goes on until the input is
 * used up or `out` is too full for the next character: size is at least CHARSET_OUT_MIN, and with
 * input left a call always makes progress. `is_last`: no more input will come; call until input is
 * empty and 0 is returned. The result does not depend on how the input is cut.
 */
size_t charset_decoder_take(
    struct charset_decoder *decoder, struct text *input, bool is_last, char *out, size_t size);

/* The whole of a short text; false, with nothing appended, when it does not fit. */
bool charset_decoder_append(struct charset_decoder *decoder, struct text input, struct buffer *out);

/* The number of bytes at the front that are valid UTF-8, at memory speed where they are ASCII. */
size_t charset_valid_utf8_size(struct text bytes);

#endif
