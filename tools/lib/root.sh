# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Root file systems of the guests, as ext4 images in the cache.
# Needs common.sh and apt.sh.

ROOT_BOOKWORM="libwolfssl35 libnl-3-200 libnl-genl-3-200 libcap-ng0 libcap2-bin libseccomp2 libsystemd0 libjson-c5 libmicrohttpd12
	chrony gnutls-bin openssl ca-certificates iproute2 iputils-ping tcpdump ethtool iptables nftables netcat-openbsd
	python3-minimal python3 python3-openssl python3-cryptography procps psmisc kmod util-linux strace libasan8 libubsan1"
ROOT_TRIXIE="chrony ca-certificates iproute2 procps python3-minimal python3 python3-ntp libcap2 libssl3t64 libbsd0
	netbase tzdata"
# Time daemons conflict with each other as packages; these are only unpacked.
ROOT_TRIXIE_UNPACKED="ntpsec ntpd-rs"

# root_image bookworm|trixie: prints the path of the image.
root_image()
{
	local pkgs dir

	case $1 in
	bookworm) pkgs=$ROOT_BOOKWORM ;;
	trixie) pkgs="$ROOT_TRIXIE $ROOT_TRIXIE_UNPACKED" ;;
	*) die "no such guest root: $1" ;;
	esac
	dir=$(cached "root/$1" "$(key "$(declare -f root_fill root_finish root_mkimage)" "$pkgs")" root_fill "$1" "$pkgs") || return 1
	printf '%s\n' "$dir/root.img"
}

root_fill()
{
	local dir=$1 suite=$2 pkgs=$3 list unpacked='' pkg

	need_root
	if [ "$suite" = trixie ]; then
		unpacked=$ROOT_TRIXIE_UNPACKED
		pkgs=${pkgs%"$unpacked"}
	fi
	# shellcheck disable=SC2086
	list=$(echo $pkgs | tr ' ' ,)
	apt_sources "$suite" | grep -v backports >"$dir/sources.list" || return 1
	with_progress "making the $suite guest root" \
		mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--include="$list" "$suite" "$dir/root" "$dir/sources.list" || return 1
	for pkg in $unpacked; do
		apt_unpack "$suite" "$dir/root" "$pkg" || return 1
		chroot "$dir/root" useradd --system --user-group --no-create-home --home-dir /nonexistent "$pkg" || return 1
	done
	root_finish "$dir/root" || return 1
	root_mkimage "$dir/root" "$dir/root.img" || return 1
	rm -rf "$dir/root"
}

# What every guest expects to find, whatever the suite.
root_finish()
{
	local root=$1

	rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root/usr/share/doc"
	mkdir -p "$root"/mnt/{src,share,job} "$root/opt/trixie" "$root/lib/modules" "$root/usr/lib/modules"
	rm -f "$root/etc/resolv.conf" "$root/etc/mtab"
	ln -s /proc/mounts "$root/etc/mtab"
	echo guest >"$root/etc/hostname"
	printf '127.0.0.1\tlocalhost guest\n::1\tlocalhost\n' >"$root/etc/hosts"
	chroot "$root" useradd --system --user-group --home-dir /var/lib/ntsd --no-create-home \
		--shell /usr/sbin/nologin ntsd || return 1
	mkdir -p "$root/etc/ntsd"
	chroot "$root" install -d -o ntsd -g ntsd -m 0750 /var/lib/ntsd
}

# root_mkimage DIR IMAGE: a read-only ext4 image of the directory; what shall be
# memory of a guest has to be a multiple of 2 MiB.
root_mkimage()
{
	local kib

	kib=$(du -sk "$1" | cut -f1)
	mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 -E root_owner=0:0 -d "$1" "$2" \
		$(((kib + kib / 6 + 16384) / 2048 * 2048))k
}
