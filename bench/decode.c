/*
 * What reading a large message costs against the least that it could: its MIME structure against a
 * memchr() loop over the line ends of the same bytes, and the decoding of its base64 against a memcpy()
 * of the same input. Takes turns, round by round, in one process, and prints the median of the
 * round-by-round ratios.
 *
 *	decode [MIB [ROUNDS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"
#include "mail/part_text.h"
#include "mail/transfer_encoding.h"

enum { ROUNDS_MAX = 1001, LINE = 76 };

struct material {
	struct text message;  /* a multipart of text and base64 attachments */
	struct text base64;   /* the lines of the largest */
	struct text readable; /* the same of a text */
	char *copy;
	size_t copied;
};

static const char header[] = "From: a@example.org\nMIME-Version: 1.0\n"
			     "Content-Type: multipart/mixed; boundary=\"=_next.part\"\n\n";
static const char text_part[] = "--=_next.part\nContent-Type: text/plain; charset=utf-8\n\n"
				"Dear reader,\n\nhere is what you asked for.\n\n";
static const char file_part[] = "--=_next.part\nContent-Type: application/octet-stream\n"
				"Content-Transfer-Encoding: base64\n\n";

static uint64_t state = 88172645463325252U;

static unsigned
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33);
}

static size_t
append(char *to, const char *what)
{
	size_t size = strlen(what);

	memcpy(to, what, size);
	return size;
}

/* Lines of base64: of random bytes, or of ASCII text. */
static size_t
append_base64(char *to, size_t size, int is_text)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char words[] = "the quick brown fox jumps over the lazy dog and goes on\n";
	size_t used = 0, column = 0, word = 0;

	while (used + 6 < size) {
		unsigned bits = next_random();
		if (is_text) {
			bits = 0;
			for (int i = 0; i < 3; i++)
				bits =
				    bits << 8 | (unsigned char)words[word++ % (sizeof words - 1)];
		}
		for (int shift = 18; shift >= 0; shift -= 6)
			to[used++] = digits[bits >> shift & 63];
		column += 4;
		if (column == LINE) {
			to[used++] = '\n';
			column = 0;
		}
	}
	to[used++] = '\n';
	return used;
}

static struct material
make(size_t size)
{
	char *bytes = mmap(NULL, size + 65536, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	char *readable = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	size_t used = append(bytes, header);

	used += append(bytes + used, text_part);
	used += append(bytes + used, file_part);
	size_t begin = used;
	used += append_base64(bytes + used, size - used, 0);
	struct text base64 = {bytes + begin, used - begin};
	used += append(bytes + used, "--=_next.part--\n");
	return (struct material){.message = {bytes, used},
	    .base64 = base64,
	    .readable = {readable, append_base64(readable, size, 1)},
	    .copy = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)};
}

static size_t
count_line_ends(const struct material *material)
{
	const char *at = material->message.data, *end = at + material->message.size;
	size_t count = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		count++;
		at++;
	}
	return count;
}

static size_t
parse(const struct material *material)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	size_t count = mime_tree_parse(&arena, material->message, MIME_LIMITS_DEFAULT).count;
	arena_clear(&arena);
	return count;
}

static size_t
copy(const struct material *material)
{
	memcpy(material->copy, material->base64.data, material->base64.size);
	return (unsigned char)material->copy[material->base64.size / 2];
}

static size_t
decode(const struct material *material)
{
	struct transfer_decoder decoder;
	struct text input = material->base64;
	char piece[16384];
	size_t sum = 0, size;

	transfer_decoder_init(&decoder, TRANSFER_BASE64);
	while ((size = transfer_decoder_take(&decoder, &input, true, piece, sizeof piece)) > 0)
		sum += size;
	return sum;
}

static size_t
read_text(const struct material *material)
{
	struct part_text_form form = {
	    .encoding = TRANSFER_BASE64, .charset = charset_parse(TEXT("utf-8"))};
	struct arena arena;
	char piece[16384];
	size_t sum = 0, size;

	arena_init(&arena, NULL, 0);
	struct part_text *part = part_text_open(&arena, &form, material->readable, UINT64_MAX);
	while ((size = part_text_read(part, piece, sizeof piece)) > 0)
		sum += size;
	part_text_close(part);
	arena_clear(&arena);
	return sum;
}

static const struct row {
	const char *name;
	size_t (*run)(const struct material *material);
	int against; /* the row it is compared with */
	const char *target;
} rows[] = {
    {"memchr loop over the line ends", count_line_ends, 0, ""},
    {"MIME structure", parse, 0, "1.5"},
    {"memcpy of the base64", copy, 2, ""},
    {"base64 to bytes", decode, 2, "3"},
    {"base64 to UTF-8 text", read_text, 2, "3"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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
	return values[count / 2];
}

int
main(int count, char **arguments)
{
	size_t size = (count > 1 ? (size_t)atoi(arguments[1]) : 25) << 20;
	size_t rounds = count > 2 ? (size_t)atoi(arguments[2]) : 31;
	static double times[ROWS][ROUNDS_MAX], ratios[ROUNDS_MAX];
	static volatile size_t kept;

	if (size == 0 || rounds == 0 || rounds > ROUNDS_MAX)
		return 64;
	struct material material = make(size);
	for (size_t round = 0; round < rounds; round++) {
		for (size_t row = 0; row < ROWS; row++) {
			double begin = seconds();
			kept += rows[row].run(&material);
			times[row][round] = seconds() - begin;
		}
	}
	printf("%zu MiB, %zu rounds\n%-32s %10s %8s %8s\n", size >> 20, rounds, "", "GB/s", "ratio",
	    "target");
	for (size_t row = 0; row < ROWS; row++) {
		for (size_t round = 0; round < rounds; round++)
			ratios[round] = times[row][round] / times[rows[row].against][round];
		double ratio = median(ratios, rounds);
		memcpy(ratios, times[row], sizeof ratios);
		printf("%-32s %10.2f %8.2f %8s\n", rows[row].name,
		    (double)size / median(ratios, rounds) / 1e9, ratio, rows[row].target);
	}
	return 0;
}
