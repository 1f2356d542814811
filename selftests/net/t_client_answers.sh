#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Answers that are bogus, replayed, late or come twice are counted and change
# nothing; kisses, NAKs and cookies are handled as RFC 8915 and 5905 say.
#
#   client namespace c                server namespaces s and p
#  +------------------------+        +-------------------------------------+
#  | k: polls each of them  | e1  e1 | s: 10.9.1.1 by NTS                  |
#  |    each second         |--------|                                     |
#  |                        | e2  e2 | p: 10.9.2.1 in plain                |
#  |                        |--------|    (oracle/server.py, which lies)   |
#  +------------------------+        +-------------------------------------+
#
# A bent answer's time is 100 s off: who believes it is found out.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

NTS=10.9.1.1
PLAIN=10.9.2.1
NEAR=0.1                # s that an honest answer may be off on a busy machine

# unmoved ADDR: the estimate is where it was.
unmoved() {
	within "$(source_offset k "$1")" "$NEAR" || fail "$(report k sources)"
	within "$(tracking_offset k)" "$NEAR" || fail "$(report k tracking)"
}

# totals ADDR: answers that came, and those that were valid.
totals() {
	local received valid
	received=$(ntpdata "$1" 'Total RX')
	valid=$(ntpdata "$1" 'Total valid RX')
	echo "$received $valid"
}

# ntpdata ADDR FIELD
ntpdata() {
	local where
	where=$(cat "$WORK/k.ns")
	if [ "$NTS_CLIENT" = chronyd ]; then
		in_ns "$where" chronyc -h "$WORK/k/sock" -n ntpdata "$1"
	else
		in_ns "$where" ntsctl -n ntpdata "$1"
	fi | sed -n "s/^$2 *: *\\([^ ]*\\).*/\\1/p"
}

# Bent answers before and after each honest one: the honest ones go on.
bent_answers_beside_honest_ones() {
	local addr=$1 kinds=$2 r0 v0 r1 v1 asked
	lie "$(liar_of "$addr")"
	more_requests "$(liar_of "$addr")" 2
	sleep 0.5
	read -r r0 v0 <<<"$(totals "$addr")"
	asked=$(requests "$(liar_of "$addr")")
	lie "$(liar_of "$addr")" "before=$kinds after=$kinds"
	more_requests "$(liar_of "$addr")" 5
	lie "$(liar_of "$addr")"
	more_requests "$(liar_of "$addr")" 1
	sleep 0.5
	read -r r1 v1 <<<"$(totals "$addr")"
	asked=$(($(requests "$(liar_of "$addr")") - asked))
	diag "$asked requests, $((r1 - r0)) answers came, $((v1 - v0)) valid"
	[ $((v1 - v0)) -ge $((asked - 1)) ] || fail "honest answers were not taken"
	[ $((v1 - v0)) -le $((asked + 1)) ] || fail "others were taken"
	[ $((r1 - r0)) -gt $((asked + 3)) ] || fail "the bent ones were not counted"
	unmoved "$addr"
}

liar_of() { if [ "$1" = "$NTS" ]; then echo s; else echo p; fi; }

# With nothing but bent answers the source is lost, not believed.
only_bent_answers() {
	local addr=$1 kinds=$2 v0 v1
	lie "$(liar_of "$addr")"
	more_requests "$(liar_of "$addr")" 2
	sleep 0.5
	lie "$(liar_of "$addr")" "before=$kinds mute=1"
	sleep 0.3
	read -r _ v0 <<<"$(totals "$addr")"
	more_requests "$(liar_of "$addr")" 4
	read -r _ v1 <<<"$(totals "$addr")"
	lie "$(liar_of "$addr")"
	[ "$v1" -le $((v0 + 1)) ] || fail "$((v1 - v0)) were taken"
	unmoved "$addr"
	more_requests "$(liar_of "$addr")" 4
	read -r _ v0 <<<"$(totals "$addr")"
	[ "$v0" -gt "$v1" ] || fail "it does not recover"
}

late_answers() {
	local v0 v1
	# Each comes when the next request has long been sent.
	lie "$(liar_of "$1")" delay=2.4
	sleep 1.5
	read -r _ v0 <<<"$(totals "$1")"
	sleep 6
	read -r _ v1 <<<"$(totals "$1")"
	lie "$(liar_of "$1")"
	diag "$((v1 - v0)) valid answers meanwhile"
	[ "$v1" = "$v0" ] || fail "late answers were taken"
	unmoved "$1"
	sleep 3
}

# It says itself that it does not know the time.
unsynchronised_server() {
	lie "$(liar_of "$1")" leap=3 stratum=0 offset=100
	wait_for 20 "unreachable" reach_is "$1" 0
	lie "$(liar_of "$1")"
	unmoved "$1"
	wait_for 20 "reachable" reach_is "$1" 377
}

reach_is() { [ "$(source_reach k "$1")" = "$2" ]; }

answers_that_come_twice() {
	local v0 v1 asked
	lie "$(liar_of "$1")" after=again,again
	more_requests "$(liar_of "$1")" 1
	sleep 0.5
	read -r _ v0 <<<"$(totals "$1")"
	asked=$(requests "$(liar_of "$1")")
	more_requests "$(liar_of "$1")" 4
	sleep 0.5
	read -r _ v1 <<<"$(totals "$1")"
	asked=$(($(requests "$(liar_of "$1")") - asked))
	lie "$(liar_of "$1")"
	[ $((v1 - v0)) -le $((asked + 1)) ] || fail "$((v1 - v0)) valid answers to $asked requests"
	unmoved "$1"
}

