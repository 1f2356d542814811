#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ntsctl doctor on a live machine: each case breaks one thing, and the cause
# has to be found, with the exit status of a machine that is not well. What
# cannot be broken here (DKMS, Secure Boot) is in the unit test.
#
#   client namespace k            server namespace s         namespace p
#  +-----------------+         +---------------------+      +-----------+
#  | ntsd, ntsctl    | e1---e1 | 10.9.1.1   10.9.2.1 |e2--e2|           |
#  |                 |         |        ntsd         |      |           |
#  +-----------------+         +---------------------+      +-----------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

# finds NAMESPACE RESULT TEXT [REMEDY]: with the configuration on standard input,
# or k's own when that is empty.
finds() {
	local conf=$WORK/doctor.conf rc=0 want=1
	cat >"$conf"
	chmod 644 "$conf"
	[ -s "$conf" ] || conf=$WORK/k.conf
	[ "$2" = problem ] || want=0
	in_ns "$1" ntsctl doctor -f "$conf" >"$WORK/findings" 2>&1 || rc=$?
	diag "$(cat "$WORK/findings")"
	[ "$rc" -eq "$want" ] || return 1
	grep -A 1 "^$2: .*$3" "$WORK/findings" | grep -q -- "${4:-}"
}

healthy() {
	wait_for 40 "the doctor is content" finds k ok "sources: ntp.test: answers, authenticated" </dev/null
	grep -q "^ok: daemon: ntsd runs" "$WORK/findings"
	grep -q "^ok: ports: UDP port 123 is served by the module" "$WORK/findings"
	grep -q "^ok: servers: ntp.test answers, authenticated" "$WORK/findings"
	grep -q " 0 problems" "$WORK/findings"
	in_ns k ntsctl --json doctor -f "$WORK/k.conf" | "$PY" -c 'import json, sys
found = json.load(sys.stdin)["findings"]
assert all(one["result"] == "ok" for one in found), found'
}

another_daemon() {
	cp "$(command -v sleep)" "$WORK/chronyd"
	spawn rival - "$WORK/chronyd" 1000
	wait_for 10 "it is called so" grep -qx chronyd "/proc/$(pid_of rival)/comm"
	finds k problem "rivals: chronyd (pid $(pid_of rival))" "kill $(pid_of rival)" </dev/null
	halt rival
}

holds_ports() { in_ns p ss -Hltn "sport = :4460" | grep -q .; }

port_taken() {
	spawn holder p "$PY" -c 'import socket, time
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(("", 123))
two = socket.create_server(("", 4460))
time.sleep(1000)'
	wait_for 30 "it holds the ports" holds_ports
	finds p problem "ports: UDP port 123 is held by python3.* (pid $(pid_of holder))" "kill" <<-END
	$(certpair good)
	END
	grep -q "^problem: ports: TCP port 4460 is held by python3" "$WORK/findings"
	halt holder
}

firewall() {
	in_ns k nft -f - <<-END
	table inet tight {
		chain in {
			type filter hook input priority 0; policy drop;
			iif lo accept
			ct state established,related accept
		}
	}
	END
	finds k problem "firewall: the firewall drops udp port 123" "nft insert rule inet tight in udp dport 123 accept" </dev/null
	in_ns k nft insert rule inet tight in udp dport 123 accept
	finds k ok "firewall: the firewall lets udp port 123 in" </dev/null
	in_ns k nft delete table inet tight
}

bad_config() {
	finds p problem "config: .*doctor.conf:2: " "mend that line" <<-END
	port 123
	prot 123
	END
}

bad_certificates() {
	finds p problem "config: .*expired" "renew it" <<-END
	$(certpair expired)
	END
	finds p problem "config: .*the key does not belong to the certificate" "same pair" <<-END
	ntsservercert $WORK/certs/good.crt
	ntsserverkey $WORK/certs/expired.key
	END
}

bad_files() {
	install -d -m 0700 -o root "$WORK/dump"
	finds p problem "files: user ntsd may not write in $WORK/dump" "chown -R ntsd" <<-END
	ntsdumpdir $WORK/dump
	END
}

bad_name() {
	finds p problem "names: the name nowhere.invalid" "" <<-END
	server nowhere.invalid nts
	END
}

# reject TCP, drop it, and drop UDP alone.
no_way() {
	finds p problem "servers: 10.9.2.1 has nothing at tcp port 4999" "another server" <<-END
	server 10.9.2.1 nts ntsport 4999
	END
	in_ns s nft -f - <<-END
	table inet way {
		chain in {
			type filter hook input priority 0
			iifname e2 tcp dport 4460 drop
		}
	}
	END
	finds p problem "servers: 10.9.2.1 does not answer at tcp port 4460" "let tcp port 4460 out" <<-END
	server 10.9.2.1 nts
	END
	in_ns s nft flush chain inet way in
	in_ns s nft add rule inet way in iifname e2 udp dport 123 drop
	finds p problem "servers: 10.9.2.1 answers NTS-KE but no NTP" "let udp port 123 out" <<-END
	server 10.9.2.1 nts
	END
	in_ns s nft delete table inet way
	finds p problem "servers: there is no way to 198.51.100.1" "ip route" <<-END
	server 198.51.100.1 nts
	END
}

daemon_dead() {
	halt k KILL
	finds k problem "daemon: ntsd .*another network namespace" "systemctl restart ntsd" </dev/null
	halt s KILL
	finds k problem "daemon: ntsd does not run" "systemctl start ntsd" </dev/null
}

module_gone() {
	no_autoload
	module_unload
	finds k problem "module: the module is blacklisted at /etc/modprobe.d/$PREFIX.conf:1" "then: modprobe nts" </dev/null
}

ns_add s
ns_add k 10.9.1.1
ns_add p 10.9.2.1
ns_link s k 1
ns_link s p 2
certs good expired
module_load
server s s <<END
$(certpair good)
local stratum 1
bindcmdaddress $WORK/s/control
END
client k k <<END
server ntp.test nts iburst minpoll -1 maxpoll 0
ntstrustedcerts $CA
END

ktap_plan 11
ktap_case healthy
ktap_case another_daemon
ktap_case port_taken
ktap_case firewall
ktap_case bad_config
ktap_case bad_certificates
ktap_case bad_files
ktap_case bad_name
ktap_case no_way
ktap_case daemon_dead
ktap_case module_gone
ktap_end
