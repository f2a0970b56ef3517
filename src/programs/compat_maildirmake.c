/*
 * culver as maildirmake: Maildirs, their folders, quotas and the list of shared ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "handle/compat/maildir_making.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum {
	COMPAT_MAILDIRMAKE_ARENA_SIZE = 16 * 1024,
	COMPAT_MAILDIRMAKE_FAILED = 1,
	COMPAT_MAILDIRMAKE_IS_SHARED = 2, /* --add of a name that is there */
};

static const char compat_maildirmake_help[] =
    "usage: maildirmake [-S] MAILDIR\n"
    "       maildirmake [-s MODE[,MODE]] -f FOLDER | -F FOLDER MAILDIR\n"
    "       maildirmake -q QUOTA MAILDIR\n"
    "       maildirmake --add NAME=PATH | --del NAME MAILDIR\n"
    "\n"
    "This is culver, called as maildirmake; see culver-compat(7). culver-deliver makes Maildirs "
    "by\n"
    "itself where create_folders = yes (culver.conf(5)).\n"
    "\n"
    "  -f FOLDER        make a folder of the Maildir, in the name's form on disk: Work.Reports\n"
    "  -F FOLDER        the same, in UTF-8\n"
    "  -q QUOTA         give a Maildir that is there a quota: 5000000S,1000C\n"
    "  -S               a Maildir that others may read folders of\n"
    "  -s MODE          a folder for others: read, write; group: not for all\n"
    "  --add NAME=PATH  note a shared Maildir in the file shared-maildirs\n"
    "  --del NAME       the opposite\n"
    "  -h               this text\n"
    "\n"
    "Exit status: 0 done and on disk; 1 not, or it was there; 2 --add of a name that was there.\n";

struct compat_maildirmake {
	struct arena *arena;
	const char *folder, *folder_utf8, *quota, *share_mode, *add, *remove; /* NULL: not asked */
	bool is_sharable;                                                     /* -S */
};

static int
compat_maildirmake_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "maildirmake: %s%s%s; \"maildirmake -h\" shows the options, and culver-deliver makes "
	    "Maildirs by itself with create_folders = yes\n",
	    what, *argument != '\0' ? " " : "", argument);
	return COMPAT_MAILDIRMAKE_FAILED;
}

/* Takes the options; *next_out: what stands behind them. */
static int
compat_maildirmake_take(struct compat_maildirmake *make, char **next, char ***next_out)
{
	const struct {
		const char *option;
		const char **value;
	} options[] = {
	    {"--add", &make->add},
	    {"--del", &make->remove},
	    {"-f", &make->folder},
	    {"-F", &make->folder_utf8},
	    {"-q", &make->quota},
	    {"-s", &make->share_mode},
	};

	for (; *next != NULL && **next == '-'; next++) {
		size_t at = 0;
		if (strcmp(*next, "-S") == 0) {
			make->is_sharable = true;
			continue;
		}
		while (at < sizeof options / sizeof *options &&
		       strncmp(*next, options[at].option, strlen(options[at].option)) != 0)
			at++;
		if (at == sizeof options / sizeof *options)
			return compat_maildirmake_refuse("unknown option", *next);
		const char *rest = *next + strlen(options[at].option);
		if (*rest != '\0' && options[at].option[1] == '-')
			return compat_maildirmake_refuse("unknown option", *next);
		*options[at].value = *rest != '\0' ? rest : *++next;
		if (*options[at].value == NULL)
			return compat_maildirmake_refuse(
			    "a value belongs behind", options[at].option);
	}
	*next_out = next;
	return EX_OK;
}

/* -s: who may do what in a folder. */
static bool
compat_maildirmake_parse_modes(const char *words, struct maildir_modes *modes_out)
{
	struct text rest = text_from_string(words);
	bool writes = false, is_for_group = false;

	while (rest.size > 0) {
		struct text word = text_split(&rest, ',');
		if (text_is_equal(word, TEXT("write")))
			writes = true;
		else if (text_is_equal(word, TEXT("group")))
			is_for_group = true;
		else if (!text_is_equal(word, TEXT("read")))
			return false;
	}
	modes_out->top = is_for_group ? 0750 : 0755;
	modes_out->parts = modes_out->top;
	if (writes) {
		/* Sticky: everybody removes only what is his. */
		modes_out->top |= 01000;
		modes_out->parts = is_for_group ? 01770 : 01777;
	}
	return true;
}

