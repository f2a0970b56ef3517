#!/usr/bin/env bash
# What two other readers, Python's email package and GMime, see of every message of the corpus: where these two agree
# on a fact, it is ours too, or the difference is explained in peer-differences.list.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

here=$top_srcdir/tests/corpus
dump=$top_builddir/tests/corpus/dump_message
compiler=${CC:-cc}
command -v python3 >/dev/null || skip_all "python3 is not installed"
pkg-config --exists gmime-3.0 2>/dev/null || skip_all "GMime is not installed (libgmime-3.0-dev)"
command -v "$compiler" >/dev/null || skip_all "there is no C compiler"

cd "$work" || exit 99
mkdir messages
test_that "the messages of all cases can be written" "$dump" --write messages "$here"/reading/*.cases
read -ra flags <<<"$(pkg-config --cflags --libs gmime-3.0)"
test_that "the reader that uses GMime builds" "$compiler" -O1 -o peers_gmime "$here/peers_gmime.c" "${flags[@]}"
test_that "we read all messages" eval '"$dump" messages/*.eml >ours'
test_that "Python's email package reads all messages" eval 'python3 "$here/peers.py" read messages/*.eml >python'
test_that "GMime reads all messages" eval './peers_gmime messages/*.eml >gmime'
python3 "$here/peers.py" compare ours python gmime "$here/peer-differences.list" >compared
is "where Python and GMime agree, so do we, or it is explained" "$(grep '^differs: ' compared)" ""
# Other versions may have learnt what these have not.
versions="$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') $(pkg-config --modversion gmime-3.0)"
case $versions in
"3.11 3.2."*) is "every explained difference is there" "$(grep '^not needed' compared)" "" ;;
*) skip "every explained difference is there" "the list is for Python 3.11 and GMime 3.2, not $versions" ;;
esac
is "every explained difference has its reason" "$(grep '^without' compared)" ""
read -r messages _ _ all facts < <(tail -n 1 compared)
printf '# both agree on something in %s messages of %s %s\n' "$messages" "$all" "$facts"
test_that "there is much that they agree on" [ "${messages:-0}" -ge 300 ]
tests_end
