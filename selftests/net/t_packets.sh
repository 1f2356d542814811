#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requests as networks deliver them: fragmented, tapped, without checksum, to
# a second address, from this very host.
#
#   client namespace             server namespace
#  +------------------+         +--------------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1  10.9.1.7          |
#  |        fd09:1::2 | 1500    |    fd09:1::1 fd09:1::7         |
#  |        10.9.2.2  | e2---e2 |    10.9.2.1  MTU 600           |
#  |        10.9.3.2  | e3---e3 |    10.9.3.1  fd09:3::1         |
#  |        fd09:3::2 | 1280    |    nts.ko, ntsd                |
#  +------------------+         +--------------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_link s c 1
ns_link s c 2
ns_link s c 3
for one in s c; do
	ip -n "$(ns $one)" link set e2 mtu 600
	ip -n "$(ns $one)" link set e3 mtu 1280
done
ip -n "$(ns s)" addr add 10.9.1.7/24 dev e1
ip -n "$(ns s)" addr add fd09:1::7/64 dev e1 nodad
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END
oracle c packets.py "$@"
