# manual pages: dist_man_MANS += ...

EXTRA_DIST += \
	%D%/architecture.md \
	%D%/decisions/README.md \
	%D%/decisions/mbox-all-or-nothing.md \
	%D%/decisions/no-setuid.md \
	%D%/decisions/one-commit.md \
	%D%/decisions/passwd-first.md \
	%D%/decisions/pcre2-on-demand.md \
	%D%/demo/culver.conf \
	%D%/demo/mailbox \
	%D%/demo/mailfilter
