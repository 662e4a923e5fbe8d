#!/usr/bin/env python3
"""Domains a second of `lint --domains` through Unbound, beside a serial resolver loop and what Unbound gives dnsperf.

ENVELINT names the program. Every measurement begins with an Unbound that knows nothing."""

import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import real_servers as servers  # noqa: E402

ENVELINT = os.environ["ENVELINT"]
DOMAINS = 10_000
SERIAL = 300     # domains are as good as each other, and a serial loop is slow
IN_FLIGHT = 100  # of dnsperf
PROVIDERS = 20   # whose SPF records and mail hosts the domains share
HOST = "127.0.0.1"
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "DNAME": 39, "DS": 43,
         "DNSKEY": 48, "TLSA": 52, "SPF": 99, "CAA": 257}


def domain(number):
    return f"d{number}.test"


def public_key():
    key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True)
    return base64.b64encode(der.stdout).decode()


def zone_of_domain(number, key):
    """What a domain publishes. Of a hundred, so many: 60 leave mail to a provider, 15 run it themselves, 10 have SPF
    alone, 5 only MX, 5 a broken SPF record, 3 include what is not there, 2 are not there themselves (see `zones`)."""
    kind, provider = number % 100, number % PROVIDERS
    lines = ["@ SOA ns.hosting.test. hostmaster.hosting.test. 1 3600 900 604800 300",
             "@ NS ns.hosting.test.", "@ NS ns2.hosting.test."]
    if kind < 60 or kind >= 75:
        lines += [f"@ MX 10 mx1.p{provider}.test.", f"@ MX 20 mx2.p{provider}.test."]
    else:
        lines += ["@ MX 10 mail", f"mail A 192.0.2.{number % 250 + 1}", f"mail AAAA 2001:db8::{number:x}"]
    if kind < 60:
        lines.append(f'@ TXT "v=spf1 include:_spf.p{provider}.test include:_spf.p{(provider + 7) % PROVIDERS}.test ~all"')
    elif kind < 75:
        lines.append('@ TXT "v=spf1 mx ip4:192.0.2.0/24 -all"')
    elif kind < 85:
        lines.append(f'@ TXT "v=spf1 include:_spf.p{provider}.test -all"')
    elif 90 <= kind < 95:
        lines.append('@ TXT "v=spf1 ipv4:192.0.2.1 include:_spf.p1.test -all -all"')
    elif kind >= 95:
        lines.append('@ TXT "v=spf1 include:_spf.gone.test -all"')
    if kind < 75:
        policy = ("none", "quarantine", "reject")[number % 3]
        lines += [f'_dmarc TXT "v=DMARC1; p={policy}; rua=mailto:dmarc@{domain(number)}"',
                  f's1._domainkey TXT "v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"', '@ TXT "site-verification=0123456789"']
    return "\n".join(lines) + "\n"


def provider_zone(number):
    spf = f"include:_a._spf.p{number}.test include:_b._spf.p{number}.test"
    return ("@ SOA ns.hosting.test. hostmaster.hosting.test. 1 3600 900 604800 300\n@ NS ns.hosting.test.\n"
            f'_spf TXT "v=spf1 {spf} -all"\n'
            f'_a._spf TXT "v=spf1 ip4:198.51.100.{number * 4}/30 ip6:2001:db8:{number:x}::/48 -all"\n'
            f'_b._spf TXT "v=spf1 ip4:203.0.113.{number * 4}/30 -all"\n'
            + "".join(f"mx{i} A 198.51.100.{number * 4 + i}\nmx{i} AAAA 2001:db8:{number:x}::{i}\n" for i in (1, 2)))


def zones():
    """The zones by name. Two domains in a hundred have none."""
    key = public_key()
    out = {"test": "@ SOA ns.hosting hostmaster.hosting 1 3600 900 604800 300\n@ NS ns.hosting\n"}
    out["hosting.test"] = f"@ SOA ns hostmaster 1 3600 900 604800 300\n@ NS ns\nns A {HOST}\nns2 A {HOST}\n"
    out |= {f"p{i}.test": provider_zone(i) for i in range(PROVIDERS)}
    out |= {domain(i): zone_of_domain(i, key) for i in range(DOMAINS) if i % 100 < 98}
    return out


def start_unbound(folder, port, knot):
    """Unbound, which asks Knot for everything: with room for whoever asks a thousand questions at once."""
    return servers.start_unbound(folder, HOST, port, {"test": (knot.host, knot.port)}, [], "hosting.test", "1m",
                                 ["outgoing-range: 4096", "num-queries-per-thread: 4096", "jostle-timeout: 2000"])


