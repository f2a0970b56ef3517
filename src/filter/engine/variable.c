/*
 * The variables of a rules run; see variable.h. Each value owns a place that is kept and grown by
 * doubling, so that a loop which counts does not eat memory.
 */
#include "filter/engine/variable.h"

#include <string.h>

#include "base/table.h"

struct variable {
	bool is_set;
	char *data;
	size_t size, capacity;
};

struct variables {
	struct arena *arena;
	struct table table;
};

struct variables *
variables_new(struct arena *arena)
{
	struct variables *variables = arena_alloc(arena, sizeof *variables);

	variables->arena = arena;
	table_init(&variables->table, arena);
	return variables;
}

struct text
variables_get(const struct variables *variables, struct text name)
{
	const struct variable *variable = table_find(&variables->table, name);

	if (variable == NULL || !variable->is_set)
		return (struct text){NULL, 0};
	return (struct text){variable->data, variable->size};
}

bool
variables_is_set(const struct variables *variables, struct text name)
{
	const struct variable *variable = table_find(&variables->table, name);

	return variable != NULL && variable->is_set;
}

void
variables_set(struct variables *variables, struct text name, struct text value)
{
	struct variable *variable = table_find(&variables->table, name);

	if (variable == NULL) {
		variable = arena_alloc(variables->arena, sizeof *variable);
		table_set(&variables->table, name, variable);
	}
	if (value.size > variable->capacity) {
		size_t wanted =
		    value.size < variable->capacity * 2 ? variable->capacity * 2 : value.size;
		char *grown = arena_alloc(variables->arena, wanted);
		memcpy(grown, value.data, value.size);
		variable->data = grown;
		variable->capacity = wanted;
	} else if (value.size > 0) {
		memmove(variable->data, value.data, value.size);
	}
	variable->size = value.size;
	variable->is_set = true;
}

void
variables_unset(struct variables *variables, struct text name)
{
	struct variable *variable = table_find(&variables->table, name);

	if (variable != NULL)
		variable->is_set = false;
}

bool
variables_next(const struct variables *variables, size_t *position, struct text *name_out,
    struct text *value_out)
{
	void *value;

	while (table_next(&variables->table, position, name_out, &value)) {
		const struct variable *variable = value;
		if (!variable->is_set)
			continue;
		*value_out = (struct text){variable->data, variable->size};
		return true;
	}
	return false;
}
