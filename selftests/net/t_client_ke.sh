#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Key establishment that fails: a log line says why, reports show it, and the
# clock is left alone; then servers that are mended.
#
#   client namespace c            server namespace s
#  +--------------------+        +------------------------------------------+
#  | k: one source for  | e1  e1 | 10.9.1.1   a server as it should be      |
#  | each address, all  |--------| 10.9.1.11… one address for each fault:   |
#  | with NTS           |        |            NAME.ntp.test, see FAULTS     |
#  |           10.9.1.2 |        |            (oracle/ke_server.py)         |
#  +--------------------+        +------------------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

# The fault, and what the log has to say of it (without regard to case).
FAULTS=(
	"unknown|resol|name.*(known|service|address)|no address"
	"refused|refused"
	"unreachable|unreachable|no route|timed? ?out"
	"expired|expired|date|validity"
	"future|not (yet )?valid|not yet|date|validity|activated"
	"stranger|name|not for"
	"self|self.?signed|trust|unknown (ca|issuer|authority)|no issuer|signer"
	"foreign|trust|unknown (ca|issuer|authority)|no issuer|signer"
	"garbage|malformed|bad|invalid|odd|length|unexpected"
	"text|tls|handshake|ssl"
	"hang|timed? ?out|no answer"
	"close|closed|ended|incomplete|no response"
	"error|error|bad request"
	"critical|critical|unknown record"
	"noend|end of message|incomplete|closed|ended"
	"nocookie|cookie"
	"aead|aead|algorithm|cipher"
	"proto|protocol|ntpv4|next"
	"flood|long|large|many|size|octets|bytes"
	"tls12|tls|version|handshake|protocol"
	"alpn|alpn|application.layer|protocol"
)

fault() { echo "${FAULTS[$1]%%|*}"; }
reason() { echo "${FAULTS[$1]#*|}"; }

# addr N: where fault N lives.
addr() { echo "10.9.1.$((11 + $1))"; }
name() { echo "$(fault "$1").ntp.test"; }

# told N: the log lines about it; its name, by which they are found, is X in
# them, lest it be taken for the reason.
told() {
	local name
	name=$(name "$1")
	grep -F -e "$name" "$WORK/k.log" | sed "s/${name//./\\.}/X/g" || true
}

why() { told "$1" | grep -Eiq -- "$(reason "$1")"; }

# What a report calls the source: its address, or its name while it has none.
label() {
	if [ "$(fault "$1")" = unknown ]; then name "$1"; else addr "$1"; fi
}

# Each attempt that failed has a line with the reason; no more than that.
failure() {
	local lines tried
	wait_for 30 "the reason in the log" why "$1" || fail "$(told "$1")"
	lines=$(told "$1" | grep -Eic -- "$(reason "$1")")
	diag "$(told "$1" | grep -Eim 1 -- "$(reason "$1")")"
	[ "$(fault "$1")" = unknown ] || {
		tried=$(auth_attempts k "$(label "$1")")
		[ "$lines" -le "$tried" ] || fail "$lines lines about $tried attempts"
	}
	! selected k "$(label "$1")" || fail "it is selected"
}

# all_tried: each has failed at least once.
all_tried() {
	report k authdata | awk -F, '$7 < 1 { less = 1 } END { exit less || NR < '"${#FAULTS[@]}"' }'
}

shown_in_reports() {
	local n line bad=''
	report k sources >"$WORK/sources"
	report k authdata >"$WORK/authdata"
	for n in "${!FAULTS[@]}"; do
		# One without an address is no source yet.
		[ "$(fault "$n")" != unknown ] || continue
		line=$(grep -E "^\^,[^,]*,($(addr "$n")|$(name "$n"))," "$WORK/sources" || true)
		awk -F, '{ exit !($2 == "?" && $6 == 0) }' <<<"${line:-none}" ||
			bad+=" $(fault "$n")(sources: ${line:-no line})"
		line=$(grep -E "^($(addr "$n")|$(name "$n"))," "$WORK/authdata" || true)
		# Columns: name mode keyid type klen last atmp nak cook clen.
		awk -F, '{ exit !($2 == "NTS" && $7 >= 1 && $9 == 0) }' <<<"${line:-none}" ||
			bad+=" $(fault "$n")(authdata: ${line:-no line})"
	done
	[ -z "$bad" ] || fail "$bad"
	diag "activity: $(report k activity)"
	[ "$(column k activity 5)" = 1 ] || fail "the unknown one is not among the unresolved"
}

