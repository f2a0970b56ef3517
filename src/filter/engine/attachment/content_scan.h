/*
 * What the bytes of a document hide from a look at their beginning, in one pass and constant memory: the
 * directory names of an OLE compound file (MS-CFB: which program wrote it, macros, encryption), the
 * names of a PDF (/Encrypt, /JavaScript), the control words of RTF (objects). No structure is
 * followed, so that none can lead astray: what is looked for is found wherever it stands.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_CONTENT_SCAN_H
#define FILTER_ENGINE_ATTACHMENT_CONTENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum content_kind { CONTENT_OTHER, CONTENT_OLE, CONTENT_PDF, CONTENT_RTF };
enum { CONTENT_ENTRY_SIZE = 128, CONTENT_WORD_MAX = 48 };

struct content_scan {
	enum content_kind kind;
	bool has_macro;    /* macros, a script, an object that can be run */
	bool is_encrypted; /* the document as a whole */
	const char *type;  /* of an OLE file, when it is known: "application/msword"; or NULL */
	size_t held_size;  /* from here on its own */
	char held[CONTENT_ENTRY_SIZE];
	size_t word_size; /* of a PDF name or RTF control word that goes on */
	char word[CONTENT_WORD_MAX];
	bool is_in_word;
};

/* By the first bytes: at least 16, or all there are. */
void content_scan_init(struct content_scan *scan, struct text head);
/* All bytes in order, the head too, in pieces of any size; the end is an empty piece. Of
 * CONTENT_OTHER nothing needs to be taken. */
void content_scan_take(struct content_scan *scan, struct text piece);

#endif
