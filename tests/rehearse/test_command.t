#!/usr/bin/env bash
# culver test, end to end: passing, failing, recording, TAP, directories, what cannot be read; and that for every kind
# of expectation a wrong one fails.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

culver=$top_builddir/culver
cd "$work" || exit 99
unset NO_COLOR

# run ARGUMENT...: culver test. Sets $status, $said (standard output) and $complained.
run() {
	said=$("$culver" test "$@" 2>"$work/stderr")
	status=$?
	complained=$(<"$work/stderr")
}
says() { [[ $said == *"$1"* ]]; }

mkdir mail rules.d
printf 'Subject: by reference\nX-Spam-Flag: YES\n\nbody\r\n\0\377\n' >mail/spam.eml
cat >rules.d/filter <<'RULES'
include "$HOME/.more"
if (/^X-Spam-Flag: YES/)
{
	FLAGS="SF"
	KEYWORDS="one,two"
	xfilter "mark -x"
	log "spam from $SENDER"
	to "$HOME/Junk/"
}
if (/^X-Copy: (.*)/)
	cc "./$MATCH1/"
if (/^X-Refuse/)
{
	EXITCODE=67
	echo "550 no"
	exit
}
if (/^X-Drop/)
	exit
if (/^X-Broken/)
	to "./full/"
RULES
printf 'MORE="yes"\n' >rules.d/.more
cat >top.part <<'TEST'
rules rules.d/filter
answer "mark -x" adds X-Marked: yes
fail ./full/ later no room
TEST
cp top.part good.test
cat >>good.test <<'TEST'

test a message by reference
message mail/spam.eml
expect to /home/bob/Junk/
expect flags FS
expect keyword two
expect header X-Marked: yes
expect header subject: by reference
expect log spam from alice@example.com
expect xfilter mark -x
expect variable MORE=yes
expect no other delivery
expect body escaped <<END
body\r
\x00\xff
END

test header lines over the default message # and a name with a number sign
header X-Copy: one
header X-Copy: two
without Subject
envelope sender <>
expect cc ./one/
expect keep
expect no header Subject
expect no flags
expect variable FROM=
expect variable SENDER=
expect status 0

test what is refused
header X-Refuse: 1
expect reject
expect status 67
expect echo 550 no
expect end exit 67
expect no to
expect nothing else

test what is dropped
header X-Drop: 1
expect keep
or
expect discard

test what must wait
header X-Broken: 1
expect later no room
expect to ./full/
TEST

run good.test
is "tests that pass say how many, and nothing else" "$status $said" "0 5 passed, 0 failed in 1 file"
run --verbose good.test
test_that "--verbose names them" says "ok    what is dropped"
run --filter what good.test
is "--filter runs those whose name has the text" "$status $said" "0 3 passed, 0 failed in 1 file"
run --filter nowhere good.test
is "a filter that leaves nothing is an error" "$status" 64

run --tap good.test
is "TAP has a line for each, the plan, and no number sign in a name" "$status $said" "0 # good.test
ok 1 - a message by reference
ok 2 - header lines over the default message \\# and a name with a number sign
ok 3 - what is refused
ok 4 - what is dropped
ok 5 - what must wait
1..5"

