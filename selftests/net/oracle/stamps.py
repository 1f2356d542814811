# SPDX-License-Identifier: GPL-2.0-or-later
"""Is fnic what it claims to be?  python3 -m oracle.stamps VERB [ARG...]

Packets go from a socket in namespace c (card fnic1) to one in s (fnic0), and
their stamps are compared with the record of what happened.  The cards must
have been loaded with crosststamp=1.  Exits 1 and says why when not so.

frequency           of both clocks, against CLOCK_MONOTONIC_RAW, adjusted too
wire DELAY JITTER   of the way from fnic1 to fnic0, ns; stamps are the truth
losses SENT RECEIVED    of 1000 stamps each
steps               a step of a clock is in its stamps
filters             what may be set, and what is stamped
"""

import contextlib
import errno
import os
import select
import socket
import struct
import sys
import time

from oracle import card, truth
from oracle.netns import inside

PPB = (20000, -35000)
DIR = "/sys/kernel/debug/fnic/fnic%d/%s"
FLAGS = (card.TX_HARDWARE | card.TX_SOFTWARE | card.RX_HARDWARE |
         card.RX_SOFTWARE | card.SOFTWARE | card.RAW_HARDWARE |
         card.OPT_TX_SWHW)


def need(condition, text, *args):
    if not condition:
        raise SystemExit(text % args)


def setting(number, name, value):
    with open(DIR % (number, name), "w", encoding="ascii") as file:
        file.write(str(value))


def clock(number):
    with inside("sc"[number]):
        return card.Clock(card.info("fnic%d" % number)[1])


# ---- frequency ----------------------------------------------------------

def measure(one, seconds):
    """How much too fast, in ppb."""
    phc, raw = one.both()
    time.sleep(seconds)
    phc_later, raw_later = one.both()
    passed = raw_later - raw
    return (phc_later - phc - passed) * 1e9 / passed


def frequency():
    for number, scaled in ((0, 0), (1, 0), (0, 65536 * 50), (1, -12345)):
        one = clock(number)
        one.adjust(scaled)
        want = PPB[number] + scaled * 1000 / 65536
        got = measure(one, 3)
        one.adjust(0)
        print("# fnic%d is %.3f ppb fast, should be %.3f" %
              (number, got, want))
        need(abs(got - want) < 1, "not to 1 ppb")


# ---- packets ------------------------------------------------------------

@contextlib.contextmanager
def sockets(port):
    """One in s that receives, one in c that sends to it."""
    with inside("s"):
        to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with inside("c"):
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    to.bind(("10.9.1.1", port))
    out.connect(("10.9.1.1", port))
    for sock in (to, out):
        card.timestamping(sock, FLAGS)
        sock.setblocking(False)
    try:
        stamping(out, to)
        yield out, to
    finally:
        out.close()
        to.close()


def packet(number):
    return struct.pack(">B39xQ", 0x23, number)


def stamping(out, to):
    """Waits until the kernel stamps what comes in: it begins with that in a
    kernel thread, some time after a socket asks for it."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        out.send(packet(0))
        select.select([to], [], [], 0.1)
        if any(software for _, software, _ in pull(to, 0)):
            return
    need(False, "no stamps by software of receiving")


def stamp_all(rx_filter=card.FILTER_ALL):
    for number, name in enumerate("sc"):
        with inside(name):
            card.set_stamping("fnic%d" % number, 1, rx_filter)


def pull(sock, flags):
    """(data, software, hardware) of each message that is there."""
    while True:
        try:
            data, control, _, _ = sock.recvmsg(256, 512, flags)
        except BlockingIOError:
            return
        yield data, *card.stamps(control)


def exchange(count, port=123, gap=0.002):
    """Sends packets; {id: [truth, sent by software, by hardware, received by
    software, by hardware]} of all that came."""
    truth.drain()
    found = {}
    with sockets(port) as (out, to):
        for number in range(1, count + 1):
            found[number] = [None] * 5
            out.send(packet(number))
            time.sleep(gap)
            collect(out, to, found)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            select.select([to], [], [], 0.1)
            collect(out, to, found)
            if all(f[3] for f in found.values()):
                break
        time.sleep(0.1)
        collect(out, to, found)
    for record in truth.parse(truth.drain()):
        if record.card == 1 and record.header.xmt in found:
            found[record.header.xmt][0] = record
    return found


def collect(out, to, found):
    for one, software, hardware in known(pull(out, socket.MSG_ERRQUEUE), found):
        one[1] = software or one[1]
        one[2] = hardware or one[2]
    for one, software, hardware in known(pull(to, 0), found):
        one[3], one[4] = software, hardware


def known(messages, found):
    """Those in found, not stamping()'s."""
    for data, *stamps in messages:
        number = struct.unpack(">Q", data[-8:])[0]
        if number in found:
            yield found[number], *stamps


