# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain requests, one after the other: python3 -m oracle.plain COUNT GAP [ADDR]

Each gets up to a second for its answer.  Prints "sent N answered N"; exits
with 0 if all were.
"""

import select
import socket
import sys
import time

from . import ntp


def main(count, gap, addr="10.9.1.1"):
    answered = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((addr, 123))
        for _ in range(int(count)):
            request = ntp.client_header()
            sock.send(request.pack())
            end = time.monotonic() + 1
            while select.select([sock], [], [],
                                max(end - time.monotonic(), 0))[0]:
                if ntp.Header.unpack(sock.recv(2048)).org == request.xmt:
                    answered += 1
                    break
            time.sleep(float(gap))
    print("sent %s answered %d" % (count, answered))
    return answered == int(count)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
