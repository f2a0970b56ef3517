/*
 * Folder names: modified UTF-7 against the example of RFC 3501 and names that servers in use have
 * given, a round trip through a decoder of its own, the paths of both layouts, and what is refused.
 */
#include <stdint.h>

#include "base/buffer.h"
#include "deliver/mailbox_name.h"
#include "support/tap.h"

static struct arena arena;

static struct text
encode(struct text utf8)
{
	struct buffer buffer;

	buffer_init(&buffer, 10000);
	mailbox_name_append_utf7(&buffer, utf8);
	struct text result = arena_copy_text(&arena, buffer_text(&buffer));
	buffer_clear(&buffer);
	return result;
}

/* RFC 3501 section 5.1.3 read backwards: UTF-16 code units as numbers. */
static size_t
decode(struct text utf7, uint16_t *units)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
	size_t count = 0;

	for (size_t i = 0; i < utf7.size; i++) {
		unsigned bits = 0, filled = 0;
		if (utf7.data[i] != '&') {
			units[count++] = (unsigned char)utf7.data[i];
			continue;
		}
		if (utf7.data[++i] == '-') {
			units[count++] = '&';
			continue;
		}
		for (; i < utf7.size && utf7.data[i] != '-'; i++) {
			const char *digit = strchr(digits, utf7.data[i]);
			check(digit != NULL);
			bits = bits << 6 | (unsigned)(digit - digits);
			filled += 6;
			if (filled >= 16) {
				filled -= 16;
				units[count++] = (uint16_t)(bits >> filled);
				bits &= (1U << filled) - 1;
			}
		}
		check(i < utf7.size && filled < 6 && bits == 0);
	}
	return count;
}

static void
names_are_written_as_servers_write_them(void)
{
	static const struct {
		const char *utf8, *utf7;
	} cases[] = {
	    {"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		"~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
	    {"Entw\xc3\xbcrfe", "Entw&APw-rfe"},
	    {"\xc3\x89l\xc3\xa9ments envoy\xc3\xa9s", "&AMk-l&AOk-ments envoy&AOk-s"},
	    {"\xd0\x9e\xd1\x82\xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd0\xbb\xd0\xb5\xd0\xbd\xd0\xbd\xd1"
	     "\x8b"
	     "\xd0\xb5",
		"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"},
	    {"\xd0\xa1\xd0\xbf\xd0\xb0\xd0\xbc", "&BCEEPwQwBDw-"},
	    {"\xe5\xb7\xb2\xe5\x8f\x91\xe9\x80\x81", "&XfJT0ZAB-"},
	    {"\xf0\x9f\x98\x80", "&2D3eAA-"},
	    {"R&D", "R&-D"},
	    {"\xc3\xa9&", "&AOk-&-"},
	    {"&", "&-"},
	    {" ~", " ~"},
	    {"", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text(
		    encode(text_from_string(cases[i].utf8)), text_from_string(cases[i].utf7));
}

static size_t
put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 63));
		out[2] = (char)(0x80 | (point & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 63));
	out[2] = (char)(0x80 | (point >> 6 & 63));
	out[3] = (char)(0x80 | (point & 63));
	return 4;
}

static void
every_character_comes_back(void)
{
	for (uint32_t point = ' '; point < 0x110000; point += point < 0x3000 ? 1 : 37) {
		char utf8[12];
		uint16_t units[12];
		size_t size = 0;
		if (point == 127 || (point >= 0xd800 && point < 0xe000))
			continue;
		/* Alone, twice, and with an ASCII letter behind: each fill of the last digit. */
		size += put_utf8(utf8 + size, point);
		size += put_utf8(utf8 + size, point);
		utf8[size++] = 'x';
		struct text utf7 = encode((struct text){utf8, size});
		for (size_t i = 0; i < utf7.size; i++)
			check(utf7.data[i] >= ' ' && utf7.data[i] <= '~');
		size_t count = decode(utf7, units);
		size_t width = point < 0x10000 ? 1 : 2;
		check_number((long long)count, (long long)(2 * width + 1));
		uint32_t first =
		    width == 1 ? units[0]
			       : 0x10000 + ((units[0] - 0xd800U) << 10) + (units[1] - 0xdc00U);
		check_number(first, point);
		check(units[2 * width] == 'x');
		if (checks_failed > 0) {
			printf("# U+%04X\n", point);
			return;
		}
	}
}

