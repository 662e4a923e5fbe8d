"""Mail that is sealed with ARC by the real program: what the same program and others make of it. ENVELINT names the program;
a peer that is not installed is skipped by name: python3-dkim, libmail-dkim-perl."""

import json
import subprocess
import unittest

from signed_mail import MESSAGE, NOW, SignedMail, main, run

ID = "mx.example.com"
RESULTS = (b"Authentication-Results: mx.example.com; spf=pass\r\n smtp.mailfrom=ann@example.net;"
           b" dkim=fail header.d=example.net\r\n")

# Reads {"keys": {name: text}, "messages": [path]}; writes the status of each chain.
PYTHON_PEER = r"""
import json, sys
import dkim
work = json.load(sys.stdin)
keys = {name.encode(): text.encode() for name, text in work["keys"].items()}
find = lambda name, timeout=5: keys.get(name.rstrip(b"."))
out = [dkim.arc_verify(open(path, "rb").read(), dnsfunc=find) for path in work["messages"]]
# It has no status for a chain that ends with a seal that says so.
json.dump([(status or b"fail").decode() for status, _, _ in out], sys.stdout)
"""

PERL_PEER = r"""
use strict; use warnings;
use JSON::PP; use Net::DNS; use Mail::DKIM::ARC::Verifier; use Mail::DKIM::DNS;
my $work = decode_json(do { local $/; <STDIN> });
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
  my ($name) = @_;
  my $text = $work->{keys}{$name} or return ();
  my @strings = map { "\"$_\"" } unpack('(A250)*', $text);
  return (Net::DNS::RR->new("$name. 60 IN TXT @strings"));
};
my @out;
for my $path (@{$work->{messages}}) {
  open(my $in, '<:raw', $path) or die; local $/; my $bytes = <$in>;
  my $arc = Mail::DKIM::ARC::Verifier->new;
  $arc->PRINT($bytes); $arc->CLOSE;
  push @out, $arc->result;
}
print encode_json(\@out);
"""


