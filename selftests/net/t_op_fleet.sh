#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Three servers behind one address take each other's cookies: keys derived from
# one secret, through rotations; and keys in a file that others write.
#
#   client namespace                server namespaces, ntsd each
#  +--------------------+          +-----------------------------+
#  | 10.9.8.2           | e1----e1 | s1 10.9.1.1 ) each has also |
#  |   chronyd, oracle: | e2----e2 | s2 10.9.2.1 ) 10.9.9.9, the |
#  |   routed to one of | e3----e3 | s3 10.9.3.1 ) service       |
#  |   them at a time   |          +-----------------------------+
#  +--------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

SERVICE=10.9.9.9
ROTATE=4

# ask_daemon N WORD...: ntsctl to the daemon of server N.
ask_daemon() { in_ns "s$1" ntsctl --socket="$WORK/s$1/control" "${@:2}"; }

# keys N: ids and roles of server N, as the kernel tells them.
keys() { in_ns "s$1" ntsctl -c keys | cut -d, -f1,2 | sort; }

# counter N NAME
counter() { in_ns "s$1" ntsctl -c counters | awk -F, -v n="$2" '$1 == n { print $3 }'; }

# route_to N: what makes the service server N's.
route_to() { echo "ip -n $(ns c) route replace $SERVICE/32 via 10.9.$1.1 src 10.9.8.2"; }

# move N: it is, from now on.
move() { eval "$(route_to "$1")"; }

chronyc() { command chronyc -h "$WORK/k/sock" -n "$@"; }

# conf N LINE...: the configuration of server N.
conf() {
	cat <<-END
		$(certpair ecdsa)
		local stratum 3
		allow
		bindcmdaddress $WORK/s$1/control
	END
	printf '%s\n' "${@:2}"
}

same_keys() {
	local one
	one=$(keys 1)
	[ -n "$one" ] && [ "$(keys 2)" = "$one" ] && [ "$(keys 3)" = "$one" ]
}

keys_are_the_same_everywhere() {
	wait_for 30 "the same keys" same_keys
	diag "$(keys 1 | tr '\n' ' ')"
	[ "$(keys 1 | wc -l)" = 4 ] || fail "not 4 keys"
	# No file of keys: there is nothing to share, nor to steal.
	[ ! -e "$WORK/s1/ntskeys" ]
}

