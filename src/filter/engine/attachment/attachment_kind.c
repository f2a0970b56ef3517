/*
 * What types and extensions stand for; see attachment_kind.h. Rows of one kind share a list of words.
 * What the bytes of a thing may be is wide where programs open by content: Word takes RTF, HTML and text
 * for a .doc, and exports of tables are often HTML named .xls.
 */
#include "filter/engine/attachment/attachment_kind.h"

#include <stdbool.h>
#include <stddef.h>

struct attachment_words {
	unsigned is, may;
	const char *words; /* a blank behind each */
};

static const struct attachment_words attachment_types[] = {
    {KIND_TEXT, KIND_TEXT | KIND_MARKUP | KIND_SCRIPT | KIND_CRYPTO | KIND_MESSAGE,
	"text/plain text/csv text/tab-separated-values text/calendar text/vcard "
	"text/x-vcard text/directory text/css text/markdown text/enriched "
	"text/x-diff text/x-patch text/x-c text/x-c++ text/x-java text/x-tex "
	"text/x-makefile text/x-log text/x-po text/troff text/x-asm text/x-pascal "
	"text/x-rst application/json application/ics application/x-ndjson "
	"application/x-tex application/yaml application/x-yaml "},
    {KIND_MARKUP, KIND_MARKUP | KIND_TEXT | KIND_IMAGE,
	"text/html application/xhtml+xml text/xml application/xml "
	"application/rss+xml application/atom+xml "},
    {KIND_SCRIPT, KIND_SCRIPT | KIND_TEXT | KIND_MARKUP,
	"text/javascript application/javascript application/x-javascript "
	"application/ecmascript text/ecmascript text/vbscript text/x-vbscript "
	"application/x-vbscript application/hta text/x-msdos-batch "
	"application/x-bat application/bat application/x-batch text/x-shellscript "
	"application/x-sh application/x-shellscript application/x-csh "
	"text/x-script.python text/x-python application/x-python-code text/x-perl "
	"application/x-perl text/x-ruby application/x-ruby text/x-php "
	"application/x-php application/x-httpd-php text/x-lua text/x-tcl "
	"text/x-awk text/x-powershell application/x-powershell "
	"application/x-setupscript application/x-java-jnlp-file text/scriptlet "},
    {KIND_EXECUTABLE, KIND_EXECUTABLE | KIND_OLE | KIND_ZIP | KIND_OFFICE_ZIP | KIND_ARCHIVE,
	"application/x-dosexec application/x-msdownload "
	"application/x-msdos-program "
	"application/vnd.microsoft.portable-executable application/x-exe "
	"application/exe application/x-winexe application/dos-exe "
	"application/x-executable application/x-pie-executable "
	"application/x-sharedlib application/x-object application/x-coredump "
	"application/x-mach-binary application/x-elf application/java-archive "
	"application/x-java-archive application/x-java-applet application/java-vm "
	"application/x-java-vm application/x-msi application/x-ms-installer "
	"application/vnd.android.package-archive application/vnd.android.dex "
	"application/wasm application/x-debian-package "
	"application/vnd.debian.binary-package application/x-rpm "
	"application/x-xpinstall application/x-chrome-extension "
	"application/vnd.ms-htmlhelp application/x-ms-application "
	"application/x-shockwave-flash application/vnd.adobe.flash.movie "},
    {KIND_SHORTCUT, KIND_SHORTCUT | KIND_TEXT,
	"application/x-ms-shortcut application/x-mswinurl "
	"application/internet-shortcut application/x-desktop "},
    {KIND_IMAGE, KIND_IMAGE,
	"image/png image/x-png image/jpeg image/jpg image/pjpeg image/gif "
	"image/bmp image/x-ms-bmp image/x-bmp image/tiff image/webp image/x-icon "
	"image/vnd.microsoft.icon image/heic image/heif image/avif "
	"image/vnd.adobe.photoshop image/jp2 image/x-tga image/x-pcx image/emf "
	"image/x-emf image/wmf image/x-wmf image/x-xcf image/x-portable-pixmap "
	"image/x-portable-bitmap image/x-portable-greymap "},
    {KIND_IMAGE, KIND_IMAGE | KIND_MARKUP | KIND_TEXT | KIND_ARCHIVE, "image/svg+xml "},
    {KIND_AUDIO, KIND_AUDIO | KIND_VIDEO,
	"audio/mpeg audio/mp3 audio/wav audio/x-wav audio/vnd.wave audio/ogg "
	"audio/flac audio/x-flac audio/mp4 audio/x-m4a audio/x-hx-aac-adts "
	"audio/aac audio/x-ms-wma audio/aiff audio/x-aiff audio/midi audio/basic "
	"audio/amr audio/webm application/ogg "},
    {KIND_VIDEO, KIND_VIDEO | KIND_AUDIO,
	"video/mp4 video/x-m4v video/quicktime video/x-msvideo video/x-matroska "
	"video/webm video/mpeg video/x-ms-wmv video/x-ms-asf video/x-flv "
	"video/3gpp video/ogg video/mp2t "},
    {KIND_PDF, KIND_PDF, "application/pdf application/x-pdf application/postscript "},
    {KIND_RTF, KIND_RTF | KIND_OLE | KIND_TEXT | KIND_OFFICE_ZIP | KIND_ZIP,
	"text/rtf application/rtf text/richtext "},
    {KIND_OLE,
	KIND_OLE | KIND_RTF | KIND_MARKUP | KIND_TEXT | KIND_OFFICE_ZIP | KIND_ZIP | KIND_MESSAGE,
	"application/msword application/vnd.ms-word application/vnd.ms-excel "
	"application/msexcel application/x-msexcel application/vnd.ms-powerpoint "
	"application/mspowerpoint application/vnd.visio "
	"application/vnd.ms-project application/x-mspublisher "
	"application/vnd.ms-office "},
    {KIND_OLE, KIND_OLE | KIND_OFFICE_ZIP | KIND_EXECUTABLE,
	"application/x-ole-storage application/cdfv2 application/encrypted "},
    {KIND_OLE, KIND_OLE, "application/vnd.ms-outlook "},
    {KIND_OFFICE_ZIP, KIND_OFFICE_ZIP | KIND_ZIP | KIND_OLE,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document "
	"application/vnd.openxmlformats-officedocument.wordprocessingml.template "
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template "
	"application/vnd.openxmlformats-officedocument.presentationml.presentation "
	"application/vnd.openxmlformats-officedocument.presentationml.template "
	"application/vnd.openxmlformats-officedocument.presentationml.slideshow "
	"application/vnd.oasis.opendocument.text "
	"application/vnd.oasis.opendocument.spreadsheet "
	"application/vnd.oasis.opendocument.presentation "
	"application/vnd.oasis.opendocument.graphics "
	"application/vnd.oasis.opendocument.formula "
	"application/vnd.oasis.opendocument.text-template "
	"application/vnd.oasis.opendocument.spreadsheet-template "
	"application/epub+zip application/vnd.ms-visio.drawing "
	"application/vnd.ms-visio.drawing.main+xml "},
    {KIND_OFFICE_ZIP | KIND_MACRO, KIND_OFFICE_ZIP | KIND_ZIP | KIND_OLE | KIND_MACRO,
	"application/vnd.ms-word.document.macroenabled.12 "
	"application/vnd.ms-word.template.macroenabled.12 "
	"application/vnd.ms-excel.sheet.macroenabled.12 "
	"application/vnd.ms-excel.template.macroenabled.12 "
	"application/vnd.ms-excel.addin.macroenabled.12 "
	"application/vnd.ms-excel.sheet.binary.macroenabled.12 "
	"application/vnd.ms-powerpoint.presentation.macroenabled.12 "
	"application/vnd.ms-powerpoint.template.macroenabled.12 "
	"application/vnd.ms-powerpoint.slideshow.macroenabled.12 "
	"application/vnd.ms-powerpoint.addin.macroenabled.12 "},
    {KIND_ZIP, KIND_ZIP | KIND_OFFICE_ZIP | KIND_ARCHIVE | KIND_EXECUTABLE,
	"application/zip application/x-zip application/x-zip-compressed "
	"multipart/x-zip application/vnd.google-earth.kmz "},
    {KIND_ARCHIVE, KIND_ARCHIVE | KIND_ZIP | KIND_OFFICE_ZIP,
	"application/gzip application/x-gzip application/x-gtar "
	"application/x-tar application/x-compressed-tar application/x-bzip2 "
	"application/x-bzip application/x-xz application/x-lzma application/zstd "
	"application/x-lzip application/x-compress application/x-compressed "
	"application/x-7z-compressed application/x-rar "
	"application/x-rar-compressed application/vnd.rar application/x-arj "
	"application/x-ace application/x-ace-compressed "
	"application/x-lzh-compressed application/x-lha application/x-lharc "
	"application/vnd.ms-cab-compressed application/x-archive "
	"application/x-cpio application/x-iso9660-image "
	"application/x-raw-disk-image application/x-apple-diskimage "
	"application/x-virtualbox-vhd application/x-vhd application/x-qemu-disk "
	"application/x-ms-wim "},
    {KIND_MESSAGE, KIND_MESSAGE | KIND_TEXT | KIND_MARKUP,
	"message/rfc822 message/global message/delivery-status "
	"message/disposition-notification message/partial message/external-body "
	"message/feedback-report message/news application/mbox "
	"text/rfc822-headers "},
    {KIND_CRYPTO, KIND_CRYPTO | KIND_TEXT,
	"application/pkcs7-signature application/x-pkcs7-signature "
	"application/pkcs7-mime application/x-pkcs7-mime application/pkcs12 "
	"application/x-pkcs12 application/x-x509-ca-cert application/pkix-cert "
	"application/x-pem-file application/pgp-signature "
	"application/pgp-encrypted application/pgp-keys application/pgp "
	"application/ms-tnef application/vnd.ms-tnef "},
    {KIND_FONT, KIND_FONT,
	"font/ttf font/otf font/woff font/woff2 font/sfnt application/font-woff "
	"application/x-font-ttf application/vnd.ms-opentype "
	"application/vnd.ms-fontobject "},
    {KIND_DOCUMENT, KIND_DOCUMENT | KIND_OLE | KIND_OFFICE_ZIP | KIND_ZIP,
	"application/onenote application/msonenote application/vnd.wordperfect "
	"application/vnd.apple.pages application/vnd.apple.numbers "
	"application/vnd.apple.keynote "},
};