static const char *
path_of(const char *name, enum mailbox_layout layout, enum mailbox_encoding encoding)
{
	struct mailbox_name parsed;
	struct error error;
	struct text bytes = exact_copy(text_from_string(name));

	bool done = mailbox_name_parse(&arena, bytes, layout, encoding, &parsed, &error);
	struct text path =
	    done ? mailbox_name_path(&arena, &parsed, parsed.level_count, TEXT("/home/d/Maildir/"))
		 : text_from_string(error.text);
	const char *result = arena_copy_string(&arena, path);
	free((char *)(uintptr_t)bytes.data);
	return result;
}

static void
a_name_has_one_directory(void)
{
	const enum mailbox_layout plus = MAILBOX_LAYOUT_MAILDIR, fs = MAILBOX_LAYOUT_FS;
	const enum mailbox_encoding utf7 = MAILBOX_ENCODING_UTF7, utf8 = MAILBOX_ENCODING_UTF8;
	const struct {
		const char *name;
		enum mailbox_layout layout;
		enum mailbox_encoding encoding;
		const char *path;
	} cases[] = {
	    {"Work", plus, utf7, "/home/d/Maildir/.Work"},
	    {"Work/Projekte", plus, utf7, "/home/d/Maildir/.Work.Projekte"},
	    {"Work/Projekte", fs, utf7, "/home/d/Maildir/Work/Projekte"},
	    {"Entw\xc3\xbcrfe/R&D", plus, utf7, "/home/d/Maildir/.Entw&APw-rfe.R&-D"},
	    {"Entw\xc3\xbcrfe/R&D", fs, utf7, "/home/d/Maildir/Entw&APw-rfe/R&-D"},
	    {"Entw\xc3\xbcrfe/R&D", plus, utf8, "/home/d/Maildir/.Entw\xc3\xbcrfe.R&D"},
	    {"Entw\xc3\xbcrfe", fs, utf8, "/home/d/Maildir/Entw\xc3\xbcrfe"},
	    {"INBOX", plus, utf7, "/home/d/Maildir"},
	    {"inBox", fs, utf7, "/home/d/Maildir"},
	    {"inbox/x", plus, utf7, "/home/d/Maildir/.INBOX.x"},
	    {"x/inbox", plus, utf7, "/home/d/Maildir/.x.inbox"},
	    {"v1.2", fs, utf7, "/home/d/Maildir/v1.2"},
	    {"a b ", plus, utf7, "/home/d/Maildir/.a b "},
	    {"cur", plus, utf7, "/home/d/Maildir/.cur"},
	    {"|x", plus, utf7, "/home/d/Maildir/.|x"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text(
		    text_from_string(path_of(cases[i].name, cases[i].layout, cases[i].encoding)),
		    text_from_string(cases[i].path));
}

static void
hostile_names_are_refused_with_a_reason(void)
{
	static const struct {
		const char *name;
		enum mailbox_layout layout;
		const char *reason;
	} cases[] = {
	    {"", MAILBOX_LAYOUT_MAILDIR, "empty"},
	    {"/", MAILBOX_LAYOUT_MAILDIR, "empty level"},
	    {"/etc", MAILBOX_LAYOUT_FS, "empty level"},
	    {"a//b", MAILBOX_LAYOUT_FS, "empty level"},
	    {"a/", MAILBOX_LAYOUT_MAILDIR, "empty level"},
	    {".", MAILBOX_LAYOUT_FS, "\"..\""},
	    {"..", MAILBOX_LAYOUT_FS, "\"..\""},
	    {"a/../b", MAILBOX_LAYOUT_FS, "\"..\""},
	    {"a/..", MAILBOX_LAYOUT_MAILDIR, "\"..\""},
	    {"a\nb", MAILBOX_LAYOUT_MAILDIR, "control"},
	    {"a\tb", MAILBOX_LAYOUT_FS, "control"},
	    {"a\x7f", MAILBOX_LAYOUT_FS, "control"},
	    {"a\xc2\x85", MAILBOX_LAYOUT_FS, "control"},
	    {"a\xe2\x80\xa8", MAILBOX_LAYOUT_FS, "control"},
	    {"a\xff", MAILBOX_LAYOUT_MAILDIR, "UTF-8"},
	    {"a\xc3", MAILBOX_LAYOUT_MAILDIR, "UTF-8"},
	    {"\xed\xa0\x80", MAILBOX_LAYOUT_MAILDIR, "UTF-8"},
	    {"\xc0\xae\xc0\xae", MAILBOX_LAYOUT_FS, "UTF-8"},
	    {"v1.2", MAILBOX_LAYOUT_MAILDIR, "mailbox_layout = fs"},
	    {".x", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"cur", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"a/new", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"tmp/x", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"dovecot-uidlist", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"subscriptions", MAILBOX_LAYOUT_FS, "Maildir's own"},
	    {"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21", MAILBOX_LAYOUT_FS,
		"20 levels"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *said = path_of(cases[i].name, cases[i].layout, MAILBOX_ENCODING_UTF7);
		bool refused = said[0] != '/' && strstr(said, cases[i].reason) != NULL;
		check(refused);
		if (!refused)
			printf("# case %zu: %s\n", i, said);
	}
	struct mailbox_name parsed;
	struct error error;
	check(!mailbox_name_parse(&arena, (struct text){"a\0b", 3}, MAILBOX_LAYOUT_MAILDIR,
	    MAILBOX_ENCODING_UTF7, &parsed, &error));
}

static bool
fits(size_t size, const char *unit, enum mailbox_layout layout, enum mailbox_encoding encoding)
{
	struct buffer name;
	struct mailbox_name parsed;
	struct error error;

	buffer_init(&name, 100000);
	while (name.size < size)
		buffer_append(&name, text_from_string(unit));
	bool done =
	    mailbox_name_parse(&arena, buffer_text(&name), layout, encoding, &parsed, &error);
	buffer_clear(&name);
	return done;
}

static void
no_file_name_is_longer_than_255_bytes(void)
{
	const enum mailbox_encoding utf7 = MAILBOX_ENCODING_UTF7, utf8 = MAILBOX_ENCODING_UTF8;

	check(fits(255, "a", MAILBOX_LAYOUT_FS, utf7));
	check(!fits(256, "a", MAILBOX_LAYOUT_FS, utf7));
	/* The dot in front counts. */
	check(fits(254, "a", MAILBOX_LAYOUT_MAILDIR, utf7));
	check(!fits(255, "a", MAILBOX_LAYOUT_MAILDIR, utf7));
	/* What counts is what is written: here "&", 8 digits for 3 characters, "-". */
	check(fits(254, "\xc3\xa9", MAILBOX_LAYOUT_FS, utf8));
	check(!fits(254, "\xc3\xa9", MAILBOX_LAYOUT_FS, utf7));
	check(!fits(100000, "a/", MAILBOX_LAYOUT_FS, utf7));
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("names are written as servers write them", names_are_written_as_servers_write_them);
	test("every character comes back", every_character_comes_back);
	test("a name has one directory, by layout and encoding", a_name_has_one_directory);
	test("hostile names are refused with a reason", hostile_names_are_refused_with_a_reason);
	test("no file name is longer than 255 bytes", no_file_name_is_longer_than_255_bytes);
	arena_clear(&arena);
	return tests_end();
}
