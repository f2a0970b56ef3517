/*
 * The Maildir++ quota; see quota.h. Everything that is read here was written by somebody else and
 * may be torn, stale or wrong: what cannot be understood is counted again. A new maildirsize is
 * written beside the old one and renamed, and thrown away when the folders changed while they were
 * counted.
 */
#include "deliver/quota.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/vector.h"
#include "system/file.h"

enum {
	QUOTA_FILE_MAX = 5120, /* bytes of maildirsize from which on it is written afresh */
	QUOTA_TRUST = 15 * 60, /* seconds for which "over" is believed */
	QUOTA_AHEAD_MAX = 60,  /* seconds that a file server's clock may be ahead of ours */
	QUOTA_LINE_SIZE = 14,  /* of a change, line end included, where the numbers leave room */
	QUOTA_PERCENT_MAX = 999,
};

/* Sums are kept below this, so that adding two never overflows. */
static const int64_t quota_sum_max = INT64_C(1) << 60;

struct quota_sums {
	int64_t bytes;
	int64_t messages;
};

struct quota_file {
	bool exists;
	bool has_limits;        /* the first line is a quota */
	bool has_sums;          /* everything behind it is understood, and not too much */
	struct text first_line; /* in the arena */
	struct quota_limits limits;
	struct quota_sums sums;
	unsigned lines; /* of changes */
	int64_t modified;
};

/* A directory that was counted, as it was before. */
struct quota_directory {
	const char *path;
	ino_t number;
	struct timespec modified;
};

struct quota_count {
	struct arena *arena;
	const char *root;
	struct quota_sums sums;
	struct quota_directory *directories;
	size_t directory_count, directory_capacity;
};

bool
quota_parse(struct text source, struct quota_limits *limits_out, struct error *error)
{
	struct quota_limits limits = {0};
	struct text rest = source;
	bool has_bytes = false, has_messages = false;

	do {
		struct text part = text_trim(text_split(&rest, ','));
		char letter = part.size > 0 ? part.data[part.size - 1] : '\0';
		struct text number = text_slice(part, 0, part.size > 0 ? part.size - 1 : 0);
		uint64_t maximum = (uint64_t)quota_sum_max;
		bool fine = false;
		if (letter == 'S' && !has_bytes)
			fine = has_bytes = number_parse_size(number, maximum, &limits.bytes);
		else if (letter == 'C' && !has_messages)
			fine = has_messages =
			    number_parse_unsigned(number, maximum, &limits.messages);
		if (!fine)
			return error_set(error, ERROR_INPUT,
			    "the quota \"%.*s\" is not understood: write bytes with S and messages "
			    "with C, as in 500MS,10000C",
			    TEXT_ARGUMENTS(text_slice(source, 0, 100)));
	} while (rest.size > 0); /* tolerance: quota-trailing-comma */
	*limits_out = limits;
	return true;
}

static bool
quota_is_within(const struct quota_limits *limits, struct quota_sums sums, uint64_t more)
{
	uint64_t bytes = (uint64_t)sums.bytes;
	uint64_t messages = (uint64_t)sums.messages;

	if (limits->bytes > 0 && (bytes > limits->bytes || more > limits->bytes - bytes))
		return false;
	return limits->messages == 0 || messages < limits->messages;
}

static struct text
quota_strip_slashes(struct text path)
{
	while (path.size > 1 && path.data[path.size - 1] == '/')
		path.size--;
	return path;
}

static struct text
quota_last_component(struct text path)
{
	size_t start = (path = quota_strip_slashes(path)).size;

	while (start > 0 && path.data[start - 1] != '/')
		start--;
	return text_slice(path, start, path.size);
}

bool
quota_is_counted(struct text maildir, struct text flags)
{
	return !text_is_equal(quota_last_component(maildir), TEXT(".Trash")) &&
	       text_find_byte(flags, 0, 'T') == flags.size;
}

