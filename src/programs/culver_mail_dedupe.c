/*
 * culver mail dedupe: options, and one call of dedupe_command_run().
 */
#include <stddef.h>
#include <sysexits.h>

#include "handle/dedupe_command.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"
#include "system/signals.h"

enum culver_dedupe_option {
	CULVER_DEDUPE_CONTENT = 256,
	CULVER_DEDUPE_ID_ONLY,
	CULVER_DEDUPE_DELETE,
	CULVER_DEDUPE_MOVE,
	CULVER_DEDUPE_TO,
	CULVER_DEDUPE_CREATE,
};

static const struct option culver_dedupe_options[] = {
    {"content", no_argument, NULL, CULVER_DEDUPE_CONTENT},
    {"message-id-only", no_argument, NULL, CULVER_DEDUPE_ID_ONLY},
    {"delete", no_argument, NULL, CULVER_DEDUPE_DELETE},
    {"move", required_argument, NULL, CULVER_DEDUPE_MOVE},
    {"to", required_argument, NULL, CULVER_DEDUPE_TO},
    {"create", no_argument, NULL, CULVER_DEDUPE_CREATE},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_dedupe_help[] =
    "usage: culver mail dedupe [options] MAILDIR|MBOX ...\n"
    "\n"
    "Finds messages that are stored more than once: the same Message-ID or, without one, the same\n"
    "body and main fields. The first stays. Without --delete, --move or --to only lists.\n"
    "\n"
    "      --content           compare body and main fields, whatever the Message-ID\n"
    "      --delete            remove copies from Maildirs\n"
    "      --move MAILDIR      move them there\n"
    "      --create            make that Maildir if it is missing\n"
    "      --to FILE           write an mbox of all messages but the copies to this new file\n"
    "      --message-id-only   also those that differ, when the Message-ID is the "
    "same\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 64 usage, 66 cannot read, 73 the new file is there already,\n"
    "74 cannot write, 75 later.\n";

struct culver_dedupe {
	struct culver_mail_line line;
	struct dedupe_request request;
	struct settings_source *settings;
};

static bool
culver_dedupe_take(struct culver_dedupe *dedupe, int option, const char *value, struct error *error)
{
	switch (option) {
	case CULVER_DEDUPE_CONTENT:
		dedupe->request.by_content = true;
		return true;
	case CULVER_DEDUPE_ID_ONLY:
		dedupe->request.trusts_id = true;
		return true;
	case CULVER_DEDUPE_DELETE:
		dedupe->request.deletes = true;
		return true;
	case CULVER_DEDUPE_MOVE:
		dedupe->request.move_to = value;
		return true;
	case CULVER_DEDUPE_TO:
		dedupe->request.new_mbox = value;
		return true;
	case CULVER_DEDUPE_CREATE:
		return settings_set(dedupe->settings, TEXT("create_folders"), TEXT("yes"), error);
	default:
		return culver_mail_line_take(&dedupe->line, option, value, error);
	}
}

static int
culver_dedupe_run(struct culver_dedupe *dedupe, struct arena *arena, int count, char **arguments)
{
	struct dedupe_request *request = &dedupe->request;
	int actions = request->deletes + (request->move_to != NULL) + (request->new_mbox != NULL);

	if (actions > 1)
		return culver_mail_line_refuse(
		    &dedupe->line, "give one of --delete, --move and --to", NULL);
	if (optind == count)
		return culver_mail_line_refuse(&dedupe->line, "name a Maildir or an mbox", NULL);
	request->paths = (const char *const *)arguments + optind;
	request->path_count = (size_t)(count - optind);
	request->source = dedupe->line.source;
	request->colour = dedupe->line.colour;
	request->is_json = dedupe->line.is_json;
	request->is_quiet = dedupe->line.is_quiet;
	request->settings = settings_values(dedupe->settings);
	signals_install(0);
	return dedupe_command_run(arena, request);
}

int
culver_mail_dedupe(int count, char **arguments)
{
	struct arena arena;
	struct culver_dedupe dedupe = {.line = culver_mail_line_begin("dedupe")};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	dedupe.settings = settings_new(&arena);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "qh", culver_dedupe_options, NULL)) != -1)
		if (!culver_dedupe_take(&dedupe, option, optarg, &error))
			status = culver_mail_line_refuse(
			    &dedupe.line, error.text, option == '?' ? arguments[optind - 1] : NULL);
	if (status == EX_OK && dedupe.line.ends_here)
		status = culver_print(TEXT(culver_dedupe_help));
	else if (status == EX_OK)
		status = culver_dedupe_run(&dedupe, &arena, count, arguments);
	arena_clear(&arena);
	return status;
}
