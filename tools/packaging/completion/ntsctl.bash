# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of ntsctl for bash. What there is to complete its --help says, so
# nothing here falls behind it.

# _ntsctl_commands: the names.
_ntsctl_commands()
{
	ntsctl --help 2>/dev/null | awk '/^  [a-z]/ { print $1 }'
}

# _ntsctl_argument COMMAND N: what its Nth argument may be, words and options.
# The arguments stand in 40 columns, less those of the name.
_ntsctl_argument()
{
	ntsctl --help 2>/dev/null | awk -v command="$1" -v n="$2" '
		/^  [a-z]/ && $1 == command {
			count = split(substr($0, 4 + length($1), 40 - length($1)), token, " ")
			for (t = 1; t <= count; t++) {
				word = token[t]
				gsub(/[][.]/, "", word)
				if (word ~ /^-/)
					print word
				else if (++i == n)
					for (w = split(word, one, "|"); w > 0; w--)
						print one[w]
			}
		}'
}

# _ntsctl_sources: their addresses and names.
_ntsctl_sources()
{
	{ ntsctl -c sources; ntsctl -c -N sources; } 2>/dev/null | cut -d, -f3 | sort -u
}

_ntsctl()
{
	local word command='' n=1 words='' one
	local current=${COMP_WORDS[COMP_CWORD]}

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) ;;
		*)
			[ -z "$command" ] || n=$((n + 1))
			command=${command:-$word}
			;;
		esac
	done
	if [ -z "$command" ]; then
		words="$(_ntsctl_commands) --json -c -n -N -a -v --socket= --help --version"
	else
		words="--json -c -n -N"
		for one in $(_ntsctl_argument "$command" "$n"); do
			case $one in
			*ADDRESS* | NAME) words+=" $(_ntsctl_sources)" ;;
			*[A-Z]*) ;;
			*) words+=" $one" ;;
			esac
		done
	fi
	# Options are offered when one was begun.
	[ "${current#-}" != "$current" ] || words=$(printf '%s\n' "$words" | tr ' ' '\n' | grep -v '^-')
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _ntsctl ntsctl
