"""Messages as they are signed by the real program, and what the same program makes of them then. ENVELINT names it."""

import re
import subprocess

from signed_mail import MESSAGE, NOW, PROGRAM, SignedMail, main, run


def header_of(message):
    return message.split(b"\r\n\r\n")[0]


def tag(message, name):
    """The value of a tag of the first signature, without white space."""
    field = re.sub(rb"\s", b"", message[:message.index(b"From:")])
    return re.search(rb"[:;]" + name + rb"=([^;]*)", field).group(1).decode()


class Pipes(SignedMail):
    def test_signed_and_verified_in_one_pipe(self):
        for selectors, expected in (("r", ["pass"]), ("e", ["pass"]), ("re", ["pass", "pass"])):
            sign = subprocess.Popen([PROGRAM, "sign", "--domain", "example.com", *map(str, self.keys(selectors))],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            verify = subprocess.Popen([PROGRAM, "verify", "--zone", self.zone], stdin=sign.stdout,
                                      stdout=subprocess.PIPE)
            sign.stdout.close()
            sign.stdin.write(MESSAGE)
            sign.stdin.close()
            shown = verify.communicate(timeout=60)[0].decode()
            self.assertEqual((sign.wait(), verify.returncode), (0, 0), shown)
            self.assertEqual(re.findall(r"^(\w+): example.com", shown, re.M), expected)

    def test_the_message_itself_is_not_touched(self):
        for message in (MESSAGE, MESSAGE.replace(b"\r\n", b"\n"), MESSAGE + b"no end of line", MESSAGE + b"\r\n\r\n \t\r\n",
                        MESSAGE + bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"")):
            self.assertTrue(self.sign(message).endswith(message))

    def test_lines_end_as_those_of_the_input(self):
        self.assertNotIn(b"\r", self.sign(MESSAGE.replace(b"\r\n", b"\n")))
        self.assertEqual(self.results(self.sign(MESSAGE.replace(b"\r\n", b"\n"))), ["pass"])
        signed = self.sign()
        self.assertEqual(signed.count(b"\n"), signed.count(b"\r\n"))

    def test_a_file_is_signed_as_standard_input_is(self):
        path = self.write("m.eml", MESSAGE)
        done = run("sign", path, "--domain", "example.com", *self.keys("r"), "--now", NOW)
        self.assertEqual(done.stdout, self.sign())

    def test_the_line_of_an_mbox_file_stays_before_the_signature(self):
        signed = self.sign(b"From ann@example.com Tue Nov 14 22:13:20 2023\r\n" + MESSAGE)
        self.assertTrue(signed.startswith(b"From ann@example.com Tue Nov 14 22:13:20 2023\r\nDKIM-Signature:"))
        self.assertEqual(self.results(signed), ["pass"])

    def test_the_fields_alone(self):
        self.assertEqual(self.sign(MESSAGE, "re", "--field-only") + MESSAGE, self.sign(MESSAGE, "re"))

    def test_the_same_time_gives_the_same_signature(self):
        self.assertEqual(self.sign(MESSAGE, "re"), self.sign(MESSAGE, "re"))

    def test_output_that_cannot_be_written_is_told(self):
        with open("/dev/full", "wb") as full:
            done = run("sign", "--domain", "example.com", *self.keys("r"), input=MESSAGE, stdout=full)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"could be written", done.stderr)


