/*
 * Classes of attachments; see attachment_class.h.
 */
#include "filter/engine/attachment/attachment_class.h"

#include <stddef.h>

#include "base/buffer.h"
#include "filter/engine/attachment/attachment_kind.h"

enum { CLASS_TEXT_MAX = 256 };

static const struct {
	unsigned kinds, class;
} class_of_kinds[] = {
    {KIND_EXECUTABLE, CLASS_EXECUTABLE},
    {KIND_SCRIPT | KIND_SHORTCUT, CLASS_SCRIPT},
    {KIND_MACRO, CLASS_MACRO},
    {KIND_ZIP | KIND_ARCHIVE, CLASS_ARCHIVE},
    {KIND_PDF | KIND_RTF | KIND_OLE | KIND_OFFICE_ZIP | KIND_DOCUMENT, CLASS_DOCUMENT},
    {KIND_IMAGE, CLASS_IMAGE},
    {KIND_AUDIO, CLASS_AUDIO},
    {KIND_VIDEO, CLASS_VIDEO},
    {KIND_TEXT | KIND_MARKUP, CLASS_TEXT},
    {KIND_MESSAGE, CLASS_MESSAGE},
};

/* In the order of the bits. */
static const char *const class_words[] = {"executable", "script", "archive", "document", "macro",
    "image", "audio", "video", "text", "message", "other"};

static unsigned
class_of(unsigned kinds)
{
	unsigned class = 0;

	for (size_t i = 0; i < sizeof class_of_kinds / sizeof *class_of_kinds; i++)
		if ((kinds & class_of_kinds[i].kinds) != 0)
			class |= class_of_kinds[i].class;
	return class;
}

unsigned
attachment_class_of(const struct attachment_claims *claims, bool has_macro)
{
	unsigned detected = attachment_kind_of_type(claims->detected).is;
	unsigned extension = attachment_kind_of_extension(claims->extension).is;
	unsigned declared = attachment_kind_of_type(claims->declared).is;
	bool is_vague = detected == 0 || (detected & KIND_TEXT) != 0;

	/* The bytes say what it is; where they say little, the name, and then the declared type. */
	unsigned class = class_of(detected);
	if (detected == 0)
		class = class_of(extension != 0 ? extension : declared);
	/* What its name makes run runs. "application/x-msdownload" is declared of anything. */
	class |= class_of(extension) & CLASS_RUNS;
	/* Some readers go by the second name. */
	class |= class_of(attachment_kind_of_extension(claims->other).is) & CLASS_RUNS;
	if (is_vague)
		class |= class_of(declared) & CLASS_RUNS;
	else
		class |= class_of(declared) & CLASS_MACRO;
	/* A zip file that is named as a document of Office is opened as one. */
	unsigned claimed = extension != 0 ? extension : declared;
	if ((detected & KIND_ZIP) != 0 && (claimed & (KIND_OFFICE_ZIP | KIND_OLE)) != 0)
		class |= CLASS_DOCUMENT;
	if (has_macro)
		class |= CLASS_MACRO;
	return class == 0 ? CLASS_OTHER : class;
}

/* OpenDocument keeps the lists of its libraries also where they are empty. */
static bool
class_is_opendocument_macro(struct text name)
{
	return (text_has_prefix(name, TEXT("Basic/")) || text_has_prefix(name, TEXT("Scripts/"))) &&
	       !text_has_suffix(name, TEXT("-lc.xml")) && !text_has_suffix(name, TEXT("-lb.xml"));
}

bool
attachment_class_is_macro_member(struct text name)
{
	static const struct text project = TEXT("vbaProject.bin");

	if (name.size >= project.size &&
	    text_is_equal_nocase(text_slice(name, name.size - project.size, name.size), project))
		return true;
	/* Macros of Excel 4. */
	return text_has_prefix_nocase(name, TEXT("xl/macrosheets/")) ||
	       class_is_opendocument_macro(name);
}

static void
class_append(struct buffer *out, unsigned class)
{
	for (size_t i = 0; i < sizeof class_words / sizeof *class_words; i++) {
		if ((class & 1u << i) == 0)
			continue;
		if (out->size > 0)
			buffer_append_byte(out, ' ');
		buffer_append(out, text_from_string(class_words[i]));
	}
}

struct text
attachment_class_format(struct arena *arena, struct attachment_class class)
{
	char memory[CLASS_TEXT_MAX];
	struct buffer out;

	buffer_init_lent(&out, memory, sizeof memory, sizeof memory);
	class_append(&out, class.own);
	if (class.inside != 0) {
		buffer_append(&out, TEXT(" with"));
		class_append(&out, class.inside);
	}
	return arena_copy_text(arena, buffer_text(&out));
}
