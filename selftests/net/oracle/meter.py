# SPDX-License-Identifier: GPL-2.0-or-later
"""What a packet costs the processor: python3 -m oracle.meter COUNTER COUNT [SKIP]

COUNTER is DEV/rx_packets or DEV/tx_packets.  Sees how much is left of the
processor while it goes up by COUNT, after the first SKIP, and prints
"ns N packets N busy_ns N".  It runs only when nothing else wants to, and knows
how long a round of its own takes when nothing comes between: so it does not
depend on how the kernel accounts for interrupts.  Says "ready" when the packets
may come; gives up after two minutes.  Made for one CPU.
"""

import os
import sys
import time

ROUND = 400
CALIBRATION = 300
PATIENCE = 120 * 10**9


class Meter:
    def __init__(self, counter):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        dev, name = counter.split("/")
        self.counter = os.open("/sys/class/net/%s/statistics/%s" % (dev, name),
                               os.O_RDONLY)
        self.rounds = 0
        self.least = PATIENCE
        before = time.monotonic_ns()
        for _ in range(CALIBRATION):
            self.spin()
            now = time.monotonic_ns()
            self.least, before = min(self.least, now - before), now

    def spin(self):
        """One round; how many packets there were."""
        for _ in range(ROUND):
            pass
        self.rounds += 1
        return int(os.pread(self.counter, 24, 0))

    def until(self, count, end):
        """(moment, packets, rounds) as soon as there were so many."""
        while True:
            packets = self.spin()
            now = time.monotonic_ns()
            if packets >= count or now > end:
                return now, packets, self.rounds


def main(counter, count, skip="1000"):
    meter = Meter(counter)
    print("ready", flush=True)
    first = meter.spin() + int(skip)
    begin = meter.until(first, time.monotonic_ns() + PATIENCE)
    end = meter.until(begin[1] + int(count), begin[0] + PATIENCE)
    ns, packets, rounds = (b - a for a, b in zip(begin, end))
    print("ns %d packets %d busy_ns %d" %
          (ns, packets, ns - rounds * meter.least))
    return packets >= int(count)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
