"""The API of the page as tests ask it. Every answer is held against docs/openapi.json."""

import http.client
import json
import os
import pathlib
import re
import urllib.parse

try:
    import jsonschema
except ImportError:  # scripts/setup --peers
    jsonschema = None

from schemas import read_schema

DESCRIPTION = json.loads((pathlib.Path(os.environ["ENVELINT_SOURCE_DIR"]) / "docs/openapi.json").read_text())
BASE = "/api/v1"
TOKEN = "letmein-0123456789"


def moved(node, prefix):
    """References of a schema that has become a definition of another one."""
    if isinstance(node, list):
        return [moved(one, prefix) for one in node]
    if not isinstance(node, dict):
        return node
    out = {key: moved(value, prefix) for key, value in node.items()}
    where = out.get("$ref")
    if isinstance(where, str):
        if where.startswith("schema/"):
            file, _, rest = where.removeprefix("schema/").partition("#")
            out["$ref"] = f"#/$defs/{file.removesuffix('-1.json')}{rest}"
        elif where.startswith("#/components/schemas/"):
            out["$ref"] = where.replace("#/components/schemas/", "#/$defs/api/$defs/")
        else:
            out["$ref"] = where.replace("#", prefix, 1)
    return out


DEFINITIONS = {name: moved(read_schema(f"{name}-1"), f"#/$defs/{name}") for name in ("inbox", "lint", "verify")}
DEFINITIONS["api"] = {"$defs": moved(DESCRIPTION["components"]["schemas"], "#")}


def operation_of(method, path):
    """The description of what is asked for, and its path."""
    for pattern, item in DESCRIPTION["paths"].items():
        wanted = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern))
        if method.lower() in item and re.fullmatch(wanted, path):
            return item[method.lower()], pattern
    raise AssertionError(f"{method} {path} is not described")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class WebApi:
    """A page that is known to listen."""

    def __init__(self, address, token=TOKEN):
        self.address = address
        self.host, _, port = address.rpartition(":")
        self.port = int(port)
        self.token = token
        self.asked = set()  # what was asked for, as it is described

    def raw(self, method, target, headers=None, body=None, timeout=120):
        """An answer to what need not be described, with these fields alone."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, target, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, method, path, body=None, **query):
        """An answer that is as the description has it."""
        operation, pattern = operation_of(method, path)
        self.asked.add((method, pattern))
        target = BASE + path + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        answer = self.raw(method, target, headers, body)
        self.hold(operation, answer)
        return answer

    def get(self, path, **query):
        answer = self.ask("GET", path, **query)
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {answer.body[:500]}")
        return answer.json

    @staticmethod
    def hold(operation, answer):
        described = operation["responses"].get(str(answer.status), operation["responses"]["default"])
        if "$ref" in described:
            described = DESCRIPTION["components"]["responses"][described["$ref"].rpartition("/")[2]]
        kind = answer.headers["Content-Type"]
        if kind not in described["content"] and "*/*" not in described["content"]:
            raise AssertionError(f"{operation['operationId']}: {answer.status} came as {kind}: {answer.body[:200]}")
        schema = described["content"].get(kind, {}).get("schema")
        if kind == "application/json" and schema and jsonschema:
            whole = {**moved(schema, "#"), "$defs": DEFINITIONS}
            jsonschema.Draft202012Validator(whole).validate(answer.json)