def works(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


HAS_PYTHON = works("/usr/bin/python3", "-c", "import dkim")
HAS_PERL = works("perl", "-MMail::DKIM::ARC::Verifier", "-MNet::DNS", "-MJSON::PP", "-e", "1")


class SealedMail(SignedMail):
    def run_seal(self, message, *more, domain="example.com", zone=None, options=()):
        return run("sign", "--arc", "--authserv-id", ID, "--domain", domain, *self.keys("r"), "--now", NOW,
                   "--zone", zone or self.zone, *more, input=message, **dict(options))

    def seal(self, message=RESULTS + MESSAGE, *more, **named):
        done = self.run_seal(message, *more, **named)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def chain(self, message):
        return self.verify(message)[0]["arc"]


class Sealing(SealedMail):
    def test_what_is_sealed_passes_over_several_handlers(self):
        message = RESULTS + MESSAGE
        for hops in (1, 2, 3):
            message = self.seal(message)
            chain = self.chain(message)
            self.assertEqual((chain["result"], chain["instances"]), ("pass", hops))

    def test_the_set_holds_what_was_found(self):
        sealed = self.seal()
        self.assertTrue(sealed.startswith(b"ARC-Seal: i=1; a=rsa-sha256; t=1700000000; cv=none; d=example.com;"))
        self.assertIn(b"\r\nARC-Authentication-Results: i=1; mx.example.com; spf=pass\r\n"
                      b" smtp.mailfrom=ann@example.net; dkim=fail header.d=example.net\r\n", sealed)
        self.assertTrue(sealed.endswith(RESULTS + MESSAGE))

    def test_without_results_the_set_says_none_and_so_does_a_warning(self):
        for results in (b"", RESULTS.replace(b"mx.example.com", b"mx.example.net"),
                        b"Authentication-Results: mx.example.net; none\r\n" + RESULTS):
            done = self.run_seal(results + MESSAGE)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"ARC-Authentication-Results: i=1; mx.example.com; none\r\n", done.stdout)
            self.assertIn(b"no result of mx.example.com", done.stderr)

    def test_results_that_a_sender_made_up_stay_in_their_quotes(self):
        results = (b"Authentication-Results: mx.example.com; spf=fail (a \\) b; dkim=pass)\r\n"
                   b" smtp.mailfrom=\"x; dkim=pass header.d=bank.example\"\r\n")
        sealed = self.seal(results + MESSAGE).replace(b"\r\n ", b" ")
        self.assertIn(b"; spf=fail (a ] b, dkim=pass) smtp.mailfrom=\"x; dkim=pass header.d=bank.example\"\r\n", sealed)

    def test_lines_end_as_those_of_the_input(self):
        sealed = self.seal((RESULTS + MESSAGE).replace(b"\r\n", b"\n"))
        self.assertNotIn(b"\r", sealed)
        self.assertEqual(self.chain(sealed)["result"], "pass")

    def test_a_broken_chain_is_sealed_as_failed_and_not_again(self):
        done = self.run_seal(self.seal() + b"more\r\n")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith(b"ARC-Seal: i=2; a=rsa-sha256; t=1700000000; cv=fail;"))
        self.assertIn(b"sealed as cv=fail: the newest message signature did not verify (i=1)", done.stderr)
        again = self.run_seal(done.stdout)
        self.assertEqual((again.returncode, again.stdout), (0, done.stdout))
        self.assertIn(b"not sealed: the chain has failed before", again.stderr)

    def test_a_list_seals_what_it_changed_by_the_chain_that_came(self):
        came = self.seal()
        changed = came.replace(b"Subject: ", b"Subject: [list] ") + b"-- \r\nthe list\r\n"
        self.assertEqual(self.chain(changed)["result"], "fail")
        path = self.write("came.eml", came)
        sealed = self.seal(changed.replace(RESULTS, b""), "--original", path)
        chain = self.chain(sealed)
        self.assertEqual((chain["result"], chain["oldest_pass"]), ("pass", 2))
        self.assertIn(b"ARC-Authentication-Results: i=2; mx.example.com; spf=pass\r\n", sealed)
        done = self.run_seal(changed, "--original", self.write("other.eml", MESSAGE))
        self.assertIn(b" cv=fail;", done.stdout)
        self.assertIn(b"sealed as cv=fail: its chain is not the one that was validated", done.stderr)

    def test_trouble_of_dns_is_not_sealed(self):
        sealed = self.seal()
        saved = self.folder / "saved.json"
        done = run("sign", "--arc", "--authserv-id", ID, "--domain", "example.com", *self.keys("r"), "--now", NOW,
                   "--nameserver", "127.0.0.1:1", "--save-dns", saved, input=sealed)
        self.assertEqual((done.returncode, done.stdout), (3, b""), done.stderr)
        self.assertIn(b"DNS would not say", done.stderr)
        done = run("sign", "--arc", "--authserv-id", ID, "--domain", "example.com", *self.keys("r"), "--now", NOW,
                   "--replay", saved, input=sealed)
        self.assertEqual((done.returncode, done.stdout), (3, b""), done.stderr)

    def test_the_fields_alone(self):
        self.assertEqual(self.seal(RESULTS + MESSAGE, "--field-only") + RESULTS + MESSAGE, self.seal())

    def test_wrong_usage_says_what_to_give(self):
        usual = ("--domain", "example.com", *self.keys("r"))
        arc = ("--arc", "--authserv-id", ID)
        for arguments, word in ((("--arc", *usual), "--authserv-id is missing"),
                                (("--authserv-id", ID, *usual), "is for --arc"),
                                (("--zone", self.zone, *usual), "is for --arc"),
                                (("--original", "x", *usual), "is for --arc"),
                                ((*arc, *usual, "--original", "gone"), "gone"),
                                ((*arc, "--domain", "example.com", *self.keys("re")), "give one --key"),
                                ((*arc, *usual, "--identity", "a@example.com"), "--identity is of DKIM"),
                                ((*arc, *usual, "--zone", self.zone, "--fields", "ARC-Seal"), "may not be signed"),
                                ((*arc, "--domain", "a b", *self.keys("r"), "--zone", self.zone), "--domain a b"),
                                ((*arc, *usual, "--zone", "gone"), "gone")):
            done = run("sign", *arguments, input=MESSAGE)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertIn(word, done.stderr.decode())


class Peers(SealedMail):
    def messages(self):
        """Sealed messages, and what their chains are."""
        first = self.seal()
        second = self.seal(first)
        third = self.seal(self.sign(second))
        odd = self.seal(b"Authentication-Results: mx.example.com; dkim=fail (a; b) reason=\"c  d; e\"\r\n" + MESSAGE)
        simple = self.seal(MESSAGE, "--canonicalization", "simple/simple")
        broken = second + b"more\r\n"
        return [(first, "pass"), (second, "pass"), (third, "pass"), (odd, "pass"), (simple, "pass"),
                (broken, "fail"), (self.seal(broken), "fail"), (MESSAGE, "none")]

    def ask(self, *command):
        made = self.messages()
        paths = [str(self.write(f"{i}.eml", message)) for i, (message, _) in enumerate(made)]
        keys = {f"{selector}._domainkey.example.com": value for selector, value in self.values.items()}
        done = subprocess.run(command, input=json.dumps({"keys": keys, "messages": paths}).encode(), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), [status for _, status in made]

    def test_we_agree_with_ourselves(self):
        for message, status in self.messages():
            self.assertEqual(self.chain(message)["result"], status)

    @unittest.skipUnless(HAS_PYTHON, "python3-dkim is not installed")
    def test_dkimpy_agrees(self):
        self.assertEqual(*self.ask("/usr/bin/python3", "-c", PYTHON_PEER))

    @unittest.skipUnless(HAS_PERL, "libmail-dkim-perl is not installed")
    def test_mail_dkim_agrees(self):
        self.assertEqual(*self.ask("perl", "-e", PERL_PEER))


if __name__ == "__main__":
    main()
