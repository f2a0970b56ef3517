/*
 * The settings table, its types and limits, and the file.
 */
#include "config/settings.h"
#include "config/settings_file.h"
#include "config/settings_report.h"
#include "base/bug.h"
#include "base/utf8.h"
#include "support/tap.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static struct text copies[200];
static size_t copy_count;

static struct text
text_of(const char *string)
{
	return text_from_string(string);
}

/*
 * Reads the bytes from a block of exactly their size, which is kept until the end because values
 * borrow from it. Returns the error's text, or "" when there is none.
 */
static struct text
read_bytes(struct settings_source *source, struct text bytes)
{
	static struct error error;
	struct text exact = exact_copy(bytes);

	REQUIRE(copy_count < sizeof copies / sizeof *copies);
	copies[copy_count++] = (struct text){exact.data, exact.size};
	error = (struct error){0};
	bool done = settings_read_bytes(source, "f", exact, &error);
	check(done == (error.kind == ERROR_NONE));
	return text_of(error.text);
}

static struct text
error_of(struct text bytes)
{
	return read_bytes(settings_new(&arena), bytes);
}

static struct text
error_of_option(const char *name, struct text value)
{
	static struct error error;

	error = (struct error){0};
	settings_set(settings_new(&arena), text_of(name), value, &error);
	return text_of(error.text);
}

static bool
settings_are_equal(const struct settings *a, const struct settings *b)
{
	return text_is_equal(a->default_mailbox, b->default_mailbox) &&
	       text_is_equal(a->system_rules, b->system_rules) &&
	       text_is_equal(a->user_rules, b->user_rules) &&
	       text_is_equal(a->maildroprcs, b->maildroprcs) &&
	       a->rules_safety == b->rules_safety && a->rules_error == b->rules_error &&
	       a->create_folders == b->create_folders &&
	       a->pattern_limit_verdict == b->pattern_limit_verdict &&
	       a->undecodable_verdict == b->undecodable_verdict &&
	       a->command_timeout_verdict == b->command_timeout_verdict &&
	       a->create_folders == b->create_folders && a->quota_exceeded == b->quota_exceeded &&
	       text_is_equal(a->mailbox_root, b->mailbox_root) &&
	       a->mailbox_layout == b->mailbox_layout &&
	       a->mailbox_encoding == b->mailbox_encoding &&
	       a->mailbox_create == b->mailbox_create &&
	       a->mailbox_subscribe == b->mailbox_subscribe &&
	       a->keywords_layout == b->keywords_layout && a->dot_lock == b->dot_lock &&
	       a->lock_timeout == b->lock_timeout && a->lock_retry == b->lock_retry &&
	       a->lock_stale_after == b->lock_stale_after && a->time_limit == b->time_limit &&
	       a->command_limit == b->command_limit && a->pattern_limit == b->pattern_limit &&
	       text_is_equal(a->recipient_delimiter, b->recipient_delimiter) &&
	       text_is_equal(a->shell, b->shell) && text_is_equal(a->sendmail, b->sendmail) &&
	       text_is_equal(a->path, b->path) && a->umask == b->umask &&
	       text_is_equal(a->hostname, b->hostname) && a->log == b->log &&
	       text_is_equal(a->log_file, b->log_file) &&
	       text_is_equal(a->log_user_file, b->log_user_file) && a->report == b->report;
}

