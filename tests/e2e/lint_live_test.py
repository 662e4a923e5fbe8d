"""`envelint lint DOMAIN` as its users run it, against a DNS server on loopback. ENVELINT names the program."""

import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from fake_dns import Server, Zone

PROGRAM = os.environ["ENVELINT"]
TXT, MX, PTR = 16, 15, 12

RECORDS = [
    ("example.com", "MX", "10 mx.example.com"),
    ("mx.example.com", "A", "20.1.2.3"),
    ("3.2.1.20.in-addr.arpa", "PTR", "mx.example.com"),
    ("example.com", "TXT", "v=spf1 ip4:20.1.2.3 -all"),
    ("_dmarc.example.com", "TXT", "v=DMARC1; p=reject; rua=mailto:d@example.com"),
    ("_mta-sts.example.com", "TXT", "v=STSv1; id=20260101;"),
    ("s1._domainkey.example.com", "TXT", "v=DKIM1; k=ed25519; p=Uc17XpDrdZxuyIGnfcKpIAtExDjkFriCv5qHwz3+7dw="),
    ("broken.example", "MX", "10 mx.example.com"),
    ("broken.example", "TXT", "v=spf1 ipv4:20.1.2.3 -all"),
    ("xn--bcher-kva.example", "TXT", "v=spf1 -all"),
    ("xn--bcher-kva.example", "MX", "0 ."),
    ("silent.example", "TXT", "v=spf1 -all"),
    ("half.example", "TXT", "v=spf1 ipv4:20.1.2.3 -all"),
]
TROUBLE = {"silent.example": "silent", "failing.example": "servfail", "refusing.example": "refused",
           "_domainkey.half.example": "servfail"}


def run(*arguments, **options):
    options = {"stdin": subprocess.DEVNULL, **options} if "input" not in options else options
    return subprocess.run([PROGRAM, "lint", *map(str, arguments)], capture_output=True, timeout=120, **options)


def documents(done):
    return [json.loads(line)["domains"][0] for line in done.stdout.splitlines()]


def codes(domain):
    return [finding["code"] for finding in domain["findings"]]


