/*
 * Makes, moves and checks the messages of mbox_concurrent.t:
 *
 *	mbox_traffic make NUMBER		message NUMBER on standard output
 *	mbox_traffic move BOX OUT STOP	like a mail reader: takes the locks, the dot-lock first,
 *					moves what is in BOX to the end of OUT; until a file STOP exists
 *	mbox_traffic check COUNT FILE...	the files hold the messages 0 to COUNT-1, each once, whole
 *
 * It shares no code with what is tested.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_MAX = 600000, BOX_MAX = 64 * 1024 * 1024, COUNT_MAX = 10000 };

/* The message's bytes; quoted: as an mbox has them, with the empty line behind. */
static size_t
make(unsigned number, bool quoted, char *out)
{
	unsigned lines = number % 7 == 0 ? 5000 : 3 + number * 13 % 90;
	size_t size =
	    (size_t)sprintf(out, "From: sender%u@example.com\nX-Number: %u\n\n", number, number);

	for (unsigned i = 0; i < lines; i++)
		size += (size_t)sprintf(out + size, "%s message %u line %u of %u %.*s\n",
		    i % 5 != 3 ? "text"
		    : quoted   ? ">From"
			       : "From",
		    number, i, lines, (int)((number + i) % 50),
		    "..................................................");
	if (quoted)
		out[size++] = '\n';
	return size;
}

static void
pause_shortly(void)
{
	struct timespec length = {0, 2000000};

	nanosleep(&length, NULL);
}

/* One round; false when a lock is held by another. */
static bool
move_once(const char *box, const char *lock, int out)
{
	static char bytes[BOX_MAX];
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int lock_file = open(lock, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (lock_file < 0)
		return false;
	dprintf(lock_file, "%ld\n", (long)getpid());
	close(lock_file);
	int file = open(box, O_RDWR);
	bool locked = file >= 0 && fcntl(file, F_SETLK, &whole) == 0;
	if (locked) {
		ssize_t size = read(file, bytes, sizeof bytes);
		if (size < 0 || size == sizeof bytes || write(out, bytes, (size_t)size) != size ||
		    ftruncate(file, 0) != 0)
			exit(1);
	}
	if (file >= 0)
		close(file);
	unlink(lock);
	return locked;
}

static int
move(const char *box, const char *out_path, const char *stop)
{
	char lock[4096];
	int out = open(out_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	unsigned rounds = 0;

	snprintf(lock, sizeof lock, "%s.lock", box);
	while (access(stop, F_OK) != 0) {
		rounds += move_once(box, lock, out);
		pause_shortly();
	}
	printf("%u\n", rounds);
	close(out);
	return 0;
}

/* Takes one message off the front; its number, or -1. */
static int
take(char **next, char *end)
{
	static char wanted[MESSAGE_MAX];
	static const char separator[] = "From ";
	unsigned number;
	size_t rest = (size_t)(end - *next);

	if (rest < sizeof separator || memcmp(*next, separator, sizeof separator - 1) != 0)
		return -1;
	char *header = memchr(*next, '\n', rest);
	if (header == NULL)
		return -1;
	header++;
	char *field = memmem(header, (size_t)(end - header), "\nX-Number: ", 11);
	if (field == NULL || sscanf(field + 11, "%u", &number) != 1 || number >= COUNT_MAX)
		return -1;
	size_t size = make(number, true, wanted);
	if ((size_t)(end - header) < size || memcmp(header, wanted, size) != 0)
		return -1;
	*next = header + size;
	return (int)number;
}

static int
check(unsigned count, char **paths)
{
	static char bytes[BOX_MAX];
	static unsigned seen[COUNT_MAX];
	int failures = 0;

	for (; *paths != NULL; paths++) {
		FILE *file = fopen(*paths, "r");
		if (file == NULL)
			continue;
		size_t size = fread(bytes, 1, sizeof bytes, file);
		fclose(file);
		for (char *next = bytes; next < bytes + size;) {
			long place = next - bytes;
			int number = take(&next, bytes + size);
			if (number < 0) {
				printf("# %s: not a whole message at byte %ld\n", *paths, place);
				return 1;
			}
			seen[number]++;
		}
	}
	for (unsigned i = 0; i < COUNT_MAX; i++)
		if (seen[i] != (i < count)) {
			printf("# message %u is there %u times\n", i, seen[i]);
			failures++;
		}
	return failures > 0;
}

int
main(int count, char **arguments)
{
	static char message[MESSAGE_MAX];

	if (count == 3 && strcmp(arguments[1], "make") == 0) {
		size_t size = make((unsigned)strtoul(arguments[2], NULL, 10), false, message);
		return fwrite(message, 1, size, stdout) == size ? 0 : 1;
	}
	if (count == 5 && strcmp(arguments[1], "move") == 0)
		return move(arguments[2], arguments[3], arguments[4]);
	if (count >= 4 && strcmp(arguments[1], "check") == 0)
		return check((unsigned)strtoul(arguments[2], NULL, 10), arguments + 3);
	return 2;
}
