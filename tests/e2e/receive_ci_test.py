"""`envelint receive` as a CI job and an administrator run it: what is expected and what comes of it, reports, commands
and webhooks, answers as DMARC asks, clients behind proxies, stores that go on, faults that are asked for, and its
end."""

import http.server
import json
import pathlib
import shlex
import signal
import socket
import struct
import subprocess
import threading
import unittest
import xml.etree.ElementTree

from receiving import CLIENT, PROGRAM, TROUBLE, WITHIN, ZONE, Receiver, Receiving, digest, main
from signed_mail import MESSAGE, NOW, SANITIZED, SignedMail

STRANGER = "203.0.113.9"
HOSTILE = "\x1b[31m<b>&\"]]>\u202egnp.exe"


class Expected(Receiving, SignedMail):
    def setUp(self):
        super().setUp()
        self.signed_zone = ZONE + pathlib.Path(type(self).zone).read_text()

    def expect(self, *expected, message=None, zone=None, more=("--client-ip", CLIENT)):
        """The events and the exit status when one message has come."""
        receiver = self.receiver("--count", 1, "--timeout", "1m", "--now", NOW + 60, *more,
                                 *(word for one in expected for word in ("--expect", one)),
                                 zone=zone or self.signed_zone)
        self.deliver(receiver, message or self.sign())
        status = receiver.end()
        self.assertEqual(receiver.stderr(), "")
        return receiver, status

    def test_each_expectation_can_be_met(self):
        wanted = ["spf=pass", "dkim=pass", "dmarc=pass", "arc=none", "tls=no", "action=accept", "from=ann@example.com",
                  "to=bob@*", "mail-from=ann@example.com", "helo=client.example.com", "subject=the new*list",
                  "header=Message-ID: <1@*>", "header=date"]
        receiver, status = self.expect(*wanted)
        self.assertEqual([(one["expect"], one["met"], one.get("message")) for one in receiver.of("expectation")],
                         [*((one, True, 1) for one in wanted), ("count=1", True, None)])
        self.assertEqual(status, 0)

    def test_each_expectation_can_be_missed_and_says_what_was_there(self):
        wanted = {"spf=fail": "pass", "dkim=none": "pass", "dmarc=fail": "pass", "arc=pass": "none", "tls=yes": "no",
                  "tls=TLSv1.3": "no", "action=reject": "accept", "from=eve@example.com": "ann@example.com",
                  "to=eve@*": "bob@example.net", "mail-from=eve@*": "ann@example.com", "helo=x": "client.example.com",
                  "subject=Hello": "The new price list", "header=X-Spam": "X-Spam",
                  "header=To: eve*": "bob@example.net"}
        receiver, status = self.expect(*wanted)
        told = {one["expect"]: one for one in receiver.of("expectation")}
        for one, was in wanted.items():
            self.assertIs(told[one]["met"], False)
            self.assertIn(was, told[one]["detail"])
        self.assertEqual(status, 1)

    def test_one_message_that_is_not_as_expected_is_enough_to_fail(self):
        receiver = self.receiver("--count", 2, "--expect", "subject=The new*")
        self.deliver(receiver)
        self.deliver(receiver, MESSAGE.replace(b"The new", b"An old"))
        self.assertEqual(receiver.end(), 1)
        self.assertEqual([one["met"] for one in receiver.of("expectation")], [True, False, True])

    def test_dns_that_does_not_say_is_neither_met_nor_missed(self):
        receiver, status = self.expect("dmarc=pass", message=MESSAGE, zone=TROUBLE)
        self.assertEqual(status, 3)
        self.assertEqual(receiver.message()["dmarc"], "temperror")
        # What DNS has nothing to do with is missed all the same.
        self.assertEqual(self.expect("subject=Hello", message=MESSAGE, zone=TROUBLE)[1], 1)

    def test_too_few_messages_in_time_fail(self):
        receiver = self.receiver("--count", 2, "--timeout", "1s")
        self.deliver(receiver)
        self.assertEqual(receiver.end(), 1)
        self.assertEqual(receiver.of("expectation")[-1]["detail"], "1 came within 1s")
        receiver = self.receiver("--expect", "dmarc=pass")
        self.assertEqual(receiver.stop(), 1)
        self.assertEqual(receiver.of("expectation")[-1]["detail"], "0 came before it was ended")
        self.assertEqual(self.receiver("--timeout", "1s").end(), 0)

    def test_wrong_usage_ends_with_2_and_says_what_to_write(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        for arguments, words in (
                (("--expect", "colour=red"), "one of spf, dkim, arc"), (("--expect", "dmarc=good"), "pass, fail"),
                (("--expect", "mail-from="), "a text"), (("--smtp", "nowhere"), "127.0.0.1:2525"),
                (("--smtp", "%s:%d" % taken.getsockname()), "in use"), (("--timeout", "soon"), "30s or 5m"),
                (("--webhook", "ftp://x/"), "http://HOST:PORT/PATH"), (("--exec", "'x"), "a quote is open"),
                (("--fault", "rcpt=200"), "400 to 599"), (("--cert", "x.pem"), "go together"),
                (("--client-ip", "example.com"), "is no IP address"), (("--budget", "much"), "500M"),
                (("--max-size", "0"), "25M"), (("--enforce", "--quarantine"), "do not go together"),
                (("--discard", "--count", "1"), "leave --count"), (("--zone", "/nowhere/x.zone"), "/nowhere/x.zone"),
                (("--port-file", "/nowhere/port"), "/nowhere/port")):
            smtp = () if "--smtp" in arguments else ("--smtp", "127.0.0.1:0")
            done = subprocess.run([PROGRAM, "receive", *smtp, *arguments], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=WITHIN)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))
            self.assertIn(words, done.stderr)

    def test_the_junit_report_is_xml_whatever_the_mail_holds(self):
        report = self.folder / "report.xml"
        hostile = MESSAGE.replace(b"The new price list", HOSTILE.encode() + b"\x01\xff")
        receiver, status = self.expect("subject=Hello", "dmarc=pass", "to=*", message=hostile,
                                       more=("--client-ip", CLIENT, "--junit", report))
        self.assertEqual(status, 1)
        root = xml.etree.ElementTree.parse(report).getroot()
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors")), ("4", "1", "0"))
        cases = [(case.get("name"), [one.get("message") for one in case]) for case in root.iter("testcase")]
        self.assertEqual([name for name, _ in cases], ["subject=Hello", "dmarc=pass", "to=*", "count=1"])
        self.assertIn(r"\u{001B}[31m<b>&", cases[0][1][0])
        self.assertIn("<b>&", root.find(".//testcase").get("classname"))
        self.assertTrue(all(not failures for _, failures in cases[1:]))

    def test_a_report_that_cannot_be_written_is_no_success(self):
        receiver = self.receiver("--count", 1, "--junit", "/nowhere/report.xml")
        self.deliver(receiver)
        self.assertEqual(receiver.end(), 2)
        self.assertIn("/nowhere/report.xml: ", receiver.stderr())

    def test_what_comes_after_the_last_that_was_wanted_changes_nothing(self):
        receiver = self.receiver("--count", 1, "--expect", "subject=The*")
        talk = self.talk(receiver)
        talk.hello()
        talk.send(MESSAGE + b".\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n" +
                  MESSAGE.replace(b"The new", b"An old") + b".\r\nQUIT\r\n")
        self.assertEqual(talk.code(), "250")
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(len(receiver.of("message")), 1)


