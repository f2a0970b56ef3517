#!/usr/bin/env bash
# culver called as formail beside formail itself: options and messages, standard output and exit status byte for byte.
# A date of now and a new Message-ID differ by nature and are blotted out.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/compat_corpus.sh
. "$top_srcdir/tests/handle/compat_corpus.sh"

ln -s "$top_builddir/culver" "$work/formail"
corpus "$work/corpus"

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

blot() {
	sed -E 's/ (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} 20(2[4-9]|[3-9][0-9])$/ NOW/
	    s/^((Resent-)?Message-ID: )<[^@>]*@[^>]*>$/\1<NEW>/'
}

# same WORDS: the options in shell syntax, over the whole corpus.
same() {
	local message differences='' ours peers
	for message in "$work"/corpus/*; do
		eval "timeout 10 '$work/formail' $1" <"$message" >"$work/ours" 2>/dev/null
		ours=$?
		eval "timeout 10 formail $1" <"$message" >"$work/peers" 2>/dev/null
		peers=$?
		[ "$ours" = "$peers" ] && cmp -s <(blot <"$work/ours") <(blot <"$work/peers") ||
		    differences+=" ${message##*/}($ours,$peers)"
	done
	is "as formail: formail $1" "$differences" ""
}

if command -v formail >/dev/null; then
	while IFS= read -r options; do
		same "$options"
	done <<'OPTIONS'
-f
-b
-p '| '
-fb
-c
-z
-czf
-Y
-x Subject:
-x Sub
-X Sub
-x ''
-X ''
-I ''
-I '' -f
-zx Subject: -x To
-cx Subject: -X To:
-k -x Subject:
-k -X From: -X Subject:
-k -X Content-Length:
-a 'X-New: 1'
-a 'Subject: default'
-a Date:
-a Message-ID:
-a 'From '
-A 'Subject: more'
-A 'X-New: 1' -a 'X-New: 2'
-i 'Subject: new'
-i Subject:
-i Sub
-I 'Subject: new'
-I Subject:
-I X-
-I 'From '
-i 'From '
-u Received: -u X-Same:
-U Received: -U X-Same:
-u X- -u Sub
-U ''
-u ''
-u Received: -U Received:
-U X-Same: -i X-Same: -I Received:
-I 'To: x@y.test' -A 'To: y'
-l inbox
-s
-es
-ds
-des
-m 3 -s
-m3 -ds
-m 1 -s
+1 -s
-1 -s
+1 -1 -ds
-0s
-fs
-Ys
-bds
-cs -a 'X-Split: 1'
-I Received: -x Subject: -s
OPTIONS
else
	skip "as formail" "formail is not installed (package procmail)"
fi
tests_end
