/*
 * The one table of settings, and the value it describes; see settings.h. The defaults stand twice:
 * as text, for people, and as values, so that a delivery without a configuration file parses
 * nothing. A test compares the two. Where the rows of a file come from is kept beside the values; a
 * file is read into a copy that takes effect as a whole.
 */
#include "config/settings.h"

#include <errno.h>

#include "base/bug.h"
#include "config/setting_value.h"
#include "config/settings_file.h"
#include "system/file.h"

#define SYSTEM_RULES CULVER_SYSCONFDIR "/maildroprc"
#define MAILDROPRCS  CULVER_SYSCONFDIR "/maildroprcs"
#define LOG_FILE     CULVER_LOCALSTATEDIR "/log/culver/delivery.log"
#define STATIC_TEXT(literal)                                                                       \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

enum {
	MINUTE = 60,
	DAY = 86400,
	TEXT_MAX = 4000,
	NAME_SHOWN_MAX = 40,
	NAME_DISTANCE_MAX = 3,
};

const char settings_default_path[] = CULVER_SYSCONFDIR "/culver.conf";

static const struct settings settings_defaults = {
    .default_mailbox = STATIC_TEXT("/var/mail/$LOGNAME"),
    .system_rules = STATIC_TEXT(SYSTEM_RULES),
    .user_rules = STATIC_TEXT(".mailfilter"),
    .maildroprcs = STATIC_TEXT(MAILDROPRCS),
    .rules_safety = RULES_SAFETY_NOT_WORLD_WRITABLE,
    .rules_error = RULES_ERROR_LATER,
    .pattern_limit_verdict = UNDECIDED_LATER,
    .undecodable_verdict = UNDECIDED_OPEN,
    .command_timeout_verdict = UNDECIDED_LATER,
    .create_folders = false,
    .mailbox_root = STATIC_TEXT(""),
    .mailbox_layout = MAILBOX_LAYOUT_MAILDIR,
    .mailbox_encoding = MAILBOX_ENCODING_UTF7,
    .mailbox_create = true,
    .mailbox_subscribe = true,
    .keywords_layout = KEYWORDS_LAYOUT_AUTO,
    .quota_exceeded = QUOTA_POLICY_LATER,
    .dot_lock = DOT_LOCK_TRY,
    .lock_timeout = 2 * MINUTE,
    .lock_retry = 1000,
    .lock_stale_after = 5 * MINUTE,
    .time_limit = 5 * MINUTE,
    .command_limit = 4 * MINUTE,
    .pattern_limit = 100000,
    .recipient_delimiter = STATIC_TEXT("+"),
    .shell = STATIC_TEXT("/bin/sh"),
    .sendmail = STATIC_TEXT("/usr/sbin/sendmail -oi"),
    .path = STATIC_TEXT("/usr/local/bin:/usr/bin:/bin"),
    .umask = 077,
    .hostname = STATIC_TEXT(""),
    .log = LOG_TARGET_SYSLOG,
    .log_file = STATIC_TEXT(LOG_FILE),
    .log_user_file = STATIC_TEXT("~/.culver-delivery.log"),
    .report = REPORT_STDERR,
};

/* In the order of their enums. */
static const char *const quota_policy_words[] = {"later", "never", NULL};
static const char *const rules_error_words[] = {"later", "default-mailbox", NULL};
static const char *const verdict_words[] = {"later", "open", "closed", NULL};
static const char *const rules_safety_words[] = {"owner-only", "not-world-writable", NULL};
static const char *const log_words[] = {"syslog", "file", "off", NULL};
static const char *const dot_lock_words[] = {"try", "required", "off", NULL};
static const char *const mailbox_layout_words[] = {"maildir++", "fs", NULL};
static const char *const mailbox_encoding_words[] = {"utf-7", "utf-8", NULL};
static const char *const keywords_layout_words[] = {"auto", "dovecot", "courier", "off", NULL};
static const char *const report_words[] = {"stderr", "stdout", NULL};

#define MEMBER(name) #name, offsetof(struct settings, name)

