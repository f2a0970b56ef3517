/*
 * Runs several delivery commands in turn, round by round (A B C A B C ...), each fed with the same
 * message through a pipe by a process of its own, and prints what they cost. The numbers are the
 * kernel's accounting of the reaped command alone: the feeder and this program are not in them.
 * After each batch the files in the command's Maildir are counted: a command that delivered nothing
 * is an error, not a fast command.
 *
 *	measure MESSAGE ROUNDS BATCH NAME MAILDIR COMMAND [ARGUMENT ...] [-- NAME MAILDIR ...] ...
 *
 * One line per command, tab-separated: name; CPU (user + system), wall and page faults as
 * minimum/median/maximum over the rounds (microseconds a message, count); peak resident KiB; and
 * the CPU and the wall time of the first command divided by this one's (median of the round-by-round
 * ratios).
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, KEPT_MAX = 256 * 1024 * 1024 };

struct figures {
	double cpu, wall, faults;
};

struct command {
	const char *name;
	const char *maildir;
	char **arguments;
	struct figures *rounds;
	long peak; /* KiB */
	size_t delivered;
};

/* Only the feeder maps it: a mapping here would count in the peak memory of the commands. */
struct message {
	int file;
	size_t size;
};

static void
fail(const char *what)
{
	perror(what);
	exit(EX_OSERR);
}

static double
microseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static double
monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The process that plays the MTA: writes the message into the pipe and ends. */
static pid_t
start_feeder(const struct message *message, const int pipe_ends[2])
{
	pid_t feeder = fork();

	if (feeder < 0)
		fail("fork");
	if (feeder > 0)
		return feeder;
	close(pipe_ends[0]);
	const char *bytes = mmap(NULL, message->size, PROT_READ, MAP_SHARED, message->file, 0);
	if (bytes == MAP_FAILED)
		_exit(1);
	for (size_t done = 0; done < message->size;) {
		ssize_t written = write(pipe_ends[1], bytes + done, message->size - done);
		if (written < 0)
			_exit(1);
		done += (size_t)written;
	}
	_exit(0);
}

/* One delivery. */
static struct figures
run_once(struct command *command, const struct message *message)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int pipe_ends[2], status;
	pid_t child;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		fail("pipe");
	pid_t feeder = start_feeder(message, pipe_ends);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipe_ends[0], STDIN_FILENO);
	double start = monotonic();
	/* Not fork(): copying this program's page tables would be charged to the command. */
	if (posix_spawnp(
		&child, command->arguments[0], &actions, NULL, command->arguments, environ) != 0)
		fail(command->arguments[0]);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	if (wait4(child, &status, 0, &usage) < 0)
		fail("wait4");
	double end = monotonic();
	posix_spawn_file_actions_destroy(&actions);
	waitpid(feeder, NULL, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: %s ended with status %#x\n", command->name, status);
		exit(EX_SOFTWARE);
	}
	if (usage.ru_maxrss > command->peak)
		command->peak = usage.ru_maxrss;
	return (struct figures){
	    .cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
	    .wall = end - start,
	    .faults = (double)usage.ru_minflt,
	};
}

/* Counts the messages in new/, which must be whole, and removes them when asked. */
static size_t
count_messages(const struct command *command, size_t minimum, bool empty)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat status;
	size_t count = 0;

	snprintf(path, sizeof path, "%s/new", command->maildir);
	DIR *directory = opendir(path);
	if (directory == NULL)
		fail(path);
	while ((entry = readdir(directory)) != NULL) {
		if (fstatat(dirfd(directory), entry->d_name, &status, 0) < 0 ||
		    !S_ISREG(status.st_mode))
			continue;
		if ((size_t)status.st_size < minimum) {
			fprintf(stderr, "measure: %s wrote a short message\n", command->name);
			exit(EX_SOFTWARE);
		}
		count++;
		if (empty)
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	closedir(directory);
	return count;
}

static void
check_delivered(struct command *command, const struct message *message, size_t batch)
{
	size_t kept = (command->delivered + batch) * message->size;
	bool empty = kept > KEPT_MAX / 2;
	size_t found = count_messages(command, message->size, empty);

	if (found != command->delivered + batch) {
		fprintf(stderr, "measure: %s delivered %zu messages of %zu\n", command->name,
		    found - command->delivered, batch);
		exit(EX_SOFTWARE);
	}
	command->delivered = empty ? 0 : found;
}

