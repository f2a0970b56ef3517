# Completion of the command line, where bash-completion and zsh look for it.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = %D%/_culver
EXTRA_DIST += %D%/culver.bash

# bash-completion loads the file that has the command's name.
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/%D%/culver.bash '$(DESTDIR)$(bashcompletiondir)/culver'
	ln -sf culver '$(DESTDIR)$(bashcompletiondir)/culver-deliver'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompletiondir)/culver' '$(DESTDIR)$(bashcompletiondir)/culver-deliver'
