#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The system clock is steered: by the kernel itself, by the daemon, without a step.
# The network is drawn in steer.sh.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"
# shellcheck source-path=SCRIPTDIR source=steer.sh disable=SC1091
. "$(dirname "$0")/steer.sh"

# The server's clock gains 40 ppm on ours; a slew in progress adds to that.
gains() { within "$(frequency | awk '{ print $1 - 40 }')" "$PPM"; }

# The way do_adjtimex is called: by the kernel itself or by the daemon.
steers() {
	local way=$1 told
	fresh
	lie s offset=0 ppm=40
	modprobe nts adjtimex="$way"
	guest ahead "$S" -0.2
	start_client 'makestep 0.1 3'
	wait_for 30 "the clock is right" near "$NEAR" || fail "off by $(off), $(report k tracking)"
	told=$(in_ns - ntsctl tracking)
	diag "$(grep -Ei 'steer|adjtimex|clock' <<<"$told")"
	grep -Eiq "(steer|adjtimex|clock).*$way" <<<"$told" || fail "tracking does not name the way: $told"
	sleep 20
	diag "off by $(off) s, adjtimex: $(guest state)"
	near "$NEAR" || fail "off by $(off)"
	wait_for 20 "the frequency is right" gains || fail "the frequency is $(frequency) ppm"
	synchronised || fail "STA_UNSYNC in spite of rtcsync"
}

# 0.2 s without makestep: slewed, never backward, no overshoot beyond a tenth.
slews_without_a_step() {
	local worst
	fresh
	lie s offset=0 ppm=0
	modprobe nts
	guest ahead "$S" 0.2
	"$PY" -m oracle.guest watch 25 >"$WORK/watch" &
	start_client
	wait
	worst=$(cat "$WORK/watch")
	diag "$worst; off by $(off) s"
	grep -q '^steps 0 ' <<<"$worst" || fail "a step: $worst"
	near 0.02 || fail "off by $(off), $(report k tracking)"
}

steer_begin
ktap_plan 3
ktap_case steers kernel
ktap_case steers daemon
ktap_case slews_without_a_step
steer_end
ktap_end