# For each kind of expectation one that is right, and one that is wrong. "given: expectation".
right_and_wrong() {
	local given right wrong n=0 failed=""
	while IFS='~' read -r given right wrong; do
		[ -n "$right" ] || continue
		n=$((n + 1))
		{ cat top.part; printf 'test t\n%b\nexpect %b\n' "$given" "$right"; } >right.test
		{ cat top.part; printf 'test t\n%b\nexpect %b\n' "$given" "$wrong"; } >wrong.test
		run right.test
		[ "$status" = 0 ] || failed+="right: $right: $said"$'\n'
		run wrong.test
		[ "$status" = 1 ] && says "expected" && says "wrong.test:" || failed+="wrong: $wrong: $status $said"$'\n'
	done
	printf '%s%d kinds' "$failed" "$n"
}
is "for every kind of expectation the right one passes and a wrong one fails" "$(right_and_wrong <<'KINDS'
message mail/spam.eml~to /home/bob/Junk/~to /home/bob/Junk
header X-Copy: a~cc ./a/~cc ./b/
header X-Copy: a~cc ./a/\nexpect keep~keep\nexpect cc ./a/
~keep~delivered\nexpect to ./Junk/
~keep~no keep
~keep /var/mail/bob~keep /var/mail/eve
~no to~to /var/mail/bob
header X-Drop: 1~discard~keep
header X-Drop: 1~discard~delivered
~delivered~discard
header X-Refuse: 1~reject refused by~reject because
header X-Refuse: 1~reject~later
header X-Broken: 1~later no room~later much room
header X-Broken: 1~later~reject
header X-Broken: 1~later~to ./full/
header X-Refuse: 1~status 67~status 0
header X-Refuse: 1~end exit 67~end exit 65
header X-Refuse: 1~end exit~end delivered
header X-Refuse: 1~reject\nexpect echo 550 no~reject\nexpect echo 550
header X-Refuse: 1~reject\nexpect nothing else\nexpect echo 550 no~reject\nexpect nothing else
header X-Refuse: 1~reject\nexpect reason EXITCODE 67~reject\nexpect reason EXITCODE 68
header X-Refuse: 1~reject\nexpect place rules.d/filter:16:2~reject\nexpect place rules.d/filter:16:1
header X-Refuse: 1~reject\nexpect condition /^X-Refuse/~reject\nexpect condition /^X-Refuse
header X-Refuse: 1~reject\nexpect matched X-Refuse~reject\nexpect matched Refuse
message mail/spam.eml~log spam from alice@example.com~log spam
message mail/spam.eml~xfilter mark -x~xfilter mark
message mail/spam.eml~flags SF~flags S
message mail/spam.eml~flags FS~flags FST
message mail/spam.eml~keyword one~keyword on
message mail/spam.eml~header X-Marked: yes~header X-Marked: no
message mail/spam.eml~no header X-Other~no header X-Marked
message mail/spam.eml~no header X-Marked: no~no header X-Marked: yes
message mail/spam.eml~variable MORE=yes~variable MORE=no
message mail/spam.eml~no variable LESS~variable LESS=
message mail/spam.eml~no variable LESS~no variable MORE
header X-Copy: a~no other delivery\nexpect cc ./a/\nexpect keep~no other delivery\nexpect keep
header X-Copy: a~no to~no cc
header X-Copy: a~no cc ./b/~no cc ./a/
body x~body <<E\nx\nE~body <<E\ny\nE
body x~no body <<E\ny\nE~no body <<E\nx\nE
message mail/spam.eml\nrules <<E\nE~message mail/spam.eml~message good.test
rules <<E\nif (\nE~refused rules:1:5~refused rules:1:4
rules <<E\nif (\nE~refused~keep
~keep~refused
rules <<E\nexit\n}\nE~refused~discard
rules <<E\nlogfile "a"\nE~logfile a~logfile b
rules <<E\necho "a\\\\c"\nE~echo-part a~echo a
rules <<E\nX=`mark -x`\nE\nanswer "mark -x" prints a~command mark -x\nexpect variable X=a~command mark
rules <<E\nsystem "mark -x"\nE\nanswer "mark -x" status 0~system mark -x~system mark
rules <<E\ndotlock "a" {\n}\nE~dotlock a\nexpect unlock~dotlock b
rules <<E\nflock "a" {\n}\nE~flock a\nexpect unlock~unlock\nexpect flock a
rules <<E\ncc "a"\ncc "b"\nE~cc a\nexpect cc b~cc b\nexpect cc a
~keep~mailbox Work
rules <<E\nmailbox "Work/Ä"\nE~mailbox Work/Ä~mailbox Work
rules <<E\ncc mailbox "Work"\nE~cc-mailbox Work~mailbox Work
rules <<E\npipe "a b", "", "c"\nE~pipe "a b" "" c~pipe "a b" c
rules <<E\ncc pipe "a", "b c"\nE~cc-pipe a "b c"~cc-pipe a b c
rules <<E\naddheader "X-A", "b"\nE~header X-A: b~header X-A: c
rules <<E\naddheader "X-A", "b"\nE\nbare\nmessage <<E\nA: b\nE~edit "X-A: b\\nA: b\\n"~edit "A: b\\n"
rules <<E\ntimeout 5 {\n}\nE~timeout 5\nexpect end-timeout~timeout 4
rules <<E\ntimeout 5 {\n}\nE~end-timeout~no end-timeout
rules <<E\nflag "\\\\Seen"\nE~flags S~flags F
rules <<E\nflag "work"\nE~keyword work~no keyword
rules <<E\nreject "go away"\nE~reject go away~later
rules <<E\ntempfail "not yet"\nE~later not yet~reject not yet
rules <<E\ndiscard\nE~discard~keep
rules <<E\nkeep\nE~keep~discard
rules <<E\nif (/^X-R: (a|a)*c|b$/)\n X=1\nE\nheader X-R: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\nsetting pattern_limit_verdict=open~delivered\nexpect undecided too much work~no undecided
rules <<E\nif (/^X-R: (a|a)*c|b$/)\n X=1\nE\nheader X-R: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\nsetting pattern_limit_verdict=open\nbare~undecided~undecided too little
rules <<E\nto "$DEFAULT"\nE~keep /var/mail/bob\nexpect no other delivery~to ./x/
rules <<E\nto "$DEFAULT"\nE~to /var/mail/bob~no to
~keep~cc-mailbox Work
~keep~pipe prog "a b"
~keep~cc-pipe prog
~keep~edit
~keep~timeout 3
~keep~end-timeout
~keep~gdbmstore a b
rules <<E\nif (gdbmopen("d", "C") == 0)\n X=gdbmstore("a", "b")\nE~gdbmstore a b~gdbmstore a c
rules <<E\nif (gdbmopen("d", "R") == 0)\n X=gdbmfetch("a")\nE\ndatabase d a=b\ndatabase d c="d e"~variable X=b~variable X=c
~keep~undecided
KINDS
)" "81 kinds"

