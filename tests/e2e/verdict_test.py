"""What `envelint verify` makes of a message and its envelope: DMARC, the story, the fields, mbox files, profiles."""

import json
import re

from schemas import read_schema
from signed_mail import NOW, SOURCES, SignedMail, main, run

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = read_schema("verify-1")

ZONE = """$ORIGIN .
example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
bounce.esp.example. TXT "v=spf1 ip4:198.51.100.0/24 -all"
mail.example.com. A 192.0.2.1
1.2.0.192.in-addr.arpa. PTR mail.example.com.
mx.esp.example. A 198.51.100.7
7.100.51.198.in-addr.arpa. PTR mx.esp.example.
strict.example. TXT "v=spf1 -all"
_dmarc.strict.example. TXT "v=DMARC1; p=quarantine; aspf=s; rua=mailto:dmarc@strict.example"
news.strict.example. TXT "v=spf1 ip4:192.0.2.1 -all"
;! timeout _dmarc.slow.example
"""

MESSAGE = b"""From: Shop <shop@example.com>
To: b@example.net
Subject: Your order
Date: Fri, 27 Nov 2026 10:00:00 +0000
Message-ID: <1@example.com>

Thank you.
"""

ESP = ("--ip", "198.51.100.7", "--mail-from", "bounce@bounce.esp.example", "--helo", "mx.esp.example")
OWN = ("--ip", "192.0.2.1", "--mail-from", "shop@example.com", "--helo", "mail.example.com")
STRANGER = ("--ip", "203.0.113.9", "--mail-from", "shop@example.com", "--helo", "mail.example.com")


class Verdicts(SignedMail):
    def setUp(self):
        super().setUp()
        self.world = self.folder / "world.zone"
        self.world.write_text(ZONE)

    def keeps_to_schema(self, document):
        if jsonschema is not None:
            jsonschema.validate(document, SCHEMA)

    def verify_with(self, *options, message=MESSAGE, form="json"):
        done = run("verify", "--zone", self.world, "--zone", self.zone, "--now", NOW + 60, "--format", form, *options,
                   input=message)
        self.assertEqual(done.stderr, b"")
        if form != "json":
            return done.stdout.decode(), done.returncode
        document = json.loads(done.stdout)
        self.keeps_to_schema(document)
        return document, done.returncode


class Dmarc(Verdicts):
    def result(self, *options, message=MESSAGE):
        document, status = self.verify_with(*options, message=message)
        dmarc = document["dmarc"]
        return dmarc["result"], dmarc["disposition"], dmarc["spf_aligned"], dmarc["dkim_aligned"], status

    def test_own_server_passes(self):
        self.assertEqual(self.result(*OWN), ("pass", "none", True, False, 0))

    def test_a_service_passes_by_its_signature_alone(self):
        self.assertEqual(self.result(*ESP), ("fail", "reject", False, False, 1))
        self.assertEqual(self.result(*ESP, message=self.sign(MESSAGE)), ("pass", "none", False, True, 0))

    def test_a_forger_fails(self):
        self.assertEqual(self.result(*STRANGER), ("fail", "reject", False, False, 1))

    def test_a_strict_policy_wants_the_very_domain(self):
        message = MESSAGE.replace(b"shop@example.com>", b"shop@strict.example>")
        sender = ("--ip", "192.0.2.1", "--mail-from", "a@news.strict.example", "--helo", "mail.example.com")
        self.assertEqual(self.result(*sender, message=message), ("fail", "quarantine", False, False, 1))
        document, _ = self.verify_with(*sender, message=message)
        finding = next(one for one in document["findings"] if one["code"] == "X013")
        self.assertEqual(finding["fix"]["replacement"],
                         "v=DMARC1; p=quarantine; aspf=r; rua=mailto:dmarc@strict.example")

    def test_silence_is_no_answer(self):
        message = MESSAGE.replace(b"shop@example.com>", b"shop@slow.example>")
        self.assertEqual(self.result(*OWN, message=message), ("temperror", "none", False, False, 3))

    def test_without_policy_what_passes_counts(self):
        message = MESSAGE.replace(b"shop@example.com>", b"shop@mx.esp.example>")
        self.assertEqual(self.result(*OWN, message=message)[::4], ("none", 0))
        self.assertEqual(self.result(*STRANGER, message=message)[::4], ("none", 1))

    def test_several_authors_never_pass(self):
        message = MESSAGE.replace(b"From: Shop <shop@example.com>", b"From: a@example.com, b@strict.example")
        self.assertEqual(self.result(*OWN, message=message), ("permerror", "quarantine", False, False, 1))

    def test_a_forgotten_sender_is_told_what_to_type(self):
        document, _ = self.verify_with(*STRANGER)
        finding = next(one for one in document["findings"] if one["code"] == "X018")
        self.assertIn("`v=spf1 ip4:192.0.2.1 ip4:203.0.113.9 -all`", finding["help"])
        self.assertEqual((finding["fix"]["safe"], finding["fix"]["replacement"]),
                         (False, "v=spf1 ip4:192.0.2.1 ip4:203.0.113.9 -all"))

    def test_without_an_envelope_the_signatures_decide(self):
        document, status = self.verify_with(message=self.sign(MESSAGE))
        self.assertNotIn("spf", document)
        self.assertEqual((document["dmarc"]["result"], status), ("pass", 0))
        self.assertEqual(self.verify_with()[1], 1)


