/*
 * The seam to PCRE2; see pattern.h. Its library is opened by name with dlopen(), so that the
 * programs do not depend on it at start: loading and relocating it costs more than a whole small
 * delivery. It stays mapped until the process ends.
 */
#include "filter/engine/pattern.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/bug.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "filter/engine/plain_pattern.h"

#define PATTERN_LIBRARY "libpcre2-8.so.0"

/* Bytes of one subject that is not UTF-8 and is searched again and again. */
static const uint64_t pattern_work_max = UINT64_C(1) << 30;

/*
 * Put in front of a pattern: PCRE2 says when it begins at the next place. Its match limit counts
 * from zero there, so that without this a search of n bytes could take n times the limit.
 */
#define PATTERN_MARK "(?C1)"

enum {
	/* A place that takes no more, or no more than this and so many a byte of the subject, is not
	 * counted. */
	PATTERN_CHEAP_STEPS = 320,
	PATTERN_CHEAP_STEPS_LEAST = 16,
	PATTERN_CHEAP_STEPS_A_BYTE = 3,
	PATTERN_STEPS_FACTOR = 8, /* what takes more is tried again with so many times the limit */
	/* A place may need a look at all bytes behind it, of which so many count; when the sum is
	 * this, the clock is looked at. */
	PATTERN_WATCH_PLACE = 1 << 20,
	PATTERN_WATCH_BYTES = 1 << 26,
	PATTERN_BYTES_A_STEP =
	    16, /* of a subject, which each try looks at to see whether it is UTF-8 */
};

struct pattern_library {
	__typeof__(pcre2_compile) *compile;
	__typeof__(pcre2_code_free) *code_free;
	__typeof__(pcre2_match) *match;
	__typeof__(pcre2_match_data_create_from_pattern) *match_data_create;
	__typeof__(pcre2_match_data_free) *match_data_free;
	__typeof__(pcre2_get_ovector_pointer) *get_offsets;
	__typeof__(pcre2_get_ovector_count) *get_offset_count;
	__typeof__(pcre2_match_context_create) *context_create;
	__typeof__(pcre2_match_context_free) *context_free;
	__typeof__(pcre2_set_match_limit) *set_match_limit;
	__typeof__(pcre2_set_callout) *set_callout;
	__typeof__(pcre2_set_depth_limit) *set_depth_limit;
	__typeof__(pcre2_set_heap_limit) *set_heap_limit;
	__typeof__(pcre2_get_error_message) *get_error_message;
	__typeof__(pcre2_pattern_info) *pattern_info;
};

struct pattern {
	struct pattern *next, **link;
	/* `plain` finds it in the subjects that it takes: code is NULL until another one comes. */
	bool is_plain;
	struct plain_pattern plain;
	size_t start, end; /* of its last match */
	bool has_offsets;  /* the last match was found by PCRE2 */
	pcre2_code *code;
	/* For subjects known to be UTF-8; NULL until one is searched again. */
	pcre2_code *valid_code;
	pcre2_match_data *data;
	bool case_sensitive;
	size_t source_size;
	bool is_whole;       /* holds \G */
	bool is_line_bound;  /* PCRE2 would try it only where a line begins */
	size_t options_size; /* of the (*OPTIONS) that it begins with */
	char source[];       /* with PATTERN_MARK behind the options */
};

/* The place where the search is. */
struct pattern_track {
	size_t start;
	size_t last; /* the search must not go on behind this place */
	const struct pattern *pattern;
	struct pattern_budget *budget; /* of the search */
	struct pattern_budget own;     /* where it has none */
	uint64_t weight;               /* bytes that were perhaps looked at since the last look */
	uint64_t since;                /* processor time at that; 0: none for this pattern */
	uint64_t steps_max;            /* of the budget, without what its bytes allow */
	bool (*is_over)(void *self);
	void *self;
	bool is_stopped;
};

struct pattern_engine {
	uint32_t match_limit;
	uint32_t limit_set; /* in the context */
	struct pattern_track track;
	bool is_open;
	struct pattern_library library;
	pcre2_match_context *context;
	struct pattern *patterns;
	struct pattern_mistake mistake;
};

struct pattern_engine *
pattern_engine_new(struct arena *arena, uint32_t match_limit)
{
	struct pattern_engine *engine = arena_alloc(arena, sizeof *engine);

	engine->match_limit = match_limit == 0 ? PATTERN_MATCH_LIMIT_DEFAULT : match_limit;
	return engine;
}

