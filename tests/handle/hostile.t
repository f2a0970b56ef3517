#!/usr/bin/env bash
# culver mail with messages made to hurt: bounded time and memory, and a visible fact.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

python3 - <<'PYTHON'
# 10,000 multiparts in one another.
with open("nested.eml", "w") as out:
    out.write("From: a@b\nDate: Sat, 21 Nov 2026 21:48:00 +0100\n")
    for i in range(10000):
        out.write('Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i))
    out.write("Content-Type: text/plain\n\nat the bottom\n")
# 20,000 parts beside one another.
with open("wide.eml", "w") as out:
    out.write('From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n')
    for i in range(20000):
        out.write('--x\nContent-Type: text/html; name="n%d"\n\n<b>x</b>\n' % i)
    out.write("--x--\n")
# A header of 50 MiB: one field, many fields.
with open("field.eml", "w") as out:
    out.write("From: a@b\nSubject: ")
    for i in range(52 * 1024):
        out.write("=?utf-8?q?" + "x" * 980 + "?=\n ")
    out.write("\n\nbody\n")
with open("fields.eml", "w") as out:
    for i in range(1024 * 1024):
        out.write("X-Field-%07d: %s\n" % (i, "v" * 30))
    out.write("From: late@b\n\nbody\n")
with open("to.eml", "w") as out:
    out.write("From: a@b\nTo: " + ",\n ".join("n%d <u%d@example.org>" % (i, i) for i in range(1000000)) + "\n\nbody\n")
with open("nul.eml", "wb") as out:
    out.write(b"From: a\0b@c\nSubject: \0\0\nContent-Type: multipart/mixed; boundary=\"\0\"\n\n--\0\n\0\n" + b"\0" * 1000000)
with open("large.eml", "wb") as out:
    out.write(b"From: a@b\nSubject: large\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
              b"Content-Type: application/octet-stream; name=l.bin\nContent-Transfer-Encoding: base64\n\n")
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\n"
    for i in range(13500):
        out.write(line * 100)
    out.write(b"--x--\n")
with open("long_line.eml", "wb") as out:
    out.write(b"From: a@b\nSubject: long\n\n" + b"word " * 10000000)
PYTHON

# bounded SENTENCE FILE SECONDS MEGABYTES COMMAND...: it ends well in that time, with so much private memory.
bounded() {
	local sentence=$1 file=$2 seconds=$3 memory=$4 status used
	shift 4
	if [ -n "$sanitizers" ]; then
		timeout $((seconds * 10)) "$culver" mail "$@" "$file" >out 2>errors
		status=$?
	else
		# Data counts, not what is mapped of the file.
		(ulimit -d $((memory * 1024)) && exec timeout "$seconds" "$culver" mail "$@" "$file" >out 2>errors)
		status=$?
	fi
	used=$(head -c 300 errors)
	test_that "$sentence: mail $*" [ "$status" = 0 -o "$status:$1" = 1:verify ]
	[ -z "$used" ] || printf '# %s\n' "${used//$'\n'/$'\n'# }"
}

for file in nested wide field fields to nul large long_line; do
	bounded "$file" "$file.eml" 20 64 show --lines
	bounded "$file" "$file.eml" 30 96 show --no-detect
	bounded "$file" "$file.eml" 30 96 show --json --no-detect
	if [ "$file" = large ] || [ "$file" = nested ]; then
		is "what it writes is one line of JSON" "$(json out 'len(all)')" 1
	fi
	bounded "$file" "$file.eml" 30 96 verify
	bounded "$file" "$file.eml" 60 96 text
	bounded "$file" "$file.eml" 60 96 text --json
	bounded "$file" "$file.eml" 30 96 parts --no-detect
done
"$culver" mail show --json --no-detect nested.eml >json
is "10,000 nested parts are a visible fact" "$(json json 'm["truncated"]')" True
"$culver" mail show --json --no-detect wide.eml >json
is "and so are too many beside one another" "$(json json '(m["truncated"], len(m["parts"]) <= 20000)')" "(True, True)"
bounded "taking a part out" large.eml 20 64 parts --no-detect -n 1 -x
is "gives all of it" "$(wc -c <out)" $((1350000 * 57))

# An mbox of any size through a pipe.
if [ -z "$sanitizers" ]; then
	for ((i = 0; i < 3; i++)); do
		printf 'From a@b Fri Mar  1 12:00:00 2024\n'
		cat large.eml
		printf '\n'
	done | (ulimit -d 65536 && exec "$culver" mail show --lines --mbox >out)
	is "300 MB come through a pipe" "$(grep -c large out)" 3
fi

# on_terminal ARGUMENT...: what a terminal gets.
on_terminal() {
	python3 -c '
import os, pty, sys
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
got = b""
try:
    while piece := os.read(master, 65536):
        got += piece
except OSError:
    pass
os.waitpid(pid, 0)
sys.stdout.buffer.write(got.replace(b"\r\n", b"\n"))' "$culver" mail "$@"
}
printf 'Subject: \033[2Jx\nFrom: a@b\n\n\033]0;t\007\302\23331m\342\200\256\n' >steer.eml
is "a message with an edited header does not steer the terminal" "$(on_terminal header --set A:b steer.eml)" \
    $'A: b\nSubject: ?[2Jx\nFrom: a@b\n\n?]0;t??31m<U+202E>'
test_that "the next program gets the bytes" cmp -s <("$culver" mail header --set 'Subject: y' steer.eml | tail -n +2) <(tail -n +2 steer.eml)
like() { [[ $(on_terminal join steer.eml) == *"not written to a terminal"* ]]; }
test_that "an mbox is not written to a terminal" like
tests_end
