#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds for the fuzz target reply: usage: reply_corpus.py DIR"""
import os
import struct
import sys

NTS, FIT, SEALED = 1, 2, 4
EPOCH = 2208988800 + 1790000000


def header(stratum=1, refid=b"GPS\0", ms=0, leap=0):
    stamp = EPOCH << 32 | int(ms * 2**32 / 1000)
    return struct.pack("!BBbbII4sQQQQ", leap << 6 | 0x24, stratum, 6, -25, 1 << 8,
                       1 << 6, refid, stamp, 0, stamp, stamp + 9000)


def chain(*packets, wait=2000000000):
    return b"".join(struct.pack("!HI", len(p), wait) + p for p in packets)


def cookies(n):
    return b"".join(struct.pack("!HH", 0x0204, 104) + bytes([i]) * 100
                    for i in range(n))


PLAIN = [header(ms=2000 * i + i % 3) for i in range(12)]
SEEDS = {
    "plain": bytes([FIT]) + chain(*PLAIN),
    "plain-unfit": bytes([0]) + chain(*PLAIN[:2]),
    "nts": bytes([NTS | FIT | SEALED]) +
           chain(*(p + bytes(36 + 40) + cookies(2) for p in PLAIN)),
    "nts-unsealed": bytes([NTS | FIT]) + chain(PLAIN[0] + bytes(36)),
    "nak": bytes([NTS | FIT]) +
           chain(header(0, b"NTSN", leap=3) + bytes(36 + 40)),
    "kiss": bytes([FIT]) + chain(header(0, b"RATE"), header(0, b"DENY")),
    "leap": bytes([FIT]) + chain(*(header(ms=2000 * i, leap=1) for i in range(6))),
    "steps": bytes([FIT]) + chain(*(header(ms=(i % 2) * 3600000) for i in range(30))),
    "long-waits": bytes([FIT]) + chain(*(header(ms=i) for i in range(70)),
                                       wait=0xffffffff),
}

os.makedirs(sys.argv[1], exist_ok=True)
for name, data in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as stream:
        stream.write(data)
