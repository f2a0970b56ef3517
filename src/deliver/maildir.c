/*
 * Delivery into a Maildir or a Maildir++ folder. The bytes are written once, to a file without a
 * name on the Maildir's own file system, which is then linked into new/ (or cur/, with flags).
 * Order, and why a crash can never show a part of a message: write, settle (data on its way before
 * the name), link, sync the file, sync the directory, success; doc/decisions/one-commit.md. Where
 * O_TMPFILE or /proc is missing the classic way is taken: a name in tmp/, link, unlink. Any failure
 * after the link takes the link back.
 */
#include "deliver/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "deliver/keywords.h"
#include "deliver/mailbox_folder.h"
#include "deliver/maildir_folder.h"
#include "deliver/quota.h"
#include "deliver/quota_warning.h"
#include "system/file.h"

enum { MAILDIR_NAME_TRIES = 100, MAILDIR_HOST_MAX = 64 };

/* A delivery in progress. */
struct maildir_store {
	struct delivery *delivery;
	const char *maildir;   /* without a slash at the end */
	const char *directory; /* .../new or .../cur */
	struct text flags;     /* and keywords, for the name */
	struct keywords keywords;
	struct text keywords_name; /* the message's, where its keywords were written; else empty */
	const char *final_name;    /* the message's path once it is linked */
	char *temporary_name;      /* its name in tmp/, where one was needed; else NULL */
	int descriptor;
	mode_t mode;            /* of the file, so far */
	bool descriptor_is_own; /* false: it is the spool's */
	bool linked;
};

/* The host's name as it may stand in a file name (maildir(5): "/" is \057 and ":" is \072). */
static struct text
maildir_host(struct arena *arena, const struct settings *settings)
{
	char name[MAILDIR_HOST_MAX + 1] = "";
	struct text host = settings->hostname;
	char memory[MAILDIR_HOST_MAX * 4];
	struct buffer safe;

	if (host.size == 0) {
		if (gethostname(name, sizeof name - 1) < 0 || name[0] == '\0')
			memcpy(name, "localhost", sizeof "localhost");
		host = text_from_string(name);
	}
	buffer_init_lent(&safe, memory, sizeof memory, sizeof memory);
	for (size_t i = 0; i < host.size && i < MAILDIR_HOST_MAX; i++) {
		char byte = host.data[i];
		if (byte == '/' || byte == ':' || byte == ',' || byte <= ' ' || byte >= 127)
			buffer_append_format(&safe, "\\%03o", (unsigned char)byte);
		else
			buffer_append_byte(&safe, byte);
	}
	struct text result = arena_copy_text(arena, buffer_text(&safe));
	buffer_clear(&safe);
	return result;
}

/* The Maildir flags among the letters, each once, in ASCII order, as maildir(5) asks. Others are
 * left out. */
static struct text
maildir_sort_flags(struct arena *arena, struct text letters)
{
	static const struct text known = {"DFPRST", 6};
	char *sorted = arena_alloc(arena, known.size + 1);
	size_t count = 0;

	for (size_t i = 0; i < known.size; i++)
		if (text_find_byte(letters, 0, known.data[i]) < letters.size)
			sorted[count++] = known.data[i];
	return (struct text){sorted, count};
}

static pid_t
maildir_process(const struct maildir_store *store)
{
	return store->delivery->process != 0 ? store->delivery->process : getpid();
}

/* The name that try number `attempt` gives the message: unique by time, process and attempt. */
static struct text
maildir_base_name(struct maildir_store *store, unsigned attempt)
{
	struct arena *arena = store->delivery->arena;
	struct timestamp now = clock_now();
	struct text host = maildir_host(arena, store->delivery->settings);

	return arena_format(arena, "%lld.M%06dP%ldQ%u.%.*s", (long long)now.seconds,
	    (int)(now.nanoseconds / 1000), (long)maildir_process(store), attempt,
	    TEXT_ARGUMENTS(host));
}

