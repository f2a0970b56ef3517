/*
 * The report of culver check --maildrop; see deviation_report.h.
 */
#include "rehearse/deviation_report.h"

enum {
	REPORT_PLACES_SHOWN = 5,
	REPORT_COLUMNS_UNKNOWN = 100,
	REPORT_COLUMNS_MIN = 40,
	REPORT_INDENT = 12,
};

/* Line and column of a byte, and its line without blanks in front. */
struct deviation_spot {
	unsigned line;
	size_t column; /* from 1, in bytes */
	struct text text;
	size_t at; /* of the place in the text */
};

/* A walk over the places of one file, which are asked for in their order. */
struct deviation_walk {
	struct text source;
	size_t start; /* of the line */
	unsigned line;
};

static struct deviation_spot
deviation_report_spot(struct deviation_walk *walk, size_t offset)
{
	size_t end;

	while ((end = text_find_byte(walk->source, walk->start, '\n')) < offset &&
	       end < walk->source.size) {
		walk->start = end + 1;
		walk->line++;
	}
	struct text line = text_slice(walk->source, walk->start, end);
	size_t blanks = 0;
	while (blanks < line.size && text_is_space(line.data[blanks]))
		blanks++;
	struct deviation_spot spot = {.line = walk->line, .column = offset - walk->start + 1};
	spot.text = text_trim(line);
	spot.at = offset - walk->start > blanks ? offset - walk->start - blanks : 0;
	return spot;
}

/* Bytes that are no longer than so many columns, and end with a character. */
static size_t
deviation_report_fit(struct text text, size_t columns)
{
	size_t end = text.size < columns ? text.size : columns;

	while (end > 0 && end < text.size && ((unsigned char)text.data[end] & 0xc0) == 0x80)
		end--;
	return end;
}

static void
deviation_report_place(struct buffer *out, const struct terminal *terminal, struct text name,
    const struct deviation_spot *spot, size_t size, unsigned columns)
{
	char number[32];
	struct buffer place;

	buffer_append(out, TEXT("    "));
	terminal_append(out, terminal, TERMINAL_STRONG, name);
	buffer_init_lent(&place, number, sizeof number, sizeof number);
	buffer_append_format(&place, ":%u:%zu", spot->line, spot->column);
	buffer_append(out, buffer_text(&place));
	buffer_append(out, TEXT("  "));
	size_t used = 4 + name.size + buffer_text(&place).size + 2;
	size_t room = used + REPORT_COLUMNS_MIN < columns ? columns - used : REPORT_COLUMNS_MIN;
	size_t end = deviation_report_fit(spot->text, room);
	size_t from = spot->at < end ? spot->at : end;
	size_t to = size < end - from ? from + size : end;
	terminal_append(out, terminal, TERMINAL_FAINT, text_slice(spot->text, 0, from));
	terminal_append(out, terminal, TERMINAL_PLAIN, text_slice(spot->text, from, to));
	terminal_append(out, terminal, TERMINAL_FAINT, text_slice(spot->text, to, end));
	if (end < spot->text.size)
		terminal_append(out, terminal, TERMINAL_FAINT, TEXT(" ..."));
	buffer_append_byte(out, '\n');
}

/* Words in lines, each behind the indent; the first line has it already. */
static void
deviation_report_wrap(struct buffer *out, struct text words, unsigned columns)
{
	for (bool is_first = true; words.size > 0; is_first = false) {
		size_t cut = words.size;
		if (cut > columns - REPORT_INDENT) {
			cut = columns - REPORT_INDENT;
			while (cut > 0 && words.data[cut] != ' ')
				cut--;
			cut = cut > 0 ? cut : columns - REPORT_INDENT;
		}
		if (!is_first)
			buffer_append_format(out, "%*s", REPORT_INDENT, "");
		buffer_append(out, text_slice(words, 0, cut));
		buffer_append_byte(out, '\n');
		words = text_slice(words, cut + (cut < words.size), words.size);
	}
}

static void
deviation_report_say(struct buffer *out, const struct terminal *terminal, enum terminal_style style,
    const char *who, const char *what, unsigned columns)
{
	if (what == NULL)
		return;
	buffer_append(out, TEXT("  "));
	terminal_append(out, terminal, style, text_from_string(who));
	deviation_report_wrap(out, text_from_string(what), columns);
}

/* The places of one deviation; how many there are. */
static size_t
deviation_report_places(struct buffer *out, const struct terminal *terminal,
    const struct check *check, enum deviation deviation, unsigned columns)
{
	size_t count = 0;

	for (const struct check_file *file = check->files; file != NULL; file = file->next) {
		struct deviation_walk walk = {file->source, 0, 1};
		for (size_t i = 0; i < file->deviations.count; i++) {
			const struct deviation_place *place = &file->deviations.items[i];
			if (place->deviation != deviation || ++count > REPORT_PLACES_SHOWN)
				continue;
			struct deviation_spot spot = deviation_report_spot(&walk, place->offset);
			deviation_report_place(
			    out, terminal, file->name, &spot, place->size, columns);
		}
	}
	if (count > REPORT_PLACES_SHOWN)
		buffer_append_format(out, "    and %zu more\n", count - REPORT_PLACES_SHOWN);
	return count;
}

