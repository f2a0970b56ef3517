# shellcheck shell=bash
# Completion for culver(1) and culver-deliver(1). Works with and without the bash-completion package.

# Directories, and files whose names fit one of the patterns.
_culver_files() {
	local word=$1 file pattern
	shift
	while IFS= read -r file; do
		if [ -d "${file/#\~\//$HOME/}" ]; then
			COMPREPLY+=("$file")
			continue
		fi
		for pattern; do
			# shellcheck disable=SC2053 # It is a pattern.
			[[ ${file##*/} == $pattern ]] && COMPREPLY+=("$file") && break
		done
	done < <(compgen -f -- "$word")
	compopt -o filenames 2>/dev/null
}

# Rules files; where there is none with a usual name, any file.
_culver_rules() {
	local file
	_culver_files "$1" '*mailfilter' '*maildroprc' '*.rc' '*.rules' rules
	for file in "${COMPREPLY[@]}"; do
		[ -d "${file/#\~\//$HOME/}" ] || return
	done
	COMPREPLY=()
	_culver_files "$1" '*'
}

_culver_words() {
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_culver_setting_names() {
	"$program" config show 2>/dev/null | sed -nE 's/^([a-z_0-9]+) *=.*/\1/p'
}

# A setting's name with its equals sign, then its values where they are a list of words ("auto, dovecot or off").
_culver_setting() {
	local name=${1%%=*}
	if [[ $1 == *=* ]]; then
		_culver_words "${1#*=}" "$("$program" config show --json "$name" 2>/dev/null |
		    sed -nE 's/.*"allowed":"(([-a-z0-9+]+, )*[-a-z0-9+]+ or [-a-z0-9+]+)".*/\1/p' | sed 's/,//g; s/ or / /')"
	else
		mapfile -t COMPREPLY < <(compgen -S = -W "$(_culver_setting_names)" -- "$name")
		compopt -o nospace 2>/dev/null
	fi
}

# Readline splits words at equals signs: "--set=umask=022" comes as five words, and is one here.
_culver_split() {
	local i word joined=
	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$i" -gt 1 ] && { [ "$word" = = ] || [ -n "$joined" ]; }; then
			words[${#words[@]} - 1]+=$word
			joined=
			[ "$word" != = ] || joined=yes
		else
			words+=("$word")
			joined=
		fi
	done
	cword=$((${#words[@]} - 1))
}

_culver() {
	local words cword current option value program=culver command first=2
	COMPREPLY=()
	_culver_split
	current=${words[cword]}
	case ${words[0]##*/} in
	culver-deliver)
		command=deliver
		first=1
		;;
	*)
		command=${words[1]-}
		if command -v "${words[0]}" >/dev/null 2>&1; then
			program=${words[0]}
		fi
		;;
	esac
	if [ "$cword" -lt "$first" ]; then
		_culver_words "$current" "$("$program" --help 2>/dev/null | sed -nE 's/^  culver ([a-z]+) .*/\1/p') -h --help -v --version"
	elif [[ $current == --*=* ]]; then
		_culver_value "$command" "${current%%=*}" "${current#*=}"
	elif option=${words[cword - 1]} value=$current && _culver_value "$command" "$option" "$value"; then
		return
	elif [[ $current == -* ]]; then
		_culver_options "$command" "$current"
	else
		_culver_arguments "$command" "$current"
	fi
}

# The value of an option; false where it has none.
_culver_value() {
	local command=$1 option=$2 value=$3
	case $command$option in
	check--color | explain--color | mail--color | refile--color | test--color) _culver_words "$value" "auto always never" ;;
	check--user | check-d | explain--user | explain-d | refile--user | refile-d | deliver--user | deliver-d)
		mapfile -t COMPREPLY < <(compgen -u -- "$value")
		;;
	check--home)
		mapfile -t COMPREPLY < <(compgen -d -- "$value")
		compopt -o filenames 2>/dev/null
		;;
	check--config | config--config | explain--config | refile--config | deliver--config) _culver_files "$value" '*.conf' ;;
	check--set | check-o | config--set | config-o | explain--set | explain-o | refile--set | refile-o | deliver--set | deliver-o)
		_culver_setting "$value"
		;;
	mail--from) _culver_words "$value" "strict dated lenient" ;;
	explain--rules | refile--rules) _culver_rules "$value" ;;
	explain--message | deliver--quota-warning-file | deliver-W | deliver--auth-socket | deliver-t)
		mapfile -t COMPREPLY < <(compgen -f -- "$value")
		compopt -o filenames 2>/dev/null
		;;
	explain--embedded-name | explain-M | deliver--embedded-name | deliver-M)
		_culver_words "$value" "$(cd ~/.mailfilters 2>/dev/null && compgen -f)"
		;;
	explain--answer | refile--answer)
		_culver_words "$value" "$(cd / && compgen -c -- "${value%%=*}" | head -n 200)"
		compopt -o nospace 2>/dev/null
		;;
	test--print) _culver_words "$value" "message rules" ;;
	deliver--verbose | deliver-V) _culver_words "$value" "0 1" ;;
	test--record)
		# Its value is never a word of its own.
		[[ $current == --record=* ]] || return 1
		_culver_words "$value" "all"
		;;
	explain--sender | explain-f | explain--recipient | explain--original-recipient | explain--extension | \
	    explain--queue-id | explain--time | refile--recipient | refile--limit | refile--since | refile--before | test--filter | deliver--sender | deliver-f | deliver--recipient | \
	    deliver--original-recipient | deliver--extension | deliver--queue-id | deliver--add-header | deliver-A | \
	    deliver--quota-warning | deliver-w | deliver--courier-ids | deliver-D) ;;
	*) return 1 ;;
	esac
}

