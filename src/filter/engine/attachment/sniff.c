/*
 * The seam to libmagic; see sniff.h. Its library is opened by name with dlopen(), as PCRE2 is
 * (pattern.c); the database is mapped and stays so until the sniffer is closed, the library until the
 * process ends.
 */
#include "filter/engine/attachment/sniff.h"

#include <dlfcn.h>
#include <magic.h>

#include "base/text.h"

#define SNIFF_LIBRARY "libmagic.so.1"

/*
 * Off: unpacking (forks on old versions, and archives are archive.c's), ELF details (notes and
 * sections, which add no type), the parser of OLE files (content_scan.c knows what is needed), guesses
 * at CSV, and lists of words of programming languages.
 */
enum {
	SNIFF_FLAGS = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF |
		      MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_TOKENS,
	/* Asking for the path of the database for anything but loading leaves out ~/.magic. */
	SNIFF_PATH_WITHOUT_HOME = 1,
	SNIFF_TYPE_MAX = 255,
};

static const struct {
	int parameter;
	size_t value;
} sniff_limits[] = {
    {MAGIC_PARAM_INDIR_MAX, 20},
    {MAGIC_PARAM_NAME_MAX, 40},
    {MAGIC_PARAM_ELF_PHNUM_MAX, 128},
    {MAGIC_PARAM_ELF_SHNUM_MAX, 128},
    {MAGIC_PARAM_ELF_NOTES_MAX, 16},
    {MAGIC_PARAM_REGEX_MAX, 4096},
    {MAGIC_PARAM_BYTES_MAX, SNIFF_BYTES},
};

/* One thing, one name. */
static const struct {
	struct text from, to;
} sniff_names[] = {
    {TEXT("application/vnd.microsoft.portable-executable"), TEXT("application/x-dosexec")},
    {TEXT("application/x-ustar"), TEXT("application/x-tar")},
    {TEXT("application/x-gzip"), TEXT("application/gzip")},
    {TEXT("application/x-zip"), TEXT("application/zip")},
    {TEXT("application/x-zstd"), TEXT("application/zstd")},
    {TEXT("application/x-rar-compressed"), TEXT("application/x-rar")},
    {TEXT("application/vnd.rar"), TEXT("application/x-rar")},
    {TEXT("application/rtf"), TEXT("text/rtf")},
    {TEXT("application/xml"), TEXT("text/xml")},
    {TEXT("image/svg"), TEXT("image/svg+xml")},
    {TEXT("inode/x-empty"), TEXT("application/x-empty")},
};

/* Known by their first bytes where libmagic says no more than "bytes" or "text". */
static const struct {
	struct text first, type;
} sniff_signatures[] = {
    {TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), TEXT("application/x-ole-storage")},
    {TEXT("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"),
	TEXT("application/onenote")},
    /* tolerance: rtf-short-header. Word opens it, so that it is used to hide what it is. */
    {TEXT("{\\rt"), TEXT("text/rtf")},
    {TEXT("ITSF\x03\0\0\0"), TEXT("application/vnd.ms-htmlhelp")},
    {TEXT("MSCF\0\0\0\0"), TEXT("application/vnd.ms-cab-compressed")},
    {TEXT("dex\n03"), TEXT("application/vnd.android.dex")},
};

struct sniff_library {
	__typeof__(magic_open) *open;
	__typeof__(magic_close) *close;
	__typeof__(magic_load) *load;
	__typeof__(magic_getpath) *getpath;
	__typeof__(magic_setparam) *setparam;
	__typeof__(magic_buffer) *buffer;
	__typeof__(magic_error) *error;
};

struct sniffer {
	struct sniff_library library;
	magic_t cookie; /* NULL: nothing was asked yet */
};

struct sniffer *
sniff_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct sniffer));
}

void
sniff_close(struct sniffer *sniffer)
{
	if (sniffer->cookie != NULL)
		sniffer->library.close(sniffer->cookie);
	sniffer->cookie = NULL;
}

/* As pattern_load(). */
static bool
sniff_load(void *handle, const char *name, void *function_out)
{
	void *symbol = dlsym(handle, name);

	memcpy(function_out, &symbol, sizeof symbol);
	return symbol != NULL;
}

