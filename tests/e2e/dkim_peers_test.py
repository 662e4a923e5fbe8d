"""What we sign others verify, and what they sign we verify. ENVELINT names the program; a peer that is not installed is
skipped by name: opendkim, python3-dkim (with python3-nacl), libmail-dkim-perl."""

import base64
import itertools
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["ENVELINT"]
SANITIZED = "ENVELINT_SANITIZED" in os.environ
NOW = "1700000000"
KINDS = ["/".join(pair) for pair in itertools.product(("simple", "relaxed"), repeat=2)]

# Reads {"keys": {name: text}, "private": …, "verify": […], "sign": […]}, files by name; writes what it made of them.
PYTHON_PEER = r"""
import json, sys
import dkim
work = json.load(sys.stdin)
keys = {name.encode(): text.encode() for name, text in work["keys"].items()}
find = lambda name, timeout=5: keys.get(name.rstrip(b"."))
out = {"verify": {}}
for path in work["verify"]:
    message = dkim.DKIM(open(path, "rb").read())
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    out["verify"][path] = [bool(dkim.DKIM(open(path, "rb").read()).verify(i, dnsfunc=find)) for i in range(count)]
for source, target, selector, private, algorithm, kind in work["sign"]:
    message = open(source, "rb").read()
    header, body = kind.encode().split(b"/")
    field = dkim.sign(message, selector.encode(), b"example.com", open(private, "rb").read(),
                      canonicalize=(header, body), signature_algorithm=algorithm.encode())
    open(target, "wb").write(field + message)
json.dump(out, sys.stdout)
"""

PERL_PEER = r"""
use strict; use warnings;
use JSON::PP; use Net::DNS; use Mail::DKIM::Verifier; use Mail::DKIM::Signer; use Mail::DKIM::DNS;
my $work = decode_json(do { local $/; <STDIN> });
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
  my ($name) = @_;
  my $text = $work->{keys}{$name} or return ();
  my @strings = map { "\"$_\"" } unpack('(A250)*', $text);
  return (Net::DNS::RR->new("$name. 60 IN TXT @strings"));
};
sub slurp { open(my $in, '<:raw', $_[0]) or die; local $/; return <$in> }
my %verified;
for my $path (@{$work->{verify}}) {
  my $dkim = Mail::DKIM::Verifier->new;
  $dkim->PRINT(slurp($path)); $dkim->CLOSE;
  $verified{$path} = [map { $_->result eq 'pass' ? JSON::PP::true : JSON::PP::false } $dkim->signatures];
}
for my $job (@{$work->{sign}}) {
  my ($source, $target, $selector, $private, $algorithm, $kind) = @$job;
  my $message = slurp($source);
  my $dkim = Mail::DKIM::Signer->new(Algorithm => $algorithm, Method => $kind, Domain => 'example.com',
                                     Selector => $selector, KeyFile => $private);
  $dkim->PRINT($message); $dkim->CLOSE;
  my $field = $dkim->signature->as_string; $field =~ s/\r?\n/\r\n/g;
  open(my $out, '>:raw', $target) or die;
  print $out $field, "\r\n", $message; close $out;
}
print encode_json({verify => \%verified});
"""


