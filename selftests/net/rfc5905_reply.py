# SPDX-License-Identifier: GPL-2.0-or-later
"""RFC 5905: the fields of an answer, and the packets that get none.

Run by t_rfc5905_reply.sh.
"""

import ctypes
import os
import random
import socket
import struct
import subprocess
import time

from oracle import counters, ktap, ntp, nts, udp
from oracle.ktap import case, note
from oracle.nts import need
from oracle.siv import Siv

SERVER, UNSYNC = "10.9.1.1", "10.9.2.1"
ALL = (SERVER, "fd09:1::1", "fe80::1%e1")
CA = os.environ["CA"]
SESSION = nts.Session.open((SERVER, 4460), ca=CA)
PEER = udp.Peer(SERVER)
COUNTED = os.environ["NTS_SERVER"] == "ntsd"
SEED = random.randrange(2**32)


def fresh():
    return SESSION.refill(PEER)


def check_times(head, before, after):
    """Arrival and departure lie between asking and hearing, in order."""
    slack = 2e-6
    need(ntp.seconds(head.rec, before) > -slack, "received %g s too early",
         ntp.seconds(before, head.rec))
    need(ntp.seconds(head.xmt, head.rec) >= 0, "sent before received")
    need(ntp.seconds(after, head.xmt) > -slack, "sent %g s too late",
         ntp.seconds(head.xmt, after))


def timed(peer, packet):
    before = ntp.now()
    reply = peer.ask(packet)
    return reply, before, ntp.now()


@case
def fields_of_a_plain_answer():
    for addr in ALL:
        with udp.Peer(addr) as peer:
            req = nts.plain(header=ntp.client_header(poll=6))
            reply, before, after = timed(peer, req.packet)
            need(len(reply) == 48, "%d octets", len(reply))
            head = nts.check_plain(req, reply)
            check_times(head, before, after)
            need(head.leap == 0, "leap %d", head.leap)
            need(head.stratum == 3, "stratum %d", head.stratum)
            need(-32 <= head.precision <= -16, "precision %d", head.precision)
            need(head.root_delay < 65536, "root delay %d", head.root_delay)
            need(head.root_disp < 65536, "dispersion %d", head.root_disp)
            need(head.refid != bytes(4), "no reference id")
            age = ntp.seconds(head.xmt, head.reftime)
            need(0 <= age < 3600, "reference time %g s old", age)
    note("%s", head)


@case
def fields_of_an_authenticated_answer():
    for addr in ALL:
        with udp.Peer(addr) as peer:
            req = nts.build(fresh(), header=ntp.client_header(poll=10))
            reply, before, after = timed(peer, req.packet)
            head = nts.check_reply(SESSION, req, reply).header
            check_times(head, before, after)
            need((head.leap, head.stratum) == (0, 3), "%s", head)
            need(-32 <= head.precision <= -16, "precision %d", head.precision)


@case
def stratum_and_reference_of_both_kinds_agree():
    req = nts.plain()
    one = nts.check_plain(req, PEER.ask(req.packet))
    req = nts.build(fresh())
    two = nts.check_reply(SESSION, req, PEER.ask(req.packet)).header
    for name in ("leap", "stratum", "precision", "refid", "root_delay"):
        need(getattr(one, name) == getattr(two, name), "%s differs", name)


@case
def version_of_the_request_is_kept():
    for version in (1, 2, 3, 4):
        req = nts.plain(header=ntp.client_header(version=version))
        nts.check_plain(req, PEER.ask(req.packet))


@case
def poll_of_the_request_is_kept():
    for poll in (-6, 0, 3, 17, 127, -128):
        req = nts.plain(header=ntp.client_header(poll=poll))
        nts.check_plain(req, PEER.ask(req.packet))


@case
def origin_is_the_transmit_of_the_request():
    for xmt in (0, 1, 2**64 - 1, 2**63, 2**32):
        req = nts.plain(header=ntp.client_header(xmt=xmt))
        nts.check_plain(req, PEER.ask(req.packet))


@case
def the_rest_of_a_request_header_is_ignored():
    """A client may fill in all fields; none changes the answer's."""
    for _ in range(20):
        header = ntp.Header.unpack(b"\x23" + os.urandom(47))
        header.leap = random.randrange(4)
        req = nts.plain(header=header)
        head = nts.check_plain(req, PEER.ask(req.packet))
        need((head.leap, head.stratum) == (0, 3), "%s", head)


@case
def unknown_field_of_a_plain_request_is_ignored():
    tail = ntp.field(0x2323, os.urandom(60))
    req = nts.plain(after=tail)
    nts.check_plain(req, PEER.ask(req.packet))
    req = nts.plain(uid=os.urandom(32), after=tail)
    nts.check_plain(req, PEER.ask(req.packet))


@case
def unsynchronised_is_leap_3_stratum_0():
    """Stratum 16 is 0 on the wire (RFC 5905, figure 11)."""
    with udp.Peer(UNSYNC) as peer:
        req = nts.plain()
        head = nts.check_plain(req, peer.ask(req.packet))
        need((head.leap, head.stratum) == (3, 0), "%s", head)
        need(head.refid != ntp.NTSN, "refid is a kiss code")


