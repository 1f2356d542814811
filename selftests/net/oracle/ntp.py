# SPDX-License-Identifier: GPL-2.0-or-later
"""NTP headers (RFC 5905) and extension fields (RFC 7822) on the wire."""

import os
import struct
import time
from dataclasses import dataclass

HEADER_LEN = 48
EPOCH_1970 = 2208988800
UID, COOKIE, PLACEHOLDER, AUTH = 0x0104, 0x0204, 0x0304, 0x0404
NTSN = b"NTSN"


@dataclass
class Header:
    leap: int = 0
    version: int = 4
    mode: int = 3
    stratum: int = 0
    poll: int = 0
    precision: int = 0
    root_delay: int = 0         # all fixed point as on the wire
    root_disp: int = 0
    refid: bytes = bytes(4)
    reftime: int = 0
    org: int = 0
    rec: int = 0
    xmt: int = 0

    def pack(self):
        first = self.leap << 6 | self.version << 3 | self.mode
        return struct.pack(">BBbbII4sQQQQ", first, self.stratum, self.poll,
                           self.precision, self.root_delay, self.root_disp,
                           self.refid, self.reftime, self.org, self.rec,
                           self.xmt)

    @classmethod
    def unpack(cls, data):
        first, *rest = struct.unpack_from(">BBbbII4sQQQQ", data)
        return cls(first >> 6, first >> 3 & 7, first & 7, *rest)


def client_header(**kw):
    """A client's header with a random transmit time stamp."""
    return Header(**{"xmt": int.from_bytes(os.urandom(8), "big"), **kw})


def now():
    """This host's clock as an NTP time stamp."""
    ns = time.clock_gettime_ns(time.CLOCK_REALTIME)
    return ((ns // 10**9 + EPOCH_1970) % 2**32 << 32) + \
        (ns % 10**9 * 2**32 // 10**9)


def seconds(later, earlier):
    """later - earlier in seconds, across an era boundary if need be."""
    diff = (later - earlier) % 2**64
    return (diff - 2**64 if diff >= 2**63 else diff) / 2**32


@dataclass
class Field:
    type: int
    body: bytes
    at: int                     # where in the packet it begins

    def end(self):
        return self.at + 4 + len(self.body)


def field(ftype, body, *, length=None, pad=True):
    """One extension field; length lies about its size when given."""
    if pad:
        body += bytes(-len(body) % 4)
    return struct.pack(">HH", ftype,
                       len(body) + 4 if length is None else length) + body


def fields(packet):
    """All fields of packet; raises ValueError if they don't fill it."""
    found, at = [], HEADER_LEN
    while at < len(packet):
        if len(packet) - at < 4:
            raise ValueError("field header cut short")
        ftype, length = struct.unpack_from(">HH", packet, at)
        if length < 16 or length % 4 or at + length > len(packet):
            raise ValueError("field 0x%04x at %d has length %d of %d" %
                             (ftype, at, length, len(packet) - at))
        found.append(Field(ftype, packet[at + 4:at + length], at))
        at += length
    return found
