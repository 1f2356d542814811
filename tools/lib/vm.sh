# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The parts of a guest boot: accelerator, initrd, module tree, console judge.
# Needs common.sh, apt.sh and kernel.sh.

# Beyond what is built in: what initrd-init needs to reach the root.
VM_MODULES="nfit nd_pmem virtio_pci virtio_blk virtio_console crc32c_generic ext4 overlay 9pnet_virtio 9p"

# vm_accel: "kvm" when a guest really runs under it here, else "tcg". A device
# node alone proves nothing, so a boot sector has to write to the debug port.
vm_accel()
{
	local memo img rc=0

	memo=/run/ntsd-accel-$(id -u)
	[ -w /run ] || memo=$NTSD_CACHE/accel
	if [ ! -s "$memo" ] || [ -n "$(find "$memo" -mmin +1440)" ]; then
		echo tcg >"$memo.$$"
		if [ -w /dev/kvm ]; then
			img=$(mktemp)
			# mov al,42; mov dx,0x501; out dx,al; hlt
			printf '\xb0\x2a\xba\x01\x05\xee\xf4%503s\x55\xaa' '' >"$img"
			timeout 5 qemu-system-x86_64 -accel kvm -cpu host -display none -nodefaults -no-reboot \
				-device isa-debug-exit,iobase=0x501,iosize=1 -m 32M \
				-drive "file=$img,format=raw,if=ide" </dev/null >/dev/null 2>&1 || rc=$?
			[ "$rc" != 85 ] || echo kvm >"$memo.$$"
			rm -f "$img"
		fi
		mv "$memo.$$" "$memo"
	fi
	cat "$memo"
}

# vm_initrd KERNELDIR: prints the path of the initrd for that kernel.
vm_initrd()
{
	local dir

	dir=$(cached "initrd/$(basename "$1")" "$(key "$(declare -f vm_initrd_fill)" "$VM_MODULES" "$1" \
		"$TOP/selftests/vm/initrd-init")" vm_initrd_fill "$1") || return 1
	printf '%s\n' "$dir/initrd.gz"
}

vm_initrd_fill()
{
	local dir=$1 kdir=$2 rel m ko base t=$1/tree

	rel=$(cat "$kdir/release")
	mkdir -p "$t"/{bin,modules,dev,proc,sys,new,rw,lower,etc}
	apt_unpack bookworm "$dir/busybox" busybox-static || return 1
	cp "$dir"/busybox/bin/busybox "$t/bin/busybox" || return 1
	ln -s busybox "$t/bin/sh"
	cp "$TOP/selftests/vm/initrd-init" "$t/init"
	chmod 755 "$t/init"
	: >"$t/modules/order"
	for m in $VM_MODULES; do
		modprobe -q -d "$kdir" -S "$rel" --show-depends "$m" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | awk '!seen[$0]++' >"$dir/list"
	while read -r ko; do
		base=$(basename "$ko")
		case $base in
		*.xz) base=${base%.xz} && xz -dc "$ko" >"$t/modules/$base" ;;
		*.zst) base=${base%.zst} && zstd -qdc "$ko" >"$t/modules/$base" ;;
		*) cp "$ko" "$t/modules/$base" ;;
		esac || return 1
		echo "$base" >>"$t/modules/order"
	done <"$dir/list"
	(cd "$t" && find . | cpio -o -H newc --quiet | gzip -1) >"$dir/initrd.gz" || return 1
	rm -rf "$t" "$dir/busybox"
}

# vm_modules KERNELDIR MODIR: prints a directory to serve as /lib/modules: the
# kernel's own modules and every *.ko of MODIR in updates/.
vm_modules()
{
	local kos=()

	[ ! -d "$2" ] || mapfile -t kos < <(find "$2" -maxdepth 1 -name '*.ko' | sort)
	if [ "${#kos[@]}" = 0 ]; then
		printf '%s\n' "$1/lib/modules"
		return
	fi
	cached "modules/$(basename "$1")-$(key "$2")" "$(key "${kos[@]}" "${kos[*]}")" vm_modules_fill "$1" "${kos[@]}" || return 1
}

vm_modules_fill()
{
	local dir=$1 kdir=$2 rel t=$1.tree

	shift 2
	rel=$(cat "$kdir/release")
	rm -rf "$t"
	mkdir -p "$t/lib"
	cp -al "$kdir/lib/modules" "$t/lib/modules" || return 1
	rm -f "$t/lib/modules/$rel"/modules.{dep,alias,symbols,softdep,devname}*
	for f in "$kdir/lib/modules/$rel"/modules.{builtin,order}*; do
		[ ! -f "$f" ] || cp --remove-destination "$f" "$t/lib/modules/$rel/"
	done
	mkdir -p "$t/lib/modules/$rel/updates"
	cp "$@" "$t/lib/modules/$rel/updates/" || return 1
	depmod -b "$t" "$rel" || return 1
	mv "$t/lib/modules/$rel" "$dir/$rel" || return 1
	rm -rf "$t"
}

# vm_splats FILE...: prints what the kernel reported about itself; status 0 when there is something.
vm_splats()
{
	grep -aE -A 25 -m 3 "$VM_SPLAT" "$@" | cut -c1-200
	return "${PIPESTATUS[0]}"
}

VM_SPLAT='(BUG: |WARNING: (CPU|possible|suspicious|inconsistent|bad|at |held|Nested)|KASAN: |KCSAN: |UBSAN: |(^|[^a-zA-Z])Oops(:| -)|kernel BUG at|Kernel panic|INFO: (task|rcu_)|rcu: INFO: |unreferenced object|DEBUG_LOCKS_WARN|refcount_t:|ODEBUG: |list_(add|del) corruption|general protection fault|Unable to handle|unregister_netdevice: waiting|Objects remaining|still has [0-9]+ references|leaked reference|page allocation failure|Bad page state)'
