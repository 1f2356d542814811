# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of ntsd for bash, by its --help.

_ntsd()
{
	local current=${COMP_WORDS[COMP_CWORD]}

	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-f | --file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "$(ntsd --help 2>/dev/null |
			grep -oE '^  -[a-z], --[a-z-]+' | tr -d ,)" -- "$current")
		;;
	esac
}

complete -F _ntsd ntsd
