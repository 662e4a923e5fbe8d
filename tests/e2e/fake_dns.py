"""A DNS server for tests: UDP and TCP on a port of 127.0.0.1 that is free, from a few lines of text."""

import socket
import socketserver
import struct
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "TLSA": 52}
MAX_UDP = 1232


def wire_name(name):
    if isinstance(name, bytes):
        return name
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def wire_data(kind, data):
    """TXT data is bytes or text, the others are as in a zone file with whole names."""
    if kind == "TXT":
        value = data if isinstance(data, bytes) else data.encode()
        return b"".join(bytes([len(value[i:i + 255])]) + value[i:i + 255] for i in range(0, max(len(value), 1), 255))
    if kind == "MX":
        preference, host = data.split()
        return struct.pack("!H", int(preference)) + wire_name(host)
    if kind == "A":
        return socket.inet_pton(socket.AF_INET, data)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, data)
    if kind == "SOA":
        return wire_name("ns.example") + wire_name("root.example") + struct.pack("!5I", 1, 2, 3, 4, 300)
    return wire_name(data)


class Zone:
    """Records by name; `trouble` says of a name (and of all below it) what happens to its questions: "silent",
    "servfail", "refused"."""

    def __init__(self, records, trouble=None):
        self.records = {}
        for name, kind, data in records:
            self.records.setdefault(name.lower(), []).append((kind, wire_data(kind, data)))
        self.trouble = trouble or {}
        self.asked = []
        self.lock = threading.Lock()
        self.on_question = None  # called with the name, on the server's thread

    def trouble_of(self, name):
        for of, what in self.trouble.items():
            if of == "" or name == of or name.endswith("." + of):
                return what
        return None

    def answer(self, query, udp):
        identifier, flags, questions = struct.unpack("!3H", query[:6])
        end = 12
        labels = []
        while query[end]:
            labels.append(query[end + 1:end + 1 + query[end]])
            end += 1 + query[end]
        question = query[12:end + 5]
        (kind,) = struct.unpack("!H", query[end + 1:end + 3])
        name = b".".join(labels).decode("latin-1").lower()
        with self.lock:
            self.asked.append((name, kind))
        if self.on_question:
            self.on_question(name)
        trouble = self.trouble_of(name)
        if trouble == "silent":
            return None
        rcode = {"servfail": 2, "refused": 5}.get(trouble, 0)
        answers, exists = ([], True) if trouble else self.find(name, kind)
        if not trouble and not exists:
            rcode = 3
        body = b"".join(answers)
        truncated = udp and 12 + len(question) + len(body) > MAX_UDP
        if truncated:
            answers, body = [], b""
        flags = 0x8180 | rcode | (0x0200 if truncated else 0)
        return struct.pack("!6H", identifier, flags, 1, len(answers), 0, 0) + question + body

    def find(self, name, kind):
        answers = []
        at = name
        for _ in range(10):
            here = self.records.get(at, [])
            found = [data for type_name, data in here if TYPES[type_name] == kind]
            answers += [self.record(at, kind, data) for data in found]
            alias = next((data for type_name, data in here if type_name == "CNAME"), None)
            if found or alias is None or kind == TYPES["CNAME"]:
                break
            answers.append(self.record(at, TYPES["CNAME"], alias))
            at = self.text_of(alias)
        exists = at in self.records or any(other.endswith("." + at) for other in self.records)
        return answers, exists

    @staticmethod
    def text_of(wire):
        labels, i = [], 0
        while wire[i]:
            labels.append(wire[i + 1:i + 1 + wire[i]].decode())
            i += 1 + wire[i]
        return ".".join(labels).lower()

    @staticmethod
    def record(name, kind, data):
        return wire_name(name) + struct.pack("!2HIH", kind, 1, 300, len(data)) + data


class Server:
    """`with Server(zone) as server:` serves until the end of the block; `server.address` is what --nameserver takes."""

    def __init__(self, zone):
        self.zone = zone

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                answer = zone.answer(data, udp=True)
                if answer is not None:
                    sock.sendto(answer, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                while True:
                    head = self.rfile.read(2)
                    if len(head) < 2:
                        return
                    answer = zone.answer(self.rfile.read(struct.unpack("!H", head)[0]), udp=False)
                    if answer is None:
                        return
                    self.wfile.write(struct.pack("!H", len(answer)) + answer)
                    self.wfile.flush()

        class TcpServer(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        class UdpServer(socketserver.UDPServer):
            max_packet_size = 4096

        self.tcp = TcpServer(("127.0.0.1", 0), Tcp)
        port = self.tcp.server_address[1]
        self.udp = UdpServer(("127.0.0.1", port), Udp)
        self.udp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.address = f"127.0.0.1:{port}"

    def __enter__(self):
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()
