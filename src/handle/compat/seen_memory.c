/*
 * The file of identifiers; see seen_memory.h.
 */
#include "handle/compat/seen_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/lock.h"

/* The file's bytes, the key, and what is to be written where. */
struct seen_memory {
	struct arena *arena;
	struct text bytes;
	uint64_t size; /* that the file should not pass by much */
	struct text key;
	bool is_seen;
	struct text change;
	uint64_t change_at;
};

/* The key as it stands in the file, with one more NUL where it is the last. */
static struct text
seen_memory_entry(struct seen_memory *memory)
{
	char *entry = arena_alloc(memory->arena, memory->key.size + 2);

	memcpy(entry, memory->key.data, memory->key.size);
	return (struct text){entry, memory->key.size + 2};
}

/* Strings are looked at that begin before `size`, or up to one that has no end. The one behind the end
 * mark may be the rest of one that was written over. */
static void
seen_memory_ask_ring(struct seen_memory *memory)
{
	uint64_t insert = memory->size;

	for (size_t at = 0; at < memory->size;) {
		size_t end = text_find_byte(memory->bytes, at, '\0');
		struct text word = text_slice(memory->bytes, at, end);
		if (end >= memory->bytes.size)
			break;
		if (text_is_equal(word, memory->key)) {
			memory->is_seen = true;
			return;
		}
		if (word.size == 0 && insert == memory->size) {
			insert = at;
			end = text_find_byte(memory->bytes, end + 1, '\0');
		}
		at = end + 1;
	}
	memory->change_at = insert < memory->size ? insert : 0;
	memory->change = seen_memory_entry(memory);
}

/* All strings but this one, then this one; as many of the last as fit. */
static void
seen_memory_ask_queue(struct seen_memory *memory)
{
	char *kept = arena_alloc(memory->arena, memory->bytes.size + memory->key.size + 3);
	struct text entry = seen_memory_entry(memory);
	size_t used = 0;

	for (size_t at = 0; at < memory->bytes.size && memory->bytes.data[at] != '\0';) {
		size_t end = text_find_byte(memory->bytes, at, '\0');
		struct text word = text_slice(memory->bytes, at, end);
		if (text_is_equal(word, memory->key)) {
			memory->is_seen = true;
		} else {
			memcpy(kept + used, word.data, word.size);
			used += word.size + 1;
		}
		at = end + 1;
	}
	memcpy(kept + used, entry.data, entry.size);
	used += entry.size;
	struct text all = {kept, used - 1};
	size_t start = 0;
	while (start < all.size && all.size - start >= memory->size)
		start = text_find_byte(all, start, '\0') + 1;
	/* A key that alone is too large must not make all others forgotten. */
	memory->change = text_slice((struct text){kept, used}, start < all.size ? start : 0, used);
}

static bool
seen_memory_read(struct seen_memory *memory, int descriptor, const char *path, struct error *error)
{
	struct stat status;
	size_t done = 0;

	if (fstat(descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_REFUSE, "%s is not a regular file", path);
	if (status.st_size > SEEN_MEMORY_FILE_MAX)
		return error_set(error, ERROR_LIMIT, "%s is larger than %d bytes: remove it", path,
		    SEEN_MEMORY_FILE_MAX);
	char *bytes = arena_alloc_bytes(memory->arena, (size_t)status.st_size);
	while (done < (size_t)status.st_size) {
		ssize_t got =
		    pread(descriptor, bytes + done, (size_t)status.st_size - done, (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(error, "cannot read %s", path);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	memory->bytes = (struct text){bytes, done};
	return true;
}

static bool
seen_memory_write(
    const struct seen_memory *memory, int descriptor, const char *path, struct error *error)
{
	size_t done = 0;

	while (done < memory->change.size) {
		ssize_t got = pwrite(descriptor, memory->change.data + done,
		    memory->change.size - done, (off_t)(memory->change_at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(error, "cannot write %s", path);
		done += (size_t)got;
	}
	return true;
}

static bool
seen_memory_ask_locked(struct seen_memory *memory, int descriptor, const char *path,
    enum seen_memory_kind kind, struct error *error)
{
	if (!lock_file(descriptor, path, SEEN_MEMORY_WAIT, error) ||
	    !seen_memory_read(memory, descriptor, path, error))
		return false;
	if (kind == SEEN_MEMORY_RING)
		seen_memory_ask_ring(memory);
	else
		seen_memory_ask_queue(memory);
	return seen_memory_write(memory, descriptor, path, error);
}

bool
seen_memory_ask(struct arena *arena, const char *path, uint64_t size, enum seen_memory_kind kind,
    struct text key, bool *seen_out, struct error *error)
{
	struct seen_memory memory = {.arena = arena, .size = size, .key = key};
	bool is_usable = key.size > 0 && key.size <= SEEN_MEMORY_KEY_MAX &&
			 text_find_byte(key, 0, '\0') == key.size;

	*seen_out = false;
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s", path);
	bool is_done = !is_usable || seen_memory_ask_locked(&memory, descriptor, path, kind, error);
	/* Closing gives the lock back. */
	close(descriptor);
	*seen_out = is_done && memory.is_seen;
	return is_done;
}
