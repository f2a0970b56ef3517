#!/usr/bin/env bash
# culver mail parts: listed, chosen, written to standard output and to a directory.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

mail parts --no-detect dove.eml
is "parts are listed" "$status|$(sed -E 's/ +/ /g; s/ $//' <<<"$output")" '0|- multipart/mixed
1 multipart/alternative
1.1 text/plain 26 B
1.2 text/html 104 B
2 image/png 2.9 KiB attachment "leaf.png"
3 message/rfc822
3.1 text/plain 40 B
3.1/1 - 3 B "cat.txt"'
mail parts --no-detect --attachments dove.eml
is "or the attachments" "$(cut -d' ' -f1 <<<"$output" | paste -sd' ')" "2 3.1/1"
mail parts --no-detect --type 'text/*' dove.eml
is "or those of a type" "$(cut -d' ' -f1 <<<"$output" | paste -sd' ')" "1.1 1.2 3.1"
mail parts --no-detect --name '*.PNG' dove.eml
is "or with a name, without regard to case" "$(cut -d' ' -f1 <<<"$output" | paste -sd' ')" "2"
mail parts --no-detect --name '*.doc' dove.eml
is "no part is a status of its own" "$status|$output|$errors" "1||culver: mail parts: no part fits"
mail parts --type 'application/x-*' dove.eml
[[ $errors == *"types are not detected"* ]] || is "the detected type fits, too" "$(cut -d' ' -f1 <<<"$output")" 2
"$culver" mail parts --json --no-detect --part 2 dove.eml >json
is "the list as JSON" "$(json json '[m["place"], m["number"], [(q["number"], q["name"], q["size"]) for q in m["parts"]]]')" \
    "['dove.eml', 1, [('2', 'leaf.png', 3000)]]"

# --- to standard output --------------------------------------------------------------------------------------------
"$culver" mail parts --part 2 --extract dove.eml >got
test_that "a part is decoded" cmp -s got <(head -c 3000 "$culver")
"$culver" mail parts -n 1.1 -x dove.eml >got
is "text, too, in its own charset" "$(iconv -f iso-8859-1 -t utf-8 <got)" $'Grüße an alle,\nsecond line'
"$culver" mail parts -n 3.1/1 -x <dove.eml >got
is "and a file in plain text" "$(<got)" "Cat"
"$culver" mail parts -n 1.1 -x --raw dove.eml >got
is "raw it stays as it stands" "$(<got)" $'Gr=FC=DFe an alle,\nsecond line'
"$culver" mail parts -n 1.1 -x --header dove.eml >got
is "its header alone" "$(<got)" $'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable'
"$culver" mail parts -n 1.1 -x --header --raw dove.eml >got
is "or the whole part" "$(<got)" $'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe an alle,\nsecond line'
"$culver" mail parts -n 3 -x dove.eml >got
is "of an embedded message its bytes" "$(head -n 1 got)" "From: raven@ark.example"
mail parts --no-detect --extract dove.eml
is "of several parts none is written" "$status|$output|$errors" \
    "64||culver: mail parts: dove.eml: 5 parts fit: name one with --part, or a directory with --to"
mail parts --header dove.eml
is "--header says how to write" "$status" 64

# --- to a directory ------------------------------------------------------------------------------------------------
mkdir out
mail parts --no-detect --attachments --to out dove.eml
is "each part becomes a file" "$status|$output|$errors" $'0|out/leaf.png\nout/cat.txt|'
test_that "with its bytes" cmp -s out/leaf.png <(head -c 3000 "$culver")
mail parts --no-detect --attachments --to out dove.eml
is "nothing is overwritten" "$status|$output|$(find out -mindepth 1 -printf '%f\n' | LC_ALL=C sort | paste -sd' ')" \
    $'0|out/leaf-1.png\nout/cat-1.txt|cat-1.txt cat.txt leaf-1.png leaf.png'
"$culver" mail parts --json --part 2 --to out dove.eml >json
is "JSON says where it went" "$(json json '[m["part"], m["name"], m["path"], m["bytes"]]')" "['2', 'leaf.png', 'out/leaf-2.png', 3000]"
mail parts --no-detect --part 1.1 --part 3 --to out dove.eml
is "a part without a name is called by its number" "$output" $'out/part-1.1.txt\nout/part-3.eml'
mail parts --no-detect --part 2 --to nowhere dove.eml
is "a directory that is not there is an error" "$status" 73

# --- hostile names -------------------------------------------------------------------------------------------------
rm -rf out
mkdir out
printf 'victim' >victim
ln -s ../victim out/link
names=('../../etc/passwd' '/etc/passwd' '..' '.' '.bashrc' '-rf' 'a\\b\\c.exe' 'link' $'new\nline' 'C:\\x.txt' '   ' "$(printf 'x%.0s' {1..400}).pdf")
for name in "${names[@]}"; do
	python3 - "$name" >hostile.eml <<'PYTHON'
import base64, sys
name = sys.argv[1].encode()
print("From: a@b\nContent-Type: application/octet-stream\nContent-Disposition: attachment;\n filename=\"=?utf-8?b?%s?=\"\n\nx" %
      base64.b64encode(name).decode())
PYTHON
	"$culver" mail parts --no-detect -n 1 --to out hostile.eml >>wrote 2>>errors
done
is "each hostile name gave a file" "$(find out -type f | wc -l)" "${#names[@]}"
is "none of them outside" "$(find . -newer victim -type f ! -path './out/*' ! -name hostile.eml ! -name wrote ! -name errors ! -name json | paste -sd' ') $(<victim)" " victim"
is "no name hides or begins an option's place" "$(find out -name '.*' -type f | wc -l)" 0
test_that "a long name keeps its extension" [ "$(find out -name 'xxx*.pdf' | wc -l)" = 1 ]

# --- archives ------------------------------------------------------------------------------------------------------
python3 - <<'PYTHON'
import email.message, io, zipfile
store = io.BytesIO()
with zipfile.ZipFile(store, "w") as archive:
    archive.writestr("one.txt", "one\n")
    archive.writestr("../two.exe", b"MZ" + b"\0" * 100)
message = email.message.EmailMessage()
message["From"] = "a@b"
message.set_content("text")
message.add_attachment(store.getvalue(), maintype="application", subtype="zip", filename="pack.zip")
open("zip.eml", "wb").write(message.as_bytes())
PYTHON
mail parts --members zip.eml
if [[ $errors == *"archives are not looked into"* || $errors == *"types are not"* ]]; then
	skip "members of archives are listed" "libarchive or libmagic is not here"
else
	is "members of archives are listed" "$(sed -nE 's/^(2\/[^ ]*) .*"(.*)"/\1 \2/p' <<<"$output")" $'2/m1 one.txt\n2/m2 ../two.exe'
	mail parts --members -n 2/m1 -x zip.eml
	is "and not taken out" "$status|$output" "65|"
fi
tests_end
