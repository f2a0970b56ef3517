/*
 * The folder that a rule names as a mail reader shows it (`mailbox "Work/Entwürfe"`): its directory,
 * and making it when it is missing. A new folder is a Maildir, synced, and subscribed before a
 * message can be seen in it, so that a crash never leaves a folder that holds mail and that no mail
 * reader shows; what a crash left half-made is completed by the next delivery.
 */
#ifndef DELIVER_MAILBOX_FOLDER_H
#define DELIVER_MAILBOX_FOLDER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "deliver/backend.h"
#include "deliver/mailbox_name.h"
#include "mail/outcome.h"

struct mailbox_folder {
	struct mailbox_name name;
	struct text shown; /* as the rule has it */
	const char *root;  /* without a slash at the end */
	const char *path;  /* of the folder */
};

/* The folder delivery->destination below delivery->mailbox_root. Looks at nothing. */
bool mailbox_folder_find(
    const struct delivery *delivery, struct mailbox_folder *folder_out, struct error *error);

/*
 * Called when a delivery found something of the folder missing. With the setting mailbox_create the
 * root, the folder and, in the layout fs, the directories between them are made; DONE then. With
 * mailbox_subscribe it is subscribed; that this failed is no reason to keep mail waiting and only
 * said in delivery->note. Without mailbox_create: "later", with what to do.
 */
struct outcome mailbox_folder_provide(
    struct delivery *delivery, const struct mailbox_folder *folder);

#endif
