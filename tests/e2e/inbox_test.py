"""envelint inbox on a store that another program has filled. ENVELINT names the program, FILL_STORE what fills one."""

import contextlib
import json
import mailbox
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import unittest

from schemas import read_schema

PROGRAM = os.environ["ENVELINT"]
FILL_STORE = os.environ["FILL_STORE"]
SOURCES = pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"])
RAW = {
    1: b"From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: The new price list\r\n\r\nText.\r\n",
    3: b"From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: Undelivered\r\n\r\nText.\r\n"
       b"bare\nLF, a NUL \0 and \xff\xfe\r\nFrom here on\r\nno end",
}
LIST = """\
ID  RECEIVED (UTC)       TLS  SPF       DKIM      DMARC     CLIENT
    FROM → TO  SUBJECT
 4* 2025-11-27 08:02:27  1.3  temperror permerror temperror 192.0.2.1
    ann@example.com → bob@example.net +24  gr\\xFC\\xDFe
 3* 2025-11-27 08:02:26  -    -         -         -         192.0.2.1
    <> → bob@example.net  Undelivered
 2* 2025-11-27 08:01:22  -    softfail  none      fail      2001:db8:85a3:8d3:1…
    refused 550  billing-d…r.example → bob@example.net  Invoice \\u{202E}fdp.exe…
 1* 2025-11-27 08:00:21  1.3  pass      pass      pass      192.0.2.1
    ann@example.com → bob@example.net +1  The new price list
"""
SESSIONS = """\
ID  STARTED (UTC)        SECONDS  TLS  MAIL  CLIENT
    GREETING  WHY IT ENDED
 4  2025-11-27 08:05:21      1.9  -       0  192.0.2.1
    EHLO \\u{001B}[2J  the TLS handshake failed
 3  2025-11-27 08:02:26      1.9  1.3     2  192.0.2.1
    EHLO mx.example.com  the client said QUIT
"""



class Inbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.store = cls.folder.name + "/store"
        subprocess.run([FILL_STORE, cls.store], check=True)

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def run_inbox(self, *arguments, store=None, columns="80"):
        environment = {**os.environ, "COLUMNS": columns}
        return subprocess.run([PROGRAM, "inbox", *map(str, arguments), "--store", store or self.store],
                              stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=300)

    def text(self, *arguments, **options):
        done = self.run_inbox(*arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def refusal(self, *arguments, **options):
        done = self.run_inbox(*arguments, **options)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        return done.stderr.decode()


class Lists(Inbox):
    def test_messages_the_newest_first(self):
        self.assertEqual(self.text("list"), LIST)
        self.assertEqual(self.text("list", "--limit", 2), "".join(LIST.splitlines(True)[:6]))

    def test_sessions_with_why_they_ended(self):
        self.assertEqual(self.text("list", "--sessions", "--limit", 2), SESSIONS)

    def test_no_line_is_wider_than_the_screen(self):
        for columns in ("72", "80", "132", "200"):
            for arguments in (["list"], ["list", "--sessions"]):
                lines = self.text(*arguments, columns=columns).splitlines()
                self.assertLessEqual(max(map(len, lines)), int(columns), (columns, arguments))

    def test_a_wide_screen_shows_all(self):
        wide = self.text("list", columns="250")
        self.assertIn("2001:db8:85a3:8d3:1319:8a2e:370:7348", wide)
        self.assertIn("closed by the end of this week", wide)
        self.assertIn("billing-department-with-a-long-name@accounts.stranger.example", wide)

    def test_an_empty_store(self):
        store = str(self.scratch / "empty")
        subprocess.run([FILL_STORE, store, "0", "1", "1"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(self.text("list", store=store), "no messages\n")
        self.assertEqual(self.text("list", "--sessions", store=store), "no sessions\n")
        self.assertEqual(json.loads(self.text("list", "--format", "json", store=store))["messages"], [])
        self.assertEqual(self.text("list", "--format", "ndjson", store=store), "")

    def test_more_messages_than_one_piece_of_a_list(self):
        store = str(self.scratch / "many")
        subprocess.run([FILL_STORE, store, "2300", "100", "500"], check=True, stdout=subprocess.DEVNULL)
        lines = self.text("list", "--format", "ndjson", store=store).splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], list(range(2300, 0, -1)))
        self.assertEqual(len(self.text("list", "--format", "ndjson", "--limit", 1500, store=store).splitlines()), 1500)


class Queries(Inbox):
    def ids(self, query):
        return [json.loads(line)["id"] for line in self.text("list", "--format", "ndjson", "--query", query).splitlines()]

    def test_a_query_selects_what_is_listed(self):
        for query, ids in (("", [4, 3, 2, 1]), ("dmarc:fail", [2]), ("from:@example.com", [4, 2, 1]),
                           ("mail-from:<>", [3]), ("tls:yes", [4, 1]), ("-tls:yes", [3, 2]), ("rcpt-to:dora", [4]),
                           ("invoice or undelivered", [3, 2]), ("subject:\"price list\"", [1]), ("gr\\xfc", [4]),
                           ("client:2001:db8::/32", [2]), ("after:2025-11-27T08:01:00Z before:2025-11-27T08:02:00Z", [2]),
                           ("session:3", [4, 3]), ("is:read", []), ("has:attachment", [])):
            self.assertEqual(self.ids(query), ids, query)

    def test_a_query_and_a_limit(self):
        lines = self.text("list", "--query", "from:@example.com", "--limit", 1).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(self.text("list", "--query", "nothing"), "no message matches\n")
        self.assertEqual(self.ids("-is:read"), [4, 3, 2, 1])

    def test_a_query_that_is_wrong_is_shown_with_its_place(self):
        self.assertEqual(self.refusal("list", "--query", "gr\u00fc\u00dfe\tform:ann"),
                         "envelint inbox: there is no field `form:`; write `from:`\n"
                         "  gr\u00fc\u00dfe\\tform:ann\n"
                         "         ^^^^\n")
        self.assertEqual(self.refusal("rm", "--query", "spf:fial"),
                         "envelint inbox: `spf:` does not take `fial`; write `spf:fail`\n"
                         "  spf:fial\n"
                         "      ^^^^\n")
        shown = self.refusal("list", "--query", "spf:\x1b[2J\u202e")
        self.assertNotIn("\x1b", shown)

    def test_export_of_what_a_query_finds(self):
        done = self.run_inbox("export", "--as", "eml", "--to", self.scratch / "eml", "--query", "mail-from:<>")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.name for path in (self.scratch / "eml").iterdir()], ["3.eml"])

    def test_unread_and_attachments_are_told(self):
        for arguments in (["list"], ["show", 1]):
            message = json.loads(self.text(*arguments, "--format", "json"))["messages"][0]
            self.assertEqual((message["unread"], message["attachments"]), (True, 0))


class Removals(Inbox):
    def setUp(self):
        super().setUp()
        self.store = str(self.scratch / "store")
        subprocess.run([FILL_STORE, self.store], check=True)

    def remove(self, *arguments):
        done = self.run_inbox("rm", *arguments)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        return done.stderr.decode()

    def left(self):
        return [json.loads(line)["id"] for line in self.text("list", "--format", "ndjson").splitlines()]

    def test_by_id(self):
        self.assertEqual(self.remove(1, 3), "envelint inbox: 2 messages removed\n")
        self.assertEqual(self.left(), [4, 2])
        self.assertIn("there is no message 3\n", self.refusal("rm", 2, 3))
        self.assertEqual(self.left(), [4, 2])

    def test_by_query(self):
        self.assertEqual(self.remove("--query", "dmarc:fail or mail-from:<>"), "envelint inbox: 2 messages removed\n")
        self.assertEqual(self.left(), [4, 1])
        self.assertEqual(self.remove("--query", "dmarc:fail"), "envelint inbox: 0 messages removed\n")

    def test_all(self):
        self.assertEqual(self.remove("--all"), "envelint inbox: 4 messages and 4 sessions removed\n")
        self.assertEqual(self.text("list"), "no messages\n")
        self.assertEqual(self.text("list", "--sessions"), "no sessions\n")

    def test_a_store_that_is_not_there_is_not_made(self):
        missing = str(self.scratch / "none")
        self.assertEqual(self.refusal("rm", "--all", store=missing), f"envelint inbox: {missing}: there is no such folder\n")
        self.assertFalse(os.path.exists(missing))


