# SPDX-License-Identifier: GPL-2.0-or-later
"""An NTP and NTS server that errs and lies as it is told.

  python3 -m oracle.server DIR [--clock raw] [--certs DIR]

With --certs it does key establishment, by DIR/ecdsa.crt and .key.
DIR/lies holds words key=value and may change at any time:

  offset=S ppm=F     how wrong its clock is (--clock raw: how fast it runs)
  stratum=N leap=N   what it says of itself; also rootdelay=S rootdisp=S
  delay=S            answers leave so much later
  before=KIND,...    sent before each answer: see bent()
  after=KIND,...     sent after it; "again" is the answer once more
  mute=1             no answer of its own
  every=N            of N requests only the first is answered
  kiss=RATE|DENY...  kiss-o'-death instead of answers
  epoch=N            cookies of another epoch get a NAK: keys were lost
  ke=KIND            what is wrong with key establishment: see ke_server.py;
                     ke@ADDR=KIND: on that address alone
  kehost=A keyport=N server and port that key establishment tells

DIR/requests gets a line for each request: seconds, what it was, how it was
answered; DIR/ke one for each connection: seconds, address, what became of it.
"""

import argparse
import os
import select
import socket
import struct
import threading
import time
from dataclasses import replace

from . import ke_server, ntp, nts
from .clock import NS, Clock, stamp
from .lies import Lies
from .siv import Quick

SO_TIMESTAMPNS, IP_PKTINFO = 35, 8
LIE = 100               # seconds that bent answers are off


class Cookies:
    """Sealed keys of a client; void when the epoch has changed."""

    def __init__(self):
        self.siv = Quick(os.urandom(32))

    def make(self, epoch, c2s, s2c):
        head = struct.pack(">I", epoch)
        nonce = os.urandom(16)
        return head + nonce + self.siv.seal([head, nonce], c2s + s2c)

    def open(self, epoch, cookie):
        if len(cookie) != 100 or struct.unpack(">I", cookie[:4])[0] != epoch:
            return None
        text = self.siv.open([cookie[:4], cookie[4:20]], cookie[20:])
        return nts.Session(text[:32], text[32:]) if text else None


