"""Mail clients and servers that people use, against `envelint receive`: what they sent is what arrives, octet for
octet. Those that are not installed are skipped (scripts/setup --peers)."""

import json
import os
import pathlib
import shutil
import smtplib
import ssl
import subprocess
import textwrap
import unittest

from real_servers import program
from receiving import WITHIN, Receiving, digest, main
from signed_mail import SOURCES

# What is expected of each client. same: what arrives is what it was given, to the octet. below: it stands below header
# fields that the client adds. -: the client cannot do it.
FEATURES = ("plain", "starttls", "tls", "auth", "smtputf8", "8bitmime", "chunking", "large")
EXPECTED = {
    # client        plain    starttls  tls      auth     smtputf8  8bitmime  chunking  large
    "smtplib":     ("same",  "same",   "same",  "same",  "same",   "same",   "-",      "same"),
    "curl":        ("same",  "same",   "same",  "same",  "same",   "-",      "-",      "same"),
    "swaks":       ("same",  "same",   "same",  "same",  "-",      "-",      "-",      "same"),
    "msmtp":       ("same",  "same",   "same",  "same",  "-",      "-",      "-",      "same"),
    "nodemailer":  ("same",  "same",   "same",  "same",  "same",   "same",   "-",      "same"),
    "postfix":     ("below", "below",  "below", "below", "below",  "below",  "-",      "below"),
    "exim":        ("below", "below",  "below", "below", "below",  "-",      "below",  "below"),
}

USER, PASSWORD = "ann", "open sesame"
HEADER = ("From: {sender}\r\nTo: {recipient}\r\nSubject: {subject}\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
          "Message-ID: <{feature}@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: {encoding}\r\n\r\n")
DOTS = ".\r\n..\r\n.x\r\n\r\n \t \r\nFrom here\r\n"


def message(feature, sender, recipient):
    wide = feature in ("smtputf8", "8bitmime")
    body = DOTS
    if feature == "large":
        body += "".join(f"{number:>9} {'.' * (number % 60)}\r\n" for number in range(140_000))
    if wide:
        body += "Grüße, 日本語\r\n"
    subject = "Grüße" if feature == "smtputf8" else "Hello"
    return (HEADER.format(sender=sender, recipient=recipient, subject=subject, feature=feature,
                          encoding="8bit" if wide else "7bit") + body).encode()


def unverified():
    return ssl._create_unverified_context()


def trusted_by_root():
    """Whether the servers of Debian can be run from a folder: they change their user."""
    return os.getuid() == 0


class Smtplib:
    def missing(self):
        return None

    def send(self, mail):
        context = unverified()
        if mail.feature == "tls":
            client = smtplib.SMTP_SSL("127.0.0.1", mail.port, "client.example.com", context=context, timeout=WITHIN)
        else:
            client = smtplib.SMTP("127.0.0.1", mail.port, "client.example.com", timeout=WITHIN)
        with client:
            if mail.feature in ("starttls", "auth"):
                client.starttls(context=context)
            if mail.feature == "auth":
                client.login(USER, PASSWORD)
            options = {"smtputf8": ["SMTPUTF8", "BODY=8BITMIME"], "8bitmime": ["BODY=8BITMIME"]}.get(mail.feature, [])
            if mail.feature == "smtputf8":
                client.ehlo_or_helo_if_needed()
                client.command_encoding = "utf-8"
            client.sendmail(mail.sender, [mail.recipient], mail.octets, mail_options=options)


class Command:
    """A client that is a program with options."""

    def missing(self):
        return None if program(self.name) else f"{self.name} is not installed"

    def send(self, mail):
        arguments = [program(self.name), *self.arguments(mail)]
        done = subprocess.run(list(map(str, arguments)), stdin=subprocess.DEVNULL if not self.by_input else mail.open(),
                              capture_output=True, text=True, timeout=WITHIN,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(mail.folder)})
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    by_input = False


