#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Interleaved mode with stamps by cards, a real chronyd at the other end or ntsd.
# The network is drawn in hwts.sh. Needs the guest's --clients.
#
# Usage: t_hwts_xleave.sh [CASE...]; all without an argument.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=hwts.sh disable=SC1091
. "$(dirname "$0")/hwts.sh"

# In basic mode the client's stamps are the card's, and the server's on receipt.
basic() {
	fresh
	start "$1" "$2"
	hardware No
	more_samples 5
	stamps_are Hardware Hardware No || fail "no longer: $(told)"
	if [ "$2" = ours ] && [ "$NTS_CLIENT" = ntsd ]; then
		told | awk -F, -v tx="$NTPDATA_HW_TX" -v rx="$NTPDATA_HW_RX" '
			{ exit !($tx >= 5 && $rx >= 5) }' || fail "not counted: $(told)"
	fi
}

interleaved() {
	fresh
	start "$1" "$2" xleave
	exact 1
	truth_begins
	exact 4
	[ "$1" = chronyd ] || server_told_truth
	diag "$(told)"
	if [ "$1" = ours ] && [ "$NTS_SERVER" = ntsd ]; then
		# Interleaved, held, hardware RX, hardware TX.
		diag "serverstats: $(in_ns s ntsctl -c serverstats)"
		in_ns s ntsctl -c serverstats | awk -F, '
			{ exit !($9 >= 8 && $10 >= 1 && $16 >= 8 && $17 >= 8) }' || fail "not counted"
	fi
}

# Lost packets: back to basic mode, and from there on.
packets_lost() {
	fresh
	start "$1" "$2" xleave
	exact 1
	fnic_set 0 loss 1000
	sleep 3
	fnic_set 0 loss 0
	more_samples 1
	exact 2
	truth_begins
	fnic_set 0 loss 300
	fnic_set 1 loss 200
	if [ "$2" = ours ]; then
		no_gross 5
	else
		# chronyd takes what is far off, but says that it may be.
		sleep 5
	fi
	[ "$1" = chronyd ] || server_told_truth
	fnic_set 0 loss 0
	fnic_set 1 loss 0
	more_samples 2
	exact 2
}

# Spoofed addresses, far more than the table holds, push out nobody who comes back.
flood() {
	local now
	fresh
	# It has room for 1024 clients, of 65536 addresses.
	SERVER_MORE="clientloglimit 131072"
	start ours ours xleave
	ip -n "$(ns s)" route replace 10.16.0.0/16 via 10.9.1.2 dev fnic0
	hardware Yes
	truth drain /dev/null
	echo "$PARTNER 10.16.0.0 65536 4000 spoof" >"$FNIC/fnic1/load"
	sleep 2
	truth drain /dev/null
	for _ in 1 2 3; do
		sleep 2
		truth drain "$WORK/flood"
	done
	diag "the load: $(cat "$FNIC/fnic1/load")"
	echo stop >"$FNIC/fnic1/load"
	now=$("$PY" -m oracle.truth modes 0 "$WORK/flood")
	diag "meanwhile answers were $now"
	awk '{ exit !($4 >= 10 && $2 <= $4 / 20) }' <<<"$now" || fail "pushed out: $now"
	# Some room to spare is for clients with more than one exchange.
	[ "$NTS_SERVER" != ntsd ] || [ "$(counter 10)" -le 4096 ] || fail "holds $(counter 10)"
}

[ $# -gt 0 ] || set -- \
	"basic ours chronyd" \
	"interleaved ours chronyd" "interleaved chronyd ours" "interleaved ours ours" \
	"packets_lost ours ours" flood
hwts_cases "$@"
