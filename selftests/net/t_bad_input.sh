#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations, certificates and circumstances that are no good: each is
# told in words that help, and what served goes on serving.
#
#   client namespace             server namespace
#  +------------------+         +-------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1  ntsd       |
#  +------------------+         +-------------------------+
#                               | p: alone, ports taken   |
#                               +-------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

good() {
	cat <<-END
		$(certpair ecdsa)
		local stratum 3
		allow
	END
}

# says FILE PATTERN: a line of FILE has PATTERN; shows it.
says() {
	grep -Eq -- "$2" "$1" || fail "no '$2' in: $(cat "$1")"
	diag "$(grep -E -m 1 -- "$2" "$1")"
}

# check_says LINE PATTERN <CONF: ntsd --check fails, naming file and line.
check_says() {
	local rc=0
	cat >"$WORK/bad.conf"
	timeout 20 ntsd --check -f "$WORK/bad.conf" >"$WORK/out" 2>&1 || rc=$?
	[ "$rc" -eq 1 ] || fail "exit $rc: $(cat "$WORK/out")"
	says "$WORK/out" "^$WORK/bad.conf:$1: $2"
}

# refuses PATTERN COMMAND...: in $WHERE it ends by itself, unsuccessfully, and
# says PATTERN.
WHERE=s
refuses() {
	local rc=0 pattern=$1
	shift
	in_ns "$WHERE" timeout 20 "$@" >"$WORK/out" 2>&1 || rc=$?
	case $rc in
	0 | 124 | 12[6-9] | 1[3-9]?) fail "exit $rc: $(cat "$WORK/out")" ;;
	esac
	says "$WORK/out" "$pattern"
}

# ---- configuration ------------------------------------------------------

check_unknown_directive() {
	{ good; echo "makeitgood yes"; } | check_says 5 '.*makeitgood'
}

check_numbers() {
	{ echo; echo "port 65536"; } | check_says 2 '.*port'
	{ echo "ntsport 0"; } | check_says 1 '.*ntsport'
	{ echo "ntsrotate soon"; } | check_says 1 '.*ntsrotate'
	{ echo "local stratum 16"; } | check_says 1 '.*stratum'
	{ echo "maxntsconnections"; } | check_says 1 '.*maxntsconnections'
	{ echo "ntsprocesses -1"; } | check_says 1 '.*ntsprocesses'
}

check_paths_and_names() {
	{ echo "ntsdumpdir var"; } | check_says 1 '.*absolute'
	{ echo "bindaddress here"; } | check_says 1 '.*bindaddress'
	{ echo "ntsaeads 30"; } | check_says 1 '.*15'
	{ echo "# one"; echo "user nobodyatall"; } | check_says 2 '.*nobodyatall'
	{ echo "ntsntpserver fe80::1%eth0"; } | check_says 1 '.*ntsntpserver'
}

check_certificates() {
	{ echo "local"; echo "ntsservercert $CA"; } | check_says 2 '.*ntsserverkey'
	{
		echo "ntsservercert $WORK/certs/none.crt"
		echo "ntsserverkey $WORK/certs/ecdsa.key"
	} | check_says 1 '.*none.crt: No such file'
	{
		echo "ntsservercert $WORK/certs/ecdsa.crt"
		echo "ntsserverkey $WORK/certs/rsa.key"
	} | check_says '[12]' '.*(rsa.key|ecdsa.crt)'
	{
		echo "ntsservercert $WORK/certs/rsa.key"
		echo "ntsserverkey $WORK/certs/ecdsa.key"
	} | check_says 1 '.*rsa.key'
}

check_tells_all_problems_at_once() {
	{ echo "port x"; echo "local"; echo "nonsense"; } | check_says 1 '.*port'
	says "$WORK/out" "^$WORK/bad.conf:3: "
}

check_names_the_included_file() {
	echo "nonsense" >"$WORK/inner.conf"
	echo "include $WORK/inner.conf" >"$WORK/outer.conf"
	if ntsd --check -f "$WORK/outer.conf" >"$WORK/out"; then
		fail "accepted"
	fi
	says "$WORK/out" "^$WORK/inner.conf:1: .*nonsense"
	{ echo "include $WORK/nowhere.conf"; } | check_says 1 '.*nowhere.conf'
}

check_missing_file() {
	refuses "nowhere.conf.*No such file" ntsd --check -f "$WORK/nowhere.conf"
}

check_good_is_silent() {
	good >"$WORK/good.conf"
	ntsd --check -f "$WORK/good.conf" >"$WORK/out" 2>&1 ||
		fail "$(cat "$WORK/out")"
	[ ! -s "$WORK/out" ] || fail "$(cat "$WORK/out")"
}

check_each_kind_of_certificate_is_good() {
	local kind
	for kind in ecdsa ed25519 rsa chain; do
		{ certpair "$kind"; echo "allow"; } >"$WORK/good.conf"
		ntsd --check -f "$WORK/good.conf" >"$WORK/out" 2>&1 ||
			fail "$kind: $(cat "$WORK/out")"
		[ ! -s "$WORK/out" ] || fail "$kind: $(cat "$WORK/out")"
	done
}

