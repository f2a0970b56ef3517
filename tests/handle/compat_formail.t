#!/usr/bin/env bash
# culver called as formail beside formail itself: options and messages, standard output and exit status byte for byte.
# A date of now and a new Message-ID differ by nature and are blotted out.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_corpus.sh
. "$top_srcdir/tests/handle/compat_corpus.sh"

ln -s "$top_builddir/culver" "$work/formail"
corpus "$work/corpus"
export -n FILENO
peers_usage=()

is "a field is taken out" "$(printf 'Subject: a\n b\nTo: x\n\nbody\n' | "$work/formail" -cx Subject:)" " a  b"
is "fields are replaced" "$(printf 'Subject: a\nTo: x\n\nbody\n' | "$work/formail" -f -I 'Subject: new')" \
    $'To: x\nSubject: new\n\nbody'
is "From_ lines are quoted" "$(printf 'From a@x.test Mon Jan  2 10:00:00 2023\n\n\nFrom b\n' | "$work/formail")" \
    $'From a@x.test Mon Jan  2 10:00:00 2023\n\n\n>From b'
is "an unknown option names what to use" \
    "$("$work/formail" -Z 2>&1 </dev/null | grep -c 'culver mail header')" 1

is "a reply has one Re:" "$(printf 'From: a@x.test\nSubject: Re: b\n\n' | "$work/formail" -rt)" \
    $'To: a@x.test\nSubject: Re: b'
ln -s "$top_builddir/culver" "$work/formail.culver"
is "a name may have the suffix of a distribution" \
    "$(printf 'Subject: a\n\n' | "$work/formail.culver" -x Subject:)" " a"

id='Message-ID: <once@x.test>'
for ((i = 0; i < 20; i++)); do
	(printf '%s\n\n' "$id" | "$work/formail" -D 8192 "$work/cache"; echo $? >"$work/answer.$i") &
done
wait
is "of twenty at a time one is new" "$(cat "$work"/answer.* | sort | uniq -c | tr -s ' ' | paste -sd,)" " 19 0, 1 1"
printf 'Message-ID: \n\n' | "$work/formail" -D 8192 "$work/cache"
printf 'Message-ID: \n\n' | "$work/formail" -D 8192 "$work/cache"
is "a message without an id is always new" "$?" 1

printf '%s\n\n' "$id" | "$work/formail" -D 8192 "$work/no/cache" 2>"$work/said"
is "a cache that cannot be used is said, and the message is new" "$? $(grep -c cache "$work/said")" "73 1"

mbox="$work/corpus/mbox"
printf 'From a@x.test Mon Jan  2 10:00:00 2023\nTo: a\n%s\n\n1\n\nFrom a@x.test Mon Jan  2 10:00:00 2023\nTo: b\n%s\n\n2\n' \
    "$id" "$id" >"$work/twins"
# shellcheck disable=SC2016
is "split with -D, a duplicate starts no program" \
    "$("$work/formail" -D 8192 "$work/twice" -s sh -c 'cat >/dev/null; echo "$FILENO"' <"$work/twins")" 000
# shellcheck disable=SC2016
"$work/formail" -s sh -c 'cat >/dev/null; [ "$FILENO" != 001 ] || exit 7; echo "$FILENO"' <"$mbox" >"$work/ran"
is "a program's failure is the exit status, and the others run" "$? $(paste -sd, "$work/ran")" "7 000,002,003"
# shellcheck disable=SC2016
is "several programs run at a time" \
    "$("$work/formail" -n 4 -s sh -c 'cat >/dev/null; : >"$0.$FILENO"
	for i in $(seq 50); do [ -e "$0.000" ] && [ -e "$0.001" ] && [ -e "$0.003" ] && echo met && exit; sleep 0.1; done' \
	"$work/met" <"$mbox" | paste -sd,)" "met,met,met,met"
"$work/formail" -0s <"$mbox" >"$work/none"
is "none of the messages is nothing, and no failure" "$? $(wc -c <"$work/none")" "0 0"

for wrong in -Z --none -k -x '-R Subject:' '-a Foo' -e -n '-D 100' -p foo '-n x' +x '-m 3' '-l inbox -x To:' -1; do
	# shellcheck disable=SC2086
	"$work/formail" $wrong <"$mbox" >"$work/out" 2>"$work/said"
	is "wrong, and what to use is named: $wrong" \
	    "$? $(wc -c <"$work/out") $(grep -c 'culver mail header.*culver mail split' "$work/said")" "64 0 1"
	peers_usage+=("$wrong")
done

