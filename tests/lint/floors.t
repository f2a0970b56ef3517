#!/usr/bin/env bash
# Who may include whom (src/FLOORS), and who may see a foreign library.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

# Headers of the C library and of the kernel; everything else between < and > is a foreign library.
system_headers='arpa/ linux/ netinet/ net/ sys/ alloca assert ctype dirent dlfcn endian err errno fcntl float fnmatch
ftw getopt glob grp inttypes iso646 langinfo libgen limits locale math mntent netdb nss paths poll pthread pwd regex
sched search setjmp shadow signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn
string strings syslog sysexits termios threads time uchar unistd utime utmpx wchar wctype wordexp'

floors() {
	(cd "$1/src" && find . -name '*.[ch]' -type f | sed 's|^\./||' | LC_ALL=C sort |
	    xargs grep -nE '^[ \t]*#[ \t]*include' /dev/null) |
	    awk -v headers="$system_headers" '
	BEGIN {
		count = split(headers, list, /[ \n]+/)
		for (i = 1; i <= count; i++)
			is_system[list[i]] = 1
	}
	FNR == NR { # src/FLOORS
		if ($0 ~ /^[ \t]*(#|$)/)
			next
		floor[$1] = $2
		for (i = 3; i <= NF; i++)
			foreign_allowed[$i] = 1
		next
	}
	function folder_of(path) { sub(/\/.*/, "", path); return path }
	function second_of(path,   parts) { return split(path, parts, "/") > 2 ? parts[2] : "" }
	{
		split($0, parts, ":")
		path = parts[1]
		where = "src/" path ":" parts[2] ": "
		folder = folder_of(path)
		if (!(folder in floor)) {
			if (!(folder in reported))
				print where "folder " folder " has no floor in src/FLOORS"
			reported[folder] = 1
			next
		}
		if (match($0, /<[^>]*>/)) {
			header = substr($0, RSTART + 1, RLENGTH - 2)
			stem = header
			if (stem ~ /\//)
				sub(/\/.*/, "/", stem)
			else
				sub(/\.h$/, "", stem)
			if (!(stem in is_system) && !((path ":" header) in foreign_allowed))
				print where "only a file that src/FLOORS names may see <" header ">"
			next
		}
		if (!match($0, /"[^"]*"/)) {
			print where "an include is written as \"folder/name.h\" or <name.h>"
			next
		}
		header = substr($0, RSTART + 1, RLENGTH - 2)
		target = folder_of(header)
		if (header !~ /\// || header ~ /\.\./ || !(target in floor)) {
			print where "an include spells its folder: \"" header "\""
			next
		}
		if (target != folder && floor[target] >= floor[folder])
			print where folder " (floor " floor[folder] ") must not include " header " (floor " floor[target] ")"
		inner = second_of(path)
		target_inner = second_of(header)
		if (target == folder && inner != "" && target_inner != "" && inner != target_inner && \
		    (folder != "filter" || target_inner != "engine"))
			print where folder "/" inner " must not include " header
	}' "$1/src/FLOORS" -
}

# Does each row of src/FLOORS stand for a folder with code, and each foreign seam for a file?
floors_rows() {
	local folder number seams seam
	while read -r folder number seams; do
		[[ $folder == '' || $folder == '#'* ]] && continue
		[[ $number =~ ^[0-9]+$ ]] || printf 'src/FLOORS:%s: no floor number\n' "$folder"
		[ -d "$1/src/$folder" ] || printf 'src/FLOORS:%s: no such folder\n' "$folder"
		for seam in $seams; do
			[ -d "$1/src/$(dirname "${seam%%:*}")" ] || printf 'src/FLOORS:%s: no such place\n' "$seam"
		done
	done <"$1/src/FLOORS"
}

lint_is_clean "every include points to a lower floor or to its own folder" floors floors
lint_is_clean "every row of src/FLOORS stands for a folder" floors-rows floors_rows

sample src/FLOORS <<'SAMPLE'
base   0
mail   1
system 1
filter 3  filter/engine/pattern.c:pcre2.h
attic  9
SAMPLE
sample src/base/up.c <<'SAMPLE'
#include "mail/message.h"
SAMPLE
sample src/mail/side.c <<'SAMPLE'
#include <string.h>
#include "system/file.h"
#include "side.h"
#include <pcre2.h>
SAMPLE
sample src/filter/engine/pattern.c <<'SAMPLE'
#include <pcre2.h>
#include <magic.h>
#include "filter/mailfilter/parser.h"
#include "mail/side.h"
SAMPLE
sample src/filter/mailfilter/parser.c <<'SAMPLE'
#include "filter/sieve/parser.h"
#include "filter/engine/host.h"
SAMPLE
sample src/stray/any.c <<'SAMPLE'
#include <stdio.h>
SAMPLE
lint_sees "an include upwards is seen" floors "src/base/up.c:1: base (floor 0) must not include mail/"
lint_sees "an include across one floor is seen" floors "src/mail/side.c:2: mail (floor 1) must not include system/"
lint_sees "an include without its folder is seen" floors "src/mail/side.c:3: an include spells its folder"
lint_sees "a foreign header in the wrong file is seen" floors "src/mail/side.c:4: only a file that src/FLOORS names"
lint_sees "a foreign header that nobody allowed is seen" floors "src/filter/engine/pattern.c:2: only a file"
lint_sees "the engine that includes a language is seen" floors "src/filter/engine/pattern.c:3: filter/engine must not"
lint_sees "a language that includes another is seen" floors "src/filter/mailfilter/parser.c:1: filter/mailfilter must"
lint_sees "a folder without a floor is seen" floors "src/stray/any.c:1: folder stray has no floor"
lint_sees "a floor without a folder is seen" floors_rows "src/FLOORS:attic: no such folder"
is "what is allowed is not reported" \
    "$(floors "$work/sample" | grep -cE 'pattern.c:(1|4):|parser.c:2:|side.c:1:')" 0
tests_end
