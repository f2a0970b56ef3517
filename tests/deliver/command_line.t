#!/usr/bin/env bash
# The command line of the delivery program: maildrop's options and their long names, modes, envelope, exit statuses,
# settings, partial success, and the line of the delivery log.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
unset SENDER RECIPIENT ORIGINAL_RECIPIENT EXTENSION LOCAL DOMAIN QUEUE_ID
write_config
cd "$work" || exit 99
maildir=$home/Maildir
make_maildir "$maildir" "$dove_uid"
message=$work/message
write_message "$message"
rules=$work/rules

# manual TEXT: the rules of manual mode, which root runs.
manual() {
	printf '%s\n' "$1" >"$rules"
	chmod 600 "$rules"
}

# own_rules TEXT [FILE]: the same of dove, in the home.
own_rules() {
	local file=$home/${2-.mailfilter}
	printf '%s\n' "$1" >"$file"
	chown "$dove_uid:$dove_uid" "$file"
	chmod 600 "$file"
}

empty_maildirs() {
	find "$home" -path '*/new/*' -delete
}

# answers SENTENCE WANTED ARGUMENT...: what the rules echo for these arguments.
answers() {
	run "${input:-$message}" "${@:3}"
	is "$1" "$status $(<"$work/stdout")$said" "0 $2"
}

# --- help, version, mistakes --------------------------------------------------------------------------------------

for option in -h --help; do
	run "$message" "$option"
	is "$option says how the program is used, with status 0" "$status ${said}$(head -c 22 "$work/stdout")" \
	    "0 usage: culver-deliver "
done
for option in -v --version; do
	run "$message" "$option"
	is "$option says the version, with status 0" "$status ${said}$(sed 's/ [0-9.]*$/ N/' "$work/stdout")" \
	    "0 culver-deliver N"
done
for options in "-Z" "--no-such-setting=1" "-d" "-w 101" "-w x" "-V x" "-o create_folders" "-m" \
    "--create-folders=perhaps" "-t /run/auth" "-a" "-D 1/1"; do
	# shellcheck disable=SC2086
	run "$message" -d dove $options
	refused "\"$options\" is a mistake, which is later" 75 "" "$message" "$home"
done
for path in "$home/box/../Maildir/" "$home/../raven/Maildir/" "../dove/Maildir/" "$home/Maildir/.."; do
	run "$message" -d dove "--default-mailbox=$path"
	refused "a default mailbox of \"$path\" leads out of its place and is later" 75 "" "$message" "$home"
done
run "$message" --create-folder=yes -d dove
refused "a mistyped setting is later, and the nearest name is told" 75 "create_folders" "$message" "$home"

# --- modes --------------------------------------------------------------------------------------------------------

run "$message" -d dove
delivered "delivery mode without rules delivers to the default mailbox" "$maildir" "$message"
is "the message belongs to the user, and is for nobody else" \
    "$(stat -c '%u %g %a' "$maildir"/new/*)" "$dove_uid $dove_uid 600"
empty_maildirs
run "$message" --user dove
delivered "--user is -d" "$maildir" "$message"
empty_maildirs
setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups "$deliver" --config "$config" <"$message" 2>"$work/stderr"
status=$? said=$(<"$work/stderr")
delivered "without -d, the caller is delivered to" "$maildir" "$message"
empty_maildirs
setpriv --reuid "$raven_uid" --regid "$raven_uid" --clear-groups "$deliver" --config "$config" -d dove \
    <"$message" 2>"$work/stderr"
status=$? said=$(<"$work/stderr")
refused "a user cannot deliver for another one" 75 "cannot become user dove" "$message" "$work/home"
ln -s "$deliver" "$work/maildrop"
"$work/maildrop" --config "$config" -d dove <"$message"
status=$? said=
delivered "linked as maildrop it works the same" "$maildir" "$message"
empty_maildirs

own_rules 'echo "$1-$2-$HOME-$LOGNAME-$USER"
to "./Maildir/"'
run "$message" -d dove olive branch
is "in delivery mode the arguments behind the user are the rules' \$1 and \$2, and the home is its user's" \
    "$(<"$work/stdout")" "olive-branch-$home-dove-dove"
delivered "and the rules run in the home" "$maildir" "$message"
empty_maildirs
own_rules 'echo "[$SECRET]"'
SECRET=told run "$message" -d dove
is "in delivery mode the caller's environment stays out" "$status [$(<"$work/stdout")]" "0 [[]]"
empty_maildirs
own_rules 'import SECRET
import ABSENT
import HOME
echo "[$SECRET][$ABSENT][$HOME]"'
SECRET=told HOME=/nowhere run "$message" -d dove
is "but for what import asks for; the account stays as it is" "$status $(<"$work/stdout")" "0 [told][][$home]"
empty_maildirs
rm -f "$home/.mailfilter"

