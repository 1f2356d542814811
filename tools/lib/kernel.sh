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
	new) echo trixie-backports ;;
	*) die "no such kernel: $1 (6.1, 6.12 or new)" ;;
	esac
}

kernel_meta()
{
	case $1 in
	6.1) echo linux-image-amd64 linux-headers-amd64 ;;
	6.12) echo linux-image-6.12-amd64 linux-headers-6.12-amd64 ;;
	new) echo linux-image-amd64 linux-headers-amd64 ;;
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
	local dir=$1 name=$2 suite image headers common kbuild rel meta split=''

	suite=$(kernel_suite "$name")
	read -r -a meta <<<"$(kernel_meta "$name")"
	image=$(apt_depends "$suite" "${meta[0]}" 'linux-image-[0-9]') || return 1
	headers=$(apt_depends "$suite" "${meta[1]}" 'linux-headers-[0-9]') || return 1
	common=$(apt_depends "$suite" "$headers" 'linux-headers-.*-common') || return 1
	kbuild=$(apt_depends "$suite" "$headers" 'linux-kbuild-') || return 1
	rel=${headers#linux-headers-}
	# Newer packages keep the image and the modules in others.
	split=$(apt_suite "$suite" apt-cache show --no-all-versions "$image" | sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed 's/^ *//; s/ .*//' | grep -E '^linux-(base|binary|modules)-[0-9]' || true)
	# shellcheck disable=SC2086
	with_progress "fetching kernel $rel" \
		apt_unpack "$suite" "$dir" "$image" "$headers" "$common" "$kbuild" $split || return 1
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

# kernel_source: prints the directory of the unpacked Linux 6.12 source, from
# which the own kernels are built and checkpatch and kernel-doc are taken.
kernel_source()
{
	local dir

	dir=$(cached source/linux-6.12 "$(key "$(declare -f kernel_source_fill)")" kernel_source_fill) || return 1
	echo "$dir"/linux-source-6.12
}

kernel_source_fill()
{
	local dir=$1 tar=/usr/src/linux-source-6.12.tar.xz

	if [ ! -f "$tar" ]; then
		with_progress "fetching the Linux 6.12 source" apt_unpack bookworm "$dir/deb" linux-source-6.12 || return 1
		tar=$dir/deb/usr/src/linux-source-6.12.tar.xz
	fi
	with_progress "unpacking the Linux 6.12 source" tar -C "$dir" -xJf "$tar" || return 1
	rm -rf "$dir/deb"
}

# kernel_built um|debug: prints the build directory of an own kernel: um is for
# KUnit, debug for virtual machines; both with KASAN, lockdep, kmemleak, UBSAN.
# Laid out like kernel_stock.
kernel_built()
{
	local c=$TOP/selftests/vm/config frags source

	case $1 in
	um) frags="$c/base.config $c/um.config $c/san.config" ;;
	debug) frags="$c/base.config $c/x86.config $c/san.config" ;;
	*) die "no such kernel: $1" ;;
	esac
	source=$(kernel_source) || return 1
	# shellcheck disable=SC2086
	cached "kernel/$1" "$(key "$(declare -f kernel_built_fill)" "$source" "$(gcc -dumpfullversion)" $frags)" \
		kernel_built_fill "$1" "$source" $frags
}

kernel_built_fill()
{
	local dir=$1 name=$2 source=$3 arch=x86_64 rel

	shift 3
	[ "$name" != um ] || arch=um
	mkdir -p "$dir/kdir"
	cat "$@" >"$dir/fragment"
	make -s -C "$source" "ARCH=$arch" "O=$dir/kdir" "KCONFIG_ALLCONFIG=$dir/fragment" allnoconfig >/dev/null || return 1
	if grep -vxFf "$dir/kdir/.config" "$dir/fragment" >"$dir/rejected"; then
		echo "the kernel configuration did not take:"
		cat "$dir/rejected"
		return 1
	fi
	with_progress "building the $name kernel" \
		nice make -s -C "$source" "ARCH=$arch" "O=$dir/kdir" "-j$(nproc)" all || return 1
	rel=$(cat "$dir/kdir/include/config/kernel.release")
	echo "$rel" >"$dir/release"
	mkdir -p "$dir/boot" "$dir/lib/modules/$rel"
	if [ "$name" = um ]; then
		mv "$dir/kdir/linux" "$dir/boot/linux"
	else
		cp "$dir/kdir/arch/x86/boot/bzImage" "$dir/boot/vmlinuz"
		cp "$dir/kdir/modules.builtin" "$dir/kdir/modules.builtin.modinfo" "$dir/kdir/modules.order" "$dir/lib/modules/$rel/"
		depmod -b "$dir" "$rel" || return 1
	fi
	# Modules need the headers, scripts and Module.symvers, not the objects.
	find "$dir/kdir" -name scripts -prune -o -path "$dir/kdir/tools" -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o -name 'vmlinux*' \) -type f ! -name 'vmlinux.lds' -print0 |
		xargs -0 rm -f
}
