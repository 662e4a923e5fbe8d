"""Signed messages, broken and hostile ones, as the real program judges them. ENVELINT names it.

What has gone wrong in this field, and the tests that hold this program to doing better. Files are in tests/dkim unless
a folder is named; `here` is this file.

  overflow in decoding a key             hostile_test.cpp "RSA keys that are too short, too long or no keys …",
  (CVE-2012-5671)                          key_record_test.cpp "hostile records cost little …", here HostileKeys
  format string from i= (CVE-2011-1764)  here test_an_identity_is_text_and_no_format
  private key in a log (CVE-2016-9963)   e2e/sign_test.py Secrets, e2e/keygen_test.py test_no_octet_of_a_private_key_…,
                                           private_key_test.cpp "no message about a key file holds any of the file"
  d= or s= with NUL, ( or %00 made the   hostile_test.cpp "d= and s= that are no names …", "the name that is asked for
  verifier ask the attacker's name         is made of labels", here test_names_that_are_none_are_not_asked_for
  l= appends unsigned content            verify_test.cpp "l= leaves what it leaves unsigned …", sign_test.cpp "l= is not
                                           written unless it is forced", e2e/sign_test.py test_a_body_length_…
  From, Subject added later              sign_test.cpp "From, To, Subject and Date cannot be added …", verify_test.cpp
                                           "what a signature leaves open is told", e2e/sign_test.py
                                           test_what_is_signed_once_more_…
  From not signed; i= outside d=;        verify_test.cpp "what RFC 6376 §6.1.1 says of signatures is kept", "x= counts
  expiry not enforced                      with the clock …", e2e/sign_test.py test_a_signature_expires
  h=, s=, k=, t=s of the key ignored     verify_test.cpp "what RFC 6376 §6.1.2 says of key records is kept", "t=s of the
                                           key …", here test_what_the_key_record_says_counts
  rsa-sha1 accepted                      verify_test.cpp "rsa-sha1 is never accepted …"
  canonical form depends on chunks;      canonicalize_test.cpp: all; verify_test.cpp "a body may come in pieces of any
  lone CR ends a line; empty bodies        size", here test_a_lone_cr_or_lf_ends_no_line, e2e/sign_test.py
                                           test_every_canonicalization
  floods of signatures, keys, fields     hostile_test.cpp "at most ten …", "100,000 fields …", here HostileMessages
  weak keys in DNS                       verify_test.cpp, key_rules_test.cpp "every class of the corpus draws its code",
                                           here test_short_keys_are_not_accepted
  keys readable for a moment; a shell    e2e/keygen_test.py Files, WrongUsage
  three facts muddled                    verify_test.cpp "the three facts are found out each by itself", here
                                           test_each_of_the_three_facts_is_told
"""

import base64
import json
import os
import random
import re
import socket

from schemas import read_schema
from signed_mail import MESSAGE, NOW, SOURCES, SignedMail, main, record, rsa_record, run

SCHEMA = read_schema("verify-1")


def facts(signature):
    return tuple(signature.get(name) for name in ("body_hash_ok", "header_signature_ok", "key_ok"))


def unknown_members(document):
    """Members that the schema does not describe."""
    described = SCHEMA["$defs"]
    out = set(document) - set(described["message"]["properties"])
    for name, kind in (("dkim", "signature"), ("findings", "finding")):
        for item in document[name]:
            out |= set(item) - set(described[kind]["properties"])
    return out


