"""Keys as they are made, published and checked by the real program. ENVELINT names it."""

import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from schemas import read_schema

PROGRAM = os.environ["ENVELINT"]
OWNER = "s1._domainkey.example.com"
FORMATS = ("value", "zone", "nsupdate", "cloudflare", "route53", "dnscontrol", "octodns")


def program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def needs(*names):
    missing = [name for name in names if program(name) is None]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


class KeygenTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_keygen(self, *arguments, **options):
        return subprocess.run([PROGRAM, "keygen", *map(str, arguments)], capture_output=True, timeout=120,
                              **{"cwd": self.folder, "stdin": subprocess.DEVNULL, **options})

    def make(self, *arguments):
        done = self.run_keygen("example.com", "--selector", "s1", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def json_of(self, *arguments):
        done = self.run_keygen(*arguments, "--format", "json")
        return json.loads(done.stdout), done.returncode

    def openssl(self, *arguments):
        return subprocess.run([program("openssl"), *map(str, arguments)], capture_output=True, cwd=self.folder,
                              check=True).stdout

    @property
    def pem(self):
        return self.folder / f"{OWNER}.pem"

    @property
    def zone(self):
        return self.folder / f"{OWNER}.zone"


class Files(KeygenTest):
    def test_only_the_owner_can_read_the_private_key_whatever_the_umask(self):
        for umask in (0o000, 0o022, 0o077):
            self.make("--type", "ed25519", "--force")
            done = self.run_keygen("example.com", "--selector", "s1", "--type", "ed25519", "--force",
                                   preexec_fn=lambda: os.umask(umask))
            self.assertEqual(done.returncode, 0)
            self.assertEqual(stat.S_IMODE(self.pem.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(self.zone.stat().st_mode), 0o644 & ~umask)

    def run_with_small_files(self, *, deadly):
        def bound():
            os.umask(0)
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if deadly else signal.SIG_IGN)

        return self.run_keygen("example.com", "--selector", "s1", "--bits", 1024, preexec_fn=bound)

    def test_the_private_key_is_unreadable_for_others_from_the_first_octet_on(self):
        # The signal stops the program within the writing: what is there then is what others could have seen.
        self.assertEqual(self.run_with_small_files(deadly=True).returncode, -signal.SIGXFSZ)
        left = list(self.folder.iterdir())
        self.assertEqual(len(left), 1)
        self.assertNotEqual(left[0], self.pem)
        self.assertEqual((stat.S_IMODE(left[0].stat().st_mode), left[0].stat().st_size), (0o600, 512))

    def test_what_cannot_be_written_whole_leaves_nothing_behind(self):
        done = self.run_with_small_files(deadly=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_no_key_is_replaced_unasked(self):
        self.make()
        before = self.pem.read_bytes(), self.zone.read_bytes()
        done = self.run_keygen("example.com", "--selector", "s1")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"is there already", done.stderr)
        self.assertEqual((self.pem.read_bytes(), self.zone.read_bytes()), before)
        self.make("--force")
        self.assertNotEqual(self.pem.read_bytes(), before[0])
        self.assertEqual(len(list(self.folder.iterdir())), 2)

    def test_a_record_that_is_there_keeps_the_key_from_being_made(self):
        self.zone.write_text("precious\n")
        self.assertEqual(self.run_keygen("example.com", "--selector", "s1").returncode, 2)
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.zone.name])
        self.assertEqual(self.zone.read_text(), "precious\n")

    def test_a_link_that_somebody_laid_is_not_followed(self):
        target = self.folder / "target"
        self.pem.symlink_to(target)
        self.assertEqual(self.run_keygen("example.com", "--selector", "s1").returncode, 2)
        self.assertFalse(target.exists())

    def test_of_two_that_make_the_same_key_one_wins_and_nothing_is_mixed(self):
        runs = [subprocess.Popen([PROGRAM, "keygen", "example.com", "--selector", "s1", "--type", "ed25519"],
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
        outputs = [run.communicate(timeout=60)[0] for run in runs]
        winners = [output for run, output in zip(runs, outputs) if run.returncode == 0]
        self.assertEqual(len(winners), 1)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), [self.pem.name, self.zone.name])
        done = self.run_keygen("--check", "example.com", "--selector", "s1", "--key", self.pem, "--zone", self.zone)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_folder_that_is_not_there_is_not_made(self):
        done = self.run_keygen("example.com", "--selector", "s1", "--out", "keys")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"mkdir -m 700 keys", done.stderr)
        (self.folder / "keys").mkdir()
        self.make("--out", "keys")
        self.assertTrue((self.folder / "keys" / self.pem.name).exists())


