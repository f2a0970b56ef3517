#!/usr/bin/env bash
# What patterns see of encoded, nested and malformed messages: each message of compare_scopes.messages is given to
# maildrop (manual mode) and to run_rules, with rules that echo every header line and every line of text. Messages are
# written for printf %b, separated by "%% NAME" lines. "%%h NAME" and "%%b NAME": the header lines, or those of the text,
# are known to differ (doc/tolerance.md), and must.
: "${top_srcdir:?run this through make check}"
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"

[ -x /usr/bin/maildrop ] || skip_all "there is no /usr/bin/maildrop to compare with (package maildrop)"
cd "$work" || exit 99
export HOME=$work

for scope in h b; do
	printf '%s\n' 'DEFAULT="./default"' "foreach /^.+/:$scope" '{' ' echo "[$MATCH]"' '}' >"rules.$scope"
done
printf 'Subject: x\n\n' | /usr/bin/maildrop rules.h >/dev/null 2>&1 || skip_all "maildrop does not run here"

compare() {
	local scope
	printf '%b' "$(cat message.escaped)\\n" >message
	for scope in h b; do
		/usr/bin/maildrop "rules.$scope" <message >theirs 2>/dev/null
		"$top_builddir/tests/rules/run_rules" "rules.$scope" <message >ours 2>/dev/null
		if [ "$mark" = "$scope" ]; then
			test_that "$name: $scope, differs" [ "$(cat -v ours)" != "$(cat -v theirs)" ]
		else
			is "$name: $scope" "$(cat -v ours)" "$(cat -v theirs)"
		fi
	done
}

name=
while IFS= read -r line || [ -n "$line" ]; do
	case $line in
	'%%'*)
		[ -z "$name" ] || compare
		mark=${line%% *} && mark=${mark#%%} && name=${line#* }
		: >message.escaped
		;;
	*) printf '%s\n' "$line" >>message.escaped ;;
	esac
done <"$top_srcdir/tests/rules/compare_scopes.messages"
compare
tests_end
