/*
 * The text of a MIME leaf (or of a message without parts) as its reader sees it: the body, its
 * transfer encoding decoded, its charset converted to UTF-8, piece by piece. Private memory is about
 * PART_TEXT_MEMORY bytes, whatever the size of the body is. Line ends stay as they are.
 *
 * Every body has a text: what is malformed, undecodable or of an unknown charset is read as
 * mail/transfer_encoding.h and mail/charset.h say, and is a fact that the caller can ask for.
 */
#ifndef MAIL_PART_TEXT_H
#define MAIL_PART_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/transfer_encoding.h"

enum { PART_TEXT_MEMORY = 65536, PART_TEXT_READ_MIN = 256 };

/* How a body is written. The zero value: as it stands, no charset named. */
struct part_text_form {
	enum transfer_encoding encoding;
	bool unknown_encoding; /* read as identity */
	struct charset charset;
};

/* From the part's header block: its first Content-Transfer-Encoding and Content-Type among the first
 * `fields` fields. (Whether MIME-Version is asked for is the caller's: then the zero value.) */
struct part_text_form part_text_form_parse(struct text header_block, size_t fields);

struct part_text_facts {
	bool malformed;        /* the transfer encoding was */
	bool unknown_encoding; /* nobody knows it: the bytes were read as they stand */
	bool unknown_charset;  /* nobody knows it: read by guess */
	bool truncated;        /* the output reached its bound: there may be more */
	uint64_t undecodable;  /* bytes that became U+FFFD */
	uint64_t guessed;      /* bytes outside of UTF-8 that were read as windows-1252 by guess */
};

struct part_text;

/*
 * Begins to read. The arena holds the private memory, the body must outlive it; `maximum` bounds
 * the output (and no body gives more than eight times its size and 64 bytes). To be closed. Costs
 * nothing that depends on the body's size; buffers are made by the first read.
 */
struct part_text *part_text_open(
    struct arena *arena, const struct part_text_form *form, struct text body, uint64_t maximum);

/* Can the body itself be used without a copy: not encoded, at most `maximum` bytes, and valid UTF-8
 * that claims to be nothing else? Looks at all bytes, once, at memory speed. */
bool part_text_is_plain(struct part_text *part);

/* Writes the next piece, valid UTF-8 in whole characters; 0 at the end. size: at least
 * PART_TEXT_READ_MIN. */
size_t part_text_read(struct part_text *part, char *out, size_t size);

/* Of what was read so far. */
struct part_text_facts part_text_facts(const struct part_text *part);

/* Gives back what does not live in the arena. */
void part_text_close(struct part_text *part);

#endif
