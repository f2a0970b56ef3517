#!/usr/bin/env bash
# culver explain: the story and the plan of a message, that nothing is done, that no command runs unasked, that a hostile
# message cannot make a long story, and that a delivery then does what was told.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"

culver=$top_builddir/culver
cd "$work" || exit 99
echo 'create_folders = yes' >"$work/empty.conf"

# explain RULES MESSAGE [OPTION...] [-- ARGUMENT...]: by rules of its own; $output without the first line, which names
# the account, and $status.
explain() {
	local rules=$1 message=$2
	shift 2
	chmod 600 "$rules"
	output=$("$culver" explain --config "$work/empty.conf" --color never --rules "$rules" "$@" <"$message" 2>&1)
	status=$?
}
without_first() { printf '%s\n' "${output#*$'\n'}"; }
contains() { case $output in *"$1"*) true ;; *) false ;; esac; }

printf 'From: Bob <bob@example.org>\nSubject: a big offer today\n\nline 1\nline 2\n' >offer
printf 'From: Ann <ann@example.org>\nSubject: lunch\n\nline 1\nline 2\n' >lunch
cat >rules <<'RULES'
if (/^Subject:.*(sale|offer)/ && $SIZE < 100000)
{
  FLAGS = "S"
  cc "./Archive/"
  to "./Sales/"
}
elsif (/^From:.*ann@/ || /^X-Boss:/)
  to "./Ann/"
RULES

explain rules offer
is "the story of a message that matches" "$(without_first)" 'Rules rules:
rules:1:1             if (/^Subject:.*(sale|offer)/ && $SIZE < 100000)
                          /^Subject:.*(sale|offer)/ in the header -> yes
                            saw ">>Subject: a big offer<< today"
                            MATCH1="offer"
                          $SIZE < 100000: "70" < "100000" -> true
                          the condition -> true
rules:3:3                 FLAGS = "S"
                              FLAGS: not set -> "S"
rules:4:3                 cc "./Archive/"
                              would copy to "./Archive/"
rules:5:3                 to "./Sales/"
                              would deliver to "./Sales/"

What would happen:
   1. copy to "./Archive/", flags "S"  [rules:4:3]
   2. deliver to "./Sales/", flags "S"  [rules:5:3]
The mail server would hear: exit status 0, done
Why: rules:5:3 says: to "./Sales/", because /^Subject:.*(sale|offer)/ && $SIZE < 100000 (line 1) was true; the last pattern that matched, /^Subject:.*(sale|offer)/, found "Subject: a big offer".'
is "rules that ran end with 0" "$status" 0

explain rules lunch
is "the story of a message that does not match at first" "$(without_first)" 'Rules rules:
rules:1:1             if (/^Subject:.*(sale|offer)/ && $SIZE < 100000)
                          /^Subject:.*(sale|offer)/ in the header -> no (none of 1 line)
                            saw "Subject: lunch"
                          not looked at, behind &&: $SIZE < 100000
                          the condition -> false
rules:7:1             elsif (/^From:.*ann@/ || /^X-Boss:/)
                          /^From:.*ann@/ in the header -> yes
                            saw ">>From: Ann <ann@<<example.org>"
                          not looked at, behind ||: /^X-Boss:/
                          the condition -> true
rules:8:3               to "./Ann/"
                            would deliver to "./Ann/"

What would happen:
   1. deliver to "./Ann/"  [rules:8:3]
The mail server would hear: exit status 0, done
Why: rules:8:3 says: to "./Ann/", because /^From:.*ann@/ || /^X-Boss:/ (line 7) was true; the last pattern that matched, /^From:.*ann@/, found "From: Ann <ann@".'

explain rules offer --quiet
is "--quiet tells only the plan" "$output" 'What would happen:
   1. copy to "./Archive/", flags "S"  [rules:4:3]
   2. deliver to "./Sales/", flags "S"  [rules:5:3]
The mail server would hear: exit status 0, done
Why: rules:5:3 says: to "./Sales/", because /^Subject:.*(sale|offer)/ && $SIZE < 100000 (line 1) was true; the last pattern that matched, /^Subject:.*(sale|offer)/, found "Subject: a big offer".'

