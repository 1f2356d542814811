#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is the test NIC a truth to compare with? By its stamps, and by a real chronyd.
#
#   client namespace              server namespace
#  +------------------------+    +------------------------+
#  | c: 10.9.1.2      fnic1 |----| fnic0     s: 10.9.1.1  |
#  |    a clock 35 ppm slow |    | a clock 20 ppm fast    |
#  +------------------------+    +------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=fnic.sh disable=SC1091
. "$(dirname "$0")/fnic.sh"

stamps() { "$PY" -m oracle.stamps "$@"; }

both_hardware() {
	chronyc_of c ntpdata | awk -F, -v tx="$NTPDATA_TX" -v rx="$NTPDATA_RX" '
		$tx == "Hardware" && $rx == "Hardware" { ok = 1 } END { exit !ok }'
}

# xleave, so that the server's stamps of sending count as well; what is not
# symmetrical about the wire is what the client is off by.
chronyd_stamps() {
	local offset
	fnic_link s c
	fnic_set 0 delay_ns 100000
	fnic_set 1 delay_ns 300000
	chronyd_at s s <<-END
		local stratum 1
		allow all
		hwtimestamp *
	END
	chronyd_at c c <<-END
		server 10.9.1.1 minpoll -2 maxpoll -2 xleave noselect
		port 0
		hwtimestamp *
	END
	wait_for 30 "TX and RX are Hardware" both_hardware || fail "$(chronyc_of c ntpdata)"
	sleep 3
	both_hardware || fail "no longer: $(chronyc_of c ntpdata)"
	offset=$(chronyc_of c ntpdata | cut -d, -f"$NTPDATA_OFFSET")
	diag "offset $offset s, should be 0.0001; $(chronyc_of c ntpdata)"
	# chronyd's offset is positive when its own clock is behind.
	awk -v o="$offset" 'BEGIN { exit !(o > 0.00009 && o < 0.00011) }' ||
		fail "the wire is asymmetrical by 200 us, and it says $offset"
	halt c
	halt s
}

ns_add c
ns_add s
fnic_link s c crosststamp=1
ktap_plan 7
ktap_case stamps frequency
ktap_case stamps wire 50000 0
ktap_case stamps wire 1000000 200000
ktap_case stamps losses 300 1000
ktap_case stamps filters
ktap_case stamps steps
ktap_case chronyd_stamps
fnic_gone
ktap_end
