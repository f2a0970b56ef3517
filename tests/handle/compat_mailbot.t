#!/usr/bin/env bash
# culver called as mailbot: answers, guards and sending, and beside mailbot itself where that is installed.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/mime_samples.sh
. "$top_srcdir/tests/handle/mime_samples.sh"

export TZ=UTC
unset SENDER
soft='  '
printf 'Thanks. \nI am away.\n' >text
printf 'Content-Type: text/plain; charset=iso-8859-1; format=flowed; delsp=yes\n\nGr\374\337e\n' >mime
mkdir -p drafts/{cur,new,tmp} empty/{cur,new,tmp}
printf 'From: me@ark.example\nSubject: old\nContent-Type: text/plain\n\nold\n' >drafts/cur/1:2,S
printf 'From: me@ark.example\nSubject: vacation\nContent-Type: text/plain\n\nI am on vacation.\n' >drafts/new/2
touch -d '2020-01-01' drafts/cur/1:2,S

# ours SAMPLE OPTION...: sets $status, $output and $errors.
ours() {
	local message=samples/$1
	shift
	output=$("$work/mailbot" "$@" <"$message" 2>errors)
	status=$?
	errors=$(<errors)
}
body() { sed '1,/^$/d' <<<"$output"; }
has() { grep -cxF -- "$1" <<<"$output"; }

ours words -n -t text
is "a reply with a quotation" "$status|$output" '0|Precedence: junk
To: j@ark.example
Subject: Re: =?UTF-8?B?w4RwZmVs?= and folded
In-Reply-To: <m1@ark.example>
References: <m0@ark.example>
 <m1@ark.example>
Auto-Submitted: auto-replied
Mime-Version: 1.0
Content-Type: text/plain; format=flowed; delsp=yes; charset="UTF-8"
Content-Transfer-Encoding: 8bit

Jürgen writes:

>> quoted before
> Hello there, this is a long line that would need to be wrapped because it'"$soft"'
> is longer than seventy-six characters wide.
> sig

Thanks.'$' \nI am away.'
ours words -n -N -t text
is "or without" "$(body)" $'Thanks. \nI am away.'
ours words -n -N -m mime
is "a text with its own fields, in its charset" "$(body)" "Grüße"
printf 'Gr\374\337e\n' >latin
ours words -n -N -c iso-8859-1 -t latin
is "or in that of -c" "$(body)" "Grüße"
ours words -n -t text -S '%%|%n%C|%N|%i|%f|%F|%S|%d|%{%Y}d'
is "a salutation with all its words" "$(body | head -n 2)" '%|
alt.x|comp.lang.c|<m1@ark.example>|j@ark.example|Jürgen|Äpfel and folded|Sat, 21 Nov 2026 09:00:00 +0000|2026'
ours words -n -N -t text -T replyall
is "an answer to all" "$(has 'Cc: "Doe, Jane" <jane@ark.example>, bob@ark.example, carol@ark.example')" 1
ours words -n -N -t text -s 'Süß' -A 'From: me@ark.example' -A 'X-A: b'
is "fields and a subject" "$(sed -n '1,2p;5p' <<<"$output")" $'From: me@ark.example\nX-A: b\nSubject: =?UTF-8?B?U8O8w58=?='
ours words -n -N -t text -fother@ark.example
is "to another address" "$(has 'To: other@ark.example')" 1
SENDER=env@ark.example ours words -n -N -t text -f
is "to the sender in the environment" "$(has 'To: env@ark.example')" 1
printf 'From: a@ark.example\nReply-To: rt@ark.example\nErrors-To: e@ark.example\n\nx\n' >samples/errors
ours errors -n -N -t text
is "Reply-To before From" "$(has 'To: rt@ark.example')" 1
ours errors -n -N -e -t text
is "with -e Errors-To before both" "$(has 'To: e@ark.example')" 1

# --- forms ----------------------------------------------------------------------------------------------------------
tree() { "$work/reformime" -i <<<"$output" | sed -n 's/^content-type: //p' | paste -sd' '; }
ours words -n -t text -N -M me@ark.example
is "a delivery report" "$(tree)|$(has 'Final-Recipient: rfc822; me@ark.example')$(has 'Action: delivered')" \
    "multipart/report text/plain message/delivery-status text/rfc822-headers|11"
