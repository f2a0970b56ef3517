#!/usr/bin/env bash
# What Dovecot's own IMAP server shows of mail that culver refile moves, also in sessions that are open meanwhile.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
# shellcheck source=tests/support/dovecot.sh
. "$top_srcdir/tests/support/dovecot.sh"
own_accounts "$@"
# shellcheck source=tests/refile/refile.sh
. "$top_srcdir/tests/refile/refile.sh"
write_config

location="maildir:$home/Maildir"

# answers NAME TAG: what the server said from the command before up to this one's end.
answers() { tr -d '\r' <"$work/from-$1" | awk -v tag="$2" '/^[a-z][0-9]* / && $1 == tag { print block; exit } /^[a-z][0-9]* / { block = ""; next } { block = block $0 "\n" }'; }
# shown: flags and subjects of a FETCH, sorted.
shown() {
	awk '/FETCH \(FLAGS \(/ { flags = $0; sub(/.*FLAGS \(/, "", flags); sub(/\).*/, "", flags) }
	/^Subject: / { count = split(flags, list, " "); line = $2; n = 0
		for (i = 1; i <= count; i++) if (list[i] != "\\Recent") sorted[++n] = list[i]
		for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (sorted[j] < sorted[i]) { t = sorted[i]; sorted[i] = sorted[j]; sorted[j] = t }
		for (i = 1; i <= n; i++) line = line " " sorted[i]; print line }' | LC_ALL=C sort
}
all='FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])'

cat >"$work/rules" <<'RULES'
if (/^Subject: junk/)
	mailbox "Junk"
RULES

use_location "$location"
fresh <"$work/rules"
needs_imap

# --- Maildir -------------------------------------------------------------------------------------------------------
fresh <"$work/rules"
append() { printf 'APPEND %s (%s) {%d+}\r\nSubject: %s\r\n\r\nx' "$1" "$3" $((${#2} + 14)) "$2"; }
imap "$(append INBOX one '\Seen')" "$(append INBOX junk1 '\Flagged Work')" "$(append INBOX junk2 '')" \
    "$(append INBOX junk3 'Third Work')" 'CREATE Junk' "$(append Junk old 'Other Third')" >/dev/null
open_session 7 inbox
open_session 8 junk
say inbox 7 a1 'SELECT INBOX'
say junk 8 a1 'SELECT Junk'
say inbox 7 a2 'STORE 3 +FLAGS (\Answered)'
refile --apply Maildir
is "mail moves while two sessions are open" "$status $errors" "0 "
say inbox 7 a3 'NOOP'
say inbox 7 a4 "$all"
say junk 8 a3 'NOOP'
say junk 8 a4 "$all"
is "the session on the source sees that it is gone" "$(answers inbox a4 | shown)" 'one \Seen'
is "the session on the target sees it, with flags and keywords" "$(answers junk a4 | shown)" \
    $'junk1 Work \\Flagged\njunk2 \\Answered\njunk3 Third Work\nold Other Third'
say junk 8 a5 'STORE 2 +FLAGS (Late)'
say inbox 7 a6 'LOGOUT'
say junk 8 a6 'LOGOUT'
exec 7>&- 8>&-
wait
is "a new session sees the same" "$(imap 'SELECT Junk' "$all" | shown | sed 's/ Late//')" \
    $'junk1 Work \\Flagged\njunk2 \\Answered\njunk3 Third Work\nold Other Third'
is "each message has one identity" "$(imap 'SELECT Junk' 'FETCH 1:* (UID)' | sed -n 's/.*UID \([0-9]*\).*/\1/p' | LC_ALL=C sort -u | wc -l)" 4

# Moved while a session changes flags all the time.
fresh <"$work/rules"
for ((i = 0; i < 40; i++)); do
	append INBOX "junk$i" ''
	printf '\r\n'
done | awk 'BEGIN { RS = "\r\n" } /^APPEND/ { printf "c%d %s\r\n", NR, $0; next } { printf "%s\r\n", $0 }' >"$work/appends"
{
	cat "$work/appends"
	printf 'z LOGOUT\r\n'
} | "${imap_server[@]}" >/dev/null 2>>"$work/dovecot.log"
imap 'CREATE Junk' >/dev/null
is "(forty messages wait)" "$(names Maildir | wc -w)" 40
(
	for i in 1 2 3 4 5; do
		imap 'SELECT INBOX' 'STORE 1:* +FLAGS (\Seen)' 'STORE 1:* -FLAGS (\Seen)' 'STORE 1:* +FLAGS (\Flagged Kw)' >/dev/null
	done
) &
refile --apply Maildir
wait
refile --apply Maildir
is "beside a session that changes flags none is lost or doubled" \
    "$status $(imap 'SELECT Junk' "$all" | shown | awk '{print $1}' | LC_ALL=C sort -u | wc -l) $(imap 'STATUS Junk (MESSAGES)' 'STATUS INBOX (MESSAGES)' | sed -n 's/.*MESSAGES \([0-9]*\).*/\1/p' | paste -sd' ')" \
    "0 40 40 0"
is "Dovecot had nothing to say" "$(complaints)" ""

# --- mbox ----------------------------------------------------------------------------------------------------------
use_location "mbox:$home/mail:INBOX=$home/box"
fresh <<'RULES'
if (/^Subject: junk/)
	to "./mail/Junk"
RULES
mkdir -m 700 "$home/mail"
: >"$home/box"
mine
imap "$(append INBOX one '\Seen')" "$(append INBOX junk1 '\Flagged \Seen Other')" "$(append INBOX two '')" \
    "$(append INBOX junk2 '')" 'CREATE Junk' "$(append Junk old 'Other')" >/dev/null
open_session 7 mbox
say mbox 7 a1 'SELECT INBOX'
refile --apply box
is "mail moves from mbox to mbox while a session is open" "$status $errors" "0 "
say mbox 7 a2 'NOOP'
say mbox 7 a3 "$all"
is "the session sees what stays" "$(answers mbox a3 | shown)" $'one \\Seen\ntwo'
say mbox 7 a4 'LOGOUT'
exec 7>&-
wait
is "the target has it, with flags and keywords" "$(imap 'SELECT Junk' "$all" | shown)" $'junk1 Other \\Flagged \\Seen\njunk2\nold Other'
is "Dovecot had nothing to say of the mboxes" "$(complaints)" ""
tests_end
