"""`envelint rehearse` as an administrator and a CI job run it: keys made by the program, zone files, exit statuses."""

import json
import os
import stat

from schemas import read_schema
from signed_mail import SignedMail, main, record, run

SCHEMA = read_schema("rehearse-1")

# The addresses are public ones: those for documentation draw findings of their own.
ZONE = """$ORIGIN example.com.
$TTL 3600
@       SOA ns1 hostmaster 1 7200 3600 1209600 3600
@       NS  ns1
@       NS  ns2.example.net.
ns1     A   198.41.0.53
@       MX  10 mail
mail    A   198.41.0.25
mail    AAAA 2001:500::25
mail    TXT "v=spf1 a -all"
@       TXT "v=spf1 mx ip4:198.41.0.128/28 -all"
_dmarc  TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
"""


class Rehearsal(SignedMail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys_text = "".join(record(f"{selector}._domainkey.example.com", value)
                                for selector, value in cls.values.items())

    def rehearse(self, *more, zone=ZONE, key="r", selector=None, keys=None):
        file = self.write("new.zone", zone + (self.keys_text if keys is None else keys))
        return run("rehearse", "--zone", file, "--domain", "example.com", "--key", self.pem[key], "--selector",
                   selector or key, *more)

    def json(self, *more, **options):
        done = self.rehearse("--format", "json", *more, **options)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        document = json.loads(done.stdout)
        self.hold_against_schema(document)
        self.assertEqual(document["result"], {0: "works", 1: "fails", 3: "undecided"}[done.returncode])
        return document

    def hold_against_schema(self, document):
        self.assertEqual(set(document) - set(SCHEMA["properties"]), set())
        for row in document["rows"]:
            self.assertEqual(set(row) - set(SCHEMA["$defs"]["row"]["properties"]), set())
        try:
            import jsonschema
        except ImportError:
            return
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        jsonschema.validate(document, SCHEMA)

    def rows(self, document, scene="sender"):
        return [(row["ip"], row["outcome"]) for row in document["rows"] if row["scene"] == scene]

    def codes(self, document):
        return {finding["code"] for finding in document["findings"]}


class Setups(Rehearsal):
    def test_a_setup_that_works_ends_with_0(self):
        document = self.json()
        self.assertEqual(document["result"], "works", document["conclusion"])
        self.assertEqual(self.rows(document), [("198.41.0.25", "as_it_should"), ("2001:500::25", "as_it_should"),
                                               ("198.41.0.129", "as_it_should")])
        self.assertEqual(self.rows(document, "forgery"), [("203.0.113.1", "as_it_should")])
        self.assertEqual(self.rows(document, "forwarded"), [("203.0.113.1", "as_it_should")])
        self.assertEqual((document["troubles"], document["findings"]), ([], []))

    def test_several_keys_are_all_tried(self):
        document = self.json("--key", self.pem["e"], "--selector", "e")
        self.assertEqual([key["match"] for key in document["keys"]], ["matches", "matches"])
        self.assertEqual([one["result"] for one in document["rows"][0]["dkim"]], ["pass", "pass"])

    def test_a_key_that_is_not_the_published_one_ends_with_1(self):
        document = self.json(key="e", selector="r")
        self.assertEqual((document["result"], document["keys"][0]["match"]), ("fails", "other_algorithm"))
        self.assertIn("DKIM042", self.codes(document))
        missing = self.json(keys="")
        self.assertEqual((missing["result"], missing["keys"][0]["match"]), ("fails", "nothing_published"))
        self.assertEqual([finding["code"] for finding in missing["findings"]], ["DKIM002"])
        self.assertEqual(missing["lint"]["error"], 0)

    def test_a_forgotten_sender_ends_with_1_and_what_to_publish(self):
        document = self.json("--ip", "198.41.7.7", "--ip", "198.41.0.25")
        self.assertEqual(document["result"], "fails")
        self.assertEqual(self.rows(document), [("198.41.7.7", "broken"), ("198.41.0.25", "as_it_should")])
        self.assertIn("`v=spf1 mx ip4:198.41.0.128/28 ip4:198.41.7.7 -all`", document["troubles"][0]["help"])

    def test_strict_alignment_leaves_a_bounce_subdomain_to_the_signature(self):
        zone = (ZONE.replace("p=reject;", "p=reject; aspf=s;") + 'bounce TXT "v=spf1 ip4:198.41.0.25 -all"\n')
        document = self.json("--mail-from", "b@bounce.example.com", zone=zone)
        self.assertEqual((document["result"], self.rows(document)), ("works", [("198.41.0.25", "as_it_should")]))
        self.assertIn("not aligned", document["remarks"][0])
        strict = zone.replace("aspf=s;", "aspf=s; adkim=s;")
        document = self.json("--mail-from", "b@bounce.example.com", "--from", "a@news.example.com", zone=strict)
        self.assertEqual((document["result"], self.rows(document)), ("fails", [("198.41.0.25", "broken")]))
        self.assertIn("X013", self.codes(document))

    def test_p_none_works_and_says_that_forged_mail_is_delivered(self):
        document = self.json(zone=ZONE.replace("p=reject", "p=none"))
        self.assertEqual(document["result"], "works")
        self.assertIn("delivered all the same", document["conclusion"])
        forged = [row for row in document["rows"] if row["scene"] == "forgery"][0]
        self.assertEqual((forged["dmarc"]["result"], forged["receivers"]), ("fail", "deliver"))

    def test_an_include_outside_the_zone_is_undecided_until_its_records_are_given(self):
        zone = ZONE.replace("mx ip4", "mx include:_spf.provider.example ip4")
        document = self.json(zone=zone)
        self.assertEqual(document["result"], "undecided", document["conclusion"])
        self.assertEqual([(term["term"], term["cause"]) for term in document["open_terms"]],
                         [("include:_spf.provider.example", "outside")])
        self.assertIn("--zone FILE", document["troubles"][0]["help"])
        more = self.write("provider.zone", '_spf.provider.example. TXT "v=spf1 ip4:198.41.8.0/24 ~all"\n')
        document = self.json("--zone", more, zone=zone)
        self.assertEqual(document["result"], "works", document["conclusion"])
        self.assertIn(("198.41.8.1", "as_it_should"), self.rows(document))

    def test_dns_trouble_in_the_zone_ends_with_3(self):
        zone = ZONE.replace("mx ip4", "mx include:_spf ip4").replace("include:_spf", "include:_spf.example.com")
        document = self.json(zone=zone + ";! timeout _spf.example.com.\n")
        self.assertEqual(document["result"], "undecided", document["conclusion"])
        document = self.json(keys=";! servfail r._domainkey.example.com.\n")
        self.assertEqual((document["result"], document["keys"][0]["match"]), ("undecided", "unknown"))

    def test_an_expectation_that_is_not_met_ends_with_1(self):
        met = self.write("envelint.toml", '[domains."example.com"]\npolicy = "reject"\npass = ["198.41.0.25"]\n')
        document = self.json("--expect", met)
        self.assertEqual((document["result"], document["expectations"]),
                         ("works", [{"domain": "example.com", "count": 2, "met": 2, "not_met": 0}]))
        unmet = self.write("unmet.toml", '[domains."example.com"]\npolicy = "none"\n')
        document = self.json("--expect", unmet)
        self.assertEqual(document["result"], "fails")
        self.assertIn("X011", self.codes(document))
        self.assertIn("1 of 1 expectation not met for example.com", document["conclusion"])

    def test_an_error_of_the_zone_ends_with_1(self):
        document = self.json(zone=ZONE + '@ TXT "v=spf1 -all"\n')
        self.assertEqual(document["result"], "fails")
        self.assertGreater(document["lint"]["error"], 0)

    def test_a_message_of_ones_own_is_signed(self):
        mine = self.write("mine.eml", "From: Ann <ann@example.com>\nSubject: Hello\n\nHello.\n")
        document = self.json("--message", mine)
        self.assertEqual((document["result"], document["from"]), ("works", "ann@example.com"))

    def test_a_recording_answers_for_what_the_zone_does_not_have(self):
        zone = ZONE.replace("mx ip4", "mx include:_spf.provider.example ip4")
        provider = self.write("provider.zone", '_spf.provider.example. TXT "v=spf1 ip4:198.41.8.0/24 ~all"\n')
        saved = self.folder / "saved.dns"
        self.rehearse("--zone", provider, "--save-dns", saved, zone=zone)
        document = self.json("--overlay", "--replay", saved, zone=zone)
        self.assertIn(("198.41.8.1", "as_it_should"), self.rows(document))


class Screen(Rehearsal):
    def test_the_conclusion_comes_first_and_no_line_is_too_wide(self):
        for width in (80, 60, 40):
            done = self.rehearse("--width", width, "--from", "a@example.com", zone=ZONE)
            text = done.stdout.decode()
            self.assertTrue(text.startswith("The setup would work:"), text)
            matrix = text.split("\n\n")[2]
            self.assertLessEqual(max(map(len, matrix.splitlines())), width)

    def test_errors_of_the_zone_stand_in_full(self):
        done = self.rehearse(zone=ZONE.replace("mx ip4:", "mx ipv4:"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"error[SPF020]", done.stdout)
        self.assertIn(b"`envelint lint --zone", done.stdout)

    def test_what_hides_or_steers_a_terminal_is_made_visible(self):
        done = self.rehearse("--from", '"\x1b[31m\u202e"@example.com')
        self.assertNotIn(b"\x1b", done.stdout + done.stderr)
        zone = ZONE.replace("mx ip4", 'mx a:\\027[31m.example.com ip4')
        self.assertNotIn(b"\x1b", self.rehearse(zone=zone).stdout)

    def test_colour_is_for_those_who_want_it(self):
        self.assertNotIn(b"\x1b", self.rehearse().stdout)
        self.assertIn(b"\x1b[", self.rehearse("--colour", "always").stdout)

    def test_no_octet_of_the_key_is_shown(self):
        secret = self.pem["r"].read_text().splitlines()[3].encode()
        for more in ((), ("--format", "json"), ("--ip", "198.41.7.7")):
            done = self.rehearse(*more, key="r", selector="e")
            self.assertNotIn(secret, done.stdout + done.stderr)

    def test_a_key_that_others_can_read_is_warned_of(self):
        loose = self.write("loose.pem", self.pem["r"].read_bytes())
        os.chmod(loose, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        done = self.rehearse("--key", loose, "--selector", "r")
        self.assertIn(b"chmod 600", done.stderr)


class WrongUsage(Rehearsal):
    def refused(self, *words, says):
        done = run("rehearse", *words)
        self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
        self.assertIn(says, done.stderr.decode())

    def test_what_is_missing_or_cannot_be_read_is_named(self):
        zone = self.write("new.zone", ZONE + self.keys_text)
        key = ("--key", self.pem["r"], "--selector", "r")
        self.refused("--domain", "example.com", *key, says="--zone FILE is missing")
        self.refused("--zone", zone, *key, says="--domain is missing")
        self.refused("--zone", zone, "--domain", "example.com", says="nothing to sign with; give --key FILE")
        self.refused("--zone", zone, "--domain", "example.com", "--key", self.pem["r"],
                     says="one selector for each key")
        whole = ("--zone", zone, "--domain", "example.com", *key)
        self.refused(*whole, "--ip", "mail.example.com", says="is no address")
        self.refused(*whole, "--from", "Ann", says="is no address")
        self.refused(*whole, "--from", "a@example.com\r\nBcc: b@example.net", says="is no address")
        self.refused(*whole, "--mail-from", "nobody", says="is no address")
        self.refused(*whole, "--message", self.folder / "gone.eml", says="gone.eml")
        self.refused(*whole, "--message", self.write("no.eml", "Subject: x\n\nx\n"), says="one From field")
        self.refused(*whole, "--expect", self.write("bad.toml", "policy\n"), says="bad.toml:1")
        self.refused(*whole, "--replay", zone, says="--overlay")
        self.refused("--zone", zone, "--domain", "example.net", *key, says="nothing about `example.net`")
        self.refused("--zone", self.folder / "gone.zone", "--domain", "example.com", *key, says="gone.zone")
        self.refused("--zone", zone, "--domain", "example.com", "--key", zone, "--selector", "r", says="new.zone")
        self.refused("--zone", zone, "--domain", "example.com", "--key", self.pem["r"], "--selector", "no selector",
                     says="selector")


if __name__ == "__main__":
    main()
