/*
 * The destination "|command": with and without a shell, what the command gets, and how its end is
 * the message's fate. Every case that runs without a shell is also run with one: the answer is the
 * same.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "deliver/backend.h"
#include "system/signals.h"
#include "support/files.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-pipe-XXXXXX";
static const char *environment[8];
static struct settings settings;
static const struct envelope envelope;

/* The shell of these tests: it leaves a mark, so that its use can be seen. */
static const char marking_shell[] = "#!/bin/sh\necho used >>\"$MARK\"\nexec /bin/sh \"$@\"\n";

static void
write_program(const char *path, const char *content)
{
	int descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);

	check(write(descriptor, content, strlen(content)) == (ssize_t)strlen(content));
	close(descriptor);
}

static struct delivery
delivery_for(struct text command, struct text message)
{
	return (struct delivery){
	    .arena = &arena,
	    .settings = &settings,
	    .envelope = &envelope,
	    .message = message_new(&arena, message),
	    .destination = command,
	    .target = command,
	    .user = "alice",
	    .environment = environment,
	};
}

static struct outcome
deliver(const char *command)
{
	struct delivery delivery =
	    delivery_for(text_from_string(command), TEXT("Subject: x\n\nbody\n"));
	struct outcome outcome = pipe_command_backend.deliver(&delivery);

	if (outcome.class == OUTCOME_DONE)
		check_text(delivery.final_place, text_trim(text_from_string(command)));
	check(outcome.reason != NULL);
	for (const char *byte = outcome.reason; *byte != '\0'; byte++)
		check(*byte >= ' ' && *byte <= '~');
	return outcome;
}

static bool
shell_was_used(void)
{
	return access("mark", F_OK) == 0 && unlink("mark") == 0;
}

static void
command_gets_the_message(void)
{
	check(deliver("cat >out").class == OUTCOME_DONE);
	check_text(files_take(&arena, "out"), TEXT("Subject: x\n\nbody\n"));
	check(shell_was_used());
	check(deliver("./keep >out 2>&1; exit 0").class == OUTCOME_DONE);
	check_text(files_take(&arena, "kept"), TEXT("Subject: x\n\nbody\n"));
}

static void
plain_words_need_no_shell(void)
{
	static const char *const plain[] = {
	    "keep", "  keep  ", "keep\ta", "keep a=b -x +y,z:%1@2", "keep a/../b c.d_e"};
	char absolute[64];

	shell_was_used();
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		check(deliver(plain[i]).class == OUTCOME_DONE);
		check(!shell_was_used());
		check_text(files_take(&arena, "kept"), TEXT("Subject: x\n\nbody\n"));
		struct text arguments = files_take(&arena, "arguments");
		const char *in_shell = arena_format(&arena, "%s;", plain[i]).data;
		check(deliver(in_shell).class == OUTCOME_DONE);
		check(shell_was_used());
		check_text(files_take(&arena, "arguments"), arguments);
	}
	snprintf(absolute, sizeof absolute, "%s/bin/keep one", directory);
	check(deliver(absolute).class == OUTCOME_DONE);
	check(!shell_was_used());
	check_text(files_take(&arena, "arguments"), TEXT("one\n"));
}

static void
everything_else_needs_the_shell(void)
{
	static const char *const shell[] = {"keep 'a b'", "keep \"a\"", "keep $HOME", "keep `true`",
	    "keep *", "keep ?", "keep [a]", "keep {a,b}", "keep a;true", "keep a&wait",
	    "keep a|cat", "keep a>/dev/null", "keep </dev/null", "keep (a", "keep #a", "keep ~",
	    "keep a\\b", "keep !", "keep ^a", "keep a\nkeep", "X=1 keep", "exec keep", "true",
	    ": keep", "./keep", "bin/keep", "eval keep", "time -p keep",
	    "no-such-program-here;true"};

	for (size_t i = 0; i < sizeof shell / sizeof *shell; i++) {
		deliver(shell[i]);
		if (!shell_was_used())
			check_text(text_from_string(shell[i]), TEXT("through the shell"));
	}
	unlink("kept");
	unlink("arguments");
}

static void
other_shells_have_their_say(void)
{
	settings.shell = TEXT("/usr/sbin/nologin");
	check(deliver("keep").class != OUTCOME_DONE);
	check_text(files_take(&arena, "kept"), TEXT("(none)"));
	settings.shell = arena_format(&arena, "%s/bin/sh", directory);
	environment[3] = "BASH_ENV=/dev/null";
	check(deliver("keep").class == OUTCOME_DONE);
	check(shell_was_used());
	environment[3] = "BASH_FUNC_keep%%=() { :; }";
	check(deliver("keep").class == OUTCOME_DONE);
	check(shell_was_used());
	environment[3] = NULL;
	struct delivery delivery = delivery_for(TEXT("keep"), TEXT(""));
	delivery.shell = TEXT("/bin/false");
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_LATER);
}

static void
scripts_without_interpreter_line_run(void)
{
	check(deliver("bare").class == OUTCOME_DONE);
	check(shell_was_used());
	check_text(files_take(&arena, "kept"), TEXT("bare\n"));
}

