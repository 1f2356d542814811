#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What hardware timestamps are good for: ours beside chronyd 4.6.1.
#
# usage: selftests/vm/run --icount --clients -- /mnt/src/selftests/net/hwts_figures.sh \
#          [--runs N] [--only t3|offset|rate] [SOFTWARE...]
#
#   client namespace              server namespace
#  +------------------------+    +------------------------+
#  | c: 10.9.1.2      fnic1 |----| fnic0     s: 10.9.1.1  |
#  |    a clock 35 ppm slow |    | a clock 20 ppm fast    |
#  +------------------------+    +------------------------+
#
# SOFTWARE is nts or chronyd, at both ends, with hwtimestamp *. The wire takes
# 50 us either way and has no jitter. Both namespaces have one CLOCK_REALTIME,
# which nobody sets: the server serves it, the client does not follow. So the
# true offset is 0, and each sample's offset is the error of its four stamps.
#
# One instruction is one nanosecond: what else the machine does is not measured.
#
# A row for each figure of each run, in ns or per second:
#
#   row t3 SOFTWARE count p50 p99           |T3 - real moment of sending|, NTS, basic
#   row t3_plain SOFTWARE count p50 p99     the same without NTS
#   row offset_basic SOFTWARE count rms max         of the client's samples, NTS
#   row offset_interleaved SOFTWARE count rms max
#   row rate SOFTWARE RATE TOP LOST         of requests by 256 interleaved clients:
#             at TOP all is well; at RATE more than 1 of 1000 answers are
#             lost or lack the hardware stamp, or, with LOST next to nothing, that
#             is more than the load can be on the processor it shares with the server
#             nts_fastpath is nts with fastpath fnic0
#   row load SOFTWARE RATE          of that load alone: nobody answers
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"
# shellcheck source-path=SCRIPTDIR source=fnic.sh disable=SC1091
. "$(dirname "$0")/fnic.sh"

SECONDS_EACH=${SECONDS_EACH:-20}        # of a client
runs=5 only=''
while [ $# -gt 0 ]; do
	case $1 in
	--runs) runs=$2 && shift ;;
	--only) only=$2 && shift ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- nts chronyd

row() { echo "row $*"; }

# ---- servers and clients ------------------------------------------------

start_server() {
	local conf
	conf="$(certpair ecdsa)
local stratum 1
allow all
hwtimestamp *"
	if [ "$1" = nts ]; then
		module_load
		NTS_SERVER=ntsd server s s <<<"$conf"
		sleep 3                 # its clocks are measured
	else
		chronyd_at s s <<<"$conf
ntsdumpdir $WORK/s"
		wait_for 20 "chronyd listens" listens s s
		sleep 3
	fi
}

# start_client SOFTWARE [xleave]
start_client() {
	local conf
	conf="server ntp.test nts minpoll -1 maxpoll -1 noselect ${2:-}
ntstrustedcerts $CA
nosystemcert
hwtimestamp *"
	if [ "$1" = nts ]; then
		NTS_CLIENT=ntsd NTS_SERVER=ntsd client c c <<<"$conf"
	else
		chronyd_at c c <<<"$conf
port 0
ntsdumpdir $WORK/c
logdir $WORK/c
log rawmeasurements"
	fi
}

