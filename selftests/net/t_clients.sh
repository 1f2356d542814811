#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real clients, each judged by its own report.  Needs the guest's --clients.
#
# Usage: [OVER="N..."] t_clients.sh [CLIENT...]; all without an argument.
#
#   client namespaces           server namespaces (ntsd each), by certificate
#  +-----------------+         +----------------------------------------+
#  | c1  10.9.1.2    | e1---e1 | ecdsa    10.9.1.1                      |
#  | c2  fd09:2::2   | e2---e2 |          fd09:2::1                     |
#  | c3  10.9.3.2    | e3---e3 | ed25519  10.9.3.1                      |
#  | c4  fd09:4::2   | e4---e4 | rsa      fd09:4::1                     |
#  | c5  10.9.5.2    | e5---e5 | chain    10.9.5.1   (intermediate CA)  |
#  +-----------------+         +----------------------------------------+
#
# Each client runs once in each of c1 to c5, where ntp.test has one address.
# Over c1 chronyd also asks in plain NTPv3 and NTPv4, NTPsec by link-local UDP.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

SERVERS=(- ecdsa ecdsa ed25519 rsa chain)
ADDRS=(- 10.9.1.1 fd09:2::1 10.9.3.1 fd09:4::1 10.9.5.1)
read -ra ALL <<<"${OVER:-1 2 3 4 5}"

# ---- chronyd ------------------------------------------------------------

# chrony_conf NAME SOURCE: a client that leaves the clock alone.
chrony_conf() {
	mkdir -p "$WORK/$1"
	chmod 700 "$WORK/$1"
	cat >"$WORK/$1.conf" <<-END
		$2
		ntstrustedcerts $CA
		nosystemcert
		port 0
		cmdport 0
		bindcmdaddress $WORK/$1/sock
		pidfile $WORK/$1/pid
		user root
	END
}

# The reports have changed between versions: each chronyd has its own chronyc.
CHRONYC=(command chronyc)
chronyc() { "${CHRONYC[@]}" -h "$WORK/$1/sock" -n "${@:2}"; }

chrony_selected() { chronyc "$1" sources | grep '^^\*'; }

# chrony_authentic NAME: the columns of authdata that matter.
#   Name Mode KeyID Type KLen Last Atmp NAK Cook CLen
chrony_authentic() {
	chronyc "$1" authdata | awk '$2 == "NTS" && $3 > 0 && $4 == 15 &&
		$5 == 256 && $8 == 0 && $9 >= 7 && $10 == 100 { ok = 1; print }
		END { exit !ok }'
}

# chrony_ntpdata NAME YES|NO VERSION
chrony_ntpdata() {
	chronyc "$1" ntpdata >"$WORK/$1.ntpdata"
	grep -Eq "^Authenticated +: $2" "$WORK/$1.ntpdata" &&
		grep -Eq "^Version +: $3" "$WORK/$1.ntpdata" &&
		grep -Eq "^Mode +: Server" "$WORK/$1.ntpdata" &&
		grep -Eq "^Leap status +: Normal" "$WORK/$1.ntpdata" &&
		grep -Eq "^Stratum +: 3" "$WORK/$1.ntpdata" &&
		grep -Eq "^NTP tests +: 111 111 1111" "$WORK/$1.ntpdata"
}

start_chronyd43() {
	chrony_conf "k$1" "server ntp.test nts iburst minpoll -1 maxpoll 0"
	spawn "k$1" "c$1" chronyd -x -d -f "$WORK/k$1.conf"
}

start_chronyd461() {
	chrony_conf "k$1" "server ntp.test nts iburst minpoll -1 maxpoll 0"
	echo "ntsaeads 15" >>"$WORK/k$1.conf"
	spawn "k$1" "c$1" sh -euc "$TRIXIE" sh chronyd -x -d -f "$WORK/k$1.conf"
}

judge_chronyd43() {
	wait_for 40 "selected" chrony_selected "k$1"
	diag "$(chrony_selected "k$1")"
	wait_for 10 "authenticated" chrony_authentic "k$1"
	diag "$(chrony_authentic "k$1")"
	wait_for 10 "tests passed" chrony_ntpdata "k$1" Yes 4
	diag "$(grep -E '^(Authenticated|NTP tests|Total good RX)' "$WORK/k$1.ntpdata")"
}

judge_chronyd461() {
	CHRONYC=(in_trixie "c$1" chronyc)
	judge_chronyd43 "$1"
}

# ---- NTPsec -------------------------------------------------------------

# ntpsec_conf N SOURCE: configures and starts it.
ntpsec_conf() {
	mkdir -p "$WORK/k$1"
	cat >"$WORK/k$1.conf" <<-END
		$2
		disable ntp
		restrict default limited nomodify
		restrict 127.0.0.1
		restrict ::1
	END
	spawn "k$1" "c$1" sh -euc "$TRIXIE" sh ntpd -n -c "$WORK/k$1.conf" -p "$WORK/k$1/pid"
}

start_ntpsec() {
	ntpsec_conf "$1" "server ntp.test nts ca $CA iburst minpoll 3 maxpoll 4"
}

ntpsec_query() { in_trixie "c$1" ntpq -n "${@:2}" localhost; }