class Details(Inbox):
    def test_a_message_with_the_transcript_of_its_session(self):
        shown = self.text("show", 1)
        self.assertTrue(shown.startswith("message 1, 88 octets, 2025-11-27 08:00:21 UTC, unread\nclient    192.0.2.1 port 40000\n"))
        for line in ("sender    <ann@example.com> SIZE=1042 BODY=8BITMIME", "          <carl@example.net> NOTIFY=NEVER",
                     "TLS       TLSv1.3, TLS_AES_256_GCM_SHA384, for mail.example.net", "reply     250 2.0.0 taken as 1",
                     "results   spf pass, dkim pass, dmarc pass, disposition none",
                     "session 1, 2025-11-27 08:00:20 UTC, 1.9 s: the client said QUIT", "  C: DATA", "  S: 354 go on",
                     "  S: 250 STARTTLS"):
            self.assertIn(line + "\n", shown)

    def test_oddities_with_their_places(self):
        shown = self.text("show", 3)
        for oddity, octets in (("a bare LF", b"\nLF"), ("a NUL", b"\0")):
            self.assertIn(f"{oddity} at octet {RAW[3].index(octets)}\n", shown)
        self.assertIn("sender    <>\n", shown)
        self.assertIn("results   not evaluated\n", shown)

    def test_what_a_proxy_said_and_who_was_there(self):
        shown = self.text("show", 2)
        self.assertIn("(mail.stranger.example), told by a PROXY header\npeer      192.0.2.1\n", shown)
        self.assertIn("greeting  HELO localhost, which is no domain name and no address literal\n", shown)

    def test_many_recipients_are_not_all_shown(self):
        self.assertIn("          and 5 more; `--format json` has all\n", self.text("show", 4))
        document = json.loads(self.text("show", 4, "--format", "json"))
        self.assertEqual(len(document["messages"][0]["envelope"]["rcpt_to"]), 25)

    def test_a_session_that_brought_no_message(self):
        shown = self.text("show", 4, "--sessions")
        self.assertIn("session 4, 2025-11-27 08:05:21 UTC, 1.9 s: the TLS handshake failed\n", shown)
        self.assertIn("  -- the TLS handshake failed: the client does not trust the certificate\n", shown)

    def test_nothing_that_others_sent_reaches_the_terminal_as_it_is(self):
        for arguments in (["list"], ["list", "--sessions"], ["show", 1, 2, 3, 4], ["show", 1, 2, 3, 4, "--sessions"],
                          ["list", "--format", "json"], ["show", 2, 3, "--format", "ndjson"]):
            shown = self.text(*arguments)
            self.assertFalse(re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", shown), arguments)

    def test_the_octets_exactly(self):
        for message, octets in RAW.items():
            done = self.run_inbox("raw", message)
            self.assertEqual((done.returncode, done.stdout), (0, octets))


class Page(Inbox):
    def test_the_screens_of_the_documentation_are_real(self):
        page = (SOURCES / "docs/inbox.md").read_text()
        screens = re.findall(r"^    \$ envelint inbox (.*) --store mail\n((?:    .*\n|\n(?=    ))+)", page, re.M)
        self.assertEqual(len(screens), 3)
        for words, screen in screens:
            self.assertEqual(self.text(*words.split()), re.sub("(?m)^    ", "", screen))


    def test_every_query_of_the_documentation_is_one(self):
        page = (SOURCES / "docs/inbox.md").read_text()
        table = page[page.index("## Queries"):page.index("## One message")]
        queries = [query for row in re.findall(r"^\|(.*?)\|", table, re.M) for query in re.findall("`([^`]+)`", row)]
        self.assertGreater(len(queries), 30)
        for query in queries:
            self.text("list", "--query", query)


class Json(Inbox):
    def test_the_verdict_is_embedded(self):
        message = json.loads(self.text("show", 1, "--format", "json"))["messages"][0]
        self.assertEqual(message["verdict"], {"schema": "envelint/verify/1", "dkim": [], "note": "a\nb"})
        self.assertEqual(message["session_detail"]["transcript"][1], {"who": "client", "text": "EHLO mx.example.com"})
        self.assertNotIn("verdict", json.loads(self.text("show", 3, "--format", "json"))["messages"][0])

    def test_a_line_each(self):
        lines = self.text("show", 1, 2, "--format", "ndjson").splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], [1, 2])

    def test_documents_follow_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("not installed: jsonschema")
        schema = read_schema("inbox-1")
        jsonschema.Draft202012Validator.check_schema(schema)
        for arguments, name, part in ((["list"], "messages", "entry"), (["show", 1, 2, 3, 4], "messages", "message"),
                                      (["list", "--sessions"], "sessions", "session"),
                                      (["show", 1, 4, "--sessions"], "sessions", "session")):
            document = json.loads(self.text(*arguments, "--format", "json"))
            jsonschema.validate(document, schema)
            for item in document[name]:
                jsonschema.validate(item, {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]})
                known = {**schema["$defs"]["listed"]["properties"], **schema["$defs"][part]["properties"]}
                self.assertLessEqual(set(item), set(known))


