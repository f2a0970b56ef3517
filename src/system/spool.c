/*
 * Reading the message once; see spool.h. The memory comes from mmap() and not from an arena,
 * because only the pages that the message really fills should cost anything. The file has no name
 * until a back end links it, so a crash leaves nothing behind.
 */
#include "system/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/fault.h"
#include "system/file.h"
#include "system/signals.h"

enum {
	SPOOL_SMALL = 8 * 1024,
	SPOOL_PIPE_SIZE = 1024 * 1024,
	SPOOL_MOVE_CHUNK = 1024 * 1024,
	SPOOL_PATH_MAX = 4096
};

struct spool {
	int descriptor; /* -1: the message is in memory */
	uint64_t size;
	char *memory; /* NULL once the message is in a file */
	size_t memory_size;
	bool memory_is_mapped; /* else it is the arena's */
	size_t memory_start;   /* where the message begins in it */
	char *mapped;
};

/* The descriptor that the message comes from. */
struct spool_input {
	int descriptor;
	size_t room;      /* bytes kept free in front of what is read, for the prefix */
	size_t used;      /* bytes read into memory */
	bool at_end;      /* all is read */
	bool never_waits; /* the writer is gone: what is there can be read at once */
	bool in_kernel;   /* the kernel moves the bytes */
};

/*
 * Waits until the input can be read. Whoever writes to a pipe has usually written all by now, and
 * closed it: then one look is enough for the whole message.
 */
static bool
spool_wait(struct spool_input *input, struct error *error)
{
	struct pollfd waits[] = {
	    {.fd = input->descriptor, .events = POLLIN}, {.fd = -1, .events = POLLIN}};

	if (poll(waits, 1, 0) <= 0) {
		int ready;
		waits[1].fd = signals_descriptor();
		do
			ready = poll(waits, 2, signals_time_left());
		while (ready < 0 && errno == EINTR);
		if (ready < 0)
			return error_set_errno(error, "cannot wait for the message");
	}
	input->never_waits = (waits[0].revents & POLLHUP) != 0;
	if (waits[0].revents != 0)
		return true;
	return error_set(error, ERROR_AGAIN, "stopped by %s while reading the message",
	    signals_describe(signals_pending()));
}

/* read() that a signal or the deadline ends. 0 at the end, -1 with the error. */
static ssize_t
spool_read(struct spool_input *input, char *bytes, size_t size, struct error *error)
{
	for (;;) {
		if (!input->never_waits && !spool_wait(input, error))
			return -1;
		ssize_t got = read(input->descriptor, bytes, size);
		if (got >= 0)
			return got;
		if (errno != EINTR && errno != EAGAIN) {
			error_set_errno(error, "cannot read the message from standard input");
			return -1;
		}
	}
}

/* Fills the memory from the input, at most `maximum` bytes behind the room for the prefix. */
static bool
spool_fill(struct spool *spool, struct spool_input *input, size_t maximum, struct error *error)
{
	while (!input->at_end && input->used < maximum) {
		ssize_t got = spool_read(
		    input, spool->memory + input->room + input->used, maximum - input->used, error);
		if (got < 0)
			return false;
		input->at_end = got == 0;
		input->used += (size_t)got;
	}
	return true;
}

/* Takes memory for a larger message and moves there what has been read. */
static void
spool_grow(struct spool *spool, const struct spool_input *input)
{
	size_t size = input->room + SPOOL_MEMORY_MAX;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		out_of_memory();
	memcpy(memory + input->room, spool->memory + input->room, input->used);
	spool->memory = memory;
	spool->memory_size = size;
	spool->memory_is_mapped = true;
}

/* Reads until the input ends or the memory is full. */
static bool
spool_read_into_memory(
    struct spool *spool, struct arena *arena, struct spool_input *input, struct error *error)
{
	spool->memory = arena_alloc_bytes(arena, input->room + SPOOL_SMALL);
	if (!spool_fill(spool, input, SPOOL_SMALL, error))
		return false;
	if (input->at_end)
		return true;
	spool_grow(spool, input);
	return spool_fill(spool, input, SPOOL_MEMORY_MAX, error);
}

/* A file without a name in that directory, or one whose name is removed at once; -1 with errno. */
static int
spool_open_file(const char *directory)
{
	char name[SPOOL_PATH_MAX];

	if (fault_is_requested("spool-open"))
		return -1;
	int descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return descriptor;
	size_t length = strlen(directory);
	if (length + sizeof "/culver.XXXXXX" > sizeof name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, directory, length);
	memcpy(name + length, "/culver.XXXXXX", sizeof "/culver.XXXXXX");
	descriptor = mkostemp(name, O_CLOEXEC);
	if (descriptor >= 0)
		unlink(name);
	return descriptor;
}

