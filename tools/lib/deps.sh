# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The one list of packages this tree needs, by purpose, and how they get here.
# Needs common.sh. deps_missing reads the lists by name.
# shellcheck disable=SC2034

# To build the module, the daemon and the tool.
DEPS_BUILD="gcc make libc6-dev binutils pkg-config bc bison flex python3 python3-yaml libelf-dev dwarves xz-utils
	libwolfssl-dev libnl-3-dev libnl-genl-3-dev libcap-ng-dev libseccomp-dev libsystemd-dev libjson-c-dev
	libmicrohttpd-dev"
# To build the packages of Debian.
DEPS_DEB="build-essential dpkg-dev debhelper dh-dkms"
# To boot virtual machines and make their roots.
DEPS_VM="qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs cpio kmod zstd gzip openssl
	mount iproute2 util-linux procps"
# For all tests.
DEPS_CHECK="clang llvm libclang-rt-14-dev sparse shellcheck codespell perl git libasan8 libubsan1 chrony nettle-dev
	$DEPS_DEB lintian rpm rpmlint zsh bash-completion"
# For a service on this machine instead of a virtual one.
DEPS_HOST="dkms openssl"

# deps_missing NAME...: prints the packages of the lists (build, deb, vm, check, host) that are not installed.
deps_missing()
{
	local list var pkg

	for list in "$@"; do
		var=DEPS_${list^^}
		for pkg in ${!var}; do
			dpkg-query -W -f '${Status}' "$pkg" 2>/dev/null | grep -q ' installed$' || printf '%s\n' "$pkg"
		done
	done | sort -u
}

# deps_install NAME...: installs what is missing from these lists.
deps_install()
{
	local missing

	command -v dpkg-query >/dev/null || die "this needs a Debian or Ubuntu system"
	mapfile -t missing < <(deps_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || die "these packages are missing and only root can install them: ${missing[*]}"
	need_space /usr 2500
	export DEBIAN_FRONTEND=noninteractive
	with_progress "reading the package lists" apt-get -q -o DPkg::Lock::Timeout=300 update ||
		die "apt-get update failed: no network, or a broken package source"
	# A daemon that comes along must not start serving on this machine.
	with_progress "installing ${#missing[@]} packages" deps_apt "${missing[@]}" ||
		die "could not install: ${missing[*]}"
}

deps_apt()
{
	local policy=/usr/sbin/policy-rc.d made='' rc=0

	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1
	fi
	apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install --no-install-recommends "$@" || rc=$?
	[ -z "$made" ] || rm -f "$policy"
	return "$rc"
}

# deps_release: ID and VERSION_ID of this system, say "debian 12".
deps_release()
{
	[ "$(uname -sm)" = "Linux x86_64" ] || die "needs Linux on x86-64, this is $(uname -sm)"
	[ -r /etc/os-release ] || die "needs Debian 12 or 13 or Ubuntu 24.04: there is no /etc/os-release"
	printf '%s %s\n' "$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')" \
		"$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')"
}

# deps_system: refuses a machine on which none of this can work, in plain words.
deps_system()
{
	local release

	release=$(deps_release) || exit 1
	case $release in
	"debian 12") ;;
	*) die "works on Debian 12, this is ${release:-unknown}" ;;
	esac
}
