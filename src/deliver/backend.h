/*
 * One way of laying a message down. A back end is one file that ends in one row; destination.c has
 * the table of the rows. Adding a way is adding a file and a line.
 */
#ifndef DELIVER_BACKEND_H
#define DELIVER_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/settings.h"
#include "filter/engine/host.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/outcome.h"
#include "system/spool.h"

struct mailbox_folder;

/* What a back end needs from the host, as reviewable data. */
enum privilege {
	PRIVILEGE_NONE,      /* touches nothing */
	PRIVILEGE_RECIPIENT, /* the recipient's files */
	PRIVILEGE_EXECUTE,   /* runs a program as the recipient */
};

/* One copy of one message to one destination. All is borrowed for the call. */
struct delivery {
	struct arena *arena;
	const struct settings *settings;
	const struct envelope *envelope;
	const struct message *message;
	/* Holds exactly the message's bytes, so that they need not be written again; NULL for an
	 * edited message. */
	struct spool *spool;
	struct text destination; /* as the rule said it, for reasons and logs */
	enum destination_form form;
	const struct text *arguments; /* DESTINATION_ARGUMENTS: the program first */
	size_t argument_count;
	struct text mailbox_root; /* DESTINATION_MAILBOX: the Maildir that the folder belongs to */
	/* DESTINATION_MAILBOX: the folder, once it is found; else NULL. */
	const struct mailbox_folder *folder;
	/* The part of it that the back end works on: a path, a command, addresses. */
	struct text target;

	/* From the recipient and from the rules' variables. */
	pid_t process;                  /* ours, for unique names; 0: it is asked for */
	const char *user;               /* recipient's login name */
	const char *const *environment; /* for commands */
	struct text shell;              /* for a command in one string */
	struct text sendmail;           /* for forwards */
	struct text flags; /* Maildir flags: letters of D F P R S T, any order, doubles allowed */
	struct text keywords; /* IMAP keywords, commas between; empty: none */
	/* For mail that is moved: the unique name that the message gets in a Maildir, flags not
	 * included (empty: one is made), and when it was received (0: now), in Unix seconds. */
	struct text unique_name;
	int64_t received;
	struct text quota;         /* Maildir++ quota, "5000000S,1000C"; empty: none */
	struct text quota_warning; /* file with the warning message; empty: none */
	unsigned quota_warning_percent;

	/* Called about once a second while a command runs; may be NULL. */
	void (*each_second)(void *self);
	void *each_second_self;

	/* Filled in by the back end. */
	struct text note; /* what the log should say beside the outcome; may be empty */
	/* The file that now holds the message, or the command; for the log. */
	struct text final_place;
};

struct backend {
	const char *name; /* as the log calls it: "maildir" */
	enum privilege privilege;
	/* DONE: the message is safe there, synced, directory included. Otherwise nothing of it is
	 * visible there. */
	struct outcome (*deliver)(struct delivery *delivery);
};

extern const struct backend maildir_backend;
extern const struct backend mbox_backend;
extern const struct backend pipe_command_backend;
extern const struct backend pipe_program_backend;
extern const struct backend forward_backend;
extern const struct backend discard_backend;

#endif
