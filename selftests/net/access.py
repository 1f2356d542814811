# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is served and how often.  Run by t_op_access.sh in namespace c."""

import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time

from oracle import counters, genl, ktap, netns, ntp, nts
from oracle.counters import ntsctl
from oracle.genl import NTS, attr
from oracle.ktap import case, note
from oracle.nts import need

WORK, PID = os.environ["WORK"], int(os.environ["NTSD_PID"])
SERVER, SERVER6 = "10.9.1.1", "fd09:1::1"
ME, OTHER, DENIED, SPECIAL, FAR = ("10.9.1.2", "10.9.1.3", "10.9.1.70",
                                   "10.9.1.77", "10.99.0.5")
ME6, DENIED6 = "fd09:1::2", "fd09:1::bad"
KOD_RATE = b"RATE"
# 1024 clients, in 256 buckets of 7.
CLIENT_LOG, RECORDS = 264 * 1024, 256 * 7
BASE = "".join(line + "\n" for line in
               open(WORK + "/s.conf").read().splitlines()
               if not line.startswith("allow")) + \
    "clientloglimit %d\n" % CLIENT_LOG
USUAL = ("allow 10.9.1.0/24", "deny 10.9.1.64/26", "allow 10.9.1.77",
         "allow fd09:1::/64", "deny fd09:1::bad")


def log():
    with open(WORK + "/s.log", encoding="utf-8") as lines:
        return lines.read()


def until(what, check, seconds=40):
    end = time.monotonic() + seconds
    while not check():
        need(time.monotonic() < end, "no %s in %d s: %s", what, seconds,
             log()[-500:])
        time.sleep(0.05)


def reload(*lines):
    """Puts these lines in force beside what the server always has."""
    before = log().count("configuration reloaded")
    with open(WORK + "/s.conf", "w", encoding="ascii") as conf:
        conf.write(BASE + "".join(line + "\n" for line in lines))
    os.kill(PID, signal.SIGHUP)
    until("reload", lambda: log().count("configuration reloaded") > before)


def server_of(source):
    return SERVER6 if ":" in source else SERVER


def connected(source):
    where = server_of(source)
    sock = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET,
                         socket.SOCK_DGRAM)
    sock.bind((source, 0))
    sock.connect((where, 123))
    return sock


def answer(sock, packet, wait):
    """The answer to packet, None for silence."""
    sock.settimeout(wait)
    try:
        sock.send(packet)
        while True:
            reply = sock.recv(2048)
            if reply[24:32] == packet[40:48]:
                return reply
    except (socket.timeout, ConnectionRefusedError):
        return None


def asks(source, wait=None):
    """Whether a plain request from source is answered."""
    with connected(source) as sock:
        return answer(sock, ntp.client_header().pack(),
                      wait or 0.4) is not None


def ke_open(source, wait=0.4):
    """Whether the NTS-KE server stays on the line for that long."""
    sock = socket.create_connection((server_of(source), 4460), timeout=5,
                                    source_address=(source, 0))
    with sock:
        sock.settimeout(wait)
        try:
            return sock.recv(1) != b""
        except socket.timeout:
            return True
        except ConnectionResetError:
            return False


def accheck(address):
    told = ntsctl("accheck", address).strip()
    need(told in ("208 Access allowed", "209 Access denied"), "%s", told)
    return told.startswith("208")


def ke_refused(source):
    """By a daemon that may be late to hang up; after 2 s it does so anyway."""
    return not ke_open(source) or not ke_open(source, 1.6)


def served(source):
    """By NTP, by NTS-KE and as the kernel says: all the same."""
    ntp_too = asks(source)
    said = (ntp_too, ke_open(source) if ntp_too else not ke_refused(source),
            accheck(source))
    need(len(set(said)) == 1, "%s: NTP, NTS-KE, accheck say %r", source, said)
    return said[0]


def moved(before):
    return counters.moved(before, counters.read())


@case
def the_longest_prefix_decides():
    reload(*USUAL)
    before = counters.read()
    for source, want in ((ME, True), (OTHER, True), (DENIED, False),
                         (SPECIAL, True), (FAR, False), (ME6, True),
                         (DENIED6, False)):
        need(served(source) == want, "%s: not %s", source, want)
    change = moved(before)
    need(change.get("drop-denied") == 3, "%r", change)
    need(change.get("answer-plain") == 4, "%r", change)


@case
def all_of_a_prefix_overrides_what_was_said_before():
    reload(*USUAL, "allow all 10.9", "deny 10.9.1.3")
    need(served(DENIED), "10.9.1.64/26 was not overridden")
    need(not served(OTHER), "what was said later does not hold")
    need(not served(DENIED6), "the other family was touched")


