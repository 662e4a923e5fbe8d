"""`envelint send` as its users run it: to aiosmtpd, which is skipped by name where it is not installed, and to servers that
say what a script has. ENVELINT names the program."""

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from schemas import read_schema

PROGRAM = os.environ["ENVELINT"]
SOURCES = pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"])
ENVELOPE = ["--mail-from", "ann@example.com", "--rcpt", "bob@example.net"]

# Writes its port, then a line of JSON for each mail. Arguments: certificate and key, or nothing.
PEER = r"""
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "options": envelope.mail_options,
                          "content": envelope.original_content.decode("latin-1"), "helo": session.host_name,
                          "user": session.auth_data and session.auth_data.login.decode(),
                          "tls": session.ssl is not None}), flush=True)
        return "250 2.0.0 Stored"
def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"joe" and data.password == b"open sesame"
    return AuthResult(success=good, handled=False, auth_data=data)
context = None
if len(sys.argv) > 1:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
async def main():
    make = lambda: SMTP(Handler(), hostname="mx.peer.example", enable_SMTPUTF8=True, tls_context=context,
                        authenticator=authenticate, auth_required=False)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def python_with_aiosmtpd():
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", "import aiosmtpd"], capture_output=True).returncode == 0:
            return python
    return None


def send(*arguments, **options):
    options = {"stdin": subprocess.DEVNULL, **options} if "input" not in options else options
    environment = {**os.environ, **options.pop("environment", {})}
    done = subprocess.run([PROGRAM, "send", *map(str, arguments)], capture_output=True, timeout=120, env=environment,
                          **options)
    done.out, done.err = done.stdout.decode(), done.stderr.decode()
    return done


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@unittest.skipUnless(python_with_aiosmtpd(), "not installed: python3-aiosmtpd")
class Peer(Folder):
    def start(self, *arguments):
        self.peer = subprocess.Popen([python_with_aiosmtpd(), "-W", "ignore", "-c", PEER, *map(str, arguments)],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.peer.stdout.close)
        self.addCleanup(self.peer.wait)
        self.addCleanup(self.peer.kill)
        self.host = "127.0.0.1:" + self.peer.stdout.readline().strip()

    def start_with_tls(self):
        if not shutil.which("openssl"):
            self.skipTest("not installed: openssl")
        self.certificate, key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", self.certificate, "-subj", "/CN=mx.peer.example", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        self.start(self.certificate, key)

    def received(self):
        return json.loads(self.peer.stdout.readline())

    def test_a_made_up_mail_arrives(self):
        self.start()
        done = send("--to-host", self.host, *ENVELOPE, "--subject", "Grüße", "--body", ".\nbye", "--helo", "c.example")
        self.assertEqual(done.returncode, 0, done.out + done.err)
        self.assertTrue(done.out.endswith("\n\naccepted for bob@example.net: 250 2.0.0 Stored\n"), done.out)
        mail = self.received()
        self.assertEqual((mail["from"], mail["to"], mail["helo"]), ("ann@example.com", ["bob@example.net"], "c.example"))
        self.assertTrue(mail["content"].endswith("\r\n\r\n.\r\nbye\r\n"))
        self.assertIn("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n", mail["content"])

    def test_a_file_is_sent_as_it_is_but_for_its_line_ends(self):
        self.start()
        message = "From: Ann <ann@example.com>\nTo: bob@example.net, Eve <eve@example.org>\nSubject: hi\n\n.dot\n"
        done = send(self.write("m.eml", message), "--to-host", self.host)
        self.assertEqual(done.returncode, 0, done.out + done.err)
        self.assertIn("its lines end in LF and are sent with CRLF", done.err)
        self.assertIn("MAIL FROM is ann@example.com, from the From field", done.err)
        mail = self.received()
        self.assertEqual(mail["content"], message.replace("\n", "\r\n"))
        self.assertEqual(mail["to"], ["bob@example.net", "eve@example.org"])
        self.assertEqual(send("-", "--to-host", self.host, input=message.encode()).returncode, 0)
        self.assertEqual(self.received(), mail)

    def test_octets_above_127_are_declared(self):
        self.start()
        message = "From: ann@example.com\r\nTo: bob@example.net\r\n\r\nGrüße\r\n"
        self.assertEqual(send(self.write("m.eml", message), "--to-host", self.host).returncode, 0)
        mail = self.received()
        self.assertIn("BODY=8BITMIME", mail["options"])
        self.assertEqual(mail["content"].encode("latin-1"), message.encode())

    def test_a_mail_is_signed_on_the_way(self):
        self.start()
        subprocess.run([PROGRAM, "keygen", "example.com", "--selector", "s1", "--type", "ed25519", "--out", self.folder],
                       check=True, capture_output=True)
        name = self.folder / "s1._domainkey.example.com"
        done = send("--to-host", self.host, *ENVELOPE, "--key", f"{name}.pem", "--selector", "s1", "--domain",
                    "example.com")
        self.assertEqual(done.returncode, 0, done.out + done.err)
        mail = self.write("m.eml", self.received()["content"].encode("latin-1"))
        verified = subprocess.run([PROGRAM, "verify", mail, "--zone", f"{name}.zone", "--format", "json"],
                                  capture_output=True)
        self.assertEqual(json.loads(verified.stdout)["dkim"][0]["result"], "pass")

    def test_a_size_is_met_exactly(self):
        self.start()
        for size in (1000, 1071, 1072, 1073, 50000):
            self.assertEqual(send("--to-host", self.host, *ENVELOPE, "--size", size).returncode, 0)
            self.assertEqual(len(self.received()["content"]), size)

    def test_one_refused_recipient_is_status_1(self):
        self.start()
        done = send("--to-host", self.host, *ENVELOPE, "--rcpt", "nobody@example.net", "--quiet")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.out, "accepted for bob@example.net: 250 2.0.0 Stored\n"
                                   "not accepted for nobody@example.net: 550 5.1.1 No such user\n")
        self.assertEqual(self.received()["to"], ["bob@example.net"])

    def test_certificates(self):
        self.start_with_tls()
        done = send("--to-host", self.host, *ENVELOPE)
        self.assertEqual(done.returncode, 0, done.out)
        self.assertIn("-- certificate CN=mx.peer.example, not verified: self-signed certificate\n", done.out)
        self.assertTrue(self.received()["tls"])
        done = send("--to-host", self.host, *ENVELOPE, "--tls", "starttls", "--ca", self.certificate)
        self.assertEqual(done.returncode, 0, done.out)
        self.assertIn("-- certificate CN=mx.peer.example, verified\n", done.out)
        self.assertTrue(self.received()["tls"])
        self.assertEqual(send("--to-host", self.host, *ENVELOPE, "--tls", "none").returncode, 0)
        self.assertFalse(self.received()["tls"])
        other = self.write("other.pem", subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             "/dev/null", "-subj", "/CN=other.example"], check=True, capture_output=True).stdout)
        done = send("--to-host", self.host, *ENVELOPE, "--ca", other)
        self.assertEqual(done.returncode, 1)
        self.assertIn("certificate is not to be trusted", done.out)

    def test_a_user_authenticates_and_the_password_is_seen_nowhere(self):
        self.start_with_tls()
        password = self.write("password", "open sesame\n")
        for mechanism in ("plain", "login"):
            done = send("--to-host", self.host, *ENVELOPE, "--user", "joe", "--password-file", password, "--auth",
                        mechanism)
            self.assertEqual(done.returncode, 0, done.out)
            self.assertEqual(self.received()["user"], "joe")
            self.assertIn("****", done.out)
            for secret in ("sesame", base64.b64encode(b"open sesame").decode(),
                           base64.b64encode(b"\0joe\0open sesame").decode()):
                self.assertNotIn(secret, done.out + done.err)
        done = send("--to-host", self.host, *ENVELOPE, "--user", "joe", environment={"ENVELINT_PASSWORD": "open barley"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("not sent: the server refused AUTH PLAIN: 535", done.out)
        self.assertNotIn("barley", done.out + done.err)

    def test_many_mails(self):
        self.start()
        for reuse in ([], ["--reuse"]):
            done = send("--to-host", self.host, *ENVELOPE, "--repeat", 50, "--parallel", 5, *reuse)
            self.assertEqual(done.returncode, 0, done.out)
            self.assertRegex(done.out, r"^50 mails in [\d.]+ s, \d+ a second, 5 connections at once.*\n +50 accepted\n"
                                       r"latency: p50 [\d.]+ ms, p99 [\d.]+ ms\n$")
            received = [self.received()["content"] for _ in range(50)]
            self.assertEqual(len({re.search(r"Message-ID: (\S+)", mail).group(1) for mail in received}), 50)

    def test_many_mails_that_are_refused(self):
        self.start()
        done = send("--to-host", self.host, "--mail-from", "ann@example.com", "--rcpt", "nobody@example.net", "--repeat",
                    10, "--reuse")
        self.assertEqual(done.returncode, 1)
        self.assertIn("\n        0 accepted\n       10 550 5.1.1 No such user\n", done.out)

    def test_json_keeps_to_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("not installed: jsonschema")
        schema = read_schema("send-1")
        jsonschema.Draft202012Validator.check_schema(schema)
        self.start_with_tls()
        for more in ([], ["--rcpt", "nobody@example.net"], ["--repeat", 3], ["--quiet"], ["--bdat"], ["--auth", "xoauth2",
                     "--user", "joe"]):
            done = send("--to-host", self.host, *ENVELOPE, "--format", "json", *more,
                        environment={"ENVELINT_PASSWORD": "x"})
            document = json.loads(done.stdout)
            jsonschema.validate(document, schema)
            if "accepted" in document:
                self.assertEqual(document["accepted"], done.returncode == 0)


class Script(Folder):
    """A server that says one thing after the other, the first at once and each other one after it was sent something."""

    def serve(self, *words):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def play():
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                for each in words:
                    if callable(each):
                        each(connection)
                    elif each is not None:
                        connection.sendall(each)
                    if not connection.recv(65536):
                        return

        thread = threading.Thread(target=play)
        thread.start()
        self.addCleanup(thread.join)
        return "127.0.0.1:%d" % listener.getsockname()[1]

    def check(self, status, expected, *words, arguments=()):
        done = send("--to-host", self.serve(*words), *ENVELOPE, *arguments)
        self.assertEqual(done.returncode, status, done.out + done.err)
        self.assertIn(expected, done.out)

    def test_a_silent_server_is_left_at_the_timeout(self):
        self.check(3, "not sent: the server did not answer in time", None, arguments=["--timeout", "200ms"])
        self.check(3, "not sent: the server did not answer in time", b"220 mx\r\n", b"250-mx\r\n",
                   arguments=["--timeout", "200ms"])

    def test_replies_without_an_end_are_not_read_for_ever(self):
        def flood(connection):
            with contextlib.suppress(OSError):
                while True:
                    connection.sendall(b"250-more\r\n" * 1000)

        self.check(1, "not sent: its reply has more than 100 lines", b"220 mx\r\n", flood)

    def test_what_is_not_smtp_is_told(self):
        self.check(1, "not sent: `HTTP/1.1 400 Bad Request` is no reply of SMTP", b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def test_replies_injected_behind_starttls_end_the_session(self):
        self.check(1, "in the clear behind its reply to STARTTLS", b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n",
                   b"220 go\r\n250 injected\r\n")

    def test_a_server_may_close_at_any_point(self):
        replies = [b"220 mx\r\n", b"250-mx\r\n250 PIPELINING\r\n", b"250 Ok\r\n250 Ok\r\n354 go\r\n", b"250 Ok\r\n"]

        def close(connection):
            connection.shutdown(socket.SHUT_WR)

        for count in range(len(replies)):
            self.check(1, "not sent: the server closed the connection", *replies[:count], close)
        self.check(0, "accepted for bob@example.net: 250 Ok", *replies, close)

    def test_escapes_of_a_server_do_not_reach_the_terminal(self):
        done = send("--to-host", self.serve(b"554 \x1b[2J\x07\xe2\x80\xae no\r\n"), *ENVELOPE)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("\x1b", done.out)
        self.assertNotIn("\u202e", done.out)

    def test_nobody_there_is_status_3(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        done = send("--to-host", f"127.0.0.1:{port}", *ENVELOPE, "--repeat", 1000)
        self.assertEqual(done.returncode, 3)
        self.assertIn("      999 not tried\n", done.out)


class Usage(Folder):
    def test_what_is_missing_or_wrong_is_told(self):
        for arguments, words in (
                ([], "--to-host is missing"),
                (ENVELOPE, "--to-host is missing"),
                (["--to-host", "x y", *ENVELOPE], "--to-host `x y` is no host"),
                (["--to-host", "127.0.0.1:0", *ENVELOPE], "is no host"),
                (["--to-host", "127.0.0.1"], "--mail-from is missing"),
                (["--to-host", "127.0.0.1", "--mail-from", "a@example.com"], "--rcpt is missing"),
                (["--to-host", "127.0.0.1", "--mail-from", "a", "--rcpt", "b@c"], "--mail-from `a` is no address"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--rcpt", "b@c>\r\nQUIT"], "is no address"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--timeout", "soon"], "--timeout `soon` is no time"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--rate", "0/s"], "--rate `0/s` is no rate"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--auth", "plain"], "--user is missing"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--user", "joe"], "there is no password"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--ca", "/no/such"], "cannot open `/no/such`"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--bdat=x"], "--bdat=x"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--helo", "a b"], "--helo `a b` is no host name"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--subject", "a\nBcc: x"], "--subject is one line"),
                (["--to-host", "127.0.0.1", *ENVELOPE, "--selector", "s", "--domain", "d.example"], "sign together"),
                (["/no/such", "--to-host", "127.0.0.1"], "/no/such: No such file")):
            done = send(*arguments)
            self.assertEqual((done.returncode, done.out), (2, ""), arguments)
            self.assertIn(words, done.err)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
