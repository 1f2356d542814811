#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Polling, cookies and discipline go on without ntsd, and ntsd finds them again.
#
#   client namespace c             server namespace s
#  +-----------------------+  e1  +------------------------------+
#  | k: ntsd, killed; the  |------| 10.9.1.1  oracle/server.py   |
#  |    kernel polls twice |      |           tells each request |
#  |    a second           |      |           and each KE        |
#  +-----------------------+      +------------------------------+
#
# NTS_DEAD_SECONDS (20) is how long ntsd is stopped, and then dead.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

DEAD=${NTS_DEAD_SECONDS:-20}
S=10.9.1.1
NEAR=0.02

establishments() { wc -l <"$WORK/s/ke"; }
eight_cookies() { [ "$(auth_cookies k "$S")" = 8 ]; }
samples() { column k sourcestats 2 "$S"; }
span() { column k sourcestats 4 "$S"; }

# goes_on SECONDS: as many requests as there should be, all answered, none
# with a cookie seen before, and the estimate is fed.
goes_on() {
	local from found last
	from=$(requests s)
	sleep "$1"
	tail -n +$((from + 1)) "$WORK/s/requests" >"$WORK/these"
	found=$(wc -l <"$WORK/these")
	diag "$found requests in $1 s, $(grep -c ' nts answer ' "$WORK/these") answered, $(samples) samples"
	[ "$found" -ge $(($1 * 2 - 2)) ] || fail "too few"
	[ "$found" -le $(($1 * 2 + 3)) ] || fail "too many: a second association?"
	[ "$(grep -c ' nts answer ' "$WORK/these")" = "$found" ] || fail "$(grep -v ' nts answer ' "$WORK/these")"
	[ -z "$(awk '{ print $5 }' "$WORK/s/requests" | sort | uniq -d)" ] || fail "a cookie came twice"
	wait_for 5 "all of eight were answered" reaches || fail "$(report k sources)"
	# One is under way with a request now and then.
	wait_for 3 "eight cookies" eight_cookies || fail "$(report k authdata)"
	last=$(column k sources 7 "$S")
	[ "$last" -le 5 ] || fail "the last good sample is $last s old: $(in_ns c ntsctl -n ntpdata "$S")"
	within "$(tracking_offset k)" "$NEAR" || fail "$(report k tracking)"
	selected k "$S" || fail "$(report k sources)"
}

baseline() { goes_on 6; }

stopped_daemon() {
	kill -STOP -- "-$(pid_of k)"
	goes_on "$DEAD"
	kill -CONT -- "-$(pid_of k)"
	goes_on 4
	[ "$(establishments)" = 1 ] || fail "$(establishments) key establishments"
}

killed_daemon() {
	kill -KILL -- "-$(pid_of k)"
	sleep 0.5
	! alive k || fail "it is alive"
	goes_on "$DEAD"
	[ "$(establishments)" = 1 ] || fail "$(establishments) key establishments"
}

# Neither a step, nor a lost sample, nor a second association, nor a KE.
restarted_daemon() {
	local id since
	id=$(association)
	since=$(uptime)
	client_again k c
	goes_on 8
	[ "$(establishments)" = 1 ] || fail "$(establishments) key establishments"
	# The runs test may drop the oldest, but what is there began before.
	[ "$(span)" -gt $(($(uptime) - since)) ] || fail "$(report k sourcestats)"
	[ "$(report k sources | wc -l)" = 1 ] || fail "$(report k sources)"
	[ "$(association)" = "$id" ] || fail "it is another association"
	! grep -Ei 'stepped|makestep' "$WORK/k.log" || fail "a step"
}

# What ntpdata counts goes on from where it was: all that tells one from another.
association() {
	local total
	total=$(in_ns c ntsctl -n ntpdata "$S" | sed -n 's/^Total TX *: *//p')
	[ "${total:-0}" -ge "$(($(requests s) * 9 / 10))" ] && echo same
}

# The server forgets its keys while no daemon is there to establish new ones:
# the kernel asks on, and the next daemon sees to it.
nak_without_daemon() {
	kill -KILL -- "-$(pid_of k)"
	lie s epoch=1
	sleep 6
	[ "$(auth_naks k "$S")" -ge 1 ] || fail "no NAK counted: $(report k authdata)"
	[ "$(establishments)" = 1 ] || fail "who established keys?"
	within "$(tracking_offset k)" "$NEAR" || fail "$(report k tracking)"
	client_again k c
	wait_for 60 "keys established anew" established 2
	sleep 8
	wait_for 20 "it reaches the server" reaches
	goes_on 4
}

established() { [ "$(establishments)" -ge "$1" ]; }
reaches() { [ "$(source_reach k "$S")" = 377 ]; }

# A stop in order, and what a reboot leaves: the files in ntsdumpdir.
saved_cookies_are_used_after_a_reboot() {
	local before
	before=$(establishments)
	halt k
	rmmod nts
	modprobe nts
	diag "saved: $(find "$WORK/k" -name '*.nts' -printf '%f %m %s octets ')"
	client_again k c
	wait_for 20 "it reaches the server" reaches
	goes_on 4
	[ "$(establishments)" = "$before" ] || fail "keys were established anew"
	[ "$(auth_naks k "$S")" = 0 ] || fail "$(report k authdata)"
}

module_reloaded_under_the_daemon() {
	rmmod nts
	sleep 1
	modprobe nts
	wait_for 60 "it reaches the server" reaches
	goes_on 4
}

# A source that is no longer in the configuration is not kept.
source_taken_out_of_the_configuration() {
	sed -i '/^server /d' "$WORK/k.conf"
	halt k
	client_again k c
	sleep 2
	[ -z "$(report k sources)" ] || fail "$(report k sources)"
	local from
	from=$(requests s)
	sleep 3
	[ "$(requests s)" = "$from" ] || fail "it is still asked"
}

no_autoload
module_load
ns_add c
ns_add s
ns_link s c 1
certs ecdsa
liar s s --certs "$WORK/certs"
# Of an emulator that gets busy all answers are late, and by default none of
# them is good enough as a sample until the quiet time before is long past.
client k c <<-END
	server ntp.test nts iburst minpoll -1 maxpoll -1 maxdelaydevratio 10000
	ntstrustedcerts $CA
	nosystemcert
END
wait_for 40 "it reaches the server" reaches
wait_for 10 "it is selected" selected k "$S"

ktap_plan 8
ktap_case baseline
ktap_case stopped_daemon
ktap_case killed_daemon
ktap_case restarted_daemon
ktap_case nak_without_daemon
ktap_case saved_cookies_are_used_after_a_reboot
ktap_case module_reloaded_under_the_daemon
ktap_case source_taken_out_of_the_configuration
ktap_end
