/*
 * Commands of `xfilter` that do not print a message, which is all that is left of it afterwards;
 * see inspect.h.
 */
#include "filter/mailfilter/inspect.h"

/* Does the output of the command line go somewhere else? Quotes and earlier commands of a pipeline
 * do not count, nor does what is done with other descriptors. */
static bool
inspect_redirects_output(struct text command)
{
	bool is_redirected = false;
	char quote = '\0';

	for (size_t at = 0; at < command.size; at++) {
		char byte = command.data[at];
		char before = at > 0 ? command.data[at - 1] : ' ';
		char behind = at + 1 < command.size ? command.data[at + 1] : ' ';
		if (byte == '\\' && quote != '\'')
			at++;
		else if (quote == '\0' && (byte == '"' || byte == '\''))
			quote = byte;
		else if (byte == quote)
			quote = '\0';
		else if (quote != '\0')
			continue;
		else if (byte == '|' || byte == ';' || (byte == '&' && before != '>'))
			is_redirected = false;
		else if (byte == '(' || byte == '`')
			return false;
		else if (byte == '>' && before != '>' &&
			 (before == '1' || !text_is_digit(before)) && behind != '(')
			is_redirected = true;
	}
	return is_redirected;
}

/* Programs that print the message only when they are asked to, or never with this option. */
static const struct inspect_printer {
	struct text name;
	struct text options; /* letters: with one of them it does, or does not, as `prints` says */
	bool prints;
	const char *advice;
} inspect_printers[] = {
    {TEXT("bogofilter"), TEXT("p"), true, "bogofilter prints the message with the option -p"},
    {TEXT("spamc"), TEXT("cr"), false, "spamc prints the message without the options -c and -r"},
};

/* One of the letters is among the options of the command. */
static bool
inspect_has_option(struct text command, struct text letters)
{
	while (command.size > 0) {
		struct text word = text_split(&command, ' ');
		if (word.size < 2 || word.data[0] != '-' || word.data[1] == '-')
			continue;
		for (size_t i = 1; i < word.size; i++)
			if (text_find_byte(letters, 0, word.data[i]) < letters.size)
				return true;
	}
	return false;
}

static const char *
inspect_lacks_message(struct text command)
{
	struct text words = command, name = text_split(&words, ' ');

	/* What follows in a pipeline has the word, and long options are another language. */
	if (text_find_byte(command, 0, '|') < command.size ||
	    text_find(command, 0, TEXT("--")) < command.size ||
	    text_find_byte(command, 0, '$') < command.size)
		return NULL;
	for (size_t at = text_find_byte(name, 0, '/'); at < name.size;
	     at = text_find_byte(name, 0, '/'))
		name = text_slice(name, at + 1, name.size);
	for (size_t i = 0; i < sizeof inspect_printers / sizeof *inspect_printers; i++) {
		const struct inspect_printer *program = &inspect_printers[i];
		if (text_is_equal(name, program->name) &&
		    inspect_has_option(words, program->options) != program->prints)
			return program->advice;
	}
	return NULL;
}

void
inspect_command(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	if (site->statement->kind != STATEMENT_XFILTER || site->parent != NULL ||
	    expression->kind != EXPRESSION_STRING)
		return;
	struct text command = text_trim(expression->text);
	const char *advice = inspect_lacks_message(command);
	if (advice == NULL && inspect_redirects_output(command))
		advice = "a command that only looks at the message is run in backticks, or with cc "
			 "\"|...\"";
	if (advice == NULL)
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_XFILTER_OUTPUT, expression->offset, inspect_size(inspection, expression),
	    "what this prints is the message from here on, and it does not print it: mail is "
	    "deferred, or spoiled");
	diagnostic_advise(inspection->diagnostics, added, "%s", advice);
}
