#!/usr/bin/env bash
# Rules that run commands, rewrite messages, ask files and hold locks, through the whole program: each verb, and rules
# files as people have them.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
write_config 'command_limit = 2s' 'lock_timeout = 1s'

maildir=$home/Maildir
message=$work/message
large=$work/large
write_message "$message"
write_message "$large" 400000

# fresh RULES...: a home as new with these rules, a Maildir and the commands of this script.
fresh() {
	rm -rf "$home"
	mkdir -m 700 "$home" "$home/bin"
	make_maildir "$maildir"
	make_maildir "$maildir/.Junk"
	make_maildir "$maildir/.Lists"
	printf '%s\n' "$@" >"$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	# Says whether the key was seen before, and remembers it: status 0 for a duplicate.
	cat >"$home/bin/seen-before" <<'SCRIPT'
#!/bin/sh
key=$(grep -i '^Message-ID:')
grep -qxF "$key" "$1" 2>/dev/null && exit 0
printf '%s\n' "$key" >>"$1"
exit 1
SCRIPT
	# What a spam scanner does: adds a field.
	cat >"$home/bin/scan" <<'SCRIPT'
#!/bin/sh
printf 'X-Spam-Flag: %s\n' "${VERDICT:-NO}"
exec cat
SCRIPT
	chmod 755 "$home/bin/"*
	chown -R "$dove_uid:$dove_uid" "$home"
}

# deliver_by RULES MESSAGE: sets $status, $said and $printed.
deliver_by() {
	fresh "$1"
	run "$2" -d dove
	printed=$(<"$work/stdout")
}

# --- commands -------------------------------------------------------------------------------------------------------

deliver_by 'X=`cat`
L=length($X)
Y=`printf "  a\nb \n"`
echo "$L [$Y] $RETURNCODE"' "$message"
is "backticks get the message, and give what is printed on one line" \
    "$printed" "$(($(stat -c %s "$message") - 1)) [a b] 0"
delivered "such a message is delivered unchanged" "$maildir" "$message"

deliver_by '`exit 3`
echo "$RETURNCODE"
X=`kill -9 $$`
echo "[$X] $RETURNCODE"
system "exit 4"
echo "$RETURNCODE"
system "kill -TERM $$"
echo "$RETURNCODE"
X=`no-such-command 2>/dev/null`
echo "$RETURNCODE"' "$message"
is "RETURNCODE of a signal is 128 and its number, as in a shell" "$printed" "3
[] 137
4
143
127"

deliver_by 'V="a  b"
X=`printf "%s|%s|%s|%s" "$V" "$LOGNAME" "$SIZE" "$LINES"`
echo "$X"' "$message"
is "commands find the variables, LINES too, in their environment" \
    "$printed" "a  b|dove|$(stat -c %s "$message")|$(wc -l <"$message")"

deliver_by "system 'cat; echo printed'
echo \"\$RETURNCODE\"" "$message"
is "\`system\` reads nothing, and prints to standard output" "$printed" "printed
0"

for command in 'X=`sleep 30`' "system 'sleep 30'" "xfilter 'sleep 30'"; do
	start=$SECONDS
	deliver_by "$command" "$message"
	refused "later when a command is over its time: $command" 75 "did not end within 2 seconds" "$message" "$home"
	test_that "and it was ended" [ $((SECONDS - start)) -lt 20 ]
done
deliver_by 'exception {
	X=`sleep 30`
}
echo "$RETURNCODE"' "$message"
is "\`exception\` catches that, and RETURNCODE is no success" "$printed" 75
delivered "and the message is delivered" "$maildir" "$message"

