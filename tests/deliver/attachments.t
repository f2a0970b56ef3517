#!/usr/bin/env bash
# What rules do to attachments, through the whole program: new messages that differ in nothing else, files that appear
# whole and under harmless names or not at all, and mail that waits when either is impossible.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
own_accounts
maildir=$home/Maildir
samples=$top_srcdir/rules/attachments/samples
message=$samples/executable.eml

# deliver_by RULES MESSAGE: one delivery for dove in a home as new, but for the directory "saved".
deliver_by() {
	rm -rf "$maildir" "$home/.mailfilter"
	make_maildir "$maildir"
	printf '%s\n' "$1" >"$home/.mailfilter"
	chmod 600 "$home/.mailfilter"
	chown -R "$dove_uid:$dove_uid" "$maildir" "$home/.mailfilter"
	run "$2" -d dove
}
new_directory() {
	rm -rf "$home/saved"
	mkdir -m 700 "$home/saved"
	chown "$dove_uid:$dove_uid" "$home/saved"
}
nothing_delivered() { [ "$status" = 75 ] && [ -z "$(visible "$maildir")" ]; }
message_in() { cat "$(visible "$maildir")"; }
strip_all='foreach attachment {
	strip
}'
save_all='foreach attachment(extension) ne "" {
	save "saved"
}'

# --- another message -----------------------------------------------------------------------------------------------
write_config "log_file = $work/log"
sed -i 's/^log = off$/log = file/' "$config"
touch "$work/log" && chmod 666 "$work/log"
deliver_by "$strip_all" "$samples/harmless.eml"
# The text part, and what stands around the parts, by line numbers of the sample.
first=$(grep -n 'name="report.pdf"' "$samples/harmless.eml" | head -1 | cut -d: -f1)
{
	head -n $((first - 2)) "$samples/harmless.eml"
	tail -n 2 "$samples/harmless.eml"
} >"$work/stripped"
delivered "attachments vanish, and every other byte stays" "$maildir" "$work/stripped"
is "the log has a line for each, with its place in the rules" \
    "$(grep -c '"action":"strip".*"line":2,' "$work/log")" 4
test_that "which names it" grep -q '"action":"strip".*report\.pdf' "$work/log"

deliver_by 'foreach attachment(type) eq "application/x-dosexec" {
	replace "Away: ünsafe"
}' "$message"
is "a text takes the place of one of them" "$status $(message_in | grep -c 'Away: =C3=BCnsafe')" "0 1"
is "Python reads what is left of it" "$(visible "$maildir" | xargs python3 -c '
import email, email.policy, sys
message = email.message_from_file(open(sys.argv[1]), policy=email.policy.default)
print([(part.get_content_type(), part.get_filename()) for part in message.walk()], message.defects,
      repr(list(message.walk())[3].get_content()))' 2>/dev/null)" \
    "[('multipart/mixed', None), ('text/plain', None), ('application/pdf', 'report.pdf'), ('text/plain', None)] [] 'Away: ünsafe'"
sed 's/$/\r/' "$message" >"$work/crlf"
deliver_by 'foreach attachment {
	replace
}' "$work/crlf"
is "line ends are those of the message" "$(message_in | grep -vc $'\r$')" 0
deliver_by 'foreach attachment(size) > 100000000 {
	strip
}' "$message"
delivered "where no attachment fits, the message is the one that came" "$maildir" "$message"

deliver_by 'foreach attachment(name) =~ /exe$/ {
	strip
}
xfilter "cat; echo added"' "$message"
is "a command gets the new message" "$status $(message_in | grep -c 'setup.exe') $(message_in | tail -1)" "0 0 added"

{
	sed '/^--=-culver-sample--/,$d' "$message"
	printf -- '--=-culver-sample\nContent-Type: application/octet-stream; name=large.bin\nContent-Disposition: attachment\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	head -c 3000000 /dev/zero | base64
	printf -- '--=-culver-sample--\n'
} >"$work/large"
deliver_by 'foreach attachment(name) =~ /exe$/ {
	strip
}' "$work/large"
is "a large message is kept in a file meanwhile, and is whole" \
    "$status $(message_in | wc -c)" "0 $(($(wc -c <"$work/large") - $(sed -n '/^--=-culver-sample$/,$p' "$message" |
	awk '/^--=-culver-sample$/ { part = "" } { part = part $0 "\n" } /^--=-culver-sample--$/ { exit }
	    { kept = part } END { printf "%s", kept }' | wc -c)))"

