# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of clients share: the client, its reports, lying servers.
# Sourced after lib.sh.  NTS_CLIENT=chronyd puts a real chronyd in ntsd's
# place, in the reports too: how these tests themselves are tried.

NTS_CLIENT=${NTS_CLIENT:-ntsd}
# shellcheck disable=SC2034 # lib.sh reads it
NTS_SERVER=$NTS_CLIENT

# client NAME NS <CONF: a client in NS (- is the guest itself), running.
client() {
	chmod 755 "$WORK"
	nts_conf "$1" >"$WORK/$1.conf"
	if [ "$NTS_CLIENT" = chronyd ]; then
		# shellcheck disable=SC2016 # the $ is sed's
		sed -i -e '$aport 0' -e '/^allow all$/d' "$WORK/$1.conf"
	fi
	client_again "$1" "$2"
}

# client_again NAME NS: starts it (again) with the configuration it has.
client_again() {
	echo "$2" >"$WORK/$1.ns"
	case $NTS_CLIENT,$2 in
	chronyd,-) spawn "$1" "$2" chronyd -d -f "$WORK/$1.conf" ;;
	chronyd,*) spawn "$1" "$2" chronyd -x -d -f "$WORK/$1.conf" ;;
	*) spawn "$1" "$2" ntsd -d -f "$WORK/$1.conf" ;;
	esac
	wait_for 20 "$1 reports" report "$1" tracking
}

# report NAME COMMAND...: as chronyc -c prints it.
report() {
	local name=$1
	shift
	if [ "$NTS_CLIENT" = chronyd ]; then
		in_ns "$(cat "$WORK/$name.ns")" chronyc -h "$WORK/$name/sock" -n -c "$@"
	else
		in_ns "$(cat "$WORK/$name.ns")" ntsctl -n -c "$@"
	fi
}

# column NAME REPORT COLUMN [ADDR]: one field, of the line of a source.
column() {
	report "$1" "$2" | awk -F, -v n="$3" -v addr="${4:-}" '
		addr == "" { print $n; exit }
		{ for (i = 1; i <= 3; i++) if ($i == addr) { print $n; exit } }'
}

# The columns that are asked for by name.
tracking_offset() { column "$1" tracking 5; }
tracking_stratum() { column "$1" tracking 3; }
source_state() { column "$1" sources 2 "$2"; }
source_reach() { column "$1" sources 6 "$2"; }
source_offset() { column "$1" sources 8 "$2"; }
auth_key() { column "$1" authdata 3 "$2"; }
auth_attempts() { column "$1" authdata 7 "$2"; }
auth_naks() { column "$1" authdata 8 "$2"; }
auth_cookies() { column "$1" authdata 9 "$2"; }

selected() { [ "$(source_state "$1" "$2")" = '*' ]; }
state_is() { [[ "$(source_state "$1" "$2")" = [$3] ]]; }

# within NUMBER LIMIT: |NUMBER| <= LIMIT, and NUMBER is one.
within() {
	awk -v n="$1" -v limit="$2" 'BEGIN {
		exit !(n ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/ && n <= limit && n >= -limit) }'
}

# ---- servers that lie ---------------------------------------------------

# liar NAME NS [ARG...]: oracle/server.py; its files are in $WORK/NAME.
liar() {
	local name=$1 where=$2
	shift 2
	mkdir -p "$WORK/$name"
	spawn "$name" "$where" "$PY" -m oracle.server "$WORK/$name" "$@"
	wait_for 30 "$name answers" liar_listens "$name" "$where"
}

liar_listens() {
	alive "$1" && in_ns "$2" ss -Hlun "sport = :123" | grep -q .
}

# lie NAME WORD...: from now on; none is the truth.
lie() {
	local name=$1
	shift
	echo "$*" >"$WORK/$name/lies.new"
	mv "$WORK/$name/lies.new" "$WORK/$name/lies"
}

# requests NAME: how many came so far.
requests() { wc -l <"$WORK/$1/requests"; }

# more_requests NAME COUNT: waits for so many more.
more_requests() {
	local end=$(($(requests "$1") + $2))
	wait_for 60 "$2 more requests" requests_reach "$1" "$end"
}

requests_reach() { [ "$(requests "$1")" -ge "$2" ]; }
