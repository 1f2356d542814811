# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of hardware timestamps share; sourced after lib.sh.
#
#   client namespace              server namespace
#  +------------------------+    +------------------------+
#  | c: 10.9.1.2      fnic1 |----| fnic0     s: 10.9.1.1  |
#  |    a clock 35 ppm slow |    | a clock 20 ppm fast    |
#  +------------------------+    +------------------------+
#
# Both have one CLOCK_REALTIME, and the client follows nobody. The wire takes
# 300 us to the server and 100 us back: who has all four stamps from the cards
# measures an offset of 100 us, to the microsecond, and who has not does not.
#
# NTS_CLIENT=chronyd puts chronyd in ntsd's place: how these tests are tried.
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=client.sh disable=SC1091
. "$(dirname "$0")/client.sh"
# shellcheck source-path=SCRIPTDIR source=fnic.sh disable=SC1091
. "$(dirname "$0")/fnic.sh"

ASYMMETRY=0.0001        # s, what the wire makes of the offset
EXACT=0.000002          # s, of four stamps by cards
GROSS=0.02              # s, less than what is simulated as wrong
if grep -qw kasan_report /proc/kallsyms; then
	GROSS=0.1
fi

# ---- both ends, either software -----------------------------------------

SERVER_IS=ours CLIENT_IS=ours

# start SERVER CLIENT [xleave [OPTION...]]: ours or chronyd, all stamping.
start() {
	local conf
	SERVER_IS=$1 CLIENT_IS=$2
	shift 2
	conf="$(certpair ecdsa)
local stratum 1
allow all
hwtimestamp ${SERVER_CARD:-*}"
	if [ "$SERVER_IS" = ours ]; then
		server s s <<<"$conf
${SERVER_MORE:-}"
	else
		chronyd_at s s <<<"$conf
ntsdumpdir $WORK/s"
		wait_for 20 "chronyd listens" listens s s
	fi
	conf="server ntp.test nts minpoll -2 maxpoll -2 noselect $*
ntstrustedcerts $CA
nosystemcert
hwtimestamp *"
	if [ "$CLIENT_IS" = ours ]; then
		client c c <<<"$conf"
	else
		chronyd_at c c <<<"$conf
port 0
ntsdumpdir $WORK/c"
	fi
}

# CARDS: their parameters, if any.
fresh() {
	halt c
	halt s
	rm -rf "$WORK/c" "$WORK/s" "$WORK"/[cs].log
	module_unload
	fresh_cards
	module_load
}

fresh_cards() {
	fnic_link s c ${CARDS:+"$CARDS"}
	fnic_set 0 delay_ns 100000
	fnic_set 1 delay_ns 300000
}

told() {
	if [ "$CLIENT_IS" = ours ]; then
		report c ntpdata
	else
		chronyc_of c ntpdata
	fi
}

# field COLUMN: of the client's ntpdata.
field() { told | cut -d, -f"$1"; }

# stamps_are TX RX INTERLEAVED: patterns.
stamps_are() {
	told | awk -F, -v tx="$NTPDATA_TX" -v rx="$NTPDATA_RX" -v il="$NTPDATA_INTERLEAVED" \
		-v want_tx="^($1)$" -v want_rx="^($2)$" -v want_il="^($3)$" '
		$tx ~ want_tx && $rx ~ want_rx && $il ~ want_il { ok = 1 } END { exit !ok }'
}

# offset_within LIMIT LINE: of what the wire makes of it.
offset_within() {
	awk -F, -v o="$NTPDATA_OFFSET" -v a="$ASYMMETRY" -v l="$1" '
		{ d = $o - a; exit !($o != "" && d <= l && d >= -l) }' <<<"$2"
}

# honest LINE: what a sample is off by is no more than its own delay allows, or
# what this machine's kernel is late by now and then; or it is not used.
honest() {
	awk -F, -v o="$NTPDATA_OFFSET" -v d="$NTPDATA_DELAY" -v a="$ASYMMETRY" -v g="$GROSS" '
		$24 $25 $26 ~ /0/ { exit 0 }
		{ e = $o - a; if (e < 0) e = -e
		  exit !($o != "" && (e <= g || e <= $d / 2 + a)) }' <<<"$1"
}

valid_reach() { [ "$(field "$NTPDATA_VALID")" -ge "$1" ]; }

# more_samples COUNT: good ones, in time.
more_samples() {
	wait_for 20 "$1 more samples" valid_reach $(($(field "$NTPDATA_VALID") + $1)) ||
		fail "no more samples: $(told)"
}

hardware() { wait_for 40 "hardware timestamps" stamps_are Hardware Hardware "$1" || fail "$(told)"; }

sample_is_exact() { offset_within "$EXACT" "$(told)"; }

# exact N: soon the cards' clocks are known at both ends, and then so many
# samples are exact, of three times as many: where this machine stands still, a
# card's stamp may be taken for wrong.
exact() {
	local line left=$1
	hardware "${2:-Yes}"
	wait_for 20 "an exact sample" sample_is_exact || fail "$(told)"
	for _ in $(seq $(($1 * 3))); do
		more_samples 1
		line=$(told)
		honest "$line" || fail "a wrong sample: $line"
		! offset_within "$EXACT" "$line" || left=$((left - 1))
		[ "$left" -gt 0 ] || return 0
	done
	fail "few samples are exact: $line"
}

# no_gross SECONDS: meanwhile no sample is far off.
no_gross() {
	local line end=$(($(uptime) + $1))
	while [ "$(uptime)" -lt "$end" ]; do
		line=$(told)
		honest "$line" || fail "a wrong sample: $line"
		sleep 0.1
	done
}

# server_told_truth: in its answers since truth_begins, which is the case if the
# stamps of receiving and of sending are the card's, and of the right packets.
# Where this machine stood still, the card's may have been taken for wrong; the
# kernel's are later, never earlier.
truth_begins() { rm -f "$WORK/truth"; truth drain /dev/null; }
server_told_truth() {
	local told
	truth drain "$WORK/truth"
	told=$(truth errors 0 "$WORK/truth") || fail "no answers"
	diag "the server's stamps, late by ns: $told"
	awk '{ exit !($4 > -2000 && $6 >= $2 * 0.7 && $10 > -2000 && $12 >= $8 * 0.7 && $14 <= 2) }' \
		<<<"$told" || fail "stamps in answers are wrong: $told"
}

counter() { in_ns s ntsctl -c serverstats | cut -d, -f"$1"; }

# ---- the cases ----------------------------------------------------------

# hwts_cases CASE...: each one of words.
hwts_cases() {
	local one
	ns_add c
	ns_add s
	certs ecdsa
	no_autoload
	ktap_plan $#
	for one; do
		# shellcheck disable=SC2086 # words
		ktap_case $one
	done
	halt c
	halt s
	module_unload
	fnic_gone
	ktap_end
}
