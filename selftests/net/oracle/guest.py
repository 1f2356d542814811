# SPDX-License-Identifier: GPL-2.0-or-later
"""The clock of the guest a test runs in: python3 -m oracle.guest VERB ...

  offset ADDR [COUNT]   what the clock of the server at ADDR is ahead of ours,
                        in seconds, by the quickest of COUNT (16) exchanges
  ahead ADDR SECONDS    sets our clock so that it is that much ahead of ADDR's
  reset                 a clock that nobody has disciplined: frequency 0,
                        tick 10 ms, unsynchronised
  adjust NAME VALUE     what a foreign program may do: frequency in ppm, tick
                        in us, step in seconds, status as a number
  watch SECONDS         looks at the clock a hundred times a second: how often
                        it was stepped (10 ms or more against the oscillator),
                        how often it went backward, and its fastest slew
  frequency SECONDS     the mean of what adjtimex holds, in ppm (with the tick)
  state                 frequency in ppm (with the tick), status, error code
"""

import ctypes
import struct
import sys
import time

from . import ntp, nts, udp
from .clock import stamp

MODES = {"frequency": 0x0002, "status": 0x0010, "tick": 0x4000,
         "step": 0x0100 | 0x2000}
STA_UNSYNC = 0x40
FREQ, STATUS, TICK, TIME = 16, 40, 88, 72     # offsets in struct timex
_libc = ctypes.CDLL(None, use_errno=True)


def adjtimex(modes=0, **fields):
    """The call; fields by name, raw values."""
    buf = bytearray(208)
    struct.pack_into("I", buf, 0, modes)
    for name, value in fields.items():
        if name == "freq":
            struct.pack_into("q", buf, FREQ, value)
        elif name == "tick":
            struct.pack_into("q", buf, TICK, value)
        elif name == "status":
            struct.pack_into("i", buf, STATUS, value)
        elif name == "step":
            sec, nsec = divmod(value, 10**9)
            struct.pack_into("qq", buf, TIME, sec, nsec)
    code = _libc.adjtimex((ctypes.c_char * 208).from_buffer(buf))
    if code < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
    return code, buf


def state():
    code, buf = adjtimex()
    freq, = struct.unpack_from("q", buf, FREQ)
    tick, = struct.unpack_from("q", buf, TICK)
    status, = struct.unpack_from("i", buf, STATUS)
    return freq / 65536 + (tick - 10000) * 100, status, code


def exchange(peer):
    """(offset, delay) in seconds of one plain exchange, or None."""
    req = nts.plain()
    sent = time.time_ns()
    peer.send(req.packet)
    reply = peer.receive(1.0)
    back = time.time_ns()
    if reply is None:
        return None
    head = nts.check_header(req, reply)
    t1, t4 = stamp(sent), stamp(back)
    return ((ntp.seconds(head.rec, t1) + ntp.seconds(head.xmt, t4)) / 2,
            ntp.seconds(t4, t1) - ntp.seconds(head.xmt, head.rec))


def offset(addr, count=16):
    with udp.Peer(addr) as peer:
        found = [e for e in (exchange(peer) for _ in range(int(count))) if e]
    if not found:
        raise SystemExit("no answer from %s" % addr)
    return min(found, key=lambda e: e[1])[0]


def step(seconds):
    adjtimex(MODES["step"], step=round(seconds * 1e9))


def reset():
    adjtimex(MODES["frequency"] | MODES["tick"] | MODES["status"], freq=0,
             tick=10000, status=STA_UNSYNC)


def adjust(name, value):
    if name == "frequency":
        adjtimex(MODES[name], freq=round(float(value) * 65536))
    elif name == "step":
        step(float(value))
    else:
        adjtimex(MODES[name], **{name: int(value)})


def watch(seconds):
    steps = backward = 0
    fastest = 0.0
    end = time.monotonic() + float(seconds)
    raw, real = _both()
    while time.monotonic() < end:
        time.sleep(0.01)
        raw1, real1 = _both()
        gained = (real1 - real) - (raw1 - raw)
        steps += abs(gained) >= 10**7
        backward += real1 < real
        if abs(gained) < 10**7:
            fastest = max(fastest, abs(gained) / (raw1 - raw) * 1e6)
        raw, real = raw1, real1
    return steps, backward, fastest


def mean_frequency(seconds):
    found = []
    end = time.monotonic() + float(seconds)
    while not found or time.monotonic() < end:
        found.append(state()[0])
        time.sleep(0.1)
    return sum(found) / len(found)


def _both():
    """CLOCK_MONOTONIC_RAW and CLOCK_REALTIME as closely together as can be."""
    found = []
    for _ in range(5):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        real = time.time_ns()
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        found.append((after - before, (before + after) // 2, real))
    return min(found)[1:]


def main(verb, *args):
    if verb == "offset":
        print("%.9f" % offset(*args))
    elif verb == "ahead":
        step(offset(args[0]) + float(args[1]))
    elif verb == "reset":
        reset()
    elif verb == "adjust":
        adjust(*args)
    elif verb == "watch":
        print("steps %d backward %d fastest %.0f ppm" % watch(*args))
    elif verb == "frequency":
        print("%.3f" % mean_frequency(*args))
    elif verb == "state":
        print("%.6f %#x %d" % state())
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
