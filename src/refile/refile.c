/*
 * A run, from the user's account to the summary; see refile.h.
 */
#include "refile/refile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/account.h"
#include "agent/agent_host.h"
#include "base/vector.h"
#include "refile/maildir_source.h"
#include "refile/mbox_source.h"
#include "refile/refile_session.h"
#include "system/signals.h"

enum { REFILE_DEPTH_MAX = 20 };

/* A folder that is to be worked on. */
struct refile_folder {
	const char *path;
	struct text shown;
	bool is_maildir;
};

struct refile_folders {
	struct refile_session *session;
	struct refile_folder *items;
	size_t count, capacity;
};

static bool
refile_is_maildir(struct arena *arena, const char *path)
{
	struct stat status;

	return stat(arena_format(arena, "%s/cur", path).data, &status) == 0 &&
	       S_ISDIR(status.st_mode);
}

static void
refile_add(struct refile_folders *folders, const char *path, struct text shown, bool is_maildir)
{
	struct arena *arena = folders->session->arena;

	folders->items = vector_grow(
	    arena, folders->items, folders->count, &folders->capacity, sizeof *folders->items);
	folders->items[folders->count++] = (struct refile_folder){path, shown, is_maildir};
}

/* May a directory in a Maildir be a folder, or hold one? */
static bool
refile_is_folder_name(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, "cur") != 0 &&
	       strcmp(name, "new") != 0 && strcmp(name, "tmp") != 0;
}

static int
refile_compare(const void *a, const void *b)
{
	const char *const *first = a, *const *second = b;

	return strcmp(*first, *second);
}

/* The directories that may be folders, sorted. */
static const char **
refile_list(struct arena *arena, const char *path, size_t *count_out)
{
	const char **names = NULL;
	size_t capacity = 0;
	struct stat status;
	DIR *directory = opendir(path);

	*count_out = 0;
	for (struct dirent *item; directory != NULL && (item = readdir(directory)) != NULL;) {
		if (!refile_is_folder_name(item->d_name) || *count_out >= REFILE_FOLDERS_MAX ||
		    fstatat(dirfd(directory), item->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISDIR(status.st_mode))
			continue;
		names = vector_grow(arena, names, *count_out, &capacity, sizeof *names);
		names[(*count_out)++] = arena_copy_string(arena, text_from_string(item->d_name));
	}
	if (directory != NULL)
		closedir(directory);
	if (*count_out > 0)
		qsort(names, *count_out, sizeof *names, refile_compare);
	return names;
}

/* The folders below a Maildir, in both layouts; links are not followed. */
static void
refile_add_below(
    struct refile_folders *folders, const char *path, struct text shown, unsigned depth)
{
	struct arena *arena = folders->session->arena;
	size_t count;
	const char **names = refile_list(arena, path, &count);

	for (size_t i = 0; i < count && folders->count < REFILE_FOLDERS_MAX; i++) {
		const char *below = arena_format(arena, "%s/%s", path, names[i]).data;
		struct text shown_below =
		    arena_format(arena, "%.*s/%s", TEXT_ARGUMENTS(shown), names[i]);
		if (refile_is_maildir(arena, below))
			refile_add(folders, below, shown_below, true);
		if (depth < REFILE_DEPTH_MAX)
			refile_add_below(folders, below, shown_below, depth + 1);
	}
}

static void
refile_add_argument(struct refile_folders *folders, const char *argument)
{
	struct refile_session *session = folders->session;
	struct text shown = text_from_string(argument);
	char path[PATH_MAX];
	struct stat status;

	while (shown.size > 1 && shown.data[shown.size - 1] == '/')
		shown.size--;
	if (realpath(argument, path) == NULL || stat(path, &status) < 0) {
		refile_session_complain(session, "%s: %s", argument, strerror(errno));
		session->has_no_input = true;
		return;
	}
	/* Root in somebody else's directories would follow links that he can change. */
	if (session->user.uid == 0 && status.st_uid != 0 && session->request->applies) {
		refile_session_complain(
		    session, "%s: belongs to another user: name him with -d", argument);
		session->has_no_input = true;
		return;
	}
	const char *absolute = arena_copy_string(session->arena, text_from_string(path));
	if (S_ISREG(status.st_mode)) {
		refile_add(folders, absolute, shown, false);
		return;
	}
	bool is_maildir = S_ISDIR(status.st_mode) && refile_is_maildir(session->arena, absolute);
	if (!is_maildir && !(S_ISDIR(status.st_mode) && session->request->is_recursive)) {
		refile_session_complain(session, "%s: is neither a Maildir nor an mbox", argument);
		session->has_no_input = true;
		return;
	}
	if (is_maildir)
		refile_add(folders, absolute, shown, true);
	if (session->request->is_recursive)
		refile_add_below(folders, absolute, shown, 0);
}

/* Paths of the command line are the caller's; where rules deliver is relative to the home, but in
 * manual mode. */
static bool
refile_enter(struct refile_session *session)
{
	char here[PATH_MAX];

	if (session->request->agent->mode != AGENT_MODE_MANUAL && chdir(session->user.home) < 0) {
		refile_session_complain(session, "cannot enter the home directory %s: %s",
		    session->user.home, strerror(errno));
		return false;
	}
	if (getcwd(here, sizeof here) == NULL) {
		refile_session_complain(session, "the working directory: %s", strerror(errno));
		return false;
	}
	session->here = arena_copy_string(session->arena, text_from_string(here));
	return true;
}

static int
refile_status(const struct refile_session *session)
{
	if (session->has_no_input)
		return EX_NOINPUT;
	if (session->is_busy)
		return EX_TEMPFAIL;
	return session->report.counts[REFILE_FAILED] > 0 || session->report.complaints > 0
		   ? REFILE_INCOMPLETE
		   : EX_OK;
}

/* There is nobody whose rules could run. */
static int
refile_refuse(const struct outcome *outcome)
{
	fprintf(stderr, "culver: refile: %s\n", outcome->reason);
	return outcome->class == OUTCOME_NEVER ? EX_NOUSER : EX_NOPERM;
}

int
refile_run(struct arena *arena, const struct refile_request *request)
{
	struct refile_session session = {.arena = arena, .request = request, .kept.arena = arena};
	struct refile_folders folders = {.session = &session};

	struct outcome account = account_become(arena, request->agent, &session.user);
	if (account.class != OUTCOME_DONE)
		return refile_refuse(&account);
	signals_install(0);
	refile_report_begin(&session.report, arena, request);
	session.log = agent_host_open_log(arena, request->agent->settings, &session.user, 0);
	struct outcome home = account_check_home(arena, request->agent, &session.user);
	if (home.class != OUTCOME_DONE && request->applies) {
		refile_session_complain(&session, "%s", home.reason);
		return EX_TEMPFAIL;
	}
	for (const char *const *folder = request->folders; *folder != NULL; folder++)
		refile_add_argument(&folders, *folder);
	if (!refile_enter(&session))
		return EX_TEMPFAIL;
	for (size_t i = 0; i < folders.count && refile_session_goes_on(&session); i++) {
		const struct refile_folder *folder = &folders.items[i];
		if (folder->is_maildir)
			maildir_source_refile(&session, folder->path, folder->shown);
		else
			mbox_source_refile(&session, folder->path, folder->shown);
	}
	refile_report_end(&session.report, session.is_stopped);
	return refile_status(&session);
}
