/*
 * Observations as lines of a story; see explain_report.h. What a pattern found is told by the
 * engine before the pattern itself, so it waits in `seen` for the line that it belongs under.
 */
#include "rehearse/explain_report.h"

#include "rehearse/explain_text.h"

enum { EXPLAIN_REPORT_PLACE = 22, EXPLAIN_REPORT_INDENT = 2 };

static size_t
explain_report_maximum(const struct explain_report *report)
{
	return report->is_full ? 0 : EXPLAIN_REPORT_VALUE_MAX;
}

static void
explain_report_blanks(struct buffer *out, size_t count)
{
	while (count-- > 0)
		buffer_append_byte(out, ' ');
}

static void
explain_report_indent(const struct explain_report *report, struct buffer *out, unsigned more)
{
	unsigned depth = report->bases[report->file] + report->depth + more;

	explain_report_blanks(out, (size_t)depth * EXPLAIN_REPORT_INDENT);
}

static void
explain_report_detail_to(const struct explain_report *report, struct buffer *out, unsigned more)
{
	explain_report_blanks(out, EXPLAIN_REPORT_PLACE);
	explain_report_indent(report, out, more);
}

/* Begins a line below the statement. */
static void
explain_report_detail(const struct explain_report *report)
{
	explain_report_detail_to(report, report->out, 2);
}

static void
explain_report_value(const struct explain_report *report, struct text value)
{
	explain_text_quote(report->out, report->terminal, value, explain_report_maximum(report));
}

static void
explain_report_words(
    const struct explain_report *report, enum terminal_style style, struct text words)
{
	terminal_append(report->out, report->terminal, style, words);
}

static void
explain_report_source(const struct explain_report *report, struct text source)
{
	explain_text_source(report->out, report->terminal, source, explain_report_maximum(report));
}

static void
explain_report_end_line(const struct explain_report *report)
{
	buffer_append_byte(report->out, '\n');
}

/* " -> true", and the value where it says more. */
static void
explain_report_truth(const struct explain_report *report, struct text value, bool truth)
{
	buffer_append(report->out, TEXT(" -> "));
	if (!text_is_equal(value, truth ? TEXT("1") : TEXT("0"))) {
		explain_report_value(report, value);
		buffer_append(report->out, TEXT(", "));
	}
	explain_report_words(
	    report, truth ? TERMINAL_GOOD : TERMINAL_FAINT, truth ? TEXT("true") : TEXT("false"));
	explain_report_end_line(report);
}

/* What the patterns found that were told of last, and how many more there were. */
static void
explain_report_seen(struct explain_report *report)
{
	buffer_append(report->out, buffer_text(&report->seen));
	if (report->hits > EXPLAIN_REPORT_HITS_MAX && !report->is_full) {
		explain_report_detail_to(report, report->out, 3);
		buffer_append_format(report->out, "… %llu more matches\n",
		    (unsigned long long)(report->hits - EXPLAIN_REPORT_HITS_MAX));
	}
	buffer_reset(&report->seen);
	report->hits = 0;
}

static void
explain_report_place(struct explain_report *report, const struct observation *observation)
{
	struct place place = program_place(observation->program, observation->offset);
	struct text file = place.file;
	char memory[512];
	struct buffer word;

	for (size_t i = file.size; i > 0; i--)
		if (file.data[i - 1] == '/') {
			file = text_slice(file, i, file.size);
			break;
		}
	buffer_init_lent(&word, memory, sizeof memory, sizeof memory);
	buffer_append_format(&word, "%.*s:%u:%u", TEXT_ARGUMENTS(file), place.line, place.column);
	explain_report_words(report, TERMINAL_STRONG, buffer_text(&word));
	explain_report_blanks(report->out,
	    word.size + 1 < EXPLAIN_REPORT_PLACE ? EXPLAIN_REPORT_PLACE - word.size : 1);
	explain_report_indent(report, report->out, 0);
	buffer_clear(&word);
}

static void
explain_report_file(struct explain_report *report, const struct observation *observation)
{
	if (observation->kind == OBSERVATION_FILE_LEFT) {
		report->depth = report->bases[report->file];
		report->file = observation->depth > 0 ? observation->depth - 1 : 0;
		report->depth -= report->bases[report->file];
		return;
	}
	unsigned base = report->bases[report->file] + report->depth + 1;
	report->file = observation->depth <= FILTER_INCLUDES_MAX ? observation->depth : 0;
	report->bases[report->file] = report->file == 0 ? 0 : base;
	report->depth = 0;
	if (report->file == 0)
		buffer_append(report->out, TEXT("Rules "));
	else
		explain_report_detail_to(report, report->out, 0);
	explain_report_words(report, TERMINAL_STRONG, observation->name);
	buffer_append(report->out, TEXT(":\n"));
}

