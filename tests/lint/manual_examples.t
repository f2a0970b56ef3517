#!/usr/bin/env bash
# The examples of the manual pages are true: those of mailfilter(5) are rules without an error, each of its entries has
# one, and what the pages of the commands print is what the commands print.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

pages=$top_srcdir/doc/man
culver=$top_builddir/culver

# plain: mdoc text as it is printed.
plain() {
	sed "s/\\\\e/\\\\/g; s/\\\\(dq/\"/g; s/\\\\(ga/\`/g; s/\\\\(aq/'/g; s/\\\\&//g; s/\\\\\[:u\]/ü/g"
}

# examples PAGE FOLDER: each example of the language becomes a file LINE-SECTION: literal displays, one-line displays, and
# the last column of tables. A condition alone gets a branch, an open block its end. Rules end at GRAMMAR and are not
# written in perl.
examples() {
	mkdir -p "$2" && plain <"$1" | awk -v folder="$2" '
	function finish() {
		if (body == "" || section == "GRAMMAR" || body ~ /^perl /)
			return
		if (last ~ /^[ \t]*(if|elsif|while|foreach) ?[(\/].*[^\\]$/)
			body = body "\tlog \"x\"\n"
		if (last ~ /\{$/)
			body = body "}\n"
		file = sprintf("%s/%04d-%s", folder, start, section)
		printf "%s", body >file
		close(file)
	}
	/^\.S[hs] / { section = substr($0, 5); gsub(/ /, "-", section) }
	/^\.Bd -literal/ { inside = 1; body = last = ""; start = NR; next }
	/^\.Ed/ { if (inside) finish(); inside = 0; next }
	inside { body = body $0 "\n"; last = $0; next }
	/^\.Dl / { start = NR; last = substr($0, 5); body = last "\n"; finish() }
	/^\.It .* Ta / {
		start = NR
		count = split($0, cells, / (Ta|Ta .*:|,) Li /)
		for (i = 2; i <= count; i++) {
			last = cells[i]
			sub(/ [;:]$/, "", last)
			body = last "\n"
			start = NR + i / 10
			finish()
		}
	}'
}

# faults FOLDER: what culver check says of the examples there.
faults() {
	local file status
	for file in "$1"/*; do
		"$culver" check --no-notes --strict --no-includes --home "$work/home" "$file" >"$work/said" 2>&1
		status=$?
		[ "$status" -le 1 ] || printf '%s ends with %d\n' "$file" "$status"
		[ "$status" = 0 ] ||
		    sed "s|^$1/||" "$work/said" | grep -E ': (error|warning): ' | grep -v 'missing-f'
	done
}

# bare PAGE: the entries of the language that have no example before the next entry.
bare() {
	awk '
	function judge() { if (entry != "" && !has) print entry; entry = "" }
	/^\.Sh / { judge(); section = substr($0, 5); has = 0 }
	/^\.Ss / { judge() }
	/^\.It (Ic|Ev|Cm|Ar|Li) / && section ~ /^(FUNCTIONS|PATTERNS|COMMANDS|DATA BASES|STATEMENTS|BEYOND MAILDROP|VARIABLES)$/ \
	    && !/ Ta / { judge(); entry = $0; has = 0; next }
	/^\.(Dl|Bd -literal)/ || / Ta Li / { has = 1 }
	END { judge() }' "$1"
}

mkdir -p "$work/home"
examples "$pages/mailfilter.5" "$work/examples"
test_that "mailfilter(5) has its examples" [ "$(find "$work/examples" -type f | wc -l)" -gt 90 ]
is "they have no error and no likely mistake" "$(faults "$work/examples")" ""
is "each statement, function, variable and flag has one" "$(bare "$pages/mailfilter.5")" ""

is "no page has a backslash that is not printed" "$(cd "$pages" && grep -n '\\\.' -- *)" ""

# The displays of a page: display PAGE NUMBER.
display() {
	plain <"$pages/$1" | awk -v wanted="$2" '/^\.Bd -literal/ { inside = ++count == wanted; next }
	/^\.Ed/ { inside = 0 } inside { print }'
}
# Lines are broken for the page.
words() { tr -s ' \t\n' ' '; }

cd "$work" || exit 99
printf 'Subject: a big offer today\nFrom: bob@example.com\n\nCome and see it all\n' >offer
mkdir -p Sales/new Sales/cur Sales/tmp
display culver-explain.1 1 >rules
chmod 600 rules
: >empty.conf
"$culver" explain --config empty.conf --rules rules <offer 2>&1 | tail -n +2 | words >explained
is "culver-explain(1) shows what is printed" "$(display culver-explain.1 2 | tail -n +2 | words)" "$(cat explained)"

printf '\n\nif ($FROM == "joe@example.com")\n\tto "./x"\n' >rules
is "culver-check(1) too" "$("$culver" check --no-notes rules | head -n 4)" "$(display culver-check.1 1)"

# culver-check(1): each mistake is one, and its cure is none.
cures() {
	plain <"$pages/culver-check.1" | awk '
	/^\.It Li / { code = $3 }
	/^Mistake:/ { kind = "mistake" }
	/^Cure:/ { kind = "cure" }
	/^\.Bd/ { inside = 1; next }
	/^\.Ed/ { inside = 0 }
	inside && code != "" { print >("cures/" code "." kind) }'
}
mkdir -p cures home/Maildir/.Lists/new home/Maildir/.Lists/cur home/Maildir/.Lists/tmp
cures
# said_of FILE [OPTION...]: the words of its diagnostics. A fragment gets what stands around it: the condition that filled MATCH1, a
# branch, the last one of a chain.
said_of() {
	local text last before=
	text=$(cat "$1")
	last=${text##*$'\n'}
	case $text in
	*MATCH1*) [[ $text == if* ]] || before=$'if (/^Subject: (.*)/)\n\t' ;;
	elsif*) before=$'if (/^To: a/)\n\tto "./a"\n' ;;
	esac
	case $last in
	"if "* | elsif*) text+=$'\n\tlog "x"' ;;
	"{") text+=$'\n}' ;;
	esac
	printf '%s%s\n' "$before" "$text" >fragment
	"$culver" check --home "$work/home" "${@:2}" fragment | sed -nE 's/.* \[([a-z-]+)\]$/\1/p' | sort -u | paste -sd' '
}
missed='' sick=''
for file in cures/*; do
	code=$(basename "${file%.*}")
	case $file in
	*.mistake) [[ " $(said_of "$file") " == *" $code "* ]] || missed+="$code " ;;
	# A note may be said of both: the rules are right here, and the same in maildrop they were not.
	*) [[ " $(said_of "$file" --no-notes) " != *" $code "* ]] || sick+="$code " ;;
	esac
done
test_that "culver-check(1) has mistakes" [ "$(find cures -name '*.mistake' | wc -l)" -gt 25 ]
is "each of them is found" "$missed" ""
test_that "and cures" [ "$(find cures -name '*.cure' | wc -l)" -gt 25 ]
is "and is not found in its cure" "$sick" ""

# culver-test(1): its tests are tests.
printf 'if (/^X-Spam-Flag: YES/)\n\tto "./Junk/"\n' >.mailfilter
{
	display culver-test.1 1 | sed -n '1,/^$/p'
	display culver-test.1 1 | sed -n '/^test spam/,/^$/p'
} >one.test
is "the first test of culver-test(1) passes" "$("$culver" test --tap one.test 2>&1 | grep -v '^#')" "ok 1 - spam goes to Junk
1..1"
printf 'exception {\n\txfilter "spamc"\n}\nif (/^X-Spam-Flag: YES/)\n\tto "./Junk/"\n' >.mailfilter
display culver-test.1 4 >two.test
"$culver" test --tap two.test >said 2>&1
is "those with answers pass too" "$? $(grep -c '^ok' said)" "0 2"

is "the tests of the demonstration pass" "$("$culver" test "$top_srcdir/doc/demo" | sed -n '$s/^[1-9][0-9]* //p')" "passed, 0 failed in 1 file"
"$culver" check --no-notes "$top_srcdir/doc/demo/mistakes.mailfilter" >said
is "and its mistakes are found" "$(tail -n 1 said)" "0 errors, 2 warnings in 1 file"

# Can this fail?
cat >bad.5 <<'SAMPLE'
.Sh STATEMENTS
.It Ic fly Ar where
Flies.
.It Ic walk
.Dl if (\(dqa\(dq = \(dqb\(dq
.Bd -literal
X = (
.Ed
SAMPLE
examples bad.5 "$work/bad"
test_that "a wrong example is seen" [ "$(faults "$work/bad" | grep -c ': error: ')" -ge 2 ]
is "an entry without an example is seen" "$(bare bad.5)" ".It Ic fly Ar where"
tests_end
