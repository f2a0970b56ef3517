/*
 * Setting up the rules' variables; see rules_environment.h.
 */
#include "agent/rules_environment.h"

#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/number.h"
#include "base/vector.h"

enum { RULES_ENVIRONMENT_HOST_MAX = 255, RULES_ENVIRONMENT_PATH_MAX = 4096 };

/* What the caller's environment may pass on. */
static void
rules_environment_import(struct variables *variables, const struct agent_request *request)
{
	for (const char *const *entry = request->environment; entry != NULL && *entry != NULL;
	     entry++) {
		struct text value = text_from_string(*entry);
		struct text name = text_split(&value, '=');
		bool is_locale = text_is_equal(name, TEXT("LANG")) ||
				 text_is_equal(name, TEXT("LANGUAGE")) ||
				 text_has_prefix(name, TEXT("LC_"));
		if (name.size > 0 && (request->mode == AGENT_MODE_MANUAL || is_locale))
			variables_set(variables, name, value);
	}
}

static void
rules_environment_set_number(struct variables *variables, struct text name, uint64_t value)
{
	char digits[NUMBER_DIGITS_MAX];

	variables_set(variables, name, number_format_unsigned(value, digits));
}

/* The envelope under the names that Postfix's local(8) and OpenSMTPD give it. */
static void
rules_environment_set_envelope(struct variables *variables, const struct envelope *envelope)
{
	const struct {
		struct text name, value;
	} known[] = {
	    {TEXT("RECIPIENT"), envelope->recipient},
	    {TEXT("ORIGINAL_RECIPIENT"), envelope->original_recipient},
	    {TEXT("EXTENSION"), envelope->extension},
	    {TEXT("LOCAL"), envelope->local_part},
	    {TEXT("DOMAIN"), envelope->domain},
	    {TEXT("CLIENT_ADDRESS"), envelope->client_address},
	    {TEXT("CLIENT_HOSTNAME"), envelope->client_name},
	    {TEXT("CLIENT_HELO"), envelope->client_helo},
	    {TEXT("CLIENT_PROTOCOL"), envelope->client_protocol},
	    {TEXT("SASL_USERNAME"), envelope->sasl_user},
	    {TEXT("SASL_METHOD"), envelope->sasl_method},
	    {TEXT("SASL_SENDER"), envelope->sasl_sender},
	};

	if (envelope->has_sender)
		variables_set(variables, TEXT("SENDER"), envelope->sender);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].value.size > 0)
			variables_set(variables, known[i].name, known[i].value);
	/* FROM: a null sender stays empty; only an unknown one gets maildrop's stand-in. */
	variables_set(variables, TEXT("FROM"),
	    envelope->has_sender ? envelope->sender : TEXT("MAILER-DAEMON"));
}

static void
rules_environment_set_settings(
    struct arena *arena, struct variables *variables, const struct rules_start *start)
{
	const struct settings *settings = start->settings;
	char host[RULES_ENVIRONMENT_HOST_MAX + 1] = "";

	if (settings->hostname.size == 0 && gethostname(host, sizeof host - 1) < 0)
		host[0] = '\0';
	variables_set(variables, TEXT("HOSTNAME"),
	    settings->hostname.size > 0 ? settings->hostname : text_from_string(host));
	variables_set(variables, TEXT("PATH"), settings->path);
	variables_set(variables, TEXT("SENDMAIL"), settings->sendmail);
	variables_set(variables, TEXT("DEFAULT"),
	    rules_environment_default_mailbox(arena, settings->default_mailbox, start->user));
	variables_set(
	    variables, TEXT("UMASK"), arena_format(arena, "%03o", (unsigned)settings->umask));
	variables_set(variables, TEXT("LOCKEXT"), TEXT(".lock"));
	rules_environment_set_number(
	    variables, TEXT("LOCKSLEEP"), (settings->lock_retry + 999) / 1000);
	rules_environment_set_number(variables, TEXT("LOCKTIMEOUT"), settings->lock_stale_after);
	rules_environment_set_number(variables, TEXT("LOCKREFRESH"), 15);
}

