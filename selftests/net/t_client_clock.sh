#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The system clock: who else touches it, and what it is at boot.
# The network is drawn in steer.sh.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"
# shellcheck source-path=SCRIPTDIR source=steer.sh disable=SC1091
. "$(dirname "$0")/steer.sh"

# From now on the tests build on a client that has settled.
settled() {
	fresh
	lie s offset=0 ppm=0
	modprobe nts
	guest ahead "$S" -0.2
	start_client 'makestep 0.1 3'
	wait_for 30 "the clock is right" near "$NEAR" || fail "off by $(off)"
	sleep 10
}

# wrote WHAT: the log and tracking tell of another program.
noticed() {
	wait_for 20 "$1 in the log" grep -Eiq 'another program|foreign|somebody|other program' "$WORK/k.log" ||
		fail "$(tail -n 5 "$WORK/k.log")"
	diag "$(grep -Ei 'another program|foreign|somebody|other program' "$WORK/k.log" | tail -n 2)"
	diag "$(in_ns - ntsctl tracking | grep -Ei 'another|foreign|steer|adjtimex|clock' || true)"
}

foreign_frequency_is_not_fought() {
	local set=37.5 n
	settled
	guest adjust frequency "$set"
	noticed "a foreign frequency"
	# Held off for a minute: what the other one has set stays.
	for n in 1 2 3 4 5 6; do
		sleep 2
		within "$(frequency | awk -v f="$set" '{ print $1 - f }')" 0.01 ||
			fail "after $((n * 2)) s the frequency is $(frequency)"
	done
}

own_frequency() { within "$(frequency)" 10; }

# After the hold-off it steers again, as nobody else does any more.
steering_comes_back() {
	wait_for 100 "it steers again" own_frequency || fail "$(guest state), $(in_ns - ntsctl tracking)"
	wait_for 30 "the clock is right again" near "$NEAR" || fail "off by $(off), $(report k tracking)"
	diag "off by $(off) s, adjtimex: $(guest state)"
}

foreign_step_is_not_fought() {
	settled
	guest adjust step 0.5
	noticed "a foreign step"
	sleep 5
	within "$(off | awk '{ print $1 + 0.5 }')" 0.02 || fail "off by $(off)"
	# NTP time is not the system clock's: it has not moved.
	within "$(column k tracking 5 | awk '{ print ($1 < 0 ? -$1 : $1) - 0.5 }')" 0.02 ||
		fail "$(report k tracking)"
}

chronyd_beside_is_not_fought() {
	settled
	mkdir -m 700 "$WORK/f"
	cat >"$WORK/f.conf" <<-END
		server $S iburst minpoll 0 maxpoll 0
		port 0
		cmdport 0
		bindcmdaddress /
		pidfile $WORK/f/pid
		user root
	END
	spawn f - chronyd -d -f "$WORK/f.conf"
	noticed "chronyd"
	sleep 30
	diag "off by $(off) s, adjtimex: $(guest state)"
	near 0.01 || fail "two at once spoilt the clock: off by $(off)"
	diag "events: $(grep -Eic 'another program|foreign|somebody|other program' "$WORK/k.log")"
	rm -rf "$WORK/f"
}

# Years off, as a machine without a battery comes up: certificates are not
# valid yet by its clock.
wrong_clock_at_boot() {
	local seconds=$1
	shift
	fresh
	lie s offset=0 ppm=0
	modprobe nts
	guest ahead "$S" "$seconds"
	diag "it is $(date -u)"
	start_client 'makestep 1 3' "$@"
	wait_for 60 "the clock is right" near "$NEAR" || fail "off by $(off): $(tail -n 4 "$WORK/k.log")"
	diag "it is $(date -u)"
}

# With nocerttimecheck the dates do not count before the first time.
years_behind_without_time_check() { wrong_clock_at_boot -200000000 'nocerttimecheck 1'; }

# What is kept on disk tells that it cannot be that early.
years_behind_with_the_last_time_on_disk() {
	settled
	halt k
	module_unload
	diag "on disk: $(ls "$WORK/k")"
	mv "$WORK/k" "$WORK/kept"
	fresh
	mv "$WORK/kept" "$WORK/k"
	lie s offset=0 ppm=0
	modprobe nts
	guest ahead "$S" -200000000
	# Keys of then would do without a new establishment.
	rm -f "$WORK/k"/*.nts
	start_client 'makestep 1 3'
	wait_for 60 "the clock is right" near "$NEAR" || fail "off by $(off): $(tail -n 4 "$WORK/k.log")"
}

# A clock far ahead: certificates have expired by it, and nothing says otherwise.
years_ahead_and_no_way_to_know() {
	fresh
	lie s offset=0 ppm=0
	modprobe nts
	guest ahead "$S" 200000000
	start_client 'makestep 1 3'
	wait_for 30 "it refuses" grep -Eiq 'date|expired|clock' "$WORK/k.log" ||
		fail "$(tail -n 3 "$WORK/k.log")"
	diag "$(grep -Ei 'date|expired|clock' "$WORK/k.log" | head -n 2)"
	! near 100000000 || fail "it believed: off by $(off)"
	guest ahead "$S" 0
}

steer_begin
ktap_plan 8
ktap_case foreign_frequency_is_not_fought
ktap_case steering_comes_back
ktap_case foreign_step_is_not_fought
ktap_case chronyd_beside_is_not_fought
ktap_case wrong_clock_at_boot 3600
ktap_case years_behind_without_time_check
ktap_case years_behind_with_the_last_time_on_disk
ktap_case years_ahead_and_no_way_to_know
steer_end
ktap_end