static void
typed_defaults_are_the_texts(void)
{
	const struct settings *defaults = settings_values(settings_new(&arena));
	struct settings_source *parsed = settings_new(&arena);
	struct setting_view view;
	struct error error = {0};
	size_t rows = 0;

	for (; settings_view(settings_new(&arena), &arena, rows, &view); rows++) {
		check(settings_set(parsed, text_of(view.name), view.default_value, &error));
		check_text(text_of(error.text), TEXT(""));
		check(settings_are_equal(settings_values(parsed), defaults));
		check_text(view.value, view.default_value);
		check(view.origin == SETTING_DEFAULT && view.line == 0 && view.file == NULL);
		check(strlen(view.help) > 10 && view.help[strlen(view.help) - 1] == '.');
	}
	check_number(rows, 34);
	check_text(defaults->user_rules, TEXT(".mailfilter"));
	check_text(defaults->default_mailbox, TEXT("/var/mail/$LOGNAME"));
	check_number(defaults->lock_timeout, 120);
	check_number(defaults->lock_retry, 1000);
	check_number(defaults->lock_stale_after, 300);
	check_number(defaults->time_limit, 300);
	check_number(defaults->command_limit, 240);
	check_number(defaults->umask, 63);
	check(defaults->rules_error == RULES_ERROR_LATER &&
	      defaults->quota_exceeded == QUOTA_POLICY_LATER);
	check(!defaults->create_folders);
}

/* Every row writes a member of its own: a value that is not the default makes the whole differ, and
 * putting the default back makes it equal again. */
static void
rows_have_members_of_their_own(void)
{
	static const char *const others[][2] = {{"default_mailbox", "~/Maildir/"},
	    {"system_rules", "/x"}, {"user_rules", "x"}, {"maildroprcs", "/y"},
	    {"rules_safety", "owner-only"}, {"rules_error", "default-mailbox"},
	    {"pattern_limit_verdict", "open"}, {"undecodable_verdict", "closed"},
	    {"command_timeout_verdict", "open"}, {"create_folders", "yes"},
	    {"mailbox_root", "~/Mail/"}, {"mailbox_layout", "fs"}, {"mailbox_encoding", "utf-8"},
	    {"mailbox_create", "no"}, {"mailbox_subscribe", "no"}, {"keywords_layout", "courier"},
	    {"quota_exceeded", "never"}, {"dot_lock", "required"}, {"lock_timeout", "7"},
	    {"lock_retry", "20ms"}, {"lock_stale_after", "8"}, {"time_limit", "9"},
	    {"command_limit", "10"}, {"pattern_limit", "1000"}, {"recipient_delimiter", "-"},
	    {"shell", "/bin/bash"}, {"sendmail", "/bin/s"}, {"path", "/bin"}, {"umask", "022"},
	    {"hostname", "mx"}, {"log", "off"}, {"log_file", "/l"}, {"log_user_file", "l"},
	    {"report", "stdout"}};
	const struct settings *defaults = settings_values(settings_new(&arena));
	struct settings_source *source = settings_new(&arena);
	struct setting_view view;
	struct error error = {0};
	size_t row = 0;

	for (; settings_view(source, &arena, row, &view); row++) {
		check_text(text_of(view.name), text_of(others[row][0]));
		check(settings_set(source, text_of(view.name), text_of(others[row][1]), &error));
		check(!settings_are_equal(settings_values(source), defaults));
		struct setting_view changed;
		settings_view(source, &arena, row, &changed);
		check_text(changed.value, text_of(others[row][1]));
		check(changed.origin == SETTING_OPTION);
		check(settings_set(source, text_of(view.name), view.default_value, &error));
		check(settings_are_equal(settings_values(source), defaults));
	}
	check_number(row, sizeof others / sizeof *others);
}