static void
run_batch(struct command *command, const struct message *message, size_t round, size_t batch)
{
	struct figures sum = {0};

	for (size_t i = 0; i < batch; i++) {
		struct figures one = run_once(command, message);
		sum.cpu += one.cpu;
		sum.wall += one.wall;
		sum.faults += one.faults;
	}
	command->rounds[round] = (struct figures){
	    sum.cpu / (double)batch, sum.wall / (double)batch, sum.faults / (double)batch};
	check_delivered(command, message, batch);
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Prints minimum/median/maximum of the member at this offset of each round. */
static void
print_spread(const struct command *command, size_t rounds, size_t offset, double *space)
{
	for (size_t i = 0; i < rounds; i++)
		memcpy(&space[i], (const char *)&command->rounds[i] + offset, sizeof(double));
	double middle = median(space, rounds);
	printf("\t%.0f/%.0f/%.0f", space[0], middle, space[rounds - 1]);
}

static double
ratio(const struct command *first, const struct command *other, size_t rounds, size_t offset,
    double *space)
{
	for (size_t i = 0; i < rounds; i++) {
		double a, b;
		memcpy(&a, (const char *)&first->rounds[i] + offset, sizeof a);
		memcpy(&b, (const char *)&other->rounds[i] + offset, sizeof b);
		space[i] = a / b;
	}
	return median(space, rounds);
}

static void
print_results(const struct command *commands, size_t count, size_t rounds)
{
	double *space = calloc(rounds, sizeof *space);

	if (space == NULL)
		fail("calloc");
	for (size_t i = 0; i < count; i++) {
		const struct command *command = &commands[i];
		fputs(command->name, stdout);
		print_spread(command, rounds, offsetof(struct figures, cpu), space);
		print_spread(command, rounds, offsetof(struct figures, wall), space);
		print_spread(command, rounds, offsetof(struct figures, faults), space);
		printf("\t%ld\t%.3f\t%.3f\n", command->peak,
		    ratio(&commands[0], command, rounds, offsetof(struct figures, cpu), space),
		    ratio(&commands[0], command, rounds, offsetof(struct figures, wall), space));
	}
	free(space);
}

/* NAME MAILDIR COMMAND ... [-- ...]; the "--" become the ends of the argument lists. */
static size_t
parse_commands(char **words, struct command *commands, size_t rounds)
{
	size_t count = 0;

	while (*words != NULL) {
		if (count == COMMANDS_MAX || words[1] == NULL || words[2] == NULL) {
			fputs("measure: too many commands, or NAME MAILDIR COMMAND is incomplete\n",
			    stderr);
			exit(EX_USAGE);
		}
		struct command *command = &commands[count++];
		*command = (struct command){.name = words[0],
		    .maildir = words[1],
		    .arguments = words + 2,
		    .rounds = calloc(rounds, sizeof *command->rounds)};
		if (command->rounds == NULL)
			fail("calloc");
		while (*words != NULL && strcmp(*words, "--") != 0)
			words++;
		if (*words != NULL)
			*words++ = NULL;
	}
	return count;
}

static struct message
open_message(const char *path)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &status) < 0 || status.st_size == 0)
		fail(path);
	return (struct message){.file = file, .size = (size_t)status.st_size};
}

int
main(int count, char **arguments)
{
	struct command commands[COMMANDS_MAX];

	if (count < 7) {
		fputs("usage: measure MESSAGE ROUNDS BATCH NAME MAILDIR COMMAND [ARGUMENT ...] "
		      "[-- NAME MAILDIR COMMAND ...]\n",
		    stderr);
		return EX_USAGE;
	}
	struct message message = open_message(arguments[1]);
	size_t rounds = strtoull(arguments[2], NULL, 10), batch = strtoull(arguments[3], NULL, 10);
	if (rounds == 0 || batch == 0) {
		fputs("measure: ROUNDS and BATCH are at least 1\n", stderr);
		return EX_USAGE;
	}
	size_t number = parse_commands(arguments + 4, commands, rounds);
	for (size_t i = 0; i < number; i++)
		run_batch(&commands[i], &message, 0, 1); /* warms the caches; overwritten */
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < number; i++)
			run_batch(&commands[i], &message, round, batch);
	print_results(commands, number, rounds);
	for (size_t i = 0; i < number; i++)
		count_messages(&commands[i], 0, true);
	return EX_OK;
}
