/*
 * culver mail reply: options, and one call of reply_command_run().
 */
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "base/vector.h"
#include "config/settings.h"
#include "handle/reply_command.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"
#include "system/file.h"
#include "system/signals.h"

enum culver_reply_option {
	CULVER_REPLY_TEXT = 256,
	CULVER_REPLY_BODY,
	CULVER_REPLY_FROM,
	CULVER_REPLY_SUBJECT,
	CULVER_REPLY_HEADER,
	CULVER_REPLY_OWN,
	CULVER_REPLY_ANY_RECIPIENT,
	CULVER_REPLY_SENDER,
	CULVER_REPLY_TRUST_HEADER,
	CULVER_REPLY_WITH_ORIGINAL,
	CULVER_REPLY_ONCE_IN,
	CULVER_REPLY_MEMORY,
	CULVER_REPLY_SEND,
	CULVER_REPLY_WHY,
	CULVER_REPLY_JSON,
	CULVER_REPLY_CONFIG,
};

static const struct option culver_reply_options[] = {
    {"text", required_argument, NULL, CULVER_REPLY_TEXT},
    {"body", required_argument, NULL, CULVER_REPLY_BODY},
    {"from", required_argument, NULL, CULVER_REPLY_FROM},
    {"subject", required_argument, NULL, CULVER_REPLY_SUBJECT},
    {"header", required_argument, NULL, CULVER_REPLY_HEADER},
    {"own", required_argument, NULL, CULVER_REPLY_OWN},
    {"any-recipient", no_argument, NULL, CULVER_REPLY_ANY_RECIPIENT},
    {"sender", required_argument, NULL, CULVER_REPLY_SENDER},
    {"trust-header", no_argument, NULL, CULVER_REPLY_TRUST_HEADER},
    {"with-original", no_argument, NULL, CULVER_REPLY_WITH_ORIGINAL},
    {"once-in", required_argument, NULL, CULVER_REPLY_ONCE_IN},
    {"memory", required_argument, NULL, CULVER_REPLY_MEMORY},
    {"send", no_argument, NULL, CULVER_REPLY_SEND},
    {"why", no_argument, NULL, CULVER_REPLY_WHY},
    {"json", no_argument, NULL, CULVER_REPLY_JSON},
    {"config", required_argument, NULL, CULVER_REPLY_CONFIG},
    {"set", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char culver_reply_help[] =
    "usage: culver mail reply --own ADDRESS ... --text FILE [options] [FILE]\n"
    "\n"
    "Prints or sends an automatic reply to the message, unless one of the guards of RFC 3834\n"
    "forbids it.\n"
    "\n"
    "      --own ADDRESS       an own address: only mail to it is answered; repeatable\n"
    "      --any-recipient     answer also mail that is not addressed to an own address\n"
    "      --text FILE         what the reply says; %{subject} and its like are replaced\n"
    "      --body TEXT         the same, given here\n"
    "      --from ADDRESS      From of the reply\n"
    "      --subject TEXT      else \"Auto: \" and the subject answered\n"
    "      --header 'N: V'     one more header field; repeatable\n"
    "      --with-original     the message answered comes with the reply\n"
    "      --sender ADDRESS    the envelope sender (\"\" or \"<>\": the null sender); else\n"
    "                          Return-Path\n"
    "      --trust-header      without either, reply to Reply-To or From\n"
    "      --once-in DAYS      one reply to a sender in so many days\n"
    "      --memory FILE       where that is remembered\n"
    "      --send              hand the reply to the setting sendmail, under the null sender\n"
    "      --why               say also why a reply is sent\n"
    "      --json              only say what would be done, as JSON (with --send: also do it)\n"
    "      --config FILE       settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE    one setting\n"
    "  -h, --help              this text\n"
    "\n"
    "Exit status: 0 printed or sent, 1 no reply (standard error says why), 64 usage,\n"
    "66 no message, 74 cannot write, 75 later, 78 settings.\n";

struct culver_reply {
	struct culver_mail_line line;
	struct reply_request request;
	struct arena *arena;
	struct settings_source *settings;
	const char *config;
	struct text *own;
	size_t own_capacity;
	bool answers_all, has_text;
};

static bool
culver_reply_read_text(struct culver_reply *reply, const char *path, struct error *error)
{
	reply->has_text = true;
	return file_read(reply->arena, path, REPLY_TEXT_MAX, &reply->request.text, error);
}

static bool
culver_reply_take_days(struct culver_reply *reply, const char *value, struct error *error)
{
	return (number_parse_unsigned(text_from_string(value), 36500, &reply->request.days) &&
		   reply->request.days > 0) ||
	       error_set(error, ERROR_INPUT, "--once-in %s: give a number of days", value);
}

static void
culver_reply_add_own(struct culver_reply *reply, const char *value)
{
	struct reply_request *request = &reply->request;

	reply->own = vector_grow(
	    reply->arena, reply->own, request->own_count, &reply->own_capacity, sizeof *reply->own);
	reply->own[request->own_count++] = text_from_string(value);
}

static bool
culver_reply_take_flag(struct culver_reply *reply, int option)
{
	const struct {
		int option;
		bool *flag;
	} flags[] = {
	    {CULVER_REPLY_ANY_RECIPIENT, &reply->answers_all},
	    {CULVER_REPLY_TRUST_HEADER, &reply->request.trusts_header},
	    {CULVER_REPLY_WITH_ORIGINAL, &reply->request.copies_original},
	    {CULVER_REPLY_SEND, &reply->request.sends},
	    {CULVER_REPLY_WHY, &reply->request.explains},
	    {CULVER_REPLY_JSON, &reply->request.is_json},
	    {'h', &reply->line.ends_here},
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (flags[i].option != option)
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

static bool
culver_reply_take(struct culver_reply *reply, int option, const char *value, struct error *error)
{
	struct reply_request *request = &reply->request;

	switch (option) {
	case CULVER_REPLY_TEXT:
		return culver_reply_read_text(reply, value, error);
	case CULVER_REPLY_BODY:
		request->text = arena_format(reply->arena, "%s\n", value);
		reply->has_text = true;
		return true;
	case CULVER_REPLY_FROM:
		request->from = text_from_string(value);
		return true;
	case CULVER_REPLY_SUBJECT:
		request->subject = text_from_string(value);
		return true;
	case CULVER_REPLY_HEADER:
		request->extra =
		    arena_format(reply->arena, "%.*s%s\n", TEXT_ARGUMENTS(request->extra), value);
		return true;
	case CULVER_REPLY_OWN:
		culver_reply_add_own(reply, value);
		return true;
	case CULVER_REPLY_SENDER:
		request->has_sender = true;
		request->sender = text_from_string(strcmp(value, "<>") == 0 ? "" : value);
		return true;
	case CULVER_REPLY_ONCE_IN:
		return culver_reply_take_days(reply, value, error);
	case CULVER_REPLY_MEMORY:
		request->memory = text_from_string(value);
		return true;
	case CULVER_REPLY_CONFIG:
		reply->config = value;
		return true;
	case 'o':
		return settings_set_pair(reply->settings, value, error);
	default:
		return culver_reply_take_flag(reply, option) ||
		       error_set(error, ERROR_INPUT, "unknown or incomplete option");
	}
}

static int
culver_reply_run(struct culver_reply *reply, int count, char **arguments)
{
	struct reply_request *request = &reply->request;
	const char *config = reply->config != NULL ? reply->config : settings_default_path;
	struct error error;

	if (count - optind > 1)
		return culver_mail_line_refuse(
		    &reply->line, "more than one message:", arguments[optind + 1]);
	if (request->own_count == 0 && !reply->answers_all)
		return culver_mail_line_refuse(&reply->line,
		    "give --own ADDRESS, so that only mail to it is answered, or --any-recipient",
		    NULL);
	if (!reply->has_text)
		return culver_mail_line_refuse(&reply->line, "give --text or --body", NULL);
	if ((request->days > 0) != (request->memory.size > 0))
		return culver_mail_line_refuse(
		    &reply->line, "--once-in and --memory go together", NULL);
	if (request->sends &&
	    !settings_read_file(reply->settings, config, reply->config != NULL, &error)) {
		fprintf(stderr, "culver: mail reply: %s\n", error.text);
		return EX_CONFIG;
	}
	const struct settings *settings = settings_values(reply->settings);
	request->path = arguments[optind];
	request->source = (struct mail_source_options){.kind = MAIL_SOURCE_AUTOMATIC};
	request->own_addresses = reply->own;
	request->needs_own_address = !reply->answers_all;
	request->sendmail = settings->sendmail;
	request->search_path = arena_copy_string(reply->arena, settings->path);
	request->environment = (const char *const *)environ;
	request->timeout =
	    settings->command_limit > UINT_MAX ? UINT_MAX : (unsigned)settings->command_limit;
	signals_install(0);
	return reply_command_run(reply->arena, request);
}

int
culver_mail_reply(int count, char **arguments)
{
	struct arena arena;
	struct culver_reply reply = {.line = culver_mail_line_begin("reply"), .arena = &arena};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	reply.settings = settings_new(&arena);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "o:h", culver_reply_options, NULL)) != -1)
		if (!culver_reply_take(&reply, option, optarg, &error))
			status = culver_mail_line_refuse(
			    &reply.line, error.text, option == '?' ? arguments[optind - 1] : NULL);
	if (status == EX_OK && reply.line.ends_here)
		status = culver_print(TEXT(culver_reply_help));
	else if (status == EX_OK)
		status = culver_reply_run(&reply, count, arguments);
	arena_clear(&arena);
	return status;
}