cat top.part - >bad.test <<'TEST'

test the copy goes to two
header X-Copy: one
expect cc ./two/
expect keep
TEST
run bad.test
is "a failure names the place, what was expected, what came, and how to see why" "$status $said" \
    "1 FAIL  the copy goes to two
      bad.test:7:1
      expected  cc ./two/
      got       cc ./one/
                keep /var/mail/bob
      culver test --print=message --filter 'the copy goes to two' bad.test |
        culver explain --rules rules.d/filter   shows why
0 passed, 1 failed in 1 file"
run --tap bad.test
is "in TAP it stands in comments" "$status $said" "1 # bad.test
not ok 1 - the copy goes to two
# bad.test:7:1
# expected  cc ./two/
# got       cc ./one/
#           keep /var/mail/bob
1..1"
run --color always bad.test
test_that "a failure has colour where it is wanted" says $'\033[1;31mFAIL\033[0m'
run --colour always bad.test
test_that "with either spelling" says $'\033[1;31mFAIL\033[0m'
run --print=message --filter copy bad.test
is "--print shows the message of a test" "$said" "From: Alice <alice@example.com>
To: Bob <bob@example.org>
Subject: Hello
Date: Tue, 14 Nov 2023 22:13:20 +0000
Message-ID: <1@example.com>
X-Copy: one

Hello Bob."
"$culver" test --print message --filter reference good.test | cmp -s - mail/spam.eml
is "a message by reference is printed byte for byte" "$?" 0
run --print=rules --filter copy bad.test
is "--print shows its rules" "$said" "$(<rules.d/filter)"

{ cat top.part; printf 'test t\nheader A: \\033[31m\nexpect header A: \033]0;x\a\n'; } >control.test
run control.test
is "control characters of a test file do not reach the terminal" "$(printf '%s' "$said" | tr -d '\n' | tr -dc '[:cntrl:]')" ""
test_that "the rest of its text does" says 'expected  header A: ?]0;x?'