class Results(SignedMail):
    def test_json_has_the_members_others_rely_on(self):
        document, status = self.verify(self.sign(MESSAGE, "re"))
        self.assertEqual((document["schema"], status), ("envelint/verify/1", 0))
        self.assertEqual([[one[name] for name in ("result", "domain", "selector", "identity", "algorithm", "key_bits",
                                                  "canonicalization")] for one in document["dkim"]],
                         [["pass", "example.com", "r", "@example.com", "rsa-sha256", 2048, "relaxed/relaxed"],
                          ["pass", "example.com", "e", "@example.com", "ed25519-sha256", 256, "relaxed/relaxed"]])
        self.assertEqual(self.verify(self.sign().replace(b"Dear", b"Fear"))[0]["dkim"][0]["reason"],
                         "body hash did not verify")
        self.assertEqual(self.verify(MESSAGE)[0]["dkim"], [{"result": "none"}])

    def test_json_keeps_to_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            jsonschema = None
        signed = self.sign(MESSAGE, "re", "--body-length", "--expires", 30)
        trouble = self.write("trouble.zone", ";! timeout r._domainkey.example.com.\n"
                                             'e._domainkey.example.com. TXT "v=DKIM1; p=AAAA"\n')
        for message in (MESSAGE, signed, signed + b"a\rb\0\r\n", signed.replace(b"list", b"fist"), b"\xff\r\n" + signed,
                        signed.replace(b"d=example", b"d=(\xff"), b"\0", b"DKIM-Signature:\r\n\r\n", signed * 1000,
                        self.sign().split(b"From:")[0] * 50 + MESSAGE):
            for zone in (self.zone, trouble):
                document, _ = self.verify(message, zone=zone)
                self.assertEqual(unknown_members(document), set())
                if jsonschema is not None:
                    jsonschema.Draft202012Validator.check_schema(SCHEMA)
                    jsonschema.validate(document, SCHEMA)

    def test_each_of_the_three_facts_is_told(self):
        signed = self.sign()
        self.assertEqual(facts(self.verify(signed)[0]["dkim"][0]), (True, True, True))
        self.assertEqual(facts(self.verify(signed + b"more\r\n")[0]["dkim"][0]), (False, True, True))
        self.assertEqual(facts(self.verify(signed.replace(b"To: bob", b"To: eve"))[0]["dkim"][0]), (True, False, True))
        hashed = self.zone_of("r", self.values["r"].replace("k=rsa", "k=rsa; h=sha1"))
        self.assertEqual(facts(self.verify(signed, zone=hashed)[0]["dkim"][0]), (True, True, False))
        shown = self.text(signed, zone=hashed)
        self.assertRegex(shown, r"body hash +ok\n +header signature +ok\n +key acceptable +no")

    def test_what_the_key_record_says_counts(self):
        value = self.values["r"]
        below = self.sign(MESSAGE, "r", "--identity", "a@news.example.com")
        for message, changed, reason in (
                (self.sign(), value.replace("k=rsa", "k=rsa; h=sha1"), "inappropriate hash algorithm"),
                (self.sign(), value.replace("k=rsa", "k=rsa; s=other"), "inappropriate service type"),
                (self.sign(), value.replace("k=rsa", "k=ed25519"), "inappropriate key algorithm"),
                (below, value.replace("k=rsa", "k=rsa; t=s"), "subdomain not allowed by key"),
                (self.sign(), "v=DKIM1; p=", "key revoked"),
                (self.sign(), value.replace("v=DKIM1", "v=DKIM2"), "key syntax error")):
            signature = self.verify(message, zone=self.zone_of("r", changed))[0]["dkim"][0]
            self.assertEqual((signature["result"], signature["reason"]), ("permerror", reason))

    def test_signatures_are_told_from_the_top_of_the_message(self):
        signed = self.sign(self.sign(MESSAGE, "r"), "e")
        self.assertEqual([one["selector"] for one in self.verify(signed)[0]["dkim"]], ["e", "r"])

    def test_exit_status(self):
        signed = self.sign()
        self.assertEqual(run("verify", "--zone", self.zone, input=signed).returncode, 0)
        self.assertEqual(run("verify", "--zone", self.zone, input=MESSAGE).returncode, 1)
        self.assertEqual(run("verify", "--zone", self.zone, input=signed + b"x\r\n").returncode, 1)
        for word in ("timeout", "servfail", "refused", "bogus"):
            trouble = self.write("trouble.zone", f";! {word} r._domainkey.example.com.\n")
            done = run("verify", "--zone", trouble, input=signed)
            self.assertEqual(done.returncode, 3)
            self.assertIn(b"temperror", done.stdout)
        # One that passes is enough, whatever is not known of the other.
        mixed = self.write("mixed.zone", ";! timeout r._domainkey.example.com.\n" +
                           record("e._domainkey.example.com", self.values["e"]))
        self.assertEqual(run("verify", "--zone", mixed, input=self.sign(MESSAGE, "re")).returncode, 0)

    def test_input_that_cannot_be_read(self):
        for name, word in ((self.folder / "gone.eml", b"gone.eml: No such file"), (self.folder, b"Is a directory"),
                           (os.devnull, b"it is empty")):
            done = run("verify", name, "--zone", self.zone)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(word, done.stderr)
        self.assertEqual(run("verify", "--zone", self.folder / "gone.zone", input=MESSAGE).returncode, 2)
        done = run("verify", "/dev/zero", "--zone", self.zone, preexec_fn=None)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"more than 268435456 octets", done.stderr)

    def test_answers_can_be_kept_and_replayed(self):
        saved = self.folder / "saved.ndjson"
        document = self.verify(self.sign(), "--save-dns", saved)[0]
        done = run("verify", "--replay", saved, "--now", NOW + 60, "--format", "json", input=self.sign())
        self.assertEqual(json.loads(done.stdout), document)

    def test_a_server_that_does_not_answer_is_unknown(self):
        nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(nobody.close)
        nobody.bind(("127.0.0.1", 0))
        done = run("verify", "--nameserver", f"127.0.0.1:{nobody.getsockname()[1]}", input=self.sign())
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"key unavailable", done.stdout)

    def test_output_that_cannot_be_written_is_told(self):
        for form in ("text", "json"):
            with open("/dev/full", "wb") as full:
                done = run("verify", "--zone", self.zone, "--format", form, input=self.sign(), stdout=full)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"could be written", done.stderr)

    def test_a_message_saved_with_bare_lf_is_verified_as_it_was_sent(self):
        saved = self.sign().replace(b"\r\n", b"\n")
        document, _ = self.verify(saved)
        self.assertEqual((document["line_ends"], document["dkim"][0]["result"]), ("lf", "pass"))
        self.assertIn("verified as if in CRLF", self.text(saved))

    def test_colour_only_where_it_is_wanted(self):
        self.assertNotIn("\x1b[", self.text(self.sign()))
        self.assertIn("\x1b[", self.text(self.sign(), "--color", "always"))

    def test_no_line_is_wider_than_asked_for(self):
        for message in (MESSAGE, self.sign(MESSAGE, "re") + b"a\rb\0\n", b"X: y\r\n" + self.sign()):
            for width in (40, 80):
                for line in self.text(message, "--width", width).splitlines():
                    self.assertLessEqual(len(line), width, line)


