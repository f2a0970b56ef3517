#!/usr/bin/env bash
# What Dovecot's own IMAP server shows after our deliveries: flags, keywords and folders, in each layout, also beside
# its own changes and with many deliveries at once.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
# shellcheck source=tests/support/dovecot.sh
. "$top_srcdir/tests/support/dovecot.sh"
own_accounts
maildir=$home/Maildir
message=$work/message
write_message "$message"
deliveries=10

# fresh: a home as new, without a Maildir.
fresh() {
	rm -rf "$home"
	mkdir -m 700 "$home"
	chown "$dove_uid:$dove_uid" "$home"
}

# deliver_by RULES: one delivery for dove.
deliver_by() {
	printf '%s\n' "$1" >"$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	chown "$dove_uid:$dove_uid" "$home/.mailfilter"
	run "$message" -d dove
	[ "$status" = 0 ] || printf '# %s: %s\n' "$status" "$said"
}

# flags_of SESSION-OUTPUT: the flags of each message, sorted, without \Recent, a line each.
flags_of() {
	sed -nE 's/^\* [0-9]+ FETCH \(FLAGS \((.*)\)\)$/\1/p' <<<"$1" | while read -r line; do
		tr ' ' '\n' <<<"$line" | grep -v '^\\Recent$' | LC_ALL=C sort | paste -sd' '
	done
}

use_location "maildir:$maildir"
write_config 'create_folders = yes'
fresh
chown "$dove_uid:$dove_uid" "$home"
needs_imap

# --- keywords ------------------------------------------------------------------------------------------------------
fresh
deliver_by 'KEYWORDS="Work,NonJunk"
FLAGS="SF"
cc "./Maildir/"
FLAGS=""
KEYWORDS="work"
cc "./Maildir/"
KEYWORDS=""
to "./Maildir/"'
shown=$(imap 'SELECT INBOX' 'FETCH 1:* (FLAGS)')
is "Dovecot shows flags and keywords of our deliveries" "$(flags_of "$shown" | LC_ALL=C sort)" \
    $'\nNonJunk Work \\Flagged \\Seen\nWork'

fresh
imap 'APPEND INBOX (First $Mdn) {9+}'$'\r\n''A: b'$'\r\n\r\n''x' >/dev/null
test_that "Dovecot's own index is there" [ -s "$maildir/dovecot-keywords" ]
deliver_by 'KEYWORDS="first,Second"
to "./Maildir/"'
shown=$(imap 'SELECT INBOX' 'FETCH 1:* (FLAGS)')
is "its keywords keep their letters, a new one is added" "$(flags_of "$shown")" $'$Mdn First\nFirst Second'

# A session that is open while a new keyword comes: it sees it, and its own go on being stored.
open_session 7 client
say client 7 a 'SELECT INBOX'
say client 7 b 'STORE 1 +FLAGS (Third)'
deliver_by 'KEYWORDS="Fourth,third"
to "./Maildir/"'
say client 7 c 'NOOP'
say client 7 d 'STORE 1 +FLAGS (Fifth)'
say client 7 e 'FETCH 1:* (FLAGS)'
say client 7 f 'LOGOUT'
exec 7>&-
wait
is "an open session sees a new keyword in the same second" \
    "$(flags_of "$(sed '1,/^d OK/d' "$work/from-client" | tr -d '\r')")" \
    $'$Mdn Fifth First Third\nFirst Second\nFourth Third'
is "and so does the next" "$(flags_of "$(imap 'SELECT INBOX' 'FETCH 1:* (FLAGS)')")" \
    $'$Mdn Fifth First Third\nFirst Second\nFourth Third'

# A delivery that was killed with the lock in its hands: Dovecot need not wait for the lock's age.
sleep 0 &
gone=$!
wait "$gone"
printf '%d:%s\n' "$gone" "$(uname -n)" >"$maildir/dovecot-uidlist.lock"
chown "$dove_uid:$dove_uid" "$maildir/dovecot-uidlist.lock"
start=$SECONDS
imap 'SELECT INBOX' 'STORE 1 +FLAGS (Sixth)' >/dev/null
test_that "the lock of a killed delivery does not hold Dovecot up" [ $((SECONDS - start)) -lt 10 ]
test_that "it is taken over" grep -q ' Sixth$' "$maildir/dovecot-keywords"