static bool
spool_choose_file(struct spool *spool, const struct spool_plan *plan, struct error *error)
{
	const size_t count = sizeof plan->directories / sizeof *plan->directories;

	errno = ENOENT;
	for (size_t i = 0; i < count && plan->directories[i] != NULL; i++) {
		spool->descriptor = spool_open_file(plan->directories[i]);
		if (spool->descriptor >= 0)
			return true;
	}
	return error_set_errno(error, "no directory for a large message can be written");
}

/* Moves one piece of the input to the file, in the kernel if it can. */
static ssize_t
spool_move(struct spool *spool, struct spool_input *input)
{
	if (input->in_kernel) {
		ssize_t moved = splice(input->descriptor, NULL, spool->descriptor, NULL,
		    SPOOL_MOVE_CHUNK, SPLICE_F_MOVE);
		if (moved >= 0 || errno != EINVAL)
			return moved;
		moved = sendfile(spool->descriptor, input->descriptor, NULL, SPOOL_MOVE_CHUNK);
		if (moved >= 0 || errno != EINVAL)
			return moved;
		input->in_kernel = false;
	}
	ssize_t got = read(input->descriptor, spool->memory, SPOOL_MEMORY_MAX);
	if (got <= 0)
		return got;
	for (ssize_t done = 0; done < got;) {
		ssize_t written =
		    write(spool->descriptor, spool->memory + done, (size_t)(got - done));
		if (written < 0 && errno != EINTR)
			return -1;
		done += written > 0 ? written : 0;
	}
	return got;
}

static bool
spool_refuse_size(uint64_t maximum, struct error *error)
{
	return error_set(error, ERROR_LIMIT, "there are more than %llu bytes on standard input",
	    (unsigned long long)maximum);
}

static bool
spool_move_rest(
    struct spool *spool, struct spool_input *input, uint64_t maximum, struct error *error)
{
	input->in_kernel = true;
	/* A wider pipe means fewer turns between the MTA and us; not being allowed one costs only
	 * those. */
	fcntl(input->descriptor, F_SETPIPE_SZ, SPOOL_PIPE_SIZE);
	for (;;) {
		if (!input->never_waits && !spool_wait(input, error))
			return false;
		if (fault_is_requested("spool-write"))
			return error_set_errno(error, "cannot store the message");
		ssize_t moved = spool_move(spool, input);
		if (moved < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (moved < 0)
			return error_set_errno(error, "cannot store the message");
		if (moved == 0)
			return true;
		spool->size += (uint64_t)moved;
		if (maximum > 0 && spool->size > maximum)
			return spool_refuse_size(maximum, error);
	}
}

/* The memory is full and the input goes on: everything moves to a file. */
static bool
spool_continue_in_file(struct spool *spool, struct spool_input *input,
    const struct spool_plan *plan, struct error *error)
{
	struct text start = {spool->memory + spool->memory_start, (size_t)spool->size};

	if (!spool_choose_file(spool, plan, error))
		return false;
	if (!file_write(spool->descriptor, start, "the message", error))
		return false;
	if (!spool_move_rest(spool, input, plan->maximum, error))
		return false;
	munmap(spool->memory, spool->memory_size);
	spool->memory = NULL;
	return true;
}

bool
spool_receive(struct arena *arena, int descriptor, const struct spool_plan *plan,
    struct spool **spool_out, struct error *error)
{
	struct spool *spool = arena_alloc(arena, sizeof *spool);
	struct spool_input input = {.descriptor = descriptor, .room = plan->prefix.size};
	size_t skipped = 0;

	spool->descriptor = -1;
	if (!spool_read_into_memory(spool, arena, &input, error)) {
		spool_close(spool);
		return false;
	}
	if (plan->maximum > 0 && input.used > plan->maximum) {
		spool_close(spool);
		return spool_refuse_size(plan->maximum, error);
	}
	if (plan->skip != NULL)
		skipped = plan->skip(
		    plan->skip_self, (struct text){spool->memory + input.room, input.used});
	REQUIRE(skipped <= input.used);
	/* The prefix ends where the message begins: it may overwrite what was skipped. */
	spool->memory_start = skipped;
	if (input.room > 0)
		memcpy(spool->memory + skipped, plan->prefix.data, input.room);
	spool->size = input.room + input.used - skipped;
	if (!input.at_end && !spool_continue_in_file(spool, &input, plan, error)) {
		spool_close(spool);
		return false;
	}
	*spool_out = spool;
	return true;
}

bool
spool_create(struct arena *arena, const struct spool_plan *plan, struct spool **spool_out,
    struct error *error)
{
	struct spool *spool = arena_alloc(arena, sizeof *spool);