class Curl(Command):
    name = "curl"

    def arguments(self, mail):
        scheme = "smtps" if mail.feature == "tls" else "smtp"
        more = {"starttls": ["--ssl-reqd"], "auth": ["--ssl-reqd", "--user", f"{USER}:{PASSWORD}"]}
        return ["-sS", "--insecure", f"{scheme}://127.0.0.1:{mail.port}/client.example.com", "--mail-from", mail.sender,
                "--mail-rcpt", mail.recipient, "--upload-file", mail.path, *more.get(mail.feature, [])]


class Swaks(Command):
    name = "swaks"

    def arguments(self, mail):
        more = {"starttls": ["--tls"], "tls": ["--tls-on-connect"],
                "auth": ["--tls", "--auth", "LOGIN", "--auth-user", USER, "--auth-password", PASSWORD]}
        mail.path.write_bytes(mail.octets.removesuffix(b"\r\n"))  # it adds one of its own
        return ["--server", "127.0.0.1", "--port", mail.port, "--helo", "client.example.com", "--from", mail.sender,
                "--to", mail.recipient, "--data", f"@{mail.path}", *more.get(mail.feature, [])]


class Msmtp(Command):
    name = "msmtp"
    by_input = True

    def arguments(self, mail):
        tls = ["--tls=on", "--tls-certcheck=off"]
        more = {"starttls": [*tls, "--tls-starttls=on"], "tls": [*tls, "--tls-starttls=off"],
                "auth": [*tls, "--tls-starttls=on", "--auth=plain", f"--user={USER}",
                         f"--passwordeval=echo {PASSWORD}"]}
        return ["--host=127.0.0.1", f"--port={mail.port}", "--domain=client.example.com", f"--from={mail.sender}",
                "--set-from-header=off", "--set-date-header=off", "--set-msgid-header=off",
                *more.get(mail.feature, ["--tls=off"]), "--", mail.recipient]


class Nodemailer(Command):
    name = "node"
    folders = (*os.environ.get("NODE_PATH", "").split(":"), "/usr/share/nodejs", "/usr/lib/nodejs",
               SOURCES / "node_modules", SOURCES / "build-bench/mailauth/node_modules")
    script = textwrap.dedent("""\
        const [folder, file, options, envelope] = process.argv.slice(1);
        const transport = require(folder).createTransport(JSON.parse(options));
        transport.sendMail({envelope: JSON.parse(envelope), raw: require("fs").readFileSync(file)},
                           error => { if (error) { console.error(error); process.exit(1); } });
        """)

    def folder(self):
        found = [pathlib.Path(folder) / "nodemailer" for folder in self.folders if folder]
        return next((folder for folder in found if folder.is_dir()), None)

    def missing(self):
        return super().missing() or (None if self.folder() else "nodemailer is not installed")

    def arguments(self, mail):
        options = {"host": "127.0.0.1", "port": mail.port, "name": "client.example.com",
                   "secure": mail.feature == "tls", "requireTLS": mail.feature in ("starttls", "auth"),
                   "ignoreTLS": mail.feature not in ("starttls", "auth", "tls"), "tls": {"rejectUnauthorized": False}}
        if mail.feature == "auth":
            options["auth"] = {"user": USER, "pass": PASSWORD}
        envelope = {"from": mail.sender, "to": [mail.recipient],
                    "use8BitMime": mail.feature in ("8bitmime", "smtputf8")}
        return ["-e", self.script, self.folder(), mail.path, json.dumps(options), json.dumps(envelope)]


