#!/usr/bin/env bash
# Questions of rules that have no answer: what each setting makes of them, and that log and -V say so.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

cd "$work" || exit 99
printf 'From: a@b.example\nX-Redos: %s!\nSubject: =?x-nope?Q?cr=E8me?=\nMessage-ID: <1@test>\n\nbody\n' \
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >message
printf '%s\n' 'DEFAULT="./default"' 'MATCH="before"' 'if (/^X-Redos: (a+)+$/)' 'to "./matched"' >limit
printf '%s\n' 'DEFAULT="./default"' 'if (/^Subject:.*custard/)' 'to "./matched"' >undecodable
chmod 600 limit undecodable

# deliver RULES SETTING...: sets $box and $status; what was said is in the file said.
deliver() {
	local rules=$1
	shift
	{
		printf 'system_rules = ""\nlog = file\nlog_file = %s/log\n' "$work"
		[ $# = 0 ] || printf '%s\n' "$@"
	} >conf
	rm -f default matched log
	"$top_builddir/culver-deliver" --config conf -V 1 "$rules" <message >/dev/null 2>said
	status=$?
	box=$(ls default matched 2>/dev/null | tr '\n' ' ')
}

undecided() {
	sed -n 's/.*"undecided":\("[^"]*\)".*/\1/p' log
}

deliver limit
is "a pattern at its limit is later, where nothing is set" "$status $box" "75 "
is "the log says which" "$(undecided)" \
    '"limit:3:5: this pattern needs too much work on this message (match limit exceeded)'
deliver limit 'pattern_limit_verdict = open'
is "or it did not match" "$status $box" "0 default "
is "the log of the default delivery says so" "$(undecided)" \
    '"limit:3:5: this pattern needs too much work on this message (match limit exceeded)'
test_that "and so does -V" grep -q 'delivered.*; undecided: limit:3:5: this pattern needs' said
deliver limit 'pattern_limit_verdict = closed'
is "or it matched" "$status $box" "0 matched "
is "the log of that delivery says so" "$(undecided)" \
    '"limit:3:5: this pattern needs too much work on this message (match limit exceeded)'
deliver undecodable
is "what cannot be decoded does not match, where nothing is set" "$status $box" "0 default "
is "the log says that too" "$(undecided)" \
    '"undecodable:2:5: this pattern did not match, but a text that it was tried on has bytes that cannot be decoded, or goes on behind a limit'
deliver undecodable 'undecodable_verdict = closed'
is "or it matches" "$status $box" "0 matched "
deliver undecodable 'undecodable_verdict = later'
is "or it is later" "$status $box" "75 "
printf '%s\n' 'DEFAULT="./default"' 'if (/^Subject:.*cr.*me/ || /^From: a@b/ && /^From: zz/)' 'to "./matched"' >undecodable
deliver undecodable 'undecodable_verdict = later'
is "a pattern that matches such a text, or asks for another, has its answer" "$status $box" "0 matched "
test_that "and the log says null" grep -q '"undecided":null' log
printf '%s\n' 'to "./matched" `sleep 9`' >destination
chmod 600 destination
deliver destination 'command_timeout_verdict = open' 'command_limit = 1s'
is "a destination may ask a question without an answer" "$status $box" "0 matched "
test_that "the log of that very delivery says so" \
    grep -q '"undecided":"destination:1:[0-9]*: command .*sleep 9.* did not end' log

# What lies behind a limit was not looked at: that is no silent "no".
cp message plain
nested() {
	printf 'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0\n\n'
	awk -v levels="$1" 'BEGIN {
		for (i = 1; i <= levels; i++)
			printf "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i
		printf "--b%d\nX-In: part\n\nneedle\n", levels
	}'
}
hidden() {
	is "$1" "$(deliver hidden 'undecodable_verdict = later'; printf '%s' "$status $box")" "75 "
}
printf '%s\n' 'DEFAULT="./default"' 'if (/needle/:b)' 'to "./matched"' >hidden
nested 90 >message
deliver hidden 'undecodable_verdict = later'
is "a text in parts 90 deep is found" "$status $box" "0 matched "
nested 200 >message
hidden "a text in parts nested too deep is undecodable"
printf '%s\n' 'DEFAULT="./default"' 'if (/^X-In: part/)' 'to "./matched"' >hidden
hidden "a field of such a part too"
awk 'BEGIN { for (i = 0; i < 20000; i++) print "X-" i ":"; print "Subject: needle\n\nbody" }' >message
printf '%s\n' 'DEFAULT="./default"' 'if (/^Subject:.*needle/)' 'to "./matched"' >hidden
hidden "a field behind 20,000 others too"
printf '%s\n' 'DEFAULT="./default"' 'if (any(Subject) =~ /needle/)' 'to "./matched"' >hidden
hidden "a field that any() asks for too"
awk 'BEGIN {
	printf "Subject: x"
	for (i = 0; i < 20000; i++)
		print "\n xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	print "\n needle\n\nbody"
}' | grep . >message
hidden "the end of a folded field of more than 1 MiB too"
mv plain message

# Memory: a large text part is decoded piece by piece.
if [ -n "$sanitizers" ]; then
	skip "a body rule over a large part in base64 takes less than 1 MiB" "sanitizers have memory of their own"
	skip "and over HTML, as it reads and as it is written" "the same"
else
	{
		printf 'MIME-Version: 1.0\nSubject: x\nContent-Type: text/plain; charset=koi8-r\n'
		printf 'Content-Transfer-Encoding: base64\n\n'
		{
			yes 'the dove found no rest for the sole of her foot' | head -c 30000000
			echo needle
		} | base64
	} >large
	printf '%s\n' 'DEFAULT="/dev/null"' 'if (/^needle/:b)' ' to "./matched"' >body
	printf 'system_rules = ""\nlog = off\n' >conf
	rm -f matched
	(ulimit -d 1024 && exec "$top_builddir/culver-deliver" --config conf body <large) >/dev/null 2>said
	is "a body rule over a large part in base64 takes less than 1 MiB" "$? $(cat said)$(ls matched 2>&1)" "0 matched"
	{
		printf 'MIME-Version: 1.0\nSubject: x\nContent-Type: text/html; charset=koi8-r\n'
		printf 'Content-Transfer-Encoding: base64\n\n'
		{
			yes '<p>the <b>dove</b> found no rest for the <a href="http://x.test">sole</a> of her foot' |
			    head -c 20000000
			printf '\n<p>nee<b>dle</b>\n<!-- the end -->\n'
		} | base64
	} >large
	printf '%s\n' 'DEFAULT="/dev/null"' 'if (/^needle/:b && /^<!-- the end -->/:b)' ' to "./matched"' >body
	rm -f matched
	(ulimit -d 1024 && exec "$top_builddir/culver-deliver" --config conf body <large) >/dev/null 2>said
	is "and over HTML, as it reads and as it is written" "$? $(cat said)$(ls matched 2>&1)" "0 matched"
fi
tests_end
