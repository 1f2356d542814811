#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# New certificates come into use by themselves: no restart, nobody refused.
#
# One client does one key establishment after the other all the time; each way
# by which files get renewed is gone through meanwhile.
#
#   client namespace             server namespace
#  +-----------------------+    +------------------------------------+
#  | oracle.renew load     | e1 | s: 10.9.1.1, ntsd as user ntsd     |
#  |              10.9.1.2 |    |    keys are root's alone, mode 600 |
#  +-----------------------+    +------------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

LIVE=$WORK/live
NEXT=$WORK/next

# make NAME [OPTION...]: a pair of the CA in $NEXT/NAME.
make_pair() {
	local name=$1
	shift
	ntsctl cert new --name ntp.test --ip 10.9.1.1 --ca "$WORK/ca" \
		--out "$NEXT/$name" "$@" >/dev/null
}

print_of() { openssl x509 -noout -fingerprint -sha256 -in "$1" | sed 's/.*=//'; }

# shown NAME: what ntsctl certs says of the one pair.
shown() { ntsctl certs | sed -n "s/^$1  *: //p"; }

# shown_is NAME PATTERN
shown_is() { shown "$1" | grep -q -- "$2"; }

# told CERT: ntsctl says that it serves.
told() {
	shown_is State '^serving$' &&
		[ "$(shown SHA-256)" = "$(print_of "$1" | tr -d :)" ]
}

# shown_to_clients CERT
shown_to_clients() { [ "$(served)" = "$(print_of "$1")" ]; }

# serving CERT: ntsctl says so, and clients are shown it.  A handshake that the
# machine had no time for within the 2 s of ntsd is tried again.
serving() {
	wait_for 40 "ntsctl says $1" told "$1"
	wait_for 40 "clients are shown $1" shown_to_clients "$1"
}

served() {
	in_ns c timeout 30 openssl s_client -connect 10.9.1.1:4460 -alpn ntske/1 \
		</dev/null 2>/dev/null |
		openssl x509 -noout -fingerprint -sha256 | sed 's/.*=//'
}

# What must not change: ntsd itself.
same_daemon() { alive s && [ "$(pid_of s)" = "$FIRST_PID" ]; }

first_pair() {
	serving "$LIVE/server.crt"
	shown_is "Days left" '^\(89\|90\)$'
	shown_is Names "ntp.test"
	ntsctl --json certs | grep -q '"state": *"serving"'
	[ "$(stat -c '%U %a' "$LIVE/server.key")" = "root 600" ]
}

# The tutorial's script: two moves.
renamed() {
	make_pair renamed
	mv "$NEXT/renamed/server.key" "$LIVE/server.key"
	mv "$NEXT/renamed/server.crt" "$LIVE/server.crt"
	serving "$LIVE/server.crt"
	same_daemon
}

# openssl req: both files in place, as its user may do.
written_in_place() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$LIVE/server.key" -out "$LIVE/server.crt" -days 60 \
		-subj /CN=ntp.test -addext subjectAltName=DNS:ntp.test \
		2>/dev/null
	serving "$LIVE/server.crt"
	same_daemon
}

# Key and certificate by different commands, with time between them.
one_after_the_other() {
	make_pair slow
	cp "$NEXT/slow/server.key" "$LIVE/server.key"
	wait_for 40 "it waits" shown_is State "^waiting"
	diag "$(shown State)"
	cp "$NEXT/slow/server.crt" "$LIVE/server.crt"
	serving "$LIVE/server.crt"
	same_daemon
}

# A broken pair is told once, and the old one serves on.
broken() {
	cp "$LIVE/server.crt" "$WORK/good.crt"
	echo "no certificate" >"$LIVE/server.crt"
	wait_for 40 "it waits" shown_is State "^waiting: .*server.crt: not a PEM certificate"
	wait_for 40 "a word in the log" log_has s "not taken.*not a PEM"
	diag "$(grep "not taken" "$WORK/s.log")"
	wait_for 40 "the old one serves" shown_to_clients "$WORK/good.crt"
	cp "$WORK/good.crt" "$LIVE/server.crt"
	serving "$LIVE/server.crt"
	[ "$(grep -c "not a PEM.* goes on" "$WORK/s.log")" -eq 1 ] ||
		fail "told more than once"
	same_daemon
}

# Children without any capability.
worker_pids() {
	pgrep -P "$FIRST_PID" | while read -r pid; do
		grep -q '^CapPrm:\s*0*$' "/proc/$pid/status" && echo "$pid"
	done
}

workers() { [ "$(worker_pids | wc -l)" -eq "$1" ]; }

