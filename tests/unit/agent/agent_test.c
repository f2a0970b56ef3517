/*
 * The agent's parts: envelope sources, variables, rules files, the rules' own log, copies already
 * made.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/envelope_sources.h"
#include "agent/partial_delivery.h"
#include "agent/rules_environment.h"
#include "agent/rules_file.h"
#include "agent/rules_log.h"
#include "base/error.h"
#include "system/file.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-agent-test.XXXXXX";

static const char *
path_of(const char *name)
{
	return arena_format(&arena, "%s/%s", directory, name).data;
}

static void
write_file(const char *path, struct text bytes, mode_t mode)
{
	struct error error;
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(descriptor >= 0 && file_write(descriptor, bytes, path, &error));
	check(fchmod(descriptor, mode) == 0);
	close(descriptor);
}

static const struct settings *
default_settings(void)
{
	return settings_values(settings_new(&arena));
}

static void
options_win_over_the_environment(void)
{
	const char *const environment[] = {"SENDER=env@example.org", "RECIPIENT=rcpt@example.org",
	    "EXTENSION=ext", "SENDERX=no", "CLIENT_ADDRESS=192.0.2.1", NULL};
	struct agent_request request = {.environment = environment};

	struct envelope envelope = envelope_sources_begin(&request);
	check(envelope.has_sender);
	check_text(envelope.sender, TEXT("env@example.org"));
	check_text(envelope.recipient, TEXT("rcpt@example.org"));
	check_text(envelope.extension, TEXT("ext"));
	check_text(envelope.client_address, TEXT("192.0.2.1"));
	request.has_sender = true;
	request.sender = TEXT("<option@example.org>");
	request.recipient = TEXT("other@example.org");
	envelope = envelope_sources_begin(&request);
	check_text(envelope.sender, TEXT("option@example.org"));
	check_text(envelope.recipient, TEXT("other@example.org"));
}

static void
an_empty_sender_is_a_value(void)
{
	const char *const environment[] = {"SENDER=", NULL};
	struct agent_request request = {.environment = environment};
	const struct message *message =
	    message_new(&arena, TEXT("Return-Path: <real@example.org>\n\nbody\n"));

	struct envelope envelope = envelope_sources_begin(&request);
	check(envelope.has_sender && envelope.sender.size == 0);
	envelope_sources_ask_message(&envelope, message, &arena);
	check(envelope.has_sender && envelope.sender.size == 0);
	request = (struct agent_request){.has_sender = true, .sender = TEXT("<>")};
	envelope = envelope_sources_begin(&request);
	check(envelope.has_sender && envelope.sender.size == 0);
}

static void
the_message_is_asked_last(void)
{
	struct agent_request request = {.mode = AGENT_MODE_DELIVERY};
	struct envelope envelope = envelope_sources_begin(&request);
	const struct message *message =
	    message_new(&arena, TEXT("Return-Path: <back@example.org> (comment)\n\nbody\n"));
	struct text start = TEXT("From line@example.org Sat Nov 21 10:00:00 2026\nSubject: x\n\n");

	check(!envelope.has_sender);
	envelope_sources_ask_message(&envelope, message, &arena);
	check(envelope.has_sender);
	check_text(envelope.sender, TEXT("back@example.org"));
	envelope = envelope_sources_begin(&request);
	check_number(envelope_sources_skip_from_line(&envelope, start, &arena), 47);
	envelope_sources_ask_message(&envelope, message, &arena);
	check_text(envelope.sender, TEXT("line@example.org"));
	check_text(envelope.from_line_date, TEXT("Sat Nov 21 10:00:00 2026"));
	envelope = envelope_sources_begin(&request);
	envelope_sources_ask_message(
	    &envelope, message_new(&arena, TEXT("Return-Path: <>\n\n")), &arena);
	check(envelope.has_sender && envelope.sender.size == 0);
}

static void
a_default_mailbox_names_home_and_user(void)
{
	struct user user = {.name = "joe", .home = "/home/joe"};

	check_text(rules_environment_default_mailbox(&arena, TEXT("/var/mail/$LOGNAME"), &user),
	    TEXT("/var/mail/joe"));
	check_text(rules_environment_default_mailbox(&arena, TEXT("~/Maildir/"), &user),
	    TEXT("/home/joe/Maildir/"));
	check_text(rules_environment_default_mailbox(&arena, TEXT("$HOME/$USER$"), &user),
	    TEXT("/home/joe/joe$"));
}

static const struct variables *
start_variables(enum agent_mode mode)
{
	static const char *const environment[] = {
	    "LANG=C", "LC_TIME=C", "SECRET=1", "MAILDIRQUOTA=1S", "HOME=/wrong", NULL};
	static const char *const arguments[] = {"first", "second", NULL};
	static const struct user user = {.name = "joe", .home = "/home/joe", .shell = "/bin/sh"};
	static const struct envelope envelope = {.has_sender = true, .extension = {"ext", 3}};
	static struct agent_request request;

	request = (struct agent_request){
	    .mode = mode, .environment = environment, .arguments = arguments};
	const struct rules_start start = {
	    .request = &request,
	    .settings = default_settings(),
	    .user = &user,
	    .envelope = &envelope,
	    .message = message_new(&arena, TEXT("A: b\n\nbody\n")),
	};
	return rules_environment_new(&arena, &start);
}

static void
only_manual_mode_imports_the_environment(void)
{
	const struct variables *delivery = start_variables(AGENT_MODE_DELIVERY);
	const struct variables *manual = start_variables(AGENT_MODE_MANUAL);

	check_text(variables_get(delivery, TEXT("LANG")), TEXT("C"));
	check_text(variables_get(delivery, TEXT("LC_TIME")), TEXT("C"));
	check(!variables_is_set(delivery, TEXT("SECRET")));
	check_text(variables_get(manual, TEXT("SECRET")), TEXT("1"));
	check(!variables_is_set(manual, TEXT("MAILDIRQUOTA")));
	check_text(variables_get(manual, TEXT("HOME")), TEXT("/home/joe"));
	check_text(variables_get(delivery, TEXT("2")), TEXT("second"));
	check_text(variables_get(delivery, TEXT("SIZE")), TEXT("11"));
	check_text(variables_get(delivery, TEXT("EXTENSION")), TEXT("ext"));
	check(variables_is_set(delivery, TEXT("FROM")));
	check_text(variables_get(delivery, TEXT("FROM")), TEXT(""));
	check_text(variables_get(delivery, TEXT("DEFAULT")), TEXT("/var/mail/joe"));
}

static void
commands_get_what_execve_can_carry(void)
{
	struct variables *variables = variables_new(&arena);

	variables_set(variables, TEXT("A"), TEXT("1"));
	variables_set(variables, TEXT("B=C"), TEXT("2"));
	variables_set(variables, TEXT("D"), TEXT("x\0y"));
	variables_set(variables, TEXT("E"), TEXT(""));
	static char large[RULES_ENVIRONMENT_ENTRY_MAX];
	memset(large, 'x', sizeof large);
	variables_set(variables, TEXT("F"), (struct text){large, sizeof large});
	const struct message *message = message_new(&arena, TEXT("A: b\n\nno line end"));
	const char *const *environment = rules_environment_export(&arena, variables, message);
	check_text(text_from_string(environment[0]), TEXT("A=1"));
	check_text(text_from_string(environment[1]), TEXT("E="));
	check_text(text_from_string(environment[2]), TEXT("LINES=2"));
	check(environment[3] == NULL);
	variables_set(variables, TEXT("LINES"), TEXT("mine"));
	environment = rules_environment_export(&arena, variables, message);
	check_text(text_from_string(environment[2]), TEXT("LINES=mine"));
	check(environment[3] == NULL);
}

static enum rules_file_answer
read_rules(const char *path, uid_t owner, enum rules_safety safety, struct error *error)
{
	struct text source;

	*error = (struct error){.kind = ERROR_NONE};
	return rules_file_read(&arena, path, owner, safety, &source, error);
}

static void
rules_of_others_are_refused(void)
{
	const char *path = path_of("rules");
	struct error error;

	check_number(
	    read_rules(path, getuid(), RULES_SAFETY_OWNER_ONLY, &error), RULES_FILE_MISSING);
	write_file(path, TEXT("to \"x\"\n"), 0600);
	check_number(read_rules(path, getuid(), RULES_SAFETY_OWNER_ONLY, &error), RULES_FILE_READ);
	check(chmod(path, 0644) == 0);
	check_number(
	    read_rules(path, getuid(), RULES_SAFETY_OWNER_ONLY, &error), RULES_FILE_REFUSED);
	check(strstr(error.text, "chmod 600") != NULL);
	check_number(
	    read_rules(path, getuid(), RULES_SAFETY_NOT_WORLD_WRITABLE, &error), RULES_FILE_READ);
	check(chmod(path, 0666) == 0);
	check_number(read_rules(path, getuid(), RULES_SAFETY_NOT_WORLD_WRITABLE, &error),
	    RULES_FILE_REFUSED);
	check(strstr(error.text, "chmod o-w") != NULL);
	check_number(
	    read_rules(directory, getuid(), RULES_SAFETY_OWNER_ONLY, &error), RULES_FILE_REFUSED);
	check(strstr(error.text, "not a regular file") != NULL);
	const char *fifo = path_of("fifo");
	check(mkfifo(fifo, 0600) == 0);
	check_number(
	    read_rules(fifo, getuid(), RULES_SAFETY_OWNER_ONLY, &error), RULES_FILE_REFUSED);
	unlink(fifo);
	unlink(path);
}

static void
paths_below_a_directory(void)
{
	check(rules_file_is_below("/etc/m/a", TEXT("/etc/m")));
	check(rules_file_is_below("/etc/m/a/b", TEXT("/etc/m/")));
	check(rules_file_is_below("/etc/m/..a", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/m/../a", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/m/a/..", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/m/a/../../b", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/ma", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/m", TEXT("/etc/m")));
	check(!rules_file_is_below("/etc/m/", TEXT("/etc/m")));
	check(!rules_file_is_below("etc/m/a", TEXT("/etc/m")));
	check(!rules_file_is_below("/a", TEXT("")));
	check(!rules_file_is_below("/a", TEXT("/")));
}

static void
a_home_must_be_its_users(void)
{
	const char *home = path_of("home");
	struct error error;

	check(!rules_file_check_home(home, getuid(), &error));
	check(mkdir(home, 0700) == 0);
	check(rules_file_check_home(home, getuid(), &error));
	check(!rules_file_check_home(home, getuid() + 1, &error));
	check(chmod(home, 0777) == 0);
	check(!rules_file_check_home(home, getuid(), &error));
	check(chmod(home, 01700) == 0);
	check(
	    !rules_file_check_home(home, getuid(), &error) && strstr(error.text, "paused") != NULL);
	check(chmod(home, 0775) == 0);
	check(rules_file_check_home(home, getuid(), &error));
	rmdir(home);
}

static void
embedded_names_fall_back_to_default(void)
{
	const char *home = path_of("eh");
	struct error error;

	check(mkdir(home, 0700) == 0 && mkdir(path_of("eh/.mailfilters"), 0700) == 0);
	check(rules_file_find_embedded(&arena, home, "a-b.c", &error) == NULL);
	write_file(path_of("eh/.mailfilters/default"), TEXT(""), 0600);
	check_text(text_from_string(rules_file_find_embedded(&arena, home, "a-b.c", &error)),
	    text_from_string(path_of("eh/.mailfilters/default")));
	write_file(path_of("eh/.mailfilters/a-default"), TEXT(""), 0600);
	check_text(text_from_string(rules_file_find_embedded(&arena, home, "a-b.c", &error)),
	    text_from_string(path_of("eh/.mailfilters/a-default")));
	write_file(path_of("eh/.mailfilters/a-b:c"), TEXT(""), 0600);
	check_text(text_from_string(rules_file_find_embedded(&arena, home, "a-b.c", &error)),
	    text_from_string(path_of("eh/.mailfilters/a-b:c")));
	check(chmod(path_of("eh/.mailfilters"), 0750) == 0);
	check(rules_file_find_embedded(&arena, home, "a-b.c", &error) == NULL);
	unlink(path_of("eh/.mailfilters/default"));
	unlink(path_of("eh/.mailfilters/a-default"));
	unlink(path_of("eh/.mailfilters/a-b:c"));
	rmdir(path_of("eh/.mailfilters"));
	rmdir(home);
}

static void
the_rules_log_has_maildrops_form(void)
{
	const struct message *message = message_new(&arena,
	    TEXT("From: \"Joe Brown\" <joe@example.com>\nSubject: Hello\n World\n\nbody\n"));
	const char *path = path_of("log");
	struct rules_log log;
	struct error error;
	struct text bytes;

	rules_log_init(&log);
	check(rules_log_write_line(&log, TEXT("goes nowhere"), &error));
	check(rules_log_open(&log, path, &error));
	check(rules_log_write_line(&log, TEXT("hello"), &error));
	rules_log_write_delivery(&log, &arena, message, TEXT("./box"), true);
	rules_log_write_delivery(&log, &arena, message, TEXT("!root@localhost"), false);
	rules_log_close(&log);
	check(file_read(&arena, path, 10000, &bytes, &error));
	/* As maildrop 2.9.3 writes them, but for the date. */
	check_text(text_split(&bytes, '\n'), TEXT("hello"));
	check_text(text_slice(text_split(&bytes, '\n'), 0, 6), TEXT("Date: "));
	check_text(text_split(&bytes, '\n'), TEXT("From: \"Joe Brown\" <joe@example.com>"));
	check_text(text_split(&bytes, '\n'), TEXT("Subj: Hello World"));
	check_text(text_split(&bytes, '\n'),
	    TEXT("File: ./box                                                               (64)"));
	check_text(text_split(&bytes, '\n'), TEXT(""));
	for (int i = 0; i < 3; i++)
		text_split(&bytes, '\n');
	check_text(text_slice(text_split(&bytes, '\n'), 0, 21), TEXT("!Err: !root@localhost"));
	unlink(path);
}

