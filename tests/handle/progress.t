#!/usr/bin/env bash
# The progress bar: on a terminal only, after a second, and gone at the end.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/handle/messages.sh
. "$top_srcdir/tests/handle/messages.sh"

# slow SECONDS TERM ARGUMENT...: verifies a message that comes so late, and others, standard error a terminal; prints
# what the terminal got.
slow() {
	rm -f late
	mkfifo late
	(sleep "$1" && cat dove.eml) >late &
	python3 - "$2" "$culver" mail verify "${@:3}" late dove.eml dove.eml <<'PYTHON'
import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[2:], stderr=slave, stdout=subprocess.DEVNULL, env={"TERM": sys.argv[1], "PATH": "/usr/bin:/bin"})
child.wait()
os.close(slave)
got = b""
try:
    while piece := os.read(master, 65536):
        got += piece
except OSError:
    pass
sys.stdout.write(repr(got))
PYTHON
	wait
}

got=$(slow 1.3 xterm)
test_that "long work shows a bar" grep -q 'verifying ' <<<"$got"
test_that "which is erased at the end" grep -qE "\\\\r\\\\x1b\\[K'\$" <<<"$got"
is "at most ten times a second" "$(grep -o 'verifying' <<<"$got" | wc -l)" 1
is "short work shows none" "$(slow 0 xterm)" "b''"
is "quiet work neither" "$(slow 1.3 xterm --quiet)" "b''"
is "nor a dumb terminal" "$(slow 1.3 dumb)" "b''"
rm -f late
mkfifo late
(sleep 1.3 && cat dove.eml) >late &
TERM=xterm "$culver" mail verify late dove.eml 2>errors
wait
is "nor what is no terminal" "$(<errors)" ""
tests_end
