/*
 * What makemime makes; see part_build.h. A multipart inside of another is finished in memory before the
 * outer one begins.
 */
#include "handle/compat/part_build.h"

#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "handle/compat/fresh_boundary.h"
#include "mail/header_edit.h"
#include "mail/mime_tree.h"
#include "mail/transfer_encode.h"
#include "handle/compat/section.h"
#include "system/file.h"

enum {
	PART_BUILD_READ = 65536,
	PART_BUILD_MODE = 0666,
	PART_BUILD_NAME_CHUNK = 60, /* characters of a parameter's piece */
	PART_BUILD_NAME_MAX = 4096,
};

struct part_build_work {
	struct arena *arena;
	struct error *error;
	int status;
};

static bool part_build_append(
    struct part_build_work *work, const struct part_build *build, struct buffer *out);

static bool
part_build_fail(struct part_build_work *work, int status)
{
	work->status = status;
	return false;
}

bool
part_build_is_field(struct text field)
{
	size_t colon = text_find_byte(field, 0, ':');

	for (size_t i = 0; i < field.size; i++)
		if (field.data[i] == '\n' || field.data[i] == '\r' || field.data[i] == '\0')
			return false;
	return colon < field.size && header_edit_is_name(text_slice(field, 0, colon));
}

/* --- Input -------------------------------------------------------------------------------------- */

/* "&3" and "-" are descriptors that are open already: -1: it is a path. */
static int
part_build_descriptor(const char *path, int standard)
{
	uint64_t number;

	if (strcmp(path, "-") == 0)
		return standard;
	if (*path == '&' && number_parse_unsigned(text_from_string(path + 1), INT32_MAX, &number))
		return (int)number;
	return -1;
}

static bool
part_build_read_descriptor(
    struct part_build_work *work, int descriptor, const char *name, struct text *bytes_out)
{
	struct buffer bytes;
	char *piece = arena_alloc_bytes(work->arena, PART_BUILD_READ);
	ssize_t size;

	buffer_init(&bytes, PART_BUILD_SIZE_MAX);
	while ((size = read(descriptor, piece, PART_BUILD_READ)) > 0)
		buffer_append(&bytes, (struct text){piece, (size_t)size});
	*bytes_out = arena_copy_text(work->arena, buffer_text(&bytes));
	bool is_whole = !buffer_is_overfull(&bytes);
	buffer_clear(&bytes);
	if (size < 0)
		return error_set_errno(work->error, "cannot read %s", name);
	return is_whole || error_set(work->error, ERROR_LIMIT, "%s is too large", name);
}

static bool
part_build_read(
    struct part_build_work *work, const struct part_build_input *input, struct text *bytes_out)
{
	if (input->build != NULL) {
		struct buffer bytes;
		buffer_init(&bytes, PART_BUILD_SIZE_MAX);
		bool is_built = part_build_append(work, input->build, &bytes);
		*bytes_out = arena_copy_text(work->arena, buffer_text(&bytes));
		buffer_clear(&bytes);
		return is_built;
	}
	int descriptor = part_build_descriptor(input->path, STDIN_FILENO);
	bool is_own = descriptor < 0;
	if (is_own)
		descriptor = open(input->path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		error_set_errno(work->error, "%s", input->path);
		return part_build_fail(work, EX_NOINPUT);
	}
	bool is_read = part_build_read_descriptor(work, descriptor, input->path, bytes_out);
	if (is_own)
		close(descriptor);
	return is_read || part_build_fail(work, EX_NOINPUT);
}

/* --- A section ---------------------------------------------------------------------------------- */

static bool
part_build_is_plain_name(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!text_is_alpha(name.data[i]) && !text_is_digit(name.data[i]) &&
		    memchr("._-", name.data[i], 3) == NULL)
			return false;
	return name.size <= PART_BUILD_NAME_CHUNK;
}

