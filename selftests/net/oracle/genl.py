# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink by hand: what any program may say to the kernel.

Numbers are taken from uapi/linux/nts.h as text, so that a test speaks the
committed interface and not a copy of it.
"""

import errno
import os
import pathlib
import re
import socket
import struct
import time

NETLINK_GENERIC, SOL_NETLINK = 16, 270
ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 1, 10, 11
GENL_ID_CTRL, CTRL_GETFAMILY = 16, 3
ATTR_FAMILY_ID, ATTR_FAMILY_NAME, ATTR_MCAST = 1, 2, 7
NLM_REQUEST, NLM_ACK = 1, 4
NLM_CAPPED, NLM_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NESTED = 0x8000


def _enums():
    """The enumerators of the uapi header with their values."""
    root = pathlib.Path(__file__).resolve().parents[3]
    text = (root / "uapi/linux/nts.h").read_text("ascii")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    known = {}
    for body in re.findall(r"enum[^{;]*\{(.*?)\}", text, re.S):
        value = 0
        for item in filter(None, (p.strip() for p in body.split(","))):
            name, _, init = (p.strip() for p in item.partition("="))
            if init:
                value = int(eval(init, {}, dict(known)))
            known[name] = value
            value += 1
    return known


NTS = _enums()


def attr(kind, value, fmt=None):
    """One attribute; value is octets, or a number with its struct fmt."""
    body = struct.pack("=" + fmt, value) if fmt else value
    return struct.pack("=HH", 4 + len(body), kind) + body + \
        bytes(-len(body) % 4)


def attrs(data):
    """Attributes as (type, octets) pairs."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found.append((kind & 0x3fff, data[at + 4:at + length]))
        at += length + -length % 4
    return found


class Refused(OSError):
    """The kernel's error; text is its extack message, or empty."""

    def __init__(self, code, text, where):
        super().__init__(code, os.strerror(code))
        self.text, self.where = text, where
        self.name = errno.errorcode.get(code, str(code))

    def __str__(self):
        return "%s '%s'" % (self.name, self.text)


class Family:
    """A socket that knows one generic netlink family."""

    def __init__(self, name="nts"):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.bind((0, 0))
        for option in (CAP_ACK, EXT_ACK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.settimeout(5)
        self.seq = 0
        self.id, self.groups = GENL_ID_CTRL, {}
        reply, = self.ask(CTRL_GETFAMILY,
                          attr(ATTR_FAMILY_NAME, name.encode() + b"\0"))
        for kind, body in reply[1]:
            if kind == ATTR_FAMILY_ID:
                family = struct.unpack("=H", body)[0]
            elif kind == ATTR_MCAST:
                for _, group in attrs(body):
                    members = dict(attrs(group))
                    self.groups[members[1].rstrip(b"\0").decode()] = \
                        struct.unpack("=I", members[2])[0]
        self.id = family

    def ask(self, command, body=b"", flags=NLM_ACK, version=1):
        """Sends a command; the replies as (command, attributes)."""
        self.seq += 1
        head = struct.pack("=BBH", command, version, 0) + body
        self.sock.send(struct.pack("=IHHII", 16 + len(head), self.id,
                                   NLM_REQUEST | flags, self.seq, 0) + head)
        replies = []
        while True:
            data, at = self.sock.recv(65536), 0
            while at < len(data):
                length, kind, flag, seq, _ = struct.unpack_from("=IHHII",
                                                                data, at)
                message = data[at + 16:at + length]
                at += length + -length % 4
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self._judge(message, flag)
                    return replies
                replies.append((message[0], attrs(message[4:])))

    @staticmethod
    def _judge(message, flag):
        code = -struct.unpack_from("=i", message)[0]
        if code == 0:
            return
        skip = 20 if flag & NLM_CAPPED else \
            4 + struct.unpack_from("=I", message, 4)[0]
        told = dict(attrs(message[skip:])) if flag & NLM_ACK_TLVS else {}
        text = told.get(1, b"").rstrip(b"\0").decode()
        where = struct.unpack("=I", told[2])[0] if 2 in told else None
        raise Refused(code, text, where)

    def join(self, group="events"):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    def events(self, seconds, enough=lambda found: False):
        """(command, attributes) of what is multicast meanwhile."""
        found, end = [], time.monotonic() + seconds
        while not enough(found):
            left = end - time.monotonic()
            if left <= 0:
                break
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                break
            found.append((data[16], attrs(data[20:])))
        self.sock.settimeout(5)
        return found
