/*
 * Texts that make a pattern try again and again; see pattern_pump.h. A text is: what the pattern
 * wants before the repeated part, that part many times over, a byte that does not belong there, and
 * what the pattern wants behind it, so that no look at the text as a whole ends the search early.
 */
#include "filter/engine/pattern_pump.h"

#include "base/buffer.h"

enum { PUMP_ROUNDS = 26, PUMP_UNITS_MAX = 8, PUMP_UNIT_SIZE_MAX = 40, PUMP_TEXT_MAX = 4096 };

struct pump_trial {
	struct arena *arena;
	struct pattern_engine *engine;
	struct pattern *compiled;
	const struct pattern_shape *shape;
	unsigned *trials;
	struct text units[PUMP_UNITS_MAX];
	unsigned unit_count;
};

/* A byte of the set that people write: letters first. */
static char
pattern_pump_choose(const struct byte_set *set)
{
	static const char liked[] = "a1xesbcdfghijklmnopqrtuvwyz- .,;:=/@<>\"'()[]_!#%&*+?";

	for (size_t i = 0; i < sizeof liked - 1; i++)
		if (byte_set_has(set, (unsigned char)liked[i]))
			return liked[i];
	for (unsigned byte = 1; byte < 0x80; byte++)
		if (byte_set_has(set, (unsigned char)byte))
			return (char)byte;
	return 'a';
}

/* Appends a short text that the node matches; stops before `until` and returns true when that is in
 * it. */
static bool
pattern_pump_append_shortest(
    const struct shape_node *node, const struct shape_node *until, struct buffer *out)
{
	if (node == until)
		return true;
	switch (node->kind) {
	case SHAPE_SET:
		buffer_append_byte(out, pattern_pump_choose(&node->set));
		return false;
	case SHAPE_SEQUENCE:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next)
			if (pattern_pump_append_shortest(at, until, out))
				return true;
		return false;
	case SHAPE_ALTERNATION:
		for (const struct shape_node *at = node->children; until != NULL && at != NULL;
		     at = at->next) {
			size_t size = out->size;
			if (pattern_pump_append_shortest(at, until, out))
				return true;
			out->size = size;
		}
		return pattern_pump_append_shortest(node->children, NULL, out);
	case SHAPE_REPEAT:
		for (uint32_t i = 0; i < node->minimum && i < PUMP_UNIT_SIZE_MAX; i++)
			if (pattern_pump_append_shortest(node->children, until, out))
				return true;
		if (node->minimum > 0)
			return false;
		size_t size = out->size;
		if (pattern_pump_append_shortest(node->children, until, out))
			return true;
		out->size = size;
		return false;
	case SHAPE_GROUP:
		return pattern_pump_append_shortest(node->children, until, out);
	default:
		return false;
	}
}

/* The same for what stands behind `behind`. */
static bool
pattern_pump_append_rest(
    const struct shape_node *node, const struct shape_node *behind, struct buffer *out)
{
	bool is_behind = false;

	if (node == behind)
		return true;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
		if (!is_behind)
			is_behind = pattern_pump_append_rest(at, behind, out);
		else if (node->kind == SHAPE_SEQUENCE)
			pattern_pump_append_shortest(at, NULL, out);
	}
	return is_behind;
}

static void
pattern_pump_add_unit(struct pump_trial *trial, struct text unit)
{
	if (unit.size == 0 || unit.size > PUMP_UNIT_SIZE_MAX || trial->unit_count == PUMP_UNITS_MAX)
		return;
	for (unsigned i = 0; i < trial->unit_count; i++)
		if (text_is_equal(trial->units[i], unit))
			return;
	trial->units[trial->unit_count++] = arena_copy_text(trial->arena, unit);
}

/* What is repeated when the part is matched: a byte of each set in it, and of what two sets have in
 * common; the shortest text of the whole and of each alternative. */