class Words(Verdicts):
    def test_the_conclusion_stands_first(self):
        text, _ = self.verify_with(*ESP, form="text")
        self.assertTrue(" ".join(text.split()).startswith(
            "DMARC fails: SPF passed for bounce.esp.example, which is not aligned with example.com, and the message has "
            "no DKIM signature. example.com asks receivers to reject it (p=reject at _dmarc.example.com)."))

    def test_no_line_is_wider_than_the_screen(self):
        for options in (ESP, OWN, STRANGER):
            for width in ("80", "60", "40"):
                text, _ = self.verify_with(*options, "--width", width, "--questions", form="text")
                for line in text.splitlines():
                    if "`" not in line and "._domainkey." not in line:
                        self.assertLessEqual(len(line), int(width), line)

    def test_what_the_sender_wrote_is_made_visible(self):
        hostile = MESSAGE.replace(b"Shop", b"\x1b[31mShop\xe2\x80\xae").replace(b"Thank", b"\x07Thank")
        options = ("--ip", "192.0.2.1", "--mail-from", "\x1b[0m\u202e@example.com", "--helo", "\x1b]0;x\x07")
        text, _ = self.verify_with(*options, "--fields", message=hostile, form="text")
        for hidden in "\x1b\x07\u202e":
            self.assertNotIn(hidden, text)

    def test_questions_are_shown_on_request(self):
        text, _ = self.verify_with(*OWN, "--questions", form="text")
        self.assertIn("asked `1.2.0.192.in-addr.arpa PTR`: mail.example.com", text)
        self.assertNotIn("in-addr.arpa PTR", self.verify_with(*OWN, form="text")[0])


class Fields(Verdicts):
    def test_authentication_results_are_written(self):
        document, _ = self.verify_with(*OWN, "--receiver", "mx.example.net", message=self.sign(MESSAGE))
        value = document["authentication_results"]
        for part in ("mx.example.net; spf=pass smtp.mailfrom=shop@example.com", "dkim=pass header.d=example.com",
                     "dmarc=pass (p=reject dis=none) header.from=example.com", "iprev=pass policy.iprev=192.0.2.1"):
            self.assertIn(part, value)

    def test_nothing_from_outside_adds_a_field(self):
        options = ("--ip", "192.0.2.1", "--mail-from", "a@example.com\r\nX-Evil: 1", "--helo", "x\nX-Evil: 2", "--fields",
                   "--receiver", "mx.example.net")
        text, _ = self.verify_with(*options, form="text")
        self.assertNotRegex(text, r"(?m)^X-Evil")

    def test_fields_that_claim_our_name_are_told(self):
        message = b"Authentication-Results: mx.example.net; dmarc=pass\n" + MESSAGE
        document, _ = self.verify_with(*OWN, "--receiver", "mx.example.net", message=message)
        self.assertEqual(document["forged_results"], 1)
        text, _ = self.verify_with(*OWN, "--receiver", "mx.example.net", message=message, form="text")
        self.assertIn("claim to be of mx.example.net", " ".join(text.split()))


class Envelopes(Verdicts):
    RECEIVED = (b"Return-Path: <shop@example.com>\n"
                b"Received: from filter.example.net (localhost [127.0.0.1]) by store.example.net with LMTP id 2;\n"
                b" Fri, 27 Nov 2026 10:00:02 +0000\n"
                b"Received: from mail.example.com (mail.example.com [192.0.2.1]) by mx.example.net (Postfix)\n"
                b" with ESMTPS id 1; Fri, 27 Nov 2026 10:00:01 +0000\n")

    def test_it_is_taken_from_the_topmost_client_outside(self):
        document, status = self.verify_with("--from-received", message=self.RECEIVED + MESSAGE)
        self.assertEqual(document["envelope"], {"ip": "192.0.2.1", "helo": "mail.example.com",
                                                "mail_from": "shop@example.com", "tls": True})
        self.assertEqual((document["dmarc"]["result"], status), ("pass", 0))

    def test_a_message_without_such_a_field_has_none(self):
        document, _ = self.verify_with("--from-received")
        self.assertNotIn("envelope", document)

    def test_options_that_say_too_little_are_refused(self):
        for options in (("--ip", "192.0.2.1"), ("--mail-from", "a@example.com"), ("--ip", "x", "--helo", "y"),
                        ("--ip", "192.0.2.1", "--helo", "y", "--from-received"), ("--tls", "--no-tls")):
            done = run("verify", "--zone", self.world, *options, input=MESSAGE)
            self.assertEqual((done.returncode, done.stdout), (2, b""), options)
            self.assertIn(b"envelint verify: --", done.stderr)


