# Lint: the rules of the house as tests (tests/lint/lint.sh says how).
LINT_TESTS = \
	%D%/banned.t \
	%D%/deviations.t \
	%D%/diagnostics.t \
	%D%/distribution.t \
	%D%/floors.t \
	%D%/format.t \
	%D%/variables.t \
	%D%/headers.t \
	%D%/manual.t \
	%D%/manual_examples.t \
	%D%/manual_pages.t \
	%D%/names.t \
	%D%/settings_manual.t \
	%D%/shell.t \
	%D%/sizes.t \
	%D%/tolerance.t \
	%D%/words.t
TESTS += $(LINT_TESTS)
dist_check_SCRIPTS += $(LINT_TESTS)
EXTRA_DIST += \
	%D%/banned \
	%D%/code.awk \
	%D%/exceptions \
	%D%/lint.sh \
	%D%/nesting.awk \
	%D%/purity

# "make format" writes what tests/lint/format.t wants.
.PHONY: format
format:
	cd $(top_srcdir) && find src tests -name '*.[ch]' -type f | xargs clang-format-14 --style=file -i
