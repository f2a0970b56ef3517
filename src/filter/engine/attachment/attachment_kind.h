/*
 * The kinds of things that types and file extensions stand for: the table that the classes of
 * attachments (attachment_class.h) and their mismatches (attachment_match.h) are made from. A word
 * that the table does not know has no kind, and nothing is concluded from it.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_KIND_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_KIND_H

#include "base/text.h"

enum {
	KIND_TEXT = 1 << 0,       /* shown as it stands */
	KIND_MARKUP = 1 << 1,     /* HTML, XML: shown or run by a browser */
	KIND_SCRIPT = 1 << 2,     /* run by an interpreter when it is opened */
	KIND_EXECUTABLE = 1 << 3, /* run by the system, an installer or a virtual machine */
	KIND_SHORTCUT = 1 << 4,   /* a file that names what is to be run */
	KIND_IMAGE = 1 << 5,
	KIND_AUDIO = 1 << 6,
	KIND_VIDEO = 1 << 7,
	KIND_PDF = 1 << 8, /* and PostScript */
	KIND_RTF = 1 << 9,
	KIND_OLE = 1 << 10,        /* Office until 2003, and whatever else is an OLE file */
	KIND_OFFICE_ZIP = 1 << 11, /* Office since 2007, OpenDocument, e-books: zip inside */
	KIND_ZIP = 1 << 12,
	KIND_ARCHIVE = 1 << 13, /* other archives, compressed files, disk images */
	KIND_MESSAGE = 1 << 14,
	KIND_CRYPTO = 1 << 15, /* signatures, keys, encrypted data */
	KIND_FONT = 1 << 16,
	KIND_DOCUMENT = 1 << 17, /* a document by name, of no kind above: OneNote, WordPerfect */
	KIND_MACRO = 1 << 18,    /* a document whose name says that macros are in it */
};

struct attachment_kind {
	unsigned is;  /* what a thing with that word is: one kind, or with KIND_MACRO; 0: unknown */
	unsigned may; /* what its bytes may be without a contradiction, `is` counted */
};

/* Lower case; "application/pdf". Of types that say nothing ("application/octet-stream"): unknown. */
struct attachment_kind attachment_kind_of_type(struct text type);
/* Lower case, without a dot. */
struct attachment_kind attachment_kind_of_extension(struct text extension);
/* "an executable", "text": for sentences. Of several kinds the most dangerous. */
const char *attachment_kind_describe(unsigned kinds);

#endif
