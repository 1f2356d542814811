# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums up what a chronyd -x saw: python3 -m oracle.observer FILE SECONDS

FILE is its log of raw measurements.  Prints what our clock was behind the
server's in the last SECONDS, as "count N mean F rms F max F noise F" in
seconds, and as "sync S" after how many it was right: from the first one to the
last that was 5 ms or more off, beyond what its delay can explain.

The link's noise is not the clock's error: of each eight measurements in turn
the one with the least delay counts.  noise is half of what the delays of
those vary by, and so what can still be the link's.
"""

import datetime
import sys

LIMIT = 0.005
EACH = 8


def read(path):
    """(seconds, offset, delay) of each line that is a measurement."""
    found = []
    with open(path, encoding="ascii", errors="replace") as log:
        for line in log:
            words = line.split()
            if len(words) < 14 or not words[0][:2].isdigit():
                continue
            when = datetime.datetime.fromisoformat(
                "%s %s+00:00" % (words[0], words[1]))
            found.append((when.timestamp(), float(words[11]),
                          float(words[12])))
    return found


def best(samples):
    return [min(samples[at:at + EACH], key=lambda s: s[2])
            for at in range(0, len(samples), EACH)]


def main(path, seconds):
    # Our clock may have been stepped meanwhile: count lines, one a second.
    samples = read(path)
    if not samples:
        raise SystemExit("no measurement in %s" % path)
    least = min(s[2] for s in samples)
    sync = 0
    for at, (_, offset, delay) in enumerate(samples):
        if abs(offset) - (delay - least) / 2 >= LIMIT:
            sync = at + 1
    last = best(samples[-int(seconds):])
    offsets = [s[1] for s in last]
    delays = sorted(s[2] for s in last)
    rms = (sum(o * o for o in offsets) / len(offsets)) ** 0.5
    print("count %d mean %.6f rms %.6f max %.6f noise %.6f sync %d" % (
        len(last), sum(offsets) / len(offsets), rms,
        max(abs(o) for o in offsets), (delays[-1] - delays[0]) / 2, sync))


if __name__ == "__main__":
    main(*sys.argv[1:])
