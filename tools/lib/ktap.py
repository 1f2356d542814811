#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Read KTAP: every document of a stream, nested to any depth.

usage: ktap.py FILE...      prints "PASSED FAILED SKIPPED" over all leaf results
                            and, on stderr, each failure and each skip

A document that announces more or fewer results than it has, has none, or
bails out counts as a failure: a test program that died must not look green.
"""
import re
import sys

RESULT = re.compile(r"(not ok|ok)\b ?(\d*)(?: -)? ?(.*)")
START = re.compile(r"(K?TAP version \d+)$")
PLAN = re.compile(r"1\.\.(\d+)")


class Level:
    def __init__(self, indent):
        self.indent, self.plan, self.results = indent, None, []


class Result:
    def __init__(self, passed, name, children):
        name, _, directive = name.partition(" # ")
        self.name, self.children = name.strip(), children
        self.skip = directive[4:].strip(" :") or "no reason given" if directive.upper().startswith("SKIP") else None
        self.passed = passed

    def leaves(self, path=""):
        """Yield (name, passed, skip reason) of each leaf below this result."""
        path = f"{path}/{self.name}" if path else self.name
        for child in self.children:
            yield from child.leaves(path)
        inner = [leaf for child in self.children for leaf in child.leaves()]
        if not self.children or (not self.passed and all(ok for _, ok, _ in inner)):
            yield path, self.passed, self.skip


def parse(lines, planless_below=None):
    """Return (top-level results of all documents, list of what is wrong with the stream).

    KUnit up to 6.12 announces no plan for the parameters of a case:
    planless_below is the indent from which a missing plan is no fault.
    """
    top, stack, wrong = [], [], []

    def close(indent):
        children = []
        while stack and stack[-1].indent > indent:
            level = stack.pop()
            excused = planless_below is not None and level.indent >= planless_below
            if level.plan is None and level.results and not excused:
                wrong.append(f"no plan for '{level.results[0].name}' and what follows")
            elif level.plan is not None and level.plan != len(level.results):
                last = level.results[-1].name if level.results else "nothing"
                wrong.append(f"planned {level.plan} results, got {len(level.results)} (last: {last})")
            if stack and stack[-1].indent > indent:
                stack[-1].results += level.results
            else:
                children = level.results
        return children

    def level_at(indent):
        if not stack or stack[-1].indent < indent:
            stack.append(Level(indent))
        return stack[-1]

    for raw in lines:
        text = raw.rstrip()
        body = text.lstrip(" ")
        indent = len(text) - len(body)
        if START.match(body):
            if stack and stack[-1].indent >= indent:
                top += close(indent - 1) if indent == 0 else []
            stack.append(Level(indent))
        elif PLAN.match(body):
            level_at(indent).plan = int(PLAN.match(body)[1])
            if level_at(indent).plan == 0 and "skip" in body.lower():
                level_at(indent).plan = 1
                level_at(indent).results.append(Result(True, "all # SKIP " + body.partition("#")[2], []))
        elif RESULT.match(body) and (stack or indent == 0):
            match = RESULT.match(body)
            children = close(indent)
            level_at(indent).results.append(Result(match[1] == "ok", match[3], children))
        elif body.startswith("Bail out!"):
            wrong.append(body)
    top += close(-1)
    return top, wrong


def main():
    passed = failed = skipped = 0
    for path in sys.argv[1:]:
        with open(path, errors="replace") as stream:
            results, wrong = parse(stream)
        if not results:
            wrong.append("no test result at all")
        for problem in wrong:
            failed += 1
            print(f"# failed: {path}: {problem}", file=sys.stderr)
        for name, ok, skip in (leaf for result in results for leaf in result.leaves()):
            if not ok:
                failed += 1
                print(f"# failed: {name}", file=sys.stderr)
            elif skip is not None:
                skipped += 1
                print(f"# skipped: {name}: {skip}", file=sys.stderr)
            else:
                passed += 1
    print(passed, failed, skipped)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
