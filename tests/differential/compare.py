"""Compares two answers: by the types that Domock tells, doubles to nine digits."""

from datetime import date, datetime
from decimal import Decimal
from math import isclose

FAMILIES = {"LONG": "number", "BOOL": "number", "DOUBLE": "number", "DECIMAL": "number"}


def differences(answer, expected, query):
    """What is different, in words, or nothing. `answer` is Domock's table object, `expected` the rows of DuckDB."""
    kinds = [it["type"] for it in answer["metadata"]]
    if [family(it) for it in kinds] != [family(it) for it in query.kinds]:
        return f"types {kinds} and not {query.kinds}"
    found = [[read(value, kind) for value, kind in zip(row, kinds)] for row in answer["rows"]]
    expected = [[plain(value) for value in row] for row in expected]
    if len(found) != len(expected):
        return f"{len(found)} rows and not {len(expected)}"
    if not query.ordered:
        found, expected = sorted(found, key=rank), sorted(expected, key=rank)
        if all(map(same_row, found, expected)):
            return None
        found, expected = unmatched(found, expected)
    for one, other in zip(found, expected):
        if not same_row(one, other):
            columns = [index for index, pair in enumerate(zip(one, other), 1) if not same(*pair)]
            return f"columns {columns} of a row\n    domock  {shown(one)}\n    duckdb  {shown(other)}"
    return None


def family(kind):
    return FAMILIES.get(kind, kind)


def read(value, kind):
    """A value of Domock's JSON."""
    if value is None:
        return None
    if kind == "DOUBLE":
        return float(value)
    if kind == "DATE":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "DATETIME" else value


def plain(value):
    return int(value) if isinstance(value, bool) else value


def same(one, other):
    if one is None or other is None:
        return one is other
    if isinstance(one, Decimal) and isinstance(other, float):
        # The average of DECIMALs has four digits more than they have.
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    if isinstance(one, float) or isinstance(other, float):
        return isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-13)
    numbers = (int, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return one == other
    return type(one) is type(other) and one == other


def same_row(one, other):
    return all(map(same, one, other))


def rank(row):
    """An order of rows in which those that are the same to eight digits are neighbours."""
    return [rank_of(value) for value in row]


def rank_of(value):
    if value is None:
        return (0, 0, "")
    if isinstance(value, (int, float, Decimal)):
        return (1, float(f"{float(value):.8e}"), "")
    return (2, 0, str(value))


def unmatched(found, expected):
    """Rows that have no equal on the other side."""
    rest = list(expected)
    alone = []
    for row in found:
        match = next((index for index, other in enumerate(rest) if same_row(row, other)), None)
        if match is None:
            alone.append(row)
        else:
            del rest[match]
    return alone, rest


def shown(row):
    return "(" + ", ".join(str(it) if isinstance(it, (date, Decimal)) else repr(it) for it in row) + ")"
