/*
 * The file of identifiers: formail's ring and reformail's queue, byte for byte.
 */
#include "handle/compat/seen_memory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/tap.h"

static char path[] = "/tmp/culver-seen.XXXXXX";

static void
put(struct text bytes)
{
	int descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	check(descriptor >= 0 && write(descriptor, bytes.data, bytes.size) == (ssize_t)bytes.size);
	close(descriptor);
}

static void
check_file(struct text wanted)
{
	char bytes[1024];
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(descriptor, bytes, sizeof bytes);

	close(descriptor);
	check(size >= 0);
	check_text(((struct text){bytes, size > 0 ? (size_t)size : 0}), wanted);
}

static bool
ask(uint64_t size, enum seen_memory_kind kind, struct text key)
{
	struct arena arena;
	struct error error;
	struct text copy = exact_copy(key);
	bool is_seen = false;

	arena_init(&arena, NULL, 0);
	check(seen_memory_ask(&arena, path, size, kind, copy, &is_seen, &error));
	arena_clear(&arena);
	free((void *)(uintptr_t)copy.data);
	return is_seen;
}

static void
the_ring(void)
{
	put(TEXT(""));
	check(!ask(6, SEEN_MEMORY_RING, TEXT("aa")));
	check_file(TEXT("aa\0\0"));
	check(ask(6, SEEN_MEMORY_RING, TEXT("aa")));
	check(!ask(6, SEEN_MEMORY_RING, TEXT("bb")));
	check(!ask(6, SEEN_MEMORY_RING, TEXT("cc")));
	check(ask(6, SEEN_MEMORY_RING, TEXT("cc")));
}

static void
the_queue(void)
{
	put(TEXT(""));
	check(!ask(9, SEEN_MEMORY_QUEUE, TEXT("aa")));
	check(!ask(9, SEEN_MEMORY_QUEUE, TEXT("bb")));
	check_file(TEXT("aa\0bb\0\0"));
	check(ask(9, SEEN_MEMORY_QUEUE, TEXT("aa")));
	check_file(TEXT("bb\0aa\0\0"));
	check(!ask(9, SEEN_MEMORY_QUEUE, TEXT("cc")));
	check_file(TEXT("aa\0cc\0\0"));
	check(!ask(9, SEEN_MEMORY_QUEUE, TEXT("bb")));
}

static void
damaged_files(void)
{
	put(TEXT("aa"));
	check(ask(20, SEEN_MEMORY_QUEUE, TEXT("aa")));
	put(TEXT("\0\0aa\0\0"));
	check(!ask(20, SEEN_MEMORY_QUEUE, TEXT("aa")));
	check(ask(20, SEEN_MEMORY_QUEUE, TEXT("aa")));
	put(TEXT("aa"));
	check(!ask(20, SEEN_MEMORY_RING, TEXT("aa")));
	check(ask(20, SEEN_MEMORY_RING, TEXT("aa")));
}

static void
odd_keys(void)
{
	char *large = malloc(SEEN_MEMORY_KEY_MAX + 1);

	memset(large, 'a', SEEN_MEMORY_KEY_MAX + 1);
	for (int kind = SEEN_MEMORY_RING; kind <= SEEN_MEMORY_QUEUE; kind++) {
		put(TEXT("aa\0\0"));
		for (int i = 0; i < 2; i++) {
			check(!ask(99, (enum seen_memory_kind)kind, TEXT("")));
			check(!ask(99, (enum seen_memory_kind)kind, TEXT("a\0b")));
			check(!ask(99, (enum seen_memory_kind)kind,
			    (struct text){large, SEEN_MEMORY_KEY_MAX + 1}));
		}
		check_file(TEXT("aa\0\0"));
		/* One that is larger than the file does not make it forget the others. */
		check(!ask(3, (enum seen_memory_kind)kind, TEXT("a longer one")));
		check(ask(3, (enum seen_memory_kind)kind, TEXT("a longer one")));
	}
	check_file(TEXT("aa\0a longer one\0\0"));
	free(large);
}

static void
no_file(void)
{
	struct arena arena;
	struct error error;
	bool is_seen = true;

	arena_init(&arena, NULL, 0);
	check(!seen_memory_ask(&arena, "/tmp", 9, SEEN_MEMORY_QUEUE, TEXT("a"), &is_seen, &error));
	check(!is_seen);
	check(!seen_memory_ask(
	    &arena, "/dev/null", 9, SEEN_MEMORY_RING, TEXT("a"), &is_seen, &error));
	check(!is_seen);
	arena_clear(&arena);
}

int
main(void)
{
	int descriptor = mkstemp(path);

	if (descriptor < 0)
		return 99;
	close(descriptor);
	test("the ring goes round", the_ring);
	test("the queue drops the oldest, and moves one that is met again to the back", the_queue);
	test("what is left of a damaged file is used", damaged_files);
	test("an empty, odd or very long key is always new", odd_keys);
	test("where there is no regular file nothing was seen", no_file);
	unlink(path);
	return tests_end();
}
