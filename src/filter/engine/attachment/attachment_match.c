/*
 * Compares what an attachment claims to be with what it is; see attachment_match.h.
 */
#include "filter/engine/attachment/attachment_match.h"

#include <stddef.h>

#include "filter/engine/attachment/attachment_kind.h"

enum {
	MATCH_RUNS = KIND_EXECUTABLE | KIND_SCRIPT | KIND_SHORTCUT,
	MATCH_HARMLESS = KIND_TEXT | KIND_IMAGE | KIND_AUDIO | KIND_VIDEO | KIND_FONT | KIND_CRYPTO,
	/* What a name shows in front of the extension that counts: "invoice.pdf.exe". */
	MATCH_BAIT = KIND_IMAGE | KIND_AUDIO | KIND_VIDEO | KIND_PDF | KIND_RTF | KIND_OLE |
		     KIND_OFFICE_ZIP | KIND_ZIP,
};

static bool
match_is_contradicted(struct attachment_kind claim, unsigned detected)
{
	return claim.is != 0 && (claim.may & detected) == 0;
}

/* The extension in front of the last one, blanks around it left out: "pdf" of "a.pdf   .exe". */
static bool
match_has_bait(const struct attachment_claims *claims)
{
	char lower[8];
	struct text name = claims->name;

	if (name.size <= claims->extension.size)
		return false;
	name = text_trim(text_slice(name, 0, name.size - claims->extension.size - 1));
	for (size_t size = 0; size < sizeof lower && size < name.size; size++) {
		char byte = text_lower(name.data[name.size - size - 1]);
		if (byte == '.') {
			struct text word =
			    text_trim((struct text){lower + sizeof lower - size, size});
			unsigned is = attachment_kind_of_extension(word).is;
			return (is & MATCH_BAIT) != 0 || text_is_equal(word, TEXT("txt"));
		}
		lower[sizeof lower - size - 1] = byte;
	}
	return false;
}

/* U+202D and U+202E turn the direction of what is behind them: "annexe<U+202E>fdp.exe" is shown as
 * "annexeexe.pdf". */
static bool
match_has_override(struct text name)
{
	return text_find(name, 0, TEXT("\xE2\x80\xAD")) < name.size ||
	       text_find(name, 0, TEXT("\xE2\x80\xAE")) < name.size;
}

/* By the name and the declared type alone. */
static bool
match_names_contradict(struct arena *arena, const struct attachment_claims *claims,
    struct attachment_kind declared, struct attachment_kind extension, struct text *why_out)
{
	if (match_has_override(claims->name)) {
		*why_out = TEXT("its name has a character that turns the direction of writing");
		return true;
	}
	if ((extension.is & MATCH_RUNS) == 0 &&
	    (attachment_kind_of_extension(claims->other).is & MATCH_RUNS) != 0) {
		*why_out =
		    arena_format(arena, "its header has a second name, which ends in \".%.*s\"",
			TEXT_ARGUMENTS(claims->other));
		return true;
	}
	if ((extension.is & MATCH_RUNS) == 0)
		return false;
	if (match_has_bait(claims)) {
		*why_out = arena_format(arena, "its name has an extension in front of \".%.*s\"",
		    TEXT_ARGUMENTS(claims->extension));
		return true;
	}
	if ((declared.is & MATCH_RUNS) != 0 || !match_is_contradicted(declared, extension.is))
		return false;
	*why_out = arena_format(arena, "it is declared as %.*s, and its name ends in \".%.*s\"",
	    TEXT_ARGUMENTS(claims->declared), TEXT_ARGUMENTS(claims->extension));
	return true;
}

bool
attachment_match_is_contradiction(
    struct arena *arena, const struct attachment_claims *claims, struct text *why_out)
{
	struct attachment_kind declared = attachment_kind_of_type(claims->declared);
	struct attachment_kind extension = attachment_kind_of_extension(claims->extension);
	unsigned detected = attachment_kind_of_type(claims->detected).is;

	*why_out = (struct text){0};
	/* A shortcut may be a few lines of text, and then says so in its name. */
	if ((declared.is & KIND_TEXT) != 0 && (extension.is & KIND_SHORTCUT) != 0)
		declared.may |= KIND_SHORTCUT;
	if (match_names_contradict(arena, claims, declared, extension, why_out))
		return true;
	if (detected == 0 || (detected & MATCH_HARMLESS) != 0)
		return false;
	if (match_is_contradicted(extension, detected)) {
		*why_out = arena_format(arena, "its name ends in \".%.*s\", and it is %s (%.*s)",
		    TEXT_ARGUMENTS(claims->extension), attachment_kind_describe(detected),
		    TEXT_ARGUMENTS(claims->detected));
		return true;
	}
	/* A name that says what it is hides nothing, whatever the declared type is: but for what
	 * runs, as some readers go by the type. */
	if (extension.is != 0 && (detected & MATCH_RUNS) == 0)
		return false;
	if (!match_is_contradicted(declared, detected))
		return false;
	*why_out = arena_format(arena, "it is declared as %.*s, and it is %s (%.*s)",
	    TEXT_ARGUMENTS(claims->declared), attachment_kind_describe(detected),
	    TEXT_ARGUMENTS(claims->detected));
	return true;
}