printf 'rules <<E\nX=`touch %s/ran`\nsystem "touch %s/ran"\nE\ntest t\nexpect keep\n' "$work" "$work" >run.test
run run.test
is "a command without an answer fails the test" "$status" 1
test_that "the report has the line that is missing" says "answer \"touch $work/ran\" prints TEXT"
printf 'answer * succeeds\n' | cat - run.test >answered.test
run answered.test
is "an answer for every other command is enough" "$status" 0
test_that "no command was run" [ ! -e ran ]

cat top.part - >record.test <<'TEST'
test first
header X-Copy: one
# the last line of the first

test second
message mail/spam.eml

test third
expect discard
TEST
chmod 640 record.test
cp record.test before
run --record --filter first record.test
is "--record shows what it wrote" "$status $said" "0 recorded  first
      expect cc ./one/
      expect keep
      expect no other delivery
0 passed, 0 failed, 1 recorded in 1 file"
is "it stands behind the test's last line that says something" "$(diff before record.test)" "5a6,8
> expect cc ./one/
> expect keep
> expect no other delivery"
is "the file keeps its mode" "$(stat -c %a record.test)" 640
run --record record.test
is "only tests that expect nothing are recorded" "$status $(tail -n 1 <<<"$said")" "1 1 passed, 1 failed, 1 recorded in 1 file"
cp record.test before
run --record record.test
is "a second time nothing is written" "$(cmp before record.test && echo same) $(tail -n 1 <<<"$said")" \
    "same 2 passed, 1 failed in 1 file"
run --filter second record.test
is "what was recorded passes" "$status" 0
run --record=all record.test
is "--record=all replaces what was expected" "$status $(tail -n 3 record.test)" "0 test third
expect keep
expect no other delivery"
run record.test
is "then all pass" "$status $said" "0 3 passed, 0 failed in 1 file"
ln -s record.test link.test
run --record=all link.test
test_that "recording through a link keeps the link" [ -L link.test ]
test_that "no file is left behind" [ -z "$(find . -name '*.new-*')" ]
printf 'rules <<E\nX=`a`\nE\ntest t\n' >unanswered.test
cp unanswered.test before
run --record unanswered.test
is "a test without the answer is not recorded" "$status $(cmp before unanswered.test && echo same)" "1 same"
printf 'rules <<E\r\nE\r\ntest t' >crlf.test
run --record crlf.test
is "a file with CRLF keeps it, and its last line is ended" "$(od -An -c crlf.test | tr -s ' ' | tr -d '\n')" \
    "$(printf 'rules <<E\r\nE\r\ntest t\r\nexpect keep\r\nexpect no other delivery\r\n' | od -An -c | tr -s ' ' | tr -d '\n')"

printf 'bare\nrules <<E\ncc ""\ndotlock "" {\n}\necho "\\\\c"\nto "\\\\"\nE\ntest t\n' >odd.test
run --record odd.test
cp odd.test before
run odd.test
is "what is empty is recorded so that it can be read" "$status $(sed -n '/^expect/p' odd.test)" '0 expect cc ""
expect dotlock ""
expect unlock
expect echo-part ""
expect to \
expect end delivered 0
expect nothing else'

mkdir -p tree/b tree/.hidden tree/a
cp top.part tree/b/z.test
printf 'rules <<E\nE\ntest in z\nexpect keep\n' >tree/b/z.test
printf 'rules <<E\nE\ntest in a\nexpect keep\n' | tee tree/a/y.test tree/.hidden/x.test >tree/a/no-test
printf 'test in the hidden file\nexpect variable A=1\n' >tree/.mailfilter.test
printf 'A=1\n' >tree/.mailfilter
run --tap tree
is "of a directory all files *.test are run in order; without rules, a file's name says which" "$status $said" \
    "0 # tree/.mailfilter.test