class Keys(KeygenTest):
    @needs("openssl")
    def test_openssl_finds_every_key_sound(self):
        for arguments in ((), ("--bits", 1024), ("--bits", 3072), ("--bits", 2047), ("--type", "ed25519")):
            self.make("--force", *arguments)
            self.assertEqual(self.openssl("pkey", "-in", self.pem, "-check", "-noout"), b"Key is valid\n")
            self.assertTrue(self.pem.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n"))

    @needs("openssl")
    def test_a_passphrase_locks_the_key(self):
        (self.folder / "words").write_text("correct horse\n")
        done = self.make("--passphrase-file", "words")
        self.assertIn(b"others can read the passphrase", done.stderr)
        self.assertEqual(self.openssl("pkey", "-in", self.pem, "-passin", "file:words", "-check", "-noout"),
                         b"Key is valid\n")
        check = ("--check", "example.com", "--selector", "s1", "--key", self.pem, "--zone", self.zone)
        (self.folder / "words").chmod(0o600)
        done = self.run_keygen(*check, "--passphrase-file", "words")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"give its passphrase", self.run_keygen(*check).stderr)
        (self.folder / "words").write_text("wrong\n")
        done = self.run_keygen(*check, "--passphrase-file", "words")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"the passphrase is wrong", done.stderr)

    @needs("openssl", "ssh-keygen", "opendkim-genkey")
    def test_the_record_of_a_key_other_programs_made(self):
        self.make()
        value = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem).stdout
        self.openssl("rsa", "-in", self.pem, "-traditional", "-out", "pkcs1.pem")
        self.openssl("rsa", "-in", self.pem, "-outform", "DER", "-out", "key.der")
        self.openssl("pkey", "-in", self.pem, "-pubout", "-out", "public.pem")
        self.openssl("rsa", "-in", self.pem, "-RSAPublicKey_out", "-out", "rsapublic.pem")
        for name in ("pkcs1.pem", "key.der", "public.pem", "rsapublic.pem"):
            self.assertEqual(self.run_keygen("example.com", "--selector", "s1", "--from", name).stdout, value, name)
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "ssh"], cwd=self.folder, check=True)
        done = self.run_keygen("example.com", "--selector", "s1", "--from", "ssh")
        self.assertIn(b"ssh-keygen -p -m PEM", done.stderr)
        public = self.run_keygen("example.com", "--selector", "s1", "--from", "ssh.pub").stdout
        subprocess.run(["ssh-keygen", "-q", "-p", "-m", "PEM", "-N", "", "-f", "ssh"], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(self.run_keygen("example.com", "--selector", "s1", "--from", "ssh").stdout, public)
        subprocess.run([program("opendkim-genkey"), "-b", "2048", "-d", "example.com", "-s", "od"], cwd=self.folder,
                       check=True)
        done = self.run_keygen("--check", "example.com", "--selector", "od", "--key", "od.private", "--zone", "od.txt",
                               "--origin", "example.com")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    @needs("openssl")
    def test_a_certificate_is_refused(self):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=x")
        done = self.run_keygen("example.com", "--selector", "s1", "--from", "c.pem")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"c.pem: this is a certificate", done.stderr)

    def test_both_algorithms_under_two_selectors(self):
        document, status = self.json_of("example.com", "--selector", "s1", "--dual")
        self.assertEqual(status, 0)
        self.assertEqual([(key["selector"], key["type"]) for key in document["keys"]],
                         [("s1", "rsa"), ("s1-ed25519", "ed25519")])
        self.assertEqual(len(list(self.folder.iterdir())), 4)
        document, _ = self.json_of("example.com", "--selector", "a", "--selector", "b", "--dual")
        self.assertEqual([key["selector"] for key in document["keys"]], ["a", "b"])

    def test_a_selector_of_this_month(self):
        document, _ = self.json_of("example.com", "--selector", "auto", "--type", "ed25519")
        self.assertRegex(document["selector"], r"^20\d\d-(0[1-9]|1[0-2])$")


