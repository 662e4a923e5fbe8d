"""The page of `envelint receive` against those who mean harm: pages of other sites that have a browser ask, mail that
wants to be script, and clients that are no browsers at all. What was found in programs of this kind, and where it is held
here; `unit` are tests/web and tests/mime.

  any host name answered (DNS rebinding)        Strangers test_a_name_of_others_…
  any Origin allowed, no token                  Strangers test_a_page_of_others_…, test_nothing_is_changed_…
  websocket of other sites (CVE-2026-22689)     Strangers test_nobody_gets_another_protocol
  fetching for others: proxy, preview, link     Strangers test_it_is_no_proxy, Mail test_nothing_is_fetched_…
  check (CVE-2026-21859, -23845, -27808)
  stored script (CVE-2022-50908)                Mail test_what_a_message_says_is_never_markup, test_html_…, test_parts_…
  a Content-ID as a path (CVE-2024-27448)       Mail test_no_path_…; unit html_frame_test.cpp
  fields by CR LF (CVE-2026-23829)              Mail test_names_of_files_…, test_subjects_…; unit disposition_test.cpp
  requests in requests, floods, slow clients    Requests
"""

import contextlib
import email.parser
import json
import re
import socket
import struct
import threading
import time

from receiving import WITHIN, Receiving, main
from signed_mail import SANITIZED

SECRET = "swordfish-in-the-mail"
MOST_MEMORY = 160 << 20

# All fields that an answer has. One more would have been made by somebody else.
FIELDS = {"accept-ranges", "allow", "cache-control", "connection", "content-disposition", "content-length", "content-security-policy",
          "content-type", "cross-origin-opener-policy", "cross-origin-resource-policy", "etag", "location",
          "referrer-policy", "transfer-encoding", "www-authenticate", "x-content-type-options",
          "x-dns-prefetch-control", "x-frame-options"}

SCRIPTS = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)",
           "</title><svg/onload=alert(1)>", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "'-alert(1)-'"]


def lines(text):
    return text.replace("\n", "\r\n").encode()


PLAIN = lines(f"From: ann@example.com\nTo: bob@example.net\nSubject: {SECRET}\n\nHello {SECRET}\n")


class Answer:
    """What came back over a connection, octet by octet."""

    def __init__(self, octets):
        self.octets = octets
        head, _, self.body = octets.partition(b"\r\n\r\n")
        first, _, fields = head.partition(b"\r\n")
        self.status = int(first.split()[1]) if first.startswith(b"HTTP/1.") else None
        self.fields = {}
        for name, value in email.parser.BytesHeaderParser().parsebytes(fields + b"\r\n\r\n").items():
            self.fields.setdefault(name.lower(), []).append(value)
        if "chunked" in self.field("transfer-encoding"):
            self.body = re.sub(rb"\r?\n?[0-9a-f]+\r\n", b"", self.body)

    def field(self, name):
        return ", ".join(self.fields.get(name, []))

    def json(self):
        return json.loads(self.body)


class Page(Receiving):
    def setUp(self):
        super().setUp()
        self.server = self.receiver("--web", "127.0.0.1:0", "--bare-newlines", "keep")
        host, port = self.server.wait_for("listening")[0]["web"].rsplit(":", 1)
        self.web = (host, int(port))
        self.host = f"{host}:{port}"

    def connect(self):
        out = socket.create_connection(self.web, timeout=WITHIN)
        self.addCleanup(out.close)
        return out

    def send(self, octets):
        """All that is answered to these octets until the server closes."""
        with contextlib.closing(self.connect()) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(octets)
            out = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65536):
                    out += piece
        return Answer(out)

    def ask(self, path, method="GET", body=b"", **fields):
        """A request. Names of fields have underscores; a Host of None is left out."""
        fields = {"Host": self.host, **{name.replace("_", "-"): value for name, value in fields.items()}}
        if body:
            fields = {"Content-Length": str(len(body)), "Content-Type": "application/json", **fields}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()
                                                         if value is not None)
        answer = self.send(head.encode() + b"\r\n" + body)
        self.assertLessEqual(set(answer.fields), FIELDS)
        for name in set(answer.fields) - {"content-security-policy"}:
            self.assertEqual(len(answer.fields[name]), 1, name)
        return answer

    def token(self):
        return re.search(r'name="envelint-token" content="(\w+)"', self.ask("/").body.decode()).group(1)

    def messages(self):
        return self.ask("/api/v1/messages").json()["messages"]

    def mail(self, *messages):
        """Has these stored; the identifier of the last."""
        for message in messages:
            reply = self.deliver(self.server, message)
            self.assertEqual(reply[:3], "250", reply)
        return self.messages()[0]["id"]

    def is_alive(self):
        return self.ask("/api/v1/status").status == 200

    def assert_modest(self):
        if not SANITIZED:
            self.assertLess(self.server.most_memory(), MOST_MEMORY)