explain rules offer --json
is "the story as JSON" "$(without_first)" '{"kind":"file","name":"rules","depth":0}
{"kind":"statement","file":"rules","line":1,"column":1,"source":"if (/^Subject:.*(sale|offer)/ && $SIZE < 100000)","name":"if","depth":0}
{"kind":"match","pattern":"/^Subject:.*(sale|offer)/","subject":"Subject: a big offer today","from":0,"to":20,"groups":["Subject: a big offer","offer"]}
{"kind":"pattern","file":"rules","line":1,"column":5,"pattern":"/^Subject:.*(sale|offer)/","where":"header","field":"subject","answer":"yes","value":"1","lines":1,"tried":1,"matches":1}
{"kind":"comparison","file":"rules","line":1,"column":34,"source":"$SIZE < 100000","name":"<","left":"70","right":"100000","truth":true}
{"kind":"condition","file":"rules","line":1,"column":1,"source":"/^Subject:.*(sale|offer)/ && $SIZE < 100000","name":"if","value":"1","truth":true}
{"kind":"statement","file":"rules","line":3,"column":3,"source":"FLAGS = \"S\"","depth":2}
{"kind":"variable","file":"rules","line":3,"column":3,"by":"=","name":"FLAGS","before":null,"value":"S"}
{"kind":"statement","file":"rules","line":4,"column":3,"source":"cc \"./Archive/\"","name":"cc","depth":2}
{"kind":"delivery","file":"rules","line":4,"column":3,"destination":"./Archive/","copy":true,"outcome":"delivered"}
{"kind":"statement","file":"rules","line":5,"column":3,"source":"to \"./Sales/\"","name":"to","depth":2}
{"kind":"delivery","file":"rules","line":5,"column":3,"destination":"./Sales/","copy":false,"outcome":"delivered"}
{"kind":"end","end":"delivered","decision":"to \"./Sales/\"","reason":"planned"}
{"kind":"planned","number":1,"what":"cc","text":"./Archive/","file":"rules","line":4,"column":3,"default":false,"flags":"S","keywords":"","condition":"/^Subject:.*(sale|offer)/","matched":"Subject: a big offer"}
{"kind":"planned","number":2,"what":"to","text":"./Sales/","file":"rules","line":5,"column":3,"default":false,"flags":"S","keywords":"","condition":"/^Subject:.*(sale|offer)/","matched":"Subject: a big offer"}
{"kind":"outcome","exit_status":0,"outcome":"delivered","code":"2.0.0","reason":"planned","failed":false,"by_default":false,"why":"rules:5:3 says: to \"./Sales/\", because /^Subject:.*(sale|offer)/ && $SIZE < 100000 (line 1) was true; the last pattern that matched, /^Subject:.*(sale|offer)/, found \"Subject: a big offer\""}'
if command -v python3 >/dev/null; then
	test_that "each line of the JSON is an object" python3 -c '
import json, sys
for line in sys.argv[1].splitlines(): assert isinstance(json.loads(line), dict)' "$output"
else
	skip "each line of the JSON is an object" "python3 is not installed"
fi

# Colours, and bytes that a terminal would obey.
printf 'Subject: \033[31mred\007 \233 \302\205\n\nx\n' >hostile
printf '/^Subject: (.*)/\nA="$MATCH1"\nlog "$MATCH"\nto "./$MATCH1"\n' >hostile-rules
# controls: how many bytes there are that a terminal obeys, of eight bits and in UTF-8 too.
controls() {
	printf '%s' "$output" | LC_ALL=C tr -d '\n' | LC_ALL=C grep -oaP '[\x00-\x1F\x7F]|\xC2[\x80-\x9F]|(?<![\x80-\xFF])[\x80-\x9F]' | wc -l
}
explain hostile-rules hostile
is "no control byte of a message reaches the terminal" "$(controls)" 0
test_that "the rest of its text does" contains 'would deliver to "./?[31mred? '
explain hostile-rules hostile --json
is "nor through the JSON" "$(controls)" 0
test_that "which has them in its own words" contains '"destination":"./\u001b[31mred\u0007 '
output=$(<hostile)
is "(control bytes are counted)" "$(controls)" 4
explain rules offer --color always
test_that "in colour what matched is reversed" contains $'saw "\033[7mSubject: a big offer\033[0m today"'

