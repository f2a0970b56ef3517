#!/usr/bin/env bash
# culver refile with Maildirs: what is said, what is moved, what stays, and how.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts "$@"
# shellcheck source=tests/refile/refile.sh
. "$top_srcdir/tests/refile/refile.sh"
write_config

rules() {
	cat <<'RULES'
if (/^Subject: junk/)
	to "./Maildir/.Junk/"
if (/^Subject: flagged/)
{
	FLAGS="F"
	KEYWORDS="Work"
	to "./Maildir/.Work/"
}
if (/^Subject: gone/)
	discard
if (/^Subject: refused/)
	reject "no"
if (/^Subject: piped/)
	to "| cat"
if (/^Subject: copied/)
{
	cc "./Maildir/.Work/"
	to "./Maildir/.Junk/"
}
if (/^Subject: asked/)
{
	A=`oracle`
	to "./Maildir/.$A/"
}
if (/^Subject: edited/)
{
	addheader "X-Edited", "yes"
	to "./Maildir/.Junk/"
}
if (/^Subject: kept/)
	keep
RULES
}

start() {
	rules | fresh
	folder Maildir Maildir/.Junk Maildir/.Work
}

# --- dry run -------------------------------------------------------------------------------------------------------
start
put Maildir/new/1.a.h junk1
put Maildir/cur/2.a.h:2,S junk2
put Maildir/cur/3.a.h:2,RS gone
put Maildir/cur/4.a.h:2, refused
put Maildir/cur/5.a.h:2, piped
put Maildir/cur/6.a.h:2, asked
put Maildir/cur/7.a.h:2, kept
put Maildir/cur/8.a.h:2, other
put Maildir/cur/9.a.h:2, copied
before=$(tree)
refile Maildir
is "a dry run ends well" "$status" 0
is "and changes nothing" "$(tree)" "$before"
test_that "nor makes notes of its own" [ ! -e "$home/.culver" ]
test_that "what would move where is counted" has_output "  ./Maildir/.Junk/"
test_that "it says that nothing was changed" has_output "nothing was changed (--apply moves them)"
test_that "nine messages were looked at" has_output "9 messages, "
refile -v Maildir
test_that "with -v each message has a line with source, destination and rule" \
    has_output "would move: Maildir 1.a.h -> ./Maildir/.Junk/  [$home/.mailfilter:2:2]"
test_that "a discarded one stays, and how to delete it is said" has_output "stays: Maildir 3.a.h:2,RS; is discarded (--delete deletes it)"
test_that "a refused one stays" has_output "4.a.h:2,; is refused by the rules"
test_that "what goes to a command stays" has_output "5.a.h:2,; goes to a command or an address"
test_that "what a command would decide stays" has_output "6.a.h:2,; a command of the rules was not run (--run-commands, --answer); oracle"
test_that "what is kept stays" has_output "7.a.h:2,; kept for the default mailbox"
test_that "what no rule places stays" has_output "8.a.h:2,; no rule places it"
refile --json Maildir
is "with --json each line is an object, and the summary the last" \
    "$(sed -nE 's/^\{.*"fate":"([a-z]+)".*\}$/\1/p; s/^\{"summary":"(refile)".*\}$/\1/p' <<<"$output" | LC_ALL=C sort | uniq -c | awk '{print $2 $1}' | paste -sd' ')" \
    "move3 refile1 stay6"
is "an object has the destination and the place in the rules" "$(grep '"message":"1.a.h"' <<<"$output")" \
    "{\"folder\":\"Maildir\",\"message\":\"1.a.h\",\"bytes\":126,\"fate\":\"move\",\"done\":false,\"to\":\"./Maildir/.Junk/\",\"rules\":\"$home/.mailfilter\",\"line\":2,\"column\":2}"
refile -q Maildir
is "with -q nothing is said" "$output$errors" ""

