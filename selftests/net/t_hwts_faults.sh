#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stamps that are lost or late, clocks that jump or go: no wrong sample is used.
# The network is drawn in hwts.sh. Needs the guest's --clients.
#
# Usage: t_hwts_faults.sh [CASE...]; all without an argument.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=hwts.sh disable=SC1091
. "$(dirname "$0")/hwts.sh"

# What is lost is one improvement, and nothing else.
stamps_lost() {
	local side
	fresh
	start ours ours xleave
	hardware Yes
	for side in 1 0; do
		fnic_set "$side" tx_loss 1000
		more_samples 4
		no_gross 1
		[ "$side" = 0 ] || stamps_are 'Kernel|Daemon' Hardware Yes || fail "stamps of sending? $(told)"
		fnic_set "$side" tx_loss 0
		fnic_set "$side" rx_loss 1000
		more_samples 4
		no_gross 1
		[ "$side" = 0 ] || stamps_are Hardware 'Kernel|Daemon' Yes || fail "stamps of receiving? $(told)"
		fnic_set "$side" rx_loss 0
	done
	fnic_set 0 tx_loss 300
	fnic_set 1 rx_loss 300
	more_samples 4
	no_gross 1
	fnic_set 0 tx_loss 0
	fnic_set 1 rx_loss 0
	more_samples 2
	exact 2
}

# Stamps of sending that come after the answer, even after the next request.
stamps_late() {
	local side
	fresh
	start ours ours xleave
	hardware Yes
	for side in 1 0; do
		fnic_set "$side" tx_late_ns 5000000
		more_samples 3
		fnic_set "$side" tx_late_ns 400000000
		more_samples 4
		no_gross 1
		fnic_set "$side" tx_late_ns 0
	done
	more_samples 2
	exact 2
}

# A clock that jumps, at either end and either way: noticed, and measured again.
clock_steps() {
	local step
	fresh
	start ours ours xleave
	exact 1
	for step in "1 50000000" "0 50000000" "1 -3600000000000" "0 7000000000"; do
		fnic_set "${step% *}" step_ns "${step#* }"
		no_gross 2
		exact 2
	done
}

# A clock is taken away, and comes back; the driver is reset.
clock_goes() {
	local side
	fresh
	start ours ours xleave
	exact 1
	fnic_set 1 phc 0
	no_gross 3
	more_samples 3
	stamps_are 'Kernel|Daemon' 'Kernel|Daemon' Yes || fail "without a clock: $(told)"
	fnic_set 1 phc 1
	no_gross 2
	exact 2
	for side in 0 1; do
		fnic_set "$side" reset 1
		no_gross 2
		exact 2
	done
}

# The card itself: gone with its driver, and back.
card_goes() {
	fresh
	start ours ours xleave
	exact 1
	fresh_cards
	no_gross 2
	exact 2
}

[ $# -gt 0 ] || set -- stamps_lost stamps_late clock_steps clock_goes card_goes
hwts_cases "$@"