# Nothing is done.
mkdir -p Mail/cur Mail/new Mail/tmp
cat >acting <<'RULES'
logfile "./log"
log "a line"
dotlock "./lock" {
  cc "./mbox"
}
flock "./flock" {
  cc "./Mail/"
}
cc "./New/"
cc "|touch piped"
cc "!bob@example.org"
A=`touch backticks`
system "touch system"
xfilter "touch xfilter; cat"
echo "said"
to "./Inbox/"
RULES
chmod 600 acting
before=$(find . -printf '%p %C@ %m %s\n' | LC_ALL=C sort)
output=$("$culver" explain --config empty.conf --color never --rules acting <offer 2>&1)
after=$(find . -printf '%p %C@ %m %s\n' | LC_ALL=C sort)
is "no file is made, changed or removed" "$after" "$before"
is "all that would be done is told in its order" "$(printf '%s\n' "$output" | sed -n '/^What/,$p')" 'What would happen:
   1. log to the file "./log"
   2. log "a line"
   3. hold the lock file "./lock"
   4. copy to "./mbox"  [acting:4:3]
   5. hold the lock on "./flock"
   6. copy to "./Mail/"  [acting:7:3]
   7. copy to "./New/"  [acting:9:1]
   8. copy to "|touch piped"  [acting:10:1]
   9. copy to "!bob@example.org"  [acting:11:1]
  10. run and take what it prints: "touch backticks" (status 0, assumed)
  11. run "touch system" (status 0, assumed)
  12. send the message through "touch xfilter; cat" (status 0, assumed)
  13. print "said\n"
  14. deliver to "./Inbox/"  [acting:16:1]
The mail server would hear: exit status 0, done
Why: acting:16:1 says: to "./Inbox/", on no condition.'
test_that "that a command was not run is said" contains '(assumed: it was not run; see --answer and --run-commands)'
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -o trace -e trace=file,process "$culver" explain --config empty.conf --rules acting <offer >/dev/null 2>&1
	is "the only program that is started is culver" "$(grep -c 'execve(' trace)" 1
	is "no file is opened for writing, made or renamed" \
	    "$(grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|mkdir|rename| link\(|linkat|unlink|chmod|utime' trace)" ""
else
	skip "the only program that is started is culver" "strace does not work here"
	skip "no file is opened for writing, made or renamed" "strace does not work here"
fi

# Data bases: what a delivery stored is found, what it would store is not there afterwards.
mkdir -p stores && cd stores || exit 99
printf 'alice friend\nexample.org known\n' >list
cat >filling <<'RULES'
X=gdbmopen("seen","C")
X=gdbmstore("<old@test>","yesterday")
X=gdbmclose
EXITCODE=0
exit
RULES
cat >storing <<'RULES'
A=gdbmopen("seen","C")
B=gdbmfetch("<old@test>")
C=gdbmfetch("<new@test>","","unknown")
D=gdbmstore("<new@test>","today")
gdbmclose
E=gdbmopen("seen")
F=gdbmfetch("<new@test>")
G=gdbmstore("<new@test>","refused")
gdbmclose
H=gdbmopen("fresh","C")
I=gdbmfetch("<old@test>","","none")
gdbmclose
J=gdbmopen("fresh")
gdbmclose
K=gdbmopen("missing")
L=gdbmopen("missing","W")
M=gdbmopen("text:list","W")
N=gdbmopen("no/such/directory","C")
O=gdbmopen("filling","N")
P=gdbmopen("seen","N")
Q=gdbmfetch("<old@test>","","gone")
gdbmclose
R=gdbmopen("text:list")
S=gdbmfetch("bob@mail.example.org","D")
T=gdbmfetch("bob@example.net","D","nobody")
echo "$A $B $C $D $E $F $G $H $I $J $K $L $M $N $O $P $Q $R $S $T"
EXITCODE=0
exit
RULES
chmod 600 filling storing
"$top_builddir/culver-deliver" --config ../empty.conf -o log=off ./filling <../offer
rm -f seen.lock
before=$(find . -printf '%p %T@ %i %m %s\n' | LC_ALL=C sort && cksum seen list)
explain ./storing ../offer --config ../empty.conf
after=$(find . -printf '%p %T@ %i %m %s\n' | LC_ALL=C sort && cksum seen list)
is "no data base is made, changed or locked" "$after" "$before"
said='0 yesterday unknown 0 0 today -1 0 none 0 -1 -1 -1 -1 -1 0 gone 0 known nobody'
is "data bases are read, and what would be stored is on top of them" \
    "$(printf '%s\n' "$output" | sed -n 's/.*print "\(.*\)\\n"$/\1/p')" "$said"
