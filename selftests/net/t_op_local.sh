#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Directive local: when a server vouches for its own clock, and who leads of those
# that are left alone with each other.
#
#   a 10.9.1.1 --- 10.9.1.2 b        orphans, both ntsd
#   o 10.9.2.1 --- 10.9.2.2 p        orphans: chronyd and ntsd
#   s 10.9.N.1 --- 10.9.N.2 kN       s serves, N = 3 to 6; the links are cut and joined
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

LOCAL=7F7F0101

# tracking NS: reference identifier, stratum and leap.
tracking() { in_ns "$1" ntsctl -c tracking | awk -F, '{ print $1, $3, $NF }'; }
says() { [ "$(tracking "$1")" = "$2" ]; }

# tells NS SECONDS WHAT: that becomes the report of tracking.
tells() { wait_for "$2" "$1 says $3" says "$1" "$3" || fail "$1: $(tracking "$1")"; }

# answers NS ADDR STRATUM REFID: what a client is told.
answers() {
	in_ns "$1" "$PY" - "$2" <<-'END' >"$WORK/answer"
		import sys
		from oracle import ntp, udp
		with udp.Peer(sys.argv[1], timeout=3.0) as peer:
		    request = ntp.client_header()
		    peer.send(request.pack())
		    reply = ntp.Header.unpack(peer.receive())
		    print("%d %s %d" % (reply.stratum, reply.refid.hex().upper(), reply.leap))
	END
	[ "$(cat "$WORK/answer")" = "$3 $4 0" ] || fail "$2 answers $(cat "$WORK/answer")"
}

# run NAME <LINES: an ntsd in the namespace of that name.
run() {
	server "$1" "$1" <<-END
		port 123
		bindcmdaddress $WORK/$1/sock
		$(cat)
	END
}

# It has no NTS-KE to wait for.
listens() { alive "$1" && in_ns "$2" ss -Hlun "sport = :123" | grep -q .; }

orphan() {
	echo "server $1 iburst minpoll 0 maxpoll 0"
	echo "local stratum 5 orphan waitunsynced 3 distance 0 waitsynced 6"
}

the_smallest_address_leads() {
	orphan 10.9.1.2 | run a
	orphan 10.9.1.1 | run b
	tells a 60 "$LOCAL 5 Normal"
	tells b 60 "0A090101 6 Normal"
	answers b 10.9.1.1 5 "$LOCAL"
	answers a 10.9.1.2 6 0A090101
	# It stays so.
	sleep 10
	says a "$LOCAL 5 Normal" || fail "a: $(tracking a)"
	says b "0A090101 6 Normal" || fail "b: $(tracking b)"
}

the_other_takes_over_when_it_dies() {
	ip -n "$(ns a)" link set e1 down
	tells b 40 "$LOCAL 5 Normal"
	ip -n "$(ns a)" link set e1 up
	tells b 60 "0A090101 6 Normal"
}

chronyd_leads_and_is_followed() {
	cat >"$WORK/o.conf" <<-END
		server 10.9.2.2 iburst minpoll 0 maxpoll 0
		local stratum 5 orphan
		allow all
		cmdport 0
		bindcmdaddress $WORK/o.sock
		pidfile $WORK/o.chronypid
		user root
	END
	spawn o o chronyd -x -d -f "$WORK/o.conf"
	orphan 10.9.2.1 | run p
	tells p 60 "0A090201 6 Normal"
	sleep 5
	answers p 10.9.2.1 5 "$LOCAL"
	answers o 10.9.2.2 6 0A090201
}

# k N OPTION...: an ntsd that follows s by link N.
k() {
	local n=$1
	shift
	run "k$n" <<-END
		server 10.9.$n.1 iburst minpoll 0 maxpoll 0
		local stratum 8 $*
	END
}

part() { ip -n "$(ns "k$1")" link set "e$1" down; }
rejoin() { ip -n "$(ns "k$1")" link set "e$1" up; }

beyond_a_distance() {
	k 3 distance 10
	tells k3 60 "0A090301 4 Normal"
	sed -i 's/distance 10/distance 0.000001/' "$WORK/k3.conf"
	kill -HUP "$(pid_of k3)"
	tells k3 20 "$LOCAL 8 Normal"
	answers s 10.9.3.2 8 "$LOCAL"
	in_ns k3 ntsctl tracking >"$WORK/text"
	grep -q "^Reference ID *: $LOCAL ()" "$WORK/text" || fail "$(head -n 3 "$WORK/text")"
}

after_the_clock_was_good() {
	part 4
	k 4 activate 0.5 distance 0 waitsynced 4
	sleep 6
	says k4 "00000000 0 Not synchronised" || fail "too early: $(tracking k4)"
	rejoin 4
	tells k4 60 "0A090401 4 Normal"
	part 4
	tells k4 30 "$LOCAL 8 Normal"
}

# From when the last update came, not from when there was no answer.
some_time_after_the_last_update() {
	local from
	k 5 distance 0 waitsynced 12
	tells k5 60 "0A090501 4 Normal"
	sleep 5
	says k5 "0A090501 4 Normal" || fail "while it is updated: $(tracking k5)"
	part 5
	from=$(uptime)
	tells k5 40 "$LOCAL 8 Normal"
	diag "$(($(uptime) - from)) s after the last answer"
	[ $(($(uptime) - from)) -ge 9 ] || fail "too early"
}

some_time_after_the_start() {
	local from
	part 6
	from=$(uptime)
	k 6 waitunsynced 15
	says k6 "00000000 0 Not synchronised" || fail "too early: $(tracking k6)"
	tells k6 40 "$LOCAL 8 Normal"
	diag "$(($(uptime) - from)) s after the start"
	[ $(($(uptime) - from)) -ge 15 ] || fail "too early"
	in_ns k6 ntsctl status | grep -q "^Stratum *: 8" || fail "$(in_ns k6 ntsctl status)"
}

ns_add a
ns_add b
ns_add o
ns_add p
ns_add s
ns_link a b 1
ns_link o p 2
for n in 3 4 5 6; do
	ns_add "k$n"
	ns_link s "k$n" "$n"
done
chmod 755 "$WORK"
module_load
echo "local stratum 3" | run s

# Named ones, or all of them.
[ $# -gt 0 ] || set -- the_smallest_address_leads the_other_takes_over_when_it_dies \
	chronyd_leads_and_is_followed beyond_a_distance after_the_clock_was_good \
	some_time_after_the_last_update some_time_after_the_start
ktap_plan $#
for one in "$@"; do
	ktap_case "$one"
done
ktap_end
