/*
 * culver mail address: options, and one call of address_command_run().
 */
#include <stddef.h>
#include <sysexits.h>

#include "base/vector.h"
#include "handle/address_command.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_address_option {
	CULVER_ADDRESS_FIELD = 256,
	CULVER_ADDRESS_TEXT,
	CULVER_ADDRESS_PRINT,
	CULVER_ADDRESS_DELIMITERS,
	CULVER_ADDRESS_UNIQUE,
	CULVER_ADDRESS_SORTED,
};

static const struct option culver_address_options[] = {
    {"field", required_argument, NULL, CULVER_ADDRESS_FIELD},
    {"text", required_argument, NULL, CULVER_ADDRESS_TEXT},
    {"print", required_argument, NULL, CULVER_ADDRESS_PRINT},
    {"delimiters", required_argument, NULL, CULVER_ADDRESS_DELIMITERS},
    {"unique", no_argument, NULL, CULVER_ADDRESS_UNIQUE},
    {"sorted", no_argument, NULL, CULVER_ADDRESS_SORTED},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_address_help[] =
    "usage: culver mail address [options] [FILE|MAILDIR ...]\n"
    "       culver mail address --text 'ADDRESSES' ... [options]\n"
    "\n"
    "Lists the addresses of messages, one a line, or of texts.\n"
    "\n"
    "      --field NAME        of this field; repeatable; else From, Sender, Reply-To, To, Cc, "
    "Bcc\n"
    "      --text ADDRESSES    of this text instead of messages; repeatable\n"
    "      --print WORDS       spec, name, local, user, subaddress, domain, group, raw, field;\n"
    "                          commas between; tabs between in the output\n"
    "      --delimiters BYTES  what begins a subaddress (\"+\")\n"
    "      --unique            each address once\n"
    "      --sorted            by domain, then local part\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 1 no address, or a --text that is malformed, 64 usage, 66 cannot read,\n"
    "74 cannot write.\n";

struct culver_address {
	struct culver_mail_line line;
	struct address_request request;
	struct arena *arena;
	struct text *fields, *texts;
	size_t field_capacity, text_capacity;
};

static bool
culver_address_take(
    struct culver_address *address, int option, const char *value, struct error *error)
{
	struct address_request *request = &address->request;

	switch (option) {
	case CULVER_ADDRESS_FIELD:
		address->fields = vector_grow(address->arena, address->fields, request->field_count,
		    &address->field_capacity, sizeof *address->fields);
		address->fields[request->field_count++] = text_from_string(value);
		return true;
	case CULVER_ADDRESS_TEXT:
		address->texts = vector_grow(address->arena, address->texts, request->text_count,
		    &address->text_capacity, sizeof *address->texts);
		address->texts[request->text_count++] = text_from_string(value);
		return true;
	case CULVER_ADDRESS_PRINT:
		return address_request_take_pieces(request, value, error);
	case CULVER_ADDRESS_DELIMITERS:
		request->delimiters = text_from_string(value);
		return true;
	case CULVER_ADDRESS_UNIQUE:
		request->is_unique = true;
		return true;
	case CULVER_ADDRESS_SORTED:
		request->is_sorted = true;
		return true;
	default:
		return culver_mail_line_take(&address->line, option, value, error);
	}
}

static int
culver_address_run(struct culver_address *address, int count, char **arguments)
{
	struct address_request *request = &address->request;

	if (request->text_count > 0 && optind < count)
		return culver_mail_line_refuse(
		    &address->line, "give --text or files, not both", NULL);
	request->paths = (const char *const *)arguments + optind;
	request->path_count = (size_t)(count - optind);
	request->source = address->line.source;
	request->colour = address->line.colour;
	request->is_json = address->line.is_json;
	request->is_quiet = address->line.is_quiet;
	request->fields = address->fields;
	request->texts = address->texts;
	return address_command_run(address->arena, request);
}

int
culver_mail_address(int count, char **arguments)
{
	struct arena arena;
	struct culver_address address = {.line = culver_mail_line_begin("address"),
	    .arena = &arena,
	    .request = {.delimiters = TEXT("+"), .piece_count = 1}};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "qh", culver_address_options, NULL)) != -1)
		if (!culver_address_take(&address, option, optarg, &error))
			status = culver_mail_line_refuse(&address.line, error.text,
			    option == '?' ? arguments[optind - 1] : NULL);
	if (status == EX_OK && address.line.ends_here)
		status = culver_print(TEXT(culver_address_help));
	else if (status == EX_OK)
		status = culver_address_run(&address, count, arguments);
	arena_clear(&arena);
	return status;
}