static bool
sniffer_open_library(struct sniff_library *library, struct error *error)
{
	void *handle = dlopen(SNIFF_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(error, ERROR_SYSTEM,
		    "types of attachments need %s (libmagic1), which cannot be opened: %s",
		    SNIFF_LIBRARY, dlerror());
	if (!sniff_load(handle, "magic_open", &library->open) ||
	    !sniff_load(handle, "magic_close", &library->close) ||
	    !sniff_load(handle, "magic_load", &library->load) ||
	    !sniff_load(handle, "magic_getpath", &library->getpath) ||
	    !sniff_load(handle, "magic_setparam", &library->setparam) ||
	    !sniff_load(handle, "magic_buffer", &library->buffer) ||
	    !sniff_load(handle, "magic_error", &library->error))
		return error_set(error, ERROR_SYSTEM,
		    "types of attachments need a newer %s: a function is missing", SNIFF_LIBRARY);
	return true;
}

static bool
sniffer_open(struct sniffer *sniffer, struct error *error)
{
	struct sniff_library *library = &sniffer->library;

	if (sniffer->cookie != NULL)
		return true;
	if (!sniffer_open_library(library, error))
		return false;
	magic_t cookie = library->open(SNIFF_FLAGS);
	if (cookie == NULL)
		return error_set_errno(error, "types of attachments: libmagic does not begin");
	/* A limit that this version does not know stays its own. */
	for (size_t i = 0; i < sizeof sniff_limits / sizeof *sniff_limits; i++)
		(void)library->setparam(cookie, sniff_limits[i].parameter, &sniff_limits[i].value);
	if (library->load(cookie, library->getpath(NULL, SNIFF_PATH_WITHOUT_HOME)) != 0) {
		const char *reason = library->error(cookie);
		error_set(error, ERROR_SYSTEM,
		    "types of attachments need libmagic's database (libmagic-mgc), which cannot be "
		    "read: %s",
		    reason == NULL ? "no reason given" : reason);
		library->close(cookie);
		return false;
	}
	sniffer->cookie = cookie;
	return true;
}

/* "text/plain; charset=us-ascii", "TEXT/Plain" and what is no type at all. */
static struct text
sniff_clean(struct arena *arena, const char *answer)
{
	char lower[SNIFF_TYPE_MAX];
	size_t size = 0;
	bool has_slash = false;

	for (; answer != NULL && size < sizeof lower; size++) {
		char byte = text_lower(answer[size]);
		if (byte <= ' ' || byte >= 127 || byte == ';' || byte == '\\')
			break;
		has_slash = has_slash || (byte == '/' && size > 0);
		lower[size] = byte;
	}
	if (!has_slash)
		return TEXT("application/octet-stream");
	struct text type = {lower, size};
	for (size_t i = 0; i < sizeof sniff_names / sizeof *sniff_names; i++)
		if (text_is_equal(sniff_names[i].from, type))
			return sniff_names[i].to;
	return arena_copy_text(arena, type);
}

bool
sniff_type(struct sniffer *sniffer, struct arena *arena, struct text head, struct text *type_out,
    struct error *error)
{
	if (head.size == 0) {
		*type_out = TEXT("application/x-empty");
		return true;
	}
	if (!sniffer_open(sniffer, error))
		return false;
	head = text_slice(head, 0, SNIFF_BYTES);
	struct text type =
	    sniff_clean(arena, sniffer->library.buffer(sniffer->cookie, head.data, head.size));
	/* Of a program without a header nothing is sure but its name: one of 60 files of random bytes
	 * is one for libmagic. */
	if (text_is_equal(type, TEXT("application/x-dosexec")) &&
	    !text_has_prefix(head, TEXT("MZ")) && !text_has_prefix(head, TEXT("ZM")))
		type = TEXT("application/octet-stream");
	bool is_vague = text_is_equal(type, TEXT("application/octet-stream")) ||
			text_has_prefix(type, TEXT("text/"));
	for (size_t i = 0; is_vague && i < sizeof sniff_signatures / sizeof *sniff_signatures; i++)
		if (text_has_prefix(head, sniff_signatures[i].first)) {
			type = sniff_signatures[i].type;
			break;
		}
	*type_out = type;
	return true;
}
