#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cards that can less or more than others, and devices above them.
# The network is drawn in hwts.sh. Needs the guest's --clients.
#
# Usage: t_hwts_cards.sh [CASE...]; all without an argument.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=hwts.sh disable=SC1091
. "$(dirname "$0")/hwts.sh"

# A card that can stamp received PTP only.
ptp_only() {
	fresh
	fnic_set 1 ptp_only 1
	start ours ours
	wait_for 40 "hardware timestamps of sending" stamps_are Hardware 'Kernel|Daemon' No || fail "$(told)"
	more_samples 4
	no_gross 1
	[ "$NTS_CLIENT" != ntsd ] || log_has c PTP || fail "the log says nothing of PTP"
}

# A VLAN's packets are stamped by the card below.
vlan() {
	local side=0 name one
	fresh
	for name in s c; do
		one=$(ns "$name")
		ip -n "$one" addr flush dev "fnic$side" scope global
		ip -n "$one" link add link "fnic$side" name vlan7 type vlan id 7
		ip -n "$one" addr add "10.9.1.$((side + 1))/24" dev vlan7
		ip -n "$one" link set vlan7 up
		side=1
	done
	in_ns c ping -q -c 1 -W 5 "$PARTNER" >/dev/null
	start ours ours xleave
	exact 3
}

# A bond's packets too: who names the bond means the cards in it.
bond() {
	fresh
	modprobe bonding max_bonds=0
	ip -n "$(ns s)" link add bond0 type bond mode active-backup miimon 100
	ip -n "$(ns s)" addr flush dev fnic0 scope global
	ip -n "$(ns s)" link set fnic0 down
	ip -n "$(ns s)" link set fnic0 master bond0
	ip -n "$(ns s)" link set bond0 up
	ip -n "$(ns s)" addr add 10.9.1.1/24 dev bond0
	wait_for 20 "the bond answers" in_ns c ping -q -c 1 -W 1 "$PARTNER" >/dev/null
	SERVER_CARD=bond0 start ours ours xleave
	exact 3
	ip -n "$(ns s)" link del bond0
}

# One that reads its clock and the system's at once.
precise() {
	CARDS=crosststamp=1 fresh
	start ours ours xleave
	exact 3
	[ "$NTS_SERVER" != ntsd ] || log_has s 'cross timestamps of the device' || fail "measured in another way"
}

[ $# -gt 0 ] || set -- ptp_only vlan bond precise
hwts_cases "$@"