class Screens(Receiving):
    """What a person reads."""

    def screen(self, *messages, arguments=(), **options):
        receiver = self.receiver("--width", 80, *arguments, lines=False, **options)
        for message in messages:
            self.deliver(receiver, message)
        receiver.stop()
        return "".join(receiver.printed[2:])  # behind where it listens, and where the page is

    def test_a_message_is_told_with_its_results_and_why_it_does_not_pass(self):
        shown = self.screen(MESSAGE, arguments=("--client-ip", STRANGER))
        self.assertRegex(shown, r"^\d\d:\d\d:\d\d  ann@example\.com > bob@example\.net  The new price list\n"
                                rf" {{10}}message 1 from {STRANGER}: spf=fail dkim=none dmarc=fail\n"
                                r" {10}DMARC fails: ")

    def test_where_the_page_is_is_told_with_its_token_where_it_takes_one_to_look(self):
        told = []
        for more in (("--web", "127.0.0.1:0"), ("--web", "127.0.0.1:0", "--web-token", "letmein"), ("--no-web",)):
            receiver = self.receiver(*more, lines=False)
            receiver.stop()
            told.append("".join(receiver.printed[1:]))
        self.assertRegex(told[0], r"^the page is http://127\.0\.0\.1:\d+/\n$")
        self.assertRegex(told[1], r"^the page is http://127\.0\.0\.1:\d+/\?token=letmein\n$")
        self.assertEqual(told[2], "")

    def test_what_to_do_about_clients_on_this_host_is_said_once(self):
        shown = self.screen(MESSAGE, MESSAGE)
        self.assertEqual(shown.count("--client-ip"), 1)
        self.assertEqual(" ".join(shown.split()).count("it would have spf=pass and dmarc=pass"), 2)

    def test_whatever_mail_holds_a_screen_of_80_columns_shows_it(self):
        hostile = (b"From: \x1b[31mEve <eve@" + b"b" * 250 + b".example.com>\r\nSubject: " + HOSTILE.encode() +
                   b"\x07 =?utf-8?B?G1szMW3igK5nbnA=?= " + "\u65e5\u672c\u8a9e".encode() * 60 + b"\r\n\r\n\x1b[2J\r\n")
        receiver = self.receiver("--width", 80, "--verbose", lines=False)
        talk = self.talk(receiver)
        talk.send(b"EHLO \x1b[2J\r\n\xff\x1b]0;x\x07\r\n")
        self.assertEqual([talk.code(), talk.code()], ["500", "500"])
        self.assertEqual(talk.hello("b" * 60 + "@" + "c" * 60 + ".example.net", "eve@example.net",
                                    sender="a" * 60 + "@" + "b" * 60 + ".example.com")[-1], "354")
        talk.send(hostile + b".\r\nQUIT\r\n")
        self.assertEqual([talk.code(), talk.code()], ["250", "221"])
        receiver.stop()
        shown = "".join(receiver.printed)
        for forbidden in "\x1b\x07\x7f\u202e\x80\xff":
            self.assertNotIn(forbidden, shown)
        head = shown.split("+1", 1)[1].split("\n\n", 1)[0]
        self.assertIn(r"\u{001B}[31m", shown)
        self.assertTrue(all(len(line) <= 80 for line in head.splitlines()), head)

    def test_a_refused_message_is_told_with_its_reply(self):
        shown = self.screen(MESSAGE.replace(b"price list.", b"price\nlist."))
        self.assertRegex(shown, r"  ann@example\.com > bob@example\.net\n {10}refused from 127\.0\.0\.1\n"
                                r" {10}550 5\.6\.0 There is a bare LF")

    def test_a_session_that_brings_no_message_is_told_with_what_kept_it_from_that(self):
        receiver = self.receiver("--width", 80, lines=False)
        talk = self.talk(receiver)
        talk.codes("EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<550@example.net>", "QUIT")
        receiver.stop()
        self.assertEqual(" ".join("".join(receiver.printed[2:]).split()[1:]),
                         "127.0.0.1: 0 messages; the client said goodbye; it was told 550 5.3.0 A fault that was "
                         "asked for")

    def test_why_a_message_is_rejected_is_said_once(self):
        shown = self.screen(MESSAGE, arguments=("--client-ip", STRANGER, "--enforce"))
        self.assertEqual(" ".join(shown.split()).count("the message has no DKIM signature"), 1, shown)

    def test_what_was_expected_and_is_not_so_stands_below_the_message(self):
        shown = self.screen(MESSAGE, arguments=("--client-ip", CLIENT, "--expect", "dkim=pass", "--expect", "spf=pass"))
        self.assertTrue(shown.endswith("          expected dkim=pass: dkim is none\n"), shown)