if ! command -v formail >/dev/null; then
	skip "as formail" "formail is not installed (package procmail)"
	tests_end
fi

blot() {
	sed -E 's/ (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} 20(2[4-9]|[3-9][0-9])$/ NOW/
	    s/^((Resent-)?Message-ID: )<[^@>]*@[^>]*>$/\1<NEW>/'
}

# What differs, and why.
excepted() {
	case "$2" in
	# formail puts a second "Re:" in front of one in another case (tolerance: formail-re).
	senders | weak-senders | loop) [[ $1 == -r* ]] && return ;;&
	# The line that ends a header without an empty line is not quoted by formail, which tears the message.
	loop) [[ $1 == -des ]] ;;
	*) return 1 ;;
	esac
}

# Ours and the peer's answer to the options ($1, in shell syntax) for a message ($2): nothing, or what differs.
compare() {
	local name=${2##*/} ours peers
	excepted "$1" "$name" && return
	eval "timeout 10 '$work/formail' $1" <"$2" >"$work/ours" 2>/dev/null
	ours=$?
	eval "timeout 10 formail $1" <"$2" >"$work/peers" 2>/dev/null
	peers=$?
	[ "$ours" = "$peers" ] && { cmp -s "$work/ours" "$work/peers" ||
	    cmp -s <(blot <"$work/ours") <(blot <"$work/peers"); } || printf ' %s(%s,%s)' "$name" "$ours" "$peers"
}
everything=("$work"/corpus/*)
some=()
for name in plain senders group weak-senders null-path folded duplicates blanks mbox digest from-line counted crlf garbage-first; do
	some+=("$work/corpus/$name")
done
# same OPTIONS MESSAGE...
same() {
	local options=$1 message differences=''
	shift
	for message; do
		differences+=$(compare "$options" "$message")
	done
	is "as formail: formail $options" "$differences" ""
}

for wrong in "${peers_usage[@]}"; do
	same "$wrong" "$work/corpus/plain"
done

# What depends on how a header or a boundary is read: every message.
while IFS= read -r options; do
	same "$options" "${everything[@]}"
done <<'OPTIONS'

-czf
-zx Subject: -x To
-k -X From: -X Subject:
-r
-rt
-rtk -i Subject:
-l inbox
-des
-m3 -ds
OPTIONS
# What works on the list that was read.
while IFS= read -r options; do
	same "$options" "${some[@]}"
done <<'OPTIONS'
-fb -p '| '
-p '| '
-Y
-X ''
-I '' -f
-cx Subject: -X To:
-k -X Content-Length:
-a 'X-New: 1' -a Date: -a Message-ID:
-a 'From '
-A 'Subject: more' -a 'X-New: 2'
-i 'Subject: new' -i Received:
-i Sub -I X-
-I 'Subject: new' -I 'From '
-i 'From '
-u Received: -U X-Same:
-U Received: -u X- -u Sub
-U X-Same: -i X-Same: -I Received:
-I 'To: x@y.test' -A 'To: y'
-R Subject: X-Old:
-R Sub X-
-R From: To: -f
-R 'From ' X-From: -R To: 'From '
-rk -A 'X-A: b' -I Subject:
-rt -a Resent-
-l inbox -s
-s
-es
-ds
-m 1 -s
+1 -s
-1 -s
+1 -1 -ds
-bdYs
-c -a 'X-Split: 1' -s
-I Received: -x Subject: -s
-s cat
+1 -1 -s sh -c 'echo $FILENO; cat'
-n 1 -s sh -c 'echo $FILENO; cat'
-s sh -c 'cat >/dev/null; exit 3'
-s sh -c 'cat >/dev/null; kill -9 $$'
OPTIONS

# The same file asked by both in turn, and by the peer alone: what one wrote the other knows.
ask() { printf 'Message-ID: <%s@x.test>\n\n' "$2" | timeout 10 "$1" -D "$3" "$4"; printf '%s ' "$?"; }
for size in 1 30 48 100; do
	rm -f "$work/mixed" "$work/theirs"
	for n in 1 2 3 2 4 1 5 55555 1 5 6 6 7 2; do
		turn=$work/formail
		((n % 2)) && turn=formail
		ask "$turn" "$n" "$size" "$work/mixed" >>"$work/mixed.$size"
		ask formail "$n" "$size" "$work/theirs" >>"$work/theirs.$size"
		cmp -s "$work/mixed" "$work/theirs" || echo "differs at $n" >>"$work/mixed.$size"
	done
	is "a cache of $size bytes that both use" "$(cat "$work/mixed.$size")" "$(cat "$work/theirs.$size")"
done
tests_end
