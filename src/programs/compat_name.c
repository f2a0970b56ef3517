/*
 * The table of names; see compat_name.h.
 */
#include "programs/compat_name.h"

#include <stddef.h>
#include <string.h>

static const struct compat_name {
	const char *name;
	compat_run *run;
} compat_names[] = {
    {"formail", compat_formail},
    {"mailbot", compat_mailbot},
    {"makemime", compat_makemime},
    {"reformime", compat_reformime},
    {NULL, NULL},
};

compat_run *
compat_name_find(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (const struct compat_name *known = compat_names; known->name != NULL; known++)
		if (strcmp(name, known->name) == 0)
			return known->run;
	return NULL;
}
