# SPDX-License-Identifier: GPL-2.0-or-later
"""An NTS-KE server (RFC 8915 section 4) that can be told to go wrong.

The word ke= of DIR/lies: garbage (a record that is none), text (no TLS at
all), hang (TCP and then nothing), close (closed after the request), error
(an Error record), critical (an unknown critical record), noend (no End of
Message), nocookie, aead (one the client did not offer), proto (no NTPv4),
flood (records without end), tls12, alpn (none chosen); or the name of one of
the certificates, which it then shows.
"""

import os
import socket
import threading
import time

from OpenSSL import SSL

from . import ke
from .lies import Lies

SECONDS = 20            # how long a connection may last


def records(kind, lies, cookies):
    """The response to a good request, or what kind makes of it."""
    if kind == "garbage":
        return ke.record(ke.AEAD, b"\0\x0f\0") + os.urandom(1000) + \
            ke.record(ke.END)
    if kind == "flood":
        return ke.record(0x2323, bytes(1000), critical=False) * 100
    if kind == "error":
        return ke.record(ke.ERROR, ke.u16s(1)) + ke.record(ke.END)
    said = ke.record(ke.NEXT_PROTO, ke.u16s(0) if kind != "proto" else b"")
    said += ke.record(ke.AEAD, ke.u16s(17 if kind == "aead" else ke.SIV256))
    if kind == "critical":
        said += ke.record(0x2323, b"new")
    if lies.has("kehost"):
        said += ke.record(ke.SERVER, lies.get("kehost", "").encode())
    if lies.has("keyport"):
        said += ke.record(ke.PORT, ke.u16s(lies.get("keyport", 0)))
    if kind != "nocookie":
        said += b"".join(ke.record(ke.COOKIE, c, critical=False)
                         for c in cookies)
    return said if kind == "noend" else said + ke.record(ke.END)


def choose(_, offered):
    return ke.ALPN if ke.ALPN in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def context(kind, certs):
    ctx = SSL.Context(SSL.TLS_SERVER_METHOD)
    version = SSL.TLS1_2_VERSION if kind == "tls12" else SSL.TLS1_3_VERSION
    ctx.set_min_proto_version(version)
    ctx.set_max_proto_version(version)
    if kind != "alpn":
        ctx.set_alpn_select_callback(choose)
    path = os.path.join(certs, kind)
    if not os.path.exists(path + ".crt"):
        path = os.path.join(certs, "ecdsa")
    ctx.use_certificate_chain_file(path + ".crt")
    ctx.use_privatekey_file(path + ".key")
    return ctx


def export(tls, direction):
    return tls.export_keying_material(
        ke.LABEL, 32, b"\0\0\0" + bytes([ke.SIV256, direction]))


def talk(sock, kind, lies, certs, make):
    """One connection; what became of it."""
    if kind == "text":
        sock.sendall(b"220 go away\r\n")
        return "text"
    if kind == "hang":
        time.sleep(SECONDS)
        return "hung"
    tls = SSL.Connection(context(kind, certs), sock)
    tls.set_accept_state()
    tls.do_handshake()
    asked = b""
    while not asked.endswith(ke.record(ke.END)):
        asked += tls.recv(65536)
    name = (tls.get_servername() or b"-").decode()
    if kind == "close":
        return "closed on %s" % name
    c2s, s2c = export(tls, 0), export(tls, 1)
    epoch = lies.get("epoch", 0)
    tls.sendall(records(kind, lies, [make(epoch, c2s, s2c)
                                     for _ in range(8)]))
    tls.shutdown()
    return "%s to %s" % (kind or "answered", name)


def connection(sock, where, certs, make):
    addr = sock.getsockname()[0].replace("::ffff:", "")
    lies = Lies(where)
    lies.read()
    kind = lies.get("ke@" + addr, lies.get("ke", ""))
    # The handshake's octets come when they come: no non-blocking BIOs here.
    sock.settimeout(None)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                    SECONDS.to_bytes(8, "little") + bytes(8))
    try:
        told = talk(sock, kind, lies, certs, make)
    except (SSL.Error, OSError, ValueError) as err:
        told = "failed: %r" % (err,)
    finally:
        sock.close()
    with open(os.path.join(where, "ke"), "a", encoding="ascii") as log:
        log.write("%.3f %s %s\n" % (time.monotonic(), addr, told))


def serve(where, certs, make, port=4460):
    """Serves for ever; certificate and lies are read for each connection."""
    sock = socket.create_server(("::", port), family=socket.AF_INET6,
                                dualstack_ipv6=True, backlog=16)
    while True:
        conn, _ = sock.accept()
        threading.Thread(target=connection, daemon=True, args=(
            conn, where, certs, make)).start()
