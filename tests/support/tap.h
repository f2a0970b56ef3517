/*
 * A test program in the Test Anything Protocol, without a library:
 *
 *	static void
 *	folds_are_unfolded(void)
 *	{
 *		check_text(unfold("a\n b"), TEXT("a b"));
 *	}
 *
 *	int
 *	main(void)
 *	{
 *		test("a fold loses its line end only", folds_are_unfolded);
 *		return tests_end();
 *	}
 *
 * Names are sentences. A test passes when all its checks hold. exact_copy() puts bytes into a heap
 * block of exactly their size, so that reading one byte too far is seen by AddressSanitizer and
 * valgrind. tests_end() also fails the program when a test left a descriptor open.
 */
#ifndef TESTS_SUPPORT_TAP_H
#define TESTS_SUPPORT_TAP_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static unsigned tests_run, tests_failed, checks_failed;

static inline unsigned
tests_open_descriptors(void)
{
	unsigned count = 0;
	DIR *directory = opendir("/proc/self/fd");

	if (directory == NULL)
		return 0;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static inline void
check_at(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	checks_failed++;
	printf("# %s:%d: does not hold: %s\n", file, line, what);
}

static inline void
check_text_at(struct text got, struct text wanted, const char *file, int line)
{
	if (text_is_equal(got, wanted))
		return;
	checks_failed++;
	printf("# %s:%d: got (%zu bytes) \"", file, line, got.size);
	for (size_t i = 0; i < got.size && i < 400; i++)
		printf(got.data[i] >= ' ' && got.data[i] < 127 ? "%c" : "\\x%02x",
		    (unsigned char)got.data[i]);
	printf("\", wanted (%zu bytes) \"", wanted.size);
	for (size_t i = 0; i < wanted.size && i < 400; i++)
		printf(wanted.data[i] >= ' ' && wanted.data[i] < 127 ? "%c" : "\\x%02x",
		    (unsigned char)wanted.data[i]);
	printf("\"\n");
}

static inline void
check_number_at(long long got, long long wanted, const char *what, const char *file, int line)
{
	if (got == wanted)
		return;
	checks_failed++;
	printf("# %s:%d: %s is %lld, wanted %lld\n", file, line, what, got, wanted);
}

#define check(condition)          check_at((condition), #condition, __FILE__, __LINE__)
#define check_text(got, wanted)   check_text_at((got), (wanted), __FILE__, __LINE__)
#define check_number(got, wanted) check_number_at((got), (wanted), #got, __FILE__, __LINE__)

static inline void
test(const char *sentence, void (*run)(void))
{
	unsigned descriptors = tests_open_descriptors();

	checks_failed = 0;
	run();
	if (tests_open_descriptors() != descriptors) {
		printf("# a descriptor was left open, or one was closed\n");
		checks_failed++;
	}
	tests_run++;
	tests_failed += checks_failed > 0;
	printf("%s %u - %s\n", checks_failed > 0 ? "not ok" : "ok", tests_run, sentence);
	fflush(stdout);
}

static inline void
test_skip(const char *sentence, const char *reason)
{
	printf("ok %u - %s # SKIP %s\n", ++tests_run, sentence, reason);
}

static inline int
tests_end(void)
{
	printf("1..%u\n", tests_run);
	return tests_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The caller frees .data; size 0 gives a block of one byte that must not be read. */
static inline struct text
exact_copy(struct text source)
{
	char *block = malloc(source.size > 0 ? source.size : 1);

	if (block == NULL)
		abort();
	if (source.size > 0)
		memcpy(block, source.data, source.size);
	return (struct text){block, source.size};
}

#endif
