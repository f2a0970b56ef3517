#!/usr/bin/env bash
# culver mail text: the lines that patterns of rules are tried on.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

mail text dove.eml
test_that "the body is decoded" has_output $'Grüße an alle,\nsecond line\n'
test_that "HTML reads as its reader sees it" has_output $'\nHello all\n'
is "nothing of its hidden text is read so" "$(grep -c '^secret\|Hello all.*secret' <<<"$output")" 0
mail text --header dove.eml
is "the header is unfolded and decoded" "$(head -n 3 <<<"$output")" 'From: Adéla Dove <adela@ark.example>
To: noah@ark.example, "Raven, R." <raven@ark.example>
Subject: Grüße aus Ararat'
test_that "headers of parts are there, too" has_output 'Content-Disposition: attachment; filename="leaf.png"'

# What is printed is what matches: a rule for each line.
mail text dove.eml
mapfile -t lines <<<"$output"
{
	for line in "${lines[@]}"; do
		[ -n "$line" ] || continue
		printf 'if (/^%s$/:b)\n\techo "yes"\nelse\n\techo "no"\n' "$(LC_ALL=C sed -E 's/[^A-Za-z0-9 ]+/.+/g' <<<"$line")"
	done
	printf 'to "/dev/null"\n'
} >rules
chmod 600 rules
HOME=$work "$culver" explain --rules "$work/rules" --json <dove.eml >explained 2>errors
is "every line that is printed matches a pattern of the body" \
    "$(grep -c '"echo"\|yes' explained | sed 's/^[1-9].*/some/') $(grep -c '"no' explained)" "some 0"

mail text --html dove.eml
is "the source of HTML" "$output" '<!DOCTYPE html><html><body><p>Hello <b>all</b><span style="display:none">secret</span></p></body></html>'
mail text --all dove.eml
is "all text parts, as they read" "$output|$errors" 'Grüße an alle,
second line
Hello all
inner body
begin 644 cat.txt
#0V%T
`
end|culver: mail text: dove.eml: part 1.2: its HTML hides text from the reader'
"$culver" mail text --json dove.eml >json
is "JSON has the lines" "$(json json '[m["place"], m["header"][2], m["body"][:2], m["damaged"]]')" \
    "['dove.eml', 'Subject: Grüße aus Ararat', ['Grüße an alle,', 'second line'], False]"
is "and facts of the parts" "$(json json '[(q["number"], q["kind"], q["left_out"], q["hides_text"]) for q in m["parts"]]')" \
    "[('1.1', 'plain', False, False), ('1.2', 'html', True, True), ('3.1', 'plain', False, False)]"
printf 'Content-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: base64\n\n4pyTIQ=?\n' >odd.eml
"$culver" mail text --json odd.eml >json
is "what is doubtful is a fact" "$(json json '[(q["unknown_charset"], q["malformed"]) for q in m["parts"]]')" "[(True, True)]"
mbox_of dove.eml odd.eml >box
mail text --header box
is "of many messages each has its place" "$(grep '^==>' <<<"$output")" $'==> box:1 <==\n==> box:2 <=='
mail text missing
is "what cannot be read is an error" "$status" 66
tests_end