class Output(KeygenTest):
    def test_json_has_the_fields_others_rely_on(self):
        document, status = self.json_of("EXAMPLE.com", "--selector", "s1")
        self.assertEqual(status, 0)
        self.assertEqual(document["schema"], "envelint/keygen/1")
        self.assertEqual(document["owner"], OWNER)
        self.assertTrue(document["value"].startswith("v=DKIM1; k=rsa; p=MII"))
        self.assertEqual("".join(document["strings"]), document["value"])
        self.assertEqual(document["private_key_file"], self.pem.name)
        self.assertEqual(document["bits"], 2048)
        self.assertRegex(document["fingerprint"], r"^SHA256:[A-Za-z0-9+/]{43}$")

    def test_json_keeps_to_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("not installed: jsonschema")
        schema = read_schema("keygen-1")
        jsonschema.Draft202012Validator.check_schema(schema)
        check = ("--check", "example.com", "--selector", "s1", "--key", self.pem)
        for arguments in (("example.com", "--selector", "s1"), ("example.com", "--selector", "d", "--dual"),
                          ("example.com", "--selector", "s1", "--from", self.pem, "--as", "zone"),
                          (*check, "--zone", self.zone), ("--check", "example.com", "--selector", "x", *check[4:], "--zone", self.zone)):
            document, _ = self.json_of(*arguments)
            jsonschema.validate(document, schema)

    def test_standard_output_is_the_record_alone(self):
        value = self.make().stdout.decode()
        self.assertRegex(value, r"^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]+=*\n$")
        for form in FORMATS:
            done = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem, "--as", form)
            if form not in ("octodns", "value", "dnscontrol"):
                self.assertIn(value.strip()[:255], done.stdout.decode())
            self.assertNotIn(b"envelint", done.stdout)

    def test_octodns_reads_its_form(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("not installed: yaml")
        value = self.make("--note", "Jürgen's: #1").stdout.decode().strip()
        text = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem, "--note", "Jürgen's: #1", "--as",
                               "octodns").stdout
        record = yaml.safe_load(text)["s1._domainkey"]
        self.assertEqual((record["type"], record["ttl"]), ("TXT", 3600))
        self.assertEqual(record["value"].replace("\\;", ";"), value)

    def test_name_servers_load_the_zone_form(self):
        checkers = {"named-checkzone": ["-q", "example.com"], "nsd-checkzone": ["example.com"], "kzonecheck": ["-o", "example.com"],
                    "ldns-read-zone": []}
        present = [name for name in checkers if program(name)]
        if not present:
            self.skipTest(f"not installed: {', '.join(checkers)}")
        for bits in (1024, 2048, 8192) if os.environ.get("ENVELINT_SLOW") else (1024, 2048):
            self.make("--force", "--bits", bits, "--note", "a;b")
            zone = self.folder / "whole.zone"
            zone.write_text("$ORIGIN example.com.\n@ 3600 IN SOA ns h 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n" +
                            self.zone.read_text())
            for name in present:
                done = subprocess.run([program(name), *checkers[name], zone], capture_output=True)
                self.assertEqual(done.returncode, 0, (name, done.stdout, done.stderr))

    def test_no_octet_of_a_private_key_is_ever_shown(self):
        (self.folder / "words").write_text("correct horse battery\n")
        (self.folder / "words").chmod(0o600)
        for kind in ("rsa", "ed25519"):
            shown = self.make("--force", "--type", kind)
            secret = "".join(line for line in self.pem.read_text().splitlines() if not line.startswith("-----"))
            pieces = {secret[i:i + 16] for i in range(32, len(secret) - 16)}
            # The modulus is in both halves; in base64 it lies at another place, so that no piece is the same by chance.
            outputs = [shown.stdout, shown.stderr]
            common = ("example.com", "--selector", "s1", "--from", self.pem)
            check = ("--check", "example.com", "--selector", "s1", "--key", self.pem, "--zone", self.zone)
            broken = self.folder / "broken.pem"
            broken.write_text(self.pem.read_text()[:-60])
            runs = [(*common, "--as", form) for form in FORMATS]
            runs += [(*common, "--format", "json"), check, (*check, "--format", "json"),
                     ("example.com", "--selector", "s1", "--from", broken),
                     ("example.com", "--selector", "s1", "--from", self.pem, "--passphrase-file", "words"),
                     ("example.com", "--selector", "x", "--type", kind, "--format", "json", "--force")]
            for run in runs:
                done = self.run_keygen(*run)
                outputs += [done.stdout, done.stderr]
            private = [piece for piece in pieces if piece not in shown.stdout.decode()]
            for output in outputs:
                text = output.decode()
                self.assertFalse([piece for piece in private if piece in text], text)
                self.assertNotIn("-----BEGIN", text)
                self.assertNotIn("battery", text)

    def test_a_full_disk_behind_standard_output_is_told(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "keygen", "example.com", "--selector", "s1"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"could be written", done.stderr)


