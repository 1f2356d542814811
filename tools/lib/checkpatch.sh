# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel's own checkers of sources. Needs common.sh and apt.sh.

# checkpatch_dir: prints a directory with scripts/checkpatch.pl and scripts/kernel-doc,
# which are in the kernel's source package and nowhere else.
checkpatch_dir()
{
	cached checkpatch "$(key "$(declare -f checkpatch_fill)")" checkpatch_fill
}

checkpatch_fill()
{
	local dir=$1 tar=/usr/src/linux-source-6.12.tar.xz src

	if src=$(compgen -G "$NTSD_CACHE/source/linux-6.12-????????????/linux-source-6.12"); then
		mkdir -p "$dir/scripts"
		cp "$src"/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch,kernel-doc} "$dir/scripts/"
		return
	fi
	if [ ! -f "$tar" ]; then
		apt_unpack bookworm "$dir/deb" linux-source-6.12 || return 1
		tar=$dir/deb/usr/src/linux-source-6.12.tar.xz
	fi
	tar -C "$dir" --strip-components=1 -xJf "$tar" --wildcards \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch' '*/scripts/kernel-doc' || return 1
	rm -rf "$dir/deb"
}
