#!/usr/bin/env bash
# culver check --maildrop: each deviation is found where it is, and nowhere else.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck disable=SC2016 # rules have dollars

culver=$top_builddir/culver

# found FILE: "name:line:column", in the order of the report; nothing only where the report says so.
found() {
	"$culver" check --maildrop "$1" | awk -v file="$1" '
	NR == 1 && /^Nothing differs\. / { nothing = 1 }
	/^[^ ].*\[[a-z0-9-]+\]$/ { name = $NF; gsub(/[][]/, "", name) }
	index($0, "    " file ":") == 1 {
		split(substr($1, length(file) + 2), place, ":")
		print name ":" place[1] ":" place[2]
		some = 1
	}
	END { if (nothing == some) print "no report" }' | paste -sd' '
}
# finds RULES NAMES: and nothing else.
finds() {
	printf '%s\n' "$1" >"$work/rules"
	is "$(head -n 1 "$work/rules") -> ${2:-nothing}" "$(found "$work/rules")" "$2"
}

finds 'xfilter "spamc"' 'xfilter-empty:1:1 command-unknown:1:1 xfilter-growth:1:1 command-umask:1:1'
finds 'X = `date`' 'command-unknown:1:5 command-umask:1:5'
finds 'system "date"' 'command-unknown:1:1 command-umask:1:1'
finds 'UMASK = 007
system "date"' 'command-unknown:2:1'
finds 'UMASK = 077
system "date"' 'command-unknown:2:1 command-umask:2:1'
finds 'UMASK = 007
UMASK = 027
cc "|archive"' 'copy-status:3:1 command-umask:3:1'
finds 'FLAGS = "SX"' 'flags-letters:1:11'
finds 'FLAGS = "SF"' 'flags-letters:1:9'
finds 'FLAGS = "SS"' 'flags-letters:1:9'
finds 'FLAGS = "DFPRST"' ''
finds 'cc "|archive"' 'copy-status:1:1 command-umask:1:1'
finds 'cc "./box"' ''
finds 'to "|archive"' 'pipe-status:1:1 command-umask:1:1'
finds 'to "./archive"' ''
finds 'to pipe "archive"' 'words-destination:1:1'
finds 'EXITCODE = 9
exception {
	to "./box"
}' 'exception-failures:3:2 exit-code-never:1:12 default-status:1:12'
finds 'exception {
	include "x"
}' 'exception-failures:1:1 include-safety:2:2'
finds 'exception {
	cc "./box"
}' ''
finds 'EXITCODE = 256
exit' 'exit-code-range:1:12'
finds 'EXITCODE = "bounce"' 'exit-code-range:1:12'
finds 'EXITCODE = 100
exit' 'exit-code-never:1:12'
for code in 0 65 67 68 69 75 76 77; do
	finds "EXITCODE = $code
exit" ''
done
finds 'EXITCODE = 77' 'default-status:1:12'
finds 'EXITCODE = 0' ''
finds 'EXITCODE = $STATUS' 'default-status:1:12'
finds 'if (/x/)
{
	EXITCODE = 77
	exit
}' ''
finds 'if (/x/)
	EXITCODE = 77
elsif (/y/)
	EXITCODE = 75
else
	exit' 'default-status:2:13 default-status:4:13'
finds 'if (/x/)
	EXITCODE = 77
if (/y/)
	to "./y"
else
{
	reject "no"
}' 'words-statement:7:2'
finds 'exception {
	EXITCODE = 77
	cc "./x"
	to "./y"
}' 'exception-failures:4:2 default-status:2:13'
finds 'dotlock "x.lock" {
	EXITCODE = 77
	to "./y"
}' 'lock-living:1:1 lock-sleep:1:1 lock-timeout:1:1'
finds 'to "!joe@example.com"' 'forward-sender:1:4'
finds 'if ($FROM eq "MAILER-DAEMON")
	exit' 'null-sender:1:5'
finds 'if (/(x/)
	exit' 'bad-pattern:1:8'
finds 'if (/^([a-z]+ ?)*!/)
	exit' 'pattern-limit:1:7'
