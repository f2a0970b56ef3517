#!/usr/bin/env bash
# What attachments are: types, classes, members, encryption, mismatches and bounds, on files that
# attachment_messages.py makes. A row: declared | name | extension | type | size | class | flags.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

probe=$top_builddir/tests/unit/filter/attachment_probe
command -v python3 >/dev/null || skip_all "python3 makes the files"
python3 "$top_srcdir/tests/unit/filter/attachment_messages.py" "$work" || skip_all "python3 cannot make the files"

# facts CASE COLUMNS: the columns of each row, members indented by ">".
facts() { "$probe" <"$work/$1" | cut -d'|' -f"$2" | sed 's/ *| */|/g; s/^ //; s/[| ]*$//'; }
own() { "$probe" <"$work/$1" | grep -v '^ ' | cut -d'|' -f"$2" | sed 's/ *| */|/g; s/^ //; s/[| ]*$//'; }

is "a program is one whatever its name and declared type are, and the difference is told" "$(facts exe 2,4,6,7)" \
	'report.txt|application/x-dosexec|executable|mismatch: its name ends in ".txt", and it is an executable (application/x-dosexec)
invoice.pdf|application/x-dosexec|executable|mismatch: its name ends in ".pdf", and it is an executable (application/x-dosexec)
setup.exe|application/x-dosexec|executable
photo.jpg.exe|application/x-dosexec|executable|mismatch: its name has an extension in front of ".exe"
|application/x-dosexec|executable'
is "a script is one by its first line or by its name" "$(own scripts 2,6)" 'notes.txt|script
a.js|script text
a.vbs|script text
x.hta|script text
go.bat|script
a.lnk|script
a.jar|executable archive'
is "a mismatch is what hides: no other picture, no newer document, no generic type, no true name" \
	"$(own mismatch 1,2,4,7 |sed 's/mismatch:.*/yes/')" \
	'image/png|a.png|text/html|yes
image/png|a.png|image/jpeg
application/msword|a.doc|application/vnd.openxmlformats-officedocument.wordprocessingml.document
application/vnd.ms-excel|a.xls|text/html
application/pdf|a.pdf|application/zip|yes
application/octet-stream|a.dat|application/x-dosexec
application/octet-stream|a.xyz|application/pdf
text/plain|a.pdf|application/pdf
application/x-msdownload|a.pdf|application/pdf
application/octet-stream|annex=?|application/pdf
application/x-zip-compressed|a.zip|application/zip
audio/mpeg|track.mp3|image/png
application/octet-stream|'$'safe\xe2\x80\xaefdp.scr''|application/x-dosexec|yes
image/gif|a.exe|text/plain|yes'
is "macros are found in each kind of document, and in a document in an archive" "$(own macros 2,6)" 'a.docx|document
b.docx|document macro
c.doc|document macro
d.doc|document
e.docm|document macro
f.xls|document macro
g.zip|archive with macro
g2.zip|archive with macro
h.rtf|document macro
i.rtf|document
j.pdf|document macro
k.pdf|document macro
l.odt|archive document macro
m.xlsm|document macro'
is "an OLE file is read to its end" "$(facts far 4,5,6)" 'application/msword|514560|document macro'
is "encryption is found in archives, archives in them, and documents" "$(facts encrypted 2,4,7)" 'a.zip|application/zip|encrypted
secret.txt||encrypted
b.zip|application/zip|encrypted
in.zip|application/zip|encrypted
secret.txt||encrypted
c.docx|application/encrypted|encrypted
d.pdf|application/pdf|encrypted
e.pdf|application/pdf
f.asc|application/pgp-encrypted|encrypted
g.zip|application/zip
a|text/plain'
is "members are listed to any depth, a tar.gz as one archive, and names are only names" "$(facts nested 2,4,6)" \
	'a.zip|application/zip|archive with executable
dir/b.tgz|application/gzip|archive with executable
deep/inner.zip|application/zip|archive with executable
setup.exe|application/x-dosexec|executable
read.me|text/plain|text
evil.exe.gz|application/gzip|archive with executable
evil.exe|application/x-dosexec|executable
x.gz|application/gzip|archive with script
inner name.sh|text/x-shellscript|script
t.tar.bz2|application/x-bzip2|archive
../../etc/passwd|text/plain|text
/abs|text/plain|text
u.zip|application/zip|archive
grüße.txt|text/plain|text'
is "archives are entered to a depth of 4, and what is deeper is told" "$(facts deep 2,7)" 'a.zip|cut
level5.zip
level4.zip
level3.zip
level2.zip'
is "the directory of a zip file counts as well as what stands in front of the members" "$(facts liar 2,6,7)" \
	'a.zip|archive with executable|damaged
