# SPDX-License-Identifier: GPL-2.0-or-later
"""Clocks that a test's server can tell the time by."""

import time

from .ntp import EPOCH_1970

NS = 10**9


def _raw():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


def _real():
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


class Clock:
    """The time a server believes in.

    real: this host's clock and offset.  raw: a clock of its own that starts
    at this host's time and then runs ppm faster than the oscillator, so that
    whoever steers this host's clock does not move it.  Offsets add to both.
    """

    def __init__(self, kind="real", ppm=0.0):
        self.kind, self.offset = kind, 0
        self.raw, self.time, self.ppm = _raw(), _real(), ppm

    def _own(self, raw):
        return self.time + (raw - self.raw) + \
            round((raw - self.raw) * self.ppm * 1e-6)

    def set(self, offset, ppm):
        """Seconds off, and the frequency from now on."""
        raw = _raw()
        self.time, self.raw, self.ppm = self._own(raw), raw, ppm
        self.offset = round(offset * NS)

    def at(self, real):
        """The time in ns when this host's clock showed real."""
        if self.kind == "real":
            return real + self.offset
        return self._own(_raw() - (_real() - real)) + self.offset

    def now(self):
        return self.at(_real())


def stamp(ns):
    """Nanoseconds since 1970 as an NTP time stamp."""
    return ((ns // NS + EPOCH_1970) % 2**32 << 32) + (ns % NS << 32) // NS
