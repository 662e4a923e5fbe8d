"""`envelint lint --expect FILE` as CI runs it: what is expected of domains, over zone files and a DNS server on loopback."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from fake_dns import Server, Zone
from schemas import read_schema

PROGRAM = os.environ["ENVELINT"]

ZONE = """$ORIGIN example.com.
@       SOA ns1 hostmaster 1 3600 600 86400 300
@       NS  ns1
ns1     A   198.41.0.53
@       MX  10 mail
mail    A   198.41.0.25
mail    TXT "v=spf1 a -all"
@       TXT "v=spf1 mx ip4:198.41.0.10 ~all"
_dmarc  TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
s1._domainkey TXT "v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc="
"""

MET = """[domains."example.com"]
policy = "reject"
max_lookups = 1
selectors = ["s1"]
pass = [
  "198.41.0.10",
  { ip = "198.41.0.25", mail_from = "", helo = "mail.example.com" },
]
fail = ["203.0.113.66"]
"""


def run(*arguments, cwd=None):
    return subprocess.run([PROGRAM, "lint", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, cwd=cwd)


def codes(document):
    return [finding["code"] for domain in document["domains"] for finding in domain["findings"]]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, content):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(content)
        return path

    def check(self, expectations, *arguments, zone=ZONE):
        zone_file = self.write("example.com.zone", zone)
        expect_file = self.write("envelint.toml", expectations)
        return run("--zone", zone_file, "--expect", expect_file, *arguments)

    def check_json(self, expectations, *arguments, zone=ZONE):
        done = self.check(expectations, "--format", "json", *arguments, zone=zone)
        return json.loads(done.stdout), done.returncode


class Zones(Folder):
    def test_what_is_met_ends_with_0_and_is_counted(self):
        document, status = self.check_json(MET)
        self.assertEqual(status, 0)
        self.assertNotIn("X011", codes(document))
        self.assertEqual(document["domains"][0]["expectations"], {"count": 6, "met": 6, "not_met": 0, "undecided": []})
        self.assertIn("6 of 6 expectations met", self.check(MET).stdout)

    def test_what_is_not_met_is_a_finding_of_its_domain_with_the_line_of_the_file(self):
        document, status = self.check_json(MET.replace('"203.0.113.66"', '"198.41.0.25"'), "--select", "X011")
        self.assertEqual(status, 1)
        domain = document["domains"][0]
        finding, = domain["findings"]
        self.assertEqual(domain["domain"], "example.com")
        self.assertEqual(finding["code"], "X011")
        self.assertEqual(finding["message"], "`198.41.0.25` passes SPF for example.com: pass, `mx` matched")
        self.assertTrue(finding["where"]["file"].endswith("envelint.toml"))
        self.assertEqual((finding["where"]["line"], finding["where"]["column"]), (9, 9))
        self.assertEqual(finding["where"]["owner"], "example.com")
        text = self.check(MET.replace('"203.0.113.66"', '"198.41.0.25"')).stdout
        self.assertIn('9 | fail = ["198.41.0.25"]', text)

    def test_selection_and_fail_on_are_for_expectations_too(self):
        wrong = MET.replace('"reject"', '"none"')
        self.assertEqual(self.check(wrong).returncode, 1)
        self.assertEqual(self.check(wrong, "--ignore", "X011").returncode, 0)
        self.assertEqual(self.check(wrong, "--fail-on", "never").returncode, 0)

    def test_a_question_without_answer_is_neither_met_nor_not_met(self):
        zone = ZONE + ";! timeout s1._domainkey.example.com. TXT\n"
        document, status = self.check_json(MET, "--select", "X011", zone=zone)
        self.assertEqual(status, 3)
        expectations = document["domains"][0]["expectations"]
        self.assertEqual((expectations["met"], expectations["not_met"]), (5, 0))
        undecided, = expectations["undecided"]
        self.assertEqual(undecided["question"], "s1._domainkey.example.com TXT")
        self.assertEqual(undecided["where"]["line"], 4)
        text = " ".join(self.check(MET, zone=zone).stdout.split())
        self.assertIn("unknown: whether a usable DKIM key stands at selector `s1` of example.com", text)

    def test_what_lies_beyond_the_file_leaves_an_expectation_open(self):
        zone = ZONE.replace(" ~all", " include:_spf.example.net ~all")
        done = self.check('[domains."example.com"]\npass = ["203.0.113.7"]\n', "--select", "X011", zone=zone)
        self.assertEqual(done.returncode, 3)
        self.assertIn("_spf.example.net TXT", done.stdout)
        self.assertEqual(self.check('[domains."example.com"]\npass = ["198.41.0.10"]\n', "--select", "X011",
                                    zone=zone).returncode, 0)

    def test_a_name_that_the_run_does_not_cover_is_checked_all_the_same(self):
        more = MET + '[domains."never.example.com"]\npolicy = "none"\n[domains."www.example.com"]\npolicy = "reject"\n'
        document, status = self.check_json(more, "example.com", "--select", "X011")
        self.assertEqual(status, 1)
        self.assertEqual([domain["domain"] for domain in document["domains"]],
                         ["example.com", "never.example.com", "www.example.com"])
        self.assertEqual(document["domains"][1]["findings"][0]["message"],
                         "receivers apply `reject` to mail from never.example.com; `none` is expected")
        self.assertEqual(document["domains"][2]["expectations"]["met"], 1)

    def test_nothing_is_read_unless_it_is_asked_for(self):
        zone = self.write("example.com.zone", ZONE)
        self.write("envelint.toml", "broken")
        done = run("--zone", zone, cwd=self.folder.name)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("expectation", done.stdout)

    def test_json_follows_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("not installed: jsonschema")
        schema = read_schema("lint-1")
        jsonschema.Draft202012Validator.check_schema(schema)
        for expectations, zone in ((MET, ZONE), (MET.replace('"reject"', '"none"'), ZONE),
                                   (MET, ZONE + ";! timeout s1._domainkey.example.com. TXT\n")):
            document, _ = self.check_json(expectations, zone=zone)
            jsonschema.validate(document, schema)


class Files(Folder):
    def test_a_broken_file_is_wrong_usage_with_every_place(self):
        done = self.check('[domains."example.com"]\npolcy = "reject"\npass = ["192.0.2.300"]\n')
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        first, second = done.stderr.splitlines()
        self.assertTrue(first.endswith("envelint.toml:2:1: `polcy` is no key of a name; did you mean `policy`?"), first)
        self.assertTrue(second.endswith("envelint.toml:3:9: `192.0.2.300` is no IP address"), second)

    def test_what_cannot_be_read_or_expects_nothing_is_wrong_usage(self):
        self.assertEqual(run("--expect", "/nonexistent/envelint.toml").returncode, 2)
        self.assertEqual(run("--expect", self.folder.name).returncode, 2)
        self.assertEqual(self.check("").returncode, 2)
        self.assertEqual(self.check('[domains."example.com"]\n').returncode, 2)

    def test_it_goes_with_domains_only(self):
        file = self.write("envelint.toml", MET)
        zone = self.write("example.com.zone", ZONE)
        for arguments in (["--record", "v=spf1 -all"], ["-"], ["--zone", zone, "--fix"]):
            with self.subTest(arguments):
                self.assertEqual(run("--expect", file, *arguments).returncode, 2)


class Live(Folder):
    RECORDS = [
        ("example.com", "MX", "10 mail.example.com"),
        ("mail.example.com", "A", "198.41.0.25"),
        ("example.com", "TXT", "v=spf1 mx -all"),
        ("_dmarc.example.com", "TXT", "v=DMARC1; p=reject"),
        ("other.example", "TXT", "v=spf1 -all"),
        ("other.example", "MX", "0 ."),
        ("silent.example", "TXT", "v=spf1 -all"),
    ]
    FILE = ('[domains."other.example"]\nfail = ["198.41.0.25"]\n'
            '[domains."example.com"]\npass = ["198.41.0.25", "198.41.0.26"]\npolicy = "reject"\n')

    def lint(self, expectations, *arguments, trouble=None):
        file = self.write("envelint.toml", expectations)
        with Server(Zone(self.RECORDS, trouble or {})) as server:
            return run("--nameserver", server.address, "--timeout", "2", "--expect", file, "--select", "X011",
                       *arguments)

    def test_without_domains_the_names_of_the_file_are_looked_up(self):
        done = self.lint(self.FILE, "--format", "ndjson")
        self.assertEqual(done.returncode, 1)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["domains"][0]["domain"] for line in lines], ["other.example", "example.com"])
        self.assertEqual([codes(line) for line in lines], [[], ["X011"]])
        self.assertIn("198.41.0.26", lines[1]["domains"][0]["findings"][0]["message"])
        self.assertIn("overview", lines[1]["domains"][0])

    def test_names_that_were_not_given_come_last_in_a_stream(self):
        done = self.lint(self.FILE, "example.com", "--format", "ndjson")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["domains"][0]["domain"] for line in lines], ["example.com", "other.example"])
        self.assertEqual(lines[1]["domains"][0]["expectations"]["met"], 1)

    def test_a_server_that_fails_leaves_expectations_open(self):
        done = self.lint('[domains."example.com"]\nselectors = ["s1"]\n', "--format", "json",
                         trouble={"_domainkey.example.com": "servfail"})
        self.assertEqual(done.returncode, 3)
        self.assertEqual(len(json.loads(done.stdout)["domains"][0]["expectations"]["undecided"]), 1)

    def test_a_recording_answers_as_the_network_did(self):
        saved = pathlib.Path(self.folder.name) / "answers.dns"
        live = self.lint(self.FILE, "--format", "json", "--save-dns", saved)
        again = run("--replay", saved, "--expect", pathlib.Path(self.folder.name) / "envelint.toml", "--select", "X011",
                    "--format", "json")
        self.assertEqual(again.returncode, live.returncode)
        self.assertEqual([d["expectations"] for d in json.loads(again.stdout)["domains"]],
                         [d["expectations"] for d in json.loads(live.stdout)["domains"]])


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
