# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test tells a server to do wrong."""

import os


class Lies:
    """The words key=value of DIR/lies as they were when read."""

    def __init__(self, where):
        self.path = os.path.join(where, "lies")
        self.seen, self.words = None, {}

    def read(self):
        """Reads the file if it is another; whether it is."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return False
        seen = found.st_mtime_ns, found.st_ino
        if seen == self.seen:
            return False
        with open(self.path, encoding="ascii") as text:
            self.words = dict(w.split("=", 1) for w in text.read().split())
        self.seen = seen
        return True

    def has(self, key):
        return key in self.words

    def get(self, key, default=0.0):
        value = self.words.get(key)
        return default if value is None else type(default)(value)

    def list(self, key):
        return [k for k in self.words.get(key, "").split(",") if k]
