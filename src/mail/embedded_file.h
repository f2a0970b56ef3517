/*
 * Files inside of plain text, as they were sent before MIME and still are: uuencode ("begin MODE
 * NAME" ... "end") and yEnc ("=ybegin line=128 size=N name=NAME", "=ypart", "=yend"). Found in one pass
 * over the lines; the caller decodes what it wants, piece by piece.
 */
#ifndef MAIL_EMBEDDED_FILE_H
#define MAIL_EMBEDDED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum embedded_coding { EMBEDDED_UUENCODE, EMBEDDED_YENC };

struct embedded_file {
	enum embedded_coding coding;
	struct text name;    /* as written: any bytes */
	struct text bytes;   /* all lines, "begin" and "end" included */
	struct text content; /* the lines between */
	uint64_t size;       /* yEnc: of the whole file, as it was announced; else 0 */
	bool
	    is_stuffed; /* yEnc: dots at the beginning of lines are still doubled, as in transport */
	bool malformed; /* no end, lines that cannot be data, a wrong size or checksum line */
};

/* Finds the next file at or behind *position and moves *position behind it; false: none is left.
 * A "begin" line that no data line follows begins no file. One of yEnc is decoded once or twice, for its
 * size and checksum; the whole walk takes time that grows with the text. */
bool embedded_file_next(struct text text, size_t *position, struct embedded_file *file_out);

/* Decodes the content; as transfer_decoder_take(). */
struct embedded_decoder {
	enum embedded_coding coding;
	bool malformed, is_stuffed;
	unsigned state;
	size_t held_size;
	char held[128];
};
enum { EMBEDDED_OUT_MIN = 2048 };
void embedded_decoder_init(struct embedded_decoder *decoder, const struct embedded_file *file);
size_t embedded_decoder_take(
    struct embedded_decoder *decoder, struct text *input, bool is_last, char *out, size_t size);

#endif
