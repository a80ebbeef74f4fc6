# Completion of noinherit(1) for fish. Verbs and options are those that the
# command's --help lists, with their descriptions.

# The words of the line up to the cursor, without the one that is being typed.
function __noinherit_words
    commandline -opc
end

function __noinherit_help
    set -l command (__noinherit_words)[1]
    type -q -- $command; or set command noinherit
    command $command $argv --help 2>/dev/null
end

function __noinherit_verbs
    __noinherit_help | string replace -rf '^  ([a-z]+) +(\[?\S+\]?\.* ?)*(.*)$' '$1'
end

# The verb on the line, if it is one.
function __noinherit_verb
    set -l words (__noinherit_words)
    set -q words[2]; and contains -- $words[2] (__noinherit_verbs); and echo $words[2]
end

# Each option of the verb and what is said of it, separated by a tab.
function __noinherit_options
    set -l verb (__noinherit_verb)
    test -n "$verb"; or return
    set -l verbs $verb
    test $verb = audit; and set -a verbs run
    for each in $verbs
        __noinherit_help $each |
            string replace -rf '^ {2,6}(?:-[A-Za-z], )?(--[a-z-]+=?)\S*(?: +(.*))?$' '$1\t$2'
    end
    echo -e '-h\tprint this help'
    contains -- $verb audit report scan; and echo -e '-o\twrite it there'
    return 0
end

# Where the options have ended: the place of the first operand among the words,
# or nothing.
function __noinherit_operand
    set -l words (__noinherit_words)
    set -l separate (__noinherit_options | string match -r '^--[a-z-]+(?==)') -o
    set -l i 3
    while test $i -le (count $words)
        switch $words[$i]
            case --
                echo (math $i + 1)
                return
            case '-*'
                contains -- $words[$i] $separate; and set i (math $i + 1)
            case '*'
                echo $i
                return
        end
        set i (math $i + 1)
    end
end

# Whether the word before the cursor wants a value.
function __noinherit_wants
    set -l words (__noinherit_words)
    contains -- $words[-1] $argv; and test -z "(__noinherit_operand)"
end

# The values of an option, with what stands before the last comma of the word.
function __noinherit_list
    set -l before (commandline -ct | string replace -r '^--[a-z-]+=' '' |
        string match -r '^.*,')
    for word in $argv
        echo $before$word
    end
end

function __noinherit_values
    set -l verb (__noinherit_verb)
    switch $argv[1]
        case --mode
            printf '%s\n' compat strict off
        case --scope
            __noinherit_list sockets socket accept dup receive -sockets -socket -accept -dup -receive
        case --keep
            __noinherit_list fd= family=AF_UNIX family=AF_INET family=AF_INET6 \
                family=AF_NETLINK family=AF_PACKET family=AF_VSOCK \
                type=SOCK_STREAM type=SOCK_DGRAM type=SOCK_RAW \
                type=SOCK_SEQPACKET program= env= argv=
        case --kinds
            if test $verb = scan
                __noinherit_list all leak inheritable passed
            else
                __noinherit_list all default leak exhausted double-close race wrong-flag \
                    unclosed inheritable arrived passed
            end
        case --format
            if test $verb = scan
                printf '%s\n' text json prometheus
            else
                printf '%s\n' text json sarif html
            end
        case --output -o --suppressions --baseline --only
            __fish_complete_path (commandline -ct | string replace -r '^--[a-z-]+=' '')
        case --debug-dir
            __fish_complete_directories (commandline -ct | string replace -r '^--[a-z-]+=' '')
    end
end

# What the word under the cursor may become.
function __noinherit_candidates
    set -l words (__noinherit_words)
    set -l current (commandline -ct)
    set -l verb (__noinherit_verb)
    if test (count $words) -eq 1
        __noinherit_help | string replace -rf '^  ([a-z]+) +.*$' '$1'
        printf '%s\n' help --help --version -h -V
    else if test "$words[2]" = help
        __noinherit_verbs
    else if test -z "$verb"
        return
    else if test -n "$(__noinherit_operand)"
        __noinherit_operands $verb (__noinherit_operand)
    else if contains -- $words[-1] (__noinherit_options | string match -r '^--[a-z-]+(?==)') -o
        __noinherit_values $words[-1]
    else if string match -qr '^--[a-z-]+=' -- $current
        set -l option (string match -r '^--[a-z-]+' -- $current)
        printf "$option=%s\n" (__noinherit_values $option)
    else
        __noinherit_options
        string match -q -- '-*' $current; or __noinherit_operands $verb (math (count $words) + 1)
    end
end

# A command and its own arguments, a recording, or a process.
function __noinherit_operands
    set -l words (__noinherit_words)
    switch $argv[1]
        case run audit check
            if test $argv[2] -gt (count $words)
                __fish_complete_subcommand --commandline (commandline -ct)
            else
                complete -C (string join ' ' -- (string escape -- $words[$argv[2]..]) (commandline -ct))
            end
        case report
            __fish_complete_directories (commandline -ct)
        case scan
            __fish_complete_pids
    end
end

complete -c noinherit -f -k -a '(__noinherit_candidates)'