deliver_by 'X=`head -c 1048576 /dev/zero`
L=length($X)
echo "$L"' "$message"
is "backticks take a mebibyte" "$printed" 1048576
deliver_by 'X=`head -c 1048577 /dev/zero`' "$message"
refused "later when backticks print more" 75 "printed more than it may" "$message" "$home"
deliver_by 'SHELL="/no/such/shell"
system "true"' "$message"
refused "later when there is no shell" 75 "cannot start /no/such/shell" "$message" "$home"
deliver_by "UMASK=027
system 'umask >umask'" "$message"
is "UMASK holds for commands" "$(cat "$home/umask")" 0027

# --- xfilter --------------------------------------------------------------------------------------------------------

deliver_by "xfilter 'sed s/land/water/'
if (/^Subject: is there water/)
	echo \"\$RETURNCODE \$SIZE \$LINES\"" "$message"
sed s/land/water/ "$message" >"$work/wanted"
is "\`xfilter\` replaces the message" "$printed" "0 $(stat -c %s "$work/wanted") $(wc -l <"$work/wanted")"
delivered "the new message is delivered" "$maildir" "$work/wanted"

deliver_by "import LANG
xfilter 'cat; echo more'
import SIZE
echo \"\$SIZE\"" "$message"
is "\`import\` knows the new message too" "$printed" $(($(stat -c %s "$message") + 5))

deliver_by "xfilter 'sed s/land/water/'
to './mbox'" "$large"
sed s/land/water/ "$large" | sed 's/^From here/>From here/' >"$work/wanted"
is "a large one into an mbox" "$status" 0
test_that "whole" cmp -s <(tail -n +2 "$home/mbox" | sed '$d') "$work/wanted"

deliver_by "xfilter 'cat'
xfilter 'cat'
cc './Maildir/.Lists/'" "$large"
delivered "a large one goes through two filters" "$maildir" "$large"
test_that "and its copy is whole" is_one_copy "$maildir/.Lists" "$large"

if [ -z "$sanitizers" ]; then
	huge=$work/huge
	write_message "$huge" 26214400
	fresh "xfilter 'cat'"
	# The user calls: what root needs to become the user would be counted too.
	(
		ulimit -d 4096
		exec setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups "$deliver" --config "$config"
	) <"$huge" >"$work/stdout" 2>"$work/stderr"
	status=$? said=$(<"$work/stderr")
	delivered "25 MiB go through a filter within 4 MiB of private memory" "$maildir" "$huge"
else
	skip "25 MiB go through a filter within 4 MiB of private memory" "the sanitizers have memory of their own"
fi

deliver_by "xfilter 'cat; sleep 1 && echo more &'" "$message"
(cat "$message"; echo more) >"$work/wanted"
delivered "what a filter leaves in the background is waited for, as long as it may print" "$maildir" "$work/wanted"

deliver_by "xfilter 'echo From joe Mon Jan  1 10:00:00 2024; cat'" "$message"
delivered "a From_ line that the filter puts in front is left out" "$maildir" "$message"

deliver_by "xfilter 'cat; exit 3'" "$message"
refused "later when the filter fails" 75 "ended with status 3" "$message" "$home"
deliver_by "xfilter 'cat >/dev/null'" "$message"
refused "T1: later when the filter prints nothing" 75 "printed nothing" "$message" "$home"
deliver_by "xfilter 'head -c 100'" "$large"
refused "later when the filter leaves a part of a large message unread" 75 "did not read the whole" "$large" "$home"
deliver_by "xfilter 'kill -9 \$\$'" "$message"
refused "later when the filter is killed" 75 "ended with status 137" "$message" "$home"
for filter in 'cat; exit 3' 'cat >/dev/null' 'kill -9 $$'; do
	deliver_by "exception {
	xfilter '$filter'
	to '/dev/null'
}
if (\$RETURNCODE == 0)
	to '/dev/null'" "$message"
	delivered "caught, the old message is delivered: $filter" "$maildir" "$message"
done

