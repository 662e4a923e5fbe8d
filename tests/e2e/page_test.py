"""The page of `envelint receive --web` in a browser: mail that is sent to the real program appears, is explained, and can
do no harm. Needs node, Debian's Chromium and the npm packages playwright-core and axe-core; NODE_PATH says where those
are, or they are in ~/.cache/envelint/node. PICTURES is the folder for pictures of each view."""

import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from receiving import CLIENT, WITHIN, Receiving, main
from signed_mail import MESSAGE, SANITIZED, SignedMail, record, run

SCRIPTS = pathlib.Path(__file__).with_name("page")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
PACKAGES = pathlib.Path(os.environ.get("NODE_PATH") or CACHE / "envelint/node/node_modules")
NEEDED = [(shutil.which("node"), "node"), (shutil.which("chromium"), "chromium"),
          ((PACKAGES / "playwright-core").is_dir(), f"playwright-core in {PACKAGES}"),
          ((PACKAGES / "axe-core").is_dir(), f"axe-core in {PACKAGES}")]
MISSING = ", ".join(name for there, name in NEEDED if not there)
# Without a GPU, a sandbox (as root there is none), whatever a browser asks of its maker, and names of hosts.
CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP page.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-port=0"]
MANY = 1500

ZONE = f"""\
example.com. TXT "v=spf1 include:_spf.esp.example ip4:{CLIENT} -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
_spf.esp.example. TXT "v=spf1 ip4:192.0.2.0/24 ~all"
lists.example. TXT "v=spf1 ip4:{CLIENT} -all"
"""
ODD = (b"NUL \0, bare\nLF and \rCR\r\nno UTF-8: \xfc, UTF-8: \xc3\xa9\r\nspaces  \r\n" + b"x" * 1200 + b"\r\n")
HOSTILE = """\
From: "<script>hit = 1</script>" <eve@example.com>
To: bob@example.net
Subject: =?utf-8?q?=3Cimg_src=3Dx_onerror=3Dalert=281=29=3E_=E2=80=AEgnp=2Eexe?=
X-Field: <svg onload=alert(1)>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

</pre><script>hit = 1</script> \u202e \u200b
--b
Content-Type: text/html; charset=utf-8

<base href="http://evil.example/"><meta http-equiv="refresh" content="0; url=http://evil.example/">
<p>The offer</p><img src=x onerror="top.hit = 1"><svg onload="top.hit = 1"></svg>
<script>top.hit = 1; fetch("/api/v1/messages?all=true", {method: "DELETE"})</script>
<iframe srcdoc="<script>top.hit = 1</script>"></iframe><object data="javascript:top.hit = 1"></object>
<form action="/api/v1/messages" method="post"><button autofocus onfocus="top.hit = 1">x</button></form>
<style>@import "http://evil.example/a.css"; body { background: url(http://evil.example/b.png) }</style>
<link rel="stylesheet" href="http://evil.example/c.css"><img src="{remote}/pixel.png"><img src="cid:x&quot;onerror=hit">
<a href="javascript:top.hit = 1" target="_top">press</a>
--b
Content-Type: application/octet-stream
Content-ID: <"><script>hit = 1</script>@example.com>
Content-Disposition: attachment; filename*=utf-8''%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%2F..%2F%E2%80%AEtxt.exe

MZ
--b--
"""


