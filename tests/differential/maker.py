"""Draws expressions of a wanted type, with columns and literals at their leaves."""

from dataclasses import replace

import expressions as e
import functions
import tables
from expressions import Expr

COLUMNS = {}
for _name, _kind, _ in tables.COLUMNS:
    COLUMNS.setdefault(_kind, []).append(_name)
SIGNS = ["=", "<>", "!=", "<", "<=", ">", ">="]
PATTERNS = ["%", "_", "a%", "%a", "%e%", "A%", "_d_", "__", "%'%", "%世%", "_🦀_", "Gr_ße", ""]
PATTERNS += ["%\\%%", "%\\_%", "50\\%%", "\\\\%", "%\\\\%"]
MIXED = ("LONG", "DOUBLE")
BITS = ["a", "A", "", " ", "'", "ab", "é", "世", "e", ",", "\\", "aa", "%"]
PADS = ["*", " ", "ab", "é", ","]


class Maker:
    def __init__(self, random):
        self.random = random
        self.qualifier = ""

    def pick(self, *makers):
        """The answer of one of these that has any."""
        while True:
            made = self.random.choice(makers)()
            if made is not None:
                return made

    def any(self, depth, kinds=("LONG", "DOUBLE", "DECIMAL", "STRING", "DATE", "DATETIME", "BOOL")):
        return self.of(self.random.choice(kinds), depth)

    def of(self, kind, depth):
        """An expression of this type, at most so deep."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        return self.pick(*(lambda way=way: fitting(way(), kind) for way in self.ways(kind, depth - 1)))

    def leaf(self, kind):
        if kind == "BOOL":
            return self.comparison(0)
        if self.random.random() < 0.75:
            return e.column(self.random.choice(COLUMNS[kind]), self.qualifier)
        return self.literal(kind)

    def literal(self, kind):
        draw = self.random
        if kind == "LONG":
            return e.long(draw.choice([0, 1, 2, 3, -1, 7, 10, 100, draw.randint(-1000, 1000)]))
        if kind in ("DOUBLE", "DECIMAL"):
            value = draw.choice([0.5, -0.25, 1.5, 2.75, draw.randint(-640, 640) / 64])
            # No literal is a DECIMAL here: see docs/deviations.md.
            return e.double(value) if kind == "DOUBLE" else e.column("price", self.qualifier)
        if kind == "STRING":
            return e.text(draw.choice(tables.NAMES + tables.WORDS + tables.CODES))
        day = draw.choice(tables.DAYS)
        return e.day(day) if kind == "DATE" else e.moment(f"{day} {draw.choice(tables.TIMES)}")

    def ways(self, kind, depth):
        draw = self.random
        ways = [lambda: self.choice(kind, depth)] * 2
        if kind == "BOOL":
            rare = [lambda: e.not_(exact(self.of("LONG", depth))), lambda: self.plain("BOOL", depth)]
            return [lambda: self.condition(depth)] * 12 + rare
        ways += [lambda: self.plain(kind, depth)] * (12 if kind == "LONG" else 4) + [lambda: self.cast(kind, depth)]
        if kind in ("LONG", "DOUBLE", "DECIMAL"):
            ways += [lambda: e.arithmetic(draw.choice("+-*"), self.of(kind, depth), self.of(kind, depth))] * 3
            ways += [lambda: e.negated(self.of(kind, depth))]
        if kind == "LONG":
            ways += [lambda: e.as_long(self.of("BOOL", depth)), lambda: self.lookup(depth)]
            ways += [lambda: e.bits(draw.choice("&|^"), e.column("id", self.qualifier), e.long(draw.randint(0, 300)))]
            ways += [lambda: e.division(draw.choice(["DIV", "%", "MOD"]), self.number(depth, MIXED), self.of("LONG", depth))]
            ways += [lambda: self.between_moments(depth), lambda: self.locate(depth)]
            ways += [lambda: self.rounded("LONG", depth), lambda: self.signed(depth), lambda: self.extract(depth)]
        if kind == "DOUBLE":
            ways += [lambda: e.division(draw.choice(["/", "%"]), self.of("DOUBLE", depth), self.number(depth, MIXED))]
            ways += [lambda: self.rounded("DOUBLE", depth), lambda: self.number_of_text(depth)] * 2
        if kind == "DECIMAL":
            ways += [lambda: self.rounded_decimal(depth)]
        if kind == "STRING":
            ways += [lambda: self.concat(depth), lambda: self.date_format(depth)] * 2
        if kind in ("DATE", "DATETIME"):
            ways += [lambda: self.moved(kind, depth)] * 3
        return ways

    def number(self, depth, kinds=("LONG", "DOUBLE", "DECIMAL")):
        return self.of(self.random.choice(kinds), depth)

    def argument(self, wanted, depth):
        draw = self.random
        if wanted == "n":
            return draw.choice([e.column("small", self.qualifier), e.long(draw.randint(-4, 12))])
        numbers = {"place": (1, 4), "places": (0, 2), "three": (3, 3), "year": (1990, 2030), "days": (700_000, 760_000)}
        if wanted in numbers:
            return e.long(draw.randint(*numbers[wanted]))
        if wanted == "mode":
            return e.long(draw.choice([0, 3, 5]))
        if wanted == "period":
            return e.long(draw.randint(1990, 2030) * 100 + draw.randint(1, 12))
        if wanted == "STRING" and draw.random() < 0.15:
            of = e.column(draw.choice(["id", "whole", "huge", "frac", "day", "moment"]), self.qualifier)
            return replace(of, kind="STRING", duck=e.as_text(of))
        if wanted == "dated":
            # A text that is a date.
            value = e.day(draw.choice(tables.DAYS))
            return replace(value, kind="STRING", mysql=value.mysql.removeprefix("DATE "))
        if wanted == "recent":
            return e.moment(f"{draw.randint(1970, 2037)}-{draw.randint(1, 12):02}-01 {draw.choice(tables.TIMES)}")
        if wanted in e.KINDS:
            return e.column(wanted, self.qualifier)
        if wanted in ("bit", "pad"):
            return e.text(draw.choice(BITS if wanted == "bit" else PADS))
        if wanted == "text":
            return self.of("STRING", depth)
        if wanted == "any":
            return self.any(depth)
        return self.pick(lambda: exact(self.number(depth))) if wanted == "exact" else self.of(wanted, depth)

    def lookup(self, depth):
        """A subquery that is a number."""
        if self.qualifier or self.random.random() < 0.5:
            return None
        name, self.qualifier = self.random.choice(["MAX", "MIN", "COUNT"]), "z."
        of, kept = e.column(self.random.choice(["id", "small"]), "z."), self.of("BOOL", 1)
        self.qualifier = ""
        mysql, duck = (f"(SELECT {name}({of}) FROM t AS z WHERE {getattr(kept, side)})" for side in ("mysql", "duck"))
        return Expr("LONG", mysql, duck, bound=1000)

    def plain(self, kind, depth):
        fitting = [it for it in functions.PLAIN if it[0] == kind]
        if not fitting:
            return None
        _, name, wanted = self.random.choice(fitting)
        more = {"bound": 1e12} if name in ("TO_SECONDS", "UNIX_TIMESTAMP") else {}
        return e.call(kind, name, [self.argument(it, depth) for it in wanted.split()], **more)

    def cast(self, kind, depth):
        fitting = [it for it in functions.CASTS if it[0] == kind]
        if not fitting:
            return None
        _, name, wanted, duck = self.random.choice(fitting)
        of = self.argument(wanted, depth)
        scale = 2 if kind == "DECIMAL" else 0
        return Expr(kind, f"CAST({of.mysql} AS {name})", duck.format(of.duck), max(of.bound, 3000), scale)

    def fuzzy(self, depth):
        if self.random.random() < 0.15:
            power = [e.column(self.random.choice(["small", "whole", "frac"]), self.qualifier), e.long(self.random.randint(0, 3))]
            return e.call("DOUBLE", self.random.choice(["POW", "POWER"]), power, bound=1e60, fuzzy=True, sums=False)
        name, most = self.random.choice(functions.FUZZY)
        of = self.number(depth)
        if of.bound > most:
            of = e.column("small", self.qualifier)
        return e.call("DOUBLE", name, [e.as_double(of)], bound=1e12, fuzzy=True, sums=False)

    def locate(self, depth):
        bit, of = self.argument("bit", depth), self.of("STRING", depth)
        return Expr("LONG", f"LOCATE({bit}, {of})", f"my_instr({of.duck}, {bit.duck})")

    def rounded(self, kind, depth):
        of = self.of("DOUBLE" if kind == "DOUBLE" else "LONG", depth)
        if of.bound > 1e6 or of.fuzzy or not of.sums:
            return None
        name = self.random.choice(["ABS", "CEIL", "FLOOR", "ROUND"])
        if name == "ROUND" and kind == "DOUBLE" and self.random.random() < 0.7:
            name, digits = self.random.choice(["ROUND", "TRUNCATE"]), e.long(self.random.randint(-2, 3))
            return e.call(kind, name, [of, digits], bound=of.bound * 2 + 1000, sums=False)
        made = e.call(kind, name, [of], bound=of.bound + 1)
        return replace(made, duck=f"CAST({made.duck} AS {'BIGINT' if kind == 'LONG' else 'DOUBLE'})")

    def rounded_decimal(self, depth):
        of, name = self.of("DECIMAL", depth), self.random.choice(["ABS", "ROUND", "ROUND"])
        more = [] if name == "ABS" else [e.long(self.random.randint(0, 3))]
        made = e.call("DECIMAL", name, [of, *more], bound=of.bound + 1, scale=of.scale)
        return replace(made, duck=f"CAST({made.duck} AS {e.DECIMAL})")

    def extract(self, depth):
        of, unit = self.of("DATETIME", depth), self.random.choice(["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"])
        return Expr("LONG", f"EXTRACT({unit} FROM {of.mysql})", f"{unit.lower()}({of.duck})")

    def signed(self, depth):
        of = self.pick(lambda: self.of("STRING", 0), lambda: self.of("BOOL", depth), lambda: self.of("DOUBLE", depth))
        if of.kind == "STRING":
            return Expr("LONG", f"CAST({of.mysql} AS SIGNED)", f"my_signed({of.duck})")
        if of.bound > 1e15 or of.fuzzy:
            return None
        return Expr("LONG", f"CAST({of.mysql} AS SIGNED)", f"CAST(round({e.as_double(of).duck}) AS BIGINT)", bound=of.bound)

    def number_of_text(self, depth):
        of = e.column("code", self.qualifier)
        return Expr("DOUBLE", f"{of} + 0", f"my_number({of.duck})", bound=3000, sums=False, level=e.SUM)

    def concat(self, depth):
        parts = [self.argument("STRING", depth) for _ in range(self.random.randint(1, 3))]
        parts.append(self.any(depth, ("LONG", "DATE", "DATETIME", "BOOL")))
        mysql, duck = ", ".join(it.mysql for it in parts), [e.as_text(it) for it in parts]
        if self.random.random() < 0.4:
            by = self.argument("pad", depth)
            return Expr("STRING", f"CONCAT_WS({by}, {mysql})", f"concat_ws({by.duck}, {', '.join(duck)})")
        return Expr("STRING", f"CONCAT({mysql})", f"({' || '.join(duck)})")

    def date_format(self, depth):
        of = self.any(depth, ("DATE", "DATETIME"))
        letters = self.random.sample(sorted(functions.SPECIFIERS), self.random.randint(1, 4))
        by = self.random.choice(["-", " ", "/"])
        mysql = e.text(by.join("%" + it for it in letters)).mysql
        duck = by.join(functions.SPECIFIERS[it] for it in letters)
        return Expr("STRING", f"DATE_FORMAT({of}, {mysql})", f"strftime({of.duck}, '{duck}')")

    def moved(self, kind, depth):
        """A date and an interval. Hours and less make a DATETIME of a DATE."""
        draw = self.random
        units = list(functions.UNITS)[: 5 if kind == "DATE" else None]
        unit = draw.choice(units)
        of = e.column("day" if kind == "DATE" or unit in ("HOUR", "MINUTE", "SECOND") and draw.random() < 0.3 else "moment", self.qualifier)
        most = functions.UNITS[unit]
        count = self.argument("n", depth) if draw.random() < 0.5 else e.long(draw.randint(-most, most))
        sign, name = draw.choice([("+", "DATE_ADD"), ("-", "DATE_SUB")])
        written = draw.random() < 0.5
        mysql = f"{name}({of}, INTERVAL {count} {unit})" if written else f"{of} {sign} INTERVAL {count.mysql} {unit}"
        scale, unit = (3, "MONTH") if unit == "QUARTER" else (1, unit)
        duck = f"({of.duck} {sign} to_{unit.lower()}s(CAST({scale} * {count.duck} AS INTEGER)))"
        duck = f"CAST({duck} AS {'DATE' if kind == 'DATE' else 'TIMESTAMP'})"
        return Expr(kind, mysql, duck, level=e.ATOM if written else e.SUM)

    def between_moments(self, depth):
        a, b = self.any(depth, ("DATE", "DATETIME")), self.any(depth, ("DATE", "DATETIME"))
        unit = self.random.choice(list(functions.UNITS))
        one, other = e.as_moment(a).duck, e.as_moment(b).duck
        seconds = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}.get(unit)
        months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(unit)
        duck = f"(my_seconds({one}, {other}) // {seconds})" if seconds else f"(my_whole_months({one}, {other}) // {months})"
        return Expr("LONG", f"TIMESTAMPDIFF({unit}, {a}, {b})", duck, bound=2**34)


def exact(expr):
    return None if expr.fuzzy else expr


def fitting(expr, kind):
    return expr if expr and expr.kind == kind else None
