#!/usr/bin/env bash
# The rule sets that are installed, each with the test file beside it, by culver test.
cd "${top_srcdir:?run this through make check}" && exec "${top_builddir:?run this through make check}/culver" test --tap rules/attachments