static bool
deviation_report_is_there(const struct check *check, enum deviation deviation)
{
	for (const struct check_file *file = check->files; file != NULL; file = file->next)
		for (size_t i = 0; i < file->deviations.count; i++)
			if (file->deviations.items[i].deviation == deviation)
				return true;
	return false;
}

static void
deviation_report_summary(struct buffer *out, const struct terminal *terminal,
    const struct check *check, unsigned kinds, size_t places)
{
	if (check->errors > 0) {
		terminal_append(out, terminal, TERMINAL_BAD,
		    text_from_string("The rules have errors, and only what could be read was "
				     "compared."));
		buffer_append(out, TEXT(" `culver check` without --maildrop names them.\n"));
	}
	if (check->is_partial) {
		terminal_append(out, terminal, TERMINAL_BAD,
		    TEXT("Not every file could be read, and the others were compared."));
		buffer_append(out, TEXT("\n"));
	}
	bool is_whole = check->errors == 0 && !check->is_partial;
	if (kinds > 0) {
		buffer_append_format(out, "%u difference%s, in %zu place%s of %u file%s.%s\n",
		    kinds, kinds == 1 ? "" : "s", places, places == 1 ? "" : "s", check->file_count,
		    check->file_count == 1 ? "" : "s",
		    is_whole ? " All else in these rules is done as under maildrop." : "");
	} else if (is_whole) {
		terminal_append(out, terminal, TERMINAL_GOOD, TEXT("Nothing differs."));
		buffer_append(out, TEXT(" These rules do here what they do under maildrop.\n"));
	}
	buffer_append(
	    out, TEXT("What depends on the message or the machine and not on the rules is in "
		      "culver-check(1),\nMOVING FROM MAILDROP.\n"));
}

void
deviation_report_text(
    struct buffer *out, const struct terminal *terminal, const struct check *check)
{
	unsigned columns =
	    terminal->is_terminal ? terminal->columns : (unsigned)REPORT_COLUMNS_UNKNOWN;
	unsigned kinds = 0;
	size_t places = 0;

	columns = columns > REPORT_COLUMNS_MIN ? columns : (unsigned)REPORT_COLUMNS_MIN;
	for (int i = 0; i < DEVIATIONS; i++) {
		enum deviation deviation = (enum deviation)i;
		const struct deviation_story *story = deviation_story(deviation);
		if (!deviation_report_is_there(check, deviation))
			continue;
		kinds++;
		terminal_append(out, terminal, TERMINAL_STRONG, text_from_string(story->subject));
		buffer_append_format(out, " [%s]\n", story->name);
		places += deviation_report_places(out, terminal, check, deviation, columns);
		deviation_report_say(
		    out, terminal, TERMINAL_WARN, "maildrop: ", story->maildrop, columns);
		deviation_report_say(
		    out, terminal, TERMINAL_GOOD, "Culver:   ", story->culver, columns);
		deviation_report_say(
		    out, terminal, TERMINAL_STRONG, "to do:    ", story->advice, columns);
		buffer_append_byte(out, '\n');
	}
	deviation_report_summary(out, terminal, check, kinds, places);
}

static void
deviation_report_json_places(
    struct json_writer *json, const struct check_file *file, enum deviation deviation)
{
	struct deviation_walk walk = {file->source, 0, 1};

	for (size_t i = 0; i < file->deviations.count; i++) {
		const struct deviation_place *place = &file->deviations.items[i];
		if (place->deviation != deviation)
			continue;
		struct deviation_spot spot = deviation_report_spot(&walk, place->offset);
		json_begin_object(json);
		json_member_text(json, "file", file->name);
		json_member_integer(json, "line", spot.line);
		json_member_integer(json, "column", (int64_t)spot.column);
		json_member_integer(json, "size", place->size);
		json_end_object(json);
	}
}

void
deviation_report_json(struct json_writer *json, const struct check *check)
{
	json_name(json, "deviations");
	json_begin_array(json);
	for (int i = 0; i < DEVIATIONS; i++) {
		enum deviation deviation = (enum deviation)i;
		const struct deviation_story *story = deviation_story(deviation);
		if (!deviation_report_is_there(check, deviation))
			continue;
		json_begin_object(json);
		json_member_text(json, "name", text_from_string(story->name));
		json_member_text(json, "subject", text_from_string(story->subject));
		json_member_text(json, "maildrop", text_from_string(story->maildrop));
		json_member_text(json, "culver", text_from_string(story->culver));
		json_member_text(
		    json, "advice", text_from_string(story->advice != NULL ? story->advice : ""));
		json_name(json, "places");
		json_begin_array(json);
		for (const struct check_file *file = check->files; file != NULL; file = file->next)
			deviation_report_json_places(json, file, deviation);
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
}
