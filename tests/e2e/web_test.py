"""The API of the page of `envelint receive`, as a test suite asks it: every operation that docs/openapi.json describes,
on the real program, with each answer held against the description."""

import concurrent.futures
import json
import pathlib
import socket

from receiving import CLIENT, WITHIN, ZONE, Receiving, main
from signed_mail import MESSAGE, NOW, SignedMail
from web_api import BASE, DESCRIPTION, TOKEN, WebApi

HOSTILE = "<script>alert(1)</script>\u202egnp.exe"
MULTIPART = f"""From: Eve <eve@example.com>
To: bob@example.net
Subject: =?utf-8?q?=3Cscript=3Ealert=281=29=3C/script=3E=E2=80=AEgnp=2Eexe?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

The pineapple costs 5 =A3.
--inner
Content-Type: text/html

<p>The pineapple <img src="cid:logo"> costs <script>alert(1)</script> 5.</p>
--inner--
--outer
Content-Type: image/png; name="a.png"
Content-Disposition: attachment; filename="../../a\\"b.png"
Content-ID: <logo>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer
Content-Type: text/html
Content-Disposition: attachment; filename="page.html"

<script>alert(1)</script>
--outer--
""".replace("\n", "\r\n").encode()


class Web(Receiving, SignedMail):
    def page(self, *arguments, **options):
        """A receiver, and its page."""
        receiver = self.receiver("--web", "127.0.0.1:0", "--web-token", TOKEN, *arguments, **options)
        return receiver, WebApi(receiver.wait_for("listening")[0]["web"])

    def test_every_operation_that_is_described_answers_as_it_is_described(self):
        receiver, web = self.page("--client-ip", CLIENT)
        self.deliver(receiver, MULTIPART)
        self.deliver(receiver)
        receiver.wait_for("session_ended", 2)
        self.assertEqual(web.get("/status")["messages"], 2)
        entries = web.get("/messages")["messages"]
        self.assertEqual([one["id"] for one in entries], [2, 1])
        self.assertEqual((entries[1]["subject"], entries[1]["attachments"], entries[1]["unread"]), (HOSTILE, 2, True))
        message = web.get("/messages/1")
        self.assertEqual((message["has_text"], message["has_html"]), (True, True))
        self.assertEqual([part["type"] for part in message["mime"]["children"]],
                         ["multipart/alternative", "image/png", "text/html"])
        self.assertEqual(web.ask("GET", "/messages/1/raw").body, MULTIPART)
        self.assertEqual(web.ask("GET", "/messages/1/raw", offset=6, limit=3).body, b"Eve")
        self.assertEqual(web.get("/messages/1/verdict"), message["verdict"])
        self.assertEqual(web.ask("GET", "/messages/1/text").body.decode().strip(), "The pineapple costs 5 \u00a3.")
        self.assertIn(b"The pineapple", web.ask("GET", "/messages/1/html").body)
        picture = web.ask("GET", f"/messages/1/parts/{message['mime']['children'][1]['id']}")
        self.assertEqual((picture.headers["Content-Type"], picture.body), ("image/png", b"\x89PNG\r\n\x1a\n"))
        self.assertEqual(web.ask("PATCH", "/messages/1", {"unread": False}).json["totals"], {"messages": 2, "unread": 1})
        self.assertEqual(web.get("/messages", query="is:unread")["messages"][0]["id"], 2)
        self.assertEqual(web.ask("PATCH", "/messages", {"unread": True}).json["changed"], 1)
        self.assertEqual(web.get("/wait", query="pineapple", timeout=0)["id"], 1)
        self.assertEqual(web.get("/wait", query="header:\"mime-version: 1.0\" £", timeout=0)["id"], 1)
        self.assertEqual(web.ask("GET", "/wait", query="header:pineapple", timeout=0).status, 404)
        self.assertEqual([one["id"] for one in web.get("/sessions")["sessions"]], [2, 1])
        self.assertIn("EHLO client.example.com", str(web.get("/sessions/1")["transcript"]))
        lint = web.ask("POST", "/lint", {"record": "v=spf1 mx +all"}).json
        self.assertIn("SPF0", lint["text"])
        self.assertEqual(web.get(f"/findings/{lint['domains'][0]['findings'][0]['code']}")["severity"],
                         lint["domains"][0]["findings"][0]["severity"])
        self.assertEqual(web.get("/openapi.json"), DESCRIPTION)
        web.get("/schema/inbox-1.json")
        self.assertEqual(web.ask("DELETE", "/messages/1").json["totals"]["messages"], 1)
        self.assertEqual(web.ask("DELETE", "/messages", all="true").json["totals"]["messages"], 0)
        described = {(method.upper(), path) for path, item in DESCRIPTION["paths"].items() for method in item
                     if method != "parameters"}
        self.assertEqual(described - web.asked, {("GET", "/events")})

    def test_the_whole_page_is_small(self):
        _, web = self.page()
        page = pathlib.Path(__file__).parents[2] / "lib/envelint/web/page"
        files = {path.name: web.raw("GET", f"/page/{path.name}", {"Authorization": f"Bearer {TOKEN}"})
                 for path in page.iterdir() if path.name != "index.html"}
        self.assertEqual({answer.status for answer in files.values()}, {200})
        self.assertLess(sum(len(answer.body) for answer in files.values()), 100_000)

    def test_what_is_not_there_or_not_right_is_told_as_it_is_described(self):
        _, web = self.page()
        for method, path, body, status in [
                ("GET", "/messages/7", None, 404), ("GET", "/messages/0", None, 404), ("GET", "/messages/x", None, 404),
                ("DELETE", "/messages/7", None, 404), ("PATCH", "/messages/7", {"unread": True}, 404),
                ("PATCH", "/messages/7", {"unread": 1}, 400), ("PATCH", "/messages", [], 400),
                ("DELETE", "/messages", None, 400), ("GET", "/sessions/7", None, 404),
                ("GET", "/findings/XYZ999", None, 404), ("GET", "/schema/none.json", None, 404),
                ("POST", "/lint", {}, 400), ("POST", "/lint", {"domain": "no domain"}, 400),
                ("POST", "/lint", {"record": "x", "type": "y"}, 400)]:
            with self.subTest(method=method, path=path, body=body):
                self.assertEqual(web.ask(method, path, body).status, status)
        self.assertEqual(web.ask("GET", "/messages", limit=1000).status, 400)
        self.assertEqual(web.ask("DELETE", "/messages", query="", all="true").status, 400)
        self.assertEqual(web.ask("DELETE", "/messages", query=" ").status, 400)
        fault = web.ask("GET", "/messages", query="dmarc:maybe").json["error"]
        self.assertEqual((fault["code"], "dmarc:maybe"[fault["start"]:fault["end"]]), ("bad_query", "maybe"))
        answer = web.raw("POST", BASE + "/messages", {"Authorization": f"Bearer {TOKEN}"})
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, PATCH, DELETE"))

    def test_pages_of_a_list_go_on_where_the_last_one_ended(self):
        receiver, web = self.page()
        for _ in range(5):
            self.deliver(receiver)
        first = web.get("/messages", limit=2)
        self.assertEqual(([one["id"] for one in first["messages"]], first["more"]), ([5, 4], True))
        rest = web.get("/messages", before=4, limit=3)
        self.assertEqual(([one["id"] for one in rest["messages"]], rest["more"]), ([3, 2, 1], False))
        oldest = web.get("/messages", order="oldest", after=1, limit=2)
        self.assertEqual([one["id"] for one in oldest["messages"]], [2, 3])

    def test_who_waits_gets_the_message_as_soon_as_it_is_there(self):
        receiver, web = self.page()
        self.deliver(receiver)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waits = [pool.submit(web.get, "/wait", query="subject:pineapple", timeout=WITHIN) for _ in range(5)]
            later = pool.submit(web.get, "/wait", after=1, timeout=WITHIN)
            self.deliver(receiver, MESSAGE.replace(b"Subject: ", b"Subject: pineapple "))
            self.assertEqual({one.result()["id"] for one in [*waits, later]}, {2})
        self.assertEqual(web.get("/wait", timeout=0)["id"], 1)
        none = web.ask("GET", "/wait", query="subject:pineapple", after=2, timeout=0)
        self.assertEqual((none.status, none.json["error"]["code"]), (404, "no_match"))

    def test_what_happens_is_told_as_it_happens(self):
        receiver, web = self.page()
        events = Events(web)
        self.addCleanup(events.close)
        self.deliver(receiver)
        self.assertEqual([one["id"] for one in events.wait_for("messages")["messages"]], [1])
        events.wait_for("sessions")
        web.ask("PATCH", "/messages/1", {"unread": False})
        self.assertEqual(events.wait_for("changed"), {"ids": [1], "unread": False,
                                                      "totals": {"messages": 1, "unread": 0}})
        web.ask("DELETE", "/messages", all="true")
        self.assertEqual(events.wait_for("changed"), {"removed": True, "cleared": True,
                                                      "totals": {"messages": 0, "unread": 0}})
        receiver.stop()
        self.assertEqual(events.rest(), "")

    def test_a_signed_message_says_which_fields_its_signature_covers(self):
        zone = ZONE + pathlib.Path(type(self).zone).read_text()
        receiver, web = self.page("--now", NOW + 60, "--client-ip", CLIENT, zone=zone)
        self.deliver(receiver, self.sign())
        header = {one["name"].lower(): one for one in web.get("/messages/1")["header"]}
        self.assertEqual(header["from"]["signed_by"], [0])
        self.assertEqual(header["dkim-signature"]["signed_by"], [])

    def test_lint_reads_records_zones_and_domains_of_the_same_dns(self):
        _, web = self.page()
        zone = "$ORIGIN example.org.\n@ SOA ns mail 1 2 3 4 5\n@ TXT \"v=spf1 a:no-such.example.org -all\"\n@ MX 10 mx\n"
        found = web.ask("POST", "/lint", {"zone": zone}).json
        self.assertEqual(found["domains"][0]["domain"], "example.org")
        self.assertIn("$INCLUDE", str(web.ask("POST", "/lint", {"zone": "$INCLUDE /etc/passwd\n"}).json))
        self.assertNotIn("root:", str(web.ask("POST", "/lint", {"zone": "$INCLUDE /etc/passwd\n"}).json))
        live = web.ask("POST", "/lint", {"domain": "example.com", "selectors": ["s1"]}).json
        self.assertEqual((live["domains"][0]["domain"], live["domains"][0]["dmarc"]["policy"]), ("example.com", "reject"))

    def test_nothing_is_served_where_no_page_is_wanted(self):
        self.assertNotIn("web", self.receiver("--no-web").wait_for("listening")[0])

    def test_the_page_takes_another_port_where_its_own_is_taken(self):
        first = self.receiver().wait_for("listening")[0]["web"]
        second = self.receiver().wait_for("listening")[0]["web"]
        self.assertNotEqual(first, second)
        self.assertTrue(second.startswith("127.0.0.1:"))


class Events:
    """Server-sent events, read as they come."""

    def __init__(self, web):
        self.connection = socket.create_connection((web.host, web.port), WITHIN)
        self.connection.sendall(f"GET {BASE}/events HTTP/1.1\r\nHost: {web.address}\r\n"
                                f"Authorization: Bearer {web.token}\r\n\r\n".encode())
        self.file = self.connection.makefile("rb")
        while self.file.readline() not in (b"retry: 1000\r\n", b"retry: 1000\n"):
            pass

    def wait_for(self, name):
        """The data of the next event of this name."""
        while line := self.file.readline():
            if line.decode().strip() == f"event: {name}":
                return json.loads(self.file.readline().decode().removeprefix("data: "))
        raise AssertionError(f"no {name} came")

    def rest(self):
        return "".join(line.decode() for line in self.file if line.startswith(b"event:"))

    def close(self):
        self.file.close()
        self.connection.close()


if __name__ == "__main__":
    main()
