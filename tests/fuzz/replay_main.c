/*
 * A main for fuzz targets without libFuzzer: runs the target over the files given as arguments, and
 * over all files of the directories among them, and prints one TAP line each. Without arguments it
 * takes the target's own seeds, tests/fuzz/seeds/NAME under $top_srcdir for a program NAME.test. A
 * finding ends the program, as it would end the fuzzer.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_SIZE_MAX = 1 << 20 };

static bool
replay_file(const char *path, unsigned number)
{
	static uint8_t bytes[REPLAY_SIZE_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;

	if (file == NULL)
		return false;
	size_t size = fread(bytes, 1, sizeof bytes, file);
	bool is_read = ferror(file) == 0;
	fclose(file);
	/* A block of exactly this size, so that a sanitizer sees the first byte that is read too
	 * far. */
	exact = malloc(size > 0 ? size : 1);
	if (exact == NULL || !is_read)
		abort();
	for (size_t i = 0; i < size; i++)
		exact[i] = bytes[i];
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	printf("ok %u - %s is taken without a finding\n", number, path);
	fflush(stdout);
	return true;
}

static unsigned
replay_directory(const char *path, unsigned number)
{
	struct dirent **entries;
	char name[4096];
	int count = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && replay_file(name, number + 1))
			number++;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return number;
}

static unsigned
replay(const char *path, unsigned number)
{
	struct stat status;

	if (stat(path, &status) != 0)
		printf("# cannot open %s\n", path);
	else if (S_ISDIR(status.st_mode))
		return replay_directory(path, number);
	else if (replay_file(path, number + 1))
		return number + 1;
	return number;
}

/* The seeds that belong to the program's name. */
static unsigned
replay_own_seeds(const char *program)
{
	const char *root = getenv("top_srcdir"), *slash = strrchr(program, '/');
	const char *name = slash == NULL ? program : slash + 1;
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/fuzz/seeds/%.*s", root == NULL ? "." : root,
	    (int)strcspn(name, "."), name);
	return replay(path, 0);
}

int
main(int argc, char **argv)
{
	unsigned number = argc == 1 ? replay_own_seeds(argv[0]) : 0;

	for (int i = 1; i < argc; i++)
		number = replay(argv[i], number);
	if (number == 0)
		printf("not ok 1 - there are seeds\n");
	printf("1..%u\n", number > 0 ? number : 1);
	return number > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
