# SPDX-License-Identifier: GPL-2.0-or-later
"""Key establishment while certificates change: python3 -m oracle.renew VERB ...

  load FILE                 one session after the other until SIGTERM; then FILE
                            has a line for each: its fingerprint and its cookies,
                            or "failed" and why, or "late" when it failed after so
                            long that ntsd had to end it for the time it took
  over LOG PATTERN COMMAND...
                            a session whose handshake is done before COMMAND
                            brings a new certificate, and whose request comes
                            after LOG says PATTERN once more; exits with 0 if it
                            gets its cookies from the certificate before

Both trust $CA.
"""

import os
import re
import signal
import subprocess
import sys
import time

from . import ke

ADDR = ("10.9.1.1", 4460)
# ntsd gives a session 2 s.
PATIENCE = 1.7
TRIES = 8
# The machine has other things to do, too.
PAUSE = 0.1


def fingerprint(conn):
    return conn.tls.get_peer_certificate().digest("sha256").decode()


def connect():
    return ke.Connection(ADDR, ca=os.environ["CA"]).handshake()


def session():
    with connect() as conn:
        seen = fingerprint(conn)
        conn.send(ke.request())
        return seen, len(conn.receive().cookies())


def load(path):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    with open(path + ".new", "w", encoding="ascii", buffering=1) as out:
        while not ended:
            begin = time.monotonic()
            try:
                print(*session(), file=out)
                time.sleep(PAUSE)
            except (OSError, ke.Refused, ValueError, EOFError) as err:
                late = time.monotonic() - begin > PATIENCE
                print("late" if late else "failed", repr(err), file=out)
    os.replace(path + ".new", path)
    return True


def count(log, pattern):
    with open(log, encoding="utf-8", errors="replace") as text:
        return len(re.findall(pattern, text.read()))


def over(log, pattern, *command):
    for _ in range(TRIES):
        before = count(log, pattern)
        with connect() as conn:
            end = time.monotonic() + PATIENCE
            old = fingerprint(conn)
            subprocess.run(command, check=True)
            while count(log, pattern) == before and time.monotonic() < end:
                time.sleep(0.02)
            if count(log, pattern) == before:
                time.sleep(3)   # too late: it would have been cut off
                continue
            conn.send(ke.request())
            cookies = len(conn.receive().cookies())
        new, again = session()
        print("old session: %d cookies; new one: %d, other certificate: %s" %
              (cookies, again, new != old))
        return cookies == 8 and again == 8 and new != old
    print("the certificate never changed within a session")
    return False


VERBS = {"load": load, "over": over}

if __name__ == "__main__":
    sys.exit(0 if VERBS[sys.argv[1]](*sys.argv[2:]) else 1)
