# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Servers under the load of the test NIC; sourced after lib.sh and fnic.sh.
#
#   client namespace              server namespace
#  +------------------------+    +------------------------+
#  | c: 10.9.1.2      fnic1 |----| fnic0     s: 10.9.1.1  |
#  +------------------------+    +------------------------+
#
# A --tap of the guest, tap0, is the server's, too.

CLIENTS=4096

serve_begin() {
	ns_add c
	ns_add s
	certs ecdsa ed25519
	no_autoload
	fnic_link s c
	ip -n "$(ns s)" route replace 10.64.0.0/16 via 10.9.1.2 dev fnic0
	# What happened is not asked for, and takes time.
	echo N >/sys/module/fnic/parameters/truth
	if [ -d /sys/class/net/tap0 ]; then
		ip link set tap0 netns "$(ns s)"
		ip -n "$(ns s)" addr add 10.9.8.1/24 dev tap0
		ip -n "$(ns s)" link set tap0 up
		ip -n "$(ns s)" route add 10.77.0.0/16 via 10.9.8.2
	fi
}

serve_end() { fnic_gone; }

# serve SOFTWARE [p256|ed25519]: a server of that in namespace s.
serve() {
	local conf kind=ecdsa
	[ "${2:-p256}" = p256 ] || kind=$2
	conf="$(certpair "$kind")
local stratum 1
allow all"
	case $1 in
	chronyd)
		chronyd_at s s <<<"$conf
ntsdumpdir $WORK/s"
		wait_for 20 "chronyd listens" listens s s
		;;
	nts | nts_fastpath)
		module_load
		NTS_FASTPATH=''
		if [ "$1" = nts_fastpath ]; then
			NTS_FASTPATH=fnic0
			[ -z "$(ip -n "$(ns s)" link show tap0 2>/dev/null)" ] || NTS_FASTPATH+=' tap0'
		fi
		server s s <<<"$conf"
		;;
	esac
	sleep 1
}

stop_all() {
	[ ! -d "$FNIC" ] || echo stop >"$FNIC/fnic1/load"
	halt s
	module_unload
	rm -rf "$WORK/s" "$WORK"/*.log
}

# payloads [KIND]: fills the card with requests to the server; see oracle/replay.py.
payloads() {
	oracle_client save "$WORK/session" >/dev/null
	"$PY" -m oracle.replay fill "$WORK/session" "$@"
}

# replay RATE REQUESTS [SERVER]: what the load says of it is in $REPLAYED.
replay() {
	local ms=$(($2 * 1000 / $1 + 50))
	echo "${3:-$PARTNER} 10.64.0.0 $CLIENTS $1 replay $2" >"$FNIC/fnic1/load"
	# Who asks meanwhile takes the processor from the server.
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	wait_for 60 "$2 requests are sent" sent "$2"
	REPLAYED=$(cat "$FNIC/fnic1/load")
	echo stop >"$FNIC/fnic1/load"
}

sent() {
	REPLAYED=$(cat "$FNIC/fnic1/load")
	[ "$(awk '{ print $4 }' <<<"$REPLAYED")" -ge "$1" ]
}

# turnaround: "count p50 p99 p999 max" of the last replay, in ns.
turnaround() { "$PY" -m oracle.replay turnaround | awk '{ print $2, $4, $6, $8, $10 }'; }

# carries RATE: hardly any request is lost or has to wait for those before.
carries() {
	local took
	replay "$1" 6000
	took=$(turnaround)
	diag "$1/s: $REPLAYED; $took" >&2
	awk -v rate="$1" -v took="$took" '{
		split(took, t, " ")
		exit !($4 * 1e9 / $2 > 0.9 * rate && ($4 - $6) * 1000 < $4 && t[2] < 1e6)
	}' <<<"$REPLAYED"
}

# saturation: the greatest rate that the server carries, to a tenth.
saturation() {
	local rate=4000
	while carries "$rate"; do
		rate=$((rate * 3 / 2))
	done
	rate=$((rate * 10 / 11))
	until carries "$rate"; do
		rate=$((rate * 10 / 11))
	done
	echo "$rate"
}
