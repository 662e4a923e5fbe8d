"""`envelint receive` against clients that mean harm, break off or never end, over real sockets. What has gone wrong in
this field, and the tests that hold this program to doing better; `unit` are tests/smtp, which know each case by itself.

  smuggling (CVE-2023-51764, -51765,     Smuggling test_nothing_but_crlf_dot_crlf_…; unit data_test.cpp
  -51766)
  the rest of a message that was too     Sizes test_a_message_that_is_too_long_…, test_who_never_ends_…
  long read as commands
  commands in clear before TLS           Smuggling test_what_is_pipelined_…, test_what_was_said_in_clear_…
  (CVE-2011-0411)
  unlimited data, recipients, sessions,  Floods, Sizes, Patience
  time
  octets changed on the way              receive_test.py: every client and server; test_a_message_may_come_…
  mail lost that was acknowledged        Disks test_what_was_acknowledged_survives_a_sigkill, test_a_full_disk_…
"""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest

from receiving import MESSAGE, WITHIN, Receiving, Talk, digest, main
from signed_mail import SANITIZED

HEADER = b"From: ann@example.com\r\nSubject: first\r\n\r\nbody"
SECOND = (b"MAIL FROM:<eve@example.com>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\nFrom: eve@example.com\r\n"
          b"Subject: second\r\n\r\nsmuggled\r\n.\r\n")
END = b"\r\n.\r\n"

RESET = b"\1\0\0\0\0\0\0\0"  # SO_LINGER with no time: a connection that is closed is reset

# What some server somewhere took, or takes, for the end of a message, and is none.
SMUGGLING = {
    "LF.LF": b"\n.\n", "LF.CRLF": b"\n.\r\n", "CR.CR": b"\r.\r", "CR.LF": b"\r.\n", "CR.CRLF": b"\r.\r\n",
    "LF.CR": b"\n.\r", "CRLF.LF": b"\r\n.\n", "CRLF.CR": b"\r\n.\r", "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRCRLF.CRLF": b"\r\r\n.\r\r\n", "CRLF NUL.CRLF": b"\r\n\0.\r\n", "CRLF.NUL CRLF": b"\r\n.\0\r\n",
    "NUL CRLF.LF": b"\0\r\n.\n", "CRLF.SP CRLF": b"\r\n. \r\n", "CRLF.TAB CRLF": b"\r\n.\t\r\n",
    "CRLF..CRLF": b"\r\n..\r\n",
    "LF LF.LF LF": b"\n\n.\n\n", "CR CR.CR CR": b"\r\r.\r\r", "NEL.NEL": b"\x85.\x85",
    "LS.LS": b"\xe2\x80\xa8.\xe2\x80\xa8",
}
CLEAN = {"CRLF.SP CRLF", "CRLF.TAB CRLF", "CRLF..CRLF", "NEL.NEL", "LS.LS"}  # nothing RFC 5321 forbids


