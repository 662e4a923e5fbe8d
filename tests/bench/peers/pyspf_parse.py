#!/usr/bin/python3
"""How many SPF records a second Debian's python3-spf validates, strictly and without DNS.

usage: pyspf_parse.py FILE [COLUMN]    records are a column (from 0) of a tab-separated file with a heading
prints: records, CPU seconds
"""
import sys
import time

import spf


def validate(query, record):
    try:
        for term in record.split()[1:]:
            if not spf.RE_MODIFIER.match(term):
                query.validate_mechanism(term)
    except (spf.PermError, spf.AmbiguityWarning):
        pass


def main():
    column = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with open(sys.argv[1], encoding="latin-1", newline="\n") as lines:
        next(lines)
        records = [line.rstrip("\n").split("\t")[column] for line in lines]
    query = spf.query(i="192.0.2.1", s="postmaster@example.com", h="example.com", strict=2)
    start = time.process_time()
    for record in records:
        validate(query, record)
    print(len(records), time.process_time() - start)


main()