_culver_options() {
	local options
	case $1 in
	check)
		options="--maildrop --strict --no-includes --no-notes --home --user -d --config --set -o --json --color
			--help -h"
		;;
	config)
		options="--help -h"
		[ "${words[2]-}" = show ] && options="--config --set -o --json --help -h"
		;;
	explain)
		options="--rules --message --user -d --embedded -m --embedded-name -M --sender -f --recipient
			--original-recipient --extension --queue-id --config --set -o --answer --run-commands --ask --time --json
			--quiet -q --full --color --help -h"
		;;
	mail) options=$(_culver_mail_options) ;;
	refile)
		options="--rules --user -d --apply --copies --delete --default --edit --recursive -r --limit --since --before
			--recipient --config --set -o --answer --run-commands --json --quiet -q --verbose -v --color --help -h"
		;;
	test) options="--filter --verbose -v --tap --record --print --color --help -h" ;;
	deliver)
		options="--user -d --sender -f --recipient --original-recipient --extension --queue-id --add-header -A
			--embedded -m --embedded-name -M --quota-warning -w --quota-warning-file -W --verbose -V --config
			--set -o --authlib -a --auth-socket -t --courier-ids -D --version -v --help -h"
		;;
	*) return ;;
	esac
	_culver_words "$2" "$options"
}

# Each command of culver mail says in its help what it takes.
_culver_mail_options() {
	if [ "$cword" -eq 2 ]; then
		printf '%s\n' "--help -h"
	else
		"$program" mail "${words[2]}" --help 2>/dev/null | sed -nE 's/^ +(-[A-Za-z0-9], )?(--[a-z0-9-]+).*/\1\2/p' | tr -d ,
	fi
}

_culver_arguments() {
	case $1 in
	check) _culver_rules "$2" ;;
	config)
		if [ "$cword" -eq 2 ]; then
			_culver_words "$2" "show check example"
		elif [ "${words[2]}" = show ]; then
			_culver_words "$2" "$(_culver_setting_names)"
		elif [ "${words[2]}" = check ]; then
			_culver_files "$2" '*.conf'
		fi
		;;
	mail)
		if [ "$cword" -eq 2 ]; then
			_culver_words "$2" "$("$program" mail --help 2>/dev/null | sed -nE 's/^  culver mail ([a-z]+) .*/\1/p')"
		else
			_culver_files "$2" '*'
		fi
		;;
	refile) _culver_files "$2" '*.mbox' '*.mbx' mbox inbox ;;
	test) _culver_files "$2" '*.test' ;;
	deliver | explain) _culver_rules "$2" ;;
	esac
}

complete -F _culver culver culver-deliver