# --- apply ---------------------------------------------------------------------------------------------------------
inode=$(stat -c %i "$home/Maildir/new/1.a.h")
refile --apply Maildir
is "with --apply it ends well" "$status" 0
is "what moves keeps its name: new stays new, flags stay" "$(names Maildir/.Junk)" "cur/2.a.h:2,S cur/9.a.h:2, new/1.a.h"
is "it is the same file, with its time" "$(stat -c '%i %Y' "$home/Maildir/.Junk/new/1.a.h")" "$inode 1709294400"
is "the others stay" "$(subjects Maildir/cur)" "asked gone kept other piped refused"
is "no copy is made unasked" "$(names Maildir/.Work)" ""
before=$(tree)
refile --apply Maildir
is "done again, it does nothing" "$status $(tree)" "0 $before"
refile --apply Maildir/.Junk
is "a folder that is its own target stays as it is" "$status $(tree)" "0 $before"
test_that "and the reason is said" has_output "is there already"
refile --apply --answer 'oracle=Work' Maildir
is "an answered command decides" "$(names Maildir/.Work)" "cur/6.a.h:2,"
refile --apply --delete Maildir
is "with --delete what is discarded is deleted" "$(subjects Maildir/cur)" "kept other piped refused"

start
put Maildir/cur/9.a.h:2,S copied
refile --apply --copies Maildir
is "with --copies cc is made too" "$(subjects Maildir/.Work) $(subjects Maildir/.Junk) $(subjects Maildir/cur)" "copied copied "
test_that "the copy has the flag" [ "$(find "$home/Maildir/.Work/cur" -name '*:2,S' | wc -l)" = 1 ]

start
put Maildir/cur/1.a.h:2,S edited
refile --apply Maildir
is "changes of the rules are not kept unasked" "$(grep -rc X-Edited "$home/Maildir/.Junk/cur/1.a.h:2,S")" 0
start
put Maildir/cur/1.a.h:2,S edited
refile --apply --edit Maildir
is "with --edit they are" "$(grep -rl X-Edited "$home/Maildir" | sed 's|.*/\.Junk/cur/.*:2,S|Junk|') $(subjects Maildir/cur)" "Junk "
is "with the time of receipt" "$(find "$home/Maildir/.Junk/cur" -type f -printf '%T@\n' | cut -d. -f1)" 1709294400

start
put Maildir/cur/8.a.h:2,S other
refile --apply --default -o 'default_mailbox=$HOME/Maildir/.Work/' Maildir
is "with --default what no rule places goes to the default mailbox" "$(names Maildir/.Work)" "cur/8.a.h:2,S"

# --- flags and keywords --------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h,S=9,W=9:2,RSab flagged1
put Maildir/new/2.a.h flagged2
put Maildir/cur/3.a.h:2,Sb junk
printf '0 First\n1 Second\n' >"$home/Maildir/dovecot-keywords"
printf '0 Other\n1 second\n' >"$home/Maildir/.Work/dovecot-keywords"
mine
refile --apply Maildir
is "flags and keywords of the rules are added, letters are translated by name" "$(names Maildir/.Work)" \
    "cur/1.a.h,S=9,W=9:2,FRSbcd cur/2.a.h:2,Fd"
is "the target's keywords are completed" "$(paste -sd' ' "$home/Maildir/.Work/dovecot-keywords")" "0 Other 1 second 2 First 3 Work"
is "a folder without keywords gets its own" "$(names Maildir/.Junk) $(cat "$home/Maildir/.Junk/dovecot-keywords")" "cur/3.a.h:2,Sa 0 Second"
start
put Maildir/cur/1.a.h:2,S junk
mkdir "$home/Maildir/courierimapkeywords" "$home/Maildir/.Junk/courierimapkeywords"
echo Kw >"$home/Maildir/courierimapkeywords/1.a.h"
mine
refile --apply Maildir
is "Courier's keywords move along" \
    "$(cat "$home/Maildir/.Junk/courierimapkeywords/1.a.h") $(ls "$home/Maildir/courierimapkeywords")" "Kw "

