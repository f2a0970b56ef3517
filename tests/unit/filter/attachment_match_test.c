/*
 * The tables of attachments: what contradicts what, classes, and the two readers of passing bytes, whose
 * answers do not depend on how the bytes are cut.
 */
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "filter/engine/attachment/attachment_class.h"
#include "filter/engine/attachment/attachment_kind.h"
#include "filter/engine/attachment/content_scan.h"
#include "filter/engine/attachment/sniff.h"
#include "filter/engine/attachment/zip_directory.h"
#include "support/tap.h"

/* The extension is what stands behind the name's last dot, as the caller has it. */
static bool
is_mismatch(const char *declared, const char *name, const char *detected)
{
	struct arena arena;
	struct text why;

	arena_init(&arena, NULL, 0);
	struct attachment_claims claims = {.declared = text_from_string(declared),
	    .name = text_from_string(name),
	    .detected = text_from_string(detected)};
	const char *dot = strrchr(name, '.');
	claims.extension = text_from_string(dot == NULL ? "" : dot + 1);
	bool result = attachment_match_is_contradiction(&arena, &claims, &why);
	check(result == (why.size > 0));
	arena_clear(&arena);
	return result;
}

static void
what_hides_is_a_mismatch(void)
{
	check(is_mismatch("application/pdf", "invoice.pdf", "application/x-dosexec"));
	check(is_mismatch("", "invoice.pdf", "application/x-dosexec"));
	check(is_mismatch("application/pdf", "", "application/x-dosexec"));
	check(is_mismatch("image/png", "a.png", "text/html"));
	check(is_mismatch("image/png", "setup.exe", "application/x-dosexec"));
	check(is_mismatch("text/plain", "a.txt", "application/x-dosexec"));
	check(is_mismatch("text/plain", "a.txt", "application/zip"));
	check(is_mismatch("application/zip", "a.txt", "application/zip"));
	check(is_mismatch("application/pdf", "a.pdf", "text/x-shellscript"));
	check(is_mismatch("", "a.jpg", "application/x-ms-shortcut"));
	check(is_mismatch("", "a.pdf.exe", ""));
	check(is_mismatch("", "a.pdf          .scr", ""));
	check(is_mismatch("", "a.txt.js", "text/plain"));
	check(is_mismatch("", "a\xE2\x80\xAEgpj.exe", ""));
	check(is_mismatch("application/pdf", "a.exe", ""));
}

static void
what_says_little_is_none(void)
{
	check(!is_mismatch("application/octet-stream", "setup.exe", "application/x-dosexec"));
	check(!is_mismatch("application/octet-stream", "a.dat", "application/x-dosexec"));
	check(!is_mismatch("", "", "application/x-dosexec"));
	check(!is_mismatch("application/x-unheard-of", "a.xyz", "application/x-dosexec"));
	check(!is_mismatch("image/png", "a.png", "image/jpeg"));
	check(!is_mismatch("image/png", "a.png", "application/octet-stream"));
	check(!is_mismatch("image/png", "a.png", "text/plain"));
	check(!is_mismatch("image/png", "a.png", ""));
	check(!is_mismatch("application/msword", "a.doc", "application/zip"));
	check(!is_mismatch("application/msword", "a.doc", "text/rtf"));
	check(!is_mismatch("application/vnd.ms-excel", "a.xls", "text/html"));
	check(!is_mismatch("application/zip", "a.docx", "application/zip"));
	check(!is_mismatch("text/plain", "a.pdf", "application/pdf"));
	check(!is_mismatch("application/pdf", "a.zip", "application/zip"));
	check(!is_mismatch("text/plain", "a.html", "text/html"));
	check(!is_mismatch("text/plain", "a.py", "text/x-script.python"));
	check(!is_mismatch("", "report.min.js", "text/plain"));
	check(!is_mismatch("text/plain", "link.url", "application/x-mswinurl"));
	check(!is_mismatch("image/svg+xml", "a.svg", "text/xml"));
	check(!is_mismatch("application/gzip", "a.tar.gz", "application/gzip"));
	check(!is_mismatch("", ".exe", ""));
}

static void
check_class(const char *declared, const char *extension, const char *detected, bool has_macro,
    const char *wanted)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct attachment_claims claims = {.declared = text_from_string(declared),
	    .extension = text_from_string(extension),
	    .detected = text_from_string(detected)};
	struct attachment_class class = {.own = attachment_class_of(&claims, has_macro)};
	check_text(attachment_class_format(&arena, class), text_from_string(wanted));
	arena_clear(&arena);
}

