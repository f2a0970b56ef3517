#!/usr/bin/env bash
# culver called as reformail beside reformail itself: options and messages, standard output and exit status byte for
# byte. A date of now and a new Message-ID differ by nature and are blotted out.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_corpus.sh
. "$top_srcdir/tests/handle/compat_corpus.sh"

ln -s "$top_builddir/culver" "$work/reformail"
corpus "$work/corpus"
export -n FILENO
our="$work/reformail"

# like DESCRIPTION OUTPUT PATTERN
like() { test_that "$1" grep -qE "$3" <<<"$2"; }

# edit MESSAGE OPTION...: printf's escapes.
edit() {
	local message=$1
	shift
	# shellcheck disable=SC2059
	printf "$message" | "$our" "$@"
}
two='Subject: a\n b\nTo: x\nTo: y\n\nbody\n'
is "a value is written as one line" "$(edit "$two" -x subject:)" "a b"
is "a field is written as one line" "$(edit "$two" -X Subject: -x To:)" $'Subject: a b\nx\ny'
edit "$two" -x None: >"$work/none"
is "a field that is not there is no failure" "$? $(wc -c <"$work/none")" "0 0"
is "-a adds what is missing" "$(edit "$two" -a 'To: z' -a 'Cc: z')" $'Subject: a\n b\nTo: x\nTo: y\nCc: z\n\nbody'
is "-A adds in any case" "$(edit "$two" -c -A 'To: z')" $'Subject: a b\nTo: x\nTo: y\nTo: z\n\nbody'
is "-i keeps the old ones" "$(edit "$two" -c -i 'To: z')" $'Subject: a b\nOld-To: x\nOld-To: y\nTo: z\n\nbody'
is "-I replaces" "$(edit "$two" -c -I 'To: z' -I Subject:)" $'To: z\n\nbody'
is "-u keeps the first" "$(edit "$two" -c -u To:)" $'Subject: a b\nTo: x\n\nbody'
is "-U keeps the last" "$(edit "$two" -c -U To:)" $'Subject: a b\nTo: y\n\nbody'
is "-R renames" "$(edit "$two" -c -R To: Cc:)" $'Subject: a b\nCc: x\nCc: y\n\nbody'
is "-d1 ends every line with CR LF" "$(edit "$two" -d1 | tr '\r' '~')" $'Subject: a~\n b~\nTo: x~\nTo: y~\n~\nbody~'
is "-d0 ends every line with LF" "$(edit 'A: b\r\n\r\nc\r\n' -d0)" $'A: b\n\nc'
is "-f0 makes the From_ line a Return-Path" "$(edit 'From a@b x\nReturn-Path: <o>\nA: b\n\n>From c\n' -f0)" \
    $'A: b\nReturn-Path: <a@b>\n\nFrom c'
like "-f1 adds a From_ line" "$(edit 'From: A <a@b>\n\nFrom c\n>From d\n' -f1 | paste -sd,)" \
    '^From a@b [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4},From: A <a@b>,,>From c,>>From d$'
is "the body of a message without a header stays" "$(edit 'From a@b x\n\nbody\n' -f0 -I B:)" $'Return-Path: <a@b>\n\nbody'
like "the sender is the last Errors-To or Return-Path" \
    "$(edit 'Errors-To: a@b\nReturn-Path: <c@d>\nFrom: e@f\n\n' -f1 | head -n 1)" '^From c@d '
like "an empty Message-ID is filled" "$(edit "$two" -a Message-ID: | grep Message-ID)" '^Message-ID: <[^ @<>]+@[^ @<>]+>$'
like "so is an empty Resent-Message-ID" "$(edit "$two" -A Resent-Message-ID: | grep Resent)" '<[^ @<>]+@[^ @<>]+>$'
is "bytes of value 0 stay" "$(edit 'A: b\0c\n\nd\0\n' | tr '\0' '~')" $'A: b~c\n\nd~'

mbox='From a\nx\n\nFrom not a sep\ny\n'
# shellcheck disable=SC2016
each='printf "%s:" "$FILENO"; paste -sd,'
is "any line that begins with From begins a message" "$(edit "$mbox" -s sh -c "$each")" $'000:From a,x\n001:From not a sep,y'
is "FILENO goes on from where it is" "$(FILENO=09 edit "$mbox" -s sh -c "$each" | cut -d: -f1 | paste -sd,)" "09,10"
is "a FILENO that is no number stays" "$(FILENO=a edit "$mbox" -s sh -c "$each" | cut -d: -f1 | paste -sd,)" "a,a"
is "a header of one line keeps its end" "$(edit 'From a\n\nx\nFrom b\nA: b\n c\n\n d\n' -c -s sed 's/$/|/' | paste -sd,)" \
    "From a|,|,x|From b|,A: b c|,|, d|"
# shellcheck disable=SC2016
edit "$mbox" -s sh -c 'cat >/dev/null; echo "$FILENO"; exit $((4 - ${FILENO#00}))' >"$work/both"
is "a program's failure is the exit status, and the others run" "$? $(paste -sd, "$work/both")" "4 000,001"
edit "$mbox" -s "$work/there-is-none" 2>"$work/said"
is "a program that is not there is said" "$? $(grep -c there-is-none "$work/said")" "69 1"

