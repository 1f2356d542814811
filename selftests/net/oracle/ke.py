# SPDX-License-Identifier: GPL-2.0-or-later
"""NTS key establishment (RFC 8915 section 4), polite or not.

TLS runs over memory BIOs and a plain socket, so that a test decides when
each octet leaves and can tell a close_notify from a torn connection.
"""

import socket
import struct
import time
from dataclasses import dataclass, field

from OpenSSL import SSL

CRIT = 0x8000
END, NEXT_PROTO, ERROR, WARNING, AEAD, COOKIE, SERVER, PORT = range(8)
SIV256 = 15
LABEL = b"EXPORTER-network-time-security"
ALPN = b"ntske/1"


def record(rtype, body=b"", critical=True, length=None):
    """One record; length lies about the body when given."""
    return struct.pack(">HH", rtype | (CRIT if critical else 0),
                       len(body) if length is None else length) + body


def u16s(*values):
    return struct.pack(">%dH" % len(values), *values)


def request(*, protos=(0,), aeads=(SIV256,), extra=b"", end=True):
    """The request of an honest client, extra records before the last."""
    msg = record(NEXT_PROTO, u16s(*protos)) if protos is not None else b""
    if aeads is not None:
        msg += record(AEAD, u16s(*aeads), critical=False)
    return msg + extra + (record(END) if end else b"")


@dataclass
class Record:
    type: int
    critical: bool
    body: bytes

    def values(self):
        return list(struct.unpack(">%dH" % (len(self.body) // 2), self.body))


def parse(data):
    """The records of data; raises ValueError when they don't fill it."""
    records, at = [], 0
    while at < len(data):
        if len(data) - at < 4:
            raise ValueError("record header cut short")
        head, length = struct.unpack_from(">HH", data, at)
        body = data[at + 4:at + 4 + length]
        if len(body) != length:
            raise ValueError("record body cut short")
        records.append(Record(head & 0x7fff, bool(head & CRIT), body))
        at += 4 + length
    return records


@dataclass
class Reply:
    """What came back on one connection, and how it ended."""
    data: bytes
    end: str                    # close_notify, eof, reset, timeout, alert
    seconds: float
    records: list = field(default_factory=list)
    c2s: bytes = b""
    s2c: bytes = b""

    def all(self, rtype):
        return [r for r in self.records if r.type == rtype]

    def error(self):
        """The code of the one Error record, or None."""
        found = self.all(ERROR)
        return found[0].values()[0] if len(found) == 1 else None

    def cookies(self):
        return [r.body for r in self.all(COOKIE)]

    def aead(self):
        found = self.all(AEAD)
        values = found[0].values() if len(found) == 1 else []
        return values[0] if len(values) == 1 else None


class Refused(Exception):
    """The TLS handshake did not come to a good end."""


class Connection:
    """A TLS connection to a KE server; every wait ends after timeout."""

    def __init__(self, addr, *, ca, alpn=(ALPN,), name="ntp.test",
                 versions=(SSL.TLS1_3_VERSION, SSL.TLS1_3_VERSION),
                 timeout=10.0):
        self.timeout = timeout
        ctx = SSL.Context(SSL.TLS_CLIENT_METHOD)
        ctx.set_min_proto_version(versions[0])
        ctx.set_max_proto_version(versions[1])
        ctx.load_verify_locations(ca)
        ctx.set_verify(SSL.VERIFY_PEER, lambda c, x, err, depth, ok: ok)
        if alpn:
            ctx.set_alpn_protos(list(alpn))
        self.tls = SSL.Connection(ctx, None)
        if name:
            self.tls.set_tlsext_host_name(name.encode())
        self.tls.set_connect_state()
        self.sock = socket.create_connection(addr, timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _flush(self, piece=0):
        """Sends what TLS wants sent, piece octets a segment if not 0."""
        while True:
            try:
                data = self.tls.bio_read(65536)
            except SSL.WantReadError:
                return
            step = piece or len(data)
            for at in range(0, len(data), step):
                self.sock.sendall(data[at:at + step])

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        self.sock.settimeout(left)
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.tls.bio_write(data)

    def handshake(self, piece=0):
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                self.tls.do_handshake()
                self._flush(piece)
                return self
            except SSL.WantReadError:
                pass
            except SSL.Error as err:
                self._flush()
                raise Refused("%s" % (err.args,)) from err
            try:
                self._flush(piece)
                self._fill(deadline)
            except EOFError:
                raise Refused("closed") from None
            except (ConnectionError, socket.timeout) as err:
                raise Refused(repr(err)) from err

    def send(self, data, piece=0):
        """Sends data, its TLS records cut in pieces of piece octets."""
        if data:
            self.tls.send(data)
        self._flush(piece)

    def close_notify(self):
        self.tls.shutdown()
        self._flush()

    def receive(self):
        """Reads until the server ends the connection, or the timeout."""
        start, data, end = time.monotonic(), b"", ""
        while not end:
            try:
                data += self.tls.recv(65536)
                continue
            except SSL.ZeroReturnError:
                end = "close_notify"
            except SSL.WantReadError:
                try:
                    self._flush()
                    self._fill(start + self.timeout)
                except EOFError:
                    end = "eof"
                except ConnectionError:
                    end = "reset"
                except socket.timeout:
                    end = "timeout"
            except SSL.Error:
                end = "alert"
        reply = Reply(data, end, time.monotonic() - start)
        reply.records = parse(data)
        aead = reply.aead()
        if aead is not None:
            reply.c2s = self.export(aead, 0)
            reply.s2c = self.export(aead, 1)
        return reply

    def export(self, aead, direction):
        context = struct.pack(">HHB", 0, aead, direction)
        return self.tls.export_keying_material(LABEL, 32, context)


def exchange(addr, message=None, *, piece=0, **kw):
    """One connection: handshake, message, whatever comes back."""
    with Connection(addr, **kw) as conn:
        conn.handshake(piece)
        conn.send(request() if message is None else message, piece)
        return conn.receive()