chronyd_start() {
	mkdir -p "$WORK/k"
	chmod 700 "$WORK/k"
	cat >"$WORK/k.conf" <<-END
		server ntp.test nts iburst minpoll -1 maxpoll -1
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

chronyd_selected() { chronyc sources | grep '^^\*'; }

# Around all three again and again, for five rotations; a cookie got from one
# is used with the next.
moving_clients_meet_no_nak() {
	local before after begin n=1
	move 1
	chronyd_start
	wait_for 60 "chronyd has selected" chronyd_selected
	oracle_client save "$WORK/session" "$SERVICE"
	before=$(keys 1 | awk -F, '$2 == "current"')
	oracle_client load "$WORK/session" 20 $((5 * ROTATE)) "$SERVICE" >"$WORK/load" &
	begin=$(uptime)
	while [ "$(uptime)" -lt $((begin + 5 * ROTATE)) ]; do
		n=$((n % 3 + 1))
		move "$n"
		sleep 0.7
	done
	wait $! || fail "oracle: $(cat "$WORK/load")"
	after=$(keys 1 | awk -F, '$2 == "current"')
	diag "oracle: $(cat "$WORK/load"), key $before then $after"
	[ "$before" != "$after" ] || fail "the keys were not rotated"
	for n in 1 2 3; do
		diag "s$n: $(counter "$n" answer-nts) answers with NTS, $(counter "$n" answer-nak) NAKs"
		[ "$(counter "$n" answer-nts)" -gt 5 ] || fail "s$n was hardly asked"
		[ "$(counter "$n" answer-nak)" = 0 ] || fail "s$n could not open a cookie"
	done
	diag "$(chronyc authdata | tail -n 1)"
	chronyc authdata | awk '$2 == "NTS" && $3 == 1 && $8 == 0 { ok = 1 } END { exit !ok }' ||
		fail "chronyd needed another key exchange"
	halt k
}

# taken_elsewhere: got from the second, taken by the third.  Between two
# programs so much time may pass that it is too old.
taken_elsewhere() {
	move 2
	oracle_client carry "$WORK/old" "$(route_to 3)" "$SERVICE"
}

# refused FILE: its cookie is met by a NAK, not by silence.
refused() { [ "$(oracle_client ask "$1" "$SERVICE")" = nak ]; }

# The judge must be able to say no.
a_cookie_ends_with_its_periods() {
	wait_for 60 "a cookie taken elsewhere" taken_elsewhere
	wait_for $((3 * ROTATE + 20)) "it ends" refused "$WORK/old"
}

# reload N WHAT: a HUP, and a new line of the log.
reload() {
	local lines
	lines=$(wc -l <"$WORK/s$1.log")
	kill -HUP "$(pid_of "s$1")"
	wait_for 30 "$2 in the log of s$1" tail_has "$1" "$lines" "$2"
}

tail_has() { tail -n +$(($2 + 1)) "$WORK/s$1.log" | grep -q -- "$3"; }

# Its clients find out, and exchange keys anew.
a_new_secret_needs_a_rekey() {
	local n
	for n in 1 2 3; do
		conf "$n" "ntskeysource derived" "ntskeysecret $WORK/secret" "ntsrotate 86400" |
			nts_conf "s$n" >"$WORK/s$n.conf"
		reload "$n" "configuration reloaded"
	done
	same_keys || fail "$(keys 1; keys 2; keys 3)"
	move 1
	oracle_client save "$WORK/new" "$SERVICE"
	openssl rand -hex 32 >"$WORK/secret.new"
	cat "$WORK/secret.new" >"$WORK/secret"
	for n in 1 2 3; do
		ask_daemon "$n" rekey
	done
	same_keys || fail "$(keys 1; keys 2; keys 3)"
	refused "$WORK/new"
	oracle_client save "$WORK/new" "$SERVICE"
	move 3
	oracle_client ask "$WORK/new" "$SERVICE"
	# One that is too short changes nothing.
	echo short >"$WORK/secret"
	if ask_daemon 3 rekey; then
		fail "a short secret was taken"
	fi
	oracle_client ask "$WORK/new" "$SERVICE"
}

# chrony's way: keys that others write, and "rekey"; put in force by a reload.
shared_files_and_rekey() {
	local n line
	for n in 1 2 3; do
		conf "$n" "ntsrotate 0" | nts_conf "s$n" >"$WORK/s$n.conf"
		printf 'NKS1\n0.0\n' >"$WORK/s$n/ntskeys"
		for line in 0 1 2 3; do
			printf '0000100%d %064d 15\n' "$line" "$line" >>"$WORK/s$n/ntskeys"
		done
		reload "$n" "configuration reloaded"
	done
	same_keys || fail "$(keys 1; keys 2; keys 3)"
	keys 3 | grep -qx "00001002,current" || fail "$(keys 3)"
	move 1
	oracle_client save "$WORK/shared" "$SERVICE"
	move 2
	oracle_client ask "$WORK/shared" "$SERVICE"
	# The next one becomes the current one, on all of them.
	for n in 1 2 3; do
		{
			printf 'NKS1\n0.0\n'
			for line in 1 2 3; do
				printf '0000100%d %064d 15\n' "$line" "$line"
			done
			printf '00001004 %064d 15\n' 4
		} >"$WORK/s$n/ntskeys"
		ask_daemon "$n" rekey
	done
	same_keys
	keys 2 | grep -qx "00001003,current" || fail "$(keys 2)"
	move 3
	oracle_client ask "$WORK/shared" "$SERVICE"
	oracle_client save "$WORK/shared" "$SERVICE"
	move 1
	oracle_client ask "$WORK/shared" "$SERVICE"
}

# A configuration that cannot be used changes nothing, and is told of.
a_bad_reload_changes_nothing() {
	local before
	before=$(keys 1)
	conf 1 "ntskeysource derived" "ntskeysecret $WORK/none" | nts_conf s1 >"$WORK/s1.conf"
	reload 1 "s1.conf:.*none: No such file"
	wait_for 30 "refusal" log_has s1 "old configuration.*in force"
	[ "$(keys 1)" = "$before" ]
	oracle_client ask "$WORK/shared" "$SERVICE"
}

# What the directives dscp and binddevice say; a device needs a restart.
code_points_and_devices() {
	local what
	spawn dump c tcpdump -lnvi e2 udp src port 123
	wait_for 30 "tcpdump" log_has dump "listening on"
	conf 2 "ntsrotate 0" "dscp 46" "binddevice e2" | nts_conf s2 >"$WORK/s2.conf"
	reload 2 "configuration reloaded"
	move 2
	oracle_client ask "$WORK/shared" "$SERVICE"
	wait_for 30 "an answer with DSCP 46" log_has dump "tos 0xb8"
	halt dump
	# The service is an address of lo: from there nothing is answered any more.
	cp "$WORK/shared" "$WORK/shared.lo"
	what=$(in_ns s2 "$PY" -m oracle.client ask "$WORK/shared.lo" "$SERVICE" | tail -n 1) || true
	[ "$what" = silence ] || fail "answered by another device: $what"
}

certs ecdsa
ns_add c "$SERVICE"
ip -n "$(ns c)" addr add 10.9.8.2/32 dev lo
module_load
openssl rand -hex 32 >"$WORK/secret"
chown ntsd: "$WORK/secret"
chmod 600 "$WORK/secret"
for n in 1 2 3; do
	ns_add s$n
	ns_link s$n c $n
	ip -n "$(ns s$n)" addr add $SERVICE/32 dev lo
	ip -n "$(ns s$n)" route add 10.9.8.2/32 via "10.9.$n.2"
	conf "$n" "ntskeysource derived" "ntskeysecret $WORK/secret" "ntsrotate $ROTATE" |
		server s$n s$n
done

ktap_plan 7
ktap_case keys_are_the_same_everywhere
ktap_case moving_clients_meet_no_nak
ktap_case a_cookie_ends_with_its_periods
ktap_case a_new_secret_needs_a_rekey
ktap_case shared_files_and_rekey
ktap_case a_bad_reload_changes_nothing
ktap_case code_points_and_devices
ktap_end