# --- the delivery log ----------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2,S junk
put Maildir/cur/2.a.h:2,S other
refile --apply -o log=file -o "log_file=$home/log" Maildir
is "each move has a line in the delivery log, and nothing else has" \
    "$(sed -E 's/.*("message_id":"[^"]*").*/\1/' "$home/log") $(grep -c '"action":"refile","outcome":"delivered".*"reason":"moved from Maildir"' "$home/log")" \
    '"message_id":"<junk@test>" 1'

# --- names that are taken ------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h,S=5:2,S junk1
put Maildir/.Junk/cur/1.a.h,S=5:2,S junk2
refile --apply Maildir
is "nothing is written over" "$(subjects Maildir/.Junk)" "junk1 junk2"

# --- which messages ------------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2, junk1
put Maildir/cur/2.a.h:2, junk2
touch -d '2024-05-01 12:00:00 UTC' "$home/Maildir/cur/2.a.h:2,"
refile --apply --since 2024-05-01 --before 2024-05-02 Maildir
is "days choose the messages" "$(subjects Maildir/.Junk)" junk2
put Maildir/cur/3.a.h:2, junk3
refile --apply --limit 1 Maildir
is "--limit looks at so many" "$(subjects Maildir/.Junk)" "junk1 junk2"
put Maildir/.Work/cur/4.a.h:2, junk4
refile --apply Maildir
is "the folders of a Maildir are not looked into unasked" "$(subjects Maildir/.Work)" junk4
refile --apply -r Maildir
is "with -r they are" "$(subjects Maildir/.Work) $(subjects Maildir/.Junk)" " junk1 junk2 junk3 junk4"

# --- rules ---------------------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2, junk
printf 'if ($FROM eq "noah@ark.example" && $RECIPIENT eq "dove@ararat.example")\n\tto "%s/Maildir/.Work/"\n' "$home" >"$home/rules"
mine
refile --rules rules Maildir
test_that "other rules can be tried, with sender and recipient from the message" has_output "/Maildir/.Work/"
printf 'if (\n' >"$home/broken"
mine
refile --rules broken --apply Maildir
is "rules that cannot be parsed are 66" "$status" 66
test_that "with the place" has_output "broken:"
is "and nothing is moved" "$(subjects Maildir/cur)" junk
rm "$home/.mailfilter"
refile --apply Maildir
is "without rules it is 66" "$status" 66
refile --apply Maildir/nothing
is "a folder that is not there is 66" "$status" 66
refile
is "no folder is 64" "$status" 64
refile --since yesterday Maildir
is "a day that is none is 64" "$status" 64

# --- quota ---------------------------------------------------------------------------------------------------------
start
printf 'if (/^Subject: junk/)\n\tto "./Other/.Junk/"\n' >"$home/.mailfilter"
folder Other Other/.Junk
: >"$home/Other/.Junk/maildirfolder"
put Maildir/cur/1.a.h:2, junk1
put Maildir/cur/2.a.h:2, junk2
size=$(stat -c %s "$home/Maildir/cur/1.a.h:2,")
printf '100000S\n%d 2\n' $((2 * size)) >"$home/Maildir/maildirsize"
printf '1C\n0 0\n' >"$home/Other/maildirsize"
mine
refile --apply Maildir
is "what is over the target's quota stays, and is 1" "$status $(subjects Other) $(subjects Maildir/cur)" "1 junk1 junk2"
test_that "the reason is said" has_output "over its quota"
is "both sums are right" "$(awk 'NR > 1 { b += $1; n += $2 } END { print b, n }' "$home/Maildir/maildirsize") $(awk 'NR > 1 { n += $2 } END { print n }' "$home/Other/maildirsize")" \
    "$size 1 1"

