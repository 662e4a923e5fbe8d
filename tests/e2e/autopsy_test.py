"""What the real program says of signed messages that were changed on the way. ENVELINT names it."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from schemas import read_schema
from signed_mail import main

PROGRAM = os.environ["ENVELINT"]
MAIL = """From: Ann <ann@example.com>
To: team@lists.example.net
Subject: Minutes of the meeting
Date: Tue, 04 Nov 2025 14:01:22 +0100
Message-ID: <4cc1d2@mail.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hello,

here are the minutes.

Ann
"""
FOOTER = "_______________\nteam mailing list\nhttps://lists.example.net/team\n"


class AutopsyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_program("keygen", "example.com", "--selector", "s1", "--type", "ed25519")
        self.sent = self.write("sent.eml", MAIL)
        done = self.run_program("sign", self.sent, "--domain", "example.com", "--selector", "s1", "--key",
                                "s1._domainkey.example.com.pem")
        self.signed = done.stdout.decode()

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=120, cwd=self.folder,
                              stdin=subprocess.DEVNULL)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def verify(self, text, *arguments):
        return self.run_program("verify", self.write("in.eml", text), "--zone", "s1._domainkey.example.com.zone",
                                *arguments)

    def autopsy(self, text, *arguments):
        done = self.verify(text, "--format", "json", *arguments)
        return json.loads(done.stdout)["dkim"][0].get("autopsy")

    def test_a_message_that_passes_has_no_autopsy(self):
        self.assertEqual(self.verify(self.signed).returncode, 0)
        self.assertIsNone(self.autopsy(self.signed))

    def test_what_a_mailing_list_did_is_named(self):
        changed = self.signed.replace("Subject: ", "Subject: [team] ") + FOOTER
        autopsy = self.autopsy(changed)
        self.assertEqual([change["cause"] for change in autopsy["changes"]], ["footer_added", "subject_tag"])
        self.assertEqual(autopsy["cause"], "footer_added")
        self.assertTrue(autopsy["complete"])
        self.assertEqual(autopsy["changes"][0]["lines"], 3)
        self.assertEqual(autopsy["changes"][1]["before"], "Minutes of the meeting")
        text = self.verify(changed, "--width", "80").stdout.decode()
        self.assertIn("autopsy           3 lines were appended to the body after signing", text)
        self.assertTrue(all(len(line) <= 80 for line in text.splitlines()), text)

    def test_what_cannot_be_proven_is_unknown_and_the_original_shows_it(self):
        changed = self.signed.replace("minutes.", "Minuten.")
        self.assertEqual(self.autopsy(changed)["cause"], "unknown")
        original = self.autopsy(changed, "--original", self.sent)["original"]
        self.assertTrue(original["body_hash_ok"])
        self.assertEqual([(d["place"], d["line"]) for d in original["differences"]], [("body", 3)])
        self.assertIn("the body differs at octet", self.verify(changed, "--original", self.sent).stdout.decode())

    def test_json_keeps_to_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("no jsonschema")
        schema = read_schema("autopsy-1")
        jsonschema.Draft202012Validator.check_schema(schema)
        for changed in (self.signed + FOOTER, self.signed.replace("Subject: ", "Subject: [team] "),
                        self.signed.replace("minutes.", "Minuten."), self.signed.replace("To: team", "To: eve"),
                        self.signed.replace("s=s1", "s=s2"), self.signed.rsplit("\n", 2)[0]):
            autopsy = self.autopsy(changed, "--original", self.sent)
            jsonschema.validate(autopsy, schema)
            for part, members in ((schema, [autopsy]), (schema["$defs"]["change"], autopsy["changes"]),
                                  (schema["$defs"]["difference"], autopsy.get("original", {}).get("differences", []))):
                for member in members:
                    self.assertEqual(set(member) - set(part["properties"]), set())

    def test_it_can_be_left_out(self):
        self.assertIsNone(self.autopsy(self.signed + FOOTER, "--no-autopsy"))

    def test_an_original_that_cannot_be_read_is_wrong_usage(self):
        done = self.verify(self.signed, "--original", "nowhere.eml")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nowhere.eml", done.stderr)


if __name__ == "__main__":
    main()