class Mailboxes(Verdicts):
    MBOX = (b"From shop@example.com Fri Nov 27 10:00:00 2026\n" + MESSAGE + b">From here on\n\n"
            b"From x@example.net Fri Nov 27 10:00:01 2026\n" + MESSAGE.replace(b"shop@", b"two@") + b"\n")

    def test_each_message_is_a_line(self):
        done = run("verify", "--zone", self.world, *OWN, "--format", "ndjson", input=self.MBOX)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([one["dmarc"]["result"] for one in lines], ["pass", "pass"])
        self.assertEqual([one["source"] for one in lines], ["standard input:1", "standard input:11"])
        for one in lines:
            self.keeps_to_schema(one)

    def test_one_alone_is_unquoted_too(self):
        sent = self.sign(MESSAGE + b"From here on\nthe text goes on.\n")
        box = b"From shop@example.com Fri Nov 27 10:00:00 2026\n" + sent.replace(b"\nFrom here", b"\n>From here") + b"\n"
        document, status = self.verify_with(*OWN, message=box)
        self.assertEqual(([one["result"] for one in document["dkim"]], status), (["pass"], 0))

    def test_as_json_they_are_one_document(self):
        document, status = self.verify_with(*OWN, message=self.MBOX)
        self.assertEqual((len(document["messages"]), status), (2, 0))

    def test_the_worst_decides(self):
        worse = self.MBOX.replace(b"two@example.com", b"two@strict.example")
        self.assertEqual(self.verify_with(*OWN, message=worse)[1], 1)

    def test_as_text_each_has_a_heading(self):
        text, _ = self.verify_with(*OWN, message=self.MBOX, form="text")
        self.assertEqual(re.findall(r"(?m)^standard input:\d+$", text), ["standard input:1", "standard input:11"])


class BulkSenders(Verdicts):
    def missing(self, message, *options):
        document, status = self.verify_with(*options, "--profile", "bulk-sender", message=message)
        return [one["message"] for one in document["findings"] if one["code"] == "X014"], status

    UNSUBSCRIBE = (b"List-Unsubscribe: <https://example.com/u?1>\n"
                   b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n")

    def test_a_message_with_everything_passes(self):
        self.assertEqual(self.missing(self.sign(self.UNSUBSCRIBE + MESSAGE), *OWN, "--tls"), ([], 0))

    def test_each_thing_that_is_missing_is_told(self):
        found, status = self.missing(MESSAGE.replace(b"Message-ID: <1@example.com>\n", b""), *STRANGER, "--no-tls")
        self.assertEqual(status, 1)
        for part in ("SPF does not pass", "the message is not signed", "neither SPF nor DKIM passes", "no Message-ID field",
                     "no one-click unsubscription", "came without TLS", "no name in reverse DNS"):
            self.assertTrue(any(part in one for one in found), (part, found))

    def test_the_link_has_to_be_signed(self):
        found, status = self.missing(self.UNSUBSCRIBE + self.sign(MESSAGE), *OWN)
        self.assertEqual((len(found), status), (2, 1))


class PublicMessages(Verdicts):
    """Messages of rspamd's tests, whose names say what becomes of them (Apache-2.0)."""

    EXPECTED = {
        "dmarc__fail_none": ("fail", "none"),
        "dmarc__fail_quarantine": ("fail", "quarantine"),
        "dmarc__fail_reject": ("fail", "reject"),
        "dmarc__subdomain_fail_none": ("fail", "none"),
        "dmarc__subdomain_fail_quarantine": ("fail", "quarantine"),
        "dmarc__subdomain_fail_reject": ("fail", "reject"),
        "dmarc__dmarc_tmpfail": ("temperror", "none"),
    }

    def test_they_get_the_disposition_in_their_names(self):
        folder = SOURCES / "../shared/data/eml/rspamd"
        if not folder.exists():
            self.skipTest("the public messages are not there")
        lines = ["$ORIGIN ."]
        for name, text in json.loads((folder / "dns.json").read_text()).items():
            for one in text if isinstance(text, list) else [text]:
                if not isinstance(one, str) or one == "~~nxdomain~~" or one == "~~norec~~":
                    continue
                if one.startswith("~~"):
                    lines.append(f";! {one.strip('~')} {name}")
                else:
                    strings = [one[i:i + 250] for i in range(0, len(one), 250)]
                    quoted = " ".join('"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"' for s in strings)
                    lines.append(f"{name}. TXT {quoted}")
        self.world.write_text("\n".join(lines) + "\n")
        for name, expected in self.EXPECTED.items():
            with self.subTest(name):
                message = (folder / f"{name}.eml").read_bytes()
                done = run("verify", "--zone", self.world, "--ip", "203.0.113.9", "--mail-from", "x@unknown.example",
                           "--helo", "unknown.example", "--format", "json", input=message)
                dmarc = json.loads(done.stdout)["dmarc"]
                self.assertEqual((dmarc["result"], dmarc["disposition"]), expected)


if __name__ == "__main__":
    main()
