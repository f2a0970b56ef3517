#!/usr/bin/env bash
# The words beyond maildrop, through the whole program: folders by their names, programs without a shell, changed
# headers, limited time, and what a command that does not end in time counts as.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
maildir=$home/Maildir
message=$work/message
large=$work/large
write_message "$message"
write_message "$large" 400000

# deliver_by RULES MESSAGE [OPTION...]: one delivery for dove in a home as new.
deliver_by() {
	local rules=$1 file=$2
	shift 2
	rm -rf "$home"
	mkdir -m 700 "$home"
	make_maildir "$maildir"
	printf '%s\n' "$rules" >"$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	chown -R "$dove_uid:$dove_uid" "$home"
	run "$file" "$@" -d dove
	printed=$(<"$work/stdout")
}

# message_in MAILDIR: the bytes of its only message.
message_in() { cat "$(visible "$1")"; }

# --- folders -------------------------------------------------------------------------------------------------------
write_config
deliver_by 'mailbox "Arbeit/Entwürfe"' "$message"
delivered "a folder is made where its name says, in modified UTF-7" "$maildir/.Arbeit.Entw&APw-rfe" "$message"
is "and subscribed as Dovecot does it" "$(<"$maildir/subscriptions")" $'V\t2\n\nArbeit\tEntw&APw-rfe'
deliver_by 'mailbox "inbox"' "$message"
delivered "INBOX is the Maildir itself" "$maildir" "$message"
deliver_by 'to mailbox "../../raven"' "$message"
refused "a name that leads elsewhere is refused" 75 'no folder can be called' "$message" "$work/home"
deliver_by '/^Subject: (.*)/
cc mailbox "$MATCH1/../x"' "$message"
refused "also when the message gave it" 75 'no folder can be called' "$message" "$home"
write_config 'mailbox_layout = fs' 'mailbox_encoding = utf-8' 'mailbox_root = ~/Mail/' 'mailbox_subscribe = no'
deliver_by 'mailbox "Arbeit/Entwürfe"' "$message"
delivered "the settings choose root, layout and encoding" "$home/Mail/Arbeit/Entwürfe" "$message"
test_that "and no subscription" [ ! -e "$home/Mail/subscriptions" ]
write_config 'mailbox_create = no'
deliver_by 'mailbox "Arbeit"' "$message"
refused "a missing folder is later where none may be made" 75 'mailbox_create' "$message" "$home"
write_config "log_file = $work/log"
sed -i 's/^log = off$/log = file/' "$config"
touch "$work/log" && chmod 666 "$work/log"
deliver_by 'mailbox "Arbeit"' "$message"
test_that "the log has the folder's name and the file" \
    grep -qF "\"destination\":\"Arbeit\",\"place\":\"$maildir/.Arbeit/new/" "$work/log"
deliver_by 'KEYWORDS="work,a b"
flag "\\Seen"
mailbox "Arbeit"' "$message"
test_that "what was left out is in the log" grep -qF 'left out' "$work/log"
write_config

# --- keywords ------------------------------------------------------------------------------------------------------
deliver_by 'KEYWORDS="Work,Urgent"
FLAGS="SF"
cc "./Maildir/"
KEYWORDS="urgent"
FLAGS=""
to "./Maildir/"' "$message"
is "keywords are letters, flags before them" "$(cd "$maildir/cur" && ls | sed 's/.*://' | LC_ALL=C sort)" $'2,FSab\n2,b'
is "with their names beside" "$(<"$maildir/dovecot-keywords")" $'0 Work\n1 Urgent'
KEYWORDS=from-outside run "$message" -d dove
test_that "the caller's KEYWORDS are not the rules'" [ "$(wc -l <"$maildir/dovecot-keywords")" = 2 ]

