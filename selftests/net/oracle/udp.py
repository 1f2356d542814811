# SPDX-License-Identifier: GPL-2.0-or-later
"""One UDP conversation with an NTP server over IPv4, IPv6 or link-local."""

import errno
import os
import socket
import time

# Packets of one sender keep their order only while it stays on one CPU.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

# EINVAL: the route was found, and then its device was gone.
LOSSES = (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH,
          errno.EINVAL)


class Peer:
    """A connected UDP socket; addr may be fe80::1%IF."""

    def __init__(self, addr, port=123, *, timeout=5.0, quiet=0.4):
        family, kind, proto, _, where = socket.getaddrinfo(
            addr, port, type=socket.SOCK_DGRAM)[0]
        self.sock = socket.socket(family, kind, proto)
        self.sock.connect(where)
        self.timeout, self.quiet = timeout, quiet

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, packet):
        """Sends packet; an earlier one's error, or no route, is a loss."""
        for _ in range(2):
            try:
                self.sock.send(packet)
                return
            except OSError as err:
                if err.errno not in LOSSES:
                    raise

    def receive(self, timeout=None):
        """The next datagram, or None when none came in time."""
        self.sock.settimeout(self.timeout if timeout is None else timeout)
        try:
            return self.sock.recv(65536)
        except socket.timeout:
            return None
        except OSError as err:
            if err.errno not in LOSSES:
                raise
            return None

    def drain(self):
        while self.receive(0.001) is not None:
            pass

    def ask(self, packet):
        """The answer to packet; raises when there is none."""
        self.send(packet)
        reply = self.receive()
        if reply is None:
            raise AssertionError("no answer to %d octets" % len(packet))
        return reply

    def ask_or_silence(self, packet, marker):
        """The answer to packet, or None for silence.

        Silence is known without a long wait: marker, a request that is
        always answered, goes out behind, and answers keep their order.
        """
        self.send(packet)
        self.send(marker)
        origin = marker[40:48]
        deadline = time.monotonic() + self.timeout
        answer = None
        while time.monotonic() < deadline:
            reply = self.receive(max(0.001, deadline - time.monotonic()))
            if reply is None:
                break
            if reply[24:32] == origin:
                return answer
            answer = reply
        raise AssertionError("the marker behind the packet got no answer")
