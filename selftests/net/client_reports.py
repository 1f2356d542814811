# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports and commands of ntsctl, chronyc's beside them.

Run by t_client_reports.sh.  Each expression for a line is tried on what chronyc
prints, too: one that chronyc's line does not match says nothing about ours.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

from oracle import ktap
from oracle.ktap import case, note
from oracle.nts import need

PREFIX = os.environ["PREFIX"]
WORK = pathlib.Path(os.environ["WORK"])
NOBODY = 65534

TABLES = ["sources", "sourcestats", "selectdata", "authdata"]
REPORTS = ["tracking", *TABLES, "ntpdata", "activity"]

# Lines of ours that chronyc 4.3 does not have: newer ones do, or nobody does.
OWN_TRACKING = ["Steered by", "Steering", "Foreign changes", "Last failure"]
NEW_NTPDATA = ["Total kernel TX", "Total kernel RX", "Total HW TX", "Total HW RX"]

INTERVAL = r"(   -|[ \d]{3}\d|[ \d]{2}\d[mhdy])"
SIGNED = r"(?=.{7})( *[+-]\d+(\.\d)?(ns|us|ms|[smhdy]))"
PLAIN = r"(?=.{6})( *\d+(\.\d)?(ns|us|ms|[smhdy]))"
OPTIONS = r"[N-][P-][T-][R-]-"
ROWS = {
    "sources": r"\^[*+x~?-] .{27}  [ \d]\d  [ \d-]\d   [ \d]{2}\d  %s  %s\[%s\] \+/- %s"
               % (INTERVAL, SIGNED, SIGNED, PLAIN),
    "sourcestats": r".{25} [ \d]{2}\d [ \d]{2}\d  %s [ +\d-]{6}\.\d{3} [ \d]{6}\.\d{3}  "
                   r"%s  %s" % (INTERVAL, SIGNED, PLAIN),
    "selectdata": r"[NsMd~wSOTxWPUD+*] .{25} [YN] %s %s %s [ \d]{3}\.\d %s %s  [N+?-]"
                  % (OPTIONS, OPTIONS, INTERVAL, SIGNED, SIGNED),
    "authdata": r".{27} ( NTS|   -) [ \d]{4}\d [ \d]{3}\d [ \d]{3}\d %s( [ \d]{3}\d){4}"
                % INTERVAL,
}


