#compdef noinherit
# Completion of noinherit(1) for zsh. Verbs and options are those that the
# command's --help lists, with their descriptions.

# The help of the command that is being completed, or of its verb.
__noinherit_help() # [verb]
{
	local command=${__noinherit_command:-noinherit}
	(( $+commands[$command] )) || [[ -x $command ]] || command=noinherit
	command $command "$@" --help 2>/dev/null
}

__noinherit_scopes() {
	_values -s , scope sockets socket accept dup receive \
		-sockets -socket -accept -dup -receive
}

__noinherit_keeps() {
	local -a families=(AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_VSOCK)
	local -a types=(SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET)
	_values -s , rule 'fd:number' "family:family:($families)" \
		"type:type:($types)" 'program:program' \
		'env:variable:_parameters -g "*export*"' 'argv:prefix'
}

__noinherit_kinds() {
	local -a kinds=(all leak inheritable passed)
	[[ $verb == scan ]] || kinds+=(default exhausted double-close race
		wrong-flag unclosed arrived)
	_values -s , kind $kinds -${^kinds:#(all|default)}
}

__noinherit_formats() {
	local -a formats=(text json)
	[[ $verb == scan ]] && formats+=(prometheus) || formats+=(sarif html)
	compadd "$@" -a formats
}

# What completes the value of an option.
__noinherit_action() # option
{
	case $1 in
	--mode) REPLY='(compat strict off)' ;;
	--scope) REPLY=__noinherit_scopes ;;
	--keep) REPLY=__noinherit_keeps ;;
	--kinds) REPLY=__noinherit_kinds ;;
	--format) REPLY=__noinherit_formats ;;
	--output|--suppressions|--baseline|--only) REPLY=_files ;;
	--debug-dir) REPLY='_files -/' ;;
	*) REPLY=' ' ;;
	esac
}

# Adds to the caller's specs what the verb's help lists.
__noinherit_specs() # verb
{
	local line REPLY text
	for line in ${(f)"$(__noinherit_help $1)"}; do
		[[ $line =~ '^ {2,6}(-[A-Za-z], )?(--[a-z-]+)(=?)[^ ]*( +(.*))?$' ]] || continue
		local short=${match[1]%, } long=$match[2] equals=$match[3]
		text=${match[5]//(#m)[\]\[:\\]/\\$MATCH}
		REPLY=
		if [[ -n $equals ]]; then
			__noinherit_action $long
			# An option that is listed without a value, too, may lack it.
			if [[ -n ${(M)specs:#(\*|)$long\[*} ]]; then
				specs=(${specs:#(\*|)$long\[*})
				specs+=("*${long}=-[${text}]::${long#--}:$REPLY")
				continue
			fi
			REPLY=":${long#--}:$REPLY"
		fi
		specs+=("*${long}${equals}[${text}]$REPLY")
		[[ -n $short ]] && specs+=("*${short}[${text}]$REPLY")
	done
}

__noinherit_verbs() {
	local line
	local -a verbs
	for line in ${(f)"$(__noinherit_help)"}; do
		[[ $line =~ '^  ([a-z]+) +(.*)$' ]] && verbs+=("$match[1]:$match[2]")
	done
	_describe -t verbs verb verbs
}

_noinherit() {
	local verb=$words[2] __noinherit_command=$words[1]
	local -a specs
	setopt localoptions extendedglob
	if (( CURRENT == 2 )); then
		[[ $PREFIX == -* ]] && compadd -- --help --version -h -V
		__noinherit_verbs
		compadd help
		return
	fi
	if [[ $verb == help ]]; then
		__noinherit_verbs
		return
	fi
	[[ $verb == (run|check|audit|report|scan) ]] || return 1
	__noinherit_specs $verb
	[[ $verb == audit ]] && __noinherit_specs run
	shift words
	(( CURRENT-- ))
	case $verb in
	run|audit|check)
		specs+=('(-)1:command:_command_names -e' '*::arguments:_normal') ;;
	report) specs+=('1:recording:_files -/') ;;
	scan) specs+=('*:process:_pids') ;;
	esac
	_arguments -S -A '-*' $specs
}

_noinherit "$@"
