# SPDX-License-Identifier: GPL-2.0-or-later
"""Which network namespace new sockets of this thread belong to."""

import contextlib
import ctypes
import os

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        if _libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns %s" % path)
    finally:
        os.close(fd)


@contextlib.contextmanager
def inside(name):
    """Sockets made in the body live in the test's namespace name."""
    back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    _enter("/run/netns/%s-%s" % (os.environ["PREFIX"], name))
    try:
        yield
    finally:
        if _libc.setns(back, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns back")
        os.close(back)
