#!/usr/bin/env bash
# Fifty deliveries into one Maildir at the same time, while a reader moves messages from new to cur as mail clients
# do: every message is there, whole, under a name of its own.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/support/delivery.sh
. "$top_srcdir/tests/support/delivery.sh"
write_config

deliveries=50
maildir=$work/Maildir
rules=$work/rules
make_maildir "$maildir"
mkdir "$work/messages" "$work/fates"
printf 'to "%s/"\n' "$maildir" >"$rules"
chmod 600 "$rules"
for ((n = 1; n <= deliveries; n++)); do
	# Some go through memory, some through the spool file.
	write_message "$work/messages/$n" $((n % 5 == 0 ? 200000 + n * 1000 : n * 500))
done
cd "$work" || exit 99

# The reader: moves what it sees, until it is told to stop and new is empty.
read_mail() {
	local file moved=0
	while :; do
		for file in "$maildir"/new/*; do
			[ -e "$file" ] || continue
			mv -- "$file" "$maildir/cur/${file##*/}:2,S" && moved=$((moved + 1))
		done
		[ ! -e "$work/stop" ] || [ -n "$(ls -A "$maildir/new")" ] || break
	done
	printf '%d\n' "$moved" >"$work/moved"
}
read_mail &
reader=$!
at_end 'kill "$reader" 2>/dev/null'

# All wait at the gate and start together.
mkfifo "$work/gate"
programs=()
for ((n = 1; n <= deliveries; n++)); do
	{
		read -r <"$work/gate"
		# shellcheck disable=SC2002
		cat "$work/messages/$n" | "$deliver" --config "$config" "$rules" 2>"$work/fates/$n.error"
		printf '%s\n' "${PIPESTATUS[1]}" >"$work/fates/$n"
	} &
	programs+=($!)
done
exec 9<>"$work/gate"
for ((n = 1; n <= deliveries; n++)); do
	printf 'go\n' >&9
done
wait "${programs[@]}"
exec 9>&-
: >"$work/stop"
wait "$reader"

is "all $deliveries deliveries say success" "$(cat "$work/fates"/*[0-9] | sort | uniq -c | tr -s ' ')" " $deliveries 0"
is "nothing is said on standard error" "$(cat "$work/fates"/*.error)" ""
is "tmp is empty afterwards" "$(ls -A "$maildir/tmp")" ""
is "the reader moved all messages" "$(<"$work/moved")" "$deliveries"
is "there are as many files as deliveries" "$(find "$maildir/cur" -type f | wc -l)" "$deliveries"

whole=0
for ((n = 1; n <= deliveries; n++)); do
	mapfile -t files < <(grep -lF "<$n@test>" "$maildir"/cur/*)
	if [ "${#files[@]}" = 1 ] && cmp -s "${files[0]}" "$work/messages/$n"; then
		whole=$((whole + 1))
	else
		printf '# message %d: %d files\n' "$n" "${#files[@]}"
	fi
done
is "each message is there once, byte for byte" "$whole" "$deliveries"

# S= is the size that quota programs read from the name.
wrong_sizes=0
for file in "$maildir"/cur/*; do
	[[ $file =~ ,S=([0-9]+):2,S$ ]] && [ "${BASH_REMATCH[1]}" = "$(stat -c %s "$file")" ] ||
	    wrong_sizes=$((wrong_sizes + 1))
done
is "each name tells the size of its message" "$wrong_sizes" 0
is "no two messages have the same unique name" \
    "$(find "$maildir/cur" -type f -printf '%f\n' | sed 's/,S=.*//' | sort | uniq -d)" ""
tests_end
