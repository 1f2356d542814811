#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Log files: the banners and columns of a real chronyd that runs beside.
#
#   client namespace             server namespace
#  +-----------------------+    +--------------------+
#  | ntsd, chronyd -x:     | e1 | chronyd:           |
#  | both with all logs    |    | 10.9.1.1, local    |
#  +-----------------------+    +--------------------+
#
# shellcheck disable=SC2317 # functions are called by name

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

LOGS="measurements statistics tracking selection"

lines() { [ -s "$1" ] && [ "$(grep -c '^2' "$1")" -ge "$2" ]; }

# A file of ours against chronyd's: what is between the numbers is the same.
same_columns() {
	local name=$1
	wait_for 60 "lines of chronyd" lines "$WORK/theirs/$name.log" 1
	wait_for 60 "lines of ntsd" lines "$WORK/ours/$name.log" 1
	diff <(head -n 3 "$WORK/theirs/$name.log") <(head -n 3 "$WORK/ours/$name.log") ||
		fail "another banner"
	"$PY" - "$WORK/theirs/$name.log" "$WORK/ours/$name.log" <<-'END'
		import re, sys

		def shape(line):
		    # Each column by its kind and the place of its last character.
		    kinds = ((r"\d{4}-\d\d-\d\d", "date"), (r"\d\d:\d\d:\d\d", "time"),
		             (r"-?\d\.\d{3}e[-+]\d\d", "e3"), (r"-?\d\.\de[-+]\d\d", "e1"),
		             (r"[\d.]+\.\d+\.\d+\.\d+", "address"),
		             (r"[01]{3,4}", "tests"), (r"[0-9A-F]{8}", "refid"),
		             (r"-?\d+\.\d{3}", "f3"), (r"-?\d+\.\d\d", "f2"),
		             (r"\d[BI]", "mode"), (r"-[-N][-P][-T][-R]", "options"),
		             (r"\d+", "d"), (r"\S", "letter"))
		    found = []
		    for word in re.finditer(r"\S+", line.rstrip()):
		        for pattern, kind in kinds:
		            if re.fullmatch(pattern, word.group()):
		                left = kind in ("address",)
		                found.append((kind, word.start() if left else word.end()))
		                break
		        else:
		            sys.exit("not understood: " + word.group())
		    return found

		def shapes(path):
		    with open(path, encoding="ascii") as text:
		        return {tuple(shape(line)) for line in text if line[0] == "2"}

		theirs, ours = (shapes(path) for path in sys.argv[1:3])
		print("# ours:", sorted(ours)[0])
		if not theirs & ours:
		    sys.exit("theirs: %s" % (sorted(theirs)[0],))
	END
}

# ntsctl cyclelogs, after a rotation by name.
cycled() {
	mv "$WORK/ours/tracking.log" "$WORK/ours/tracking.log.1"
	ntsctl cyclelogs
	wait_for 30 "a new file" lines "$WORK/ours/tracking.log" 1
	[ "$(head -c 3 "$WORK/ours/tracking.log")" = "===" ] || fail "no banner"
}

hung_up() {
	mv "$WORK/ours/measurements.log" "$WORK/ours/measurements.log.1"
	kill -HUP "$(pid_of k)"
	wait_for 30 "a new file" lines "$WORK/ours/measurements.log" 1
}

owned_by_ntsd() {
	[ "$(stat -c '%U %a' "$WORK/ours/tracking.log")" = "ntsd 644" ]
}

ns_add c
ns_add s
ns_link s c 1
chmod 755 "$WORK"
mkdir "$WORK/theirs"
cat >"$WORK/s.conf" <<END
local stratum 3
allow all
cmdport 0
bindcmdaddress $WORK/s.sock
pidfile $WORK/s.chronypid
user root
END
spawn s s chronyd -x -d -f "$WORK/s.conf"
cat >"$WORK/chronyd.conf" <<END
server 10.9.1.1 iburst minpoll 0 maxpoll 0
port 0
cmdport 0
bindcmdaddress $WORK/chronyd.sock
pidfile $WORK/chronyd.chronypid
user root
log $LOGS
logdir $WORK/theirs
END
spawn chronyd c chronyd -x -d -f "$WORK/chronyd.conf"
module_load
cat >"$WORK/k.conf" <<END
server 10.9.1.1 iburst minpoll 0 maxpoll 0
port 0
log $LOGS
logdir $WORK/ours
END
spawn k c ntsd -x -d -f "$WORK/k.conf"

ktap_plan 7
for log in $LOGS; do
	ktap_case same_columns "$log"
done
ktap_case owned_by_ntsd
ktap_case cycled
ktap_case hung_up
ktap_end
