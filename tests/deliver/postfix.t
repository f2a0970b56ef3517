#!/usr/bin/env bash
# A real Postfix delivers through this program: by mailbox_command and by pipe(8) transports, with its own options and
# with those that people wrote for maildrop. Postfix runs on loopback with a configuration, a queue and accounts of the
# test's own, and is stopped at the end.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
for program in postfix postqueue postsuper; do
	command -v "$program" >/dev/null || skip_all "Postfix is not installed ($program)"
done
[ -z "$sanitizers" ] || skip_all "Postfix gives its commands an environment without the sanitizers' options"

# --- Postfix ------------------------------------------------------------------------------------------------------

# The program where the test's accounts can start it, under both names.
bin=$work/bin
mkdir "$bin" && cp "$deliver" "$bin/culver-deliver" && ln -s culver-deliver "$bin/maildrop"
write_config
host=ararat.example
etc=$work/postfix/etc
queue=$work/postfix/queue
log=$work/postfix/log
mkdir -p "$etc" "$queue" "$work/postfix/data"
chown postfix "$work/postfix/data" || skip_all "there is no account postfix"
chmod 755 "$work/postfix" "$etc"

free_port() {
	local port tries
	for ((tries = 0; tries < 50; tries++)); do
		port=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	printf '%d\n' "$port"
}
port=$(free_port)

cat >"$etc/main.cf" <<CONFIG
compatibility_level = 3.6
queue_directory = $queue
data_directory = $work/postfix/data
maillog_file = $log
maillog_file_prefixes = $work
myhostname = $host
mydomain = $host
myorigin = $host
mydestination = $host
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
transport_maps = texthash:$etc/transport
mailbox_command = $bin/culver-deliver --config $config
smtpd_relay_restrictions = permit_mynetworks, reject
bounce_notice_recipient = raven@$host
smtputf8_enable = no
max_idle = 5s
CONFIG
cat >"$etc/transport" <<CONFIG
pipe.example	culver-user:
rules.example	culver-rules:
maildrop.example	maildrop:
quota.example	maildrop-quota:
unknown.example	culver-unknown:
CONFIG
{
	printf '127.0.0.1:%d inet n - n - - smtpd\n' "$port"
	printf '%s\n' 'pickup unix n - n 60 1 pickup' 'cleanup unix n - n - 0 cleanup' 'qmgr unix n - n 300 1 qmgr' \
	    'rewrite unix - - n - - trivial-rewrite' 'bounce unix - - n - 0 bounce' 'defer unix - - n - 0 bounce' \
	    'trace unix - - n - 0 bounce' 'verify unix - - n - 1 verify' 'flush unix n - n 1000? 0 flush' \
	    'proxymap unix - - n - - proxymap' 'smtp unix - - n - - smtp' 'showq unix n - n - - showq' \
	    'error unix - - n - - error' 'retry unix - - n - - error' 'local unix - n n - - local' \
	    'anvil unix - - n - 1 anvil' 'postlog unix-dgram n - n - 1 postlogd'
	printf '%s unix - n n - - pipe flags=DRhu user=dove null_sender= argv=%s\n' \
	    culver-user "$bin/culver-deliver --config $config -f \${sender} --recipient \${recipient} --extension \${extension} -d \${user}" \
	    culver-rules "$bin/culver-deliver --config $config -f \${sender} --recipient \${recipient} --extension \${extension} $work/rules \${nexthop} \${user}" \
	    culver-unknown "$bin/culver-deliver --config $config -f \${sender} -d \${user}" \
	    maildrop "$bin/maildrop -d \${user}" \
	    maildrop-quota "$bin/maildrop -w 90 -f \${sender} -d \${user} \${extension} \${recipient} \${user} \${nexthop} \${sender}"
} >"$etc/master.cf"

postfix_stop() {
	postfix -c "$etc" stop >/dev/null 2>&1
	for ((n = 0; n < 100; n++)); do
		[ -n "$master" ] && kill -0 "$master" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$master" 2>/dev/null
}
master=
if ! postfix -c "$etc" start >"$work/start" 2>&1; then
	skip_all "Postfix does not start here: $(tail -n 1 "$work/start")"
fi
at_end postfix_stop
for ((n = 0; n < 100; n++)); do
	master=$(tr -cd 0-9 <"$queue/pid/master.pid" 2>/dev/null)
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
	sleep 0.1
done
[ "$n" -lt 100 ] || skip_all "Postfix does not listen: $(tail -n 1 "$log" 2>/dev/null)"

