#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tracepoint nts:nts_answer: each packet's verdict and cost, in softirq.
#
#   client namespace             server namespace
#  +------------------+         +------------------------------+
#  | oracle           | e1---e1 | s: 10.9.1.1                  |
#  |        10.9.1.2  |         |    nts.ko  --> trace buffer  |
#  +------------------+         +------------------------------+

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
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
oracle c tracepoint.py "$@"
