# Benchmarks (bench/README.md). Not part of "make check".
EXTRA_DIST += \
	%D%/README.md \
	%D%/attachments \
	%D%/bench.sh \
	%D%/delivery \
	%D%/floor.c \
	%D%/instructions \
	%D%/measure.c \
	%D%/message.c \
	%D%/results.md \
	%D%/rules \
	%D%/syscalls

.PHONY: bench
bench: culver-deliver$(EXEEXT)
	$(top_srcdir)/bench/delivery $(abs_top_builddir)
	$(top_srcdir)/bench/instructions $(abs_top_builddir)
	$(top_srcdir)/bench/syscalls $(abs_top_builddir)
	$(top_srcdir)/bench/rules $(abs_top_builddir)
	$(top_srcdir)/bench/attachments $(abs_top_builddir)
