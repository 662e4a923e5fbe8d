#!/usr/bin/python3
"""How many cases of the public SPF suite Debian's python3-spf checks in a second, its DNS in memory.

usage: pyspf_check_host.py FILE    the suite as JSON
prints: checks, CPU seconds, version, cases that come out as they should
"""
import ipaddress
import json
import sys
import time

import spf

RAW = {"A": lambda d: d[0], "AAAA": lambda d: ipaddress.ip_address(d[0]).packed, "MX": lambda d: (int(d[0]), d[1]),
       "PTR": lambda d: d[0], "CNAME": lambda d: d[0], "TXT": lambda d: tuple(s.encode("latin-1") for s in d)}


def answers_of(zone):
    """Answers by name and type, made beforehand; None for questions that are not answered."""
    names = {}
    for name, entries in zone.items():
        answers = names.setdefault(name.lower(), {})
        for kind, data in entries:
            if kind == "TIMEOUT":
                answers["TIMEOUT"] = None
            else:
                answers.setdefault(kind, []).append(((name, kind), RAW[kind](data)))
    return names


def lookup_in(names):
    def lookup(name, qtype, *_arguments, **_options):
        answers = names.get(name.lower().rstrip("."))
        if answers is None:
            return []
        if qtype in answers:
            return answers[qtype]
        if "CNAME" in answers:
            return answers["CNAME"]  # it follows them itself
        if "TIMEOUT" in answers:
            raise spf.TempError("DNS timeout")
        return []
    return lookup


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        suite = json.load(file)
    cases = []
    for scenario in suite:
        lookup = lookup_in(answers_of(scenario["zone"]))
        cases += [(lookup, case["host"], case["mailfrom"], case["helo"], case["result"]) for case in scenario["tests"]]

    def check(lookup, host, mail_from, helo):
        spf.DNSLookup = lookup
        return spf.query(i=host, s=mail_from, h=helo, strict=True).check()[0]

    right = sum(check(*case[:4]) in case[4] for case in cases)
    checks, start = 0, time.process_time()
    while time.process_time() - start < 2:
        for lookup, host, mail_from, helo, _ in cases:
            check(lookup, host, mail_from, helo)
        checks += len(cases)
    print(checks, round(time.process_time() - start, 3), spf.__version__, right)


main()
