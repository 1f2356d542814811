# SPDX-License-Identifier: GPL-2.0-or-later
"""RFC 8915 sections 3, 4 and 5.1: what an NTS-KE server owes.

Run by t_rfc8915_ke.sh.  Cases are numbered after the list of obligations in
the project's reference: item1 is TLS, item9 the exporter.
"""

import os
import time

from OpenSSL import SSL

from oracle import ke, ktap, nts, udp
from oracle.ktap import case, note
from oracle.nts import need

KE = ("10.9.1.1", 4460)
KE_V6 = ("fd09:1::1", 4460)
KE_VARIANT = ("10.9.2.1", 4460)
CA = os.environ["CA"]


def exchange(message=None, addr=KE, **kw):
    return ke.exchange(addr, message, ca=CA, **kw)


def check_good(reply):
    """A complete, well-formed answer to the honest request."""
    r = reply.records
    need(r, "empty answer, then %s", reply.end)
    need(reply.error() is None, "error %r", reply.error())
    ends = reply.all(ke.END)
    need(len(ends) == 1 and r[-1] is ends[0], "End of Message not once, last")
    need(ends[0].critical and not ends[0].body, "End of Message %r", ends[0])
    protos = reply.all(ke.NEXT_PROTO)
    need(len(protos) == 1, "%d Next Protocol records", len(protos))
    need(protos[0].critical, "Next Protocol not critical")
    need(protos[0].values() == [0], "protocols %r", protos[0].values())
    need(reply.aead() == ke.SIV256, "AEAD %r", reply.aead())
    need(reply.cookies(), "no cookie")
    return reply


def check_error(reply, code):
    need(reply.error() == code, "wanted Error %d, got %r, then %s", code,
         reply.records, reply.end)
    err = reply.all(ke.ERROR)[0]
    need(err.critical and len(err.body) == 2, "Error record %r", err)
    need(reply.records[-1].type == ke.END, "no End of Message behind Error")
    need(not reply.cookies(), "an error with cookies")
    need(reply.end == "close_notify", "connection ended by %s", reply.end)


def check_refused(**kw):
    """The handshake fails, or at the least nothing of NTS-KE is said."""
    try:
        with ke.Connection(KE, ca=CA, **kw) as conn:
            conn.handshake()
            conn.send(ke.request())
            reply = conn.receive()
    except ke.Refused as err:
        note("refused: %s", err)
        return
    need(not reply.data, "answered %r", reply.records)
    need(reply.end != "timeout", "neither answered nor closed")
    note("no answer, then %s", reply.end)


@case
def item1_tls13_is_spoken():
    with ke.Connection(KE, ca=CA) as conn:
        conn.handshake()
        need(conn.tls.get_protocol_version_name() == "TLSv1.3", "%s",
             conn.tls.get_protocol_version_name())
        note("cipher %s", conn.tls.get_cipher_name())


@case
def item1_tls12_is_refused():
    """Even an honest ALPN does not bring the handshake to its end."""
    old = (SSL.TLS1_2_VERSION, SSL.TLS1_2_VERSION)
    try:
        ke.Connection(KE, ca=CA, versions=old).handshake().close()
    except ke.Refused as err:
        note("refused: %s", err)
        return
    raise nts.Wrong("TLS 1.2 is spoken")


@case
def item1_alpn_is_chosen():
    with ke.Connection(KE, ca=CA, alpn=(b"http/1.1", ke.ALPN)) as conn:
        conn.handshake()
        need(conn.tls.get_alpn_proto_negotiated() == ke.ALPN, "ALPN %r",
             conn.tls.get_alpn_proto_negotiated())


@case
def item1_no_alpn_is_refused():
    check_refused(alpn=())


@case
def item1_other_alpn_is_refused():
    check_refused(alpn=(b"http/1.1",))


@case
def item2_one_answer_then_close_notify():
    reply = check_good(exchange())
    need(reply.end == "close_notify", "ended by %s", reply.end)


@case
def item2_over_ipv6():
    need(check_good(exchange(addr=KE_V6)).end == "close_notify", "end")


