#!/usr/bin/env python3
"""How fast mail is taken, beside other test servers, with Postfix's smtp-source as the load, all in one run.

    ENVELINT=build-bench/cli/envelint tests/bench/receive_bench.py [--short] [--peers FOLDER]

FOLDER has npm's smtp-server in its node_modules; without it, and without a program that is not installed, a row is left
out. Each figure is messages a second of wall time, the best of three rounds, which go over all servers in turn, so that
what disturbs the machine disturbs all. The load runs on the same machine and takes a good part of it. A server that has
work left when the load is over, such as an index to fill, is waited for, so that it does not disturb the next one; what
CPU time that takes is given by message.
"""

import argparse
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ENVELINT = os.path.abspath(os.environ["ENVELINT"])
HERE = pathlib.Path(__file__).resolve().parent
ZONE = """example.com. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject"
mx.example.com. 300 IN A 192.0.2.1
1.2.0.192.in-addr.arpa. 300 IN PTR mx.example.com.
"""
ROUNDS = 3
SECONDS = 1.5  # about how long one measurement takes
QUIET = 0.25  # seconds without mail after which ours begins what it has put off


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until_listening(port, process):
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as one:
                one.settimeout(5)
                if one.recv(1):
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


class Server:
    """A server under test: a name, and a command that is given its port."""

    def __init__(self, name, command, folder):
        self.name = name
        self.port = free_port()
        self.log = open(folder / f"{name.replace(' ', '_')}.log", "wb")
        try:
            self.process = subprocess.Popen(command(self.port), stdout=self.log, stderr=self.log, cwd=folder)
            self.up = wait_until_listening(self.port, self.process)
        except OSError as fault:
            self.process, self.up = None, False
            print(f"{name} is left out: {fault}", file=sys.stderr)
        if self.process and not self.up:
            print(f"{name} is left out: it does not listen", file=sys.stderr)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_seconds(self):
        user, system = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Waits until it has nothing left to do; the seconds of CPU time that it took for that."""
        begin = now = self.cpu_seconds()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            before = now
            time.sleep(2 * QUIET)
            now = self.cpu_seconds()
            if now - before <= QUIET / 50:
                break
        return now - begin

    def memory(self):
        """Resident octets."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0


def servers(folder, peers):
    zone = folder / "bench.zone"
    zone.write_text(ZONE)

    def ours(*options):
        return lambda port: [ENVELINT, "receive", "--smtp", f"127.0.0.1:{port}", "--zone", str(zone), "--client-ip",
                             "192.0.2.1", "--no-tls", *options]

    out = [
        ("envelint, discarding", ours("--discard")),
        ("envelint, judging", ours()),
        ("envelint, storing", ours("--no-verdict", "--store", str(folder / "store"))),
        ("envelint, judging, storing", ours("--store", str(folder / "store2"))),
    ]
    if shutil.which("smtp-sink"):
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        out.insert(0, ("smtp-sink", lambda port: ["smtp-sink", *user, f"127.0.0.1:{port}", "1000"]))
    out.append(("aiosmtpd", lambda port: ["/usr/bin/python3", "-m", "aiosmtpd", "-n", "-s", str(1 << 26), "-l",
                                          f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]))
    if peers and shutil.which("node"):
        out.append(("smtp-server (npm)", lambda port: ["node", str(HERE / "peers/smtp_server.js"), peers, str(port)]))
    return out


def send(port, count, sessions, octets, kept):
    """Seconds that so many messages took, or nothing if not all were taken."""
    command = ["smtp-source", "-s", str(sessions), "-m", str(count), "-l", str(octets), "-f", "a@example.com", "-t",
               "b@example.net", "-M", "mx.example.com"]
    if kept:
        command.append("-d")
    begin = time.monotonic()
    done = subprocess.run([*command, f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin if done.returncode == 0 else None


def rate(port, sessions, octets, kept):
    """Messages a second, and how many were sent for that in all."""
    count = max(sessions, 20)
    sent = 0
    while True:
        took = send(port, count, sessions, octets, kept)
        sent += count
        if took is None:
            return 0, sent
        if took > SECONDS / 3 or count >= 200_000:
            return count / took, sent
        count = min(200_000, max(int(count * SECONDS / max(took, 0.001)), count + 1))


def idle_memory(server, sessions):
    """Resident octets with so many sessions that have been greeted."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    clients = []
    try:
        for _ in range(sessions):
            clients.append(socket.create_connection(("127.0.0.1", server.port), 30))
        for client in clients:
            client.settimeout(60)
            client.recv(100)
        return server.memory(), len(clients)
    finally:
        for client in clients:
            client.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--short", action="store_true", help="2 KB only")
    options.add_argument("--peers", default="", type=lambda folder: folder and os.path.abspath(folder))
    chosen = options.parse_args()
    if not shutil.which("smtp-source"):
        print("receive: skipped, it needs smtp-source (scripts/setup --bench)", file=sys.stderr)
        return
    cases = [(10, 2048)] if chosen.short else [(1, 2048), (10, 2048), (100, 2048), (10, 100 << 10), (2, 10 << 20)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        running = [Server(title, command, folder) for title, command in servers(folder, chosen.peers)]
        running = [server for server in running if server.up]
        try:
            print(f"{'octets':>9} {'sessions':>8} {'':<10} {'server':<28} {'messages/s':>11} {'/ smtp-sink':>12} "
                  f"{'afterwards':>14}")
            for sessions, octets in cases:
                for kept in (True, False):
                    best = {server.name: 0 for server in running}
                    sent = dict.fromkeys(best, 0)
                    afterwards = dict.fromkeys(best, 0)
                    for _ in range(ROUNDS):
                        for server in running:
                            reached, messages = rate(server.port, sessions, octets, kept)
                            best[server.name] = max(best[server.name], reached)
                            sent[server.name] += messages
                            afterwards[server.name] += server.settle()
                    sink = best.get("smtp-sink") or float("nan")
                    for server in running:
                        print(f"{octets:>9} {sessions:>8} {'kept alive' if kept else 'reconnects':<10} "
                              f"{server.name:<28} {best[server.name]:>11.0f} {best[server.name] / sink:>12.2f} "
                              f"{afterwards[server.name] / sent[server.name] * 1e6:>11.0f} us", flush=True)
        finally:
            for server in running:
                server.stop()
        fresh = Server("envelint, idle", dict(servers(folder, ""))["envelint, judging"], folder)
        idle = fresh.memory()
        open_memory, count = idle_memory(fresh, 10_000)
        print(f"memory: {idle / 2**20:.1f} MiB idle, {open_memory / 2**20:.1f} MiB with {count} sessions open")
        fresh.stop()


main()
