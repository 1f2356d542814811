#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A client whose clock is 0.3 s and 80 ppm off, on each kind of server.
#
# usage: selftests/vm/pair --clients -- /mnt/src/selftests/net/pair_converge.sh \
#          [--seconds N] [--poll MIN,MAX] [SERVER:CLIENT...]
#
#   guest "server"                       guest "client", its raw clock 80 ppm fast
#  +------------------------+           +----------------------------------------+
#  | ntsd, chronyd 4.6.1 or | link0     | ntsd, or chronyd 4.3: gets time by NTS |
#  | ntpd-rs: NTP, NTS-KE   |-----------| chronyd -x: watches both clocks, each  |
#  | 10.9.9.1               |           | second, over plain NTP                 |
#  +------------------------+           +----------------------------------------+
#
# SERVER is ntsd, chronyd or ntpdrs, CLIENT ntsd or chronyd.  The client has N
# seconds (30); what counts is what the observer sees in the last half, and
# chronyd -Q at the end. Polls are 2^MIN to 2^MAX s (0,2). A row for each pair:
#
# For the figures that are reported: --seconds 600 --poll 6,10, and chronyd as
# the client beside ours.
#
#   row SERVER CLIENT  final by -Q; mean, rms, max, noise of the link, sync by
#                      the observer; mean frequency by adjtimex, and of what
#
# Each guest's kernel finds out for itself, at boot, how fast the same TSC is; now
# and then one of them is wrong by 10 ppm. That counts as the oscillator's.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

SHARE=/mnt/share
SERVER=10.9.9.1
AHEAD=-0.3              # our clock, at the start, s
LIMIT=${LIMIT:-0.005}   # of what the observer may see in the end, s
seconds=30 poll=0,2
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=$2 && shift ;;
	--poll) poll=$2 && shift ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- ntsd:ntsd chronyd:ntsd ntpdrs:ntsd

# What this kernel believes, in MHz.
tsc() {
	dmesg | sed -n 's/.*tsc: \(Refined .*calibration:\|Detected\) \([0-9.]*\) MHz.*/\2/p' |
		tail -n 1 | grep .
}

# ---- the server's side --------------------------------------------------

start_ntsd() {
	NTS_SERVER=ntsd server s - <<-END
		$(certpair ecdsa)
		local stratum 1
		allow all
	END
}

start_chronyd() {
	mkdir -m 700 "$WORK/s"
	cat >"$WORK/s.conf" <<-END
		$(certpair ecdsa)
		ntsdumpdir $WORK/s
		local stratum 1
		allow all
		cmdport 0
		bindcmdaddress /
		pidfile $WORK/s/pid
		user root
	END
	spawn s - unshare -m sh -euc "$TRIXIE" sh chronyd -x -d -f "$WORK/s.conf"
}

start_ntpdrs() {
	mkdir "$WORK/s"
	cat >"$WORK/s.conf" <<-END
		[[server]]
		listen = "0.0.0.0:123"
		[[nts-ke-server]]
		listen = "0.0.0.0:4460"
		certificate-chain-path = "$WORK/certs/ecdsa.crt"
		private-key-path = "$WORK/certs/ecdsa.key"
		[observability]
		observation-path = "$WORK/s/observe"
		[synchronization]
		local-stratum = 1
	END
	spawn s - unshare -m sh -euc "$TRIXIE" sh ntp-daemon -c "$WORK/s.conf"
}

both_listen() {
	alive s && ss -Hltn "sport = :4460" | grep -q . &&
		ss -Hlun "sport = :123" | grep -q .
}

# Runs what the client writes to SHARE/want, and says so in SHARE/runs.
serve() {
	local want runs=''
	certs ecdsa
	tsc >"$SHARE/tsc"
	cp "$CA" "$SHARE/ca.crt"
	until [ -e "$SHARE/over" ]; do
		want=$(cat "$SHARE/want" 2>/dev/null || true)
		if [ "$want" != "$runs" ]; then
			halt s
			rm -rf "$WORK/s"
			module_unload
			[ -z "$want" ] || {
				"start_${want%% *}"
				wait_for 30 "$want listens" both_listen
			}
			runs=$want
			echo "$runs" >"$SHARE/runs"
		fi
		sleep 0.2
	done
}

# ---- the client's side --------------------------------------------------

