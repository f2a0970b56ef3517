/*
 * What bytes really are, by libmagic: the only file that sees magic.h. The library and its database
 * are opened when the first type is asked for, once a sniffer; rules that never ask pay nothing.
 * Bounds are set lower than libmagic's own, checks that are dangerous or only guess are off
 * (doc/decisions/true-types.md), and at most SNIFF_BYTES are given to it.
 *
 * Names do not depend on the version of the database: where libmagic has had several for one thing, the
 * oldest is given ("application/x-dosexec"). What it has no type for and mail brings is known by its first
 * bytes here: OLE files, OneNote, CHM, DEX, sloppy RTF.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_SNIFF_H
#define FILTER_ENGINE_ATTACHMENT_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { SNIFF_BYTES = 65536 };

struct sniffer;

/* Costs nothing yet. It lives in the arena; to be closed. */
struct sniffer *sniff_new(struct arena *arena);
/*
 * The MIME type of something that begins with these bytes, lower case, "application/x-dosexec";
 * "application/x-empty" for nothing, "application/octet-stream" for what nobody knows or libmagic
 * stumbles over. False when the library or its database cannot be used: the question has no answer,
 * error says what to install.
 */
bool sniff_type(struct sniffer *sniffer, struct arena *arena, struct text head,
    struct text *type_out, struct error *error);
void sniff_close(struct sniffer *sniffer);

#endif
