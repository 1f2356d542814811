#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Corrections of the clock come slowly to clients (directive smoothtime).
#
#   client namespace c               server namespace s
#  +-------------------+  e1  +--------------------------------+
#  | k: ntsd, also     |------| 10.9.1.1  oracle/server.py,    |
#  |    serves         |      |           whose clock jumps    |
#  | 10.9.1.2          |      |           oracle/smooth.py     |
#  +-------------------+      +--------------------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"

S=10.9.1.1
C=10.9.1.2

# smoothtime [DIRECTIVE]: a client with it that has settled.
settled_client() {
	client k c <<-END
		server $S iburst minpoll -1 maxpoll -1 maxdelaydevratio 10000
		$1
	END
	wait_for 20 "it reaches the server" reaches
	sleep 10
}

reaches() { [ "$(source_reach k "$S")" = 377 ]; }

# watch_jump: the server's clock jumps by 40 ms; what is seen of it in 40 s.
watch_jump() {
	in_ns s "$PY" -m oracle.smooth "$C" 40 >"$WORK/seen" &
	local watch=$!
	sleep 2
	lie s offset=0.04
	wait "$watch" || fail "nothing was seen"
	diag "$(cat "$WORK/seen")"
	diag "$(report k tracking)"
	read -r _ moved _ most _ smooth _ all _ last <"$WORK/seen"
}

near() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN { exit !(a - b <= d && b - a <= d) }'; }

# 3000 ppm at most, reached in 10 s: 0.3 ms from one answer to the next.
smoothed() {
	settled_client "smoothtime 3000 300"
	watch_jump
	near "$moved" 0.04 0.005 || fail "it moved by $moved s"
	near "$most" 0 0.003 || fail "it jumped by $most s"
	[ "$smooth" -ge $((all / 4)) ] || fail "smooth $smooth times"
}

# The same client: what is still to be given away is told, and given up.
told_and_reset() {
	lie s offset=0.08
	wait_for 10 "the report has the second jump" behind
	diag "$(report k smoothing)"
	in_ns c ntsctl smoothtime reset >/dev/null || fail "no reset"
	IFS=, read -r active offset _ _ _ left <<<"$(report k smoothing)"
	near "$offset" 0 0.002 || fail "$offset s are left"
	awk -v l="$left" 'BEGIN { exit !(l < 10) }' || fail "still for $left s"
	halt k
}

# behind: served time is about as much behind as the server's clock jumped.
behind() {
	local active offset freq left
	IFS=, read -r active offset freq _ _ left <<<"$(report k smoothing)"
	[ "$active" = Yes ] && near "$offset" -0.03 0.012 &&
		awk -v f="$freq" -v l="$left" 'BEGIN { exit !(f > 0 && f < 3001 && l > 5) }'
}

# The same without shows that there is something to smooth.
not_smoothed() {
	lie s
	settled_client ""
	in_ns c ntsctl smoothing 2>"$WORK/err" && fail "there is a report"
	grep -q smoothtime "$WORK/err" || fail "$(cat "$WORK/err")"
	in_ns c ntsctl smoothtime reset 2>"$WORK/err" && fail "it was reset"
	grep -q smoothtime "$WORK/err" || fail "$(cat "$WORK/err")"
	watch_jump
	near "$moved" 0.04 0.005 || fail "it moved by $moved s"
	near "$most" 0 0.003 && fail "it jumped by no more than $most s"
	[ "$smooth" = 0 ] || fail "smooth $smooth times"
	[ "$last" = "$S" ] || fail "its reference is $last"
}

no_autoload
module_load
ns_add c
ns_add s
ns_link s c 1
certs ecdsa
liar s s --certs "$WORK/certs" --clock raw

ktap_plan 3
ktap_case smoothed
ktap_case told_and_reset
ktap_case not_smoothed
ktap_end
