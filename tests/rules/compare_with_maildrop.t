#!/usr/bin/env bash
# Runs each snippet of compare_with_maildrop.rules through maildrop (manual mode) and through run_rules: what is
# echoed, the exit status and the mailboxes written must be the same. Snippets are separated by %% lines.
. "$top_srcdir/tests/support/tap.sh"

[ -x /usr/bin/maildrop ] || skip_all "there is no /usr/bin/maildrop to compare with (package maildrop)"
run_rules=$top_builddir/tests/rules/run_rules
cd "$work" || exit 99
export HOME=$work

cat >message <<'MESSAGE'
From: Joe Brown <joe@example.com>
To: alice@example.org, Bob <bob@example.net>
Cc: Carol <CAROL@Example.NET>
Subject: Hello World
Message-ID: <1@example.com>

body line one
From the start
second FOO line
MESSAGE

printf 'DEFAULT="./default"\nexit\n' >probe
/usr/bin/maildrop probe <message >/dev/null 2>&1 || skip_all "maildrop does not run here"

compare() {
	local number=$1 theirs ours theirs_status ours_status
	rm -rf peer && mkdir peer
	printf 'DEFAULT="./default"\n%s' "$(cat snippet)" >peer/rules
	printf '\n' >>peer/rules
	printf 'echo "included"\n' >peer/included
	theirs=$(cd peer && timeout 20 /usr/bin/maildrop rules <../message 2>/dev/null | tr '\0' '@')
	theirs_status=$(cd peer && rm -f default && timeout 20 /usr/bin/maildrop rules <../message >/dev/null 2>&1; echo $?)
	theirs_boxes=$(cd peer && rm -f rules.log && for box in *; do case $box in rules | included) ;; *) echo "$box" ;; esac; done | sort)
	ours=$(cd peer && timeout 20 "$run_rules" rules <../message 2>../asked | tr '\0' '@')
	ours_status=$(cd peer && timeout 20 "$run_rules" rules <../message >/dev/null 2>&1; echo $?)
	ours_boxes=$({
		sed -n 's/^\(to\|cc\|logfile\) \.\///p' asked
		grep -q '^end fall-through' asked && echo default
	} | sort -u)
	is "snippet $number: $(head -n 1 snippet | tr -d '#')" \
		"$ours|$ours_status|$ours_boxes" "$theirs|$theirs_status|${theirs_boxes//\*/}"
}

number=0
: >snippet
while IFS= read -r line || [ -n "$line" ]; do
	if [ "$line" = %% ]; then
		number=$((number + 1))
		compare "$number"
		: >snippet
	else
		printf '%s\n' "$line" >>snippet
	fi
done <"$top_srcdir/tests/rules/compare_with_maildrop.rules"
tests_end
