"""What the suites of all clients share: the rows that go in and must come back, and how a case is told."""

import csv
import io
import os
import traceback
import urllib.request
from dataclasses import dataclass, field

URL = os.environ["DOMOCK_URL"]
GATE = os.environ["DOMOCK_GATE"]
CA = os.environ["DOMOCK_CA"]
HOST = URL.removeprefix("http://")
NOBODY = "00000000-0000-4000-8000-000000000000"

SCHEMA = [
    {"type": "STRING", "name": "text"},
    {"type": "LONG", "name": "whole"},
    {"type": "DOUBLE", "name": "fraction"},
    {"type": "DATE", "name": "day"},
    {"type": "DATETIME", "name": "moment"},
]
# Null, the empty string, quotes, line ends, Unicode, negatives, 17 digits, the ends of 64 bits, dates.
ROWS = [
    ["plain", 1, 0.5, "2024-02-29", "2024-02-29T23:59:59"],
    [None, None, None, None, None],
    ["", 0, -0.25, "1970-01-01", "1970-01-01T00:00:00"],
    ['say "hi", she said', -7, 0.1 + 0.2, "1999-12-31", "1999-12-31T12:00:00"],
    ["two\nlines", 9223372036854775807, 1.7976931348623157e308, "2038-01-19", "2038-01-19T03:14:08"],
    ["Grüße, 世界 🦀", -9223372036854775808, 5e-324, "0001-01-01", "1900-01-01T00:00:00"],
    ["  spaces  ", 4503599627370497, 123456789.12345679, "9999-12-31", "2024-06-01T12:34:56"],
]


def to_csv(rows, null=""):
    """RFC 4180 without a header. An empty string is quoted and a null is not, which csv.writer cannot do."""

    def cell(value):
        if value is None:
            return null
        text = repr(value) if isinstance(value, float) else str(value)
        return '"' + text.replace('"', '""') + '"' if isinstance(value, str) else text

    return "".join(",".join(cell(value) for value in row) + "\n" for row in rows)


def same(found, expected, what="rows"):
    """Equal, and in the same order; floats to the last bit."""
    found, expected = [list(row) for row in found], [list(row) for row in expected]
    if found != expected:
        for index, (one, other) in enumerate(zip(found, expected)):
            if one != other:
                raise AssertionError(f"{what}: row {index} is {one!r} and not {other!r}")
        raise AssertionError(f"{what}: {len(found)} and not {len(expected)}")


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} and not {expected!r}")


def parsed(text):
    """The rows of an exported CSV as typed values; a CSV reader cannot tell null from the empty string."""
    kinds = {"LONG": int, "DOUBLE": float}
    convert = [kinds.get(column["type"], str) for column in SCHEMA]
    return [
        [to(cell) if cell != "" else None for to, cell in zip(convert, row)] for row in csv.reader(io.StringIO(text))
    ]


def blank_is_null(rows):
    return [[None if cell == "" else cell for cell in row] for row in rows]


def raises(kind, call, *words):
    """The client's own exception, with these words in it."""
    try:
        call()
    except kind as refusal:
        missing = [word for word in words if word not in str(refusal)]
        if missing:
            raise AssertionError(f"{kind.__name__} does not say {missing}: {refusal}") from refusal
        return
    raise AssertionError(f"{kind.__name__} was expected")


def reset():
    request = urllib.request.Request(f"{URL}/_domock/reset", method="POST")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()


@dataclass
class Outcome:
    client: str
    case: str
    error: str = ""


@dataclass
class Suite:
    """The cases of one client. Each begins on the seed."""

    client: str
    cases: list = field(default_factory=list)

    def case(self, name):
        def add(check):
            self.cases.append((name, check))
            return check

        return add

    def run(self):
        for name, check in self.cases:
            reset()
            try:
                check()
            except Exception as failure:  # noqa: BLE001: whatever a client raises is a finding
                where = traceback.extract_tb(failure.__traceback__)[-1]
                text = str(failure).strip() or "no message"
                yield Outcome(self.client, name, f"{type(failure).__name__}: {text[:400]} ({where.name}:{where.lineno})")
            else:
                yield Outcome(self.client, name)
