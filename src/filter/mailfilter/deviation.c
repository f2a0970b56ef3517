/*
 * The table of deviations and the list of their places; see deviation.h. Where they are is found in
 * inspect_deviation.c.
 */
#include "filter/mailfilter/deviation.h"

#include <stdlib.h>

#include "base/vector.h"

static const struct deviation_story deviation_stories[DEVIATIONS] = {
    [DEVIATION_XFILTER_EMPTY] = {"xfilter-empty", "a filter that prints nothing",
	"the message is replaced by nothing, which counts as delivered: the mail is lost",
	"that is a failure: the mail is tried again later", NULL},
    [DEVIATION_FLAGS_LETTERS] = {"flags-letters", "the letters of FLAGS",
	"they stand as they are written; with one that is no flag the message file and the "
	"delivery "
	"get mixed up: an empty message, and exit status 0",
	"they stand in the order of the alphabet, each once, and one that is no flag is left out",
	"D, F, P, R, S and T are the flags"},
    [DEVIATION_COPY_STATUS] = {"copy-status", "a copy to a command",
	"the status of a command that fails is the final exit status: mail that was delivered "
	"bounces",
	"a copy that fails is a failure of the rules, \"later\", and no copy sets EXITCODE",
	"for a copy that may fail write exception { cc \"|...\" }, the braces at their line ends"},
    [DEVIATION_EXCEPTION_FAILURES] = {"exception-failures", "what `exception` catches",
	"`to` and `exit` with EXITCODE set count as failures: the rules go on, and the mail is "
	"delivered twice; an error in an included file is not caught",
	"failures only, of included files too", NULL},
    [DEVIATION_EXIT_CODE_RANGE] = {"exit-code-range", "an EXITCODE that is no exit status",
	"taken modulo 256, a text as 0: 256 throws the mail away", "`exit` with it is \"later\"",
	"set a number from 0 to 255"},
    [DEVIATION_EXIT_CODE_NEVER] = {"exit-code-never", "an EXITCODE that mail servers do not know",
	"it is the exit status, and the mail server returns the mail or not, as it sees fit",
	"`exit` with it is \"later\", status 75 (in embedded mode the number itself)",
	"to refuse mail write EXITCODE=77, or reject \"...\""},
    [DEVIATION_PIPE_STATUS] = {"pipe-status", "a command that gets the message",
	"the status that it ends with is the exit status: mail servers return the message for a "
	"number that they do not know",
	"the mail is tried again later, status 75, unless the command says 65, 67, 68, 69, 76 or "
	"77",
	"to return mail let the command end with 77"},
    [DEVIATION_DEFAULT_STATUS] = {"default-status", "EXITCODE where no `to` or `exit` follows",
	"it is the exit status of a message that went to DEFAULT: delivered, and returned",
	"it does not count when the rules come to their end",
	"write `exit` behind it if the message is not to be delivered"},
    [DEVIATION_FORWARD_SENDER] = {"forward-sender", "mail that is forwarded",
	"it goes out with an empty sender, and a shell sees the addresses",
	"it keeps the sender that it came with, and no shell is asked", NULL},
    [DEVIATION_NULL_SENDER] = {"null-sender", "the sender of bounces",
	"FROM is MAILER-DAEMON, or the login name", "FROM is the empty text",
	"ask for both: $FROM eq \"\" || $FROM eq \"MAILER-DAEMON\""},
    [DEVIATION_BAD_PATTERN] = {"bad-pattern", "a pattern that cannot be read",
	"it does not match, and the rules go on", "mail that comes to it is deferred",
	"correct it first: see `culver check` without --maildrop"},
    [DEVIATION_PATTERN_LIMIT] = {"pattern-limit", "a pattern that reaches its limit of work",
	"it does not match",
	"mail for which that happens is deferred (setting "
	"pattern_limit_verdict)",
	"see `culver check` without --maildrop"},
    [DEVIATION_EMPTY_MATCH] = {"empty-match", "a repeated pattern that can match nothing",
	"the search never ends, and eats memory", "it moves on by a character", NULL},
    [DEVIATION_MATCH_VALUE] = {"match-value", "the value of a pattern that is found",
	"2 (in versions 2.9 and 3.1)", "1, as the manual says",
	"compare it with 0, or leave the comparison away"},
    [DEVIATION_FOREACH_GROUPS] = {"foreach-groups", "MATCH1 and so on inside of `foreach`",
	"in version 2.9 they are those of the last match in every round",
	"each round has its own, as in version 3.1", NULL},
    [DEVIATION_FIELD_ORDER] = {"field-order", "what is found first of header and text",
	"of a message with parts each part's fields and text, one part behind the other",
	"all fields, then all text", NULL},
    [DEVIATION_TOP_HEADER] = {"top-header", "the flag H",
	"a letter without a meaning in version 2.9: the fields of parts are searched too",
	"the header of the message only, as in version 3.0",
	"write h if the fields of parts are meant too"},
    [DEVIATION_PATTERN_FLAGS] = {"pattern-flags", "the flags r and p", "letters without a meaning",
	"r searches raw text, p whole texts", "leave the letter away if it was not meant"},
    [DEVIATION_PART_LINES] = {"part-lines", "^ or $ in a pattern for the body",
	"the last line of a part and the first of the next one are one line",
	"they are two lines, and ^ and $ know it", NULL},
    [DEVIATION_BODY_CR] = {"body-cr", "$ in a pattern for the body",
	"of mail with CR LF line ends the CR is a part of the line: $ never matches",
	"CR LF is a line end", NULL},
    [DEVIATION_UNICODE_CLASSES] = {"unicode-classes", "classes of characters in patterns",
	"\\w, \\d, \\s, \\b and [[:alpha:]] know ASCII only",
	"they know the letters, digits and blanks of all languages",
	"write [A-Za-z0-9_] or [0-9] where only these are meant"},
    [DEVIATION_EIGHT_BIT] = {"eight-bit", "letters that are not ASCII, in a body",
	"text without a charset loses them, so that the pattern does not match",
	"such text is read as UTF-8, else as windows-1252", NULL},
    [DEVIATION_HEADER_8BIT_KEPT] = {"header-8bit-kept", "letters that are not ASCII, in a header",
	"bytes that are not UTF-8 are dropped, in an address the whole field",
	"they are read as windows-1252", NULL},
    [DEVIATION_FROM_LINE_TAKEN] = {"from-line-taken", "a From_ line in front of the message",
	"a header line, which is >From in the mailbox",
	"the envelope's, and no part of the message", "the sender is in $FROM"},
    [DEVIATION_COMMAND_UNKNOWN] = {"command-unknown", "a command that gives no answer",
	"one that cannot be started or prints too much gives the empty text; one that takes too "
	"long is the end of the run",
	"that is a failure (settings command_limit, command_timeout_verdict), and RETURNCODE is "
	"75",
	NULL},
    [DEVIATION_COMMAND_SIGNAL] = {"command-signal", "RETURNCODE of a command that a signal ended",
	"18446744073709551615", "128 and the number of the signal, as in a shell", NULL},
    [DEVIATION_XFILTER_GROWTH] = {"xfilter-growth", "how much a filter may print", "no bound",
	"four times the message and 64 MiB; more is a failure", NULL},
    [DEVIATION_COMMAND_UMASK] = {"command-umask", "the mode of files that commands write",
	"commands have the umask 007, whatever UMASK says",
	"they have UMASK, at first 077 (setting umask)",
	"write UMASK=007 in front if the group is to read what commands write"},
    [DEVIATION_LOOKUP_SAFETY] = {"lookup-safety", "a file of patterns", "anybody's file is taken",
	"it must be as safe as a rules file: owner and mode are looked at", "chmod go-w the file"},
    [DEVIATION_INCLUDE_SAFETY] = {"include-safety", "a file that is included",
	"anybody's file is taken",
	"it must be as safe as the rules themselves: owner and mode are looked at",
	"chmod go-w the file"},
    [DEVIATION_GDBM_FILE] = {"gdbm-file", "the kind of a data base", "a GDBM file (on Debian)",
	"a Berkeley DB file, or text:NAME; a GDBM file is -1",
	"convert it: mailfilter(5), DATA BASES"},
    [DEVIATION_GDBM_LOCK] = {"gdbm-lock", "a data base that others use",
	"-1 at once while anybody has it open: an update is lost when two messages come together",
	"writers wait for one another, up to lock_timeout; readers never wait", NULL},
    [DEVIATION_GDBM_NEW] = {"gdbm-new", "a new data base in the place of another file",
	"a text file is overwritten", "a file that is no data base stays as it is, and is -1",
	NULL},
    [DEVIATION_GDBM_FAILURE] = {"gdbm-failure", "what goes wrong with a data base",
	"-1, and nobody is told", "-1, and the delivery log names it", NULL},
    [DEVIATION_LOCK_LIVING] = {"lock-living", "locks",
	"a lock older than LOCKTIMEOUT is removed though its owner is at work; `exit` leaves one "
	"behind; `flock` that cannot lock goes on without",
	"the lock of a living process of this host is never removed, `exit` releases it, and "
	"`flock` that cannot lock is a failure",
	NULL},
    [DEVIATION_LOCK_SLEEP] = {"lock-sleep", "how often a lock is tried", "every 5 seconds",
	"every second (setting lock_retry); LOCKSLEEP is obeyed", NULL},
    [DEVIATION_LOCK_TIMEOUT] = {"lock-timeout", "when a lock is too old", "after 60 seconds",
	"after 300 seconds (setting lock_stale_after); LOCKTIMEOUT is obeyed", NULL},
    [DEVIATION_KEYWORDS_LAYOUT] = {"keywords-layout", "where KEYWORDS are kept",
	"as Courier keeps them",
	"as Dovecot does, but as Courier in a Maildir of Courier's (setting "
	"keywords_layout)",
	NULL},
    [DEVIATION_KEYWORDS_ATOM] = {"keywords-atom", "a keyword that IMAP cannot show",
	"kept, and mail readers get an answer that they cannot read",
	"left out, and the log says so",
	"a keyword has no blanks, brackets, quotes or letters that are not ASCII"},
    [DEVIATION_KEYWORDS_OUTSIDE] = {"keywords-outside",
	"FLAGS or KEYWORDS that the rules read and never set",
	"in manual mode what the environment has", "empty until the rules set them", NULL},
    [DEVIATION_GETADDR_WORDS] = {"getaddr-words", "words beside an address without brackets",
	"each word is an address", "they are the name of the address", NULL},
    [DEVIATION_GETADDR_QUOTES] = {"getaddr-quotes", "odd local parts of addresses",
	"as they were written", "in quotes where they have to be", NULL},
    [DEVIATION_HASADDR_ROUTE] = {"hasaddr-route", "recipients with a route in front (@a,@b:joe@x)",
	"hasaddr does not find them", "it does", NULL},
    [DEVIATION_SUBSTR_COUNT] = {"substr-count", "a negative count of substr", "version 2.9 crashes",
	"it is ignored, as in version 3.1", NULL},
    [DEVIATION_ADDED_LINES] = {"added-lines", "LINES, where the option -A adds fields",
	"they are not counted", "they are counted, as in SIZE", NULL},
    [DEVIATION_LOG_FIELDS] = {"log-fields", "what the log of the rules says of a message",
	"the first line of a folded field, several fields run together, and the size with what an "
	"mbox adds",
	"all of a folded field, the first of several, and the size of the message", NULL},
    [DEVIATION_LOG_FAILURES] = {"log-failures", "failures in the log of the rules",
	"those of commands only", "a mailbox that fails has its record with !Err: too", NULL},
    [DEVIATION_LOG_LINE] = {"log-line", "a line of the log that ends with \\c",
	"it goes on with the next one", "it ends",
	"put the pieces into a variable, and log it once"},
    [DEVIATION_ADMIN_RULES] = {"admin-rules", "rules of the administrator",
	"the name of the file alone gives them their rights",
	"the file must lie below the directory of the setting maildroprcs; in embedded mode it "
	"must be root's, and safe",
	NULL},
    [DEVIATION_WORDS_STATEMENT] = {"words-statement", "words beyond maildrop's",
	"a text that does nothing, or an error", "it does what mailfilter(5) says",
	"rules with it are no rules for maildrop any more"},
    [DEVIATION_WORDS_DESTINATION] = {"words-destination", "`to mailbox`, `to pipe` and the like",
	"the texts are joined: a file in the working directory", "a folder, or a program",
	"rules with it are no rules for maildrop any more"},
    [DEVIATION_WORDS_FUNCTION] = {"words-function", "functions beyond maildrop's", "an error",
	"it does what mailfilter(5) says", "rules with it are no rules for maildrop any more"},
};

const struct deviation_story *
deviation_story(enum deviation deviation)
{
	return &deviation_stories[deviation];
}

void
deviation_list_init(struct deviation_list *list, struct arena *arena)
{
	*list = (struct deviation_list){.arena = arena};
}

void
deviation_list_add(
    struct deviation_list *list, enum deviation deviation, uint32_t offset, uint32_t size)
{
	if (list->count == DEVIATION_PLACES_MAX) {
		list->dropped++;
		return;
	}
	list->items = vector_grow(
	    list->arena, list->items, list->count, &list->capacity, sizeof *list->items);
	list->items[list->count++] = (struct deviation_place){deviation, offset, size};
}

static int
deviation_compare(const void *left, const void *right)
{
	const struct deviation_place *a = left, *b = right;

	if (a->deviation != b->deviation)
		return a->deviation < b->deviation ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void
deviation_list_sort(struct deviation_list *list)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, deviation_compare);
	for (size_t i = 0; i < list->count; i++)
		if (kept == 0 || deviation_compare(&list->items[kept - 1], &list->items[i]) != 0)
			list->items[kept++] = list->items[i];
	list->count = kept;
}