class Exports(Inbox):
    def export(self, form, to, *ids):
        return self.run_inbox("export", *ids, "--as", form, "--to", to)

    def test_eml_and_maildir_keep_every_octet(self):
        done = self.export("eml", self.scratch / "eml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({path.name for path in (self.scratch / "eml").iterdir()}, {f"{n}.eml" for n in range(1, 5)})
        for message, octets in RAW.items():
            self.assertEqual((self.scratch / f"eml/{message}.eml").read_bytes(), octets)
        self.assertEqual(self.export("maildir", self.scratch / "maildir", 1, 3).returncode, 0)
        found = {path.read_bytes() for path in (self.scratch / "maildir/new").iterdir()}
        self.assertEqual(found, set(RAW.values()))

    def test_another_program_reads_what_was_exported(self):
        self.export("maildir", self.scratch / "maildir")
        box = mailbox.Maildir(self.scratch / "maildir", create=False)
        self.assertEqual(len(box), 4)
        self.assertEqual({(message.get_subdir(), message.get_flags()) for message in box}, {("new", "")})
        self.export("mbox", self.scratch / "mbox")
        mbox = mailbox.mbox(self.scratch / "mbox", create=False)
        self.addCleanup(mbox.close)
        subjects = [message["Subject"] for message in mbox]
        self.assertEqual((len(subjects), subjects[0]), (4, "The new price list"))

    def test_what_mbox_cannot_keep_is_told(self):
        done = self.export("mbox", self.scratch / "mbox")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(re.findall(rb"warning: message (\d+) has line ends", done.stderr), [b"3"])

    def test_nothing_is_overwritten(self):
        target = self.scratch / "mbox"
        target.write_text("mine")
        done = self.export("mbox", target)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"it is there already, and is not overwritten", done.stderr)
        self.assertEqual(target.read_text(), "mine")

    def test_nothing_is_written_when_a_message_is_not_there(self):
        for form in ("eml", "mbox", "maildir"):
            done = self.export(form, self.scratch / form, 1, 99)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"there is no message 99\n", done.stderr)
            self.assertFalse((self.scratch / form).exists())


