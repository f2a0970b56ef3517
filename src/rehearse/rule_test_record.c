/*
 * Recording; see rule_test_record.h.
 */
#include "rehearse/rule_test_record.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/vector.h"
#include "rehearse/rule_test_judge.h"
#include "system/file.h"

enum { RULE_TEST_RECORD_MAX = 2 * RULE_TEST_FILE_MAX };

/* With the engine alone everything that was asked is the expectation; for a delivery, what people
 * see of it. */
static bool
rule_test_record_is_worth(const struct rule_test_ask *ask, bool is_bare)
{
	static const char *const words[] = {"echo", "echo-part", "log"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_is_equal(ask->word, text_from_string(words[i])))
			return true;
	return is_bare || ask->is_delivery;
}

static void
rule_test_record_append_ask(struct buffer *out, const struct rule_test_ask *ask, bool is_bare)
{
	buffer_append(out, TEXT("expect "));
	if (ask->is_default && !is_bare)
		buffer_append(out, TEXT("keep"));
	else
		rule_test_judge_append_ask(out, ask);
	buffer_append_byte(out, '\n');
}

static void
rule_test_record_append_end(struct buffer *out, const struct rule_test_result *result)
{
	bool is_delivered = result->rules.end == FILTER_END_DELIVERED || result->is_kept;

	if (result->is_bare && result->rules.end == FILTER_END_FALL_THROUGH) {
		buffer_append(out, TEXT("expect end fall-through\n"));
		return;
	}
	if (result->is_bare)
		buffer_append_format(out, "expect end %s %d\n", filter_end_word(result->rules.end),
		    outcome_exit_status(&result->rules.outcome));
	if (result->outcome.class == OUTCOME_DONE &&
	    (result->is_bare || (is_delivered && result->status == 0)))
		return;
	buffer_append(out, TEXT("expect "));
	rule_test_judge_append_end(out, result);
	buffer_append_byte(out, '\n');
}

struct text
rule_test_record_lines(
    struct arena *arena, const struct rule_test_file *file, const struct rule_test_result *result)
{
	struct buffer out;

	buffer_init(&out, RULE_TEST_FILE_MAX);
	for (size_t i = 0; i < result->count; i++)
		if (rule_test_record_is_worth(&result->asks[i], result->is_bare))
			rule_test_record_append_ask(&out, &result->asks[i], result->is_bare);
	rule_test_record_append_end(&out, result);
	if (result->flags.size > 0) {
		buffer_append(&out, TEXT("expect flags "));
		rule_test_line_append_argument(&out, result->flags);
		buffer_append_byte(&out, '\n');
	}
	for (struct text rest = result->keywords; rest.size > 0;) {
		struct text keyword = text_trim(text_split(&rest, ','));
		if (keyword.size == 0)
			continue;
		buffer_append(&out, TEXT("expect keyword "));
		rule_test_line_append_argument(&out, keyword);
		buffer_append_byte(&out, '\n');
	}
	if (file->top.expected_count == 0)
		buffer_append(&out, result->is_bare ? TEXT("expect nothing else\n")
						    : TEXT("expect no other delivery\n"));
	struct text lines = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return lines;
}

void
rule_test_record_add(struct rule_test_record *record, struct arena *arena,
    const struct rule_test *test, struct text lines)
{
	record->changes = vector_grow(
	    arena, record->changes, record->count, &record->capacity, sizeof *record->changes);
	record->changes[record->count++] = (struct rule_test_record_change){test, lines};
}

/* New lines, with the line ends that the file has. */
static void
rule_test_record_append_lines(struct buffer *out, struct text lines, bool is_crlf)
{
	/* The file's last line may lack its end, or the half of it. */
	if (out->size > 0 && out->data[out->size - 1] == '\r')
		buffer_append_byte(out, '\n');
	else if (out->size > 0 && out->data[out->size - 1] != '\n')
		buffer_append(out, is_crlf ? TEXT("\r\n") : TEXT("\n"));
	while (lines.size > 0) {
		buffer_append(out, text_split(&lines, '\n'));
		buffer_append(out, is_crlf ? TEXT("\r\n") : TEXT("\n"));
	}
}

struct text
rule_test_record_apply(
    const struct rule_test_record *record, struct arena *arena, const struct rule_test_file *file)
{
	struct text source = file->source;
	size_t first_end = text_find_byte(source, 0, '\n'), position = 0;
	bool is_crlf =
	    first_end > 0 && first_end < source.size && source.data[first_end - 1] == '\r';
	struct buffer out;

	buffer_init(&out, RULE_TEST_RECORD_MAX);
	for (size_t i = 0; i < record->count; i++) {
		const struct rule_test *test = record->changes[i].test;
		size_t place = test->range_count > 0 ? test->ranges[0].start : test->end;
		buffer_append(&out, text_slice(source, position, place));
		rule_test_record_append_lines(&out, record->changes[i].lines, is_crlf);
		position = place;
		for (size_t j = 0; j < test->range_count; j++) {
			buffer_append(&out, text_slice(source, position, test->ranges[j].start));
			position = test->ranges[j].end;
		}
	}
	buffer_append(&out, text_slice(source, position, source.size));
	struct text bytes = arena_copy_text(arena, buffer_text(&out));
	bool fits = !buffer_is_overfull(&out);
	buffer_clear(&out);
	return fits ? bytes : (struct text){NULL, 0};
}

bool
rule_test_record_write(const struct rule_test_record *record, struct arena *arena,
    const struct rule_test_file *file, struct error *error)
{
	struct text bytes = rule_test_record_apply(record, arena, file);
	struct stat status;
	const char *path, *name = arena_copy_string(arena, file->name);

	if (bytes.data == NULL)
		return error_set(error, ERROR_LIMIT,
		    "%s: with what is recorded the file would be too large", name);
	/* A symbolic link stays one: its target is what is replaced. */
	char *target = realpath(name, arena_alloc_bytes(arena, PATH_MAX));
	if (target == NULL || stat(target, &status) < 0)
		return error_set_errno(error, "cannot look at %s", name);
	path = arena_format(arena, "%s.new-%ld", target, (long)getpid()).data;
	int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return error_set_errno(error, "cannot make %s", path);
	bool is_written = file_write(descriptor, bytes, path, error);
	if (is_written && fchmod(descriptor, status.st_mode & 07777) < 0)
		is_written = error_set_errno(error, "cannot set the mode of %s", path);
	if (is_written)
		is_written = file_sync(descriptor, path, error);
	if (!file_close(descriptor, path, error))
		is_written = false;
	if (is_written && rename(path, target) < 0)
		is_written = error_set_errno(error, "cannot rename %s to %s", path, target);
	if (!is_written)
		(void)unlink(path);
	return is_written;
}
