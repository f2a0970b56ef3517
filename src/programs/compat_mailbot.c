/*
 * culver as mailbot: its options, and one call of answer_command_run(). What stands behind the options
 * is the program that mails the answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/number.h"
#include "handle/compat/answer_command.h"
#include "mail/compose_field.h"
#include "mail/header_edit.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_MAILBOT_DAYS_MAX = 36500 };

static const char compat_mailbot_help[] =
    "usage: mailbot -t FILE | -m FILE | -T replydraft -l MAILDIR [options] [PROGRAM [ARGUMENT "
    "...]]\n"
    "\n"
    "This is culver, called as mailbot; see culver-compat(7). New scripts use \"culver mail "
    "reply\".\n"
    "\n"
    "  -t FILE      the text of the answer\n"
    "  -m FILE      the same, behind MIME fields\n"
    "  -c CHARSET   of the text; UTF-8\n"
    "  -T FORMAT    reply, replyall, replydsn, replydraft, forward, forwardatt, feedback,\n"
    "               replyfeedback\n"
    "  -l MAILDIR   its newest message is the answer\n"
    "  -A FIELD     one more header field; repeatable\n"
    "  -s SUBJECT   the subject\n"
    "  -f[ADDRESS]  answer to this address; without one, $SENDER is the envelope sender\n"
    "  -e           answer to Errors-To or Return-Path, if there is one\n"
    "  -r LIST      only if one of these addresses is in To or Cc\n"
    "  -d FILE      remember senders: one answer in some days\n"
    "  -D DAYS      so many; 1\n"
    "  -N           quote nothing\n"
    "  -S TEXT      the line in front of the quotation; \"%F writes:\"\n"
    "  -F TEXT      the line in front of a forwarded message\n"
    "  -M ADDRESS   a delivery report (replydsn) of this recipient\n"
    "  -R TYPE      of the feedback: abuse, fraud, other, virus\n"
    "  -a           attach all of the message, not only its header\n"
    "  -n           print the answer\n"
    "      --feedback-original-envelope-id, --feedback-original-mail-from,\n"
    "      --feedback-reporting-mta, --feedback-source-ip, --feedback-incidents,\n"
    "      --feedback-authentication-results, --feedback-original-rcpt-to,\n"
    "      --feedback-reported-domain VALUE\n"
    "               fields of the feedback report\n"
    "\n"
    "PROGRAM reads the answer; sendmail -f \"\" if none is named.\n"
    "\n"
    "Exit status: 0 answered, or an answer is not allowed; 64 usage; 74 cannot write; 75 later;\n"
    "that of the program.\n";

struct compat_mailbot {
	struct arena *arena;
	struct answer_request request;
	char **arguments; /* the next one */
};

static int
compat_mailbot_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "mailbot: %s \"%s\"; \"mailbot --help\" shows the options; new scripts use \"culver "
	    "mail reply --text FILE --own ADDRESS --send\"\n",
	    what, argument);
	return EX_USAGE;
}

static bool
compat_mailbot_take_format(struct compat_mailbot *mailbot, struct text value)
{
	static const struct {
		struct text name;
		enum answer_format format;
	} formats[] = {
	    {{"reply", 5}, ANSWER_REPLY},
	    {{"replyall", 8}, ANSWER_REPLY_ALL},
	    {{"replydsn", 8}, ANSWER_REPLY_DSN},
	    {{"replydraft", 10}, ANSWER_REPLY_DRAFT},
	    {{"forward", 7}, ANSWER_FORWARD},
	    {{"forwardatt", 10}, ANSWER_FORWARD_ATTACHED},
	    {{"feedback", 8}, ANSWER_FEEDBACK},
	    {{"replyfeedback", 13}, ANSWER_REPLY_FEEDBACK},
	};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!text_is_equal(value, formats[i].name))
			continue;
		mailbot->request.format = formats[i].format;
		return true;
	}
	return false;
}

static bool
compat_mailbot_is_type(struct text value)
{
	return text_is_equal(value, TEXT("abuse")) || text_is_equal(value, TEXT("fraud")) ||
	       text_is_equal(value, TEXT("other")) || text_is_equal(value, TEXT("virus"));
}

static bool
compat_mailbot_is_line(struct text value)
{
	for (size_t i = 0; i < value.size; i++)
		if (((unsigned char)value.data[i] < ' ' && value.data[i] != '\t') ||
		    value.data[i] == 0x7f)
			return false;
	return true;
}

static bool
compat_mailbot_take_address(struct compat_mailbot *mailbot, const char *value)
{
	struct answer_request *request = &mailbot->request;
	const char *sender = getenv("SENDER");

	if (*value != '\0') {
		request->recipient = text_from_string(value);
		return compose_field_is_spec(request->recipient);
	}
	request->has_sender = sender != NULL;
	request->sender = text_from_string(sender);
	request->recipient = request->sender;
	return true;
}

