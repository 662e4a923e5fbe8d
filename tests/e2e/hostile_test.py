"""Files, pipes and streams that misbehave. ENVELINT names the program."""

import os
import pathlib
import stat
import subprocess
import tempfile
import threading
import unittest

PROGRAM = os.environ["ENVELINT"]
SLIP = '@ TXT "v=spf1 ipv4:192.95.20.4 -all"\n'
ORIGIN = ("--origin", "example.com")


def run(*arguments, **options):
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **options}
    if "input" in options:
        del options["stdin"]
    return subprocess.run([PROGRAM, "lint", *map(str, arguments)], stderr=subprocess.PIPE, timeout=120, **options)


class Hostile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content=SLIP):
        path = self.folder / name
        path.write_text(content)
        return path

    def fifo(self):
        path = self.folder / "pipe"
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_text, args=(SLIP,))
        writer.start()
        self.addCleanup(writer.join)
        return path

    def test_a_file_without_end_is_refused(self):
        done = run("--zone", "/dev/zero")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"/dev/zero", done.stderr)

    def test_a_named_pipe_is_read(self):
        self.assertEqual(run("--zone", self.fifo(), *ORIGIN).returncode, 1)

    def test_a_pipe_on_standard_input_is_read_as_a_zone_file(self):
        done = run("--zone", "/dev/stdin", *ORIGIN, input=SLIP.encode())
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_a_pipe_is_not_written_over(self):
        done = run("--zone", self.fifo(), *ORIGIN, "--fix", "--write")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"no regular file", done.stderr)
        self.assertTrue(stat.S_ISFIFO((self.folder / "pipe").stat().st_mode))

    def test_output_that_cannot_be_written_is_told(self):
        for more in ((), ("--format", "json"), ("--fix",)):
            with open("/dev/full", "wb") as full:
                done = run("--record", "v=spf1 -all", *more, stdout=full)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"could be written", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_a_mended_file_keeps_its_owner(self):
        zone = self.write("x.zone")
        os.chown(zone, 65534, 65534)
        self.assertEqual(run("--zone", zone, *ORIGIN, "--fix", "--write").returncode, 0)
        self.assertEqual((zone.stat().st_uid, zone.stat().st_gid), (65534, 65534))

    @unittest.skipUnless(os.geteuid() == 0, "needs to become somebody else")
    def test_a_file_that_may_not_be_written_stays(self):
        zone = self.write("x.zone")
        for path, mode in ((zone, 0o444), (self.folder, 0o755)):
            os.chown(path, 65534, 65534)
            path.chmod(mode)
        program = self.folder / "envelint"
        program.write_bytes(pathlib.Path(PROGRAM).read_bytes())
        program.chmod(0o755)
        done = subprocess.run([program, "lint", "--zone", zone, *ORIGIN, "--fix", "--write"], user=65534, group=65534,
                              capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nothing was written", done.stderr)
        self.assertEqual(zone.read_text(), SLIP)

    def test_wrong_usage_is_told_without_what_a_terminal_obeys(self):
        for arguments in (["--bad\x1b[31m"], ["--record", "x", "--format", "\x1b[31m\u202e"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertNotIn(b"\x1b", done.stderr)
            self.assertNotIn("\u202e".encode(), done.stderr)

    def test_many_comments_that_silence_cost_no_more_than_their_number(self):
        lines = "".join(f'@ TXT "v=spf1 -all" ; envelint: ignore SPF{i % 100:03} -- why\n' for i in range(20_000))
        self.assertEqual(run("--zone", self.write("x.zone", lines), *ORIGIN, "--format", "json").returncode, 1)

    def test_many_hosts_cost_no_more_than_their_number(self):
        lines = "".join(f"@ MX {i} mx{i}\n" for i in range(50_000))
        self.assertEqual(run("--zone", self.write("x.zone", lines), *ORIGIN, "--format", "json").returncode, 1)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