class WebhookServer(http.server.ThreadingHTTPServer):
    """Answers as it is told, one after the other, the last for ever."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.bodies = []
        super().__init__(("127.0.0.1", 0), WebhookHandler)
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class WebhookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.path, self.headers["Content-Type"], body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Hooks(Receiving):
    def test_a_command_gets_the_path_of_the_message_and_its_verdict(self):
        script = self.put("hook.py", "import pathlib, sys\nout = pathlib.Path(sys.argv[1])\n"
                                     "out.with_suffix('.args').write_text(repr(sys.argv[2:-1]))\n"
                                     "out.with_suffix('.eml').write_bytes(pathlib.Path(sys.argv[-1]).read_bytes())\n"
                                     "out.with_suffix('.path').write_text(sys.argv[-1])\n"
                                     "out.with_suffix('.json').write_bytes(sys.stdin.buffer.read())\nprint('said')\n")
        out = self.folder / "out"
        receiver = self.receiver("--count", 1, "--exec", f"python3 {shlex.quote(str(script))} {out} 'two words'")
        message = MESSAGE + bytes(range(128, 256)) + b"\r\n"
        self.deliver(receiver, message)
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(out.with_suffix(".args").read_text(), "['two words']")
        self.assertEqual(out.with_suffix(".eml").read_bytes(), message)
        self.assertEqual(json.loads(out.with_suffix(".json").read_text()), receiver.message())
        self.assertFalse(pathlib.Path(out.with_suffix(".path").read_text()).exists())
        self.assertEqual(receiver.stderr(), "said\n")  # and not among the events

    def test_a_command_that_fails_is_no_success(self):
        for command, why in (("false", "`false`: it ended with status 1"), ("/nowhere/hook", "No such file"),
                             ("sh -c 'kill -9 $$'", "it ended by signal 9")):
            receiver = self.receiver("--count", 1, "--exec", command)
            self.assertTrue(self.deliver(receiver).startswith("250"))
            self.assertEqual(receiver.end(), 1)
            failed = [one for one in receiver.of("expectation") if one["expect"] == "exec"]
            self.assertEqual([(one["met"], one["message"]) for one in failed], [(False, 1)])
            self.assertIn(why, failed[0]["detail"])

    def hook(self, *statuses):
        server = WebhookServer(*statuses)
        self.addCleanup(server.close)
        report = self.folder / "report.xml"
        receiver = self.receiver("--count", 1, "--junit", report, "--webhook",
                                 f"http://127.0.0.1:{server.server_port}/mail?x=1")
        self.deliver(receiver)
        return server, receiver, receiver.end()

    def test_a_webhook_gets_the_event(self):
        server, receiver, status = self.hook(204)
        self.assertEqual(status, 0)
        [(path, kind, body)] = server.bodies
        self.assertEqual((path, kind), ("/mail?x=1", "application/json"))
        self.assertEqual(json.loads(body), receiver.message())

    def test_a_webhook_that_has_trouble_is_asked_again(self):
        server, receiver, status = self.hook(500, 503, 200)
        self.assertEqual((status, len(server.bodies)), (0, 3))
        server, receiver, status = self.hook(500)
        self.assertEqual((status, len(server.bodies)), (1, 3))
        self.assertIn("the answer was 500", receiver.of("expectation")[0]["detail"])

    def test_a_webhook_that_does_not_want_it_is_not_asked_again(self):
        server, receiver, status = self.hook(404)
        self.assertEqual((status, len(server.bodies)), (1, 1))
        [case] = [case for case in xml.etree.ElementTree.parse(self.folder / "report.xml").iter("testcase")
                  if case.get("name") == "webhook"]
        self.assertIn("the answer was 404", case.find("failure").get("message"))


class Policies(Receiving):
    def test_without_a_policy_everything_is_taken(self):
        receiver = self.receiver("--client-ip", STRANGER)
        self.assertRegex(self.deliver(receiver), r"^250 2\.0\.0 .*spf=fail dkim=none dmarc=fail")
        message = receiver.message()
        self.assertEqual([message[name] for name in ("spf", "dmarc", "disposition", "action")],
                         ["fail", "fail", "reject", "accept"])
        self.assertEqual(message["verdict"]["schema"], "envelint/verify/1")

    def test_enforce_answers_as_dmarc_asks(self):
        receiver = self.receiver("--client-ip", STRANGER, "--enforce", "--expect", "action=reject")
        self.assertRegex(self.deliver(receiver), r"^550 5\.7\.1 .*DMARC")
        self.assertEqual((receiver.message()["action"], receiver.message()["reply"]["code"]), ("reject", 550))
        self.assertEqual(receiver.stop(), 0)
        self.assertRegex(self.deliver(self.receiver("--client-ip", CLIENT, "--enforce")), "^250 ")
        self.assertRegex(self.deliver(self.receiver("--client-ip", STRANGER, "--enforce",
                                                    zone=ZONE.replace("reject", "quarantine"))), "^250 .*quarantined")

    def test_enforce_defers_where_dns_would_not_say(self):
        receiver = self.receiver("--client-ip", CLIENT, "--enforce", zone=TROUBLE)
        self.assertRegex(self.deliver(receiver), r"^451 4\.4\.3 DNS would not say")
        self.assertEqual(receiver.message()["action"], "defer")

    def test_quarantine_takes_everything_and_marks_it(self):
        receiver = self.receiver("--client-ip", STRANGER, "--quarantine")
        self.assertRegex(self.deliver(receiver), "^250 .*quarantined")
        self.assertEqual(receiver.message()["action"], "quarantine")
        receiver = self.receiver("--client-ip", CLIENT, "--quarantine", zone=TROUBLE)
        self.assertRegex(self.deliver(receiver), "^250 ")

    def test_what_dmarc_refuses_is_kept_all_the_same(self):
        store = self.folder / "store"
        receiver = self.receiver("--client-ip", STRANGER, "--enforce", "--store", store)
        self.assertRegex(self.deliver(receiver), "^550 ")
        receiver.stop()
        self.assertEqual([(one["reply_code"], one["dmarc"]) for one in self.kept(store)], [(550, "fail")])
        self.assertEqual(self.raw(store), MESSAGE)

    def test_a_client_on_this_host_says_nothing_about_the_sender(self):
        receiver = self.receiver("--expect", "spf=pass")
        reply = self.deliver(receiver)
        self.assertIn("spf=- ", reply)
        message = receiver.message()
        self.assertNotIn("spf", message)
        self.assertIs(message["client_says_nothing"], True)
        self.assertEqual([message["what_if"][name] for name in ("ip", "term", "spf", "dmarc")],
                         [CLIENT, f"ip4:{CLIENT}", "pass", "pass"])
        self.assertEqual(receiver.stop(), 1)
        self.assertIn("--client-ip", receiver.of("expectation")[0]["detail"])

    def test_a_record_that_lists_this_host_is_heeded(self):
        receiver = self.receiver(zone=ZONE.replace(CLIENT, "127.0.0.1"))
        self.deliver(receiver)
        self.assertEqual((receiver.message()["spf"], receiver.message()["client_says_nothing"]), ("pass", False))

    def test_nothing_is_judged_where_nobody_wants_it(self):
        receiver = self.receiver("--no-verdict")
        self.assertRegex(self.deliver(receiver), r"^250 2\.0\.0 Taken, kept as 1$")
        self.assertFalse({"verdict", "findings", "dmarc", "client_says_nothing"} & set(receiver.message()))

    def test_discard_takes_everything_and_tells_nothing(self):
        receiver = self.receiver("--discard")
        self.assertRegex(self.deliver(receiver), "^250 ")
        self.assertEqual((receiver.stop(), [one["event"] for one in receiver.events]), (0, ["listening"]))


class Clients(Receiving):
    def test_xclient_says_who_the_client_is(self):
        receiver = self.receiver("--xclient-from", "127.0.0.0/8")
        talk = self.talk(receiver)
        self.assertIn("XCLIENT", talk.say("EHLO proxy.example.net")[0])
        self.assertEqual(talk.codes(f"XCLIENT ADDR={CLIENT} PORT=4321 NAME=mail.example.com HELO=told.example.com"),
                         ["220"])
        self.assertEqual(talk.hello()[-1], "354")
        talk.send(MESSAGE + b".\r\n")
        self.assertEqual(talk.code(), "250")
        message = receiver.message()
        self.assertEqual((message["spf"], message["dmarc"]), ("pass", "pass"))
        self.assertEqual(message["envelope"]["peer"], "127.0.0.1")
        self.assertEqual(message["envelope"]["client"], {"address": CLIENT, "port": 4321, "name": "mail.example.com",
                                                         "hello": "told.example.com", "source": "xclient"})

    def test_xclient_is_for_those_that_were_named(self):
        for arguments in ((), ("--xclient-from", "192.0.2.0/24")):
            talk = self.talk(self.receiver(*arguments))
            self.assertNotIn("XCLIENT", talk.say("EHLO proxy.example.net")[0])
            self.assertEqual(talk.codes(f"XCLIENT ADDR={CLIENT}"), ["550"])

    def test_a_proxy_header_says_who_the_client_is(self):
        address = socket.inet_aton(CLIENT)
        second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H", 12) + address + b"\x7f\0\0\1" + b"\x10\xe1\0\x19"
        receiver = self.receiver("--proxy-from", "127.0.0.1")
        for header in (f"PROXY TCP4 {CLIENT} 127.0.0.1 4321 25\r\n".encode(), second):
            talk = self.talk(receiver, header)
            talk.hello()
            talk.send(MESSAGE + b".\r\n")
            self.assertEqual(talk.code(), "250")
        for number in (1, 2):
            message = receiver.message(number)
            self.assertEqual(message["spf"], "pass")
            self.assertEqual(message["envelope"]["client"], {"address": CLIENT, "port": 4321, "source": "proxy"})

    def test_where_a_proxy_header_has_to_be_nothing_else_is_heard(self):
        receiver = self.receiver("--proxy-from", "127.0.0.1")
        talk = self.talk(receiver, b"EHLO client.example.com\r\n", greeted=False)
        self.assertNotIn(b"250", talk.rest())
        self.assertIn("PROXY", receiver.wait_for("session_ended")[0]["why"])
        talk = self.talk(self.receiver())
        self.assertEqual(talk.codes("PROXY TCP4 192.0.2.1 192.0.2.2 1 25"), ["500"])

    def test_lmtp_has_a_reply_for_each_recipient(self):
        receiver = self.receiver("--lmtp", "127.0.0.1:0")
        talk = self.talk(receiver, port=receiver.ports[1])
        self.assertEqual(talk.codes("EHLO x", "LHLO client.example.com", "MAIL FROM:<ann@example.com>",
                                    "RCPT TO:<bob@example.net>", "RCPT TO:<451@example.net>",
                                    "RCPT TO:<eve@example.net>",
                                    "DATA"), ["500", "250", "250", "250", "451", "250", "354"])
        talk.send(MESSAGE + b".\r\n")
        self.assertEqual([talk.code(), talk.code()], ["250", "250"])
        self.assertEqual(talk.codes("NOOP", "QUIT"), ["250", "221"])
        envelope = receiver.message()["envelope"]
        self.assertEqual((envelope["protocol"], [one["address"] for one in envelope["rcpt_to"]]),
                         ("LMTP", ["bob@example.net", "eve@example.net"]))
        self.assertEqual(receiver.of("listening")[0]["listeners"][1]["protocol"], "lmtp")


class Stores(Receiving):
    def test_ids_go_on_where_those_of_an_earlier_run_ended(self):
        store = self.folder / "store"
        messages = [MESSAGE.replace(b"price", f"price{number}".encode()) for number in range(6)]
        for run in range(3):
            receiver = self.receiver("--store", store, "--count", 2, "--expect", "subject=The*")
            replies = [self.deliver(receiver, message) for message in messages[2 * run:2 * run + 2]]
            self.assertEqual([reply.rsplit(" ", 1)[1] for reply in replies], [str(2 * run + 1), str(2 * run + 2)])
            self.assertEqual(receiver.end(), 0)
            self.assertEqual([event["id"] for event in receiver.of("message")], [2 * run + 1, 2 * run + 2])
            self.assertEqual([event.get("message") for event in receiver.of("expectation")],
                             [2 * run + 1, 2 * run + 2, None])
        self.assertEqual([self.raw(store, number + 1) for number in range(6)], messages)
        sessions = [one["session"] for one in self.kept(store)]
        self.assertEqual(len(set(sessions)), 6)

    def test_a_store_that_is_full_takes_no_more(self):
        store = self.folder / "store"
        receiver = self.receiver("--store", store, "--budget", "100K")
        large = MESSAGE + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 500
        replies = [self.deliver(receiver, large) for _ in range(4)]
        self.assertRegex(replies[0], "^250 ")
        self.assertRegex(replies[3], r"^452 4\.3\.1 ")
        # A small one still has room, and those that were refused are told of without an id.
        self.assertRegex(self.deliver(receiver), "^250 ")
        self.assertEqual(receiver.stop(), 0)
        refused = [one for one in receiver.of("message") if "id" not in one]
        self.assertEqual({one["reply"]["code"] for one in refused}, {452})
        self.assertIn("full", receiver.stderr())

    def test_the_oldest_make_room_where_that_is_wanted(self):
        store = self.folder / "store"
        receiver = self.receiver("--store", store, "--budget", "100K", "--evict")
        large = MESSAGE + (b"y" * 70 + b"\r\n") * 500
        for _ in range(5):
            self.assertRegex(self.deliver(receiver, large), "^250 ")
        self.assertEqual(receiver.stop(), 0)
        ids = [one["id"] for one in self.kept(store)]
        self.assertEqual(ids[-1], 5)
        self.assertLess(len(ids), 5)
        self.assertEqual(self.raw(store, 5), large)

    def test_a_store_can_be_read_while_mail_arrives(self):
        store = self.folder / "store"
        receiver = self.receiver("--store", store)
        for number in (1, 2):
            self.deliver(receiver)
            self.assertEqual(self.raw(store, number), MESSAGE)

    def test_a_second_receiver_does_not_disturb_the_first(self):
        store = self.folder / "store"
        receiver = self.receiver("--store", store)
        self.deliver(receiver)
        done = subprocess.run([PROGRAM, "receive", "--smtp", "127.0.0.1:0", "--store", store, "--timeout", "1s"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WITHIN)
        self.assertIn(done.returncode, (0, 2))
        if done.returncode == 2:
            self.assertIn(str(store), done.stderr)
        self.assertRegex(self.deliver(receiver), "^250 .* kept as 2$")
        self.assertEqual(receiver.stop(), 0)
        self.assertEqual([one["id"] for one in self.kept(store)], [1, 2])


class LateDns(threading.Thread):
    """A name server that answers nothing before it is told to, and then that no name exists."""

    def __init__(self):
        super().__init__()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.start()

    def run(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            if not question:
                return
            self.asked.set()
            self.may_answer.wait()
            end = question.index(b"\0", 12) + 5
            self.socket.sendto(question[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question[12:end], client)

    def close(self):
        self.may_answer.set()
        self.socket.sendto(b"", self.socket.getsockname())
        self.join()
        self.socket.close()


class Ends(Receiving):
    def test_a_signal_in_the_middle_of_a_session_is_told_with_421(self):
        for name in (signal.SIGTERM, signal.SIGINT):
            receiver = self.receiver()
            talks = [self.talk(receiver) for _ in range(3)]
            talks[0].codes("EHLO client.example.com")
            talks[1].hello()
            talks[1].send(b"From: a@example.com\r\n")
            receiver.process.send_signal(name)
            self.assertEqual([talk.code() for talk in talks], ["421"] * 3)
            self.assertEqual([talk.rest() for talk in talks], [b""] * 3)
            self.assertEqual(receiver.end(), 0)
            self.assertEqual(len(receiver.of("session_ended")), 3)
            self.assertEqual(receiver.of("message"), [])

    def test_a_message_that_is_being_judged_gets_its_reply_first(self):
        dns = LateDns()
        self.addCleanup(dns.close)
        store = self.folder / "store"
        receiver = Receiver("--nameserver", "127.0.0.1:%d" % dns.socket.getsockname()[1], "--store", store)
        self.addCleanup(receiver.close)
        talk, idle = self.talk(receiver), self.talk(receiver)
        self.assertEqual(talk.hello()[-1], "354")
        talk.send(MESSAGE + b".\r\n")
        self.assertTrue(dns.asked.wait(WITHIN))
        receiver.process.send_signal(signal.SIGTERM)
        self.assertEqual(idle.code(), "421")
        dns.may_answer.set()
        self.assertEqual([talk.code(), talk.code(), talk.rest()], ["250", "421", b""])
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(self.raw(store), MESSAGE)

    def test_nobody_can_connect_once_it_ends(self):
        receiver = self.receiver("--count", 1)
        talk = self.talk(receiver)
        talk.hello()
        talk.send(MESSAGE + b".\r\n")
        self.assertEqual(talk.code(), "250")
        self.assertEqual(talk.codes("QUIT"), ["221"])
        self.assertEqual(receiver.end(), 0)
        self.assertRaises(ConnectionRefusedError, Receiving.talk, self, receiver)

    def test_a_reader_that_has_gone_does_not_leave_it_behind(self):
        receiver = self.receiver()
        script = '"$0" receive --smtp 127.0.0.1:0 --format ndjson 2>&1 | head -n 1'
        reading = subprocess.Popen(["sh", "-c", script, PROGRAM], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        port = int(json.loads(reading.stdout.readline())["smtp"].rpartition(":")[2])
        reading.stdout.close()
        try:
            self.talk(receiver, port=port).codes("QUIT")
            self.talk(receiver, port=port).codes("QUIT")
        except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
            pass
        self.assertEqual(reading.wait(WITHIN), 0)


class Faults(Receiving):
    def test_recipients_ask_for_faults(self):
        receiver = self.receiver("--command-timeout", "1s")
        self.assertEqual(self.talk(receiver).hello("451@example.net"), ["250", "250", "451", "554"])
        self.assertEqual(self.talk(receiver).hello("550+tag@example.net", "bob@example.net"),
                         ["250", "250", "550", "250", "354"])
        self.assertEqual(self.talk(receiver).hello("452-data@example.net"), ["250", "250", "250", "452"])
        self.assertRegex(self.deliver(receiver, recipients=["554-after-data@example.net"]), "^554 ")
        self.assertEqual(self.talk(receiver).hello("drop@example.net"), ["250", "250", "", ""])
        self.assertEqual(self.talk(receiver).hello("drop-data@example.net"), ["250", "250", "250", ""])
        self.assertEqual(self.deliver(receiver, recipients=["drop-after-data@example.net"]), "")
        # Nothing is answered, and after a time the connection is closed.
        self.assertIn(self.talk(receiver).hello("timeout@example.net")[2], ("", "421"))
        self.assertEqual(receiver.of("message"), [])

    def test_starttls_fails_once_where_a_recipient_asked_for_it(self):
        receiver = self.receiver()
        self.assertEqual(self.talk(receiver).codes("EHLO x.example.com", "MAIL FROM:<a@example.com>",
                                                   "RCPT TO:<starttls-fail@example.net>", "QUIT"),
                         ["250", "250", "451", "221"])
        receiver.wait_for("session_ended")
        talk = self.talk(receiver)
        self.assertEqual(talk.codes("EHLO x.example.com", "STARTTLS"), ["250", "220"])
        self.assertRaises(OSError, talk.tls)
        receiver.wait_for("session_ended", 2)
        talk = self.talk(receiver)
        self.assertEqual(talk.codes("EHLO x.example.com", "STARTTLS"), ["250", "220"])
        talk.tls()
        self.assertEqual(talk.codes("EHLO x.example.com"), ["250"])

    def test_each_step_can_be_told_to_fail(self):
        for step, said in (("connect", []), ("hello", ["EHLO x"]), ("starttls", ["EHLO x", "STARTTLS"]),
                           ("auth", ["EHLO x", "AUTH PLAIN AGEAYg=="]),
                           ("mail", ["EHLO x", "MAIL FROM:<a@example.com>"]),
                           ("rcpt", ["EHLO x", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>"]),
                           ("data", ["EHLO x", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>", "DATA"])):
            talk = self.talk(self.receiver("--fault", f"{step}=454", "--auth-in-clear"))
            self.assertEqual([talk.greeting[:3], *talk.codes(*said)][-1], "454", step)
            talk = self.talk(self.receiver("--fault", f"{step}=drop", "--auth-in-clear"))
            replies = [talk.greeting[:3], *talk.codes(*said)]
            self.assertEqual(talk.rest(), b"", step)
            self.assertEqual(replies[-1], "220" if step == "starttls" else "", step)
        self.assertRegex(self.deliver(self.receiver("--fault", "message=554")), "^554 ")
        self.assertEqual(self.deliver(self.receiver("--fault", "message=drop")), "")

    def test_recipients_ask_for_nothing_where_that_is_not_wanted(self):
        self.assertRegex(self.deliver(self.receiver("--no-magic"), recipients=["451@example.net"]), "^250 ")


if __name__ == "__main__":
    main()
