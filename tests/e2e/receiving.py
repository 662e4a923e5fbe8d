"""`envelint receive` as tests run it: started on a free port of loopback, its events read as they come, its store read
back. ENVELINT names the program."""

import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

try:
    import jsonschema
except ImportError:  # scripts/setup --peers
    jsonschema = None

from schemas import read_schema
from signed_mail import MESSAGE, PROGRAM, main  # noqa: F401 (for the tests)

WITHIN = int(os.environ.get("WITHIN", 120))  # seconds; a machine may be busy. Nothing waits so long that works.
SCHEMAS = {name: read_schema(f"{name}-1") for name in ("receive", "verify")}

# The client that tests say mail comes from, and a domain that lists it and nobody else.
CLIENT = "198.41.0.25"
ZONE = f"""$ORIGIN example.com.
@       TXT "v=spf1 ip4:{CLIENT} -all"
_dmarc  TXT "v=DMARC1; p=reject"
"""
TROUBLE = ZONE + ";! servfail _dmarc.example.com. TXT\n;! servfail example.com. TXT\n"


@functools.cache
def validator(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    return jsonschema.Draft202012Validator(SCHEMAS[name])


def hold_against_schema(event):
    described = SCHEMAS["receive"]["$defs"][event["event"]]["properties"]
    unknown = set(event) - set(described) - {"schema"}
    if unknown:
        raise AssertionError(f"{event['event']} has {unknown}, which the schema does not describe")
    if jsonschema is None:
        return
    validator("receive").validate(event)
    if "verdict" in event:
        validator("verify").validate(event["verdict"])


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


class Receiver:
    """The program with `--format ndjson`, from the time when it listens. What it says is held against its schema."""

    def __init__(self, *arguments, smtp=1, lines=True, **options):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.complaints = open(self.folder / "stderr", "w+b")
        port_file = self.folder / "ports"
        listen = [word for _ in range(smtp) for word in ("--smtp", "127.0.0.1:0")]
        lines = ["--format", "ndjson"] if lines else []
        self.process = subprocess.Popen([PROGRAM, "receive", *lines, *listen, "--port-file", port_file,
                                         *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.complaints, **options)
        self.printed = []
        self.events = []
        self.changed = threading.Condition()
        self.over = False
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        try:
            self.wait_until(lambda: self.printed, "it does not listen")
            self.ports = [int(line) for line in port_file.read_text().split()]
        except BaseException:
            self.close()
            raise
        self.port = self.ports[0]

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.printed.append(line.decode())
                if line.startswith(b"{") and line.endswith(b"\n"):  # it may have been killed
                    self.events.append(json.loads(line))
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def wait_until(self, predicate, what):
        """What the predicate gives when it is true of what was printed; nothing is asked twice of the same."""
        end = time.monotonic() + WITHIN
        with self.changed:
            while not (found := predicate()):
                if self.over or not self.changed.wait(end - time.monotonic()):
                    raise AssertionError(f"{what}; it printed {self.printed[-5:]}, {self.stderr()}")
            return found

    def of(self, kind):
        return [event for event in self.events if event["event"] == kind]

    def wait_for(self, kind, count=1):
        """The events of a kind, when there are so many of them."""
        return self.wait_until(lambda: len(self.of(kind)) >= count and self.of(kind), f"no {count} {kind}")

    def message(self, number=1):
        return self.wait_for("message", number)[number - 1]

    def stderr(self):
        return pathlib.Path(self.folder / "stderr").read_text()

    def end(self):
        """Its exit status, when it has ended by itself; and nothing it said was unknown to the schema."""
        status = self.process.wait(WITHIN)
        self.reader.join()
        for event in self.events:
            hold_against_schema(event)
        return status

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def most_memory(self):
        """The largest it was, in octets."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) << 10

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.complaints.close()
        shutil.rmtree(self.folder)


class Talk:
    """An SMTP client that sends what it is told to."""

    def __init__(self, port, begin=b"", greeted=True, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        if begin:
            self.send(begin)
        self.greeting = self.reply() if greeted else None

    def send(self, octets):
        self.socket.sendall(octets)

    def reply(self):
        """All lines of one, or nothing at the end of the connection."""
        out = b""
        while True:
            try:
                line = self.file.readline()
            except ConnectionResetError:
                return ""
            out += line
            if line[3:4] != b"-":
                return out.decode().rstrip("\r\n")

    def code(self):
        return self.reply()[:3]

    def say(self, *lines):
        """Says each of these commands and reads its reply; the replies."""
        out = []
        for line in lines:
            self.send(line.encode() + b"\r\n" if isinstance(line, str) else line)
            out.append(self.reply())
        return out

    def codes(self, *lines):
        return [reply[:3] for reply in self.say(*lines)]

    def hello(self, *recipients, sender="ann@example.com"):
        """As far as the reply to DATA."""
        to = [f"RCPT TO:<{one}>" for one in recipients or ("bob@example.net",)]
        return self.codes("EHLO client.example.com", f"MAIL FROM:<{sender}>", *to, "DATA")

    def tls(self):
        context = ssl._create_unverified_context()
        self.socket = context.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")

    def rest(self):
        """All that comes until the other side closes."""
        try:
            return self.file.read()
        except (ConnectionResetError, ssl.SSLError):
            return b""

    def close(self):
        self.file.close()
        self.socket.close()


class Receiving(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def put(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def receiver(self, *arguments, zone=ZONE, **options):
        """Nothing is asked of the network."""
        self.zone = self.put("dns.zone", zone)
        out = Receiver("--zone", self.zone, *arguments, **options)
        self.addCleanup(out.close)
        return out

    def talk(self, receiver, *arguments, **options):
        port = options.pop("port", receiver.port)
        out = Talk(port, *arguments, **options)
        self.addCleanup(out.close)
        return out

    def deliver(self, receiver, message=MESSAGE, recipients=("bob@example.net",), sender="ann@example.com"):
        """The reply to a message with nothing to be doubled in it."""
        talk = self.talk(receiver)
        self.assertEqual(talk.hello(*recipients, sender=sender)[-1], "354")
        talk.send(message + b".\r\n")
        reply = talk.reply()
        talk.say("QUIT")
        talk.close()
        return reply

    def raw(self, store, number=1):
        """The octets of a message that was kept."""
        done = subprocess.run([PROGRAM, "inbox", "raw", str(number), "--store", store], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=WITHIN)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def kept(self, store):
        """All that is kept: the messages as `envelint inbox list` has them, the oldest first."""
        done = subprocess.run([PROGRAM, "inbox", "list", "--store", store, "--format", "json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=WITHIN)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(json.loads(done.stdout)["messages"], key=lambda one: one["id"])
