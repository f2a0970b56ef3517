/*
 * Maildir and Maildir++ directories: what is missing, and making it when the admin allows that.
 */
#ifndef DELIVER_MAILDIR_FOLDER_H
#define DELIVER_MAILDIR_FOLDER_H

#include <stdbool.h>

#include "base/arena.h"
#include "mail/outcome.h"

/*
 * Called when a delivery found something of the Maildir missing. With `create` the directory, its
 * tmp/, new/ and cur/ and, for a Maildir++ folder (a name that begins with a dot inside a Maildir),
 * its "maildirfolder" file are made and synced; DONE then. The parent directory must exist: a
 * mistyped path never grows a tree. Without `create` the outcome is "later" and says what to do.
 */
struct outcome maildir_folder_provide(struct arena *arena, const char *maildir, bool create);

#endif
