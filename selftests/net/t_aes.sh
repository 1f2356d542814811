#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# AES-SIV by AES-NI and by the kernel's AES library: the same answers, and a
# counter that tells which.
#
#   client namespace             server namespace
#  +------------------+         +------------------------------+
#  | oracle 10.9.1.2  | e1---e1 | s: 10.9.1.1                  |
#  |                  |         |    modprobe nts [aesni=0]    |
#  +------------------+         +------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

counter() {
	in_ns s ntsctl --json counters | "$PY" -c '
import json, sys
from oracle.counters import flatten
print(flatten(json.load(sys.stdin))[sys.argv[1]])' "$1"
}

# with_module ARGS LIBRARY: 40 answers, LIBRARY of them by the library.
with_module() {
	[ ! -d /sys/module/nts ] || rmmod nts
	# shellcheck disable=SC2086 # arguments, or none
	modprobe nts $1
	server s s <<-END
		$(certpair ecdsa)
		local stratum 3
	END
	oracle_client save "$WORK/session"
	oracle_client load "$WORK/session" 20 2
	diag "aesni=$(cat /sys/module/nts/parameters/aesni)," \
		"answer-nts $(counter answer-nts), aes-library $(counter aes-library)"
	[ "$(counter answer-nts)" -eq 40 ]
	[ "$(counter aes-library)" -eq "$2" ]
}

aes_ni() {
	grep -qw aes /proc/cpuinfo || fail "this CPU has no AES-NI"
	with_module "" 0
}

# The same daemon state: cookies sealed by one engine open by the other.
aes_library() {
	cp "$WORK/session" "$WORK/before"
	halt s
	with_module aesni=0 40
	oracle_client ask "$WORK/before"
}

ns_add c
ns_add s
ns_link s c 1
certs ecdsa

ktap_plan 2
ktap_case aes_ni
ktap_case aes_library
ktap_end
