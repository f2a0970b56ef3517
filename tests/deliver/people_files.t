#!/usr/bin/env bash
# Rules files as people have them: each construct that is met in public files, in a file of its own kind, delivered by
# culver-deliver and, where it is installed, by maildrop 2.9.3, with the same result. Then the mistakes that such files
# make: what becomes of the mail, and what culver check says.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
write_config 'default_mailbox = "$HOME/Maildir/"'
culver=$top_builddir/culver
peer=
case $(/usr/bin/maildrop -v 2>&1) in
'maildrop 2.9.3'*) peer=/usr/bin/maildrop ;;
esac
: >"$work/nothing"
[ ! -e /etc/maildroprc ] || mount --bind "$work/nothing" /etc/maildroprc
rules=$work/rules
message=$work/message
unset SENDER RECIPIENT ORIGINAL_RECIPIENT EXTENSION LOCAL DOMAIN QUEUE_ID EXT HOST

# mail FIELD...: the message of the next deliveries, with these fields.
mail() {
	printf 'From: Noah <noah@ark.example>\nTo: dove@ararat.example\nMessage-ID: <%s@test>\n' message >"$message"
	printf '%s\n' "$@" '' 'From here I see water.' >>"$message"
}

# furnish: a home as new with the rules.
furnish() {
	rm -rf "$home"
	mkdir -m 700 "$home"
	make_maildir "$home/Maildir"
	make_maildir "$home/Mail/.work"
	cp "$rules" "$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	mkdir "$home/rules.d"
	printf 'if (/^X-Included: yes/)\n\tto "$MAIL/included"\n' >"$home/rules.d/dove"
	printf '^noah@\n^raven@\n' >"$home/allowed"
	printf '#!/bin/sh\necho "$@" >>"$HOME/sent"\ncat >>"$HOME/sent.mail"\n' >"$home/mail-program"
	chmod 600 "$home/rules.d/dove" "$home/allowed"
	chmod 755 "$home/mail-program"
	chown -R "$dove_uid:$dove_uid" "$home"
}