static const struct setting_row settings_table[] = {
    {MEMBER(default_mailbox),
	"Where mail goes that no rule placed; $HOME, $LOGNAME and $USER are replaced.",
	"/var/mail/$LOGNAME", SETTING_TYPE_MAILBOX, .minimum = 1, .maximum = TEXT_MAX},
    {MEMBER(system_rules), "Rules that run before those of the user; empty: none.", SYSTEM_RULES,
	SETTING_TYPE_PATH, .maximum = TEXT_MAX},
    {MEMBER(user_rules), "The user's rules, relative to the home directory; empty: none.",
	".mailfilter", SETTING_TYPE_TEXT, .maximum = TEXT_MAX},
    {MEMBER(maildroprcs), "The administrator's files that rules may include; empty: none.",
	MAILDROPRCS, SETTING_TYPE_PATH, .maximum = TEXT_MAX},
    {MEMBER(rules_safety), "What makes a rules file safe to run.", "not-world-writable",
	SETTING_TYPE_WORD, .words = rules_safety_words},
    {MEMBER(rules_error), "What happens to mail when its rules have an error.", "later",
	SETTING_TYPE_WORD, .words = rules_error_words},
    {MEMBER(pattern_limit_verdict), "What a pattern that reaches its limit counts as.", "later",
	SETTING_TYPE_WORD, .words = verdict_words},
    {MEMBER(undecodable_verdict), "What a pattern on text that cannot be decoded counts as.",
	"open", SETTING_TYPE_WORD, .words = verdict_words},
    {MEMBER(command_timeout_verdict), "What a command that does not end in time counts as.",
	"later", SETTING_TYPE_WORD, .words = verdict_words},
    {MEMBER(create_folders), "Whether a delivery creates a missing Maildir or Maildir++ folder.",
	"no", SETTING_TYPE_BOOL},
    {MEMBER(mailbox_root),
	"The Maildir whose folders \"mailbox\" names; empty: the default mailbox.", "",
	SETTING_TYPE_MAILBOX, .maximum = TEXT_MAX},
    {MEMBER(mailbox_layout), "How the levels of a folder's name become directories.", "maildir++",
	SETTING_TYPE_WORD, .words = mailbox_layout_words},
    {MEMBER(mailbox_encoding), "How a folder's name is written in its directory's.", "utf-7",
	SETTING_TYPE_WORD, .words = mailbox_encoding_words},
    {MEMBER(mailbox_create), "Whether \"mailbox\" creates a missing folder.", "yes",
	SETTING_TYPE_BOOL},
    {MEMBER(mailbox_subscribe), "Whether a folder that \"mailbox\" creates is subscribed.", "yes",
	SETTING_TYPE_BOOL},
    {MEMBER(keywords_layout), "How a Maildir keeps IMAP keywords.", "auto", SETTING_TYPE_WORD,
	.words = keywords_layout_words},
    {MEMBER(quota_exceeded), "What is said of mail for a full mailbox.", "later", SETTING_TYPE_WORD,
	.words = quota_policy_words},
    {MEMBER(dot_lock), "Whether an mbox is locked with a .lock file too.", "try", SETTING_TYPE_WORD,
	.words = dot_lock_words},
    {MEMBER(lock_timeout), "How long a delivery waits for the lock of a mailbox or data base.",
	"2m", SETTING_TYPE_SECONDS, .maximum = DAY},
    {MEMBER(lock_retry), "How long it waits between two tries of a .lock file.", "1s",
	SETTING_TYPE_MILLISECONDS, .minimum = 10, .maximum = 60000},
    {MEMBER(lock_stale_after), "How old a .lock file must be to count as left behind.", "5m",
	SETTING_TYPE_SECONDS, .minimum = 1, .maximum = DAY},
    {MEMBER(time_limit), "How long one run may take, in all.", "5m", SETTING_TYPE_SECONDS,
	.minimum = 1, .maximum = DAY},
    {MEMBER(command_limit), "How long one command of a rule may take.", "4m", SETTING_TYPE_SECONDS,
	.minimum = 1, .maximum = DAY},
    {MEMBER(pattern_limit), "How many steps a pattern may take on one line.", "100000",
	SETTING_TYPE_COUNT, .minimum = 100, .maximum = 100000000},
    {MEMBER(recipient_delimiter),
	"What begins the subaddress in a local part; each of these characters.", "+",
	SETTING_TYPE_TEXT, .maximum = 16},
    {MEMBER(shell), "The shell that runs the commands of rules.", "/bin/sh", SETTING_TYPE_PATH,
	.minimum = 1, .maximum = TEXT_MAX},
    {MEMBER(sendmail), "The command that forwards mail; sender and recipients are added.",
	"/usr/sbin/sendmail -oi", SETTING_TYPE_PATH, .minimum = 1, .maximum = TEXT_MAX},
    {MEMBER(path), "The PATH of commands.", "/usr/local/bin:/usr/bin:/bin", SETTING_TYPE_TEXT,
	.minimum = 1, .maximum = TEXT_MAX},
    {MEMBER(umask), "The permission bits that new files do not get.", "077", SETTING_TYPE_OCTAL,
	.maximum = 0777},
    {MEMBER(hostname), "The host's name in Maildir file names; empty: the system's.", "",
	SETTING_TYPE_HOST_NAME, .maximum = 255},
    {MEMBER(log), "Where the delivery log goes.", "syslog", SETTING_TYPE_WORD, .words = log_words},
    {MEMBER(log_file), "The delivery log of the host.", LOG_FILE, SETTING_TYPE_PATH, .minimum = 1,
	.maximum = TEXT_MAX},
    {MEMBER(log_user_file), "The delivery log where that of the host cannot be written.",
	"~/.culver-delivery.log", SETTING_TYPE_TEXT, .minimum = 1, .maximum = TEXT_MAX},
    {MEMBER(report), "Where the one line for the mail server goes.", "stderr", SETTING_TYPE_WORD,
	.words = report_words},
};

