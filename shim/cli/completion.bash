# Completion of noinherit(1) for bash. Stands on bash alone; where the package
# bash-completion is loaded, the arguments of a command are completed as the
# command's own. Verbs and options are those that the command's --help lists.

__noinherit_kinds=(all default leak exhausted double-close race wrong-flag
	unclosed inheritable arrived passed)

# Prints the help of the command that is being completed, or of its verb.
__noinherit_help() # [verb]
{
	local command=${COMP_WORDS[0]}
	type -t -- "$command" >/dev/null || command=noinherit
	command -- "$command" "$@" --help 2>/dev/null
}

# Sets the caller's verbs.
__noinherit_verbs()
{
	local line
	verbs=()
	while IFS= read -r line; do
		[[ $line =~ ^'  '([a-z]+)' ' ]] && verbs+=("${BASH_REMATCH[1]}")
	done < <(__noinherit_help)
}

# Adds the options of a verb to the caller's options, with '=' if they take a
# value.
__noinherit_listed() # verb
{
	local line
	while IFS= read -r line; do
		[[ $line =~ ^' '{2,6}(-[A-Za-z]', ')?(--[a-z-]+=?) ]] || continue
		options+=("${BASH_REMATCH[2]}")
		[[ ${BASH_REMATCH[1]} ]] && options+=("${BASH_REMATCH[1]%, }")
	done < <(__noinherit_help "$1")
}

# Puts into the caller's words what readline split at '=', cword is the place in
# it, and first the place in COMP_WORDS at which each of the words begins.
__noinherit_join()
{
	local i piece=''
	words=() first=() cword=0
	for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
		if [[ ${#words[@]} -gt 0 && ${words[-1]} == -?* &&
			(${COMP_WORDS[i]} == '=' || $piece == '=') ]]; then
			words[-1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
			first+=("$i")
		fi
		piece=${COMP_WORDS[i]}
		((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
	done
}

# Answers with the candidates that begin with value, of which readline replaces
# only what comes after the last '='. One that is not whole yet gets no space.
__noinherit_answer() # value candidate...
{
	local value=$1 kept='' candidate
	shift
	[[ $COMP_WORDBREAKS == *=* && $value == *=* ]] && kept=${value%=*}=
	for candidate; do
		[[ $candidate == "$value"* ]] && COMPREPLY+=("${candidate#"$kept"}")
	done
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] &&
		compopt -o nospace 2>/dev/null
	return 0
}

# The same for the last word of a comma list, which may always go on.
__noinherit_answer_list() # value candidate...
{
	local value=$1 before=''
	shift
	[[ $value == *,* ]] && before=${value%,*},
	__noinherit_answer "$value" "${@/#/$before}"
	compopt -o nospace 2>/dev/null
	return 0
}

# What compgen finds for the word: -f files, -d directories, -c commands.
__noinherit_compgen() # kind word
{
	[[ $1 == -c ]] || compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

__noinherit_keep() # value
{
	local names=(fd= family= type= program= env= argv=) item=${1##*,}
	case $item in
	family=*) names=(AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_VSOCK) ;;
	type=*) names=(SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET) ;;
	env=*) mapfile -t names < <(compgen -e) ;;
	*) item= ;;
	esac
	[[ $item ]] && names=("${names[@]/#/${item%%=*}=}")
	__noinherit_answer_list "$1" "${names[@]}"
}

# The value of an option; nothing for a number.
__noinherit_value() # option value
{
	local scopes=(socket accept dup receive sockets)
	case $1 in
	--mode) __noinherit_answer "$2" compat strict off ;;
	--scope) __noinherit_answer_list "$2" "${scopes[@]}" "${scopes[@]/#/-}" ;;
	--keep) __noinherit_keep "$2" ;;
	--kinds)
		if [[ $verb == scan ]]; then
			__noinherit_answer_list "$2" all leak inheritable passed
		else
			__noinherit_answer_list "$2" "${__noinherit_kinds[@]}"
		fi
		;;
	--format)
		if [[ $verb == scan ]]; then
			__noinherit_answer "$2" text json prometheus
		else
			__noinherit_answer "$2" text json sarif html
		fi
		;;
	--output | -o | --suppressions | --baseline | --only) __noinherit_compgen -f "$2" ;;
	--debug-dir) __noinherit_compgen -d "$2" ;;
	esac
}

# Sets the caller's options: those of the verb, and of run where it takes them.
__noinherit_options()
{
	options=()
	[[ " ${verbs[*]} " == *" $verb "* ]] || return
	__noinherit_listed "$verb"
	[[ $verb == audit ]] && __noinherit_listed run
	return 0
}

# Whether the word is an option whose value is the next word.
__noinherit_is_separate() # word
{
	local all=" ${options[*]} "
	[[ $1 == -o || ($all == *" $1= "* && $all != *" $1 "*) ]]
}

# Sets the caller's operand: the place in words where the options have ended.
__noinherit_find_operand()
{
	for ((operand = 2; operand < ${#words[@]}; operand++)); do
		case ${words[operand]} in
		--)
			((operand++))
			return
			;;
		-?*) __noinherit_is_separate "${words[operand]}" && ((operand++)) ;;
		*) return ;;
		esac
	done
}

# The command that is to be run, then what that command takes.
__noinherit_command()
{
	if ((cword > operand)) && declare -F _command_offset >/dev/null; then
		_command_offset "${first[operand]}"
	elif ((cword > operand)) || [[ ${words[cword]} == */* ]]; then
		__noinherit_compgen -f "${words[cword]}"
	else
		__noinherit_compgen -c "${words[cword]}"
	fi
}

__noinherit_operand() # word
{
	local pids
	case $verb in
	run | audit | check) __noinherit_command ;;
	report) __noinherit_compgen -d "$1" ;;
	scan)
		mapfile -t pids < <(cd /proc && compgen -G '[1-9]*')
		__noinherit_answer "$1" "${pids[@]}"
		;;
	help) __noinherit_answer "$1" "${verbs[@]}" ;;
	esac
}

_noinherit()
{
	local words first cword verb verbs options operand current
	COMPREPLY=()
	__noinherit_join
	verb=${words[1]-} current=${words[cword]}
	__noinherit_verbs
	__noinherit_options
	__noinherit_find_operand
	if ((cword == 1)); then
		__noinherit_answer "$current" "${verbs[@]}" help \
			--help --version -h -V
	elif ((cword >= operand)); then
		__noinherit_operand "$current"
	elif __noinherit_is_separate "${words[cword - 1]}"; then
		__noinherit_value "${words[cword - 1]}" "$current"
	elif [[ $current == --*=* ]]; then
		__noinherit_value "${current%%=*}" "${current#*=}"
	else
		__noinherit_answer "$current" "${options[@]}"
	fi
	return 0
}

complete -F _noinherit noinherit