class Smuggling(Receiving):
    def test_nothing_but_crlf_dot_crlf_ends_a_message(self):
        for newlines in ("reject", "note", "keep"):
            receiver = self.receiver("--no-verdict", "--bare-newlines", newlines)
            for number, (name, octets) in enumerate(SMUGGLING.items(), 1):
                with self.subTest(sequence=name, newlines=newlines):
                    self.smuggle(receiver, octets, number, newlines == "reject" and name not in CLEAN)
            receiver.stop()

    def smuggle(self, receiver, octets, number, refused):
        with contextlib.closing(Talk(receiver.port)) as talk:
            self.assertEqual(talk.hello()[-1], "354")
            # All at once, as a server would relay it, and then a command: its reply tells who is in step.
            talk.send(HEADER + octets + SECOND + b"HELP\r\n")
            self.assertEqual([talk.code(), talk.code()], ["550" if refused else "250", "214"])
            self.assertEqual(talk.codes("NOOP", "QUIT"), ["250", "221"])
        ended = receiver.wait_for("session_ended", number)[number - 1]
        self.assertEqual(ended["messages"], 1)

    def test_a_message_may_come_an_octet_at_a_time(self):
        receiver = self.receiver("--no-verdict", "--store", self.folder / "store")
        talk = self.talk(receiver)
        talk.hello()
        for octet in MESSAGE + b"..dot\r\n.\r\nNOOP\r\n":
            talk.send(bytes([octet]))
        self.assertEqual([talk.code(), talk.code()], ["250", "250"])
        self.assertEqual(self.raw(self.folder / "store"), MESSAGE + b".dot\r\n")

    def test_what_is_pipelined_behind_starttls_is_thrown_away(self):
        receiver = self.receiver()
        talk = self.talk(receiver)
        talk.say("EHLO client.example.com")
        talk.send(b"STARTTLS\r\nEHLO evil.example.com\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<bob@example.net>\r\n")
        self.assertEqual(talk.code(), "220")
        talk.tls()
        self.assertEqual([talk.code(), talk.rest()], ["421", b""])
        self.assertIn("STARTTLS", receiver.wait_for("session_ended")[0]["why"])

    def test_what_was_said_in_clear_is_forgotten_with_tls(self):
        talk = self.talk(self.receiver())
        talk.codes("EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.net>", "STARTTLS")
        talk.tls()
        self.assertEqual(talk.codes("DATA", "EHLO client.example.com", "DATA"), ["503", "250", "503"])

    def test_a_browser_is_sent_away(self):
        receiver = self.receiver()
        talk = self.talk(receiver)
        talk.send(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\n" + SECOND)
        self.assertEqual([talk.code(), talk.rest()], ["421", b""])


class Sizes(Receiving):
    def test_a_message_that_is_too_long_is_read_to_its_end(self):
        receiver = self.receiver("--max-size", "100K")
        for how in ("data", "bdat"):
            talk = self.talk(receiver)
            self.assertEqual(talk.codes("EHLO client.example.com", "MAIL FROM:<ann@example.com>",
                                        "RCPT TO:<bob@example.net>"), ["250"] * 3)
            body = MESSAGE + (b"x" * 76 + b"\r\n") * 2000
            if how == "data":
                self.assertEqual(talk.codes("DATA"), ["354"])
                talk.send(body + b".\r\n")
            else:
                talk.send(b"BDAT %d LAST\r\n" % len(body) + body)
            self.assertEqual(talk.code(), "552")
            self.assertEqual(talk.codes("NOOP"), ["250"])
            self.assertEqual(talk.codes("MAIL FROM:<ann@example.com> SIZE=200000"), ["552"])
        self.assertEqual([event["reply"]["code"] for event in receiver.wait_for("message_refused", 1)][:1], [552])

    def test_who_never_ends_a_message_is_sent_away(self):
        receiver = self.receiver("--max-size", "1M")
        talk = self.talk(receiver)
        talk.hello()
        block = (b"y" * 76 + b"\r\n") * 10_000
        try:
            for _ in range(100):
                talk.send(block)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            self.fail("it read on for ever")
        self.assertIn("too much", receiver.wait_for("session_ended")[0]["why"])
        if not SANITIZED:
            self.assertLess(receiver.most_memory(), 100 << 20)

    def test_lines_and_chunks_without_an_end(self):
        receiver = self.receiver()
        for octets in (b"x" * (1 << 20), b"BDAT 99999999999999999999\r\n" + b"x" * 1000,
                       b"EHLO " + b"\0" * 4000 + b"\r\n" * 300):
            talk = self.talk(receiver)
            try:
                talk.send(octets)
            except (BrokenPipeError, ConnectionResetError):
                pass
            talk.socket.shutdown(socket.SHUT_WR)
            talk.rest()
        self.assertRegex(self.deliver(receiver), "^250 ")


class Patience(Receiving):
    def test_who_is_silent_is_sent_away_in_every_state(self):
        receiver = self.receiver("--command-timeout", "1s", "--smtps", "127.0.0.1:0", "--auth-in-clear")
        hello = "EHLO client.example.com"
        talks = []
        for said in ([], [hello], [hello, "AUTH LOGIN"], [hello, "MAIL FROM:<a@example.com>"],
                     [hello, "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>"],
                     [hello, "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>", "DATA"]):
            talk = self.talk(receiver)
            talk.say(*said)
            talks.append(talk)
        # Half a command, and half a chunk.
        for half in (b"NO", b"BDAT 100\r\nxx"):
            talk = self.talk(receiver)
            talk.codes(hello, "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>")
            talk.send(half)
            talks.append(talk)
        self.assertEqual([talk.code() for talk in talks], ["421"] * len(talks))
        self.assertEqual([talk.rest() for talk in talks], [b""] * len(talks))
        # Behind STARTTLS, and where TLS is first, nothing can be said.
        talk = self.talk(receiver)
        talk.say(hello, "STARTTLS")
        self.assertEqual(talk.rest(), b"")
        silent = self.talk(receiver, greeted=False, port=receiver.ports[1])
        self.assertEqual(silent.rest(), b"")

    def test_an_octet_now_and_then_gains_no_time(self):
        receiver = self.receiver("--command-timeout", "1s")
        for said in (["EHLO x"], ["EHLO x", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.net>", "DATA"]):
            talk = self.talk(receiver)
            talk.say(*said)
            talk.socket.settimeout(0.1)
            begin = time.monotonic()
            received = b""
            while time.monotonic() < begin + WITHIN:
                try:
                    talk.socket.send(b"x")
                    received = talk.socket.recv(1000)
                    break
                except TimeoutError:
                    continue
                except (BrokenPipeError, ConnectionResetError):
                    break
            self.assertTrue(received.startswith(b"421"), received)

    def test_a_client_that_reads_nothing_holds_nobody(self):
        receiver = self.receiver("--command-timeout", "1s")
        talk = self.talk(receiver)
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        talk.socket.setblocking(False)
        try:
            for _ in range(1000):
                talk.socket.send(b"HELP\r\n" * 10_000)
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        self.assertRegex(self.deliver(receiver), "^250 ")
        receiver.wait_for("session_ended", 2)


class Floods(Receiving):
    def test_commands_without_a_message_end_the_session(self):
        receiver = self.receiver()
        for command in (b"NOOP\r\n", b"RSET\r\n", b"EHLO x\r\n", b"XXXX\r\n", b"\r\n", b"VRFY x\r\n"):
            talk = self.talk(receiver)
            try:
                for _ in range(100):
                    talk.send(command * 100)
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.assertIn(b"421", talk.rest() or b"421")
            talk.close()
        whys = [event["why"] for event in receiver.wait_for("session_ended", 6)]
        self.assertTrue(all("too m" in why for why in whys), whys)

    def test_recipients_have_an_end(self):
        receiver = self.receiver("--max-recipients", 50)
        talk = self.talk(receiver)
        talk.codes("EHLO x", "MAIL FROM:<ann@example.com>")
        codes = talk.codes(*(f"RCPT TO:<r{number}@example.net>" for number in range(80)))
        self.assertEqual(codes, ["250"] * 50 + ["452"] * 30)
        self.assertEqual(talk.codes("DATA"), ["354"])
        talk.send(MESSAGE + b".\r\n")
        self.assertEqual(talk.code(), "250")
        self.assertEqual(len(receiver.message()["envelope"]["rcpt_to"]), 50)

    def test_sessions_have_an_end(self):
        receiver = self.receiver("--max-sessions", 5)
        talks = [self.talk(receiver) for _ in range(5)]
        turned_away = self.talk(receiver)
        self.assertTrue(turned_away.greeting.startswith("421 "), turned_away.greeting)
        self.assertEqual(turned_away.rest(), b"")
        self.assertEqual(talks[0].codes("QUIT"), ["221"])
        receiver.wait_for("session_ended")
        self.assertRegex(self.deliver(receiver), "^250 ")

    def test_where_no_descriptors_are_left_others_go_on(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        receiver = self.receiver(preexec_fn=few)
        first = self.talk(receiver)
        waiting = [socket.create_connection(("127.0.0.1", receiver.port), timeout=WITHIN) for _ in range(200)]
        for one in waiting:
            self.addCleanup(one.close)
        self.assertEqual(first.hello()[-1], "354")
        first.send(MESSAGE + b".\r\n")
        self.assertEqual(first.code(), "250")
        for one in waiting:
            one.close()
        self.assertRegex(self.deliver(receiver), "^250 ")
        self.assertEqual(receiver.stop(), 0)

    def test_memory_is_bounded_and_others_are_told_to_come_again(self):
        receiver = self.receiver("--max-size", "8M", "--max-memory", "16M", "--no-verdict")
        talks = [self.talk(receiver) for _ in range(12)]
        block = (b"z" * 76 + b"\r\n") * 1000
        for talk in talks:
            self.assertEqual(talk.hello()[-1], "354")
            try:
                talk.send(MESSAGE)
                for _ in range(50):
                    talk.send(block)
            except (BrokenPipeError, ConnectionResetError):
                continue
        told = []
        for talk in talks:
            try:
                talk.send(b".\r\n")
                told.append(talk.code())
            except (BrokenPipeError, ConnectionResetError):
                told.append("")
        self.assertTrue(set(told) <= {"250", "421", ""}, told)
        self.assertLess(told.count("250"), 5)  # of nearly 4M each
        ended = receiver.wait_for("session_ended", len(talks) - told.count("250"))
        self.assertTrue(any("memory" in event["why"] for event in ended), ended)
        if not SANITIZED:
            self.assertLess(receiver.most_memory(), 150 << 20)
        self.assertRegex(self.deliver(receiver), "^250 ")

    @unittest.skipIf(SANITIZED, "a sanitizer keeps what was freed for a while")
    def test_memory_does_not_grow_with_the_number_of_messages(self):
        receiver = self.receiver("--no-verdict", "--budget", "8M", "--evict")
        body = MESSAGE + (b"w" * 76 + b"\r\n") * 12_000
        sizes = []
        for _ in range(3):
            for _ in range(20):
                self.assertRegex(self.deliver(receiver, body), "^250 ")
            sizes.append(receiver.most_memory())
        self.assertLess(sizes[-1] - sizes[0], 24 << 20, sizes)


class Breaks(Receiving):
    def test_a_client_that_has_closed_its_side_still_gets_its_reply(self):
        receiver = self.receiver()
        for tail in (b".\r\n", b".\r\nQUIT\r\n"):
            talk = self.talk(receiver)
            talk.hello()
            talk.send(MESSAGE + tail)
            talk.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(talk.code(), "250")
            talk.rest()

    def test_tls_does_not_change_that(self):
        receiver = self.receiver("--smtps", "127.0.0.1:0")
        talk = self.talk(receiver, greeted=False, port=receiver.ports[1])
        talk.tls()
        talk.reply()
        talk.hello()
        talk.send(MESSAGE + b".\r\n")
        socket.socket.shutdown(talk.socket, socket.SHUT_WR)  # below TLS
        self.assertEqual(talk.code(), "250")

    def test_resets_in_tls_are_borne(self):
        receiver = self.receiver("--smtps", "127.0.0.1:0")
        for number in range(10):
            talk = self.talk(receiver, greeted=False, port=receiver.ports[1])
            talk.tls()
            talk.reply()
            talk.hello()
            talk.send(MESSAGE + b".\r\n" * (number % 2))
            talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            talk.close()
            talk = self.talk(receiver)
            talk.say("EHLO client.example.com", "STARTTLS")
            talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            talk.close()
        receiver.wait_for("session_ended", 20)
        self.assertRegex(self.deliver(receiver), "^250 ")

    def test_it_ends_whatever_its_clients_are_about(self):
        receiver = self.receiver("--smtps", "127.0.0.1:0")
        self.talk(receiver, greeted=False, port=receiver.ports[1])  # a handshake that does not begin
        slow = self.talk(receiver)
        slow.hello("slow@example.net")
        slow.send(b"NOOP\r\n" * 20)
        silent = self.talk(receiver)
        silent.send(b"EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<timeout@example.net>\r\n")
        silent.reply()
        silent.reply()
        deaf = self.talk(receiver)
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.socket.setblocking(False)
        try:
            for _ in range(1000):
                deaf.socket.send(b"RSET\r\n" * 1000)
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        self.assertEqual(receiver.stop(), 0)
        self.assertEqual(len(receiver.of("session_ended")), 4)

    def test_a_client_that_goes_before_the_reply_leaves_its_message(self):
        receiver = self.receiver("--store", self.folder / "store")
        for number in range(1, 11):
            talk = self.talk(receiver)
            talk.hello()
            talk.send(MESSAGE + b".\r\n")
            # The connection is reset, not closed.
            talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            talk.close()
        receiver.wait_for("session_ended", 10)
        self.assertRegex(self.deliver(receiver), "^250 ")
        self.assertEqual(receiver.stop(), 0)
        self.assertTrue(all(one["size"] == len(MESSAGE) for one in self.kept(self.folder / "store")))

    def test_a_client_that_goes_within_a_message_leaves_nothing(self):
        receiver = self.receiver()
        for tail in (b"", b".", b".\r"):
            talk = self.talk(receiver)
            talk.hello()
            talk.send(MESSAGE + tail)
            talk.close()
        self.assertEqual([event["messages"] for event in receiver.wait_for("session_ended", 3)], [0, 0, 0])
        self.assertEqual(receiver.of("message"), [])

    def test_tls_that_is_none(self):
        receiver = self.receiver("--smtps", "127.0.0.1:0")
        for octets in (b"EHLO x\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 100, b"\x16\x03\x01\0\x05\1\0\0\1\xff", b""):
            talk = self.talk(receiver, octets, greeted=False, port=receiver.ports[1])
            talk.socket.shutdown(socket.SHUT_WR)
            talk.rest()
        self.assertTrue(all("TLS" in event["why"] for event in receiver.wait_for("session_ended", 4)))
        self.assertRegex(self.deliver(receiver), "^250 ")


class Disks(Receiving):
    def test_a_full_disk_takes_no_more_and_loses_nothing(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True)
        if mounted.returncode != 0:
            print("skipped: a small file system can be mounted by root alone")
            self.skipTest("no mount")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        receiver = self.receiver("--store", disk / "store", "--no-verdict")
        body = MESSAGE + (b"v" * 76 + b"\r\n") * 4000
        replies = [self.deliver(receiver, body) for _ in range(20)]
        taken = [int(reply.rsplit(" ", 1)[1]) for reply in replies if reply.startswith("250")]
        self.assertIn("452", {reply[:3] for reply in replies})
        self.assertTrue(taken)
        self.assertIn("full", receiver.stderr())
        for number in taken:
            self.assertEqual(digest(self.raw(disk / "store", number)), digest(body))
        self.assertEqual(receiver.stop(), 0)

    def test_what_was_acknowledged_survives_a_sigkill(self):
        store = self.folder / "store"
        acknowledged = {}
        for run in range(5):
            receiver = self.receiver("--store", store, "--no-verdict")
            lock = threading.Lock()
            enough = threading.Event()

            def send(sender):
                try:
                    talk = self.talk(receiver)
                    for number in range(10_000):
                        body = MESSAGE + f"{run} {sender} {number} {os.urandom(400).hex()}\r\n".encode()
                        if talk.hello()[-1] != "354":
                            return
                        talk.send(body + b".\r\n")
                        reply = talk.reply()
                        if not reply.startswith("250"):
                            return
                        with lock:
                            acknowledged[int(reply.rsplit(" ", 1)[1])] = body
                            if len(acknowledged) >= 40 * (run + 1):
                                enough.set()
                except (OSError, ValueError, IndexError):
                    return

            threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
            for thread in threads:
                thread.start()
            self.assertTrue(enough.wait(WITHIN))
            receiver.process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
        for number, body in acknowledged.items():
            self.assertEqual(digest(self.raw(store, number)), digest(body), number)
        # It goes on as if nothing had been.
        reply = self.deliver(self.receiver("--store", store))
        self.assertGreater(int(reply.rsplit(" ", 1)[1]), max(acknowledged))


if __name__ == "__main__":
    main()