# With nothing but failures there is no time.
not_synchronised() {
	diag "$(report k tracking)"
	[ "$(tracking_stratum k)" = 0 ] || fail "it has a stratum"
	report k tracking | grep -qi 'Not synchronised' || fail "it says it is synchronised"
	[ "$(requests s)" = 0 ] || fail "$(requests s) NTP requests without keys"
}

the_good_one_is_selected() {
	wait_for 60 "the good server is selected" selected k 10.9.1.1 || fail "$(report k sources)"
	within "$(source_offset k 10.9.1.1)" 0.05 || fail "$(report k sources)"
}

# The n-th retry comes after 10 * 1.5^(n-1) s, and not before.
retries_back_off() {
	local times
	times=$(awk -v a="$(addr "$TEXT")" '$2 == a { print $1 }' "$WORK/s/ke" | tr '\n' ' ')
	diag "connections to $(fault "$TEXT"): $times"
	awk '{ for (i = 2; i <= NF; i++)
			if ($i - $(i - 1) < 9.5 * 1.5 ^ (i - 2)) exit 1
		exit NF < 2 }' <<<"$times"
}

mended() {
	lie s
	wait_for 170 "the mended server has cookies" has_cookies "$(addr "$TEXT")"
	wait_for 30 "the mended server answers" reaches "$(addr "$TEXT")"
}

has_cookies() { [ "$(auth_cookies k "$1")" -ge 7 ]; }
reaches() { [ "$(source_reach k "$1")" != 0 ]; }

module_load
ns_add c
ns_add s
ns_link s c 1
certs ecdsa expired future stranger self
# The certificate of another authority.
"$PY" "$HERE/oracle/certs.py" "$WORK/certs/others" ecdsa
cp "$WORK/certs/others/ecdsa.crt" "$WORK/certs/foreign.crt"
cp "$WORK/certs/others/ecdsa.key" "$WORK/certs/foreign.key"
LIES=()
for n in "${!FAULTS[@]}"; do
	case $(fault "$n") in
	unknown) ;;
	unreachable) echo "$(addr "$n") $(name "$n")" >>"/etc/netns/$(ns c)/hosts" ;;
	*)
		[ "$(fault "$n")" != text ] || TEXT=$n
		LIES+=("ke@$(addr "$n")=$(fault "$n")")
		ip -n "$(ns s)" addr add "$(addr "$n")/24" dev e1
		echo "$(addr "$n") $(name "$n")" >>"/etc/netns/$(ns c)/hosts"
		;;
	esac
done
mkdir "$WORK/s"
lie s "${LIES[@]}" ke@10.9.1.1=close
liar s s --certs "$WORK/certs"
client k c <<-END
	$(for n in "${!FAULTS[@]}"; do
		[ "$(fault "$n")" = refused ] && port='ntsport 4461' || port=''
		echo "server $(name "$n") nts iburst minpoll 0 maxpoll 2 $port"
	done)
	server ntp.test nts iburst minpoll 0 maxpoll 2
	ntstrustedcerts $CA
	nosystemcert
	$([ "$NTS_CLIENT" = chronyd ] || echo "ntstimeout 12")
END

ktap_plan $((${#FAULTS[@]} + 5))
wait_for 60 "all were tried" all_tried || true
ktap_case shown_in_reports
ktap_case not_synchronised
lie s "${LIES[@]}"
for n in "${!FAULTS[@]}"; do
	ktap_case failure "$n" "$(fault "$n")"
done
ktap_case the_good_one_is_selected
ktap_case retries_back_off
ktap_case mended
ktap_end