static void
words_are_their_enums(void)
{
	struct settings_source *source = settings_new(&arena);
	const struct settings *values = settings_values(source);

	check_text(read_bytes(source,
		       TEXT("rules_safety = owner-only\nrules_error = "
			    "default-mailbox\nquota_exceeded = never\n"
			    "dot_lock = off\nlog = file\nreport = stdout\ncreate_folders = yes\n")),
	    TEXT(""));
	check(values->rules_safety == RULES_SAFETY_OWNER_ONLY);
	check(values->rules_error == RULES_ERROR_DEFAULT_MAILBOX);
	check(values->quota_exceeded == QUOTA_POLICY_NEVER);
	check(values->dot_lock == DOT_LOCK_OFF);
	check(values->log == LOG_TARGET_FILE);
	check(values->report == REPORT_STDOUT);
	check(values->create_folders);
	check_text(read_bytes(source,
		       TEXT("rules_safety = not-world-writable\ndot_lock = required\nlog = off\n"
			    "create_folders = no")),
	    TEXT(""));
	check(values->rules_safety == RULES_SAFETY_NOT_WORLD_WRITABLE);
	check(values->dot_lock == DOT_LOCK_REQUIRED);
	check(values->log == LOG_TARGET_OFF);
	check(!values->create_folders);
	check_text(read_bytes(source, TEXT("dot_lock = try\nlog = syslog")), TEXT(""));
	check(values->dot_lock == DOT_LOCK_TRY && values->log == LOG_TARGET_SYSLOG);
	check_text(
	    read_bytes(source, TEXT("pattern_limit_verdict = open\nundecodable_verdict = closed\n"
				    "command_timeout_verdict = closed\n")),
	    TEXT(""));
	check(values->pattern_limit_verdict == UNDECIDED_OPEN);
	check(values->undecodable_verdict == UNDECIDED_CLOSED);
	check(values->command_timeout_verdict == UNDECIDED_CLOSED);
	check_text(read_bytes(source, TEXT("undecodable_verdict = later\n")), TEXT(""));
	check(values->undecodable_verdict == UNDECIDED_LATER);
}

static void
durations_and_numbers_have_units_and_limits(void)
{
	static const struct {
		const char *name, *value;
		bool allowed;
	} cases[] = {{"lock_timeout", "0", true}, {"lock_timeout", "1d", true},
	    {"lock_timeout", "24h", true}, {"lock_timeout", "86401", false},
	    {"lock_timeout", "2d", false}, {"lock_timeout", "-1", false},
	    {"lock_timeout", "1.5m", false}, {"lock_timeout", "", false},
	    {"lock_timeout", "m", false}, {"lock_timeout", "99999999999999999999", false},
	    {"lock_timeout", "5 m", false}, {"lock_timeout", "100ms", false},
	    {"lock_retry", "10ms", true}, {"lock_retry", "9ms", false}, {"lock_retry", "1m", true},
	    {"lock_retry", "60001ms", false}, {"lock_retry", "2m", false},
	    {"lock_retry", "0", false}, {"lock_retry", "ms", false}, {"lock_retry", "1", true},
	    {"time_limit", "0", false}, {"time_limit", "1s", true}, {"command_limit", "0", false},
	    {"lock_stale_after", "0", false}, {"pattern_limit", "100", true},
	    {"pattern_limit", "99", false}, {"pattern_limit", "100000000", true},
	    {"pattern_limit", "100000001", false}, {"pattern_limit", "100k", false},
	    {"umask", "0", true}, {"umask", "777", true}, {"umask", "1000", false},
	    {"umask", "8", false}, {"umask", "0x1", false}};
	struct settings_source *source = settings_new(&arena);
	struct error error = {0};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool done =
		    settings_set(source, text_of(cases[i].name), text_of(cases[i].value), &error);
		check(done == cases[i].allowed);
		if (done != cases[i].allowed)
			printf("# %s = %s\n", cases[i].name, cases[i].value);
	}
	check(settings_set(source, TEXT("lock_retry"), TEXT("250ms"), &error));
	check_number(settings_values(source)->lock_retry, 250);
	check(settings_set(source, TEXT("lock_retry"), TEXT("2"), &error));
	check_number(settings_values(source)->lock_retry, 2000);
	check(settings_set(source, TEXT("time_limit"), TEXT("2H"), &error));
	check_number(settings_values(source)->time_limit, 7200);
	check(settings_set(source, TEXT("umask"), TEXT("027"), &error));
	check_number(settings_values(source)->umask, 23);
}

