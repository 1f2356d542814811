#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does an answer cost no more instructions than it did? By their ratio to chronyd's,
# with slack. Made for guests with --icount: one instruction is one nanosecond there.
#
#   client namespace              server namespace
#  +------------------------+    +------------------------+
#  | c: 10.9.1.2      fnic1 |----| fnic0     s: 10.9.1.1  |
#  +------------------------+    +------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=fnic.sh disable=SC1091
. "$(dirname "$0")/fnic.sh"
# shellcheck source-path=SCRIPTDIR source=serve.sh disable=SC1091
. "$(dirname "$0")/serve.sh"

RATE=8000 REQUESTS=4000
# Per cent of chronyd's. Measured were 35, 30, 28 and 19.
NTS_LIMIT=40
PLAIN_LIMIT=34
FASTPATH_LIMIT=32
FASTPATH_PLAIN_LIMIT=23

# busy NAME: instructions for each of the requests, to $WORK/NAME.insn.
busy() {
	in_ns s "$PY" -m oracle.meter fnic0/rx_packets $((REQUESTS * 3 / 4)) 100 >"$WORK/meter" &
	local meter=$!
	wait_for 30 "the meter is ready" grep -q ready "$WORK/meter"
	replay "$RATE" "$REQUESTS"
	wait "$meter" || fail "$(cat "$WORK/meter")"
	awk '$1 == "ns" { printf "%.0f\n", $6 / $4 }' "$WORK/meter" >"$WORK/$1.insn"
	diag "$1: $(cat "$WORK/$1.insn") instructions each; $REPLAYED"
	[ "$(awk '{ print $18 }' <<<"$REPLAYED")" -ge $((REQUESTS * 99 / 100)) ] ||
		fail "$1: not all were answered"
}

# costs SOFTWARE
costs() {
	serve "$1" p256
	payloads
	busy "$1"
	payloads only_plain
	busy "$1.plain"
	stop_all
}

# at_most PERCENT OURS THEIRS
at_most() {
	local ours theirs
	ours=$(cat "$WORK/$2.insn") theirs=$(cat "$WORK/$3.insn")
	diag "$2 by $3: $ours / $theirs = $((100 * ours / theirs)) %, at most $1 %"
	[ "$ours" -gt 1000 ] || fail "too few to be true"
	[ $((100 * ours)) -le $(($1 * theirs)) ] || fail "$2 takes more instructions than it did"
}

serve_begin
ktap_plan 7
ktap_case costs chronyd
ktap_case costs nts
ktap_case costs nts_fastpath
ktap_case at_most "$NTS_LIMIT" nts chronyd
ktap_case at_most "$PLAIN_LIMIT" nts.plain chronyd.plain
ktap_case at_most "$FASTPATH_LIMIT" nts_fastpath chronyd
ktap_case at_most "$FASTPATH_PLAIN_LIMIT" nts_fastpath.plain chronyd.plain
serve_end
ktap_end