static const struct attachment_words attachment_extensions[] = {
    {KIND_TEXT, KIND_TEXT | KIND_MARKUP | KIND_SCRIPT | KIND_CRYPTO | KIND_MESSAGE,
	"txt text log md csv tsv ics vcf vcs json yml yaml ini cfg conf diff "
	"patch asc c h cc cpp java go rs css tex po srt nfo rst "},
    {KIND_MARKUP, KIND_MARKUP | KIND_TEXT | KIND_IMAGE,
	"htm html xhtml shtml xht mht mhtml xml xsd xsl xslt rss "},
    {KIND_SCRIPT, KIND_SCRIPT | KIND_TEXT | KIND_MARKUP,
	"js jse mjs vbs vbe ps1 ps1xml psm1 psd1 bat cmd hta wsf wsh wsc sct sh "
	"bash csh ksh zsh command py pyw pl rb php php3 php5 phtml lua tcl ws vb "
	"ahk au3 scpt applescript jnlp inf reg msh msh1 osx workflow "},
    {KIND_EXECUTABLE,
	KIND_EXECUTABLE | KIND_TEXT | KIND_OLE | KIND_ZIP | KIND_OFFICE_ZIP | KIND_ARCHIVE,
	"exe scr com pif cpl dll sys drv ocx msi msp mst msix msixbundle appx "
	"appxbundle appinstaller jar class ear war xpi crx apk ipa deb rpm run "
	"elf so dylib app pkg gadget application vsix xll wll wasm dex hlp chm "
	"msc xbap "},
    {KIND_SHORTCUT, KIND_SHORTCUT | KIND_TEXT,
	"lnk url scf desktop webloc library-ms search-ms settingcontent-ms "},
    {KIND_IMAGE, KIND_IMAGE,
	"png jpg jpeg jpe jfif gif bmp dib tif tiff webp ico heic heif avif psd "
	"jp2 tga pcx emf wmf "},
    {KIND_IMAGE, KIND_IMAGE | KIND_MARKUP | KIND_TEXT | KIND_ARCHIVE, "svg svgz "},
    {KIND_AUDIO, KIND_AUDIO | KIND_VIDEO,
	"mp3 wav ogg oga flac m4a aac wma aif aiff mid midi opus amr au "},
    {KIND_VIDEO, KIND_VIDEO | KIND_AUDIO, "mp4 m4v mov avi mkv webm mpg mpeg wmv flv 3gp ogv "},
    {KIND_PDF, KIND_PDF, "pdf ps eps ai "},
    {KIND_RTF, KIND_RTF | KIND_OLE | KIND_TEXT | KIND_OFFICE_ZIP | KIND_ZIP, "rtf "},
    {KIND_OLE,
	KIND_OLE | KIND_RTF | KIND_MARKUP | KIND_TEXT | KIND_OFFICE_ZIP | KIND_ZIP | KIND_MESSAGE,
	"doc dot xls xlt xlw ppt pot pps vsd pub mpp wps et dps "},
    {KIND_OLE, KIND_OLE, "msg oft "},
    {KIND_OFFICE_ZIP, KIND_OFFICE_ZIP | KIND_ZIP | KIND_OLE,
	"docx dotx xlsx xltx pptx potx ppsx sldx vsdx odt ods odp odg odf ott "
	"ots otp epub thmx "},
    {KIND_OFFICE_ZIP | KIND_MACRO, KIND_OFFICE_ZIP | KIND_ZIP | KIND_OLE | KIND_MACRO,
	"docm dotm xlsm xltm xlam pptm potm ppsm ppam sldm xlsb "},
    {KIND_OLE | KIND_MACRO, KIND_OLE | KIND_OFFICE_ZIP | KIND_ZIP | KIND_MACRO, "xla xlm ppa "},
    {KIND_ZIP, KIND_ZIP | KIND_OFFICE_ZIP | KIND_ARCHIVE | KIND_EXECUTABLE,
	"zip zipx kmz cbz whl nupkg 3mf "},
    {KIND_ARCHIVE, KIND_ARCHIVE | KIND_ZIP | KIND_OFFICE_ZIP,
	"7z rar r00 tar tgz tbz tbz2 txz tzst gz bz2 xz zst z lz lzma lzh lha "
	"arj ace cab cpio ar iso img vhd vhdx vmdk udf dmg uue xxe wim "},
    {KIND_MESSAGE, KIND_MESSAGE | KIND_TEXT | KIND_MARKUP, "eml mbox mbx "},
    {KIND_CRYPTO, KIND_CRYPTO | KIND_TEXT,
	"p7s p7m p7c p7b p12 pfx pem crt cer der gpg pgp sig key "},
    {KIND_FONT, KIND_FONT, "ttf otf woff woff2 eot "},
    {KIND_DOCUMENT, KIND_DOCUMENT | KIND_OLE | KIND_OFFICE_ZIP | KIND_ZIP,
	"one onepkg wpd pages numbers "},
};

