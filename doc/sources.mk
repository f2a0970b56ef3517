dist_man_MANS += \
	%D%/man/culver-check.1 \
	%D%/man/culver-deliver.1 \
	%D%/man/culver-explain.1 \
	%D%/man/culver-mail.1 \
	%D%/man/culver-refile.1 \
	%D%/man/culver.1 \
	%D%/man/culver-test.1 \
	%D%/man/culver.conf.5 \
	%D%/man/culver-attachments.7 \
	%D%/man/culver-compat.7 \
	%D%/man/culver-delivery.7 \
	%D%/man/mailfilter.5

EXTRA_DIST += \
	%D%/architecture.md \
	%D%/compat.md \
	%D%/culver.conf.example \
	%D%/tolerance.md \
	%D%/decisions \
	%D%/demo
