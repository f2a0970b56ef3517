#!/usr/bin/env bash
# Runs each snippet of compare_with_maildrop.rules through maildrop (manual mode) and through run_rules: what is
# echoed, the exit status and the mailboxes written must be the same. Snippets are separated by %% lines; those that
# begin with #act run in the delivery program, since they ask for more than the plan of run_rules knows.
: "${top_srcdir:?run this through make check}"
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

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

printf 'system_rules = ""\nlog = off\n' >culver.conf

# ours_by COMMAND...: what Culver makes of the snippet.
ours_by() {
	ours=$(cd peer && timeout 5 "$@" rules <../message 2>../asked | head -c 4000 | tr '\0' '@')
	ours_status=$(cd peer && clean && timeout 5 "$@" rules <../message >/dev/null 2>&1; echo $?)
}

# In the directory of a snippet: away with what it wrote.
clean() {
	find . -mindepth 1 ! -name rules ! -name included -exec rm -rf {} +
}

# What was written, but for the lock files of our data bases.
boxes() {
	(cd peer && rm -f rules.log && for box in *; do case $box in rules | included | *.dat.lock) ;; *) echo "$box" ;; esac; done | sort)
}

compare() {
	local number=$1 theirs ours theirs_status ours_status
	rm -rf peer && mkdir peer
	printf 'DEFAULT="./default"\n%s' "$(cat snippet)" >peer/rules
	printf '\n' >>peer/rules
	printf 'echo "included"\n' >peer/included
	theirs=$(cd peer && timeout 5 /usr/bin/maildrop rules <../message 2>/dev/null | head -c 4000 | tr '\0' '@')
	theirs_status=$(cd peer && rm -f default && timeout 5 /usr/bin/maildrop rules <../message >/dev/null 2>&1; echo $?)
	theirs_boxes=$(boxes)
	(cd peer && clean)
	if [ "$(head -c 4 snippet)" = '#act' ]; then
		ours_by "$top_builddir/culver-deliver" --config ../culver.conf
		ours_boxes=$(boxes)
	else
		ours_by "$run_rules"
		ours_boxes=$({
			sed -n 's/^\(to\|cc\|logfile\) \.\///p' asked
			grep -q '^end fall-through' asked && echo default
		} | sort -u)
	fi
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
