#!/usr/bin/env bash
# Messages made to cost a reader all of its memory and time. Each goes through culver-deliver with a rule over the
# header, one over the body and one over the addresses, and through the reader of the corpus, with a bound on address
# space and processor time: it is delivered, byte for byte, and where a limit cut the search that is to be seen.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

cd "$work" || exit 99
dump=$top_builddir/tests/corpus/dump_message
# Sanitizers need address space of their own, and are slow: smaller bombs there.
scale=1 address_space=700000 private=65536
[ -z "$sanitizers" ] || scale=20 address_space=unlimited private=unlimited
printf 'system_rules = ""\nlog = file\nlog_file = %s/log\n' "$work" >conf
cat >rules <<'RULES'
DEFAULT="./default/"
if (/^Subject:.*needle/)
	to "./header/"
if (/needle/:b)
	to "./body/"
if (hasaddr("needle@x.test"))
	to "./address/"
RULES
chmod 600 rules

bounded() {
	(ulimit -v "$address_space" && ulimit -d "$private" && ulimit -t 100 && exec "$@")
}

# bomb SENTENCE BOX: the file message is delivered to that box, whole. Sets $undecided.
bomb() {
	local sentence=$1 wanted=$2 files status
	rm -rf default header body address log
	mkdir -p {default,header,body,address}/{tmp,new,cur}
	bounded "$top_builddir/culver-deliver" --config conf -V 1 rules <message >said 2>&1
	status=$?
	files=(*/new/*)
	is "$sentence: it is delivered" "$status ${files[0]%%/new*} ${#files[@]}" "0 $wanted 1"
	test_that "$sentence: byte for byte" cmp -s "${files[0]}" message
	undecided=$(sed -n 's/.*"undecided":\(null\|"[a-z]*\).*/\1/p' log)
}

# seen SENTENCE FACT...: the reader ends well, and says each fact.
seen() {
	local sentence=$1 fact status
	shift
	bounded "$dump" --brief message >facts 2>said
	status=$?
	is "$sentence: it is read" "$status" 0
	for fact; do
		test_that "$sentence: $fact is among its facts" grep -qF "$fact" facts
	done
}

is_cut() { is "$1: the log says that the search was cut" "$undecided" '"rules'; }
is_whole() { is "$1: the search was not cut" "$undecided" null; }

mixed() { printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=%s\n\n' "$1"; }
count() { echo $(($1 / scale)); }

what="10,000 nested parts"
{
	mixed b0
	awk 'BEGIN { for (i = 1; i <= 10000; i++)
		printf "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i }'
	printf -- '--b10000\n\nneedle\n'
} >message
bomb "$what" default
is_cut "$what"
seen "$what" '"truncated":true' '"malformed":true'

what="10,000 messages in each other"
{
	awk 'BEGIN { for (i = 0; i < 10000; i++) print "Content-Type: message/rfc822\n" }'
	printf 'Subject: x\n\nneedle\n'
} >message
# The message at the limit is a text for the rules, with all that is in it.
bomb "$what" body
seen "$what" '"truncated":true'

what="10,001 parts beside each other"
{
	mixed b
	awk 'BEGIN { for (i = 0; i < 10000; i++) print "--b\n\nx" }'
	printf -- '--b\n\nneedle\n--b--\n'
} >message
bomb "$what" default
is_cut "$what"
seen "$what" '"truncated":true' '"parts_seen":10000'

what="a kibibyte that grows as much as it can"
{
	printf 'Content-Type: text/plain; charset=big5-hkscs\nContent-Transfer-Encoding: base64\n\n'
	head -c 700 /dev/zero | tr '\0' '\210' | base64
} >message
bomb "$what" default
seen "$what"
test_that "$what: to no more than eight times its size" \
    [ "$(sed -n 's/.*"readable":\([0-9]*\).*/\1/p' facts)" -le 8256 ]

what="one header field of 50 MiB"
{
	printf 'Subject: x\n'
	yes ' xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | head -n "$(count 819200)"
	printf ' needle\n\nbody\n'
} >message
bomb "$what" default
is_cut "$what"
seen "$what"

what="header fields of 50 MiB"
{
	yes 'X-Field: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | head -n "$(count 900000)"
	printf 'Subject: needle\n\nbody\n'
} >message
bomb "$what" default
is_cut "$what"
seen "$what" '"truncated":true'

what="a line of 100 MB"
{
	printf 'Subject: x\n\n'
	head -c $((100000000 / scale)) /dev/zero | tr '\0' x
	printf 'needle\n'
} >message
bomb "$what" body
seen "$what"

what="a text of 100 MiB in base64"
{
	printf 'MIME-Version: 1.0\nSubject: x\nContent-Type: text/plain; charset=koi8-r\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	{
		yes 'the dove found no rest for the sole of her foot' | head -c $((104857600 / scale))
		printf '\nneedle\n'
	} | base64
} >message
bomb "$what" body
is_whole "$what"
seen "$what"

what="a million encoded words"
{
	printf 'Subject: x\n'
	yes ' =?utf-8?q?=C3=A4?=' | head -n "$(count 1000000)"
	printf ' =?utf-8?q?needle?=\n\nbody\n'
} >message
bomb "$what" "$([ "$scale" = 1 ] && echo default || echo header)"
[ "$scale" = 1 ] && is_cut "$what"
seen "$what"

what="encoded words in many charsets"
{
	printf 'Subject: x\n'
	awk -v lines="$(count 40000)" 'BEGIN { for (i = 0; i < lines; i++) printf " =?iso-8859-%d?q?=E4?=\n", i % 16 + 1 }'
	printf '\nbody\n'
} >message
bomb "$what" default
seen "$what"

what="a storm of lines that look like boundaries"
{
	mixed b0
	awk -v lines="$(count 1000000)" 'BEGIN {
		for (i = 1; i <= 90; i++)
			printf "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i
		print "--b90\n\ntext"
		for (i = 0; i < lines; i++)
			printf "--b%dx%d\n", i % 91, i % 7
	}'
	printf 'needle\n'
} >message
bomb "$what" body
seen "$what" '"malformed":true'

