# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Guest kernels and the headers to build modules against them, unpacked in the
# cache; nothing is installed on this machine.
# Needs common.sh and apt.sh.

# The suite and the meta package of each name that --kernel takes.
kernel_suite()
{
	case $1 in
	6.1 | 6.12) echo bookworm ;;
	new) echo trixie ;;
	*) die "no such kernel: $1 (6.1, 6.12 or new)" ;;
	esac
}

kernel_meta()
{
	case $1 in
	6.1) echo linux-image-amd64 linux-headers-amd64 ;;
	6.12) echo linux-image-6.12-amd64 linux-headers-6.12-amd64 ;;
	new) echo linux-image-amd64/trixie-backports linux-headers-amd64/trixie-backports ;;
	esac
}

# kernel_stock KERNEL: prints the cache directory of a distribution kernel:
# boot/vmlinuz, lib/modules/REL, kdir (a link), release (a file).
kernel_stock()
{
	kernel_suite "$1" >/dev/null
	cached "kernel/$1" "$(key "$(declare -f kernel_stock_fill kernel_meta)" "$NTSD_CACHE" "$1")" kernel_stock_fill "$1"
}

kernel_stock_fill()
{
	local dir=$1 name=$2 suite image headers common kbuild rel meta

	suite=$(kernel_suite "$name")
	read -r -a meta <<<"$(kernel_meta "$name")"
	image=$(apt_depends "$suite" "${meta[0]%/*}" 'linux-image-[0-9]') || return 1
	headers=$(apt_depends "$suite" "${meta[1]%/*}" 'linux-headers-[0-9]') || return 1
	common=$(apt_depends "$suite" "$headers" 'linux-headers-.*-common') || return 1
	kbuild=$(apt_depends "$suite" "$headers" 'linux-kbuild-') || return 1
	rel=${headers#linux-headers-}
	with_progress "fetching kernel $rel" \
		apt_unpack "$suite" "$dir" "$image" "$headers" "$common" "$kbuild" || return 1
	sed -i "s#/usr/src/#$FINAL/usr/src/#g" "$dir/usr/src/$headers/Makefile" || return 1
	[ -d "$dir/lib/modules" ] || { mkdir -p "$dir/lib" && mv "$dir/usr/lib/modules" "$dir/lib/modules"; } || return 1
	rm -f "$dir/lib/modules/$rel/build" "$dir/lib/modules/$rel/source"
	depmod -b "$dir" "$rel" || return 1
	ln -s "usr/src/$headers" "$dir/kdir"
	if [ -f "$dir/boot/vmlinuz-$rel" ]; then
		ln -s "vmlinuz-$rel" "$dir/boot/vmlinuz"
	else
		mkdir -p "$dir/boot"
		ln -s "../lib/modules/$rel/vmlinuz" "$dir/boot/vmlinuz"
	fi
	echo "$rel" >"$dir/release"
}

# kernel_kdir KERNEL|debug|um: what to pass as KDIR to build modules for it.
kernel_kdir()
{
	local dir

	case $1 in
	debug | um) dir=$(kernel_built "$1") ;;
	*) dir=$(kernel_stock "$1") ;;
	esac || return 1
	readlink -f "$dir/kdir"
}