def program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def works(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


HAS_OPENDKIM = program("opendkim") is not None
HAS_PYTHON = works("/usr/bin/python3", "-c", "import dkim, nacl")
HAS_PERL = works("perl", "-MMail::DKIM", "-MNet::DNS", "-MJSON::PP", "-e", "1")


def odd_messages():
    """Messages as they are and as they should not be, all with CRLF.

    None ends within a line, which SMTP does not allow: there the peers differ from RFC 6376 §3.4.3 and each other."""
    plain = b"From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: hello\r\n"
    bodies = [b"", b"\r\n", b"\r\n\r\n\r\n", b"one line\r\n", b" \t \r\n\r\n", b"x  y\t z \r\n \r\n\r\n",
              b"\r\n\r\nlate\r\n", b"a" * 2000 + b"\r\n", bytes(range(0x80, 0x100)) + b"\r\n", b".\r\n..\r\nFrom x\r\n"]
    for body in bodies:
        yield plain + b"\r\n" + body
    yield b"FROM:  ann@example.com\r\nsUbJeCt:\tfolded \r\n\t twice \r\n  over\r\nTo:\r\n b@example.net\r\n\r\nhi\r\n"
    yield b"Received: one\r\nReceived: two\r\n" + plain + b"Subject: second\r\nX-Empty:\r\n\r\nhi\r\n"
    # These are the same in kind. With sanitizers, where the program takes a tenth of a second to begin, a few say as much;
    # whether each of them is signed and verified as others do it, the release build is asked.
    choose = random.Random(7)
    words = [b"word", b" ", b"  ", b"\t", b"\r\n", b"\r\n\r\n", b" \r\n", b"=3D", b";", b"x" * 70]
    for _ in range(3 if SANITIZED else 12):
        yield plain + b"\r\n" + b"".join(choose.choice(words) for _ in range(choose.randrange(60))) + b"\r\n"


class DkimPeersTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.keys = {}
        zone = []
        for selector, kind in (("r", "rsa"), ("e", "ed25519")):
            made = subprocess.run([PROGRAM, "keygen", "example.com", "--selector", selector, "--type", kind, "--format",
                                   "json"], cwd=cls.folder, capture_output=True, check=True)
            made = json.loads(made.stdout)
            cls.keys[made["owner"]] = made["value"]
            strings = " ".join(f'"{text}"' for text in made["strings"])
            zone.append(f'{made["owner"]}. TXT {strings}\n')
        cls.zone = cls.folder / "keys.zone"
        cls.zone.write_text("".join(zone))
        cls.private = {selector: str(cls.folder / f"{selector}._domainkey.example.com.pem") for selector in "re"}
        cls.signed = {}
        cls.messages = []
        for index, message in enumerate(odd_messages()):
            path = cls.folder / f"m{index}.eml"
            path.write_bytes(message)
            cls.messages.append(path)

    def sign(self, source, kind, selectors):
        target = self.folder / f"{source.stem}-{kind.replace('/', '-')}-{selectors}.eml"
        arguments = [PROGRAM, "sign", str(source), "--domain", "example.com", "--canonicalization", kind, "--now", NOW]
        for selector in selectors:
            arguments += ["--key", self.private[selector], "--selector", selector]
        done = subprocess.run(arguments, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        target.write_bytes(done.stdout)
        return str(target)

    def signed_by_us(self, selectors):
        """Made once: the same keys and the same time give the same signatures."""
        if selectors not in self.signed:
            self.signed[selectors] = [self.sign(source, kind, selectors) for source in self.messages for kind in KINDS]
        return self.signed[selectors]

    def results_of(self, path):
        done = subprocess.run([PROGRAM, "verify", str(path), "--zone", str(self.zone), "--format", "json"],
                              capture_output=True)
        return [signature["result"] for signature in json.loads(done.stdout)["dkim"]]

    def ask(self, command, verify=(), sign=()):
        work = {"keys": self.keys, "verify": list(verify), "sign": list(sign)}
        done = subprocess.run(command, input=json.dumps(work).encode(), capture_output=True, timeout=250)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace")[-2000:])
        return json.loads(done.stdout)["verify"]

    def signed_by(self, command, name, selectors):
        jobs = []
        for source, kind, selector in itertools.product(self.messages, KINDS, selectors):
            algorithm = "rsa-sha256" if selector == "r" else "ed25519-sha256"
            private = self.private[selector]
            if selector == "e" and name == "python":  # it wants the bare seed
                seed = subprocess.run(["openssl", "pkey", "-in", private, "-outform", "DER"], capture_output=True,
                                      check=True).stdout[-32:]
                private = str(self.folder / "e.seed")
                pathlib.Path(private).write_bytes(base64.b64encode(seed))
            target = self.folder / f"{name}-{source.stem}-{kind.replace('/', '-')}-{selector}.eml"
            jobs.append([str(source), str(target), selector, private, algorithm, kind])
        self.ask(command, sign=jobs)
        return [job[1] for job in jobs]

    def assert_all_pass(self, results):
        wrong = {path: result for path, result in results.items()
                 if not result or not all(each in (True, "pass") for each in result)}
        shown = {pathlib.Path(path).name: (result, pathlib.Path(path).read_bytes()[-300:])
                 for path, result in wrong.items()}
        self.assertEqual(shown, {})

    def test_we_verify_what_we_sign(self):
        self.assert_all_pass({path: self.results_of(path) for path in self.signed_by_us("re")})

    @unittest.skipUnless(HAS_PYTHON, "not installed: python3-dkim, python3-nacl")
    def test_python_dkim_verifies_what_we_sign(self):
        paths = self.signed_by_us("re")
        self.assert_all_pass(self.ask(["/usr/bin/python3", "-c", PYTHON_PEER], verify=paths))

    @unittest.skipUnless(HAS_PYTHON, "not installed: python3-dkim, python3-nacl")
    def test_we_verify_what_python_dkim_signs(self):
        paths = self.signed_by(["/usr/bin/python3", "-c", PYTHON_PEER], "python", "re")
        self.assert_all_pass({path: self.results_of(path) for path in paths})

    @unittest.skipUnless(HAS_PERL, "not installed: libmail-dkim-perl")
    def test_mail_dkim_verifies_what_we_sign(self):
        paths = self.signed_by_us("r")
        self.assert_all_pass(self.ask(["perl", "-e", PERL_PEER], verify=paths))

    @unittest.skipUnless(HAS_PERL, "not installed: libmail-dkim-perl")
    def test_we_verify_what_mail_dkim_signs(self):
        paths = self.signed_by(["perl", "-e", PERL_PEER], "perl", "r")
        self.assert_all_pass({path: self.results_of(path) for path in paths})

    @unittest.skipUnless(HAS_OPENDKIM, "not installed: opendkim")
    def test_opendkim_verifies_what_we_sign(self):
        data = self.folder / "dns.txt"
        data.write_text("".join(f"{name} {text}\n" for name, text in self.keys.items()))
        configuration = self.folder / "opendkim.conf"
        configuration.write_text(f"Mode v\nTestDNSData file:{data}\nSyslog no\n")
        # Its test mode gives fields to the library as a milter gets them: one blank behind the colon, however many
        # there were. Only relaxed headers survive that where there were others.
        paths = [path for path in self.signed_by_us("r")
                 if "c=relaxed" in pathlib.Path(path).read_text("latin-1")
                 or "\nFROM:  " not in pathlib.Path(path).read_text("latin-1")]
        done = subprocess.run([program("opendkim"), "-x", str(configuration), "-t", ",".join(paths)],
                              capture_output=True, text=True, timeout=250)
        good = [line for line in done.stdout.splitlines() if line.endswith("succeeded")]
        bad = [line for line in done.stdout.splitlines() if not line.endswith("succeeded")]
        self.assertEqual(bad, [], done.stderr)
        self.assertEqual(len(good), len(paths))


if __name__ == "__main__":
    unittest.main()