def to_raw(pair, ppb, phc):
    """CLOCK_MONOTONIC_RAW when the clock read phc, ns."""
    return pair[1] + (phc - pair[0]) * 10**9 // (10**9 + ppb)


def wire(delay, jitter):
    delay, jitter = int(delay), int(jitter)
    setting(1, "delay_ns", delay)
    setting(1, "jitter_ns", jitter)
    stamp_all()
    found = exchange(300)
    pairs = [clock(number).both() for number in (0, 1)]
    took = []
    worst = 0
    for record, sent_soft, sent, received_soft, received in found.values():
        need(record and sent and received, "a packet without its stamps")
        need(sent_soft, "no stamp by software of sending")
        worst = max(worst, abs(to_raw(pairs[1], PPB[1], sent) - record.raw),
                    abs(to_raw(pairs[0], PPB[0], received) - record.arrival))
        need(sent_soft <= record.real, "sent before the kernel had it")
        need(received_soft >= record.real + delay, "received too early")
        took.append(record.arrival - record.raw)
    print("# %d packets took %d to %d ns, in the mean %.0f; stamps are "
          "within %d ns of the truth" %
          (len(took), min(took), max(took), sum(took) / len(took), worst))
    need(worst <= 2, "stamps are not the truth")
    need(min(took) >= delay and max(took) <= delay + jitter, "delays")
    need(abs(sum(took) / len(took) - delay - jitter / 2) <= jitter / 10,
         "their mean")


def losses(sent, received):
    setting(1, "tx_loss", sent)
    setting(0, "rx_loss", received)
    stamp_all()
    found = exchange(400).values()
    setting(1, "tx_loss", 0)
    setting(0, "rx_loss", 0)
    need(all(f[3] for f in found), "packets were lost, not stamps")
    need(all(f[1] for f in found), "stamps by software were lost")
    for name, at, want in (("sending", 2, int(sent)),
                           ("receiving", 4, int(received))):
        lost = sum(not f[at] for f in found) * 1000 // 400
        print("# lost %d of 1000 stamps of %s, should be %s" %
              (lost, name, want))
        need(abs(lost - want) <= (100 if 0 < want < 1000 else 0), "not so")


def steps():
    stamp_all()
    one = clock(0)
    before, raw = one.both()
    setting(0, "step_ns", -123456789012)
    after, raw_after = one.both()
    moved = after - before - (raw_after - raw)
    need(abs(moved + 123456789012) <= (raw_after - raw) // 40000,
         "stepped by %d", moved)
    pair = one.both()
    record, _, _, _, received = exchange(1)[1]
    need(abs(to_raw(pair, PPB[0], received) - record.arrival) <= 2,
         "the stamp is not of the stepped clock")
    index = os.readlink("/proc/self/fd/%d" % one.fd)
    setting(0, "reset", 1)
    with inside("s"):
        need(card.stamping("fnic0") == (0, card.FILTER_NONE),
             "still stamping after a reset")
    try:
        one.both()
        raise SystemExit("%s still works after a reset" % index)
    except OSError as err:
        need(err.errno == errno.ENODEV, "%s", err)
    need(exchange(1)[1][4] is None, "a stamp after the reset")
    setting(0, "phc", 0)
    with inside("s"):
        need(card.info("fnic0")[1] == -1, "a clock that is gone has a number")
    setting(0, "phc", 1)
    stamp_all()
    need(exchange(1)[1][4], "no stamp after all is back")


def filters():
    setting(0, "ptp_only", 1)
    try:
        with inside("s"):
            mask = card.info("fnic0")[2]
            need(mask == 1 << card.FILTER_NONE | 1 << card.FILTER_PTP_V2_EVENT,
                 "offers filters 0x%x", mask)
            for wanted in (card.FILTER_ALL, card.FILTER_NTP_ALL):
                try:
                    card.set_stamping("fnic0", 1, wanted)
                    raise SystemExit("takes filter %d" % wanted)
                except OSError as err:
                    need(err.errno == errno.ERANGE, "%s", err)
            card.set_stamping("fnic0", 1, card.FILTER_PTP_V2_EVENT)
        with inside("c"):
            card.set_stamping("fnic1", 1, card.FILTER_ALL)
        ntp = exchange(5).values()
        need(all(f[2] and f[3] and not f[4] for f in ntp), "NTP was stamped")
        ptp = exchange(5, 319).values()
        need(all(f[4] for f in ptp), "PTP was not stamped")
    finally:
        setting(0, "ptp_only", 0)
    stamp_all()
    need(all(f[4] for f in exchange(5).values()), "NTP is still not stamped")


if __name__ == "__main__":
    {"frequency": frequency, "wire": wire, "losses": losses, "steps": steps,
     "filters": filters}[sys.argv[1]](*sys.argv[2:])
