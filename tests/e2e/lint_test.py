"""Runs the real program as its users do. ENVELINT names the program, ENVELINT_SOURCE_DIR the sources."""

import json
import os
import pathlib
import resource
import stat
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["ENVELINT"]
SOURCES = pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"])
MEMORY = 2 << 30  # bytes of address space: far above what any of these needs, far below what a runaway takes


def run(*arguments, stdin=b"", env=None, limit=True):
    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    sanitized = os.environ.get("ENVELINT_SANITIZED") == "1"  # sanitizers reserve terabytes of address space
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=300,
                          env={**os.environ, **(env or {})}, preexec_fn=None if sanitized or not limit else bound)


def lint_json(*arguments, **options):
    done = run("lint", *arguments, "--format", "json", **options)
    return json.loads(done.stdout), done.returncode


def codes(document):
    return [finding["code"] for domain in document["domains"] for finding in domain["findings"]]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return pathlib.Path(self.folder.name) / name

    def write(self, name, content):
        path = self.path(name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


class ExitStatus(Folder):
    def test_0_when_nothing_reaches_the_limit(self):
        self.assertEqual(run("lint", "--record", "v=spf1 -all").returncode, 0)
        self.assertEqual(run("lint", "--record", "v=spf1 mx ?all").returncode, 0)
        self.assertEqual(run("lint", "--record", "v=spf1 +all", "--fail-on", "never").returncode, 0)

    def test_1_when_a_finding_reaches_the_limit(self):
        self.assertEqual(run("lint", "--record", "v=spf1 +all").returncode, 1)
        self.assertEqual(run("lint", "--record", "v=spf1 mx ?all", "--fail-on", "warning").returncode, 1)

    def test_2_for_wrong_usage_and_unreadable_input(self):
        for arguments in ([], ["lint"], ["lint", "--no-such-option"], ["lint", "--record", "v=spf1", "--type", "x"],
                          ["lint", "--select", "NOPE", "--record", "v=spf1"], ["explain", "NOPE999"],
                          ["lint", "--zone", self.path("gone.zone")], ["lint", "--zone", self.folder.name],
                          ["lint", "--zone", PROGRAM], ["lint", "user@example.com"],
                          ["lint", "--record", "v=spf1", "-"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stdout + done.stderr, b"")

    def test_every_command_has_help_with_an_example(self):
        self.assertIn(b"lint", run("--help").stdout)
        for command in ("lint", "spf", "explain"):
            done = run(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"xample", done.stdout)
            self.assertIn(b"envelint " + command.encode(), done.stdout)


class Records(Folder):
    def test_json_has_the_fields_others_rely_on(self):
        document, status = lint_json("--record", "v=spf1 ipv4:192.95.20.4 -all", "--name", "example.com")
        self.assertEqual(status, 1)
        self.assertEqual(document["schema"], "envelint/lint/1")
        domain = document["domains"][0]
        self.assertEqual(domain["domain"], "example.com")
        record = domain["records"][0]
        self.assertEqual((record["owner"], record["type"], record["kind"], record["valid"]),
                         ("example.com", "TXT", "spf", False))
        self.assertEqual(record["strings"], ["v=spf1 ipv4:192.95.20.4 -all"])
        finding = domain["findings"][0]
        self.assertEqual((finding["code"], finding["name"], finding["severity"]),
                         ("SPF020", "unknown-mechanism", "error"))
        where = finding["where"]
        self.assertEqual(record["value"][where["start"]:where["end"]], "ipv4:192.95.20.4")
        self.assertEqual(finding["fix"]["replacement"], "v=spf1 ip4:192.95.20.4 -all")
        self.assertIs(finding["fix"]["safe"], True)
        self.assertEqual(document["summary"], {"error": 1, "warning": 0, "notice": 0, "info": 0, "unknown": 0})

    def test_without_a_name_there_is_no_domain(self):
        document, _ = lint_json("--record", "v=spf1 -all")
        self.assertNotIn("domain", document["domains"][0])

    def test_type_overrides_looks(self):
        document, _ = lint_json("--record", "v=spf1 -all", "--type", "dmarc")
        self.assertEqual(document["domains"][0]["records"][0]["kind"], "dmarc")

    def test_select_and_ignore(self):
        record = ["--record", "v=spf1 ptr ip4:10.1.1.1 ?all"]
        self.assertEqual(codes(lint_json(*record, "--select", "SPF066")[0]), ["SPF066"])
        self.assertNotIn("SPF066", codes(lint_json(*record, "--ignore", "SPF06")[0]))

    def test_fix_prints_the_record(self):
        self.assertEqual(run("lint", "--fix", "--record", "v=spf1 ipv4:192.95.20.4 include: x.example~all").stdout,
                         b"v=spf1 ip4:192.95.20.4 include:x.example ~all\n")

    def test_lines_of_standard_input_are_answered_in_order(self):
        lines = [b"v=spf1 -all", b"v=DMARC1; p=none", b"v=spf1 +all\xff\x00", b"v=DKIM1; p="]
        done = run("lint", "-", "--format", "ndjson", stdin=b"\n".join(lines))
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([d["domains"][0]["records"][0]["kind"] for d in documents], ["spf", "dmarc", "spf", "dkim"])
        self.assertEqual(len(lint_json("-", stdin=b"\n".join(lines))[0]["domains"]), 4)

    def test_a_line_without_end_is_named_and_skipped(self):
        done = run("lint", "-", "--format", "ndjson", stdin=b"v=spf1 -all\n" + b"x" * (3 << 20) + b"\nv=spf1 -all\n")
        self.assertEqual(len(done.stdout.splitlines()), 2)
        self.assertIn(b"line 2", done.stderr)
        self.assertEqual(done.returncode, 2)

    def test_ten_thousand_terms(self):
        document, _ = lint_json("-", "--type", "spf", stdin=b"v=spf1" + b" ip4:192.95.20.4" * 10_000)
        self.assertIn("SPF067", codes(document))


class Terminal(Folder):
    def test_nothing_hidden_reaches_the_terminal(self):
        hostile = "v=spf1 \x1b[31mred \u202egnp \x07 -all"
        zone = self.write("x.zone", b'example.com. TXT "v=spf1 \x1b[31m \xe2\x80\xae +all"\n\x1b[2J bad line\n')
        for done in (run("lint", "--record", hostile), run("lint", "--zone", zone)):
            self.assertNotIn(b"\x1b", done.stdout)
            self.assertNotIn("\u202e".encode(), done.stdout)
            self.assertNotIn(b"\x07", done.stdout)

    def test_colour_only_where_it_is_wanted(self):
        record = ["lint", "--record", "v=spf1 +all"]
        self.assertNotIn(b"\x1b[", run(*record).stdout)
        self.assertIn(b"\x1b[", run(*record, "--color", "always").stdout)
        self.assertNotIn(b"\x1b[", run(*record, "--color", "never").stdout)

    def test_width_is_kept(self):
        for width in (40, 80, 200):
            done = run("lint", "--zone", SOURCES / "records/zones/healthy.example.zone", "--width", width)
            self.assertLessEqual(max(map(len, done.stdout.decode().splitlines())), width)

    def test_explain_shows_a_page(self):
        self.assertIn(b"unknown-mechanism", run("explain", "SPF020").stdout)
        self.assertEqual(run("explain", "spf020").stdout, run("explain", "unknown-mechanism").stdout)


class Zones(Folder):
    ZONE = ('$ORIGIN example.com.\n'
            '@ TXT "v=spf1 ipv4:192.95.20.4 -all"\n'
            'news TXT "v=spf1 ~all" ; envelint: ignore SPF062 -- until spring\n')

    def test_places_are_lines_and_columns(self):
        zone = self.write("x.zone", self.ZONE)
        document, status = lint_json("--zone", zone)
        self.assertEqual((status, codes(document)), (1, ["SPF020"]))
        where = document["domains"][0]["findings"][0]["where"]
        self.assertEqual((where["file"], where["line"], where["column"]), (str(zone), 2, 15))
        self.assertEqual(document["domains"][0]["records"][0]["source"], {"file": str(zone), "line": 2})

    def test_several_files_and_some_domains(self):
        one = self.write("one.zone", self.ZONE)
        two = self.write("two.zone", 'example.net. TXT "v=spf1 ?all"\n')
        document, _ = lint_json("--zone", one, "--zone", two, "example.net")
        self.assertEqual([domain["domain"] for domain in document["domains"]], ["example.net"])

    def test_fix_shows_a_diff_and_write_makes_it(self):
        zone = self.write("x.zone", self.ZONE)
        zone.chmod(0o640)
        link = self.path("link.zone")
        link.symlink_to(zone)
        diff = run("lint", "--fix", "--zone", link).stdout
        self.assertIn(b'-@ TXT "v=spf1 ipv4:192.95.20.4 -all"', diff)
        self.assertIn(b'+@ TXT "v=spf1 ip4:192.95.20.4 -all"', diff)
        self.assertEqual(zone.read_text(), self.ZONE)
        self.assertEqual(run("lint", "--fix", "--write", "--zone", link).returncode, 0)
        self.assertEqual(zone.read_text(), self.ZONE.replace("ipv4", "ip4"))
        self.assertTrue(link.is_symlink())
        self.assertEqual(stat.S_IMODE(zone.stat().st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["link.zone", "x.zone"])

    def test_the_example_zones(self):
        zones = SOURCES / "records/zones"
        for name, status in (("healthy", 0), ("parked", 0), ("providers", 0), ("broken", 1)):
            self.assertEqual(run("lint", "--zone", zones / f"{name}.example.zone").returncode, status, name)

    def test_trouble_with_includes_is_a_finding_with_its_place(self):
        self.write("a.zone", '$INCLUDE b.zone\n@ TXT "v=spf1 +all"\n')
        self.write("b.zone", "$INCLUDE a.zone\n")
        document, _ = lint_json("--zone", self.path("a.zone"), "--origin", "example.com")
        self.assertEqual(sorted(codes(document)), ["SPF060", "ZONE004"])
        outside = self.write("c.zone", '$INCLUDE ../../../etc/passwd\n@ TXT "v=spf1 -all"\n')
        document, _ = lint_json("--zone", outside, "--origin", "example.com")
        self.assertEqual(codes(document), ["ZONE004"])
        self.assertNotIn("root:", json.dumps(document))


class HostileFiles(Folder):
    def lint(self, content):
        zone = self.write("x.zone", content)
        done = run("lint", "--zone", zone, "--origin", "example.com", "--format", "json")
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done

    def test_a_hundred_megabytes_of_one_line(self):
        path = self.path("x.zone")
        with open(path, "wb") as file:
            for _ in range(100):
                file.write(b"x" * (1 << 20))
        done = run("lint", "--zone", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"64 MiB", done.stderr)

    def test_sixty_megabytes_of_one_line(self):
        self.assertEqual(self.lint(b"a" * (60 << 20)).returncode, 1)

    def test_a_64_kilobyte_value(self):
        strings = " ".join('"%s"' % ("x" * 255) for _ in range(250))
        done = self.lint(f'@ TXT "v=spf1 " {strings}\n')
        self.assertIn("SPF106", codes(json.loads(done.stdout)))

    def test_bytes_of_all_kinds(self):
        done = self.lint(b'@ TXT "v=spf1 -all"\n\xff\xfe\xfd line\n@ A 192.0\x00.2.1\n_dmarc TXT "v=DMARC1; p=none\n')
        found = codes(json.loads(done.stdout))
        self.assertIn("ZONE002", found)
        self.assertEqual(done.returncode, 1)

    def test_a_million_parentheses(self):
        self.assertEqual(self.lint("( " * 1_000_000 + '\n@ TXT "v=spf1 -all"\n').returncode, 1)

    def test_a_million_generated_records(self):
        done = self.lint("$GENERATE 1-1000000000 h$ A 192.0.2.1\n@ TXT \"v=spf1 -all\"\n")
        self.assertIn("ZONE005", codes(json.loads(done.stdout)))

    def test_nothing(self):
        self.assertEqual(self.lint(b"").returncode, 2)

    @unittest.skipIf(os.geteuid() == 0, "root reads every file")
    def test_an_unreadable_file(self):
        zone = self.write("x.zone", "@ TXT x\n")
        zone.chmod(0)
        self.assertEqual(run("lint", "--zone", zone).returncode, 2)




if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
