/*
 * What is between the brackets of a new Message-ID: the time, the process and chance, "@", this host.
 */
#ifndef HANDLE_COMPAT_FRESH_ID_H
#define HANDLE_COMPAT_FRESH_ID_H

#include "base/arena.h"
#include "base/text.h"

struct text fresh_id_format(struct arena *arena);

#endif
