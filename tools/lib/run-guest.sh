#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: run-guest.sh once|live tty|plain
# The guest's half of tools/run:
#
#   this machine ── 10.0.2.15 eth0 ┐                    ┌ netns "client"
#   (QEMU, forwarded ports)        ├ nts.ko, ntsd       │ chronyd
#                       veth-server 10.9.0.1 ─────── 10.9.0.2 veth-client
set -eu
mode=$1 screen=$2
S=/run/demo
KEEP=/mnt/share

fail()
{
	echo "run: $*" >&2
	echo "--- ntsd" >&2
	tail -n 20 "$S/ntsd.log" >&2 || true
	echo "--- chronyd" >&2
	tail -n 20 "$S/chronyd.log" >&2 || true
	dmesg | tail -n 20 >&2
	exit 1
}

in_client()
{
	ip netns exec client "$@"
}

chronyc_n()
{
	in_client chronyc -h "$S/client/sock" "$@"
}

install -d -m 0755 "$S"
install -d -m 0700 "$S/client"
touch "$S/ntsd.log" "$S/chronyd.log"
install -o ntsd -g ntsd -m 0600 "$KEEP/server.key" "$S/server.key"
install -m 0644 "$KEEP/server.crt" "$KEEP/ca.crt" "$S/"
cat >"$S/ntsd.conf" <<EOF
ntsservercert $S/server.crt
ntsserverkey $S/server.key
ntsdumpdir /var/lib/ntsd
local stratum 1
allow all
EOF
cat >"$S/chrony.conf" <<EOF
server ntp.test nts iburst minpoll 0 maxpoll 3
ntstrustedcerts $S/ca.crt
cmdport 0
bindcmdaddress $S/client/sock
pidfile $S/client/pid
user root
EOF
printf '10.9.0.1\tntp.test\n' >>/etc/hosts

ip netns add client
ip link add veth-server type veth peer name veth-client netns client
ip addr add 10.9.0.1/24 dev veth-server
ip link set veth-server up
ip -n client addr add 10.9.0.2/24 dev veth-client
ip -n client link set veth-client up
ip -n client link set lo up

modprobe nts || fail "nts.ko does not load"
ntsd -d -f "$S/ntsd.conf" >"$S/ntsd.log" 2>&1 &
ntsd=$!
end=$((SECONDS + 30))
until ss -Htnl 'sport = :4460' | grep -q .; do
	kill -0 "$ntsd" 2>/dev/null || fail "ntsd ended"
	[ "$SECONDS" -lt "$end" ] || fail "ntsd does not listen on port 4460"
	sleep 0.1
done
in_client chronyd -x -d -f "$S/chrony.conf" >"$S/chronyd.log" 2>&1 &
client=$!

synced()
{
	# Selected (^*), by NTS, with cookies, and the last answer was authentic.
	chronyc_n -c sources 2>/dev/null | grep -q '^\^,\*,' &&
		chronyc_n -c authdata | awk -F, '$2 == "NTS" && $9 > 0 { ok = 1 } END { exit !ok }' &&
		chronyc_n ntpdata | grep -Eq '^Authenticated +: Yes'
}

status()
{
	echo "== server: Linux $(uname -r), nts.ko $(cat /sys/module/nts/version 2>/dev/null || true), up $(cut -d. -f1 /proc/uptime) s"
	ntsctl serverstats || echo "(ntsctl serverstats failed)"
	ntsctl keys || echo "(ntsctl keys failed)"
	ntsctl counters | awk 'NR == 1 || $3 > 0' || echo "(ntsctl counters failed)"
	echo
	echo "== client: $(chronyd --version | cut -d' ' -f1-4) in another network namespace"
	chronyc_n -N sources
	echo
	chronyc_n -N authdata
	echo
	chronyc_n -N ntpdata | grep -E '^(Remote address|Leap|Version|Stratum|Reference ID|Offset|Peer delay|NTP tests|Interleaved|Authenticated|TX time|RX time|Total)'
	echo
	chronyc_n tracking | grep -E '^(Reference ID|Stratum|System time|Last offset|Leap)'
}

end=$((SECONDS + 45))
until synced; do
	kill -0 "$ntsd" 2>/dev/null || fail "ntsd ended"
	kill -0 "$client" 2>/dev/null || fail "chronyd ended"
	if [ "$SECONDS" -ge "$end" ]; then
		chronyc_n -N sources || true
		chronyc_n -N authdata || true
		ntsctl counters || true
		fail "chronyd got no authenticated time within 45 s"
	fi
	sleep 0.2
done
if [ "$mode" = once ]; then
	status
	exit 0
fi
while kill -0 "$ntsd" 2>/dev/null; do
	frame=$(status 2>&1)
	[ "$screen" = tty ] && printf '\033[H\033[J'
	printf '%s\n\nCtrl-C ends it; this machine is served at 127.0.0.1, ports 11123/udp and 14460/tcp.\n' "$frame"
	sleep 2
done
fail "ntsd ended"
