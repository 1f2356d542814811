# SPDX-License-Identifier: GPL-2.0-or-later
"""A verifying client for shell tests: python3 -m oracle.client VERB ...

  save FILE [ADDR]          key establishment; keeps keys and cookies in FILE
  ask FILE [ADDR]           one request with FILE's first cookie, which stays
  carry FILE COMMAND [ADDR] save, a shell's COMMAND, ask: with no more time
                            between them than that takes
  load FILE RATE SECONDS [ADDR]
                            a request each 1/RATE s, each with a new cookie;
                            SIGTERM ends it before, when the answers came

The last line tells what came: answer, nak, silence; or for load
"sent N answered N nak N lost N".  Exits with 0 if all was answered.
"""

import json
import os
import signal
import subprocess
import sys
import time

from . import nts, udp

ADDR = "10.9.1.1"
GRACE = 3.0             # seconds the last answers may take


def save(path, addr=ADDR):
    session = nts.Session.open((addr, 4460), ca=os.environ["CA"])
    with open(path + ".new", "w", encoding="ascii") as out:
        json.dump({"c2s": session.c2s.hex(), "s2c": session.s2c.hex(),
                   "cookies": [c.hex() for c in session.cookies]}, out)
    os.replace(path + ".new", path)
    print("saved %d cookies" % len(session.cookies))
    return True


def read(path):
    with open(path, encoding="ascii") as data:
        known = json.load(data)
    return nts.Session(bytes.fromhex(known["c2s"]),
                       bytes.fromhex(known["s2c"]),
                       [bytes.fromhex(c) for c in known["cookies"]])


def judge(session, req, reply):
    """answer or nak, verified; anything else raises nts.Wrong."""
    if nts.is_nak(reply):
        nts.check_nak(req, reply)
        return "nak", []
    return "answer", nts.check_reply(session, req, reply).cookies


def ask(path, addr=ADDR):
    session = read(path)
    with udp.Peer(addr, timeout=3.0) as peer:
        req = nts.build(session, cookie=session.cookies[0])
        peer.send(req.packet)
        reply = peer.receive()
    what = judge(session, req, reply)[0] if reply else "silence"
    print(what)
    return what == "answer"


def carry(path, command, addr=ADDR):
    save(path, addr)
    subprocess.run(command, shell=True, check=True)
    return ask(path, addr)


def load(path, rate, seconds, addr=ADDR):
    """Asks without waiting, so that an answer lost is no request unsent."""
    session, rate = read(path), float(rate)
    total, pending = int(rate * float(seconds)), {}
    told = {"answer": 0, "nak": 0}
    peer = udp.Peer(addr)
    start = last = time.monotonic()
    sent = 0

    def stop(_signal, _frame):
        nonlocal total
        total = sent

    def ask_one():
        spare = len(session.cookies) > 1
        req = nts.build(session, placeholders=0 if spare else 1,
                        cookie=None if spare else session.cookies[0])
        pending[req.packet[40:48]] = req
        peer.send(req.packet)

    def take(reply):
        req = pending.pop(reply[24:32], None)
        nts.need(req, "an answer nobody asked for")
        what, cookies = judge(session, req, reply)
        told[what] += 1
        session.cookies = (session.cookies + cookies)[-64:]

    signal.signal(signal.SIGTERM, stop)
    while sent < total or pending and time.monotonic() < last + GRACE:
        due = start + sent / rate if sent < total else last + GRACE
        wait = due - time.monotonic()
        # One that is late still takes what is there before it goes on.
        reply = peer.receive(max(wait, 0.0001))
        if reply is not None:
            take(reply)
        elif sent < total and time.monotonic() >= due:
            ask_one()
            sent += 1
            last = time.monotonic()
    print("sent %d answered %d nak %d lost %d" %
          (sent, told["answer"], told["nak"], len(pending)))
    return told["answer"] == total


VERBS = {"save": save, "ask": ask, "carry": carry, "load": load}

if __name__ == "__main__":
    sys.exit(0 if VERBS[sys.argv[1]](*sys.argv[2:]) else 1)
