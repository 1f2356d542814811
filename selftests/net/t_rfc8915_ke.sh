#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NTS-KE server obligations, RFC 8915 sections 3, 4 and 5.1.
#
#   client namespace             server namespaces
#  +------------------+         +-------------------------------------+
#  |        10.9.1.2  | e1---e1 | s: 10.9.1.1  fd09:1::1  fe80::1     |
#  |        fd09:1::2 |         |    ntsd as it comes                 |
#  | oracle fe80::2   |         +-------------------------------------+
#  |        10.9.2.2  | e2---e2 | v: 10.9.2.1  fd09:2::1  fe80::1     |
#  |        fd09:2::2 |         |    ntsd with ntsntpserver, port,    |
#  |                  |         |    maxntsconnections                |
#  +------------------+         +-------------------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_add v
ns_link s c 1
ns_link v c 2
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END
server v v <<END
$(certpair ecdsa)
local stratum 3
ntsntpserver ntp.test
port 11123
maxntsconnections 4
END
oracle c rfc8915_ke.py "$@"