static void
pattern_pump_collect_units(struct pump_trial *trial, const struct shape_node *node)
{
	char bytes[PUMP_UNIT_SIZE_MAX + 1];
	struct buffer unit;

	if (node->kind == SHAPE_ASSERTION)
		return;
	buffer_init_lent(&unit, bytes, sizeof bytes, sizeof bytes);
	pattern_pump_append_shortest(node, NULL, &unit);
	if (!buffer_is_overfull(&unit))
		pattern_pump_add_unit(trial, buffer_text(&unit));
	for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
		const struct shape_node *other = at->next;
		if (at->kind == SHAPE_SET && other != NULL && other->kind == SHAPE_SET) {
			struct byte_set common = at->set;
			for (unsigned i = 0; i < 4; i++)
				common.words[i] &= other->set.words[i];
			if ((common.words[0] | common.words[1]) != 0)
				pattern_pump_add_unit(trial,
				    (struct text){(char[]){pattern_pump_choose(&common)}, 1});
		}
		pattern_pump_collect_units(trial, at);
	}
	buffer_clear(&unit);
}

/* Something in it may take more or less, or this or that. */
static bool
pattern_pump_is_variable(const struct shape_node *node)
{
	if (node->is_atomic || node->kind == SHAPE_ASSERTION)
		return false;
	if (node->kind == SHAPE_ALTERNATION ||
	    (node->kind == SHAPE_REPEAT && node->maximum != node->minimum))
		return true;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next)
		if (pattern_pump_is_variable(at))
			return true;
	return false;
}

/* Tries one text; true: the search did not end. */
static bool
pattern_pump_try(struct pump_trial *trial, const struct shape_node *part, struct text unit,
    struct text stopper, struct pattern_pump *pump_out)
{
	struct pattern_cursor cursor = {0};
	struct buffer text;
	struct error error;

	if (*trial->trials == 0)
		return false;
	--*trial->trials;
	buffer_init(&text, PUMP_TEXT_MAX);
	pattern_pump_append_shortest(trial->shape->root, part, &text);
	for (unsigned i = 0; i < PUMP_ROUNDS; i++)
		buffer_append(&text, unit);
	buffer_append(&text, stopper);
	if (stopper.size > 0)
		pattern_pump_append_rest(trial->shape->root, part, &text);
	bool is_found = !buffer_is_overfull(&text) &&
			pattern_next(trial->engine, trial->compiled, buffer_text(&text), &cursor,
			    &error) == PATTERN_FAILED &&
			error.kind == ERROR_LIMIT;
	if (is_found)
		*pump_out = (struct pattern_pump){
		    part->offset, part->size, arena_copy_text(trial->arena, buffer_text(&text))};
	buffer_clear(&text);
	return is_found;
}

static bool
pattern_pump_search(
    struct pump_trial *trial, const struct shape_node *node, struct pattern_pump *pump_out)
{
	static const struct text stoppers[] = {
	    TEXT("!"), TEXT("\001"), TEXT(" "), TEXT("a"), {"", 0}};

	if (node->is_atomic || node->kind == SHAPE_ASSERTION)
		return false;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next)
		if (pattern_pump_search(trial, at, pump_out))
			return true;
	if (node->kind != SHAPE_REPEAT || node->maximum != SHAPE_MANY ||
	    !pattern_pump_is_variable(node->children))
		return false;
	trial->unit_count = 0;
	pattern_pump_collect_units(trial, node->children);
	for (unsigned i = 0; i < trial->unit_count; i++)
		for (size_t j = 0; j < sizeof stoppers / sizeof *stoppers; j++)
			if (pattern_pump_try(trial, node, trial->units[i], stoppers[j], pump_out))
				return true;
	return false;
}

bool
pattern_pump_find(struct arena *arena, struct pattern_engine *engine, struct pattern *compiled,
    const struct pattern_shape *shape, unsigned *trials, struct pattern_pump *pump_out)
{
	struct pump_trial trial = {.arena = arena,
	    .engine = engine,
	    .compiled = compiled,
	    .shape = shape,
	    .trials = trials};

	return pattern_pump_search(&trial, shape->root, pump_out);
}