is "the story has keys and values" "$(printf '%s\n' "$output" | grep -E 'the key|no key' | sed 's/^ *//')" \
    'the key "<old@test>" has "yesterday"
there is no key "<new@test>"
would store under the key "<new@test>": "today"
the key "<new@test>" has "today"
there is no key "<old@test>"
there is no key "<old@test>"
the key "example.org" has "known"
there is no key "bob@example.net", and none of the 3 that are tried for it'
is "the plan has what would be stored" "$(printf '%s\n' "$output" | grep -E '^ +[0-9]+\. ')" \
    '   1. keep in a data base "<new@test> today"
   2. print "'"$said"'\n"'
test_that "a data base that cannot be opened is told with its reason" contains 'a store of type text can only be read'
explain ./storing ../offer --config ../empty.conf --json
is "the JSON of these functions has key and value" \
    "$(printf '%s\n' "$output" | grep '"key":' | sed -n 's/.*\("value":.*\)}$/\1/; 1,3p')" \
    '"value":"yesterday","key":"<old@test>","stored":"yesterday"
"value":"unknown","key":"<new@test>","stored":null
"value":"0","key":"<new@test>","stored":"today"'
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -o ../trace -e trace=file "$culver" explain --config ../empty.conf --rules ./storing <../offer >/dev/null 2>&1
	test_that "(the data base is seen to be opened)" grep -q '"seen"\|/seen"' ../trace
	is "no file is opened for writing, made or renamed for a data base" \
	    "$(grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|mkdir|rename| link\(|linkat|unlink|chmod|utime' ../trace)" ""
else
	skip "no file is opened for writing, made or renamed for a data base" "strace does not work here"
fi
# A delivery hears the same.
is "a delivery hears what was told" \
    "$("$top_builddir/culver-deliver" --config ../empty.conf -o log=off ./storing <../offer)" "$said"
cd "$work" || exit 99

# Commands.
cat >commands <<'RULES'
A=`/usr/bin/ask -q "$SIZE"`
if ($RETURNCODE == 3)
  to "./three"
if ($A eq "two words")
  to "./words"
xfilter "add-field"
if (/^X-Added: yes/)
  to "./added"
RULES
explain commands offer --answer ask=status:3:
test_that "an answer can be a status" contains 'deliver to "./three"'
explain commands offer --answer 'ask=two\nwords\n'
test_that "an answer can be what the command prints" contains 'deliver to "./words"'
printf 'X-Added: yes\n\nbody\n' >added
explain commands offer --answer '/usr/bin/ask=' --answer 'add-field=@added'
test_that "an answer can be a file, which xfilter takes for the new message" contains 'deliver to "./added"'
explain commands offer --answer ask=timeout
test_that "a command can be said not to end: the rules fail, and the mail waits" contains 'exit status 75'
is "and the status says that they did" "$status" 1
explain commands offer --answer 'no equals sign'
is "an answer without a command is a mistake of usage" "$status" 64
printf 'system "touch ran"\nA=`tr a-z A-Z | head -1`\nto "./$A"\n' >running
explain running lunch --run-commands
test_that "--run-commands runs them" [ -f ran ]
test_that "with the message as their input" contains 'deliver to "./FROM: ANN <ANN@EXAMPLE.ORG>"'
printf 'xfilter "sed s/lunch/dinner/"\nif (/^Subject: dinner/)\n  to "./dinner"\n' >filtering
explain filtering lunch --run-commands
test_that "and xfilter's output is the message then" contains 'deliver to "./dinner"'
if command -v setsid >/dev/null; then
	output=$(setsid "$culver" explain --config empty.conf --rules acting --ask <offer 2>&1)
	test_that "--ask without a terminal assumes, and says so" contains '(assumed: it was not run'