a.txt|text
a.exe|executable
sfx.exe|executable with script
payload.js|script
b.zip|archive
in.zip|archive
stored.txt|text'
is "a damaged archive gives what it has" "$(facts damaged 2,4,7)" 'a.zip|application/zip|damaged
one.txt|text/plain
two.txt|application/octet-stream
b.tgz|application/gzip|damaged
c.zip|application/zip|damaged
|application/x-empty'
is "entries that share their bytes cost nothing" "$("$probe" members <"$work/overlap" |tail -1)" 'members 501'
is "of 10,000 members 2,000 are listed" "$("$probe" members <"$work/many" |cut -d'|' -f7)" ' cut
members 2000'
is "a file in a file in a file ends" "$(facts quine 2,5)" 'r.zip|452
r/r.zip|340
r/r.zip|228
r/r.zip|116
a.txt|6'
is "a file in plain text is an attachment" "$(facts uuencode 2,3,4,5,6)" 'tool.exe|exe|application/x-dosexec|454|executable'
is "a line that begins with begin is none" "$(facts none 2)" ''

# Bounds: what a bomb costs. 16 MiB is what libmagic's database and the libraries map, and some.
cost() { /usr/bin/time -f '%M %U' "$probe" members <"$work/$1" 2>&1 >/dev/null | tail -1; }
is_cheap() { # CASE KIB SECONDS
	local memory time
	read -r memory time <<<"$(cost "$1")"
	awk -v m="$memory" -v t="$time" -v km="$2" -v kt="$3" 'BEGIN { exit !(m <= km && t <= kt) }' && return
	echo "# $memory KiB, $time s"
	return 1
}
is "a bomb of archives in archives is cut" "$("$probe" members <"$work/bomb" | sed -n 's/.*|//p')" ' cut'
is "a bomb of one stream is cut" "$("$probe" members <"$work/stream_bomb" | sed -n 's/.*|//p')" ' cut'
is "many small bombs have one bound" "$("$probe" members <"$work/small_bombs" | grep -c cut)" \
	"$((120 - 256 / 3))"
if [ -n "$sanitizers" ] || [ ! -x /usr/bin/time ]; then
	skip "bombs need little memory and time" "sanitizers, or no time(1)"
else
	test_that "a bomb of archives in archives needs little memory and time" is_cheap bomb 20000 3
	test_that "a bomb of one stream needs little memory and time" is_cheap stream_bomb 20000 3
	test_that "small bombs need little memory and time" is_cheap small_bombs 24000 5
	test_that "100 MiB are typed, sized and looked through beside their own memory" is_cheap large 112000 5
fi

is "a second name in the header counts, too" "$(own names 2,6,7)" \
	'a.txt|script text|mismatch: its header has a second name, which ends in ".vbs"
b.txt|text'
is "messages that are attachments are looked into, whatever they are encoded in" "$(own messages 2,6)" \
	'|message with executable
mail.eml|message with executable
plain.eml|message
|message'
is "levels of them have a bound" "$(own messages 2,7 | grep -c cut)" 1
if [ -z "$sanitizers" ] && [ -x /usr/bin/time ]; then
	test_that "many messages of many parts need little memory and time" is_cheap message_bomb 60000 5
fi

# The libraries: none is opened before it is asked for, each is opened once.
opened() { strace -f -e trace=openat -o "$work/trace" "$probe" <"$work/$1" >/dev/null && grep -v ENOENT "$work/trace" | grep -c "$2"; }
if [ -n "$sanitizers" ] || ! strace -o /dev/null true 2>/dev/null; then
	skip "libraries are opened by the first question" "no strace, or sanitizers"
else
	is "a message without attachments opens no libmagic" "$(opened none libmagic)" 0
	is "a message without attachments opens no libarchive" "$(opened none libarchive)" 0
	is "five types open libmagic once" "$(opened exe 'libmagic\.so')" 1
	is "five types open its database once" "$(opened exe 'magic\.mgc')" 1
	is "documents that are no archives open no libarchive" "$(opened far libarchive)" 0
	is "archives open libarchive" "$(opened deep 'libarchive\.so' | sed 's/^[1-9].*/yes/')" yes
	is "nothing is run" "$(strace -f -e trace=execve,fork,vfork,clone,clone3 -o "$work/trace" "$probe" <"$work/nested" >/dev/null; grep -c '(' "$work/trace")" 1
fi
is "a missing database is a failure that says what to install" \
	"$(MAGIC=/nonexistent "$probe" <"$work/exe" | cut -c1-84)" \
	"no answer: types of attachments need libmagic's database (libmagic-mgc), which canno"

tests_end