/* Opens the file that will become the message: without a name if possible. false with errno. */
static bool
maildir_open(struct maildir_store *store)
{
	struct arena *arena = store->delivery->arena;
	const char *directory = arena_format(arena, "%s/tmp", store->maildir).data;

	store->descriptor_is_own = true;
	if (fault_is_requested("maildir-open"))
		return false;
	store->descriptor = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	return store->descriptor >= 0;
}

/* The classic way: a name in tmp/. */
static bool
maildir_open_named(struct maildir_store *store)
{
	struct arena *arena = store->delivery->arena;

	for (unsigned attempt = 0; attempt < MAILDIR_NAME_TRIES; attempt++) {
		struct text base = maildir_base_name(store, attempt);
		char *name = arena_copy_string(arena,
		    arena_format(arena, "%s/tmp/%.*s", store->maildir, TEXT_ARGUMENTS(base)));
		if (fault_is_requested("maildir-open-named"))
			return false;
		store->descriptor =
		    open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (store->descriptor >= 0) {
			store->temporary_name = name;
			return true;
		}
		if (errno != EEXIST)
			return false;
	}
	return false;
}

/* Writes the message into the open file. */
static bool
maildir_write(struct maildir_store *store, struct error *error)
{
	struct delivery *delivery = store->delivery;

	if (fault_is_requested("maildir-write"))
		return error_set_errno(error, "cannot write %s", store->maildir);
	if (delivery->spool != NULL && spool_descriptor(delivery->spool) >= 0)
		return file_copy(spool_descriptor(delivery->spool), store->descriptor,
		    spool_size(delivery->spool), store->maildir, error);
	return file_write(
	    store->descriptor, message_bytes(delivery->message), store->maildir, error);
}

static mode_t
maildir_wanted_mode(const struct maildir_store *store)
{
	return 0666 & ~(mode_t)store->delivery->settings->umask;
}

/* File mode, time and data, before the message gets its name. */
static bool
maildir_settle(struct maildir_store *store, struct error *error)
{
	mode_t mode = maildir_wanted_mode(store);
	const struct timespec received = {.tv_sec = (time_t)store->delivery->received};

	if (received.tv_sec != 0 &&
	    futimens(store->descriptor, (struct timespec[]){received, received}) < 0)
		return error_set_errno(
		    error, "cannot set the time of a message in %s", store->maildir);

	if (mode != store->mode && fchmod(store->descriptor, mode) < 0)
		return error_set_errno(
		    error, "cannot set the mode of a message in %s", store->maildir);
	if (fault_is_requested("maildir-settle"))
		return error_set_errno(error, "cannot write %s to disk", store->maildir);
	return file_settle(store->descriptor, store->maildir, error);
}

