"""Compares two answers to one text: what the values are, and of which type."""

import re
from decimal import Decimal, InvalidOperation
from math import isclose

# The protocol's numbers of types.
NUMBERS = {1, 2, 3, 4, 5, 8, 9, 13, 16, 246}
APPROXIMATE = {4, 5}
EXACT_FRACTION = 246
FAMILIES = {7: "DATETIME", 12: "DATETIME", 10: "DATE", 11: "TIME", 6: "NULL"}
OURS = {"LONG": "number", "DOUBLE": "number", "DECIMAL": "number"}
DIGITS = 1e-9
ZEROS = re.compile(r"(\.\d*?)0+(?!\d)")


def family(code):
    return "number" if code in NUMBERS else FAMILIES.get(code, "STRING")


def text(value):
    """What a server sent, as text. Bytes that are no text are shown in hexadecimal."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return "0x" + value.hex()
    return value


def difference(kind, ours, code, theirs):
    """The class of the first difference of two columns, or nothing. Both are lists of values, in one order."""
    for mine, other in zip(ours, theirs):
        if (mine is None) != (other is None):
            return "NULL"
        if mine is not None and not same(kind, mine, code, text(other)):
            return "zeros" if shortened(str(mine)) == shortened(text(other)) else "value"
    wanted = family(code)
    if wanted == "NULL" or all(it is None for it in theirs):
        return None
    # There is no type of times: they are texts here.
    wanted = "STRING" if wanted == "TIME" else wanted
    return None if OURS.get(kind, kind) == wanted else "type"


def shortened(written):
    """A text whose numbers have no zeros at the end."""
    return ZEROS.sub(r"\1", written).replace(". ", " ").rstrip(".")


def same(kind, mine, code, other):
    wanted = family(code)
    if wanted == "number":
        return same_number(kind, mine, code, other)
    mine = str(mine).replace("T", " ") if wanted in ("DATE", "DATETIME") or kind == "DATETIME" else str(mine)
    if wanted in ("DATETIME", "TIME") or kind == "DATETIME":
        return without_zeros(mine) == without_zeros(other)
    return mine == other


def same_number(kind, mine, code, other):
    try:
        one, two = Decimal(str(mine)), Decimal(other)
    except InvalidOperation:
        return False
    if one == two:
        return True
    if kind == "LONG" and code not in APPROXIMATE and code != EXACT_FRACTION:
        return False
    if code in APPROXIMATE or kind == "DOUBLE":
        if isclose(float(one), float(two), rel_tol=DIGITS, abs_tol=1e-13):
            return True
    # A DECIMAL is rounded to the digits of the one that shows fewer.
    digits = len(other.partition(".")[2]) if code == EXACT_FRACTION else None
    return digits is not None and kind != "LONG" and abs(one - two) <= Decimal("0.500001").scaleb(-min(digits, 10))


def without_zeros(written):
    return written.rstrip("0").rstrip(".") if "." in written else written


def same_rows(kinds, ours, codes, theirs, ordered):
    """The class of the first difference of two whole answers, or nothing."""
    if len(kinds) != len(codes):
        return "columns"
    if len(ours) != len(theirs):
        return "rows"
    if not ordered:
        ours, theirs = sorted(ours, key=rank), sorted(theirs, key=rank)
    for index, (kind, code) in enumerate(zip(kinds, codes)):
        found = difference(kind, [row[index] for row in ours], code, [row[index] for row in theirs])
        if found:
            return found
    return None


def rank(row):
    return [rank_of(it) for it in row]


def rank_of(value):
    """An order in which values that are the same but for their writing are neighbours."""
    if value is None:
        return (0, 0.0, "")
    value = text(value) if isinstance(value, (bytes, str)) else str(value)
    try:
        return (1, float(f"{float(value):.7e}"), "")
    except ValueError:
        return (2, 0.0, without_zeros(value.replace("T", " ") if value[:1].isdigit() else value))