# smtp_expect CODE: reads one reply.
smtp_expect() {
	local line
	while IFS= read -r -t 20 line <&8; do
		[[ $line == "$1 "* ]] && return 0
		[[ $line == "$1-"* ]] || break
	done
	printf '# SMTP: %s, wanted %s\n' "$line" "$1"
	return 1
}

# send SENDER RECIPIENT MESSAGE: over SMTP, as any client would.
send() {
	exec 8<>"/dev/tcp/127.0.0.1/$port" || return 1
	smtp_expect 220 && printf 'EHLO ark.example\r\n' >&8 && smtp_expect 250 &&
	    printf 'MAIL FROM:<%s>\r\n' "$1" >&8 && smtp_expect 250 &&
	    printf 'RCPT TO:<%s>\r\n' "$2" >&8 && smtp_expect 250 &&
	    printf 'DATA\r\n' >&8 && smtp_expect 354 &&
	    sed -e 's/^\./../' -e 's/$/\r/' "$3" >&8 && printf '.\r\n' >&8 && smtp_expect 250 &&
	    printf 'QUIT\r\n' >&8 && smtp_expect 221
	local status=$?
	exec 8>&-
	return "$status"
}

# wait_for COMMAND...: until it succeeds, 20 seconds at most.
wait_for() {
	local n
	for ((n = 0; n < 200; n++)); do
		"$@" && return 0
		sleep 0.1
	done
	printf '# waited in vain; the last of the log:\n'
	grep -E 'status=|warning|fatal' "$log" | tail -n 4 | sed 's/^/# /'
	return 1
}

