# SPDX-License-Identifier: GPL-2.0-or-later
"""The netlink interface of the module, without any of its own tools.

Run by t_netlink.sh.  Namespace x has no daemon: the cases play one there,
down to cookies they seal themselves.
"""

import errno
import json
import os
import signal
import socket
import struct
import subprocess
import time

from oracle import genl, ktap, netns, nts, udp
from oracle.counters import ntsctl
from oracle.genl import NTS, attr
from oracle.ktap import case, note
from oracle.nts import need
from oracle.siv import Siv

SERVER, ALONE = "10.9.1.1", "10.9.2.1"
NEXT, CURRENT, OLD = 0, 1, 2
MISSING = object()
MAX_PHCS = 32
# Seconds; where time leaps while a disk works, python took more than 30 to start.
HANGS = 120
SETTERS = ("SERVER_SET", "KEYS_SET", "CLOCK_SET", "DAEMON_SET", "SOURCE_SET",
           "SOURCE_DEL", "NTS_SET", "COOKIES_TAKE", "DISCIPLINE_SET", "PHC_SET",
           "PHC_DEL", "COMMAND", "ADJUST_SET", "ACCESS_SET", "RATELIMIT_SET",
           "VISITOR_NOTE")
GETTERS = ("SERVER_GET", "KEYS_GET", "CLOCK_GET", "STATS_GET", "DAEMON_GET")


def family(where="x"):
    with netns.inside(where):
        return genl.Family()


def ask(fam, command, body=b""):
    return fam.ask(NTS["NTS_CMD_" + command], body)


def key(kid, role, key_bytes=MISSING, *, aead=15, age=0):
    body = b""
    if kid is not None:
        body += attr(NTS["NTS_A_KEY_ID"], kid, "I")
    if role is not None:
        body += attr(NTS["NTS_A_KEY_ROLE"], role, "B")
    body += attr(NTS["NTS_A_KEY_AEAD"], aead, "H")
    if key_bytes is not MISSING:
        body += attr(NTS["NTS_A_KEY_BYTES"], key_bytes)
    body += attr(NTS["NTS_A_KEY_AGE_MS"], age, "Q")
    return attr(NTS["NTS_A_KEYS_KEY"] | genl.NESTED, body)


def server(*, enabled=1, port=123, bind4=None, families=None):
    body = b""
    if enabled is not None:
        body += attr(NTS["NTS_A_SERVER_ENABLED"], enabled, "B")
    if port is not None:
        body += attr(NTS["NTS_A_SERVER_PORT"], port, "H")
    if bind4 is not None:
        body += attr(NTS["NTS_A_SERVER_BIND4"], bind4)
    if families is not None:
        body += attr(NTS["NTS_A_SERVER_FAMILIES"], families, "B")
    return body


def clock(*, mode=0, leap=0, stratum=2):
    body = b""
    for name, value in (("MODE", mode), ("LEAP", leap),
                        ("STRATUM", stratum)):
        if value is not None:
            body += attr(NTS["NTS_A_CLOCK_" + name], value, "B")
    return body


def phc(*, ifindex=7, freq=0, valid_ms=1000, without=()):
    values = {"IFINDEX": (ifindex, "I"), "PHC": (10**18, "q"),
              "RAW": (10**12, "q"), "FREQ": (freq, "q"), "ERROR": (100, "Q"),
              "VALID_MS": (valid_ms, "I")}
    return b"".join(attr(NTS["NTS_A_PHC_" + name], value, form)
                    for name, (value, form) in values.items()
                    if name not in without)


def daemon(pid=1):
    return attr(NTS["NTS_A_DAEMON_PID"], pid, "I") if pid else b""


BODIES = {"SERVER_SET": server(), "CLOCK_SET": clock(),
          "KEYS_SET": key(1, CURRENT, bytes(32)), "DAEMON_SET": daemon()}


def keys_of(fam):
    """The ring as {id: role}."""
    (_, found), = ask(fam, "KEYS_GET")
    ring = {}
    for kind, body in found:
        if kind == NTS["NTS_A_KEYS_KEY"]:
            parts = dict(genl.attrs(body))
            need(NTS["NTS_A_KEY_BYTES"] not in parts, "key bytes come out")
            kid, = struct.unpack("=I", parts[NTS["NTS_A_KEY_ID"]])
            ring[kid] = parts[NTS["NTS_A_KEY_ROLE"]][0]
    return ring


