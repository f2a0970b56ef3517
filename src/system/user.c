/*
 * Account look-up; see user.h. The direct reading of /etc/passwd spares a delivery the name
 * service's start-up (sockets, configuration, modules); it is taken only where it must give the
 * same answer.
 */
#include "system/user.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

enum { USER_PASSWD_PIECE = 4 * 1024, USER_RECORD_MAX = 16 * 1024 };

/* What is looked for: a name, or with a NULL name a uid. */
struct user_key {
	const char *name;
	uid_t uid;
};

/* One line of passwd(5) as an account; false for what is not one. */
static bool
user_parse_line(struct arena *arena, struct text line, struct user *user_out)
{
	struct text fields[7];
	uint64_t uid, gid;

	for (size_t i = 0; i < 7; i++) {
		if (i > 0 && line.data == NULL)
			return false;
		fields[i] = text_split(&line, ':');
	}
	if (!number_parse_unsigned(fields[2], UINT32_MAX - 1, &uid) ||
	    !number_parse_unsigned(fields[3], UINT32_MAX - 1, &gid))
		return false;
	*user_out = (struct user){
	    .name = arena_copy_string(arena, fields[0]),
	    .uid = (uid_t)uid,
	    .gid = (gid_t)gid,
	    .home = arena_copy_string(arena, fields[5]),
	    .shell = arena_copy_string(arena, fields[6]),
	};
	return true;
}

/* Is this the line of the account that is looked for? A cheap test before the fields are copied. */
static bool
user_line_matches(struct text line, const struct user_key *key)
{
	uint64_t uid;
	struct text name = text_split(&line, ':');

	if (key->name != NULL)
		return text_is_equal(name, text_from_string(key->name));
	text_split(&line, ':');
	return number_parse_unsigned(text_split(&line, ':'), UINT32_MAX - 1, &uid) &&
	       uid == key->uid;
}

/* Looks through whole lines; *rest_out: the bytes of a last line that is not whole. LATER: no more
 * need be read, and only the name service can tell. */
static enum user_answer
user_find_in_lines(struct arena *arena, struct text bytes, const struct user_key *key,
    struct user *user_out, size_t *rest_out, struct error *error)
{
	for (;;) {
		size_t end = text_find_byte(bytes, 0, '\n');
		if (end == bytes.size) {
			*rest_out = bytes.size;
			return USER_UNKNOWN;
		}
		struct text line = text_slice(bytes, 0, end);
		bytes = text_slice(bytes, end + 1, bytes.size);
		/* NIS entries of the "compat" service: the name service knows what they mean. */
		if (line.size > 0 && (line.data[0] == '+' || line.data[0] == '-'))
			return USER_LATER;
		if (!user_line_matches(line, key))
			continue;
		if (user_parse_line(arena, line, user_out))
			return USER_FOUND;
		error_set(error, ERROR_INPUT, "the account's line in /etc/passwd is broken");
		return USER_LATER;
	}
}

/* Only a find counts: what the file lacks, or says oddly, is asked of the name service. `error` stays
 * ERROR_NONE unless the file's silence proves nothing. */
static bool
user_find_in_file(
    struct arena *arena, const struct user_key *key, struct user *user_out, struct error *error)
{
	char bytes[USER_PASSWD_PIECE];
	size_t used = 0;
	ssize_t got = 0;
	enum user_answer answer = USER_UNKNOWN;
	int descriptor = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		return error_set_errno(error, "cannot look up the account: /etc/passwd");
	while (answer == USER_UNKNOWN && used < sizeof bytes) {
		got = read(descriptor, bytes + used, sizeof bytes - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		struct text whole = {bytes, used + (size_t)got};
		answer = user_find_in_lines(arena, whole, key, user_out, &used, error);
		if (answer == USER_UNKNOWN)
			memmove(bytes, bytes + whole.size - used, used);
	}
	if (got < 0)
		error_set_errno(error, "cannot look up the account: /etc/passwd");
	close(descriptor);
	return answer == USER_FOUND;
}

static enum user_answer
user_find(
    struct arena *arena, const struct user_key *key, struct user *user_out, struct error *error)
{
	struct passwd record, *found = NULL;
	int failure;

	*error = (struct error){.kind = ERROR_NONE};
	if (user_find_in_file(arena, key, user_out, error))
		return USER_FOUND;
	char *space = arena_alloc(arena, USER_RECORD_MAX);
	do {
		failure = key->name != NULL
			      ? getpwnam_r(key->name, &record, space, USER_RECORD_MAX, &found)
			      : getpwuid_r(key->uid, &record, space, USER_RECORD_MAX, &found);
	} while (failure == EINTR);
	/* Another source's "no" says nothing about an account that the file may have. */
	if (failure == 0 && found == NULL)
		return error->kind == ERROR_NONE ? USER_UNKNOWN : USER_LATER;
	/* ENOENT and ESRCH too: the C library says them where a source is not there to be asked. */
	if (failure != 0) {
		errno = failure;
		error_set_errno(error, "cannot look up the account");
		return USER_LATER;
	}
	*user_out = (struct user){
	    .name = found->pw_name,
	    .uid = found->pw_uid,
	    .gid = found->pw_gid,
	    .home = found->pw_dir,
	    .shell = found->pw_shell,
	};
	return USER_FOUND;
}

enum user_answer
user_find_name(struct arena *arena, const char *name, struct user *user_out, struct error *error)
{
	return user_find(arena, &(struct user_key){.name = name}, user_out, error);
}

enum user_answer
user_find_uid(struct arena *arena, uid_t uid, struct user *user_out, struct error *error)
{
	return user_find(arena, &(struct user_key){.uid = uid}, user_out, error);
}