static bool
compat_mailbot_take_value(struct compat_mailbot *mailbot, char option, const char *string)
{
	struct answer_request *request = &mailbot->request;
	struct text value = text_from_string(string);

	switch (option) {
	case 't':
	case 'm':
		request->text_path = string;
		request->text_has_header = option == 'm';
		return true;
	case 'c':
		request->charset = value;
		return value.size > 0;
	case 'A':
		request->fields = arena_format(
		    mailbot->arena, "%.*s%s\n", TEXT_ARGUMENTS(request->fields), string);
		return compat_mailbot_is_line(value) &&
		       header_edit_is_name(text_slice(value, 0, text_find_byte(value, 0, ':')));
	case 's':
		request->subject = value;
		return true;
	case 'r':
		request->own = value;
		return value.size > 0;
	case 'd':
		request->memory = value;
		return value.size > 0;
	case 'D':
		return number_parse_unsigned(value, COMPAT_MAILBOT_DAYS_MAX, &request->days);
	case 'T':
		return compat_mailbot_take_format(mailbot, value);
	case 'S':
		request->salutation = value;
		return true;
	case 'F':
		request->separator = value;
		return compat_mailbot_is_line(value);
	case 'M':
		request->format = ANSWER_REPLY_DSN;
		request->report_recipient = value;
		return compose_field_is_spec(value);
	case 'R':
		request->feedback_type = value;
		return compat_mailbot_is_type(value);
	default: /* 'l' */
		request->draft = string;
		return true;
	}
}

static bool
compat_mailbot_take_feedback(struct compat_mailbot *mailbot, const char *option, const char *value)
{
	static const char *const names[][2] = {
	    {"original-envelope-id", "Original-Envelope-Id"},
	    {"original-mail-from", "Original-Mail-From"},
	    {"reporting-mta", "Reporting-MTA"},
	    {"source-ip", "Source-IP"},
	    {"incidents", "Incidents"},
	    {"authentication-results", "Authentication-Results"},
	    {"original-rcpt-to", "Original-Rcpt-To"},
	    {"reported-domain", "Reported-Domain"},
	};
	struct text *fields = &mailbot->request.feedback_fields;

	if (value == NULL || !compat_mailbot_is_line(text_from_string(value)))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(option, names[i][0]) != 0)
			continue;
		*fields = arena_format(
		    mailbot->arena, "%.*s%s: %s\n", TEXT_ARGUMENTS(*fields), names[i][1], value);
		return true;
	}
	return false;
}

static bool
compat_mailbot_take(struct compat_mailbot *mailbot, const char *argument)
{
	struct answer_request *request = &mailbot->request;
	const char *rest = argument + 2, *value;

	if (strncmp(argument, "--feedback-", 11) == 0) {
		value = *mailbot->arguments != NULL ? *mailbot->arguments++ : NULL;
		return compat_mailbot_take_feedback(mailbot, argument + 11, value);
	}
	switch (argument[1]) {
	case 'N':
		request->quotes = false;
		return *rest == '\0';
	case 'a':
		request->attaches_all = true;
		return *rest == '\0';
	case 'e':
		request->prefers_errors_to = true;
		return *rest == '\0';
	case 'n':
		request->prints = true;
		return *rest == '\0';
	case 'f':
		return compat_mailbot_take_address(mailbot, rest);
	default:
		break;
	}
	if (argument[1] == '\0' || strchr("tmcAsrdDTSFMRl", argument[1]) == NULL)
		return false;
	value = *rest != '\0' ? rest : *mailbot->arguments != NULL ? *mailbot->arguments++ : NULL;
	return value != NULL && compat_mailbot_take_value(mailbot, argument[1], value);
}

/* What must stand together. */
static int
compat_mailbot_finish(struct compat_mailbot *mailbot)
{
	struct answer_request *request = &mailbot->request;
	static const char *const standard[] = {"sendmail", "-f", ""};
	bool is_feedback =
	    request->format == ANSWER_FEEDBACK || request->format == ANSWER_REPLY_FEEDBACK;

	if (request->format == ANSWER_REPLY_DRAFT && request->draft == NULL)
		return compat_mailbot_refuse("give -l MAILDIR for", "-T replydraft");
	if (request->format != ANSWER_REPLY_DRAFT && request->text_path == NULL)
		return compat_mailbot_refuse("no text is given:", "-t FILE");
	if (request->format == ANSWER_REPLY_DSN && request->report_recipient.size == 0)
		return compat_mailbot_refuse("give -M ADDRESS for", "-T replydsn");
	if (is_feedback && request->feedback_type.size == 0)
		return compat_mailbot_refuse("give -R TYPE for", "-T feedback");
	request->program = mailbot->arguments;
	if (*mailbot->arguments != NULL)
		return EX_OK;
	char **program = arena_alloc_array(
	    mailbot->arena, sizeof standard / sizeof *standard + 1, sizeof *program);
	for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
		program[i] = arena_copy_string(mailbot->arena, text_from_string(standard[i]));
	request->program = program;
	return EX_OK;
}

int
compat_name_mailbot(int count, char **arguments)
{
	struct arena arena;
	int status = EX_OK;
	struct compat_mailbot mailbot = {.arena = &arena,
	    .arguments = arguments + 1,
	    .request = {.charset = TEXT("utf-8"),
		.quotes = true,
		.days = 1,
		.salutation = TEXT("%F writes:"),
		.separator = TEXT("--- Forwarded message ---"),
		.agent = TEXT("culver/" CULVER_VERSION)}};

	(void)count;
	if (arguments[1] != NULL && strcmp(arguments[1], "--help") == 0)
		return culver_print(TEXT(compat_mailbot_help));
	arena_init(&arena, NULL, 0);
	while (status == EX_OK && *mailbot.arguments != NULL && **mailbot.arguments == '-') {
		const char *argument = *mailbot.arguments++;
		if (!compat_mailbot_take(&mailbot, argument))
			status = compat_mailbot_refuse(
			    "unknown option, or its value is missing or wrong:", argument);
	}
	if (status == EX_OK)
		status = compat_mailbot_finish(&mailbot);
	compat_name_block_pipe_signal();
	if (status == EX_OK)
		status = answer_command_run(&arena, &mailbot.request);
	arena_clear(&arena);
	return status;
}
