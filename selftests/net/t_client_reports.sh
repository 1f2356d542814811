#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Reports and commands: ntsctl beside chronyc, each asking about a client of
# the same server with the same sources.
#
#   client namespace k           server namespace s         client namespace r
#  +-----------------+         +---------------------+         +---------------+
#  | ntsd, ntsctl    | e1---e1 | 10.9.1.1   10.9.2.1 | e2---e2 | chronyd,      |
#  |        10.9.1.2 |         |     chronyd, NTS    |         | chronyc       |
#  +-----------------+         +---------------------+         +---------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

# sources N: one that authenticates itself, 50 ms ahead of the system clock; one
# that is only watched, 100 ms ahead of that; one that nobody knows.
sources() {
	cat <<-END
	server ntp.test nts iburst minpoll 0 maxpoll 2 offset 0.05
	server fd09:$1::1 iburst minpoll 0 maxpoll 2 noselect offset 0.15
	server nowhere.invalid nts
	ntstrustedcerts $CA
	END
}

ns_add s
ns_add k 10.9.1.1
ns_add r 10.9.2.1
ns_link s k 1
ns_link s r 2
certs good
module_load
NTS_SERVER=chronyd server s s <<END
$(certpair good)
local stratum 1
END
sources 2 | NTS_CLIENT=chronyd NTS_SERVER=chronyd client r r
sources 1 | client k k
wait_for 30 "ntsd's client is synchronised" in_ns k ntsctl waitsync 1
wait_for 30 "chronyd's client is synchronised" in_ns r chronyc -h "$WORK/r/sock" waitsync 1
oracle - client_reports.py "$@"
