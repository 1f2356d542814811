#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The netlink interface: who may do what, what errors say, events, ntsctl.
#
#   client namespace             server namespaces
#  +------------------+         +-----------------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1  ntsd                 |
#  |                  |         +-----------------------------------+
#  |        10.9.2.2  | e2---e2 | x: 10.9.2.1  no ntsd, set up by   |
#  |                  |         |    the test's own netlink socket  |
#  +------------------+         +-----------------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

ns_add c
ns_add s
ns_add x
ns_link s c 1
ns_link x c 2
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
END
oracle c netlink.py "$@"
