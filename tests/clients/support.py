"""Shared by the suites of the Python clients: the rows that are sent and must come back, the ways to reach the server, and the report of a case."""

import contextlib
import csv
import io
import json
import os
import socket
import traceback
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

URL = os.environ["DOMOCK_URL"]
STRICT_URL = os.environ["DOMOCK_STRICT_URL"]
CA = os.environ["DOMOCK_CA"]
HOST = URL.removeprefix("http://")
STRICT_HOST = STRICT_URL.removeprefix("http://")
NOBODY = "00000000-0000-4000-8000-000000000000"

SHARED = json.loads(Path(__file__).with_name("rows.json").read_text(encoding="utf-8"))
SCHEMA = SHARED["columns"]
NAMES = [it["name"] for it in SCHEMA]
KINDS = [{"LONG": int, "DOUBLE": float}.get(it["type"], str) for it in SCHEMA]


def typed(row):
    return [to(cell) if cell is not None else None for to, cell in zip(KINDS, row)]


# Nulls, empty strings, quotes, line breaks, Unicode, negative numbers, doubles with 17 digits, the limits of 64 bits, dates.
ROWS = [typed(row) for row in SHARED["rows"]]


def to_csv(rows):
    """RFC 4180 without a header. An empty string is quoted and a null is not, which csv.writer cannot do."""

    def cell(value):
        if value is None:
            return ""
        text = repr(value) if isinstance(value, float) else str(value)
        return '"' + text.replace('"', '""') + '"' if isinstance(value, str) else text

    return "".join(",".join(cell(value) for value in row) + "\n" for row in rows)


def same(found, expected, what="rows"):
    """Asserts that rows are equal and in the same order, floats to the last bit."""
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
    """Rows of an exported CSV file as typed values. A CSV reader cannot distinguish null from the empty string."""
    return [typed([cell or None for cell in row]) for row in csv.reader(io.StringIO(text, newline=""))]


def blank_is_null(rows):
    return [[None if cell == "" else cell for cell in row] for row in rows]


def raises(kind, call, *words):
    """Asserts that the client raises its own exception, with these words in the message."""
    try:
        call()
    except kind as refusal:
        missing = [word for word in words if word not in str(refusal)]
        if missing:
            raise AssertionError(f"{kind.__name__} does not say {missing}: {refusal}") from refusal
        return
    raise AssertionError(f"{kind.__name__} was expected")


def control(method, path, url=URL, body=None):
    """Calls the control plane directly, without a proxy."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return answer.read()


def instances():
    """The number of datasets in each instance."""
    return {it["name"]: it["datasets"] for it in json.loads(control("GET", "/_domock/instances"))}


@contextlib.contextmanager
def later(hours, instance="default"):
    """Advances the clock of an instance of the strict server."""

    def advance(hours):
        control("POST", f"/_domock/clock?instance={instance}", STRICT_URL, {"advance_ms": hours * 3_600_000})

    advance(hours)
    try:
        yield
    finally:
        advance(-hours)


@contextlib.contextmanager
def environment(**variables):
    """Sets environment variables temporarily; None removes one."""
    before = dict(os.environ)
    try:
        for name, value in variables.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def without_proxy():
    return environment(HTTPS_PROXY=None, HTTP_PROXY=None, NO_PROXY=None)


@contextlib.contextmanager
def hosts_file():
    """Simulates a hosts file that maps *.domo.com to this machine, with Domock on ports 80 and 443, without a proxy."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect
    here = ("127.0.0.1", int(HOST.rsplit(":", 1)[1]))

    def resolved(host, port, *rest, **named):
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if str(name).endswith(".domo.com") else host, port, *rest, **named)

    def connected(self, address):
        return connect(self, here if address[:2] in (("127.0.0.1", 80), ("127.0.0.1", 443)) else address)

    socket.getaddrinfo, socket.socket.connect = resolved, connected
    try:
        with without_proxy():
            yield
    finally:
        socket.getaddrinfo, socket.socket.connect = resolve, connect


@dataclass
class Outcome:
    client: str
    operation: str
    case: str
    error: str = ""


@dataclass
class Suite:
    """The cases of one client, each under an operation of the table in docs/clients/README.md. Each starts from the seed."""

    client: str
    cases: list = field(default_factory=list)

    def case(self, operation, name):
        def add(check):
            self.cases.append((operation, name, check))
            return check

        return add

    def run(self):
        for operation, name, check in self.cases:
            control("POST", "/_domock/reset?instance=*")
            outcome = Outcome(self.client, operation, name)
            try:
                check()
            except Exception as failure:  # noqa: BLE001: any exception of a client is a finding
                where = traceback.extract_tb(failure.__traceback__)[-1]
                text = str(failure).strip() or "no message"
                outcome.error = f"{type(failure).__name__}: {text[:400]} ({where.name}:{where.lineno})"
            yield outcome
