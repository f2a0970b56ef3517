/*
 * One row of the settings table, and how the text of a value becomes a member of struct settings.
 * Limits belong to the row, so that a value is refused where it is written and nobody has to check
 * it again.
 */
#ifndef CONFIG_SETTING_VALUE_H
#define CONFIG_SETTING_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"

enum setting_type {
	SETTING_TYPE_TEXT,         /* struct text: anything printable */
	SETTING_TYPE_MAILBOX,      /* struct text: no $NAME but the three that are replaced */
	SETTING_TYPE_PATH,         /* struct text: absolute */
	SETTING_TYPE_HOST_NAME,    /* struct text */
	SETTING_TYPE_BOOL,         /* bool */
	SETTING_TYPE_WORD,         /* an enum: the number of the word in `words` */
	SETTING_TYPE_COUNT,        /* uint64_t */
	SETTING_TYPE_OCTAL,        /* uint64_t */
	SETTING_TYPE_SECONDS,      /* uint64_t */
	SETTING_TYPE_MILLISECONDS, /* uint64_t */
};

struct setting_row {
	const char *name;
	size_t offset; /* of the member in struct settings */
	const char *help;
	const char *default_text;
	enum setting_type type;
	/* Of the stored number; for texts, of the size in bytes. */
	uint64_t minimum, maximum;
	const char *const *words; /* for SETTING_TYPE_WORD; NULL ends them */
};

/* Stores the value, which texts borrow. On an error nothing is stored. */
bool setting_value_parse(const struct setting_row *row, struct text value,
    struct settings *values_out, struct error *error);

/* What the row allows, for errors and manuals: "try, required or off". */
void setting_value_describe(const struct setting_row *row, char out[SETTINGS_ALLOWED_SIZE]);

#endif
