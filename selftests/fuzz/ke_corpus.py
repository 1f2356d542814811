#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the seeds of the fuzz targets ke_record, ke_response, ke_session and ke_hello.

usage: ke_corpus.py            (into corpus/ke_* beside this file)
"""

import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def rec(rtype, body=b"", critical=True):
    return struct.pack("!HH", rtype | (0x8000 if critical else 0), len(body)) + body


NEXT = rec(1, b"\0\0")
AEAD = rec(4, b"\0\x0f")
END = rec(0)

REQUESTS = {
    "chrony43": NEXT + AEAD + END,
    "chrony46": NEXT + rec(4, b"\0\x1e\0\x0f") + rec(1024, b"", False) + END,
    "ntpd_rs": NEXT + rec(4, b"\0\x11\0\x0f", False) + END,
    "ntpsec": NEXT + rec(4, b"\0\x0f", False) + END,
    "other_protocol": rec(1, b"\x80\x01") + END,
    "no_common_aead": NEXT + rec(4, b"\0\x11") + END,
    "unknown_critical": NEXT + AEAD + rec(0x1234, b"abc") + END,
    "server_and_port": NEXT + AEAD + rec(6, b"ntp.test", False) +
                       rec(7, b"\0\x7b", False) + END,
    "error_record": NEXT + AEAD + rec(2, b"\0\1") + END,
    "cookie_record": NEXT + AEAD + rec(5, b"x" * 100, False) + END,
    "twice": NEXT + NEXT + AEAD + AEAD + END,
    "after_the_end": NEXT + AEAD + END + END,
    "end_with_body": NEXT + AEAD + rec(0, b"x"),
    "unfinished": NEXT + AEAD[:5],
    "long": NEXT + AEAD + rec(0x3fff, b"z" * 1000, False) + END,
}


COOKIES = rec(5, bytes(range(100)), False) * 8
RESPONSES = {
    "usual": NEXT + AEAD + COOKIES + END,
    "elsewhere": NEXT + AEAD + rec(6, b"ntp.test", False) + rec(7, b"\x2b\x67", False) +
                 COOKIES + END,
    "by_address": NEXT + AEAD + rec(6, b"2001:db8::1") + COOKIES + END,
    "bad_name": NEXT + AEAD + rec(6, b"a\0b.test") + COOKIES + END,
    "bad_port": NEXT + AEAD + rec(7, b"\0\0") + COOKIES + END,
    "error": rec(2, b"\0\1") + END,
    "warning": NEXT + AEAD + rec(3, b"\0\7") + COOKIES + END,
    "no_protocol": rec(1) + END,
    "no_aead": NEXT + rec(4) + END,
    "other_aead": NEXT + rec(4, b"\0\x1e") + COOKIES + END,
    "no_cookie": NEXT + AEAD + END,
    "long_cookies": NEXT + AEAD + rec(5, bytes(257), False) + rec(5, bytes(256), False) + END,
    "many_cookies": NEXT + AEAD + rec(5, b"xy", False) * 12 + END,
    "unknown_critical": NEXT + AEAD + COOKIES + rec(1024) + END,
    "unknown": NEXT + AEAD + rec(1024, b"", False) + COOKIES + END,
    "twice": NEXT + NEXT + AEAD + COOKIES + END,
    "after_the_end": NEXT + AEAD + COOKIES + END + b"x",
    "cut": NEXT + AEAD + COOKIES[:-7],
}


def script(data, flags=4):
    """As one script of ke_session: all bytes at once, then the answer read."""
    out = bytes([flags])
    for i in range(0, len(data), 200):
        part = data[i:i + 200]
        out += bytes([len(part), 100]) + part
    return out + bytes([0, 255]) * 12 + b"\xff\0"


def slowly(data):
    """Byte by byte, with time passing, ended by the client."""
    out = bytes([4])
    for byte in data:
        out += bytes([1, 0, byte])
    return out + b"\xfe\x20\xff\0"


def vector(size, body):
    return len(body).to_bytes(size, "big") + body


def hello(extensions, rtype=22, kind=1):
    """A TLS 1.3 ClientHello in one record (RFC 8446 section 4.1.2)."""
    body = b"\3\3" + bytes(range(32)) + vector(1, bytes(32)) + \
        vector(2, b"\x13\1\x13\2") + vector(1, b"\0") + \
        vector(2, b"".join(struct.pack("!H", t) + vector(2, e) for t, e in extensions))
    return struct.pack("!BH", rtype, 0x0301) + vector(2, bytes([kind]) + vector(3, body))


ALPN = (16, vector(2, vector(1, b"ntske/1")))
VERSIONS = (43, vector(1, b"\3\4"))
SCHEMES = (13, vector(2, b"\4\3\x08\x07\x08\x04"))
HELLOS = {
    "usual": hello([ALPN, VERSIONS, SCHEMES]),
    "no_schemes": hello([ALPN, VERSIONS]),
    "odd_schemes": hello([(13, vector(2, b"\4\3\x08"))]),
    "many_schemes": hello([(13, vector(2, bytes(range(200))))]),
    "empty_list": hello([(13, b"")]),
    "no_extensions": hello([]),
    "two_records": hello([ALPN, SCHEMES]) * 2,
    "cut": hello([ALPN, VERSIONS, SCHEMES])[:70],
    "application_data": hello([SCHEMES], rtype=23),
    "server_hello": hello([SCHEMES], kind=2),
    "http": b"GET / HTTP/1.1\r\nHost: ntp.test\r\n\r\n",
}


def write(target, name, data):
    folder = os.path.join(HERE, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


for title, message in HELLOS.items():
    write("ke_hello", title, message)
for title, message in RESPONSES.items():
    write("ke_response", title, message)
for title, request in REQUESTS.items():
    write("ke_record", title, request)
    write("ke_session", title, script(request))
write("ke_session", "names", script(REQUESTS["chrony43"], 7))
write("ke_session", "slowly", slowly(REQUESTS["chrony43"]))
write("ke_session", "late", bytes([4, 3, 0]) + NEXT[:3] + b"\xfe\xff\xfe\xff")
write("ke_session", "no_handshake", bytes([0, 0xfe, 0xff, 0xfe, 0xff]))
write("ke_session", "no_cookies", script(REQUESTS["chrony43"]).replace(b"d", b"e", 1))
