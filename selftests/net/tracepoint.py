# SPDX-License-Identifier: GPL-2.0-or-later
"""What nts:nts_answer tells of a packet.  Run by t_trace.sh."""

import os
import pathlib
import re

from oracle import ktap, ntp, nts, udp
from oracle.ktap import case, note
from oracle.nts import need

TRACING = pathlib.Path("/sys/kernel/tracing")
EVENT = TRACING / "events/nts/nts_answer/enable"
SERVER = "10.9.1.1"
SESSION = nts.Session.open((SERVER, 4460), ca=os.environ["CA"])
PEER = udp.Peer(SERVER)

# TASK-PID [CPU] FLAGS TIME: nts_answer: key=value ...; the third flag is s in
# softirq, h in hard IRQ, the kernel's own word beside the module's.
LINE = re.compile(r"\[\d+\] (?P<flags>\S+) +[\d.]+: nts_answer: (?P<rest>.*)")


def traced(count, action):
    """The events that action made; there must be count of them."""
    (TRACING / "trace").write_text("")
    EVENT.write_text("1")
    try:
        action()
    finally:
        EVENT.write_text("0")
    found = []
    for line in (TRACING / "trace").read_text().splitlines():
        match = LINE.search(line)
        if match:
            event = dict(p.split("=") for p in match["rest"].split())
            event["flags"] = match["flags"]
            event["line"] = line.strip()
            found.append(event)
    need(len(found) == count, "%d events: %r", len(found), found)
    return found


def check(event, verdict, request_len, answer_len):
    note("%s", event["line"])
    need(event["verdict"] == verdict, "verdict %s", event["verdict"])
    need(event["context"] == "softirq", "context %s", event["context"])
    need(event["flags"][2] in "sH", "flags %s", event["flags"])
    need(int(event["request_len"]) == request_len, "request length")
    need(int(event["answer_len"]) == answer_len, "answer length")
    need(0 < int(event["cost_ns"]) < 50_000_000, "cost %s", event["cost_ns"])


@case
def plain_answer_is_traced_in_softirq():
    event, = traced(1, lambda: PEER.ask(nts.plain().packet))
    check(event, "answer-plain", 48, 48)


@case
def authenticated_answer_is_traced_in_softirq():
    req = nts.build(SESSION)
    event, = traced(1, lambda: PEER.ask(req.packet))
    size = len(req.packet)
    check(event, "answer-nts", size, size)


@case
def nak_is_traced_in_softirq():
    req = nts.build(SESSION, cookie=os.urandom(100))
    event, = traced(1, lambda: PEER.ask(req.packet))
    check(event, "answer-nak", len(req.packet), 84)


@case
def drop_is_traced_with_its_reason():
    bad = ntp.client_header(version=7).pack()
    events = traced(2, lambda: PEER.ask_or_silence(bad, nts.plain().packet))
    check(events[0], "drop-version", 48, 0)


@case
def each_packet_is_one_event():
    session = SESSION
    reqs = [nts.build(session, cookie=session.cookies[0]) for _ in range(20)]
    events = traced(20, lambda: [PEER.ask(r.packet) for r in reqs])
    costs = sorted(int(e["cost_ns"]) for e in events)
    note("cost of 20 authenticated answers: min %d, median %d, max %d ns",
         costs[0], costs[10], costs[-1])
    need({e["context"] for e in events} == {"softirq"}, "not all in softirq")


if __name__ == "__main__":
    ktap.main()
