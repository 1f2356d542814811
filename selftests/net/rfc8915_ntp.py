# SPDX-License-Identifier: GPL-2.0-or-later
"""RFC 8915 section 5: what a server owes to NTS-protected NTP packets.

Run by t_rfc8915_ntp.sh.  Cases are numbered after the list of obligations in
the project's reference: item10 is the unique identifier, item15 the NAK.
"""

import os

from oracle import ktap, ntp, nts, udp
from oracle.ktap import case, note
from oracle.nts import need
from oracle.siv import Siv

SERVER = "10.9.1.1"
ALL = (SERVER, "fd09:1::1", "fe80::1%e1")
SESSION = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
PEER = udp.Peer(SERVER)


def fresh():
    return SESSION.refill(PEER)


def answered(req):
    return nts.check_reply(SESSION, req, PEER.ask(req.packet))


def naked(req):
    nts.check_nak(req, PEER.ask(req.packet))


def outcome(packet):
    """The answer to packet, or None: a marker goes out behind it."""
    return PEER.ask_or_silence(packet, nts.plain().packet)


def silent(packet, what="packet"):
    reply = outcome(packet)
    need(reply is None, "%s was answered: %r", what, reply)


def never_authentic(req, what):
    """Silence or NAK will do for a packet that was tampered with."""
    reply = outcome(req.packet)
    if reply is None:
        return "silence"
    try:
        nts.check_reply(SESSION, req, reply)
    except nts.Wrong:
        need(nts.is_nak(reply), "%s: neither silence nor NAK", what)
        return "NAK"
    raise nts.Wrong("%s: answered as if authentic" % what)


@case
def item10_uid_is_echoed_to_nts_clients():
    for size in (32, 36, 64, 128):
        answered(nts.build(fresh(), uid=os.urandom(size)))


@case
def item10_uid_is_echoed_to_plain_clients():
    for addr in ALL:
        with udp.Peer(addr) as peer:
            req = nts.plain(uid=os.urandom(32))
            nts.check_plain(req, peer.ask(req.packet))


@case
def item10_uid_is_echoed_in_a_nak():
    naked(nts.build(SESSION, cookie=os.urandom(100)))


@case
def item11_answered_over_each_address():
    for addr in ALL:
        with udp.Peer(addr) as peer:
            req = nts.build(fresh())
            nts.check_reply(SESSION, req, peer.ask(req.packet))


@case
def item11_nts_in_other_modes_is_not_answered():
    for mode in (0, 1, 2, 4, 5, 6, 7):
        req = nts.build(fresh(), header=ntp.client_header(mode=mode))
        silent(req.packet, "mode %d" % mode)


@case
def item11_placeholder_of_other_length_is_not_honoured():
    """Not a cookie more than the placeholders that do fit."""
    for size in (96, 104, 12):
        req = nts.build(fresh(), placeholders=1, placeholder_body=bytes(size))
        reply = outcome(req.packet)
        if reply is None:
            note("%d octets: silence", size)
            continue
        need(not nts.is_nak(reply), "%d octets: NAK", size)
        req.placeholders = 0
        nts.check_reply(SESSION, req, reply)
        note("%d octets: one cookie", size)


@case
def item11_placeholder_contents_are_ignored():
    req = nts.build(fresh(), placeholders=3, placeholder_body=os.urandom(100))
    need(len(answered(req).cookies) == 4, "not 4 cookies")


@case
def item12_each_octet_before_the_authenticator_is_protected():
    """One bit flipped in turn in header, identifier, cookie, placeholder."""
    req = nts.build(fresh(), placeholders=1)
    found = ntp.fields(req.packet)
    places = list(range(0, 48, 3)) + \
        [f.at + 4 + n for f in found for n in (0, 17, len(f.body) - 1)]
    told = []
    for at in places:
        packet = bytearray(req.packet)
        packet[at] ^= 0x40 if at else 0x08
        bent = nts.Request(bytes(packet), ntp.Header.unpack(packet),
                           bytes(packet[52:84]), 1, 100)
        told.append(never_authentic(bent, "octet %d" % at))
    note("%d places: %d NAK, %d silence", len(told), told.count("NAK"),
         told.count("silence"))


@case
def item12_associated_data_ends_before_the_authenticator():
    """A client that signs less, or more, is not believed."""
    for cut in (-4, 4):
        req = nts.build(fresh())
        auth = ntp.fields(req.packet)[-1]
        aad = (req.packet[:auth.at] + bytes(4))[:auth.at + cut]
        body = nts.auth_body(Siv(SESSION.c2s), aad)
        req.packet = req.packet[:auth.at] + ntp.field(ntp.AUTH, body)
        naked(req)


@case
def item12_short_nonce_without_padding_is_discarded():
    for size in (4, 8, 12):
        for extra in (0, 16 - size - 4):
            req = nts.build(fresh(), nonce=os.urandom(size), extra=extra)
            silent(req.packet, "nonce %d with %d padding" % (size, extra))


@case
def item12_short_nonce_with_padding_is_answered():
    for size in (4, 8, 12):
        answered(nts.build(fresh(), nonce=os.urandom(size), extra=16 - size))


@case
def item12_long_nonce_and_more_padding_are_answered():
    answered(nts.build(fresh(), nonce=os.urandom(32)))
    answered(nts.build(fresh(), extra=64))
    answered(nts.build(fresh(), nonce=os.urandom(15)))


