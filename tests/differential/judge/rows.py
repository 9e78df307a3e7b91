"""The tables that all servers have: `t`, whose columns hold the edges of their types, `g` to group, `sales` as people have it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

MYSQL = {"LONG": "BIGINT", "DOUBLE": "DOUBLE", "DECIMAL": "DECIMAL(38,10)", "STRING": "VARCHAR(255)", "DATE": "DATE", "DATETIME": "DATETIME"}
# The digits that all values have: Domock writes no zeros at the end of a DECIMAL, so they would differ as texts.
DIGITS = {"m": "DECIMAL(20,1)", "amt": "DECIMAL(12,2)", "price": "DECIMAL(38,4)"}

# Each column of `t` is a list; rows take from it in turn, each column at its own pace, so that all edges meet one another.
EDGES = {
    "n": ("LONG", [1, 2, 0, -1, 3, None, 5]),
    "l": ("LONG", [20240115, 0, 100, -1, None, 2147483648, 1, 9007199254740993, 20240229, 12, 99999999]),
    "d": ("DOUBLE", [0.5, 1.5, 2.5, -2.5, 3.0, 0.0, None, 100.0, 1.005, 123456.789, 0.1, -0.75, 1e6]),
    "m": ("DECIMAL", ["0.5", "1.5", "2.5", "-2.5", "3.1", "-0.1", None, "1234567.8", "99.9", "20240115.5"]),
    "s": ("STRING", ["abc", "", "Zoé", " 5", "ABC", None, "a,b,c", "x y", "12abc", "a_b", "50%", "null", "🦀é", "2024-02-29"]),
    "num": ("STRING", ["12abc", "1", "", ".5", None, "-3", "1e2", "007", "3.0", "abc", "-0", " 5 ", "10", "2.5"]),
    "sd": (
        "STRING",
        ["2024-02-29", "2024-02-29 13:05:09", "20240115", None, "garbage", "", "2024-1-5", "2024-02-30", "10:11:12", "2024-01-15 13",
         "2024-01-15 UTC", "2024/01/15", "2024-01-15T10:00:00", "20240115130509", "2024-12-31 23:59:59.5", "70-01-02"],
    ),
    "dt": ("DATE", ["2024-02-29", "1970-01-01", "2024-12-31", None, "9999-12-31", "1999-12-31", "2000-01-01", "1900-01-01", "2024-01-15"]),
    "ts": (
        "DATETIME",
        ["2024-02-29 00:00:00", "2024-02-29 13:05:09", "2024-12-31 23:59:59", None, "1970-01-01 00:00:00", "9999-12-31 00:00:00",
         "2024-01-15 13:05:09", "1969-12-31 23:59:59"],
    ),
}
READ = {"DECIMAL": Decimal, "DATE": date.fromisoformat, "DATETIME": datetime.fromisoformat}
ROWS_OF_EDGES = 48
NULLS = 0.1


def edges():
    def cell(index, kind, values):
        # A lap starts one further than the last one: equal lengths do not stay in step.
        value = values[(index + index // len(values)) % len(values)]
        return value if value is None else READ.get(kind, lambda it: it)(value)

    columns = [("id", "LONG")] + [(name, kind) for name, (kind, _) in EDGES.items()]
    return columns, [[index + 1] + [cell(index, *it) for it in EDGES.values()] for index in range(ROWS_OF_EDGES)]


def groups():
    draw = Random(3)
    columns = [("id", "LONG"), ("cat", "STRING"), ("sub", "STRING"), ("v", "LONG"), ("x", "DOUBLE"), ("amt", "DECIMAL")]
    columns += [("day", "DATE"), ("at", "DATETIME"), ("flag", "LONG"), ("tx", "STRING")]

    def maybe(value):
        return None if draw.random() < NULLS else value

    rows = []
    for index in range(240):
        day = date(2023, 10, 1) + timedelta(days=draw.randrange(150))
        at = datetime(2023, 10, 1) + timedelta(seconds=draw.randrange(12_000_000))
        rows.append(
            [index + 1, maybe(draw.choice(["elm", "ash", "oak", "Elm", "elm "])), maybe(draw.choice("xyz")), maybe(draw.randint(-20, 20)),
             maybe(draw.randint(-400, 400) / 16), maybe(Decimal(draw.randint(-99999, 99999)) / 100), maybe(day), maybe(at),
             draw.choice([0, 1, None]), maybe(draw.choice(["1", "2.5", "7", "abc", "", "10", "-3"]))]
        )
    return columns, rows


def sales():
    draw = Random(4)
    columns = [("order_id", "LONG"), ("region", "STRING"), ("customer", "STRING"), ("status", "STRING"), ("qty", "LONG")]
    columns += [("price", "DECIMAL"), ("discount", "DOUBLE"), ("order_date", "DATE"), ("shipped_at", "DATETIME"), ("amount_text", "STRING")]
    rows = []
    for index in range(400):
        day = date(2023, 1, 1) + timedelta(days=draw.randrange(500))
        shipped = datetime.combine(day, datetime.min.time()) + timedelta(seconds=draw.randrange(900_000))
        price = Decimal(draw.randint(100, 99999)) / 100
        rows.append(
            [index + 1, draw.choice(["North", "South", "East", None]), f"c{draw.randint(1, 40)}", draw.choice(["Shipped", "Open", "Lost"]),
             draw.randint(0, 9), price, draw.choice([None, 0.0, 0.1, 0.15, 0.25]), day, shipped if draw.random() < 0.8 else None,
             draw.choice([f"{price}", f"{price:,}", "", "n/a"])]
        )
    return columns, rows


TABLES = {"t": edges, "g": groups, "sales": sales}


def load(server, columns, rows, name, database="judge"):
    """The rows in a database of MySQL or MariaDB."""
    server.ask(f"CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4 COLLATE {server.COLLATION}")
    server.ask(f"CREATE TABLE {database}.{name} ({', '.join(f'`{column}` {DIGITS.get(column, MYSQL[kind])}' for column, kind in columns)})")
    listed = ", ".join("(" + ", ".join(map(written, row)) + ")" for row in rows)
    server.ask(f"INSERT INTO {database}.{name} VALUES {listed}")


def written(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, float, Decimal)):
        return repr(value) if isinstance(value, float) else str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
