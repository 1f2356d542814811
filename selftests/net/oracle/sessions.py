# SPDX-License-Identifier: GPL-2.0-or-later
"""NTS-KE sessions one after the other: python3 -m oracle.sessions COUNT GROUP [ADDR]

Each is a whole handshake with the certificate verified.  Prints "sessions N
cpu_ns N", the processor time that all of the process group GROUP took for them.
"""

import glob
import os
import sys

from . import ke


def group_ns(group):
    """{process: ns it has been running}"""
    found = {}
    for path in glob.glob("/proc/[0-9]*/task/[0-9]*/schedstat"):
        task = os.path.dirname(path)
        try:
            with open(task + "/stat", encoding="ascii", errors="replace") as stat:
                # After the name, which may have anything in it.
                fields = stat.read().rsplit(")", 1)[1].split()
            with open(path, encoding="ascii") as schedstat:
                ran = int(schedstat.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            found[task] = ran
    return found


def main(count, group, addr="10.9.1.1"):
    before = group_ns(int(group))
    for _ in range(int(count)):
        reply = ke.exchange((addr, 4460), ca=os.environ["CA"])
        if len(reply.cookies()) < 8:
            raise SystemExit("a session without eight cookies: %r" % reply)
    after = group_ns(int(group))
    if set(before) != set(after):
        raise SystemExit("processes came or went: %s, %s" % (before, after))
    print("sessions %s cpu_ns %d" %
          (count, sum(after.values()) - sum(before.values())))


if __name__ == "__main__":
    main(*sys.argv[1:])
