/*
 * Encoded words in header fields (RFC 2047, with the language of RFC 2231, section 5), read and
 * written.
 *
 * How odd ones read (doc/tolerance.md): words of any length, inside of other words, of quoted
 * strings and of comments are decoded; blanks in a word belong to its text; a word without its "?="
 * ends at the next word, else at the next blank; base64 with missing padding or noise gives what it
 * has; a charset that nobody knows is read by guess (mail/charset.h). Adjacent words lose the
 * blanks between them, and words of one charset are converted together, so that a character may be
 * cut by them. What is not an encoded word stays as it is written. Bytes outside of words that are
 * not ASCII are read by guess too: valid UTF-8 stays, others are windows-1252.
 *
 * CR, LF and NUL that come out of a word become a blank: nothing decoded can pass for a header line.
 */
#ifndef MAIL_ENCODED_WORD_H
#define MAIL_ENCODED_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* Different charsets that are opened for one body; words in further ones are read by guess. */
enum { ENCODED_WORD_CHARSETS_MAX = 8 };

struct encoded_word_facts {
	bool malformed;       /* an odd word was read, or text that only looks like one stayed */
	bool unknown_charset; /* a word was read by guess */
	uint64_t undecodable; /* bytes that became U+FFFD */
	uint64_t guessed;     /* bytes outside of UTF-8 that were read as windows-1252 */
};

/* May the body hold an encoded word ("=?")? Cheap; most bodies do not. */
bool encoded_word_is_present(struct text body);

/* Is there nothing to decode: no encoded word, and all bytes valid UTF-8? Then the body can be used
 * as it stands. */
bool encoded_word_is_plain(struct text body);

/*
 * Appends the body decoded; always valid UTF-8. The body may be raw (its line ends stay where they
 * do not stand between two words) or unfolded. Facts are added to what *facts holds; it may be NULL.
 * False, with nothing appended, when it does not fit.
 */
bool encoded_word_decode(struct text body, struct buffer *out, struct encoded_word_facts *facts);

/*
 * Appends a value of an unstructured field (or a phrase) for a header: ASCII as it stands; else the
 * words from the first to the last one that are not ASCII as encoded words of at most 75 characters
 * in UTF-8 (B or Q, the shorter), folded by LF and a blank so that lines with them hold at most 76.
 * `column`: characters that stand on the line already ("Subject: " are 9). Bytes that are not UTF-8
 * are read by guess; CR, LF and NUL become a blank; text that looks like an encoded word is encoded.
 * False, with nothing appended, when it does not fit.
 */
bool encoded_word_append(struct buffer *out, struct text value, size_t column);

/* The same, but all of the value becomes encoded words, ASCII too. */
bool encoded_word_append_whole(struct buffer *out, struct text value, size_t column);

#endif
