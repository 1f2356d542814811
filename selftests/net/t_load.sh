#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ntsload against ours and against chronyd: what it says is what happened, and
# whom it was not told to load it leaves alone.
#
#   client namespace c               server namespaces
#  +----------------------+         +----------------------------------------+
#  | 10.9.1.2  fd09:1::2  | e1---e1 | ours     10.9.1.1  fd09:1::1  ntsd     |
#  | 10.77.0.0/24         |         |                                        |
#  | 10.9.2.2  fd09:2::2  | e2---e2 | chronyd  10.9.2.1  fd09:2::1  chronyd  |
#  +----------------------+         +----------------------------------------+
#
# A second chronyd, at port 4461, sends all clients to ours.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# ---- what it says -------------------------------------------------------

# load OPTION...: in c, its JSON to $WORK/load.json, its complaints to load.err.
# Nothing is lost for being slow, where a machine is emulated on a busy one.
load() {
	local rc=0
	in_ns c ntsload --json --trust "$CA" --timeout 5000 "$@" >"$WORK/load.json" 2>"$WORK/load.err" || rc=$?
	diag "ntsload $*: $rc $(cut -c1-400 "$WORK/load.json" "$WORK/load.err")"
	return "$rc"
}

said() { grep -q -- "$1" "$WORK/load.err" || fail "no '$1' in: $(cat "$WORK/load.err")"; }

# status WANT OPTION...: ends with that.
status() {
	local want=$1 rc=0
	shift
	load "$@" || rc=$?
	[ "$rc" -eq "$want" ] || fail "ended with $rc, not $want"
}

# holds EXPRESSION: of the keys of the report, e.g. "sent == verified".
holds() {
	"$PY" - "$WORK/load.json" "$1" <<-'END' || fail "not so: $1"
		import json, sys
		report = json.load(open(sys.argv[1]))
		names = {key.replace(".", "_"): value for key, value in report.items()}
		sys.exit(not eval(sys.argv[2], {"__builtins__": {}, "max": max}, names))
	END
}

# all_good N: so many were sent, and all answered and verified.
all_good() {
	holds "sent == $1 and verified == $1 and answered == $1 and goodput == 1"
	holds "bad + nak + lost + late + unmatched + missed + unsent + overflows == 0"
	holds "rate > 0 and 0 < latency_ns_min <= latency_ns_p50 <= latency_ns_p99 <= latency_ns_max"
}

# ---- modes --------------------------------------------------------------

# mode SERVER ADDR OPTION...
mode() {
	local addr=$2
	shift 2
	load --clients 2 --requests 200 "$@" "$addr"
	all_good 200
	case " $* " in
	# Servers begin to keep what it takes when they are first asked for it.
	*" --interleaved "*) holds "sent * 9 // 10 <= interleaved <= sent - 2 * clients" ;;
	*) holds "interleaved == 0" ;;
	esac
	case " $* " in
	*" --plain "*) holds "ke_done == 0" ;;
	*) holds "ke_done == 2 and rekeyed == 0 and clients == 2" ;;
	esac
}

# Two threads, more requests in flight than clients, one datagram at a time.
by_name_in_threads() {
	load --clients 6 --threads 2 --window 12 --batch 1 --requests 301 ntp.test
	all_good 301
	holds "ke_done == 6 and port == 123"
}

prepared_and_sampled() {
	load --clients 4 --reuse-cookies --prepare --verify-every 10 --requests 400 10.9.1.1
	holds "sent == 400 and answered == 400 and verified == 40 and unchecked == 360"
}

# ---- schedules ----------------------------------------------------------

open_loop_keeps_its_rate() {
	load --rate 100 --duration 4 10.9.1.1
	holds "380 <= sent <= 401 and verified == sent and missed == 0"
	holds "95 <= rate_sent <= 105"
}

# Five standard deviations of 400.
open_loop_at_random() {
	load --rate 100 --poisson --duration 4 10.9.1.1
	holds "300 <= sent + missed <= 500 and verified == sent"
}

ends_in_time() {
	load --duration 1 --requests 1000000 --plain 10.9.1.1
	holds "verified == sent and 0.9 < elapsed_s < 2"
}

# ---- invalid requests ---------------------------------------------------

counter() { in_ns ours ntsctl -c counters | awk -F, -v n="$1" '$1 == n { print $3 }'; }

# What the server counts is what was sent.
invalid_ones_are_counted_apart() {
	local nak short plain
	nak=$(counter answer-nak) short=$(counter drop-short) plain=$(counter answer-plain)
	load --clients 4 --requests 100 --invalid cookie:3 --invalid tag --invalid short:2 \
		--invalid plain 10.9.1.1
	holds "sent == 100 and verified == 100 and goodput == 1"
	holds "invalid_sent == 700 and 399 <= invalid_nak <= 400 and 98 <= invalid_answered <= 100"
	[ $(($(counter answer-nak) - nak)) -eq 400 ] || fail "NAKs: $nak to $(counter answer-nak)"
	[ $(($(counter drop-short) - short)) -eq 200 ] || fail "short: to $(counter drop-short)"
	[ $(($(counter answer-plain) - plain)) -eq 100 ] || fail "plain: to $(counter answer-plain)"
}

# ---- keys ---------------------------------------------------------------