@case
def item2_over_link_local():
    reply = exchange(addr=("fe80::1%e1", 4460))
    need(check_good(reply).end == "close_notify", "end")


@case
def item2_a_second_request_gets_no_answer():
    reply = exchange(ke.request() * 2)
    need(len(reply.all(ke.END)) <= 1, "%d answers", len(reply.all(ke.END)))
    need(reply.end != "timeout", "not closed")
    note("%d answer, then %s", len(reply.all(ke.END)), reply.end)


@case
def item2_request_in_single_octets():
    """Each octet of each TLS record in its own segment."""
    check_good(exchange(piece=1))


@case
def item2_request_in_many_tls_records():
    with ke.Connection(KE, ca=CA) as conn:
        conn.handshake()
        for octet in ke.request():
            conn.send(bytes([octet]))
        check_good(conn.receive())


def filled(size):
    """An honest request of size octets, filled by ignorable records."""
    extra = b""
    room = size - len(ke.request())
    while room > 0:
        step = min(room, 256)
        if 0 < room - step < 4:
            step -= 4
        extra += ke.record(0x3fff, bytes(step - 4), critical=False)
        room -= step
    message = ke.request(extra=extra)
    assert len(message) == size
    return message


@case
def item2_request_of_1024_octets():
    check_good(exchange(filled(1024)))


@case
def item2_one_record_of_1000_octets():
    extra = ke.record(0x3fff, bytes(1000), critical=False)
    check_good(exchange(ke.request(extra=extra)))


@case
def item2_endless_request_is_cut_off():
    """A request without end meets a limit, not the server's memory."""
    with ke.Connection(KE, ca=CA, timeout=20) as conn:
        conn.handshake()
        junk = ke.record(0x3fff, bytes(1000), critical=False) * 16
        sent = 0
        try:
            while sent < 4 << 20:
                conn.send(junk)
                sent += len(junk)
        except OSError:
            pass
        note("cut off after %d octets", sent)
        need(sent < 4 << 20, "all was taken")
    check_good(exchange())


@case
def item3_unknown_noncritical_is_ignored():
    for rtype in (8, 1024, 0x4000, 0x7fff):
        extra = ke.record(rtype, b"abc", critical=False)
        check_good(exchange(ke.request(extra=extra)))


@case
def item3_unknown_critical_is_error_0():
    for rtype in (8, 1025, 0x7fff):
        extra = ke.record(rtype, b"abcd")
        check_error(exchange(ke.request(extra=extra)), 0)


@case
def item4_end_of_message_with_body_is_error_1():
    message = ke.request(end=False) + ke.record(ke.END, b"xx")
    check_error(exchange(message), 1)


@case
def item4_end_of_message_not_critical_is_error_1():
    message = ke.request(end=False) + ke.record(ke.END, critical=False)
    check_error(exchange(message), 1)


@case
def item4_next_protocol_missing_is_error_1():
    check_error(exchange(ke.request(protos=None)), 1)


@case
def item4_next_protocol_twice_is_error_1():
    extra = ke.record(ke.NEXT_PROTO, ke.u16s(0))
    check_error(exchange(ke.request(extra=extra)), 1)


@case
def item4_next_protocol_not_critical_is_error_1():
    message = ke.record(ke.NEXT_PROTO, ke.u16s(0), critical=False) + \
        ke.request(protos=None)
    check_error(exchange(message), 1)


@case
def item4_next_protocol_answer_is_a_subset():
    reply = check_good(exchange(ke.request(protos=(0x8001, 0, 0x7fff))))
    need(reply.all(ke.NEXT_PROTO)[0].values() == [0], "not the subset")


@case
def item4_next_protocol_may_be_empty():
    reply = exchange(ke.request(protos=(0x8001,)))
    protos = reply.all(ke.NEXT_PROTO)
    need(len(protos) == 1 and protos[0].values() == [], "got %r",
         reply.records)
    need(reply.records[-1].type == ke.END, "no End of Message")
    need(not reply.cookies() and not reply.all(ke.AEAD),
         "AEAD or cookies without NTPv4")