# --- failures ------------------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2, junk1
put Maildir/cur/2.a.h:2, flagged
chmod 500 "$home/Maildir/.Junk/cur"
refile --apply Maildir
is "a target that cannot be written is 1, the message stays, the others move" \
    "$status $(subjects Maildir/cur) $(subjects Maildir/.Work)" "1 junk1 flagged"
test_that "with its reason" has_output "Permission denied"
rm -rf "$home/Maildir/.Junk"
refile --apply Maildir
is "a folder that is missing is made only where the settings say so" "$status $(subjects Maildir/cur)" "1 junk1"
refile --apply -o create_folders=yes Maildir
is "then it is" "$status $(subjects Maildir/.Junk)" "0 junk1"
put Maildir/cur/3.a.h:2, secret
chmod 000 "$home/Maildir/cur/3.a.h:2,"
refile Maildir
is "a message that cannot be read is 1" "$status" 1
ln -s /etc/passwd "$home/Maildir/cur/4.a.h:2,"
refile Maildir
test_that "a link is not followed" has_output "4.a.h:2,; could not be read"

# --- others at work ------------------------------------------------------------------------------------------------
start
for ((i = 100; i < 400; i++)); do put "Maildir/cur/$i.a.h:2," junk; done
(
	cd "$home/Maildir/cur" || exit
	for ((i = 399; i >= 100; i--)); do
		case $((i % 3)) in
		0) rm -f "$i.a.h:2," ;;
		1) mv "$i.a.h:2," "$i.a.h:2,S" ;;
		esac
	done
) 2>/dev/null &
refile --apply Maildir
wait
is "messages that are renamed or removed meanwhile are no error" "$status $(ls "$home/Maildir/cur" | wc -l)" "0 0"
is "and none is doubled" "$(names Maildir/.Junk | tr ' ' '\n' | sed 's/:.*//' | LC_ALL=C sort | uniq -d)" ""
test_that "and none is lost" [ "$(names Maildir/.Junk | wc -w)" -ge 200 ]
start
printf 'cc "./copies"\nto "./Maildir/.Junk/"\n' >"$home/.mailfilter"
put Maildir/cur/1.a.h:2, junk
printf '1\n' >"$home/copies.lock"
mine
(
	sleep 0.7
	mv "$home/Maildir/cur/1.a.h:2," "$home/Maildir/cur/1.a.h:2,S"
	rm "$home/copies.lock"
) &
refile --apply --copies Maildir
wait
is "one that is renamed while its copy is made is copied once" "$status $(names Maildir/.Junk) $(subjects copies)" "0 cur/1.a.h:2,S junk"
start
for ((i = 100; i < 300; i++)); do put "Maildir/cur/$i.a.h:2," "junk$i"; done
(refile --apply Maildir) &
refile --apply Maildir
wait
refile --apply Maildir
is "two runs at once move each message once" "$(names Maildir/.Junk | wc -w) $(names Maildir | wc -w)" "200 0"

# --- another file system -------------------------------------------------------------------------------------------
start
other=$(mktemp -d /dev/shm/culver-test.XXXXXX) && at_end 'rm -rf "$other"'
if [ "$(stat -c %d "$other")" != "$(stat -c %d "$home")" ]; then
	mkdir -p "$other/M/tmp" "$other/M/new" "$other/M/cur"
	chown -R "$dove_uid:$dove_uid" "$other"
	printf 'to "%s/M/"\n' "$other" >"$home/.mailfilter"
	put Maildir/cur/1.a.h:2,FSa one
	put Maildir/new/2.a.h two
	echo '0 Kw' >"$home/Maildir/dovecot-keywords"
	mine
	refile --apply Maildir
	is "to another file system mail moves with flags, keywords and times" \
	    "$status $(cd "$other/M" && find new cur -type f -printf '%P %T@\n' | sed -E 's/^[^:]*(:2,[A-Za-z]*)? ([0-9]*).*/\1 \2/' | LC_ALL=C sort | paste -sd' ') $(cat "$other/M/dovecot-keywords")" \
	    "0  1709294400 :2,FSa 1709294400 0 Kw"
	is "and leaves its source" "$(names Maildir)" ""
	test_that "the journal is empty again" [ -z "$(cat "$home"/.culver/refile/*.journal)" ]
