# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of the packages in a chroot share.

fail()
{
	echo "FAIL: $*"
	exit 1
}

# is FILE WHAT: its mode, owner and group.
is()
{
	[ "$(stat -c '%a %U %G' "$1")" = "$2" ] || fail "$1 is $(stat -c '%a %U %G' "$1"), not $2"
}

# quietly CMD...: what it says is for who wonders why it failed.
quietly()
{
	"$@" >/tmp/quietly.log 2>&1 || {
		cat /tmp/quietly.log
		fail "$1 $2"
	}
}

# What package managers and their helpers keep of each package anyway, caches and logs.
files()
{
	find / -xdev \( -path /tmp -o -path /mnt -o -path /var/lib/dpkg -o -path /root/.rpmdb -o -path /var/cache \
		-o -path /var/log/apt -o -path /var/lib/apt -o -path /var/lib/systemd/deb-systemd-helper-enabled \
		-o -path /var/lib/systemd/deb-systemd-helper-masked -o -path /run \) -prune -o \
		-print | grep -vE '^/etc/(passwd|group|shadow|gshadow|\.pwd\.lock|subuid|subgid)-?$|/modules\.[a-z.]+$|/var/log/dpkg.log$' | sort
}

# releases: the kernels that have headers here.
releases()
{
	local build

	for build in /lib/modules/*/build; do
		basename "${build%/build}"
	done
}

# module_of RELEASE: where its nts.ko is.
module_of()
{
	find "/lib/modules/$1/updates" -name 'nts.ko*' 2>/dev/null
}

# What a service needs that a package brings, whichever kind of package.
is_service()
{
	getent passwd ntsd | grep -q ':[/a-z]*/nologin$' || fail "no user ntsd: $(getent passwd ntsd)"
	is /etc/ntsd '755 root root'
	is /etc/ntsd/ntsd.conf '644 root root'
	is /var/lib/ntsd '750 ntsd ntsd'
	is /var/log/ntsd '755 ntsd ntsd'
	is /etc/logrotate.d/ntsd '644 root root'
	[ "$(ntsd --version) $(ntsctl --version)" = "ntsd 0.0.1 ntsctl 0.0.1" ] || fail "$(ntsd --version)"
	ntsd --check || fail "the configuration that comes with it"
	quietly logrotate -d /etc/logrotate.d/ntsd
	quietly systemd-analyze --man=no verify ntsd.service ntsd-metrics.service
	! grep ntsd /tmp/quietly.log || fail "the unit"
}

# Signed and for the kernel below which it lies, for each that has headers, which are two.
is_built()
{
	local rel ko count=0

	for rel in $(releases); do
		ko=$(module_of "$rel")
		[ -n "$ko" ] || fail "no module for $rel"
		case $(modinfo -F vermagic "$ko") in
		"$rel "*) ;;
		*) fail "$ko is for $(modinfo -F vermagic "$ko")" ;;
		esac
		ntsd-mok verify "$ko" || fail "the signature"
		count=$((count + 1))
	done
	[ "$count" -ge 2 ] || fail "$count kernels have headers here, not two"
}