static void
explain_report_statement(struct explain_report *report, const struct observation *observation)
{
	report->depth = observation->depth;
	explain_report_place(report, observation);
	explain_report_source(report, observation->source);
	explain_report_end_line(report);
}

static void
explain_report_round(struct explain_report *report, const struct observation *observation)
{
	report->depth = observation->depth;
	explain_report_detail(report);
	buffer_append_format(report->out, "round %llu", (unsigned long long)observation->number);
	if (observation->group_count > 0) {
		buffer_append(report->out, TEXT(": MATCH="));
		explain_report_value(report, observation->groups[0]);
	}
	explain_report_end_line(report);
}

static void
explain_report_condition(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	buffer_append(report->out, TEXT("the condition"));
	explain_report_truth(report, observation->value, observation->truth);
}

static void
explain_report_match(struct explain_report *report, const struct observation *observation)
{
	static const char *const names[] = {"MATCH", "MATCH1", "MATCH2", "MATCH3", "MATCH4",
	    "MATCH5", "MATCH6", "MATCH7", "MATCH8", "MATCH9"};
	size_t maximum = explain_report_maximum(report);
	struct buffer *seen = &report->seen;

	if (++report->hits > EXPLAIN_REPORT_HITS_MAX && !report->is_full)
		return;
	explain_report_detail_to(report, seen, 3);
	buffer_append(seen, TEXT("saw "));
	explain_text_quote_match(seen, report->terminal, observation->subject, observation->from,
	    observation->to, maximum);
	buffer_append_byte(seen, '\n');
	for (unsigned i = 1; i < observation->group_count && i < sizeof names / sizeof *names;
	     i++) {
		explain_report_detail_to(report, seen, 3);
		buffer_append_format(seen, "%s=", names[i]);
		explain_text_quote(seen, report->terminal, observation->groups[i], maximum);
		buffer_append_byte(seen, '\n');
	}
}

/* Why a pattern found nothing, in words. */
static void
explain_report_nothing(struct explain_report *report, const struct observation *observation)
{
	struct buffer *out = report->out;

	if (observation->lines == 0 && observation->before.size > 0) {
		buffer_append(out, TEXT(" (there is no field "));
		explain_report_words(report, TERMINAL_PLAIN, observation->before);
		buffer_append(out, TEXT(")"));
	} else if (observation->lines == 0) {
		buffer_append(out, TEXT(" (no line could match)"));
	} else if (observation->tried == 0) {
		buffer_append_format(out, " (no line could match, of %zu)", observation->lines);
	} else {
		buffer_append_format(out, " (none of %zu line%s)", observation->lines,
		    observation->lines == 1 ? "" : "s");
	}
}

static void
explain_report_pattern(struct explain_report *report, const struct observation *observation)
{
	bool is_text = text_is_equal(observation->name, TEXT("text"));
	struct buffer *out = report->out;

	explain_report_detail(report);
	explain_report_source(report, observation->source);
	buffer_append(out, is_text ? TEXT(" on the ") : TEXT(" in the "));
	buffer_append(out, observation->name);
	if (is_text && report->hits == 0) {
		buffer_append_byte(out, ' ');
		explain_report_value(report, observation->subject);
	}
	if (observation->answer == OBSERVATION_NO_ANSWER) {
		explain_report_words(report, TERMINAL_BAD, TEXT(" -> no answer"));
		explain_report_end_line(report);
	} else if (observation->answer == OBSERVATION_NO) {
		buffer_append(out, TEXT(" -> "));
		explain_report_words(report, TERMINAL_FAINT, TEXT("no"));
		if (!is_text)
			explain_report_nothing(report, observation);
		explain_report_end_line(report);
	} else {
		buffer_append(out, TEXT(" -> "));
		explain_report_words(report, TERMINAL_GOOD, TEXT("yes"));
		if (!text_is_equal(observation->value, TEXT("1"))) {
			buffer_append(out, TEXT(", "));
			explain_report_value(report, observation->value);
		}
		explain_report_end_line(report);
	}
	explain_report_seen(report);
}

static void
explain_report_line(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail_to(report, report->out, 3);
	buffer_append(report->out, TEXT("saw "));
	explain_report_value(report, observation->subject);
	explain_report_end_line(report);
}