printf 'to "%s/"\n' "$maildir" >"$home/manual"
chown "$dove_uid:$dove_uid" "$home/manual"
rm -f "$maildir"/cur/*
setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups env HOME="$home" KEYWORDS=outside FLAGS=S \
    "$deliver" --config "$config" "$home/manual" <"$message"
test_that "nor in manual mode, where the rest of the environment is imported" is_empty "$maildir/cur"
printf 'echo "[$UNDECIDED]"\n' >"$home/manual"
is "nor does a question that nobody asked have no answer" "$(setpriv --reuid "$dove_uid" --regid "$dove_uid" \
    --clear-groups env HOME="$home" UNDECIDED=limit "$deliver" --config "$config" "$home/manual" <"$message")" "[]"
deliver_by 'echo "$LOCKSLEEP $LOCKTIMEOUT"' "$message"
is "LOCKSLEEP begins as lock_retry, in whole seconds" "$printed" "1 300"

# courier_files MAILDIR: for each message its directory, whether its keywords are named for it, and what they are.
courier_files() {
	local file name
	visible "$1" | while read -r file; do
		name=$(basename "${file%%:*}")
		printf '%s %s:%s;' "$(basename "$(dirname "$file")")" \
		    "$(sed -nE 's/.*:2,/flags /p' <<<"$file")" "$(paste -sd' ' "$1/courierimapkeywords/$name" 2>&1)"
	done
}
rules='KEYWORDS="Work,,Urgent,Aa,Work"
to "./Maildir/"'
deliver_by "$rules" "$message" -o keywords_layout=courier
is "Courier's files are made on request" "$(courier_files "$maildir")" "new :Aa Urgent Work;"
rules='KEYWORDS="zz,Work"
FLAGS="S"
to "./Maildir/"'
deliver_by "$rules" "$message" -o keywords_layout=courier
is "beside flags too" "$(courier_files "$maildir")" "cur flags S:Work zz;"
if command -v maildrop >/dev/null 2>&1; then
	for keywords in 'Work,,Urgent,Aa,Work' 'zz' 'a,B,c,D,_e,$f,+g' ',x,'; do
		for flags in '' S; do
			rules="KEYWORDS='$keywords'
FLAGS='$flags'
to \"./Maildir/\""
			deliver_by "$rules" "$message" -o keywords_layout=courier
			ours=$(courier_files "$maildir")
			rm -rf "$maildir"
			make_maildir "$maildir" "$dove_uid"
			(cd "$home" && setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups \
			    env HOME="$home" maildrop ./.mailfilter <"$message" >"$work/peer" 2>&1)
			is "as maildrop has them: $keywords, flags '$flags'" "$ours" "$(courier_files "$maildir")"
		done
	done
else
	skip "keywords as maildrop has them" "maildrop is not installed"
fi

# --- programs without a shell --------------------------------------------------------------------------------------
deliver_by 'pipe "sh", "-c", "printf \"[%s]\" \"$@\" > args; cat > body", "sh", "a b", "$(id);*", ""' "$message"
is "each argument arrives as it stands" "$(cat "$home/args" 2>&1)" '[a b][$(id);*][]'
test_that "the message too" cmp -s "$home/body" "$message"
deliver_by 'pipe "false"' "$message"
refused "the exit status counts as for a command: 1 is later" 75 'false' "$message" "$maildir"
deliver_by 'pipe "sh", "-c", "exit 67"' "$message"
refused "67 is never" 67 'sh' "$message" "$maildir"
deliver_by 'pipe "no-such-program", "x"' "$message"
refused "a program that is not in PATH is later" 75 'no-such-program' "$message" "$maildir"
deliver_by 'PATH="/nowhere"
pipe "cat"' "$message"
refused "PATH is the rules'" 75 'cat' "$message" "$maildir"

# --- headers -------------------------------------------------------------------------------------------------------
for file in "$message" "$large"; do
	deliver_by 'addheader "X-Sorted", "by hand"
delheader "Date"
setheader "Subject", "other"
if (/^X-Sorted: by (.*)/)
{
	echo "$MATCH1 $SIZE"
}
to "./Maildir/"' "$file"
	{
		grep -v '^Date:' "$file" | sed 's/^Subject:.*/Subject: other/' | sed '/^$/,$d'
		echo 'X-Sorted: by hand'
		sed -n '/^$/,$p' "$file"
	} >"$work/wanted"
	message_in "$maildir" >"$work/got"
	test_that "a changed header stands in front of the old body ($(stat -c %s "$file") bytes)" \
	    [ "$(sed '/^$/,$d' "$work/wanted" | sort)" = "$(sed '/^$/,$d' "$work/got" | sort)" ]
	test_that "and the body is untouched" cmp -s <(sed -n '/^$/,$p' "$work/wanted") <(sed -n '/^$/,$p' "$work/got")
	is "the rules see the new one" "$printed" "hand $(stat -c %s "$work/wanted")"