static const struct {
	unsigned kind;
	const char *description;
} attachment_kind_names[] = {
    {KIND_EXECUTABLE, "an executable"},
    {KIND_SCRIPT, "a script"},
    {KIND_SHORTCUT, "a shortcut"},
    {KIND_MARKUP, "HTML or XML"},
    {KIND_OLE, "an Office document"},
    {KIND_OFFICE_ZIP, "an Office document"},
    {KIND_RTF, "an RTF document"},
    {KIND_PDF, "a PDF or PostScript document"},
    {KIND_DOCUMENT, "a document"},
    {KIND_ZIP, "an archive"},
    {KIND_ARCHIVE, "an archive"},
    {KIND_IMAGE, "an image"},
    {KIND_AUDIO, "audio"},
    {KIND_VIDEO, "video"},
    {KIND_MESSAGE, "a message"},
    {KIND_CRYPTO, "a signature, key or encrypted data"},
    {KIND_FONT, "a font"},
    {KIND_TEXT, "text"},
};

static bool
attachment_words_has(const char *words, struct text word)
{
	struct text rest = text_from_string(words);

	while (rest.size > 0)
		if (text_is_equal(text_split(&rest, ' '), word))
			return true;
	return false;
}

static struct attachment_kind
attachment_kind_find(const struct attachment_words *rows, size_t count, struct text word)
{
	if (word.size == 0)
		return (struct attachment_kind){0};
	for (size_t i = 0; i < count; i++)
		if (attachment_words_has(rows[i].words, word))
			return (struct attachment_kind){rows[i].is, rows[i].may};
	return (struct attachment_kind){0};
}