def peak_memory(pid):
    """MiB so far; 0 when the process has just ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0


class Bench:
    def __init__(self, folder, knot):
        self.folder, self.knot = pathlib.Path(folder), knot

    def with_fresh_unbound(self, measure):
        unbound = servers.with_free_ports(lambda port: start_unbound(self.folder, port, self.knot), HOST)
        try:
            return measure(unbound)
        finally:
            unbound.stop()

    def lint(self, unbound, count, *options):
        """Wall and CPU seconds, peak memory in MiB, and how many domains came out with something unanswered."""
        names = self.folder / "domains"
        names.write_text("".join(domain(i) + "\n" for i in range(count)))
        began = time.monotonic()
        with open(self.folder / "out", "wb") as out:
            process = subprocess.Popen([ENVELINT, "lint", "--domains", names, "--selector", "s1", "--nameserver",
                                        unbound.address, "--format", "ndjson", *options], stdout=out)
            memory = 0
            # Not from wait4: what it tells begins with the memory of this script.
            while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
                memory = peak_memory(process.pid) or memory
                time.sleep(0.02)
            _, status, used = ended
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise RuntimeError(f"envelint ended with {process.returncode}")
        reports = [json.loads(line) for line in open(self.folder / "out", encoding="utf-8")]
        return wall, used.ru_utime, used.ru_stime, memory, len(reports)

    def questions(self, unbound):
        """Every question that linting asks, domain by domain as far as they belong to one, and how many domains."""
        saved = self.folder / "saved"
        self.lint(unbound, DOMAINS, "--save-dns", saved)
        out = []
        for line in open(saved, encoding="utf-8"):
            entry = json.loads(line)
            if "name" in entry and entry["type"] in TYPES:
                out.append((entry["name"].rstrip("."), entry["type"]))
        return out


def serial(server, questions):
    """Seconds to ask one question after the other, as a loop around a stub resolver does."""
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((server.host, server.port))
        udp.settimeout(5)
        for name, kind in questions:
            udp.send(servers.question(name, TYPES[kind]))
            udp.recv(65535)
    return time.monotonic() - began


def dnsperf(server, path):
    """Questions a second, and the share answered."""
    wall, asked, answered, user, system = servers.dnsperf(server, path, IN_FLIGHT)
    return answered / wall, answered / asked, (user + system) / asked


def run(bench):
    questions = bench.with_fresh_unbound(bench.questions)
    each = len(questions) / DOMAINS
    print(f"{DOMAINS} domains, {len(questions)} questions ({each:.1f} a domain), Unbound with nothing in its cache")
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"load average {load} on {os.cpu_count()} cores")
    rates = {}
    for count in (1_000, DOMAINS // 2, DOMAINS):
        wall, user, system, memory, reports = bench.with_fresh_unbound(lambda server: bench.lint(server, count))
        rates[count] = count / wall
        print(f"  envelint, {count:6} domains {count / wall:10.0f} domains/s  CPU a domain: {user / count * 1e6:6.0f} us user"
              f" {system / count * 1e6:6.0f} us system  peak memory {memory:6.1f} MiB  reports {reports}", flush=True)
    path = bench.folder / "questions"
    path.write_text("".join(f"{name} {kind}\n" for name, kind in questions))
    rate, share, _ = bench.with_fresh_unbound(lambda server: dnsperf(server, path))
    print(f"  dnsperf, the same questions {rate / each:10.0f} domains/s  ({rate:.0f} questions/s, {share:.2%} answered);"
          f" envelint is at {rates[DOMAINS] / (rate / each):.0%} of that", flush=True)
    few = questions[:int(SERIAL * each)]
    wall = bench.with_fresh_unbound(lambda server: serial(server, few))
    pace = len(few) / each / wall
    print(f"  one question after another {pace:10.0f} domains/s  envelint is {rates[DOMAINS] / pace:.1f} times as fast")


def main():
    lacking = servers.missing("knotd", "unbound", "dnsperf")
    if lacking:
        print(f"lint: skipped, not installed: {', '.join(lacking)}", file=sys.stderr)
        return
    with servers.temporary() as folder:
        own = {name: pathlib.Path(folder, name) for name in ("knot", "work")}
        for path in own.values():
            path.mkdir()
        names = zones()
        knot = servers.with_free_ports(
            lambda port: servers.start_knot(own["knot"], HOST, port, names, probe=domain(DOMAINS - 3)), HOST)
        try:
            run(Bench(own["work"], knot))
        finally:
            knot.stop()


if __name__ == "__main__":
    main()
