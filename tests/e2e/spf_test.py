"""Runs `envelint spf` as its users do, with zone files and with a name server on loopback. ENVELINT names the program."""

import json
import os
import pathlib
import resource
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

from schemas import read_schema

PROGRAM = os.environ["ENVELINT"]
ZONE = """\
example.com. TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all exp=why.example.com"
why.example.com. TXT "%{i} is not ours"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.1 ?all"
soft.example. TXT "v=spf1 ~all"
neutral.example. TXT "v=spf1 ?all"
broken.example. TXT "v=spf1 bogus -all"
mail.example.com. TXT "v=spf1 ip4:203.0.113.5 -all"
;! timeout slow.example
"""
TXT, A = 16, 1


def run(*arguments, stdin=b"", **options):
    return subprocess.run([PROGRAM, "spf", *map(str, arguments)], input=stdin, capture_output=True, timeout=120,
                          **options)


def line(ip, sender, **more):
    return json.dumps({"ip": ip, "mail_from": sender, **more}).encode() + b"\n"


def name_of(wire):
    labels, at = [], 0
    while wire[at]:
        labels.append(wire[at + 1:at + 1 + wire[at]].decode())
        at += 1 + wire[at]
    return ".".join(labels).lower(), at + 1


class Server:
    """Answers TXT questions over UDP from a table. Holds answers back until `together` questions have come."""

    def __init__(self, texts, together=1):
        self.texts, self.together, self.asked = texts, together, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        held = []
        while True:
            try:
                question, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            if not question:
                return
            name, size = name_of(question[12:])
            self.asked.append(name)
            if name.startswith("silent"):
                continue
            held.append((self.answer(question, name, size), peer))
            if len(self.asked) < self.together:
                continue
            for answer, to in reversed(held):
                self.socket.sendto(answer, to)
            held.clear()

    def answer(self, question, name, size):
        asked = question[12:12 + size + 4]
        text = self.texts.get(name)
        head = question[:2] + struct.pack(">HHHHH", 0x8180 if text else 0x8183, 1, 1 if text else 0, 0, 0)
        if not text or struct.unpack(">H", asked[-4:-2])[0] != TXT:
            return head + asked
        data = bytes([len(text)]) + text.encode()
        return head + asked + b"\xc0\x0c" + struct.pack(">HHIH", TXT, 1, 60, len(data)) + data

    def close(self):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.zone = self.write("all.zone", ZONE)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def server(self, texts, together=1):
        server = Server(texts, together)
        self.addCleanup(server.close)
        return server

    def check(self, ip, sender, *more):
        return run("--ip", ip, "--mail-from", sender, "--helo", "mail.example.com", "--zone", self.zone, *more)


class OneSender(Folder):
    def test_every_exit_status(self):
        for ip, sender, status in (("192.0.2.1", "a@example.com", 0), ("203.0.113.9", "a@soft.example", 0),
                                   ("203.0.113.9", "a@neutral.example", 0), ("203.0.113.9", "a@gone.example", 0),
                                   ("203.0.113.9", "a@example.com", 1), ("203.0.113.9", "a@broken.example", 1),
                                   ("203.0.113.9", "a@slow.example", 3), ("203.0.113", "a@example.com", 2)):
            with self.subTest(sender=sender, ip=ip):
                self.assertEqual(self.check(ip, sender).returncode, status)
        self.assertEqual(self.check("203.0.113.9", "a@example.com", "--expect", "fail").returncode, 0)
        self.assertEqual(self.check("192.0.2.1", "a@example.com", "--expect", "fail").returncode, 1)

    def test_what_is_missing_is_told_with_what_to_type(self):
        done = run("example.com")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"type: envelint spf --ip 192.0.2.1 example.com", done.stderr)

    def test_json(self):
        done = self.check("203.0.113.9", "a@example.com", "--format", "json")
        out = json.loads(done.stdout)
        self.assertEqual((out["schema"], out["result"], out["identity"], out["domain"], out["mechanism"], out["path"],
                          out["explanation"], out["lookups"], out["void_lookups"]),
                         ("envelint/spf/1", "fail", "mailfrom", "example.com", "-all", ["example.com"],
                          "203.0.113.9 is not ours", 1, 0))
        schema = read_schema("spf-1")
        known = schema["properties"].keys()
        self.assertLessEqual(set(out), set(known))
        self.assertLessEqual(set(out["trace"][0]), set(schema["$defs"]["step"]["properties"]))
        self.assertLessEqual(set(schema["required"]), set(out))

    def test_a_line_of_the_zone_that_cannot_be_read_is_told(self):
        zone = self.write("x.zone", 'example.com. TXT "v=spf1 -all"\nexample.org. NOTATYPE x\n')
        done = run("example.com", "--ip", "192.0.2.1", "--zone", zone)
        self.assertIn(b"x.zone:2:", done.stderr)

    def test_bytes_of_records_are_shown_and_not_obeyed(self):
        zone = self.write("x.zone", b'example.com. TXT "v=spf1 include:e.example -all exp=why.example"\n'
                                    b'e.example. TXT "v=spf1 a:%{l}.x.example ?all"\n'
                                    b'why.example. TXT "\x1b[2J\xe2\x80\xae go away \x07"\n'
                                    b'bad.example. TXT "v=spf1 \x1b[31m\xff\xe2\x80\xae -all"\n')
        for sender in ("a\x1b[2J@example.com", "a@bad.example", "\u202e@\u202e.example"):
            for more in ((), ("--format", "json"), ("--color", "never")):
                done = run("--ip", "192.0.2.1", "--mail-from", sender, "--zone", zone, *more)
                for hidden in (b"\x1b", "\u202e".encode(), b"\x07", b"\xff"):
                    self.assertNotIn(hidden, done.stdout + done.stderr)
                done.stdout.decode()

    def test_colour_only_where_it_is_wanted(self):
        self.assertNotIn(b"\x1b[", self.check("192.0.2.1", "a@example.com").stdout)
        self.assertIn(b"\x1b[", self.check("192.0.2.1", "a@example.com", "--color", "always").stdout)