class Live(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.zone = Zone(RECORDS, TROUBLE)
        self.server = self.serve(self.zone)

    def serve(self, zone):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(Server(zone))

    def lint(self, *arguments, **options):
        return run("--nameserver", self.server.address, *arguments, **options)

    def lint_json(self, *arguments, **options):
        done = self.lint("--format", "json", *arguments, **options)
        return json.loads(done.stdout)["domains"][0], done

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path


class Overview(Live):
    def test_a_domain_is_shown_area_by_area_and_then_its_findings(self):
        done = self.lint("broken.example", "--select", "SPF")
        text = done.stdout.decode()
        self.assertIn("  MX       ok       mx.example.com\n", text)
        self.assertIn("  SPF      error    v=spf1 ipv4:20.1.2.3 -all\n", text)
        self.assertIn("  MTA-STS  none     no record\n", text)
        self.assertLess(text.index("MTA-STS"), text.index("error[SPF020]"))
        self.assertEqual((done.returncode, done.stderr), (1, b""))

    def test_what_is_ignored_does_not_mark_its_area(self):
        self.assertIn("  SPF      ok ", self.lint("broken.example", "--ignore", "SPF").stdout.decode())

    def test_the_overview_is_in_the_json(self):
        domain, _ = self.lint_json("broken.example")
        lines = {line["area"]: line for line in domain["overview"]}
        self.assertEqual(lines["spf"], {"area": "spf", "state": "found", "worst": "error",
                                        "text": "v=spf1 ipv4:20.1.2.3 -all"})
        self.assertEqual(lines["tls_rpt"]["state"], "nothing")

    def test_records_of_dns_are_in_the_json(self):
        domain, _ = self.lint_json("example.com")
        records = {(record["owner"], record["kind"]): record for record in domain["records"]}
        self.assertEqual(records["example.com", "spf"]["value"], "v=spf1 ip4:20.1.2.3 -all")
        self.assertEqual(records["example.com", "spf"]["ttl"], 300)
        self.assertIn(("_mta-sts.example.com", "mta_sts"), records)

    def test_a_domain_that_does_not_exist_is_an_error(self):
        domain, done = self.lint_json("nowhere.example")
        self.assertEqual((codes(domain), done.returncode), (["DNS002"], 1))

    def test_no_line_is_wider_than_wanted(self):
        for width in (40, 80):
            text = self.lint("example.com", "silent.example", "broken.example", "--timeout", "0.3", "--width", width,
                             "--ignore", "SPF").stdout.decode()
            # What is there to be copied may be wider.
            lines = [line for line in text.splitlines() if not line.lstrip().startswith("`") and not line.endswith("`")]
            self.assertLessEqual(max(map(len, lines)), width, text)


class Selectors(Live):
    def test_selectors_are_looked_at_and_said_to_be_missing(self):
        text = self.lint("example.com", "--selector", "s1", "--selector", "gone").stdout.decode()
        self.assertIn("s1: Ed25519; no key at gone\n", text)
        self.assertIn(("gone._domainkey.example.com", TXT), self.zone.asked)

    def test_a_selector_that_is_not_answered_is_not_confirmed(self):
        self.zone.trouble["s2._domainkey.example.com"] = "servfail"
        domain, done = self.lint_json("example.com", "--selector", "s1", "--selector", "s2", "--select", "SPF020")
        line = next(line for line in domain["overview"] if line["area"] == "dkim")
        self.assertEqual(line["text"], "s1: Ed25519; not confirmed: s2 (the server failed)")
        self.assertEqual(done.returncode, 3)


class ExitStatus(Live):
    def test_0_when_all_was_answered_and_nothing_counts(self):
        self.assertEqual(self.lint("example.com", "--select", "SPF020").returncode, 0)

    def test_1_for_a_finding_even_when_something_else_is_unknown(self):
        domain, done = self.lint_json("half.example", "--select", "SPF020,DNS001")
        self.assertEqual(sorted(set(codes(domain))), ["DNS001", "SPF020"])
        self.assertEqual(done.returncode, 1)

    def test_3_when_unanswered_questions_are_all_there_is(self):
        for name, reason in (("silent.example", "timeout"), ("failing.example", "servfail"), ("refusing.example", "refused")):
            with self.subTest(name):
                domain, done = self.lint_json(name, "--timeout", "0.5")
                self.assertTrue(domain["unknown"][0]["reason"].startswith(reason), domain["unknown"][0])
                self.assertEqual(set(codes(domain)), {"DNS001"})
                self.assertEqual(done.returncode, 3)

    def test_3_whatever_is_ignored_or_allowed(self):
        for more in (("--ignore", "DNS001"), ("--fail-on", "never"), ("--fail-on", "info", "--select", "DNS001")):
            self.assertEqual(self.lint("failing.example", *more).returncode, 3, more)

    def test_one_domain_of_several_decides(self):
        lint = ("--select", "SPF020,DNS001", "--format", "ndjson")
        self.assertEqual(self.lint("example.com", "failing.example", *lint).returncode, 3)
        self.assertEqual(self.lint("example.com", "failing.example", "broken.example", *lint).returncode, 1)

    def test_2_for_wrong_usage(self):
        self.write("a.zone", "example.com. TXT \"v=spf1 -all\"\n")
        for arguments in (["--record", "v=spf1 -all", "--nameserver", "127.0.0.1"], ["-", "--selector", "s1"],
                          ["example.com", "--timeout", "soon"], ["example.com", "--timeout", "0"],
                          ["example.com", "--jobs", "0"], ["example.com", "--compare-live"], ["example.com", "--overlay"], ["192.0.2.1"],
                          ["https://example.com/"], ["example.com", "--replay", self.folder / "gone"],
                          ["--domains", self.folder / "gone"], ["--domains", self.folder], ["example.com", "--type", "spf"],
                          ["example.com", "--nameserver", "dns.example"], ["example.com", "--fix"], ["-", "example.com"],
                          ["--zone", self.folder / "a.zone", "--nameserver", "127.0.0.1"], ["example.com", "--selector", "a..b"],
                          ["example.com", "--selector", "a b"], ["example.com", "--selector", "s1,s2"], ["example.com,example.net"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertTrue(done.stderr.startswith(b"envelint lint: "), done.stderr)


class Trouble(Live):
    def test_a_server_that_is_not_there_is_told_at_once(self):
        done = run("example.com", "--nameserver", "127.0.0.1:1", "--timeout", "20")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"no server could be reached", done.stdout)
        self.assertIn(b"127.0.0.1:1: Connection refused", done.stdout)

    def test_a_server_that_never_answers_costs_the_time_for_the_domain(self):
        start = time.monotonic()
        done = self.lint("silent.example", "--timeout", "1")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"no answer in time", done.stdout)
        self.assertIn(b"--timeout 120", done.stdout)
        self.assertLess(time.monotonic() - start, 10)

    def test_a_server_that_answers_other_questions_is_not_believed(self):
        class Liar(Zone):
            def answer(self, query, udp):
                return bytes([query[0] ^ 1]) + super().answer(query, udp)[1:]

        server = self.serve(Liar(RECORDS))
        done = run("example.com", "--nameserver", server.address, "--timeout", "1", "--format", "json")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(json.loads(done.stdout)["domains"][0]["records"], [])

    def test_what_others_publish_reaches_no_terminal(self):
        evil = b"v=spf1 \x1b[31m\x07 \xe2\x80\xae\xff ~all"
        server = self.serve(Zone([("evil.example", "TXT", evil),
                                  ("evil.example", "MX", "10 a"),
                                  ("_mta-sts.evil.example", "TXT", b"v=STSv1; id=\x1b]0;x\x07\n\xff;"),
                                  ("_smtp._tls.evil.example", "TXT", b"v=TLSRPTv1; rua=mailto:\x1b[2J\x9b@x" + b"y" * 3000),
                                  ("s\x07._domainkey.evil.example", "TXT", b"v=DKIM1; p=\x1b[31m")]))
        lint = ("evil.example", "--nameserver", server.address)
        for arguments in ((), ("--format", "json"), ("--format", "ndjson"), ("--selector", "s\x07"), ("--selector", "ŝ")):
            done = run(*lint, *arguments)
            for byte in (b"\x1b", b"\x07", b"\x9b", "\u202e".encode()):
                self.assertNotIn(byte, done.stdout + done.stderr, arguments)
        self.assertEqual(len(run(*lint, "--format", "ndjson").stdout.splitlines()), 1)

    def test_output_that_cannot_be_written_ends_it(self):
        names = self.write("names", "".join(f"n{i}.example\n" for i in range(2000)))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "lint", "--nameserver", self.server.address, "--domains", names, "--format",
                                   "ndjson", "--jobs", "2"], stdout=full, stderr=subprocess.PIPE, timeout=120)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"could be written", done.stderr)
        self.assertLess(len({name for name, _ in self.zone.asked if name.count(".") == 1}), 200)

    def test_interrupted_it_prints_whole_documents_and_ends_by_the_signal(self):
        asked = threading.Event()
        self.zone.on_question = lambda name: asked.set() if name == "silent.example" else None
        command = [PROGRAM, "lint", "--nameserver", self.server.address, "--format", "ndjson", "example.com", "silent.example"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            first = process.stdout.readline()
            self.assertTrue(asked.wait(60))
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=60)
        self.assertEqual(json.loads(first)["domains"][0]["domain"], "example.com")
        self.assertEqual((rest, process.returncode), (b"", -signal.SIGINT))
        self.assertEqual(errors, b"envelint lint: interrupted: 1 of the domains is reported, and no others\n")


