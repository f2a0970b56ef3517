/*
 * What a type of store has to offer to keyed_store.c, which checks names, bounds and modes before
 * it asks.
 */
#ifndef RECORD_STORE_DRIVER_H
#define RECORD_STORE_DRIVER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "record/keyed_store.h"

struct store_driver {
	const char *type;
	/* `arena` lives until close(); `complaint` as keyed_store_complaint() has it. */
	void *(*open)(struct arena *arena, const char *path,
	    const struct keyed_store_options *options, struct buffer *complaint,
	    struct error *error);
	/* As keyed_store_foresee() has it, for a writer. NULL: the type is only read. */
	enum keyed_store_prospect (*foresee)(
	    struct arena *arena, const char *path, enum keyed_store_mode mode, struct error *error);
	enum keyed_store_answer (*get)(void *self, struct text key, struct arena *arena,
	    struct text *value_out, struct error *error);
	enum keyed_store_answer (*next)(void *self, struct text after, struct arena *arena,
	    struct keyed_record *record_out, struct error *error);
	/* NULL: the type is only read. */
	bool (*put)(void *self, struct text key, struct text value, struct error *error);
	bool (*remove)(void *self, struct text key, struct error *error);
	bool (*compact)(void *self, struct error *error);
	bool (*commit)(void *self, struct error *error);
	void (*close)(void *self);
};

extern const struct store_driver db_store_driver, text_store_driver;

#endif
