#!/usr/bin/env python3
"""What a lookup costs, beside dnsperf and a serial loop, against Knot and through Unbound. DNS_BENCH names our program."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import real_servers as servers  # noqa: E402

BENCH = os.environ["DNS_BENCH"]
NAMES = 100_000
SERIAL = 10_000  # names are as good as each other, and a serial loop is slow
IN_FLIGHT = 1_000
RUNS = 3
# A thousand questions at once do not fit into the buffer that the system gives Unbound: it would lose some of them.
RECEIVE_BUFFER = "4m"


def ours(*arguments):
    out = subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=300).stdout
    lookups, answered, wall, user, system = out.split()
    return int(lookups), int(answered), float(wall), float(user), float(system)


def dnsperf(server, questions):
    wall, _, answered, user, system = servers.dnsperf(server, questions, IN_FLIGHT)
    return NAMES, answered, wall, user, system


def cpu_of(run):
    """CPU seconds a lookup."""
    return (run[3] + run[4]) / run[0]


def median_of(measure, runs=RUNS):
    """The run with the median CPU time."""
    return sorted((measure() for _ in range(runs)), key=cpu_of)[runs // 2]


def show(what, run, ours_run=None):
    lookups, answered, wall, user, system = run
    line = f"{what:34} {cpu_of(run) * 1e6:6.2f} us CPU ({user / lookups * 1e6:5.2f} user, {system / lookups * 1e6:5.2f} system)"
    line += f" {lookups / wall:8.0f} lookups/s {answered / lookups:8.2%} answered"
    if ours_run:
        ratio_cpu = cpu_of(run) / cpu_of(ours_run)
        ratio_wall = ours_run[0] / ours_run[2] / (lookups / wall)
        line += f"   {ratio_cpu:5.2f} x our CPU, we are {ratio_wall:5.2f} x as fast"
    print(line, flush=True)


def compare(title, server, questions, runs):
    print(f"{title}, {NAMES} names, {IN_FLIGHT} in flight")
    engine = median_of(lambda: ours("engine", server.address, NAMES, IN_FLIGHT), runs)
    show("  envelint", engine)
    show("  the same datagrams and nothing else",
         median_of(lambda: ours("floor", server.address, NAMES, IN_FLIGHT), runs), engine)
    show("  dnsperf", median_of(lambda: dnsperf(server, questions), runs), engine)
    show("  libc, one after the other", median_of(lambda: ours("serial", server.address, SERIAL), runs), engine)


def main():
    lacking = servers.missing("knotd", "unbound", "dnsperf")
    if lacking:
        print(f"dns: skipped, not installed: {', '.join(lacking)}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="envelint-") as folder:
        zone = "@ SOA ns admin 1 3600 900 604800 60\n@ NS ns\nns A 127.0.0.1\n"
        zone += "".join(f'n{i} TXT "v=spf1 ip4:192.0.2.1 include:_spf.example.net -all"\n' for i in range(NAMES))
        questions = pathlib.Path(folder, "questions")
        questions.write_text("".join(f"n{i}.bench.test TXT\n" for i in range(NAMES)))
        own = {name: pathlib.Path(folder, name) for name in ("knot", "unbound")}
        for path in own.values():
            path.mkdir()
        knot = servers.with_free_ports(
            lambda port: servers.start_knot(own["knot"], "127.0.0.1", port, {"bench.test": zone}), "127.0.0.1")
        try:
            compare("Knot, authoritative", knot, questions, RUNS)
            stubs = {"bench.test": ("127.0.0.1", knot.port)}
            unbound = servers.with_free_ports(
                lambda port: servers.start_unbound(own["unbound"], "127.0.0.1", port, stubs, [], "bench.test",
                                                   RECEIVE_BUFFER), "127.0.0.1")
            try:
                show("Unbound, nothing in its cache", ours("engine", unbound.address, NAMES, IN_FLIGHT))
                compare("Unbound, from its cache", unbound, questions, 1)
            finally:
                unbound.stop()
        finally:
            knot.stop()
    show("1 % lost, 10,000 in flight", median_of(lambda: ours("loss", NAMES, 10_000)))


if __name__ == "__main__":
    main()