check_takes_a_chrony_conf() {
	{
		good
		echo "pool pool.ntp.org iburst nts"
		echo "driftfile /var/lib/chrony/drift"
		echo "makestep 1 3"
		echo "rtcsync"
		echo "allow 10.0.0.0/8"
		echo "ntsdumpdir $WORK/s"
	} >"$WORK/chrony.conf"
	ntsd --check -f "$WORK/chrony.conf" >"$WORK/out" 2>&1 ||
		fail "$(cat "$WORK/out")"
	! grep "allow" "$WORK/out" || fail "what is allowed is warned of"
	! grep -v ': warning: ' "$WORK/out" || fail "more than warnings"
}

# ---- starting -----------------------------------------------------------

start_without_module() {
	good >"$WORK/good.conf"
	refuses "nts.*modprobe nts" ntsd -f "$WORK/good.conf"
}

ntsctl_without_module() {
	refuses "nts.*modprobe nts" ntsctl serverstats
	refuses "nts.*modprobe nts" ntsctl --json keys
}

start_with_a_bad_configuration() {
	{ good; echo "nonsense"; } >"$WORK/bad.conf"
	refuses "$WORK/bad.conf:5: .*nonsense" ntsd -f "$WORK/bad.conf"
}

start_with_a_bad_certificate() {
	echo "no certificate" >"$WORK/certs/bad.crt"
	cp "$WORK/certs/ecdsa.key" "$WORK/certs/bad.key"
	chown ntsd: "$WORK/certs/bad.key"
	certpair bad >"$WORK/bad.conf"
	refuses "bad.crt" ntsd -f "$WORK/bad.conf"
	! in_ns s ss -Hlun "sport = :123" | grep -q . ||
		fail "the kernel serves although ntsd could not start"
}

start_without_privilege() {
	good >"$WORK/good.conf"
	refuses '[Pp]ermi|denied|root|CAP_' \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		ntsd -f "$WORK/good.conf"
}

# Occupies port $2 by $1 (tcp or udp) until halted.
occupy() {
	spawn occupant "$WHERE" "$PY" -c "
import socket, time
kind = socket.SOCK_STREAM if '$1' == 'tcp' else socket.SOCK_DGRAM
s = socket.socket(socket.AF_INET, kind)
s.bind(('0.0.0.0', $2))
if kind == socket.SOCK_STREAM: s.listen()
time.sleep(60)"
	wait_for 10 "$1 port $2 taken" occupied "-Hln${1:0:1}" "$2"
}

occupied() { in_ns "$WHERE" ss "$1" "sport = :$2" | grep -q .; }

start_with_the_ntske_port_taken() {
	WHERE=p
	occupy tcp 4460
	good >"$WORK/good.conf"
	refuses '4460.*(use|taken)' ntsd -f "$WORK/good.conf"
	halt occupant
}

start_with_the_ntp_port_taken() {
	WHERE=p
	occupy udp 123
	good >"$WORK/good.conf"
	refuses 'port.*use' ntsd -f "$WORK/good.conf"
	halt occupant
}

start_with_a_foreign_dump_directory() {
	mkdir -p "$WORK/foreign"
	chown root: "$WORK/foreign"
	chmod 700 "$WORK/foreign"
	{ good; echo "ntsdumpdir $WORK/foreign"; } >"$WORK/foreign.conf"
	spawn foreign s ntsd -f "$WORK/foreign.conf"
	wait_for 20 "a word on the directory" log_has foreign "$WORK/foreign"
	diag "$(grep "$WORK/foreign" "$WORK/foreign.log" | head -n 1)"
	halt foreign
}

start_with_a_broken_keys_file() {
	mkdir -m 700 "$WORK/broken"
	chown ntsd: "$WORK/broken"
	printf 'NKS1\n12\n00000001 0badkey 15\n' >"$WORK/broken/ntskeys"
	chmod 600 "$WORK/broken/ntskeys"
	chown ntsd: "$WORK/broken/ntskeys"
	{ good; echo "ntsdumpdir $WORK/broken"; } >"$WORK/broken.conf"
	spawn broken s ntsd -f "$WORK/broken.conf"
	wait_for 20 "a word on the file" log_has broken "ntskeys"
	diag "$(grep ntskeys "$WORK/broken.log" | head -n 1)"
	! grep -q 0badkey "$WORK/broken.log" || fail "its content is printed"
	wait_for 20 "serving with new keys" oracle_client save "$WORK/b"
	halt broken
}

# ---- serving ------------------------------------------------------------

start_server() {
	cp "$WORK/certs/ecdsa.crt" "$WORK/certs/live.crt"
	install -o ntsd -m 600 "$WORK/certs/ecdsa.key" "$WORK/certs/live.key"
	server s s <<-END
		$(certpair live)
		local stratum 3
	END
	oracle_client save "$WORK/session"
	oracle_client ask "$WORK/session"
}

