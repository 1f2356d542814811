# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards and their clocks, as any program sees them: stamping and PHCs."""

import ctypes
import fcntl
import os
import socket
import struct

SIOCETHTOOL, SIOCSHWTSTAMP, SIOCGHWTSTAMP = 0x8946, 0x89b0, 0x89b1
ETHTOOL_GET_TS_INFO = 0x41
PTP_SYS_OFFSET_PRECISE = 0xc0403d08
SO_TIMESTAMPING = SCM_TIMESTAMPING = 37
TX_HARDWARE, TX_SOFTWARE, RX_HARDWARE, RX_SOFTWARE = 1, 2, 4, 8
SOFTWARE, RAW_HARDWARE, OPT_TX_SWHW = 1 << 4, 1 << 6, 1 << 14
FILTER_NONE, FILTER_ALL, FILTER_PTP_V2_EVENT, FILTER_NTP_ALL = 0, 1, 12, 15
ADJ_FREQUENCY = 2
NS = 10**9
_libc = ctypes.CDLL(None, use_errno=True)


def _ioctl(name, request, data):
    """An ioctl on the card name of this namespace; data is changed by it."""
    buffer = ctypes.create_string_buffer(bytes(data), len(data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, request, struct.pack(
            "16sQ16x", name.encode(), ctypes.addressof(buffer)))
    return buffer.raw


def info(name):
    """(flags, index of the clock or -1, mask of filters)"""
    data = _ioctl(name, SIOCETHTOOL,
                  struct.pack("=I40x", ETHTOOL_GET_TS_INFO))
    _, flags, phc, _, filters = struct.unpack_from("=IIiI12xI", data)
    return flags, phc, filters


def set_stamping(name, on, rx_filter):
    """The filter that the card has set."""
    data = _ioctl(name, SIOCSHWTSTAMP, struct.pack("=iii", 0, on, rx_filter))
    return struct.unpack("=iii", data)[2]


def stamping(name):
    """(on, filter) that are set."""
    return struct.unpack("=iii", _ioctl(name, SIOCGHWTSTAMP, bytes(12)))[1:]


class Clock:
    """A PHC."""

    def __init__(self, index):
        self.fd = os.open("/dev/ptp%d" % index, os.O_RDWR)

    def close(self):
        os.close(self.fd)

    def both(self):
        """(its time, CLOCK_MONOTONIC_RAW) of one moment, ns; the card must
        know both."""
        data = bytearray(64)
        fcntl.ioctl(self.fd, PTP_SYS_OFFSET_PRECISE, data)
        seconds, ns = struct.unpack_from("=qI", data, 0)
        raw_seconds, raw_ns = struct.unpack_from("=qI", data, 32)
        return seconds * NS + ns, raw_seconds * NS + raw_ns

    def adjust(self, scaled_ppm):
        timex = ctypes.create_string_buffer(208)
        struct.pack_into("=I4xqq", timex, 0, ADJ_FREQUENCY, 0, scaled_ppm)
        if _libc.clock_adjtime(ctypes.c_int(~self.fd << 3 | 3), timex) < 0:
            raise OSError(ctypes.get_errno(), "clock_adjtime")


def timestamping(sock, flags):
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, flags)


def stamps(control):
    """(software, hardware) of a received message or a sent one, ns or None."""
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind == SCM_TIMESTAMPING:
            words = struct.unpack_from("=6q", data)
            return tuple(s * NS + ns or None for s, ns in
                         (words[0:2], words[4:6]))
    return None, None
