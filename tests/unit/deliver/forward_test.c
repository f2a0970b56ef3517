/*
 * The destination "!address": a fake sendmail writes down its arguments and its input.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "deliver/backend.h"
#include "system/signals.h"
#include "support/files.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-forward-XXXXXX";
static const char *environment[] = {"PATH=/usr/bin:/bin", "STATUS=0", NULL};
static struct settings settings;
static struct envelope envelope;

static struct outcome
forward(const char *target, struct text message)
{
	struct delivery delivery = {
	    .arena = &arena,
	    .settings = &settings,
	    .envelope = &envelope,
	    .message = message_new(&arena, message),
	    .destination = arena_format(&arena, "!%s", target),
	    .target = text_from_string(target),
	    .user = "alice",
	    .environment = environment,
	};
	struct outcome outcome = forward_backend.deliver(&delivery);

	check(outcome.reason != NULL);
	for (const char *byte = outcome.reason; *byte != '\0'; byte++)
		check(*byte >= ' ' && *byte <= '~');
	return outcome;
}

static void
set_envelope(void)
{
	envelope = (struct envelope){
	    .has_sender = true,
	    .sender = TEXT("bob@example.net"),
	    .recipient = TEXT("Alice@example.org"),
	};
}

static void
arguments_are_the_common_ones(void)
{
	set_envelope();
	check(forward("carol@example.com", TEXT("Subject: x\n\n.\nbody\n")).class == OUTCOME_DONE);
	check_text(files_take(&arena, "arguments"),
	    TEXT("[-oi]\n[-f]\n[bob@example.net]\n[--]\n[carol@example.com]\n"));
	check_text(files_take(&arena, "input"),
	    TEXT("Delivered-To: Alice@example.org\nSubject: x\n\n.\nbody\n"));
}

static void
sender_is_kept(void)
{
	set_envelope();
	envelope.sender = TEXT("");
	check(forward("c@example.com", TEXT("\n")).class == OUTCOME_DONE);
	check_text(
	    files_take(&arena, "arguments"), TEXT("[-oi]\n[-f]\n[<>]\n[--]\n[c@example.com]\n"));
	envelope.has_sender = false;
	check(forward("c@example.com", TEXT("\n")).class == OUTCOME_DONE);
	check_text(files_take(&arena, "arguments"), TEXT("[-oi]\n[--]\n[c@example.com]\n"));
	envelope.has_sender = true;
	envelope.sender = TEXT("-oQ$(touch x) 'y'@example.com");
	check(forward("c@example.com", TEXT("\n")).class == OUTCOME_DONE);
	check_text(files_take(&arena, "arguments"),
	    TEXT("[-oi]\n[-f]\n[-oQ$(touch x) 'y'@example.com]\n[--]\n[c@example.com]\n"));
	envelope.sender = TEXT("a\nb@example.com");
	check(forward("c@example.com", TEXT("\n")).class == OUTCOME_LATER);
	check_text(files_take(&arena, "arguments"), TEXT("(none)"));
}

static void
several_addresses_are_split(void)
{
	set_envelope();
	check(forward(" a@x.example, b@x.example\tc ,,d@x.example ", TEXT("\n")).class ==
	      OUTCOME_DONE);
	check_text(files_take(&arena, "arguments"),
	    TEXT("[-oi]\n[-f]\n[bob@example.net]\n[--]\n[a@x.example]\n[b@x.example]\n[c]\n"
		 "[d@x.example]\n"));
}

static void
other_words_are_refused(void)
{
	static const char *const targets[] = {"-t", "a@x.example -oQ/tmp", "--", "|/bin/sh",
	    "/etc/passwd", ":include:/etc/passwd", "a\001b@x.example", "a\177@x.example",
	    "\"a b\"@x.example", "", " , "};

	set_envelope();
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		check_number(forward(targets[i], TEXT("\n")).class, OUTCOME_LATER);
		check_text(files_take(&arena, "arguments"), TEXT("(none)"));
	}
	char many[101 * 2 + 1];
	for (size_t i = 0; i < 101; i++)
		memcpy(many + 2 * i, "a ", 3);
	check(forward(many, TEXT("\n")).class == OUTCOME_LATER);
	many[200] = '\0';
	check(forward(many, TEXT("\n")).class == OUTCOME_DONE);
	files_take(&arena, "arguments");
}

static void
setting_may_hold_arguments(void)
{
	struct text before = settings.sendmail;

	set_envelope();
	settings.sendmail = arena_format(&arena, "%.*s  -O  x", TEXT_ARGUMENTS(before));
	check(forward("c", TEXT("\n")).class == OUTCOME_DONE);
	check_text(files_take(&arena, "arguments"),
	    TEXT("[-O]\n[x]\n[-oi]\n[-f]\n[bob@example.net]\n[--]\n[c]\n"));
	settings.sendmail = TEXT(" ");
	check(forward("c", TEXT("\n")).class == OUTCOME_LATER);
	settings.sendmail = TEXT("/no/such/sendmail");
	struct outcome outcome = forward("c", TEXT("\n"));
	check(outcome.class == OUTCOME_LATER);
	check(strstr(outcome.reason, "cannot start /no/such/sendmail") != NULL);
	settings.sendmail = before;
}

static void
end_is_the_fate(void)
{
	static const struct {
		const char *variable;
		enum outcome_class class;
		int exit_status;
	} cases[] = {
	    {"STATUS=0", OUTCOME_DONE, EX_OK},
	    {"STATUS=75", OUTCOME_LATER, EX_TEMPFAIL},
	    {"STATUS=67", OUTCOME_NEVER, EX_NOUSER},
	    {"STATUS=69", OUTCOME_NEVER, EX_UNAVAILABLE},
	    {"STATUS=1", OUTCOME_LATER, EX_TEMPFAIL},
	};

	set_envelope();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		environment[1] = cases[i].variable;
		struct outcome outcome = forward("c", TEXT("\n"));
		check_number(outcome.class, cases[i].class);
		check_number(outcome_exit_status(&outcome), cases[i].exit_status);
	}
	environment[1] = "STATUS=0";
}

static void
check_loop(const char *message, bool is_loop)
{
	unlink("input");
	struct outcome outcome = forward("c@example.com", text_from_string(message));

	if ((outcome.class == OUTCOME_NEVER) != is_loop)
		check_text(text_from_string(message), is_loop ? TEXT("a loop") : TEXT("no loop"));
	if (!is_loop) {
		check(outcome.class == OUTCOME_DONE);
		return;
	}
	char code[OUTCOME_CODE_SIZE];
	check_text(outcome_format_code(&outcome, code), TEXT("5.4.6"));
	check_number(outcome_exit_status(&outcome), EX_UNAVAILABLE);
	check_text(files_take(&arena, "input"), TEXT("(none)"));
}

static void
loops_are_seen(void)
{
	set_envelope();
	check_loop("Received: a\nDelivered-To: alice@example.org\n\n", true);
	check_loop("Received: a\r\nDELIVERED-TO:\r\n <ALICE@EXAMPLE.ORG> \r\n\r\n", true);
	check_loop("Received: a\nX: y\nReceived: b\nDelivered-To: alice@example.org\n\n", true);
	check_loop("Delivered-To: alice@example.org\nReceived: a\n"
		   "Delivered-To: alice@example.org\n\n",
	    true);
	check_loop("Received: a\nDelivered-To: alice2@example.org\n\n", false);
	check_loop("Received: a\nDelivered-To: alice\n\n", false);
	check_loop("Received: a\n\nDelivered-To: alice@example.org\n", false);
	check_loop("Delivered-To: alice@example.org\nReceived: a\n\n", false);
}

static void
own_mark_is_not_doubled(void)
{
	const char *message = "Delivered-To: alice@example.org\nReceived: a\n\nx\n";

	set_envelope();
	check(forward("c", text_from_string(message)).class == OUTCOME_DONE);
	check_text(files_take(&arena, "input"), text_from_string(message));
}

static void
unknown_recipient_is_user_and_host(void)
{
	set_envelope();
	envelope.recipient = TEXT("");
	check_loop("Received: a\nDelivered-To: alice@host.example\n\n", true);
	check_loop("Received: a\nDelivered-To: Alice\n\n", true);
	check_loop("Received: a\nDelivered-To: bob\n\n", false);
	check(forward("c", TEXT("A: b\r\n\r\n")).class == OUTCOME_DONE);
	check_text(
	    files_take(&arena, "input"), TEXT("Delivered-To: alice@host.example\r\nA: b\r\n\r\n"));
}

static void
what_is_forwarded_twice_is_a_loop(void)
{
	set_envelope();
	check(forward("c", TEXT("Received: first\n\nx\n")).class == OUTCOME_DONE);
	struct text copy = files_take(&arena, "input");
	struct text back = arena_format(&arena, "Received: again\n%.*s", TEXT_ARGUMENTS(copy));
	check(forward("c", back).class == OUTCOME_NEVER);
}

static void
hundred_servers_are_enough(void)
{
	char message[102 * 12 + 2];

	set_envelope();
	for (size_t i = 0; i < 101; i++)
		memcpy(message + 12 * i, "Received: a\n", 12);
	memcpy(message + 12 * 101, "\n", 2);
	check_loop(message, true);
	check_loop(message + 12, false);
}

static void
large_messages_are_not_cut(void)
{
	size_t size = 5 * 1024 * 1024;
	char *bytes = arena_alloc(&arena, size);

	set_envelope();
	memset(bytes, 'y', size);
	memcpy(bytes, "Subject: large\n\n", 16);
	check(forward("c", (struct text){bytes, size}).class == OUTCOME_DONE);
	struct stat status;
	check(stat("input", &status) == 0);
	check_number(status.st_size, (long long)size + 32);
	unlink("input");
}

int
main(void)
{
	static const char script[] =
	    "#!/bin/sh\ncd \"${0%/*}\"\nprintf '[%s]\\n' \"$@\" >arguments\n"
	    "cat >input\nexit $STATUS\n";

	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL || chdir(directory) < 0)
		return EXIT_FAILURE;
	int descriptor = open("sendmail", O_CREAT | O_WRONLY, 0700);
	if (write(descriptor, script, sizeof script - 1) != (ssize_t)sizeof script - 1)
		return EXIT_FAILURE;
	close(descriptor);
	settings = (struct settings){
	    .sendmail = arena_format(&arena, "%s/sendmail", directory),
	    .path = TEXT("/usr/bin:/bin"),
	    .hostname = TEXT("host.example"),
	    .command_limit = 30,
	};

	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("the arguments are those that every sendmail takes", arguments_are_the_common_ones);
	test("the envelope sender is kept, the null sender too", sender_is_kept);
	test("addresses are split at blanks and commas", several_addresses_are_split);
	test("options, files, commands and control characters are no addresses",
	    other_words_are_refused);
	test("the setting may hold arguments", setting_may_hold_arguments);
	test("the end of sendmail is the message's fate", end_is_the_fate);
	test("a message that comes back is a loop", loops_are_seen);
	test("the mail server's own Delivered-To is not doubled", own_mark_is_not_doubled);
	test("an unknown recipient is the user at this host", unknown_recipient_is_user_and_host);
	test("a forwarded copy that comes back is a loop", what_is_forwarded_twice_is_a_loop);
	test("more than a hundred Received fields are a loop", hundred_servers_are_enough);
	test("a large message is not cut", large_messages_are_not_cut);
	int result = tests_end();
	arena_clear(&arena);
	if (chdir("/") == 0 && fork() == 0)
		execl("/bin/rm", "rm", "-rf", directory, (char *)NULL);
	return result;
}