static void
exit_status_is_the_fate(void)
{
	static const struct {
		int status;
		enum outcome_class class;
		int exit_status;
	} cases[] = {
	    {EX_OK, OUTCOME_DONE, EX_OK},
	    {1, OUTCOME_LATER, EX_TEMPFAIL},
	    {EX_USAGE, OUTCOME_LATER, EX_TEMPFAIL},
	    {EX_DATAERR, OUTCOME_NEVER, EX_DATAERR},
	    {EX_NOUSER, OUTCOME_NEVER, EX_NOUSER},
	    {EX_UNAVAILABLE, OUTCOME_NEVER, EX_UNAVAILABLE},
	    {EX_TEMPFAIL, OUTCOME_LATER, EX_TEMPFAIL},
	    {EX_NOPERM, OUTCOME_NEVER, EX_NOPERM},
	    {126, OUTCOME_LATER, EX_TEMPFAIL},
	    {255, OUTCOME_LATER, EX_TEMPFAIL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (unsigned in_shell = 0; in_shell < 2; in_shell++) {
			struct outcome outcome = deliver(
			    arena_format(&arena, in_shell ? "exit %d" : "end %d", cases[i].status)
				.data);
			check_number(outcome.class, cases[i].class);
			check_number(outcome_exit_status(&outcome), cases[i].exit_status);
		}
	}
	check(deliver("kill -9 $$").class == OUTCOME_LATER);
}

static void
what_cannot_be_started_is_later(void)
{
	static const char *const commands[] = {
	    "no-such-program-here", "/no/such/program", "/etc/passwd", "/etc", "", "  "};

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		check_number(deliver(commands[i]).class, OUTCOME_LATER);
	struct outcome outcome = deliver("/no/such/program");
	check(strstr(outcome.reason, "cannot start /no/such/program") != NULL);
	struct delivery delivery = delivery_for(TEXT("true\0false"), TEXT(""));
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_LATER);
	check_text(text_from_string(deliver("exit 3; \033[31m\n\"").reason),
	    TEXT("command \"exit 3; ?[31m?\"\" ended with exit status 3"));
}

static void
long_commands_are_cut_in_reasons(void)
{
	char command[5000] = "exit 3; ";

	memset(command + 8, 'x', sizeof command - 9);
	command[sizeof command - 1] = '\0';
	struct outcome outcome = deliver(command);
	check_number(outcome.class, OUTCOME_LATER);
	check(strlen(outcome.reason) < 250);
}

static void
time_limit_is_later(void)
{
	settings.command_limit = 1;
	struct outcome outcome = deliver("sleep 30");
	settings.command_limit = 30;
	check_number(outcome.class, OUTCOME_LATER);
	check(strstr(outcome.reason, "within 1 seconds") != NULL);
}

static struct text
large_message(void)
{
	size_t size = 3 * 1024 * 1024;
	char *bytes = arena_alloc(&arena, size);

	memset(bytes, 'x', size);
	memcpy(bytes, "Subject: large\n\n", 16);
	return (struct text){bytes, size};
}

static void
unread_input_is_the_commands_decision(void)
{
	struct delivery delivery = delivery_for(TEXT("exec head -c 1 >/dev/null"), large_message());
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_DONE);
	delivery = delivery_for(TEXT("exit 0"), large_message());
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_DONE);
	delivery = delivery_for(TEXT("exit 75"), large_message());
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_LATER);
}

static void
spooled_messages_are_given_as_files(void)
{
	struct text message = large_message();
	struct spool_plan plan = {.directories = {directory, NULL}};
	struct spool *spool;
	struct error error;
	int file = open("message", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	check(write(file, message.data, message.size) == (ssize_t)message.size);
	check(lseek(file, 0, SEEK_SET) == 0);
	check(spool_receive(&arena, file, &plan, &spool, &error));
	check(spool_descriptor(spool) >= 0);
	struct delivery delivery =
	    delivery_for(TEXT("stat -L -c %F /dev/stdin >out; cmp - message"), message);
	delivery.spool = spool;
	/* Twice: each reader begins at the start. */
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_DONE);
	check(pipe_command_backend.deliver(&delivery).class == OUTCOME_DONE);
	check_text(files_take(&arena, "out"), TEXT("regular file\n"));
	spool_close(spool);
	close(file);
	unlink("message");
}

int
main(void)
{
	char search[128], mark[64];

	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL || chdir(directory) < 0 || mkdir("bin", 0700) < 0)
		return EXIT_FAILURE;
	write_program("bin/sh", marking_shell);
	write_program("bin/keep", "#!/bin/sh\ncat >kept\nprintf '%s\\n' \"$@\" >arguments\n");
	write_program("keep", "#!/bin/sh\ncat >kept\n");
	write_program("bin/end", "#!/bin/sh\nexit $1\n");
	write_program("bin/bare", "echo bare >kept\n");
	snprintf(search, sizeof search, "PATH=%s/bin:/usr/bin:/bin", directory);
	snprintf(mark, sizeof mark, "MARK=%s/mark", directory);
	environment[0] = search;
	environment[1] = mark;
	environment[2] = "HOME=/nonexistent";
	settings = (struct settings){
	    .shell = arena_format(&arena, "%s/bin/sh", directory),
	    .path = TEXT("/nonexistent"),
	    .command_limit = 30,
	};

	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("the command gets the message", command_gets_the_message);
	test("plain words run without a shell, with the same result", plain_words_need_no_shell);
	test("everything else runs through the shell", everything_else_needs_the_shell);
	test("other and prepared shells have their say", other_shells_have_their_say);
	test("a script without an interpreter line runs", scripts_without_interpreter_line_run);
	test("the exit status is the message's fate", exit_status_is_the_fate);
	test("what cannot be started is later, and the reason is printable",
	    what_cannot_be_started_is_later);
	test("a long command is cut in the reason", long_commands_are_cut_in_reasons);
	test("the time limit is later", time_limit_is_later);
	test("a command that ends with 0 without reading is done",
	    unread_input_is_the_commands_decision);
	test("a spooled message is given as a file", spooled_messages_are_given_as_files);
	int result = tests_end();
	arena_clear(&arena);
	if (chdir("/") == 0 && fork() == 0)
		execl("/bin/rm", "rm", "-rf", directory, (char *)NULL);
	return result;
}