static int
maildir_link_to(struct maildir_store *store, const char *name)
{
	char source[64];

	if (fault_is_requested("maildir-link"))
		return -1;
	if (store->temporary_name != NULL)
		return link(store->temporary_name, name);
	/* Directly from the descriptor: root always may, others since Linux 6.10 (ENOENT before). */
	if (linkat(store->descriptor, "", AT_FDCWD, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT && errno != EPERM)
		return -1;
	snprintf(source, sizeof source, "/proc/self/fd/%d", store->descriptor);
	return linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static struct keywords_request
maildir_keywords_request(const struct maildir_store *store)
{
	return (struct keywords_request){
	    .arena = store->delivery->arena,
	    .settings = store->delivery->settings,
	    .maildir = store->maildir,
	    .keywords = store->delivery->keywords,
	};
}

/* Keywords that lie beside the message, before it can be seen. Without them it is delivered all the
 * same. */
static void
maildir_write_keywords(struct maildir_store *store, struct text name)
{
	struct keywords_request request = maildir_keywords_request(store);
	struct keywords *keywords = &store->keywords;
	struct error error;

	if (keywords->lines.size == 0)
		return;
	store->keywords_name = name;
	if (keywords_write(&request, keywords->lines, name, &error))
		return;
	keywords->left_out = arena_format(request.arena, "%.*s%skeywords left out: %s",
	    TEXT_ARGUMENTS(keywords->left_out), keywords->left_out.size > 0 ? "; " : "",
	    error.text);
	keywords->lines = TEXT("");
}

static void
maildir_remove_keywords(struct maildir_store *store)
{
	struct keywords_request request = maildir_keywords_request(store);
	int reason = errno;

	if (store->keywords_name.size > 0)
		keywords_remove(&request, store->keywords_name);
	store->keywords_name = TEXT("");
	errno = reason;
}

/* Gives the message its name. false with errno. */
static bool
maildir_link(struct maildir_store *store)
{
	struct delivery *delivery = store->delivery;
	struct arena *arena = delivery->arena;
	unsigned long long size = message_bytes(delivery->message).size;

	for (unsigned attempt = 0; attempt < MAILDIR_NAME_TRIES; attempt++) {
		struct text base = maildir_base_name(store, attempt);
		struct text unique = arena_format(arena, "%.*s,S=%llu", TEXT_ARGUMENTS(base), size);
		if (delivery->unique_name.size > 0)
			unique = delivery->unique_name;
		struct text name =
		    arena_format(arena, "%s/%.*s%s%.*s", store->directory, TEXT_ARGUMENTS(unique),
			store->flags.size > 0 ? ":2," : "", TEXT_ARGUMENTS(store->flags));
		maildir_write_keywords(store, unique);
		if (maildir_link_to(store, name.data) == 0) {
			store->final_name = name.data;
			store->linked = true;
			return true;
		}
		maildir_remove_keywords(store);
		if (errno != EEXIST || delivery->unique_name.size > 0)
			return false;
	}
	return false;
}

/* Makes name and data durable: success may be said only after this. */
static bool
maildir_commit(struct maildir_store *store, struct error *error)
{
	if (fault_is_requested("maildir-sync"))
		return error_set_errno(error, "cannot sync %s to disk", store->final_name);
	if (!file_sync(store->descriptor, store->final_name, error))
		return false;
	if (fault_is_requested("maildir-sync-directory"))
		return error_set_errno(error, "cannot sync %s to disk", store->directory);
	return file_sync_directory(store->directory, error);
}

/* Nothing of a failed delivery stays visible. */
static void
maildir_take_back(struct maildir_store *store, struct error *error)
{
	if (!store->linked)
		return;
	if (unlink(store->final_name) == 0) {
		store->linked = false;
		maildir_remove_keywords(store);
	} else {
		error_prefix(error,
		    "%s stays although its delivery failed and will be repeated (cannot remove: "
		    "%s); ",
		    store->final_name, strerror(errno));
	}
}

static void
maildir_close(struct maildir_store *store)
{
	if (store->temporary_name != NULL)
		unlink(store->temporary_name);
	if (store->descriptor_is_own && store->descriptor >= 0)
		close(store->descriptor);
}

/* A file of our own, named or not, with the message in it. */
static bool
maildir_fill(struct maildir_store *store, bool named, struct error *error)
{
	bool opened = named ? maildir_open_named(store) : maildir_open(store);

	store->mode = 0600;
	if (!opened && !named && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		opened = maildir_open_named(store);
	if (!opened)
		return error_set_errno(error, "cannot create a file in %s/tmp", store->maildir);
	return maildir_write(store, error) && maildir_settle(store, error);
}

/* Settles and links the spool's own file; false with errno when that cannot be done and a copy must
 * be made. */
static bool
maildir_link_spool(struct maildir_store *store)
{
	struct delivery *delivery = store->delivery;
	struct stat status;
	struct error error;

	if (delivery->spool == NULL || spool_descriptor(delivery->spool) < 0)
		return false;
	store->descriptor = spool_descriptor(delivery->spool);
	if (fstat(store->descriptor, &status) < 0)
		return false;
	store->mode = status.st_mode & 07777;
	/* A copy was made of it already: another mode here must not become that one's too. */
	if (status.st_nlink > 0 && store->mode != maildir_wanted_mode(store))
		return false;
	return maildir_settle(store, &error) && maildir_link(store);
}

/* Puts the message into the directory, durably, by the cheapest way that works. */
static bool
maildir_store(struct maildir_store *store, struct error *error)
{
	if (maildir_link_spool(store))
		return maildir_commit(store, error);
	if (!maildir_fill(store, false, error))
		return false;
	if (maildir_link(store))
		return maildir_commit(store, error);
	bool proc_is_missing =
	    store->temporary_name == NULL && errno == ENOENT && access(store->directory, F_OK) == 0;
	if (!proc_is_missing)
		return error_set_errno(error, "cannot link the message into %s", store->directory);
	close(store->descriptor);
	if (!maildir_fill(store, true, error))
		return false;
	if (!maildir_link(store))
		return error_set_errno(error, "cannot link the message into %s", store->directory);
	return maildir_commit(store, error);
}

/* Whether the recipient's quota lets the message in; DONE: it does. *is_kept_out: there is a
 * maildirsize to add it to.
 */
static struct outcome
maildir_check_quota(struct maildir_store *store, bool *is_kept_out, struct error *error)
{
	struct delivery *delivery = store->delivery;
	struct quota_limits limits, *given = NULL;

	*is_kept_out = false;
	if (!quota_is_counted(text_from_string(store->maildir), store->flags))
		return outcome_done("does not count");

	if (delivery->quota.size > 0) {
		if (!quota_parse(delivery->quota, &limits, error))
			return outcome_later(
			    delivery->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error->text);
		given = &limits;
	}
	switch (quota_check(
	    delivery->arena, store->maildir, given, message_bytes(delivery->message).size, error)) {
	case QUOTA_FITS:
		*is_kept_out = true;
		return outcome_done("fits the quota");
	case QUOTA_NONE:
		return outcome_done("fits the quota");
	case QUOTA_LATER:
		return outcome_later_error(delivery->arena, error);
	case QUOTA_OVER:
		break;
	}
	if (delivery->settings->quota_exceeded == QUOTA_POLICY_NEVER)
		return outcome_never(delivery->arena, STATUS_MAILBOX_FULL, 0,
		    "the mailbox %s is over its quota", store->maildir);
	return outcome_later(delivery->arena, STATUS_MAILBOX_FULL,
	    "the mailbox %s is over its quota", store->maildir);
}

/* Warns the user, once a day, of a Maildir that is fuller than the MTA's options allow in silence.
 * Whether that works changes nothing for the message that was delivered. */
static void
maildir_warn(const struct maildir_store *store)
{
	struct delivery *delivery = store->delivery;
	struct arena *arena = delivery->arena;
	struct quota_limits limits;
	struct error error;
	struct text message;
	bool is_given = delivery->quota.size > 0 && quota_parse(delivery->quota, &limits, &error);
	const char *root = quota_find_root(arena, store->maildir);

	if (delivery->quota_warning_percent == 0 ||
	    quota_percent(arena, root, is_given ? &limits : NULL) <
		delivery->quota_warning_percent ||
	    !quota_warning_is_due(arena, root) ||
	    !quota_warning_compose(
		arena, arena_copy_string(arena, delivery->quota_warning), &message, &error))
		return;
	struct delivery warning = {
	    .arena = arena, .settings = delivery->settings, .message = message_new(arena, message)};
	struct maildir_store warned = {
	    .delivery = &warning,
	    .maildir = root,
	    .directory = arena_format(arena, "%s/new", root).data,
	    .descriptor = -1,
	};
	if (maildir_store(&warned, &error))
		quota_add(arena, root, message.size);
	else
		maildir_take_back(&warned, &error);
	maildir_close(&warned);
}

/* The keywords that the rules gave the message; only new ones change anything here. */
static bool
maildir_add_keywords(struct maildir_store *store, struct error *error)
{
	struct keywords_request request = maildir_keywords_request(store);

	if (request.keywords.size == 0)
		return true;
	if (!keywords_prepare(&request, &store->keywords, error))
		return false;
	if (store->keywords.letters.size > 0)
		store->flags = arena_format(request.arena, "%.*s%.*s", TEXT_ARGUMENTS(store->flags),
		    TEXT_ARGUMENTS(store->keywords.letters));
	return true;
}

/* One try; error.number ENOENT: something of the Maildir is not there. */
static struct outcome
maildir_try(struct maildir_store *store, struct error *error)
{
	bool quota_is_kept;
	struct outcome outcome = maildir_check_quota(store, &quota_is_kept, error);

	if (outcome.class != OUTCOME_DONE)
		return outcome;
	if (!maildir_add_keywords(store, error))
		return outcome_later_error(store->delivery->arena, error);
	store->directory = arena_format(
	    store->delivery->arena, "%s/%s", store->maildir, store->flags.size > 0 ? "cur" : "new")
			       .data;
	if (maildir_store(store, error)) {
		if (quota_is_kept)
			quota_add(store->delivery->arena, store->maildir,
			    message_bytes(store->delivery->message).size);
		outcome = outcome_done("stored in the Maildir");
	} else {
		maildir_take_back(store, error);
		outcome = outcome_later_error(store->delivery->arena, error);
	}
	maildir_close(store);
	return outcome;
}

/* Asked only when something was found missing: a Maildir that is there, the usual case, costs no
 * look. */
static struct outcome
maildir_provide(struct delivery *delivery, const char *maildir)
{
	if (delivery->folder != NULL)
		return mailbox_folder_provide(delivery, delivery->folder);
	return maildir_folder_provide(delivery->arena, maildir, delivery->settings->create_folders);
}

/* What the log should say beside the success. */
static struct outcome
maildir_note(const struct maildir_store *store, struct outcome outcome)
{
	struct delivery *delivery = store->delivery;
	struct text note = store->keywords.left_out;

	if (note.size > 0)
		outcome.reason =
		    arena_format(delivery->arena, "%s; %.*s", outcome.reason, TEXT_ARGUMENTS(note))
			.data;
	if (delivery->note.size > 0)
		outcome.reason = arena_format(
		    delivery->arena, "%s; %.*s", outcome.reason, TEXT_ARGUMENTS(delivery->note))
				     .data;
	return outcome;
}

static struct outcome
maildir_deliver(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;
	struct text path = delivery->target;
	struct error error = {.kind = ERROR_NONE};

	while (path.size > 1 && path.data[path.size - 1] == '/')
		path.size--;
	const struct maildir_store start = {
	    .delivery = delivery,
	    .maildir = arena_copy_string(arena, path),
	    .flags = maildir_sort_flags(arena, delivery->flags),
	    .descriptor = -1,
	};
	struct maildir_store store = start;
	struct outcome outcome = maildir_try(&store, &error);
	/* A message that was linked and cannot be taken back must not be delivered again here. */
	if (outcome.class != OUTCOME_DONE && error.number == ENOENT && !store.linked) {
		outcome = maildir_provide(delivery, start.maildir);
		store = start;
		if (outcome.class == OUTCOME_DONE)
			outcome = maildir_try(&store, &error);
	}
	if (outcome.class == OUTCOME_DONE) {
		outcome = maildir_note(&store, outcome);
		delivery->final_place = text_from_string(store.final_name);
		maildir_warn(&store);
	}
	return outcome;
}

const struct backend maildir_backend = {
    .name = "maildir",
    .privilege = PRIVILEGE_RECIPIENT,
    .deliver = maildir_deliver,
};