# A worker that dies meanwhile is born again with what served.  Whom it served
# is lost with it, so the load has ended before.
broken_and_a_dead_worker() {
	local old
	cp "$LIVE/server.key" "$WORK/good.key"
	: >"$LIVE/server.key"
	wait_for 40 "it waits" shown_is State "^waiting"
	wait_for 20 "2 workers" workers 2
	old=$(worker_pids | head -n 1)
	[ -n "$old" ] || fail "no worker found"
	kill -KILL "$old"
	wait_for 20 "another worker" workers 2
	wait_for 40 "the old one serves" shown_to_clients "$LIVE/server.crt"
	cp "$WORK/good.key" "$LIVE/server.key"
	serving "$LIVE/server.crt"
}

# Another host's certificate, by mistake.
of_another_name() {
	ntsctl cert new --name other.test --ca "$WORK/ca" --out "$NEXT/other" \
		>/dev/null
	cp "$LIVE/server.crt" "$WORK/good.crt"
	cp "$LIVE/server.key" "$WORK/good.key"
	mv "$NEXT/other/server.key" "$NEXT/other/server.crt" "$LIVE/"
	wait_for 40 "it waits" shown_is State "^waiting: .*none of the names"
	wait_for 40 "the old one serves" shown_to_clients "$WORK/good.crt"
	cp "$WORK/good.key" "$LIVE/server.key"
	cp "$WORK/good.crt" "$LIVE/server.crt"
	serving "$LIVE/server.crt"
}

# certbot: links to numbered files, switched one by one.
switched_links() {
	make_pair one
	make_pair two --key-type ed25519
	mkdir -p "$WORK/archive"
	chmod 700 "$WORK/archive"
	for n in one two; do
		mv "$NEXT/$n/server.key" "$WORK/archive/$n.key"
		mv "$NEXT/$n/server.crt" "$WORK/archive/$n.crt"
	done
	for kind in key crt; do
		ln -sfn "../archive/one.$kind" "$LIVE/server.$kind"
	done
	serving "$WORK/archive/one.crt"
	for kind in key crt; do
		ln -sfn "../archive/two.$kind" "$LIVE/server.$kind"
	done
	serving "$WORK/archive/two.crt"
	shown_is "Key type" Ed25519
	same_daemon
}

# A session that began with the old certificate ends as it should.
old_session_goes_on() {
	local n
	for n in 1 2 3 4 5 6 7 8; do
		make_pair "over$n"
	done
	cat >"$WORK/renew" <<-END
		#!/bin/sh
		n=\$(ls -d $NEXT/over* | head -n 1)
		mv -f "\$n/server.key" $WORK/archive/two.key
		mv -f "\$n/server.crt" $WORK/archive/two.crt
		rm -r "\$n"
	END
	chmod +x "$WORK/renew"
	in_ns c "$PY" -m oracle.renew over "$WORK/s.log" "certificate renewed" \
		"$WORK/renew"
	same_daemon
}

nobody_was_refused() {
	kill -TERM "$(pid_of load)"
	wait_for 20 "the load ends" test -s "$WORK/sessions"
	diag "$(wc -l <"$WORK/sessions") sessions, $(cut -d' ' -f1 "$WORK/sessions" |
		sort -u | wc -l) certificates"
	diag "$(grep -c '^late' "$WORK/sessions") had to wait for the machine"
	if grep -vE ' 8$|^late' "$WORK/sessions" >"$WORK/bad"; then
		fail "$(wc -l <"$WORK/bad") failed: $(head -n 3 "$WORK/bad")"
	fi
	[ "$(cut -d' ' -f1 "$WORK/sessions" | sort -u | wc -l)" -ge 4 ] ||
		fail "too few certificates were seen"
}

ns_add c
ns_add s
ns_link s c 1
mkdir "$NEXT"
chmod 755 "$NEXT"
mkdir -m 700 "$LIVE"
chmod 755 "$WORK"
make_pair first --days 90
cp -p "$NEXT/first/server.key" "$NEXT/first/server.crt" "$LIVE/"
module_load
server s s <<END
ntsservercert $LIVE/server.crt
ntsserverkey $LIVE/server.key
ntsprocesses 2
local stratum 3
END
FIRST_PID=$(pid_of s)
CA=$WORK/ca/ca.crt
spawn load c "$PY" -m oracle.renew load "$WORK/sessions"

ktap_plan 10
ktap_case first_pair
ktap_case renamed
ktap_case one_after_the_other
ktap_case broken
ktap_case of_another_name
ktap_case switched_links
ktap_case old_session_goes_on
ktap_case nobody_was_refused
ktap_case broken_and_a_dead_worker
ktap_case written_in_place
ktap_end
