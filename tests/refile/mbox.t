#!/usr/bin/env bash
# culver refile with mboxes: out of one, into one, from one to the other; what stays is not touched.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts "$@"
# shellcheck source=tests/refile/refile.sh
. "$top_srcdir/tests/refile/refile.sh"
write_config

start() {
	fresh <<'RULES'
if (/^Subject: junk/)
	to "./Maildir/.Junk/"
if (/^Subject: file/)
	to "./file"
if (/^Subject: gone/)
	discard
RULES
	folder Maildir Maildir/.Junk
	: >"$home/box"
	mine
}

# add SUBJECT [FIELD...]: a message at the end of ~/box.
add() {
	local subject=$1
	shift
	{
		printf 'From noah@ark.example Fri Mar  1 12:00:00 2024\nSubject: %s\n' "$subject"
		[ $# = 0 ] || printf '%s\n' "$@"
		printf '\nThe body of %s.\n>From here.\n>>From there.\nFrom nowhere in particular.\n\n' "$subject"
	} >>"$home/box"
}

# --- to a Maildir --------------------------------------------------------------------------------------------------
start
add one 'Status: RO'
add junk1 'Status: RO' 'X-Status: AF' 'X-Keywords: Work $Label1' 'X-UID: 12'
add two
add junk2
add three 'Status: O'
add gone
add junk3 'Status: O'
before=$(tree)
refile box
is "a dry run changes nothing" "$status $(tree)" "0 $before"
test_that "and says what would move" has_output "           3 "
inode=$(stat -c %i "$home/box")
wanted=$(add() { :; }; awk 'BEGIN { RS = "\0" } { print }' "$home/box" | awk '
	/^From noah/ { n++ } n == 1 || n == 3 || n == 5 || n == 6 { print }')
refile --apply box
is "with --apply it ends well" "$status $errors" "0 "
is "what stays in the mbox is byte for byte as it was" "$(cat "$home/box")" "$wanted"
is "in the same file" "$(stat -c %i "$home/box")" "$inode"
is "what moved is in the Maildir, flags and keywords kept, what was new is new" \
    "$(cd "$home/Maildir/.Junk" && grep -rl . new cur | sed -E 's/[0-9]*\.M.*S=[0-9]*//' | LC_ALL=C sort | paste -sd' ')" "cur/:2,FRSab new/ new/"
is "without what belongs to the mbox, and unquoted" "$(cat "$home/Maildir/.Junk/cur/"*)" \
    $'Subject: junk1\n\nThe body of junk1.\nFrom here.\n>From there.\nFrom nowhere in particular.'
is "with the time of receipt" "$(find "$home/Maildir/.Junk" -type f -name '*:2,*' -printf '%T@\n' | cut -d. -f1)" 1709294400
is "the keywords have their names" "$(paste -sd' ' "$home/Maildir/.Junk/dovecot-keywords")" '0 Work 1 $Label1'
test_that "no lock and no note is left" [ "$(find "$home" -name '*.lock' -o -path '*/refile/*' -size +0)" = "" ]
before=$(tree)
refile --apply box
is "done again, it does nothing" "$status $(tree)" "0 $before"
refile --apply --delete box
is "with --delete what is discarded goes" "$(subjects box)" "one three two"

# --- to another mbox -----------------------------------------------------------------------------------------------
start
add one
add file1 'Status: RO' 'X-Status: F' 'X-UID: 3'
add file2
refile --apply box
is "from mbox to mbox: separator, quotes and flags stay" "$(cat "$home/file")" \
    "$(add() { :; }; printf 'From noah@ark.example Fri Mar  1 12:00:00 2024\n%sSubject: file1\n\nThe body of file1.\n>From here.\n>>From there.\n>From nowhere in particular.\n\nFrom noah@ark.example Fri Mar  1 12:00:00 2024\nSubject: file2\n\nThe body of file2.\n>From here.\n>>From there.\n>From nowhere in particular.\n\n' $'Status: RO\nX-Status: F\n')"
is "and the source has the other" "$(subjects box)" one
before=$(tree)
refile --apply file
is "an mbox that is its own target stays as it is" "$status $(tree)" "0 $before"

# --- from a Maildir ------------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2,FRSa file1
put Maildir/new/2.a.h file2
printf '0 Work\n' >"$home/Maildir/dovecot-keywords"
mine
refile --apply Maildir
is "from a Maildir to an mbox: flags and keywords become fields" "$(grep -c . "$home/file") $(sed -n 1,4p "$home/file" | paste -sd'|')" \
    "15 From noah@ark.example Fri Mar  1 12:00:00 2024|Status: RO|X-Status: AF|X-Keywords: Work"
is "what was new has none" "$(sed -n '/^From /,$p' "$home/file" | grep -c '^Status')" 1
is "the Maildir is empty" "$(names Maildir)" ""

# --- odd mboxes ----------------------------------------------------------------------------------------------------
start
printf 'From MAILER-DAEMON Fri Mar  1 12:00:00 2024\nSubject: DON'"'"'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\njunk\n\n' >"$home/box"
add junk
printf 'to "./Maildir/.Junk/"\n' >"$home/.mailfilter"
before=$(head -6 "$home/box")
mine
refile --apply box
is "the keeper's own notes stay" "$(cat "$home/box")" "$before"
is "the message moved" "$(subjects Maildir/.Junk)" junk
start
refile --apply box
is "an empty mbox is fine" "$status" 0
refile --apply nothing
is "one that is not there is 66, and is not made" "$status $(ls "$home/nothing" 2>&1 | wc -l)" "66 1"
start
printf 'no mbox\nat all\n' >"$home/box"
before=$(tree)
refile --apply box
is "what holds no message is not touched" "$status $(tree)" "0 $before"
start
add junk1
add one
printf 'From x@y Fri Mar  1 12:00:00 2024\r\nSubject: junk2\r\n\r\nbody\r\n\r\n' >>"$home/box"
printf 'From x@y Fri Mar  1 12:00:00 2024\nSubject: junk3\n\nno end' >>"$home/box"
mine
refile --apply box
is "CRLF and a missing line end are messages like others" "$(subjects box) $(subjects Maildir/.Junk | tr -d '\r')" "one junk1 junk2 junk3"

# --- locks and others ----------------------------------------------------------------------------------------------
start
add junk
add one
printf '1\n' >"$home/box.lock"
mine
touch "$home/box.lock"
before=$(tree)
refile --apply -o lock_timeout=1s box
is "a locked mbox is 75, and stays as it is" "$status $(tree)" "75 $before"
refile box
is "a dry run does not wait for it" "$status" 0
rm "$home/box.lock"
for ((i = 0; i < 50; i++)); do add "junk$i"; done
mine
(
	cd "$home" || exit
	for i in 1 2 3 4 5 6 7 8; do
		printf 'Subject: late%d\n\nbody\n' "$i" | "${as_dove[@]}" "$deliver" --config "$config" --user-rules= \
		    --default-mailbox="$home/box" || echo "# a delivery failed"
	done
) &
refile --apply box
wait
is "mail that is delivered meanwhile stays" "$(subjects box)" "late1 late2 late3 late4 late5 late6 late7 late8 one"
is "and the others moved, each once" "$(subjects Maildir/.Junk | wc -w)" 51
start
for ((i = 0; i < 30; i++)); do add "junk$i" "Message-ID: <$i>"; done
mine
(refile --apply box) &
refile --apply box
wait
refile --apply box
is "two runs at once move each message once" "$(subjects Maildir/.Junk | wc -w) $(stat -c %s "$home/box")" "30 0"
start
add junk
mine
chmod 400 "$home/box"
refile --apply box
is "an mbox that cannot be written is not moved from" "$((status != 0)) $(subjects Maildir/.Junk)" "1 "

# --- copies --------------------------------------------------------------------------------------------------------
start
printf '%s\n' 'if (/^Subject: both/)' '{' '	cc "./copies"' '	to "./Maildir/.Late/"' '}' \
    'if (/^Subject: junk/)' '	to "./Maildir/.Junk/"' >"$home/.mailfilter"
add junk
add both
add one
mine
refile --apply --copies -o create_folders=no box
is "of a message that cannot be moved the copy was made" "$status $(subjects copies) $(subjects box)" "1 both both one"
refile --apply --copies -o create_folders=no box
is "and is not made again, wherever the message lies by now" "$(subjects copies) $(subjects box)" "both both one"
add both
mine
refile --apply --copies -o create_folders=yes box
is "one that came later is copied, also one that is the same" \
    "$status $(subjects copies) $(subjects Maildir/.Late) $(subjects box)" "0 both both both both one"
test_that "then nothing is remembered" [ "$(find "$home/.culver" -type f -size +0)" = "" ]
start
add one
mine
test_that "what was never refiled has no journal" [ ! -e "$home/.culver" ]
tests_end