# A chronyd with new keys, in the midst of it: NAKs, and the clients ask anew.
# Their 64 cookies last for 12 s without a server.
keys_are_asked_for_again() {
	in_ns c ntsload --json --trust "$CA" --clients 8 --rate 5 --duration 20 10.9.2.1 \
		>"$WORK/load.json" 2>"$WORK/load.err" &
	wait_for 10 "requests" in_ns c ss -Hun dst 10.9.2.1
	sleep 2
	halt chronyd
	rm -f "$WORK/chronyd/ntskeys"
	NTS_SERVER=chronyd server_again chronyd chronyd
	wait
	diag "$(cat "$WORK/load.json" "$WORK/load.err")"
	holds "4 <= nak <= 16 and rekeyed == 8 and ke_done == 16 and verified >= 40"
}

no_keys_no_load() {
	in_ns c ntsload 10.9.1.1 >"$WORK/load.json" 2>"$WORK/load.err" && fail "a stranger is trusted"
	said "not trusted"
	status 1 --ke-port 1 10.9.1.1
	said "Connection refused"
}

# ---- targets ------------------------------------------------------------

unnamed_ones_are_refused() {
	status 2 --plain 192.0.2.1
	said "--i-operate-this-server"
	status 2 --plain 224.0.1.1
	status 2 --plain --i-operate-this-server 255.255.255.255
	status 2 --plain --i-operate-this-server ff02::101
	status 2 --plain 0.0.0.0
	status 2 10.9.1.1 10.9.2.1
}

# The other's NTS-KE sends us to ours.
sent_elsewhere() {
	local before
	before=$(counter answer-nak)
	status 1 --ke-port 4461 10.9.2.1
	said "sends us to 10.9.1.1"
	[ "$(counter answer-nak)" -eq "$before" ] || fail "it went there"
	# Cookies of another's: there, and each of them refused.
	status 1 --ke-port 4461 --port 123 --allow-server 10.9.1.1 --clients 2 --rekeys 0 10.9.2.1
	said "answered, but not with the time"
	[ $(($(counter answer-nak) - before)) -eq 2 ] || fail "it did not"
}

nobody_listens() {
	status 1 --plain --port 9 10.9.1.1
	said "nobody listens at 10.9.1.1 port 9/udp"
	holds "verified == 0 and sent == lost and refused > 0"
}

# Dropped without a word: it gives up long before it was to end.
silence_ends_it() {
	local begin
	in_ns ours ip route add blackhole 10.9.1.2/32
	begin=$(uptime)
	status 1 --plain --timeout 200 --duration 100 10.9.1.1
	in_ns ours ip route del blackhole 10.9.1.2/32
	said "no answer from 10.9.1.1 port 123/udp"
	[ $(($(uptime) - begin)) -le 30 ] || fail "it took $(($(uptime) - begin)) s"
}

# ---- sources ------------------------------------------------------------

# Those of 10.77.0.0/28 that are hosts' but the last: 13 clients, one each.
from_many_addresses() {
	load --plain --clients 13 --source 10.77.0.0/28 --requests 130 10.9.1.1
	all_good 130
	in_ns ours ntsctl -n -c clients >"$WORK/clients"
	[ "$(grep -c '^10\.77\.0\.' "$WORK/clients")" -eq 13 ] || fail "$(cat "$WORK/clients")"
	load --plain --interleaved --clients 13 --source 10.77.0.0/28 --requests 260 10.9.1.1
	holds "verified == 260 and 200 <= interleaved <= sent - 2 * clients"
	load --plain --clients 5 --source fd77::/64 --requests 50 fd09:1::1
	all_good 50
}

# -------------------------------------------------------------------------

for one in ours chronyd; do
	ns_add "$one"
done
ns_add c 10.9.1.1
ns_link ours c 1
ns_link chronyd c 2
ip -n "$(ns c)" route add local 10.77.0.0/24 dev lo
ip -n "$(ns c)" -6 route add local fd77::/64 dev lo
ip -n "$(ns ours)" route add 10.77.0.0/24 via 10.9.1.2
ip -n "$(ns ours)" -6 route add fd77::/64 via fd09:1::2
certs ecdsa
module_load
server ours ours <<END
$(certpair ecdsa)
local stratum 3
END
for one in chronyd other; do
	NTS_SERVER=chronyd nts_conf "$one" >"$WORK/$one.conf" <<-END
		$(certpair ecdsa)
		local stratum 3
	END
done
cat >>"$WORK/other.conf" <<END
port 2123
ntsport 4461
ntsntpserver 10.9.1.1
END
# shellcheck disable=SC2030 # for these alone
for one in chronyd other; do
	NTS_SERVER=chronyd server_again "$one" chronyd
done

ktap_plan 24
for mode in "" --plain --interleaved "--plain --interleaved"; do
	for peer in "ours 10.9.1.1" "chronyd 10.9.2.1"; do
		# shellcheck disable=SC2086 # words
		ktap_case mode $peer $mode
	done
done
for peer in "ours fd09:1::1" "chronyd fd09:2::1"; do
	# shellcheck disable=SC2086 # words
	ktap_case mode $peer -6
done
ktap_case mode ours fd09:1::1 -6 --plain
ktap_case by_name_in_threads
ktap_case prepared_and_sampled
ktap_case open_loop_keeps_its_rate
ktap_case open_loop_at_random
ktap_case ends_in_time
ktap_case invalid_ones_are_counted_apart
ktap_case from_many_addresses
ktap_case no_keys_no_load
ktap_case unnamed_ones_are_refused
ktap_case sent_elsewhere
ktap_case nobody_listens
ktap_case silence_ends_it
ktap_case keys_are_asked_for_again
ktap_end
