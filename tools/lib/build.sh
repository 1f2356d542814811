# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Building in the checkout, as its owner and one build at a time.
# Needs common.sh and kernel.sh.

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
	build_locked build_guest_make "$1" "$kdir"
}

build_guest_make()
{
	as_owner make -C "$TOP" -s ntsd ntsctl </dev/null &&
		as_owner make -C "$TOP" -s modules "KDIR=$2" "MO=build/guest/$1" </dev/null
}

# build_kunit: the module and its KUnit modules for User Mode Linux.
build_kunit()
{
	local kdir

	kdir=$(kernel_kdir um) || return 1
	build_locked as_owner make -C "$TOP" -s modules "KDIR=$kdir" MO=build/guest/um ARCH=um NTS_KUNIT=1 </dev/null
}
