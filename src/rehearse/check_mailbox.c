/*
 * Names of folders; see check_mailbox.h. The settings say how a name becomes a directory.
 */
#include "rehearse/check_mailbox.h"

#include <sys/stat.h>

#include "agent/rules_environment.h"
#include "config/settings.h"
#include "deliver/destination.h"
#include "deliver/mailbox_name.h"
#include "system/user.h"

static bool
check_mailbox_asks_name(struct text pattern)
{
	return text_find(pattern, 0, TEXT("$LOGNAME")) < pattern.size ||
	       text_find(pattern, 0, TEXT("$USER")) < pattern.size;
}

/* The directory of the folder when it is known; NULL: it is not. */
static const char *
check_mailbox_path(const struct check *check, const struct mailbox_name *name)
{
	const struct settings *settings = check->settings;
	struct text pattern = settings->mailbox_root;

	if (check->user == NULL)
		return NULL;
	bool is_set = pattern.size > 0;
	if (!is_set)
		pattern = settings->default_mailbox;
	bool is_known = check->user->name[0] != '\0' || !check_mailbox_asks_name(pattern);
	if (is_set && !is_known)
		return NULL;
	struct text root = rules_environment_default_mailbox(check->arena, pattern, check->user);
	if (!is_set && (!is_known || !destination_is_maildir(check->arena, root)))
		root = TEXT("Maildir");
	if (!text_has_prefix(root, TEXT("/")))
		root =
		    arena_format(check->arena, "%s/%.*s", check->user->home, TEXT_ARGUMENTS(root));
	return arena_copy_string(
	    check->arena, mailbox_name_path(check->arena, name, name->level_count, root));
}

void
check_mailbox(const struct check *check, struct text name, uint32_t offset, uint32_t size,
    struct diagnostics *diagnostics)
{
	const struct settings *settings = check->settings;
	struct mailbox_name parsed;
	struct diagnostic *added;
	struct error error;
	struct stat status;

	if (settings == NULL)
		return;
	if (!mailbox_name_parse(check->arena, name, settings->mailbox_layout,
		settings->mailbox_encoding, &parsed, &error)) {
		diagnostics_add(diagnostics, DIAGNOSTIC_MAILBOX_NAME, offset, size,
		    "there can be no such folder, and mail for it is deferred: %s", error.text);
		return;
	}
	const char *path = settings->mailbox_create ? NULL : check_mailbox_path(check, &parsed);
	if (path == NULL || stat(path, &status) == 0)
		return;
	added = diagnostics_add(diagnostics, DIAGNOSTIC_MISSING_FOLDER, offset, size,
	    "%.*s: there is no such folder, and the setting mailbox_create is no: mail for it is "
	    "deferred",
	    TEXT_ARGUMENTS(name));
	diagnostic_advise(diagnostics, added, "create it: maildirmake %s", path);
}