class Chains(SignedMail):
    """Messages of the public suite of ARC, with the keys they were sealed with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        suite = json.loads((SOURCES / "tests/arc/conformance/arc-validation.json").read_text())
        cls.cases = {case["name"]: case for case in suite}

    def chain(self, name):
        case = self.cases[name]
        zone = self.write("chain.zone", "".join(record(*key) for key in case["txt"].items()))
        message = case["message"].replace("\n", "\r\n").encode()
        return self.verify(message, zone=zone)[0]["arc"], self.text(message, zone=zone)

    def test_a_chain_that_holds(self):
        document, text = self.chain("cv_pass_i2_1_ams1_invalid")
        self.assertEqual((document["result"], document["instances"], document["oldest_pass"]), ("pass", 2, 2))
        self.assertEqual([(one["instance"], one["message_signature"], one["seal"]) for one in document["sets"]],
                         [(1, "fail", "pass"), (2, "pass", "pass")])
        self.assertIn("arc: pass\n  i=2  ", text)

    def test_a_chain_that_does_not_hold(self):
        document, text = self.chain("as_fields_b_mod_sig")
        self.assertEqual(document["result"], "fail")
        self.assertEqual(document["reason"], "a seal did not verify (i=1): signature did not verify")
        self.assertIn("arc: fail: a seal did not verify (i=1)", text)
        self.assertIn("missing", self.chain("ams_struct_missing")[0]["reason"])

    def test_no_chain(self):
        self.assertEqual(self.verify(MESSAGE)[0]["arc"]["result"], "none")
        self.assertNotIn("\narc:", self.text(MESSAGE))


class HostileMessages(SignedMail):
    def test_a_lone_cr_or_lf_ends_no_line(self):
        for odd in (b"a\rb\r\n", b"a\nb\r\n", b"a\r\r\r\nb\r\n", b"\n\n\r\n"):
            signed = self.sign(MESSAGE + odd)
            self.assertEqual(self.results(signed), ["pass"])
            mended = re.sub(rb"\r+(?!\n)|(?<!\r)\n", b"\r\n", signed)
            self.assertEqual(self.results(mended), ["fail"])
            self.assertRegex(self.text(signed), r"note: a bare (CR|LF) at octet \d+")
        split = self.sign().replace(b"From: Ann", b"X: y\nFrom: eve@example.org\r\nFrom: Ann")
        self.assertEqual(self.verify(split)[0]["dkim"][0]["result"], "pass")
        self.assertIn("a bare LF", self.text(split))

    def test_nul_is_an_octet_like_others(self):
        signed = self.sign(MESSAGE.replace(b"price", b"pr\0ce"))
        self.assertEqual(self.results(signed), ["pass"])
        self.assertEqual(self.results(signed.replace(b"pr\0ce", b"pr")), ["fail"])
        self.assertIn("a NUL octet", self.text(signed))

    def test_a_message_without_end_of_header(self):
        for message in (self.sign().split(b"\r\n\r\n")[0], self.sign()[:200], b"From", b"\r", b"\0", b"\xff" * 1000):
            document, status = self.verify(message)
            self.assertEqual(status, 1)
            self.assertIn("no empty line behind the header", [oddity["text"] for oddity in document["oddities"]])

    def test_a_line_of_a_megabyte(self):
        long = b"X-Long: " + b"x" * 1_000_000 + b"\r\n"
        below, above = self.sign().replace(b"From:", long + b"From:", 1), long + self.sign()
        self.assertEqual(self.results(below), ["pass"])  # it is not signed
        self.assertEqual(self.verify(above)[0]["dkim"][0]["reason"], "not evaluated")
        self.assertIn("a line of more than 998 octets", self.text(above))
        self.assertEqual(self.results(self.sign(MESSAGE + b"x" * 1_000_000)), ["pass"])

    def test_a_hundred_thousand_fields(self):
        for name in (b"X:", b"From:", b"DKIM-Signature:", b":", b"no colon "):
            for message in (name + b"\r\n", name + b"\r\n\t\r\n"):
                shown = self.text(message * 100_000 + self.sign())
                self.assertLess(len(shown), 20_000)
        self.assertIn("part of the header that is looked at",
                      " ".join(self.text(b"X:\r\n" * 100_001 + self.sign()).split()))

    def test_a_thousand_signatures(self):
        field = self.sign().split(b"From:")[0]
        document, status = self.verify(field * 1000 + MESSAGE)
        self.assertEqual(status, 0)
        self.assertEqual([one["result"] for one in document["dkim"]], ["pass"] * 10 + ["policy"] * 90)
        shown = self.text(field * 1000 + MESSAGE)
        self.assertEqual(len(re.findall(r"^pass", shown, re.M)), 10)
        self.assertIn("only the first 10 signatures count", shown)
        self.assertIn("nor are the 989 signatures below it", shown)

    def test_bombs_of_mime_are_a_body_like_others(self):
        nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (at, at)
                          for at in range(20_000))
        top = MESSAGE.replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n", 1)
        for body in (nested, b"--x\r\n\r\n" * 200_000, b"=\r\n" * 500_000, b"--x--\r\n" + nested):
            self.assertEqual(self.results(self.sign(top + body)), ["pass"])

    def test_huge_tags(self):
        signed = self.sign()
        for tag in (b"b=", b"bh=", b"d=", b"s=", b"h=", b"a=", b"c="):
            for filling in (b"A" * 60_000, b"A" * 900_000, b"A=\r\n\t " * 9_000, b"a:" * 30_000, b"." * 60_000):
                changed = re.sub(rb"([;\s])" + tag, rb"\1" + tag + filling, signed, count=1)
                self.assertNotIn("pass", self.results(changed))
        for tags in (b";" * 60_000, b"a=;" * 20_000, b"x" * 60_000 + b"=1", b"\r\n\t" * 20_000):
            self.assertNotIn("pass", self.results(b"DKIM-Signature: " + tags + b"\r\n" + MESSAGE))

    def test_names_that_are_none_are_not_asked_for(self):
        for name in (b"attacker.example\0.example.com", b"attacker.example(.example.com", b"a%00.example.com",
                     b"a b.example.com", b"a..example.com", b"../example.com", b"a\x1b[31m.example.com",
                     "a\u202e.example.com".encode(), b"a." * 120 + b"example.com"):
            saved = self.folder / "asked.ndjson"
            signed = self.sign().replace(b"d=example.com", b"d=" + name)
            self.assertEqual(self.results(signed, "--save-dns", saved), ["permerror"])
            self.assertNotIn(b"attacker", saved.read_bytes())
            done = run("verify", "--zone", self.zone, input=signed)
            for hidden in (b"\0", b"\x1b", "\u202e".encode(), b"attacker"):
                self.assertNotIn(hidden, done.stdout + done.stderr)

    def test_an_identity_is_text_and_no_format(self):
        for name in (b"%n%n%s", b"{}{0}", b"$(id)", b"`id`"):
            signed = self.sign(MESSAGE, "r", "--identity", name.decode() + "@example.com") if name[0:1] != b"$" else \
                self.sign().replace(b"s=r;", b"s=r; i=" + name + b"@example.com;")
            self.assertNotIn(b"root", run("verify", "--zone", self.zone, input=signed).stdout)
        signed = self.sign(MESSAGE, "r", "--identity", "%n%s{}@example.com")
        self.assertEqual(self.verify(signed)[0]["dkim"][0]["identity"], "%n%s{}@example.com")

    def test_noise_has_a_result(self):
        choose = random.Random(8)
        signed = self.sign(MESSAGE, "re")
        for _ in range(30):
            changed = bytearray(signed)
            for _ in range(choose.randrange(1, 12)):
                changed[choose.randrange(len(changed))] = choose.choice(b"\0\r\n\t =;:%\"\\\xff\x80A")
            self.assertEqual(unknown_members(self.verify(bytes(changed))[0]), set())


class HostileKeys(SignedMail):
    def setUp(self):
        self.signed = self.sign()

    def reason(self, value):
        document, status = self.verify(self.signed, zone=self.zone_of("r", value))
        self.assertEqual(status, 1)
        self.assertNotEqual(document["dkim"][0]["result"], "pass")
        self.assertFalse(document["dkim"][0].get("key_ok"))
        return document["dkim"][0]["reason"]

    def test_numbers_that_make_no_key(self):
        odd = int.from_bytes(b"\xff" * 256, "big")
        for modulus, exponent in ((odd - 1, 65537), (odd, 1), (odd, 4), (odd, 0), (0, 65537), (odd, odd - 2)):
            self.assertIn(self.reason(rsa_record(modulus, exponent)), ("key unusable", "key syntax error"))

    def test_keys_too_large_cost_nothing(self):
        for bits in (8193, 16_384, 100_000):
            odd = (1 << bits) - 1
            self.assertIn(self.reason(rsa_record(odd, 65537)), ("key unusable", "key syntax error"))
            self.assertIn(self.reason(rsa_record(odd, odd - 2)), ("key unusable", "key syntax error"))

    def test_short_keys_are_not_accepted(self):
        for bits in (512, 768, 1023):
            self.assertEqual(self.reason(rsa_record((1 << bits) - 1, 65537)), "key too short")

    def test_octets_that_are_no_key(self):
        choose = random.Random(9)
        good = bytearray(base64.b64decode(self.values["r"].split("p=")[1]))
        for _ in range(12):
            noise = bytes(choose.randrange(256) for _ in range(choose.randrange(1, 400)))
            changed = bytearray(good)
            changed[choose.randrange(17)] ^= 1 << choose.randrange(8)
            for octets in (noise, b"\x30\x82" + noise, b"\x30\x84\xff\xff\xff\xff" + noise, bytes(changed),
                           good[:choose.randrange(len(good))]):
                self.reason("v=DKIM1; p=" + base64.b64encode(octets).decode())

    def test_records_that_are_no_record(self):
        for value in ("", ";", "=", "v=DKIM1", "p=" + "A" * 60_000, ";" * 60_000, "v=DKIM1; " + "n=x; " * 10_000,
                      "v=spf1 -all", "v=DKIM1; p=%n%s{}", "v=DKIM1; k=rsa; p=" + "=" * 1000):
            self.reason(value)

    def test_many_records_are_none(self):
        lines = "".join(record("r._domainkey.example.com", self.values["r"] + f"; n={at}") for at in range(2000))
        zone = self.write("many.zone", lines)
        self.assertEqual(self.verify(self.signed, zone=zone)[0]["dkim"][0]["reason"], "several key records")


if __name__ == "__main__":
    main()
