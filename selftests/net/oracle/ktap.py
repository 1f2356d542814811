# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs functions as KTAP test cases."""

import sys
import time
import traceback

_cases = []


def case(func):
    """Decorator: func is a test case; its name, with spaces, names it."""
    _cases.append(func)
    return func


def note(text, *args):
    """A diagnostic line."""
    for line in (text % args if args else text).splitlines():
        print("# %s" % line, flush=True)


def main(pattern=None):
    """Runs the cases (those whose name contains pattern) and exits."""
    pattern = pattern or (sys.argv[1] if len(sys.argv) > 1 else "")
    chosen = [c for c in _cases if pattern in c.__name__]
    failed = 0
    print("KTAP version 1\n1..%d" % len(chosen), flush=True)
    for number, func in enumerate(chosen, 1):
        name, start = func.__name__, time.monotonic()
        try:
            func()
        except Exception as err:        # a case must not stop the others
            failed += 1
            where = traceback.extract_tb(err.__traceback__)[-1]
            last = [f for f in traceback.extract_tb(err.__traceback__)
                    if f.name == func.__name__]
            note("%s: %s", type(err).__name__, err)
            note("at %s:%d, called from line %s", where.filename,
                 where.lineno, last[-1].lineno if last else "?")
            print("not ok %d %s" % (number, name), flush=True)
        else:
            print("ok %d %s" % (number, name), flush=True)
        seconds = time.monotonic() - start
        if seconds > 5:
            note("%s took %.1f s", name, seconds)
    sys.exit(1 if failed or not chosen else 0)
