#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The fast path: the same answers as by the stack's way, to the same requests,
# and devices that come and go.
#
#   client namespace             server namespace
#  +------------------+         +---------------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1  ntsd, fastpath e1  |
#  | chronyd          |         |                                 |
#  |        10.9.2.2  | e2---e2 |    10.9.2.1                     |
#  +------------------+         +---------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

counter() {
	in_ns s ntsctl --json counters | tr -d ' "\n' | grep -Eo "[{,]$1:[0-9]+" | cut -d: -f2
}

# more COUNTER N COMMAND...: COMMAND makes COUNTER greater by N.
more() {
	local name=$1 n=$2 before
	before=$(counter "$name")
	shift 2
	"$@"
	[ "$(counter "$name")" = $((before + n)) ] ||
		fail "$name: $before before, $(counter "$name") after, not $n more"
}

# reload PATTERN: a HUP, and a new line of the log that has PATTERN.
reload() {
	: >"$WORK/s.log"
	kill -HUP "$(pid_of s)"
	wait_for 20 "'$1' in the log" log_has s "$1"
}

ask() { oracle_client ask "$WORK/session" "$@"; }

# said ANSWER COMMAND...
said() {
	local want=$1 got
	shift
	got=$("$@") || true
	[ "$got" = "$want" ] || fail "$got, not $want: $*"
}

frame() { in_ns c "$PY" -m oracle.frame e1 "$(cat "$WORK/mac")" "$@"; }

answers_of_all_kinds() {
	more answers-fastpath 1 more answer-nts 1 ask
	more answers-fastpath 1 more answer-nts 1 ask fd09:1::1
	more answers-fastpath 1 more answer-nts 1 ask fe80::1%e1
	more answers-fastpath 3 more answer-plain 3 in_ns c "$PY" -m oracle.plain 3 0
	more answers-fastpath 1 said answer frame
	more answers-fastpath 1 said answer frame trailer=60
}

other_devices_have_the_stack() {
	more answers-fastpath 0 more answer-nts 1 ask 10.9.2.1
	more answers-fastpath 0 more answer-nts 1 ask fd09:2::1
}

a_real_chronyd() {
	mkdir -m 700 "$WORK/k"
	cat >"$WORK/k.conf" <<-END
		server ntp.test nts iburst minpoll -1 maxpoll 0
		ntstrustedcerts $CA
		nosystemcert
		port 0
		cmdport 0
		bindcmdaddress $WORK/k/sock
		pidfile $WORK/k/pid
		user root
	END
	spawn k c chronyd -x -d -f "$WORK/k.conf"
	wait_for 40 "selected" eval "in_ns c chronyc -h '$WORK/k/sock' -n sources | grep '^^\*'"
	wait_for 10 "authentic" eval "in_ns c chronyc -h '$WORK/k/sock' -n ntpdata | grep -E 'Authenticated +: Yes'"
	halt k
}

wrong_checksums_and_senders() {
	more drop-checksum 1 said silence frame checksum=1
	more answers-fastpath 0 said silence frame source=10.9.1.1
	more answers-fastpath 0 said silence frame source=127.0.0.1
	more answers-fastpath 0 said silence frame source=224.0.1.1
	more answers-fastpath 0 said silence frame source=0.0.0.0
	more answers-fastpath 0 said silence frame to=10.9.9.9
	more answers-fastpath 0 said silence frame to=255.255.255.255
	more answers-fastpath 1 said answer frame
}

who_is_denied_is_denied() {
	echo "deny 10.9.1.2" >>"$WORK/s.conf"
	reload "reloaded"
	more drop-denied 1 said silence frame
	sed -i '$d' "$WORK/s.conf"
	reload "reloaded"
	said answer frame
}

# The suites of the stack's way, with the same answers by the fast path.
the_suite() {
	NTS_FASTPATH="e1 e2 e3" "$HERE/$1.sh" >"$WORK/$1.ktap" 2>&1 || {
		grep -v '^ok' "$WORK/$1.ktap"
		fail "$1"
	}
	diag "$(grep -c '^ok' "$WORK/$1.ktap") cases"
}

a_device_gets_another_name() {
	ip -n "$(ns s)" link set e1 down
	ip -n "$(ns s)" link set e1 name x1
	ip -n "$(ns s)" link set x1 up
	more answers-fastpath 0 said answer frame
	in_ns s ntsctl status | grep 'Fast path .*: e1, waits'
	ip -n "$(ns s)" link set x1 down
	ip -n "$(ns s)" link set x1 name e1
	ip -n "$(ns s)" link set e1 up
	more answers-fastpath 1 said answer frame
}

a_device_is_made_anew() {
	ip -n "$(ns s)" link del e1
	ns_link s c 1
	in_ns s cat /sys/class/net/e1/address >"$WORK/mac"
	more answers-fastpath 1 ask
}

what_cannot_be_is_refused() {
	echo "fastpath lo" >>"$WORK/s.conf"
	reload "not Ethernet"
	more answers-fastpath 1 said answer frame
	sed -i '$d' "$WORK/s.conf"
	ip -n "$(ns s)" link add br0 type bridge
	ip -n "$(ns s)" link set e2 master br0
	echo "fastpath e2" >>"$WORK/s.conf"
	reload "part of a bridge"
	sed -i '$d' "$WORK/s.conf"
	ip -n "$(ns s)" link del br0
	reload "reloaded"
}

it_can_be_given_up_and_taken_up() {
	oracle_client save "$WORK/busy"
	spawn load c "$PY" -m oracle.client load "$WORK/busy" 100 6
	sleep 1
	sed -i '/^fastpath/d' "$WORK/s.conf"
	reload "reloaded"
	more answers-fastpath 0 sleep 1
	echo "fastpath e1" >>"$WORK/s.conf"
	reload "reloaded"
	wait_for 20 "the load ends" log_has load '^sent'
	diag "$(tail -n 1 "$WORK/load.log")"
	log_has load 'lost 0$'
	halt load
}

unload_under_load() {
	spawn load c "$PY" -m oracle.client load "$WORK/busy" 150 30
	sleep 2
	halt s KILL
	timeout 20 rmmod nts
	[ ! -d /sys/module/nts ]
	halt load
}

ns_add c
ns_add s
ns_link s c 1
ns_link s c 2
in_ns s cat /sys/class/net/e1/address >"$WORK/mac"
certs ecdsa
no_autoload
module_load
NTS_FASTPATH=e1 server s s <<END
$(certpair ecdsa)
local stratum 3
END
oracle_client save "$WORK/session"

ktap_plan 12
ktap_case answers_of_all_kinds
ktap_case other_devices_have_the_stack
ktap_case a_real_chronyd
ktap_case wrong_checksums_and_senders
ktap_case who_is_denied_is_denied
ktap_case the_suite t_packets
ktap_case the_suite t_rfc8915_ntp
ktap_case a_device_gets_another_name
ktap_case a_device_is_made_anew
ktap_case what_cannot_be_is_refused
ktap_case it_can_be_given_up_and_taken_up
ktap_case unload_under_load
ktap_end
