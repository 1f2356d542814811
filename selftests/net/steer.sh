# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A client that steers the clock of this guest; sourced by the tests of that.
#
#   this guest                          server namespace s
#  +-----------------------------+ e1  +--------------------------------+
#  | k: ntsd; the kernel steers  |-----| 10.9.1.1  oracle/server.py     |
#  |    CLOCK_REALTIME           |     |   a clock of its own, made of  |
#  |                   10.9.1.2  |     |   CLOCK_MONOTONIC_RAW          |
#  +-----------------------------+     +--------------------------------+
#
# The judge is oracle/guest.py: it asks the server in plain NTP and adjtimex.
# That this machine has one CPU for server and client keeps limits wide.
#
# shellcheck disable=SC2317 # functions are called by name
# shellcheck disable=SC2034 # for those who source it

S=10.9.1.1
NEAR=0.002              # s
PPM=8
# Slow as it is, so is what it measures.
if sanitizing; then
	NEAR=0.02 PPM=200
fi

guest() { "$PY" -m oracle.guest "$@"; }
off() { guest offset "$S"; }
near() { within "$(off)" "$1"; }
frequency() { guest state | awk '{ print $1 }'; }
synchronised() { [ $(($(guest state | awk '{ print $2 }') & 0x40)) = 0 ]; }

# fresh: no module, no client, a clock that nobody has touched.
fresh() {
	halt k
	halt f
	module_unload
	rm -rf "$WORK/k" "$WORK/k".*
	guest reset
}

# start_client [DIRECTIVE...]: one line of configuration each.
start_client() {
	client k - <<-END
		server ntp.test nts iburst minpoll -1 maxpoll 0
		ntstrustedcerts $CA
		nosystemcert
		rtcsync
		$(printf '%s\n' "$@")
	END
}

# steer_begin: the network, the server, and no module.
steer_begin() {
	ns_add s
	ip link add e1 type veth peer name e1 netns "$(ns s)"
	ip -n "$(ns s)" addr add 10.9.1.1/24 dev e1
	ip -n "$(ns s)" link set e1 up
	ip addr add 10.9.1.2/24 dev e1
	ip link set e1 up
	grep -q ' ntp.test$' /etc/hosts || echo "10.9.1.1 ntp.test" >>/etc/hosts
	certs ecdsa
	no_autoload
	module_unload
	liar s s --clock raw --certs "$WORK/certs"
}

steer_end() {
	fresh
	sed -i '/ ntp.test$/d' /etc/hosts 2>/dev/null || true
}
