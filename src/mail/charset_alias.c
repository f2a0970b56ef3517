/*
 * Charset names (see charset_alias.h). Where a name is used for a smaller set than what senders
 * write under it, it stands for the larger one, as in the Encoding Standard of the web: GB 2312 is
 * read as GB 18030, KS C 5601 as CP949, Shift_JIS as CP932, and so on.
 */
#include "mail/charset_alias.h"

#include <stddef.h>

struct charset_alias {
	const char *key; /* sorted */
	const char *name;
};

static const struct charset_alias charset_aliases[] = {
    {"646", "ASCII"},
    {"8bit", ""},
    {"ansix341968", "ASCII"},
    {"ansix341986", "ASCII"},
    {"arabic", "ISO-8859-6"},
    {"ascii", "ASCII"},
    {"asciius", "ASCII"},
    {"asmo708", "ISO-8859-6"},
    {"big5", "BIG5-HKSCS"},
    {"big5eten", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"binary", ""},
    {"chinese", "GB18030"},
    {"cnbig5", "BIG5-HKSCS"},
    {"cngb", "GB18030"},
    {"cp1252", "WINDOWS-1252"},
    {"cp367", "ASCII"},
    {"cp65001", "UTF-8"},
    {"cp819", "WINDOWS-1252"},
    {"cp936", "GB18030"},
    {"csascii", "ASCII"},
    {"csbig5", "BIG5-HKSCS"},
    {"cseuckr", "CP949"},
    {"cseucpkdfmtjapanese", "EUC-JP-MS"},
    {"csgb2312", "GB18030"},
    {"csiso2022jp", "ISO-2022-JP-2"},
    {"csiso2022kr", "ISO-2022-KR"},
    {"csisolatin1", "WINDOWS-1252"},
    {"csisolatin2", "ISO-8859-2"},
    {"csisolatin5", "CP1254"},
    {"csisolatin9", "ISO-8859-15"},
    {"cskoi8r", "KOI8-R"},
    {"csksc56011987", "CP949"},
    {"csshiftjis", "CP932"},
    {"csunicode", "UTF-16"},
    {"csutf8", "UTF-8"},
    {"cswindows31j", "CP932"},
    {"cyrillic", "ISO-8859-5"},
    {"default", ""},
    {"euccn", "GB18030"},
    {"eucjp", "EUC-JP-MS"},
    {"euckr", "CP949"},
    {"gb18030", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb231280", "GB18030"},
    {"gbk", "GB18030"},
    {"greek", "ISO-8859-7"},
    {"hebrew", "ISO-8859-8"},
    {"hz", "HZ"},
    {"hzgb2312", "HZ"},
    {"ibm367", "ASCII"},
    {"ibm819", "WINDOWS-1252"},
    {"iso10646ucs2", "UTF-16"},
    {"iso2022jp", "ISO-2022-JP-2"},
    {"iso2022jp1", "ISO-2022-JP-2"},
    {"iso2022jp2", "ISO-2022-JP-2"},
    {"iso2022kr", "ISO-2022-KR"},
    {"iso646irv1991", "ASCII"},
    {"iso646us", "ASCII"},
    {"iso88591", "WINDOWS-1252"},
    {"iso885911", "CP874"},
    {"iso88591windows30latin1", "WINDOWS-1252"},
    {"iso88591windows31latin1", "WINDOWS-1252"},
    {"iso88596e", "ISO-8859-6"},
    {"iso88596i", "ISO-8859-6"},
    {"iso88598e", "ISO-8859-8"},
    {"iso88598i", "ISO-8859-8"},
    {"iso88599", "CP1254"},
    {"isoir100", "WINDOWS-1252"},
    {"isoir149", "CP949"},
    {"isoir58", "GB18030"},
    {"isoir6", "ASCII"},
    {"jis", "ISO-2022-JP-2"},
    {"johab", "JOHAB"},
    {"koi", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi8ru", "KOI8-U"},
    {"korean", "CP949"},
    {"ksc5601", "CP949"},
    {"ksc56011987", "CP949"},
    {"ksc56011989", "CP949"},
    {"l1", "WINDOWS-1252"},
    {"l2", "ISO-8859-2"},
    {"l5", "CP1254"},
    {"l9", "ISO-8859-15"},
    {"latin0", "ISO-8859-15"},
    {"latin1", "WINDOWS-1252"},
    {"latin2", "ISO-8859-2"},
    {"latin3", "ISO-8859-3"},
    {"latin4", "ISO-8859-4"},
    {"latin5", "CP1254"},
    {"latin6", "ISO-8859-10"},
    {"latin9", "ISO-8859-15"},
    {"logical", "ISO-8859-8"},
    {"mac", "MACINTOSH"},
    {"maccyrillic", "MAC-CYRILLIC"},
    {"macroman", "MACINTOSH"},
    {"ms932", "CP932"},
    {"ms936", "GB18030"},
    {"ms949", "CP949"},
    {"ms950", "BIG5-HKSCS"},
    {"mskanji", "CP932"},
    {"none", ""},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"tis620", "CP874"},
    {"ucs2", "UTF-16"},
    {"ucs4", "UTF-32"},
    {"uhc", "CP949"},
    {"unicode", "UTF-16"},
    {"unicode11utf7", "UTF-7"},
    {"unicode11utf8", "UTF-8"},
    {"unicode20utf7", "UTF-7"},
    {"unicode20utf8", "UTF-8"},
    {"unknown", ""},
    {"unknown8bit", ""},
    {"us", "ASCII"},
    {"usascii", "ASCII"},
    {"userdefined", ""},
    {"utf16", "UTF-16"},
    {"utf16be", "UTF-16BE"},
    {"utf16le", "UTF-16LE"},
    {"utf32", "UTF-32"},
    {"utf32be", "UTF-32BE"},
    {"utf32le", "UTF-32LE"},
    {"utf7", "UTF-7"},
    {"utf8", "UTF-8"},
    {"utf8mb3", "UTF-8"},
    {"utf8mb4", "UTF-8"},
    {"visual", "ISO-8859-8"},
    {"win1252", "WINDOWS-1252"},
    {"windows1252", "WINDOWS-1252"},
    {"windows28591", "WINDOWS-1252"},
    {"windows31j", "CP932"},
    {"windows65001", "UTF-8"},
    {"windows874", "CP874"},
    {"windows932", "CP932"},
    {"windows936", "GB18030"},
    {"windows949", "CP949"},
    {"windows950", "BIG5-HKSCS"},
};

const char *
charset_alias_find(struct text key)
{
	size_t low = 0, high = sizeof charset_aliases / sizeof charset_aliases[0];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = text_compare(key, text_from_string(charset_aliases[middle].key));
		if (order == 0)
			return charset_aliases[middle].name;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
