# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of ntsload for bash, by its --help.

_ntsload()
{
	local current=${COMP_WORDS[COMP_CWORD]}

	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--trust)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	--aead)
		mapfile -t COMPREPLY < <(compgen -W AES-SIV-CMAC-256 -- "$current")
		;;
	--invalid)
		mapfile -t COMPREPLY < <(compgen -W "cookie tag short plain" -- "$current")
		;;
	*)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(ntsload --help 2>/dev/null |
				grep -oE '^  +(-[a-zA-Z0-9], )?--[a-z0-9-]+' | tr -d ,)" -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -A hostname -- "$current")
		fi
		;;
	esac
}

complete -F _ntsload ntsload
