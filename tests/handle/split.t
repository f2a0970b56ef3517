#!/usr/bin/env bash
# culver mail split and join: messages of an mbox one by one, and back again byte for byte.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
cd "$work" || exit 99
culver=$top_builddir/culver

from='From a@b.test Sat Nov 21 21:48:00 2026'
printf '%s\nSubject: 1\n\n>From me\n>>From you\n\n%s\nSubject: 2\n\n\n\n%s\n\nno header\n\n' "$from" "$from" "$from" >box

"$culver" mail split --files a- box
is "each message becomes a file" "$?-$(echo a-*)" "0-a-000001.eml a-000002.eml a-000003.eml"
is "without what the mbox added" "$(cat a-000001.eml)" $'Subject: 1\n\nFrom me\n>From you'
"$culver" mail split --files a- box 2>err
is "no file is written over" "$?-$(head -n 1 a-000001.eml)" "73-Subject: 1"
"$culver" mail split --files b- --keep-mbox <box
"$culver" mail join b-* >again
test_that "split into mboxes and joined, an mbox comes back byte for byte" cmp -s box again
"$culver" mail split --to-maildir md box 2>err
is "a missing Maildir is later" "$?" 75
"$culver" mail split --to-maildir md --create box
is "a Maildir is filled" "$?-$(find md/new -type f | wc -l)" 0-3
"$culver" mail join md >again
"$culver" mail join a-*.eml >from_files
is "messages are quoted when they are joined" "$(grep -c '^>From me$\|^>>From you$' again)" 2
is "from files it is the same" "$(grep -v '^From ' from_files | sort | cksum)" "$(grep -v '^From ' again | sort | cksum)"
printf 'Return-Path: <x@y.test>\nSubject: r\n\nb' >r
touch -d '2020-02-03 04:05:06Z' r
is "the From_ line has sender and time of the message" "$("$culver" mail join r | head -1)" "From x@y.test Mon Feb  3 04:05:06 2020"
is "a torn end is completed" "$("$culver" mail join r | tail -c 3 | od -An -c)" "$(printf 'b\n\n' | od -An -c)"

is "a command runs for each message, with its number" "$("$culver" mail split --number 09 --exec 'printf "%s:" $FILENO; head -n 1' box)" $'09:Subject: 1\n10:Subject: 2\n11:'
is "messages can be left out and bounded" "$("$culver" mail split --skip 1 --total 1 --exec 'head -n 1' box)" "Subject: 2"
"$culver" mail split --exec 'cat >/dev/null; [ $FILENO != 000002 ]' box 2>err
is "a command that fails is status 1, and the others run" "$?-$(grep -c 000002 err)" 1-1
is "a command may leave its input unread" "$("$culver" mail split --exec true box; echo $?)" 0
is "the mbox can be given to a command as it is" "$("$culver" mail split --keep-mbox --total 1 --exec cat box)" "$(sed -n 1,5p box)"

printf '%s\nSubject: 1\n\nFrom here\nFrom a@b Sat Nov 21 21:48:00 2026\n\n%s\n\nx\n' "$from" "$from" >odd
count() { "$culver" mail split --from "$1" --exec 'echo x' odd | wc -l; }
is "strict: an empty line and a date" "$(count strict)" 2
is "dated: a date" "$(count dated)" 3
is "lenient: From at the start of a line" "$(count lenient)" 4
"$culver" mail split box 2>err
is "where to is asked for" "$?" 64
"$culver" mail split --files c- missing 2>err
is "a missing mbox is status 66" "$?" 66

python3 - <<'PYTHON'
import random
random.seed(4711)
lines = [b"From x", b">From y", b"", b"a\r", b"\xff\0", b"Subject: s", b" fold", b">>>From ", b"-- "]
for number in range(60):
    with open("p%02d" % number, "wb") as box:
        for message in range(random.randrange(1, 6)):
            box.write(b"From a@b.test Sat Nov 21 21:48:%02d 2026\nX: y\n" % message)
            for line in range(random.randrange(0, 8)):
                line = random.choice(lines)
                box.write((b">" if line.startswith(b"From ") else b"") + line + b"\n")
            box.write(b"\n")
PYTHON
bad=
for box in p*; do
	rm -f q-*
	"$culver" mail split --quiet --files q- --keep-mbox "$box" && "$culver" mail join --quiet q-* >again && cmp -s "$box" again || bad="$bad $box"
done
is "any mbox comes back byte for byte" "$bad" ""
bad=
for box in p*; do
	rm -f q-*
	"$culver" mail split --quiet --files q- "$box"
	for file in q-*; do
		"$culver" mail join --message "$file" | "$culver" mail split --exec cat | cmp -s - <(cat "$file"; [ -z "$(tail -c 1 "$file")" ] || echo) || bad="$bad $box"
	done
done
is "any message comes back from an mbox" "$bad" ""
tests_end
