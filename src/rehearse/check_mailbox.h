/*
 * Folders that rules name as mail readers show them: `mailbox "Work/Entwürfe"`. Whether such a name
 * can be, and, where nothing would make it, whether the folder is there.
 */
#ifndef REHEARSE_CHECK_MAILBOX_H
#define REHEARSE_CHECK_MAILBOX_H

#include "base/text.h"
#include "rehearse/check.h"

/* The name stands in these bytes of the source. */
void check_mailbox(const struct check *check, struct text name, uint32_t offset, uint32_t size,
    struct diagnostics *diagnostics);

#endif