enum { SETTINGS_COUNT = sizeof settings_table / sizeof *settings_table };

struct setting_state {
	struct text written; /* for all but SETTING_DEFAULT */
	const char *file;
	unsigned line;
	enum setting_origin origin;
};

struct settings_source {
	struct arena *arena;
	struct settings values;
	struct setting_state states[SETTINGS_COUNT];
};

struct settings_source *
settings_new(struct arena *arena)
{
	struct settings_source *source = arena_alloc(arena, sizeof *source);

	source->arena = arena;
	source->values = settings_defaults;
	return source;
}

const struct settings *
settings_values(const struct settings_source *source)
{
	return &source->values;
}

/* Number of the row, or SETTINGS_COUNT. */
static size_t
settings_find_row(struct text name, bool dash_is_underscore)
{
	for (size_t row = 0; row < SETTINGS_COUNT; row++) {
		const char *known = settings_table[row].name;
		size_t i = 0;
		while (i < name.size && known[i] != '\0' &&
		       (name.data[i] == known[i] ||
			   (dash_is_underscore && name.data[i] == '-' && known[i] == '_')))
			i++;
		if (i == name.size && known[i] == '\0')
			return row;
	}
	return SETTINGS_COUNT;
}

/* Levenshtein's distance: how many bytes must be inserted, removed or replaced. */
static unsigned
settings_name_distance(struct text a, struct text b)
{
	unsigned distances[NAME_SHOWN_MAX + 1];

	REQUIRE(b.size <= NAME_SHOWN_MAX);
	for (unsigned j = 0; j <= b.size; j++)
		distances[j] = j;
	for (size_t i = 0; i < a.size; i++) {
		unsigned diagonal = distances[0];
		distances[0] = (unsigned)i + 1;
		for (size_t j = 0; j < b.size; j++) {
			unsigned best = diagonal + (a.data[i] != b.data[j]);
			diagonal = distances[j + 1];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (distances[j] + 1 < best)
				best = distances[j] + 1;
			distances[j + 1] = best;
		}
	}
	return distances[b.size];
}

static bool
settings_refuse_name(struct text name, struct error *error)
{
	unsigned nearest_distance = NAME_DISTANCE_MAX + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < name.size; i++)
		if (!text_is_alpha(name.data[i]) && !text_is_digit(name.data[i]) &&
		    name.data[i] != '_' && name.data[i] != '-')
			return error_set(error, ERROR_INPUT,
			    "the name of a setting holds a-z, 0-9 and \"_\" only");
	for (size_t row = 0; row < SETTINGS_COUNT && name.size <= NAME_SHOWN_MAX; row++) {
		struct text known = text_from_string(settings_table[row].name);
		unsigned distance = settings_name_distance(name, known);
		if (distance < nearest_distance && distance < known.size) {
			nearest_distance = distance;
			nearest = settings_table[row].name;
		}
	}
	struct text shown = text_slice(name, 0, NAME_SHOWN_MAX);
	if (nearest != NULL)
		return error_set(error, ERROR_INPUT,
		    "unknown setting \"%.*s\"; did you mean \"%s\"?", TEXT_ARGUMENTS(shown),
		    nearest);
	return error_set(error, ERROR_INPUT,
	    "unknown setting \"%.*s%s\"; \"culver config show\" lists all", TEXT_ARGUMENTS(shown),
	    shown.size < name.size ? "..." : "");
}

