/*
 * culver as deliverquota: a message from standard input into a Maildir with a quota.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "deliver/quota.h"
#include "handle/compat/quota_delivery.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_DELIVERQUOTA_ARENA_SIZE = 32 * 1024, COMPAT_DELIVERQUOTA_PERCENT_MAX = 100 };

static const char compat_deliverquota_help[] =
    "usage: deliverquota [-c] [-w PERCENT] [-W FILE] MAILDIR [QUOTA] < message\n"
    "\n"
    "This is culver, called as deliverquota; see culver-compat(7). culver-deliver does the same "
    "with\n"
    "rules, an envelope and a log.\n"
    "\n"
    "  -c          make the Maildir, and the directories above it, where they are missing\n"
    "  -w PERCENT  warn the user, once a day, of a Maildir that is fuller than that\n"
    "  -W FILE     the warning; else /etc/quotawarnmsg\n"
    "  -h          this text\n"
    "\n"
    "Exit status: 0 delivered, and on disk; 77 over quota; 75 anything else: try again later.\n";

/* Doubt is "later": an MTA keeps the message until the call is mended. */
static int
compat_deliverquota_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "deliverquota: %s%s%s; \"deliverquota -h\" shows the options, and culver-deliver "
	    "has more\n",
	    what, *argument != '\0' ? " " : "", argument);
	return EX_TEMPFAIL;
}

/* The options; *next_out: what stands behind them. */
static int
compat_deliverquota_take(struct quota_delivery *delivery, char **next, char ***next_out)
{
	uint64_t percent;

	for (; *next != NULL && **next == '-'; next++) {
		char option = (*next)[1];
		if (strcmp(*next, "-c") == 0) {
			delivery->makes_parents = true;
			continue;
		}
		if (option != 'w' && option != 'W')
			return compat_deliverquota_refuse("unknown option", *next);
		const char *value = *next + 2;
		if (*value == '\0' && next[1] != NULL)
			value = *++next;
		if (option == 'W')
			delivery->warning_file = value;
		else if (number_parse_unsigned(
			     text_from_string(value), COMPAT_DELIVERQUOTA_PERCENT_MAX, &percent))
			delivery->warning_percent = (unsigned)percent;
		else
			return compat_deliverquota_refuse("-w takes a percentage, not", value);
	}
	*next_out = next;
	return EX_OK;
}

/* Messages have the modes that the caller's umask leaves. */
static bool
compat_deliverquota_set(struct arena *arena, struct quota_delivery *delivery, struct error *error)
{
	struct settings_source *settings = settings_new(arena);
	mode_t mask = umask(0);

	umask(mask);
	delivery->settings = settings_values(settings);
	return settings_set(settings, TEXT("quota_exceeded"), TEXT("never"), error) &&
	       settings_set(settings, TEXT("umask"),
		   arena_format(arena, "%03o", (unsigned)mask & 0777), error) &&
	       (!delivery->makes_parents ||
		   settings_set(settings, TEXT("create_folders"), TEXT("yes"), error));
}

int
compat_name_deliverquota(int count, char **arguments)
{
	char first[COMPAT_DELIVERQUOTA_ARENA_SIZE];
	struct arena arena;
	struct error error = {.kind = ERROR_NONE};
	struct quota_limits limits;
	char **next = arguments + 1;

	if (count == 2 && culver_is_help(arguments[1]))
		return culver_print(TEXT(compat_deliverquota_help));
	arena_init(&arena, first, sizeof first);
	struct quota_delivery delivery = {
	    .arena = &arena, .name = "deliverquota", .warning_file = "/etc/quotawarnmsg"};
	int status = compat_deliverquota_take(&delivery, next, &next);
	if (status == EX_OK && *next == NULL)
		status = compat_deliverquota_refuse("expected the path of a Maildir", "");
	if (status == EX_OK) {
		delivery.maildir = next[0];
		delivery.quota = text_from_string(next[1]);
		if (delivery.quota.size > 0 && !quota_parse(delivery.quota, &limits, &error))
			status = compat_deliverquota_refuse(error.text, "");
		else if (!compat_deliverquota_set(&arena, &delivery, &error))
			status = compat_deliverquota_refuse(error.text, "");
	}
	if (status == EX_OK)
		status = quota_delivery_run(&delivery, STDIN_FILENO);
	arena_clear(&arena);
	return status;
}