const char *
quota_find_root(struct arena *arena, const char *maildir)
{
	struct text path = quota_strip_slashes(text_from_string(*maildir != '\0' ? maildir : "."));

	/* The name of a folder begins with a dot: a Maildir of its own need not be asked. */
	if (!text_has_prefix(quota_last_component(path), TEXT(".")))
		return arena_copy_string(arena, path);
	const char *mark = arena_format(arena, "%.*s/maildirfolder", TEXT_ARGUMENTS(path)).data;
	if (faccessat(AT_FDCWD, mark, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return arena_format(arena, "%.*s/..", TEXT_ARGUMENTS(path)).data;
	return arena_copy_string(arena, path);
}

static const char *
quota_file_path(struct arena *arena, const char *root)
{
	return arena_format(arena, "%s/maildirsize", root).data;
}

/* An integer with an optional minus sign, at the front of the text. */
static bool
quota_parse_integer(struct text *rest, int64_t *value_out)
{
	bool negative = rest->size > 0 && rest->data[0] == '-';
	size_t from = negative ? 1 : 0, to = from;
	uint64_t value;

	while (to < rest->size && text_is_digit(rest->data[to]))
		to++;
	if (!number_parse_unsigned(text_slice(*rest, from, to), (uint64_t)quota_sum_max, &value))
		return false;
	*value_out = negative ? -(int64_t)value : (int64_t)value;
	*rest = text_slice(*rest, to, rest->size);
	return true;
}

static bool
quota_add_sum(int64_t *sum, int64_t more)
{
	*sum += more;
	return *sum <= quota_sum_max && *sum >= -quota_sum_max;
}

/* "bytes messages", blanks around them. */
static bool
quota_parse_change(struct text line, struct quota_sums *sums)
{
	struct quota_sums change;

	/* tolerance: maildirsize-blanks */
	line = text_trim(line);
	if (!quota_parse_integer(&line, &change.bytes) || line.size == 0 ||
	    !text_is_space(line.data[0]))
		return false;
	line = text_trim(line);
	return quota_parse_integer(&line, &change.messages) && line.size == 0 &&
	       quota_add_sum(&sums->bytes, change.bytes) &&
	       quota_add_sum(&sums->messages, change.messages);
}

static void
quota_parse_file(struct arena *arena, struct text bytes, struct quota_file *file)
{
	struct error ignored;
	struct text rest = bytes;

	file->first_line = arena_copy_text(arena, text_trim(text_split(&rest, '\n')));
	file->has_limits = quota_parse(file->first_line, &file->limits, &ignored);
	/* Without a line end the last line may be torn. */
	if (bytes.size >= QUOTA_FILE_MAX || !text_has_suffix(rest, TEXT("\n")))
		return;
	while (rest.size > 0) {
		if (!quota_parse_change(text_split(&rest, '\n'), &file->sums))
			return;
		file->lines++;
	}
	file->has_sums = file->sums.bytes >= 0 && file->sums.messages >= 0;
}

/* Opens maildirsize, which must be a file of its own. -1 with ENOENT: there is none. */
static int
quota_open_file(struct arena *arena, const char *root, int flags, struct stat *status_out)
{
	int descriptor = open(
	    quota_file_path(arena, root), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (descriptor < 0)
		return -1;
	if (fstat(descriptor, status_out) == 0 && S_ISREG(status_out->st_mode))
		return descriptor;
	close(descriptor);
	errno = EINVAL;
	return -1;
}

static bool
quota_read_file(
    struct arena *arena, const char *root, struct quota_file *file_out, struct error *error)
{
	char bytes[QUOTA_FILE_MAX];
	struct stat status;
	size_t used = 0;
	ssize_t got = 0;

	*file_out = (struct quota_file){.exists = false};
	int descriptor = quota_open_file(arena, root, O_RDONLY, &status);
	if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s/maildirsize", root);
	do {
		got = read(descriptor, bytes + used, sizeof bytes - used);
		used += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && used < sizeof bytes) || (got < 0 && errno == EINTR));
	if (got < 0) {
		error_set_errno(error, "cannot read %s/maildirsize", root);
		close(descriptor);
		return false;
	}
	close(descriptor);
	file_out->exists = true;
	file_out->modified = status.st_mtim.tv_sec;
	quota_parse_file(arena, (struct text){bytes, used}, file_out);
	return true;
}

/* The size that a Maildir file name tells: ",S=1234" at its end or before another field or the
 * flags. */
static bool
quota_parse_name_size(struct text name, int64_t *bytes_out)
{
	size_t at = text_find(name, 0, TEXT(",S="));
	struct text rest = text_slice(name, at + 3, name.size);

	return at < name.size && quota_parse_integer(&rest, bytes_out) && *bytes_out >= 0 &&
	       (rest.size == 0 || rest.data[0] == ',' || rest.data[0] == ':');
}

static bool
quota_name_has_trash_flag(struct text name)
{
	size_t at = text_find(name, 0, TEXT(":2,"));

	return text_find_byte(name, at, 'T') < name.size;
}

/* A file that has gone meanwhile, and what is no file, does not count. */
static bool
quota_count_message(struct quota_count *count, int directory, const char *file_name)
{
	struct text name = text_from_string(file_name);
	struct stat status;
	int64_t bytes;

	if (name.data[0] == '.' || quota_name_has_trash_flag(name))
		return true;
	if (!quota_parse_name_size(name, &bytes)) {
		if (fstatat(directory, file_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
		if (!S_ISREG(status.st_mode))
			return true;
		bytes = status.st_size;
	}
	if (!quota_add_sum(&count->sums.bytes, bytes))
		count->sums.bytes = quota_sum_max;
	count->sums.messages++;
	return true;
}

static void
quota_remember(struct quota_count *count, const char *path, const struct stat *status)
{
	count->directories = vector_grow(count->arena, count->directories, count->directory_count,
	    &count->directory_capacity, sizeof *count->directories);
	count->directories[count->directory_count++] = (struct quota_directory){
	    .path = path, .number = status->st_ino, .modified = status->st_mtim};
}

/* Opens a directory for reading. NULL with errno 0: there is none, or a symbolic link stands there.
 */
static DIR *
quota_open_directory(const char *path, int more_flags)
{
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | more_flags);
	DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);

	if (directory == NULL && descriptor >= 0)
		close(descriptor);
	if (directory == NULL && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		errno = 0;
	return directory;
}

/* Counts the messages of one `new` or `cur`. */
static bool
quota_count_directory(struct quota_count *count, const char *path, struct error *error)
{
	DIR *directory = quota_open_directory(path, O_NOFOLLOW);
	struct stat status;
	struct dirent *entry = NULL;
	bool counted = true;

	if (directory == NULL && errno == 0)
		return true;
	if (directory == NULL || fstat(dirfd(directory), &status) < 0) {
		error_set_errno(error, "cannot open %s", path);
		if (directory != NULL)
			closedir(directory);
		return false;
	}
	quota_remember(count, path, &status);
	do {
		errno = 0;
		entry = readdir(directory);
		counted = entry == NULL
			      ? errno == 0
			      : quota_count_message(count, dirfd(directory), entry->d_name);
	} while (entry != NULL && counted);
	if (!counted)
		error_set_errno(error, "cannot count %s", path);
	closedir(directory);
	return counted;
}

static bool
quota_count_folder(struct quota_count *count, const char *folder, struct error *error)
{
	static const char *const names[] = {"new", "cur"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path =
		    arena_format(count->arena, "%s/%s/%s", count->root, folder, names[i]).data;
		if (!quota_count_directory(count, path, error))
			return false;
	}
	return true;
}

/* A folder of the Maildir, by its name alone. */
static bool
quota_is_folder_name(const char *name)
{
	return name[0] == '.' && name[1] != '\0' && name[1] != '.' && strcmp(name, ".Trash") != 0;
}

static bool
quota_is_directory(int directory, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(status.st_mode);
}

static bool
quota_count_tree(struct quota_count *count, struct error *error)
{
	DIR *root = quota_open_directory(count->root, 0);
	struct dirent *entry = NULL;

	if (root == NULL && errno == 0)
		return true;
	if (root == NULL)
		return error_set_errno(error, "cannot open %s", count->root);
	bool counted = quota_count_folder(count, ".", error);
	while (counted) {
		errno = 0;
		entry = readdir(root);
		if (entry == NULL)
			break;
		if (quota_is_folder_name(entry->d_name) && quota_is_directory(dirfd(root), entry))
			counted = quota_count_folder(count,
			    arena_copy_string(count->arena, text_from_string(entry->d_name)),
			    error);
	}
	if (counted && errno != 0)
		counted = error_set_errno(error, "cannot read %s", count->root);
	closedir(root);
	return counted;
}

static bool
quota_has_changed(const struct quota_count *count)
{
	for (size_t i = 0; i < count->directory_count; i++) {
		const struct quota_directory *before = &count->directories[i];
		struct stat now;
		if (lstat(before->path, &now) < 0 || now.st_ino != before->number ||
		    now.st_mtim.tv_sec != before->modified.tv_sec ||
		    now.st_mtim.tv_nsec != before->modified.tv_nsec)
			return true;
	}
	return false;
}

static struct text
quota_format_change(struct arena *arena, struct quota_sums change)
{
	char numbers[2 * NUMBER_DIGITS_MAX + 4];

	snprintf(numbers, sizeof numbers, "%lld %lld", (long long)change.bytes,
	    (long long)change.messages);
	return arena_format(arena, "%-*s\n", QUOTA_LINE_SIZE - 1, numbers);
}

static struct text
quota_format_limits(struct arena *arena, const struct quota_limits *limits)
{
	unsigned long long bytes = limits->bytes, messages = limits->messages;

	if (messages == 0)
		return arena_format(arena, "%lluS", bytes);
	if (bytes == 0)
		return arena_format(arena, "%lluC", messages);
	return arena_format(arena, "%lluS,%lluC", bytes, messages);
}

static bool
quota_write_new(int descriptor, struct text bytes, const char *path, struct error *error)
{
	bool written =
	    file_write(descriptor, bytes, path, error) && file_sync(descriptor, path, error);

	return file_close(descriptor, path, error) && written;
}

/* Replaces maildirsize. */
static bool
quota_replace_file(const struct quota_count *count, struct text first_line, struct error *error)
{
	struct arena *arena = count->arena;
	struct timestamp now = clock_now();
	const char *path = quota_file_path(arena, count->root);
	const char *new_path = arena_format(arena, "%s/tmp/%lld.M%dP%ld_maildirsize.culver",
	    count->root, (long long)now.seconds, now.nanoseconds / 1000, (long)getpid())
				   .data;
	struct text change = quota_format_change(arena, count->sums);
	struct text bytes =
	    arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENTS(first_line), TEXT_ARGUMENTS(change));

	int descriptor = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", new_path);
	bool replaced = quota_write_new(descriptor, bytes, new_path, error);
	if (replaced && rename(new_path, path) < 0)
		replaced = error_set_errno(error, "cannot replace %s", path);
	if (!replaced)
		unlink(new_path);
	return replaced;
}

enum quota_answer
quota_check(struct arena *arena, const char *maildir, const struct quota_limits *limits,
    uint64_t size, struct error *error)
{
	struct quota_count count = {.arena = arena, .root = quota_find_root(arena, maildir)};
	struct quota_file file;
	struct error ignored;

	if (!quota_read_file(arena, count.root, &file, error))
		return QUOTA_LATER;
	if (limits == NULL && !file.has_limits)
		return file.exists ? QUOTA_FITS : QUOTA_NONE;
	bool is_same = limits == NULL || (file.has_limits && limits->bytes == file.limits.bytes &&
					     limits->messages == file.limits.messages);
	if (limits == NULL)
		limits = &file.limits;
	if (limits->bytes == 0 && limits->messages == 0)
		return QUOTA_FITS;
	if (is_same && file.has_sums && file.lines > 0) {
		int64_t age = clock_now().seconds - file.modified;
		if (quota_is_within(limits, file.sums, size))
			return QUOTA_FITS;
		if (file.lines == 1 && age < QUOTA_TRUST && age >= -QUOTA_AHEAD_MAX)
			return QUOTA_OVER;
	}
	if (!quota_count_tree(&count, error))
		return QUOTA_LATER;
	/* That it cannot be written changes nothing in the answer, which is known. */
	struct text first_line = is_same ? file.first_line : quota_format_limits(arena, limits);
	if (quota_replace_file(&count, first_line, &ignored) && quota_has_changed(&count))
		unlink(quota_file_path(arena, count.root));
	return quota_is_within(limits, count.sums, size) ? QUOTA_FITS : QUOTA_OVER;
}

bool
quota_install(struct arena *arena, const char *maildir, const struct quota_limits *limits,
    struct error *error)
{
	struct quota_count count = {.arena = arena, .root = quota_find_root(arena, maildir)};

	/* A message that comes meanwhile is missed by the count: the limits are what counts here, and
	 * the next recount mends the sums. */
	return quota_count_tree(&count, error) &&
	       quota_replace_file(&count, quota_format_limits(arena, limits), error) &&
	       file_sync_directory(count.root, error);
}

static void
quota_append(struct arena *arena, const char *maildir, struct quota_sums change)
{
	struct stat status;
	struct error ignored;
	int descriptor =
	    quota_open_file(arena, quota_find_root(arena, maildir), O_WRONLY | O_APPEND, &status);

	if (descriptor < 0)
		return;
	file_write(descriptor, quota_format_change(arena, change), "maildirsize", &ignored);
	close(descriptor);
}

void
quota_add(struct arena *arena, const char *maildir, uint64_t size)
{
	quota_append(arena, maildir, (struct quota_sums){(int64_t)size, 1});
}

void
quota_remove(struct arena *arena, const char *maildir, uint64_t size)
{
	quota_append(arena, maildir, (struct quota_sums){-(int64_t)size, -1});
}

static unsigned
quota_part(int64_t used, uint64_t limit)
{
	if (limit == 0)
		return 0;
	double percent = (double)used * 100 / (double)limit;
	return percent > QUOTA_PERCENT_MAX ? QUOTA_PERCENT_MAX : (unsigned)percent;
}

unsigned
quota_percent(struct arena *arena, const char *maildir, const struct quota_limits *limits)
{
	struct quota_file file;
	struct error ignored;

	if (!quota_read_file(arena, quota_find_root(arena, maildir), &file, &ignored) ||
	    !file.has_sums || (limits == NULL && !file.has_limits))
		return 0;
	if (limits == NULL)
		limits = &file.limits;
	unsigned bytes = quota_part(file.sums.bytes, limits->bytes);
	unsigned messages = quota_part(file.sums.messages, limits->messages);
	return bytes > messages ? bytes : messages;
}