static void
classes_are_words(void)
{
	struct arena arena;

	check_class("", "", "application/x-dosexec", false, "executable");
	check_class("", "txt", "application/x-pie-executable", false, "executable");
	check_class("", "scr", "application/octet-stream", false, "executable");
	check_class("", "ps1", "text/plain", false, "script text");
	check_class("application/javascript", "", "text/plain", false, "script text");
	check_class("application/x-msdownload", "pdf", "application/pdf", false, "document");
	check_class("", "docm", "", false, "document macro");
	check_class("application/vnd.ms-excel.sheet.macroenabled.12", "", "application/zip", false,
	    "archive document macro");
	check_class("", "doc", "application/msword", true, "document macro");
	check_class("", "jpg", "application/octet-stream", false, "image");
	check_class("audio/mpeg", "", "", false, "audio");
	check_class("", "", "video/x-unheard-of", false, "video");
	check_class("", "eml", "message/rfc822", false, "message");
	check_class("", "xyz", "application/octet-stream", false, "other");
	check_class("", "p7s", "application/octet-stream", false, "other");
	arena_init(&arena, NULL, 0);
	check_text(attachment_class_format(&arena,
		       (struct attachment_class){CLASS_ARCHIVE, CLASS_EXECUTABLE | CLASS_MACRO}),
	    TEXT("archive with executable macro"));
	arena_clear(&arena);
	check(attachment_class_is_macro_member(TEXT("word/vbaProject.bin")));
	check(attachment_class_is_macro_member(TEXT("xl/macrosheets/sheet1.xml")));
	check(attachment_class_is_macro_member(TEXT("Basic/Standard/Module1.xml")));
	check(!attachment_class_is_macro_member(TEXT("Basic/Standard/script-lb.xml")));
	check(!attachment_class_is_macro_member(TEXT("word/document.xml")));
}

/* One entry of a central directory with that name, a comment behind it. */
static size_t
write_entry(char *out, const char *name, const char *comment)
{
	size_t size = strlen(name), more = strlen(comment);

	memset(out, 0, ZIP_ENTRY_FIXED);
	memcpy(out, "PK\1\2", 4);
	out[28] = (char)size;
	out[32] = (char)more;
	memcpy(out + ZIP_ENTRY_FIXED, name, size);
	memcpy(out + ZIP_ENTRY_FIXED + size, comment, more);
	return ZIP_ENTRY_FIXED + size + more;
}

static void
check_names(struct text bytes, const char *wanted)
{
	for (size_t step = 1; step <= bytes.size; step++) {
		struct zip_directory directory;
		struct zip_directory_entry entry;
		char names[256] = "";
		size_t used = 0;

		zip_directory_init(&directory);
		for (size_t at = 0; at < bytes.size; at += step) {
			struct text piece = text_slice(bytes, at, at + step);
			struct text copy = exact_copy(piece);
			zip_directory_take(&directory, copy);
			free((void *)(uintptr_t)copy.data);
		}
		while (zip_directory_next(&directory, &entry))
			used += (size_t)snprintf(
			    names + used, sizeof names - used, "%.*s;", TEXT_ARGUMENTS(entry.name));
		check_text(text_from_string(names), text_from_string(wanted));
		zip_directory_clear(&directory);
	}
}

/* An end record: the directory's size and offset, and the size of a comment. */
static size_t
write_end(char *out, size_t size, size_t offset, unsigned comment)
{
	memset(out, 0, 22);
	memcpy(out, "PK\5\6", 4);
	out[12] = (char)(size & 255);
	out[13] = (char)(size >> 8);
	out[16] = (char)(offset & 255);
	out[17] = (char)(offset >> 8);
	out[20] = (char)comment;
	return 22;
}

static void
directory_is_found(void)
{
	char bytes[2048];

	/* Data that looks like an entry with a name of 30,840 bytes hides nothing behind it. */
	memset(bytes, 'x', 100);
	memcpy(bytes + 10, "PK\1\2", 4);
	size_t start = 100, size = start;
	size += write_entry(bytes + size, "inner", "");
	check_names((struct text){bytes, size}, "");
	size += write_end(bytes + size, size - start, start, 0);
	check_names((struct text){bytes, size}, "inner;");
	/* The last directory counts; a comment may look like an entry. */
	start = size;
	size += write_entry(bytes + size, "a.txt", "PK\1\2");
	size += write_entry(bytes + size, "b.exe", "");
	size_t end = size;
	size += write_end(bytes + size, end - start, start, 0);
	check_names((struct text){bytes, size}, "a.txt;b.exe;");
	/* Junk behind it does not hide it, and neither does an end without a directory. */
	size += write_entry(bytes + size, "junk", "");
	size += write_end(bytes + size, 7, 9, 0);
	check_names((struct text){bytes, size}, "a.txt;b.exe;");
	/* Bytes in front of the zip file: the offset is wrong, the size is right. */
	write_end(bytes + end, end - start, start - 50, 0);
	check_names((struct text){bytes, size}, "a.txt;b.exe;");
	/* Two readings: both count. */
	write_end(bytes + end, end - start, 100, 0);
	check_names((struct text){bytes, size}, "a.txt;b.exe;inner;");
}

