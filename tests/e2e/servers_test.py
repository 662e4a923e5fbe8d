"""The resolver against real servers: Knot that signs, NSD, and Unbound that validates. ASK names the program that asks."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import real_servers as servers  # noqa: E402

ASK = os.environ["ASK"]
MISSING = servers.missing("knotd", "keymgr", "nsd", "unbound")

STRING = "x" * 255
SIGNED = f"""\
@      SOA ns1 admin 1 3600 900 604800 60
@      NS ns1
ns1    A 127.0.0.1
@      TXT "v=spf1 -all"
@      MX 10 mx
mx     A 192.0.2.1
a1     CNAME a2
a2     CNAME a3
a3     TXT "end"
loop1  CNAME loop2
loop2  CNAME loop1
big    TXT {' '.join(f'"{STRING}"' for _ in range(16))}
many   TXT {' '.join(f'"{i}"' for i in range(64))}
toomany TXT {' '.join(f'"{i}"' for i in range(65))}
*.wild TXT "wild"
below.ent TXT "below"
"""

# Two servers, two versions.
PAIR = """\
@      SOA ns1 admin {serial} 3600 900 604800 60
@      NS ns1
@      NS ns2
ns1    A 127.0.0.1
ns2    A 127.0.0.2
@      TXT "v=spf1 -all"
@      MX 0 .
_dmarc 3600 TXT "v=DMARC1; p={policy}"
"""

PLAIN = '@ SOA ns admin 1 3600 900 604800 60\n@ NS ns\nns A 127.0.0.2\n@ TXT "v=spf1 -all"\n'

PARENT = """\
@      SOA ns admin 1 3600 900 604800 60
@      NS ns
ns     A 127.0.0.3
signed NS ns1.signed
ns1.signed A 127.0.0.1
pair   NS ns1.pair
pair   NS ns2.pair
pair   NS old.pair
ns1.pair A 127.0.0.1
ns2.pair A 127.0.0.2
old.pair A 127.0.0.9
"""


def ask(server, name, *types, direct=False):
    """Answers, one for each type."""
    command = [ASK, *(["--direct"] if direct else []), server, name, *(types or ["TXT"])]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return answers if len(types) > 1 else answers[0]


def lint(server, port, domain):
    done = subprocess.run([ASK, "--authoritative", str(port), server, domain], stdin=subprocess.DEVNULL,
                          capture_output=True, check=True, timeout=120)
    return json.loads(done.stdout)["domains"][0]


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)}")
class RealServers(unittest.TestCase):
    @classmethod
    def folder(cls):
        folder = servers.temporary()
        cls.addClassCleanup(folder.cleanup)
        return folder.name

    @classmethod
    def keep(cls, server):
        cls.addClassCleanup(server.stop)
        return server

    @classmethod
    def setUpClass(cls):
        # Name servers are found by address alone, so all of them have one port.
        def start_all(port):
            started = []
            try:
                folder = cls.folder()
                started.append(servers.start_knot(folder, servers.KNOT_HOST, port, {
                    "signed.test": SIGNED, "pair.test": PAIR.format(serial=2, policy="reject")}, signed=["signed.test"]))
                started.append(servers.start_nsd(cls.folder(), servers.NSD_HOST, port, {
                    "pair.test": PAIR.format(serial=1, policy="none"), "bogus.test": PLAIN}))
                started.append(servers.start_nsd(cls.folder(), servers.PARENT_HOST, port, {"test": PARENT}))
            except RuntimeError:
                for server in started:
                    server.stop()
                raise
            return port, folder, started

        cls.port, knot_folder, started = servers.with_free_ports(
            start_all, servers.KNOT_HOST, servers.NSD_HOST, servers.PARENT_HOST)
        cls.knot, cls.nsd, cls.parent = map(cls.keep, started)
        stubs = {"test": (servers.PARENT_HOST, cls.port), "signed.test": (servers.KNOT_HOST, cls.port),
                 "pair.test": (servers.KNOT_HOST, cls.port), "bogus.test": (servers.NSD_HOST, cls.port),
                 "lame.test": (servers.NSD_HOST, cls.port)}
        anchors = [servers.knot_ds(knot_folder, "signed.test"), "bogus.test. DS 4711 13 2 " + "ab" * 32]
        cls.unbound = cls.keep(servers.with_free_ports(
            lambda port: servers.start_unbound(cls.folder(), "127.0.0.1", port, stubs, anchors, "signed.test"),
            "127.0.0.1"))

    def both(self, name, *types):
        """What the zone's server says, and what Unbound says, which must be the same but for the proof."""
        own = ask(self.knot.address, name, *types, direct=True)
        through = ask(self.unbound.address, name, *types)
        self.assertEqual(own["state"], through["state"])
        self.assertEqual(sorted(own["records"]), sorted(through["records"]))
        return through

    def test_records_are_found_and_proved(self):
        answer = self.both("signed.test")
        self.assertEqual(answer["records"], ['"v=spf1 -all"'])
        self.assertTrue(answer["authenticated"])
        self.assertEqual(self.both("signed.test", "MX")["records"], ["10 mx.signed.test."])

    def test_what_nobody_signed_is_not_proved(self):
        self.assertFalse(ask(self.unbound.address, "pair.test")["authenticated"])

    def test_nothing_there_is_told_from_no_such_name(self):
        nodata = self.both("mx.signed.test")
        self.assertEqual((nodata["state"], nodata["authenticated"]), ("nodata", True))
        self.assertIn(nodata["ttl"], range(61))  # 60, less what it was in the cache
        self.assertEqual(self.both("ent.signed.test")["state"], "nodata")
        gone = self.both("gone.signed.test")
        self.assertEqual((gone["state"], gone["authenticated"]), ("nxdomain", True))
        self.assertIn(gone["ttl"], range(61))  # 60, less what it was in the cache

    def test_an_alias_is_followed_to_its_end(self):
        answer = ask(self.unbound.address, "a1.signed.test")
        self.assertEqual(answer["records"], ['"end"'])
        self.assertEqual(answer["chain"], ["a2.signed.test", "a3.signed.test"])
        self.assertTrue(answer["authenticated"])
        own = ask(self.knot.address, "a1.signed.test", direct=True)
        self.assertEqual((own["records"], own["chain"]), ([], ["a2.signed.test"]))

    def test_an_alias_in_a_circle_is_unknown(self):
        answer = ask(self.unbound.address, "loop1.signed.test")
        self.assertEqual(answer["state"], "unknown")
        self.assertIn(answer["trouble"], ("loop", "servfail"))

    def test_four_kilobytes_come_over_tcp(self):
        self.assertEqual(self.both("big.signed.test")["records"], [" ".join([f'"{STRING}"'] * 16)])

    def test_64_strings_are_taken_and_no_more(self):
        self.assertEqual(len(self.both("many.signed.test")["records"][0].split()), 64)
        more = ask(self.unbound.address, "toomany.signed.test")
        self.assertEqual((more["state"], more["trouble"]), ("unknown", "limit"))

    def test_a_wildcard_answers_for_every_name(self):
        answer = self.both("any.name.wild.signed.test")
        self.assertEqual((answer["records"], answer["authenticated"]), (['"wild"'], True))

    def test_a_zone_that_fails_validation_is_bogus_and_says_why(self):
        answer = ask(self.unbound.address, "bogus.test")
        self.assertEqual((answer["state"], answer["trouble"]), ("unknown", "bogus"))
        self.assertIn(answer["extended_error"], range(6, 13))
        self.assertIn("SERVFAIL with ", answer["detail"])

    def test_a_lame_delegation_is_unknown_and_not_bogus(self):
        answer = ask(self.unbound.address, "www.lame.test")
        self.assertEqual((answer["state"], answer["trouble"]), ("unknown", "servfail"))

    def test_a_server_without_the_zone_refuses(self):
        answer = ask(self.nsd.address, "signed.test", direct=True)
        self.assertEqual((answer["state"], answer["trouble"]), ("unknown", "refused"))

    def test_the_parent_refers(self):
        answer = ask(self.parent.address, "www.signed.test", direct=True)
        self.assertTrue(answer["referral"])
        self.assertFalse(answer["authoritative"])

    def test_a_server_that_is_no_resolver_is_told_as_such(self):
        answer = ask(self.parent.address, "www.signed.test")
        self.assertEqual((answer["state"], answer["trouble"]), ("unknown", "refused"))

    def test_a_stopped_server_is_unknown(self):
        zone = {"pair.test": PAIR.format(serial=1, policy="none")}
        server = servers.with_free_ports(
            lambda port: servers.start_nsd(self.folder(), servers.NSD_HOST, port, zone), servers.NSD_HOST)
        try:
            self.assertEqual(ask(server.address, "pair.test", direct=True)["state"], "records")
        finally:
            server.stop()
        answer = ask(server.address, "pair.test", direct=True)
        self.assertEqual((answer["state"], answer["trouble"]), ("unknown", "network"))

    def test_servers_of_a_zone_that_differ_are_told_apart(self):
        report = lint(self.unbound.address, self.port, "pair.test")
        zone = report["authoritative"]["zones"][0]
        told = {server["address"]: (server["state"], server.get("serial"), server["in_zone"], server["in_delegation"])
                for server in zone["servers"]}
        self.assertEqual(told, {"127.0.0.1": ("serves", 2, True, True), "127.0.0.2": ("serves", 1, True, True),
                                "127.0.0.9": ("silent", None, False, True)})
        questions = {question["question"]: question for question in zone["questions"]}
        self.assertTrue(questions["pair.test TXT"]["agree"])
        self.assertFalse(questions["_dmarc.pair.test TXT"]["agree"])
        found = {finding["code"]: finding for finding in report["findings"]}
        self.assertIn("disagree about `_dmarc.pair.test TXT`", found["DNS004"]["message"])
        self.assertIn("has serial 1 where the newest is 2", found["DNS004"]["help"])
        self.assertIn("`old.pair.test` (127.0.0.9)", found["DNS005"]["message"])
        self.assertIn("only the delegation in the parent zone names it", found["DNS005"]["help"])

    def test_a_signed_zone_with_one_server_is_in_order(self):
        report = lint(self.unbound.address, self.port, "signed.test")
        codes = {finding["code"] for finding in report["findings"]}
        self.assertFalse(codes & {"DNS001", "DNS003", "DNS004", "DNS005", "DNS025", "DNS031"}, report["findings"])


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: not installed: {', '.join(MISSING)} (scripts/setup --peers)")
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
