#!/usr/bin/env bash
# culver mail show: one message, many, as JSON; nothing of a message steers the terminal.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

# --- one message ---------------------------------------------------------------------------------------------------
mail show --no-detect dove.eml
is "a message is shown as a page, its tree in ASCII" "$status|$errors|$output" "0||From:    Adéla Dove <adela@ark.example>
To:      noah@ark.example, Raven, R. <raven@ark.example>
Subject: Grüße aus Ararat
Date:    Sat, 21 Nov 2026 21:48:00 +0100
List:    Friends of olives <olives.ark.example> (list, bulk)
Size:    $dove_size, $dove_lines lines, 7 parts
Warning: its HTML hides text from the reader

message multipart/mixed
|- 1 multipart/alternative
|  |- 1.1 text/plain, 26 B
|  \`- 1.2 text/html, 104 B
|- 2 image/png, \"leaf.png\", 2.9 KiB, attachment
\`- 3 message/rfc822
   \`- 3.1 text/plain, 40 B
      \`- 3.1/1 uuencode, \"cat.txt\", 3 B

  Grüße an alle,
  second line
  inner body
  begin 644 cat.txt
  #0V%T
  \`
  end"
wanted=$output
output=$("$culver" mail show --no-detect <dove.eml)
is "standard input shows the same" "$output" "$wanted"
output=$(LC_ALL=C.UTF-8 "$culver" mail show --no-detect --text 1 dove.eml | tail -n 10)
is "in a UTF-8 locale the tree has lines; --text bounds the text" "$output" 'message multipart/mixed
├─ 1 multipart/alternative
│  ├─ 1.1 text/plain, 26 B
│  └─ 1.2 text/html, 104 B
├─ 2 image/png, "leaf.png", 2.9 KiB, attachment
└─ 3 message/rfc822
   └─ 3.1 text/plain, 40 B
      └─ 3.1/1 uuencode, "cat.txt", 3 B

  Grüße an alle,'
output=$(LC_CTYPE=C LC_ALL='' LANG=en_GB.UTF-8 "$culver" mail show --no-detect dove.eml | grep -c '^|- ')
is "LC_CTYPE counts before LANG" "$output" 2

# --- true types ----------------------------------------------------------------------------------------------------
mail show --text 0 dove.eml
if [[ $errors == *"types are not detected"* ]]; then
	skip "types are detected" "libmagic is not here"
else
	test_that "what is not what it says is seen" has_output '"leaf.png", 2.9 KiB, attachment, is application/x-'
	test_that "and marked" grep -q 'leaf.png.*, MISMATCH: ' <<<"$output"
	test_that "text is what it says" has_output '1.1 text/plain, 26 B, is text/plain'
	"$culver" mail show --json dove.eml >json
	is "and in the JSON" "$(json json '[p["2"]["detected"][:14], p["2"]["mismatch"], p["1.2"]["detected"]]')" \
	    "['application/x-', True, 'text/html']"
fi

# --- JSON ----------------------------------------------------------------------------------------------------------
"$culver" mail show --json --no-detect --text 1 dove.eml >json
is "a message is one line of JSON" "$(wc -l <json)" 1
is "with its fields" "$(json json '[m[k] for k in ("place", "kind", "subject", "date", "message_id", "in_reply_to", "text")]')" \
    "['dove.eml', 'message', 'Grüße aus Ararat', '2026-11-21T21:48:00+01:00', 'one@ark.example', ['zero@ark.example'], 'Grüße an alle,\\n']"
is "its addresses" "$(json json '[(a["name"], a["address"], a["local"], a["domain"]) for a in m["from"] + m["to"]]')" \
    "[('Adéla Dove', 'adela@ark.example', 'adela', 'ark.example'), ('', 'noah@ark.example', 'noah', 'ark.example'), ('Raven, R.', 'raven@ark.example', 'raven', 'ark.example')]"
is "its list" "$(json json '(m["list"]["is_list"], m["list"]["id"], m["list"]["name"])')" "(True, 'olives.ark.example', 'Friends of olives')"
is "its parts" "$(json json '[(q["number"], q["kind"], q["depth"]) for q in m["parts"]]')" \
    "[('', 'part', 0), ('1', 'part', 1), ('1.1', 'part', 2), ('1.2', 'part', 2), ('2', 'part', 1), ('3', 'part', 1), ('3.1', 'part', 2), ('3.1/1', 'embedded', 3)]"
is "which of them is read, what is hidden" "$(json json '(p["1.1"]["left_out"], p["1.2"]["left_out"], m["hides_text"])')" "(False, True, True)"
is "how they are written" "$(json json '(p["1.1"]["charset"], p["1.1"]["encoding"], p["1.1"]["size"], p["2"]["name"], p["2"]["extension"], p["2"]["attachment"], p["2"]["disposition"])')" \
    "('iso-8859-1', 'quoted-printable', 26, 'leaf.png', 'png', True, 'attachment')"
is "offsets are those of the bytes" "$(tail -c +$(($(json json 'p["3"]["offset"]') + 1)) dove.eml | head -n 1)" "Content-Type: message/rfc822"
# Python's email package agrees on the structure.
is "another parser sees the same parts" "$(python3 -c '
import email, sys
print([q.get_content_type() for q in email.message_from_binary_file(open("dove.eml", "rb")).walk()])')" \
    "$(json json '[q["type"] for q in m["parts"] if q["kind"] == "part"] + ["text/plain"] * 0')"

# --- many ----------------------------------------------------------------------------------------------------------
printf 'From: raven@ark.example\nSubject: no date\n\n>From here\n' >second.eml
mbox_of dove.eml second.eml >box
mail show box
is "an mbox is a line for each message" "$status|$output" "0|    1  2026-11-21 21:48  Adéla Dove                 $(printf %8s "$dove_size")    7  Grüße aus Ararat
    2                    raven@ark.example              53 B    1  no date"
mail show --no-detect --full --text 1 box
is "or a page for each" "$(grep -E '^(Message|Subject):|^  [^ ]' <<<"$output")" "Message: box:1
Subject: Grüße aus Ararat
  Grüße an alle,
Message: box:2
Subject: no date
  >From here"
mbox_of second.eml >one
mail show --text 0 --no-detect one
test_that "an mbox of one message is a page" has_output "Subject: no date"
mail show --lines dove.eml
test_that "or a line, if that is wanted" has_output "    1  2026-11-21 21:48  Adéla Dove "
"$culver" mail show --json --no-detect box >json
is "JSON has a line for each" "$(json json '[(q["place"], q["kind"], q["offset"], q["from_line"][:21]) for q in all]')" \
    "[('box:1', 'mbox', 0, 'From noah@ark.example'), ('box:2', 'mbox', $(mbox_of dove.eml | wc -c), 'From noah@ark.example')]"
mkdir -p Maildir/new Maildir/cur
cp dove.eml Maildir/cur/1.a:2,FS
cp second.eml Maildir/new/2.a
"$culver" mail show --json --no-detect Maildir >json
is "and of a Maildir" "$(json json '[(q["place"], q["kind"], q["flags"], q["new"]) for q in all]')" \
    "[('Maildir/cur/1.a:2,FS', 'maildir', 'FS', False), ('Maildir/new/2.a', 'maildir', '', True)]"
mail show missing dove.eml .
is "what cannot be read is said, and the rest is shown" "$status $(grep -c ^Subject: <<<"$output")" "66 1"
is "each of it" "$(sed -E 's/: (No such file.*|cur.*)//' <<<"$errors")" 'culver: mail show: cannot read missing
culver: mail show: . is a directory, but not a Maildir: "cur" or "new" is missing'

# --- hostile -------------------------------------------------------------------------------------------------------
printf 'From: "\033[31mred\033]0;title\007" <a@b>\nSubject: =?utf-8?q?a=1B[2Jb=C2=9Bc=E2=80=AEdlog?= \x9b1m\x00 x\nContent-Type: text/plain; name="=?utf-8?q?a=E2=80=AEgpj.exe?="\n\ntext \033[5m blinks\r\n\x9b \xe2\x80\xae turned\n' >steers.eml
for form in "show --no-detect" "show --lines" "show --json --no-detect --text 9" "text" "text --header" "text --all" \
    "text --json" parts "verify" "verify --json"; do
	# shellcheck disable=SC2086 # Words of a command line.
	LC_ALL=C.UTF-8 "$culver" mail $form steers.eml >out 2>&1
	is "no control character comes through $form" "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <out | wc -c) $(
	    python3 -c 'import sys, unicodedata
print(sum(unicodedata.category(c) == "Cc" and c not in "\n\t" or c in "\u202e" and not sys.argv[1].count("json") for c in open("out", encoding="utf-8").read()))' "$form")" "0 0"
done
mail show --no-detect steers.eml
test_that "what turns the text is shown by its number" has_output "a?[2Jb?c<U+202E>dlog"
test_that "a name that deceives is marked" has_output "a name that deceives the eye"
printf '' >empty
mail show empty
is "an empty file is an mbox without messages" "$status|$output|$errors" "0||"
mail show --message empty
is "or a message, if one is asked for" "$status $(grep -c '0 B, 0 lines, 1 part' <<<"$output")" "0 1"
mail show --from bogus dove.eml
is "a rule that nobody knows is refused" "$status" 64
"$culver" mail show dove.eml >/dev/full 2>errors
is "a full disk is an error" "$? $(<errors)" "74 culver: mail show: cannot write the standard output: No space left on device"
tests_end