# A copy that an earlier try made is not made again, though the message changed on the way.
fresh "cc './Maildir/.Lists/'
xfilter 'cat && test -e ready'
to './Maildir/'"
run "$message" -d dove
is "a filter fails behind a copy" "$status $(visible "$maildir/.Lists" | wc -l)" "75 1"
touch "$home/ready"
run "$message" -d dove
delivered "the next try delivers" "$maildir" "$message"
test_that "and makes no second copy" is_one_copy "$maildir/.Lists" "$message"

# stopped RULES: a delivery with these rules that gets SIGTERM while its command runs.
stopped() {
	fresh "$1"
	"$deliver" --config "$config" -d dove <"$message" >"$work/stdout" 2>"$work/stderr" &
	local pid=$! i
	for ((i = 0; i < 100; i++)); do
		[ ! -e "$home/ready" ] || break
		sleep 0.1
	done
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	said=$(<"$work/stderr")
}
stopped "exception {
	xfilter 'touch ready; sleep 1; sleep 1'
}"
refused "asked to stop while a filter runs: later, also inside \`exception\`" 75 "stopped" "$message" "$home"
stopped "exception {
	X=\`touch ready; sleep 1; sleep 1\`
}
to './Maildir/'"
refused "and while backticks run" 75 "stopped" "$message" "$home"
stopped "exception {
	to '|touch ready; sleep 1; sleep 1'
}"
refused "and while a command takes the message" 75 "asked to stop" "$message" "$home"
stopped "exception {
	cc '|touch ready; sleep 1; sleep 1'
}
to './Maildir/'"
refused "and while one takes a copy" 75 "asked to stop" "$message" "$home"

# --- addresses, lookup, locks ---------------------------------------------------------------------------------------

fresh 'if (hasaddr("DOVE@ararat.example") && lookup($FROM, "friends"))
	to "./Maildir/.Lists/"'
printf '# people\n@ark\\.example$\n' >"$home/friends"
chown "$dove_uid" "$home/friends"
chmod 600 "$home/friends"
run "$message" -d dove -f noah@ark.example
delivered "\`hasaddr\` and \`lookup\` decide" "$maildir/.Lists" "$message"
chmod 666 "$home/friends"
run "$message" -d dove -f noah@ark.example
is "a file of \`lookup\` that everybody can write is refused" "$status" 75
test_that "with its name" [ -z "${said##*friends*}" ]

# A name from the message with a NUL in it never stands for what is in front of the NUL.
nul=$work/nul
sed 's/^Subject: .*/Subject: friends\x00.list/' "$message" >"$nul"
for statement in 'if (lookup("noah@ark.example", $MATCH1))
	to "./Maildir/.Lists/"' 'include $MATCH1' 'logfile $MATCH1'; do
	fresh '/^Subject: (.*)/' "$statement"
	printf '@ark\\.example$\n' >"$home/friends"
	chown "$dove_uid" "$home/friends"
	chmod 600 "$home/friends"
	run "$nul" -d dove
	refused "later when a file's name holds a NUL: ${statement%%\$*}" 75 "cannot hold a NUL" "$nul" "$home"
done

deliver_by "dotlock 'my.lock' {
	flock 'file' {
		system 'ls my.lock; stat -c %a file'
	}
}
system 'ls my.lock 2>/dev/null'
dotlock 'other.lock' {
	to './Maildir/'
}" "$message"
is "\`dotlock\` and \`flock\` hold their files, the latter of mode 600" "$printed" "my.lock
600"
delivered "\`to\` in a locked block delivers" "$maildir" "$message"
test_that "and no lock file is left" [ ! -e "$home/my.lock" ]
test_that "nor the other" [ ! -e "$home/other.lock" ]
deliver_by "dotlock 'a.lock' {
	exit
}" "$message"
is "T31: \`exit\` in a locked block leaves no lock" "$status $(ls "$home")" "0 Maildir
bin"

fresh "dotlock 'busy.lock' {
	to './Maildir/'
}"
echo $$ >"$home/busy.lock"
run "$message" -d dove
refused "later when a living process keeps the lock" 75 "busy.lock" "$message" "$home"
fresh "LOCKTIMEOUT=5
dotlock 'old.lock' {
	to './Maildir/'
}"
touch -d '1 minute ago' "$home/old.lock"
run "$message" -d dove
delivered "a lock of nobody, older than LOCKTIMEOUT, is removed" "$maildir" "$message"
deliver_by "LOCKREFRESH=1
dotlock 'slow.lock' {
	system 'touch -d \"1 hour ago\" slow.lock; sleep 1.5; find slow.lock -mmin -10'
}" "$message"
is "a lock is refreshed while a command runs" "$printed" slow.lock
deliver_by "LOCKREFRESH=1
dotlock 'slow.lock' {
	to '|touch -d \"1 hour ago\" slow.lock; sleep 1.5; find slow.lock -mmin -10'
}" "$message"
is "and while a command takes the message" "$status $printed" "0 slow.lock"
fresh "flock 'file' {
	to './Maildir/'
}"
install -m 600 -o "$dove_uid" -g "$dove_uid" /dev/null "$home/file"
flock_holder() {
	perl -e 'use Fcntl; open(my $f, "+>>", $ARGV[0]) or die; my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
	    fcntl($f, F_SETLK, $lock) or die; print "held\n"; close STDOUT; sleep 20' \
	    "$home/file"
}
coproc flock_holder
holder=$COPROC_PID
if read -r _ <&"${COPROC[0]}"; then
	run "$message" -d dove
	refused "later when another process keeps the \`flock\`" 75 "file locked" "$message" "$home"
else
	skip "later when another process keeps the \`flock\`" "perl cannot hold a lock here"
fi
kill "$holder" 2>/dev/null

# --- many matches in one text ---------------------------------------------------------------------------------------

words=$work/words
{
	printf 'From: Noah <noah@ark.example>\nMessage-ID: <words@test>\nTo: '
	awk 'BEGIN { for (n = 0; n < 90000; n++) printf "raven@ark " }'
	printf '\n\nbody\n'
} >"$words"
fresh '/^To: (.*)/
N=0
foreach $MATCH1 =~ /rave[a-z]/
	N=$N + 1
echo "$N"'
run "$words" -o time_limit=10s -d dove
is "90,000 matches in one text are found in seconds" "$status $(<"$work/stdout")" "0 90000"
fresh '/^To: (.*)/
exception {
	foreach $MATCH1 =~ /rave[a-z]/
	{
		M=0
		while ($M < 10000)
			M=$M + 1
	}
}'
run "$words" -o time_limit=1s -d dove
refused "later when the time is over while matches are walked" 75 "time was over" "$words" "$home"

# --- embedded mode --------------------------------------------------------------------------------------------------

for statement in 'to "./Maildir/"' 'X=`touch ran`' 'xfilter "touch ran"' 'system "touch ran"' 'log "x"' \
    'dotlock "ran" {
}' 'flock "ran" {
}'; do
	fresh 'echo "begun"' "$statement"
	run "$message" -d dove -m "$home/.mailfilter"
	refused "embedded mode refuses ${statement%%[ {]*}" 75 ".mailfilter:2:" "$message" "$home"
	is "before anything runs" "$(<"$work/stdout")$(find "$home" -name ran)" ""
done

# --- rules files as people have them ----------------------------------------------------------------------------------

duplicates='MAILDIR="$HOME/Maildir"
DEFAULT="$MAILDIR/"
logfile "$HOME/mail.log"
dotlock "$HOME/.seen.lock" {
 `$HOME/bin/seen-before $HOME/.seen`
}
if( $RETURNCODE == 0 )
{
 log "duplicate"
 exit
}
to "$DEFAULT"'
fresh "$duplicates"
run "$message" -d dove
delivered "a check for duplicates passes the first" "$maildir" "$message"
run "$message" -d dove
is "and discards the second" "$status $(visible "$maildir" | wc -l) $(grep -c '^duplicate$' "$home/mail.log")" "0 1 1"

scanner='DEFAULT="$HOME/Maildir/"
if ( $SIZE < 262144 )
{
   exception {
      xfilter "$HOME/bin/scan"
   }
}
if (/^X-Spam-Flag: *YES/)
{
   exception {
      to "$HOME/Maildir/.Junk/"
   }
}
else
{
   to $DEFAULT
}'
fresh "VERDICT=YES
$scanner"
run "$message" -d dove
(echo 'X-Spam-Flag: YES'; cat "$message") >"$work/wanted"
delivered "a spam scanner's verdict decides" "$maildir/.Junk" "$work/wanted"
fresh "$scanner"
run "$message" -d dove
(echo 'X-Spam-Flag: NO'; cat "$message") >"$work/wanted"
delivered "either way" "$maildir" "$work/wanted"
fresh "$scanner"
run "$large" -d dove
(cat "$large") >"$work/wanted"
delivered "a message over the limit is not scanned" "$maildir" "$work/wanted"
fresh "VERDICT=YES
$scanner"
rm "$home/bin/scan"
run "$message" -d dove
delivered "without the scanner mail still comes" "$maildir" "$message"

folders='import EXTENSION
MAILBOX="$HOME/Maildir"
`test -d $MAILBOX/.$EXTENSION`
if ($RETURNCODE != 0)
{
	`mkdir -p "$MAILBOX/.$EXTENSION/tmp" "$MAILBOX/.$EXTENSION/new" "$MAILBOX/.$EXTENSION/cur"`
	`echo "INBOX.$EXTENSION" >> $MAILBOX/subscriptions`
}
to "$MAILBOX/.$EXTENSION/";'
fresh "${folders#*$'\n'}"
EXTENSION=ark run "$message" -d dove
delivered "a folder is made by commands, and its subscription" "$maildir/.ark" "$message"
EXTENSION=ark run "$work/wanted" -d dove
is "once" "$status $(cat "$maildir/subscriptions")" "0 INBOX.ark"

lists='FLAGS=""
foreach /^(To|Cc|Resent-To): (.*)/
{
	foreach (getaddr($MATCH2)) =~ /[^@\n]+@[^\n]+/
	{
		ADDRESS=tolower("$MATCH")
		if (lookup($ADDRESS, "$HOME/.addresses") && \
		    ! ($COPIED eq "yes"))
		{
			COPIED="yes"
			cc "$HOME/Maildir/.Lists/"
		}
	}
}
if (/^Subject: *(.*)/)
{
	SUBJECT=escape("$MATCH1")
	X=`printf "%s" "$MATCH1" | wc -c`
	log "$X"
}
to "|cat >$HOME/archive; exit 0"'
fresh "logfile \"\$HOME/log\"
$lists"
printf '^dove@\n' >"$home/.addresses"
chown "$dove_uid" "$home/.addresses"
chmod 600 "$home/.addresses"
run "$message" -d dove
is "addresses are walked, looked up and copied" "$status $(visible "$maildir/.Lists" | wc -l)" "0 1"
test_that "and the message goes to a command at the end" cmp -s "$home/archive" "$message"
is "whose log has what a command counted" "$(grep -cx 13 "$home/log")" 1

# --- hostile text -----------------------------------------------------------------------------------------------------

{
	# shellcheck disable=SC2016
	printf 'From: a@b\nSubject: $(touch ran) `touch ran`; touch ran "\n'
	tail -n +4 "$message"
} >"$work/hostile"
deliver_by '/^Subject: (.*)/
X=`printf "%s" "$MATCH1"`
echo "$X"
system '"'"'printf "%s\n" "$MATCH1"'"'" "$work/hostile"
# shellcheck disable=SC2016
is "text of a message in a variable is not run" "$printed" '$(touch ran) `touch ran`; touch ran "
$(touch ran) `touch ran`; touch ran "'
test_that "nothing of it ran" [ ! -e "$home/ran" ]
tests_end