class Options(SignedMail):
    def test_a_signature_expires(self):
        signed = self.sign(MESSAGE, "r", "--expires", 3600)
        self.assertEqual((tag(signed, b"t"), tag(signed, b"x")), (str(NOW), str(NOW + 3600)))
        self.assertEqual(self.results(signed), ["pass"])
        document, status = self.verify(signed, now=NOW + 5000)
        self.assertEqual((document["dkim"][0]["result"], document["dkim"][0]["reason"], status),
                         ("permerror", "signature expired", 1))
        self.assertEqual(run("sign", "--domain", "example.com", *self.keys("r"), "--expires", 0,
                             input=MESSAGE).returncode, 2)

    def test_an_identity_is_at_the_domain_or_below_it(self):
        signed = self.sign(MESSAGE, "r", "--identity", "list@news.example.com")
        self.assertEqual(self.verify(signed)[0]["dkim"][0]["identity"], "list@news.example.com")
        for wrong in ("ann@example.net", "ann@badexample.com", "ann", "@", "a b@example.com\r\nX: y"):
            done = run("sign", "--domain", "example.com", *self.keys("r"), "--identity", wrong, input=MESSAGE)
            self.assertEqual((done.returncode, done.stdout), (2, b""), wrong)
            self.assertIn(b"--identity", done.stderr)

    def test_the_fields_that_are_signed_can_be_chosen(self):
        signed = self.sign(MESSAGE, "r", "--fields", "Subject", "--no-oversign")
        self.assertCountEqual(tag(signed, b"h").split(":"), ["from", "subject"])
        self.assertEqual(self.results(signed.replace(b"To: bob", b"To: eve")), ["pass"])
        self.assertEqual(self.results(signed.replace(b"new price", b"old price", 1)), ["fail"])
        for wrong in ("a b", "x:", "DKIM-Signature", "x\r\ny"):
            done = run("sign", "--domain", "example.com", *self.keys("r"), "--fields", wrong, input=MESSAGE)
            self.assertEqual((done.returncode, done.stdout), (2, b""), wrong)

    def test_what_is_signed_once_more_than_it_is_there_cannot_be_added(self):
        added = b"Subject: Another one\r\n"
        self.assertEqual(self.results(added + self.sign()), ["fail"])
        signed = self.sign(MESSAGE, "r", "--no-oversign")
        document, _ = self.verify(added + signed)
        self.assertEqual(document["dkim"][0]["result"], "pass")
        self.assertEqual(document["dkim"][0]["duplicated_fields"], ["subject"])
        self.assertIn("there is another field of this name", self.text(added + signed))

    def test_a_body_length_lets_text_be_added_and_verify_says_so(self):
        self.assertNotIn(b"; l=", self.sign())
        signed = self.sign(MESSAGE, "r", "--body-length") + b"Buy now!\r\n"
        document, _ = self.verify(signed)
        self.assertEqual(document["dkim"][0]["unsigned_octets"], len(b"Buy now!\r\n"))
        self.assertEqual([finding["code"] for finding in document["findings"]], ["X013"])
        self.assertEqual(self.results(self.sign() + b"Buy now!\r\n"), ["fail"])

    def test_every_canonicalization(self):
        for kind in ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"):
            for body in (b"", b"\r\n\r\n", b"a  b \r\n\r\n\r\n"):
                signed = self.sign(header_of(MESSAGE) + b"\r\n\r\n" + body, "re", "--canonicalization", kind)
                document, status = self.verify(signed)
                self.assertEqual([(one["result"], one["canonicalization"]) for one in document["dkim"]],
                                 [("pass", kind)] * 2)
                self.assertEqual(status, 0)

    def test_names_in_any_script(self):
        zone = self.write("idn.zone", "r._domainkey.xn--bcher-kva.example. TXT " +
                          " ".join(f'"{self.values["r"][at:at + 250]}"' for at in range(0, 500, 250)) + "\n")
        plain = self.sign(domain="bücher.example")
        self.assertEqual(tag(plain, b"d"), "xn--bcher-kva.example")
        self.assertEqual(self.results(plain, zone=zone), ["pass"])
        # RFC 8616: in internationalized mail the names stand as they are read.
        mail = MESSAGE.replace(b"Ann <ann@example.com>", "Änn <änn@bücher.example>".encode())
        international = self.sign(mail, domain="bücher.example")
        self.assertEqual(tag(international, b"d"), "bücher.example")
        self.assertEqual(self.results(international, zone=zone), ["pass"])