is "that reads as one" "$("$work/reformime" -d <<<"$output")" "delivered me@ark.example"
ours words -n -t text -N -M me@ark.example -a
is "with the whole message" "$(tree)" "multipart/report text/plain message/delivery-status message/rfc822 text/plain"
"$work/reformime" -e -s 1.3 <<<"$output" >got
test_that "byte for byte" cmp -s got samples/words
ours words -n -t text -N -T feedback -R abuse --feedback-source-ip 192.0.2.1 --feedback-reported-domain a.test --feedback-reported-domain b.test
is "a feedback report" "$(tree)|$(sed -n '/^Feedback-Type/,/^$/p' <<<"$output" | grep -v -e Arrival -e Agent)" \
    'multipart/report text/plain message/feedback-report text/rfc822-headers|Feedback-Type: abuse
Version: 1
Source-IP: 192.0.2.1
Reported-Domain: a.test
Reported-Domain: b.test'
is "goes to whom -A says" "$(grep -c '^To: j@' <<<"$(sed '/^$/q' <<<"$output")")" 0
ours words -n -t text -N -T replyfeedback -R fraud
is "or to the sender" "$(has 'To: j@ark.example')" 1
ours multipart -n -t text -T forward -F '*** fwd'
is "a forward with its attachments" "$(tree)|$(has '*** fwd')$(has 'Subject: Hóla!')$(has 'Hóla world')" \
    "multipart/mixed text/plain application/pdf|111"
ours words -n -t text -T forwardatt
is "or with the message attached" "$(tree)" "multipart/mixed text/plain message/rfc822 text/plain"
"$work/reformime" -e -s 1.2 <<<"$output" >got
test_that "byte for byte, too" cmp -s got samples/words
ours words -n -T replydraft -l drafts
is "an answer from a folder" "$(tree)|$(has 'I am on vacation.')$(has old)" "multipart/mixed text/plain text/rfc822-headers|10"
ours words -n -T replydraft -l empty
is "without one there is no answer" "$status|$output" "0|"
ours words -n -T replydraft -l missing
is "nor without the folder" "$status|$output" "0|"

# --- guards ---------------------------------------------------------------------------------------------------------
while IFS='|' read -r field guard; do
	printf 'From: a@ark.example\n%s\n\nx\n' "$field" >samples/guarded
	ours guarded -n -t text
	is "no answer: $field" "$status|$output|$(cut -d: -f2,3 <<<"$errors")" "0|| no answer: $guard"
	ours guarded -t text cat
	is "and nothing is said" "$status|$output$errors" "0|"
done <<'GUARDS'
Precedence: junk|precedence
Precedence: bulk|precedence
Precedence: list|precedence
List-Id: <l.ark.example>|list
Auto-Submitted: auto-replied|auto-submitted
Return-Path: <>|null-sender
GUARDS
ours report -n -t text
is "no answer to a report" "$status|$output" "0|"
ours words -n -N -t text -r jane@ark.example,x@ark.example
is "-r: one of the addresses is there" "$(has 'To: j@ark.example')" 1
ours words -n -N -t text -r nobody@ark.example
is "-r: none is" "$status|$output" "0|"
SENDER='' ours words -n -N -t text -f
is "none to the null sender" "$status|$output" "0|"

# --- sending --------------------------------------------------------------------------------------------------------
mkdir bin
printf '#!/bin/sh\n{ printf "%%s|" "$@"; cat; } >"%s/sent"\n' "$work" >bin/sendmail
chmod +x bin/sendmail
PATH=$work/bin:$PATH ours words -N -t text
is "sendmail with the null sender" "$status|$(head -n 1 sent)" "0|-f||Precedence: junk"
ours words -N -t text cat
is "or another program" "$status|$(body)" $'0|Thanks. \nI am away.'
ours words -N -t text sh -c 'cat >/dev/null; exit 7'
is "its status is ours" "$status" 7
ours words -N -t text ./missing
is "a program that is not there: later" "$status" 75
ours words -N -t text -d senders sh -c 'cat >/dev/null; exit 7'
ours words -N -t text -d senders cat
is "what was not sent is not remembered" "$status|$(body | head -n 1)" "0|Thanks. "
ours words -N -t text -d senders cat
is "once for each sender" "$status|$output" "0|"
ours plain -N -t text -d senders cat
is "others have theirs" "$(body | head -n 1)" "Thanks. "
ours words -N -t text -d senders -D 0 cat
is "-D 0: always" "$(body | head -n 1)" "Thanks. "

