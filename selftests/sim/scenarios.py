# SPDX-License-Identifier: GPL-2.0-or-later
"""The situations in which a clock is kept.

Unless a scenario says otherwise: 0.1 s and 100 ppm fast at the start, delay
100 us each way, jitter 100 us each way (exponential), the frequency wandering by
1e-9 per second, one server, 10,000 s of which the first 2000 do not count.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    about: str
    world: str              # words of CLOCKSIM
    conf: tuple             # lines of chrony.conf and of ours
    # What ours must not exceed: RMS and maximum in ns, time to sync in s.
    rms_ns: float
    max_ns: float
    sync_s: float
    overshoot: float = 0.1


def servers(n, options):
    return tuple(f"server 192.0.2.{i} {options}" for i in range(1, n + 1))


POLL6 = servers(1, "minpoll 6 maxpoll 6")
THREE = "server=192.0.2.1 server=192.0.2.2 server=192.0.2.3"

ALL = {
    "jitter_10us": Scenario("jitter 10 us", "jitter=10e-6", POLL6, 9e3, 40e3, 200),
    "jitter_100us": Scenario("jitter 100 us", "", POLL6, 36e3, 150e3, 200),
    "jitter_1ms": Scenario("jitter 1 ms", "jitter=1e-3", POLL6, 150e3, 600e3, 400),
    "falseticker": Scenario(
        "the first of three servers is 50 ms off",
        "server=192.0.2.1,offset=0.05 server=192.0.2.2 server=192.0.2.3",
        servers(3, "minpoll 6 maxpoll 6"), 40e3, 150e3, 200),
    "server_step": Scenario(
        "one of three servers jumps by an hour",
        THREE.replace("2.2", "2.2,step=3600@4000"),
        servers(3, "minpoll 6 maxpoll 6"), 40e3, 150e3, 200),
    "combine_3": Scenario("three servers, jitter 1 ms", THREE + " jitter=1e-3",
                          servers(3, "minpoll 6 maxpoll 6"), 150e3, 600e3, 400),
    "loss_40": Scenario("40 % of the exchanges fail", "loss=0.2254", POLL6,
                        50e3, 250e3, 600),
    "congestion": Scenario(
        "each 10 min the way there is congested for 2 min, by 10 ms", "jitter=20e-6 bursts=600,120,10e-3",
        POLL6, 100e3, 1000e3, 600),
    "poll_10": Scenario("poll 10, 100,000 s", "duration=100000 from=20000",
                        servers(1, "minpoll 10 maxpoll 10"), 150e3, 600e3, 4000),
    "poll_m2": Scenario("poll -2, jitter 1 us, 2000 s", "jitter=1e-6 duration=2000 from=400",
                        servers(1, "minpoll -2 maxpoll -2"), 600, 3e3, 60),
    "poll_default": Scenario("poll 6 to 10 with iburst, 40,000 s",
                             "duration=40000 from=8000", servers(1, "iburst"),
                             150e3, 600e3, 60),
    "freq_jump": Scenario("the frequency jumps by 5 ppm", "jitter=10e-6 freqjump=5e-6@5000",
                          POLL6, 100e3, 1000e3, 200),
    "foreign_step": Scenario("another program steps the clock by 50 ms",
                             "step=0.05@4000 sync_from=4000 from=5000", POLL6,
                             36e3, 150e3, 600),
    "start_no_step": Scenario("0.1 s slow at the start, no step", "offset=-0.1", POLL6,
                              36e3, 150e3, 200),
    "leap_system": Scenario("a leap second, inserted by the kernel",
                            "leap=1@6000 from=5000", POLL6, 36e3, 150e3, 200),
    "leap_slew": Scenario("a leap second that the clock is slewed after",
                          "leap=1@6000 sync_from=6000 from=7000",
                          POLL6 + ("leapsecmode slew",), 36e3, 150e3, 60),
    "serving": Scenario("asked for the time each 4 s", "probe=4", POLL6 + ("allow",),
                        36e3, 150e3, 200),
    "iburst": Scenario("first sync by iburst, jitter 10 us", "jitter=10e-6", servers(1, "iburst minpoll 6 maxpoll 6"),
                       36e3, 150e3, 6),
    "makestep": Scenario("100 s off at the start, iburst, makestep", "offset=100 jitter=10e-6",
                         servers(1, "iburst minpoll 6 maxpoll 6") + ("makestep 1 3",),
                         36e3, 150e3, 12),
}