static void
a_copy_is_remembered_until_the_message_is_done(void)
{
	const struct envelope envelope = {.sender = TEXT("a@example.org")};
	const struct envelope other = {.sender = TEXT("b@example.org")};
	const struct envelope by_alias = {
	    .sender = TEXT("a@example.org"), .original_recipient = TEXT("c@example.org")};
	struct text message = TEXT("A: b\n\nbody\n");
	struct partial_delivery first = {.path = NULL}, second = first, stranger = first,
				third = first;

	partial_delivery_recall(&first, &arena, directory, &envelope, message);
	check(!partial_delivery_is_done(&first, TEXT("./copy/")));
	partial_delivery_note(&first, &arena, TEXT("./copy/"));
	partial_delivery_note(&first, &arena, TEXT("two\nlines"));
	partial_delivery_end(&first, &arena, directory, &envelope, message, true);
	partial_delivery_recall(&second, &arena, directory, &envelope, message);
	check(partial_delivery_is_done(&second, TEXT("./copy/")));
	check(!partial_delivery_is_done(&second, TEXT("./copy")));
	check(!partial_delivery_is_done(&second, TEXT("two")));
	partial_delivery_recall(&stranger, &arena, directory, &other, message);
	check(!partial_delivery_is_done(&stranger, TEXT("./copy/")));
	partial_delivery_recall(&stranger, &arena, directory, &by_alias, message);
	check(!partial_delivery_is_done(&stranger, TEXT("./copy/")));
	partial_delivery_end(&second, &arena, directory, &envelope, message, false);
	check(access(path_of(".culver/partial"), F_OK) < 0);
	partial_delivery_recall(&third, &arena, directory, &envelope, message);
	check(!partial_delivery_is_done(&third, TEXT("./copy/")));
	rmdir(path_of(".culver"));
}

