#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What administrators watch: check's verdicts as the state changes, metrics over
# HTTP while requests are answered, top, and plots of what ntsd remembers.
#
#   client namespace k            server namespace s
#  +--------------------+        +------------------+
#  | ntsd, ntsctl       | e1--e1 | 10.9.1.1  ntsd   |
#  | ntsd-metrics       |        |  local stratum 1 |
#  +--------------------+        +------------------+

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

# at NAMESPACE COMMAND...: where ntsctl finds the daemon of that namespace.
at() {
	local where=$1
	shift
	# shellcheck disable=SC2016 # expanded over there
	in_ns "$where" sh -euc 'mount --bind "$0" /run/ntsd && exec "$@"' "$WORK/run-$where" "$@"
}

# verdict NAMESPACE STATUS TEXT [OPTION...]: what check says now.
verdict() {
	local where=$1 want=$2 text=$3 rc=0 line
	shift 3
	line=$(at "$where" ntsctl check -i 0 "$@") || rc=$?
	echo "$rc: $line"
	[ "$rc" -eq "$want" ] && [[ $line == *"$text"* ]] && [ "$(wc -l <<<"$line")" -eq 1 ]
}

# fetch NAMESPACE METHOD PATH [HOST]: status, type and body of an answer.
fetch() {
	in_ns "$1" "$PY" -c 'import http.client, sys
link = http.client.HTTPConnection(sys.argv[3], 9460, timeout=5)
link.request(sys.argv[1], sys.argv[2])
answer = link.getresponse()
print(answer.status, answer.getheader("Content-Type"))
sys.stdout.write(answer.read().decode())' "$2" "$3" "${4:-127.0.0.1}"
}

scrape() { fetch "$1" GET /metrics; }

# metric NAMESPACE SAMPLE: its value.
metric() { scrape "$1" | awk -v s="$2" '$1 == s { print $2 }'; }

check_is_fine() {
	wait_for 60 "check is content" verdict k 0 "NTS OK - synchronised to ntp.test, 1 of 1 NTS sources authenticated, 2 sources reachable"
	verdict k 0 "| authenticated=1;;;0;1 unreachable=0;0;~: stratum=2;4;10 offset="
	verdict s 0 "time served: local, as the operator vouches, stratum 1"
	# Its certificate is good for some time.
	verdict s 0 "certificate good for"
	verdict s 1 "WARNING - certificate good for" -w certificate=1000000:
	verdict k 2 "CRITICAL - stratum 2" -c stratum=1
	verdict k 3 "" -w nonsense=1
	at k ntsctl --json check -i 0 | "$PY" -c 'import json, sys
status = json.load(sys.stdin)
assert status["status"] == "OK" and status["cookies"] > 3, status'
}

metrics_move() {
	local before after
	# shellcheck disable=SC2016 # expanded over there
	spawn metrics s sh -euc 'mount --bind "$0" /run/ntsd && exec ntsd-metrics' "$WORK/run-s"
	wait_for 30 "the endpoint answers" scrape s
	[ "$(metric s nts_module_loaded)" = 1 ]
	[ "$(metric s nts_serving)" = 1 ]
	before=$(metric s 'nts_answers_total{kind="nts"}')
	wait_for 40 "an answer more" more_answers "$before"
	after=$(metric s 'nts_answers_total{kind="nts"}')
	[ "$after" -gt "$before" ]
	wait_for 20 "each answer is in the histogram once" histogram_is_whole
	[[ $(fetch s GET /) == "404 "* ]]
	[[ $(fetch s POST /metrics) == "405 "* ]]
	[[ $(fetch s GET /metrics) == "200 application/openmetrics-text; version=1.0.0"* ]]
	# Nobody outside reaches it.
	if fetch k GET /metrics 10.9.1.1; then
		fail "the metrics are told to everybody"
	fi
}

# One may be counted while the numbers are read.
histogram_is_whole() {
	scrape s | awk '
		/^nts_answers_total/ { answers += $2 }
		/^nts_answer_cost_seconds_count/ { count = $2 }
		/^nts_answer_cost_seconds_sum/ { sum = $2 }
		/^nts_answer_cost_seconds_bucket.*Inf/ { last = $2 }
		/^nts_certificate_expiry/ { cert = $2 }
		/^# EOF$/ { end = NR }
		END { print answers, count, last, sum, cert
		      exit !(answers > 0 && answers == count && count == last && sum > 0 &&
			     sum < 60 && cert > 1e9 && end == NR) }'
}