class Refused(SignedMail):
    def refused(self, message, *arguments):
        done = run("sign", *arguments, input=message)
        self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
        return done.stderr.decode()

    def test_what_should_not_be_signed(self):
        usual = ("--domain", "example.com", *self.keys("r"))
        for message, word in ((MESSAGE.replace(b"From:", b"X-From:"), "no From"),
                              (b"From: eve@example.org\r\n" + MESSAGE, "several From"),
                              (header_of(MESSAGE), "no empty line"), (b"", "empty"),
                              (b"X:\r\n" * 100_001 + MESSAGE, "standard input: ")):
            self.assertIn(word.lower(), self.refused(message, *usual).lower())

    def test_wrong_usage_says_what_to_give(self):
        for arguments, word in (((), "--key FILE"), (("--domain", "example.com"), "--key FILE"),
                                (self.keys("r"), "--domain"), (("--key", self.pem["r"]), "--selector"),
                                (("--domain", "a b", *self.keys("r")), "--domain a b"),
                                (("--domain", "example.com", "--key", self.pem["r"], "--selector", "../x"), "selector"),
                                (("--domain", "example.com", *self.keys("r"), "--canonicalization", "x"), "relaxed"),
                                (("--domain", "example.com", "--key", self.zone, "--selector", "r"), "holds the public key"),
                                (("--domain", "example.com", "--key", "/dev/zero", "--selector", "r"), "is a device"),
                                (("--domain", "example.com", "--key", "gone", "--selector", "r"), "No such file")):
            with self.subTest(arguments):
                self.assertIn(word, self.refused(MESSAGE, *arguments))

    def test_input_that_cannot_be_read(self):
        for name, word in ((self.folder / "gone.eml", b"No such file"), (self.folder, b"Is a directory")):
            done = run("sign", name, "--domain", "example.com", *self.keys("r"))
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr)


class Secrets(SignedMail):
    def test_no_octet_of_the_private_key_is_shown(self):
        for selector in "re":
            text = self.pem[selector].read_text()
            secret = "".join(line for line in text.splitlines() if not line.startswith("-----"))
            pieces = [secret[at:at + 16] for at in range(32, len(secret) - 16)]
            broken = self.write("broken.pem", text[:-60])
            usual = ("--domain", "example.com", "--selector", "s", "--key")
            runs = [run("sign", *usual, key, *more, input=message)
                    for key in (self.pem[selector], broken) for message in (MESSAGE, b"no message", b"\0" * 99)
                    for more in ((), ("--passphrase-file", self.pem[selector]), ("--identity", "x"))]
            runs.append(run("sign", self.pem[selector], *usual, self.pem[selector]))  # the key taken for the message
            for done in runs:
                shown = (done.stdout + done.stderr).decode(errors="replace")
                self.assertFalse([piece for piece in pieces if piece in shown], shown)

    def test_a_key_that_others_can_read_is_told_of(self):
        path = self.write("open.pem", self.pem["e"].read_bytes())
        path.chmod(0o644)
        done = run("sign", "--domain", "example.com", "--key", path, "--selector", "e", input=MESSAGE)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"others can read the private key", done.stderr)


class Hostile(SignedMail):
    def test_what_breaks_on_the_way_is_told_and_signed(self):
        for odd, word in ((b"a\rb\r\n", b"a bare CR"), (b"a\nb\r\n", b"a bare LF"), (b"a\0b\r\n", b"a NUL octet"),
                          (b"a" * 999 + b"\r\n", b"a line of more than 998 octets")):
            done = run("sign", "--domain", "example.com", *self.keys("r"), "--now", NOW, input=MESSAGE + odd)
            self.assertEqual(done.returncode, 0)
            self.assertIn(word, done.stderr)
            self.assertIn(b"breaks signatures", done.stderr)
            self.assertEqual(self.results(done.stdout), ["pass"])

    def test_large_messages_are_signed_in_bounded_memory_and_time(self):
        for name, message in (("lines", MESSAGE + b"x\r\n" * 5_000_000), ("one line", MESSAGE + b"x" * 20_000_000),
                              ("blanks", MESSAGE + b" " * 20_000_000), ("empty lines", MESSAGE + b"\r\n" * 8_000_000)):
            path = self.write("large.eml", message)
            with open(self.folder / "out.eml", "wb") as out:
                done = run("sign", path, "--domain", "example.com", *self.keys("r"), "--now", NOW, stdout=out)
            self.assertEqual(done.returncode, 0, (name, done.stderr))
            done = run("verify", self.folder / "out.eml", "--zone", self.zone, "--now", NOW)
            self.assertEqual(done.returncode, 0, (name, done.stdout))

    def test_a_file_without_end_is_refused(self):
        done = run("sign", "/dev/zero", "--domain", "example.com", *self.keys("r"), preexec_fn=None)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"more than 268435456 octets", done.stderr)


if __name__ == "__main__":
    main()
