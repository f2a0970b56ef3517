/*
 * The recipients that a delivery report (RFC 3464) tells about, and what became of each.
 */
#ifndef HANDLE_COMPAT_DELIVERY_REPORT_H
#define HANDLE_COMPAT_DELIVERY_REPORT_H

#include "handle/compat/section.h"

/* "failed a@example.com", one a line. `original`: the address that the sender wrote, where it is told.
 * False: the message is no such report. */
bool delivery_report_write(
    struct arena *arena, const struct mime_tree *tree, bool original, struct message_sink *sink);

#endif