/* RFC 2231: in pieces, all but letters and digits in hexadecimal digits. */
static void
part_build_append_name(const struct part_build *build, struct buffer *out)
{
	struct text name = build->name;
	struct text charset = build->charset.size > 0 ? build->charset : TEXT("utf-8");
	unsigned number = 0;
	size_t width = charset.size + 2;

	if (part_build_is_plain_name(name)) {
		buffer_append_format(out, ";\n  name=\"%.*s\"", TEXT_ARGUMENTS(name));
		return;
	}
	buffer_append_format(out, ";\n  name*0*=%.*s''", TEXT_ARGUMENTS(charset));
	for (size_t i = 0; i < name.size; i++) {
		if (width > PART_BUILD_NAME_CHUNK) {
			buffer_append_format(out, ";\n  name*%u*=", ++number);
			width = 0;
		}
		if (part_build_is_plain_name(text_slice(name, i, i + 1))) {
			buffer_append_byte(out, name.data[i]);
			width++;
		} else {
			buffer_append_format(out, "%%%02X", (unsigned char)name.data[i]);
			width += 3;
		}
	}
}

static struct text
part_build_choose_encoding(const struct part_build *build, struct text content)
{
	struct transfer_need need = transfer_encode_find_need(content);
	bool is_message = text_has_prefix_nocase(build->type, TEXT("message/"));

	if (build->encoding.size > 0)
		return build->encoding;
	if (need.has_nul)
		return TEXT("base64");
	if (need.has_long_line && !is_message)
		return TEXT("quoted-printable");
	return need.high > 0 ? TEXT("8bit") : TEXT("7bit");
}

static bool
part_build_append_content(struct text content, struct text encoding, struct buffer *out)
{
	struct text line_end = TEXT("\n");

	if (text_is_equal_nocase(encoding, TEXT("base64")))
		return transfer_encode_append_base64(content, false, line_end, out);
	if (text_is_equal_nocase(encoding, TEXT("quoted-printable")))
		return transfer_encode_append_quoted(content, true, line_end, out);
	return buffer_append(out, content);
}

/* Bytes that the encoding asked for cannot carry would make the message a wrong one. */
static bool
part_build_check_encoding(
    struct part_build_work *work, const struct part_build *build, struct text content)
{
	struct transfer_need need = transfer_encode_find_need(content);
	bool is_7bit = text_is_equal_nocase(build->encoding, TEXT("7bit"));
	bool is_8bit = text_is_equal_nocase(build->encoding, TEXT("8bit"));

	if ((is_7bit && need.high > 0) || ((is_7bit || is_8bit) && need.has_nul)) {
		error_set(work->error, ERROR_INPUT,
		    "%.*s does not carry the bytes of the content: leave out -e, or take "
		    "quoted-printable or base64",
		    TEXT_ARGUMENTS(build->encoding));
		return part_build_fail(work, EX_USAGE);
	}
	return true;
}

static bool
part_build_append_section(
    struct part_build_work *work, const struct part_build *build, struct buffer *out)
{
	struct text content, type = build->type;

	if (!part_build_read(work, &build->inputs[0], &content) ||
	    !part_build_check_encoding(work, build, content))
		return false;
	struct text encoding = part_build_choose_encoding(build, content);
	if (text_is_equal(type, TEXT("auto")))
		type = text_is_equal(encoding, TEXT("base64")) ? TEXT("application/octet-stream")
							       : TEXT("text/plain");
	buffer_append(out, build->fields);
	buffer_append_format(out, "Content-Type: %.*s", TEXT_ARGUMENTS(type));
	if (build->charset.size > 0)
		buffer_append_format(out, "; charset=\"%.*s\"", TEXT_ARGUMENTS(build->charset));
	if (build->name.size > 0)
		part_build_append_name(build, out);
	buffer_append_format(
	    out, "\nContent-Transfer-Encoding: %.*s\n\n", TEXT_ARGUMENTS(encoding));
	return part_build_append_content(content, encoding, out);
}

/* --- Multiparts --------------------------------------------------------------------------------- */

static bool
part_build_append_multipart(
    struct part_build_work *work, const struct part_build *build, struct buffer *out)
{
	struct text content;
	struct text type = build->type.size > 0 ? build->type : TEXT("multipart/mixed");
	struct text encoding = build->encoding.size > 0 ? build->encoding : TEXT("8bit");