class Server:
    def __init__(self, where, clock):
        self.where, self.clock = where, clock
        self.lies = Lies(where)
        self.cookies = Cookies()
        self.log = open(os.path.join(where, "requests"), "a", 1,
                        encoding="ascii")
        self.old = None         # an earlier answer, to replay
        self.costs = {"nts": [0], "plain": [0]}     # ns to make an answer
        self.count = 0

    # ---- what to say ----------------------------------------------------

    def header(self, head, rec, now):
        lies = self.lies
        return ntp.Header(
            leap=lies.get("leap", 0), version=head.version, mode=4,
            stratum=lies.get("stratum", 1), poll=head.poll, precision=-20,
            root_delay=round(lies.get("rootdelay") * 65536),
            root_disp=round(lies.get("rootdisp") * 65536), refid=b"LIAR",
            reftime=stamp(now - NS), org=head.xmt, rec=stamp(rec),
            xmt=stamp(now))

    def answer(self, head, found, session, rec, off=0, **bent):
        """The answer, all of it right but for what is bent."""
        what = "nts" if session else "plain"
        now = self.clock.now() + min(self.costs[what]) + off * NS
        reply = replace(self.header(head, rec + off * NS, now),
                        **bent.get("header", {})).pack()
        uid = bent.get("uid", b"".join(f.body for f in found
                                       if f.type == ntp.UID))
        if uid:
            reply += ntp.field(ntp.UID, uid)
        if session is None or bent.get("plain"):
            return reply
        wanted = 1 + sum(f.type == ntp.PLACEHOLDER for f in found)
        epoch = self.lies.get("epoch", 0)
        inside = b"".join(
            ntp.field(ntp.COOKIE,
                      self.cookies.make(epoch, session.c2s, session.s2c))
            for _ in range(wanted))
        key = bent.get("key", session.s2c)
        return reply + ntp.field(ntp.AUTH, nts.auth_body(Quick(key), reply,
                                                         inside))

    def kiss(self, head, found, code, **bent):
        reply = ntp.Header(leap=3, version=head.version, mode=4, poll=head.poll,
                           refid=code, org=head.xmt).pack()
        uid = bent.get("uid", b"".join(f.body for f in found
                                       if f.type == ntp.UID))
        return reply + (ntp.field(ntp.UID, uid) if uid else b"")

    def bent(self, kind, head, found, session, rec):
        """An answer that must not be believed; its time is LIE seconds off."""
        def bend(**how):
            return self.answer(head, found, session, rec, LIE, **how)

        def changed(**fields):
            return bend(header=fields)

        if kind == "auth":      # a bit of the authenticator is wrong
            packet = bytearray(bend())
            packet[-5] ^= 1
            return bytes(packet)
        if kind == "header":    # the header is not what was signed
            packet = bytearray(bend())
            packet[44] ^= 1
            return bytes(packet)
        if kind == "forgednak":  # a NAK by somebody who did not see the request
            return self.kiss(head, found, ntp.NTSN, uid=os.urandom(32))
        if kind == "forgedkiss":
            return self.kiss(head, found, b"DENY", uid=os.urandom(32))
        if kind == "old":
            return self.old
        return {
            "key": lambda: bend(key=os.urandom(32)),
            "uid": lambda: bend(uid=os.urandom(32)),
            "plain": lambda: bend(plain=True),
            "origin": lambda: changed(org=head.xmt ^ 1),
            "zero": lambda: changed(org=0),
            "mode": lambda: changed(mode=3),
            "version": lambda: changed(version=7),
            "short": lambda: bend()[:40],
            "cut": lambda: bend()[:-8],
            "unsynchronised": lambda: changed(leap=3, stratum=0),
        }[kind]()

    # ---- what to do -----------------------------------------------------

    def handle(self, packet, rec, port):
        """Yields what to send for a request, in order."""
        head, found = ntp.Header.unpack(packet), ntp.fields(packet)
        lies = self.lies
        if lies.read():
            self.clock.set(lies.get("offset"), lies.get("ppm"))
        rec = self.clock.at(rec)
        jar = [f.body for f in found if f.type == ntp.COOKIE]
        session = self.cookies.open(lies.get("epoch", 0), jar[0]) \
            if jar else None
        what = "nts" if jar else "plain"
        told = "answer"
        self.count += 1
        for kind in lies.list("before"):
            bent = self.bent(kind, head, found, session, rec)
            if bent:
                yield bent
        if lies.get("mute", 0) or (self.count - 1) % lies.get("every", 1):
            told = "silence"
        elif jar and not session:
            told = "nak"
            yield self.kiss(head, found, ntp.NTSN)
        elif lies.get("kiss", ""):
            told = "kiss"
            yield self.kiss(head, found, lies.get("kiss", "").encode())
        else:
            begin = time.monotonic_ns()
            reply = self.answer(head, found, session, rec)
            # The least: no time stamp may be later than the packet.
            self.costs[what] = self.costs[what][-15:] + \
                [time.monotonic_ns() - begin]
            yield reply
            for kind in lies.list("after"):
                bent = reply if kind == "again" else \
                    self.bent(kind, head, found, session, rec)
                if bent:
                    yield bent
            self.old = reply
        self.log.write(
            "%.3f %s %s cookie %s holders %d poll %d port %d xmt %016x\n" %
            (time.monotonic(), what, told,
             jar[0][4:20].hex() if jar else "-",
             sum(f.type == ntp.PLACEHOLDER for f in found), head.poll, port,
             head.xmt))

    def send(self, sock, reply, back, where):
        if self.lies.has("delay"):
            threading.Timer(self.lies.get("delay"), sock.sendmsg,
                            ([reply], back, 0, where)).start()
        else:
            sock.sendmsg([reply], back, 0, where)

    def serve(self, port):
        socks = [udp_socket(socket.AF_INET, "0.0.0.0", port),
                 udp_socket(socket.AF_INET6, "::", port)]
        while True:
            for sock in select.select(socks, [], [])[0]:
                packet, extra, _, where = sock.recvmsg(2048, 256)
                rec, back = time.clock_gettime_ns(time.CLOCK_REALTIME), []
                for level, kind, data in extra:
                    if kind == SO_TIMESTAMPNS and level == socket.SOL_SOCKET:
                        sec, nsec = struct.unpack("qq", data[:16])
                        rec = sec * NS + nsec
                    elif kind == IP_PKTINFO:
                        back = [(level, kind, bytes(4) + data[4:8] + bytes(4))]
                for reply in self.handle(packet, rec, where[1]):
                    self.send(sock, reply, back, where)


def udp_socket(family, addr, port):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.bind((addr, port))
    return sock


def main():
    args = argparse.ArgumentParser()
    args.add_argument("where")
    args.add_argument("--clock", choices=("real", "raw"), default="real")
    args.add_argument("--port", type=int, default=123)
    args.add_argument("--certs")
    args = args.parse_args()
    os.makedirs(args.where, exist_ok=True)
    server = Server(args.where, Clock(args.clock))
    if args.certs:
        threading.Thread(target=ke_server.serve, daemon=True, args=(
            args.where, args.certs, server.cookies.make)).start()
    server.serve(args.port)


if __name__ == "__main__":
    main()
