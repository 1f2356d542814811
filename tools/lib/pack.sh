# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Roots of whole systems, with systemd as PID 1 and what DKMS needs, to install
# packages in: as a chroot and as a virtual machine.
# Needs common.sh, apt.sh, kernel.sh, root.sh and vm.sh.

# What a small server has; the last is what must give way to ntsd.
PACK_BASE="systemd systemd-sysv udev dbus kmod iproute2 procps ca-certificates logrotate dkms gcc make
	python3 python3-openssl python3-cryptography openssl systemd-timesyncd"
# Of the kernel's own modules: what the guest needs, and what nts does.
PACK_MODULES="$VM_MODULES virtio_net virtio_rng veth dummy udp_tunnel ip6_udp_tunnel ptp nf_tables nft_compat
	x_tables autofs4 efivarfs configfs fuse"
# Of Debian 12, what rpm needs to install packages there that PACK_BASE does not bring.
PACK_RPM="rpm rpm-common librpm9 librpmio9 liblua5.3-0 libsqlite3-0"

# pack_suite 12|13: the suite, and a second kernel whose headers are there.
pack_suite()
{
	case $1 in
	12) echo bookworm bookworm linux-headers-6.12-amd64 ;;
	13) echo trixie trixie-backports linux-headers-amd64 ;;
	*) die "no such release: $1 (12 or 13)" ;;
	esac
}

# pack_depends DEB...: the packages of the archive that these depend on.
pack_depends()
{
	local deb

	for deb in "$@"; do
		dpkg-deb -f "$deb" Depends
	done | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g' | grep -vE '^(nts-dkms|dkms|)$' | sort -u
}

# pack_root 12|13 DEB...: prints a directory with root.img, an image of a system
# that has what these packages depend on; kernel/ as kernel_stock has it, with
# the modules a guest needs.
pack_root()
{
	local release=$1 pkgs

	shift
	pkgs="$PACK_BASE $(pack_depends "$@" | tr '\n' ' ')"
	cached "root/pack-$release" "$(key "$(declare -f pack_root_fill pack_kernel pack_suite root_mkimage)" \
		"$pkgs" "$PACK_MODULES")" pack_root_fill "$release" "$pkgs"
}

pack_root_fill()
{
	local dir=$1 release=$2 pkgs=$3 suite second meta headers list root=$1/root

	need_root
	read -r suite second meta <<<"$(pack_suite "$release")"
	headers=$(apt_depends "$second" "$meta" 'linux-headers-[0-9]') || return 1
	# shellcheck disable=SC2086
	list=$(echo $pkgs linux-headers-amd64 "$headers" | tr ' ' ,)
	apt_sources "$suite" >"$dir/sources.list" || return 1
	with_progress "making a Debian $release with systemd and DKMS" \
		mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--include="$list" "$suite" "$root" "$dir/sources.list" || return 1
	# The kernel of the guest is the one of the release, not the second.
	pack_kernel "$dir/debian-$release" "$suite" "$root" || return 1
	ln -s "debian-$release" "$dir/kernel"

	rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
	mkdir -p "$root"/mnt/{src,share,job}
	echo guest >"$root/etc/hostname"
	printf '127.0.0.1\tlocalhost guest\n::1\tlocalhost\n' >"$root/etc/hosts"
	: >"$root/etc/fstab"
	# No first boot, after which all units would be preset, and no update of what is there.
	: >"$root/etc/machine-id"
	touch "$root"/{etc,var}/.updated
	# The job of the guest is a service like others.
	cat >"$root/etc/systemd/system/guest-job.service" <<-EOF
		[Unit]
		Description=The command this guest was booted for
		After=multi-user.target
		ConditionPathExists=/mnt/job/guest-init
		[Service]
		Type=simple
		ExecStart=/bin/bash /mnt/job/guest-init
		StandardOutput=journal+console
		[Install]
		WantedBy=multi-user.target
	EOF
	sed -i 's/^After=.*/After=basic.target systemd-user-sessions.service/' "$root/etc/systemd/system/guest-job.service"
	chroot "$root" systemctl -q enable guest-job.service || return 1
	chroot "$root" systemctl -q mask getty.target console-getty.service systemd-firstboot.service \
		apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer || return 1
	root_mkimage "$root" "$dir/root.img" || return 1
	# As memory of a guest it has whole large pages.
	truncate -s %2M "$dir/root.img"
	rm -rf "$root"
}

