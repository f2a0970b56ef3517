#!/usr/bin/env bash
# culver mail verify: problems with their places, and the exit status.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

mail verify dove.eml
is "a sound message has nothing to say" "$status|$output|$errors" "0||"
grep -v '^--outer--' dove.eml >open.eml
mail verify open.eml
is "a missing end is malformed, a line as compilers write it" "$status $(grep -cE '^open.eml:[0-9]+: malformed: .* \[no-end-boundary\]$' <<<"$output")" "1 1"
mail verify <open.eml
is "standard input is called -" "$(grep -cE '^-:[0-9]+: malformed: ' <<<"$output")" 1
mail verify -q open.eml
is "quiet, the exit status says it" "$status|$output|$errors" "1||"
grep -v '^Message-ID: <one' dove.eml >remark.eml
mail verify remark.eml
is "a remark is said and does not count" "$status $(grep -cE '^remark.eml:[0-9]+: remark: ' <<<"$output")" "0 1"
mail verify --strict remark.eml
is "unless it is to" "$status" 1

# Lines are those of the mbox: sed finds the place.
sed 's/^Content-Transfer-Encoding: quoted.*/Content-Transfer-Encoding: rot13/' dove.eml >rot.eml
mbox_of dove.eml rot.eml >box
mail verify box
line=$(sed -nE 's/^box:([0-9]+): .*rot13.*|^box:([0-9]+): .*1\.1.*/\1\2/p' <<<"$output" | head -n 1)
is "in an mbox the line is the mbox's" "$(sed -n "${line:-1}p" box)" "Content-Transfer-Encoding: rot13"
"$culver" mail verify --json box open.eml >json
is "JSON says the same for each message" "$(json json '[(q["place"], q["malformed"] or q["total"] > 0) for q in all]')" \
    "[('box:1', False), ('box:2', True), ('open.eml', True)]"
is "with its place" "$(json json 'all[1]["problems"][0]["file_line"]') $(json json 'all[1]["problems"][0]["line"] < all[1]["problems"][0]["file_line"]')" "$line True"
is "the offset is that of the line" "$(tail -c +$(($(json json 'all[1]["problems"][0]["offset"]') + 1)) rot.eml | head -n 1)" "Content-Transfer-Encoding: rot13"
mail verify missing open.eml
is "what cannot be read weighs more" "$status" 66
tests_end
