#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judge the console of a KUnit run and print it as one KTAP document.

usage: judge.py CONSOLE SUITE...

Green only when every named suite reported, every case passed, no module
failed to load or unload, the kernel reported nothing about itself and the
run reached its end. KUnit alone would not notice the last three: a lockdep
report or a leak fails no case, and a dead guest has no failures.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/lib"))
import ktap  # noqa: E402

PREFIX = re.compile(r"^(?:<\d+>)?\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])? ?")
SPLAT = re.compile(r"BUG: |WARNING: |KASAN: |UBSAN: |\bOops\b|kernel BUG at|Kernel panic|INFO: (task|rcu)|rcu: INFO"
                   r"|unreferenced object|DEBUG_LOCKS_WARN|refcount_t: |ODEBUG: |corruption|Segmentation fault")


def emit(result, number, indent, out):
    pad = "    " * indent
    if result.children:
        out.append(f"{pad}    KTAP version 1")
        out.append(f"{pad}    # Subtest: {result.name}")
        out.append(f"{pad}    1..{len(result.children)}")
        for i, child in enumerate(result.children, 1):
            emit(child, i, indent + 1, out)
    skip = f" # SKIP {result.skip}" if result.skip is not None else ""
    out.append(f"{pad}{'ok' if result.passed else 'not ok'} {number} {result.name}{skip}")


def main():
    with open(sys.argv[1], errors="replace") as stream:
        raw = [line.rstrip("\r\n") for line in stream]
    lines = [PREFIX.sub("", line) for line in raw if PREFIX.match(line)]
    results, wrong = ktap.parse(lines, planless_below=8)
    trouble = list(wrong)
    for number, line in enumerate(raw):
        if SPLAT.search(line):
            trouble += [f"kernel: {text}" for text in raw[number:number + 15]]
            if len(trouble) > 60:
                break
    trouble += [line for line in lines if line.startswith("kunit-run: cannot")]
    if not any(line.startswith("kunit-run: ALLDONE") for line in lines):
        trouble.append("no end marker: the guest died or hung; last lines:")
        trouble += raw[-15:]
    reported = {result.name for result in results}
    trouble += [f"suite {suite} did not report" for suite in sys.argv[2:] if suite not in reported]
    if not results:
        trouble.append("no suite reported")
    # The expectations that failed stand in the console, not in the results.
    detail = [line for line in lines
              if "FAILED at" in line or re.match(r"    Expected | {8,}(?!ok |not ok |KTAP |1\.\.|#)\S", line)]

    out = ["KTAP version 1", f"1..{len(results) + 1}"]
    for number, result in enumerate(results, 1):
        emit(result, number, 0, out)
    if any(not result.passed for result in results):
        out += [f"# {line.strip()}" for line in detail[:200]]
    out += [f"# {line}" for line in trouble]
    out.append(f"{'not ok' if trouble else 'ok'} {len(results) + 1} kernel_console")
    print("\n".join(out))
    return bool(trouble) or any(not result.passed for result in results)


if __name__ == "__main__":
    sys.exit(main())
