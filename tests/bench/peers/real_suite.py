#!/usr/bin/python3
"""Published SPF records, with all they include, in the form of the public suite, so that every program reads the same.

usage: real_suite.py FOLDER    the folder with eval_cases.jsonl and eval_zone.json
prints: JSON, a scenario for each domain with no names but those it leads to
"""
import json
import pathlib
import re
import sys

LEADS_TO = re.compile(r"(?:include:|redirect=)([^\s%/]+)", re.IGNORECASE)


def records_from(domain, record, included):
    """The record of the domain and those it leads to, by name."""
    records = {domain: record}
    waiting = [record]
    while waiting:
        for name in LEADS_TO.findall(waiting.pop()):
            name = name.lower().rstrip(".")
            if name in included and name not in records:
                records[name] = included[name]
                waiting.append(included[name])
    return records


def main(folder):
    folder = pathlib.Path(folder)
    included = {name.lower(): record for name, record in json.loads((folder / "eval_zone.json").read_text()).items()}
    suite = []
    for line in (folder / "eval_cases.jsonl").read_text().splitlines():
        entry = json.loads(line)
        records = records_from(entry["domain"].lower(), entry["record"], included)
        suite.append({
            "zone": {name: [["TXT", [record]]] for name, record in records.items()},
            "tests": [{"host": case["ip"], "mailfrom": "postmaster@" + entry["domain"], "helo": "mail.example.com",
                       "result": [case["pyspf"]]} for case in entry["cases"]],
        })
    json.dump(suite, sys.stdout)


main(sys.argv[1])