def run(*words, user=None):
    """What a command in a namespace prints, and its exit status."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, user=user, check=False)
    return done.stdout, done.stderr, done.returncode


def ntsctl(*words, user=None):
    inside = ["ntsctl", *words]
    if user:
        inside = ["setpriv", "--reuid", str(user), "--regid", str(user),
                  "--clear-groups", "--bounding-set=-all", *inside]
    return run("ip", "netns", "exec", PREFIX + "-k", *inside)


def ours(*words):
    out, err, status = ntsctl(*words)
    need(not status, "ntsctl %s: %d, %s", words, status, err)
    return out


def theirs(*words):
    out, err, status = run("ip", "netns", "exec", PREFIX + "-r", "chronyc",
                           "-h", str(WORK / "r" / "sock"), *words)
    need(not status, "chronyc %s: %d, %s", words, status, err)
    return out


def both(*words):
    """The lines of both."""
    pair = ours(*words).splitlines(), theirs(*words).splitlines()
    for name, lines in zip(("ntsctl", "chronyc"), pair):
        note("%s %s", name, " ".join(words))
        note("%s", "\n".join(lines))
    return pair


def shape(text):
    """Digits are all alike, and so are numbers of digits before a point."""
    text = re.sub(r"^-(?=[\d.]+$)", "", text)
    return re.sub(r"\d+(?=\.)|^\d+$", "9", re.sub(r"\d", "9", text))


def labels(lines):
    return [line.split(":", 1)[0] for line in lines]


def check_table(report, *options):
    mine, chronys = both("-n", report, *options)
    need(mine[:2] == chronys[:2], "headings %r and %r", mine[:2], chronys[:2])
    need(len(mine) == len(chronys) > 2, "%d and %d lines", len(mine), len(chronys))
    for line in chronys[2:] + mine[2:]:
        need(re.fullmatch(ROWS[report], line), "%r is no row of %s", line, report)


@case
def tables_have_the_same_columns():
    for report in TABLES:
        check_table(report)


@case
def tables_of_all_have_the_same_columns():
    for report in TABLES:
        check_table(report, "-a")


@case
def tracking_has_the_same_lines():
    mine, chronys = both("-n", "tracking")
    need(labels(mine)[:len(chronys)] == labels(chronys), "%r", labels(mine))
    for label in labels(mine)[len(chronys):]:
        need(label.strip() in OWN_TRACKING, "%s", label)
    for line, chronys_line in zip(mine[3:], chronys[3:]):
        # slow or fast, plus or minus: as it happens
        one, other = [re.sub("slow|fast", "S", re.sub(r"[+-]", "±", shape(text)))
                      for text in (line, chronys_line)]
        need(one == other, "%r and %r", one, other)


@case
def ntpdata_has_the_same_lines():
    mine, chronys = both("-n", "ntpdata")
    mine = [line for line in mine if line.split(":")[0].strip() not in NEW_NTPDATA]
    need(labels(mine) == labels(chronys), "%r and %r", labels(mine), labels(chronys))
    for line, other in zip(mine, chronys):
        need(line[:18] == other[:18], "%r and %r", line, other)


@case
def activity_is_the_same():
    mine, chronys = both("activity")
    need(mine == chronys and mine[0] == "200 OK", "%r and %r", mine, chronys)


@case
def values_have_the_same_order_and_form():
    for report in REPORTS:
        mine, chronys = both("-c", report)
        need(len(mine) == len(chronys), "%s: %d and %d lines", report, len(mine),
             len(chronys))
        for line, other in zip(mine, chronys):
            line, other = line.split(","), other.split(",")
            if report == "ntpdata":
                line = line[:len(other)]
            need(len(line) == len(other), "%s: %r and %r", report, line, other)
            for i, pair in enumerate(zip(line, other)):
                one, another = map(shape, pair)
                # kinds of timestamps, addresses and states may well differ
                if one != another and not re.search(r"[A-Z*+?x-]|9\.9\.9\.9|::", one):
                    need(False, "%s, field %d: %r and %r", report, i + 1, *pair)


@case
def values_agree_with_chronys():
    """What both clients must say of the same server."""
    for report, fields in (("tracking", (2, 13)), ("sources", (0, 3)),
                           ("selectdata", (2, 3, 4, 8, 17)),
                           ("authdata", (1, 2, 3, 4, 9)),
                           ("ntpdata", (2, 5, 6, 7, 8, 11, 12, 15, 23, 24, 26))):
        mine, chronys = [text.splitlines()[0].split(",")
                         for text in (ours("-c", report), theirs("-c", report))]
        for i in fields:
            need(mine[i] == chronys[i], "%s, field %d: %s and %s", report, i + 1,
                 mine[i], chronys[i])


@case
def signs_agree_with_chronys():
    """One clock is slow by 50 ms; a source that is watched is ahead of NTP time."""
    for report, line, fields in (("tracking", 0, {4: 0.05}),
                                 ("sources", 1, {7: -0.1, 8: -0.1}),
                                 ("sourcestats", 1, {6: -0.1}),
                                 ("ntpdata", 1, {18: 0.1})):
        for text in ours("-c", report), theirs("-c", report):
            values = text.splitlines()[line].split(",")
            for i, want in fields.items():
                need(abs(float(values[i]) - want) < 0.03, "%s, field %d: %s, want %f",
                     report, i + 1, values[i], want)
    mine, chronys = both("tracking")
    for lines in mine, chronys:
        need(re.fullmatch(r"System time     : 0\.0[2-7]\d+ seconds slow of NTP time",
                          lines[3]), "%s", lines[3])


@case
def status_tells_what_answers_say():
    status, tracking = [json.loads(ours("--json", report))
                        for report in ("status", "tracking")]
    need(status["time_mode"] == "sources", "%r", status)
    need(status["stratum"] == tracking["stratum"] == 2, "%r, %r", status, tracking)


@case
def json_is_json():
    for report in [*REPORTS, "status", "keys", "counters", "serverstats"]:
        out = ours("--json", report)
        need(out.count("\n") == 1, "%s is %d lines", report, out.count("\n"))
        need(isinstance(json.loads(out), dict), "%s: %s", report, out)
    told = json.loads(ours("--json", "sources"))["sources"]
    need([s["name"] for s in told] == ["ntp.test", "fd09:1::1", "nowhere.invalid"],
         "%r", told)
    need(told[0]["state"] == "*", "%r", told[0])
    need(told[2].get("problem"), "%r", told[2])
    tracking = json.loads(ours("--json", "tracking"))
    need(tracking["method"] == "none", "%r", tracking)
    need(tracking["method_reason"], "%r", tracking)


@case
def names_are_those_configured():
    mine = ours("sources", "-a").splitlines()
    need([line.split()[1] for line in mine[2:]] ==
         ["ntp.test", "fd09:1::1", "nowhere.invalid"], "%r", mine)
    need("(ntp.test)" in ours("tracking"), "tracking names no source")
    need(ours("sourcename", "10.9.1.1") == "ntp.test\n", "sourcename")


@case
def problems_are_told():
    for report in ("sources", "authdata"):
        last = ours(report, "-v").splitlines()[-1]
        note("%s", last)
        need(last.startswith("nowhere.invalid: ") and len(last) > 25, "%s", last)
    need("nowhere.invalid" in ours("status"), "status is silent")


@case
def reports_need_no_privileges():
    for report in [*REPORTS, "status", "serverstats", "counters", "keys"]:
        _, err, status = ntsctl(report, user=NOBODY)
        need(not status, "%s: %s", report, err)
    for words in (["makestep"], ["reselect"], ["reset", "sources"], ["offline"],
                  ["burst", "1/1"], ["minpoll", "ntp.test", "4"],
                  ["add", "server", "192.0.2.1"], ["delete", "ntp.test"], ["refresh"]):
        out, err, status = ntsctl(*words, user=NOBODY)
        need(status == 1 and err and not out, "%s: %d %r", words, status, out)
    need(online() == 2, "offline did something")


def activity():
    return json.loads(ours("--json", "activity"))


def online():
    """A source that comes back sends a burst first, by iburst."""
    return activity()["online"] + activity()["burst_online"]


def wait_for_bursts():
    end = time.monotonic() + 30
    while activity()["burst_online"]:
        need(time.monotonic() < end, "a burst goes on")
        time.sleep(0.2)


@case
def sources_go_offline_and_online():
    need(ours("offline", "10.9.1.1") == "200 OK\n", "offline")
    need((online(), activity()["offline"]) == (1, 1), "%r", activity())
    need(ours("--json", "online") == '{"ok":true}\n', "online")
    need((online(), activity()["offline"]) == (2, 0), "%r", activity())
    wait_for_bursts()


@case
def a_burst_measures_quickly():
    ours("maxpoll", "10.9.1.1", "6")
    ours("minpoll", "10.9.1.1", "6")
    before = json.loads(ours("--json", "ntpdata"))["ntpdata"][0]["total_tx"]
    ours("burst", "3/4", "10.9.1.1")
    need(activity()["burst_online"] == 1, "%r", activity())
    wait_for_bursts()
    after = json.loads(ours("--json", "ntpdata"))["ntpdata"][0]["total_tx"]
    need(3 <= after - before <= 5, "%d requests", after - before)
    ours("minpoll", "10.9.1.1", "0")
    ours("maxpoll", "10.9.1.1", "2")


@case
def waitsync_tells_by_its_exit_status():
    mine, chronys = both("waitsync", "3")
    need(re.fullmatch(r"try: 1, refid: 0A090[12]01, correction: \d\.\d{9}, skew: \d+\.\d{3}",
                      mine[0]), "%r", mine)
    need(shape(mine[0])[:14] == shape(chronys[0])[:14], "%r and %r", mine, chronys)
    need(ntsctl("waitsync", "1", "0", "0.000001")[2] == 1, "a skew of nothing")


@case
def samples_are_forgotten():
    ours("reset", "sources")
    told = json.loads(ours("--json", "sourcestats"))["sourcestats"]
    need(told[0]["samples"] < 3, "%r", told[0])
    ours("reselect")
    ours("burst", "4/4", "10.9.1.1")
    need(not ntsctl("waitsync", "20", "0", "0", "1")[2], "not synchronised again")


@case
def sources_are_added_and_deleted():
    need(ours("add", "server", "10.9.1.77", "minpoll", "4", "offset", "-0.001") ==
         "200 OK\n", "add")
    names = [s["name"] for s in json.loads(ours("--json", "sources"))["sources"]]
    need("10.9.1.77" in names and len(names) == 4, "%r", names)
    need(ours("delete", "10.9.1.77") == "200 OK\n", "delete")
    names = [s["name"] for s in json.loads(ours("--json", "sources"))["sources"]]
    need(names == ["ntp.test", "fd09:1::1", "nowhere.invalid"], "%r", names)
    for words in (["add", "server", "10.9.1.77", "fish"], ["delete", "10.9.1.78"]):
        out, err, status = ntsctl(*words)
        note("%s", err)
        need(status == 1 and err and not out, "%s: %d %r", words, status, out)


@case
def the_daemon_obeys():
    for words in (["refresh"], ["dump"], ["reload", "sources"]):
        need(ours(*words) == "200 OK\n", "%s", words)
    need(list((WORK / "k").glob("*.nts")), "no cookies in %s", os.listdir(WORK / "k"))


@case
def reports_outlive_the_daemon():
    os.kill(int((WORK / "k.pid").read_text()), signal.SIGKILL)
    time.sleep(0.5)
    for report in REPORTS:
        ours(report)
    out, err, status = ntsctl("dump")
    need(status == 1 and "ntsd" in err and not out, "%d %s", status, err)


if __name__ == "__main__":
    ktap.main()