# --- hostile --------------------------------------------------------------------------------------------------------
ours plain -n -N -t text -s $'a\nBcc: x@ark.example'
is "a subject brings no field with it" "$(has 'Subject: a Bcc: x@ark.example')|$(grep -c '^Bcc' <<<"$output")" "1|0"
ours plain -n -N -t text $'-fa@ark.example\nBcc: x@ark.example'
is "nor an address" "$status|$output" "64|"
ours plain -n -N -t text -A $'X: a\nBcc: x@ark.example'
is "nor a field" "$status|$output" "64|"
ours plain -n -N -t text -T feedback -R abuse --feedback-source-ip $'1\nX: y'
is "nor a fact of a report" "$status|$output" "64|"
ours plain -n -N -t text -M $'a@ark.example\nX: y'
is "nor a recipient" "$status|$output" "64|"
{
	printf 'From: =?utf-8?Q?=0ABcc:_x@ark.example=0A?= <a@ark.example>\n'
	printf 'Subject: =?utf-8?Q?a=0D=0ABcc:_x@ark.example?=\nTo: =?utf-8?Q?=0A?= <b@ark.example>\n\nx\n'
} >samples/hostile
ours hostile -n -t text -T replyall
is "nor what the message has" "$status|$(grep -c '^Bcc' <<<"$output")" "0|0"
printf 'From: a@ark.example, b@ark.example\n\nx\n' >samples/many
ours many -n -N -t text
is "one message has one answer, or none" "$status|$output" "0|"
ours plain -n
is "a text is needed" "$status" 64
ours plain -n -t text -T bogus
is "a format that nobody knows" "$status" 64
ours plain -n -t text -T feedback
is "feedback has a type" "$status" 64
ours plain -Z
is "an unknown option names what to use" "$status|$(grep -c 'culver mail reply' <<<"$errors")" "64|1"
ours plain -n -t missing
is "a text that is not there: later" "$status|$output" "75|"

# --- beside mailbot -------------------------------------------------------------------------------------------------
# Compared are the whole body and, of the header, the fields in any order. Left out, and why: To (here without the name),
# Subject (here encoded anew), References (other line ends), Feedback-Type, User-Agent and the case of field names in
# feedback (mailbot 2.9.3 writes no type, against RFC 5965); salutations with %S, %n or %% (2.9.3 writes "S", or never
# ends); Return-Path: <> (2.9.3 answers); -f (2.9.3 takes it for a report's address, its manual says otherwise).
header() { sed '/^$/q' "$1" | sed -E ':a; N; $!ba; s/\n[ \t]+/ /g' | grep -vE '^(To|Subject|References):' | LC_ALL=C sort; }
same() {
	local message differences=''
	for message in plain multipart 8bit bare quoted base64 words; do
		eval "'$work/mailbot' $1" <"samples/$message" 2>/dev/null | blot >ours
		eval "timeout 10 '$peer' $1" <"samples/$message" 2>/dev/null | blot >theirs
		cmp -s <(header ours) <(header theirs) && cmp -s <(sed '1,/^$/d' ours) <(sed '1,/^$/d' theirs) ||
		    differences+=" $message"
	done
	is "as mailbot: mailbot $1" "$differences" ""
}
peer=$(command -v mailbot.maildrop || command -v mailbot)
if [ -n "$peer" ] && "$peer" --help 2>&1 | grep -q 'text autoresponse'; then
	while IFS= read -r options; do
		same "$options"
	done <<'OPTIONS'
-n -t text
-n -N -t text
-n -N -t text -A 'From: me@ark.example' -A 'X-Y: z'
-n -N -t text -s Away -T reply
-n -N -t text -T replyall
-n -t text -S 'Dear %F <%f>, %i:'
-n -N -t text -r b@ark.example
-n -N -t text -r nobody@ark.example
-n -N -t text -M me@ark.example -a
-N -t text cat
-N -t text true
OPTIONS
else
	skip "as mailbot" "mailbot of maildrop is not installed"
fi
tests_end
