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
#include "system/file.h"

enum { USER_PASSWD_MAX = 64 * 1024, USER_NSSWITCH_MAX = 16 * 1024, USER_RECORD_MAX = 16 * 1024 };

/* What is looked for: a name, or with a NULL name a uid. */
struct user_key {
	const char *name;
	uid_t uid;
};

/* Does the name service ask the local file first? Without nsswitch.conf its built-in order does. */
static bool
user_files_come_first(struct arena *arena)
{
	struct text bytes;
	struct error error;

	if (!file_read(arena, "/etc/nsswitch.conf", USER_NSSWITCH_MAX, &bytes, &error))
		return error.number == ENOENT;
	while (bytes.size > 0) {
		struct text line = text_trim(text_split(&bytes, '\n'));
		if (!text_has_prefix(line, TEXT("passwd:")))
			continue;
		line = text_trim(text_slice(line, sizeof "passwd:" - 1, line.size));
		struct text rest = text_slice(line, sizeof "files" - 1, line.size);
		return text_has_prefix(line, TEXT("files")) &&
		       (rest.size == 0 || text_is_space(rest.data[0]));
	}
	return false;
}

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

/* Only a find counts: what the file lacks may be with another service. */
static bool
user_find_in_file(struct arena *arena, const struct user_key *key, struct user *user_out)
{
	struct text bytes;
	struct error error;

	if (!user_files_come_first(arena))
		return false;
	if (!file_read(arena, "/etc/passwd", USER_PASSWD_MAX, &bytes, &error))
		return false;
	while (bytes.size > 0) {
		struct text line = text_split(&bytes, '\n');
		/* NIS entries of the "compat" service: the name service knows what they mean. */
		if (line.size > 0 && (line.data[0] == '+' || line.data[0] == '-'))
			return false;
		if (user_line_matches(line, key))
			return user_parse_line(arena, line, user_out);
	}
	return false;
}

static enum user_answer
user_find(
    struct arena *arena, const struct user_key *key, struct user *user_out, struct error *error)
{
	struct passwd record, *found = NULL;
	int failure;

	if (user_find_in_file(arena, key, user_out))
		return USER_FOUND;
	char *space = arena_alloc(arena, USER_RECORD_MAX);
	do {
		failure = key->name != NULL
			      ? getpwnam_r(key->name, &record, space, USER_RECORD_MAX, &found)
			      : getpwuid_r(key->uid, &record, space, USER_RECORD_MAX, &found);
	} while (failure == EINTR);
	if (failure == ENOENT || failure == ESRCH || (failure == 0 && found == NULL))
		return USER_UNKNOWN;
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
