# SPDX-License-Identifier: GPL-2.0-or-later
"""The situations in which a clock is kept.

Unless a scenario says otherwise: 0.1 s and 100 ppm fast at the start, delay
100 us each way, jitter 100 us each way (exponential), the frequency wandering by
1e-9 per second, one server, 10,000 s of which the first 2000 do not count.
Somebody asks the process for its time each 4 s.
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
    outside: float = 0      # share of answers whose root distance is less than their error


def servers(n, options):
    return tuple(f"server 192.0.2.{i} {options}" for i in range(1, n + 1))


POLL6 = servers(1, "minpoll 6 maxpoll 6")
THREE = "server=192.0.2.1 server=192.0.2.2 server=192.0.2.3"

ALL = {
    # RMS: 0.9 of what chronyd was measured at.
    "jitter_10us": Scenario("jitter 10 us", "jitter=10e-6", POLL6, 6.3e3, 40e3, 200),
    "jitter_100us": Scenario("jitter 100 us", "", POLL6, 25.2e3, 150e3, 200),
    "jitter_1ms": Scenario("jitter 1 ms", "jitter=1e-3", POLL6, 90e3, 600e3, 400),
    "falseticker": Scenario(
        "the first of three servers is 50 ms off",
        "server=192.0.2.1,offset=0.05 server=192.0.2.2 server=192.0.2.3",
        servers(3, "minpoll 6 maxpoll 6"), 40e3, 150e3, 200),
    "server_step": Scenario(
        "one of three servers jumps by an hour",
        THREE.replace("2.2", "2.2,step=3600@4000"),
        servers(3, "minpoll 6 maxpoll 6"), 40e3, 150e3, 200),
    "unsynchronised": Scenario(
        "the first of two servers is 50 ms off, but says that it knows nothing",
        "server=192.0.2.1,offset=0.05,leap=3 server=192.0.2.2",
        servers(2, "minpoll 6 maxpoll 6"), 36e3, 150e3, 200),
    "offset": Scenario("a server 50 ms off, of which the configuration tells",
                       "server=192.0.2.1,offset=0.05",
                       servers(1, "minpoll 6 maxpoll 6 offset -0.05"), 36e3, 150e3, 200),
    "combine_3": Scenario("three servers, jitter 1 ms", THREE + " jitter=1e-3",
                          servers(3, "minpoll 6 maxpoll 6"), 150e3, 600e3, 400),
    "loss_40": Scenario("40 % of the exchanges fail", "loss=0.2254", POLL6,
                        50e3, 250e3, 600),
    "congestion": Scenario(
        "each 10 min the way there is congested for 2 min, by 10 ms", "jitter=20e-6 bursts=600,120,10e-3",
        POLL6, 100e3, 1000e3, 600),
    "stalls": Scenario("half of the time the way there takes 20 ms more, jitter 300 us",
                       "delay=0.9e-3 jitter=0.3e-3 bursts=60,60,20e-3 duration=3000 from=600",
                       servers(1, "iburst minpoll 6 maxpoll 6"), 80e3, 400e3, 200),
    "poll_10": Scenario("poll 10, 100,000 s", "duration=100000",
                        servers(1, "minpoll 10 maxpoll 10"), 150e3, 600e3, 4000),
    "poll_m2": Scenario("poll -2, jitter 1 us, 2000 s", "jitter=1e-6 duration=2000",
                        servers(1, "minpoll -2 maxpoll -2"), 600, 3e3, 60),
    "poll_default": Scenario("poll 6 to 10 with iburst, 40,000 s",
                             "duration=40000", servers(1, "iburst"),
                             150e3, 600e3, 60),
    "freq_jump": Scenario("the frequency jumps by 5 ppm", "jitter=10e-6 freqjump=5e-6@5000",
                          POLL6, 100e3, 1000e3, 200, outside=0.01),
    "foreign_step": Scenario("another program steps the clock by 50 ms",
                             "step=0.05@4000 sync_from=4000 from=5000", POLL6,
                             36e3, 150e3, 600),
    "foreign_rate": Scenario("another program makes the clock 5 ppm faster",
                             "rate=5e-6@4000 sync_from=4000 from=5000", POLL6,
                             36e3, 200e3, 200),
    "start_no_step": Scenario("0.1 s slow at the start, no step", "offset=-0.1", POLL6,
                              36e3, 150e3, 200),
    "leap_system": Scenario("a leap second, inserted by the kernel",
                            "leap=1@6000 from=5000", POLL6, 36e3, 150e3, 200),
    "leap_slew": Scenario("a leap second that the clock is slewed after",
                          "leap=1@6000 sync_from=6000 from=7000",
                          POLL6 + ("leapsecmode slew",), 36e3, 150e3, 60),
    "xleave": Scenario("answers leave 50 us later than they say, interleaved mode",
                       "jitter=10e-6 server=192.0.2.1,late=50e-6",
                       servers(1, "minpoll 6 maxpoll 6 xleave"), 7e3, 40e3, 200),
    "leap_xleave": Scenario("a leap second, in interleaved mode", "leap=1@6000 from=5000",
                            servers(1, "minpoll 6 maxpoll 6 xleave"), 36e3, 150e3, 200),
    "iburst": Scenario("first sync by iburst, jitter 10 us", "jitter=10e-6", servers(1, "iburst minpoll 6 maxpoll 6"),
                       36e3, 150e3, 6),
    "makestep": Scenario("100 s off at the start, iburst, makestep", "offset=100 jitter=10e-6",
                         servers(1, "iburst minpoll 6 maxpoll 6") + ("makestep 1 3",),
                         36e3, 150e3, 12),
}


# No limits for these: what else there is in the world, to compare.
def more(name, about, world, conf=POLL6):
    return name, Scenario(about, world, conf, float("inf"), float("inf"), float("inf"))


LONG = "duration=40000"
MORE = dict([
    more("gamma_100us", "jitter of four queues in a row", "shape=gamma"),
    more("gamma_1ms", "the same, 1 ms", "shape=gamma jitter=1e-3"),
    more("normal_100us", "jitter by half a normal distribution", "shape=normal"),
    more("normal_1ms", "the same, 1 ms", "shape=normal jitter=1e-3"),
    more("uniform_100us", "uniform jitter", "shape=uniform"),
    more("uniform_1ms", "the same, 1 ms", "shape=uniform jitter=1e-3"),
    more("pareto_100us", "jitter of infinite variance", "shape=pareto"),
    more("pareto_1ms", "the same, 1 ms", "shape=pareto jitter=1e-3"),
    more("wan_1ms", "a server 40 ms away", "delay=20e-3 jitter=1e-3", servers(1, "iburst")),
    more("wan_5ms", "a worse path to it", f"delay=20e-3 jitter=5e-3 {LONG}",
         servers(1, "iburst")),
    more("wan_4_servers", "four of them, two somewhat off",
         f"delay=20e-3 jitter=3e-3 {LONG} server=192.0.2.1 server=192.0.2.2,offset=1e-3 "
         "server=192.0.2.3,offset=-2e-3 server=192.0.2.4", servers(4, "iburst")),
    more("jitter_there", "jitter only on the way there", "jitter=1e-3 jitter_back=10e-6"),
    more("jitter_back", "jitter only on the way back", "jitter=10e-6 jitter_back=1e-3"),
    more("wander_1e_8", "a worse oscillator", "wander=1e-8"),
    more("wander_1e_10", "a better oscillator", "wander=1e-10"),
    more("swing_hour", "temperature: 1 ppm in an hour", "swing=1e-6@3600 jitter=10e-6"),
    more("swing_1000s", "0.1 ppm in 1000 s", "swing=1e-7@1000 jitter=10e-6"),
    more("loss_80", "80 % of the exchanges fail", "loss=0.55"),
    more("silence", "the server is silent for 3000 s", "server=192.0.2.1,silent=6000@3000"),
    more("bursts_long", "congested two fifths of the time", "bursts=2000,1500,5e-3 jitter=20e-6"),
    more("slew_10s", "10 s off at the start, no step", "offset=10"),
    more("freq_480ppm", "480 ppm slow at the start", "freq=-480e-6"),
    more("freq_2000ppm", "2000 ppm fast at the start", "freq=2000e-6"),
    more("freq_jump_50ppm", "the frequency jumps by 50 ppm", "freqjump=50e-6@5000"),
    more("foreign_2s", "another program steps the clock by 2 s",
         "step=2@4000 sync_from=4000 from=5500"),
    more("poll_0", "poll 0, jitter 1 us", "jitter=1e-6 duration=3000",
         servers(1, "minpoll 0 maxpoll 0")),
    more("poll_4", "poll 4", "duration=5000", servers(1, "minpoll 4 maxpoll 4")),
    more("poll_8", "poll 8", LONG, servers(1, "minpoll 8 maxpoll 8")),
    more("default_10us", "poll 6 to 10, jitter 10 us", f"jitter=10e-6 {LONG}",
         servers(1, "iburst")),
    more("default_1ms", "poll 6 to 10, jitter 1 ms", f"jitter=1e-3 {LONG}",
         servers(1, "iburst")),
    more("default_10ms", "poll 6 to 10, jitter 10 ms", f"jitter=10e-3 delay=10e-3 {LONG}",
         servers(1, "iburst")),
    more("late", "answers leave 50 us later than they say",
         "jitter=10e-6 server=192.0.2.1,late=50e-6"),
    more("loss_xleave", "40 % of the exchanges fail, interleaved mode",
         "loss=0.2254 server=192.0.2.1,late=50e-6", servers(1, "minpoll 6 maxpoll 6 xleave")),
    more("no_jitter", "no jitter at all", "jitter=0"),
])