@case
def unsynchronised_is_told_with_authentication():
    session = nts.Session.open((UNSYNC, 4460), ca=CA)
    with udp.Peer(UNSYNC) as peer:
        req = nts.build(session)
        head = nts.check_reply(session, req, peer.ask(req.packet)).header
        need((head.leap, head.stratum) == (3, 0), "%s", head)


class Timex(ctypes.Structure):
    """struct timex of adjtimex(2), as far as it is needed."""
    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long),
                ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
                ("esterror", ctypes.c_long), ("status", ctypes.c_int),
                ("rest", ctypes.c_char * 256)]


ADJ_MAXERROR, ADJ_ESTERROR, ADJ_STATUS = 4, 8, 16
STA_PLL, STA_INS, STA_DEL, STA_UNSYNC = 1, 0x10, 0x20, 0x40


def system_clock(status):
    """Says of the system clock that it is right to a millisecond."""
    tx = Timex(modes=ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
               maxerror=1000, esterror=100, status=status)
    libc = ctypes.CDLL(None, use_errno=True)
    need(libc.adjtimex(ctypes.byref(tx)) >= 0, "adjtimex: %s",
         os.strerror(ctypes.get_errno()))


def follows(leap, stratum):
    """Within some seconds the server tells what the system clock does."""
    with udp.Peer(UNSYNC) as peer:
        end = time.monotonic() + 20
        while True:
            req = nts.plain()
            head = nts.check_plain(req, peer.ask(req.packet))
            if (head.leap, head.stratum) == (leap, stratum):
                return head
            need(time.monotonic() < end, "wanted leap %d, stratum %d: %s",
                 leap, stratum, head)
            time.sleep(0.2)


def state_of_the_system_clock_is_served():
    """Leap, stratum and dispersion of systemclock, as adjtimex has them."""
    try:
        for status, leap in ((STA_PLL, 0), (STA_PLL | STA_INS, 1),
                             (STA_PLL | STA_DEL, 2), (STA_PLL, 0)):
            system_clock(status)
            head = follows(leap, 10)
        note("%s", head)
        disp = head.root_disp / 65536 + head.root_delay / 131072
        need(0.0005 < disp < 0.1, "root distance %g s for 1 ms", disp)
        age = ntp.seconds(head.xmt, head.reftime)
        need(0 <= age < 60, "reference time %g s old", age)
    finally:
        system_clock(STA_UNSYNC)
    follows(3, 0)


def random_packet(rng):
    """A request that was built well, or was once."""
    kind = rng.randrange(6)
    tail = b"".join(
        ntp.field(rng.choice((0x0104, 0x0204, 0x0304, 0x0404, 0x2323)),
                  rng.randbytes(4 * rng.randrange(3, 30)))
        for _ in range(rng.randrange(3)))
    if kind == 0:
        packet = nts.plain(after=tail).packet
    elif kind == 1:
        packet = nts.plain(uid=rng.randbytes(32 + 4 * rng.randrange(20)),
                           after=tail).packet
    elif kind == 2:
        packet = nts.build(SESSION, cookie=rng.randbytes(100),
                           placeholders=rng.randrange(8), after=tail).packet
    else:
        nonce = rng.randbytes(rng.choice((1, 4, 8, 15, 16, 16, 16, 32)))
        packet = nts.build(
            fresh(), uid=rng.randbytes(32 + 4 * rng.randrange(10)),
            placeholders=rng.randrange(9), nonce=nonce, before=tail,
            extra=rng.choice((0, 4, 12, 16, 40)), after=tail,
            inside=tail).packet
    packet = bytearray(packet)
    if rng.randrange(3) == 0:
        packet[rng.randrange(len(packet))] = rng.randrange(256)
    if rng.randrange(4) == 0:
        del packet[rng.randrange(len(packet)):]
    return bytes(packet)


@case
def answer_is_never_longer_than_its_request():
    """400 shapes, whole, bent and cut."""
    rng, told = random.Random(SEED), {"answers": 0, "silence": 0}
    for number in range(400):
        packet = random_packet(rng)
        reply = PEER.ask_or_silence(packet, nts.plain().packet)
        told["silence" if reply is None else "answers"] += 1
        need(reply is None or len(reply) <= len(packet),
             "seed %d, packet %d: %d octets to %d", SEED, number,
             len(reply or b""), len(packet))
    note("seed %d: %r", SEED, told)
    need(min(told.values()) > 20, "the shapes are lopsided: %r", told)


def dropped(counter, *packets):
    """Each packet meets silence and moves this one counter by one."""
    for number, packet in enumerate(packets):
        marker = nts.plain().packet
        if COUNTED:
            with counters.Expect({counter: 1, "answer-plain": 1}):
                reply = PEER.ask_or_silence(packet, marker)
        else:
            reply = PEER.ask_or_silence(packet, marker)
        need(reply is None, "packet %d was answered: %r", number, reply)


HEAD = ntp.client_header().pack()
UID = ntp.field(ntp.UID, bytes(range(32)))