static void
errors_name_the_place_and_what_is_allowed(void)
{
	static const struct {
		struct text bytes, error;
	} cases[] = {
	    {{"log = maybe\n", 12},
		{"f:1:7: log cannot be \"maybe\"; it must be syslog, file or off", 0}},
	    {{"\n  umask= 9", 11},
		{"f:2:10: umask cannot be \"9\"; it must be an octal number from 0 to 777", 0}},
	    {{"create_folders = true", 21},
		{"f:1:18: create_folders cannot be \"true\"; it must be yes or no", 0}},
	    {{"lock_timeout = 3w", 17},
		{"f:1:16: lock_timeout cannot be \"3w\"; it must be a duration from "
		 "0s to 1d (a number and s, m, h or d)",
		    0}},
	    {{"lock_retry = 0s", 15},
		{"f:1:14: lock_retry cannot be \"0s\"; it must be a duration from 10ms "
		 "to 1m (a number and ms, s, m, h or d)",
		    0}},
	    {{"pattern_limit = 9", 17},
		{"f:1:17: pattern_limit cannot be \"9\"; it must be a number from "
		 "100 to 100000000",
		    0}},
	    {{"shell = sh", 10}, {"f:1:9: shell cannot be \"sh\"; it must be an absolute path", 0}},
	    {{"shell =", 7}, {"f:1:8: shell cannot be \"\"; it must be an absolute path", 0}},
	    {{"system_rules = x", 16},
		{"f:1:16: system_rules cannot be \"x\"; it must be an absolute path, or empty", 0}},
	    {{"path = \"\"", 9},
		{"f:1:8: path cannot be \"\"; it must be a text of 1 to 4000 bytes", 0}},
	    {{"hostname = a/b", 14},
		{"f:1:12: hostname cannot be \"a/b\"; it must be a host name (letters, "
		 "digits, dots, dashes, underscores), or empty",
		    0}},
	    {{"default_mailbox = $HOM/x", 24}, {"f:1:19: default_mailbox cannot be \"$HOM/x\"; it "
						"must be a mailbox without \"..\" in its "
						"path, in which $HOME, $LOGNAME, $USER "
						"and no other name is replaced",
						   0}},
	    {{"default_mailbox = /v/a/../b/", 28},
		{"f:1:19: default_mailbox cannot be \"/v/a/../b/\"; it must be a mailbox "
		 "without \"..\" in its path, in which $HOME, $LOGNAME, $USER and no other "
		 "name is replaced",
		    0}},
	    {{"path = \"a\\nb\"", 13},
		{"f:1:8: the value of path holds a control character or invalid "
		 "UTF-8; remove it",
		    0}},
	    {{"= x", 3},
		{"f:1:1: expected the name of a setting (a-z, 0-9 and \"_\") or a \"#\" comment",
		    0}},
	    {{"# c\n[x]\n", 8},
		{"f:2:1: expected the name of a setting (a-z, 0-9 and \"_\") or a \"#\" comment",
		    0}},
	    {{"log syslog", 10},
		{"f:1:5: expected \"=\" behind the name (a-z, 0-9 and \"_\"); write name = value",
		    0}},
	    {{"Log = off", 9},
		{"f:1:1: expected the name of a setting (a-z, 0-9 and \"_\") or a \"#\" comment",
		    0}},
	    {{"log", 3},
		{"f:1:4: expected \"=\" behind the name (a-z, 0-9 and \"_\"); write name = value",
		    0}},
	    {{"log = off#x", 11},
		{"f:1:10: \"#\" inside a value; write the value in double quotes, or a "
		 "blank before a comment",
		    0}},
	    {{"path = /a \"b\"", 13},
		{"f:1:11: a quote inside a value; write the whole value in double "
		 "quotes, with \\\" for a quote",
		    0}},
	    {{"path = \"/a\n\"", 12},
		{"f:1:8: this quote is not closed on its line; add \" at the end of the value", 0}},
	    {{"path = \"/a\\", 11},
		{"f:1:11: a backslash inside double quotes must be followed by \", \\ or n", 0}},
	    {{"path = \"\xc3\xa9\\x\"", 13},
		{"f:1:10: a backslash inside double quotes must be followed by \", \\ or n", 0}},
	    {{"path = \"/a\" b", 13},
		{"f:1:13: only a comment may follow a value in double quotes; write "
		 "a quote in it as \\\"",
		    0}},
	    {{"path = a\rb", 10}, {"f:1:9: a control character inside a value; remove it", 0}},
	    {{"log = off\n# \0", 13}, {"f:2:3: a NUL byte; the file is not a text, restore it", 0}},
	    {{"log = off\n# \xc3\xa9 \xff", 16},
		{"f:2:5: byte 0xff is not valid UTF-8; save the file as UTF-8", 0}},
	    {{"\xEF\xBB\xBFlog = off", 12},
		{"f:1:1: a byte order mark; save the file without one", 0}},
	    {{"log = off\n\nlog = off\n", 21},
		{"f:3:1: log is set in line 1 already; remove one of the two", 0}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text(error_of(cases[i].bytes), text_of(cases[i].error.data));
}

static void
unknown_names_get_the_nearest(void)
{
	check_text(error_of(TEXT("lock_timout = 3m")),
	    TEXT("f:1:1: unknown setting \"lock_timout\"; did you mean \"lock_timeout\"?"));
	check_text(error_of(TEXT("  hostnaem = x")),
	    TEXT("f:1:3: unknown setting \"hostnaem\"; did you mean \"hostname\"?"));
	check_text(error_of(TEXT("logfile = /x")),
	    TEXT("f:1:1: unknown setting \"logfile\"; did you mean \"log_file\"?"));
	check_text(error_of(TEXT("zzzzzzzz = /x")),
	    TEXT("f:1:1: unknown setting \"zzzzzzzz\"; \"culver config show\" lists all"));
	check_text(error_of_option("x", TEXT("")),
	    TEXT("unknown setting \"x\"; \"culver config show\" lists all"));
	check_text(
	    error_of_option("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TEXT("")),
	    TEXT("unknown setting \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"; \"culver config "
		 "show\" "
		 "lists all"));
	check_text(error_of_option("a\033[b", TEXT("")),
	    TEXT("the name of a setting holds a-z, 0-9 and \"_\" only"));
	check_text(error_of_option("", TEXT("")),
	    TEXT("unknown setting \"\"; \"culver config show\" lists all"));
	check_text(error_of(TEXT("lock-timeout = 3m")),
	    TEXT("f:1:5: expected \"=\" behind the name (a-z, 0-9 and \"_\"); write name = value"));
	check_text(error_of_option("lock-timeout", TEXT("3m")), TEXT(""));
	check_text(error_of_option("shell", TEXT("/bin/\0sh")),
	    TEXT("the value of shell holds a control character or invalid UTF-8; remove it"));
}

static void
values_are_bare_or_quoted(void)
{
	struct settings_source *source = settings_new(&arena);
	const struct settings *values = settings_values(source);

	check_text(
	    read_bytes(source,
		TEXT("# all\n\n\t path\t=\t /a b:/c\td \t # comment \"x\"\n"
		     "user_rules=\"a # \\\"b\\\" \\\\\"# c\nsystem_rules = # none\r\n"
		     "  \nhostname = \"\"\nsendmail = /s -f a=b\nlog_user_file = d\xc3\xa9")),
	    TEXT(""));
	check_text(values->path, TEXT("/a b:/c\td"));
	check_text(values->user_rules, TEXT("a # \"b\" \\"));
	check_text(values->system_rules, TEXT(""));
	check_text(values->hostname, TEXT(""));
	check_text(values->sendmail, TEXT("/s -f a=b"));
	check_text(values->log_user_file, TEXT("d\xc3\xa9"));
	check_text(error_of(TEXT("")), TEXT(""));
	check_text(error_of(TEXT("\n\n#\n")), TEXT(""));
	check_text(error_of(TEXT("#")), TEXT(""));
}

static void
crlf_files_are_read(void)
{
	struct settings_source *source = settings_new(&arena);

	check_text(read_bytes(source, TEXT("# c\r\n\r\npath = /x\r\nshell = "
					   "\"/bin/sh\"\r\nhostname = mx # c\r\nlog = off\r")),
	    TEXT(""));
	check_text(settings_values(source)->path, TEXT("/x"));
	check_text(settings_values(source)->shell, TEXT("/bin/sh"));
	check_text(settings_values(source)->hostname, TEXT("mx"));
	check(settings_values(source)->log == LOG_TARGET_OFF);
	check_text(error_of(TEXT("\r\nlog = of\r\n")),
	    TEXT("f:2:7: log cannot be \"of\"; it must be syslog, file or off"));
}

static void
broken_files_change_nothing(void)
{
	struct settings_source *source = settings_new(&arena);
	const struct settings *defaults = settings_values(settings_new(&arena));
	struct setting_view view;

	check(read_bytes(source, TEXT("log = off\npath = /x\numask = 9\n")).size > 0);
	check(settings_are_equal(settings_values(source), defaults));
	check(read_bytes(source, TEXT("log = off\npath = \"/x\n")).size > 0);
	check(settings_are_equal(settings_values(source), defaults));
	for (size_t row = 0; settings_view(source, &arena, row, &view); row++)
		check(view.origin == SETTING_DEFAULT);
}

static void
options_are_stronger_than_files(void)
{
	struct settings_source *source = settings_new(&arena);
	struct setting_view view;
	struct error error = {0};

	check(settings_set(source, TEXT("default_mailbox"), TEXT("/option"), &error));
	check_text(read_bytes(source,
		       TEXT("system_rules = /r\ndefault_mailbox = /file\nuser_rules = u\n")),
	    TEXT(""));
	check(settings_set(source, TEXT("user_rules"), TEXT("o"), &error));
	check_text(settings_values(source)->default_mailbox, TEXT("/option"));
	check_text(settings_values(source)->system_rules, TEXT("/r"));
	check_text(settings_values(source)->user_rules, TEXT("o"));
	settings_view(source, &arena, 0, &view);
	check(view.origin == SETTING_OPTION && view.file == NULL);
	check_text(view.value, TEXT("/option"));
	settings_view(source, &arena, 1, &view);
	check(view.origin == SETTING_FILE && view.line == 1);
	check_text(text_of(view.file), TEXT("f"));
	settings_view(source, &arena, 2, &view);
	check(view.origin == SETTING_OPTION && view.line == 0);
	check(read_bytes(source, TEXT("default_mailbox = \n")).size > 0);
}

static void
mailboxes_name_only_what_is_replaced(void)
{
	check_text(
	    error_of_option("default_mailbox", TEXT("$HOME/Maildir/$USER.$LOGNAME/")), TEXT(""));
	check_text(error_of_option("default_mailbox", TEXT("| x $ANY")), TEXT(""));
	check_text(error_of_option("default_mailbox", TEXT("! a@b")), TEXT(""));
	check(error_of_option("default_mailbox", TEXT("/a/$")).size > 0);
	check(error_of_option("default_mailbox", TEXT("/a/$HOMES")).size > 0);
	check(error_of_option("default_mailbox", TEXT("/a/${HOME}")).size > 0);
	check(error_of_option("default_mailbox", TEXT("")).size > 0);
}

static void
sizes_are_bounded(void)
{
	size_t size = SETTINGS_FILE_MAX + 1;
	char *large = malloc(size);
	struct error error = {0};

	memset(large, '\n', size);
	check(!settings_read_bytes(settings_new(&arena), "f", (struct text){large, size}, &error));
	check(error.kind == ERROR_LIMIT);
	check_text(text_of(error.text), TEXT("f: larger than 1048576 bytes"));
	check(
	    settings_read_bytes(settings_new(&arena), "f", (struct text){large, size - 1}, &error));
	memset(large, 'a', size);
	check_text(error_of_option("path", (struct text){large, 4000}), TEXT(""));
	check(error_of_option("path", (struct text){large, 4001}).size > 0);
	check(error_of_option("path", (struct text){large, 4001}).size < ERROR_TEXT_MAX - 1);
	memcpy(large + 79, "\xc3\xa9", 2);
	struct text shown = error_of_option("hostname", (struct text){large, 100});
	check(utf8_is_valid(shown) && text_find(shown, 0, TEXT("aaa...\"; it must")) < shown.size);
	memset(large, 'a', size);
	check_text(error_of_option("hostname", (struct text){large, 255}), TEXT(""));
	check(error_of_option("hostname", (struct text){large, 256}).size > 0);
	free(large);
}

static void
files_may_be_missing_but_not_unreadable(void)
{
	char path[] = "/tmp/culver-settings.XXXXXX";
	struct settings_source *source = settings_new(&arena);
	struct error error = {0};
	int descriptor = mkstemp(path);

	check(write(descriptor, "umask = 022\n", 12) == 12);
	close(descriptor);
	check(settings_read_file(source, path, true, &error));
	check_number(settings_values(source)->umask, 18);
	unlink(path);
	check(settings_read_file(source, path, false, &error));
	check(!settings_read_file(source, path, true, &error));
	check_number(error.number, ENOENT);
	check(!settings_read_file(source, "/tmp", false, &error));
	check(!settings_read_file(source, "/dev/null/x", false, &error));
	check_number(settings_values(source)->umask, 18);
	check(text_has_suffix(text_of(settings_default_path), TEXT("/culver.conf")));
}

/* Each value, as a file has it, reads back as itself. */
static void
formatted_values_read_back(void)
{
	static const struct text values[] = {{"plain", 5}, {" x ", 3}, {"a#b", 3}, {"\"", 1},
	    {"\\", 1}, {"a\\\"b # c", 8}, {"d\xc3\xa9", 3}, {"\t", 1}, {"a=b", 3}};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct settings_source *source = settings_new(&arena);
		struct buffer file;
		buffer_init(&file, 1000);
		buffer_append(&file, TEXT("user_rules = "));
		settings_file_format(&file, values[i]);
		check_text(read_bytes(source, buffer_text(&file)), TEXT(""));
		check_text(settings_values(source)->user_rules, values[i]);
		buffer_clear(&file);
	}
}

static void
reports_and_the_example_are_files_themselves(void)
{
	struct settings_source *source = settings_new(&arena), *again = settings_new(&arena);
	struct buffer report;
	struct error error = {0};

	buffer_init(&report, SETTINGS_REPORT_MAX);
	check(settings_set(source, TEXT("user_rules"), TEXT(" a # \"b\" "), &error));
	check(settings_set(source, TEXT("lock_retry"), TEXT("30ms"), &error));
	check(settings_report_lines(source, &arena, NULL, 0, &report, &error));
	check_text(read_bytes(again, buffer_text(&report)), TEXT(""));
	check(settings_are_equal(settings_values(source), settings_values(again)));
	buffer_reset(&report);
	settings_report_example(&arena, &report);
	struct settings_source *untouched = settings_new(&arena);
	check_text(read_bytes(untouched, buffer_text(&report)), TEXT(""));
	check(
	    settings_are_equal(settings_values(untouched), settings_values(settings_new(&arena))));
	/* Every comment sign taken off a setting leaves a file with all the defaults. */
	for (size_t i = 0; i + 1 < report.size; i++)
		if (report.data[i] == '#' && text_is_alpha(report.data[i + 1]))
			report.data[i] = ' ';
	check_text(read_bytes(untouched, buffer_text(&report)), TEXT(""));
	check(
	    settings_are_equal(settings_values(untouched), settings_values(settings_new(&arena))));
	struct setting_view view;
	for (size_t row = 0; settings_view(untouched, &arena, row, &view); row++)
		check(view.origin == SETTING_FILE && view.line > row);
	buffer_clear(&report);
}

/* Files that nobody wrote: each byte of a good one may change. What is read must be readable again,
 * and what is refused must leave everything as it was and say where it is wrong. */
static void
damaged_files_are_read_whole_or_not_at_all(void)
{
	static const char alphabet[] = "\n\r\t \"\\#=_a9n\0\x01\x7f\xc3\xa9\xff";
	const struct settings *defaults = settings_values(settings_new(&arena));
	uint64_t state = 88172645463325252u;
	unsigned accepted = 0, refused = 0;
	struct buffer good, report;

	buffer_init(&good, SETTINGS_REPORT_MAX);
	buffer_init(&report, SETTINGS_REPORT_MAX);
	struct error error = {0};
	settings_report_lines(settings_new(&arena), &arena, NULL, 0, &good, &error);
	for (unsigned round = 0; round < 3000; round++) {
		struct arena own;
		arena_init(&own, NULL, 0);
		struct text bytes = exact_copy(buffer_text(&good));
		for (unsigned change = 0; change <= round % 3; change++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			char *place = (char *)(uintptr_t)bytes.data + state % bytes.size;
			*place = alphabet[(state >> 32) % (sizeof alphabet - 1)];
		}
		struct settings_source *source = settings_new(&own), *again = settings_new(&own);
		error = (struct error){0};
		buffer_reset(&report);
		if (settings_read_bytes(source, "f", bytes, &error)) {
			accepted++;
			check(settings_report_lines(source, &own, NULL, 0, &report, &error));
			check(settings_read_bytes(again, "f", buffer_text(&report), &error));
			check(settings_are_equal(settings_values(source), settings_values(again)));
		} else {
			refused++;
			unsigned line = 0, column = 0;
			check(sscanf(error.text, "f:%u:%u: ", &line, &column) == 2 && line > 0 &&
			      column > 0);
			check(utf8_is_valid(text_of(error.text)));
			check(settings_are_equal(settings_values(source), defaults));
		}
		free((void *)(uintptr_t)bytes.data);
		arena_clear(&own);
	}
	check(accepted > 300 && refused > 300);
	buffer_clear(&report);
	buffer_clear(&good);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("the defaults as values are the defaults as text", typed_defaults_are_the_texts);
	test("every row of the table has a member of its own", rows_have_members_of_their_own);
	test("words become their enums", words_are_their_enums);
	test("durations and numbers have units and limits",
	    durations_and_numbers_have_units_and_limits);
	test("an error names the place and what is allowed",
	    errors_name_the_place_and_what_is_allowed);
	test("an unknown name gets the nearest known one", unknown_names_get_the_nearest);
	test("a value is bare or in quotes", values_are_bare_or_quoted);
	test("a file with CRLF line ends is read", crlf_files_are_read);
	test("nothing of a broken file is in force", broken_files_change_nothing);
	test("an option is stronger than a file, in any order", options_are_stronger_than_files);
	test("a default mailbox names only what is replaced", mailboxes_name_only_what_is_replaced);
	test("files, values and errors are bounded", sizes_are_bounded);
	test("a file may be missing, but not unreadable", files_may_be_missing_but_not_unreadable);
	test("a value written to a file reads back as itself", formatted_values_read_back);
	test("reports and the example are configuration files",
	    reports_and_the_example_are_files_themselves);
	test("a damaged file is read whole or not at all",
	    damaged_files_are_read_whole_or_not_at_all);
	arena_clear(&arena);
	for (size_t i = 0; i < copy_count; i++)
		free((void *)(uintptr_t)copies[i].data);
	return tests_end();
}