	if (!part_build_read(work, &build->inputs[0], &content))
		return false;
	struct text boundary = fresh_boundary_new(work->arena, content);
	buffer_append(out, build->fields);
	buffer_append_format(out,
	    "Content-Type: %.*s; boundary=\"%.*s\"\nContent-Transfer-Encoding: "
	    "%.*s\n\n%s\n--%.*s\n",
	    TEXT_ARGUMENTS(type), TEXT_ARGUMENTS(boundary), TEXT_ARGUMENTS(encoding),
	    FRESH_BOUNDARY_PREAMBLE, TEXT_ARGUMENTS(boundary));
	buffer_append(out, content);
	return buffer_append_format(out, "\n--%.*s--\n", TEXT_ARGUMENTS(boundary));
}

/* The second section goes in front of the end boundary of the first one, which is a multipart. */
static bool
part_build_append_joined(
    struct part_build_work *work, const struct part_build *build, struct buffer *out)
{
	struct text whole, added;

	if (!part_build_read(work, &build->inputs[0], &whole) ||
	    !part_build_read(work, &build->inputs[1], &added))
		return false;
	struct mime_tree tree = mime_tree_parse(work->arena, whole, MIME_LIMITS_DEFAULT);
	const struct mime_part *last = tree.root->last_child;
	if (tree.root->kind != MIME_MULTIPART || last == NULL || !tree.root->is_closed) {
		error_set(work->error, ERROR_INPUT,
		    "the first of the two sections of -j is no whole multipart; make it with -m");
		return part_build_fail(work, EX_USAGE);
	}
	struct text boundary =
	    section_parameter(work->arena, tree.root, TEXT("Content-Type"), TEXT("boundary"));
	if (text_find(added, 0, boundary) < added.size) {
		error_set(work->error, ERROR_INPUT,
		    "the second section of -j has the boundary of the first one in it");
		return part_build_fail(work, EX_USAGE);
	}
	struct text body = last->body.data != NULL ? last->body : last->header;
	size_t end = (size_t)(body.data + body.size - whole.data);
	buffer_append(out, text_slice(whole, 0, end));
	buffer_append_format(out, "\n--%.*s\n", TEXT_ARGUMENTS(boundary));
	buffer_append(out, added);
	return buffer_append_format(out, "\n--%.*s--\n", TEXT_ARGUMENTS(boundary));
}

static bool
part_build_append(struct part_build_work *work, const struct part_build *build, struct buffer *out)
{
	bool is_built = false;

	switch (build->kind) {
	case PART_BUILD_SECTION:
		is_built = part_build_append_section(work, build, out);
		break;
	case PART_BUILD_MULTIPART:
		is_built = part_build_append_multipart(work, build, out);
		break;
	case PART_BUILD_JOIN:
		is_built = part_build_append_joined(work, build, out);
		break;
	}
	if (is_built || work->status != EX_OK)
		return is_built;
	error_set(work->error, ERROR_LIMIT, "the result is too large");
	return part_build_fail(work, EX_USAGE);
}

/* --- Output ------------------------------------------------------------------------------------- */

static bool
part_build_write(struct part_build_work *work, const char *path, struct text bytes)
{
	int descriptor = part_build_descriptor(path, STDOUT_FILENO);

	if (descriptor >= 0)
		return file_write(descriptor, bytes, path, work->error) ||
		       part_build_fail(work, EX_IOERR);
	descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, PART_BUILD_MODE);
	if (descriptor < 0) {
		error_set_errno(work->error, "%s", path);
		return part_build_fail(work, EX_CANTCREAT);
	}
	bool is_written = file_write(descriptor, bytes, path, work->error);
	return (file_close(descriptor, path, work->error) && is_written) ||
	       part_build_fail(work, EX_IOERR);
}

int
part_build_run(struct arena *arena, const struct part_build *build, struct error *error)
{
	struct part_build_work work = {.arena = arena, .error = error};
	struct buffer out;

	buffer_init(&out, PART_BUILD_SIZE_MAX);
	if (part_build_append(&work, build, &out))
		part_build_write(
		    &work, build->output != NULL ? build->output : "-", buffer_text(&out));
	buffer_clear(&out);
	return work.status;
}
