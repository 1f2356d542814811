#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tracepoint nts:nts_answer: each packet's verdict and cost, in softirq.
#
#   client namespace             server namespace
#  +------------------+         +------------------------------+
#  | oracle           | e1---e1 | s: 10.9.1.1                  |
#  |        10.9.1.2  |         |    nts.ko  --> trace buffer  |
#  +------------------+         +------------------------------+

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
# ip netns gives its command a /sys of its own, without tracefs.
# shellcheck disable=SC2016 # expanded over there
in_ns c sh -euc 'mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"' \
	sh "$PY" "$HERE/tracepoint.py" "$@"
