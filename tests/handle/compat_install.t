#!/usr/bin/env bash
# The names of other programs are installed as links that work where the tree lies, and are removed again.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

names="deliverquota formail lockfile lockmail mailbot maildirmake makemime reformail reformime"
run_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top_builddir" DESTDIR="$work/root" "$@" >"$work/log" 2>&1
}

test_that "the programs are installed" run_make install-exec
folder=$(find "$work/root" -type d -path '*/culver/compat')
is "with all the names" "$(cd "$folder" && printf '%s\n' * | paste -sd' ')" "$names"
for name in $names; do
	test_that "$name is a link to culver" [ "$(readlink -f "$folder/$name")" = "$(find "$work/root" -name culver -type f)" ]
	test_that "and is that program" \
	    bash -c 'PATH=$1:$PATH "$2" --help </dev/null 2>&1 | grep -q "^usage: $2 "' - "$folder" "$name"
done
ln -s "$top_builddir/culver" "$work/other"
is "by an unknown name it is culver" "$("$work/other" --version)" "$("$top_builddir/culver" --version)"
test_that "they are removed" run_make uninstall-hook
is "and leave nothing" "$(find "$work/root" -path '*culver/compat*')" ""
tests_end
