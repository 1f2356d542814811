# SPDX-License-Identifier: GPL-2.0-or-later
"""One plain request as a frame: python3 -m oracle.frame DEVICE MAC [KEY=VALUE...]

It leaves by DEVICE for MAC.  source, to: its IPv4 addresses; checksum: what is
added to the right one of UDP; trailer: octets behind the packet.  Prints
"answer" when one came back to the port within a second, else "silence".
"""

import select
import socket
import struct
import sys
import time

from . import ntp

PORT = 10124
ETH_P_IP = 0x0800


def ones_sum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def frame(mac, own, source="10.9.1.2", to="10.9.1.1", checksum=0, trailer=0):
    payload = ntp.client_header().pack()
    ends = socket.inet_aton(source) + socket.inet_aton(to)
    length = 8 + len(payload)
    udp = struct.pack(">HHHH", PORT, 123, length, 0)
    check = 0xffff - ones_sum(ends + struct.pack(">HH", 17, length) + udp + payload)
    udp = udp[:6] + struct.pack(">H", (check + int(checksum)) & 0xffff)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, 17, 0) + ends
    ip = ip[:10] + struct.pack(">H", 0xffff - ones_sum(ip)) + ip[12:]
    return (mac + own + struct.pack(">H", ETH_P_IP) + ip + udp + payload +
            bytes(int(trailer)))


def is_answer(data):
    return data[14:15] == b"\x45" and data[23] == 17 and \
        data[34:38] == struct.pack(">HH", 123, PORT)


def main(device, mac, *options):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                       socket.htons(ETH_P_IP)) as sock:
        sock.bind((device, ETH_P_IP))
        sock.send(frame(bytes.fromhex(mac.replace(":", "")),
                        sock.getsockname()[4],
                        **dict(o.split("=") for o in options)))
        end = time.monotonic() + 1
        while select.select([sock], [], [], max(end - time.monotonic(), 0))[0]:
            if is_answer(sock.recv(2048)):
                return "answer"
    return "silence"


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
