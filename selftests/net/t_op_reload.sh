#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A reload is put in force as a whole, or not at all.
#
#   client namespace          server namespace
#  +-------------------+     +--------------------------------+
#  | oracle   10.9.1.2 | e1  | s: 10.9.1.1  ntsd, the server  |
#  |          10.9.2.2 | e2  |    10.9.2.1                    |
#  +-------------------+     +--------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# reload PATTERN: a HUP, and a new line of the log that has PATTERN.
reload() {
	: >"$WORK/s.log"
	kill -HUP "$(pid_of s)"
	wait_for 30 "'$1' in the log" log_has s "$1"
}

opened() { in_ns s ss "-Hln$1" "sport = :$2" | grep -q .; }
ask() { oracle_client ask "$WORK/session" "$@"; }
sources() { in_ns s ntsctl -c sources | wc -l; }
restored() { [ -s "$WORK/good.conf" ] && cp "$WORK/good.conf" "$WORK/s.conf"; }

# What the good configuration says, and nothing of the bad one.
nothing_changed() {
	opened u 123 || fail "NTP is not served any more"
	opened t 4460 || fail "NTS-KE is not served any more"
	! opened u 1123 || [ -s "$WORK/other.pid" ] || fail "the new port is open"
	! opened t 4461 || [ -s "$WORK/other.pid" ] || fail "the new NTS-KE port is open"
	[ "$(sources)" = 0 ] || fail "a source was added"
	oracle_client save "$WORK/session" >"$WORK/out" || fail "no NTS-KE: $(cat "$WORK/out")"
	ask >"$WORK/out" || fail "no answer: $(cat "$WORK/out")"
	ask 10.9.2.1 >"$WORK/out" || fail "no answer at the other address"
}

# refused PATTERN LINE...: with one bad line all the others have no effect either.
refused() {
	local pattern=$1
	shift
	restored
	printf '%s\n' "deny 10.9.1.2" "server 10.9.1.2 offline" "$@" >>"$WORK/s.conf"
	reload "stay in force"
	diag "$(grep -o 's\.conf:[0-9]*:.*' "$WORK/s.log")"
	log_has s "s\.conf:$(wc -l <"$WORK/s.conf"): .*$pattern" || fail "the line is not named"
	! log_has s "configuration reloaded" || fail "it says that it is in force"
	nothing_changed
}

a_device_without_fast_path() {
	refused "fastpath: this device is not Ethernet.*remove fastpath" "port 1123" "fastpath lo"
}

a_device_that_is_not_there() {
	refused "no such device.*remove binddevice" "ntsport 4461" "binddevice none0"
}

an_address_of_another_host() {
	refused "not an address of this host.*remove bindaddress" "bindaddress 10.9.9.9"
}

listen_py='import socket, sys, time
s = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1]))
s.bind(("0.0.0.0", int(sys.argv[2])))
if sys.argv[1] == "SOCK_STREAM": s.listen(1)
time.sleep(100)'

a_port_in_use() {
	spawn other s "$PY" -c "$listen_py" SOCK_DGRAM 1123
	wait_for 20 "another server" opened u 1123
	refused "port: in use, stop the other" "port 1123"
	halt other
}

an_nts_port_in_use() {
	spawn other s "$PY" -c "$listen_py" SOCK_STREAM 4461
	wait_for 20 "another server" opened t 4461
	refused "TCP port 4461.*another server uses it" "ntsport 4461"
	halt other
}

# Of which only so many fit in the table.
too_many_prefixes() {
	restored
	{
		echo "server 10.9.1.2 offline"
		"$PY" -c 'for i in range(66000): print("deny 20.%d.%d.%d" % (i >> 15, i >> 7 & 255, i << 1 & 255))'
	} >>"$WORK/s.conf"
	reload "stay in force"
	log_has s "s\.conf:[0-9]*: more than 65536 lines allow and deny: name larger subnets" || fail "not told"
	nothing_changed
}

keys_that_cannot_be_read() {
	restored
	mkdir "$WORK/keys"
	echo nonsense >"$WORK/keys/ntskeys"
	printf '%s\n' "ntsrotate 0" "ntsdumpdir $WORK/keys" "deny 10.9.1.2" >>"$WORK/s.conf"
	reload "stay in force"
	log_has s "keys/ntskeys: " || fail "not told"
	nothing_changed
}

# moves LINE...: key establishment goes on while the listener moves.
moves() {
	restored
	printf '%s\n' "$@" >>"$WORK/s.conf"
	: >"$WORK/saves"
	(
		while [ -e "$WORK/saves" ]; do
			oracle_client save "$WORK/while" >>"$WORK/saves" 2>&1 || break
		done
	) &
	saver=$!
	reload "configuration reloaded"
	sleep 1
	ask
	mv "$WORK/saves" "$WORK/saved"
	wait "$saver"
	! grep -v "^saved" "$WORK/saved" || fail "a client was not let in"
}

ke_at() { oracle_client save "$WORK/at" "$@" >/dev/null 2>&1; }

another_address_at_the_same_port() {
	moves "bindaddress 10.9.1.1"
	! ke_at 10.9.2.1 || fail "the other address is served, too"
	! ask 10.9.2.1 || fail "the other address is served, too"
	moves
	ke_at 10.9.2.1
	ask 10.9.2.1
	moves "bindaddress 10.9.1.1"
	moves "bindaddress 10.9.1.1" "bindaddress fd09:1::1"
	ke_at fd09:1::1
	! ke_at fd09:2::1 || fail "the other address is served, too"
}

another_device_at_the_same_port() {
	moves "binddevice e1"
	! ke_at 10.9.2.1 || fail "the other device is served, too"
	moves
	ke_at 10.9.2.1
	ask 10.9.2.1
}

other_ports() {
	restored
	printf '%s\n' "port 1123" "ntsport 4461" >>"$WORK/s.conf"
	reload "configuration reloaded"
	opened u 1123 || fail "the new port is not open"
	opened t 4461 || fail "the new NTS-KE port is not open"
	wait_for 10 "the old listener goes" eval '! opened t 4460'
	! opened u 123 || fail "the old port is still open"
	restored
	reload "configuration reloaded"
	nothing_changed
}

ns_add c
ns_add s
ns_link s c 1
ns_link s c 2
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
allow all
END
cp "$WORK/s.conf" "$WORK/good.conf"

ktap_plan 10
for bad in a_device_without_fast_path a_device_that_is_not_there an_address_of_another_host \
	a_port_in_use an_nts_port_in_use too_many_prefixes keys_that_cannot_be_read; do
	ktap_case "$bad"
done
for good in another_address_at_the_same_port another_device_at_the_same_port other_ports; do
	ktap_case "$good"
done
ktap_end
