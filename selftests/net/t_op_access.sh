#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who is served, and how often: allow, deny, ratelimit, for NTP and NTS-KE.
#
#   client namespace                        server namespace
#  +------------------------------+        +------------------------+
#  | 10.9.1.2 .3 .70 .77          | e1--e1 | 10.9.1.1  ntsd         |
#  | 10.99.0.5  fd09:1::2 ::bad   |        | fd09:1::1              |
#  +------------------------------+        +------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_link s c 1
for addr in 10.9.1.3/24 10.9.1.70/24 10.9.1.77/24 10.99.0.5/24; do
	ip -n "$(ns c)" addr add "$addr" dev e1
done
ip -n "$(ns c)" addr add fd09:1::bad/64 dev e1 nodad
# Answers to false addresses go somewhere, too.
ip -n "$(ns s)" route add default via 10.9.1.2
for side in s c; do
	in_ns "$side" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.e1.rp_filter=0
done
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
allow 10.9.1.2
END
NTSD_PID=$(pid_of s)
export NTSD_PID
oracle c access.py "$@"