bool
settings_set(
    struct settings_source *source, struct text name, struct text value, struct error *error)
{
	size_t row = settings_find_row(name, true);

	if (row == SETTINGS_COUNT)
		return settings_refuse_name(name, error);
	struct text kept = arena_copy_text(source->arena, value);
	if (!setting_value_parse(&settings_table[row], kept, &source->values, error))
		return false;
	source->states[row] = (struct setting_state){.written = kept, .origin = SETTING_OPTION};
	return true;
}

bool
settings_set_pair(struct settings_source *source, const char *pair, struct error *error)
{
	struct text value = text_from_string(pair);
	bool has_value = text_find_byte(value, 0, '=') < value.size;
	struct text name = text_split(&value, '=');

	if (!has_value)
		return error_set(error, ERROR_INPUT, "%s: write it as NAME=VALUE", pair);
	return settings_set(source, name, value, error);
}

/* One entry of a file. `lines` holds for each row the line of this file that set it, or 0. */
static bool
settings_take_entry(struct settings_source *source, struct settings_file *file,
    const struct settings_file_entry *entry, unsigned *lines, struct error *error)
{
	struct settings ignored;
	size_t row = settings_find_row(entry->name, false);

	if (row == SETTINGS_COUNT) {
		settings_refuse_name(entry->name, error);
		return settings_file_fail(file, entry->name_position, error);
	}
	if (lines[row] != 0) {
		error_set(error, ERROR_INPUT, "%s is set in line %u already; remove one of the two",
		    settings_table[row].name, lines[row]);
		return settings_file_fail(file, entry->name_position, error);
	}
	lines[row] = entry->line;
	struct setting_state *state = &source->states[row];
	struct settings *values = state->origin == SETTING_OPTION ? &ignored : &source->values;
	if (!setting_value_parse(&settings_table[row], entry->value, values, error))
		return settings_file_fail(file, entry->value_position, error);
	if (state->origin != SETTING_OPTION)
		*state = (struct setting_state){.written = entry->value,
		    .file = file->path,
		    .line = entry->line,
		    .origin = SETTING_FILE};
	return true;
}

bool
settings_read_bytes(
    struct settings_source *source, const char *path, struct text bytes, struct error *error)
{
	struct settings_source trial = *source;
	unsigned lines[SETTINGS_COUNT] = {0};
	struct settings_file_entry entry;
	struct settings_file file;
	const char *kept_path = arena_copy_string(source->arena, text_from_string(path));

	if (!settings_file_init(&file, source->arena, kept_path, bytes, error))
		return false;
	while (settings_file_next(&file, &entry, error))
		if (!settings_take_entry(&trial, &file, &entry, lines, error))
			return false;
	if (file.failed)
		return false;
	*source = trial;
	return true;
}

bool
settings_read_file(
    struct settings_source *source, const char *path, bool required, struct error *error)
{
	struct error reading = {0};
	struct text bytes;

	if (file_read(source->arena, path, SETTINGS_FILE_MAX, &bytes, &reading))
		return settings_read_bytes(source, path, bytes, error);
	if (reading.number == ENOENT && !required)
		return true;
	*error = reading;
	return false;
}

bool
settings_view(const struct settings_source *source, struct arena *arena, size_t index,
    struct setting_view *view_out)
{
	char allowed[SETTINGS_ALLOWED_SIZE];

	if (index >= SETTINGS_COUNT)
		return false;
	const struct setting_row *row = &settings_table[index];
	const struct setting_state *state = &source->states[index];
	struct text default_value = text_from_string(row->default_text);
	setting_value_describe(row, allowed);
	*view_out = (struct setting_view){
	    .name = row->name,
	    .help = row->help,
	    .allowed = arena_copy_string(arena, text_from_string(allowed)),
	    .value = state->origin == SETTING_DEFAULT ? default_value : state->written,
	    .default_value = default_value,
	    .origin = state->origin,
	    .file = state->file,
	    .line = state->line,
	};
	return true;
}
