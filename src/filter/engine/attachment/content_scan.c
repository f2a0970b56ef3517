/*
 * Looks for the marks of macros, scripts and encryption in documents; see content_scan.h.
 */
#include "filter/engine/attachment/content_scan.h"

#include "base/text.h"

enum {
	OLE_NAME_BYTES = 64,
	OLE_NAME_SIZE_AT = 64, /* 16 bits, with the NUL behind the name */
	OLE_KIND_AT = 66,      /* 1: storage, 2: stream, 5: root */
	OLE_COLOUR_AT = 67,
	OLE_CLASS_AT = 80,
	/* tolerance: pdf-late-header. Readers look so far for "%PDF-". */
	PDF_HEADER_WITHIN = 1024,
};

static const struct {
	const char *name;
	const char *type;
	bool is_macro, is_encrypted;
} ole_names[] = {
    {"WordDocument", "application/msword", false, false},
    {"Workbook", "application/vnd.ms-excel", false, false},
    {"Book", "application/vnd.ms-excel", false, false},
    {"PowerPoint Document", "application/vnd.ms-powerpoint", false, false},
    {"VisioDocument", "application/vnd.visio", false, false},
    {"__properties_version1.0", "application/vnd.ms-outlook", false, false},
    {"EncryptedPackage", "application/encrypted", false, true},
    {"Macros", NULL, true, false},
    {"VBA", NULL, true, false},
    {"_VBA_PROJECT", NULL, true, false},
    {"_VBA_PROJECT_CUR", NULL, true, false},
    /* A file packed into the document, opened by a click. */
    {"\1Ole10Native", NULL, true, false},
};

/* The class of the root entry of a Windows Installer package. */
static const char ole_installer[16] = "\x84\x10\x0C\0\0\0\0\0\xC0\0\0\0\0\0\0\x46";

static const char *const rtf_words[] = {
    "objdata", "objemb", "objocx", "objlink", "objautlink", "objupdate", "objhtml"};

