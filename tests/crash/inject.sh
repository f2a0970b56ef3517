# shellcheck shell=bash
# Faults in system calls: one run counts the calls that a command makes from the moment it touches its destination,
# then it is run once for each call and each mode, with strace making that call fail or killing the process there. After
# each run a judge looks. strace ends only when every process of the command has ended, so a judge never
# looks too early. A script sources tap.sh and this file, sets
#
#	inject_command=(PROGRAM ARGUMENT...)	run in the current directory
#	inject_input=FILE			its standard input
#	inject_start=PATTERN			the first traced line of interest (awk), such as a destination's name
#	inject_calls=CALL,CALL,...		what is counted
#
# and calls inject_series for each mode. A judge is called as "JUDGE STATUS CALL N MODE" in the directory where the
# command ran; it returns non-zero and prints "# ..." lines to object. STATUS is 137 for a kill.

inject_limit=20 # seconds for one run: a hang is an error

# Can strace trace here?
inject_is_possible() {
	command -v strace >"/dev/null" 2>&1 && strace -qq -o "$work/inject.trace" true 2>"$work/inject.error"
}

# inject_run EXPRESSION...: runs the command with these "-e inject" expressions; sets inject_status.
inject_run() {
	local expression options=()
	for expression in "$@"; do
		options+=(-e "inject=$expression")
	done
	{
		ASAN_OPTIONS=detect_leaks=0 timeout -k 1 "$inject_limit" strace -f -qq -o "$work/inject.trace" \
		    -e trace="$inject_calls" "${options[@]}" "${inject_command[@]}" \
		    <"$inject_input" >"$work/inject.output" 2>&1
		inject_status=$?
	} 2>"/dev/null" # the shell would tell of every process that was killed
}

# inject_plan PREPARE: "CALL FIRST LAST" for each call of interest made by the command's first process: the numbers of
# its occurrences from inject_start on.
inject_plan() {
	"$1" && inject_run || return 1
	awk -v start="$inject_start" '
	NR == 1 { first = $1 }
	$1 == first && $2 ~ /^[a-z0-9_]+\(/ {
		call = $2
		sub(/\(.*/, "", call)
		if (!begun && $0 ~ start)
			begun = 1
		count[call]++
		if (begun && !(call in from))
			from[call] = count[call]
	}
	END {
		for (call in from)
			print call, from[call], count[call]
	}' "$work/inject.trace" | LC_ALL=C sort
}

# inject_series SENTENCE MODE PREPARE JUDGE [CALLS]: MODE is what strace puts behind "CALL:", such as error=EIO or
# signal=KILL. CALLS, a pattern of awk, leaves out calls for which the mode makes no sense. One test line.
inject_series() {
	local sentence=$1 mode=$2 prepare=$3 judge=$4 wanted=${5:-.} call first last n runs=0 objections=0
	while read -r call first last; do
		for ((n = first; n <= last; n++)); do
			"$prepare"
			inject_run "$call:$mode:when=$n"
			runs=$((runs + 1))
			if ! "$judge" "$inject_status" "$call" "$n" "$mode"; then
				objections=$((objections + 1))
				echo "# after $mode at $call number $n, status $inject_status"
				sed 's/^/#   /' "$work/inject.output" | head -5
			fi
		done
	done < <(awk -v wanted="^($wanted)$" 'wanted == "^(.)$" || $1 ~ wanted' "$work/inject.plan")
	is "$sentence ($runs runs)" "$objections objections, $((runs > 0)) series" "0 objections, 1 series"
}