static int
compat_maildirmake_fail(const struct error *error)
{
	fprintf(stderr, "maildirmake: %s\n", error->text);
	return error->kind == ERROR_REFUSE && error->number == EEXIST ? COMPAT_MAILDIRMAKE_IS_SHARED
								      : COMPAT_MAILDIRMAKE_FAILED;
}

static int
compat_maildirmake_folder(const struct compat_maildirmake *make, const char *maildir)
{
	struct maildir_modes modes = maildir_making_own;
	struct error error = {.kind = ERROR_NONE};
	struct text name = text_from_string(make->folder);

	if (make->share_mode != NULL && !compat_maildirmake_parse_modes(make->share_mode, &modes))
		return compat_maildirmake_refuse(
		    "-s takes read, write and group, commas between, not", make->share_mode);
	if (make->folder_utf8 != NULL &&
	    !maildir_making_encode(make->arena, text_from_string(make->folder_utf8), &name, &error))
		return compat_maildirmake_fail(&error);
	return maildir_making_create_folder(make->arena, maildir, name, &modes, &error)
		   ? EX_OK
		   : compat_maildirmake_fail(&error);
}

static int
compat_maildirmake_share(const struct compat_maildirmake *make, const char *maildir)
{
	struct error error = {.kind = ERROR_NONE};
	struct text path = text_from_string(make->add);
	struct text name = text_split(&path, '=');

	if (!text_has_prefix(path, TEXT("/")))
		return compat_maildirmake_refuse(
		    "--add takes NAME=PATH, with a path that begins with a slash, not", make->add);
	return maildir_making_share(make->arena, maildir, name, path, &error)
		   ? EX_OK
		   : compat_maildirmake_fail(&error);
}

static int
compat_maildirmake_run(const struct compat_maildirmake *make, const char *maildir)
{
	const struct maildir_modes sharable = {.top = 0755, .parts = 0700};
	struct error error = {.kind = ERROR_NONE};
	bool done;

	int works = (make->folder != NULL || make->folder_utf8 != NULL) + (make->quota != NULL) +
		    (make->add != NULL) + (make->remove != NULL) + make->is_sharable;
	if (works > 1)
		return compat_maildirmake_refuse(
		    "-S, -f or -F, -q, --add and --del are calls of their own", "");
	if (make->share_mode != NULL && make->folder == NULL && make->folder_utf8 == NULL)
		return compat_maildirmake_refuse("only together with -f or -F:", "-s");
	if (make->folder != NULL || make->folder_utf8 != NULL)
		return compat_maildirmake_folder(make, maildir);
	if (make->add != NULL)
		return compat_maildirmake_share(make, maildir);
	if (make->remove != NULL)
		done = maildir_making_unshare(
		    make->arena, maildir, text_from_string(make->remove), &error);
	else if (make->quota != NULL)
		done = maildir_making_limit(
		    make->arena, maildir, text_from_string(make->quota), &error);
	else
		done = maildir_making_create(make->arena, maildir,
		    make->is_sharable ? &sharable : &maildir_making_own, &error);
	return done ? EX_OK : compat_maildirmake_fail(&error);
}

int
compat_name_maildirmake(int count, char **arguments)
{
	char first[COMPAT_MAILDIRMAKE_ARENA_SIZE];
	struct arena arena;
	char **next = arguments + 1;

	if (count == 2 && culver_is_help(arguments[1]))
		return culver_print(TEXT(compat_maildirmake_help));
	arena_init(&arena, first, sizeof first);
	struct compat_maildirmake make = {.arena = &arena};
	int status = compat_maildirmake_take(&make, next, &next);
	if (status == EX_OK && (*next == NULL || next[1] != NULL))
		status = compat_maildirmake_refuse("expected the path of one Maildir", "");
	if (status == EX_OK)
		status = compat_maildirmake_run(&make, *next);
	arena_clear(&arena);
	return status;
}
