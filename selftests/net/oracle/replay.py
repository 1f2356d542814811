# SPDX-License-Identifier: GPL-2.0-or-later
"""NTS requests for fnic's load (selftests/fnic/replay.c): python3 -m oracle.replay VERB

fill FILE [KIND]    requests of the session that oracle.client saved in FILE, all
                    different; with KIND ten invalid ones after each valid one:
                    bad_cookie, bad_tag, short, or plain, which lacks NTS;
                    only_plain is of valid ones without NTS
turnaround          of the last load: "count N p50 NS p99 NS p999 NS max NS"
"""

import itertools
import os
import struct
import sys

from oracle import client, nts, truth

PAYLOADS = "/sys/kernel/debug/fnic/payloads"
TURNAROUNDS = "/sys/kernel/debug/fnic/turnarounds"
SLOT = struct.Struct("=HH508s")
VALID = 64
COOKIE_AT = 48 + 36 + 4         # header, unique identifier, head of the field
FLOOD = 10


def flip(packet, at):
    """With a random octet changed, and a transmit stamp of its own."""
    changed = bytearray(packet)
    changed[at] ^= 1 + os.urandom(1)[0] % 255
    changed[40:48] = os.urandom(8)
    return bytes(changed)


def invalid(packet, kind):
    if kind == "bad_cookie":
        return flip(packet, COOKIE_AT + 40)
    if kind == "bad_tag":
        return flip(packet, len(packet) - 1)
    if kind == "short":
        return flip(packet, 30)[:40]
    if kind == "plain":
        return bytes([4 << 3 | 3]) + packet[1:40] + os.urandom(8)
    raise SystemExit("no such kind: " + kind)


def fill(path, kind=""):
    session = client.read(path)
    cookies = itertools.cycle(session.cookies)
    slots = []
    for _ in range(VALID):
        packet = nts.build(session, cookie=next(cookies)).packet
        if kind == "only_plain":
            slots.append(SLOT.pack(48, 1, invalid(packet, "plain")))
            continue
        slots.append(SLOT.pack(len(packet), 1, packet))
        for _ in range(FLOOD if kind else 0):
            bad = invalid(packet, kind)
            slots.append(SLOT.pack(len(bad), 0, bad))
    with open(PAYLOADS, "wb", buffering=0) as out:
        data = b"".join(slots)
        if out.write(data) != len(data):
            raise SystemExit("the card does not take %d payloads" % len(slots))


def turnaround():
    with open(TURNAROUNDS, "rb") as data:
        values = [n for n, in struct.iter_unpack("=I", data.read())]
    if not values:
        raise SystemExit("no request was answered")
    print("count %d p50 %d p99 %d p999 %d max %d" % (
        len(values), *(truth.percentile(values, part)
                       for part in (0.5, 0.99, 0.999)), max(values)))


VERBS = {"fill": fill, "turnaround": turnaround}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