done
printf 'Subject: all there is' >"$work/unended"
deliver_by 'addheader "X-Sorted", "by hand"
to "./Maildir/"' "$work/unended"
is "a header that ends without a line end gets a field in front" "$status $(message_in "$maildir")" \
    $'0 X-Sorted: by hand\nSubject: all there is'
deliver_by 'delheader "Date"
setheader "Subject", "more"
to "./Maildir/"' "$work/unended"
is "or another value" "$status $(message_in "$maildir")" '0 Subject: more'

# --- limited time --------------------------------------------------------------------------------------------------
deliver_by 'exception {
	timeout 1 {
		system "sleep 30"
	}
}
echo "went on"
system "sleep 1.2"
to "./Maildir/"' "$message"
is "after a limit the rules have their time back" "$printed" "went on"
delivered "and deliver" "$maildir" "$message"
start=$SECONDS
deliver_by 'timeout 1 {
	xfilter "sleep 30; cat"
}' "$message"
refused "a limit that ends a command is later, and says so" 75 'timeout' "$message" "$home"
test_that "in time" [ $((SECONDS - start)) -lt 10 ]
deliver_by 'timeout 1 {
	to "| sleep 30"
}' "$message"
refused "also for a command that takes the message" 75 'timeout' "$message" "$maildir"
deliver_by 'timeout 1 {
	timeout 50 {
		system "sleep 30"
	}
}' "$message"
refused "an inner limit does not extend the outer one" 75 'timeout' "$message" "$home"
deliver_by 'exception {
	timeout 1 {
		dotlock "held.lock" {
			dotlock "held.lock" {
				echo "both"
			}
		}
	}
}
echo "after"' "$message"
is "a limit ends the wait for a lock" "$printed" "after"
test_that "and the lock that was held is gone" [ ! -e "$home/held.lock" ]

# --- verdicts ------------------------------------------------------------------------------------------------------
slow='X=`echo printed; sleep 30`
echo "[$X] $RETURNCODE $UNDECIDED"
xfilter "sed s/From/Gone/; sleep 30"
echo "$RETURNCODE"
system "sleep 30"
echo "$RETURNCODE"'
write_config 'command_limit = 1s' 'command_timeout_verdict = open'
deliver_by "$slow" "$message"
is "open: a command over its time has failed, with no output" "$printed" $'[] 75 timeout\n75\n75'
delivered "and the message is as it was" "$maildir" "$message"
write_config 'command_limit = 1s' 'command_timeout_verdict = closed'
for command in 'X=`sleep 30`' 'system "sleep 30"' 'xfilter "sleep 30"' 'exception {
	system "sleep 30"
}'; do
	deliver_by "$command" "$message"
	refused "closed: the message is refused: ${command%%[ =]*}" 69 'did not end in time' "$message" "$home"
done
write_config 'command_limit = 20s' 'command_timeout_verdict = closed'
deliver_by 'exception {
	timeout 1 {
		system "sleep 30"
	}
}' "$message"
delivered "a limit of the rules' own is no verdict on the command" "$maildir" "$message"
write_config 'command_limit = 1s'
deliver_by "$slow" "$message"
refused "later without a setting" 75 'did not end within 1 seconds' "$message" "$home"
tests_end