what="a storm of parts with each its own boundary"
awk -v lines="$(count 300000)" 'BEGIN {
	print "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
	for (i = 0; i < lines; i++)
		printf "--b\nContent-Type: multipart/mixed; boundary=c%d\n\n--c%d\n", i, i
}' >message
bomb "$what" default
is_cut "$what"
seen "$what" '"truncated":true'

what="a chain of soft line breaks"
{
	printf 'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n'
	yes '=' | head -n "$(count 5000000)"
	printf 'needle\n'
} >message
bomb "$what" body
is_whole "$what"
seen "$what"

what="soft line breaks with blanks behind them"
{
	printf 'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n'
	yes '=                                                                                ' |
	    head -n "$(count 200000)"
	printf '='
	head -c $((20000000 / scale)) /dev/zero | tr '\0' ' '
	printf '\nneedle\n'
} >message
bomb "$what" body
seen "$what"

what="comments in addresses, nested without end"
{
	printf 'To: '
	head -c $((600000 / scale)) /dev/zero | tr '\0' '('
	printf '\nCc: a@b.test '
	head -c $((400000 / scale)) /dev/zero | tr '\0' '('
	head -c $((400000 / scale)) /dev/zero | tr '\0' ')'
	printf '\nFrom: '
	awk -v lines="$(count 60000)" 'BEGIN { for (i = 0; i < lines; i++) printf "\"<(:;@," }'
	printf '\n\nbody\n'
} >message
bomb "$what" default
seen "$what"

what="a hundred thousand recipients"
{
	printf 'To: a@x.test'
	awk -v lines="$(count 100000)" 'BEGIN { for (i = 0; i < lines; i++) printf ",\n u%d@x.test", i }'
	printf ',\n needle@x.test\n\nbody\n'
} >message
bomb "$what" default
is_cut "$what"
seen "$what"

what="a million parameters"
{
	printf 'Content-Type: text/plain'
	awk -v lines="$(count 1000000)" 'BEGIN { for (i = 0; i < lines; i++) printf ";\n name*%d*=%%41", i }'
	printf '\nContent-Disposition: attachment'
	awk -v lines="$(count 1000000)" 'BEGIN { for (i = lines; i > 0; i--) printf "; filename*%d=a", i }'
	printf '\n\nneedle\n'
} >message
bomb "$what" body
seen "$what"

# html SENTENCE LINE COUNT: a million times that, and a word.
html() {
	{
		printf 'Content-Type: text/html\n\n'
		yes "$2" | head -n "$(count "$3")" | tr -d '\n'
		printf '<p>needle</p>\n'
	} >message
	bomb "$1" body
	seen "$1"
}
html "a million tags in each other" '<div>' 1000000
html "a million different ends of tags" '<b><i></p></table></b>' 300000
html "a million comments" '<!-- -->' 1000000
html "a million ampersands" '&&#&#x&notit' 500000
html "a tag with a million attributes" '<p a=b c="d" ' 1000000
html "a million hidden elements" '<span style="display:none">' 300000
html "a million scripts" '<script></script>' 300000

# plain SENTENCE LINE COUNT
plain() {
	{
		printf 'Subject: x\n\n'
		yes "$2" | head -n "$(count "$3")"
		printf 'needle\n'
	} >message
	bomb "$1" body
	seen "$1"
}
plain "a million beginnings of uuencoded files" 'begin 644 x' 1000000
plain "a million uuencoded files without an end" "begin 644 x
#0V%T" 500000
plain "a million beginnings of yEnc" '=ybegin line=128 size=1 name=x' 1000000
plain "a million parts of yEnc" "=ybegin part=1 line=128 size=3 name=x
=ypart begin=1 end=3
abc" 300000
plain "a million quote marks" '>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> x ' 200000

what="uuencode in a part, a million files"
{
	printf 'Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\n'
	yes 'begin 644 x
#0V%T' | head -n "$(count 1000000)"
	printf 'end\nneedle\n'
} >message
bomb "$what" body
seen "$what"

what="flowed lines without an end"
{
	printf 'Content-Type: text/plain; format=flowed; delsp=yes\n\n'
	yes '> ' | head -n "$(count 3000000)"
	printf 'needle\n'
} >message
bomb "$what" body
seen "$what"
tests_end
