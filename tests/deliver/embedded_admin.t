#!/usr/bin/env bash
# What the administrator's files may do in embedded mode, and what the words beyond maildrop tell the mail server.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
unset SENDER RECIPIENT ORIGINAL_RECIPIENT EXTENSION LOCAL DOMAIN QUEUE_ID
admin=$work/maildroprcs
mkdir "$admin"
chmod 755 "$work" "$admin"
write_config "maildroprcs = $admin"
cd "$work" || exit 99
make_maildir "$home/Maildir" "$dove_uid"
message=$work/message
write_message "$message"

# own_rules TEXT [FILE]: rules of dove's, in the home.
own_rules() {
	local file=$home/${2-.mailfilter}
	printf '%s\n' "$1" >"$file"
	chown "$dove_uid:$dove_uid" "$file"
	chmod 600 "$file"
}

# admin_rules TEXT [FILE]
admin_rules() {
	printf '%s\n' "$1" >"$admin/${2-site}"
	chmod 644 "$admin/${2-site}"
}

# --- embedded mode ------------------------------------------------------------------------------------------------

own_rules 'echo `echo dove`' more
admin_rules "echo \`echo site\`
include \"$home/more\""
own_rules "include \"$admin/site\"" answer
run "$message" -d dove -m "$home/answer"
is "a file of the administrator's may act in embedded mode, and what it includes" \
    "$status $(tr '\n' ' ' <"$work/stdout")$said" "0 site dove "

own_rules "include \"$admin/site\"
include \"$home/more\"" answer
run "$message" -d dove -m "$home/answer"
refused "behind it the user's own files may not" 75 "embedded mode" "$message" "$home"

own_rules "include \"$home/more\"" answer
run "$message" -d dove -m "$home/answer"
refused "a file of the user's may not" 75 "embedded mode" "$message" "$home"

own_rules "include \"$admin/../home/dove/more\"" answer
run "$message" -d dove -m "$home/answer"
refused "nor one that is only spelled like the administrator's" 75 "embedded mode" "$message" "$home"

ln -s "$home/more" "$admin/link"
own_rules "include \"$admin/link\"" answer
run "$message" -d dove -m "$home/answer"
refused "nor one of the user's that a link there names" 75 "embedded mode" "$message" "$home"

chmod 646 "$admin/site"
own_rules "include \"$admin/site\"" answer
run "$message" -d dove -m "$home/answer"
refused "a file that everybody can write is not even read" 75 "chmod o-w" "$message" "$home"
chmod 664 "$admin/site"
chown "0:$dove_uid" "$admin/site"
run "$message" -d dove -m "$home/answer"
refused "nor one of root's that a group of users can write" 75 "chmod g-w" "$message" "$home"
admin_rules 'cc "./Maildir/"' copy
chmod 664 "$admin/copy"
chown "0:$dove_uid" "$admin/copy"
own_rules "include \"$admin/copy\""
run "$message" -d dove
refused "and not outside of embedded mode" 75 "chmod g-w" "$message" "$home"
rm -f "$home/.mailfilter" "$admin/copy"
chown 0:0 "$admin/site"
run "$message" -d dove -m "$home/answer"
is "one that root's group can write is the administrator's" \
    "$status $(tr '\n' ' ' <"$work/stdout")$said" "0 site dove "
chmod 644 "$admin/site"

chown "$dove_uid" "$admin/site"
run "$message" -d dove -m "$home/answer"
refused "a file there that is the user's is one of his" 75 "embedded mode" "$message" "$home"
chown 0 "$admin/site"

write_config 'maildroprcs = ""'
run "$message" -d dove -m "$home/answer"
refused "without the setting no file is the administrator's" 75 "embedded mode" "$message" "$home"

write_config "maildroprcs = $admin" "rules_safety = owner-only"
admin_rules 'cc "./Maildir/"' copy
own_rules "include \"$admin/copy\"
discard"
run "$message" -d dove
is "a file of the administrator's is read whatever rules_safety asks of the user's" "$status$said" "0"
test_that "and does its work" is_one_copy "$home/Maildir" "$message"
find "$home/Maildir" -type f -delete
write_config "maildroprcs = $admin"

# --- decisions ----------------------------------------------------------------------------------------------------

own_rules 'reject "no land here"'
run "$message" -d dove
refused "reject is for good, with its text" 77 "5.7.1 no land here" "$message" "$home"
own_rules 'tempfail "the water is high"'
run "$message" -d dove
refused "tempfail is later, with its text" 75 "4.7.1 the water is high" "$message" "$home"
own_rules 'if (/^Subject: (.*)/)
	reject "not \"$MATCH1\""'
run "$message" -d dove
refused "a text may be the message's" 77 '5.7.1 not "is there land"' "$message" "$home"
own_rules 'discard'
run "$message" -d dove
is "discard is a success without a delivery" "$status$said $(copies "$message" "$home")" "0 0"
own_rules 'keep'
run "$message" -d dove
delivered "keep delivers to the default mailbox" "$home/Maildir" "$message"
own_rules 'reject "550 no"' answer
run "$message" -d dove -m "$home/answer"
is "in embedded mode reject answers with its status" "$status $said" "77 5.7.1 550 no"

# --- the envelope -------------------------------------------------------------------------------------------------

own_rules 'A=envelope("sender")
B=envelope("recipient")
C=envelope("queue_id")
D=envelope("client_address")
echo "$A|$B|$C|$D"' answer
run "$message" -f noah@ark.example --queue-id=4711 -d dove -m "$home/answer"
is "envelope gives what the mail server said" "$status $(<"$work/stdout")" "0 noah@ark.example||4711|"
tests_end
