# offers.zsh FUNCTIONS HOME LINE...: types each line and a tab in an interactive zsh whose home is HOME, and prints
# "== LINE" and the words that it was offered, one a line.
zmodload zsh/zpty
offered=$2/offered
cat >$2/.zshrc <<END
PS1= RPS1= PS2=
fpath=(${(q)1} \$fpath)
# A list that is longer than the screen asks first, and takes the next key for the answer.
unsetopt auto_list
autoload -Uz compinit
compinit -D -u
zstyle ':completion:*' completer _complete
compadd() {
	local -a hits
	[[ " \$* " == *" -"[OAD]" "* ]] || { builtin compadd -O hits "\$@"; print -rl -- \$hits >>${(q)offered} }
	builtin compadd "\$@"
}
probe() { zle complete-word; print -r -- "== done" >>${(q)offered}; BUFFER= }
zle -N probe
bindkey '^I' probe
print -r -- "== done" >>${(q)offered}
END
wait_done() {
	local i
	for ((i = 0; i < 1200; i++)); do
		[[ -s $offered && $(tail -n 1 $offered) == "== done" ]] && return 0
		zpty -r -t z >/dev/null 2>&1
		sleep 0.05
	done
	print "zsh did not answer"
	exit 1
}
export ZDOTDIR=$2
zpty z zsh -d -i
wait_done
for line in "${@[3,-1]}"; do
	: >$offered
	zpty -n -w z "$line"$'\t'
	wait_done
	print -r -- "== $line"
	grep -v '^== done' $offered | grep . | sort -u
done
zpty -d z
