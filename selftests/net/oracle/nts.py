# SPDX-License-Identifier: GPL-2.0-or-later
"""NTS for NTP (RFC 8915 section 5): requests to order, replies verified."""

import os
import struct
from dataclasses import dataclass, field as member

from . import ke, ntp
from .siv import Siv


class Wrong(AssertionError):
    """The reply breaks a rule; the text says which."""


def need(cond, text, *args):
    if not cond:
        raise Wrong(text % args if args else text)


@dataclass
class Session:
    """What a client knows after key establishment."""
    c2s: bytes
    s2c: bytes
    cookies: list = member(default_factory=list)

    @classmethod
    def open(cls, addr, **kw):
        reply = ke.exchange(addr, **kw)
        need(reply.aead() == ke.SIV256, "no key establishment: %r", reply)
        return cls(reply.c2s, reply.s2c, reply.cookies())

    def refill(self, peer):
        """Sees to it that there are cookies that no packet has carried."""
        if len(self.cookies) < 2:
            req = build(self, placeholders=7)
            self.cookies += check_reply(self, req,
                                        peer.ask(req.packet)).cookies
        return self


def auth_body(siv, aad, text=b"", *, nonce=None, extra=0):
    """The authenticator's body, extra octets of padding at its end."""
    nonce = os.urandom(16) if nonce is None else nonce
    sealed = siv.seal([aad, nonce], text)
    body = struct.pack(">HH", len(nonce), len(sealed))
    for part in (nonce, sealed):
        body += part + bytes(-len(part) % 4)
    return body + bytes(extra)


@dataclass
class Request:
    """A packet and what is needed to judge the answer to it."""
    packet: bytes
    header: ntp.Header
    uid: bytes = b""
    placeholders: int = 0
    cookie_len: int = 0


def build(session, *, cookie=None, uid=None, placeholders=0, header=None,
          before=b"", inside=b"", after=b"", c2s=None, nonce=None, extra=0,
          placeholder_body=None):
    """An NTS request; each argument bends one thing.

    before, inside and after are whole extension fields before the
    authenticator, encrypted in it, and behind it.
    """
    header = header or ntp.client_header()
    uid = os.urandom(32) if uid is None else uid
    cookie = session.cookies.pop(0) if cookie is None else cookie
    filler = bytes(len(cookie)) if placeholder_body is None \
        else placeholder_body
    aad = header.pack() + ntp.field(ntp.UID, uid) + \
        ntp.field(ntp.COOKIE, cookie) + \
        ntp.field(ntp.PLACEHOLDER, filler) * placeholders + before
    body = auth_body(Siv(c2s or session.c2s), aad, inside, nonce=nonce,
                     extra=extra)
    packet = aad + ntp.field(ntp.AUTH, body) + after
    return Request(packet, header, uid, placeholders, len(cookie))


def plain(*, header=None, uid=None, after=b""):
    """A request without NTS, with a unique identifier if uid is given."""
    header = header or ntp.client_header()
    packet = header.pack()
    if uid is not None:
        packet += ntp.field(ntp.UID, uid)
    return Request(packet + after, header, uid or b"")


def check_header(req, reply):
    """RFC 5905 figure 31, for an answer of whatever kind."""
    need(len(reply) >= ntp.HEADER_LEN, "reply of %d octets", len(reply))
    need(len(reply) <= len(req.packet), "reply of %d octets to %d",
         len(reply), len(req.packet))
    head = ntp.Header.unpack(reply)
    need(head.mode == 4, "mode %d", head.mode)
    need(head.version == req.header.version, "version %d", head.version)
    need(head.org == req.header.xmt, "origin is not the request's transmit")
    need(head.poll == req.header.poll, "poll %d", head.poll)
    return head


def check_uid(req, found):
    uids = [f.body for f in found if f.type == ntp.UID]
    need(uids == [req.uid], "unique identifier not echoed once: %r", uids)


def is_nak(reply):
    head = ntp.Header.unpack(reply)
    return head.stratum == 0 and head.refid == ntp.NTSN


def check_nak(req, reply):
    """RFC 8915 section 5.7: the kiss, the identifier, nothing else."""
    head = check_header(req, reply)
    need(is_nak(reply), "no NTSN: stratum %d, refid %r", head.stratum,
         head.refid)
    need(head.leap == 3, "NAK with leap %d", head.leap)
    found = ntp.fields(reply)
    check_uid(req, found)
    need(len(found) == 1, "NAK carries %r", [hex(f.type) for f in found])


def check_plain(req, reply):
    head = check_header(req, reply)
    found = ntp.fields(reply)
    if req.uid:
        check_uid(req, found)
    need(not [f for f in found if f.type != ntp.UID],
         "plain reply carries %r", [hex(f.type) for f in found])
    return head


@dataclass
class Answer:
    header: ntp.Header
    cookies: list


def check_reply(session, req, reply):
    """Everything RFC 8915 section 5.7 asks of an authenticated answer."""
    head = check_header(req, reply)
    need(not is_nak(reply), "NAK instead of an answer")
    found = ntp.fields(reply)
    check_uid(req, found)
    auths = [f for f in found if f.type == ntp.AUTH]
    need(len(auths) == 1, "%d authenticators", len(auths))
    need(found[-1] is auths[0], "a field follows the authenticator")
    need({f.type for f in found} == {ntp.UID, ntp.AUTH},
         "fields in clear: %r", [hex(f.type) for f in found])
    body = auths[0].body
    need(len(body) >= 4, "authenticator cut short")
    nlen, clen = struct.unpack_from(">HH", body)
    cstart = 4 + nlen + -nlen % 4
    need(cstart + clen <= len(body), "authenticator lengths %d, %d of %d",
         nlen, clen, len(body))
    text = Siv(session.s2c).open(
        [reply[:auths[0].at], body[4:4 + nlen]], body[cstart:cstart + clen])
    need(text is not None, "S2C authentication failed")
    inner = ntp.fields(bytes(ntp.HEADER_LEN) + text)
    need({f.type for f in inner} == {ntp.COOKIE},
         "encrypted fields: %r", [hex(f.type) for f in inner])
    cookies = [f.body for f in inner]
    need(1 <= len(cookies) <= 1 + req.placeholders,
         "%d cookies for %d placeholders", len(cookies), req.placeholders)
    need(len(set(cookies)) == len(cookies), "a cookie came twice")
    need(all(len(c) == req.cookie_len for c in cookies),
         "cookies of %r octets", sorted({len(c) for c in cookies}))
    return Answer(head, cookies)