finds 'foreach "$X" =~ /x*/
	echo "x"' 'empty-match:1:17'
finds 'Y = ("$X" =~ /x*/:,1)' 'empty-match:1:14'
finds 'foreach "$X" =~ /x+/
	echo "x"' ''
finds 'foreach /x*/
	echo "x"' ''
finds 'Y = (/x/)' 'match-value:1:6'
finds 'if (/x/ == 1)
	exit' 'match-value:1:5'
finds 'if (/x/ + /y/ > 1)
	exit' 'match-value:1:5 match-value:1:11'
finds 'if (/x/ != 0 || /y/ || $A =~ /z/ || /x/:h,1 == 1)
	exit' ''
finds 'foreach /(a)(b)/
	echo "$MATCH1"' 'foreach-groups:1:9'
finds 'foreach /x/:w
	echo "x"' 'field-order:1:9'
finds 'if (/x(y)/:hb)
	to "./$MATCH1"' 'field-order:1:5'
finds 'if (/x(y)/:hb)
	to "./x"' ''
finds 'foreach /x/:b
	echo "$MATCH"' ''
finds 'if (/^X-Spam: yes/:H)
	exit' 'top-header:1:5'
finds 'if (/^X-Spam: yes/:h)
	exit' ''
finds 'if (/^From joe/ || /^>?From\s/)
	exit' 'unicode-classes:1:20 from-line-taken:1:5 from-line-taken:1:20'
finds 'if (/[[:alpha:]]/ || /a\\w/ || /\Bx/)
	exit' 'unicode-classes:1:5 unicode-classes:1:32'
finds 'if (/^From: joe/ || /From joe/ || /^From joe/:b)
	exit' 'part-lines:1:35'
finds 'if (/x/:br)
	exit' 'pattern-flags:1:5'
finds 'if (/^x/:b || /x$/:w)
	exit' 'part-lines:1:5 part-lines:1:15 body-cr:1:15'
finds 'if (/[^x]\$y/:b || /^x$/:h)
	exit' ''
finds 'if (/café/:b)
	exit' 'eight-bit:1:5'
finds 'if (/^Subject: café/)
	exit' 'header-8bit-kept:1:5'
finds 'if ($RETURNCODE >= 128)
	exit' 'command-signal:1:5'
finds 'if ($RETURNCODE == 1)
	exit' ''
finds 'X = lookup($FROM, "friends")' 'lookup-safety:1:5'
finds 'X = gdbmopen("seen")' 'gdbm-file:1:5 gdbm-failure:1:5'
finds 'X = gdbmopen("seen", "W")' 'gdbm-file:1:5 gdbm-lock:1:5 gdbm-failure:1:5'
finds 'X = gdbmopen("seen", "N")' 'gdbm-file:1:5 gdbm-lock:1:5 gdbm-new:1:5 gdbm-failure:1:5'
finds 'dotlock "x.lock" {
}' 'lock-living:1:1 lock-sleep:1:1 lock-timeout:1:1'
finds 'LOCKSLEEP = 5
LOCKTIMEOUT = 60
dotlock "x.lock" {
}' 'lock-living:3:1'
finds 'X = $LOCKTIMEOUT + $LOCKSLEEP' 'lock-sleep:1:20 lock-timeout:1:5'
finds 'flock "x" {
}' 'lock-living:1:1'
finds 'KEYWORDS = "work"' 'keywords-layout:1:12'
finds 'KEYWORDS = "work,to do"' 'keywords-layout:1:12 keywords-atom:1:12'
finds 'log "$FLAGS"' 'keywords-outside:1:6'
finds 'FLAGS = "S"
log "$FLAGS"' ''
finds 'X = getaddr("$Y")' 'getaddr-words:1:5 getaddr-quotes:1:5'
finds 'X = hasaddr("joe@example.com")' 'hasaddr-route:1:5'
finds 'X = tolower("joe@example.com")' ''
finds 'X = substr("abc", 1, -1)' 'substr-count:1:5'
finds 'X = substr("abc", 1, 1)' ''
finds 'if ($LINES > 100)
	exit' 'added-lines:1:5'
