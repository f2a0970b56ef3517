/*
 * Making Maildirs and Maildir++ folders, their quota, and the list of shared Maildirs. Everything is on
 * disk when a call returns true, and what a failed call made is gone.
 */
#ifndef HANDLE_COMPAT_MAILDIR_MAKING_H
#define HANDLE_COMPAT_MAILDIR_MAKING_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Who may use it. The mark of a folder, the file maildirfolder, is always the owner's. */
struct maildir_modes {
	mode_t top;   /* of the Maildir, or of the folder */
	mode_t parts; /* of tmp, new and cur */
};

/* Only the owner: 0700. */
extern const struct maildir_modes maildir_making_own;

/* The Maildir, which must not be there (errno EEXIST), in a directory that is. */
bool maildir_making_create(struct arena *arena, const char *maildir,
    const struct maildir_modes *modes, struct error *error);

/* The folder ".NAME" in a Maildir; `name` as the directory has it. */
bool maildir_making_create_folder(struct arena *arena, const char *maildir, struct text name,
    const struct maildir_modes *modes, struct error *error);
/* From UTF-8 to the name that the directory has, as IMAP servers write it. */
bool maildir_making_encode(
    struct arena *arena, struct text utf8, struct text *name_out, struct error *error);

/* The directory, and those above it that are missing, 0700. */
bool maildir_making_provide_parents(struct arena *arena, const char *maildir, struct error *error);

/* A quota ("5000000S,1000C") for a Maildir that is there; what it holds is counted. */
bool maildir_making_limit(
    struct arena *arena, const char *maildir, struct text quota, struct error *error);

/* Names in the file shared-maildirs; errno EEXIST: the name is there, ENOENT: it is not. */
bool maildir_making_share(struct arena *arena, const char *maildir, struct text name,
    struct text path, struct error *error);
bool maildir_making_unshare(
    struct arena *arena, const char *maildir, struct text name, struct error *error);

#endif