manual 'echo "$1-$2-$SECRET-$FILE"
exit'
SECRET=told answers "in manual mode arguments and environment reach the rules" "olive-branch-told-" "$rules" olive branch
mkdir "$work/here"
make_maildir "$work/here/Box"
manual 'to "./Box/"'
cd "$work/here" || exit 99
run "$message" "$rules"
delivered "manual mode works in the current directory" "$work/here/Box" "$message"
cd "$work" || exit 99
# A large message is one file with several names, as long as its copies have the same mode.
write_message "$work/large" 300000
for folder in Closed Open Shut; do
	make_maildir "$work/here/$folder"
done
manual "cc '$work/here/Closed/'
UMASK=022
cc '$work/here/Open/'
UMASK=077
to '$work/here/Shut/'"
run "$work/large" "$rules"
is "copies of a large message have each the mode that UMASK asked for" \
    "$status $(stat -c %a "$work/here"/{Closed,Open,Shut}/new/* | tr '\n' ' ')" "0 600 644 600 "
is "and each is whole" "$(cat "$work/here"/{Closed,Open,Shut}/new/* | cmp - <(cat "$work"/{large,large,large}) && echo yes)" yes
rm -rf "$work/here"/{Closed,Open,Shut}
run "$message" "$work/absent"
refused "a missing rules file is later in manual mode" 75 "there is no rules file" "$message" "$home"

# Embedded mode.
own_rules 'echo "550 no doves here"
EXITCODE=77
exit' answer
run "$message" -d dove -m "$home/answer"
is "in embedded mode the rules answer with echo and EXITCODE" "$status $(<"$work/stdout")" "77 550 no doves here"
own_rules 'EXITCODE=0
exit' answer
run "$message" -d dove --embedded "$home/answer"
is "in embedded mode EXITCODE=0 is 0" "$status$(<"$work/stdout")$said" "0"
for statement in 'to "./Maildir/"' 'cc "./Maildir/"' 'logfile "./log"'; do
	own_rules "$statement" answer
	run "$message" -d dove -m "$home/answer"
	refused "in embedded mode '${statement%% *}' is later" 75 "embedded mode" "$message" "$home"
done
test_that "in embedded mode no log file is made" [ ! -e "$home/log" ]
mkdir "$home/.mailfilters"
chown "$dove_uid" "$home/.mailfilters"
chmod 700 "$home/.mailfilters"
for name in list-dove list-default default a:b; do
	own_rules "echo \"this is $name for \$1\"" ".mailfilters/$name"