def signed(*parts, body=None):
    aad = HEAD + b"".join(parts)
    if body is None:
        body = nts.auth_body(Siv(SESSION.c2s), aad)
    return aad + ntp.field(ntp.AUTH, body)


def jar():
    return ntp.field(ntp.COOKIE, fresh().cookies.pop())


@case
def drop_short():
    dropped("drop-short", b"", b"\x23", HEAD[:47])


@case
def drop_long():
    dropped("drop-long",
            HEAD + ntp.field(0x2323, bytes(1456 - 52)),
            nts.build(fresh(), before=ntp.field(0x2323, bytes(1400))).packet)


@case
def drop_mode():
    for mode in (0, 1, 2, 4, 5, 6, 7):
        dropped("drop-mode", ntp.client_header(mode=mode).pack())


@case
def drop_version():
    for version in (0, 5, 6, 7):
        dropped("drop-version", ntp.client_header(version=version).pack())


@case
def drop_mac():
    old = ntp.client_header(version=3).pack()
    dropped("drop-mac", HEAD + bytes(4), HEAD + bytes(20), HEAD + bytes(24),
            old + bytes(20), old + bytes(24))


@case
def drop_ext():
    body = bytes(28)
    dropped("drop-ext",
            HEAD + bytes(8),
            HEAD + ntp.field(0x2323, body, length=12),
            HEAD + ntp.field(0x2323, body, length=0),
            HEAD + ntp.field(0x2323, body, length=30),
            HEAD + ntp.field(0x2323, body, length=36),
            HEAD + ntp.field(0x2323, body, length=65532),
            HEAD + UID + ntp.field(0x2323, bytes(12)),
            HEAD + UID + bytes(3),
            nts.build(fresh(), after=bytes(12)).packet)


@case
def drop_uid_length():
    dropped("drop-uid-length", HEAD + ntp.field(ntp.UID, bytes(28)),
            nts.build(fresh(), uid=bytes(16)).packet)


@case
def drop_uid_missing():
    dropped("drop-uid-missing", signed(jar()),
            HEAD + ntp.field(ntp.COOKIE, bytes(100)))


@case
def drop_cookie_missing():
    dropped("drop-cookie-missing", signed(UID),
            HEAD + UID + ntp.field(ntp.PLACEHOLDER, bytes(100)))


@case
def drop_auth_missing():
    dropped("drop-auth-missing", HEAD + UID + jar())


@case
def drop_duplicate():
    one = jar()
    dropped("drop-duplicate", signed(UID, UID, one), signed(UID, one, one))


@case
def drop_placeholder():
    dropped("drop-placeholder",
            *(nts.build(fresh(), placeholders=1,
                        placeholder_body=bytes(n)).packet
              for n in (12, 96, 104)))


@case
def drop_auth_length():
    siv = Siv(SESSION.c2s)
    aad = HEAD + UID + jar()
    good = nts.auth_body(siv, aad)
    cases = (b"\0\0" + good[2:],                # no nonce
             good[:2] + b"\0\x0f" + good[4:],   # ciphertext below a tag
             good[:2] + b"\0\x14" + good[4:],   # more than there is
             b"\0\x14" + good[2:],
             b"\xff\xff\xff\xff" + good[4:],
             b"\xff\xfd" + good[2:],
             good[:2] + b"\xff\xfd" + good[4:])
    dropped("drop-auth-length",
            *(aad + ntp.field(ntp.AUTH, body) for body in cases))


@case
def drop_auth_padding():
    dropped("drop-auth-padding",
            *(nts.build(fresh(), nonce=os.urandom(n), extra=e).packet
              for n, e in ((1, 0), (4, 8), (8, 4), (12, 0), (9, 0))))


@case
def drop_address():
    """Nobody answers to a port that can't be, nor to a crowd."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_UDP) as raw:
        packet = nts.plain().packet
        where = "%s-s" % os.environ["PREFIX"]
        dump = subprocess.Popen(
            ["ip", "netns", "exec", where, "timeout", "5", "tcpdump", "-nni",
             "e1", "-c", "1", "udp src port 123 and dst port 0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        dump.stderr.readline()          # listening
        before = counters.read() if COUNTED else None
        raw.sendto(struct.pack(">HHHH", 0, 123, 8 + len(packet), 0) + packet,
                   (SERVER, 0))
        time.sleep(0.3)
        if COUNTED:
            got = counters.moved(before, counters.read())
            need(got.get("drop-address") == 1, "counters moved %r", got)
        dump.terminate()
        answer = dump.communicate()[0]
        need(b" > " not in answer, "source port 0 was answered: %r", answer)


def counted_answers():
    with counters.Expect({"answer-plain": 3}):
        for _ in range(3):
            PEER.ask(nts.plain().packet)
    reqs = [nts.build(fresh()) for _ in range(3)]
    with counters.Expect({"answer-nts": 3}):
        for req in reqs:
            PEER.ask(req.packet)
    with counters.Expect({"answer-nak": 2}):
        for _ in range(2):
            PEER.ask(nts.build(SESSION, cookie=os.urandom(100)).packet)


if COUNTED:
    case(counted_answers)
    case(state_of_the_system_clock_is_served)

if __name__ == "__main__":
    ktap.main()