class Live(Folder):
    TEXTS = {"example.com": "v=spf1 include:_spf.example.net -all", "_spf.example.net": "v=spf1 ip4:198.51.100.1 -all"}

    def test_a_server_is_asked(self):
        server = self.server(self.TEXTS)
        done = run("example.com", "--ip", "198.51.100.1", "--nameserver", server.address)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(server.asked, ["example.com", "_spf.example.net"])

    def test_files_lie_over_what_is_live(self):
        server = self.server(self.TEXTS)
        zone = self.write("new.zone", 'example.com. TXT "v=spf1 ip4:192.0.2.1 include:_spf.example.net -all"\n')
        done = run("example.com", "--ip", "198.51.100.1", "--zone", zone, "--overlay", "--nameserver", server.address)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(server.asked, ["_spf.example.net"])

    def test_a_recording_gives_the_same_again(self):
        server = self.server(self.TEXTS)
        saved = self.folder / "saved.ndjson"
        sender = ("example.com", "--ip", "203.0.113.1")
        for more in ((), ("--format", "json")):
            first = run(*sender, *more, "--nameserver", server.address, "--save-dns", saved)
            self.assertEqual(first.returncode, 1, first)
            asked = len(server.asked)
            again = run(*sender, *more, "--replay", saved)
            self.assertEqual((again.returncode, again.stdout), (first.returncode, first.stdout))
            self.assertEqual(len(server.asked), asked)

    def test_an_evaluation_ends_in_time(self):
        server = self.server({"example.com": "v=spf1 include:silent.example -all"})
        done = run("example.com", "--ip", "192.0.2.1", "--nameserver", server.address, "--timeout", "1")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn(b"time", done.stdout)

    def test_many_are_under_way_at_once_and_answered_in_order(self):
        names = [f"d{i}.example" for i in range(300)]
        server = self.server({name: f"v=spf1 ip4:192.0.2.{i % 250} -all" for i, name in enumerate(names)}, together=200)
        lines = b"".join(line(f"192.0.2.{i % 250}", "a@" + name, id=i) for i, name in enumerate(names))
        done = run("--batch", "-", "--nameserver", server.address, stdin=lines)
        results = [json.loads(text) for text in done.stdout.splitlines()]
        self.assertEqual([r["id"] for r in results], list(range(300)))
        self.assertEqual({r["result"] for r in results}, {"pass"})

    def test_a_line_is_answered_before_the_next_is_written(self):
        server = self.server(self.TEXTS)
        for source in (("--nameserver", server.address), ("--zone", self.zone)):
            with subprocess.Popen([PROGRAM, "spf", "--batch", "-", *source], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as program:
                for ip, result in (("198.51.100.1", "pass"), ("203.0.113.9", "fail")):
                    program.stdin.write(line(ip, "a@example.com"))
                    program.stdin.flush()
                    self.assertEqual(json.loads(program.stdout.readline())["result"], result)
                program.stdin.close()
                self.assertEqual(program.wait(timeout=60), 0)


class Batch(Folder):
    def batch(self, lines, *more, **options):
        done = run("--batch", "-", "--zone", self.zone, *more, stdin=lines, **options)
        return [json.loads(text) for text in done.stdout.splitlines()], done.returncode

    def test_bad_lines_are_answered_and_the_rest_goes_on(self):
        lines = (b"nonsense\n", b'{"ip": "x", "mail_from": "a@example.com", "id": "x"}\n', b'"\xff"\n',
                 b"[" * 100_000 + b"\n", b'{"id":' + b"[" * 100_000 + b"\n", b'{"ip":"192.0.2.1","id":1e999}\n',
                 b"x" * (2 << 20) + b"\n", line("192.0.2.1", "a@example.com", id="last"))
        results, status = self.batch(b"".join(lines))
        self.assertEqual(status, 2)
        self.assertEqual(len(results), len(lines))
        for number, result in enumerate(results[:-1], 1):
            self.assertTrue(result["error"].startswith(f"line {number}: "), result)
        self.assertEqual(results[1]["id"], "x")
        self.assertEqual((results[-1]["id"], results[-1]["result"]), ("last", "pass"))

    def test_status(self):
        fails, slow = line("203.0.113.9", "a@example.com"), line("203.0.113.9", "a@slow.example")
        self.assertEqual(self.batch(fails)[1], 0)
        self.assertEqual(self.batch(fails, "--expect", "pass")[1], 1)
        self.assertEqual(self.batch(fails + slow)[1], 3)
        self.assertEqual(self.batch(b"")[1], 2)

    def test_output_that_cannot_be_written_is_told(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "spf", "--batch", "-", "--zone", self.zone], stdout=full,
                                  stderr=subprocess.PIPE, input=line("192.0.2.1", "a@example.com") * 5000, timeout=120)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"could be written", done.stderr)

    @unittest.skipIf(os.environ.get("ENVELINT_SANITIZED") == "1", "sanitizers take memory of their own")
    def test_memory_does_not_grow_with_the_number_of_lines(self):
        def bound():
            resource.setrlimit(resource.RLIMIT_AS, (48 << 20, 48 << 20))

        lines = line("192.0.2.1", "a@example.com", id="x" * 4000) * 10_000
        results, status = self.batch(lines, preexec_fn=bound)
        self.assertEqual((len(results), status), (10_000, 0))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
