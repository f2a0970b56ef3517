/*
 * Names of folders; see mailbox_name.h. Names come from rules, and rules may put bytes of a message
 * into them, so each is judged before anything of the file system is touched.
 */
#include "deliver/mailbox_name.h"

#include <stdint.h>

#include "base/utf8.h"

enum { MAILBOX_NAME_SHOWN_MAX = 80, MAILBOX_NAME_SURROGATES = 0x10000 };

/* Names in a Maildir that are not folders. */
static const char *const mailbox_name_taken[] = {"cur", "new", "tmp", "subscriptions",
    "maildirfolder", "maildirsize", "courierimapkeywords", "courierimapsubscribed"};

/* The start of the name as it may stand in an error: control bytes as "?". */
static struct text
mailbox_name_show(struct arena *arena, struct text name)
{
	struct text shown = arena_copy_text(arena, text_slice(name, 0, MAILBOX_NAME_SHOWN_MAX));
	char *bytes = arena_copy_string(arena, shown);

	for (size_t i = 0; i < shown.size; i++)
		bytes[i] = (unsigned char)shown.data[i] < ' ' || shown.data[i] == 127
			       ? '?'
			       : shown.data[i];
	return (struct text){bytes, shown.size};
}

/* Bits on their way into base64. */
struct mailbox_name_shift {
	struct buffer *buffer;
	uint32_t bits;
	unsigned count;
};

/* Appends the digits that are full. */
static void
mailbox_name_shift_bits(struct mailbox_name_shift *shift, uint32_t bits, unsigned count)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

	shift->bits = shift->bits << count | bits;
	shift->count += count;
	while (shift->count >= 6) {
		shift->count -= 6;
		buffer_append_byte(shift->buffer, digits[shift->bits >> shift->count & 63]);
		shift->bits &= (1U << shift->count) - 1;
	}
}

/* The run of characters outside of printable US-ASCII at the start of `utf8`, as UTF-16 in base64;
 * returns its length. */
static size_t
mailbox_name_append_shifted(struct buffer *buffer, struct text utf8)
{
	struct mailbox_name_shift shift = {.buffer = buffer};
	size_t used = 0, length;

	buffer_append_byte(buffer, '&');
	while (used < utf8.size && (utf8.data[used] < ' ' || utf8.data[used] > '~') &&
	       (length = utf8_sequence_length(utf8, used)) > 0) {
		uint32_t point = utf8_parse(text_slice(utf8, used, used + length));
		if (point >= MAILBOX_NAME_SURROGATES) {
			point -= MAILBOX_NAME_SURROGATES;
			mailbox_name_shift_bits(&shift, 0xd800 | point >> 10, 16);
			point = 0xdc00 | (point & 0x3ff);
		}
		mailbox_name_shift_bits(&shift, point, 16);
		used += length;
	}
	/* The last digit is filled up with zeroes. */
	if (shift.count > 0)
		mailbox_name_shift_bits(&shift, 0, 6 - shift.count);
	buffer_append_byte(buffer, '-');
	return used;
}

void
mailbox_name_append_utf7(struct buffer *buffer, struct text utf8)
{
	size_t i = 0;

	while (i < utf8.size) {
		char byte = utf8.data[i];
		if (byte < ' ' || byte > '~') {
			size_t used =
			    mailbox_name_append_shifted(buffer, text_slice(utf8, i, utf8.size));
			if (used == 0)
				return;
			i += used;
		} else {
			buffer_append(buffer, byte == '&' ? TEXT("&-") : (struct text){&byte, 1});
			i++;
		}
	}
}

/* C0, DEL, C1, U+2028 and U+2029. */
static bool
mailbox_name_has_control(struct text level)
{
	for (size_t i = 0; i < level.size; i++) {
		struct text rest = text_slice(level, i, level.size);
		if ((unsigned char)rest.data[0] < ' ' || rest.data[0] == 127)
			return true;
		if (rest.size > 1 && rest.data[0] == '\xc2' && (unsigned char)rest.data[1] < 0xa0)
			return true;
		if (text_has_prefix(rest, TEXT("\xe2\x80\xa8")) ||
		    text_has_prefix(rest, TEXT("\xe2\x80\xa9")))
			return true;
	}
	return false;
}

static bool
mailbox_name_is_taken(struct text level)
{
	if (level.data[0] == '.' || text_has_prefix(level, TEXT("dovecot")))
		return true;
	for (size_t i = 0; i < sizeof mailbox_name_taken / sizeof *mailbox_name_taken; i++)
		if (text_is_equal(level, text_from_string(mailbox_name_taken[i])))
			return true;
	return false;
}

