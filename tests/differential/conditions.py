"""Draws conditions, and what chooses between values by them."""

from dataclasses import replace

import expressions as e
from expressions import AND, COMPARISON, NOT, OR, PREDICATE, SUM, XOR, Expr
from maker import PATTERNS, SIGNS, Maker, exact

FORMS = ["comparison"] * 4 + ["and_", "or_", "xor", "not_", "null", "between", "in_", "like", "same", "text", "regexp", "dated"]
FORMS += ["numbered", "equal"]
REGULAR = ["^a", "e$", "[0-9]+", "a|b", "^$", "b{2}", "^.a", "^ *$", "世", "[^a-z ]"]


def condition(mysql, duck, level):
    return Expr("BOOL", mysql, duck, bound=1, level=level)


class Conditions(Maker):
    def condition(self, depth):
        if depth <= 0:
            return self.comparison(0)
        return getattr(self, self.random.choice(FORMS))(depth - 1)

    def pair(self, depth):
        """Two expressions that compare without doubt."""
        kind = self.random.choice(["LONG", "DOUBLE", "DECIMAL", "STRING", "DATE", "DATETIME", "mixed", "day"])
        if kind == "mixed":
            one, other = (self.pick(lambda: exact(self.number(depth))) for _ in range(2))
        elif kind == "day":
            one, other = self.of("DATE", depth), self.of("DATETIME", depth)
        else:
            one, other = (self.pick(lambda: exact(self.of(kind, depth))) for _ in range(2))
        left, right = e.common(one, other)
        # A LONG beyond 53 bits, or a DECIMAL, may become another DOUBLE.
        return None if left.fuzzy or right.fuzzy else (left, right)

    def compared(self, depth, sign):
        left, right = self.pick(lambda: self.pair(depth))
        return f"{left.at(COMPARISON)} {sign} {right.at(SUM)}", f"({left.duck} {sign} {right.duck})"

    def comparison(self, depth):
        return condition(*self.compared(depth, self.random.choice(SIGNS)), COMPARISON)

    def equal(self, _):
        """What makes optimizers take one thing for another: a column that is a constant, or another column."""
        kind = self.random.choice(["LONG", "STRING", "DATE", "DECIMAL"])
        of, other = self.leaf(kind), self.leaf(kind)
        if kind == "LONG" and self.random.random() < 0.5:
            of = e.column("small", self.qualifier)
        left, right = e.common(of, other)
        return condition(f"{left.at(COMPARISON)} = {right.at(SUM)}", f"({left.duck} = {right.duck})", COMPARISON)

    def same(self, depth):
        left, right = self.pick(lambda: self.pair(depth))
        sides = f"{left.at(COMPARISON)} <=> {right.at(SUM)}", f"({left.duck} IS NOT DISTINCT FROM {right.duck})"
        return condition(*sides, COMPARISON)

    def dated(self, depth):
        """A date compared with the text of one."""
        of, other = self.any(depth, ("DATE", "DATETIME")), self.literal(self.random.choice(["DATE", "DATETIME"]))
        sign, text = self.random.choice(SIGNS), other.mysql.split(" ", 1)[1]
        duck = f"({e.as_moment(of).duck} {sign} {e.as_moment(other).duck})"
        return condition(f"{of.at(COMPARISON)} {sign} {text}", duck, COMPARISON)

    def operand(self, depth):
        """What is true or not: now and then a number or a text, which is true unless it is 0."""
        if self.random.random() < 0.85:
            return self.of("BOOL", depth)
        of = self.pick(lambda: exact(self.number(depth)), lambda: e.column("code", self.qualifier))
        duck = f"my_number({of.duck})" if of.kind == "STRING" else of.duck
        return replace(of, kind="BOOL", duck=f"({duck} <> 0)", bound=1)

    def numbered(self, depth):
        """A text among numbers counts as one."""
        of, numbers = e.column("code", self.qualifier), [e.long(self.random.randint(-3, 14)) for _ in range(3)]
        word, listed = self.random.choice(["IN", "NOT IN"]), ", ".join(it.mysql for it in numbers)
        return condition(f"{of} {word} ({listed})", f"(my_number({of.duck}) {word} ({listed}))", PREDICATE)

    def text(self, depth):
        """A text compared with a number counts as the number that it begins with."""
        of, number = e.column("code", self.qualifier), e.long(self.random.randint(-3, 14))
        sign = self.random.choice(SIGNS)
        return condition(f"{of} {sign} {number.mysql}", f"(my_number({of.duck}) {sign} {number.duck})", COMPARISON)

    def joined(self, word, level, depth):
        parts = [self.operand(depth) for _ in range(self.random.randint(2, 3))]
        mysql, duck = f" {word} ".join(it.at(level + 1) for it in parts), f" {word} ".join(it.duck for it in parts)
        return condition(mysql, f"({duck})", level)

    def and_(self, depth):
        return self.joined("AND", AND, depth)

    def or_(self, depth):
        return self.joined("OR", OR, depth)

    def xor(self, depth):
        one, other = self.operand(depth), self.operand(depth)
        return condition(f"{one.at(XOR)} XOR {other.at(AND)}", f"({one.duck} <> {other.duck})", XOR)

    def not_(self, depth):
        of = self.operand(depth)
        return condition(f"NOT {of.at(NOT)}", f"(NOT {of.duck})", NOT)

    def null(self, depth):
        of, word = self.any(depth), self.random.choice(["IS NULL", "IS NOT NULL"])
        return condition(f"{of.at(COMPARISON)} {word}", f"({of.duck} {word})", COMPARISON)

    def between(self, depth):
        one, low = self.pick(lambda: self.pair(depth))
        high = self.pick(lambda: exact(self.of(low.kind, 0)))
        word = self.random.choice(["BETWEEN", "NOT BETWEEN"])
        mysql = f"{one.at(SUM)} {word} {low.at(SUM)} AND {high.at(SUM)}"
        return condition(mysql, f"({one.duck} {word} {low.duck} AND {high.duck})", PREDICATE)

    def in_(self, depth):
        kind = self.random.choice(["LONG", "STRING", "DATE", "DATETIME", "DOUBLE"])
        word = self.random.choice(["IN", "NOT IN"])
        of = self.pick(lambda: exact(self.of(kind, depth)))
        items = [self.literal(kind) if self.random.random() < 0.8 else self.leaf(kind) for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.15:
            items.append(Expr(kind, "NULL", "NULL"))
        mysql, duck = ", ".join(it.mysql for it in items), ", ".join(it.duck for it in items)
        return condition(f"{of.at(SUM)} {word} ({mysql})", f"({of.duck} {word} ({duck}))", PREDICATE)

    def like(self, depth):
        of, pattern = self.of("STRING", depth), e.text(self.random.choice(PATTERNS))
        word = self.random.choice(["LIKE", "LIKE", "NOT LIKE"])
        return condition(f"{of.at(SUM)} {word} {pattern}", f"({of.duck} {word} {pattern.duck} ESCAPE '\\')", PREDICATE)

    def regexp(self, depth):
        """Domock's never tells case apart."""
        of, pattern = self.of("STRING", depth), self.random.choice(REGULAR)
        word = self.random.choice(["REGEXP", "RLIKE", "NOT REGEXP"])
        duck = f"regexp_matches({of.duck}, {e.text(pattern).duck}, 'i')"
        return condition(f"{of.at(SUM)} {word} {e.text(pattern)}", f"(NOT {duck})" if word[0] == "N" else duck, PREDICATE)

    def mixed(self, kind, depth):
        """Something of another type, which becomes one of this type beside others of it."""
        if kind == "DOUBLE":
            return e.as_double(self.number(depth, ("LONG", "BOOL")))
        if kind == "DECIMAL":
            return e.decimal(e.column("small", self.qualifier))
        if kind == "DATETIME":
            return e.as_moment(self.of("DATE", depth))
        return self.of(kind, depth)

    def choice(self, kind, depth):
        """IF, IFNULL, NULLIF, COALESCE, GREATEST, LEAST and both forms of CASE, also of different types."""
        draw = self.random
        parts = [self.of(kind, depth) for _ in range(draw.randint(2, 3))]
        if draw.random() < 0.3:
            parts[1] = self.mixed(kind, depth)
        bound, scale = max(it.bound for it in parts), max(it.scale for it in parts)
        more = {"bound": bound, "scale": scale, "fuzzy": any(it.fuzzy for it in parts), "sums": all(it.sums for it in parts)}
        form = draw.choice(["IF", "IFNULL", "NULLIF", "COALESCE", "GREATEST", "LEAST", "case", "searched"])
        if more["fuzzy"] and form not in ("IF", "IFNULL", "COALESCE", "searched"):
            return None
        one, other = parts[0], parts[1]
        listed = [", ".join(getattr(it, side) for it in parts) for side in ("mysql", "duck")]
        if form == "IF":
            of = self.operand(depth)
            sides = f"IF({of}, {one}, {other})", f"CASE WHEN {of.duck} THEN {one.duck} ELSE {other.duck} END"
        elif form == "IFNULL":
            sides = f"IFNULL({one}, {other})", f"ifnull({one.duck}, {other.duck})"
        elif form == "NULLIF":
            sides = f"NULLIF({one}, {other})", f"nullif({one.duck}, {other.duck})"
        elif form == "COALESCE":
            sides = f"COALESCE({listed[0]})", f"coalesce({listed[1]})"
        elif form in ("GREATEST", "LEAST"):
            nulls = " OR ".join(f"{it.duck} IS NULL" for it in parts)
            sides = f"{form}({listed[0]})", f"CASE WHEN {nulls} THEN NULL ELSE {form.lower()}({listed[1]}) END"
        elif form == "case":
            left, right = self.pick(lambda: self.pair(depth))
            rest = ("", "") if draw.random() < 0.3 else (f" ELSE {other}", f" ELSE {other.duck}")
            sides = (
                f"CASE {left} WHEN {right} THEN {one}{rest[0]} END",
                f"CASE {left.duck} WHEN {right.duck} THEN {one.duck}{rest[1]} END",
            )
        else:
            whens = [(self.operand(depth), it) for it in parts]
            sides = (
                f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in whens)} END",
                f"CASE {' '.join(f'WHEN {when.duck} THEN {then.duck}' for when, then in whens)} END",
            )
        return Expr(kind, *sides, **more)