void
pattern_engine_close(struct pattern_engine *engine)
{
	while (engine->patterns != NULL)
		pattern_free(engine, engine->patterns);
	if (engine->context != NULL)
		engine->library.context_free(engine->context);
	engine->context = NULL;
	engine->is_open = false;
}

/* dlsym() gives a data pointer; POSIX says that copying its bytes into a function pointer is right.
 */
static bool
pattern_load(void *handle, const char *name, void *function_out)
{
	void *symbol = dlsym(handle, name);

	memcpy(function_out, &symbol, sizeof symbol);
	return symbol != NULL;
}

void
pattern_engine_watch(struct pattern_engine *engine, bool (*is_over)(void *self), void *self)
{
	engine->track.is_over = is_over;
	engine->track.self = self;
}

static bool
pattern_budget_is_spent(struct pattern_budget *budget, uint64_t steps_max)
{
	if (budget->steps > steps_max + budget->bytes * PATTERN_BUDGET_STEPS_A_BYTE)
		budget->is_spent = true;
	return budget->is_spent;
}

/* Counts the time since the last look; true: that was too much, or somebody asks for the end. */
static bool
pattern_look_at_clock(struct pattern_track *track)
{
	uint64_t now = clock_processor_nanoseconds();

	track->weight = 0;
	if (track->since > 0)
		track->budget->steps += (now - track->since) / PATTERN_NANOSECONDS_A_STEP;
	track->since = now;
	return pattern_budget_is_spent(track->budget, track->steps_max) ||
	       (track->is_over != NULL && track->is_over(track->self));
}

static int
pattern_on_start(pcre2_callout_block *block, void *self)
{
	struct pattern_track *track = self;
	size_t left = block->subject_length - block->start_match;

	track->start = block->start_match;
	if (track->start > track->last)
		return PCRE2_ERROR_CALLOUT;
	track->weight += left < PATTERN_WATCH_PLACE ? left : PATTERN_WATCH_PLACE;
	if (track->weight >= PATTERN_WATCH_BYTES)
		track->is_stopped = pattern_look_at_clock(track);
	return track->is_stopped ? PCRE2_ERROR_CALLOUT : 0;
}

