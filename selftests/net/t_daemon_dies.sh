#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Answers go on without ntsd, and cookies outlive ntsd, module and reboot.
#
# NTS_DEAD_SECONDS (60) is how long ntsd is stopped, and then dead.
#
#   client namespace             server namespace
#  +-----------------------+    +--------------------+
#  | chronyd and oracle,   |    | s: 10.9.1.1        |
#  | each 16 requests per  | e1 |    nts.ko          |
#  | second                |    |    ntsd stopped,   |
#  |              10.9.1.2 |    |    killed, back    |
#  +-----------------------+    +--------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

DEAD=${NTS_DEAD_SECONDS:-60}

chronyc() { command chronyc -h "$WORK/k/sock" -n "$@"; }

# The numbers of chronyd's ntpdata: transmitted, received, valid.
totals() {
	chronyc ntpdata | awk -F: '/^Total TX/ { t = $2 } /^Total RX/ { r = $2 }
		/^Total valid RX/ { v = $2 } END { print t + 0, r + 0, v + 0 }'
}

polls_fast() {
	local a b
	read -r a _ <<<"$(totals)"
	sleep 1
	read -r b _ <<<"$(totals)"
	[ $((b - a)) -ge 12 ]
}

# What the client namespace has sent by UDP in all, and how much of it came
# without an answer.  Answers are what IP delivered and neither TCP nor ICMP
# got: those that chronyd was too late to read UDP counts nowhere.  Read at a
# moment when none is on its way: an answer takes a millisecond, the next
# request comes after sixty.  A straggler is waited for: what is lost stays so.
# shellcheck disable=SC2016 # expanded over there
datagrams() {
	in_ns c bash -euc '
		last=
		for _ in {1..10}; do
			least=
			for _ in {1..10}; do
				while read -r -a f; do
					case ${f[0]}${f[1]} in
					Ip:[0-9]*) in=${f[9]} ;;
					Icmp:[0-9]*) in=$((in - f[1])) ;;
					Tcp:[0-9]*) in=$((in - f[10])) ;;
					Udp:[0-9]*) out=${f[4]} ;;
					esac
				done </proc/net/snmp
				missing=$((out - in))
				[ -n "$least" ] && [ "$missing" -ge "$least" ] || least=$missing
				sleep 0.03
			done
			[ "$least" != "$last" ] || break
			last=$least
		done
		echo "$out $least"'
}

# no_loss SECONDS: chronyd and the oracle go on asking, and miss nothing.
no_loss() {
	local t0 v0 t1 v1 o0 o1 b0 b1
	read -r o0 b0 <<<"$(datagrams)"
	read -r t0 _ v0 <<<"$(totals)"
	oracle_client load "$WORK/session" 16 "$1" >"$WORK/load" ||
		fail "oracle: $(cat "$WORK/load")"
	read -r t1 _ v1 <<<"$(totals)"
	read -r o1 b1 <<<"$(datagrams)"
	diag "chronyd: $((t1 - t0)) requests, $((v1 - v0)) valid answers in time"
	diag "oracle: $(cat "$WORK/load")"
	diag "datagrams: $((o1 - o0)) requests, $((b1 - b0)) without an answer"
	[ $((t1 - t0)) -ge $(($1 * 12)) ] || fail "fewer requests than 12 a second"
	[ $((b1 - b0)) -eq 0 ] || fail "answers were lost"
	[ $((v1 - v0)) -ge $(((t1 - t0) * 99 / 100 - 1)) ] ||
		fail "chronyd found answers invalid, or late"
	chronyc authdata | awk '$2 == "NTS" { ok = $8 == 0 } END { exit !ok }' ||
		fail "NAKs: $(chronyc authdata)"
}

# A cookie from before all that happens here.
old_cookie() { oracle_client ask "$WORK/first" | grep -qx "$1"; }

# signal SIG: to ntsd and all its workers.
signal() { kill -"$1" -- "-$(pid_of s)"; }

baseline() { no_loss 5; }