/* What is wrong with a level; NULL: nothing. */
static const char *
mailbox_name_find_fault(struct text level, enum mailbox_layout layout)
{
	if (level.size == 0)
		return "has an empty level: write \"A/B\", without a \"/\" at the start, at the "
		       "end or doubled";
	if (text_is_equal(level, TEXT(".")) || text_is_equal(level, TEXT("..")))
		return "has the level \".\" or \"..\", which no folder can be called";
	if (!utf8_is_valid(level))
		return "is not UTF-8";
	if (mailbox_name_has_control(level))
		return "holds a control character";
	if (layout == MAILBOX_LAYOUT_MAILDIR && text_find_byte(level, 0, '.') < level.size)
		return "holds a \".\", which separates the levels in a Maildir++ directory: give "
		       "the folder another name, or set mailbox_layout = fs where the IMAP server "
		       "uses that";
	if (layout == MAILBOX_LAYOUT_FS && mailbox_name_is_taken(level))
		return "has a level that begins with \".\" or is a name that the Maildir's own "
		       "files have";
	return NULL;
}

/* One level, judged and encoded. */
static bool
mailbox_name_take_level(struct arena *arena, struct text level, enum mailbox_encoding encoding,
    struct mailbox_name *name, const char **fault_out)
{
	char memory[MAILBOX_NAME_BYTES_MAX];
	struct buffer encoded;

	*fault_out = mailbox_name_find_fault(level, name->layout);
	if (*fault_out == NULL && name->level_count == MAILBOX_NAME_LEVELS_MAX)
		*fault_out = "has more than 20 levels";
	if (*fault_out != NULL)
		return false;
	buffer_init_lent(&encoded, memory, sizeof memory, sizeof memory);
	if (name->level_count == 0 && text_is_equal_nocase(level, TEXT("INBOX")))
		level = TEXT("INBOX");
	if (encoding == MAILBOX_ENCODING_UTF8)
		buffer_append(&encoded, level);
	else
		mailbox_name_append_utf7(&encoded, level);
	if (buffer_is_overfull(&encoded))
		*fault_out = "has a level that is longer than a file name may be (255 bytes)";
	else
		name->levels[name->level_count++] = arena_copy_text(arena, buffer_text(&encoded));
	buffer_clear(&encoded);
	return *fault_out == NULL;
}

static bool
mailbox_name_refuse(struct arena *arena, struct text name, const char *fault, struct error *error)
{
	struct text shown = mailbox_name_show(arena, name);

	return error_set(error, ERROR_INPUT, "the folder name \"%.*s%s\" %s", TEXT_ARGUMENTS(shown),
	    shown.size < name.size ? "..." : "", fault);
}

bool
mailbox_name_parse(struct arena *arena, struct text name, enum mailbox_layout layout,
    enum mailbox_encoding encoding, struct mailbox_name *name_out, struct error *error)
{
	const char *fault = NULL;
	struct text rest = name;
	bool at_end;

	*name_out = (struct mailbox_name){.layout = layout};
	if (name.size == 0)
		return error_set(error, ERROR_INPUT, "the folder name is empty");
	do {
		at_end = text_find_byte(rest, 0, '/') == rest.size;
		struct text level = text_split(&rest, '/');
		if (!mailbox_name_take_level(arena, level, encoding, name_out, &fault))
			return mailbox_name_refuse(arena, name, fault, error);
	} while (!at_end);
	if (name_out->level_count == 1 && text_is_equal(name_out->levels[0], TEXT("INBOX"))) {
		name_out->is_inbox = true;
		name_out->level_count = 0;
	}
	/* All of it and the dot in front are one directory's name. */
	if (layout == MAILBOX_LAYOUT_MAILDIR &&
	    mailbox_name_join(arena, name_out, name_out->level_count, '.').size >=
		MAILBOX_NAME_BYTES_MAX)
		return mailbox_name_refuse(
		    arena, name, "is longer than a file name may be (255 bytes)", error);
	return true;
}

struct text
mailbox_name_join(
    struct arena *arena, const struct mailbox_name *name, size_t level_count, char separator)
{
	struct text joined = TEXT("");

	for (size_t i = 0; i < level_count; i++)
		joined = i == 0 ? name->levels[0]
				: arena_format(arena, "%.*s%c%.*s", TEXT_ARGUMENTS(joined),
				      separator, TEXT_ARGUMENTS(name->levels[i]));
	return joined;
}

struct text
mailbox_name_path(
    struct arena *arena, const struct mailbox_name *name, size_t level_count, struct text root)
{
	bool is_fs = name->layout == MAILBOX_LAYOUT_FS;
	struct text joined = mailbox_name_join(arena, name, level_count, is_fs ? '/' : '.');

	while (root.size > 1 && root.data[root.size - 1] == '/')
		root.size--;
	if (level_count == 0)
		return root;
	return arena_format(
	    arena, "%.*s/%s%.*s", TEXT_ARGUMENTS(root), is_fs ? "" : ".", TEXT_ARGUMENTS(joined));
}
