bin_PROGRAMS += culver
culver_SOURCES = %D%/culver.c %D%/culver.h \
	%D%/compat_name.c %D%/compat_name.h \
	%D%/culver_check.c \
	%D%/culver_config.c \
	%D%/culver_explain.c \
	%D%/culver_mail.c %D%/culver_mail.h \
	%D%/culver_refile.c \
	%D%/culver_rehearsal.c %D%/culver_rehearsal.h \
	%D%/culver_test.c
culver_SOURCES += %D%/culver_mail_line.c %D%/culver_mail_line.h
culver_SOURCES += %D%/culver_mail_header.c
culver_SOURCES += %D%/culver_mail_address.c
culver_SOURCES += %D%/culver_mail_reply.c
culver_SOURCES += %D%/culver_mail_make.c
culver_SOURCES += %D%/culver_mail_split.c
culver_SOURCES += %D%/culver_mail_dedupe.c
culver_SOURCES += %D%/culver_mail_parts.c
culver_SOURCES += %D%/culver_mail_show.c
culver_SOURCES += %D%/culver_mail_text.c
culver_SOURCES += %D%/culver_mail_verify.c
culver_SOURCES += %D%/compat_formail.c
culver_SOURCES += %D%/compat_mailbot.c
culver_SOURCES += %D%/compat_makemime.c
culver_SOURCES += %D%/compat_reformime.c
culver_SOURCES += %D%/compat_reformail.c
culver_CPPFLAGS = $(AM_CPPFLAGS) -DCULVER_VERSION='"$(PACKAGE_VERSION)"'
culver_LDADD = libhandle.a librefile.a librehearse.a libagent.a libdeliver.a librecord.a libfilter.a libconfig.a libmail.a libsystem.a libbase.a

bin_PROGRAMS += culver-deliver
culver_deliver_SOURCES = %D%/culver_deliver.c
culver_deliver_CPPFLAGS = $(AM_CPPFLAGS) -DCULVER_VERSION='"$(PACKAGE_VERSION)"' \
	-DCULVER_SYSCONFDIR='"$(sysconfdir)"'
culver_deliver_LDADD = libagent.a libdeliver.a librecord.a libfilter.a libconfig.a libmail.a libsystem.a libbase.a

# The names of other programs. Not in bin, where the packages of those programs have theirs: a PATH can begin here.
# The links are relative, so that a tree that is installed under DESTDIR can be used where it lies.
compatdir = $(libexecdir)/culver/compat
compat_names = deliverquota formail lockfile lockmail mailbot maildirmake makemime reformail reformime
install-exec-hook:
	$(MKDIR_P) "$(DESTDIR)$(compatdir)"
	@program=`echo culver | sed '$(transform)'`; \
	target=`$(AWK) 'BEGIN { \
		from = split(ARGV[1], f, /\/+/); to = split(ARGV[2], t, /\/+/); \
		for (i = 1; i < to && f[i] == t[i]; i++) continue; \
		for (j = i; j <= from; j++) printf "../"; \
		for (; i < to; i++) printf "%s/", t[i]; \
		print t[to] }' "$(compatdir)" "$(bindir)/$$program"` || exit 1; \
	for name in $(compat_names); do \
		echo " ln -s $$target $(DESTDIR)$(compatdir)/$$name"; \
		rm -f "$(DESTDIR)$(compatdir)/$$name"; \
		ln -s "$$target" "$(DESTDIR)$(compatdir)/$$name" || exit 1; \
	done
uninstall-hook:
	for name in $(compat_names); do rm -f "$(DESTDIR)$(compatdir)/$$name"; done
	-rmdir "$(DESTDIR)$(compatdir)" "$(DESTDIR)$(libexecdir)/culver" 2>/dev/null