	spool->descriptor = -1;
	if (!spool_choose_file(spool, plan, error))
		return false;
	*spool_out = spool;
	return true;
}

/* Moves all but the first bytes to a file of their own: a back end links the file as it is. */
static bool
spool_drop_start(
    struct spool *spool, size_t size, const struct spool_plan *plan, struct error *error)
{
	struct text whole = {spool->mapped, (size_t)spool->size};
	struct spool rest = {.descriptor = -1, .size = spool->size - size};

	if (!spool_choose_file(&rest, plan, error))
		return false;
	if (!file_write(
		rest.descriptor, text_slice(whole, size, whole.size), "the message", error)) {
		spool_close(&rest);
		return false;
	}
	spool_close(spool);
	*spool = rest;
	return true;
}

bool
spool_finish(struct spool *spool, const struct spool_plan *plan, struct error *error)
{
	struct stat status;
	struct text bytes;

	if (fstat(spool->descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at the message");
	spool->size = (uint64_t)status.st_size;
	if (spool->size == 0 || plan->skip == NULL)
		return true;
	if (!spool_map(spool, &bytes, error))
		return false;
	size_t skipped = plan->skip(plan->skip_self, bytes);
	REQUIRE(skipped <= bytes.size);
	return skipped == 0 || spool_drop_start(spool, skipped, plan, error);
}

/* Both parts in memory. */
static void
spool_compose_in_memory(struct spool *spool, const struct spool_parts *parts)
{
	spool->memory_size = (size_t)spool->size;
	spool->memory = mmap(
	    NULL, spool->memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (spool->memory == MAP_FAILED)
		out_of_memory();
	spool->memory_is_mapped = true;
	if (parts->start.size > 0)
		memcpy(spool->memory, parts->start.data, parts->start.size);
	if (parts->rest.size > 0)
		memcpy(spool->memory + parts->start.size, parts->rest.data, parts->rest.size);
}

static bool
spool_compose_in_file(struct spool *spool, const struct spool_plan *plan,
    const struct spool_parts *parts, struct error *error)
{
	static const char what[] = "the edited message";

	if (!spool_choose_file(spool, plan, error) ||
	    !file_write(spool->descriptor, parts->start, what, error))
		return false;
	if (parts->rest_descriptor < 0)
		return file_write(spool->descriptor, parts->rest, what, error);
	return file_copy_from(parts->rest_descriptor, parts->rest_offset, spool->descriptor,
	    parts->rest.size, what, error);
}

bool
spool_compose(struct arena *arena, const struct spool_plan *plan, const struct spool_parts *parts,
    struct spool **spool_out, struct error *error)
{
	struct spool *spool = arena_alloc(arena, sizeof *spool);

	*spool = (struct spool){
	    .descriptor = -1, .size = (uint64_t)parts->start.size + parts->rest.size};
	REQUIRE(spool->size > 0);
	if (spool->size <= SPOOL_MEMORY_MAX)
		spool_compose_in_memory(spool, parts);
	else if (!spool_compose_in_file(spool, plan, parts, error)) {
		spool_close(spool);
		return false;
	}
	*spool_out = spool;
	return true;
}

void
spool_close(struct spool *spool)
{
	if (spool->mapped != NULL)
		munmap(spool->mapped, (size_t)spool->size);
	if (spool->memory_is_mapped && spool->memory != NULL)
		munmap(spool->memory, spool->memory_size);
	if (spool->descriptor >= 0)
		close(spool->descriptor);
	*spool = (struct spool){.descriptor = -1};
}

uint64_t
spool_size(const struct spool *spool)
{
	return spool->size;
}

bool
spool_map(struct spool *spool, struct text *bytes_out, struct error *error)
{
	if (spool->memory != NULL) {
		*bytes_out =
		    (struct text){spool->memory + spool->memory_start, (size_t)spool->size};
		return true;
	}
	if (spool->mapped == NULL) {
		void *mapped =
		    mmap(NULL, (size_t)spool->size, PROT_READ, MAP_SHARED, spool->descriptor, 0);
		if (mapped == MAP_FAILED)
			return error_set_errno(error, "cannot map the message");
		spool->mapped = mapped;
	}
	*bytes_out = (struct text){spool->mapped, (size_t)spool->size};
	return true;
}

int
spool_descriptor(const struct spool *spool)
{
	return spool->descriptor;
}
