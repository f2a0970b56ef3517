/*
 * Files that tests make and look at.
 */
#ifndef SUPPORT_FILES_H
#define SUPPORT_FILES_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

/* Removes a directory with all that is in it. */
static inline void
files_remove_tree(struct arena *arena, const char *path)
{
	DIR *entries = opendir(path);
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		const char *inside = arena_format(arena, "%s/%s", path, entry->d_name).data;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlink(inside) < 0)
			files_remove_tree(arena, inside);
	}
	if (entries != NULL)
		closedir(entries);
	rmdir(path);
}

/* The first 4 KiB of a file, which is removed; "(none)" when there is none. */
static inline struct text
files_take(struct arena *arena, const char *path)
{
	char bytes[4096];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return TEXT("(none)");
	size_t size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	unlink(path);
	return arena_copy_text(arena, (struct text){bytes, size});
}

#endif