# arrived MAILDIR MESSAGE: one file in the Maildir that ends in the bytes of the message, behind the fields that Postfix
# put in front.
arrived() {
	local -a files
	mapfile -t files < <(grep -lF "Message-ID: <$(basename "$2")@test>" "$1"/new/* 2>/dev/null)
	[ "${#files[@]}" = 1 ] && cmp -s <(tail -c "$(stat -c %s "$2")" "${files[0]}") "$2"
}

# logged MESSAGE WORDS: a line of the log about the message holds the words.
logged() {
	local id
	id=$(sed -nE "s/.* ([0-9A-F]+): message-id=<$(basename "$1")@test>.*/\1/p" "$log" | head -n 1)
	[ -n "$id" ] && grep -F " $id: " "$log" | grep -qF -- "$2"
}

maildir=$home/Maildir
make_maildir "$maildir" "$dove_uid"
make_maildir "$work/home/raven/Maildir" "$raven_uid"
bounces=$work/home/raven/Maildir

# rules TEXT: of dove, and as the rules file of the pipe transport.
rules() {
	printf '%s\n' "$1" >"$home/.mailfilter"
	chown "$dove_uid" "$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
}

# one NAME [BYTES]: a new message in $message.
one() {
	message=$work/$1
	write_message "$message" "${@:2}"
}

# --- mailbox_command ----------------------------------------------------------------------------------------------

one plain
test_that "Postfix takes a message" send noah@ark.example "dove@$host" "$message"
test_that "mailbox_command delivers it, byte for byte" wait_for arrived "$maildir" "$message"
test_that "Postfix calls it sent" wait_for logged "$message" "status=sent"
one big 300000
send noah@ark.example "dove@$host" "$message"
test_that "mailbox_command delivers 300 KB, byte for byte" wait_for arrived "$maildir" "$message"

rules 'logfile "./log"
log "from=[$FROM] sender=[$SENDER] recipient=[$RECIPIENT] extension=[$EXTENSION] local=[$LOCAL] domain=[$DOMAIN]"
to "./Maildir/"'
one extended
send noah@ark.example "dove+olive@$host" "$message"
test_that "a message to an extension arrives" wait_for arrived "$maildir" "$message"
test_that "extension, recipient and sender reach the rules" grep -qF \
    "from=[noah@ark.example] sender=[noah@ark.example] recipient=[dove+olive@$host] extension=[olive] local=[dove+olive] domain=[$host]" \
    "$home/log"
rm -f "$home/log"
one null
send "" "dove@$host" "$message"
test_that "a message from the null sender arrives" wait_for arrived "$maildir" "$message"
test_that "and the null sender stays empty" grep -qF 'from=[] sender=[]' "$home/log"
rm -f "$home/log"

# --- pipe(8) ------------------------------------------------------------------------------------------------------

one piped
send noah@ark.example dove+branch@pipe.example "$message"
test_that "a pipe transport delivers, byte for byte" wait_for arrived "$maildir" "$message"
test_that "its recipient and extension reach the rules" grep -qF \
    'recipient=[dove+branch@pipe.example] extension=[branch]' "$home/log"
rm -f "$home/log"
one pipednull
send "" dove@pipe.example "$message"
test_that "a pipe transport delivers from the null sender" wait_for arrived "$maildir" "$message"
test_that "the null sender stays empty" grep -qF 'from=[] sender=[]' "$home/log"
rm -f "$home/log"

printf 'logfile "%s/log"\nlog "1=[$1] 2=[$2] from=[$FROM]"\nto "%s/"\n' "$home" "$maildir" >"$work/rules"
chmod 644 "$work/rules"
one manual
send noah@ark.example dove@rules.example "$message"
test_that "a pipe transport with a rules file delivers, byte for byte" wait_for arrived "$maildir" "$message"
test_that "and its arguments reach the rules" grep -qF '1=[rules.example] 2=[dove] from=[noah@ark.example]' "$home/log"
rm -f "$home/log"

# --- as maildrop --------------------------------------------------------------------------------------------------

rules 'to "./Maildir/"'
one asmaildrop
send noah@ark.example dove@maildrop.example "$message"
test_that "under the name of maildrop, -d \${user} delivers" wait_for arrived "$maildir" "$message"
one withquota
send noah@ark.example dove+x@quota.example "$message"
test_that "under the name of maildrop, -w 90 with maildrop's arguments delivers" wait_for arrived "$maildir" "$message"
postconf -c "$etc" -e "mailbox_command = $bin/maildrop -d \"\$USER\"" && postfix -c "$etc" reload >/dev/null 2>&1
one asmailbox
send noah@ark.example "dove@$host" "$message"
test_that "under the name of maildrop, mailbox_command delivers" wait_for arrived "$maildir" "$message"
postconf -c "$etc" -e "mailbox_command = $bin/culver-deliver --config $config" && postfix -c "$etc" reload >/dev/null 2>&1

# --- failures -----------------------------------------------------------------------------------------------------

rm -f "$home/.mailfilter"
mv "$maildir" "$home/Away"
in_queue() {
	postqueue -c "$etc" -p | grep -qF "$1"
}
for where in "$host" pipe.example; do
	one "later-$where"
	send noah@ark.example "dove@$where" "$message"
	test_that "a temporary failure at $where is deferred with our status" \
	    wait_for logged "$message" "dsn=4.3.5, status=deferred"
	test_that "the queue shows our reason for $where" wait_for in_queue "Maildir does not exist"
done
mv "$home/Away" "$maildir"
postqueue -c "$etc" -f
for where in "$host" pipe.example; do
	test_that "what was deferred for $where arrives when the Maildir is back" \
	    wait_for arrived "$maildir" "$work/later-$where"
done
queue_is_empty() {
	postqueue -c "$etc" -p | grep -q 'queue is empty'
}
test_that "the queue is empty again" wait_for queue_is_empty

# bounced MESSAGE WORDS: a bounce with the words came to the sender, and the message is nowhere.
bounced() {
	local file
	for file in "$bounces"/new/*; do
		[ -e "$file" ] && grep -qF "<$(basename "$1")@test>" "$file" && grep -qF -- "$2" "$file" &&
		    return 0
	done
	return 1
}
rules 'EXITCODE=77
exit'
for where in "$host" pipe.example; do
	one "never-$where"
	send "raven@$host" "dove@$where" "$message"
	test_that "EXITCODE=77 at $where bounces with status 5.7.1" wait_for bounced "$message" "Status: 5.7.1"
	is "what bounced at $where is in no mailbox of the recipient" "$(copies "$message" "$home")" 0
done
test_that "the bounce holds what the program said" bounced "$message" "refused by a rule (EXITCODE 77)"
one unknown
send "raven@$host" nobody_here@unknown.example "$message"
test_that "an unknown user bounces with status 5.1.1" wait_for bounced "$message" "Status: 5.1.1"
test_that "and the bounce says who" bounced "$message" 'there is no user "nobody_here" here'

# --- the end ------------------------------------------------------------------------------------------------------

postfix_stop
test_that "Postfix was stopped" eval '! kill -0 "$master" 2>/dev/null'
is "Postfix had nothing to warn of" "$(grep -E 'fatal|panic' "$log")" ""
tests_end