else
	skip "--ask without a terminal assumes, and says so" "setsid is not installed"
fi
if command -v script >/dev/null; then
	printf 'A=`echo run`\nB=`other`\nC=`third`\nto "./$A-$B-$C"\n' >asking
	chmod 600 asking
	output=$( (
		sleep 1
		echo y
		sleep 1
		echo '=answered'
		sleep 1
		echo n
		sleep 1
	) | script -qec "'$culver' explain --config empty.conf --color never -q --ask --rules asking --message offer" /dev/null)
	test_that "--ask asks on the terminal: run it, this is its answer, or assume" \
	    contains 'deliver to "./run-answered-"'
else
	skip "--ask asks on the terminal: run it, this is its answer, or assume" "script is not installed"
fi

# Words that maildrop does not have.
cat >words <<'RULES'
addheader "X-A", "one"
delheader "Subject"
flag "seen", "Work"
cc pipe "prog", "two words"
if (any(From, To) =~ /bob/ && envelope("sender") eq "a@b")
  to mailbox "Work/Projekte"
RULES
explain words offer -f a@b -q
is "edits of the header, folders, arguments and flags are in the plan" "$output" 'What would happen:
   1. change the header: "addheader X-A: one; delheader Subject"
   2. copy to the command "prog", "two words", flags "S", keywords "Work"  [words:4:1]
   3. deliver to the folder "Work/Projekte", flags "S", keywords "Work"  [words:6:3]
The mail server would hear: exit status 0, done
Why: words:6:3 says: mailbox "Work/Projekte", because any(From, To) =~ /bob/ && envelope("sender") eq "a@b" (line 5) was true; the last pattern that matched, /bob/, found "Bob".'
printf 'timeout 5 {\n  A=`slow`\n}\nreject "go away"\n' >late
explain late offer -q --answer slow=timeout
test_that "a command that does not end takes the time of its timeout" contains 'the 5 seconds of this `timeout` were over'
explain late offer -q
test_that "a refusal is told as the mail server would hear it" \
    contains 'exit status 77, never: return it to its sender (5.7.1 go away)'

# Questions without an answer.
printf 'if (/^Subject: (a+)+$/)\n  to "./x"\n' >hard
printf 'Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n\nx\n' >harder
explain hard harder -o pattern_limit_verdict=open
test_that "a pattern without an answer is told where it is tried, and what the setting makes of it" \
    contains 'in the header -> no (none of 1 line)'
test_that "and again at the end" contains $'\nUndecided: hard:1:5: '
explain hard harder -o pattern_limit_verdict=later
test_that "where the setting says later, it is an error of the rules" contains '/^Subject: (a+)+$/ in the header -> no answer'
is "which ends with 1" "$status" 1

# Bounds.
{
	printf 'Subject: x\n\n'
	seq -f 'line %.0f' 20000
} >long
cat >loops <<'RULES'
I=0
while ($I < 1000000)
{
  I = $I + 1
}
A=(/line/:b,1,1)
foreach /line/:b
{
  log "$MATCH"
}
RULES
explain loops long
test_that "rounds without end and 20,000 matches make a short story" [ "${#output}" -lt 20000 ]
test_that "it counts the rounds that it leaves out" contains \
    '… 999998 more rounds, in which variables changed 999997 times (--full tells them)'