struct variables *
rules_environment_new(struct arena *arena, const struct rules_start *start)
{
	struct variables *variables = variables_new(arena);
	const char *const *argument = start->request->arguments;

	rules_environment_import(variables, start->request);
	variables_unset(variables, TEXT("MAILDIRQUOTA"));
	variables_unset(variables, TEXT("FLAGS"));
	variables_unset(variables, TEXT("KEYWORDS"));
	variables_unset(variables, TEXT("EXITCODE"));
	variables_unset(variables, TEXT("RETURNCODE"));
	variables_unset(variables, TEXT("UNDECIDED"));
	variables_unset(variables, TEXT("LINES"));
	variables_set(variables, TEXT("HOME"), text_from_string(start->user->home));
	variables_set(variables, TEXT("LOGNAME"), text_from_string(start->user->name));
	variables_set(variables, TEXT("USER"), text_from_string(start->user->name));
	variables_set(variables, TEXT("SHELL"),
	    start->user->shell[0] != '\0' ? text_from_string(start->user->shell)
					  : start->settings->shell);
	rules_environment_set_settings(arena, variables, start);
	rules_environment_set_envelope(variables, start->envelope);
	rules_environment_set_number(variables, TEXT("SIZE"), message_bytes(start->message).size);
	for (uint64_t i = 1; argument != NULL && *argument != NULL; i++, argument++) {
		char digits[NUMBER_DIGITS_MAX];
		variables_set(
		    variables, number_format_unsigned(i, digits), text_from_string(*argument));
	}
	return variables;
}

struct variables *
rules_environment_imports(struct arena *arena, const struct rules_start *start)
{
	struct agent_request request = *start->request;
	struct rules_start all = *start;

	request.mode = AGENT_MODE_MANUAL;
	all.request = &request;
	return rules_environment_new(arena, &all);
}

struct text
rules_environment_default_mailbox(struct arena *arena, struct text pattern, const struct user *user)
{
	const struct {
		struct text name;
		const char *value;
	} known[] = {{TEXT("$HOME"), user->home}, {TEXT("$LOGNAME"), user->name},
	    {TEXT("$USER"), user->name}};
	char memory[RULES_ENVIRONMENT_PATH_MAX];
	struct buffer path;

	if (text_has_prefix(pattern, TEXT("~/")))
		pattern = arena_format(
		    arena, "$HOME%.*s", TEXT_ARGUMENTS(text_slice(pattern, 1, pattern.size)));
	buffer_init_lent(&path, memory, sizeof memory, sizeof memory);
	for (size_t i = 0; i < pattern.size;) {
		size_t length = 1;
		struct text piece = text_slice(pattern, i, i + 1);
		for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
			if (text_has_prefix(text_slice(pattern, i, pattern.size), known[k].name)) {
				piece = text_from_string(known[k].value);
				length = known[k].name.size;
				break;
			}
		}
		buffer_append(&path, piece);
		i += length;
	}
	struct text result = arena_copy_text(arena, buffer_text(&path));
	buffer_clear(&path);
	return result;
}

/* A growing environment block. */
struct rules_environment_block {
	const char **entries;
	size_t count, capacity;
	size_t size; /* bytes of all entries */
};

/* Can execve() carry it? Not a "=" in a name, not a NUL anywhere, and not more bytes than Linux
 * takes: a variable filled from the message must not keep every command from starting.
 * tolerance: environment-size */
static bool
rules_environment_can_pass(
    const struct rules_environment_block *block, struct text name, struct text value)
{
	size_t size = name.size + value.size + 2;

	return name.size > 0 && text_find_byte(name, 0, '=') == name.size &&
	       text_find_byte(name, 0, '\0') == name.size &&
	       text_find_byte(value, 0, '\0') == value.size &&
	       size <= RULES_ENVIRONMENT_ENTRY_MAX && size <= RULES_ENVIRONMENT_MAX - block->size;
}

static void
rules_environment_add(
    struct arena *arena, struct rules_environment_block *block, struct text name, struct text value)
{
	block->entries = vector_grow(
	    arena, block->entries, block->count, &block->capacity, sizeof *block->entries);
	block->entries[block->count++] =
	    arena_format(arena, "%.*s=%.*s", TEXT_ARGUMENTS(name), TEXT_ARGUMENTS(value)).data;
	block->size += name.size + value.size + 2;
}

const char *const *
rules_environment_export(
    struct arena *arena, const struct variables *variables, const struct message *message)
{
	struct rules_environment_block block = {.entries = NULL};
	struct text name, value;
	size_t position = 0;

	while (variables_next(variables, &position, &name, &value))
		if (rules_environment_can_pass(&block, name, value))
			rules_environment_add(arena, &block, name, value);
	if (!variables_is_set(variables, TEXT("LINES"))) {
		char digits[NUMBER_DIGITS_MAX];
		rules_environment_add(arena, &block, TEXT("LINES"),
		    number_format_unsigned(message_line_end_count(message), digits));
	}
	block.entries =
	    vector_grow(arena, block.entries, block.count, &block.capacity, sizeof *block.entries);
	block.entries[block.count] = NULL;
	return block.entries;
}