class Postfix(Command):
    """The Postfix of Debian as a server that relays, with its configuration and queue in a folder of the test."""

    name = "postfix"

    def missing(self):
        if super().missing():
            return super().missing()
        return None if trusted_by_root() else "Postfix can be started by root alone"

    def configure(self, mail):
        folder = mail.folder / "postfix"
        for name in ("conf", "queue", "data"):
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        tls = {"starttls": "encrypt", "auth": "encrypt", "tls": "encrypt"}.get(mail.feature, "none")
        (folder / "conf/password").write_text(f"[127.0.0.1]:{mail.port} {USER}:{PASSWORD}\n")
        (folder / "conf/main.cf").write_text(textwrap.dedent(f"""\
            compatibility_level = 3.6
            queue_directory = {folder}/queue
            data_directory = {folder}/data
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = client.example.com
            mydestination =
            inet_interfaces = loopback-only
            relayhost = [127.0.0.1]:{mail.port}
            maillog_file = {folder}/log
            maillog_file_prefixes = /
            smtp_tls_security_level = {tls}
            smtp_tls_wrappermode = {"yes" if mail.feature == "tls" else "no"}
            smtp_sasl_auth_enable = {"yes" if mail.feature == "auth" else "no"}
            smtp_sasl_password_maps = texthash:{folder}/conf/password
            smtp_sasl_security_options = noanonymous
            """))
        internal = "".join(f"{line}\n" for line in (
            "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce", "smtp unix - - n - - smtp", "retry unix - - n - - error",
            "error unix - - n - - error", "tlsmgr unix - - n 1000? 1 tlsmgr", "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd"))
        (folder / "conf/master.cf").write_text(internal)
        return folder

    def send(self, mail):
        folder = self.configure(mail)
        subprocess.run([program("postfix"), "-c", folder / "conf", "check"], stdin=subprocess.DEVNULL, check=True,
                       stderr=subprocess.DEVNULL, timeout=WITHIN)
        server = subprocess.Popen([program("postfix"), "-c", folder / "conf", "start-fg"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        mail.test.addCleanup(server.wait)
        mail.test.addCleanup(subprocess.run, [program("postfix"), "-c", folder / "conf", "stop"], timeout=WITHIN,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Mail may come before the server is there: it waits in the queue.
        body = ["-B", "8BITMIME"] if mail.feature in ("8bitmime", "smtputf8") else []
        wide = ["-O", "SMTPUTF8"] if mail.feature == "smtputf8" else []
        done = subprocess.run([program("sendmail"), "-C", folder / "conf", "-i", *body, *wide, "-f", mail.sender,
                               mail.recipient], stdin=mail.open(), capture_output=True, text=True, timeout=WITHIN)
        if done.returncode != 0:
            raise AssertionError(f"sendmail: {done.stderr}")


class Exim(Command):
    """The Exim of Debian, which sends in chunks to everybody that takes them."""

    name = "exim4"
    folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "envelint/exim"

    def path(self):
        # Debian has either Postfix or Exim: scripts/setup --peers unpacks this one there.
        unpacked = self.folder / "usr/sbin/exim4"
        return program("exim4") or (str(unpacked) if unpacked.exists() else None)

    def missing(self):
        if self.path() is None:
            return "exim4 is not installed"
        if not trusted_by_root():
            return "Exim takes a configuration of others from root alone"
        done = subprocess.run([self.path(), "-C", os.devnull, "-bV"], capture_output=True, text=True)
        return None if done.returncode == 0 else f"Exim cannot be started: {done.stderr.strip()}"

    def send(self, mail):
        spool = mail.folder / "exim"
        spool.mkdir()
        shutil.chown(spool, "Debian-exim")
        more = {"starttls": "hosts_require_tls = *", "tls": "protocol = smtps\n  hosts_require_tls = *",
                "auth": "hosts_require_tls = *\n  hosts_require_auth = *",
                "plain": "hosts_avoid_tls = *\n  hosts_try_chunking ="}.get(mail.feature, "hosts_avoid_tls = *")
        binary = shutil.copy(self.path(), mail.folder / "exim4")  # it starts itself again as another user
        config = mail.folder / "exim.conf"
        config.write_text(textwrap.dedent(f"""\
            spool_directory = {spool}
            log_file_path = {spool}/%slog
            primary_hostname = client.example.com
            exim_path = {binary}
            keep_environment =
            timezone =
            acl_not_smtp = accept
            untrusted_set_sender = *
            allow_utf8_domains = true
            smtputf8_advertise_hosts = *
            begin routers
            all:
              driver = manualroute
              transport = there
              route_list = * 127.0.0.1 byname
              self = send
            begin transports
            there:
              driver = smtp
              port = {mail.port}
              tls_try_verify_hosts =
              tls_verify_hosts =
              """) + f"{more}\n" + textwrap.dedent(f"""\
            begin authenticators
            plain:
              driver = plaintext
              public_name = PLAIN
              client_send = ^{USER}^{PASSWORD}
            """))
        done = subprocess.run([binary, "-C", config, "-odf", "-oi", "-f", mail.sender, mail.recipient],
                              stdin=mail.open(), capture_output=True, text=True, timeout=WITHIN)
        log = spool / "mainlog"
        if done.returncode != 0 or " => " not in log.read_text():
            raise AssertionError(f"exim: {done.stderr}{log.read_text() if log.exists() else ''}")


CLIENTS = {"smtplib": Smtplib(), "curl": Curl(), "swaks": Swaks(), "msmtp": Msmtp(), "nodemailer": Nodemailer(),
           "postfix": Postfix(), "exim": Exim()}


class Mail:
    def __init__(self, test, feature, receiver):
        self.test = test
        self.feature = feature
        self.folder = test.folder / feature
        self.folder.mkdir()
        for folder in (test.folder, self.folder):
            os.chmod(folder, 0o755)  # servers have users of their own
        wide = feature == "smtputf8"
        self.sender = "änn@example.com" if wide else "ann@example.com"
        self.recipient = "bøb@example.net" if wide else "bob@example.net"
        self.octets = message(feature, self.sender, self.recipient)
        self.port = receiver.ports[1 if feature == "tls" else 0]
        self.path = self.folder / "message.eml"
        self.path.write_bytes(self.octets)

    def open(self):
        out = self.path.open("rb")
        self.test.addCleanup(out.close)
        return out


class Clients(Receiving):
    def deliver(self, client, feature, how):
        mail = Mail(self, feature, self.receiver_)
        number = len(self.receiver_.of("message")) + 1
        client.send(mail)
        event = self.receiver_.message(number)
        arrived = self.raw(self.store, event["id"])
        envelope = event["envelope"]
        if how == "below":
            self.assertGreater(len(arrived), len(mail.octets))
            self.assertEqual(arrived[:9], b"Received:")
            arrived = arrived[-len(mail.octets):]
        if digest(arrived) != digest(mail.octets):
            self.assertEqual(arrived[-3000:], mail.octets[-3000:])  # shows where
            self.assertEqual(arrived[:3000], mail.octets[:3000])
            self.fail(f"{len(arrived)} octets arrived, {len(mail.octets)} were sent")
        self.assertEqual(envelope["mail_from"]["address"], mail.sender)
        self.assertEqual([one["address"] for one in envelope["rcpt_to"]], [mail.recipient])
        self.hold_to(feature, envelope)

    def hold_to(self, feature, envelope):
        self.assertEqual(feature in ("tls", "starttls", "auth"), "tls" in envelope)
        self.assertEqual("identity" in envelope, feature == "auth")
        parameters = envelope["mail_from"]["parameters"]
        if feature == "auth":
            self.assertEqual((envelope["identity"]["user"], envelope["protocol"]), (USER, "ESMTPSA"))
            self.assertNotIn("secret", envelope["identity"])
        if feature == "smtputf8":
            self.assertIn("SMTPUTF8", parameters)
            self.assertEqual(envelope["protocol"], "UTF8SMTP")
        if feature == "8bitmime":
            self.assertIn("BODY=8BITMIME", parameters)
        if feature == "chunking":
            self.assertIs(envelope["chunks"], True)

    def run_client(self, name):
        client = CLIENTS[name]
        if why := client.missing():
            print(f"skipped: {why}")
            self.skipTest(why)
        self.store = self.folder / "store"
        self.receiver_ = self.receiver("--smtps", "127.0.0.1:0", "--store", self.store)
        wanted = [(feature, how) for feature, how in zip(FEATURES, EXPECTED[name]) if how != "-"]
        for feature, how in wanted:
            with self.subTest(client=name, feature=feature):
                self.deliver(client, feature, how)
        self.assertEqual(self.receiver_.stop(), 0)
        self.assertEqual([one["reply_code"] for one in self.kept(self.store)], [250] * len(wanted))


for _name in CLIENTS:
    setattr(Clients, f"test_{_name}", lambda self, name=_name: self.run_client(name))


if __name__ == "__main__":
    main()
