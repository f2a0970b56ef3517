/*
 * The settings of Culver as one value that is handed down; there are no globals. settings.c has the
 * one table: name, type, default, limits, help. culver.conf(5) documents every row; a test compares
 * the two. Texts need not end in a NUL; none holds a NUL, another control byte or invalid UTF-8.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum quota_policy { QUOTA_POLICY_LATER, QUOTA_POLICY_NEVER };
enum rules_error_policy { RULES_ERROR_LATER, RULES_ERROR_DEFAULT_MAILBOX };
/* Which bits of a rules file or home make it unsafe. */
enum rules_safety { RULES_SAFETY_OWNER_ONLY, RULES_SAFETY_NOT_WORLD_WRITABLE };
enum log_target { LOG_TARGET_SYSLOG, LOG_TARGET_FILE, LOG_TARGET_OFF };
enum dot_lock_policy { DOT_LOCK_TRY, DOT_LOCK_REQUIRED, DOT_LOCK_OFF };
/* What a question of the rules without an answer counts as; see enum verdict in the filter. */
enum undecided_verdict { UNDECIDED_LATER, UNDECIDED_OPEN, UNDECIDED_CLOSED };
enum report_stream { REPORT_STDERR, REPORT_STDOUT };
/* How a Maildir keeps IMAP keywords. */
enum keywords_layout {
	KEYWORDS_LAYOUT_AUTO, /* as Courier where the Maildir has its directory, else as Dovecot */
	KEYWORDS_LAYOUT_DOVECOT,
	KEYWORDS_LAYOUT_COURIER,
	KEYWORDS_LAYOUT_OFF,
};
/* From a folder's name to its directory. */
enum mailbox_layout {
	MAILBOX_LAYOUT_MAILDIR, /* Maildir++: all folders in the root, ".Work.Projects" */
	MAILBOX_LAYOUT_FS,      /* a directory for each level, "Work/Projects" */
};
enum mailbox_encoding { MAILBOX_ENCODING_UTF7, MAILBOX_ENCODING_UTF8 };

struct settings {
	/* Where mail goes that no rule placed. $HOME, $LOGNAME (or $USER) and a leading ~/ are
	 * replaced. */
	struct text default_mailbox;
	struct text system_rules; /* run before the user's; absolute; empty or missing: none */
	struct text user_rules;   /* relative to the home; empty or missing: none */
	struct text maildroprcs;  /* a directory of the administrator's: what rules include from it
				    may act in embedded mode; absolute; empty: none */
	enum rules_safety rules_safety;
	enum rules_error_policy rules_error;
	/* A pattern at its limit of work; a text that cannot be decoded; a command out of time. */
	enum undecided_verdict pattern_limit_verdict, undecodable_verdict, command_timeout_verdict;
	bool create_folders; /* a missing Maildir or Maildir++ folder is created on delivery */

	struct text mailbox_root; /* of the folders that `mailbox` names; empty: the default mailbox
				     where that is a Maildir, else ~/Maildir */
	enum mailbox_layout mailbox_layout;
	enum mailbox_encoding mailbox_encoding;
	bool mailbox_create;    /* a missing folder is created */
	bool mailbox_subscribe; /* and subscribed then */
	enum keywords_layout keywords_layout;

	enum quota_policy quota_exceeded;

	enum dot_lock_policy dot_lock;
	uint64_t lock_timeout;     /* seconds to wait for a mailbox lock */
	uint64_t lock_retry;       /* milliseconds between tries of a dot-lock */
	uint64_t lock_stale_after; /* seconds */

	uint64_t time_limit;    /* seconds for the whole run */
	uint64_t command_limit; /* seconds for one command */
	uint64_t pattern_limit; /* PCRE2 match limit for one pattern on one line */

	struct text recipient_delimiter; /* bytes that begin a subaddress, each of them */

	struct text shell;
	struct text sendmail;
	struct text path; /* PATH of commands */
	uint64_t umask;
	struct text hostname; /* in Maildir file names; empty: the system's */

	enum log_target log;
	struct text log_file;      /* of the host */
	struct text log_user_file; /* where the process cannot write the host's; relative to the
				      home, or "~/..." */
	enum report_stream report; /* where the one line for the MTA goes */
};

/* Where the value in force comes from. */
enum setting_origin { SETTING_DEFAULT, SETTING_FILE, SETTING_OPTION };

struct setting_view {
	const char *name;
	const char *help;    /* one line */
	const char *allowed; /* "a duration from 0s to 1d (...)" */
	struct text value; /* as it was written, without quotes; settings_file_format() adds them */
	struct text default_value; /* the same */
	enum setting_origin origin;
	const char *file; /* for SETTING_FILE, else NULL */
	unsigned line;    /* in the file */
};

/* SYSCONFDIR/culver.conf */
extern const char settings_default_path[];
enum { SETTINGS_FILE_MAX = 1024 * 1024, SETTINGS_ALLOWED_SIZE = 160 };

struct settings_source; /* the settings, and where each comes from */

/* All defaults. */
struct settings_source *settings_new(struct arena *arena);
const struct settings *settings_values(const struct settings_source *source);

/* settings_set() with "NAME=VALUE". */
bool settings_set_pair(struct settings_source *source, const char *pair, struct error *error);

/*
 * Sets one by name, from an option; in the name a dash stands for an underscore too. What an option
 * has set, no file changes, whichever comes first. The error says what is allowed and, for an
 * unknown name, the nearest one.
 */
bool settings_set(
    struct settings_source *source, struct text name, struct text value, struct error *error);

/*
 * Reads a file: "name = value" lines, # comments, values bare or in double quotes. Every error is
 * "file:line:column: what, and what to do"; the first one ends the reading and nothing of the file
 * is in force. A file that does not exist is no error unless `required`. Larger than
 * SETTINGS_FILE_MAX: ERROR_LIMIT.
 */
bool settings_read_file(
    struct settings_source *source, const char *path, bool required, struct error *error);
/* The same from bytes in memory, which must outlive the source. `path` names them in errors. */
bool settings_read_bytes(
    struct settings_source *source, const char *path, struct text bytes, struct error *error);

/* Row number `index` of the table, in the order of the manual; false behind the last. */
bool settings_view(const struct settings_source *source, struct arena *arena, size_t index,
    struct setting_view *view_out);

#endif
