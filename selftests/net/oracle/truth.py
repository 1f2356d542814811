# SPDX-License-Identifier: GPL-2.0-or-later
"""What really happened on fnic's wire: python3 -m oracle.truth VERB [ARG...]

drain FILE          append what the card remembers, and have it forget
t3 CARD FILE        |transmit stamp - real moment of sending| of the answers
                    that CARD sent in basic mode:
                    "count N p50 NS p99 NS max NS mean NS"
modes CARD FILE     "basic N interleaved N" of its answers
errors CARD FILE    what stamps of its answers are off by, and if they are of
                    the packets that they should be of: "receive N least NS
                    exact N interleaved N least NS exact N strange N"
"""

import struct
import sys
from dataclasses import dataclass

from oracle import ntp

EXACT = 2000                    # ns
LOG = "/sys/kernel/debug/fnic/truth"
FORMAT = struct.Struct("=QQqQIIHHI48s")


@dataclass
class Record:
    number: int
    raw: int                    # moment of sending, CLOCK_MONOTONIC_RAW, ns
    real: int                   # the same, CLOCK_REALTIME
    arrival: int                # at the other end, CLOCK_MONOTONIC_RAW
    card: int
    length: int                 # of the UDP payload
    source: int
    dest: int
    header: ntp.Header


def parse(data):
    found = []
    for fields in FORMAT.iter_unpack(data):
        found.append(Record(*fields[:8], ntp.Header.unpack(fields[9])))
    return found


def drain():
    """The bytes of all records there are."""
    with open(LOG, "rb", buffering=0) as log:
        return b"".join(iter(lambda: log.read(65280), b""))


def records(path):
    with open(path, "rb") as data:
        return parse(data.read())


def unix_ns(stamp):
    """An NTP time stamp of this era as CLOCK_REALTIME counts."""
    return ((stamp >> 32) - ntp.EPOCH_1970) * 10**9 + \
        ((stamp & 0xffffffff) * 10**9 >> 32)


def answers(found, card):
    """(record, whether it is interleaved) of each answer the card sent."""
    asked = {}
    for record in found:
        if record.header.mode == 3 and record.card != card:
            asked[record.header.xmt] = asked[record.header.rec] = record
        elif record.header.mode == 4 and record.card == card:
            request = asked.get(record.header.org)
            if request:
                yield record, record.header.org != request.header.xmt


def t3_errors(found, card):
    """What the transmit stamp of each basic answer is early by, ns."""
    return [r.real - unix_ns(r.header.xmt)
            for r, interleaved in answers(found, card) if not interleaved]


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def print_t3(card, path):
    errors = t3_errors(records(path), int(card))
    if not errors:
        raise SystemExit("no basic answer of card %s in %s" % (card, path))
    sizes = [abs(e) for e in errors]
    print("count %d p50 %d p99 %d max %d mean %.0f" % (
        len(sizes), percentile(sizes, 0.5), percentile(sizes, 0.99),
        max(sizes), sum(errors) / len(errors)))


def print_modes(card, path):
    modes = [interleaved for _, interleaved in
             answers(records(path), int(card))]
    print("basic %d interleaved %d" % (modes.count(False), modes.count(True)))


def errors(found, card):
    """What receive stamps are late by, what transmit stamps in interleaved
    mode are off by, and how many told of no answer that is known."""
    asked, sent, receive, interleaved, strange = {}, {}, [], [], 0
    for record in found:
        header = record.header
        if header.mode == 3 and record.card != card:
            asked[header.xmt] = asked[header.rec] = record
        elif header.mode == 4 and record.card == card:
            request = asked.get(header.org)
            if not request:
                continue
            came = request.arrival + request.real - request.raw
            receive.append(unix_ns(header.rec) - came)
            if header.org != request.header.xmt:
                if request.header.org in sent:
                    interleaved.append(unix_ns(header.xmt) -
                                       sent[request.header.org].real)
                else:
                    strange += 1
            sent[header.rec] = record
    return receive, interleaved, strange


def print_errors(card, path):
    receive, interleaved, strange = errors(records(path), int(card))
    if not receive or not interleaved:
        raise SystemExit("nothing to judge in %s" % path)
    print("receive %d least %d exact %d interleaved %d least %d exact %d "
          "strange %d" % (
              len(receive), min(receive),
              sum(abs(e) < EXACT for e in receive),
              len(interleaved), min(interleaved),
              sum(abs(e) < EXACT for e in interleaved), strange))


def append(path):
    with open(path, "ab") as out:
        out.write(drain())


VERBS = {"drain": append, "t3": print_t3, "modes": print_modes,
         "errors": print_errors}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
