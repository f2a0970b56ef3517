#!/usr/bin/env bash
# culver mail make: what is written is valid for an independent parser (Python's email, strict), and holds what was
# given.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

make_mail() { "$culver" mail make "$@"; }

# parsed EXPRESSION <message: what Python sees; m is the message, parts all of its parts. Any defect is printed.
parsed() {
	python3 -c '
import email, email.policy, sys
data = sys.stdin.buffer.read()
m = email.message_from_bytes(data, policy=email.policy.default.clone(raise_on_defect=False))
parts = list(m.walk())
for part in parts:
    for defect in part.defects:
        print("defect:", type(defect).__name__)
    for name, value in part.items():
        for defect in getattr(value, "defects", ()):
            print("defect:", name, type(defect).__name__, defect)
if any(len(line.rstrip(b"\r\n")) > 998 for line in data.split(b"\n")):
    print("a line is too long")
print(eval(sys.argv[1]))' "$1"
}

printf 'Hello\n' >t.txt
printf 'Grüße, naïve\n' >u.txt
printf '<p>Hi</p>\n' >h.html
printf '\211PNG\r\n\032\n\0' >a.png
printf 'From: a@b.test\nDate: Sat, 21 Nov 2026 21:48:00 +0000\nMessage-ID: <i@b.test>\nSubject: inner\n\nbody\n' >m.eml
head -c 100000 /dev/urandom >random
head -c 5000 /dev/zero | tr '\0' x >longline

make_mail --from 'Jörg <j@x.test>' --to 'a@b.test, "B, C" <c@d.test>' --subject 'Grüße' --text t.txt >new
is "a text is a simple message" "$(parsed 'm.get_content_type(), m.get_content(), m["mime-version"]' <new)" "('text/plain', 'Hello\\n', '1.0')"
is "names are encoded or quoted" "$(parsed '[(a.display_name, a.addr_spec) for a in m["to"].addresses + m["from"].addresses]' <new)" \
    "[('', 'a@b.test'), ('B, C', 'c@d.test'), ('Jörg', 'j@x.test')]"
is "the subject is read back" "$(parsed 'm["subject"]' <new)" "Grüße"
is "date and id are filled in" "$(parsed 'm["date"].datetime is not None and m["message-id"].startswith("<")' <new)" True
make_mail --no-defaults --text t.txt >new
is "unless they are not wanted" "$(parsed 'm["date"], m["message-id"]' <new)" "(None, None)"
# In base64 the line ends of text are CRLF (RFC 2045, section 6.8).
is "text that is not ASCII is encoded" "$(make_mail --text u.txt | parsed 'm.get_content().replace("\r\n", "\n")')" "Grüße, naïve"
make_mail --text longline | parsed 'm.get_content()' >got
test_that "a line over 998 bytes is encoded" cmp -s <(cat longline; echo) got

make_mail --from a@b.test --subject x --text t.txt --html h.html --inline a.png --attach m.eml --attach random,name=ü.bin >new
is "the structure is that of RFC 2046 and 2387" "$(parsed '[p.get_content_type() for p in parts]' <new)" \
    "['multipart/mixed', 'multipart/alternative', 'text/plain', 'multipart/related', 'text/html', 'image/png', 'message/rfc822', 'text/plain', 'application/octet-stream']"
is "an inline part has an id" "$(parsed 'parts[5]["content-id"], parts[5].get_filename()' <new)" "('<a.png@inline>', 'a.png')"
parsed 'open("got", "wb").write(parts[-1].get_payload(decode=True)) and parts[-1].get_filename()' <new >name
test_that "an attachment comes back byte for byte" cmp -s random got
is "and its name" "$(cat name)" "ü.bin"
is "our own reader sees the same" "$("$culver" mail verify new >out 2>&1; echo $?)" 0
printf 'a\r\nb\nc\rd\n' >mixed.txt
# shellcheck disable=SC2238 # ">type" is a file
make_mail --attach mixed.txt | parsed 'open("got", "wb").write(parts[-1].get_payload(decode=True)) and parts[-1].get_content_type()' >type
test_that "line ends of an attached text stay" cmp -s mixed.txt got
is "its type follows from its name" "$(cat type)" text/plain
is "a type can be given" "$(make_mail --attach 't.txt,type=application/x-y,description=Ü' | parsed 'parts[-1].get_content_type(), parts[-1]["content-description"]')" "('application/x-y', 'Ü')"
printf 'a,b' >'c,d.txt'
is "a comma in a name is written with a backslash" "$(make_mail --attach 'c\,d.txt' | parsed 'parts[-1].get_filename()')" "c,d.txt"
printf 'Subject: \0\n\n' >nul.eml
is "what is no valid message is attached as bytes" "$(make_mail --attach nul.eml | parsed 'parts[-1].get_content_type()')" "application/octet-stream"

hostile=$'x\r\nBcc: evil@x.test\r\n\r\nbody'
make_mail --subject "$hostile" --header "X-A: $hostile" --attach "t.txt,name=a$hostile.txt,description=$hostile" >new
is "no value becomes a field" "$(parsed '[p["bcc"] for p in parts], m["subject"]' <new)" "([None, None, None], 'x Bcc: evil@x.test  body')"
make_mail --to $'a@b.test\nBcc: evil@x.test' --text t.txt >new 2>err
is "an address with a line end is refused" "$?" 64
make_mail --to nobody --text t.txt >out 2>err
is "what is no address is refused" "$?-$(wc -c <out)" 64-0
make_mail --header 'Content-Type: text/html' --text t.txt >out 2>err
is "fields that follow from the parts cannot be given" "$?" 64
make_mail --attach 't.txt,type=text' >out 2>err
is "what is no type is refused" "$?" 64
make_mail --attach missing >out 2>err
is "a missing file is status 66" "$?" 66
is "standard input can be a part" "$(make_mail --text - <t.txt | parsed 'm.get_content()')" Hello

make_mail --subject s --text t.txt --attach a.png >old
make_mail --add-to old --attach u.txt >new
is "a part is added to a multipart" "$(parsed '[p.get_content_type() for p in parts]' <new)" "['multipart/mixed', 'text/plain', 'image/png', 'text/plain']"
is "what was there stays" "$(diff old new | grep -c '^<')" 0
printf 'Subject: s\nContent-Type: text/plain; charset=utf-8\nX-Z: 1\n\nGr\303\274\303\237e' >plain
make_mail --add-to plain --attach t.txt >new
is "another message is wrapped" "$(parsed '[p.get_content_type() for p in parts], parts[1].get_payload(decode=True), m["x-z"]' <new)" \
    "(['multipart/mixed', 'text/plain', 'text/plain'], b'Gr\\xc3\\xbc\\xc3\\x9fe', '1')"
make_mail --add-to plain --attach t.txt --subject x >out 2>err
is "fields are not changed by adding parts" "$?" 64
tests_end
