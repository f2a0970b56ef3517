#!/usr/bin/env bash
# Shell scripts pass shellcheck and are what they say: bash, executable.
# shellcheck source=tests/support/tap.sh
. "${top_srcdir:?run this through make check}/tests/support/tap.sh"
# shellcheck source=tests/lint/lint.sh
. "$top_srcdir/tests/lint/lint.sh"

scripts() {
	tree_files "$1" | grep -E '\.(sh|bash|t)$|^(check|demo|\.ci/run)$' | grep -v '^build-aux/'
}

shell_errors() {
	(cd "$1" && scripts . | xargs -r -n 4 -P 2 shellcheck -S warning -f gcc -P SCRIPTDIR -P . \
	    -e SC1090,SC1091,SC2034,SC2154,SC2164 2>&1) |
	    sed -nE 's/^([^:]+:[0-9]+):[0-9]+: ([a-z]+: .*)/\1: \2/p' | sort -u
}

script_modes() {
	local name
	scripts "$1" | while read -r name; do
		case $name in
		*.t | check | demo | .ci/run)
			[ -x "$1/$name" ] || printf '%s: is not executable\n' "$name"
			[ "$(head -n 1 "$1/$name")" = '#!/usr/bin/env bash' ] ||
			    printf '%s: does not begin with #!/usr/bin/env bash\n' "$name"
			;;
		esac
	done
}

# A test that is started by hand would go on without its support, and write where it is.
unguarded_tests() {
	local name first
	scripts "$1" | grep '\.t$' | while read -r name; do
		first=$(grep -vE '^(#|$)' "$1/$name" | head -n 1)
		case $first in
		*"\${top_srcdir:?"* | *"\${top_srcdir:="*) ;;
		*) printf '%s: does not stop when top_srcdir is not set\n' "$name" ;;
		esac
	done
}

lint_is_clean "scripts are executable and name their shell" script-modes script_modes
lint_is_clean "tests stop without their environment" unguarded-tests unguarded_tests
if command -v shellcheck >/dev/null; then
	lint_is_clean "shellcheck has nothing to say" shellcheck shell_errors
else
	skip "shellcheck has nothing to say" "shellcheck is not installed"
fi

sample bad.t <<'SAMPLE'
#!/bin/sh
if [ $a == "b"c" ]; then
	read x <<<$y
fi
SAMPLE
chmod 644 "$work/sample/bad.t"
lint_sees "a script that is not executable is seen" script_modes "bad.t: is not executable"
lint_sees "a script of another shell is seen" script_modes "bad.t: does not begin with"
lint_sees "a test without a guard is seen" unguarded_tests "bad.t: does not stop"
if command -v shellcheck >/dev/null; then
	lint_sees "an error in a script is seen" shell_errors "bad.t:2: "
fi
tests_end