finds 'if ($SIZE > 100)
	exit' ''
finds 'logfile "x"' 'log-fields:1:1 log-failures:1:1'
finds 'log "x"' ''
finds 'log "from $FROM\c"' 'log-line:1:1'
finds 'log "x\cy"' ''
finds 'echo "x\c"' ''
finds 'include "/etc/maildroprcs/list"' 'include-safety:1:1 admin-rules:1:1'
finds 'include "$HOME/rules"' 'include-safety:1:1'
finds 'reject "no"' 'words-statement:1:1'
finds 'keep' 'words-statement:1:1'
finds 'mailbox "Lists"' 'words-statement:1:1'
finds 'to mailbox "Lists"' 'words-destination:1:1'
finds 'cc pipe "archive"' 'copy-status:1:1 words-destination:1:1'
finds 'to "mailbox"' ''
finds 'X = envelope("sender")' 'words-function:1:5'
finds 'if (any("To", "Cc") =~ /x/)
	exit' 'words-function:1:5'

printf 'DEFAULT = "./Maildir/"\nif (/^Subject: x/)\n\tto "./box"\n' >"$work/plain"
output=$("$culver" check --maildrop "$work/plain")
is "rules that do the same are told so" "$?:$(head -n 1 <<<"$output")" \
    "0:Nothing differs. These rules do here what they do under maildrop."
output=$("$culver" check --maildrop "$work/missing" "$work/plain" 2>"$work/stderr")
is "but not when a file could not be read" "$?:$(head -n 1 <<<"$output")" \
    "66:Not every file could be read, and the others were compared."
test_that "nor that nothing differs" test "${output/Nothing differs/}" = "$output"

printf 'xfilter "spamc"\n' >"$work/one"
is "the report is one to read" "$("$culver" check --maildrop "$work/one" | head -n 4)" \
    "a filter that prints nothing [xfilter-empty]
    $work/one:1:1  xfilter \"spamc\"
  maildrop: the message is replaced by nothing, which counts as delivered: the mail is lost
  Culver:   that is a failure: the mail is tried again later"

for i in 1 2 3 4 5 6 7; do echo "cc \"|archive$i\""; done >"$work/many"
output=$("$culver" check --maildrop "$work/many" "$work/one")
is "of many places five are shown" "$(sed -n '/copy-status/,/^$/p' <<<"$output" | grep -c 'cc "|archive')" 5
test_that "and the others counted" [ "$(grep -c '    and 2 more$' <<<"$output")" = 1 ]
is "all are in the sum" "$(grep differences <<<"$output")" \
    "5 differences, in 18 places of 2 files. All else in these rules is done as under maildrop."

printf 'if (/x/) {\nxfilter "spamc"\n' >"$work/broken"
output=$("$culver" check --maildrop "$work/broken")
is "rules with errors end with 1" "$?" 1
test_that "and it is said that they were not compared as a whole" \
    [ "$(grep -c '^The rules have errors' <<<"$output")" = 1 ]

output=$(TERM=xterm "$culver" check --maildrop --color=always "$work/one")
test_that "colour marks who does what" [ "${output#*$'\033[32mCulver:'}" != "$output" ]

if command -v python3 >/dev/null; then
	output=$("$culver" check --maildrop --json "$work/many" "$work/one" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["deviations"]:
    print(d["name"], len(d["places"]), d["places"][-1]["line"], d["places"][-1]["column"],
        d["places"][-1]["size"], d["maildrop"] != "", d["culver"] != "", d["advice"] != "")')
	is "the JSON has all places" "$output" "xfilter-empty 1 1 1 7 True True False
copy-status 7 7 1 2 True True True
command-unknown 1 1 1 7 True True False
xfilter-growth 1 1 1 7 True True False
command-umask 8 1 1 7 True True True"
	is "without the option it has none" "$("$culver" check --json "$work/one" | python3 -c '
import json, sys
print("deviations" in json.load(sys.stdin))')" False
else
	skip "the JSON has all places" "python3 is not installed"
fi
tests_end
