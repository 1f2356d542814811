#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds for the fuzz target reply: usage: reply_corpus.py DIR"""
import os
import struct
import sys

NTS, FIT, SEALED, XLEAVE = 1, 2, 4, 8
EPOCH = 2208988800 + 1790000000


def header(stratum=1, refid=b"GPS\0", ms=0, leap=0):
    stamp = EPOCH << 32 | int(ms * 2**32 / 1000)
    return struct.pack("!BBbbII4sQQQQ", leap << 6 | 0x24, stratum, 6, -25, 1 << 8,
                       1 << 6, refid, stamp, 0, stamp, stamp + 9000)


def basic(ms):
    """The answer of ms in basic mode, whatever is asked for."""
    return header(ms=ms)[:47] + b"\1"


def interleaved(ms, before):
    """The answer of ms; that before it left 10 us after it came."""
    packet = header(ms=ms)
    sent = (EPOCH << 32 | int((before + 0.01) * 2**32 / 1000)) & ~1
    return packet[:40] + struct.pack("!Q", sent)


def chain(*packets, wait=2000000000):
    return b"".join(struct.pack("!HI", len(p), wait) + p for p in packets)


def cookies(n):
    return b"".join(struct.pack("!HH", 0x0204, 104) + bytes([i]) * 100
                    for i in range(n))


PLAIN = [header(ms=2000 * i + i % 3) for i in range(12)]
STEADY = [basic(0), basic(2000)] + [interleaved(2000 * i, 2000 * (i - 1))
                                    for i in range(2, 12)]
SEEDS = {
    "plain": bytes([FIT]) + chain(*PLAIN),
    "plain-unfit": bytes([0]) + chain(*PLAIN[:2]),
    "nts": bytes([NTS | FIT | SEALED]) +
           chain(*(p + bytes(36 + 40) + cookies(2) for p in PLAIN)),
    "nts-unsealed": bytes([NTS | FIT]) + chain(PLAIN[0] + bytes(36)),
    "nak": bytes([NTS | FIT]) +
           chain(header(0, b"NTSN", leap=3) + bytes(36 + 40)),
    "kiss": bytes([FIT]) + chain(header(0, b"RATE"), header(0, b"DENY")),
    "xleave": bytes([FIT | XLEAVE]) + chain(*STEADY),
    "xleave-nts": bytes([NTS | FIT | SEALED | XLEAVE]) +
                  chain(*(p + bytes(36 + 40) + cookies(1) for p in STEADY)),
    "xleave-wrong": bytes([FIT | XLEAVE]) +
                    chain(*STEADY[:3], *(interleaved(2000 * i, ago) for i, ago in
                                        ((3, 2000), (4, 8000), (5, 9000), (6, 2000)))),
    "xleave-lost": bytes([FIT | XLEAVE]) +
                   chain(*STEADY[:4], *[b"\0"] * 5, basic(18000), basic(20000),
                         interleaved(22000, 20000), interleaved(24000, 22000)),
    "leap": bytes([FIT]) + chain(*(header(ms=2000 * i, leap=1) for i in range(6))),
    "steps": bytes([FIT]) + chain(*(header(ms=(i % 2) * 3600000) for i in range(30))),
    "long-waits": bytes([FIT]) + chain(*(header(ms=i) for i in range(70)),
                                       wait=0xffffffff),
}

os.makedirs(sys.argv[1], exist_ok=True)
for name, data in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as stream:
        stream.write(data)