done
answers "-M takes the rules of that name" "this is list-dove for x" -d dove -M list-dove x
answers "-M falls back to the name's -default" "this is list-default for x" -d dove -M list-raven x
answers "-M falls back part by part" "this is list-default for x" -d dove --embedded-name=list-raven-black x
answers "-M falls back to default at last" "this is default for x" -d dove -M other x
answers "-M cannot leave its directory: a slash or a dot is a colon" "this is a:b for x" -d dove -M a/b x
answers "-M with ../ finds nothing outside" "this is default for x" -d dove -M ../answer x
rm -f "$home/.mailfilters"/*default
run "$message" -d dove -M other
refused "-M without rules of that name and without a default is later" 75 "no default" "$message" "$home"
chmod 755 "$home/.mailfilters"
run "$message" -d dove -M list-dove
refused "-M is later when its directory is open to others" 75 "chmod 700" "$message" "$home"

# --- the envelope -------------------------------------------------------------------------------------------------

manual 'echo "[$FROM]"
exit'
sed 's/^From:/Return-Path: <path@ark.example> (a comment)\n&/' "$message" >"$work/with-path"
{ printf 'From line@ark.example Mon Jan  1 10:00:00 2024\n' && cat "$work/with-path"; } >"$work/with-line"
sed 's/^From:/Return-Path: <>\n&/' "$message" >"$work/null-path"
answers "an unknown sender is MAILER-DAEMON" "[MAILER-DAEMON]" "$rules"
input=$work/with-path answers "the Return-Path is asked when nothing better is known" "[path@ark.example]" "$rules"
input=$work/null-path answers "an empty Return-Path is the null sender" "[]" "$rules"
input=$work/with-line answers "a From_ line is trusted more than the Return-Path" "[line@ark.example]" "$rules"
export SENDER=environment@ark.example
input=$work/with-line answers "the environment is trusted more than a From_ line" "[environment@ark.example]" "$rules"
input=$work/with-line answers "an option is trusted more than the environment" "[option@ark.example]" \
    -f option@ark.example "$rules"
answers "--sender is -f" "[option@ark.example]" --sender=option@ark.example "$rules"
for null in "" "<>"; do
	input=$work/with-line answers "-f '$null' is the null sender, which is a value" "[]" -f "$null" "$rules"
done
SENDER="" input=$work/with-line answers "an empty SENDER is the null sender too" "[]" "$rules"
SENDER="<>" input=$work/with-line answers "and so is <>" "[]" "$rules"
unset SENDER

manual 'echo "$RECIPIENT $ORIGINAL_RECIPIENT $EXTENSION $LOCAL $DOMAIN"
exit'
export RECIPIENT=r@x ORIGINAL_RECIPIENT=o@x EXTENSION=e LOCAL=l DOMAIN=d
answers "the environment's envelope reaches the rules" "r@x o@x e l d" "$rules"
answers "options are trusted more" "R@x O@x E l d" --recipient=R@x --original-recipient=O@x --extension=E "$rules"
manual 'EXTENSION="changed"
import EXTENSION
echo "$EXTENSION"
exit'
answers "import gives the environment's value back" "e" "$rules"
answers "and an option's, which is trusted more" "E" --extension=E "$rules"
unset RECIPIENT ORIGINAL_RECIPIENT EXTENSION LOCAL DOMAIN

# --- what comes in ------------------------------------------------------------------------------------------------

run "$work/with-line" -d dove
delivered "a From_ line is not part of the message" "$maildir" "$work/with-path"
empty_maildirs
sed 's/$/\r/' "$message" >"$work/crlf"
run "$work/crlf" -d dove
is "a message with CRLF is delivered" "$status $(visible "$maildir" | wc -l)" "0 1"
empty_maildirs
printf 'Subject: no end' >"$work/no-end"
run "$work/no-end" -d dove
is "a message without a final line end is delivered" "$status $(visible "$maildir" | wc -l)" "0 1"
test_that "and its bytes are there" grep -q '^Subject: no end' "$maildir"/new/*
empty_maildirs
for body in '\nonly a body\n' 'Subject: only a header\n' '\n' 'no header at all\n'; do
	# shellcheck disable=SC2059
	printf "$body" >"$work/odd"
	run "$work/odd" -d dove
	delivered "\"$body\" is a message, delivered as it is" "$maildir" "$work/odd"
	empty_maildirs
done
{ printf 'X-One: 1\nX-Two: 2 \n' && cat "$message"; } | sed 's/^X-Two: 2 $/X-Two: 2 Subject: forged/' >"$work/added"
run "$message" -A 'X-One: 1' --add-header=$'X-Two: 2\nSubject: forged' -d dove
delivered "-A puts fields in front, and a line end in one forges no other" "$maildir" "$work/added"
empty_maildirs

# --- exit statuses ------------------------------------------------------------------------------------------------

manual 'exit'
run "$message" "$rules"
is "exit discards, with 0 and nothing said" "$status$said" 0
for code in 67 69 77; do
	manual "EXITCODE=$code
exit"
	run "$message" "$rules"
	refused "EXITCODE=$code and exit are never" "$code" "" "$message" "$home"
done
manual 'EXITCODE=1
exit'
run "$message" "$rules"
refused "an EXITCODE that is neither yes nor no is later, not a number that servers return mail for" 75 "" "$message" "$home"
manual 'EXITCODE=75
exit'
run "$message" "$rules"
refused "EXITCODE=75 and exit are later" 75 "" "$message" "$home"
manual 'to "|cat >/dev/null; exit 77"'
run "$message" "$rules"
refused "a command that says 77 is never, with 77" 77 "exit status 77" "$message" "$home"
manual 'to "|cat >/dev/null; exit 1"'
run "$message" "$rules"
refused "a command that ends in an unknown way is later" 75 "exit status 1" "$message" "$home"
manual 'to "|cat >/dev/null; kill -9 $$"'
run "$message" "$rules"
refused "a command that dies by a signal is later" 75 "signal" "$message" "$home"
run "$message" -d nobody_here
refused "an unknown user is 67" 67 'there is no user "nobody_here"' "$message" "$home"
run "$message" -d nobody_here --report=stdout
is "--report=stdout puts the line where sendmail(8) reads it" "$said$(cut -c 1-6 "$work/stdout")" "5.1.1 "
run "$message" -V 1 -d dove
test_that "-V says the decision on standard error" grep -q "delivered" "$work/stderr"
is "and delivers" "$status $(visible "$maildir" | wc -l)" "0 1"
empty_maildirs

# Bytes of a message in what is said: one line, whatever they are.
printf 'Subject: a\001\033[31m\n\nbody\n' >"$work/control"
manual 'if (/^Subject: (.*)/)
	to "/nonexistent/$MATCH1/mbox"'
run "$work/control" "$rules"
is "control bytes of a message are not said to the mail server" "$status ${said%%:*}" \
    "75 4.3.5 cannot create /nonexistent/a??[31m/mbox"
run "$message" -d $'nobody\n2.0.0 delivered'
refused "a line end in a name makes no second line" 67 'nobody?2.0.0 delivered' "$message" "$home"
run "$message" -d "$(head -c 5000 /dev/zero | tr '\0' x)"
test_that "a long reason is cut" [ "${#said}" -lt 1100 ]
run "$work/control" -V 1 -A $'X-Control: \033' "$rules"
is "and -V says each decision on one line without them" "$(tr -d '\n' <"$work/stderr" | tr -d ' -~' | wc -c) $(wc -l <"$work/stderr")" "0 2"

# --- settings -----------------------------------------------------------------------------------------------------

make_maildir "$home/Other" "$dove_uid"
# shellcheck disable=SC2016
for option in '--default-mailbox=$HOME/Other/' '--default_mailbox=~/Other/' '-odefault_mailbox=$HOME/Other/' \
    '--set=default-mailbox=$HOME/Other/'; do
	run "$message" "$option" -d dove
	delivered "$option is taken from the command line" "$home/Other" "$message"
	empty_maildirs
done
run "$message" --create-folders=yes --default-mailbox='$HOME/Made/' -d dove
delivered "create_folders makes a missing Maildir" "$home/Made" "$message"
run "$message" --config "$work/absent" -d dove
refused "a settings file that is named and missing is later" 75 "$work/absent" "$message" "$maildir"
# A good line, then each kind of mistake.
while IFS='|' read -r line place words; do
	printf 'log = off\n%s\n' "$line" >"$work/broken.conf"
	run "$message" --config "$work/broken.conf" -d dove
	refused "the settings line \"$line\" is later" 75 "$words" "$message" "$maildir"
	test_that "and its place $place is told" grep -qF "$work/broken.conf:$place: " "$work/stderr"
done <<'LINES'
create_folder = yes|2:1|create_folders
create_folders = maybe|2:18|yes
lock_timeout = 3 parsecs|2:16|
log = off|2:1|line 1
LINES
chmod 000 "$work/broken.conf"
setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups "$deliver" --config "$work/broken.conf" \
    <"$message" 2>"$work/stderr"
status=$? said=$(<"$work/stderr")
refused "a settings file that cannot be read is later" 75 "broken.conf" "$message" "$home/Maildir"

empty_maildirs
rm -f "$home/.mailfilter"
run "$message" '--default-mailbox=|/usr/bin/env >"$HOME/seen"; cat >/dev/null' -d dove
is "a default mailbox that is a command runs with the recipient's environment, also without rules" \
    "$status $(grep -cxE "HOME=$home|LOGNAME=dove" "$home/seen")" "0 2"
rm -f "$home/seen"

# --- partial success ----------------------------------------------------------------------------------------------

rm -rf "$home/First" "$home/Other" "$home/box"
make_maildir "$home/First" "$dove_uid"
own_rules 'cc "./First/"
cc "|exit 67"
to "./Other/"'
run "$message" -d dove
is "a copy that a command refuses for good does not bounce the message that other copies have" \
    "$status ${said%% *} $(visible "$home/First" | wc -l)" "75 4.1.1 1"
run "$message" -d dove
is "and its retry repeats no copy" "$status $(visible "$home/First" | wc -l)" "75 1"
rm -rf "$home/First" "$home/.culver"
# The destination of the message is that of a copy, in the same words.
own_rules "PLACE=first
HANDLER='|test -e allowed-\$PLACE || exit 75; cat >\$PLACE'
cc \"\$HANDLER\"
PLACE=second
to \"\$HANDLER\""
: >"$home/allowed-first"
run "$message" -d dove
is "a message whose copy was made is deferred when its own delivery fails" \
    "$status $(cmp "$home/first" "$message" && echo copy)" "75 copy"
: >"$home/allowed-second"
rm -f "$home/first"
run "$message" -d dove
is "its retry repeats no copy, and does not take the copy for the delivery in the same words" \
    "$status $([ ! -e "$home/first" ] && cmp "$home/second" "$message" && echo delivered)" "0 delivered"
rm -f "$home/allowed-first" "$home/allowed-second" "$home/second"

make_maildir "$home/First" "$dove_uid"
rm -rf "$home/Other" "$home/Made"
own_rules 'cc "./First/"
cc "./box"
to "./Other/"'
run "$message" -d dove
is "a copy that worked does not make success of a delivery that failed" "$status ${said%% *}" "75 4.3.5"
is "the copy is there once" "$(visible "$home/First" | wc -l)" 1
run "$message" -d dove
run "$message" -d dove
is "retries do not repeat the copies" "$status $(visible "$home/First" | wc -l) $(grep -c '^From ' "$home/box")" "75 1 1"
write_message "$work/another"
run "$work/another" -d dove
is "another message is no retry" "$(visible "$home/First" | wc -l)" 2
make_maildir "$home/Other" "$dove_uid"
run "$message" -d dove
delivered "the retry that works delivers what was missing" "$home/Other" "$message"
is "and still repeats no copy" "$(visible "$home/First" | wc -l) $(grep -c '^From ' "$home/box")" "2 2"
run "$message" -d dove
is "the same message sent anew is delivered anew" \
    "$status $(visible "$home/First" | wc -l) $(visible "$home/Other" | wc -l)" "0 3 2"
is "nothing is remembered of it" "$(copies "$message" "$home/.culver" && ls "$home/.culver/partial" 2>/dev/null | wc -l)" $'0\n1'
rm -rf "$home/.culver" "$home/box"

# --- the delivery log ---------------------------------------------------------------------------------------------

log=$work/log.json
: >"$log"
chown "$dove_uid" "$log"
write_config 'log = file' "log_file = $log" 2>/dev/null
sed -i '/^log = off/d' "$config"
own_rules '# a comment
if (/^Subject: (is there) land/)
{
	to "./First/"
}'
empty_maildirs
run "$message" -f noah@ark.example --recipient=dove@ararat.example --queue-id=4A7F -d dove
delivered "a delivery with a log works" "$home/First" "$message"
is "it wrote one line" "$(wc -l <"$log")" 1
# value NAME...: a member of the last line's object, by an independent reader.
value() {
	tail -n 1 "$log" | perl -MJSON::PP -e 'my $v = decode_json(<STDIN>); for (@ARGV) { $v = ref $v ? $v->{$_} : undef }
		print defined $v ? $v : "(none)"' "$@"
}
if perl -MJSON::PP -e 1 2>/dev/null; then
	test_that "the line is JSON" eval 'value time >/dev/null'
else
	printf "# perl has no JSON::PP\n"
fi
is "the line names the rules file" "$(value rules)" "$home/.mailfilter"
is "and the line in it" "$(value line)" 4
is "and the pattern" "$(value condition)" "/^Subject: (is there) land/"
is "and what it matched" "$(value matched)" "Subject: is there land"
is "and the action, the destination and the fate" "$(value action) $(value destination) $(value outcome)" \
    "deliver ./First/ delivered"
is "and the message" "$(value message_id) $(value size)" "<message@test> $(stat -c %s "$message")"
is "and the envelope" "$(value sender) $(value recipient) $(value queue_id) $(value user)" \
    "noah@ark.example dove@ararat.example 4A7F dove"
own_rules 'EXITCODE=77
exit'
run "$message" -d dove
is "a refusal has its line" "$(wc -l <"$log") $(value action) $(value outcome) $(value line)" "2 refuse failed 2"
own_rules 'exit'
run "$message" -d dove
is "a discarded message has its line" "$(wc -l <"$log") $(value action) $(value outcome)" "3 discard delivered"
own_rules 'to "./Nowhere/"'
run "$message" -d dove
is "a failed delivery has its line" "$(wc -l <"$log") $(value action) $(value outcome)" "4 deliver deferred"
run "$message" -d nobody_here
is "an unknown user has its line" "$(wc -l <"$log") $(value action) $(value outcome) $(value user)" \
    "5 refuse failed nobody_here"
rm -f "$home/.mailfilter"
rm -f "$log"
mkdir "$log"
run "$message" -d dove
delivered "a log that cannot be written costs no mail" "$maildir" "$message"
tests_end
