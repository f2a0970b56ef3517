#!/usr/bin/env bash
# The settings table, culver.conf(5) and doc/culver.conf.example say the same, both ways; and so do the lines of the
# delivery log and their table in culver-delivery(7).
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

culver=$top_builddir/culver
[ -x "$culver" ] || skip_all "culver is not built"

# The folders that configure chose stand in the documents as /etc and /var.
: >"$work/empty.conf"
folder_of() { "$culver" config show --file "$work/empty.conf" "$1" | sed -n "s|^$1 = \"*\(.*\)$2.*|\1|p"; }
sysconfdir=$(folder_of system_rules /maildroprc)
localstatedir=$(folder_of log_file /log/culver/delivery.log)
as_documented() { sed "s|$sysconfdir/|/etc/|; s|$localstatedir/|/var/|"; }

table_rows() {
	"$culver" config show --file "$work/empty.conf" | sed 's/  # default$//' | as_documented
}

# "name = default" of each ".It Cm name No = Macro default" item.
page_rows() {
	sed -nE 's/^\.It Cm ([a-z_]+) No = (Pa|Cm|Li) (.*)$/\1 = \3/p' "$1" | sed 's/\\&//g'
}

# The words that a setting allows, each of which its item must name: "setting word".
table_words() {
	"$culver" config example | awk '
	/^# Allowed: / { allowed = $0; sub(/^# Allowed: /, "", allowed); sub(/\.$/, "", allowed) }
	/^#[a-z_]+ =/ {
		name = substr($1, 2)
		gsub(/,/, "", allowed)
		if (allowed ~ /^[a-z-]+( [a-z-]+)* or [a-z-]+$/ && allowed !~ /^an? /) {
			count = split(allowed, words, " ")
			for (i = 1; i <= count; i++) if (words[i] != "or") print name, words[i]
		}
	}'
}
page_words() {
	awk '/^\.It Cm [a-z_]+ No = / { name = $3 }
	name != "" { for (i = 1; i < NF; i++) if ($i == "Cm" || $i == ".Cm") print name, $(i + 1) }' "$1"
}

page=$top_srcdir/doc/man/culver.conf.5
test_that "the table has rows" [ "$(table_rows | wc -l)" -gt 20 ]
is "culver.conf(5) has every setting with its default, and no other" \
    "$(page_rows "$page" | LC_ALL=C sort)" "$(table_rows | LC_ALL=C sort)"
test_that "some settings allow words" [ "$(table_words | wc -l)" -gt 10 ]
is "culver.conf(5) names every word that a setting allows" \
    "$(table_words | LC_ALL=C sort | comm -23 - <(page_words "$page" | LC_ALL=C sort -u))" ""
is "doc/culver.conf.example is what the table makes" \
    "$("$culver" config example | as_documented | diff - "$top_srcdir/doc/culver.conf.example")" ""

# Can the comparison fail?
printf '.It Cm umask No = Li 077\n.It Cm hostname No = Li \\&"\\&"\n.It Cm odd Ar x\n' >"$work/sample.5"
is "a page is read item by item" "$(page_rows "$work/sample.5")" $'umask = 077\nhostname = ""'

log_members() {
	sed -nE 's/.*(json_name|json_member_[a-z]+|delivery_log_member|delivery_log_member_string)\((&)?json, "([a-z_]+)".*/\3/p' \
	    "$top_srcdir/src/record/delivery_log.c" | LC_ALL=C sort
}
log_page=$top_srcdir/doc/man/culver-delivery.7
test_that "the delivery log has members" [ "$(log_members | sort -u | wc -l)" -gt 20 ]
is "culver-delivery(7) has every member of a log line, and no other" \
    "$(sed -nE 's/^\.It Li ([a-z_]+) Ta .*/\1/p' "$log_page" | LC_ALL=C sort)" "$(log_members | LC_ALL=C sort -u)"
tests_end