for wrong in -Z -q '-a New' -a '-R To:' '-R To: Cc' '-R To Cc:' -x -D '-D 9' '-D x y' '-D 9 c -c' -s -scat --none; do
	# shellcheck disable=SC2086
	edit "$two" $wrong >"$work/out" 2>"$work/said"
	is "wrong, and what to use is named: $wrong" \
	    "$? $(wc -c <"$work/out") $(grep -c 'culver mail header.*culver mail split.*culver mail dedupe' "$work/said")" "64 0 1"
done
edit "$two" -x Subject 2>"$work/said"
is "a name without its colon is said" "$? $(grep -c 'without a colon' "$work/said")" "0 1"
like "there is help" "$("$our" --help)" '^usage: reformail '

id='Message-ID: <once@x.test>\n\n'
for ((i = 0; i < 20; i++)); do
	(edit "$id" -D 8192 "$work/cache"; echo $? >"$work/answer.$i") &
done
wait
is "of twenty at a time one is new" "$(cat "$work"/answer.* | sort | uniq -c | tr -s ' ' | paste -sd,)" " 19 0, 1 1"
edit 'Subject: x\n\n' -D 8192 "$work/cache"
is "a message without an identifier is new" "$?" 1
edit "$id" -D 8192 "$work/no/cache" 2>/dev/null
is "where the file cannot be used the exit status is for later" "$?" 75

if ! command -v reformail >/dev/null; then
	skip "as reformail" "reformail is not installed (package maildrop)"
	tests_end
fi

blot() {
	sed -E 's/ (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} 20(2[4-9]|[3-9][0-9])(\r?)$/ NOW\3/
	    s/^(Message-ID: )<[^@>]*@[^>]*>(\r?)$/\1<NEW>\2/'
}

# What differs, and why.
excepted() {
	case "$2" in
	# To reformail a line ends at its first byte of value 0, and the rest of the line is lost.
	nul) return 0 ;;
	# (Here, and below for those with more than one reason:) a fold keeps a bare LF in reformail: line ends are mixed, though its manual says each line has CR LF.
	senders) [[ $1 == -d1 ]] ;;
	crlf) [[ $1 == -d1 ]] ;;
	# A line "x" without a colon is every field whose name begins with an x to reformail.
	byte) [[ $1 == *X-* ]] ;;
	# Splitting, reformail drops the empty lines behind the very first line, which end its header.
	digest | no-body) [[ $1 == *-s\ * ]] ;;
	# Splitting, reformail unfolds only the first message, and not its first field.
	blank-folds | blanks | folded) [[ $1 == '-c -s '* || $1 == -d1 ]] ;;
	# The sender is read by mail/address.h: what is no address gives root, and a route is no part of one.
	nested-brackets | route) [[ $1 == *-f1* ]] ;;
	*) return 1 ;;
	esac
}

# The peer's answers to one set of options over the whole corpus; ours beside them.
same() {
	local message name differences='' ours peers
	for message in "$work"/corpus/*; do
		name=${message##*/}
		excepted "$1" "$name" && continue
		eval "timeout 10 '$our' $1" <"$message" >"$work/ours" 2>/dev/null
		ours=$?
		eval "timeout 10 reformail $1" <"$message" >"$work/peers" 2>/dev/null
		peers=$?
		[ "$ours" = "$peers" ] && { cmp -s "$work/ours" "$work/peers" ||
		    cmp -s <(blot <"$work/ours") <(blot <"$work/peers"); } || differences+=" $name($ours,$peers)"
	done
	is "as reformail: reformail $1" "$differences" ""
}

while IFS= read -r options; do
	same "$options"
done <<'OPTIONS'

-c
-d1
-d1 -c
-f0
-f1
-x Subject: -x X-Empty: -X To:
-x Subj -X From
-a 'Subject: default' -a 'X-New: 1' -a Message-ID:
-A 'Subject: more' -A 'X-New:'
-i 'Subject: new' -i To:
-I 'Subject: new' -I Received:
-u X-Same: -u Received:
-U X-Same: -U Received: -A 'X-New: 1'
-u X-Same: -U X-Same: -I Received:
-R Subject: X-Old: -R To: Cc: -a 'To: z'
-f0 -i Return-Path: -c
-f1 -A 'To: y' -x To:
-c -R To: Cc: -u Subject: -I From: -d0
-s cat
-c -s sed 's/^/|/'
OPTIONS

# The same file asked by both in turn: what one wrote the other knows, and drops at the same size.
ask() { printf 'Message-ID: <%s@x.test>\n\n' "$2" | timeout 10 "$1" -D "$3" "$4"; echo -n "$? "; }
for size in 0 1 30 47 48 49 64 100; do
	rm -f "$work/mixed" "$work/theirs"
	for n in 1 2 3 2 4 1 5 55555 1 5 6 6 7 2; do
		turn=$our
		((n % 2)) && turn=reformail
		ask "$turn" "$n" "$size" "$work/mixed" >>"$work/mixed.$size"
		ask reformail "$n" "$size" "$work/theirs" >>"$work/theirs.$size"
		cmp -s "$work/mixed" "$work/theirs" || echo "differs at $n" >>"$work/mixed.$size"
	done
	is "a memory of $size bytes that both use" "$(cat "$work/mixed.$size")" "$(cat "$work/theirs.$size")"
done
tests_end