@case
def item5_odd_next_protocol_is_error_1():
    message = ke.record(ke.NEXT_PROTO, b"\0\0\0") + ke.request(protos=None)
    check_error(exchange(message), 1)


@case
def item5_odd_aead_is_error_1():
    extra = ke.record(ke.AEAD, b"\0\x0f\0")
    check_error(exchange(ke.request(aeads=None, extra=extra)), 1)


@case
def item5_record_longer_than_the_message_is_error_1():
    """The client says goodbye in the middle of a record."""
    with ke.Connection(KE, ca=CA) as conn:
        conn.handshake()
        conn.send(ke.request(end=False) + ke.record(0x3fff, b"ab", length=90))
        conn.close_notify()
        reply = conn.receive()
    need(reply.end != "timeout", "not closed")
    if reply.data:
        need(reply.error() == 1, "got %r", reply.records)


@case
def item5_timed_out_request_is_error_1():
    """Half a request, then nothing: told so, within the server's deadline."""
    with ke.Connection(KE, ca=CA, timeout=30) as conn:
        conn.handshake()
        conn.send(ke.request(end=False))
        reply = conn.receive()
    note("%s after %.1f s", reply.end, reply.seconds)
    check_error(reply, 1)


@case
def item5_silent_client_is_dropped():
    """A deadline holds for the handshake, too."""
    with ke.Connection(KE, ca=CA, timeout=30) as conn:
        start = time.monotonic()
        conn.sock.settimeout(30)
        try:
            need(conn.sock.recv(100) == b"", "the server spoke first")
        except ConnectionError:
            pass
        note("dropped after %.1f s", time.monotonic() - start)


@case
def item5_trickling_client_is_dropped():
    """One octet a second does not push the deadline out."""
    with ke.Connection(KE, ca=CA, timeout=30) as conn:
        conn.handshake()
        start = time.monotonic()
        message = filled(1024)
        try:
            for octet in message:
                conn.send(bytes([octet]))
                time.sleep(0.5)
                need(time.monotonic() - start < 25, "still connected")
                conn.sock.setblocking(False)
                try:
                    if not conn.sock.recv(65536):
                        break
                    continue        # the Error record; the end follows
                except BlockingIOError:
                    pass
                finally:
                    conn.sock.settimeout(30)
        except ConnectionError:
            pass
        note("dropped after %.1f s", time.monotonic() - start)


@case
def item5_connections_are_bounded():
    """With maxntsconnections 4 a fifth waits, or is turned away."""
    held = []
    try:
        for _ in range(4):
            held.append(ke.Connection(KE_VARIANT, ca=CA).handshake())
        try:
            ke.Connection(KE_VARIANT, ca=CA, timeout=0.7).handshake().close()
            fifth = "was served"
        except ke.Refused as err:
            fifth = "refused: %s" % err
        note("the fifth %s", fifth)
        if fifth == "was served":
            # Right only if the deadline of one before has passed.
            need(any(ended(conn) for conn in held), "five are open at once")
    finally:
        for conn in held:
            conn.close()
    for _ in range(30):
        try:
            reply = exchange(addr=KE_VARIANT)
            break
        except ke.Refused:
            time.sleep(0.2)         # their places are not yet free
    check_good(reply)


def ended(conn):
    """The server has closed conn, or said that it is about to."""
    conn.sock.setblocking(False)
    try:
        while True:
            data = conn.sock.recv(65536)
            if not data:
                return True
            conn.tls.bio_write(data)
            try:
                if conn.tls.recv(65536):
                    return True
            except SSL.WantReadError:
                pass        # a session ticket, say
            except SSL.ZeroReturnError:
                return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@case
def item6_aead_twice_is_error_1():
    extra = ke.record(ke.AEAD, ke.u16s(15))
    check_error(exchange(ke.request(extra=extra)), 1)


@case
def item6_aead_missing_is_error_1():
    check_error(exchange(ke.request(aeads=None)), 1)


