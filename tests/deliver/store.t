#!/usr/bin/env bash
# Data bases of rules (gdbmopen and its kin) with real deliveries: many at once lose no update, and whatever is wrong
# with a file, the rules hear -1, the admin hears why, and the mail goes on.
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
. "$top_srcdir/tests/support/delivery.sh"
own_accounts "$@"

log=$work/delivery.log
write_config 'log_file = /dev/null'
sed -i '/^log/d' "$config"
printf 'log = file\nlog_file = %s\nlock_timeout = 20s\n' "$log" >>"$config"
: >"$log"
chmod 666 "$log"
write_message "$work/message"
message=$work/message

# own_rules TEXT: the user's rules.
own_rules() {
	printf '%s\n' "$1" >"$home/.mailfilter"
	chown "$dove_uid:$dove_uid" "$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
}
empty_maildir() {
	rm -rf "$home/Maildir"
	make_maildir "$home/Maildir" "$dove_uid"
}
# said_value NAME: what the rules left in ~/said.
said_value() { cat "$home/said" 2>/dev/null; }
# warned WORDS: in the log's last line.
warned() { tail -n 1 "$log" | grep -o '"undecided":"[^"]*' | grep -qF -- "$1" || { tail -n 1 "$log" | sed 's/^/# /' && false; }; }

empty_maildir
own_rules 'X=gdbmopen("seen","C")
/^Message-ID: *(.*)/
S=gdbmstore("$MATCH1","delivered")
N=gdbmfetch("count","","0")
T=gdbmstore("count",$N+1)
gdbmclose
if ($S ne "0" || $T ne "0")
{
	EXITCODE=75
	exit
}'
processes=()
for ((i = 0; i < 50; i++)); do
	write_message "$work/many$i"
	run_one() { "$deliver" --config "$config" -d dove <"$work/many$i" >>"$work/many.output" 2>&1; }
	run_one &
	processes+=($!)
done
failed=0
for i in "${processes[@]}"; do wait "$i" || failed=$((failed + 1)); done
is "50 deliveries at once that count in one store end with 0" "$failed" 0
is "50 messages are delivered" "$(visible "$home/Maildir" | wc -l)" 50
test_that "nobody was warned" eval '! grep -q "\"undecided\":\"" "$log"'
{
	printf 'X=gdbmopen("seen")\nT=0\n'
	for ((i = 0; i < 50; i++)); do printf 'if (gdbmfetch("<many%d@test>") eq "delivered")\n\tT=$T+1\n' "$i"; done
	printf 'N=gdbmfetch("count")\n`echo "$T $N" >said`\nexit\n'
} >"$work/reading"
own_rules "$(cat "$work/reading")"
run "$message" -d dove
is "all 50 keys are there, and no count is lost" "$(said_value)" "50 50"
is "the store is the user's alone" "$(stat -c '%a %u' "$home/seen")" "600 $dove_uid"

# Killed at any moment: what is delivered was stored before, and the store opens.
rm -f "$home/seen" && empty_maildir
own_rules '/^Message-ID: *(.*)/
X=gdbmopen("seen","C")
S=gdbmstore("$MATCH1","stored")
gdbmclose
to "./Maildir/"'
for ((i = 0; i < 50; i++)); do
	{
		"$deliver" --config "$config" -d dove <"$work/many$i" >"$work/killed.output" 2>&1 &
		process=$!
		sleep "0.0$((RANDOM % 4))$((RANDOM % 10))"
		kill -9 "$process"
		wait "$process"
	} 2>/dev/null
done
rm -f "$home/said"
{
	printf 'X=gdbmopen("seen")\nT=0\n'
	for ((i = 0; i < 50; i++)); do
		if [ "$(copies "$work/many$i" "$home/Maildir/new")" -gt 0 ]; then
			printf 'if (gdbmfetch("<many%d@test>") ne "stored")\n\tT=$T+1\n' "$i"
		fi
	done
	printf 'X=gdbmopen("seen","C")\nS=gdbmstore("last","x")\n`echo "$X $S $T" >said`\nexit\n'
} >"$work/reading"
own_rules "$(cat "$work/reading")"
run "$message" -d dove
is "after 50 deliveries were killed the store works, and what was delivered is in it" "$(said_value)" "0 0 0"
printf '# %d of 50 were delivered before they were killed\n' "$(visible "$home/Maildir" | wc -l)"
is "nothing was set aside" "$(find "$home" -name 'seen.damaged*' | wc -l)" 0

own_rules 'X=gdbmopen("seen","N")
S=gdbmstore("count","50")'
run "$message" -d dove