class Remote(http.server.BaseHTTPRequestHandler):
    """A host that a message would like to be asked."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def start_chromium(folder):
    """A browser, and the address to drive it by."""
    with open(f"{folder}/log", "wb") as log:
        browser = subprocess.Popen([*CHROMIUM, f"--user-data-dir={folder}/profile"], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True)
    port_file = pathlib.Path(folder, "profile/DevToolsActivePort")
    end = time.monotonic() + WITHIN
    while not (port_file.exists() and port_file.read_text().count("\n")):
        if browser.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"Chromium does not start: {pathlib.Path(folder, 'log').read_text()[-2000:]}")
        time.sleep(0.05)
    return browser, f"http://127.0.0.1:{port_file.read_text().split()[0]}"


@unittest.skipIf(MISSING, f"not there: {MISSING}; scripts/setup gets it")
@unittest.skipIf(SANITIZED, "a browser is slow enough; what it asks is asked in web_test.py, too")
class Page(Receiving, SignedMail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.pictures = pathlib.Path(os.environ.get("PICTURES") or folder.name)
        cls.pictures.mkdir(parents=True, exist_ok=True)
        cls.browser, cls.address = start_chromium(folder.name)
        cls.addClassCleanup(cls.end_browser)

    @classmethod
    def end_browser(cls):
        os.killpg(cls.browser.pid, signal.SIGKILL)
        cls.browser.wait()

    def web(self, *arguments, web="127.0.0.1:0"):
        """A receiver that judges, and the address of its page."""
        keys = (record(f"{selector}._domainkey.example.com", value) for selector, value in self.values.items())
        out = self.receiver("--web", web, "--client-ip", CLIENT, "--bare-newlines", "keep", *arguments,
                            zone=ZONE + "".join(keys))
        return out, "http://" + out.wait_for("listening")[0]["web"]

    def drive(self, script, page, *arguments, turns=None):
        """Runs a script, does what it asks for, and gives what it printed last."""
        node = subprocess.Popen(["node", SCRIPTS / script, self.address, page, self.pictures, *map(str, arguments)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, "NODE_PATH": str(PACKAGES)})
        complaints = []
        reader = threading.Thread(target=lambda: complaints.append(node.stderr.read()))
        reader.start()
        last = None
        for line in node.stdout:
            last = line.strip()
            if turns and last in turns:
                turns[last]()
        status = node.wait(WITHIN)
        reader.join()
        node.stdout.close()
        node.stderr.close()
        self.assertEqual(status, 0, complaints[0])
        return last

    def mail(self, subject, body=b"Dear Bob,\r\n", more=b""):
        head, _, _ = MESSAGE.partition(b"\r\n\r\n")
        return head.replace(b"The new price list", subject.encode()) + b"\r\n" + more + b"\r\n" + body

    def test_mail_appears_as_it_arrives(self):
        receiver, page = self.web()
        running = [receiver]

        def end():
            running[0].process.send_signal(signal.SIGTERM)
            running[0].process.wait(WITHIN)

        def begin():
            running[0], _ = self.web(web=page.removeprefix("http://"))

        self.drive("arrival.js", page, turns={
            "send one": lambda: self.deliver(running[0]),
            "send many": lambda: [self.deliver(running[0], self.mail(f"Number {at}")) for at in range(25)],
            "end": end, "begin": begin})

    def test_messages_are_explained(self):
        receiver, page = self.web()
        signed = self.sign(self.mail("It was changed", more=b"X-Unsigned: yes\r\n"), "re")
        self.deliver(receiver, self.sign(self.mail("It passes"), "re"))
        changed = signed.replace(b"Subject: ", b"Subject: [list] ") + b"-- \r\nThe list\r\n"
        self.deliver(receiver, changed, sender="list@lists.example")
        self.deliver(receiver, self.mail("It is not aligned"), sender="list@lists.example")
        self.deliver(receiver, self.mail("Odd octets", ODD))
        self.deliver(receiver, self.mail("A large one", (b"x" * 74 + b"\r\n") * 6000))
        talk = self.talk(receiver)
        self.assertEqual(talk.codes("EHLO x", "MAIL FROM:<ann@example.com>", "RCPT TO:<550@example.net>")[-1], "550")
        talk.close()
        receiver.wait_for("session_ended", 6)
        self.drive("verdicts.js", page)

    def test_hostile_mail_does_nothing(self):
        receiver, page = self.web()
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remote) as remote:
            threading.Thread(target=remote.serve_forever).start()
            address = f"http://127.0.0.1:{remote.server_port}"
            hostile = HOSTILE.replace("{remote}", address).replace("\n", "\r\n").encode()
            self.deliver(receiver, hostile, sender="eve@example.com")
            receiver.wait_for("session_ended")
            try:
                self.drive("hostile.js", page, address)
            finally:
                remote.shutdown()
        self.assertEqual(Remote.asked, ["/pixel.png"])  # once, by the click

    def test_the_inbox_goes_by_keyboard(self):
        receiver, page = self.web()
        part = b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--b--\r\n"
        self.deliver(receiver, self.mail("First"))
        self.deliver(receiver, self.mail("Second"), sender="list@lists.example")
        self.deliver(receiver, self.mail("Third", part, b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"))
        self.deliver(receiver, self.mail("Fourth"))
        receiver.wait_for("session_ended", 4)
        self.drive("keys.js", page)

    def test_lint_and_keygen(self):
        _, page = self.web()
        made = json.loads(self.drive("tools.js", page))
        key = self.put("made.pem", made["pem"])
        zone = self.put("made.zone", record("s9._domainkey.example.com", made["record"]))
        done = run("keygen", "--check", "example.com", "--selector", "s9", "--key", key, "--zone", zone)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_page_from_elsewhere_without_tls(self):
        receiver, page = self.web("--web-host", "page.test")
        self.drive("insecure.js", page.replace("127.0.0.1", "page.test"),
                   turns={"send one": lambda: self.deliver(receiver)})

    def test_many_messages_are_few_rows(self):
        store = self.folder / "store"
        subprocess.run([os.environ["FILL_STORE"], store, str(MANY), "100", "500"], check=True, stdout=subprocess.DEVNULL)
        _, page = self.web("--store", store)
        took = json.loads(self.drive("many.js", page, MANY))
        if not SANITIZED:
            self.assertLess(took["paint"], 5000, "milliseconds until something is seen")


if __name__ == "__main__":
    if MISSING:
        print(f"skipped, for this is not there: {MISSING}; scripts/setup gets it")
    main()
