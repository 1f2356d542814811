#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NTS-protected NTP, RFC 8915 sections 5.3 to 5.7.
#
#   client namespace             server namespace
#  +------------------+         +---------------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1  fd09:1::1  fe80::1 |
#  |        fd09:1::2 |         |    nts.ko, ntsd                 |
#  |        fe80::2   |         +---------------------------------+
#  +------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_link s c 1
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END
oracle c rfc8915_ntp.py "$@"