class Strangers(Page):
    PATHS = ("/", "/messages/1", "/page/app.js", "/api/v1/status", "/api/v1/messages", "/api/v1/messages/1",
             "/api/v1/messages/1/raw", "/api/v1/messages/1/html", "/api/v1/messages/1/parts/1", "/api/v1/sessions",
             "/api/v1/events", "/api/v1/wait?timeout=0")

    def setUp(self):
        super().setUp()
        self.mail(PLAIN)
        self.own = self.token()

    def assert_refused(self, answer):
        self.assertIn(answer.status, (400, 403, 404, 405, 411, 415, 501), answer.octets[:200])
        for secret in (SECRET, self.own):
            self.assertNotIn(secret.encode(), answer.octets)
        self.assertFalse([name for name in answer.fields if name.startswith("access-control")])

    def assert_untouched(self):
        entries = self.messages()
        self.assertEqual([(entry["id"], entry["unread"]) for entry in entries], [(1, True)])

    def test_a_name_of_others_does_not_lead_here(self):
        port = self.web[1]
        for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "localhost.evil.example",
                     f"evil.example:{port}@127.0.0.1", "127.0.0.1@evil.example", "127.0.0.1:80:evil.example",
                     "localhost/evil.example", "localhost\tevil.example", "evil.example, localhost", ".", "", None,
                     "[::1].evil.example", "[evil.example]", "0x7f000001.evil.example", "localhost:x", "*"):
            for path in self.PATHS:
                with self.subTest(host=host, path=path):
                    self.assert_refused(self.ask(path, Host=host))
            self.assert_refused(self.ask("/api/v1/messages/1", "DELETE", Host=host, X_Envelint_Token=self.own))
        self.assert_refused(self.send(f"GET /api/v1/messages HTTP/1.1\r\nHost: {self.host}\r\nHost: evil.example\r\n\r\n"
                                      .encode()))
        self.assert_untouched()

    def test_its_own_names_do(self):
        for host in (self.host, "127.0.0.1", "localhost", f"LOCALHOST:{self.web[1]}", "[::1]"):
            self.assertEqual(self.ask("/api/v1/status", Host=host).status, 200, host)

    def test_a_page_of_others_may_not_ask(self):
        for origin in ("http://evil.example", "https://evil.example", "null", f"http://{self.host}.evil.example",
                       f"http://evil.example/{self.host}", f"http://127.0.0.1:{self.web[1] ^ 1}", "http://localhost",
                       f"file://{self.host}", f"http://evil.example@{self.host}", "*"):
            for path in self.PATHS:
                if path.startswith("/api"):
                    self.assert_refused(self.ask(path, Origin=origin))
            for token in ({}, {"X-Envelint-Token": self.own}, {"Authorization": f"Bearer {self.own}"}):
                with self.subTest(origin=origin, token=token):
                    for method in ("DELETE", "PATCH", "POST", "PUT"):
                        self.assert_refused(self.ask("/api/v1/messages/1", method, b'{"unread":false}', Origin=origin,
                                                     **token))
                    self.assert_refused(self.ask("/api/v1/messages?all=true", "DELETE", Origin=origin, **token))
        self.assert_untouched()

    def test_a_page_of_others_without_an_origin_may_not_ask_either(self):
        for site in ("cross-site", "same-site"):
            for path in self.PATHS:
                if path.startswith("/api"):
                    self.assert_refused(self.ask(path, Sec_Fetch_Site=site))
            self.assert_refused(self.ask("/api/v1/messages/1", "DELETE", Sec_Fetch_Site=site, X_Envelint_Token=self.own))
        self.assert_untouched()

    def test_nobody_is_allowed_to_ask_from_elsewhere(self):
        for fields in ({"Origin": "http://evil.example"}, {}):
            answer = self.ask("/api/v1/messages/1", "OPTIONS", Access_Control_Request_Method="DELETE",
                              Access_Control_Request_Headers="X-Envelint-Token", **fields)
            self.assert_refused(answer)

    def test_nothing_is_changed_without_the_token(self):
        for token in ({}, {"X-Envelint-Token": ""}, {"X-Envelint-Token": self.own[:-1]},
                      {"X-Envelint-Token": self.own + "0"}, {"Authorization": "Bearer x"},
                      {"Authorization": f"Basic {self.own}"}, {"Cookie": f"envelint_token={self.own}"},
                      {"Cookie": f"X-Envelint-Token={self.own}"}, {"X-Envelint-Token": self.own[::-1]}):
            with self.subTest(token=token):
                for method, path, body in (("DELETE", "/api/v1/messages/1", b""),
                                           ("DELETE", "/api/v1/messages?all=true", b""),
                                           ("DELETE", "/api/v1/messages?query=hello", b""),
                                           ("DELETE", f"/api/v1/messages/1?token={self.own}", b""),
                                           ("PATCH", "/api/v1/messages/1", b'{"unread":false}'),
                                           ("PATCH", "/api/v1/messages", b'{"unread":false}'),
                                           ("POST", "/api/v1/lint", b'{"record":"v=spf1 -all"}')):
                    self.assert_refused(self.ask(path, method, body, **token))
        self.assert_untouched()
        self.assertEqual(self.ask("/api/v1/messages/1", "DELETE", X_Envelint_Token=self.own).status, 200)

    def test_a_form_changes_nothing(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            for token in ({}, {"X-Envelint-Token": self.own}):
                self.assert_refused(self.ask("/api/v1/messages", "PATCH", b'{"unread":false}', Content_Type=kind, **token))
                self.assert_refused(self.ask("/api/v1/lint", "POST", b'{"record":"v=spf1 -all"}', Content_Type=kind,
                                             **token))
        self.assert_untouched()

    def test_a_question_is_never_a_change(self):
        for fields in ({"X-HTTP-Method-Override": "DELETE"}, {"X-HTTP-Method": "DELETE"}, {"X-Method-Override": "DELETE"}):
            self.ask("/api/v1/messages/1?_method=DELETE", X_Envelint_Token=self.own, **fields)
            self.ask("/api/v1/messages/1", "HEAD", X_Envelint_Token=self.own, **fields)
        self.assert_untouched()

    def test_nobody_gets_another_protocol(self):
        for path in ("/", "/api/v1/events", "/api/v1/messages", "/ws"):
            for origin in ({}, {"Origin": "http://evil.example"}):
                with contextlib.closing(self.connect()) as connection:
                    fields = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                              "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **origin}
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n".encode() +
                                       "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() +
                                       b"\r\n")
                    self.assertNotIn(connection.recv(64).split()[1], (b"101",))
        for upgrade in ("h2c", "TLS/1.0"):
            self.assertEqual(self.ask("/api/v1/status", Connection="Upgrade, HTTP2-Settings", Upgrade=upgrade).status, 200)
        self.assert_refused(self.send(f"CONNECT {self.host} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()))

    def test_it_is_no_proxy(self):
        with contextlib.closing(Listener()) as listener:
            there = f"http://127.0.0.1:{listener.port}/"
            for target in (there, f"//127.0.0.1:{listener.port}/", f"/proxy?url={there}", f"/proxy/{there}",
                           f"/api/v1/proxy?url={there}", f"/api/v1/messages/1/link-check?follow=true&url={there}",
                           f"/api/v1/messages/1/html?url={there}", f"/api/v1/screenshot?url={there}"):
                self.ask(target, X_Forwarded_Host=f"127.0.0.1:{listener.port}")
                self.ask(target, "POST", json.dumps({"url": there}).encode(), X_Envelint_Token=self.own)
            self.send(f"GET {there} HTTP/1.1\r\nHost: 127.0.0.1:{listener.port}\r\n\r\n".encode())
            self.assertEqual(listener.connections, 0)
        self.assertTrue(self.is_alive())


class Listener:
    """Counts who connects."""

    def __init__(self):
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            end = connection.recv(3) == b"end"
            connection.close()
            if end:
                return
            self.connections += 1

    def close(self):
        # Whoever connected before this is accepted before it.
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.port))) as last:
            last.sendall(b"end")
            self.thread.join()
        self.socket.close()