# --- files ---------------------------------------------------------------------------------------------------------
new_directory
deliver_by "$save_all
log \"[\$SAVED]\"" "$samples/harmless.eml"
delivered "saving leaves the message as it is" "$maildir" "$samples/harmless.eml"
is "each attachment is a file" "$(cd "$home/saved" && LC_ALL=C ls -A)" $'letter.docx\npapers.zip\nphoto.png\nreport.pdf'
is "with its decoded bytes" "$(head -c 8 "$home/saved/report.pdf")" "%PDF-1.4"
is "that nobody else can read" "$(stat -c %a:%u "$home/saved/report.pdf")" "600:$dove_uid"
is "and a line of the log says where" "$(grep -c '"action":"save".*"place":"saved/report\.pdf"' "$work/log")" 1
printf mine >"$home/saved/photo.png"
deliver_by "$save_all" "$samples/harmless.eml"
is "a file that is there is never touched" "$(<"$home/saved/photo.png")" mine
is "the next ones get numbers in front of the extension" \
    "$(cd "$home/saved" && LC_ALL=C ls -A | tr '\n' ' ')" \
    "letter-1.docx letter.docx papers-1.zip papers.zip photo-1.png photo.png report-1.pdf report.pdf "

# name_of ATTACHMENT-NAME: the name of the file, when the name is encoded as RFC 2231 says.
name_of() {
	new_directory
	{
		printf 'From: a@example.org\nMIME-Version: 1.0\nContent-Disposition: attachment;\n'
		printf " filename*=utf-8''%s\n" "$(printf %s "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' %)"
		printf 'Content-Type: application/octet-stream\n\nbytes\n'
	} >"$work/named"
	deliver_by 'foreach attachment {
		save "saved"
	}' "$work/named"
	(cd "$home/saved" && ls -A)
}
is "a name is no path" "$(name_of '../../../etc/passwd')" passwd
is "nor one of another system" "$(name_of 'C:\Windows\x.dll')" x.dll
is "it does not begin with a dot" "$(name_of '...profile')" profile
is "it has no control characters" "$(name_of $'a\tb\nc\x1b[1m.txt')" "abc[1m.txt"
is "it does not turn the direction of writing" "$(name_of $'in\xe2\x80\xaegpj.exe')" ingpj.exe
is "letters of any language stay" "$(name_of 'Überweisung für 日本.pdf')" 'Überweisung für 日本.pdf'
long=$(printf 'ä%.0s' {1..300}).pdf
is "it has an end, between two characters, and keeps its extension" \
    "$(name_of "$long" | wc -c) $(name_of "$long" | tail -c 7)" $'201 ä.pdf'
is "without a name it has one all the same" "$(name_of '..')" attachment

# --- what cannot be --------------------------------------------------------------------------------------------------
rm -rf "$home/saved"
deliver_by "$save_all" "$message"
test_that "a directory that does not exist is later" nothing_delivered
test_that "and the error says what to do" grep -q 'create it, or set create_folders' <<<"$said"
write_config 'create_folders = yes'
deliver_by "$save_all" "$message"
is "it is made where the settings say so" "$status $(stat -c %a:%u "$home/saved")" "0 700:$dove_uid"
write_config
new_directory
chmod 500 "$home/saved"
deliver_by "$save_all" "$message"
test_that "a directory that cannot be written is later" nothing_delivered
test_that "and has nothing new" is_empty "$home/saved"
rm -rf "$home/saved"
ln -s /dev/null "$home/saved"
deliver_by "$save_all" "$message"
test_that "what is no directory is later" nothing_delivered
rm -f "$home/saved"
new_directory
ln -s "$work/elsewhere" "$home/saved/report.pdf"
deliver_by "$save_all" "$message"
is "a link that waits under the name is not followed" \
    "$status $(readlink "$home/saved/report.pdf") $(head -c 4 "$home/saved/report-1.pdf")" "0 $work/elsewhere %PDF"
new_directory
if mount -t tmpfs -o size=64k,mode=700,uid="$dove_uid" tmpfs "$home/saved" 2>/dev/null; then
	deliver_by "$save_all" "$work/large"
	test_that "a full disk is later, and the message is kept" nothing_delivered
	is "and no piece of a file stays" "$(cd "$home/saved" && ls -A | tr '\n' ' ')" "report.pdf setup.exe "
	umount "$home/saved"
else
	skip "a full disk is later, and the message is kept" "tmpfs cannot be mounted here"
	skip "and no piece of a file stays" "tmpfs cannot be mounted here"
fi
new_directory
deliver_by 'exception {
	foreach attachment {
		save "missing"
	}
}' "$message"
delivered "rules may go on after that" "$maildir" "$message"

# --- questions without an answer -----------------------------------------------------------------------------------
python3 - >"$work/deep" <<'PYTHON'
import base64, io, zipfile
data, name = b"end\n", "end.txt"
for level in range(8):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    data, name = out.getvalue(), "level%d.zip" % level
print('From: a@example.org\nMIME-Version: 1.0\nContent-Type: application/zip; name="deep.zip"')
print("Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n")
print(base64.encodebytes(data).decode())
PYTHON
ask='if (attachment(member) =~ /end\.txt/)
	reject "found"'
deliver_by "$ask" "$work/deep"
test_that "what is too deep in an archive to be seen is later" nothing_delivered
test_that "with a sentence that says so" grep -q 'not all of it was seen' <<<"$said"
deliver_by 'if (attachment(member) =~ /level5/)
	reject "found"' "$work/deep"
