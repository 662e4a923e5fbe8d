#!/usr/bin/env python3
"""How quick the page of `envelint receive` is, beside limits and beside the same receiver without a page, in one run.

    ENVELINT=build-bench/cli/envelint STORE_BENCH=build-bench/tests/bench/store_bench tests/bench/web_bench.py [--messages 100000]

The first paint needs node, Chromium and playwright-core (NODE_PATH, or ~/.cache/envelint/node/node_modules); without them
its row is left out. All runs on one machine, the browser too.
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ENVELINT = os.path.abspath(os.environ["ENVELINT"])
STORE_BENCH = os.path.abspath(os.environ["STORE_BENCH"])
HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = pathlib.Path(os.environ.get("NODE_PATH") or pathlib.Path.home() / ".cache/envelint/node/node_modules")
ZONE = """example.com. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject"
"""
PAGES = 100
QUERIES = ["", "dmarc:fail", "from:@example.com", "is:unread has:attachment", "nosuchword", "subject:the", "-dmarc:pass larger:1k"]
MESSAGE = "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: The new price list\r\n\r\n" + ("x" * 70 + "\r\n") * 27


class Receiver:
    def __init__(self, folder, *arguments):
        zone = folder / "dns.zone"
        zone.write_text(ZONE)
        self.process = subprocess.Popen([ENVELINT, "receive", "--smtp", "127.0.0.1:0", "--format", "ndjson", "--zone", zone,
                                         "--client-ip", "192.0.2.1", *arguments], stdout=subprocess.PIPE)
        listening = json.loads(self.process.stdout.readline())
        self.smtp = int(listening["smtp"].rpartition(":")[2])
        self.web = int(listening["web"].rpartition(":")[2]) if "web" in listening else None
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        while self.process.stdout.read(1 << 16):
            pass

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def get(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=60)
        connection.request("GET", target)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0


def milliseconds(work, times):
    out = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        out.append((time.perf_counter() - begin) * 1000)
    return sorted(out)


def row(what, figure):
    print(f"| {what} | {figure} |", flush=True)


def quantiles(times):
    return f"{statistics.median(times):.1f} ms, p99 {times[min(len(times) - 1, int(len(times) * 0.99))]:.1f} ms"


def send_load(port, seconds):
    """Messages a second that smtp-source brings, 10 sessions at once."""
    count = 500
    while True:
        begin = time.monotonic()
        subprocess.run(["smtp-source", "-d", "-s", "10", "-l", "2000", "-m", str(count), "-f", "ann@example.com", "-t",
                        "bob@example.net", f"127.0.0.1:{port}"], check=True)
        took = time.monotonic() - begin
        if took >= seconds:
            return count / took
        count = int(count * max(2, 1.2 * seconds / took))


class Page:
    """An open page: a connection that reads events, and when the last one came."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.seen = threading.Event()
        self.at = None
        self.ready = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        self.ready.wait(30)

    def read(self):
        with self.socket.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"retry"):
                    self.ready.set()
                elif line.startswith(b"event: messages"):
                    self.at = time.perf_counter()
                    self.seen.set()

    def close(self):
        self.socket.close()


def measure_inbox(receiver, messages):
    for query in QUERIES:
        target = "/api/v1/messages?query=" + query.replace(":", "%3A").replace(" ", "%20").replace("@", "%40")
        status, body = receiver.get(target)
        if status != 200:
            row(f"page of `{query}`, {messages:,} messages", json.loads(body)["error"]["message"])
            continue
        found = len(json.loads(body)["messages"])
        times = milliseconds(lambda t=target: receiver.get(t), 40)
        row(f"`{query or 'all'}`: the newest 50 of {messages:,}, {found} found", quantiles(times))


def measure_paint(receiver):
    if not shutil.which("node") or not shutil.which("chromium") or not (PACKAGES / "playwright-core").is_dir():
        print("the first paint is left out: it needs node, chromium and playwright-core", file=sys.stderr)
        return
    done = subprocess.run(["node", HERE / "first_paint.js", f"http://127.0.0.1:{receiver.web}/"], stdout=subprocess.PIPE,
                          env={**os.environ, "NODE_PATH": str(PACKAGES)}, check=True)
    found = json.loads(done.stdout)
    row("first contentful paint of the inbox, median of 10 visits", f"{found['paint']:.0f} ms, all rows {found['rows']:.0f} ms")
    row("the same of a page that has one word", f"{found['word']:.0f} ms")
    row("what the inbox loads, first visit", f"{found['octets'] / 1000:.0f} kB in {found['requests']} requests")


def measure_pages(receiver):
    pages = [Page(receiver.web) for _ in range(PAGES)]
    before = receiver.memory()
    lags = []
    with smtplib.SMTP("127.0.0.1", receiver.smtp) as client:
        for _ in range(20):
            for page in pages:
                page.seen.clear()
            client.sendmail("ann@example.com", ["bob@example.net"], MESSAGE)
            begin = time.perf_counter()
            for page in pages:
                page.seen.wait(30)
            lags.append((max(page.at for page in pages) - begin) * 1000)
    row(f"from the 250 to the last of {PAGES} open pages", quantiles(sorted(lags)))
    row(f"memory with {PAGES} open pages", f"{before:.0f} MiB")
    for page in pages:
        page.close()


def measure_under_load(receiver):
    times = []
    over = threading.Event()

    def ask():
        while not over.is_set():
            times.extend(milliseconds(lambda: receiver.get("/api/v1/messages"), 1))
            time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    speed = send_load(receiver.smtp, 4)
    over.set()
    asking.join()
    row(f"`GET /messages` while {speed:,.0f} messages a second arrive, {len(times)} times", quantiles(sorted(times)))


def measure_receiving(folder):
    """Receiving with a page open and without a page, in turn, so that what disturbs the machine disturbs both."""
    kinds = {"no page": ["--no-web"], "a page that nobody has open": ["--web", "127.0.0.1:0"], "a page open": ["--web", "127.0.0.1:0"]}
    best = dict.fromkeys(kinds, 0.0)
    for _ in range(5):
        for kind, arguments in kinds.items():
            receiver = Receiver(folder, *arguments)
            page = Page(receiver.web) if kind == "a page open" else None
            best[kind] = max(best[kind], send_load(receiver.smtp, 2))
            if page:
                page.close()
            receiver.stop()
    for kind, speed in best.items():
        row(f"receiving and judging, {kind}", f"{speed:,.0f}/s, {speed / best['no page']:.2f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=100_000)
    messages = arguments.parse_args().messages
    print("| What | |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([STORE_BENCH, str(messages), folder / "store"], check=True, stdout=subprocess.DEVNULL)
        receiver = Receiver(folder, "--web", "127.0.0.1:0", "--store", folder / "store")
        try:
            measure_inbox(receiver, messages)
            measure_paint(receiver)
            measure_pages(receiver)
            measure_under_load(receiver)
        finally:
            receiver.stop()
        measure_receiving(folder)


if __name__ == "__main__":
    main()