static void
each_copy_to_one_destination_is_counted(void)
{
	const struct envelope envelope = {.sender = TEXT("a@example.org")};
	struct text message = TEXT("A: c\n\nbody\n");

	/* The first try makes one copy, each other try what is left of two. */
	for (unsigned try = 0; try < 3; try++) {
		struct partial_delivery partial = {.path = NULL};
		partial_delivery_recall(&partial, &arena, directory, &envelope, message);
		check(partial_delivery_is_done(&partial, TEXT("|handler")) == (try > 0));
		partial_delivery_note(&partial, &arena, TEXT("|handler"));
		check(partial_delivery_is_done(&partial, TEXT("|handler")) == (try > 1));
		if (try > 0)
			partial_delivery_note(&partial, &arena, TEXT("|handler"));
		check(!partial_delivery_is_done(&partial, TEXT("|handler")));
		partial_delivery_end(&partial, &arena, directory, &envelope, message, true);
	}
	struct partial_delivery unreached = {.path = NULL}, last = unreached;
	partial_delivery_recall(&unreached, &arena, directory, &envelope, message);
	partial_delivery_note(&unreached, &arena, TEXT("./other"));
	partial_delivery_end(&unreached, &arena, directory, &envelope, message, true);
	partial_delivery_recall(&last, &arena, directory, &envelope, message);
	check_text(last.earlier, TEXT("./other\n|handler\n|handler\n"));
	partial_delivery_end(&last, &arena, directory, &envelope, message, false);
	rmdir(path_of(".culver"));
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	test("options win over the environment", options_win_over_the_environment);
	test("an empty sender is a value, not an absence", an_empty_sender_is_a_value);
	test("the From_ line and then Return-Path are asked last", the_message_is_asked_last);
	test("a default mailbox may name the home and the user",
	    a_default_mailbox_names_home_and_user);
	test("only manual mode imports the whole environment",
	    only_manual_mode_imports_the_environment);
	test("commands get the variables that execve() can carry",
	    commands_get_what_execve_can_carry);
	test("rules that others could have written are refused", rules_of_others_are_refused);
	test("a path below a directory never leads out of it", paths_below_a_directory);
	test("a home must be its user's, closed and not paused", a_home_must_be_its_users);
	test("embedded names fall back to a default", embedded_names_fall_back_to_default);
	test("the rules' log has maildrop's form", the_rules_log_has_maildrops_form);
	test("a copy is remembered until the message is done",
	    a_copy_is_remembered_until_the_message_is_done);
	test("each copy to one destination is counted", each_copy_to_one_destination_is_counted);
	rmdir(directory);
	arena_clear(&arena);
	return tests_end();
}
