"""For tests of signing and verifying: keys made by the program itself, messages, zones, and runs with bounds on what they
may use. ENVELINT names the program."""

import base64
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["ENVELINT"]
SOURCES = pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"])
SANITIZED = "ENVELINT_SANITIZED" in os.environ
NOW = 1_700_000_000
MESSAGE = (b"From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: The new price list\r\n"
           b"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n"
           b"Dear Bob,\r\n\r\nhere is the new price list.\r\n")


def bound():
    """Processor time and memory, not the clock: a busy machine must not fail a test. With a sanitizer everything takes
    many times as long, and the address space is reserved beforehand."""
    seconds = 60 if SANITIZED else 10
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))


def run(*arguments, **options):
    if "input" not in options:
        options = {"stdin": subprocess.DEVNULL, **options}
    return subprocess.run([PROGRAM, *map(str, arguments)], **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                          "timeout": 300, "preexec_fn": bound, **options})


def record(name, value):
    strings = " ".join(f'"{value[at:at + 250]}"' for at in range(0, len(value), 250)) or '""'
    return f"{name}. TXT {strings}\n"


def der(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def rsa_record(modulus, exponent):
    """The record of an RSA key of these numbers, whether they make a key or not."""
    numbers = b"".join(der(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in (modulus, exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    key = der(0x30, algorithm + der(3, b"\0" + der(0x30, numbers)))
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(key).decode()


class SignedMail(unittest.TestCase):
    """Has an RSA key at the selector r of example.com and an Ed25519 key at e, and a zone with both."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.values = {}
        cls.pem = {}
        for selector, kind in (("r", "rsa"), ("e", "ed25519")):
            done = run("keygen", "example.com", "--selector", selector, "--type", kind, "--format", "json", cwd=cls.folder)
            made = json.loads(done.stdout)
            cls.values[selector] = made["value"]
            cls.pem[selector] = cls.folder / made["private_key_file"]
        cls.zone = cls.write("keys.zone", "".join(record(f"{selector}._domainkey.example.com", value)
                                                  for selector, value in cls.values.items()))

    @classmethod
    def write(cls, name, content):
        path = cls.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def zone_of(self, selector, value, name="other.zone"):
        return self.write(name, record(f"{selector}._domainkey.example.com", value))

    def sign(self, message=MESSAGE, selectors="r", *more, domain="example.com"):
        done = run("sign", "--domain", domain, *self.keys(selectors), "--now", NOW, *more, input=message)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def keys(self, selectors):
        return [word for selector in selectors for word in ("--key", self.pem[selector], "--selector", selector)]

    def verify(self, message, *more, zone=None, now=NOW + 60):
        """The document and the exit status."""
        done = run("verify", "--zone", zone or self.zone, "--now", now, "--format", "json", *more, input=message)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        return json.loads(done.stdout), done.returncode

    def results(self, message, *more, zone=None):
        return [signature["result"] for signature in self.verify(message, *more, zone=zone)[0]["dkim"]]

    def text(self, message, *more, zone=None):
        done = run("verify", "--zone", zone or self.zone, "--now", NOW + 60, *more, input=message)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        return done.stdout.decode()


def main():
    result = unittest.main(module="__main__", exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
