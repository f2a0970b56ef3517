# Rule sets for people to include: installed beside the other data, tested by tests/rules/rule_sets.t.
rulesdir = $(pkgdatadir)/rules/attachments
dist_rules_DATA = \
	%D%/attachments/encrypted.mailfilter \
	%D%/attachments/executables.mailfilter \
	%D%/attachments/macros.mailfilter \
	%D%/attachments/mismatch.mailfilter \
	%D%/attachments/oversized.mailfilter \
	%D%/attachments/scripts.mailfilter
rulesreadmedir = $(pkgdatadir)/rules
dist_rulesreadme_DATA = %D%/README
EXTRA_DIST += \
	%D%/attachments/encrypted.test \
	%D%/attachments/executables.test \
	%D%/attachments/macros.test \
	%D%/attachments/mismatch.test \
	%D%/attachments/oversized.test \
	%D%/attachments/scripts.test \
	%D%/attachments/samples
