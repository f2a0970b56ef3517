/*
 * Messages written as an mbox (mboxrd), to a descriptor. A message that comes from an mbox keeps its
 * From_ line and its quoting byte for byte; others get a From_ line with the sender of Return-Path, the
 * date at which they were received, and quoting.
 */
#ifndef HANDLE_MBOX_WRITER_H
#define HANDLE_MBOX_WRITER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "handle/mail_source.h"

struct mbox_writer {
	int descriptor;
	const char *what; /* its name in errors */
	struct buffer buffer;
	char tail[4]; /* the last bytes written */
	size_t tail_size;
};

void mbox_writer_init(struct mbox_writer *writer, int descriptor, const char *what);
/* The item comes from a source that keeps the quoting of mboxes (mail_source_options.keeps_quoting). */
bool mbox_writer_add(struct mbox_writer *writer, const struct mail_item *item, struct error *error);
bool mbox_writer_flush(struct mbox_writer *writer, struct error *error);
void mbox_writer_clear(struct mbox_writer *writer);

#endif
