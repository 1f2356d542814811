# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of a program in the simulator."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import tempfile

import scenarios

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get("O", "build"), "sim")
CHRONYD = shutil.which("chronyd", path=os.environ["PATH"] + ":/usr/sbin") or "chronyd"
PROGRAMS = ["ours", "chronyd"]

# Nothing real can be touched, should a call slip past the simulator.
HARMLESS = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$0" "$@"',
            "setpriv", "--bounding-set=-all", "--inh-caps=-all",
            "--no-new-privs"] if os.getuid() == 0 else []


def command(program, directory, scenario):
    """Write a configuration and return the command that uses it."""
    conf = os.path.join(directory, "conf")
    lines = list(scenario.conf) + ["allow"]
    if program == "chronyd":
        # Each instance has its own pid file; none may be asked anything.
        lines += ["cmdport 0", "bindcmdaddress /", "user root",
                  f"pidfile {directory}/pid"]
    with open(conf, "w", encoding="ascii") as stream:
        stream.write("\n".join(lines) + "\n")
    if program == "chronyd":
        return [CHRONYD, "-d", "-f", conf]
    return [os.path.join(BUILD, "ntpsim"), "-f", conf]


def preload(words, *program):
    """Run a program in the world that the words describe."""
    env = ["env", f"CLOCKSIM={words}", f"LD_PRELOAD={BUILD}/clocksim.so"]
    return subprocess.run(HARMLESS + env + list(program), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200,
                          check=False, text=True)


def simulate(name, program, seed, log=None, words=""):
    """One run; the dictionary that the simulator prints."""
    scenario = (scenarios.ALL | scenarios.MORE)[name]
    words += f" probe=4 seed={seed} {scenario.world}"
    if log:
        words += f" log={log}/{name}.{program}.{seed}"
    with tempfile.TemporaryDirectory(prefix="ntpsim.") as directory:
        try:
            run = preload(words, *command(program, directory, scenario))
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{name}: {program} with seed {seed} does not end") from error
    if run.returncode != 0:
        raise RuntimeError(f"{name}: {program} with seed {seed}: "
                           f"status {run.returncode}: {run.stderr[-2000:]}")
    return json.loads(run.stdout)


def simulate_all(names, programs, seeds, log=None):
    """{(name, program): [figures of each seed]}"""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {(name, program): [pool.submit(simulate, name, program, seed, log)
                                     for seed in range(1, seeds + 1)]
                   for name in names for program in programs}
        return {key: [future.result() for future in runs]
                for key, runs in futures.items()}


def mean(runs, field):
    """Over the seeds; a clock that was never synchronised spoils its mean."""
    values = [run[field] for run in runs]
    if field == "sync_s" and min(values) < 0:
        return -1
    return sum(values) / len(values)