static bool
pattern_engine_open(struct pattern_engine *engine, struct error *error)
{
	struct pattern_library *library = &engine->library;

	if (engine->is_open)
		return true;
	void *handle = dlopen(PATTERN_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return error_set(error, ERROR_SYSTEM,
		    "patterns need %s, which cannot be opened: %s", PATTERN_LIBRARY, dlerror());
	if (!pattern_load(handle, "pcre2_compile_8", &library->compile) ||
	    !pattern_load(handle, "pcre2_code_free_8", &library->code_free) ||
	    !pattern_load(handle, "pcre2_match_8", &library->match) ||
	    !pattern_load(
		handle, "pcre2_match_data_create_from_pattern_8", &library->match_data_create) ||
	    !pattern_load(handle, "pcre2_match_data_free_8", &library->match_data_free) ||
	    !pattern_load(handle, "pcre2_get_ovector_pointer_8", &library->get_offsets) ||
	    !pattern_load(handle, "pcre2_get_ovector_count_8", &library->get_offset_count) ||
	    !pattern_load(handle, "pcre2_match_context_create_8", &library->context_create) ||
	    !pattern_load(handle, "pcre2_match_context_free_8", &library->context_free) ||
	    !pattern_load(handle, "pcre2_set_match_limit_8", &library->set_match_limit) ||
	    !pattern_load(handle, "pcre2_set_callout_8", &library->set_callout) ||
	    !pattern_load(handle, "pcre2_set_depth_limit_8", &library->set_depth_limit) ||
	    !pattern_load(handle, "pcre2_set_heap_limit_8", &library->set_heap_limit) ||
	    !pattern_load(handle, "pcre2_get_error_message_8", &library->get_error_message) ||
	    !pattern_load(handle, "pcre2_pattern_info_8", &library->pattern_info))
		return error_set(
		    error, ERROR_SYSTEM, "%s is too old: %s", PATTERN_LIBRARY, dlerror());
	engine->context = library->context_create(NULL);
	if (engine->context == NULL)
		out_of_memory();
	library->set_match_limit(engine->context, engine->match_limit);
	engine->limit_set = engine->match_limit;
	library->set_callout(engine->context, pattern_on_start, &engine->track);
	library->set_depth_limit(engine->context, PATTERN_DEPTH_LIMIT);
	library->set_heap_limit(engine->context, PATTERN_HEAP_LIMIT_KIB);
	engine->is_open = true;
	return true;
}

static pcre2_code *
pattern_translate(const struct pattern_engine *engine, const struct pattern *pattern,
    uint32_t options, int *code_out, PCRE2_SIZE *position_out)
{
	options |= PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
	if (!pattern->case_sensitive)
		options |= PCRE2_CASELESS;
	return engine->library.compile((PCRE2_SPTR)pattern->source,
	    pattern->source_size + sizeof PATTERN_MARK - 1, options, code_out, position_out, NULL);
}

/* Does a match begin only at the start of a line, or of the subject? */
static bool
pattern_is_line_bound(const struct pattern_engine *engine, const pcre2_code *code)
{
	uint32_t first = 0, options = 0;

	engine->library.pattern_info(code, PCRE2_INFO_FIRSTCODETYPE, &first);
	engine->library.pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	return first == 2 || (options & PCRE2_ANCHORED) != 0;
}

/* Does it hold something like (?s)? Without that, only ^ and the like anchor a pattern. */
static bool
pattern_sets_options(const struct pattern *pattern)
{
	struct text source = {pattern->source, pattern->source_size + sizeof PATTERN_MARK - 1};
	size_t at = 0;

	for (;; at += 2) {
		at = text_find(source, at, TEXT("(?"));
		if (at + 2 >= source.size)
			return false;
		char next = source.data[at + 2];
		if (next == '^' || next == '-' || (text_is_alpha(next) && next != 'C'))
			return true;
	}
}

/*
 * The code for subjects that may be other than UTF-8. There `.*` ends where a bad byte stands and can
 * begin again behind it, which PCRE2 passes over when it takes a pattern that begins so for one that
 * matches at the start of a line or not at all.
 */
static pcre2_code *
pattern_translate_for_any(const struct pattern_engine *engine, struct pattern *pattern,
    int *code_out, PCRE2_SIZE *position_out)
{
	pcre2_code *code =
	    pattern_translate(engine, pattern, PCRE2_MATCH_INVALID_UTF, code_out, position_out);
	uint32_t options = 0;

	if (code == NULL || !pattern_is_line_bound(engine, code))
		return code;
	engine->library.pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	if ((options & PCRE2_ANCHORED) != 0 && !pattern_sets_options(pattern))
		return code;
	engine->library.code_free(code);
	code = pattern_translate(engine, pattern, PCRE2_MATCH_INVALID_UTF | PCRE2_NO_DOTSTAR_ANCHOR,
	    code_out, position_out);
	pattern->is_line_bound = code != NULL && !pattern_is_line_bound(engine, code);
	return code;
}

/* (*UTF), (*ANYCRLF) and the like must be the first of a pattern. */
static size_t
pattern_options_size(struct text source)
{
	size_t at = 0, end = 0;

	while (text_has_prefix(text_slice(source, at, source.size), TEXT("(*"))) {
		for (end = at + 2; end < source.size; end++)
			if (!text_is_alpha(source.data[end]) && !text_is_digit(source.data[end]) &&
			    source.data[end] != '_' && source.data[end] != '=')
				break;
		if (end == source.size || source.data[end] != ')')
			break;
		at = end + 1;
	}
	return at;
}

/* Puts the pattern together from its options, the mark and the rest. */
static void
pattern_write_source(struct pattern *pattern, struct text source)
{
	size_t options = pattern_options_size(source), mark = sizeof PATTERN_MARK - 1;

	pattern->source_size = source.size;
	pattern->options_size = options;
	memcpy(pattern->source + options, PATTERN_MARK, mark);
	if (options > 0)
		memcpy(pattern->source, source.data, options);
	if (source.size > options)
		memcpy(
		    pattern->source + options + mark, source.data + options, source.size - options);
}

/* Keeps what PCRE2 says of the pattern. */
static bool
pattern_refuse(struct pattern_engine *engine, const struct pattern *pattern, int code,
    size_t position, struct error *error)
{
	struct pattern_mistake *mistake = &engine->mistake;

	engine->library.get_error_message(
	    code, (PCRE2_UCHAR *)mistake->reason, sizeof mistake->reason);
	mistake->kind = PATTERN_MISTAKE_OTHER;
	if (code == PCRE2_ERROR_CLASS_RANGE_ORDER)
		mistake->kind = PATTERN_MISTAKE_RANGE;
	else if (code == PCRE2_ERROR_POSIX_CLASS_NOT_IN_CLASS)
		mistake->kind = PATTERN_MISTAKE_NAMED_CLASS;
	if (position >= pattern->options_size + sizeof PATTERN_MARK - 1)
		position -= sizeof PATTERN_MARK - 1;
	mistake->offset = position < pattern->source_size ? position : pattern->source_size;
	return error_set(error, ERROR_INPUT, "this pattern is wrong at its character %zu: %s",
	    position + 1, mistake->reason);
}

const struct pattern_mistake *
pattern_engine_mistake(const struct pattern_engine *engine)
{
	return &engine->mistake;
}

/* Has PCRE2 compile the pattern. */
static bool
pattern_build(struct pattern_engine *engine, struct pattern *pattern, struct error *error)
{
	PCRE2_SIZE position;
	int code;

	if (!pattern_engine_open(engine, error))
		return false;
	pattern->code = pattern_translate_for_any(engine, pattern, &code, &position);
	if (pattern->code == NULL)
		return pattern_refuse(engine, pattern, code, position, error);
	pattern->data = engine->library.match_data_create(pattern->code, NULL);
	if (pattern->data == NULL)
		out_of_memory();
	return true;
}

struct pattern *
pattern_compile(
    struct pattern_engine *engine, struct text source, bool case_sensitive, struct error *error)
{
	struct pattern *pattern = malloc(sizeof *pattern + source.size + sizeof PATTERN_MARK);

	if (pattern == NULL)
		out_of_memory();
	pattern_write_source(pattern, source);
	pattern->code = NULL;
	pattern->valid_code = NULL;
	pattern->data = NULL;
	pattern->has_offsets = false;
	pattern->is_line_bound = false;
	pattern->case_sensitive = case_sensitive;
	pattern->is_whole = text_find(source, 0, TEXT("\\G")) < source.size;
	pattern->is_plain = plain_pattern_parse(source, case_sensitive, &pattern->plain);
	if (!pattern->is_plain && !pattern_build(engine, pattern, error)) {
		free(pattern);
		return NULL;
	}
	pattern->next = engine->patterns;
	pattern->link = &engine->patterns;
	if (pattern->next != NULL)
		pattern->next->link = &pattern->next;
	engine->patterns = pattern;
	return pattern;
}

bool
pattern_is_from(const struct pattern *pattern, struct text source)
{
	size_t options = pattern->options_size;
	struct text rest = {
	    pattern->source + options + sizeof PATTERN_MARK - 1, pattern->source_size - options};

	return source.size == pattern->source_size &&
	       text_is_equal(
		   text_slice(source, 0, options), (struct text){pattern->source, options}) &&
	       text_is_equal(text_slice(source, options, source.size), rest);
}

void
pattern_free(struct pattern_engine *engine, struct pattern *pattern)
{
	if (engine->track.pattern == pattern)
		engine->track.pattern = NULL;
	*pattern->link = pattern->next;
	if (pattern->next != NULL)
		pattern->next->link = pattern->link;
	if (pattern->code != NULL) {
		engine->library.match_data_free(pattern->data);
		engine->library.code_free(pattern->code);
		engine->library.code_free(pattern->valid_code);
	}
	free(pattern);
}

/* One search in a subject, which may take several calls of PCRE2. */
struct pattern_search {
	struct pattern_engine *engine;
	const struct pattern *pattern;
	struct text subject;
	struct pattern_budget *budget;
	uint64_t steps;
	size_t last; /* the place where a match may begin last */
	uint32_t options;
	bool is_valid;
};

/* Readies the watch for a search. */
static void
pattern_begin_watch(struct pattern_search *search)
{
	struct pattern_track *track = &search->engine->track;

	if (track->pattern != search->pattern)
		track->since = 0;
	track->pattern = search->pattern;
	track->own = (struct pattern_budget){.bytes = search->subject.size};
	track->budget = search->budget == NULL ? &track->own : search->budget;
	track->steps_max = (uint64_t)search->engine->match_limit * PATTERN_BUDGET_LIMITS;
	track->is_stopped = false;
}

/* PCRE2's answer from this place on, within the limit for each place. */
static int
pattern_call(struct pattern_search *search, size_t at, uint32_t limit)
{
	struct pattern_engine *engine = search->engine;
	const struct pattern *pattern = search->pattern;
	const char *bytes = search->subject.data == NULL ? "" : search->subject.data;

	if (engine->limit_set != limit)
		engine->library.set_match_limit(engine->context, limit);
	engine->limit_set = limit;
	engine->track.start = at;
	return engine->library.match(search->is_valid ? pattern->valid_code : pattern->code,
	    (PCRE2_SPTR)bytes, search->subject.size, at, search->options, pattern->data,
	    engine->context);
}

/* Counts what one place needed; false: that was too much. */
static bool
pattern_charge(struct pattern_search *search, uint32_t steps)
{
	struct pattern_budget *budget = search->budget;
	uint64_t limit = search->engine->match_limit;

	if (!search->is_valid)
		steps += (uint32_t)(search->subject.size / PATTERN_BYTES_A_STEP);
	search->steps += steps;
	if (budget == NULL)
		return search->steps <= limit * PATTERN_SEARCH_LIMITS;
	budget->steps += steps;
	return !pattern_budget_is_spent(budget, limit * PATTERN_BUDGET_LIMITS) &&
	       search->steps <= limit * PATTERN_SEARCH_LIMITS;
}

/*
 * A search that counts. All places are tried with a small limit. One that needs more is tried alone,
 * with growing limits; then the search goes on behind it. Returns what PCRE2 would.
 */
static int
pattern_search(struct pattern_search *search, size_t at)
{
	const uint32_t most = search->engine->match_limit;
	struct pattern_track *track = &search->engine->track;
	uint32_t limit = PATTERN_CHEAP_STEPS;

	if (search->subject.size < PATTERN_CHEAP_STEPS / PATTERN_CHEAP_STEPS_A_BYTE)
		limit = PATTERN_CHEAP_STEPS_LEAST +
			PATTERN_CHEAP_STEPS_A_BYTE * (uint32_t)search->subject.size;
	if (limit > most)
		limit = most;
	const uint32_t least = limit;

	for (;;) {
		track->last = search->last;
		int result = pattern_call(search, at, limit);
		if (result != PCRE2_ERROR_MATCHLIMIT)
			return result;
		at = track->start;
		do {
			if (!pattern_charge(search, limit) || limit == most)
				return PCRE2_ERROR_MATCHLIMIT;
			limit = limit > most / PATTERN_STEPS_FACTOR ? most
								    : limit * PATTERN_STEPS_FACTOR;
			track->last = at;
			result = pattern_call(search, at, limit);
		} while (result == PCRE2_ERROR_MATCHLIMIT);
		if (result != PCRE2_ERROR_CALLOUT || at == search->last || track->is_stopped)
			return result;
		if (!pattern_charge(search, limit))
			return PCRE2_ERROR_MATCHLIMIT;
		at = track->start;
		limit = least;
	}
}

/* One search; PATTERN_FAILED with the error when a limit was reached. */
static enum pattern_answer
pattern_try(struct pattern_engine *engine, struct pattern *pattern, struct text subject,
    const struct pattern_cursor *cursor, uint32_t options, struct error *error)
{
	struct pattern_search search = {
	    engine, pattern, subject, cursor->budget, 0, SIZE_MAX, options, cursor->is_valid};
	int result;

	if (cursor->is_valid)
		search.options |= PCRE2_NO_UTF_CHECK;
	/* In a subject that is not UTF-8, PCRE2 would try each stretch that is. */
	if ((options & PCRE2_ANCHORED) != 0)
		search.last = cursor->at;
	pattern_begin_watch(&search);
	/* What looks for the place where a search began must not be begun elsewhere. */
	if (pattern->is_whole) {
		engine->track.last = search.last;
		result = pattern_call(&search, cursor->at, engine->match_limit);
	} else {
		result = pattern_search(&search, cursor->at);
	}
	if (engine->track.is_stopped && result == PCRE2_ERROR_CALLOUT)
		result = PCRE2_ERROR_MATCHLIMIT;
	if (result >= 0)
		return PATTERN_YES;
	if (result == PCRE2_ERROR_NOMATCH || result == PCRE2_ERROR_CALLOUT)
		return PATTERN_NO;
	if (result == PCRE2_ERROR_NOMEMORY)
		out_of_memory();
	PCRE2_UCHAR message[ERROR_TEXT_MAX / 2];
	engine->library.get_error_message(result, message, sizeof message);
	error_set(error, ERROR_LIMIT, "this pattern needs too much work on this message (%s)",
	    (const char *)message);
	return PATTERN_FAILED;
}

/* A second search in a subject would look at all of it again, to see whether it is UTF-8: what may
 * match other bytes too does so even when told not to (PCRE2_NO_UTF_CHECK). */
static bool
pattern_prepare_for_valid(const struct pattern_engine *engine, struct pattern *pattern)
{
	PCRE2_SIZE position;
	int code;

	if (pattern->valid_code == NULL)
		pattern->valid_code = pattern_translate(engine, pattern, 0, &code, &position);
	return pattern->valid_code != NULL;
}

/* One character further: a byte where there is none. */
static void
pattern_step(struct text subject, struct pattern_cursor *cursor)
{
	size_t length = utf8_sequence_length(subject, cursor->at);

	cursor->at += length == 0 ? 1 : length;
	cursor->after_empty = false;
}

/* The next match by PCRE2. */
static enum pattern_answer
pattern_next_match(struct pattern_engine *engine, struct pattern *pattern, struct text subject,
    struct pattern_cursor *cursor, struct error *error)
{
	enum pattern_answer answer = PATTERN_NO;
	bool is_forced =
	    false; /* the match was asked for at the place of the last, but not empty */

	if (cursor->at == 0 && !cursor->after_empty && cursor->budget != NULL)
		cursor->budget->bytes += subject.size;
	if ((cursor->at > 0 || pattern->is_line_bound) && !cursor->is_checked) {
		cursor->is_checked = true;
		cursor->is_valid =
		    utf8_is_valid(subject) && pattern_prepare_for_valid(engine, pattern);
	}
	if (cursor->at > subject.size)
		return PATTERN_NO;
	if (cursor->after_empty) {
		answer = pattern_try(engine, pattern, subject, cursor,
		    PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED, error);
		is_forced = answer == PATTERN_YES;
		if (answer == PATTERN_NO)
			pattern_step(subject, cursor);
	}
	if (cursor->at > subject.size || answer == PATTERN_FAILED)
		return answer;
	if (!cursor->is_valid) {
		cursor->work += subject.size - cursor->at;
		if (cursor->work > pattern_work_max) {
			error_set(
			    error, ERROR_LIMIT, "this pattern needs too much work on this text");
			return PATTERN_FAILED;
		}
	}
	if (answer == PATTERN_NO)
		answer = pattern_try(engine, pattern, subject, cursor, 0, error);
	if (answer != PATTERN_YES)
		return answer;
	const PCRE2_SIZE *offsets = engine->library.get_offsets(pattern->data);
	bool is_empty = offsets[1] <= offsets[0];
	if (offsets[1] > cursor->at)
		cursor->at = offsets[1];
	else if (is_forced || !is_empty)
		pattern_step(subject, cursor); /* \K moved the match to where the search has been */
	cursor->after_empty = is_empty;
	return PATTERN_YES;
}

/* Is this a search that needs no engine? */
static bool
pattern_is_plain_search(
    const struct pattern *pattern, struct text subject, struct pattern_cursor *cursor)
{
	if (!pattern->is_plain)
		return false;
	if (!cursor->is_plain_known)
		cursor->is_plain = plain_pattern_takes(subject);
	cursor->is_plain_known = true;
	return cursor->is_plain;
}

enum pattern_answer
pattern_next(struct pattern_engine *engine, struct pattern *pattern, struct text subject,
    struct pattern_cursor *cursor, struct error *error)
{
	if (!pattern_is_plain_search(pattern, subject, cursor)) {
		if (pattern->code == NULL && !pattern_build(engine, pattern, error))
			return PATTERN_FAILED;
		pattern->has_offsets = true;
		return pattern_next_match(engine, pattern, subject, cursor, error);
	}
	pattern->has_offsets = false;
	if (!plain_pattern_find(
		&pattern->plain, subject, cursor->at, &pattern->start, &pattern->end))
		return PATTERN_NO;
	cursor->at = pattern->end;
	return PATTERN_YES;
}

unsigned
pattern_group_count(const struct pattern_engine *engine, const struct pattern *pattern)
{
	return pattern->has_offsets ? engine->library.get_offset_count(pattern->data) : 1;
}

struct text
pattern_group(const struct pattern_engine *engine, const struct pattern *pattern,
    struct text subject, unsigned group)
{
	if (!pattern->has_offsets)
		return text_slice(subject, pattern->start, pattern->end);
	const PCRE2_SIZE *offsets = engine->library.get_offsets(pattern->data);

	if (offsets[2 * group] == PCRE2_UNSET)
		return (struct text){NULL, 0};
	return text_slice(subject, offsets[2 * group], offsets[2 * group + 1]);
}
