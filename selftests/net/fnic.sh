# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The test NIC (selftests/fnic) between namespaces; sourced after lib.sh.

FNIC=/sys/kernel/debug/fnic
PARTNER=10.9.1.1

# fnic_link SERVER CLIENT [PARAMETER=VALUE...]: a new pair of cards; fnic0 is
# in SERVER, with 10.9.1.1 fd09:1::1, fnic1 in CLIENT, with .2 ::2.
fnic_link() {
	local server=$1 client=$2 side=0 one
	shift 2
	fnic_gone
	modprobe fnic "$@"
	for one in "$server" "$client"; do
		ip link set "fnic$side" netns "$(ns "$one")"
		ip -n "$(ns "$one")" link set "fnic$side" addrgenmode none
		ip -n "$(ns "$one")" addr add "10.9.1.$((side + 1))/24" dev "fnic$side"
		ip -n "$(ns "$one")" addr add "fd09:1::$((side + 1))/64" dev "fnic$side" nodad
		ip -n "$(ns "$one")" link set "fnic$side" up
		side=$((side + 1))
	done
	# The first packet waits for no address.
	in_ns "$client" ping -q -c 1 -W 5 "$PARTNER" >/dev/null
}

fnic_gone() { [ ! -d /sys/kernel/debug/fnic ] || rmmod fnic; }

# fnic_set CARD FILE VALUE; fnic_get CARD FILE
fnic_set() { echo "$3" >"$FNIC/fnic$1/$2"; }
fnic_get() { cat "$FNIC/fnic$1/$2"; }

truth() { "$PY" -m oracle.truth "$@"; }

# ---- chronyd of the newer Debian ----------------------------------------

# chronyd_at NAME NS <CONF: it leaves the clock alone.
chronyd_at() {
	mkdir -p "$WORK/$1"
	chmod 755 "$WORK"
	chmod 700 "$WORK/$1"
	{
		cat
		echo "cmdport 0"
		echo "bindcmdaddress $WORK/$1/sock"
		echo "pidfile $WORK/$1/pid"
		echo "user root"
	} >"$WORK/$1.conf"
	spawn "$1" "$2" unshare -m sh -euc "$TRIXIE" sh chronyd -x -d -f "$WORK/$1.conf"
	wait_for 20 "$1 runs" test -S "$WORK/$1/sock"
}

# chronyc_of NAME COMMAND...
chronyc_of() {
	local name=$1
	shift
	in_trixie - chronyc -h "$WORK/$name/sock" -n -c "$@"
}

# Columns of its ntpdata.
NTPDATA_OFFSET=19 NTPDATA_DELAY=20 NTPDATA_INTERLEAVED=27 NTPDATA_TX=29 NTPDATA_RX=30
NTPDATA_VALID=33 NTPDATA_HW_TX=37 NTPDATA_HW_RX=38
export NTPDATA_OFFSET NTPDATA_DELAY NTPDATA_INTERLEAVED NTPDATA_TX NTPDATA_RX
export NTPDATA_VALID NTPDATA_HW_TX NTPDATA_HW_RX