# Many deliveries at once, each with a keyword of its own, beside a server that adds some too.
fresh
make_maildir "$maildir" "$dove_uid"
imap 'APPEND INBOX {9+}'$'\r\n''A: b'$'\r\n\r\n''x' >/dev/null
running=()
for ((i = 0; i < deliveries; i++)); do
	printf 'KEYWORDS="Own%d,Shared"\nto "%s/"\n' "$i" "$maildir" >"$work/rules-$i"
	chmod 644 "$work/rules-$i"
	setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups env HOME="$home" "$deliver" --config "$config" \
	    "$work/rules-$i" <"$message" 2>>"$work/errors" &
	running+=($!)
done
for i in 1 2 3 4 5; do
	imap 'SELECT INBOX' "STORE 1 +FLAGS (Server$i)" >/dev/null
done
failed=0
for child in "${running[@]}"; do
	wait "$child" || failed=$((failed + 1))
done
is "ten deliveries at once succeed" "$failed $(cat "$work/errors" 2>/dev/null)" "0 "
shown=$(flags_of "$(imap 'SELECT INBOX' 'FETCH 1:* (FLAGS)')" | LC_ALL=C sort)
is "and no keyword of theirs or of the server's is lost" "$(sed 's/\\Seen *//' <<<"$shown" | LC_ALL=C sort)" \
    "$(for ((i = 0; i < deliveries; i++)); do echo "Own$i Shared"; done; echo 'Server1 Server2 Server3 Server4 Server5')"

# --- folders -------------------------------------------------------------------------------------------------------
# folders WORD...: what LIST or LSUB shows, sorted.
folders() {
	imap "$1 \"\" *" | sed -nE "s/^\* $1 \([^)]*\) \"(.)\" (.*)$/\2/p" | tr -d '"' | LC_ALL=C sort | paste -sd' '
}
for layout in "maildir++ utf-7 :" "fs utf-7 :LAYOUT=fs" "maildir++ utf-8 :UTF-8" "fs utf-8 :LAYOUT=fs:UTF-8"; do
	read -r settings_layout encoding location <<<"$layout"
	separator=.
	[ "$settings_layout" != fs ] || separator=/
	fresh
	use_location "maildir:$maildir${location%:}"
	write_config "mailbox_layout = $settings_layout" "mailbox_encoding = $encoding"
	deliver_by 'cc mailbox "Entwürfe/日本語/R&D"
cc mailbox "Work"
flag "\\Seen"
KEYWORDS="Kw"
mailbox "Work"'
	deep="Entw&APw-rfe$separator&ZeVnLIqe-${separator}R&-D"
	is "$settings_layout, $encoding: both folders are subscribed, each once" "$(folders LSUB)" "$deep Work"
	test_that "$settings_layout, $encoding: both are listed" [ "$(folders LIST | grep -cF "$deep")" = 1 ]
	is "$settings_layout, $encoding: their mail is there, flags and keywords too" \
	    "$(imap "STATUS \"$deep\" (MESSAGES)" | grep -c 'MESSAGES 1)') $(flags_of "$(imap 'SELECT Work' 'FETCH 1:* (FLAGS)')" |
		LC_ALL=C sort | paste -sd';')" '1 ;Kw \Seen'
	imap 'UNSUBSCRIBE Work' 'CREATE Other' 'SUBSCRIBE Other' >/dev/null
	deliver_by 'cc mailbox "Work"
mailbox "Added"'
	is "$settings_layout, $encoding: what the user chose stays, a new folder is added" "$(folders LSUB)" \
	    "$(printf '%s\n' Added "$deep" Other | paste -sd' ')"
	is "$settings_layout, $encoding: Dovecot had nothing to say" "$(complaints)" ""
done
use_location "maildir:$maildir"
for name in 'inbox/x' 'a*b' 'a%b' '~x' 'a^b' '#x' '&' 'x "y"' 'x\y' ' x ' '0' '(x)'; do
	fresh
	write_config
	deliver_by "NAME=\"$(sed 's/[\\"]/\\&/g' <<<"$name")\"
mailbox \"\$NAME\""
	is "the odd name $name is one that Dovecot lists" "$status,$(imap 'LIST "" *' | grep -c '^\* LIST')" 0,2
done
printf 'no list\n' >"$maildir/dovecot-uidlist"
imap 'SELECT INBOX' >/dev/null
test_that "(what Dovecot complains of is seen)" [ -n "$(complaints)" ]
tests_end
