# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's counters as ntsctl tells them."""

import json
import os
import subprocess

from .nts import need


def ntsctl(*args, ns="s"):
    """What ntsctl prints in a namespace."""
    where = "%s-%s" % (os.environ["PREFIX"], ns)
    return subprocess.run(["ip", "netns", "exec", where, "ntsctl", *args],
                          check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=20).stdout.decode()


def read(ns="s"):
    """All counters of a namespace as a dictionary of numbers."""
    return flatten(json.loads(ntsctl("--json", "counters", ns=ns)))


def flatten(tree):
    """Numbers by name, from an object or a list of named counters."""
    if isinstance(tree, list):
        return {c["name"]: c["value"] for c in tree}
    found = {}
    for key, value in tree.items():
        if isinstance(value, (dict, list)):
            found.update(flatten(value))
        elif isinstance(value, int):
            found[key] = value
    return found


def moved(before, after):
    """What changed, as name -> by how much."""
    return {k: v - before.get(k, 0) for k, v in after.items()
            if v != before.get(k, 0)}


class Expect:
    """with Expect({"drop-short": 1}): exactly these counters move."""

    def __init__(self, want, ns="s"):
        self.want, self.ns = want, ns

    def __enter__(self):
        self.before = read(self.ns)
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            got = {k: v for k, v in moved(self.before, read(self.ns)).items()
                   if k.startswith(("answer-", "drop-"))}
            need(got == self.want, "counters moved %r, wanted %r", got,
                 self.want)
