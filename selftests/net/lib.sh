# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the system tests share: namespaces, daemons, polling, KTAP.
#
# A test sources this first.  All that it makes carries its pid and is gone
# when it ends.  NTS_SERVER=chronyd puts a real chronyd in ntsd's place: how
# the tests themselves are tried.  NTS_FASTPATH="e1 e2" has servers take the
# fast path by these devices.

set -eu
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PY=/usr/bin/python3
PREFIX=nts-test-$$
WORK=$(mktemp -d /tmp/nts-test.XXXXXX)
NTS_SERVER=${NTS_SERVER:-ntsd}
NTS_FASTPATH=${NTS_FASTPATH:-}
CA=$WORK/certs/ca.crt
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1 PATH=$PATH:/usr/sbin:/sbin
export PYTHONPATH=$HERE CA PREFIX WORK NTS_SERVER NTS_FASTPATH

# ---- KTAP ---------------------------------------------------------------

KTAP_DONE=0
KTAP_FAILED=0

ktap_plan() { echo "KTAP version 1"; echo "1..$1"; }
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

ktap_result() {
	KTAP_DONE=$((KTAP_DONE + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $KTAP_DONE $2"
	else
		KTAP_FAILED=$((KTAP_FAILED + 1))
		echo "not ok $KTAP_DONE $2"
	fi
}

# ktap_case FUNCTION [ARG...]: FUNCTION, under set -e in a subshell, is a case
# named after it and its arguments.  fail TEXT ends it.
ktap_case() {
	local name rc
	name=$(printf '%s' "$*" | tr -c 'A-Za-z0-9_.' _)
	set +e
	(
		set -e
		trap - EXIT
		"$@"
	)
	rc=$?
	set -e
	ktap_result "$rc" "${name#t_}"
}

fail() { diag "FAIL: $*"; exit 1; }
ktap_end() { [ "$KTAP_FAILED" -eq 0 ] || exit 1; exit 0; }

# ---- waiting ------------------------------------------------------------

# uptime: whole seconds by a clock that no test sets, as $SECONDS is not.
uptime() {
	local up
	read -r up _ </proc/uptime
	echo "${up%.*}"
}

# sanitizing: in a kernel that checks itself, and is many times slower for it.
sanitizing() { grep -qw kasan_report /proc/kallsyms; }

# wait_for SECONDS WHAT COMMAND...: polls COMMAND; fails with WHAT.
wait_for() {
	local seconds=$1 what=$2 end
	shift 2
	end=$(($(uptime) + seconds + 1))
	until "$@" >"$WORK/wait.out" 2>&1; do
		if [ "$(uptime)" -ge "$end" ]; then
			diag "no '$what' in $seconds s; last output:"
			diag "$(tail -n 5 "$WORK/wait.out")"
			return 1
		fi
		sleep 0.1
	done
}

# ---- namespaces ---------------------------------------------------------

ns() { echo "$PREFIX-$1"; }

# ns_add NAME [ADDR]: a namespace where ntp.test is ADDR.
ns_add() {
	ip netns add "$(ns "$1")"
	ip -n "$(ns "$1")" link set lo up
	mkdir -p "/etc/netns/$(ns "$1")"
	{
		echo "127.0.0.1 localhost"
		echo "${2:-10.9.1.1} ntp.test"
	} >"/etc/netns/$(ns "$1")/hosts"
}

# ns_link SERVER CLIENT N: a veth pair, 10.9.N.1 fd09:N::1 fe80::1 on eN of
# SERVER, .2 ::2 fe80::2 on eN of CLIENT.
ns_link() {
	local side=1 one
	ip link add "v$$s$3" netns "$(ns "$1")" type veth \
		peer name "v$$c$3" netns "$(ns "$2")"
	for one in "$1 v$$s$3" "$2 v$$c$3"; do
		# shellcheck disable=SC2086 # two words each
		set -- $one "$3"
		ip -n "$(ns "$1")" link set "$2" name "e$3" addrgenmode none
		ip -n "$(ns "$1")" addr add "10.9.$3.$side/24" dev "e$3"
		ip -n "$(ns "$1")" addr add "fd09:$3::$side/64" dev "e$3" nodad
		ip -n "$(ns "$1")" addr add "fe80::$side/64" dev "e$3" nodad
		ip -n "$(ns "$1")" link set "e$3" up
		side=2
	done
}

# in_ns NAME COMMAND...: in a namespace; - is where the test runs.
in_ns() {
	local name=$1
	shift
	if [ "$name" = - ]; then
		"$@"
	else
		ip netns exec "$(ns "$name")" "$@"
	fi
}

# ---- processes ----------------------------------------------------------

# spawn NAME NS COMMAND...: in the background, output to $WORK/NAME.log.
spawn() {
	local name=$1 run=()
	[ "$2" = - ] || run=(ip netns exec "$(ns "$2")")
	shift 2
	setsid "${run[@]}" "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
	echo $! >"$WORK/$name.pid"
	disown
}

pid_of() { cat "$WORK/$1.pid"; }
alive() { grep -q '^State:[[:space:]]*[^ZX]' "/proc/$(pid_of "$1")/status" 2>/dev/null; }
log_has() { grep -q -- "$2" "$WORK/$1.log"; }

# halt NAME [SIGNAL]: ends a spawned process with its group, and waits.
halt() {
	local pid
	[ -s "$WORK/$1.pid" ] || return 0
	pid=$(pid_of "$1")
	kill -"${2:-TERM}" -- "-$pid" 2>/dev/null || true
	for _ in $(seq 50); do
		alive "$1" || break
		sleep 0.1
	done
	kill -KILL -- "-$pid" 2>/dev/null || true
	rm -f "$WORK/$1.pid"
}

cleanup() {
	local rc=$? one
	trap - EXIT INT TERM
	set +e
	if [ "$rc" -ne 0 ] || [ -n "${NTS_LOGS:-}" ]; then
		for one in "$WORK"/*.log; do
			[ -s "$one" ] || continue
			diag "---- $(basename "$one"), its last lines"
			diag "$(tail -n 15 "$one")"
		done
	fi
	for one in "$WORK"/*.pid; do
		[ -e "$one" ] && halt "$(basename "$one" .pid)" KILL
	done
	for one in /run/netns/"$PREFIX"-*; do
		[ -e "$one" ] && ip netns del "$(basename "$one")"
	done
	rm -rf /etc/netns/"$PREFIX"-* "/etc/modprobe.d/$PREFIX.conf" "$WORK"
	exit "$rc"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# ---- the newer Debian ---------------------------------------------------

# What runs "$@" there, with $WORK and the namespace's /etc/hosts; spawn takes
# it as: sh -euc "$TRIXIE" sh COMMAND...  Needs the guest's --clients.
# shellcheck disable=SC2016 # expanded over there
TRIXIE='
	root=/opt/trixie
	mount --bind /etc/hosts $root/etc/hosts
	mount -t proc proc $root/proc
	mount --bind /dev $root/dev
	mount -t tmpfs tmpfs $root/run
	mount -t tmpfs tmpfs $root/tmp
	mkdir "$root$WORK"
	mount --bind "$WORK" "$root$WORK"
	exec chroot $root "$@"'

# in_trixie NS COMMAND...
in_trixie() {
	local where=$1
	shift
	in_ns "$where" unshare -m sh -euc "$TRIXIE" sh "$@"
}

# ---- servers and clients ------------------------------------------------

# certs KIND...: certificates in $WORK/certs.
certs() {
	mkdir -p "$WORK/certs"
	"$PY" "$HERE/oracle/certs.py" "$WORK/certs" "$@"
	chmod 755 "$WORK" "$WORK/certs"
	if getent passwd ntsd >/dev/null; then
		chown ntsd: "$WORK"/certs/*.key
	fi
}

# nts_conf NAME <CONF: completed; without allow or deny it is for everybody.
nts_conf() {
	local name=$1 conf
	conf=$(cat)
	mkdir -p "$WORK/$name"
	if [ "$NTS_SERVER" = ntsd ]; then
		chown ntsd: "$WORK/$name"
	fi
	chmod 700 "$WORK/$name"
	echo "ntsdumpdir $WORK/$name"
	echo "pidfile $WORK/$name/pid"
	if [ "$NTS_SERVER" = chronyd ]; then
		echo "cmdport 0"
		echo "bindcmdaddress $WORK/$name/sock"
		echo "user root"
	fi
	printf '%s\n' "$conf"
	grep -Eq '^(allow|deny)' <<<"$conf" || echo "allow all"
	[ "$NTS_SERVER" = chronyd ] || for one in $NTS_FASTPATH; do echo "fastpath $one"; done
}

# server NAME NS <CONF: a configured ntsd, answering when this returns.
server() {
	nts_conf "$1" >"$WORK/$1.conf"
	server_again "$1" "$2"
}

# server_again NAME NS: starts it (again) with the configuration it has.
server_again() {
	if [ "$NTS_SERVER" = chronyd ]; then
		spawn "$1" "$2" chronyd -x -d -f "$WORK/$1.conf"
	else
		spawn "$1" "$2" ntsd -d -f "$WORK/$1.conf"
	fi
	wait_for 20 "$1 listens" listens "$1" "$2"
}

listens() {
	alive "$1" || return 1
	in_ns "$2" ss -Hltn "sport = :$(conf_of "$1" ntsport 4460)" | grep -q .
}

conf_of() { awk -v k="$2" -v d="$3" '$1 == k { d = $2 } END { print d }' "$WORK/$1.conf"; }

# certpair KIND: the two lines of configuration.
certpair() {
	echo "ntsservercert $WORK/certs/$1.crt"
	echo "ntsserverkey $WORK/certs/$1.key"
}

# module_load: the module, where ntsd is what is tested.
module_load() {
	[ "$NTS_SERVER" = ntsd ] || return 0
	[ -d /sys/module/nts ] || modprobe nts
}

# module_unload: the module with all that it does.
module_unload() { [ ! -d /sys/module/nts ] || rmmod nts; }

# no_autoload: from now on only an explicit modprobe brings the module, not a
# program that asks for the netlink family.
no_autoload() {
	mkdir -p /etc/modprobe.d
	echo "blacklist nts" >"/etc/modprobe.d/$PREFIX.conf"
}

# oracle NS SCRIPT [ARG...]: a python test in NS; it prints its own KTAP.
oracle() {
	local where=$1 script=$2
	shift 2
	in_ns "$where" "$PY" "$HERE/$script" "$@"
}

# oracle_client VERB...: see oracle/client.py; in namespace c.
oracle_client() { in_ns c "$PY" -m oracle.client "$@"; }
