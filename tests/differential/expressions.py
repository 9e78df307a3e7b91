"""Expressions with a type, each written twice: in MySQL's words for Domock, and for DuckDB with MySQL's meaning."""

from dataclasses import dataclass, replace

import tables

LONG_MAX = 2**62
DECIMAL = "DECIMAL(38,8)"

# MySQL's operators, from those that bind least. BETWEEN, IN and LIKE take no comparison without parentheses, and are taken
# by none.
OR, XOR, AND, NOT, PREDICATE, COMPARISON, BITS, SUM, PRODUCT, SIGN, ATOM = range(1, 12)


@dataclass(frozen=True)
class Expr:
    kind: str
    mysql: str
    duck: str
    # No number of it is larger than this.
    bound: float = 100_000
    # Digits behind the point of a DECIMAL.
    scale: int = 0
    # Engines may differ in its last digits: it must not be compared, grouped by or rounded.
    fuzzy: bool = False
    # Its sum is the same in any order.
    sums: bool = True
    # How tightly MySQL's text holds together; one of the levels below.
    level: int = ATOM

    def at(self, level):
        """MySQL's text where an operator of this level wants it: in parentheses only if it needs them."""
        return self.mysql if self.level >= level else f"({self.mysql})"

    def __str__(self):
        return self.at(ATOM)


def text(value):
    """A literal. MySQL's has escapes, DuckDB's has none."""
    quoted = value.replace("'", "''")
    return Expr("STRING", "'" + quoted.replace("\\", "\\\\") + "'", f"'{quoted}'")


def long(value):
    return Expr("LONG", str(value), f"({value})::BIGINT", bound=abs(value), level=SIGN if value < 0 else ATOM)


def double(value):
    return Expr("DOUBLE", repr(value), f"({value!r})::DOUBLE", bound=abs(value), level=SIGN if value < 0 else ATOM)


def day(value):
    return Expr("DATE", f"DATE '{value}'", f"DATE '{value}'")


def moment(value):
    return Expr("DATETIME", f"TIMESTAMP '{value}'", f"TIMESTAMP '{value}'")


BOUNDS = {"small": 9, "whole": 10**6, "huge": 2**63, "frac": 10**4, "wide": 1e15, "price": 10**5}


KINDS = {name: kind for name, kind, _ in tables.COLUMNS}


def column(name, qualifier=""):
    kind = KINDS[name]
    scale = 4 if kind == "DECIMAL" else 0
    full = f"{qualifier}{name}"
    return Expr(kind, full, full, bound=BOUNDS.get(name, 1000), scale=scale, sums=name not in ("wide", "huge"))


def call(kind, name, arguments, **more):
    """A function whose meaning is a macro of meaning.sql."""
    mysql = ", ".join(it.mysql for it in arguments)
    duck = ", ".join(as_long(it).duck for it in arguments)
    return Expr(kind, f"{name}({mysql})", f"my_{name.lower()}({duck})", **more)


def as_long(expr):
    """A condition counts as 1 or 0."""
    return replace(expr, kind="LONG", duck=f"CAST({expr.duck} AS BIGINT)", bound=1) if expr.kind == "BOOL" else expr


def as_double(expr):
    """A DECIMAL that becomes a DOUBLE may differ in the last digit."""
    expr = as_long(expr)
    if expr.kind == "DOUBLE":
        return expr
    loses = expr.kind == "DECIMAL" or expr.bound > 2**53
    return replace(expr, kind="DOUBLE", duck=f"CAST({expr.duck} AS DOUBLE)", fuzzy=expr.fuzzy or loses, sums=not loses)


def as_text(expr):
    """MySQL writes no `.0` behind a whole DOUBLE."""
    expr = as_long(expr)
    if expr.kind == "DOUBLE":
        return f"regexp_replace(CAST({expr.duck} AS VARCHAR), '\\.0$', '')"
    return expr.duck if expr.kind == "STRING" else f"CAST({expr.duck} AS VARCHAR)"


NUMBERS = ("LONG", "DOUBLE", "DECIMAL", "BOOL")


