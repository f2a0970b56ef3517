/*
 * What bytes really are, by libmagic: the only file that sees magic.h. The library and its database
 * are opened when the first type is asked for, once a process; rules that never ask pay nothing. Bounds
 * are set lower than libmagic's own (doc/decisions/true-types.md), and at most SNIFF_BYTES are given to it.
 */
#ifndef FILTER_ENGINE_SNIFF_H
#define FILTER_ENGINE_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { SNIFF_BYTES = 65536 };

struct sniffer;

/* Costs nothing yet. The arena holds what is remembered; to be closed. */
struct sniffer *sniffer_new(struct arena *arena);
/*
 * The MIME type of something that begins with these bytes, lower case, "application/x-dosexec";
 * "application/x-empty" for nothing. False when the library or its database cannot be used: the question
 * has no answer, error says what to install.
 */
bool sniff_type(struct sniffer *sniffer, struct arena *arena, struct text head,
    struct text *type_out, struct error *error);
void sniffer_close(struct sniffer *sniffer);

#endif