class Names(Live):
    def test_names_in_other_scripts_are_looked_up(self):
        for name in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example"):
            domain, _ = self.lint_json(name)
            self.assertEqual(domain["domain"], "xn--bcher-kva.example")
            self.assertEqual(domain["records"][0]["value"], "v=spf1 -all")

    def test_they_may_stand_wherever_a_domain_does(self):
        zone = self.write("x.zone", '@ TXT "v=spf1 -all"\n@ MX 0 .\n')
        done = run("--zone", zone, "--origin", "bücher.example", "bücher.example", "--format", "ndjson")
        self.assertEqual(documents(done)[0]["domain"], "xn--bcher-kva.example")
        done = run("--record", "v=spf1 -all", "--name", "bücher.example", "--format", "ndjson")
        self.assertEqual(documents(done)[0]["domain"], "xn--bcher-kva.example")
        done = self.lint("--domains", "-", "--format", "ndjson", input="bücher.example\n".encode())
        self.assertEqual(documents(done)[0]["domain"], "xn--bcher-kva.example")


class Many(Live):
    NAMES = ["example.com", "silent.example", "broken.example", "nowhere.example", "xn--bcher-kva.example"]

    def test_documents_come_in_the_order_of_the_list(self):
        names = self.write("names", "# ours\n" + "\n".join(self.NAMES) + "  # the last\n\n")
        done = self.lint("--domains", names, "--format", "ndjson", "--timeout", "0.5")
        self.assertEqual([domain["domain"] for domain in documents(done)], self.NAMES)
        self.assertEqual((done.returncode, done.stderr), (1, b""))

    def test_unordered_the_slow_one_comes_last(self):
        done = self.lint(*self.NAMES, "--format", "ndjson", "--timeout", "1.5", "--unordered")
        found = [domain["domain"] for domain in documents(done)]
        self.assertEqual(sorted(found), sorted(self.NAMES))
        self.assertEqual(found[-1], "silent.example")

    def test_one_at_a_time_gives_the_same(self):
        lint = ("--format", "ndjson", "example.com", "broken.example", "nowhere.example")
        self.assertEqual(self.lint(*lint, "--jobs", "1").stdout, self.lint(*lint).stdout)

    def test_who_asks_the_same_asks_once(self):
        self.lint("broken.example", "example.com", "--format", "ndjson")
        self.assertEqual(self.zone.asked.count(("mx.example.com", 1)), 1)

    def test_a_pipe_is_read_as_it_comes(self):
        command = [PROGRAM, "lint", "--nameserver", self.server.address, "--format", "ndjson", "--domains", "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for name in ("example.com", "broken.example"):
                process.stdin.write(name.encode() + b"\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["domains"][0]["domain"], name)
            process.stdin.close()
            self.assertEqual(process.wait(60), 1)

    def test_a_line_that_is_no_domain_is_named_and_skipped(self):
        done = self.lint("--domains", "-", "--format", "ndjson", input=b"example.com\nuser@example.net\n\nbroken.example")
        self.assertEqual([domain["domain"] for domain in documents(done)], ["example.com", "broken.example"])
        self.assertIn(b"standard input:2: `user@example.net` is no domain", done.stderr)
        self.assertEqual(done.returncode, 2)

    def test_an_empty_list_is_told(self):
        done = self.lint("--domains", "-", input=b"# nothing\n")
        self.assertEqual((done.returncode, done.stderr), (2, b"envelint lint: the list holds no domain\n"))

    @unittest.skipIf(os.environ.get("ENVELINT_SANITIZED") == "1", "sanitizers keep what was freed")
    def test_memory_does_not_grow_with_the_list(self):
        recording = self.write("empty.dns", '{"schema":"envelint/dns/1"}\n')

        def peak(count):
            names = self.write(f"names{count}", "".join(f"n{i}.example\n" for i in range(count)))
            with open(os.devnull, "wb") as nowhere:
                process = subprocess.Popen([PROGRAM, "lint", "--replay", recording, "--domains", names, "--format", "ndjson"],
                                           stdout=nowhere, stderr=nowhere)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 2)
            return usage.ru_maxrss

        self.assertLess(peak(4000), peak(400) + 4096)  # KiB


class Recordings(Live):
    def test_a_replay_says_the_same_to_the_byte(self):
        names = ("example.com", "broken.example", "nowhere.example", "failing.example", "silent.example", "half.example")
        path = self.folder / "example.dns"
        for form in ("json", "text"):
            lint = (*names, "--format", form, "--selector", "s1")
            live = self.lint(*lint, "--save-dns", path, "--timeout", "0.7")
            asked = len(self.zone.asked)
            again = run(*lint, "--replay", path)
            self.assertEqual(again.stdout, live.stdout)
            self.assertEqual((again.returncode, again.stderr), (live.returncode, b""))
            self.assertEqual(len(self.zone.asked), asked)

    def test_what_was_not_recorded_is_not_unknown(self):
        path = self.write("empty.dns", '{"schema":"envelint/dns/1"}\n')
        done = run("example.com", "--replay", path, "--format", "json")
        self.assertEqual(json.loads(done.stdout)["domains"][0]["unknown"], [])

    def test_a_domain_that_was_not_recorded_is_no_clean_one(self):
        path = self.folder / "example.dns"
        self.lint("example.com", "--save-dns", path)
        done = run("example.com", "nowhere.example", "--replay", path, "--fail-on", "never", "--format", "ndjson")
        self.assertEqual([domain["domain"] for domain in documents(done)], ["example.com", "nowhere.example"])
        self.assertEqual(done.stderr.decode(), f"envelint lint: {path}: nothing was asked about `nowhere.example` in this recording\n")
        self.assertEqual(done.returncode, 2)

    def test_a_recording_that_cannot_be_read_or_written_is_told(self):
        path = self.write("bad.dns", '{"schema":"envelint/dns/1"}\nnonsense\n')
        done = run("example.com", "--replay", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"bad.dns:2:", done.stderr)
        done = self.lint("example.com", "--save-dns", self.folder / "no" / "where")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertEqual(self.zone.asked, [])  # known before anything is asked

    def end_while_asking(self, how):
        """Ends a run that has one domain answered and waits for another; what is in the folder then."""
        asked = threading.Event()
        self.zone.on_question = lambda name: asked.set() if name == "silent.example" else None
        folder = self.folder / how.name
        folder.mkdir()
        command = [PROGRAM, "lint", "--nameserver", self.server.address, "--format", "ndjson", "example.com",
                   "silent.example", "--save-dns", folder / "saved.dns"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.stdout.readline()
            self.assertTrue(asked.wait(60))
            process.send_signal(how)
            process.communicate(timeout=60)
        return list(folder.iterdir())

    def test_an_interrupted_run_leaves_a_recording_of_what_was_answered(self):
        [path] = self.end_while_asking(signal.SIGINT)
        live = self.lint("example.com", "--format", "json")
        again = run("example.com", "--replay", path, "--format", "json")
        self.assertEqual(again.stdout, live.stdout)

    def test_a_run_that_is_killed_leaves_no_half_recording(self):
        self.assertEqual(self.end_while_asking(signal.SIGKILL), [])


class ZoneFiles(Live):
    WHOLE = "$ORIGIN example.com.\n@ SOA ns root 1 2 3 4 5\n"

    def test_a_file_is_looked_up_in_itself_and_nobody_is_asked(self):
        zone = self.write("x.zone", self.WHOLE + '@ TXT "v=spf1 include:_spf.example.net -all"\n@ MX 10 mx.example.net.\n')
        done = run("--zone", zone, "--format", "json", "--select", "MX010,DNS,SPF020")
        domain = json.loads(done.stdout)["domains"][0]
        self.assertEqual((codes(domain), domain["unknown"], done.returncode), ([], [], 0))
        self.assertEqual(domain["overview"][0], {"area": "mx", "state": "found", "text": "mx.example.net"})

    def test_a_file_without_soa_is_the_whole_world(self):
        zone = self.write("x.zone", "example.com. MX 10 mx.example.net.\n")
        domain = json.loads(run("--zone", zone, "--format", "json").stdout)["domains"][0]
        self.assertIn("MX010", codes(domain))
        self.assertNotIn("DNS023", codes(domain))  # no file of that kind says which domains are registered

    def test_trouble_in_a_file_is_unknown(self):
        zone = self.write("x.zone", 'example.com. TXT "v=spf1 -all"\n;! timeout example.com. MX\n')
        done = run("--zone", zone, "--format", "json", "--select", "SPF020", "example.com")
        self.assertEqual(json.loads(done.stdout)["domains"][0]["unknown"][0], {"question": "example.com MX", "reason": "timeout"})
        self.assertEqual(done.returncode, 3)

    def test_selectors_are_those_of_the_file(self):
        zone = self.write("x.zone", self.WHOLE + '@ MX 0 .\nodd-one._domainkey TXT "v=DKIM1; p="\n')
        domain = json.loads(run("--zone", zone, "--format", "json").stdout)["domains"][0]
        self.assertIn({"area": "dkim", "state": "found", "text": "odd-one: revoked"},
                      [{key: line[key] for key in ("area", "state", "text")} for line in domain["overview"]])

    def test_a_domain_that_is_not_in_the_file_is_told(self):
        zone = self.write("x.zone", self.WHOLE + "@ MX 0 .\n")
        done = run("--zone", zone, "exmaple.com")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nothing about `exmaple.com`", done.stderr)

    def test_with_overlay_the_rest_is_live(self):
        zone = self.write("x.zone", self.WHOLE + '@ TXT "v=spf1 include:broken.example -all"\n@ MX 10 mx.broken.example.\n')
        self.zone.records["mx.broken.example"] = [("A", bytes([20, 1, 2, 4]))]
        done = self.lint("--zone", zone, "--overlay", "example.com", "--format", "json", "--select", "MX010")
        domain = json.loads(done.stdout)["domains"][0]
        self.assertEqual((codes(domain), done.returncode), ([], 0))
        self.assertEqual(domain["overview"][1]["text"], "v=spf1 include:broken.example -all, 1 of 10 lookups")
        asked = [name for name, _ in self.zone.asked]
        self.assertIn("mx.broken.example", asked)
        self.assertFalse([name for name in asked if name.endswith("example.com") and name != "mx.example.com"], asked)

    def test_an_overlay_can_be_recorded_and_replayed(self):
        zone = self.write("x.zone", self.WHOLE + '@ TXT "v=spf1 mx -all"\n@ MX 10 mx.broken.example.\n')
        lint = ("--zone", zone, "--overlay", "--format", "json")
        live = self.lint(*lint, "--save-dns", self.folder / "x.dns")
        again = run(*lint, "--replay", self.folder / "x.dns")
        self.assertEqual((again.stdout, again.returncode), (live.stdout, live.returncode))

    def test_a_file_is_compared_with_what_dns_has_now(self):
        records = '@ MX 10 mx.example.com.\nmx A 20.1.2.3\n@ TXT "v=spf1 ip4:20.1.2.%d -all"\n'
        for number, found in ((3, []), (4, ["X009"])):
            zone = self.write("x.zone", self.WHOLE + records % number)
            domain, done = self.lint_json("--zone", zone, "--compare-live", "example.com", "--select", "X009")
            of_txt = [one["code"] for one in domain["findings"] if one["where"].get("kind") == "spf"]
            self.assertEqual(of_txt, found)
        self.assertEqual(done.returncode, 1)

    def test_many_domains_in_a_file_are_bounded(self):
        soa = "example. SOA ns.example. h.example. 1 2 3 4 5\n"
        zone = self.write("x.zone", soa + "".join(f"n{i}.example. MX 0 .\n" for i in range(2100)))
        done = run("--zone", zone, "--format", "ndjson")
        self.assertGreaterEqual(len(done.stdout.splitlines()), 2100)
        self.assertIn(b"2101 domains are too many", done.stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