class Refusals(Inbox):
    def test_what_is_not_there(self):
        self.assertEqual(self.refusal("show", 99), f"envelint inbox: {self.store}: there is no message 99\n")
        self.assertEqual(self.refusal("raw", 99), f"envelint inbox: {self.store}: there is no message 99\n")
        self.assertEqual(self.refusal("show", 99, "--sessions"),
                         f"envelint inbox: {self.store}: there is no session 99\n")
        self.assertEqual(self.refusal("show", 1, 99), f"envelint inbox: {self.store}: there is no message 99\n")
        missing = str(self.scratch / "none")
        self.assertEqual(self.refusal("list", store=missing), f"envelint inbox: {missing}: there is no such folder\n")
        self.assertFalse(os.path.exists(missing))

    def test_what_is_no_store(self):
        (self.scratch / "inbox.sqlite").write_text("no database at all, but a text of some length\n" * 100)
        self.assertEqual(self.refusal("list", store=str(self.scratch)),
                         f"envelint inbox: {self.scratch}/inbox.sqlite: it is no SQLite database\n")

    def test_wrong_usage(self):
        for arguments in ([], ["list", 3], ["show"], ["show", "x"], ["show", "-1"], ["raw"], ["raw", 1, 2], ["export"],
                          ["export", "--as", "eml"], ["list", "--as", "eml"], ["raw", 1, "--sessions"],
                          ["raw", 1, "--format", "json"], ["show", 1, "--limit", 1], ["remove", 1], ["show", 1, "--query", "a"],
                          ["raw", 1, "--query", "a"], ["list", "--sessions", "--query", "a"], ["list", "--all"],
                          ["export", 1, "--as", "eml", "--to", "x", "--query", "a"], ["rm"], ["rm", 1, "--all"],
                          ["rm", 1, "--query", "a"], ["rm", "--query", " "], ["rm", "--all", "--format", "json"]):
            done = self.run_inbox(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertNotEqual(done.stderr, b"")


class FromOthers(Inbox):
    """A store that somebody sends along, with what envelint would not have written."""

    def setUp(self):
        super().setUp()
        self.store = str(self.scratch / "store")
        subprocess.run([FILL_STORE, self.store], check=True)

    def change(self, statements):
        with contextlib.closing(sqlite3.connect(self.store + "/inbox.sqlite")) as database:
            database.executescript(statements)

    def test_words_and_times_that_cannot_be_are_shown_and_obeyed_by_no_terminal(self):
        self.change("""UPDATE message SET spf = x'1B5B324A', tls = x'1B5B324A', subject = x'0D0A1B5B',
                       reply_text = x'1B5B324A', client = x'78', received_ms = 9223372036854775807, recipients = -1;
                       UPDATE message SET received_ms = -9223372036854775808 WHERE id = 2;
                       UPDATE detail SET verdict = CAST('{"unfinished": ' AS BLOB)""")
        for arguments in (["list"], ["show", 1, 2], ["list", "--format", "ndjson"], ["show", 1, 2, "--format", "ndjson"]):
            shown = self.text(*arguments)
            self.assertFalse(re.search("[\x00-\x09\x0b-\x1f]", shown), arguments)
            if "ndjson" in arguments:
                for line in shown.splitlines():
                    self.assertNotIn("verdict", json.loads(line))

    def test_what_is_damaged_is_told_by_its_id(self):
        self.change("UPDATE detail SET envelope = x'06FF' WHERE message = 2")
        self.assertEqual(self.refusal("show", 2),
                         f"envelint inbox: {self.store}: what is kept of message 2 is damaged\n")
        self.assertIn("message 1, 88 octets", self.text("show", 1))
        self.assertEqual(self.run_inbox("raw", 2).returncode, 0)

    def test_one_that_a_newer_version_made(self):
        self.change("PRAGMA user_version = 3")
        self.assertEqual(self.refusal("list"), f"envelint inbox: {self.store}/inbox.sqlite: a newer envelint made it: it "
                                               "has version 3, and 2 is the last that this one knows\n")


class WhileItIsWritten(Inbox):
    def test_a_store_is_read_while_another_process_fills_it(self):
        store = str(self.scratch / "busy")
        subprocess.run([FILL_STORE, store, "1", "100", "1"], check=True, stdout=subprocess.DEVNULL)
        writer = subprocess.Popen([FILL_STORE, store, "3000", "2000", "3"], stdout=subprocess.DEVNULL)
        counts = []
        while writer.poll() is None or not counts:
            counts.append(len(self.text("list", "--format", "ndjson", store=store).splitlines()))
        self.assertEqual(writer.returncode, 0)
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(len(self.text("list", "--format", "ndjson", store=store).splitlines()), 3001)

    def test_a_folder_that_may_not_be_written_is_read(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        store = str(self.scratch / "fixed")
        subprocess.run([FILL_STORE, store], check=True)
        os.chmod(store, 0o500)
        self.addCleanup(os.chmod, store, 0o700)
        self.assertEqual(self.text("list", store=store), LIST)


if __name__ == "__main__":
    unittest.main()
