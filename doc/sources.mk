# Manual pages, and the documents that a release has beside them.
dist_man_MANS += \
	%D%/man/culver.1 \
	%D%/man/culver.conf.5 \
	%D%/man/culver-delivery.7

EXTRA_DIST += \
	%D%/architecture.md \
	%D%/culver.conf.example \
	%D%/decisions/README.md \
	%D%/decisions/no-setuid.md \
	%D%/decisions/one-commit.md \
	%D%/decisions/partial-delivery.md \
	%D%/decisions/passwd-first.md \
	%D%/decisions/pcre2-on-demand.md \
	%D%/demo/culver.conf \
	%D%/demo/mailbox \
	%D%/demo/mailfilter \
	%D%/tolerance.md
