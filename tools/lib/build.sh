# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Building in the checkout, as its owner and one build at a time.
# Needs common.sh, deps.sh and kernel.sh.

# as_owner CMD...: under sudo, run as the owner of the checkout, so that
# nothing in it ends up owned by root.
as_owner()
{
	local owner

	owner=$(stat -c %U "$TOP")
	if [ "$(id -u)" = 0 ] && [ "$owner" != root ] && [ "$owner" != UNKNOWN ]; then
		runuser -u "$owner" -- "$@"
	else
		"$@"
	fi
}

# build_locked FUNC ARG...: two makes in one tree would spoil each other's objects.
build_locked()
{
	as_owner mkdir -p "$TOP/build"
	as_owner touch "$TOP/build/.lock"
	(
		flock 9
		"$@" 9>&-
	) 9<"$TOP/build/.lock"
}

# build_guest KERNEL|debug: everything a guest with that kernel needs, in build/.
build_guest()
{
	local kdir

	kdir=$(kernel_kdir "$1") || return 1
	[ "$1" != new ] || build_chroot >/dev/null || return 1
	build_locked build_guest_make "$1" "$kdir" &&
		build_locked build_test_module_make "$1" "$kdir" selftests/fnic fnic
}

build_guest_make()
{
	local root

	as_owner make -C "$TOP" -s ntsd ntsctl ntsd-metrics ntsload </dev/null || return 1
	if [ "$1" = new ]; then
		root=$(build_chroot) || return 1
		# Not as an argument: the kernel's own make would take MO for its variable.
		MO=build/guest/$1 in_chroot "$root" make -C "$TOP" -s modules "KDIR=$2" </dev/null
	else
		as_owner make -C "$TOP" -s modules "KDIR=$2" "MO=build/guest/$1" </dev/null
	fi
}

# build_drift KERNEL|debug: the clocksource of --drift, where guests find modules.
build_drift()
{
	build_test_module "$1" selftests/vm/drift drift
}

# build_test_module KERNEL|debug DIR NAME: NAME.ko of DIR, where guests find modules.
build_test_module()
{
	local kdir

	kdir=$(kernel_kdir "$1") || return 1
	[ "$1" != new ] || build_chroot >/dev/null || return 1
	build_locked build_test_module_make "$1" "$kdir" "$2" "$3"
}

build_test_module_make()
{
	local dir=$TOP/build/guest/$1/$4 ko=$TOP/build/guest/$1/$4.ko sources=$TOP/$3 root

	if [ -f "$ko" ] && [ "$(cat "$dir/kdir" 2>/dev/null)" = "$2" ] &&
		[ -z "$(find "$sources" -newer "$ko")" ]; then
		return
	fi
	as_owner mkdir -p "$dir"
	as_owner cp -p "$sources/Kbuild" "$sources"/*.[ch] "$dir/"
	if [ "$1" = new ]; then
		root=$(build_chroot) || return 1
		in_chroot "$root" make -C "$2" -s "M=$dir" modules </dev/null
	else
		as_owner make -C "$2" -s "M=$dir" modules </dev/null
	fi && as_owner cp "$dir/$4.ko" "$ko" && echo "$2" | as_owner tee "$dir/kdir" >/dev/null
}

# build_kunit: the module and its KUnit modules for User Mode Linux.
build_kunit()
{
	local kdir

	kdir=$(kernel_kdir um) || return 1
	build_locked as_owner make -C "$TOP" -s modules "KDIR=$kdir" MO=build/guest/um ARCH=um NTS_KUNIT=1 </dev/null
}

# To compile for the newest kernel with its suite's compiler, and that suite's packages.
CHROOT_TRIXIE="gcc-14 libelf1t64 kmod $DEPS_BUILD $DEPS_DEB"

# build_chroot: prints the directory of a Debian 13 to compile in.
build_chroot()
{
	local dir

	dir=$(cached root/build-trixie "$(key "$(declare -f build_chroot_fill)" "$CHROOT_TRIXIE")" build_chroot_fill) || return 1
	printf '%s\n' "$dir/root"
}

build_chroot_fill()
{
	local dir=$1 list

	need_root
	# shellcheck disable=SC2086
	list=$(echo $CHROOT_TRIXIE | tr ' ' ,)
	apt_sources trixie | grep -v backports >"$dir/sources.list" || return 1
	with_progress "making a Debian 13 to compile in" \
		mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--include="$list" trixie "$dir/root" "$dir/sources.list"
}

# in_chroot ROOT CMD...: runs CMD below ROOT, as the owner of the checkout, with
# the checkout and the cache at their places; the mounts go when CMD ends.
in_chroot()
{
	local root=$1

	shift
	need_root
	# shellcheck disable=SC2016
	unshare -m -- /bin/sh -eu -c '
		root=$1 top=$2 cache=$3 owner=$4
		shift 4
		for d in /proc /dev "$top" "$cache"; do
			mkdir -p "$root$d"
			mount --rbind "$d" "$root$d"
		done
		exec chroot --userspec="$owner" "$root" "$@"
	' sh "$root" "$TOP" "$NTSD_CACHE" "$(stat -c %u:%g "$TOP")" "$@"
}
