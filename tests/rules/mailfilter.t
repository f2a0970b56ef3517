#!/usr/bin/env bash
# The tests of the mailfilter language: each file of tests/rules/mailfilter/, by culver test.
cd "${top_srcdir:?run this through make check}" && exec "${top_builddir:?run this through make check}/culver" test --tap tests/rules/mailfilter
