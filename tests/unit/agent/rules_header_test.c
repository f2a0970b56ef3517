/*
 * A message with another header: small ones in memory, large ones in a file of their own, the old
 * one untouched when the new one cannot be kept.
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/agent_host.h"
#include "agent/rules_header.h"
#include "support/tap.h"

enum { LARGE = 32 * 1024 * 1024 };

static struct arena arena;
static struct agent_host host;

/* A host that has received this message. */
static void
begin(struct text header, size_t body_size)
{
	struct error error;
	struct text bytes;
	char *body = malloc(body_size + 1);

	if (body == NULL)
		abort();
	memset(body, 'x', body_size + 1);
	for (size_t i = 72; i < body_size; i += 73)
		body[i] = '\n';
	body[0] = '\n';
	host = (struct agent_host){.arena = &arena, .spool_plan.directories = {"/tmp"}};
	struct spool_parts parts = {
	    .start = header, .rest = {body, body_size}, .rest_descriptor = -1};
	check(spool_compose(&arena, &host.spool_plan, &parts, &host.spool, &error));
	check(spool_map(host.spool, &bytes, &error));
	host.received_spool = host.spool;
	host.message = host.received = message_new(&arena, bytes);
	free(body);
}

static void
end(void)
{
	for (size_t i = 0; i < 2; i++) {
		if (host.header_versions.made[i].spool == NULL)
			continue;
		arena_clear(&host.header_versions.made[i].arena);
		spool_close(host.header_versions.made[i].spool);
	}
	spool_close(host.received_spool);
}

/* Replaces the header and compares all of the new message, also in the file that a back end would
 * link. */
static void
check_replaced(struct text header)
{
	const struct message *old = host.message, *edited = NULL;
	struct text body = arena_copy_text(&arena, message_body(old));
	struct error error = {.text = ""};
	char start[64];

	check(rules_header_replace(&host, old, header, &edited, &error));
	check(edited == host.message && edited != old);
	struct text bytes = message_bytes(edited);
	check_text(text_slice(bytes, 0, header.size), header);
	check_text(text_slice(bytes, header.size, header.size + 1), TEXT("\n"));
	check(text_is_equal(text_slice(bytes, header.size + 1, bytes.size), body));
	/* Whoever asked still reads the old one. */
	check(text_is_equal(message_body(old), body));
	int descriptor = spool_descriptor(host.spool);
	check((descriptor >= 0) == (bytes.size > SPOOL_MEMORY_MAX));
	check_number((long long)spool_size(host.spool), (long long)bytes.size);
	if (descriptor >= 0) {
		check(pread(descriptor, start, sizeof start, 0) == sizeof start);
		struct text in_file = {start, sizeof start};
		check_text(in_file, text_slice(bytes, 0, sizeof start));
		check_number(lseek(descriptor, 0, SEEK_END), (long long)bytes.size);
	}
}

static void
small_and_large_messages_get_their_header(void)
{
	static const size_t sizes[] = {
	    1, 2, 1000, SPOOL_MEMORY_MAX - 30, SPOOL_MEMORY_MAX, SPOOL_MEMORY_MAX + 1, 1024 * 1024};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		begin(TEXT("A: old\nB: 2\n"), sizes[i]);
		check_replaced(TEXT("A: new\nB: 2\nC: a longer header than before\n"));
		check_replaced(TEXT("A: 1\n"));
		check_replaced(TEXT("A: 1\nX: 3\n"));
		end();
	}
}

static void
a_message_without_header_or_body_gets_one(void)
{
	const struct message *edited;
	struct error error;

	begin(TEXT(""), 10);
	check_replaced(TEXT("A: first\n"));
	end();
	begin(TEXT("A: only\n"), 0);
	check(rules_header_replace(&host, host.message, TEXT("B: 2\n"), &edited, &error));
	check_text(message_bytes(edited), TEXT("B: 2\n"));
	check(!rules_header_replace(&host, host.message, TEXT(""), &edited, &error));
	check_text(message_bytes(host.message), TEXT("B: 2\n"));
	/* As it came: no line end at the end of all. */
	check(rules_header_replace(&host, host.message, TEXT("C: open"), &edited, &error));
	check_text(message_bytes(host.message), TEXT("C: open"));
	end();
}

static long
private_kibibytes(void)
{
	char line[256];
	long size = -1;
	FILE *status = fopen("/proc/self/status", "re");

	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			size = strtol(line + 8, NULL, 10);
	if (status != NULL)
		fclose(status);
	return size;
}

static void
private_memory_is_bounded(void)
{
	const struct message *edited;
	struct error error;

	begin(TEXT("A: old\n"), LARGE);
	check(spool_descriptor(host.spool) >= 0);
	long before = private_kibibytes();
	for (size_t i = 0; i < 20; i++)
		check(rules_header_replace(&host, host.message,
		    i % 2 == 0 ? TEXT("A: 1\nB: 2\n") : TEXT("A: 1\n"), &edited, &error));
	check(before > 0 && private_kibibytes() - before < 1024);
	end();
	/* Versions of small messages are given back too. */
	begin(TEXT("A: old\n"), 100000);
	before = private_kibibytes();
	for (size_t i = 0; i < 500; i++)
		check(rules_header_replace(
		    &host, host.message, TEXT("A: 1\nB: 2\n"), &edited, &error));
	/* 50 MB, were they kept; a sanitizer keeps some of what is given back. */
	check(private_kibibytes() - before < 16384);
	end();
}

static void
a_full_disk_leaves_the_old_message(void)
{
	const struct message *edited = NULL, *old;
	struct rlimit limit, before;
	struct error error = {.number = 0};
	sigset_t too_large, mask;

	begin(TEXT("A: old\n"), 1024 * 1024);
	old = host.message;
	sigemptyset(&too_large);
	sigaddset(&too_large, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &too_large, &mask);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 500000;
	setrlimit(RLIMIT_FSIZE, &limit);
	bool done = rules_header_replace(&host, old, TEXT("A: new\n"), &edited, &error);
	setrlimit(RLIMIT_FSIZE, &before);
	check(!done && edited == NULL && host.message == old && host.spool == host.received_spool);
	check(error.number == EFBIG || error.kind == ERROR_AGAIN);
	host.spool_plan.directories[0] = "/nonexistent";
	check(!rules_header_replace(&host, old, TEXT("A: new\n"), &edited, &error));
	check(host.message == old && text_has_prefix(message_bytes(old), TEXT("A: old\n")));
	end();
}

static void
changes_without_end_are_an_error(void)
{
	const struct message *edited;
	struct error error;
	unsigned done = 0;

	begin(TEXT("A: old\n"), 10);
	while (done <= RULES_HEADER_EDITS_MAX &&
	       rules_header_replace(&host, host.message, TEXT("A: 1\n"), &edited, &error))
		done++;
	check_number(done, RULES_HEADER_EDITS_MAX);
	check(error.kind == ERROR_LIMIT);
	end();
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test(
	    "small and large messages get their header", small_and_large_messages_get_their_header);
	test(
	    "a message without header or body gets one", a_message_without_header_or_body_gets_one);
	test("private memory is bounded", private_memory_is_bounded);
	test("a full disk leaves the old message", a_full_disk_leaves_the_old_message);
	test("changes without end are an error", changes_without_end_are_an_error);
	arena_clear(&arena);
	return tests_end();
}
