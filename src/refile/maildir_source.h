/*
 * The messages of one Maildir, judged and moved. Names are collected before the first is touched (at
 * most REFILE_NAMES_MAX), since a directory that is renamed in while it is read may show a name twice
 * or never. A message whose flags a mail reader changes meanwhile is found again by its unique name;
 * one that is gone is left alone.
 */
#ifndef REFILE_MAILDIR_SOURCE_H
#define REFILE_MAILDIR_SOURCE_H

#include "refile/refile_session.h"

/* `path` is absolute, `shown` what the user called it. */
void maildir_source_refile(struct refile_session *session, const char *path, struct text shown);

#endif
