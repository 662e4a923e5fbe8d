"""Name servers and resolvers of Debian, on loopback and free ports, each with a folder of its own."""

import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import textwrap
import time

READY_WITHIN = 20  # seconds
STARTS = 5         # with other ports each time

KNOT_HOST = "127.0.0.1"
NSD_HOST = "127.0.0.2"
PARENT_HOST = "127.0.0.3"


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def missing(*names):
    return [name for name in names if program(name) is None]


def free_port(*hosts):
    """A port that is free on all these addresses, over UDP and TCP. Somebody may take it before it is used."""
    while True:
        held = []
        try:
            port = 0
            for host in hosts:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.append(socket.socket(socket.AF_INET, kind))
                    held[-1].bind((host, port))
                    port = held[-1].getsockname()[1]
            return port
        except OSError:
            continue
        finally:
            for one in held:
                one.close()


def question(name, kind=6):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return os.urandom(2) + b"\x01\x00\0\x01\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\x01"


def answers(host, port, name):
    """Whether the server has an SOA record there, by now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((host, port))
        udp.settimeout(0.2)
        try:
            udp.send(question(name))
            reply = udp.recv(4096)
        except OSError:
            return False
    return reply[3] & 15 == 0 and reply[6:8] != b"\0\0"


class Server:
    """A process that is asked until it answers, and ended with its folder."""

    def __init__(self, folder, command, host, port, probe):
        self.host, self.port = host, port
        self.log = pathlib.Path(folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        until = time.monotonic() + READY_WITHIN
        while not answers(host, port, probe):
            if self.ends_within(0.02) or time.monotonic() > until:
                self.fail(f"does not answer for {probe}")
        # The answer may be of whoever had the port before.
        if self.ends_within(0):
            self.fail("has ended")

    def ends_within(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def fail(self, what):
        self.stop()
        raise RuntimeError(f"{self.process.args[0]} {what}:\n{self.log.read_text(errors='replace')}")

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def write_zones(folder, zones):
    for name, text in zones.items():
        pathlib.Path(folder, name + ".zone").write_text(f"$ORIGIN {name}.\n$TTL 300\n" + textwrap.dedent(text))


def start_knot(folder, host, port, zones, signed=(), probe=None):
    """Knot, which signs the zones of `signed` itself. It is ready when it answers for `probe`, else the first zone."""
    write_zones(folder, zones)
    # What is not signed needs no journal, which ten thousand zones would wait for.
    loading = ("zonefile-load: difference-no-serial", "journal-content: all") if signed else (
        "zonefile-load: whole", "journal-content: none")
    config = f"""\
server:
    rundir: {folder}
    listen: {host}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {folder}/db
log:
  - target: stderr
    any: info
policy:
  - id: one-key
    algorithm: ecdsap256sha256
    single-type-signing: on
template:
  - id: default
    storage: {folder}
    file: "%s.zone"
    zonefile-sync: -1
    {loading[0]}
    {loading[1]}
zone:
"""
    for name in zones:
        config += f"  - domain: {name}\n"
        if name in signed:
            config += "    dnssec-signing: on\n    dnssec-policy: one-key\n"
    pathlib.Path(folder, "db").mkdir()
    path = pathlib.Path(folder, "knot.conf")
    path.write_text(config)
    return Server(folder, [program("knotd"), "-c", str(path)], host, port, probe or next(iter(zones)))


def knot_ds(folder, zone):
    """The DS record of the key that Knot signs the zone with."""
    done = subprocess.run([program("keymgr"), "-c", f"{folder}/knot.conf", zone, "ds"], capture_output=True, text=True,
                          check=True)
    return next(line for line in done.stdout.splitlines() if line.split()[4:5] == ["2"])  # SHA-256


def start_nsd(folder, host, port, zones):
    write_zones(folder, zones)
    config = f"""\
server:
    server-count: 1
    ip-address: {host}@{port}
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    database: ""
    pidfile: ""
    zonelistfile: "{folder}/zone.list"
    xfrdfile: "{folder}/xfrd.state"
    xfrdir: "{folder}"
remote-control:
    control-enable: no
"""
    for name in zones:
        config += f"zone:\n    name: {name}\n    zonefile: {name}.zone\n"
    path = pathlib.Path(folder, "nsd.conf")
    path.write_text(config)
    return Server(folder, [program("nsd"), "-d", "-c", str(path)], host, port, next(iter(zones)))


def start_unbound(folder, host, port, stubs, anchors, probe, receive_buffer="0", options=()):
    """Unbound, which resolves the zones of `stubs` (name to host and port) and validates below `anchors`. A receive
    buffer of 0 is that of the system. `options` are more lines for its server."""
    config = f"""\
server:
    interface: {host}@{port}
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    do-daemonize: no
    use-syslog: no
    do-ip6: no
    num-threads: 1
    so-rcvbuf: {receive_buffer}
    module-config: "validator iterator"
    do-not-query-localhost: no
    local-zone: "test." nodefault
    ede: yes
"""
    config += "".join(f"    {option}\n" for option in options)
    config += "".join(f'    trust-anchor: "{anchor}"\n' for anchor in anchors)
    config += "remote-control:\n    control-enable: no\n"
    for name, (stub_host, stub_port) in stubs.items():
        config += f"stub-zone:\n    name: {name}\n    stub-addr: {stub_host}@{stub_port}\n"
    path = pathlib.Path(folder, "unbound.conf")
    path.write_text(config)
    return Server(folder, [program("unbound"), "-d", "-c", str(path)], host, port, probe)


def temporary():
    """A folder outside the build, whose path is short enough for sockets."""
    return tempfile.TemporaryDirectory(prefix="envelint-")


def with_free_ports(start, *hosts):
    """Calls `start` with a free port, again with another where somebody else took it meanwhile."""
    for left in reversed(range(STARTS)):
        try:
            return start(free_port(*hosts))
        except RuntimeError as error:
            if left == 0 or "in use" not in str(error).lower():
                raise


def dnsperf(server, path, in_flight):
    """Asks the questions of a file once.
    @return wall time, questions sent, answers, and the seconds of user and system time of dnsperf"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program("dnsperf"), "-s", server.host, "-p", str(server.port), "-d", path, "-n", "1", "-q",
                          str(in_flight), "-c", "1", "-T", "1"], capture_output=True, text=True, check=True,
                         timeout=600).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    sent, answered = (int(re.search(rf"Queries {word}:\s+(\d+)", out)[1]) for word in ("sent", "completed"))
    wall = float(re.search(r"Run time \(s\):\s+([\d.]+)", out)[1])
    return wall, sent, answered, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