# What ntpd says of its peer and of NTS, in one call: each takes a second.
ntpsec_synchronised() {
	ntpsec_query "$1" -c 'rv &1' -c ntsinfo >"$WORK/k$1.rv"
	grep -q 'authenb, auth, reach, sel_sys.peer' "$WORK/k$1.rv" &&
		grep -q 'flash=00 ok' "$WORK/k$1.rv" &&
		grep -q 'ntscookies=8' "$WORK/k$1.rv" &&
		awk -F: '/client sends/ { s = $2 } /client recvs good/ { g = $2 }
			/client recvs w error/ { e = $2 }
			END { exit !(s > 3 && s - g <= 1 && e == 0) }' "$WORK/k$1.rv"
}

judge_ntpsec() {
	wait_for 60 "synchronised, authenticated" ntpsec_synchronised "$1" ||
		fail "$(cat "$WORK/k$1.rv")"
	diag "$(grep -Eo 'status=.*|ntscookies=.*|NTS client.*' "$WORK/k$1.rv")"
}

ntpsec_plain() {
	ntpsec_query 1 -c as -c 'rv &1' >"$WORK/k1.rv"
	grep -Eq 'conf, (auth, )?reach, sel_sys.peer' "$WORK/k1.rv" &&
		grep -q 'srcadr=fe80::1' "$WORK/k1.rv"
}

plain_ntp_over_link_local() {
	ntpsec_conf 1 "server fe80::1%e1 iburst minpoll 3 maxpoll 4"
	wait_for 60 "synchronised" ntpsec_plain || fail "$(cat "$WORK/k1.rv")"
	diag "$(grep -Eo 'status=.*|srcadr.*' "$WORK/k1.rv")"
	halt k1
}

# ---- ntpd-rs ------------------------------------------------------------

start_ntpdrs() {
	mkdir -p "$WORK/k$1"
	cat >"$WORK/k$1.conf" <<-END
		[[source]]
		mode = "nts"
		address = "ntp.test"
		certificate-authority = "$CA"
		[observability]
		observation-path = "$WORK/k$1/observe"
		[synchronization]
		minimum-agreeing-sources = 1
	END
	spawn "k$1" "c$1" sh -euc "$TRIXIE" sh ntp-daemon -c "$WORK/k$1.conf"
}

ntpdrs_status() { in_trixie "c$1" ntp-ctl status -c "$WORK/k$1.conf"; }

# A source in use has an offset; the daemon's stratum follows the server's 3.
ntpdrs_synchronised() {
	ntpdrs_status "$1" >"$WORK/k$1.status"
	grep -Eq '^Stratum: 4$' "$WORK/k$1.status" &&
		grep -Eq '\[NTS\].*: [+-][0-9.]+±' "$WORK/k$1.status" &&
		grep -Eq 'missing polls: 0$' "$WORK/k$1.status" &&
		grep -Eq 'NTS cookies: [78]/8 available' "$WORK/k$1.status"
}

judge_ntpdrs() {
	wait_for 60 "synchronised, authenticated" ntpdrs_synchronised "$1" ||
		fail "$(cat "$WORK/k$1.status")"
	diag "$(grep -E 'Stratum|NTS' "$WORK/k$1.status")"
}

# ---- cases --------------------------------------------------------------

client_over() { "judge_$1" "$2"; }

run_client() {
	local n
	for n in "${ALL[@]}"; do
		# One at a time: on a slow machine the starts would starve each
		# other's key establishment, which has but seconds.
		"start_$1" "$n"
		sleep 3
	done
	for n in "${ALL[@]}"; do
		ktap_case client_over "$1" "$n" "${ADDRS[$n]}" "${SERVERS[$n]}"
	done
	for n in "${ALL[@]}"; do
		halt "k$n"
		rm -rf "$WORK/k$n" "$WORK/k$n".*
	done
}

plain_client() {
	chrony_conf "$1" "$2"
	spawn "$1" c1 chronyd -x -d -f "$WORK/$1.conf"
	wait_for 20 "selected" chrony_selected "$1"
	diag "$(chrony_selected "$1")"
	wait_for 10 "plain NTPv$3" chrony_ntpdata "$1" No "$3"
	halt "$1"
}

plain_ntp_version_4() { plain_client p4 "server 10.9.1.1 iburst minpoll -1 maxpoll 0" 4; }
plain_ntp_version_3() { plain_client p3 "server 10.9.1.1 version 3 iburst minpoll -1 maxpoll 0" 3; }

CLIENTS=("$@")
[ $# -gt 0 ] || CLIENTS=(chronyd43 chronyd461 ntpsec ntpdrs)

[ -d /opt/trixie/usr ] || [ "${CLIENTS[*]}" = chronyd43 ] || {
	echo "$0: no /opt/trixie here: run with --clients" >&2
	exit 1
}

module_load
certs ecdsa ed25519 rsa chain
for kind in ecdsa ed25519 rsa chain; do
	ns_add "$kind"
done
for n in "${ALL[@]}"; do
	ns_add "c$n" "${ADDRS[$n]}"
	ns_link "${SERVERS[$n]}" "c$n" "$n"
done
for kind in ecdsa ed25519 rsa chain; do
	server "$kind" "$kind" <<-END
		$(certpair "$kind")
		local stratum 3
	END
done

plan=$((${#CLIENTS[@]} * ${#ALL[@]}))
case " ${CLIENTS[*]} " in *" chronyd43 "*) plan=$((plan + 2)) ;; esac
case " ${CLIENTS[*]} " in *" ntpsec "*) plan=$((plan + 1)) ;; esac
ktap_plan $plan
for client in "${CLIENTS[@]}"; do
	run_client "$client"
	case $client in
	chronyd43)
		ktap_case plain_ntp_version_4
		ktap_case plain_ntp_version_3
		;;
	ntpsec)
		ktap_case plain_ntp_over_link_local
		;;
	esac
done
ktap_end