void
content_scan_init(struct content_scan *scan, struct text head)
{
	*scan = (struct content_scan){0};
	struct text start = text_slice(head, 0, PDF_HEADER_WITHIN);
	if (text_has_prefix(head, TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
		scan->kind = CONTENT_OLE;
	else if (text_has_prefix(head, TEXT("{\\rt")))
		scan->kind = CONTENT_RTF;
	else if (!text_has_prefix(head, TEXT("PK")) &&
		 text_find(start, 0, TEXT("%PDF-")) < start.size)
		scan->kind = CONTENT_PDF;
}

/* The name of a directory entry, when the 128 bytes are one; ASCII names only. */
static bool
ole_entry_name(struct text entry, char name[OLE_NAME_BYTES / 2])
{
	const unsigned char *bytes = (const unsigned char *)entry.data;
	unsigned size = bytes[OLE_NAME_SIZE_AT] | (unsigned)bytes[OLE_NAME_SIZE_AT + 1] << 8;
	unsigned kind = bytes[OLE_KIND_AT];

	if (size < 4 || size > OLE_NAME_BYTES || size % 2 != 0 || bytes[OLE_COLOUR_AT] > 1 ||
	    (kind != 1 && kind != 2 && kind != 5))
		return false;
	for (unsigned i = 0; i < size; i += 2) {
		if (bytes[i + 1] != 0 || bytes[i] > 126 || (bytes[i] == 0) != (i == size - 2))
			return false;
		name[i / 2] = (char)bytes[i];
	}
	return true;
}

static void
ole_take_entry(struct content_scan *scan, struct text entry)
{
	char name[OLE_NAME_BYTES / 2];

	if (!ole_entry_name(entry, name))
		return;
	struct text word = text_from_string(name);
	if (entry.data[OLE_KIND_AT] == 5 &&
	    memcmp(entry.data + OLE_CLASS_AT, ole_installer, sizeof ole_installer) == 0)
		scan->type = "application/x-msi";
	for (size_t i = 0; i < sizeof ole_names / sizeof *ole_names; i++) {
		if (!text_is_equal_nocase(word, text_from_string(ole_names[i].name)))
			continue;
		scan->has_macro = scan->has_macro || ole_names[i].is_macro;
		scan->is_encrypted = scan->is_encrypted || ole_names[i].is_encrypted;
		/* A mail with a document in it has the names of both. */
		if (ole_names[i].type != NULL &&
		    (scan->type == NULL || text_has_prefix(word, TEXT("__properties"))))
			scan->type = ole_names[i].type;
	}
}

static void
ole_take(struct content_scan *scan, struct text piece)
{
	if (piece.size == 0)
		return;
	if (scan->held_size > 0) {
		size_t size = CONTENT_ENTRY_SIZE - scan->held_size;
		size = size < piece.size ? size : piece.size;
		memcpy(scan->held + scan->held_size, piece.data, size);
		scan->held_size += size;
		piece = text_slice(piece, size, piece.size);
		if (scan->held_size < CONTENT_ENTRY_SIZE)
			return;
		ole_take_entry(scan, (struct text){scan->held, CONTENT_ENTRY_SIZE});
		scan->held_size = 0;
	}
	for (; piece.size >= CONTENT_ENTRY_SIZE;
	     piece = text_slice(piece, CONTENT_ENTRY_SIZE, piece.size))
		ole_take_entry(scan, text_slice(piece, 0, CONTENT_ENTRY_SIZE));
	if (piece.size > 0)
		memcpy(scan->held, piece.data, piece.size);
	scan->held_size = piece.size;
}

/* A PDF name may write any character as #xx, and who hides /JavaScript does. */
static struct text
pdf_clean_word(const struct content_scan *scan, char word[CONTENT_WORD_MAX])
{
	size_t size = 0;

	for (size_t i = 0; i < scan->word_size; i++) {
		int high = i + 2 < scan->word_size ? text_hex_value(scan->word[i + 1]) : -1;
		int low = high >= 0 ? text_hex_value(scan->word[i + 2]) : -1;
		if (scan->word[i] == '#' && low >= 0) {
			word[size++] = (char)(high * 16 + low);
			i += 2;
		} else {
			word[size++] = scan->word[i];
		}
	}
	return (struct text){word, size};
}

static void
content_end_word(struct content_scan *scan)
{
	struct text word = {scan->word, scan->word_size};
	char cleaned[CONTENT_WORD_MAX];

	if (scan->kind == CONTENT_PDF) {
		word = pdf_clean_word(scan, cleaned);
		if (text_is_equal(word, TEXT("Encrypt")))
			scan->is_encrypted = true;
		else if (text_is_equal(word, TEXT("JavaScript")))
			scan->has_macro = true;
		return;
	}
	for (size_t i = 0; i < sizeof rtf_words / sizeof *rtf_words; i++)
		if (text_is_equal(word, text_from_string(rtf_words[i])))
			scan->has_macro = true;
}

static bool
content_is_in_word(const struct content_scan *scan, char byte)
{
	return text_is_alpha(byte) ||
	       (scan->kind == CONTENT_PDF && (text_is_digit(byte) || byte == '#'));
}

static void
content_take_words(struct content_scan *scan, struct text piece)
{
	char mark = scan->kind == CONTENT_PDF ? '/' : '\\';
	size_t at = 0;

	for (;;) {
		if (!scan->is_in_word) {
			at = text_find_byte(piece, at, mark) + 1;
			if (at > piece.size)
				return;
			scan->is_in_word = true;
			scan->word_size = 0;
		}
		while (at < piece.size && content_is_in_word(scan, piece.data[at]) &&
		       scan->word_size < sizeof scan->word)
			scan->word[scan->word_size++] = piece.data[at++];
		if (at == piece.size)
			return;
		if (scan->word_size < sizeof scan->word)
			content_end_word(scan);
		scan->is_in_word = false;
	}
}

void
content_scan_take(struct content_scan *scan, struct text piece)
{
	if (scan->kind == CONTENT_OLE)
		ole_take(scan, piece);
	else if (scan->kind != CONTENT_OTHER && piece.size > 0)
		content_take_words(scan, piece);
	else if (scan->is_in_word) {
		content_end_word(scan);
		scan->is_in_word = false;
	}
}
