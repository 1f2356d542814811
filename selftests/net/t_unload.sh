#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unloading under load, and namespaces that vanish while they serve.
# Run it in the debug kernel, too: the runner fails on a leak or a splat.
#
#   client namespace             server namespaces
#  +------------------+         +-------------------------+
#  | load   10.9.1.2  | e1---e1 | s: 10.9.1.1  ntsd       |
#  | load   10.9.2.2  | e2---e2 | t: 10.9.2.1  ntsd       |
#  +------------------+         +-------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ROUNDS=${ROUNDS:-$(sanitizing && echo 2 || echo 4)}
RATE=${RATE:-150}

load_on() {
	oracle_client save "$WORK/session.$1" "$2"
	spawn "load.$1" c "$PY" -m oracle.client load "$WORK/session.$1" \
		"$RATE" "${3:-60}" "$2"
	wait_for 40 "answers to the load" counted "$1" answer-nts ||
		fail "$(in_ns "$1" ntsctl counters | head -n 5) $(cat "$WORK/load.$1.log")"
}

# start NAME...: fresh servers, whatever the case before left.
start() {
	local one
	modprobe nts
	for one in s t load.s load.t; do halt "$one"; done
	for one in "$@"; do
		server "$one" "$one" <<-END
			$(certpair ecdsa)
			local stratum 3
		END
	done
}

counted() {
	in_ns "$1" ntsctl --json counters | tr -d ' "\n' | grep -Eq "$2:[1-9][0-9]"
}

gone() { [ ! -d /sys/module/nts ]; }

no_socket() {
	! in_ns "$1" ss -Hlun "sport = :123" | grep -q . ||
		fail "port 123 is still taken: $(in_ns "$1" ss -lun)"
}

unload_under_load() {
	local round
	for round in $(seq "$ROUNDS"); do
		start s
		load_on s 10.9.1.1
		timeout 20 rmmod nts || fail "rmmod: $?"
		gone || fail "the module is still there"
		no_socket s
		halt load.s
		alive s || fail "ntsd did not outlive the module (round $round)"
		halt s
	done
	diag "$ROUNDS times"
}

unload_at_once_with_the_daemon_dying() {
	start s
	load_on s 10.9.1.1
	kill -KILL -- "-$(pid_of s)"
	timeout 20 rmmod nts
	gone
	no_socket s
	halt load.s
	halt s
}

namespace_vanishes_while_it_serves() {
	start s t
	load_on s 10.9.1.1
	load_on t 10.9.2.1 4
	halt t KILL
	ip netns del "$(ns t)"
	sleep 1
	[ -d /sys/module/nts ]
	oracle_client ask "$WORK/session.s"
	wait_for 20 "the load on t ends" log_has load.t '^sent'
	diag "load on t: $(tail -n 1 "$WORK/load.t.log")"
	if grep -q 'lost 0$' "$WORK/load.t.log"; then fail "t went on answering"; fi
	halt load.t
}

module_goes_after_the_namespace() {
	timeout 20 rmmod nts
	gone
	no_socket s
	halt load.s
	halt s
}

namespaces_come_and_go() {
	local n
	modprobe nts
	for n in $(seq 10); do
		ip netns add "$PREFIX-n$n"
		ip netns exec "$PREFIX-n$n" ntsctl --json counters >/dev/null
	done
	rmmod nts
	for n in $(seq 5); do ip netns del "$PREFIX-n$n"; done
	modprobe nts
	for n in $(seq 6 10); do ip netns del "$PREFIX-n$n"; done
	rmmod nts
	gone
}

nothing_is_left() {
	! lsmod | grep -w nts || fail "nts is loaded"
	if dmesg | grep -Ei 'unregister_netdevice|refcount|leaked'; then
		fail "the kernel complains"
	fi
}

ns_add c
ns_add s
ns_add t
ns_link s c 1
ns_link t c 2
certs ecdsa
no_autoload

ktap_plan 6
ktap_case unload_under_load
ktap_case unload_at_once_with_the_daemon_dying
ktap_case namespace_vanishes_while_it_serves
ktap_case module_goes_after_the_namespace
ktap_case namespaces_come_and_go
ktap_case nothing_is_left
ktap_end