@case
def item6_aead_critical_or_not():
    extra = ke.record(ke.AEAD, ke.u16s(15))
    check_good(exchange(ke.request(aeads=None, extra=extra)))


@case
def item6_aead_before_next_protocol():
    """No order is demanded of the records before the last."""
    message = ke.record(ke.AEAD, ke.u16s(15)) + ke.request(aeads=None)
    check_good(exchange(message))


@case
def item6_aead_15_is_found_among_others():
    check_good(exchange(ke.request(aeads=(17, 9999, 15))))


@case
def item6_no_common_aead_is_an_empty_record():
    reply = exchange(ke.request(aeads=(9998, 9999)))
    found = reply.all(ke.AEAD)
    need(len(found) == 1 and found[0].values() == [], "got %r",
         reply.records)
    need(not reply.cookies(), "cookies without an AEAD")
    need(reply.records[-1].type == ke.END, "no End of Message")


@case
def item7_eight_cookies():
    reply = check_good(exchange())
    cookies = reply.cookies()
    need(len(cookies) == 8, "%d cookies", len(cookies))
    need(len(set(cookies)) == 8, "cookies repeat")
    need(len({len(c) for c in cookies}) == 1, "cookies of many lengths")
    need(not any(r.critical for r in reply.all(ke.COOKIE)),
         "a cookie is critical")
    note("cookies of %d octets", len(cookies[0]))


@case
def item7_cookies_of_two_sessions_differ():
    one, two = exchange().cookies(), exchange().cookies()
    need(one and two and not set(one) & set(two), "cookies repeat")


@case
def item7_each_cookie_gets_time():
    reply = check_good(exchange())
    session = nts.Session(reply.c2s, reply.s2c, reply.cookies())
    with udp.Peer(KE[0]) as peer:
        while session.cookies:
            req = nts.build(session)
            nts.check_reply(session, req, peer.ask(req.packet))


@case
def item8_no_server_record_and_port_123_by_default():
    reply = check_good(exchange())
    need(not reply.all(ke.SERVER), "Server record %r", reply.all(ke.SERVER))
    need([p.values() for p in reply.all(ke.PORT)] in ([], [[123]]),
         "port %r", reply.all(ke.PORT))


@case
def item8_server_and_port_as_configured():
    reply = check_good(exchange(addr=KE_VARIANT))
    need([s.body for s in reply.all(ke.SERVER)] == [b"ntp.test"],
         "server %r", reply.all(ke.SERVER))
    need([p.values() for p in reply.all(ke.PORT)] == [[11123]], "port %r",
         reply.all(ke.PORT))


@case
def item8_time_comes_from_the_port_named():
    session = nts.Session.open(KE_VARIANT, ca=CA)
    with udp.Peer(KE_VARIANT[0], 11123) as peer:
        req = nts.build(session)
        nts.check_reply(session, req, peer.ask(req.packet))


@case
def item8_wishes_of_the_client_do_no_harm():
    extra = ke.record(ke.SERVER, b"ntp.test", critical=False) + \
        ke.record(ke.PORT, ke.u16s(123), critical=False)
    check_good(exchange(ke.request(extra=extra)))


@case
def item9_exporter_context():
    """Keys of the right context work, those of any other get a NAK."""
    with ke.Connection(KE, ca=CA) as conn:
        conn.handshake()
        conn.send(ke.request())
        reply = check_good(conn.receive())
        session = nts.Session(reply.c2s, reply.s2c, reply.cookies())
        wrong = conn.export(30, 0)
    with udp.Peer(KE[0]) as peer:
        req = nts.build(session)
        nts.check_reply(session, req, peer.ask(req.packet))
        for key in (wrong, session.s2c):
            req = nts.build(session, c2s=key)
            nts.check_nak(req, peer.ask(req.packet))


@case
def item9_keys_of_two_sessions_differ():
    one, two = exchange(), exchange()
    need(len({one.c2s, one.s2c, two.c2s, two.s2c}) == 4, "keys repeat")


if __name__ == "__main__":
    ktap.main()
