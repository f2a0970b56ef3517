#!/usr/bin/env bash
# What rules see of a message, beside what maildrop 2.9.3 and Python's email package see of the same bytes: address
# lines, encoded words and bodies on which they should agree.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

decode=$top_builddir/tests/unit/mail/decode_body

printf 'foreach /^(To|Subject):.*/:h\n{\n  echo "$MATCH"\n}\nto "/dev/null"\n' >"$work/rules"
chmod 600 "$work/rules"

# field NAME BODY: a message with that field; \n and \t are escapes.
field() { printf 'MIME-Version: 1.0\n%s: %b\n\nbody\n' "$1" "$2"; }
seen_by_maildrop() { field "$1" "$2" | maildrop "$work/rules"; }
seen_here() { field "$1" "$2" | "$decode" header "$1"; }
agrees() {
	local peer
	peer=$(seen_by_maildrop "$1" "$2"; printf .)
	is "$1: $2" "$(seen_here "$1" "$2"; printf '\n.')" "$peer"
}

if maildrop -v 2>/dev/null | grep -q 'maildrop 2\.9'; then
	while IFS= read -r body; do
		agrees To "$body"
	done <<'BODIES'
joe@x.com (Joe Brown)
a@b , c@d(comment),\n "E, F" <e@f>
Joe Q. Public <a@b>, "Bob" <c@d>
"Joe, Public" <a@b>
(one) Joe <a@b> (two)
undisclosed-recipients:;
A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;
g1: a@b; , g2: c@d, e@f;, h@i
Mary <@node.test:mary@example.net>
=?utf-8?q?Brown=2C_Joe?= <j@x>
=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_M?= <j@x>
j@x (=?iso-8859-1?q?J=F6rg?=)
not an address at all
Joe Brown joe@x.com
a@b; c@d
A <a@b> B <c@d>
Joe <joe@x.com, b@c
john . doe @ example . org
joe@[192.0.2.1]
"Joe\n Brown" <a@b>
Joe's Bar & Grill <a@b>
BODIES
	while IFS= read -r body; do
		agrees Subject "$body"
	done <<'BODIES'
plain\n  folded
=?utf-8?q?J=C3=B6rg?= and =?utf-8?B?SsO2cmc=?=
=?utf-8?q?a?= =?utf-8?q?b?=
=?utf-8?q?a?=\n =?utf-8?q?b?=
=?iso-8859-1?q?caf=E9?= x
=?koi8-r?B?8NLJ18XU?=
=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=
=?us-ascii*en?q?Keith_Moore?=
BODIES
else
	skip "address lines and encoded words agree with maildrop" "maildrop 2.9 is not installed"
fi

# body ENCODING CHARSET BYTES
body_agrees() {
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n%b' \
	    "$2" "$1" "$3" >"$work/message"
	is "body in $1, $2: ${3:0:40}" "$("$decode" body <"$work/message"; printf .)" "$(python3 -c '
import email, sys
part = email.message_from_binary_file(sys.stdin.buffer)
text = part.get_payload(decode=True).decode(part.get_content_charset(), "replace")
sys.stdout.buffer.write(text.encode())' <"$work/message"; printf .)"
}
if command -v python3 >/dev/null; then
	body_agrees quoted-printable utf-8 'caf=C3=A9 au =\nlait=20\n=3D=\n'
	body_agrees quoted-printable koi8-r '=F0=D2=C9=D7=C5=D4 =f0\n'
	body_agrees base64 utf-8 'SsO2cmcg\n4oKsCg==\n'
	body_agrees base64 iso-2022-jp 'GyRCRnxLXBsoQg==\n'
	body_agrees base64 utf-16 '//5hANg93gA=\n'
	body_agrees 8bit iso-8859-15 'caf\xe9 \xa4\n'
	body_agrees 8bit utf-8 'bad \xe9 byte, \xe2\x82 cut\n'
	body_agrees 7bit utf-7 'Hi Mom +Jjo--+Jjo-!\n'
	body_agrees 7bit hz '~{<:Ky2;S{#,NpJ)l6HK!#~}\n'
	body_agrees 8bit gb2312 '\xd6\xd0\xce\xc4\n'
	body_agrees 8bit shift_jis '\x93\xfa\x96{\n'
	body_agrees 8bit big5 '\xa4\xa4\xa4\xe5\n'
	body_agrees x-uuencode us-ascii 'begin 644 x\n#0V%T\n`\nend\n'
else
	skip "bodies agree with Python's email package" "python3 is not installed"
fi
tests_end
