#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers that lie about the time, and which of several a client believes.
#
#   client namespaces c1, c2, c3        server namespaces (oracle/server.py)
#  +--------------------------+        +-----------------------------------+
#  | c1: three plain servers  | e1..e3 | a 10.9.1.1, b 10.9.2.1, d 10.9.3.1|
#  | c2: prefers a by NTS to  | e4, e5 | n 10.9.4.1 by NTS, p 10.9.5.1     |
#  |     p in plain           |        |                                   |
#  | c3: a single server      | e6     | l 10.9.6.1                        |
#  +--------------------------+        +-----------------------------------+
#
# Their clock is that of this machine; a lie is told by oracle/server.py.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

NEAR=0.02               # s that the truth may seem off on a busy machine

# truth NAME: the client's clock is still right, and synchronised.
truth() {
	within "$(tracking_offset "$1")" "$NEAR" || fail "$(report "$1" tracking)"
	[ "$(tracking_stratum "$1")" -ge 2 ] || fail "$(report "$1" tracking)"
}

falseticker_is_found() {
	lie d offset=0.5
	wait_for 30 "d is a falseticker" state_is k1 10.9.3.1 x || fail "$(report k1 sources)"
	diag "$(report k1 sources)"
	truth k1
	wait_for 10 "d in the log" log_has k1 10.9.3.1
	diag "$(grep -F 10.9.3.1 "$WORK/k1.log" | tail -n 2)"
}

falseticker_that_mends_its_ways() {
	lie d
	wait_for 60 "d is selectable" state_is k1 10.9.3.1 '*+-' || fail "$(report k1 sources)"
	truth k1
}

# The one it was synchronised to steps by an hour.
server_steps_by_an_hour() {
	local addr name
	addr=$(report k1 sources | awk -F, '$2 == "*" { print $3 }')
	[ -n "$addr" ] || fail "none is selected: $(report k1 sources)"
	case $addr in 10.9.1.1) name=a ;; 10.9.2.1) name=b ;; *) name=d ;; esac
	lie "$name" offset=3600
	wait_for 60 "$name is a falseticker" state_is k1 "$addr" 'x~?' || fail "$(report k1 sources)"
	diag "$(report k1 sources)"
	for _ in {1..20}; do
		truth k1
		sleep 0.5
	done
	grep -F "$addr" "$WORK/k1.log" | tail -n 3 | sed 's/^/# /'
	lie "$name"
	wait_for 60 "$name is believed again" state_is k1 "$addr" '*+-' || fail "$(report k1 sources)"
}

# With nobody to ask but it, maxchange keeps the clock.
single_server_steps_by_an_hour() {
	local state
	lie l offset=3600
	sleep 12
	state=$(report k3 tracking)
	diag "$state"
	diag "$(report k3 sources)"
	within "$(awk -F, '{ print $5 }' <<<"$state")" "$NEAR" || fail "it followed: $state"
	diag "$(tail -n 3 "$WORK/k3.log")"
	grep -Eiq 'maxchange|3600|3599|too large|exceed' "$WORK/k3.log" || fail "no word of it in the log"
	lie l
	wait_for 60 "synchronised again" selected k3 10.9.6.1 || fail "$(report k3 sources)"
	truth k3
}

majority_lies_alike() {
	lie a offset=0.3
	lie b offset=0.3
	wait_for 60 "d is outvoted" state_is k1 10.9.3.1 x || fail "$(report k1 sources)"
	diag "$(report k1 sources)"
	lie a
	lie b
	wait_for 90 "all agree again" all_agree || fail "$(report k1 sources)"
	truth k1
}

all_agree() {
	report k1 sources | awk -F, '$2 ~ /[*+-]/ { n++ } END { exit n != 3 }'
}

authenticated_is_preferred() {
	wait_for 30 "n is selected" selected k2 10.9.4.1 || fail "$(report k2 sources)"
	! state_is k2 10.9.5.1 '*+' || fail "the plain one has a part in it: $(report k2 sources)"
	diag "$(report k2 selectdata)"
}

falls_back_to_plain() {
	lie n mute=1 ke=close
	wait_for 60 "p is selected" selected k2 10.9.5.1 || fail "$(report k2 sources)"
	diag "$(report k2 sources)"
	truth k2
	wait_for 5 "it in the log" log_has k2 10.9.5.1
	diag "$(tail -n 3 "$WORK/k2.log")"
}

gives_plain_up_again() {
	lie n
	wait_for 90 "n is selected" selected k2 10.9.4.1 || fail "$(report k2 sources)"
	! state_is k2 10.9.5.1 '*+' || fail "the plain one has a part in it: $(report k2 sources)"
	truth k2
	diag "$(tail -n 3 "$WORK/k2.log")"
}

# In the mode that requires authentication it never comes to that.
plain_is_never_used_when_authentication_is_required() {
	lie n mute=1 ke=close
	sed -i 's/^authselectmode .*/authselectmode require/' "$WORK/k2.conf"
	halt k2
	client_gone
	client_again k2 c2
	wait_for 60 "n is given up" state_is k2 10.9.4.1 '?' || fail "$(report k2 sources)"
	sleep 5
	diag "$(report k2 sources)"
	! selected k2 10.9.5.1 || fail "it is selected"
	# The clock holds over what n told; its bound grows.
	! report k2 tracking | grep -q 10.9.5.1 || fail "$(report k2 tracking)"
	lie n
	wait_for 90 "n is selected" selected k2 10.9.4.1 || fail "$(report k2 sources)"
}

# What the kernel keeps for a dead daemon is not what is tested here.
client_gone() {
	[ "$NTS_CLIENT" = ntsd ] || return 0
	rm -f "$WORK/k2"/*.nts
}

module_load
certs ecdsa
for n in 1 2 3; do
	ns_add "c$n" 10.9.4.1
done
n=0
for one in a b d n p l; do
	n=$((n + 1))
	ns_add "$one"
	case $n in [123]) to=c1 ;; [45]) to=c2 ;; *) to=c3 ;; esac
	ns_link "$one" "$to" "$n"
done
for one in a b d p l; do
	liar "$one" "$one"
done
liar n n --certs "$WORK/certs"
client k1 c1 <<-END
	server 10.9.1.1 iburst minpoll 0 maxpoll 0
	server 10.9.2.1 iburst minpoll 0 maxpoll 0
	server 10.9.3.1 iburst minpoll 0 maxpoll 0
END
client k2 c2 <<-END
	server ntp.test nts iburst minpoll 0 maxpoll 0
	server 10.9.5.1 iburst minpoll 0 maxpoll 0
	authselectmode prefer
	ntstrustedcerts $CA
	nosystemcert
END
client k3 c3 <<-END
	server 10.9.6.1 iburst minpoll 0 maxpoll 0
	maxchange 1000 0 -1
END
wait_for 40 "the three agree" all_agree
wait_for 20 "the single one is selected" selected k3 10.9.6.1

ktap_plan 9
ktap_case falseticker_is_found
ktap_case falseticker_that_mends_its_ways
ktap_case server_steps_by_an_hour
ktap_case majority_lies_alike
ktap_case single_server_steps_by_an_hour
ktap_case authenticated_is_preferred
ktap_case falls_back_to_plain
ktap_case gives_plain_up_again
ktap_case plain_is_never_used_when_authentication_is_required
ktap_end
