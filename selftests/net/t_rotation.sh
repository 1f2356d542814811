#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cookie keys that rotate every few seconds, under load; and stay secret.
#
#   client namespace             server namespace
#  +------------------+         +-------------------------+
#  | oracle, load     | e1---e1 | s: 10.9.1.1             |
#  |        10.9.1.2  |         |    ntsd, ntsrotate 4    |
#  +------------------+         +-------------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

export ROTATE=${ROTATE:-4}
ns_add c
ns_add s
ns_link s c 1
certs ecdsa
module_load
server s s <<END
$(certpair ecdsa)
local stratum 3
ntsrotate $ROTATE
END
oracle c rotation.py "$@"