# pack_kernel DIR SUITE ROOT: the kernel whose headers the suite's meta package
# brought, in DIR, and its modules in ROOT, those of PACK_MODULES alone: to
# list all takes an emulated machine minutes.
pack_kernel()
{
	local dir=$1 suite=$2 root=$3 headers rel image m ko

	headers=$(apt_depends "$suite" linux-headers-amd64 'linux-headers-[0-9]') || return 1
	rel=${headers#linux-headers-}
	# Its lib/modules/$rel/build points to a place of this machine, where nothing need be.
	[ -d "$root/usr/src/$headers" ] || { echo "no headers of $rel in the root" && return 1; }
	image=linux-image-$rel
	mkdir -p "$dir"
	with_progress "fetching kernel $rel" apt_unpack "$suite" "$dir/all" "$image" || return 1
	[ -d "$dir/all/lib/modules" ] || mv "$dir/all/usr/lib" "$dir/all/lib" || return 1
	depmod -b "$dir/all" "$rel" || return 1
	mkdir -p "$dir/boot" "$dir/lib/modules/$rel"
	cp "$dir/all/boot/vmlinuz-$rel" "$dir/boot/vmlinuz" || return 1
	for m in $PACK_MODULES; do
		modprobe -q -d "$dir/all" -S "$rel" --show-depends "$m" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | sort -u >"$dir/list"
	while read -r ko; do
		m=${ko#"$dir/all/lib/modules/$rel/"}
		install -D -m 0644 "$ko" "$dir/lib/modules/$rel/$m" || return 1
	done <"$dir/list"
	cp "$dir/all/lib/modules/$rel"/modules.{builtin,builtin.modinfo,order} "$dir/lib/modules/$rel/" || return 1
	depmod -b "$dir" "$rel" || return 1
	cp -r "$dir/lib/modules/$rel/." "$root/lib/modules/$rel/" || return 1
	echo "$rel" >"$dir/release"
	rm -rf "$dir/all"
}

# pack_rpm: prints a directory with the Debian packages of rpm, to unpack in a pack_root.
pack_rpm()
{
	cached root/pack-rpm "$(key "$(declare -f pack_rpm_fill)" "$PACK_RPM")" pack_rpm_fill
}

pack_rpm_fill()
{
	# shellcheck disable=SC2086
	(cd "$1" && with_progress "fetching rpm" apt_suite bookworm apt-get -q download $PACK_RPM)
}

# pack_chroot ROOTDIR CMD...: runs CMD as root in the system of pack_root;
# $PACK_SHARE is /mnt/share there. Nothing it changes stays.
pack_chroot()
{
	local image=$1/root.img

	shift
	# shellcheck disable=SC2016
	unshare -m -- /bin/bash -eu -c '
		image=$1 share=$2 top=$3
		shift 3
		work=$(mktemp -d)
		mount -t tmpfs -o size=2G tmpfs "$work"
		mkdir "$work"/{lower,up,work,root}
		mount -o loop,ro,noload "$image" "$work/lower"
		mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/up,workdir=$work/work" root "$work/root"
		for d in proc dev; do
			mount --rbind "/$d" "$work/root/$d"
		done
		mount -t tmpfs tmpfs "$work/root/tmp"
		mount --bind "$share" "$work/root/mnt/share"
		mount --bind -o ro "$top" "$work/root/mnt/src"
		rc=0
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive \
			chroot "$work/root" "$@" || rc=$?
		umount -R -l "$work"
		rmdir "$work"
		exit $rc
	' bash "$image" "$PACK_SHARE" "$TOP" "$@"
}