guest() { "$PY" -m oracle.guest "$@"; }

# want SERVER: the other guest runs it, a fresh one, when this returns.
want() {
	echo "$1 $SECONDS" >"$SHARE/want.new"
	mv "$SHARE/want.new" "$SHARE/want"
	wait_for 60 "the server guest runs $1" cmp "$SHARE/want" "$SHARE/runs"
}

# Were the server selected, chronyd -x would discipline a clock of its own, and
# compare with that.
observe() {
	rm -rf "$WORK/o"
	mkdir -m 700 "$WORK/o"
	cat >"$WORK/o.conf" <<-END
		server $SERVER minpoll 0 maxpoll 0 noselect
		log rawmeasurements
		logdir $WORK/o
		pidfile $WORK/o/pid
		port 0
		cmdport 0
		bindcmdaddress /
		user root
	END
	spawn o - chronyd -x -d -f "$WORK/o.conf"
}

# chronyd -Q: what our clock is off by, in seconds; positive is behind.
ask_chronyd() {
	chronyd -U -x -Q -t 20 "server $SERVER iburst" "pidfile $WORK/q.pid" \
		"port 0" "cmdport 0" "bindcmdaddress /" "user root" 2>&1 |
		sed -n 's/.*System clock wrong by \([-0-9.]*\) seconds.*/\1/p'
}

converges() {
	local server=$1 before after told mean fast
	NTS_CLIENT=$2 NTS_SERVER=$2
	want "$server"
	fast=$(awk -v theirs="$(cat "$SHARE/tsc")" -v ours="$(tsc)" \
		'BEGIN { printf "%.2f", 80 + (theirs / ours - 1) * 1e6 }')
	guest reset
	guest ahead "$SERVER" "$AHEAD"
	before=$(ask_chronyd)
	diag "before: chronyd -Q says $before s, adjtimex says $(guest state)"
	within "$before" 0.31 || fail "the test's clock is more than 0.3 s off"
	! within "$before" 0.29 || fail "the test's clock is less than 0.3 s off"
	observe
	client k - <<-END
		server ntp.test iburst nts minpoll ${poll%,*} maxpoll ${poll#*,}
		ntstrustedcerts $SHARE/ca.crt
		nosystemcert
	END
	sleep $((seconds / 2))
	# Slews come and go; what is left in the mean is the frequency.
	mean=$(guest frequency $((seconds / 2)))
	report k tracking >"$WORK/tracking" || true
	report k authdata >"$WORK/authdata" || true
	after=$(ask_chronyd)
	halt o
	halt k
	rm -rf "$WORK/k"
	# It goes on without its daemon.
	module_unload
	told=$("$PY" -m oracle.observer "$WORK/o/measurements.log" $((seconds / 2)))
	diag "its own reports: $(cat "$WORK/tracking")"
	diag "$(cat "$WORK/authdata")"
	diag "after: adjtimex said $mean ppm in the mean"
	diag "row $server $NTS_CLIENT final $after $told frequency $mean of -$fast"
	[ ! -d "$SHARE/rows" ] || echo "$server $NTS_CLIENT final $after $told" >>"$SHARE/rows/converge"
	grep -q '^[^,]*,NTS,' "$WORK/authdata" || fail "not by NTS"
	within "$after" "$LIMIT" || fail "in the end chronyd -Q saw $after s"
	within "$(awk '{ print $6 }' <<<"$told")" "$LIMIT" || fail "the observer's rms"
	# What adjtimex now holds makes up for the oscillator, of which nobody told:
	# within what jitter leaves unknown in so short a time.
	within "$(awk -v fast="$fast" '{ print $1 + fast }' <<<"$mean")" $((seconds < 300 ? 40 : 5)) || fail "not the oscillator's frequency"
}

if [ "${NTSD_SIDE:-}" = server ]; then
	serve
	exit 0
fi
[ "${NTSD_SIDE:-}" = client ] || { echo "$0: run by selftests/vm/pair" >&2; exit 1; }
wait_for 60 "the server guest" test -s "$SHARE/ca.crt"
printf '%s\t%s\n' "$SERVER" ntp.test >>/etc/hosts
ktap_plan $#
for pair in "$@"; do
	ktap_case converges "${pair%:*}" "${pair#*:}"
done
ktap_end
