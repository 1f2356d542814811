#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What serving costs under load: ours beside chronyd.
#
# usage: selftests/vm/run --icount --clients -- /mnt/src/selftests/net/serve_figures.sh \
#          [--only insn|rate|ke|turnaround|flood] [SOFTWARE...]
#
#   the host, for insn and rate      server namespace              client namespace
#  +-------------------------+    +------------------------+    +------------------+
#  | ntsload 10.9.8.2    tap |----| tap0    s: 10.9.1.1    |----| fnic1  10.9.1.2  |
#  +-------------------------+    |   10.9.8.1       fnic0 |    |                  |
#                                 +------------------------+    +------------------+
#
# SOFTWARE is nts, nts_fastpath (the same with fastpath) or chronyd. insn and rate
# need what selftests/bench/serve is at the other end of --tap and --share.
#
# With --icount one instruction is one nanosecond: what else the machine does is
# not measured, and what the host does costs the guest nothing. Requests at fnic0
# come from a timer's interrupt at the moment they are due, whatever the processor
# is doing; that costs about 3 us of its time each.
#
# A row for each figure:
#
#   row insn SOFTWARE INSTRUCTIONS ANSWERS BUSY     of the guest for an NTS answer, at
#   row insn_plain ...                  saturation; BUSY % of the time it had to do
#   row rate SOFTWARE RATE ANSWERS CPU REAL     answers per second, if the busiest processor
#                  had nothing to wait for; in CPU s of that; per second of the clock
#   row turnaround_idle SOFTWARE count p50 p99 p999 max RATE  ns from the wire to the wire
#   row turnaround_half SOFTWARE count p50 p99 p999 max RATE  at half the rate of saturation
#   row saturation SOFTWARE RATE        NTS answers per second, beside what the load takes
#   row ke_p256 SOFTWARE SESSIONS-PER-CPU-SECOND    in processes of the server
#   row ke_ed25519 ...
#   row flood_KIND SOFTWARE SHARE RATE  of the valid requests answered, one of eleven of
#                  all: where chronyd is there, at the rate at which it loses a tenth
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=fnic.sh disable=SC1091
. "$(dirname "$0")/fnic.sh"
# shellcheck source-path=SCRIPTDIR source=serve.sh disable=SC1091
. "$(dirname "$0")/serve.sh"

SHARE=/mnt/share
ANSWERS=${ANSWERS:-20000}
SESSIONS=${SESSIONS:-60}
FLOODS="bad_cookie bad_tag short plain"
only=''
while [ $# -gt 0 ]; do
	case $1 in
	--only) only=$2 && shift ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- chronyd nts nts_fastpath

row() { echo "row $*"; }

# ---- load from outside --------------------------------------------------

# host ARG...: has the host run ntsload with them against the tap; its words.
host() {
	rm -f "$SHARE/answer"
	cp "$CA" "$SHARE/ca.crt"
	echo "$*" >"$SHARE/ask.new"
	mv "$SHARE/ask.new" "$SHARE/ask"
}

host_said() { test -e "$SHARE/answer"; }

# insn SOFTWARE ROW ARG...
insn() {
	local software=$1 label=$2
	shift 2
	in_ns s "$PY" -m oracle.meter tap0/tx_packets "$ANSWERS" 5000 >"$WORK/meter" &
	local meter=$!
	wait_for 30 "the meter is ready" grep -q ready "$WORK/meter"
	host "$@"
	wait "$meter" || fail "$(cat "$WORK/meter")"
	wait_for 200 "the load ends" host_said
	grep -qv failed "$SHARE/answer" || fail "$(cat "$SHARE/answer")"
	diag "$software $label: $(tail -n 1 "$WORK/meter"); $(cat "$SHARE/answer")"
	awk '$1 == "ns" { printf "%.0f %d %.1f\n", $6 / $4, $4, 100 * $6 / $2 }' "$WORK/meter" \
		>"$WORK/insn"
	row "$label" "$software" "$(cat "$WORK/insn")"
}

t_insn() {
	serve "$1" p256
	insn "$1" insn nts
	insn "$1" insn_plain plain
	stop_all
}

t_rate() {
	serve "$1" p256
	host nts rate
	wait_for 200 "the load ends" host_said
	grep -qv failed "$SHARE/answer" || fail "$(cat "$SHARE/answer")"
	row rate "$1" "$(cat "$SHARE/answer")"
	stop_all
}

# ---- key establishment --------------------------------------------------

t_ke() {
	local kind
	for kind in p256 ed25519; do
		serve "$1" "$kind"
		# What is made once is made before.
		in_ns c "$PY" -m oracle.sessions 3 "$(pid_of s)" >/dev/null
		in_ns c "$PY" -m oracle.sessions "$SESSIONS" "$(pid_of s)" >"$WORK/sessions"
		row "ke_$kind" "$1" "$(awk '{ printf "%.2f\n", $2 / $4 * 1e9 }' "$WORK/sessions")"
		stop_all
	done
}

# ---- turnaround ---------------------------------------------------------

t_turnaround() {
	local rate
	serve "$1" p256
	payloads
	replay 500 2500
	diag "$1, idle: $REPLAYED"
	row turnaround_idle "$1" "$(turnaround)" 500
	rate=$(saturation)
	row saturation "$1" "$rate"
	replay $((rate / 2)) 20000
	diag "$1, half: $REPLAYED"
	row turnaround_half "$1" "$(turnaround)" $((rate / 2))
	stop_all
}

# ---- floods -------------------------------------------------------------

share() { awk '{ printf "%.4f\n", $18 / $16 }' <<<"$REPLAYED"; }

t_flood() {
	local kind rate
	serve "$1" p256
	for kind in $FLOODS; do
		payloads "$kind"
		rate=$(cat "$WORK/flood_$kind" 2>/dev/null || echo 12000)
		replay "$rate" 22000
		while [ "$1" = chronyd ] && [ "$rate" -lt 150000 ] &&
			awk -v s="$(share)" 'BEGIN { exit !(s > 0.9) }'; do
			rate=$((rate * 5 / 4))
			replay "$rate" 22000
		done
		diag "$1, $kind: $REPLAYED"
		[ "$1" != chronyd ] || echo "$rate" >"$WORK/flood_$kind"
		row "flood_$kind" "$1" "$(share)" "$rate"
	done
	stop_all
}

# ---- all of it ----------------------------------------------------------

figures="insn ke turnaround flood"
[ -d /sys/class/net/tap0 ] || figures="ke turnaround flood"
[ -z "$only" ] || figures=${only//,/ }

serve_begin
ktap_plan $(($# * $(wc -w <<<"$figures")))
for figure in $figures; do
	for software; do
		ktap_case "t_$figure" "$software"
		stop_all
	done
done
serve_end
ktap_end
