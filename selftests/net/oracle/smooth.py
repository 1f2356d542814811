# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches the time a server gives: python3 -m oracle.smooth ADDR SECONDS

Asks plainly, ten times a second. Prints "moved F most F smooth N of N last R":
what the time gained on CLOCK_MONOTONIC_RAW meanwhile, the most of that between
two answers, both in seconds, how many answers had the reference identifier of
smoothed time, and that of the last one.
"""

import socket
import sys
import time

from . import ntp

SMOOTH = bytes((127, 127, 1, 255))


def ask(sock):
    """(CLOCK_MONOTONIC_RAW in the middle, the answer), or None."""
    request = ntp.client_header()
    begin = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    sock.send(request.pack())
    try:
        answer = ntp.Header.unpack(sock.recv(2048))
    except TimeoutError:
        return None
    end = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    # Late ones tell little: they would count as noise.
    if answer.org != request.xmt or end - begin > 2_000_000:
        return None
    return (begin + end) / 2e9, answer


def main(addr, seconds):
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((addr, 123))
        sock.settimeout(1)
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until:
            found.append(ask(sock))
            time.sleep(0.1)
    found = [one for one in found if one]
    raw, first = found[0]
    gained = [ntp.seconds(a.xmt, first.xmt) - (r - raw) for r, a in found]
    most = max(abs(b - a) for a, b in zip(gained, gained[1:]))
    smooth = sum(a.refid == SMOOTH for _, a in found)
    print("moved %.4f most %.4f smooth %d of %d last %s" %
          (gained[-1], most, smooth, len(found),
           ".".join(map(str, found[-1][1].refid))))


if __name__ == "__main__":
    main(*sys.argv[1:])
