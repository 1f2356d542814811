# SPDX-License-Identifier: GPL-2.0-or-later
"""Rotation of the cookie keys, seen from outside.

Run by t_rotation.sh.  A key is next, then current, then old for two more
periods: a cookie lives at least two periods and at most three.
"""

import json
import os
import pathlib
import re
import stat
import subprocess
import time

from oracle import ktap, nts, udp
from oracle.counters import ntsctl
from oracle.ktap import case, note
from oracle.nts import need

SERVER = "10.9.1.1"
CA = os.environ["CA"]
ROTATE = float(os.environ["ROTATE"])
WORK = pathlib.Path(os.environ["WORK"])
KEYS = WORK / "s" / "ntskeys"
PERIODS = 6

SESSION = nts.Session.open((SERVER, 4460), ca=CA)
PEER = udp.Peer(SERVER)

secrets = set()         # all key bytes ever seen in the file, in hex
seen_ids = []           # ids of current keys as they came
naks = []               # (age, poll) of refusals that must not be
sent = 0
jar = []                # (when issued, cookie), oldest first


def keys():
    """What ntsctl tells of the keys: a list of objects."""
    tree = json.loads(ntsctl("--json", "keys"))
    return tree if isinstance(tree, list) else tree["keys"]


def watch_file():
    """Reads the keys file as it is now; it must never be half one."""
    text = KEYS.read_text("ascii")
    mode = stat.S_IMODE(KEYS.stat().st_mode)
    need(mode == 0o600, "mode %o", mode)
    found = re.findall(r"^([0-9A-Fa-f]{8}) ([0-9A-Fa-f]{64})", text, re.M)
    need(len(found) >= 2, "%d keys in the file", len(found))
    secrets.update(key.lower() for _, key in found)


def ask(cookie, placeholders=0):
    req = nts.build(SESSION, cookie=cookie, placeholders=placeholders)
    reply = PEER.ask(req.packet)
    if nts.is_nak(reply):
        nts.check_nak(req, reply)
        return None
    return nts.check_reply(SESSION, req, reply).cookies


def step(now):
    """One round of load: fresh cookies, and one cookie of each age."""
    global sent
    fresh = ask(jar[-1][1], 7)
    sent += 1
    if fresh is None:
        naks.append(("newest", now))
        jar.append((now, nts.Session.open((SERVER, 4460), ca=CA).cookies[0]))
    else:
        jar.append((now, fresh[0]))
    for issued, cookie in jar[:-1]:
        age = time.monotonic() - issued
        # The boundary itself is left out: a request takes its time.
        if age > 2 * ROTATE - 0.3:
            continue
        sent += 1
        if ask(cookie) is None:
            naks.append(("%.1f s" % age, now))
    while jar and now - jar[0][0] > 2 * ROTATE:
        jar.pop(0)


@case
def no_nak_for_cookies_of_the_last_two_periods():
    start = time.monotonic()
    jar.append((start, SESSION.cookies[0]))
    while time.monotonic() - start < PERIODS * ROTATE:
        began = time.monotonic()
        step(began)
        watch_file()
        current = [k["id"] for k in keys() if k["role"] == "current"]
        need(len(current) == 1, "%d current keys", len(current))
        if current != seen_ids[-1:]:
            seen_ids.extend(current)
        time.sleep(max(0, 0.25 - (time.monotonic() - began)))
    note("%d requests over %d rotations, %d refused", sent,
         len(seen_ids) - 1, len(naks))
    need(not naks, "refused: %r", naks[:10])


@case
def keys_did_rotate():
    note("current keys: %s", " ".join(str(k) for k in seen_ids))
    need(PERIODS - 2 <= len(seen_ids) - 1 <= PERIODS + 1,
         "%d rotations in %d periods", len(seen_ids) - 1, PERIODS)
    need(len(set(seen_ids)) == len(seen_ids), "an id came back")
    need(len(secrets) >= len(seen_ids), "%d keys in the file over time",
         len(secrets))


@case
def nak_for_older_cookies():
    """SESSION's first cookie is more than three periods old by now."""
    need(ask(SESSION.cookies[0]) is None, "a cookie of long ago works")


@case
def life_of_a_cookie_ends_between_two_and_three_periods():
    cookie, start = nts.Session.open((SERVER, 4460), ca=CA), time.monotonic()
    SESSION.c2s, SESSION.s2c = cookie.c2s, cookie.s2c
    while ask(cookie.cookies[0]) is not None:
        age = time.monotonic() - start
        need(age < 3 * ROTATE + 2, "still works after %.1f s", age)
        time.sleep(0.1)
    age = time.monotonic() - start
    note("refused after %.1f s, %.1f periods", age, age / ROTATE)
    need(age > 2 * ROTATE - 0.5, "refused after %.1f s", age)


@case
def keys_are_next_current_and_two_old():
    found = keys()
    roles = sorted(k["role"] for k in found)
    need(roles == ["current", "next", "old", "old"], "%r", roles)
    note("%s", ntsctl("keys"))


@case
def ages_are_told_and_grow():
    ages = {k["id"]: k["age_ms"] for k in keys()}
    old = [k["age_ms"] for k in keys() if k["role"] == "old"]
    current = [k["age_ms"] for k in keys() if k["role"] == "current"]
    need(current[0] <= min(old), "current is older than old: %r", ages)
    need(max(old) <= 5 * ROTATE * 1000, "ages %r", ages)
    time.sleep(1.1)
    later = {k["id"]: k["age_ms"] for k in keys()}
    common = set(ages) & set(later)
    need(common, "no key stayed for a second")
    for one in common:
        grown = later[one] - ages[one]
        need(900 <= grown <= 4000, "key %s aged by %d ms", one, grown)


@case
def keys_file_is_private():
    watch_file()
    owner = KEYS.stat().st_uid
    note("%s %o uid %d", KEYS.name, stat.S_IMODE(KEYS.stat().st_mode), owner)
    others = [p.name for p in KEYS.parent.iterdir() if p.name not in
              ("ntskeys", "pid", "sock")]
    need(not others, "left behind: %r", others)


@case
def no_key_bytes_are_printed_anywhere():
    need(len(secrets) >= 4, "only %d secrets known", len(secrets))
    told = {"log": (WORK / "s.log").read_text("ascii", "replace"),
            "dmesg": subprocess.run(["dmesg"], stdout=subprocess.PIPE,
                                    check=True).stdout.decode()}
    for args in (["keys"], ["--json", "keys"], ["serverstats"],
                 ["--json", "serverstats"], ["counters"],
                 ["--json", "counters"]):
        told[" ".join(args)] = ntsctl(*args)
    for what, text in told.items():
        low = re.sub(r"[\s:]", "", text.lower())
        for secret in secrets:
            # Eight octets in a row are no accident, at either end.
            for part in (secret[:16], secret[-16:]):
                swapped = bytes.fromhex(part)[::-1].hex()
                need(part not in low and swapped not in low,
                     "key bytes in %s", what)
        note("%s: %d characters searched", what, len(text))
    # The search itself finds what is there.
    need(any(s[:16] in KEYS.read_text("ascii").lower() for s in secrets),
         "the search is blind")


if __name__ == "__main__":
    ktap.main()