def refused(fam, command, body, name, text):
    """The command fails with errno name and an extack that has text.

    Without a text the kernel's own policy is what refuses: it says what is
    wrong and points at the attribute.
    """
    try:
        ask(fam, command, body)
    except genl.Refused as err:
        note("%s: %s", command, err)
        need(err.errno == getattr(errno, name), "%s: %s, wanted %s", command,
             err, name)
        if text:
            need(text.lower() in err.text.lower(), "'%s' lacks '%s'",
                 err.text, text)
        else:
            need(err.text and err.where, "%s: no attribute named", err)
        return
    raise nts.Wrong("%s was accepted" % command)


def session_under(kid, key_bytes, count=3):
    """A session whose cookies this test made itself, as ntsd would."""
    c2s, s2c = os.urandom(32), os.urandom(32)
    cookies = []
    for _ in range(count):
        nonce = os.urandom(16)
        cookies.append(struct.pack(">I", kid) + nonce +
                       Siv(key_bytes).seal([b"", nonce], c2s + s2c))
    return nts.Session(c2s, s2c, cookies)


def serves(session, addr=ALONE):
    """'answer', 'nak' or 'silence' to one request of session."""
    with udp.Peer(addr, timeout=2) as peer:
        req = nts.build(session)
        peer.send(req.packet)
        reply = peer.receive()
    if reply is None:
        return "silence"
    if nts.is_nak(reply):
        nts.check_nak(req, reply)
        return "nak"
    session.cookies += nts.check_reply(session, req, reply).cookies
    return "answer"


@case
def the_kernel_serves_without_any_daemon():
    """Sockets, clock and one key over netlink are all it takes."""
    fam, secret = family(), os.urandom(32)
    session = session_under(77, secret)
    need(serves(session) == "silence", "answered before it was enabled")
    ask(fam, "CLOCK_SET", clock())
    ask(fam, "SERVER_SET", server())
    need(serves(session) == "nak", "answered without a key")
    ask(fam, "KEYS_SET", key(77, CURRENT, secret))
    need(serves(session) == "answer", "not answered")
    need(serves(session_under(77, os.urandom(32))) == "nak", "any key will do")
    need(serves(session_under(78, secret)) == "nak", "any id will do")


@case
def next_and_old_keys_open_and_current_seals():
    fam = family()
    ring = {1: (OLD, os.urandom(32)), 2: (OLD, os.urandom(32)),
            3: (CURRENT, os.urandom(32)), 4: (NEXT, os.urandom(32))}
    ask(fam, "KEYS_SET",
        b"".join(key(k, role, secret) for k, (role, secret) in ring.items()))
    for kid, (_, secret) in ring.items():
        session = session_under(kid, secret, 1)
        need(serves(session) == "answer", "key %d does not open", kid)
        got = struct.unpack(">I", session.cookies[-1][:4])[0]
        need(got == 3, "sealed with key %d", got)
    need(keys_of(fam) == {1: OLD, 2: OLD, 3: CURRENT, 4: NEXT}, "%r",
         keys_of(fam))


@case
def a_key_without_bytes_is_kept():
    fam, secret = family(), os.urandom(32)
    ask(fam, "KEYS_SET", key(9, CURRENT, secret))
    session = session_under(9, secret)
    ask(fam, "KEYS_SET", key(10, CURRENT, os.urandom(32)) + key(9, OLD))
    need(serves(session) == "answer", "the key kept does not open")
    ask(fam, "KEYS_SET", key(10, CURRENT))
    need(serves(session_under(9, secret)) == "nak", "the key left out opens")


