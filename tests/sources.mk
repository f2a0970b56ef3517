# Tests: unit/ mirrors src/; the others are named for what they show.
EXTRA_DIST += tests/support/files.h tests/support/tap.h tests/support/tap.sh tests/support/delivery.sh \
	tests/support/dovecot.sh

include tests/lint/sources.mk
include tests/unit/base/sources.mk
include tests/unit/system/sources.mk
include tests/unit/mail/sources.mk
include tests/unit/config/sources.mk
include tests/unit/record/sources.mk
include tests/unit/filter/sources.mk
include tests/unit/deliver/sources.mk
include tests/unit/agent/sources.mk
include tests/unit/rehearse/sources.mk
include tests/unit/refile/sources.mk
include tests/rules/sources.mk
include tests/rehearse/sources.mk
include tests/refile/sources.mk
include tests/handle/sources.mk
include tests/completion/sources.mk
include tests/deliver/sources.mk
include tests/crash/sources.mk
include tests/fuzz/sources.mk