@case
def item13_one_cookie_and_one_for_each_placeholder():
    for count in range(8):
        got = answered(nts.build(fresh(), placeholders=count))
        need(len(got.cookies) == 1 + count, "%d cookies for %d placeholders",
             len(got.cookies), count)


@case
def item13_more_placeholders_never_too_many_cookies():
    for count in (8, 9):
        req = nts.build(fresh(), placeholders=count)
        reply = outcome(req.packet)
        if reply is not None:
            got = nts.check_reply(SESSION, req, reply)
            note("%d placeholders: %d cookies", count, len(got.cookies))
        else:
            note("%d placeholders: silence", count)


@case
def item13_new_cookies_work_and_never_repeat():
    seen = set()
    for _ in range(5):
        got = answered(nts.build(fresh(), placeholders=7))
        need(not seen & set(got.cookies), "a cookie came twice")
        seen |= set(got.cookies)
    for cookie in sorted(seen)[::5]:
        answered(nts.build(SESSION, cookie=cookie))


@case
def item13_identifier_cookie_and_authenticator_exactly_once():
    base = fresh().cookies.pop()
    uid = ntp.field(ntp.UID, os.urandom(32))
    jar = ntp.field(ntp.COOKIE, base)
    head = ntp.client_header().pack()
    for what, parts in (("no identifier", jar), ("no cookie", uid),
                        ("two identifiers", uid + uid + jar),
                        ("two cookies", uid + jar + jar)):
        aad = head + parts
        body = nts.auth_body(Siv(SESSION.c2s), aad)
        silent(aad + ntp.field(ntp.AUTH, body), what)
    silent(head + uid + jar, "no authenticator")
    silent(head + uid + ntp.field(ntp.PLACEHOLDER, bytes(100)),
           "only a placeholder")


@case
def item13_order_of_identifier_and_cookie_is_free():
    cookie, uid = fresh().cookies.pop(), os.urandom(32)
    header = ntp.client_header()
    aad = header.pack() + ntp.field(ntp.PLACEHOLDER, bytes(100)) + \
        ntp.field(ntp.COOKIE, cookie) + ntp.field(ntp.UID, uid)
    packet = aad + ntp.field(ntp.AUTH, nts.auth_body(Siv(SESSION.c2s), aad))
    answered(nts.Request(packet, header, uid, 1, 100))


@case
def item13_unknown_field_before_the_authenticator_is_ignored():
    answered(nts.build(fresh(), before=ntp.field(0x2323, os.urandom(28))))


@case
def item13_encrypted_field_of_the_request_is_ignored():
    answered(nts.build(fresh(), inside=ntp.field(0x2323, os.urandom(28))))


@case
def item14_fields_after_the_authenticator_are_discarded():
    """Neither honoured, nor echoed, nor counted."""
    for what, tail in (
            ("unknown", ntp.field(0x2323, os.urandom(28))),
            ("placeholder", ntp.field(ntp.PLACEHOLDER, bytes(100)) * 3),
            ("identifier", ntp.field(ntp.UID, os.urandom(32))),
            ("cookie", ntp.field(ntp.COOKIE, os.urandom(100)))):
        req = nts.build(fresh(), after=tail)
        got = answered(req)
        need(len(got.cookies) == 1, "%s behind: %d cookies", what,
             len(got.cookies))


@case
def item15_random_cookie_gets_a_nak():
    naked(nts.build(SESSION, cookie=os.urandom(100)))
    naked(nts.build(SESSION, cookie=os.urandom(100), placeholders=7))


@case
def item15_tampered_cookie_gets_a_nak():
    for at in (0, 3, 4, 19, 20, 35, 36, 99):
        cookie = bytearray(fresh().cookies.pop())
        cookie[at] ^= 1
        naked(nts.build(SESSION, cookie=bytes(cookie)))


@case
def item15_cookie_of_other_length_gets_a_nak():
    """As another server makes them: its clients are to start over."""
    for size in (16, 64, 96, 104, 168, 400):
        naked(nts.build(SESSION, cookie=os.urandom(size)))


@case
def item15_wrong_key_gets_a_nak():
    naked(nts.build(fresh(), c2s=os.urandom(32)))
    naked(nts.build(fresh(), c2s=SESSION.s2c))


@case
def item15_cookie_of_another_session_gets_a_nak():
    other = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
    naked(nts.build(SESSION, cookie=other.cookies[0]))


@case
def item15_tampered_authenticator_gets_a_nak():
    for offset in (4, 19, 20, 35):
        req = nts.build(fresh())
        packet = bytearray(req.packet)
        packet[ntp.fields(req.packet)[-1].at + 4 + offset] ^= 1
        req.packet = bytes(packet)
        naked(req)


@case
def item15_nak_over_each_address():
    for addr in ALL:
        with udp.Peer(addr) as peer:
            req = nts.build(SESSION, cookie=os.urandom(100))
            nts.check_nak(req, peer.ask(req.packet))


@case
def item15_session_goes_on_after_a_nak():
    naked(nts.build(SESSION, cookie=os.urandom(100)))
    answered(nts.build(fresh()))


if __name__ == "__main__":
    ktap.main()