else
	skip "moving to another file system" "/dev/shm is none"
fi

# --- another user's --------------------------------------------------------------------------------------------------
start
put Maildir/cur/1.a.h:2, junk
output=$(cd "$home" && "$work/culver" refile --config "$config" --rules .mailfilter --apply Maildir 2>&1)
is "root does not work in somebody else's folders" "$? $(subjects Maildir/cur)" "66 junk"
output=$(cd / && "$work/culver" refile --config "$config" -d dove --apply "$home/Maildir" 2>&1)
is "but as that user, with that user's rules" "$? $(subjects Maildir/.Junk)" "0 junk"
is "and what it makes is the user's" "$(find "$home" ! -user "$dove_uid" | wc -l)" 0
output=$(cd "$home" && setpriv --reuid "$raven_uid" --regid "$raven_uid" --clear-groups \
    "$work/culver" refile --config "$config" -d dove Maildir 2>&1)
is "a third user may not" "$?" 77

# --- commands ------------------------------------------------------------------------------------------------------
start
for ((i = 100; i < 200; i++)); do put "Maildir/cur/$i.a.h:2," "junk$i"; done
printf 'xfilter "sed 1iX-Filtered:\\\\ yes"\nif (/^X-Filtered: yes/)\n\tto "./Maildir/.Junk/"\n' >"$home/.mailfilter"
mine
refile Maildir
test_that "a message whose xfilter was not run stays" has_output "         100"
output=$(cd "$home" && "${as_dove[@]}" prlimit --nofile=40 "$work/culver" refile --config "$config" --apply --run-commands \
    --edit Maildir 2>&1)
is "with --run-commands it decides, and with --edit what it printed is kept" \
    "$? $(grep -l '^X-Filtered: yes' "$home/Maildir/.Junk/"*/* | wc -l)" "0 100"

# --- on a terminal -------------------------------------------------------------------------------------------------
start
for ((i = 100; i < 200; i++)); do put "Maildir/cur/$i.a.h:2," "junk$i"; done
printf 'A=`sleep 0.01`\nto "./Maildir/.Junk/"\n' >"$home/.mailfilter"
mine
if script -qc true /dev/null >/dev/null 2>&1; then
	output=$(cd "$home" && script -qc "${as_dove[*]} $work/culver refile --config $config --run-commands Maildir" /dev/null </dev/null)
	test_that "a terminal gets a bar" grep -qE '\[#+\.+\] +[0-9]+%  [0-9]+ messages, [0-9.]+ MB/s, 0:0[0-9] left  Maildir' <<<"$output"
else
	skip "a terminal gets a bar" "script is not installed"
fi

# --- interrupted ---------------------------------------------------------------------------------------------------
start
for ((i = 100; i < 600; i++)); do put "Maildir/cur/$i.a.h:2," "junk$i"; done
{
	printf 'A=`sleep 0.02`\n'
	rules
} >"$home/slow"
mine
(cd "$home" && exec "${as_dove[@]}" "$work/culver" refile --config "$config" --apply --run-commands --rules slow \
    Maildir >"$work/interrupted" 2>&1) &
sleep 1
kill -INT "$!"
wait "$!"
test_that "an interrupt ends with the summary so far" grep -q "stopped before the end" "$work/interrupted"
test_that "and no failure" [ "$(grep -c failed "$work/interrupted")" = 0 ]
refile --apply Maildir
is "the next run goes on" "$(names Maildir/.Junk | wc -w) $(names Maildir | wc -w)" "500 0"
tests_end