stop_all() {
	halt c
	halt s
	module_unload
	rm -rf "$WORK/c" "$WORK/s" "$WORK"/*.log
}

# ---- transmit stamps in basic mode --------------------------------------

t3_of() {
	rm -f "$WORK/truth"
	truth drain /dev/null
	"${@:3}" >"$WORK/asked" || fail "$1 $2: $(cat "$WORK/asked")"
	truth drain "$WORK/truth"
	row "$1" "$2" "$(truth t3 0 "$WORK/truth" | awk '{ print $2, $4, $6 }')"
}

t3() {
	local gap=0.03
	start_server "$1"
	oracle_client save "$WORK/session" >/dev/null
	# What there is to learn is learned before.
	oracle_client load "$WORK/session" 10 3 >/dev/null
	t3_of t3 "$1" oracle_client load "$WORK/session" 25 12
	in_ns c "$PY" -m oracle.plain 30 "$gap" >/dev/null
	t3_of t3_plain "$1" in_ns c "$PY" -m oracle.plain 300 "$gap"
	stop_all
}

# ---- offsets ------------------------------------------------------------

# samples SOFTWARE SECONDS: the offset of each, in s.
samples() {
	local end
	if [ "$1" = chronyd ]; then
		: >"$WORK/c/measurements.log"
		sleep "$2"
		awk '$1 ~ /^[0-9]/ && NF >= 14 { print $12 }' "$WORK/c/measurements.log"
		return
	fi
	end=$(($(uptime) + $2))
	while [ "$(uptime)" -lt "$end" ]; do
		report c ntpdata || true
		sleep 0.1
	done | awk -F, -v valid="$NTPDATA_VALID" -v offset="$NTPDATA_OFFSET" '
		$valid != before { print $offset; before = $valid }'
}

told() {
	if [ "$1" = chronyd ]; then
		chronyc_of c ntpdata
	else
		report c ntpdata
	fi
}

hardware() {
	told "$1" | awk -F, -v tx="$NTPDATA_TX" -v rx="$NTPDATA_RX" -v il="$NTPDATA_INTERLEAVED" -v want="$2" '
		$tx == "Hardware" && $rx == "Hardware" && $il == want { ok = 1 } END { exit !ok }'
}

# offset SOFTWARE basic|interleaved
offset() {
	local xleave='' want=No
	[ "$2" = basic ] || xleave=xleave want=Yes
	start_server "$1"
	start_client "$1" "$xleave"
	wait_for 30 "hardware timestamps of $1" hardware "$1" "$want" || fail "$(told "$1")"
	sleep 3
	samples "$1" "$SECONDS_EACH" >"$WORK/samples"
	hardware "$1" "$want" || diag "in the end: $(told "$1")"
	row "offset_$2" "$1" "$(awk '{
		n++; s += $1 * $1; a = $1 < 0 ? -$1 : $1; if (a > m) m = a
	} END { if (n) printf "%d %.1f %.1f\n", n, sqrt(s / n) * 1e9, m * 1e9 }' "$WORK/samples")"
	stop_all
}

# ---- the rate of interleaved answers ------------------------------------

CLIENTS=256

# Each time it is others who ask: what a server remembers of those before is not
# what is measured.  one_rate RATE: "SENT-PER-SECOND EXPECTED LOST"
one_rate() {
	local ms=$((2000 + 3 * CLIENTS * 1000 / $1)) net
	net=$(cat "$WORK/net" 2>/dev/null || echo 0)
	echo $(((net + 1) % 256)) >"$WORK/net"
	echo "$PARTNER 10.64.$net.0 $CLIENTS $1" >"$FNIC/fnic1/load"
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	tee "$WORK/load" <"$FNIC/fnic1/load" |
		awk '{ printf "%d %d %d\n", $4 * 1e9 / $2, $10, $8 + $10 - $14 }'
	echo stop >"$FNIC/fnic1/load"
	sleep 0.5
}

# holds RATE: none of it is lost; what was is in $lost, what was sent in $sent.
holds() {
	local expected
	read -r sent expected lost <<<"$(one_rate "$1")"
	diag "$software: $1/s: sent $sent/s; $(cat "$WORK/load")"
	# More than this is not to be had from the load.
	[ $((sent * 10)) -ge $(($1 * 9)) ] && [ "$expected" -ge 500 ] && [ $((lost * 1000)) -le "$expected" ]
}

# The processor's other work comes in bursts: each rate gets two tries.
# rate SOFTWARE [LABEL]
rate() {
	local software=${2:-$1} rate=500 sent lost top=0
	start_server "$1"
	ip -n "$(ns s)" route replace 10.64.0.0/16 via 10.9.1.2 dev fnic0
	echo N >/sys/module/fnic/parameters/truth
	while holds "$rate" || holds "$rate"; do
		top=$sent
		rate=$((rate * 2))
	done
	rate=$((rate * 5 / 8))
	while holds "$rate" || holds "$rate"; do
		top=$sent
		rate=$((rate * 6 / 5))
	done
	row rate "$software" "$rate" "$top" "$lost"
	read -r sent _ <<<"$(PARTNER=10.9.1.77; one_rate 1000000)"
	row load "$software" "$sent"
	echo Y >/sys/module/fnic/parameters/truth
	stop_all
}

# ---- all of it ----------------------------------------------------------

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

figures() {
	if wanted t3; then
		t3 "$1"
	fi
	if wanted offset; then
		offset "$1" basic
		offset "$1" interleaved
	fi
	if wanted rate; then
		rate "$1"
	fi
	if wanted rate && [ "$1" = nts ]; then
		NTS_FASTPATH=fnic0 rate nts nts_fastpath
	fi
}

ns_add c
ns_add s
certs ecdsa
no_autoload
fnic_link s c
ktap_plan $((runs * $#))
for run in $(seq "$runs"); do
	for software; do
		ktap_case figures "$software" "$run"
		stop_all
	done
done
fnic_gone
ktap_end