# Which certificate is served: its fingerprint.
served() {
	in_ns c timeout 10 openssl s_client -connect 10.9.1.1:4460 -alpn ntske/1 \
		</dev/null 2>/dev/null |
		openssl x509 -noout -fingerprint -sha256
}

serves() { [ "$(served)" = "$(openssl x509 -noout -fingerprint -sha256 -in "$1")" ]; }

# reload PATTERN: a HUP, and a new line of the log that has PATTERN.
reload() {
	: >"$WORK/s.log"
	kill -HUP "$(pid_of s)"
	wait_for 20 "'$1' in the log" log_has s "$1"
	diag "$(grep -- "$1" "$WORK/s.log" | head -n 1)"
}

reload_with_a_bad_certificate_keeps_the_old() {
	serves "$WORK/certs/ecdsa.crt"
	echo "no certificate" >"$WORK/certs/live.crt"
	reload "live.crt"
	wait_for 5 "told to stay in force" log_has s "stay in force"
	serves "$WORK/certs/ecdsa.crt"
	oracle_client save "$WORK/again"
}

reload_with_the_wrong_key_keeps_the_old() {
	cp "$WORK/certs/rsa.crt" "$WORK/certs/live.crt"
	reload "stay in force"
	serves "$WORK/certs/ecdsa.crt"
	oracle_client save "$WORK/again"
}

reload_with_a_good_certificate_serves_it() {
	install -o ntsd -m 600 "$WORK/certs/rsa.key" "$WORK/certs/live.key"
	reload "reloaded"
	serves "$WORK/certs/rsa.crt"
	oracle_client save "$WORK/again"
	oracle_client ask "$WORK/session"
}

reload_with_a_bad_configuration_keeps_the_old() {
	echo "nonsense" >>"$WORK/s.conf"
	reload "s.conf:.*nonsense"
	wait_for 5 "told to stay in force" log_has s "stays\? in force"
	oracle_client save "$WORK/again"
	sed -i '$d' "$WORK/s.conf"
	reload "reloaded"
}

second_daemon_is_refused_and_the_first_goes_on() {
	good >"$WORK/good.conf"
	refuses '4460.*use' ntsd -f "$WORK/good.conf"
	alive s
	oracle_client save "$WORK/again"
	oracle_client ask "$WORK/session"
}

killed_worker_is_replaced() {
	local worker
	worker=$(pgrep -g "$(pid_of s)" -f . | grep -vx "$(pid_of s)" | head -n 1)
	[ -n "$worker" ] || fail "no worker: $(ps -ef)"
	kill -KILL "$worker"
	wait_for 20 "key establishment" oracle_client save "$WORK/again"
	alive s
	oracle_client ask "$WORK/session"
}

workers_have_no_privilege() {
	local pid uid caps n=0
	for pid in $(pgrep -g "$(pid_of s)" -f .); do
		[ "$pid" != "$(pid_of s)" ] || continue
		n=$((n + 1))
		uid=$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")
		caps=$(awk '/^Cap(Prm|Eff|Inh|Amb):/ { print $2 }' "/proc/$pid/status" | sort -u)
		diag "worker: uid $uid, capabilities $caps, $(grep -E '^(NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr '\t\n' '  ')"
		[ "$uid" != 0 ]
		[ "$caps" = 0000000000000000 ]
		grep -q '^NoNewPrivs:.*1' "/proc/$pid/status"
	done
	[ "$n" -ge 1 ] || fail "no worker"
	uid=$(awk '/^Uid:/ { print $2 }' "/proc/$(pid_of s)/status")
	diag "master: uid $uid, $(grep CapEff "/proc/$(pid_of s)/status" | tr '\t' ' ')"
	[ "$uid" != 0 ] || fail "the master is root"
}

ns_add c
ns_add s
ns_add p
ns_link s c 1
certs ecdsa ed25519 rsa chain
no_autoload
if [ -d /sys/module/nts ]; then rmmod nts; fi

CASES=(
	check_unknown_directive check_numbers check_paths_and_names
	check_certificates check_tells_all_problems_at_once
	check_names_the_included_file check_missing_file check_good_is_silent
	check_each_kind_of_certificate_is_good check_takes_a_chrony_conf
	start_without_module ntsctl_without_module load_module
	start_with_a_bad_configuration start_with_a_bad_certificate
	start_without_privilege start_with_the_ntske_port_taken
	start_with_the_ntp_port_taken start_with_a_foreign_dump_directory
	start_with_a_broken_keys_file start_server
	reload_with_a_bad_certificate_keeps_the_old
	reload_with_the_wrong_key_keeps_the_old
	reload_with_a_good_certificate_serves_it
	reload_with_a_bad_configuration_keeps_the_old
	second_daemon_is_refused_and_the_first_goes_on
	killed_worker_is_replaced workers_have_no_privilege
)

load_module() { modprobe nts; }

ktap_plan ${#CASES[@]}
for one in "${CASES[@]}"; do
	ktap_case "$one"
done
ktap_end
