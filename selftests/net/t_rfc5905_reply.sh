#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a plain or authenticated answer says, RFC 5905; what gets none, and
# which counter says why.
#
#   client namespace             server namespaces
#  +------------------+         +---------------------------------+
#  |        10.9.1.2  | e1---e1 | s: 10.9.1.1  fd09:1::1  fe80::1 |
#  |        fd09:1::2 |         |    local stratum 3              |
#  | oracle fe80::2   |         +---------------------------------+
#  |        10.9.2.2  | e2---e2 | u: 10.9.2.1  fd09:2::1  fe80::1 |
#  |        fd09:2::2 |         |    the unsynchronised clock     |
#  +------------------+         +---------------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_add u
ns_link s c 1
ns_link u c 2
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END
server u u <<END
$(certpair ecdsa)
END
oracle c rfc5905_reply.py "$@"
