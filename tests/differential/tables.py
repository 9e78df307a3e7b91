"""The tables that queries ask: seeded rows of all six types, about a fifth of them null, in Domock and in DuckDB."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.request import Request, urlopen

SIZES = [50, 120, 200, 300]
NULLS = 0.2

# Name, Domo's type, DuckDB's type. `id` is unique and never null, so that every query can have one order. DECIMALs are all alike
# in DuckDB, which would round the longer of two to the digits of the shorter.
COLUMNS = [
    ("id", "LONG", "BIGINT"),
    ("small", "LONG", "BIGINT"),
    ("whole", "LONG", "BIGINT"),
    ("huge", "LONG", "BIGINT"),
    ("frac", "DOUBLE", "DOUBLE"),
    ("wide", "DOUBLE", "DOUBLE"),
    ("price", "DECIMAL", "DECIMAL(38,8)"),
    ("name", "STRING", "VARCHAR"),
    ("word", "STRING", "VARCHAR"),
    ("code", "STRING", "VARCHAR"),
    ("day", "DATE", "DATE"),
    ("moment", "DATETIME", "TIMESTAMP"),
]
WORDS = ["ash", "Birch", "cedar", "elm", "Elm", ""]
NAMES = [
    "", " ", "  lead", "trail  ", "Ada", "ada", "ADA", "Grace Hopper", "O'Hara", 'say "hi"', "a,b,c", "a_b", "50% off", "%", "_",
    "back\\slash", "Grüße", "straße", "naïve café", "ÀÉÎ", "Ωμέγα", "ΟΔΟΣ", "Привет", "世界", "🦀 crab", "x🦀y",
    "tab\there", "two\nlines", "aaa", "abab", "0", "12", "z" * 40,
]
CODES = ["0", "007", "12", "-3", "+7", "3.5", ".5", "5.", "1e2", "12abc", "abc", "", " 5", "5 ", "-", "--1", "1-1", "2024-02-29"]
DAYS = ["1900-01-01", "1970-01-01", "1999-12-31", "2000-01-01", "2000-02-29", "2023-02-28", "2024-02-29", "2024-12-31", "2025-01-01"]
TIMES = ["00:00:00", "00:00:01", "11:59:59", "12:00:00", "12:30:45", "23:59:59"]


def rows(random, size):
    return [[index + 1, *(draw(random) if random.random() >= NULLS else None for draw in DRAWS)] for index in range(size)]


def _huge(random):
    return random.choice([2**63 - 1, -(2**63), 2**53 + 1, random.randint(-(2**62), 2**62), random.randint(-99, 99)])


def _wide(random):
    return random.choice([0.0, 0.1, -1e15, 1e-8, 1 / 3, random.uniform(-1, 1), random.uniform(-1e9, 1e9)])


def _name(random):
    return random.choice(NAMES) if random.random() < 0.8 else "".join(random.choices("abAB 'é世", k=random.randint(1, 8)))


def _day(random):
    if random.random() < 0.4:
        return date.fromisoformat(random.choice(DAYS))
    return date(2019, 1, 1) + timedelta(days=random.randrange(2500))


def _moment(random):
    if random.random() < 0.4:
        return datetime.fromisoformat(f"{_day(random)} {random.choice(TIMES)}")
    return datetime(2019, 1, 1) + timedelta(seconds=random.randrange(200_000_000))


# Doubles of `frac` are multiples of 1/64 and not large, so that their sum is the same in any order.
DRAWS = [
    lambda random: random.randint(-9, 9),
    lambda random: random.randint(-1_000_000, 1_000_000) if random.random() < 0.7 else random.randint(0, 3),
    _huge,
    lambda random: random.randint(-640_000, 640_000) / 64 if random.random() < 0.7 else random.randint(-8, 8) / 4,
    _wide,
    lambda random: Decimal(random.randint(-10**9, 10**9)) / 10**4 if random.random() < 0.7 else Decimal(random.randint(-20, 20)) / 8,
    _name,
    lambda random: random.choice(WORDS),
    lambda random: random.choice(CODES),
    _day,
    _moment,
]


class Domock:
    """Domock's API, as far as the run needs it."""

    def __init__(self, url):
        self.url = url

    def call(self, method, path, body, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": kind}, method=method)
        with urlopen(request) as answer:
            return json.loads(answer.read(), parse_float=Decimal)

    def create(self, name, table, columns=None):
        """A dataset with these rows, through the three stages of an upload; its id."""
        columns = columns or [(name, kind) for name, kind, _ in COLUMNS]
        columns = [{"name": name, "type": kind} for name, kind in columns]
        asked = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": columns}}
        dataset = self.call("POST", "/api/data/v2/datasources", asked)["dataSource"]["dataSourceId"]
        uploads = f"/api/data/v3/datasources/{dataset}/uploads"
        upload = self.call("POST", uploads, {"action": None, "appendId": None})["uploadId"]
        self.call("PUT", f"{uploads}/{upload}/parts/1", to_csv(table), "text/csv")
        self.call("PUT", f"{uploads}/{upload}/commit", {"action": "REPLACE", "index": True})
        return dataset

    def query(self, dataset, sql):
        return self.call("POST", f"/api/query/v1/execute/{dataset}?format=table", {"sql": sql})


def to_csv(table):
    """Without a header. An empty string is quoted and a null is not."""

    def cell(value):
        if isinstance(value, str):
            return '"' + value.replace('"', '""') + '"'
        return "" if value is None else repr(value) if isinstance(value, float) else str(value)

    return "".join(",".join(map(cell, row)) + "\n" for row in table)


def load(duck, name, table):
    """The same rows in DuckDB."""
    duck.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, _, kind in COLUMNS)})")
    duck.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(COLUMNS))})", table)