static void
explain_report_variable(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_words(report, TERMINAL_PLAIN, observation->name);
	buffer_append(report->out, TEXT(": "));
	if (observation->truth)
		explain_report_value(report, observation->before);
	else
		buffer_append(report->out, TEXT("not set"));
	buffer_append(report->out, TEXT(" -> "));
	if (text_is_equal(observation->source, TEXT("unset")))
		buffer_append(report->out, TEXT("not set"));
	else
		explain_report_value(report, observation->value);
	explain_report_end_line(report);
}

static void
explain_report_skipped(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_words(report, TERMINAL_FAINT, TEXT("not looked at, behind "));
	explain_report_words(report, TERMINAL_FAINT, observation->name);
	buffer_append(report->out, TEXT(": "));
	explain_report_source(report, observation->source);
	explain_report_end_line(report);
}

static void
explain_report_comparison(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_source(report, observation->source);
	buffer_append(report->out, TEXT(": "));
	explain_report_value(report, observation->before);
	buffer_append_byte(report->out, ' ');
	buffer_append(report->out, observation->name);
	buffer_append_byte(report->out, ' ');
	explain_report_value(report, observation->value);
	explain_report_truth(
	    report, observation->truth ? TEXT("1") : TEXT("0"), observation->truth);
}

/* What a function on a data base asked it for. */
static void
explain_report_asked(const struct explain_report *report)
{
	const struct rehearsal_store_ask *ask = &report->host->stores.ask;

	if (ask->kind == REHEARSAL_STORE_NOTHING)
		return;
	explain_report_detail_to(report, report->out, 3);
	if (ask->kind == REHEARSAL_STORE_ABSENT) {
		buffer_append(report->out, TEXT("there is no key "));
		explain_report_value(report, ask->first);
		if (ask->keys > 1)
			buffer_append_format(report->out,
			    ", and none of the %zu that are tried for it", ask->keys - 1);
	} else {
		buffer_append(report->out, ask->kind == REHEARSAL_STORE_FOUND
					       ? TEXT("the key ")
					       : TEXT("would store under the key "));
		explain_report_value(report, ask->key);
		buffer_append(
		    report->out, ask->kind == REHEARSAL_STORE_FOUND ? TEXT(" has ") : TEXT(": "));
		explain_report_value(report, ask->value);
	}
	explain_report_end_line(report);
}

static void
explain_report_function(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_source(report, observation->source);
	buffer_append(report->out, TEXT(" -> "));
	explain_report_value(report, observation->value);
	explain_report_end_line(report);
	explain_report_asked(report);
	explain_report_seen(report);
}

static void
explain_report_command(struct explain_report *report, const struct observation *observation)
{
	const struct rehearsal_note *note = &report->host->notes[report->host->plan.count - 1];
	struct buffer *out = report->out;

	explain_report_detail(report);
	buffer_append(out, TEXT("command "));
	explain_report_value(report, observation->value);
	if (observation->answer == OBSERVATION_NO_ANSWER)
		explain_report_words(report, TERMINAL_BAD, TEXT(": its end is not known"));
	else
		buffer_append_format(out, ": status %llu", (unsigned long long)observation->number);
	if (observation->subject.size > 0) {
		buffer_append(out, TEXT(", printed "));
		explain_report_value(report, observation->subject);
	}
	if (note->source == COMMAND_SOURCE_RUN)
		buffer_append(out, TEXT(" (it was run)"));
	else if (note->source == COMMAND_SOURCE_ANSWERED)
		buffer_append(out, TEXT(" (as you answered)"));
	else
		explain_report_words(report, TERMINAL_WARN,
		    TEXT(" (assumed: it was not run; see --answer and --run-commands)"));
	explain_report_end_line(report);
}

/* echo, log, logfile, dotlock, flock. */
static void
explain_report_world(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	if (observation->kind == OBSERVATION_LOCK)
		buffer_append(report->out,
		    observation->truth ? TEXT("would hold the lock ") : TEXT("no lock "));
	else if (text_is_equal(observation->name, TEXT("logfile")))
		buffer_append(report->out, TEXT("would log to "));
	else if (text_is_equal(observation->name, TEXT("log")))
		buffer_append(report->out, TEXT("would log "));
	else
		buffer_append(report->out, TEXT("would print "));
	explain_report_value(report, observation->value);
	explain_report_end_line(report);
}

static void
explain_report_edit(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	buffer_append(report->out, TEXT("would change the header: "));
	explain_report_words(report, TERMINAL_PLAIN, observation->name);
	buffer_append_byte(report->out, ' ');
	explain_report_value(report, observation->before);
	if (observation->value.size > 0) {
		buffer_append(report->out, TEXT(", "));
		explain_report_value(report, observation->value);
	}
	explain_report_end_line(report);
}