class WrongUsage(KeygenTest):
    def test_2_and_a_word_on_what_to_do(self):
        for arguments in ([], ["example.com"], ["example.com", "--selector", "a_b"], ["example.com", "--selector", "-a"],
                          ["example.com", "--selector", "a..b"], ["example.com", "--selector", "a" * 64],
                          ["example.com", "--selector", "s1._domainkey.example.com"],
                          ["../../etc", "--selector", "s1"], ["a/b.example", "--selector", "s1"], ["", "--selector", "s1"],
                          ["example.com", "--selector", "../s"], ["example.com", "--selector", "s1", "--bits", "1023"],
                          ["example.com", "--selector", "s1", "--bits", "16384"],
                          ["example.com", "--selector", "s1", "--bits", "-1"],
                          ["example.com", "--selector", "s1", "--type", "dsa"],
                          ["example.com", "--selector", "s1", "--type", "ed25519", "--bits", "2048"],
                          ["example.com", "--selector", "a", "--selector", "a", "--dual"],
                          ["example.com", "--selector", "a", "--selector", "b"],
                          ["example.com", "--selector", "s1", "--key", "x"],
                          ["example.com", "--selector", "s1", "--note", "x" * 201],
                          ["--check", "example.com", "--selector", "s1"],
                          [".".join(["a" * 60] * 4), "--selector", "s" * 20]):
            with self.subTest(arguments):
                done = self.run_keygen(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stderr, b"")
                self.assertEqual(done.stdout, b"")
                self.assertEqual(list(self.folder.iterdir()), [])

    def test_unusual_sizes_are_warned_about(self):
        for bits, word in ((1024, b"bits are few"), (2047, b"are few"), (2500, b"hardly anybody")):
            self.assertIn(word, self.make("--force", "--bits", bits).stderr)
        self.assertNotIn(b"warning", self.make("--force").stderr)
        self.assertIn(b"--dual", self.make("--force", "--type", "ed25519").stderr)

    def test_files_that_are_no_keys(self):
        os.mkfifo(self.folder / "pipe")
        (self.folder / "large").write_bytes(b"A" * 10_000_000)
        (self.folder / "empty").write_bytes(b"")
        (self.folder / "noise").write_bytes(bytes(range(256)) * 8)
        for name, word in (("pipe", b"named pipe"), ("large", b"more than 65536 octets"), ("empty", b"empty"),
                           ("noise", b"holds no key"), (".", b"is a directory"), ("/dev/zero", b"is a device"),
                           ("gone", b"No such file")):
            for job in (("--from",), ("--check", "--key")):
                with self.subTest(name, job=job):
                    done = self.run_keygen("example.com", "--selector", "s1", *job, name)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(word, done.stderr)
                    self.assertEqual(done.stdout, b"")

    def test_a_pipe_of_the_shell_is_read(self):
        self.make("--type", "ed25519")
        expected = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem).stdout
        done = self.run_keygen("example.com", "--selector", "s1", "--from", "/dev/stdin", stdin=None,
                               input=self.pem.read_bytes())
        self.assertEqual(done.stdout, expected)

    def test_a_private_key_others_can_read_is_warned_about(self):
        self.make("--type", "ed25519")
        self.pem.chmod(0o640)
        done = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"others can read the private key", done.stderr)

    def test_help_has_an_example(self):
        done = self.run_keygen("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"envelint keygen example.com --selector auto", done.stdout)


class Check(KeygenTest):
    def setUp(self):
        super().setUp()
        self.make()

    def check(self, selector, *where):
        return self.run_keygen("--check", "example.com", "--selector", selector, "--key", self.pem, *where)

    def test_exit_statuses(self):
        self.assertEqual(self.check("s1", "--zone", self.zone).returncode, 0)
        self.assertEqual(self.check("s2", "--zone", self.zone).returncode, 1)
        (self.folder / "trouble.zone").write_text(f";! servfail {OWNER}.\n")
        self.assertEqual(self.check("s1", "--zone", "trouble.zone").returncode, 3)
        self.assertEqual(self.check("s1", "--zone", "gone.zone").returncode, 2)

    def test_the_doctor_names_what_happened(self):
        value = self.run_keygen("example.com", "--selector", "s1", "--from", self.pem).stdout.decode().strip()
        other = self.run_keygen("example.com", "--selector", "s9").stdout.decode().strip()

        def zone(*records):
            lines = [f'{owner}._domainkey TXT "{text[:250]}" "{text[250:]}"\n' for owner, text in records]
            (self.folder / "x.zone").write_text("".join(lines))
            document, status = self.json_of("--check", "example.com", "--selector", "s1", "--key", self.pem, "--zone",
                                            "x.zone", "--origin", "example.com")
            self.assertEqual(status, 0 if document["match"] == "matches" else 1)
            return document["match"], document["found_at"]

        google = ["google._domainkey.example.com"]
        self.assertEqual(zone(("s1", value)), ("matches", []))
        self.assertEqual(zone(("s1", other)), ("other_key", []))
        self.assertEqual(zone(("s1", other), ("google", value)), ("other_key", google))
        self.assertEqual(zone(("google", value)), ("nothing_published", google))
        self.assertEqual(zone(("s1", value), ("s1", other)), ("several_records", []))
        self.assertEqual(zone(("s1", value[:255])), ("cut_short", []))
        self.assertEqual(zone(("s1", "v=DKIM1; p=")), ("revoked", []))
        self.assertEqual(zone(("s1", value.replace("v=DKIM1", "v=DKIM2"))), ("unusable", []))

    @needs("nsd")
    def test_a_real_server_and_opendkim_agree(self):
        port = self.start_nsd()
        server = ("--nameserver", f"127.0.0.1:{port}")
        for selector, expected in (("s1", 0), ("old", 1), ("gone", 1)):
            with self.subTest(selector):
                done = self.check(selector, *server)
                self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
                peer = self.opendkim_testkey(selector, port)
                if peer is not None:
                    self.assertEqual(peer == 0, expected == 0)
        done = self.check("s1", *server, "--save-dns", "saved")
        self.assertEqual(done.stdout, self.check("s1", "--replay", "saved").stdout)
        nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(nobody.close)
        nobody.bind(("127.0.0.1", 0))
        self.assertEqual(self.check("s1", "--nameserver", f"127.0.0.1:{nobody.getsockname()[1]}").returncode, 3)

    def start_nsd(self):
        self.run_keygen("example.com", "--selector", "old")
        zone = "$ORIGIN example.com.\n@ 3600 IN SOA ns h 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n"
        zone += self.zone.read_text() + (self.folder / "old._domainkey.example.com.zone").read_text()
        (self.folder / "example.com.zone").write_text(zone)
        for _ in range(5):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            (self.folder / "nsd.conf").write_text(f"""\
server:
    server-count: 1
    ip-address: 127.0.0.1@{port}
    username: ""
    chroot: ""
    zonesdir: "{self.folder}"
    database: ""
    pidfile: ""
    zonelistfile: "{self.folder}/zone.list"
    xfrdfile: "{self.folder}/xfrd.state"
    xfrdir: "{self.folder}"
remote-control:
    control-enable: no
zone:
    name: example.com
    zonefile: example.com.zone
""")
            server = subprocess.Popen([program("nsd"), "-d", "-c", self.folder / "nsd.conf"], stderr=subprocess.PIPE)
            self.addCleanup(server.stderr.close)
            self.addCleanup(server.wait)
            self.addCleanup(server.terminate)
            for line in server.stderr:
                if b"nsd started" in line:
                    return port
        self.skipTest("nsd does not start here")

    def opendkim_testkey(self, selector, port):
        if program("opendkim-testkey") is None:
            return None
        (self.folder / "unbound.conf").write_text("server:\n    do-not-query-localhost: no\n    module-config: iterator\n"
                                                  "stub-zone:\n    name: example.com\n"
                                                  f"    stub-addr: 127.0.0.1@{port}\n    stub-prime: no\n")
        (self.folder / "opendkim.conf").write_text(f"ResolverConfiguration {self.folder}/unbound.conf\n")
        return subprocess.run([program("opendkim-testkey"), "-x", self.folder / "opendkim.conf", "-d", "example.com", "-s",
                               selector, "-k", self.pem], capture_output=True, timeout=60).returncode


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    print(f"test cases: {result.testsRun} | {result.testsRun - failed} passed | {failed} failed")
    raise SystemExit(failed != 0)