# tell RULES: runs the rules, which leave what they found in ~/said, then the default delivery.
tell() {
	empty_maildir
	rm -f "$home/said"
	own_rules "$1
\`echo \"\$X \$S \$UNDECIDED\" >said\`"
	run "$message" -V2 -d dove
}
tell 'X=gdbmopen("none")'
delivered "a store that is missing holds up no mail" "$home/Maildir" "$message"
is "the rules hear of it" "$(said_value)" "-1  database"
test_that "the log names the place and the reason" warned ".mailfilter:1:3: cannot open none: No such file"
test_that "so does -V" grep -q "; undecided: .*mailfilter:1:3: cannot open" "$work/stderr"

if [ -x /usr/bin/maildrop ]; then
	printf 'X=gdbmopen("%s","N")\nX=gdbmstore("joe@example.com","friend")\nX=gdbmstore("a b","two words")\nexit\n' \
	    "$home/old" >"$work/make-old"
	chmod 600 "$work/make-old"
	/usr/bin/maildrop "$work/make-old" <"$message" >/dev/null 2>&1
fi
if [ -s "$home/old" ]; then
	chown "$dove_uid" "$home/old"
	before=$(cksum <"$home/old")
	tell 'X=gdbmopen("old","C")
S=gdbmfetch("joe@example.com","","-")'
	delivered "a GDBM file holds up no mail" "$home/Maildir" "$message"
	is "it is -1" "$(said_value)" "-1 - database"
	test_that "the log says what to do" warned "is a GDBM file, as maildrop makes them: mailfilter(5) says how"
	is "the file is as it was, alone" "$(cksum <"$home/old") $(find "$home" -name 'old*' | wc -l)" "$before 1"
	# The command stands in the manual.
	command=$(sed -n '/^perl -MGDBM_File/,/^\.Ed/p' "$top_srcdir/doc/man/mailfilter.5" | grep -v '^\.Ed' |
	    sed 's/\\e/\\/g')
	if perl -MGDBM_File -MDB_File -e 1 2>/dev/null; then
		(cd "$home" && mv old friends && eval "$command") >"$work/converted" 2>&1
		chown "$dove_uid" "$home/friends.db"
		own_rules 'X=gdbmopen("friends.db","W")
A=gdbmfetch("joe@example.com")
B=gdbmstore("new","x")
C=gdbmfetch("a b")
`echo "$X|$A|$B|$C" >said`'
		run "$message" -d dove
		is "what the manual says converts it" "$(said_value)" "0|friend|0|two words"
	else
		skip "what the manual says converts it" "perl lacks GDBM_File or DB_File"
	fi
else
	skip "a GDBM file holds up no mail" "maildrop is not installed"
fi

printf 'these are my notes, and no data base\n' >"$home/notes"
chown "$dove_uid" "$home/notes"
tell 'X=gdbmopen("notes","N")'
is "a text file is not begun anew" "$(said_value)|$(cat "$home/notes")" "-1  database|these are my notes, and no data base"
tell 'X=gdbmopen("text:notes")
S=gdbmfetch("these")'
is "as a text store it can be read" "$(said_value)" "0 are my notes, and no data base "

printf 'X=gdbmopen("seen","W")\nS=gdbmstore("inner","x")\nI="$X"\n' >"$home/inner"
chown "$dove_uid" "$home/inner" && chmod 600 "$home/inner"
start=$SECONDS
tell 'X=gdbmopen("seen","W")
include "inner"
S="$I"'
is "an included file does not wait for the store that is open above it" "$(said_value)" "-1 -1 database"
test_that "it is told at once" [ $((SECONDS - start)) -lt 10 ]

own_rules 'X=gdbmopen("seen","W")
`touch held; sleep 4`'
"$deliver" --config "$config" -d dove <"$message" >"$work/holder" 2>&1 &
holder=$!
for ((i = 0; i < 100; i++)); do [ -e "$home/held" ] && break || sleep 0.05; done
sed -i 's/^lock_timeout.*/lock_timeout = 1s/' "$config"
tell 'X=gdbmopen("seen","W")
S=gdbmfetch("count","","-")'
delivered "a store that another delivery keeps holds up no mail" "$home/Maildir" "$message"
is "it is -1" "$(said_value)" "-1 - database"
test_that "the log says that it is locked" warned "keeps $home/seen.lock locked"
tell 'X=gdbmopen("seen")
S=gdbmfetch("count")'
is "readers need not wait" "$(said_value)" "0 50 "
wait "$holder"

mkdir "$home/disk"
if mount -t tmpfs -o "size=32k,mode=777" tmpfs "$home/disk"; then
	tell 'X=gdbmopen("disk/db","C")
S=gdbmstore("a","old")'
	is "there is room for one record" "$(said_value)" "0 0 "
	head -c 20000 /dev/zero >"$home/disk/filler"
	tell 'X=gdbmopen("disk/db","W")
S=gdbmstore("a","new")'
	delivered "a full disk under a store holds up no mail" "$home/Maildir" "$message"
	is "what cannot be stored is -1" "$(said_value)" "0 -1 database"
	test_that "the log says why" warned "No space left on device"
	tell 'X=gdbmopen("disk/db")
S=gdbmfetch("a")'
	is "the old value stays" "$(said_value)" "0 old "
	mount -o remount,ro "$home/disk"
	tell 'X=gdbmopen("disk/db","W")'
	is "a disk that is only read is -1" "$(said_value)" "-1  database"
	tell 'X=gdbmopen("disk/db")
S=gdbmfetch("a")'
	is "and can be read" "$(said_value)" "0 old "
	umount "$home/disk"
else
	skip "a full disk under a store holds up no mail" "no tmpfs can be mounted"
fi

dd if=/dev/urandom of="$home/seen" bs=4096 seek=1 count=2 conv=notrunc status=none
tell 'X=gdbmopen("seen","C")
S=gdbmstore("a","b")'
delivered "a damaged store holds up no mail" "$home/Maildir" "$message"
test_that "the log says where it was put" warned "set aside as $home/seen.damaged-"
tell 'X=gdbmopen("seen","C")
S=gdbmstore("a","b")'
is "the next delivery has a new one" "$(said_value)" "0 0 "

library=$(ldconfig -p 2>/dev/null | awk '/libdb-5\.3\.so/ { print $NF; exit }')
if [ -n "$library" ] && mount --bind /dev/null "$(readlink -f "$library")"; then
	tell 'X=gdbmopen("seen","C")'
	delivered "without the library mail is delivered" "$home/Maildir" "$message"
	is "a store is -1" "$(said_value)" "-1  database"
	test_that "the log names the library" warned "need libdb-5.3.so"
	umount "$(readlink -f "$library")"
else
	skip "without the library mail is delivered" "it is not where ldconfig says"
fi
tests_end