class Mail(Page):
    def views(self, number=1):
        base = f"/api/v1/messages/{number}"
        return [base, f"{base}/raw", f"{base}/text", f"{base}/html", f"{base}/html?remote=true", f"{base}/verdict",
                f"{base}/parts/1", f"{base}/parts/1.1", f"{base}/parts/1.2", f"{base}/parts/1.3", "/api/v1/messages",
                "/api/v1/messages?query=script", "/api/v1/sessions", "/api/v1/sessions/1", "/api/v1/wait?timeout=0",
                f"/messages/{number}", "/"]

    def assert_no_document(self, answer, path):
        """Whatever is in it, no browser makes markup of it, runs it or lets it connect anywhere."""
        self.assertEqual(answer.field("x-content-type-options"), "nosniff", path)
        self.assertIn("default-src 'none'", answer.field("content-security-policy"), path)
        self.assertNotIn("unsafe-eval", answer.field("content-security-policy"))
        kind = answer.field("content-type").split(";")[0]
        if kind == "text/html":
            return self.assertIn("sandbox", answer.field("content-security-policy")) if "/api/" in path else None
        self.assertIn(kind, ("application/json", "application/octet-stream", "message/rfc822", "text/plain"), path)

    def test_what_a_message_says_is_never_markup(self):
        for number, script in enumerate(SCRIPTS, 1):
            self.mail(lines(f"""From: "{script.replace('"', chr(92) + '"')}" <ann@example.com>
To: {script}
Subject: {script}
X-{script.encode().hex()}: {script}
{script.replace(":", "").replace(" ", "")}: x
Message-ID: <{script}>
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: {script}

{script}
--x
Content-Type: text/html; charset="{script}"
Content-ID: <{script}>
Content-Disposition: attachment; filename="{script.replace('"', "'")}"

{script}
--x
Content-Type: image/svg+xml; name="{script.replace('"', "'")}"
Content-Transfer-Encoding: {script}

<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>
--x--
"""))
            for path in self.views(number):
                with self.subTest(script=script, path=path):
                    answer = self.ask(path)
                    self.assert_no_document(answer, path)
                    if not path.startswith("/api/"):
                        self.assertNotIn(b"alert(1)", answer.body)
        self.assertTrue(self.ask(f"/api/v1/messages/{len(SCRIPTS)}").json()["header"])

    def test_what_is_asked_for_is_never_markup(self):
        for script in ("%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>", "%22%3E%3Cimg%20src=x%3E"):
            for path in (f"/{script}", f"/messages/{script}", f"/findings/{script}", f"/page/{script}", f"/api/v1/{script}",
                         f"/api/v1/messages/{script}", f"/api/v1/findings/{script}", f"/api/v1/messages?query={script}",
                         f"/api/v1/messages?limit={script}", f"/api/v1/messages/1/parts/{script}", f"/?token={script}"):
                answer = self.ask(path)
                if answer.field("content-type").startswith("text/html"):
                    self.assertNotIn(b"alert(1)", answer.body)
                else:
                    self.assert_no_document(answer, path)

    def test_html_is_shown_in_a_sandbox_that_loads_nothing(self):
        self.mail(lines("""From: ann@example.com
Subject: x
Content-Type: text/html

<html><head><link rel=preconnect href=http://evil.example><meta http-equiv=refresh content="0;url=http://evil.example">
<base href=http://evil.example><script src=http://evil.example></script></head>
<body onload=alert(1)><iframe src=/api/v1/messages></iframe><img src=/api/v1/wait?timeout=300><form action=/x>
"""))
        for query, remote in (("", False), ("?remote=true", True)):
            answer = self.ask(f"/api/v1/messages/1/html{query}")
            self.assertEqual(answer.status, 200)
            policy = dict(part.strip().partition(" ")[::2] for part in answer.field("content-security-policy").split(";"))
            self.assertEqual(policy["default-src"], "'none'")
            self.assertEqual(policy["sandbox"], "")  # no scripts, no forms, no origin
            self.assertEqual([policy["base-uri"], policy["form-action"]], ["'none'"] * 2)
            self.assertLessEqual(set(policy) - {"default-src", "sandbox", "base-uri", "form-action", "frame-ancestors"},
                                 {"style-src", "img-src"} | ({"font-src", "media-src"} if remote else set()))
            self.assertEqual("http:" in policy["img-src"], remote)
            self.assertNotRegex(answer.body.lower(), rb"<(link|meta|base|script|iframe)[\s/>]")
            self.assertEqual(answer.field("x-dns-prefetch-control"), "off")
            self.assertEqual(answer.field("referrer-policy"), "no-referrer")
            self.assertEqual(answer.field("content-type"), "text/html; charset=utf-8")

    def test_a_picture_of_the_message_is_in_its_document(self):
        self.mail(lines("""From: ann@example.com
Subject: x
Content-Type: multipart/related; boundary=x

--x
Content-Type: text/html

<img src="cid:../../../../etc/passwd"><img src="cid:other">
--x
Content-Type: image/gif
Content-ID: <../../../../etc/passwd>
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--x--
"""))
        self.assertEqual(self.ask("/api/v1/messages/1/html").body,
                         b'<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img src="cid:other">')

    def test_parts_are_files_but_for_pictures(self):
        kinds = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/javascript", "text/css",
                 "application/pdf", "text/html;x", "image/png, text/html", "image/png\ttext/html", "multipart/x-mixed-replace",
                 "text/plain", "image/x-icon", "message/rfc822")
        self.mail(*(lines(f"From: ann@example.com\nSubject: x\nContent-Type: {kind}\n\n<script>alert(1)</script>\n")
                    for kind in kinds))
        for number, kind in enumerate(kinds, 1):
            with self.subTest(kind=kind):
                answer = self.ask(f"/api/v1/messages/{number}/parts/1")
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.field("content-type"),
                                 "image/png" if kind.startswith("image/png") else "application/octet-stream")
                self.assertTrue(answer.field("content-disposition").startswith("attachment"))
                self.assertIn("sandbox", answer.field("content-security-policy"))
                self.assertEqual(answer.field("x-content-type-options"), "nosniff")

    def test_names_of_files_stay_in_their_field(self):
        names = ['filename="a\\"; filename=b.html"', "filename*=UTF-8''a%0D%0ASet-Cookie:%20x=y%0D%0A%0D%0A<script>.txt",
                 'filename="=?utf-8?q?a=0D=0ASet-Cookie:_x=3Dy?=.txt"', "filename*=UTF-8''%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                 'filename="..\\\\..\\\\a.exe"', "filename*=UTF-8''a%E2%80%AEfdp.exe", "filename*=UTF-8''%00%01%1B[31m",
                 'filename="' + "a" * 800 + '.txt"', "filename*0*=UTF-8''a%0d; filename*1*=%0aX-Evil:%20y", "filename=\x01\x7f"]
        self.mail(*(lines(f"From: ann@example.com\nSubject: x\nContent-Type: application/x\nContent-Disposition: attachment; "
                          f"{name}\n\nx\n") for name in names))
        for number, name in enumerate(names, 1):
            with self.subTest(name=name):
                answer = self.ask(f"/api/v1/messages/{number}/parts/1")  # which looks for fields that are not ours
                value = answer.field("content-disposition")
                self.assertRegex(value, r"^attachment; filename=\"[^\"\\/\x00-\x1f\x7f-\xff]{1,100}\""
                                        r"(; filename\*=UTF-8''[\w!#&+.^`|~%-]+)?$")
                self.assertNotRegex(value.lower(), "%0d|%0a|%00|%2f|%5c|%e2%80%ae")

    def test_subjects_stay_where_they_are(self):
        for subject in ("=?utf-8?q?a=0D=0ASet-Cookie:_x=3Dy=0D=0A=0D=0A<script>?=", "a\rSet-Cookie: x=y", "\0\x1b[31m\u202e"):
            self.mail(lines(f"From: ann@example.com\nSubject: {subject}\n\nx\n"))
        for number in (1, 2, 3):
            for path in self.views(number):
                self.ask(path)
            self.assertEqual(self.ask(f"/api/v1/messages/{number}/raw").field("content-disposition"),
                             f'attachment; filename="message-{number}.eml"')

    def test_no_path_leads_out_of_what_is_served(self):
        self.mail(PLAIN)
        ups = ["..", "%2e%2e", "%2E.", "..%2f", "..%5c", "%252e%252e", "..%c0%af", "....//", ".%00."]
        for up in ups:
            for start in ("/page/", "/", "/api/v1/messages/1/parts/", "/api/v1/schema/", "/api/v1/findings/", "/api/v1/messages/"):
                for end in ("etc/passwd", "%65tc/passwd", "index.html"):
                    path = start + "/".join([up] * 8) + "/" + end
                    answer = self.ask(path)
                    with self.subTest(path=path):
                        self.assertIn(answer.status, (400, 404))
                        self.assertNotIn(b"root:", answer.body)
        for path in ("/page//etc/passwd", "/page/%2fetc%2fpasswd", "/page/", "/page", "/page/app.js%00.css", "/page/.",
                     "/page/index.html", "/api/v1/schema/../openapi.json", "/api/v1/schema/inbox-1.json%00",
                     "/api/v1/messages/1/parts/1/../../raw", "/api/v1/messages/1/parts/1%2f..", "/api/v1/messages/1/../1/raw",
                     "/api/v1//messages", "/api/v1/messages/"):
            self.assertIn(self.ask(path).status, (400, 404), path)

    def test_numbers_of_others_are_none(self):
        self.mail(PLAIN)
        for number in ("0", "2", "-1", "1.0", "1e0", "0x1", "1%00", "%201", "1%20", "18446744073709551616",
                       "18446744073709551615", "9223372036854775808", "9" * 1000, "", "latest", "*", "'", "1'--", "1;2"):
            for end in ("", "/raw", "/html", "/text", "/verdict", "/parts/1"):
                answer = self.ask(f"/api/v1/messages/{number}{end}")
                self.assertIn(answer.status, (400, 404), (number, end, answer.octets[:100]))
        for part in ("0", "2", "1.1", "-1", "1.", "1.1.1.1", ".1", "9" * 1000, "1%00"):
            self.assertEqual(self.ask(f"/api/v1/messages/1/parts/{part}").status, 404, part)

    def test_queries_are_only_looked_for(self):
        self.mail(PLAIN)
        queries = ["'", "\"", "' OR 1=1 --", "a\" OR \"a", "NEAR(", "*", "^a", "a AND", "(" * 1000, "-" * 500,
                   "\0", "x:" * 300, "subject:" * 100, "NOT " * 200, "\u202e", "{a b}: c", "size:>9999999999999999999999"]
        for query in queries:
            octets = "".join(f"%{octet:02x}" for octet in query.encode())[:1900 // 3 * 3]
            answer = self.ask(f"/api/v1/messages?query={octets}")
            self.assertIn(answer.status, (200, 400), query)
        self.assertEqual(self.ask("/api/v1/messages?query=%ff%fe").status in (200, 400), True)
        self.assertEqual(len(self.messages()), 1)

    def test_nothing_is_fetched_because_a_message_says_so(self):
        with contextlib.closing(Listener()) as listener:
            there = f"http://127.0.0.1:{listener.port}"
            self.mail(lines(f"""From: ann@example.com
Subject: {there}/subject
List-Unsubscribe: <{there}/unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Archive: <{there}/archive>
BIMI-Location: v=BIMI1; l={there}/logo.svg
X-Face-URL: {there}/face
Disposition-Notification-To: <a@[127.0.0.1]>
Content-Base: {there}
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain
Content-Location: {there}/plain

{there}/link
--x
Content-Type: text/html

<link rel=stylesheet href={there}/css><img src={there}/img srcset="{there}/set 2x"><script src={there}/js></script>
<iframe src={there}/frame></iframe><object data={there}/object></object><video src={there}/video poster={there}/poster>
<style>@import url({there}/import); body {{ background: url({there}/background) }}</style><a href={there}/a ping={there}/p>x</a>
--x
Content-Type: message/external-body; access-type=URL; URL="{there}/external"

Content-Type: text/plain

--x
Content-Type: message/rfc822

Subject: inner
Content-Type: text/html

<img src={there}/inner>
--x--
"""))
            for path in self.views():
                self.ask(path)
            self.assertEqual(listener.connections, 0)


class Requests(Page):
    def test_what_can_be_read_in_two_ways_is_not_read(self):
        host = f"Host: {self.host}\r\nX-Envelint-Token: {self.token()}\r\n"
        second = f"GET /api/v1/status HTTP/1.1\r\n{host}\r\n"
        body = f"Content-Length: {len(second)}\r\n"
        oddities = {
            "two lengths": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: 0\r\n{body}\r\n{second}",
            "two equal lengths": f"POST /api/v1/lint HTTP/1.1\r\n{host}{body}{body}\r\n{second}",
            "a list of lengths": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: 0, 5\r\n\r\n{second}",
            "length and chunks": f"POST /api/v1/lint HTTP/1.1\r\n{host}{body}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}",
            "chunks": f"POST /api/v1/lint HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}",
            "chunks, obfuscated": f"POST /api/v1/lint HTTP/1.1\r\n{host}Transfer-Encoding: \tchunked\r\n{body}\r\n0\r\n\r\n{second}",
            "chunks of another name": f"POST /api/v1/lint HTTP/1.1\r\n{host}Transfer-Encoding: xchunked\r\n{body}\r\n{second}",
            "a blank before the colon": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length : 5\r\n\r\n{second}",
            "a folded field": f"GET /api/v1/status HTTP/1.1\r\n{host}X: a\r\n Content-Length: 5\r\n\r\n{second}",
            "a blank before the name": f"GET /api/v1/status HTTP/1.1\r\n Content-Length: 5\r\n{host}\r\n{second}",
            "a length of no digits": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n{second}",
            "a length with a sign": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: +5\r\n\r\n{second}",
            "a negative length": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n{second}",
            "a length in hex": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: 0x5\r\n\r\n{second}",
            "a huge length": f"POST /api/v1/lint HTTP/1.1\r\n{host}Content-Length: 99999999999999999999999\r\n\r\n{second}",
            "bare LF": f"GET /api/v1/status HTTP/1.1\n{host}X: a\n\n\r\n\r\n{second}",
            "bare LF in a value": f"GET /api/v1/status HTTP/1.1\r\n{host}X: a\nContent-Length: 5\r\n\r\n{second}",
            "bare CR in a value": f"GET /api/v1/status HTTP/1.1\r\n{host}X: a\rContent-Length: 5\r\n\r\n{second}",
            "NUL": f"GET /api/v1/status HTTP/1.1\r\n{host}X: a\0b\r\n\r\n{second}",
            "two hosts": f"GET /api/v1/status HTTP/1.1\r\n{host}{host}\r\n{second}",
            "no host": f"GET /api/v1/status HTTP/1.1\r\nX: y\r\n\r\n{second}",
            "no version": f"GET /api/v1/status\r\n{host}\r\n{second}",
            "another version": f"GET /api/v1/status HTTP/2.0\r\n{host}\r\n{second}",
            "two blanks": f"GET  /api/v1/status HTTP/1.1\r\n{host}\r\n{second}",
            "a blank in the target": f"GET /api/v1/status x HTTP/1.1\r\n{host}\r\n{second}",
            "a target in whole": f"GET http://{self.host}/api/v1/status HTTP/1.1\r\n{host}\r\n{second}",
            "no target": f"GET  HTTP/1.1\r\n{host}\r\n{second}",
            "a name of no letters": f"GET /api/v1/status HTTP/1.1\r\n{host}\x01: y\r\n\r\n{second}",
            "no colon": f"GET /api/v1/status HTTP/1.1\r\n{host}nonsense\r\n\r\n{second}",
            "no HTTP at all": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" + second,
        }
        for name, octets in oddities.items():
            with self.subTest(oddity=name):
                answer = self.send(octets.encode("latin-1"))
                allowed = (411,) if name.startswith("chunks") else (400, 411, 413, 501, 505)
                self.assertIn(answer.status, allowed, answer.octets[:200])
                self.assertEqual(answer.octets.count(b"\nHTTP/1.1 "), 0)
        self.assertTrue(self.is_alive())

    def test_a_connection_is_for_one_request(self):
        one = f"GET /api/v1/status HTTP/1.1\r\nHost: {self.host}\r\nConnection: keep-alive\r\n\r\n".encode()
        answer = self.send(one * 3)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.octets.count(b"HTTP/1.1 "), 1)
        post = f"POST /api/v1/lint HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 2\r\n\r\n".encode()
        self.assertEqual(self.send(post + b"{}" + one).octets.count(b"HTTP/1.1 "), 1)

    def test_nobody_is_kept_waiting_for_a_body_that_is_not_wanted(self):
        # The answer comes although the body never does.
        connection = self.connect()
        connection.sendall(f"DELETE /api/v1/messages/1 HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 1000\r\n\r\n".encode())
        self.assertEqual(connection.recv(12), b"HTTP/1.1 403")

    def test_floods_are_cut_off(self):
        host = f"Host: {self.host}\r\n".encode()
        token = f"X-Envelint-Token: {self.token()}\r\n".encode()
        floods = {
            "a target": b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n" + host + b"\r\n",
            "a query": b"GET /api/v1/messages?query=" + b"a" * 100_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
            "a field": b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * (8 << 20) + b"\r\n\r\n",
            "a name": b"GET / HTTP/1.1\r\n" + host + b"a" * (8 << 20) + b": x\r\n\r\n",
            "fields": b"GET / HTTP/1.1\r\n" + host + b"X: y\r\n" * 1_000_000 + b"\r\n",
            "short fields": b"GET / HTTP/1.1\r\n" + host + b"X:\r\n" * 1000 + b"\r\n",
            "a line without an end": b"a" * (8 << 20),
            "empty lines": b"\r\n" * (4 << 20),
            "NUL": b"\0" * (8 << 20),
            "a body": b"POST /api/v1/lint HTTP/1.1\r\n" + host + token + b"Content-Length: 100000000\r\n\r\n" + b"a" * (8 << 20),
            "a body without a token": b"POST /api/v1/lint HTTP/1.1\r\n" + host + b"Content-Length: 1000000\r\n\r\n" +
                                      b"a" * 1_000_000,
            "chunks": b"POST /api/v1/lint HTTP/1.1\r\n" + host + token + b"Transfer-Encoding: chunked\r\n\r\n" +
                      b"100000\r\n" + b"a" * (8 << 20),
            "parameters": b"GET /api/v1/messages?" + b"a&" * 100_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
            "ranges": b"GET / HTTP/1.1\r\n" + host + b"Range: bytes=" + b"0-1," * 3000 + b"0-1\r\n\r\n",
        }
        for name, octets in floods.items():
            with self.subTest(flood=name):
                answer = self.send(octets)
                self.assertIn(answer.status, (None, 400, 403, 408, 411, 413, 414, 415, 431) + ((200,) if name == "ranges" else ()))
                self.assertLess(len(answer.octets), 100_000)
                self.assertTrue(self.is_alive())
        self.assert_modest()

    def test_a_body_costs_little_more_than_its_octets(self):
        token = self.token()
        most = (1 << 20) - 100
        zone = (256 << 10) - 100
        for body in (b"[" * most, b'{"a":' * (most // 5), b'{"record":[' + b"[]," * (most // 3 - 10) + b"[]]}",
                     b'{"record":"v=spf1 ' + b"a " * (most // 2 - 20) + b'"}', b'{"record":"v=spf1 ' + b"a " * 4000 + b'"}',
                     b'{"record":"v=DMARC1; ' + b"p=none;" * 1000 + b'"}', b'{"record":"' + b"\\u0000" * 8000 + b'"}',
                     b'{"record":"v=spf1 ' + b"%{d}" * 2000 + b'"}', b'{"record":"' + b"\xff" * 8000 + b'"}',
                     b'{"zone":"' + b"a A 192.0.2.1\\n" * (most // 15 - 10) + b'"}',
                     b'{"zone":"' + b"\\n" * (zone // 2) + b'"}', b'{"zone":"' + b"a A 192.0.2.1\\n" * (zone // 15) + b'"}',
                     b'{"zone":"' + b"$GENERATE 1-65535 a$ A 192.0.2.1\\n" * 100 + b'"}',
                     b'{"zone":"' + b"$INCLUDE /etc/passwd\\n" * 100 + b'"}', b'{"zone":"' + b"(" * zone + b'"}',
                     b'{"domain":"example.com","selectors":[' + b'"a",' * 500 + b'"a"]}', b'{"domain":"' + b"a." * 9000 + b'"}'):
            with self.subTest(body=body[:30]):
                for path, method in (("/api/v1/lint", "POST"), ("/api/v1/messages", "PATCH")):
                    answer = self.ask(path, method, body, X_Envelint_Token=token)
                    self.assertIn(answer.status, (200, 400, 413))
                    self.assertNotIn(b"root:", answer.body)
        self.assertTrue(self.is_alive())
        self.assert_modest()

    def test_slow_clients_keep_nobody_out(self):
        begun = [f"GET / HTTP/1.1\r\nHost: {self.host}\r\n".encode(), b"G",
                 f"POST /api/v1/lint HTTP/1.1\r\nHost: {self.host}\r\nX-Envelint-Token: {self.token()}\r\n"
                 f"Content-Length: 1000\r\n\r\n{{".encode(), b""]
        slow = [self.connect() for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(begun[number % len(begun)])
        began = time.monotonic()
        self.assertTrue(self.is_alive())
        self.assertLess(time.monotonic() - began, WITHIN / 2)
        # They are still there: nobody was thrown out for the others' sake.
        slow[0].sendall(b"\r\n")
        self.assertEqual(slow[0].recv(12), b"HTTP/1.1 200")

    def test_who_does_not_read_keeps_nobody_out(self):
        self.mail(PLAIN + b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 100_000)
        deaf = []
        for _ in range(20):
            connection = self.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(f"GET /api/v1/messages/1/raw HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            deaf.append(connection)
        self.assertTrue(self.is_alive())
        self.assertTrue(self.mail(PLAIN))

    def test_who_listens_for_ever_keeps_nobody_out(self):
        listening = []
        for path in ("/api/v1/events", "/api/v1/wait?query=never&timeout=300"):
            for _ in range(250):
                connection = self.connect()
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
                listening.append(connection)
        self.assertTrue(self.is_alive())
        self.assertTrue(self.mail(PLAIN))
        self.server.stop()  # and ends, whoever listens

    def test_a_client_that_is_gone_is_forgotten(self):
        for octets in (b"", b"GET", f"GET /api/v1/events HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode(),
                       f"GET /api/v1/wait?query=never HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()):
            for _ in range(100):
                connection = self.connect()
                connection.sendall(octets)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
        self.assertTrue(self.is_alive())

    def test_answers_to_everything_say_what_browsers_may_do(self):
        for path in ("/", "/nothing", "/page/app.js", "/page/nothing", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/messages/9",
                     "/api/v1/messages?limit=x", "/api/v1/events/", "/favicon.ico", "/sessions", "/api/v1/openapi.json"):
            for method in ("GET", "HEAD", "POST", "TRACE", "PROPFIND", "OPTIONS"):
                answer = self.ask(path, method)
                with self.subTest(path=path, method=method):
                    self.assertEqual(answer.field("x-content-type-options"), "nosniff")
                    self.assertIn("default-src 'none'", answer.field("content-security-policy"))
                    self.assertIn("frame-ancestors 'none'", answer.field("content-security-policy"))
                    self.assertNotIn("unsafe", answer.field("content-security-policy"))
                    self.assertFalse([name for name in answer.fields if name.startswith("access-control")])
                    if path == "/" and method == "TRACE":
                        self.assertNotIn(b"TRACE", answer.body)


if __name__ == "__main__":
    main()