more_answers() { [ "$(metric s 'nts_answers_total{kind="nts"}')" -gt "$1" ]; }

client_metrics() {
	at k ntsctl metrics >"$WORK/metrics"
	grep -q '^nts_source_authenticated{id="[0-9]*",source="ntp.test",address="10.9.1.1"} 1$' "$WORK/metrics"
	grep -q '^nts_source_state{.*nts_source_state="selected"} 1$' "$WORK/metrics"
	grep -q '^nts_clock_synchronised 1$' "$WORK/metrics"
	[ "$(tail -n 1 "$WORK/metrics")" = "# EOF" ]
}

top_once() {
	at k ntsctl top </dev/null >"$WORK/top"
	grep -q 'synchronised to ntp.test (NTS), stratum 2, ntsd runs' "$WORK/top"
	grep -q '^\* ntp.test  .* NTS [1-8]$' "$WORK/top"
	if grep -q "$(printf '\033')" "$WORK/top"; then
		fail "control sequences for what is no terminal"
	fi
	at s ntsctl top -n 2 -d 0.5 </dev/null | grep -q 'Server   port 123  NTS [0-9.]*/s'
}

plots() {
	wait_for 60 "ntsd remembers two points" points 2
	COLUMNS=80 at k ntsctl plot >"$WORK/plot"
	[ "$(grep -c ' |' "$WORK/plot")" -eq 20 ]
	grep -q '\*' "$WORK/plot"
	at k ntsctl plot -s "$WORK/plot.svg"
	"$PY" -c 'import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
curves = [p for p in root.iter() if p.get("class") == "c"]
assert len(curves) == 2 and all(p.get("d").startswith("M") for p in curves)' "$WORK/plot.svg"
}

points() {
	at k ntsctl plot --json | "$PY" -c 'import json, sys
sys.exit(len(json.load(sys.stdin)["points"]) < int(sys.argv[1]))' "$1"
}

daemon_dead() {
	halt k KILL
	wait_for 30 "check misses the daemon" verdict k 1 "WARNING - ntsd is not running"
	client_again k k
	wait_for 60 "check is content again" verdict k 0 "NTS OK"
}

# block RULE...: what the server does not get any more.
block() {
	in_ns s nft -f - <<-END
	table inet block {
		chain input {
			type filter hook input priority 0
			$*
		}
	}
	END
}

# Only what is longer than plain NTP is lost on the way.
nts_lost() {
	block udp dport 123 udp length '>' 60 drop
	wait_for 60 "check says so" verdict k 2 "no source is authenticated"
	verdict k 2 "1 of 2 sources unreachable"
	verdict k 2 "authenticated=0;;;0;1 unreachable=1"
}

source_unreachable() {
	block udp dport 123 drop
	wait_for 60 "check says so" verdict k 2 "no source is reachable"
}

# Where nothing was ever configured.
unsynchronised() {
	verdict u 2 "NTS CRITICAL - the system clock is not synchronised, ntsd is not running"
}

ns_add s
ns_add u
ns_add k 10.9.1.1
ns_link s k 1
certs good
module_load
mkdir -p /run/ntsd "$WORK/run-s" "$WORK/run-k" "$WORK/run-u"
server s s <<END
$(certpair good)
local stratum 1
bindcmdaddress $WORK/run-s/control
END
client k k <<END
server ntp.test nts iburst minpoll -1 maxpoll 0
server fd09:1::1 iburst minpoll -1 maxpoll 0
authselectmode prefer
ntstrustedcerts $CA
bindcmdaddress $WORK/run-k/control
END

ktap_plan 9
ktap_case check_is_fine
ktap_case metrics_move
ktap_case client_metrics
ktap_case top_once
ktap_case plots
ktap_case daemon_dead
ktap_case nts_lost
ktap_case source_unreachable
ktap_case unsynchronised
ktap_end