is "what was seen is an answer" "$status" 77
write_config 'pattern_limit_verdict = open'
deliver_by "$ask" "$work/deep"
delivered "the setting may say no" "$maildir" "$work/deep"
write_config 'pattern_limit_verdict = closed'
deliver_by "$ask" "$work/deep"
is "or yes" "$status" 77
deliver_by 'if (attachment(truncated))
	reject "bomb"' "$work/deep"
is "and a rule may ask for it" "$status" 77
write_config
magic=$(ldconfig -p 2>/dev/null | sed -n 's/.*libmagic\.so\.1 .*=> //p' | head -1)
if [ -n "$magic" ] && mount --bind /dev/null "$(readlink -f "$magic")" 2>/dev/null; then
	deliver_by 'if (attachment(type) =~ /dosexec/)
	reject "x"' "$message"
	test_that "without libmagic a question about types is later" nothing_delivered
	deliver_by 'if (attachment(name) =~ /exe$/)
	reject "x"' "$message"
	is "and one about names is answered" "$status" 77
	deliver_by "$strip_all" "$samples/harmless.eml"
	delivered "and what is to go goes" "$maildir" "$work/stripped"
	umount "$(readlink -f "$magic")"
else
	skip "without libmagic a question about types is later" "libmagic cannot be hidden here"
	skip "and one about names is answered" "libmagic cannot be hidden here"
	skip "and what is to go goes" "libmagic cannot be hidden here"
fi

# --- stored mail ---------------------------------------------------------------------------------------------------
printf 'foreach attachment(name) =~ /exe$/ {\n\tstrip\n}\nto "%s/.done/"\n' "$maildir" >"$work/refile"
chmod 600 "$work/refile"
chown "$dove_uid" "$work/refile"
refile() {
	rm -rf "$maildir"
	make_maildir "$maildir"
	make_maildir "$maildir/.done"
	cp "$message" "$maildir/cur/1.mail:2,S"
	chown -R "$dove_uid:$dove_uid" "$maildir"
	chmod 711 "$work"
	setpriv --reuid "$dove_uid" --regid "$dove_uid" --clear-groups env HOME="$home" "$top_builddir/culver" refile \
	    --config "$config" --rules "$work/refile" "$@" "$maildir" >"$work/refiled" 2>&1
}
refile --apply
is "refile moves mail as it is" "$(cat "$maildir"/.done/cur/* | cmp - "$message" 2>&1)" ""
refile --apply --edit
is "and with --edit without the attachment" \
    "$(cat "$maildir"/.done/cur/* | grep -cE '^Content-Disposition: .*(setup|report)') $(grep -c setup.exe "$maildir"/.done/cur/*)" \
    "1 0"
sed -i 's/strip/save "saved"/' "$work/refile"
refile --apply --verbose
test_that "what is to be saved stays where it is" [ -e "$maildir/cur/1.mail:2,S" ]
test_that "and refile says why" grep -q 'attachments that the rules save' "$work/refiled"

# --- the story of it ---------------------------------------------------------------------------------------------------
printf 'foreach attachment(name) =~ /exe$/ {\n\tsave "./x"\n\treplace\n}\nforeach attachment {\n\tstrip\n}\n' >"$work/story"
chmod 600 "$work/story"
told=$("$top_builddir/culver" explain --config "$config" --rules "$work/story" --message "$message" 2>&1)
for words in 'would save the attachment "setup.exe" as "./x/setup.exe"' \
    'would put a notice in the place of the attachment "setup.exe", "application/x-dosexec"' \
    'would take out the attachment "report.pdf"' '(this directory does not exist: the delivery would fail)' \
    'put a notice in the place of the attachment "setup.exe application/x-dosexec"  ['"$work/story:3:2]"; do
	test_that "culver explain says: $words" grep -qF -- "$words" <<<"$told"
done
test_that "and writes nothing" [ ! -e x ]
is "--json has them too" "$("$top_builddir/culver" explain --json --config "$config" --rules "$work/story" \
    --message "$message" 2>&1 | grep -c '"kind":"attachment","file":.*"name":"\(save\|replace\|strip\)","attachment":"[^"]')" 3

# --- what it costs -------------------------------------------------------------------------------------------------
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	printf 'if (attachment(name) =~ /x/)\n\techo "x"\n' >"$work/names"
	printf 'if (/^Subject: x/)\n\techo "x"\n' >"$work/none"
	chmod 600 "$work/names" "$work/none"
	opened() {
		strace -f -e trace=openat -o "$work/trace" "$deliver" --config "$config" "$1" <"$message" >/dev/null 2>&1
		grep -cE 'libmagic|libarchive|magic\.mgc' "$work/trace"
	}
	is "rules that do not ask load no library" "$(opened "$work/none")" 0
	is "nor do names and sizes" "$(opened "$work/names")" 0
else
	skip "rules that do not ask load no library" "strace is not usable here"
	skip "nor do names and sizes" "strace is not usable here"
fi
tests_end