/* Of types that the table does not have: what their first half says. */
static const struct {
	struct text first;
	unsigned kind;
} attachment_top_types[] = {
    {TEXT("image/"), KIND_IMAGE},
    {TEXT("audio/"), KIND_AUDIO},
    {TEXT("video/"), KIND_VIDEO},
    {TEXT("font/"), KIND_FONT},
    {TEXT("text/"), KIND_TEXT},
};

struct attachment_kind
attachment_kind_of_type(struct text type)
{
	struct attachment_kind kind = attachment_kind_find(
	    attachment_types, sizeof attachment_types / sizeof *attachment_types, type);

	for (size_t i = 0;
	     kind.is == 0 && i < sizeof attachment_top_types / sizeof *attachment_top_types; i++)
		if (text_has_prefix(type, attachment_top_types[i].first))
			kind = (struct attachment_kind){
			    attachment_top_types[i].kind, attachment_top_types[i].kind};
	return kind;
}

struct attachment_kind
attachment_kind_of_extension(struct text extension)
{
	return attachment_kind_find(attachment_extensions,
	    sizeof attachment_extensions / sizeof *attachment_extensions, extension);
}

const char *
attachment_kind_describe(unsigned kinds)
{
	for (size_t i = 0; i < sizeof attachment_kind_names / sizeof *attachment_kind_names; i++)
		if ((kinds & attachment_kind_names[i].kind) != 0)
			return attachment_kind_names[i].description;
	return "something unknown";
}
