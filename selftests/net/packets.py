# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests as networks deliver them.  Run by t_packets.sh."""

import os
import socket
import subprocess

from oracle import ktap, netns, nts, udp
from oracle.ktap import case, note
from oracle.nts import need

SERVER = "10.9.1.1"
SESSION = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
PEER = udp.Peer(SERVER)
SO_NO_CHECK = 11


def fresh():
    return SESSION.refill(PEER)


def answered(peer, **kw):
    req = nts.build(fresh(), **kw)
    return nts.check_reply(SESSION, req, peer.ask(req.packet))


def snmp(name, column):
    """One number of /proc/net/snmp or snmp6."""
    if name == "Ip6":
        with open("/proc/net/snmp6", encoding="ascii") as table:
            return int(dict(line.split() for line in table)["Ip6" + column])
    with open("/proc/net/snmp", encoding="ascii") as table:
        names, values = [line.split() for line in table
                         if line.startswith(name + ":")]
    return int(values[names.index(column)])


def fragmented(addr, name, **kw):
    """Both ways in pieces: the kernel's own counters say so."""
    before = snmp(name, "FragCreates"), snmp(name, "ReasmOKs")
    with udp.Peer(addr) as peer:
        for _ in range(5):
            answered(peer, **kw)
    created = snmp(name, "FragCreates") - before[0]
    joined = snmp(name, "ReasmOKs") - before[1]
    note("%d fragments sent, %d answers put together", created, joined)
    need(created >= 10, "requests were not fragmented")
    need(joined == 5, "answers were not fragmented")


@case
def fragmented_request_over_ipv4():
    fragmented("10.9.2.1", "Ip", placeholders=7)


@case
def fragmented_request_over_ipv6():
    fragmented("fd09:3::1", "Ip6", placeholders=7, uid=os.urandom(432))


@case
def fragmented_plain_request():
    """The answer is short, and all of it is the answer."""
    with udp.Peer("10.9.2.1") as peer:
        req = nts.plain(after=b"\x23\x23\x04\x00" + bytes(1020))
        reply = peer.ask(req.packet)
        nts.check_plain(req, reply)
        need(len(reply) == 48, "%d octets", len(reply))


@case
def request_seen_by_a_packet_tap():
    """A sniffer shares the buffer; its copy stays the request."""
    where = "%s-s" % os.environ["PREFIX"]
    with subprocess.Popen(
            ["ip", "netns", "exec", where, "timeout", "20", "tcpdump", "-nnxxi",
             "e1", "-U", "-c", "20", "udp port 123"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE) as tap:
        while b"listening" not in tap.stderr.readline():
            pass
        with udp.Peer(SERVER) as peer:
            for _ in range(10):
                answered(peer, placeholders=3)
        text = tap.communicate()[0].decode()
    need(text.count("NTPv4, Client") == 10, "%s", text)
    need(text.count("NTPv4, Server") == 10, "%s", text)


@case
def second_address_answers_itself():
    for addr in ("10.9.1.7", "fd09:1::7"):
        with udp.Peer(addr) as peer:
            answered(peer)


@case
def address_of_another_link_answers_itself():
    with netns.inside("c"):
        subprocess.run(["ip", "route", "replace", "10.9.2.1", "via",
                        "10.9.1.1"], check=True)
        try:
            with udp.Peer("10.9.2.1") as peer:
                answered(peer)
        finally:
            subprocess.run(["ip", "route", "del", "10.9.2.1", "via",
                            "10.9.1.1"], check=True)


@case
def request_from_this_very_host():
    with netns.inside("s"):
        for addr in ("127.0.0.1", "::1", SERVER, "fd09:1::1"):
            with udp.Peer(addr) as peer:
                answered(peer)


@case
def request_without_udp_checksum():
    with udp.Peer(SERVER) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
        answered(peer)


@case
def request_from_port_123():
    with udp.Peer.__new__(udp.Peer) as peer:
        peer.timeout = 5
        peer.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.sock.bind(("10.9.1.2", 123))
        peer.sock.connect((SERVER, 123))
        answered(peer)


@case
def burst_is_answered_in_full():
    """A hundred requests at once, all there before the first is answered."""
    reqs = {}
    with udp.Peer(SERVER) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for _ in range(100):
            req = nts.build(fresh(), cookie=SESSION.cookies[0])
            reqs[req.packet[40:48]] = req
        for req in reqs.values():
            peer.send(req.packet)
        for _ in range(100):
            reply = peer.receive()
            need(reply, "%d answers are missing", len(reqs))
            nts.check_reply(SESSION, reqs.pop(reply[24:32]), reply)


if __name__ == "__main__":
    ktap.main()