test_that "and the matches" contains '… 19997 more matches'
test_that "and what would happen" contains '… 19981 more (--full tells them)'
printf 'I=0\nwhile ($I < 9)\n{\n  I = $I + 1\n}\n' >nine
explain nine offer --full
is "--full tells each round" "$(printf '%s\n' "$output" | grep -c ' round ')" 10
printf 'while (1)\n{\n  cc "./x"\n}\n' >endless
explain endless offer --quiet
test_that "rules that copy without end are stopped, as a delivery would be" contains 'exit status 75'
head -c 100000 /dev/zero | tr '\0' y | sed 's/^/Subject: /' >wide
printf '\nbody\n' >>wide
printf '/^Subject: .*y$/\n' >wide-rules
explain wide-rules wide
test_that "a long line is cut" [ "${#output}" -lt 2000 ]
test_that "with a count" contains '…(99849 more)…'

# The ends.
explain rules offer -q -o create_folders=no
test_that "a Maildir that is not there is told beforehand" \
    contains 'deliver to "./Sales/", flags "S" (this Maildir does not exist: the delivery would fail)'
for destination in 'to ""' 'cc "!"' 'mailbox "../x"'; do
	printf '%s\n' "$destination" >nowhere
	explain nowhere offer -q
	test_that "$destination fails, as a delivery would" contains 'exit status 75'
done
printf 'to "./x\n' >broken
explain broken offer
is "rules with an error end with 1" "$status" 1
test_that "the error has its place" contains 'broken:1:4: error: '
test_that "and is drawn below its line" contains $'to "./x\n'
printf 'EXITCODE=67\nexit\n' >refusing
explain refusing offer
is "rules that refuse have run" "$status" 0
test_that "what the mail server would hear is told" contains 'exit status 67, never: return it to its sender'
"$culver" explain --no-such-option </dev/null >/dev/null 2>&1
is "an unknown option is 64" "$?" 64
"$culver" explain --rules rules --message no-such-message >/dev/null 2>&1
is "a message that is not there is 66" "$?" 66
"$culver" explain --rules no-such-rules <offer >/dev/null 2>&1
is "rules that are not there are 66" "$?" 66
"$culver" explain --rules rules </dev/null >/dev/null 2>&1
is "no message at all is 66" "$?" 66
timeout 10 "$culver" explain --rules rules --message <(sleep 0.2; cat offer) >/dev/null
is "a pipe is read to its end" "$?" 0
said=$(timeout 10 "$culver" explain --rules rules --message /dev/zero 2>&1 >/dev/null)
is "a device is no message" "$?:$said" "66:culver: explain: /dev/zero is neither a file nor a pipe"
explain rules /dev/null --message offer
is "--message names the message" "$status" 0
printf 'echo "$1-$FROM-$RECIPIENT-$EXTENSION"\nEXITCODE=3\n' >embedded
explain embedded offer --embedded -f a@b --recipient c@d --extension e first
test_that "embedded rules answer, with arguments and envelope" contains 'print "first-a@b-c@d-e\n"'
test_that "and with their own exit status" contains 'exit status 3'
printf 'if (time >= 1700000000 && time < 1700000001)\n  to "./then"\n' >timed
explain timed offer --time 1700000000
test_that "--time is the time of the rules" contains 'deliver to "./then"'
chmod 666 rules
output=$("$culver" explain --config empty.conf --rules rules <offer 2>&1)
test_that "rules that a delivery would not trust are not trusted" contains 'chmod'

# The same rules, really.
printf 'DEFAULT="./default"\n' | cat - rules >same
chmod 600 same
mkdir -p really
cp same really/
for message in "offer Archive Sales" "lunch Ann" "hostile default"; do
	read -r message wanted <<<"$message"
	explain same "$message" --quiet
	told=$(printf '%s\n' "$output" | sed -nE 's/.*(deliver|copy) to (the default mailbox )?"\.\/([A-Za-z]*).*/\3/p' | LC_ALL=C sort)
	rm -rf really/[A-Zd]*
	(cd really && "$top_builddir/culver-deliver" --config ../empty.conf -o log=off ../same <"../$message")
	done=$(cd really && find . -maxdepth 1 -name '[A-Zd]*' -printf '%P\n' | LC_ALL=C sort)
	is "a delivery of $message does what was told" "$done" "$told"
	is "which is what the rules say" "$(paste -sd' ' <<<"$told")" "$wanted"
done
tests_end