def common(one, other):
    """Both as the type that MySQL compares or chooses between them in."""
    one, other = as_long(one), as_long(other)
    kinds = {one.kind, other.kind}
    if len(kinds) == 1:
        return one, other
    if kinds == {"LONG", "DECIMAL"} and one.bound <= 10**12 and other.bound <= 10**12:
        return decimal(one), decimal(other)
    if kinds <= set(NUMBERS):
        return as_double(one), as_double(other)
    if kinds == {"DATE", "DATETIME"}:
        return as_moment(one), as_moment(other)
    raise ValueError(f"no common type of {one.kind} and {other.kind}")


def as_moment(expr):
    return expr if expr.kind == "DATETIME" else replace(expr, kind="DATETIME", duck=f"CAST({expr.duck} AS TIMESTAMP)")


def decimal(expr):
    return expr if expr.kind == "DECIMAL" else replace(expr, kind="DECIMAL", scale=0, duck=f"CAST({expr.duck} AS {DECIMAL})")


def arithmetic(sign, one, other):
    """`+ - *` of numbers, or None where the answer could be too large."""
    one, other = common(one, other)
    bound = one.bound * other.bound if sign == "*" else one.bound + other.bound
    scale = one.scale + other.scale if sign == "*" else max(one.scale, other.scale)
    limit = {"LONG": LONG_MAX, "DECIMAL": 10**12, "DOUBLE": 1e200}[one.kind]
    if bound > limit or scale > 8:
        return None
    fuzzy = one.fuzzy or other.fuzzy
    sums = one.sums and other.sums and (one.kind != "DOUBLE" or sign != "*" and bound < 2**40)
    duck = f"({one.duck} {sign} {other.duck})"
    if one.kind == "DECIMAL":
        left, right = (f"CAST({it.duck} AS DECIMAL(19,{it.scale}))" for it in (one, other))
        duck = f"CAST({left} {sign} {right} AS {DECIMAL})"
    # Numbers that cancel each other leave only what differs.
    if fuzzy and sign != "*":
        return None
    level = PRODUCT if sign == "*" else SUM
    return Expr(one.kind, f"{one.at(level)} {sign} {other.at(level + 1)}", duck, bound, scale, fuzzy, sums, level)


def division(sign, one, other):
    """`/ DIV %` and MOD, all of which are null when divided by zero."""
    if sign == "/":
        one, other = as_double(one), as_double(other)
        duck = f"my_over({one.duck}, {other.duck})"
        fuzzy = one.fuzzy or other.fuzzy
        return Expr("DOUBLE", f"{one.at(PRODUCT)} / {other.at(SIGN)}", duck, one.bound * 1e9, 0, fuzzy, False, PRODUCT)
    one, other = common(one, other)
    if one.fuzzy or other.fuzzy or one.kind == "DOUBLE" and max(one.bound, other.bound) > 1e6 or one.kind == "DECIMAL":
        return None
    # The least LONG divided by -1 is none any more.
    if one.bound >= 2**63:
        return None
    if sign == "DIV":
        whole = "" if one.kind == "LONG" else "trunc"
        operator = "//" if one.kind == "LONG" else "/"
        duck = f"CAST({whole}({one.duck} {operator} nullif({other.duck}, 0)) AS BIGINT)"
        return Expr("LONG", f"{one.at(PRODUCT)} DIV {other.at(SIGN)}", duck, one.bound * 64, level=PRODUCT)
    duck = f"my_mod({one.duck}, {other.duck})"
    if sign == "MOD":
        return Expr(one.kind, f"MOD({one.mysql}, {other.mysql})", duck, one.bound, one.scale, sums=one.sums)
    return Expr(one.kind, f"{one.at(PRODUCT)} % {other.at(SIGN)}", duck, one.bound, one.scale, sums=one.sums, level=PRODUCT)


def negated(of):
    # The least LONG has no opposite.
    return None if of.bound >= 2**63 else replace(of, mysql=f"-{of.at(ATOM)}", duck=f"(-{of.duck})", level=SIGN)


def not_(of):
    """`!`, which holds tighter than any other operator."""
    return Expr("BOOL", f"!{of.at(ATOM)}", f"({of.duck} = 0)", bound=1, level=SIGN)


def bits(sign, one, other):
    """MySQL's are of unsigned numbers: no negative one may come here."""
    level = PRODUCT + 1 if sign == "^" else BITS
    duck = f"xor({one.duck}, {other.duck})" if sign == "^" else f"({one.duck} {sign} {other.duck})"
    return Expr("LONG", f"{one.at(ATOM)} {sign} {other.at(ATOM)}", duck, 2**40, level=min(level, SIGN))
