/*
 * Where `culver mail` takes messages from: standard input, files, mboxes and Maildirs, told apart by
 * what they are. One message after the other, mapped and never copied where it lies in a file; an mbox
 * of any size takes constant private memory.
 */
#ifndef HANDLE_MAIL_SOURCE_H
#define HANDLE_MAIL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum mail_source_kind {
	MAIL_SOURCE_AUTOMATIC, /* a directory with cur and new is a Maildir; bytes that begin with a From_
				  line are an mbox, as are no bytes at all: one without messages; all
				  else is one message */
	MAIL_SOURCE_MESSAGE,
	MAIL_SOURCE_MBOX,
	MAIL_SOURCE_MAILDIR,
};

/* What separates messages in an mbox. */
enum from_rule {
	FROM_STRICT, /* "From ", an address and a date as asctime(3) writes it; in front of it an empty
			 line or nothing */
	FROM_DATED,   /* the same without the empty line: as mail readers have it */
	FROM_LENIENT, /* any line that begins with "From " */
};

struct mail_source_options {
	enum mail_source_kind kind;
	enum from_rule from_rule;
	bool keeps_quoting; /* ">From " stays as it is */
	uint64_t maximum;   /* bytes of a message from standard input; 0: no bound but the disk's */
};

/* One message. Texts live until the next is asked for, or the source is closed. */
struct mail_item {
	struct text bytes;     /* without what an mbox adds */
	struct text from_line; /* with its line end; or empty */
	struct text raw;       /* in an mbox: all of its bytes as they stand; else as `bytes` */
	struct text place;     /* how it is called: the file, "mbox:17", "-" */
	const char *path;      /* of its file; NULL: standard input */
	enum mail_source_kind kind; /* of what it came from; never automatic */
	uint64_t number;            /* in its source, from 1 */
	uint64_t offset, size; /* in an mbox: where its From_ line begins, and all of its bytes */
	struct text flags;     /* of a Maildir's file name */
	bool is_new;           /* in a Maildir's new */
	bool is_last;          /* its source has no other behind it, as far as is known */
};

struct mail_source;

/* `paths` of `count` 0: standard input; "-" names it, too. Looks at nothing yet; to be closed. */
struct mail_source *mail_source_open(struct arena *arena, const char *const *paths, size_t count,
    const struct mail_source_options *options);
/* False at the end, or when a source cannot be read: then error->text is not empty, and asking again
 * goes on with the next source. */
bool mail_source_next(struct mail_source *source, struct mail_item *item_out, struct error *error);
/*
 * Is the last item still what it was? Another process may cut a file that is mapped: what is missing
 * then reads as NUL bytes. For whoever writes it somewhere, to be asked before that becomes final;
 * mail_source_next() reports it, too.
 */
bool mail_source_is_whole(const struct mail_source *source);
/* Bytes done and bytes in all, as far as known (0: not known): for a progress bar. */
void mail_source_progress(const struct mail_source *source, uint64_t *done_out, uint64_t *all_out);
void mail_source_close(struct mail_source *source);

#endif