static void
explain_report_attachment(struct explain_report *report, const struct observation *observation)
{
	bool is_save = text_is_equal(observation->name, TEXT("save"));

	explain_report_detail(report);
	buffer_append(
	    report->out, is_save && !observation->truth ? TEXT("could not save the attachment ")
			 : is_save                      ? TEXT("would save the attachment ")
			 : text_is_equal(observation->name, TEXT("strip"))
			     ? TEXT("would take out the attachment ")
			     : TEXT("would put a notice in the place of the attachment "));
	explain_report_value(report, observation->before);
	buffer_append(report->out, is_save ? TEXT(" as ") : TEXT(", "));
	explain_report_value(report, observation->value);
	explain_report_end_line(report);
}

static void
explain_report_delivery(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_words(report, TERMINAL_STRONG,
	    observation->request->copy ? TEXT("would copy to ") : TEXT("would deliver to "));
	explain_report_value(report, observation->value);
	explain_report_end_line(report);
}

static void
explain_report_trouble(struct explain_report *report, const struct observation *observation)
{
	explain_report_detail(report);
	explain_report_words(report, TERMINAL_WARN,
	    observation->kind == OBSERVATION_CAUGHT ? TEXT("the exception block goes on after: ")
						    : TEXT("undecided: "));
	explain_report_words(report, TERMINAL_PLAIN, observation->value);
	explain_report_end_line(report);
}

void
explain_report_begin(struct explain_report *report)
{
	buffer_init(&report->seen, EXPLAIN_REPORT_SEEN_MAX);
	report->hits = 0;
	report->depth = report->file = 0;
	report->bases[0] = 0;
}

void
explain_report_subject(struct explain_report *report, const struct explain_subject *subject)
{
	const struct envelope *envelope = subject->envelope;
	struct buffer *out = report->out;

	buffer_append_format(out, "For %s, in %s: a message of %zu bytes", subject->user->name,
	    subject->user->home, subject->size);
	if (envelope->has_sender) {
		buffer_append(out, TEXT(" from <"));
		explain_report_words(report, TERMINAL_PLAIN, envelope->sender);
		buffer_append_byte(out, '>');
	}
	if (envelope->recipient.size > 0) {
		buffer_append(out, TEXT(" to <"));
		explain_report_words(report, TERMINAL_PLAIN, envelope->recipient);
		buffer_append_byte(out, '>');
	}
	buffer_append(out, TEXT(".\n"));
}

void
explain_report_tell(struct explain_report *report, const struct observation *observation)
{
	static void (*const tellers[])(struct explain_report *, const struct observation *) = {
	    [OBSERVATION_FILE_ENTERED] = explain_report_file,
	    [OBSERVATION_FILE_LEFT] = explain_report_file,
	    [OBSERVATION_STATEMENT] = explain_report_statement,
	    [OBSERVATION_ROUND] = explain_report_round,
	    [OBSERVATION_CONDITION] = explain_report_condition,
	    [OBSERVATION_SKIPPED] = explain_report_skipped,
	    [OBSERVATION_COMPARISON] = explain_report_comparison,
	    [OBSERVATION_MATCH] = explain_report_match,
	    [OBSERVATION_PATTERN] = explain_report_pattern,
	    [OBSERVATION_LINE] = explain_report_line,
	    [OBSERVATION_VARIABLE] = explain_report_variable,
	    [OBSERVATION_FUNCTION] = explain_report_function,
	    [OBSERVATION_COMMAND] = explain_report_command,
	    [OBSERVATION_WRITE] = explain_report_world,
	    [OBSERVATION_LOCK] = explain_report_world,
	    [OBSERVATION_EDIT] = explain_report_edit,
	    [OBSERVATION_ATTACHMENT] = explain_report_attachment,
	    [OBSERVATION_DELIVERY] = explain_report_delivery,
	    [OBSERVATION_UNDECIDED] = explain_report_trouble,
	    [OBSERVATION_CAUGHT] = explain_report_trouble,
	    [OBSERVATION_END] = NULL, /* the plan tells it */
	};

	if (tellers[observation->kind] != NULL)
		tellers[observation->kind](report, observation);
}

void
explain_report_collapse(struct explain_report *report, uint64_t rounds, uint64_t changes)
{
	explain_report_detail(report);
	buffer_append_format(
	    report->out, "… %llu more round%s", (unsigned long long)rounds, rounds == 1 ? "" : "s");
	if (changes > 0)
		buffer_append_format(report->out, ", in which variables changed %llu time%s",
		    (unsigned long long)changes, changes == 1 ? "" : "s");
	buffer_append(report->out, TEXT(" (--full tells them)\n"));
}

void
explain_report_end(struct explain_report *report)
{
	buffer_clear(&report->seen);
}