ok 1 - in the hidden file
# tree/a/y.test
ok 2 - in a
# tree/b/z.test
ok 3 - in z
1..3"
run good.test tree bad.test
is "several files and directories have one summary" "$status $(tail -n 1 <<<"$said")" "1 8 passed, 1 failed in 5 files"

printf 'test t\nexpect frob\n' >tree/b/wrong.test
run tree
is "a file with an error does not keep the others from being run" "$status $(tail -n 1 <<<"$said")" \
    "65 3 passed, 0 failed in 3 files; 1 file could not be tested"
test_that "the error has its place" says "tree/b/wrong.test:2:8: \"frob\" can not be expected"
run --tap tree
test_that "in TAP it is a test that fails" says $'not ok 3 - tree/b/wrong.test\n# tree/b/wrong.test:2:8'
run missing.test good.test
is "a file that is not there is an error of its own" "$status $(tail -n 1 <<<"$said")" \
    "66 5 passed, 0 failed in 1 file; 1 file could not be tested"
test_that "it is named" says "missing.test"
mkdir empty
run empty
is "so is a directory without tests" "$status" 66
printf 'rules <<E\nE\ntest t\nmessage mail/none.eml\nexpect keep\n' >none.test
run none.test
is "a message that cannot be read fails the test" "$status" 1
test_that "with the place of its line" says "none.test:4:1: "
printf 'rules none\ntest t\nexpect keep\n' >none.test
run none.test
test_that "so do rules" says "none.test:1:1: "
printf 'test t\nexpect keep\n' >none.txt
run none.txt
test_that "a test without rules says what to write" says 'none.txt:1:1: which rules? Write a line "rules FILE"'
printf 'rules <<E\nE\nsetting frob=1\ntest t\nexpect keep\n' >none.test
run none.test
test_that "an unknown setting has its place" says "none.test:3:1: "
printf 'rules <<E\nE\n# no test\n' >none.test
run none.test
is "a file without a test is an error" "$status" 64
printf 'rules <<E\nE\ntest t\n' >none.test
run none.test
is "a test that expects nothing fails" "$status" 1
printf 'system-rules <<E\nX="s"\nE\nrules <<E\necho "$X $1 $HOSTNAME $LOGNAME"\nE\nuser eve /mail/eve\nargument one\nsetting hostname=h\n' >more.test
printf 'test t\nexpect echo s one h eve\nexpect keep\nexpect nothing else\n' >>more.test
run more.test
is "system rules run before the user's" "$status $said" "0 1 passed, 0 failed in 1 file"
printf 'embedded\nrules <<E\nif (/^Subject: Hello/)\n EXITCODE=77\nE\ntest t\nexpect status 77\n' >embedded.test
run embedded.test
is "rules run in embedded mode" "$status $said" "0 1 passed, 0 failed in 1 file"
printf 'rules <<E\nX=time\necho "$X"\nimport A\necho "$A$B"\nE\ntime @86400\nenvironment A=a\nset B=b\nenvelope client-helo mx\ntest t\nexpect variable CLIENT_HELO=mx\nexpect echo 86400\nexpect echo ab\n' >time.test
run time.test
is "time, environment and variables are given" "$status $said" "0 1 passed, 0 failed in 1 file"
printf 'rules <<E\nwhile (1)\n echo "x"\nE\ntest t\nexpect later time was over\n' >endless.test
run endless.test
is "rules without an end are ended" "$status" 0

for wrong in "" "--frob x" "--color blue good.test" "--record=some good.test" "--print=x good.test" "--tap --record good.test"; do
	# shellcheck disable=SC2086
	run $wrong
	is "a command line that makes no sense is refused: ${wrong:-nothing}" "$status ${complained:+complained}" "64 complained"
done
run --help
is "--help says how it is used" "$status $(head -n 1 <<<"$said" | cut -c1-18)" "0 usage: culver test"
if [ -w /dev/full ]; then
	"$culver" test good.test >/dev/full 2>/dev/null
	is "a report that cannot be written is an error" "$?" 74
else
	skip "a report that cannot be written is an error" "there is no /dev/full"
fi
tests_end