stopped_daemon() {
	signal STOP
	no_loss "$DEAD"
	if timeout 3 ip netns exec "$(ns c)" "$PY" -m oracle.client \
		save "$WORK/none" >/dev/null 2>&1; then
		fail "ntsd is not stopped: it does key establishment"
	fi
	old_cookie answer
}

continued_daemon() {
	signal CONT
	wait_for 20 "key establishment" oracle_client save "$WORK/continued"
	no_loss 3
}

killed_daemon() {
	local pid
	pid=$(pid_of s)
	signal KILL
	sleep 0.5
	! alive s || fail "ntsd $pid is alive"
	no_loss "$DEAD"
	old_cookie answer
}

restarted_daemon() {
	server_again s s
	oracle_client save "$WORK/restarted"
	old_cookie answer
	no_loss 3
}

module_reloaded_under_the_daemon() {
	rmmod nts
	sleep 2
	old_cookie silence
	modprobe nts
	wait_for 30 "ntsd reinstalls its keys" old_cookie answer
	wait_for 10 "key establishment" oracle_client save "$WORK/reloaded"
	oracle_client ask "$WORK/reloaded"
	oracle_client ask "$WORK/restarted"
}

# What a reboot leaves: the files in ntsdumpdir.
reboot() {
	halt s
	rmmod nts
	modprobe nts
	server_again s s
	old_cookie answer
	oracle_client ask "$WORK/restarted"
	oracle_client ask "$WORK/reloaded"
	diag "keys file: $(stat -c '%a %U' "$WORK/s/ntskeys")"
	[ "$(stat -c %a "$WORK/s/ntskeys")" = 600 ]
}

killed_then_reboot() {
	signal KILL
	rmmod nts
	modprobe nts
	server_again s s
	old_cookie answer
}

lose_keys() {
	halt s
	rm -f "$WORK/s/ntskeys"
	rmmod nts
	modprobe nts
	server_again s s
}

# The judge must be able to say no: without the files the cookies are void.
keys_lost_is_a_nak() {
	lose_keys
	old_cookie nak
}

# At a poll slow enough that cookies are left when ntsd is back.
chronyd_recovers_from_lost_keys() {
	local before
	halt k
	chronyd_start 1
	wait_for 30 "selected" chronyd_selected
	before=$(totals)
	lose_keys
	wait_for 60 "valid answers again" recovered "${before##* }"
	diag "$(chronyc authdata | tail -n 1)"
	diag "$(chronyd_selected)"
}

# recovered VALID: more valid answers than that, by cookies of a second KE.
recovered() {
	local v
	read -r _ _ v <<<"$(totals)"
	[ "$v" -gt "$1" ] &&
		chronyc authdata | awk '$3 == 2 && $8 == 0 { ok = 1 } END { exit !ok }'
}

chronyd_selected() { chronyc sources | grep '^^\*'; }

# chronyd_start POLL: as the client that is to notice nothing.
chronyd_start() {
	cat >"$WORK/k.conf" <<-END
		server ntp.test nts iburst minpoll $1 maxpoll $1
		ntstrustedcerts $CA
		nosystemcert
		port 0
		cmdport 0
		bindcmdaddress $WORK/k/sock
		pidfile $WORK/k/pid
		user root
	END
	spawn k c chronyd -x -d -f "$WORK/k.conf"
}

ns_add c
ns_add s
ns_link s c 1
certs ecdsa
no_autoload
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END

mkdir -m 700 "$WORK/k"
chronyd_start -4
oracle_client save "$WORK/first" >/dev/null
oracle_client save "$WORK/session" >/dev/null
wait_for 40 "chronyd asks 16 times a second" polls_fast

ktap_plan 10
ktap_case baseline
ktap_case stopped_daemon
ktap_case continued_daemon
ktap_case killed_daemon
ktap_case restarted_daemon
ktap_case module_reloaded_under_the_daemon
ktap_case reboot
ktap_case killed_then_reboot
ktap_case keys_lost_is_a_nak
ktap_case chronyd_recovers_from_lost_keys
ktap_end
