/*
 * The seam to libidn2; see domain_name.h. Opened by name with dlopen(), as the other libraries of a
 * delivery are; it stays mapped until the process ends.
 */
#include "mail/domain_name.h"

#include <dlfcn.h>
#include <string.h>

#include <idn2.h>

#define DOMAIN_NAME_LIBRARY "libidn2.so.0"

struct domain_name_library {
	__typeof__(idn2_to_ascii_8z) *to_ascii;
	__typeof__(idn2_to_unicode_8z8z) *to_unicode;
	__typeof__(idn2_free) *release;
};

static bool
domain_name_open(struct domain_name_library *library)
{
	void *handle = dlopen(DOMAIN_NAME_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	void *to_ascii = handle == NULL ? NULL : dlsym(handle, "idn2_to_ascii_8z");
	void *to_unicode = handle == NULL ? NULL : dlsym(handle, "idn2_to_unicode_8z8z");
	void *release = handle == NULL ? NULL : dlsym(handle, "idn2_free");

	if (to_ascii == NULL || to_unicode == NULL || release == NULL)
		return false;
	/* ISO C has no conversion between the two kinds of pointers; POSIX says that they are alike. */
	memcpy(&library->to_ascii, &to_ascii, sizeof to_ascii);
	memcpy(&library->to_unicode, &to_unicode, sizeof to_unicode);
	memcpy(&library->release, &release, sizeof release);
	return true;
}

static bool
domain_name_is_ascii(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if ((unsigned char)name.data[i] >= 0x80)
			return false;
	return true;
}

static bool
domain_name_has_encoded_label(struct text name)
{
	while (name.size > 0)
		if (text_has_prefix_nocase(text_split(&name, '.'), TEXT("xn--")))
			return true;
	return false;
}

bool
domain_name_other_form(struct arena *arena, struct text name, struct text *other_out)
{
	struct domain_name_library library;
	char copy[DOMAIN_NAME_MAX + 1], *other = NULL;
	bool is_ascii = domain_name_is_ascii(name);

	if (name.size > DOMAIN_NAME_MAX || text_find_byte(name, 0, '\0') < name.size ||
	    (is_ascii && !domain_name_has_encoded_label(name)) || !domain_name_open(&library))
		return false;
	memcpy(copy, name.data, name.size);
	copy[name.size] = '\0';
	int status = is_ascii ? library.to_unicode(copy, &other, 0)
			      : library.to_ascii(copy, &other, IDN2_NONTRANSITIONAL);
	if (status != IDN2_OK)
		return false;
	*other_out = arena_copy_text(arena, text_from_string(other));
	library.release(other);
	return !text_is_equal(*other_out, name);
}
