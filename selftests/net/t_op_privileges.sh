#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What each process of ntsd may still do, as /proc tells: started as root, and
# started as its user with ambient capabilities, which is what the unit does.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Bits of /proc/PID/status.
NET_ADMIN=$((1 << 12))
NET_BIND=$((1 << 10))
READ_SEARCH=$((1 << 2))

field() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }
caps() { echo $((0x$(field "$1" CapPrm))); }
children() { pgrep -P "$(pid_of s)"; }

# may PID CAPS: those and no other, now or later.
may() {
	[ "$(caps "$1")" -eq "$2" ] || fail "$1 may $(field "$1" CapPrm)"
	[ "$(field "$1" CapAmb)" = 0000000000000000 ] || fail "ambient ones"
	[ "$(field "$1" CapInh)" = 0000000000000000 ] || fail "inheritable ones"
	[ "$(field "$1" NoNewPrivs)" = 1 ] || fail "$1 may get new ones"
	[ "$(field "$1" Seccomp)" = 2 ] || fail "$1 has no filter"
	[ "$(field "$1" Uid)" = "$(id -u ntsd)" ] || fail "$1 runs as $(field "$1" Uid)"
	[ "$(field "$1" Gid)" = "$(id -g ntsd)" ] || fail "$1 runs in $(field "$1" Gid)"
}

# settled FUNCTION: what the processes are once they have given all up, which
# may be a little after the port is open.
settled() { wait_for 20 "$1" in_subshell "$1"; }
in_subshell() { ("$1"); }

master() { may "$(pid_of s)" $((NET_ADMIN | NET_BIND)); }

# Two workers with nothing, and one process that reads keys.
children_of_it() {
	local pid none=0 reads=0
	for pid in $(children); do
		case $(caps "$pid") in
		0) may "$pid" 0; none=$((none + 1)) ;;
		"$READ_SEARCH") may "$pid" "$READ_SEARCH"; reads=$((reads + 1)) ;;
		*) fail "a child may $(field "$pid" CapPrm)" ;;
		esac
	done
	[ "$none $reads" = "2 1" ] ||
		fail "$none with nothing, $reads that reads"
}

memory_is_locked() {
	[ "$(field "$(pid_of s)" VmLck)" -gt 1000 ] ||
		fail "$(field "$(pid_of s)" VmLck) kB"
}

socket_is_the_groups() {
	diag "$(stat -c '%n %U:%G %a' /run/ntsd /run/ntsd/control)"
	[ "$(stat -c '%G %a' /run/ntsd)" = "ntsd 750" ]
	[ "$(stat -c '%G %a' /run/ntsd/control)" = "ntsd 660" ]
}

as() { setpriv --reuid=12345 --regid="$1" --clear-groups "${@:2}"; }

# Reports of the kernel are for all; those of the daemon for its group.
reading_needs_no_root() {
	local group
	group=$(id -g ntsd)
	as 12345 ntsctl tracking >/dev/null
	as 12345 ntsctl sources >/dev/null
	as 12345 ntsctl serverstats >/dev/null
	as "$group" ntsctl certs | grep -q '^State *: serving'
	! as 12345 ntsctl certs 2>/dev/null || fail "everybody may ask ntsd"
}

changing_does() {
	local group
	group=$(id -g ntsd)
	as "$group" ntsctl cyclelogs 2>&1 | grep -q "501 Not authorised"
	! as "$group" ntsctl makestep 2>/dev/null || fail "the group may step"
}

end_it() {
	halt s
	rm -rf /run/ntsd
}

start_with_ambient() {
	end_it
	mkdir -m 750 /run/ntsd
	chown ntsd: /run/ntsd
	ulimit -l unlimited
	spawn s s setpriv --reuid=ntsd --regid=ntsd --init-groups \
		--inh-caps=-all,+net_admin,+net_bind_service,+dac_read_search \
		--ambient-caps=-all,+net_admin,+net_bind_service,+dac_read_search \
		ntsd -d -f "$WORK/s.conf"
	wait_for 40 "s listens" listens s s
	[ "$(field "$(pid_of s)" CapBnd)" != 0 ]
	settled master
}

ns_add s
certs ecdsa
chown root: "$WORK/certs/ecdsa.key"
rm -rf /run/ntsd
module_load
server s s <<END
$(certpair ecdsa)
ntsprocesses 2
lock_all
local stratum 3
END

ktap_plan 10
ktap_case settled master
ktap_case settled children_of_it
ktap_case settled memory_is_locked
ktap_case socket_is_the_groups
ktap_case reading_needs_no_root
ktap_case changing_does
ktap_case start_with_ambient
ktap_case settled children_of_it
ktap_case settled memory_is_locked
ktap_case reading_needs_no_root
ktap_end