# Each request: a cookie, a port and a transmit time stamp of its own.
nothing_is_used_twice() {
	local n column
	n=$(requests s)
	[ "$n" -gt 20 ] || fail "only $n requests"
	for column in 5 13; do
		[ -z "$(awk -v c="$column" '{ print $c }' "$WORK/s/requests" | sort | uniq -d)" ] ||
			fail "$(awk -v c="$column" '{ print $(c - 1), $c }' "$WORK/s/requests" | sort | uniq -d | head -n 3)"
	done
	# Ports are few: some come again, by chance.
	awk '$11 == last { same++ } !seen[$11]++ { n++ } { last = $11 }
		END { print "# " NR " requests from " n " ports, " same + 0 " from that of the one before"
			exit n < NR * 0.9 || same > 1 }' "$WORK/s/requests"
}

lost_cookies_are_asked_for_again() {
	lie s mute=1
	more_requests s 3
	lie s
	more_requests s 1
	sleep 0.5
	tail -n 4 "$WORK/s/requests" | awk '$7 > n { n = $7 } END { exit n < 2 }' ||
		fail "no placeholders: $(tail -n 4 "$WORK/s/requests")"
	wait_for 10 "8 cookies" full_jar
}

full_jar() { [ "$(auth_cookies k "$NTS")" -ge 8 ]; }

forged_naks_and_kisses() {
	local keys id
	keys=$(wc -l <"$WORK/s/ke")
	id=$(auth_key k "$NTS")
	only_bent_answers "$NTS" forgednak
	only_bent_answers "$NTS" forgedkiss
	[ "$(wc -l <"$WORK/s/ke")" = "$keys" ] || fail "it established keys anew"
	[ "$(auth_key k "$NTS")" = "$id" ] || fail "$(report k authdata)"
}

# The server lost its keys, and its key establishment is broken too: the old
# cookies go on being used, never twice, and the last one is kept.
nak_while_key_establishment_fails() {
	local from
	from=$(wc -l <"$WORK/s/requests")
	lie s epoch=1 ke=close
	sleep 8
	tail -n +$((from + 2)) "$WORK/s/requests" >"$WORK/naks"
	diag "$(awk '{ n[$3]++ } END { for (k in n) printf "%s %d ", k, n[k] }' "$WORK/naks")"
	[ "$(grep -c ' nak ' "$WORK/naks")" -ge 2 ] || fail "it stopped polling with what it has"
	! grep -q ' plain ' "$WORK/naks" || fail "it asked without NTS"
	[ "$(auth_naks k "$NTS")" -ge 1 ] || fail "$(report k authdata)"
	unmoved "$NTS"
}

nak_then_new_keys() {
	lie s epoch=1
	wait_for 60 "keys established anew" new_keys
	lie s epoch=1
	wait_for 20 "valid answers" answered_again
	diag "$(report k authdata)"
	unmoved "$NTS"
}

new_keys() { [ "$(auth_key k "$NTS")" -ge 2 ] && full_jar; }
answered_again() { tail -n 1 "$WORK/s/requests" | grep -q ' answer '; }

rate_kiss_slows_down() {
	local before after
	before=$(requests p)
	sleep 5
	before=$(($(requests p) - before))
	lie p kiss=RATE
	more_requests p 1
	after=$(requests p)
	sleep 10
	after=$(($(requests p) - after))
	diag "$before requests in 5 s before, $after in 10 s after"
	[ "$after" -lt "$before" ] || fail "it goes on as before"
}

module_load
ns_add c
ns_add s
ns_add p
ns_link s c 1
ns_link p c 2
certs ecdsa
liar s s --certs "$WORK/certs"
liar p p
client k c <<-END
	server ntp.test nts iburst minpoll 0 maxpoll 0
	server $PLAIN iburst minpoll 0 maxpoll 0
	authselectmode ignore
	ntstrustedcerts $CA
	nosystemcert
END
wait_for 60 "the one by NTS answers" reach_is "$NTS" 377
wait_for 20 "the other one answers" reach_is "$PLAIN" 377

NTS_KINDS=("auth,key,header" "uid,plain" "origin,zero,old" "mode,version" "short,cut")
PLAIN_KINDS=("origin,zero,old" "mode,version,short")
ktap_plan $(((${#NTS_KINDS[@]} + ${#PLAIN_KINDS[@]}) * 2 + 12))
for kinds in "${NTS_KINDS[@]}"; do
	ktap_case bent_answers_beside_honest_ones "$NTS" "$kinds"
	ktap_case only_bent_answers "$NTS" "$kinds"
done
for kinds in "${PLAIN_KINDS[@]}"; do
	ktap_case bent_answers_beside_honest_ones "$PLAIN" "$kinds"
	ktap_case only_bent_answers "$PLAIN" "$kinds"
done
ktap_case late_answers "$NTS"
ktap_case late_answers "$PLAIN"
ktap_case unsynchronised_server "$NTS"
ktap_case unsynchronised_server "$PLAIN"
ktap_case answers_that_come_twice "$NTS"
ktap_case answers_that_come_twice "$PLAIN"
ktap_case lost_cookies_are_asked_for_again
ktap_case forged_naks_and_kisses
ktap_case nothing_is_used_twice
ktap_case nak_while_key_establishment_fails
ktap_case nak_then_new_keys
ktap_case rate_kiss_slows_down
ktap_end