# found: what a delivery left in the home: each mailbox with its messages, each other file with its lines.
found() {
	(
		cd "$home" || exit
		find . -type f ! -path './.culver*' ! -path './rules.d/*' ! -name .mailfilter ! -name allowed ! -name mail-program \
		    ! -name '*.lock' | LC_ALL=C sort | while read -r name; do
			case $name in
			*/new/* | */cur/*) printf '%s\n' "${name%/*}/" ;;
			*.log | ./seen | ./sent.mail) printf '%s\n' "$name" ;;
			./sent | ./subscriptions) printf '%s: %s\n' "$name" "$(sort "$name" | tr '\n' ';')" ;;
			*) printf '%s: %s\n' "$name" "$(grep -c '^From ' "$name")" ;;
			esac
		done
	)
}

# by PROGRAM ARGUMENT...: one delivery; prints "status", what was printed and what was found.
by() {
	local program=$1
	shift
	(cd "$home" && $program "$@" <"$message" 2>"$work/stderr")
	printf 'status %s\n' "$?"
	found
}

# both SENTENCE WANTED ARGUMENT...: what Culver does with the rules, and that maildrop does the same.
both() {
	local sentence=$1 wanted=$2
	shift 2
	furnish
	is "$sentence" "$(by "$deliver --config $config" -d dove "$@")" "$wanted"
	if [ -n "$peer" ]; then
		furnish
		is "$sentence: so does maildrop" "$(by "$peer" -d dove "$@")" "$wanted"
	else
		skip "$sentence: so does maildrop" "there is no maildrop 2.9.3"
	fi
}

# --- a personal file ----------------------------------------------------------------------------------------------

cat >"$rules" <<'RULES'
# Where mail lives
MAIL="$HOME/Mail"
R=$MAIL
logfile "$HOME/mail.log"
log "--- $LOGNAME ---"

# a folder for this year, made when it is not there
YEAR="2024"
`test -d "$MAIL/.$YEAR"`
if( $RETURNCODE == 1 )
{
	`maildirmake "$MAIL/.$YEAR"`
	`echo "$YEAR" >>"$HOME/subscriptions"`
}
`mkdir -p "$MAIL/lists"`

if (/^X-Git-Host: github/)
	to $R/github.com

if (/^List-Id:.*<water\.ararat/ ||\
    /^X-List: water/ || \
    /^Subject:.*\[water\]/)
	to "$MAIL/lists/water";

if (/^From:.*raven/ && \
    /^Subject:.*land/)
  {
    log "news of land"
    to $MAIL/.work/
  }

if(!/^Subject:/)
{
	to "$MAIL/.2024/"
}

if (/^Subject:\s*(.*)/)
{
	SUBJECT=tolower($MATCH1)
	if (substr($SUBJECT,0,4) eq "spam")
	{
		to "$MAIL/junk"
	}
	elsif (length($SUBJECT) > 20)
		to "$MAIL/long"
	else
		log "nothing special: $SUBJECT"
}
RULES

mail 'X-Git-Host: github.com' 'Subject: x'
both "a bare-word path, a backticked maildirmake and mkdir -p, a line for subscriptions" "status 0
./Mail/github.com: 1
./mail.log
./subscriptions: 2024;"
for field in 'List-Id: <water.ararat.example>' 'X-List: water' 'Subject: [water] high'; do
	mail "$field"
	both "|| joined to a backslash without a blank, and a semicolon behind to: $field" "status 0
./Mail/lists/water: 1
./mail.log
./subscriptions: 2024;"
done
mail 'Reply-To: x' 'From: raven@ark.example' 'Subject: Land'
sed -i '/^From: Noah/d' "$message"
both "&& over two lines, and a brace that is indented" "status 0
./Mail/.work/new/
./mail.log
./subscriptions: 2024;"
mail 'X-Other: x'
both "if( without a blank, and ! in front of a pattern" "status 0
./Mail/.2024/new/
./mail.log
./subscriptions: 2024;"
mail 'Subject: SPAM and more'
both "tolower and substr" "status 0
./Mail/junk: 1
./mail.log
./subscriptions: 2024;"
mail 'Subject: a line that is rather long'
both "elsif and length" "status 0
./Mail/long: 1
./mail.log
./subscriptions: 2024;"

# --- duplicates -----------------------------------------------------------------------------------------------------

cat >"$rules" <<'RULES'
DEFAULT="$HOME/Maildir/"
`reformail -D 8000 "$HOME/seen"`
if($RETURNCODE == 0)
	exit
cc "$HOME/first"
RULES
mail 'Subject: once'
if command -v reformail >/dev/null; then
	both "reformail -D lets the first through" "status 0
./Maildir/new/
./first: 1
./seen"
	furnish
	by "$deliver --config $config" -d dove >/dev/null
	is "and discards the second" "$(by "$deliver --config $config" -d dove)" "status 0
./Maildir/new/
./first: 1
./seen"
	if [ -n "$peer" ]; then
		"$peer" -d dove <"$message"
		is "also when maildrop is the one that sees it" "$(found)" "./Maildir/new/
./first: 1
./seen"
	fi
else
	skip "reformail -D lets the first through" "reformail is not installed (package maildrop)"
	skip "and discards the second" "reformail is not installed (package maildrop)"
fi

# --- filters, and files in pieces ----------------------------------------------------------------------------------

cat >"$rules" <<'RULES'
MAIL=$HOME
DIR=rules.d
exception {
	xfilter "/no/such/scanner"
}
exception {
	xfilter "sed -e 's/^Subject: /Subject: [seen] /'"
}
exception {
	include "$HOME/$DIR/not-there"
}
exception {
	include "$HOME/$DIR/$LOGNAME"
}
if (/^Subject: \[seen\] (.*)/)
	to "$HOME/filtered"
to "$HOME/unfiltered"
RULES
mail 'Subject: land'
both "xfilter with sed and a scanner that is missing, include with variables in its path, all in exception" "status 0
./filtered: 1"
is "the filtered message is what was delivered" "$(grep -c '^Subject: \[seen\] land' "$home/filtered")" 1
mail 'X-Included: yes' 'Subject: land'
both "to in an included file, inside of exception" "status 0
./included: 1"

cat >"$rules" <<'RULES'
DEFAULT="$HOME/box"
exception {
	to "$HOME/missing/box"
}
`grep -q water`
if ($RETURNCODE == 0)
{
	cc "|cat >>$HOME/piped.log"
	to "|cat >>$HOME/taken.log"
}
RULES
mail 'Subject: land'
both "to in exception that fails, a shell's answer, pipes" "status 0
./piped.log
./taken.log"

# --- a list ---------------------------------------------------------------------------------------------------------

cat >"$rules" <<'RULES'
DEFAULT="$HOME/refused"
SENDMAIL="$HOME/mail-program"
if (/^From: *(.*)/)
{
	ALLOWED=0
	foreach (getaddr($MATCH1)) =~ /.+/
	{
		if (lookup($MATCH, "$HOME/allowed"))
			ALLOWED=1
	}
	if ($ALLOWED == 1 && hasaddr("dove@ararat.example"))
	{
		cc "$HOME/archive-1"
		cc "$HOME/archive-2"
		cc "|cat >>$HOME/archive.log"
		cc "$HOME/Mail/.work/"
		exit
	}
}
RULES
mail 'Subject: to the list'
both "foreach over getaddr, lookup, many cc in front of exit" "status 0
./Mail/.work/new/
./archive-1: 1
./archive-2: 1
./archive.log"
mail 'Subject: x'
sed -i 's/^From: .*/From: wolf@ark.example/' "$message"
both "and DEFAULT for the others" "status 0
./refused: 1"

cat >"$rules" <<'RULES'
SENDMAIL="$HOME/mail-program"
cc "$HOME/kept"
to "!olive@ark.example"
RULES
furnish
is "a forward goes to the mail program" "$(by "$deliver --config $config" -d dove)" "status 0
./kept: 1
./sent: -oi -- olive@ark.example;
./sent.mail"

# --- the envelope ---------------------------------------------------------------------------------------------------

cat >"$rules" <<'RULES'
import EXT
import HOST
if ($EXT ne "")
	to "$HOME/ext-$EXT"
if ($1 ne "" && $5 eq "")
	to "$HOME/args-$1-$2-$3-$4"
if ($5)
	to "$HOME/five-$5"
to "$HOME/plain"
RULES
mail 'Subject: x'
both "arguments of the mail server are \$1 to \$4" "status 0
./args-a-b-c-d: 1" a b c d
both "and \$5" "status 0
./five-e: 1" a b c d e
both "without any" "status 0
./plain: 1"
export EXT=lists HOST=ararat.example
both "import EXT and HOST" "status 0
./ext-lists: 1"
unset EXT HOST

# --- mistakes ------------------------------------------------------------------------------------------------------

# checked WORDS: what culver check says about the rules holds the words.
checked() {
	said=$(cd "$home" && "$culver" check --color=never "$rules")
	[[ $said == *"$1"* ]] || {
		printf '# %s\n' "${said//$'\n'/$'\n'# }"
		return 1
	}
}

cat >"$rules" <<'RULES'
QUOTA="1"
$QUOTA="5"
to "$HOME/box-$QUOTA"
RULES
mail 'Subject: x'
both "\$X= sets a variable with a dollar in its name" "status 0
./box-1: 1"
test_that "culver check names the dollar" checked '[dollar-assignment]'

cat >"$rules" <<'RULES'
`test -d .`
cc "|cat >/dev/null; exit 77"
if ($RETURNCODE == 0)
{
	EXITCODE=0
	exit
}
to "$HOME/box"
RULES
furnish
is "a copy that fails is later, and the status of another command cannot discard the mail" \
    "$(by "$deliver --config $config" -d dove)" "status 75"
test_that "the reason names the copy" grep -q 'a copy was refused: command "cat >/dev/null; exit 77"' "$work/stderr"
if [ -n "$peer" ]; then
	furnish
	is "where maildrop loses it" "$(by "$peer" -d dove)" "status 0"
fi
test_that "culver check names the status" checked '[cc-status]'

cat >"$rules" <<'RULES'
to "| cat >/dev/null; exit 1"
log "the archive refused it"
to "$HOME/box"
RULES
furnish
is "what stands behind to is never reached: the mail is later" "$(by "$deliver --config $config" -d dove)" "status 75"
if [ -n "$peer" ]; then
	furnish
	is "where with maildrop the command's status is the answer" "$(by "$peer" -d dove)" "status 1"
fi
test_that "culver check names the rules behind it" checked '[unreachable]'

cat >"$rules" <<'RULES'
xfilter "sed s/land/water/; exit 1"
if (/^X-Spam-Flag: YES/)
	to "$HOME/spam"
to "$HOME/box"
RULES
both "a scanner whose status says spam defers the mail" "status 75"
furnish
by "$deliver --config $config" -d dove >/dev/null
test_that "and the reason says where and why" grep -q '\.mailfilter:1:1: the command of xfilter ended with status 1' "$work/stderr"

cat >"$rules" <<'RULES'
if (/^Subject:.*(unsubscribe|$)/)
	to "$HOME/spam"
to "$HOME/box"
RULES
both "an alternative that is always true takes all mail" "status 0
./spam: 1"
test_that "culver check names the alternative" checked '[matches-all]'

cat >"$rules" <<'RULES'
if (/^Subject: =\?iso-8859-1\?/)
	to "$HOME/encoded"
to "$HOME/box"
RULES
mail 'Subject: =?iso-8859-1?Q?caf=E9?='
both "a pattern on encoded words finds nothing, since fields are decoded" "status 0
./box: 1"
test_that "culver check names the encoded word" checked '[matches-nothing]'
sed -i 's|1\\?/)|1\\?/:r)|' "$rules"
furnish
is "with the flag r it does" "$(by "$deliver --config $config" -d dove)" "status 0
./encoded: 1"

cat >"$rules" <<'RULES'
if (/^X-Mailing-List:.*<!(.*)!@/)
	to "$HOME/list-$MATCH2"
to "$HOME/box"
RULES
mail 'X-Mailing-List: <birds@ark.example>'
both "exclamation marks do not divide a pattern any more" "status 0
./box: 1"

cat >"$rules" <<'RULES'
if (/^X-Nothing/)

{
	to "$HOME/wrong"
}
to "$HOME/box"
RULES
both "an empty line behind if is its branch" "status 0
./wrong: 1"
test_that "culver check names the empty line" checked '[empty-branch]'

tests_end
