#!/usr/bin/env bash
# Many deliveries to one mbox at the same time, while a reader that takes the locks in the other order moves messages
# out: every message arrives, once, byte for byte, and none is mixed with another.
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

deliver=${CULVER_DELIVER:-$top_builddir/culver-deliver}
traffic=$top_builddir/tests/deliver/mbox_traffic
[ -x "$deliver" ] || skip_all "culver-deliver is not built"
cd "$work" || exit 99
messages=50
printf 'to "./box"\n' >rules
chmod 600 rules
mkdir in
for ((i = 0; i < messages; i++)); do "$traffic" make "$i" >"in/$i"; done

# run NAME: all deliveries at once; prints how many failed.
run() {
	local i processes=() failed=0
	for ((i = 0; i < messages; i++)); do
		"$deliver" rules <"in/$i" >>"$1.output" 2>&1 &
		processes+=($!)
	done
	for i in "${processes[@]}"; do
		wait "$i" || failed=$((failed + 1))
	done
	echo "$failed"
}

is "50 deliveries at once end with 0" "$(run alone)" 0
test_that "all 50 messages are there, whole" "$traffic" check "$messages" box
test_that "no lock file stays" [ ! -e box.lock ]
rm -f box

"$traffic" move box moved stop >rounds &
reader=$!
is "50 deliveries end with 0 while a reader moves messages out" "$(run reader)" 0
: >stop
wait "$reader"
test_that "the reader had its turns" [ "$(cat rounds)" -gt 0 ]
test_that "all 50 messages are there, in what was moved and what stayed" "$traffic" check "$messages" moved box
sed 's/^/# /' ./*.output | sort | uniq -c | sort -rn | head -5 | sed 's/^/# /'
tests_end