def as_nobody(func):
    """Runs func unprivileged; returns what it says."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(into, json.dumps(func()).encode())
        except BaseException as err:    # only the exit status gets out
            os.write(into, json.dumps("%r" % err).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as told:
        result = json.load(told)
    os.waitpid(pid, 0)
    return result


@case
def unprivileged_setters_are_refused():
    def attempt():
        fam, told = family_here(), {}
        for one in SETTERS:
            try:
                ask(fam, one, BODIES.get(one, b""))
                told[one] = "accepted"
            except genl.Refused as err:
                told[one] = err.name
        return told
    before = keys_of(family())
    with netns.inside("x"):
        told = as_nobody(attempt)
    need(told == dict.fromkeys(SETTERS, "EPERM"), "%r", told)
    need(keys_of(family()) == before, "the ring changed")


def family_here():
    return genl.Family()


@case
def unprivileged_getters_work():
    def attempt():
        fam = family_here()
        return {one: len(ask(fam, one)) for one in GETTERS}
    with netns.inside("x"):
        told = as_nobody(attempt)
    need(told == dict.fromkeys(GETTERS, 1), "%r", told)


@case
def root_of_a_user_namespace_rules_only_its_own_netns():
    code = """if True:
        import sys; sys.path.insert(0, %r)
        from oracle import genl
        import netlink
        fam = genl.Family()
        netlink.ask(fam, "KEYS_SET", netlink.BODIES["KEYS_SET"])
        print(netlink.keys_of(fam))
        """ % os.path.dirname(__file__)
    before = keys_of(family("s"))
    own = subprocess.run(["unshare", "-Urn", "/usr/bin/python3", "-c", code],
                         stdout=subprocess.PIPE, check=True, timeout=HANGS)
    need(own.stdout.strip() == b"{1: 1}", "%r", own.stdout)
    with netns.inside("s"):
        host = subprocess.run(["unshare", "-Ur", "/usr/bin/python3", "-c",
                               code], stderr=subprocess.PIPE, timeout=HANGS)
    need(host.returncode != 0 and b"EPERM" in host.stderr, "%r", host)
    need(keys_of(family("s")) == before, "the ring of s changed")


@case
def errors_of_keys_set_say_what_is_wrong():
    fam, good = family(), os.urandom(32)
    ask(fam, "KEYS_SET", key(5, CURRENT, good))
    for body, name, text in (
            (b"", "EINVAL", "key"),
            (key(1, OLD, good), "EINVAL", "current"),
            (key(1, CURRENT, good) + key(2, CURRENT, good), "EINVAL",
             "current"),
            (key(1, CURRENT, good) + key(2, NEXT, good) +
             key(3, NEXT, good), "EINVAL", "next"),
            (key(1, CURRENT, good) + key(1, OLD, good), "EEXIST", "id"),
            (key(6, CURRENT), "ENOENT", "bytes"),
            (key(None, CURRENT, good), "EINVAL", "id"),
            (key(1, None, good), "EINVAL", "role"),
            (key(1, CURRENT, good, aead=30), "EOPNOTSUPP", "aead"),
            (b"".join(key(n, CURRENT if n == 1 else OLD, good)
                      for n in range(1, 6)), "E2BIG", "4"),
            (key(1, CURRENT, good[:31]), "ERANGE", ""),
            (key(1, CURRENT, good + b"x"), "ERANGE", ""),
            (key(1, 3, good), "ERANGE", "")):
        refused(fam, "KEYS_SET", body, name, text)
        need(keys_of(fam) == {5: CURRENT}, "a refused set changed the ring")


@case
def errors_of_server_set_say_what_is_wrong():
    fam = family()
    for body, name, text in (
            (b"", "EINVAL", "enabled"),
            (server(port=None), "EINVAL", "port"),
            (server(port=0), "ERANGE", ""),
            (server(enabled=2), "ERANGE", ""),
            (server(families=4), "ERANGE", ""),
            (server(bind4=b"\x0a\x09\x02"), "ERANGE", ""),
            (server() + attr(NTS["NTS_A_SERVER_CLIENT_LOG"], 1 << 25, "I"), "ERANGE",
             "client-log"),
            (server(bind4=bytes((10, 9, 2, 9))), "EADDRNOTAVAIL", "bind4")):
        refused(fam, "SERVER_SET", body, name, text)


@case
def a_port_in_use_is_told_and_leaves_the_server_as_it_was():
    fam, secret = family(), os.urandom(32)
    ask(fam, "KEYS_SET", key(5, CURRENT, secret))
    ask(fam, "SERVER_SET", server())
    session = session_under(5, secret)
    with netns.inside("x"):
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        other.bind((ALONE, 1123))
    try:
        refused(fam, "SERVER_SET", server(port=1123), "EADDRINUSE", "port")
    finally:
        other.close()
    need(serves(session) == "answer", "no answers on the old port")
    ask(fam, "SERVER_SET", server(port=1123))
    need(serves(session) == "silence", "still answers on the old port")
    ask(fam, "SERVER_SET", server())
    need(serves(session) == "answer", "no answers after coming back")


@case
def errors_of_clock_and_daemon_set_say_what_is_wrong():
    fam = family()
    for command, body, name, text in (
            ("CLOCK_SET", clock(mode=None), "EINVAL", "mode"),
            ("CLOCK_SET", clock(leap=None), "EINVAL", "leap"),
            ("CLOCK_SET", clock(stratum=None), "EINVAL", "stratum"),
            ("CLOCK_SET", clock(stratum=0), "ERANGE", ""),
            ("CLOCK_SET", clock(stratum=17), "ERANGE", ""),
            ("CLOCK_SET", clock(leap=4), "ERANGE", ""),
            ("CLOCK_SET", clock(mode=2), "ERANGE", ""),
            ("CLOCK_SET", clock(stratum=16, leap=0), "EINVAL", "leap 3"),
            ("CLOCK_SET", clock(stratum=2, leap=3), "EINVAL", "leap 3"),
            ("DAEMON_SET", b"", "EINVAL", "pid")):
        refused(fam, command, body, name, text)


def table(*prefixes, start=0, more=0):
    """A request that brings IPv4 prefixes (text, bits, allow) of a table."""
    body = attr(NTS["NTS_A_ACCESS_START"], start, "B")
    body += attr(NTS["NTS_A_ACCESS_MORE"], more, "B")
    for prefix, bits, allow in prefixes:
        rule = attr(NTS["NTS_A_ACCESS_RULE_ADDR4"], socket.inet_aton(prefix))
        rule += attr(NTS["NTS_A_ACCESS_RULE_PREFIX_LEN"], bits, "B")
        rule += attr(NTS["NTS_A_ACCESS_RULE_ALLOW"], allow, "B")
        body += attr(NTS["NTS_A_ACCESS_RULE"] | genl.NESTED, rule)
    return body


def is_allowed(fam, address):
    (_, found), = ask(fam, "ACCESS_CHECK", attr(NTS["NTS_A_ACCESS_ADDR4"],
                                                socket.inet_aton(address)))
    return bool(dict(found)[NTS["NTS_A_ACCESS_ALLOWED"]][0])


@case
def a_table_of_access_that_another_brings_is_not_mixed_with_ours():
    one, two = family(), family()
    ask(one, "ACCESS_SET", table(("10.1.0.0", 16, 1), start=1))
    # Nothing was begun, by nobody or by this socket.
    refused(one, "ACCESS_SET", table(("10.2.0.0", 16, 1)), "EBUSY", "start")
    ask(one, "ACCESS_SET", table(("10.3.0.0", 16, 1), start=1, more=1))
    refused(two, "ACCESS_SET", table(("10.4.0.0", 16, 1), more=1), "EBUSY",
            "start")
    refused(two, "ACCESS_SET", table(("10.4.0.0", 16, 1)), "EBUSY", "start")
    need(is_allowed(one, "10.1.0.1") and not is_allowed(one, "10.3.0.1") and
         not is_allowed(one, "10.4.0.1"), "the table in force was changed")
    # Who begins takes the place of the other, who has to begin anew.
    ask(two, "ACCESS_SET", table(("10.4.0.0", 16, 1), start=1, more=1))
    refused(one, "ACCESS_SET", table(("10.3.1.0", 24, 0)), "EBUSY", "start")
    ask(two, "ACCESS_SET", table(("10.5.0.0", 16, 1)))
    need(is_allowed(one, "10.4.0.1") and is_allowed(one, "10.5.0.1"),
         "the second table is not in force")
    need(not is_allowed(one, "10.1.0.1") and not is_allowed(one, "10.3.0.1"),
         "the tables were mixed")
    ask(one, "ACCESS_SET", attr(NTS["NTS_A_ACCESS_OPEN"], 1, "B"))
    need(is_allowed(one, "10.1.0.1"), "not open again")


@case
def errors_of_phc_set_say_what_is_wrong():
    fam = family()
    for body, name, text in (
            (phc(ifindex=0), "ERANGE", ""),
            (phc(freq=1 << 47), "ERANGE", "freq"),
            *((phc(without=(one,)), "EINVAL", one.lower().replace("_", "-"))
              for one in ("IFINDEX", "PHC", "RAW", "FREQ", "ERROR", "VALID_MS"))):
        refused(fam, "PHC_SET", body, name, text)
    one = attr(NTS["NTS_A_PHC_IFINDEX"], 7, "I")
    refused(fam, "PHC_DEL", one, "ENOENT", "ifindex")
    ask(fam, "PHC_SET", phc())
    ask(fam, "PHC_DEL", one)
    for n in range(1, MAX_PHCS + 1):
        ask(fam, "PHC_SET", phc(ifindex=n))
    ask(fam, "PHC_SET", phc(ifindex=1))
    refused(fam, "PHC_SET", phc(ifindex=1000), "ENOSPC", "ifindex")
    for n in range(1, MAX_PHCS + 1):
        ask(fam, "PHC_DEL", attr(NTS["NTS_A_PHC_IFINDEX"], n, "I"))


@case
def unknown_attributes_and_commands_are_refused():
    fam = family()
    for command in SETTERS:
        try:
            ask(fam, command, BODIES.get(command, b"") + attr(99, 1, "I"))
        except genl.Refused as err:
            need(err.name == "EINVAL", "%s: %s", command, err)
        else:
            raise nts.Wrong("%s took an unknown attribute" % command)
    try:
        fam.ask(99)
    except genl.Refused as err:
        need(err.errno == errno.EOPNOTSUPP, "%s", err)
    else:
        raise nts.Wrong("command 99 was accepted")


@case
def clock_set_is_what_answers_say():
    fam = family()
    ask(fam, "SERVER_SET", server())
    with udp.Peer(ALONE) as peer:
        for leap, stratum, wire in ((0, 1, 1), (1, 15, 15), (2, 7, 7),
                                    (3, 16, 0), (0, 2, 2)):
            ask(fam, "CLOCK_SET", clock(leap=leap, stratum=stratum))
            req = nts.plain()
            head = nts.check_plain(req, peer.ask(req.packet))
            need((head.leap, head.stratum) == (leap, wire), "%s", head)


@case
def namespaces_do_not_share():
    one, two = family("s"), family("x")
    ask(two, "KEYS_SET", key(4242, CURRENT, os.urandom(32)))
    need(4242 not in keys_of(one), "keys of x are in s")
    session = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
    with udp.Peer(ALONE) as peer:
        req = nts.build(session)
        nts.check_nak(req, peer.ask(req.packet))
    ask(two, "SERVER_SET", server(enabled=0, port=None))
    need(serves(session) == "silence", "x answers although disabled")
    need(serves(session, SERVER) == "answer", "s does not answer")
    ask(two, "SERVER_SET", server())


def heard(listener, command, seconds=5):
    """The attributes of the first such event."""
    number = NTS["NTS_CMD_" + command]
    events = listener.events(
        seconds, lambda found: any(c == number for c, _ in found))
    for got, attributes in events:
        if got == number:
            return dict(attributes)
    raise nts.Wrong("no %s among %d events" % (command, len(events)))


def listen(where="x"):
    listener = family(where)
    listener.join("events")
    return listener


@case
def event_of_a_rotated_key():
    fam, listener, other = family(), listen(), listen("s")
    ask(fam, "KEYS_SET", key(501, CURRENT, os.urandom(32)))
    told = heard(listener, "KEY_EVENT")
    parts = dict(genl.attrs(told[NTS["NTS_A_KEYS_KEY"]]))
    need(struct.unpack("=I", parts[NTS["NTS_A_KEY_ID"]])[0] == 501, "%r",
         parts)
    need(NTS["NTS_A_KEY_BYTES"] not in parts, "key bytes in an event")
    need(not other.events(0.3), "the event is heard in another namespace")
    ask(fam, "KEYS_SET", key(501, CURRENT))
    need(not listener.events(0.3), "an event without a rotation")


@case
def event_of_a_burst_of_naks():
    fam, listener = family(), listen()
    ask(fam, "SERVER_SET", server())
    session = session_under(9999, os.urandom(32), 1)
    with udp.Peer(ALONE) as peer:
        for _ in range(64):
            peer.ask(nts.build(session, cookie=session.cookies[0]).packet)
    told = heard(listener, "NAK_EVENT")
    count, = struct.unpack("=Q", told[NTS["NTS_A_NAK_COUNT"]])
    note("%d NAKs in %d ms", count,
         struct.unpack("=I", told[NTS["NTS_A_NAK_INTERVAL_MS"]])[0])
    # One interval holds what else happened in it.
    need(16 <= count <= 70, "%d NAKs told", count)


@case
def event_of_a_daemon_that_comes_and_goes():
    listener, played = listen(), family()
    ask(played, "DAEMON_SET", daemon(4321))
    told = heard(listener, "DAEMON_EVENT")
    need(told[NTS["NTS_A_DAEMON_STATE"]][0] == 1, "not attached: %r", told)
    played.sock.close()
    told = heard(listener, "DAEMON_EVENT")
    need(told[NTS["NTS_A_DAEMON_STATE"]][0] == 0, "not gone: %r", told)
    need(struct.unpack("=I", told[NTS["NTS_A_DAEMON_PID"]])[0] == 4321,
         "%r", told)


@case
def ntsctl_serverstats():
    before = json.loads(ntsctl("--json", "serverstats"))
    with udp.Peer(SERVER) as peer:
        for _ in range(5):
            peer.ask(nts.plain().packet)
    after = json.loads(ntsctl("--json", "serverstats"))
    note("%s", ntsctl("serverstats"))
    grown = {k: after[k] - before[k] for k in after
             if isinstance(after[k], int) and after[k] != before[k]}
    need(5 in grown.values(), "5 requests, and grown are %r", grown)


@case
def ntsctl_keys():
    found = json.loads(ntsctl("--json", "keys"))
    found = found if isinstance(found, list) else found["keys"]
    need({k["id"] for k in found} == set(keys_of(family("s"))), "%r", found)
    need([k["role"] for k in found].count("current") == 1, "%r", found)
    note("%s", ntsctl("keys"))


@case
def ntsctl_counters():
    found = json.loads(ntsctl("--json", "counters"))
    text = ntsctl("counters")
    need("drop-version" in json.dumps(found), "%r", found)
    need("drop-version" in text, "%s", text)


@case
def ntsctl_status_tells_whether_there_is_a_daemon():
    """In x there is none, in s there is."""
    here = json.loads(ntsctl("--json", "status"))
    away = json.loads(ntsctl("--json", "status", ns="x"))
    need(here["daemon_attached"] and here["daemon_pid"] > 0, "%r", here)
    need(not away["daemon_attached"], "%r", away)
    need((here["leap"], here["stratum"]) == (0, 3), "%r", here)
    for where, word in (("s", "attached"), ("x", "gone")):
        line = ntsctl("status", ns=where).splitlines()[-1]
        note("%s", line)
        need(word in line, "%s", line)


@case
def ntsctl_monitor():
    where = "%s-x" % os.environ["PREFIX"]
    with subprocess.Popen(["ip", "netns", "exec", where, "timeout", "20",
                           "ntsctl", "monitor"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as monitor:
        os.set_blocking(monitor.stdout.fileno(), False)
        text, end, kid = b"", time.monotonic() + 15, 600
        while time.monotonic() < end and b"608" not in text:
            kid = 600 + (kid - 599) % 9
            ask(family(), "KEYS_SET", key(kid, CURRENT, os.urandom(32)))
            time.sleep(0.3)
            text += monitor.stdout.read() or b""
        monitor.send_signal(signal.SIGTERM)
    note("%s", text.decode())
    need(text.count(b"\n") >= 2, "monitor printed %r", text)


if __name__ == "__main__":
    ktap.main()