static struct content_scan
scan(struct text bytes, size_t step)
{
	struct content_scan result;

	content_scan_init(&result, bytes);
	for (size_t at = 0; at < bytes.size; at += step) {
		struct text piece = text_slice(bytes, at, at + step);
		struct text copy = exact_copy(piece);
		content_scan_take(&result, copy);
		free((void *)(uintptr_t)copy.data);
	}
	content_scan_take(&result, (struct text){0});
	return result;
}

static void
check_scan(struct text bytes, bool has_macro, bool is_encrypted)
{
	for (size_t step = 1; step <= bytes.size; step++) {
		struct content_scan result = scan(bytes, step);
		check(result.has_macro == has_macro && result.is_encrypted == is_encrypted);
	}
}

static void
documents_are_read_in_pieces(void)
{
	check_scan(TEXT("%PDF-1.7 << /S /JavaScript /JS (x) >>"), true, false);
	check_scan(TEXT("junk %PDF-1.7 /#4a#61#76#61#53#63#72#69#70#74"), true, false);
	check_scan(TEXT("%PDF-1.7 /Encrypt 4 0 R"), false, true);
	check_scan(TEXT("%PDF-1.7 /Encrypt"), false, true);
	check_scan(
	    TEXT("%PDF-1.7 /EncryptMetadata /JavaScripts /Java Script Encrypt"), false, false);
	check_scan(TEXT("{\\rt{\\*\\objdata 0105}}"), true, false);
	check_scan(TEXT("{\\rtf1 objdata \\objdatum \\b x}"), false, false);
	check_scan(TEXT("/JavaScript /Encrypt \\objdata"), false, false);
}

static void
nothing_is_asked_of_nothing(void)
{
	struct error error = {0};
	struct arena arena;
	struct text type;

	arena_init(&arena, NULL, 0);
	struct sniffer *sniffer = sniff_new(&arena);
	check(sniff_type(sniffer, &arena, (struct text){0}, &type, &error));
	check_text(type, TEXT("application/x-empty"));
	sniff_close(sniffer);
	arena_clear(&arena);
}

static void
check_type(struct sniffer *sniffer, struct text bytes, const char *wanted)
{
	struct error error = {0};
	struct arena arena;
	struct text type = {0};

	arena_init(&arena, NULL, 0);
	struct text copy = exact_copy(bytes);
	check(sniff_type(sniffer, &arena, copy, &type, &error));
	check_text(type, text_from_string(wanted));
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

static void
types_have_one_name(void)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct sniffer *sniffer = sniff_new(&arena);
	check_type(sniffer, TEXT("%PDF-1.4\n1 0 obj\n"), "application/pdf");
	check_type(sniffer, TEXT("GIF89a\1\0\1\0\0\0\0"), "image/gif");
	check_type(sniffer, TEXT("just words\n"), "text/plain");
	check_type(sniffer, TEXT("#!/bin/sh\necho\n"), "text/x-shellscript");
	check_type(sniffer, TEXT("{\\rt hidden"), "text/rtf");
	check_type(
	    sniffer, TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0"), "application/x-ole-storage");
	check_type(sniffer,
	    TEXT("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3\0\0\0"),
	    "application/onenote");
	/* Random bytes that libmagic takes for a program without a header. */
	check_type(sniffer, TEXT("\xB8\x8E\x8B\x1A\x29\x9F\xB7\x67\xCD\x21\0\0\0\0\0\0\0\0"),
	    "application/octet-stream");
	sniff_close(sniffer);
	arena_clear(&arena);
}

int
main(void)
{
	test("what hides what a thing is, is a mismatch", what_hides_is_a_mismatch);
	test("what says little or nothing contradicts nothing", what_says_little_is_none);
	test("classes are words, the dangerous ones first", classes_are_words);
	test("the last whole directory of a zip file is found in a stream", directory_is_found);
	test("what documents hide is found however they are cut", documents_are_read_in_pieces);
	test("an empty file is known without libmagic", nothing_is_asked_of_nothing);
	test("types have one name, and random bytes are no program", types_have_one_name);
	return tests_end();
}
