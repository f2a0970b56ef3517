#!/usr/bin/env bash
# The tests of the mailfilter language: each file of tests/rules/mailfilter/, by culver test.
cd "$top_srcdir" && exec "$top_builddir/culver" test --tap tests/rules/mailfilter