@case
def without_allow_nobody_is_served():
    reload()
    need(not asks(ME) and ke_refused(ME) and not accheck(ME),
         "somebody is")
    reload("allow ntp.test", "allow localhost")
    until("answer to who was named", lambda: accheck("127.0.0.1"))
    need(accheck("10.9.1.1") and not asks(ME), "ntp.test is 10.9.1.1 alone")


@case
def access_is_changed_while_it_runs():
    reload(*USUAL)
    need(ntsctl("deny", ME).strip() == "200 OK", "deny")
    need(not served(ME) and served(OTHER), "deny has no effect")
    ntsctl("allow", "all")
    need(served(DENIED) and served(FAR) and served(DENIED6),
         "allow all has no effect")
    ntsctl("deny", "all")
    need(not asks(ME) and ke_refused(ME) and not accheck(ME),
         "deny all has no effect")
    ntsctl("allow", "10.9.1.2")
    need(served(ME) and not served(OTHER), "allow has no effect")
    reload(*USUAL)
    need(served(OTHER) and not served(DENIED), "a reload does not undo it")


def thousands(allowed):
    """10000 prefixes, and what becomes of some addresses."""
    lines, want = [], {}
    for i in range(5000):
        outer = "10.%d.%d.0" % (100 + i // 250, i % 250)
        lines.append("%s %s/24" % ("allow" if allowed else "deny", outer))
        lines.append("%s %s" % ("deny" if allowed else "allow",
                                outer[:-1] + str(i % 256)))
        if i % 97 == 0:
            want[outer[:-1] + str(i % 256)] = not allowed
            want[outer[:-1] + str((i + 1) % 256)] = allowed
    want["10.99.255.255"] = want["10.120.0.0"] = False
    return lines, want


def check_all(want):
    with netns.inside("s"):
        fam = genl.Family()
    for address, allowed in want.items():
        (_, found), = fam.ask(NTS["NTS_CMD_ACCESS_CHECK"],
                              attr(NTS["NTS_A_ACCESS_ADDR4"],
                                   socket.inet_aton(address)))
        told = dict(found)[NTS["NTS_A_ACCESS_ALLOWED"]]
        need(bool(told[0]) == allowed, "%s: not %s", address, allowed)


@case
def thousands_of_prefixes_are_told_apart():
    random.seed(1)
    for allowed in (True, False):
        lines, want = thousands(allowed)
        random.shuffle(lines)
        start = time.monotonic()
        reload(*USUAL, *lines)
        note("%d lines in force after %.1f s", len(lines),
             time.monotonic() - start)
        check_all(want)
        need(asks(ME) and not asks(DENIED), "the usual no longer holds")


@case
def tables_are_swapped_without_a_lost_answer():
    lines, _ = thousands(True)
    env = dict(os.environ)
    subprocess.run([sys.executable, "-m", "oracle.client", "save",
                    WORK + "/session"], check=True, env=env,
                   stdout=subprocess.DEVNULL)
    answered = counters.read().get("answer-nts", 0)
    load = subprocess.Popen([sys.executable, "-m", "oracle.client", "load",
                             WORK + "/session", "100", "60"], env=env,
                            stdout=subprocess.PIPE)
    try:
        until("load", lambda: counters.read().get("answer-nts", 0) > answered,
              60)
        for i in range(3):
            reload(*USUAL, *lines[:2000 * i])
            for k in range(5):
                ntsctl("deny" if k & 1 else "allow", "10.77.0.0/16")
        load.send_signal(signal.SIGTERM)
        told = load.communicate(timeout=30)[0]
    finally:
        # It would be counted by the cases that follow.
        load.kill()
    told = told.decode().strip().split("\n")[-1]
    note("%s", told)
    words = told.split()
    # Its exit status may count one that was sent while it was told to end.
    need(words[1] == words[3] and " lost 0" in told and int(words[1]) > 50,
         "%s", told)


def burst(source, n):
    """What n requests at once get: answers, kisses."""
    got, kisses = 0, []
    with connected(source) as sock:
        requests = [ntp.client_header() for _ in range(n)]
        for one in requests:
            sock.send(one.pack())
        sock.settimeout(0.5)
        sent = {one.xmt for one in requests}
        while True:
            try:
                reply = ntp.Header.unpack(sock.recv(2048))
            except socket.timeout:
                return got, kisses
            need(reply.org in sent, "an answer nobody asked for")
            if reply.stratum == 0:
                kisses.append(reply)
            else:
                got += 1


LIMITS = ("allow", "ratelimit interval 6 burst 4 leak 4 kod 1")


@case
def requests_are_limited_for_a_prefix():
    reload(*LIMITS)
    before = counters.read()
    got, kisses = burst(ME, 80)
    note("of 80 answered %d, kissed %d", got, len(kisses))
    change = moved(before)
    need(4 <= got <= 24, "answered %d of 80", got)
    need(12 <= len(kisses) <= 64, "kissed %d of 80", len(kisses))
    for kiss in kisses:
        need(kiss.refid == KOD_RATE and kiss.leap == 3 and kiss.mode == 4,
             "no RATE: %r", kiss)
        need(kiss.xmt == kiss.org == kiss.rec, "a kiss tells the time")
    need(change.get("kod-rate") == len(kisses) and
         change.get("answer-plain") == got and
         change.get("drop-rate") == 80 - got - len(kisses), "%r", change)
    # The neighbour shares the allowance, who is elsewhere does not.
    need(burst(OTHER, 20)[0] <= 8, "a neighbour has an allowance of his own")
    need(burst(FAR, 4) == (4, []), "somebody else is limited, too")
    need(burst(ME6, 4) == (4, []), "the other family is limited, too")


@case
def prefixes_are_configurable():
    reload(*LIMITS, "ratelimitprefix4 32")
    burst(ME, 20)
    need(burst(OTHER, 4) == (4, []), "a neighbour is limited")


@case
def kisses_are_authenticated():
    reload("allow", "ratelimit interval 6 burst 1 leak 4 kod 1")
    session = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
    kisses = 0
    cookie = session.cookies[0]
    with connected(ME) as sock:
        for _ in range(40):
            req = nts.build(session, cookie=cookie)
            reply = answer(sock, req.packet, 0.1)
            if reply is None:
                continue
            head = nts.check_reply(session, req, reply).header
            if head.stratum == 0:
                need(head.refid == KOD_RATE, "%r", head)
                kisses += 1
    need(kisses >= 4, "%d kisses", kisses)


@case
def key_establishment_is_limited():
    reload("allow", "ntsratelimit interval 6 burst 2 leak 4")
    opened = [ke_open(FAR, 1.2) for _ in range(16)]
    note("of 16 connections %d stay", sum(opened))
    need(opened[:2] == [True, True] and sum(opened) <= 8, "%r", opened)
    need(ke_open(ME6), "the other family is limited, too")


def clients(*options):
    told = json.loads(ntsctl("--json", "clients", "-n", *options))
    return {one["client"]: one for one in told["clients"]}


@case
def clients_are_listed():
    reload(*LIMITS)
    clients("-r")
    burst(ME, 40)
    burst(ME6, 3)
    need(ke_open(FAR), "no NTS-KE")
    until("NTS-KE of %s" % FAR,
          lambda: clients().get(FAR, {}).get("nts_ke", {}).get("hits"))
    told = clients()
    note("%s", told[ME])
    need(told[ME]["ntp"]["hits"] == 40, "%r", told[ME])
    need(5 <= told[ME]["ntp"]["drops"] <= 36, "%r", told[ME])
    need(told[ME]["ntp"]["interval"] < 0 and
         told[ME]["ntp"]["last_s"] < 60, "%r", told[ME])
    need(told[ME6]["ntp"]["hits"] == 3 and not told[ME6]["ntp"]["drops"],
         "%r", told[ME6])
    need(list(clients("-p", "30")) == [ME], "-p does not choose")
    text = ntsctl("clients", "-k", "-n")
    need("NTS-KE   Drop Int  Last" in text and ME in text, "%s", text)
    need(clients("-r")[ME]["ntp"]["hits"] == 40, "-r")
    need(clients()[ME]["ntp"]["hits"] == 0, "-r does not count anew")


def memory():
    """Octets of the kernel's that a table which grew would take."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        told = dict(line.split(":") for line in lines)
    return sum(1024 * int(told[name].split()[0])
               for name in ("SUnreclaim", "VmallocUsed", "Percpu"))


def spoof(n):
    """Requests that claim to come from anywhere in 11.0.0.0/8."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    payload = ntp.client_header().pack()
    udp = struct.pack(">HHHH", 1234, 123, 8 + len(payload), 0)
    to = socket.inet_aton(SERVER)
    with raw:
        for i in range(n):
            source = struct.pack(">I", 0x0b000000 | random.getrandbits(24))
            raw.sendto(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17,
                                   0, source, to) + udp + payload,
                       (SERVER, 0))
            if i % 64 == 63:
                time.sleep(0.001)


@case
def a_flood_of_false_addresses_keeps_memory_fixed():
    reload("allow", "ratelimit interval 6 burst 4")
    for _ in range(3):
        asks(ME6)
    size, before = memory(), counters.read()
    spoof(8000)
    grown, change, told = memory() - size, moved(before), clients()
    note("%d octets more, %d clients listed, %d forgotten", grown, len(told),
         change.get("client-log-dropped", 0))
    need(grown < 8000 * 264 / 2, "%d octets more", grown)
    need(change.get("answer-plain", 0) > 4000, "the flood did not come: %r",
         change)
    need(len(told) <= RECORDS, "%d clients", len(told))
    need(change.get("client-log-dropped", 0) > 3000, "%r", change)
    need(ME6 in told, "who comes back was forgotten")


if __name__ == "__main__":
    ktap.main()
