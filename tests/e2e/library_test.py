"""The programs of docs/library.md, as the page shows them and as they run. EXAMPLES names the folder they are built in."""

import base64
import hashlib
import os
import pathlib
import re
import subprocess

from signed_mail import MESSAGE, SOURCES, SignedMail, main

EXAMPLES = pathlib.Path(os.environ["EXAMPLES"])


class Library(SignedMail):
    def run_example(self, name, text, *arguments):
        return subprocess.run([EXAMPLES / name, *arguments], input=text, capture_output=True, timeout=60)

    def test_the_page_shows_the_programs_as_they_are(self):
        page = (SOURCES / "docs/library.md").read_text()
        shown = re.findall(r"^```cpp\n(.*?)^```", page, re.M | re.S)
        for path in sorted((SOURCES / "docs/examples").glob("*.cpp")):
            self.assertIn(path.read_text(), shown, path.name)

    def test_a_message_is_verified(self):
        for message, expected in ((self.sign(), b"pass: example.com\n"), (MESSAGE, b""),
                                  (self.sign() + b"more\r\n", b"fail: example.com, body hash did not verify\n"),
                                  (self.sign(MESSAGE, "re"), b"pass: example.com\n" * 2)):
            done = self.run_example("verify_message", message, self.zone)
            self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)
        self.assertEqual(self.run_example("verify_message", MESSAGE, "gone.zone").returncode, 2)

    def test_a_message_is_judged(self):
        zone = self.write("judge.zone", '$ORIGIN .\nexample.com. TXT "v=spf1 ip4:192.0.2.1 -all"\n'
                                        '_dmarc.example.com. TXT "v=DMARC1; p=reject"\n')
        done = self.run_example("judge_message", MESSAGE, zone, "192.0.2.1", "mail.example.com", "ann@example.com")
        self.assertTrue(done.stdout.startswith(b"DMARC passes: SPF passed for example.com"), done.stdout)
        self.assertIn(b"\r\nReceived-SPF: pass", done.stdout)
        self.assertEqual(self.run_example("judge_message", MESSAGE, zone).returncode, 2)

    def test_a_body_is_hashed_in_pieces(self):
        line = b"a  b\t c \r\n"
        for count in (0, 1, 5000):
            canonical = b"a b c\r\n" * count
            done = self.run_example("body_hash", line * count + b" \r\n\r\n")
            self.assertEqual(done.stdout.strip(), base64.b64encode(hashlib.sha256(canonical).digest()))


if __name__ == "__main__":
    main()
