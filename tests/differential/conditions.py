"""Draws conditions, and what chooses between values by them."""

import expressions as e
from expressions import Expr
from maker import PATTERNS, SIGNS, Maker, exact

CHOSEN = ("LONG", "DOUBLE", "STRING", "DATE", "DATETIME")


class Conditions(Maker):
    def condition(self, depth):
        draw = self.random
        if depth <= 0:
            return self.comparison(0)
        kind = draw.choice(["comparison"] * 4 + ["and", "or", "not", "null", "between", "in", "like", "same", "text", "xor"])
        return getattr(self, kind + "_" if kind in ("and", "or", "not", "in") else kind)(depth - 1)

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
        return f"({left} {sign} {right})", f"({left.duck} {sign} {right.duck})"

    def comparison(self, depth):
        return Expr("BOOL", *self.compared(depth, self.random.choice(SIGNS)), bound=1)

    def same(self, depth):
        left, right = self.pick(lambda: self.pair(depth))
        return Expr("BOOL", f"({left} <=> {right})", f"({left.duck} IS NOT DISTINCT FROM {right.duck})", bound=1)

    def text(self, depth):
        """A text compared with a number counts as the number that it begins with."""
        of, number = e.column("code", self.qualifier), e.long(self.random.randint(-3, 14))
        sign = self.random.choice(SIGNS)
        return Expr("BOOL", f"({of} {sign} {number})", f"(my_number({of.duck}) {sign} {number.duck})", bound=1)

    def joined(self, word, depth):
        parts = [self.of("BOOL", depth) for _ in range(self.random.randint(2, 3))]
        return Expr("BOOL", *(f"({f' {word} '.join(getattr(it, side) for it in parts)})" for side in ("mysql", "duck")), bound=1)

    def and_(self, depth):
        return self.joined("AND", depth)

    def or_(self, depth):
        return self.joined("OR", depth)

    def xor(self, depth):
        one, other = self.of("BOOL", depth), self.of("BOOL", depth)
        return Expr("BOOL", f"({one} XOR {other})", f"({one.duck} <> {other.duck})", bound=1)

    def not_(self, depth):
        of = self.of("BOOL", depth)
        return Expr("BOOL", f"(NOT {of})", f"(NOT {of.duck})", bound=1)

    def null(self, depth):
        of, word = self.any(depth), self.random.choice(["IS NULL", "IS NOT NULL"])
        return Expr("BOOL", f"({of} {word})", f"({of.duck} {word})", bound=1)

    def between(self, depth):
        one, low = self.pick(lambda: self.pair(depth))
        high = self.pick(lambda: exact(self.of(low.kind, 0)))
        word = self.random.choice(["BETWEEN", "NOT BETWEEN"])
        sides = ((getattr(it, side) for it in (one, low, high)) for side in ("mysql", "duck"))
        return Expr("BOOL", *("({} {} {} AND {})".format(a, word, b, c) for a, b, c in sides), bound=1)

    def in_(self, depth):
        kind, word = self.random.choice(["LONG", "STRING", "DATE", "DATETIME", "DOUBLE"]), self.random.choice(["IN", "NOT IN"])
        of = self.pick(lambda: exact(self.of(kind, depth)))
        items = [self.literal(kind) if self.random.random() < 0.8 else self.leaf(kind) for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.15:
            items.append(Expr(kind, "NULL", "NULL"))
        sides = ((getattr(of, side), [getattr(it, side) for it in items]) for side in ("mysql", "duck"))
        return Expr("BOOL", *(f"({left} {word} ({', '.join(right)}))" for left, right in sides), bound=1)

    def like(self, depth):
        of, pattern = self.of("STRING", depth), e.text(self.random.choice(PATTERNS))
        word = self.random.choice(["LIKE", "LIKE", "NOT LIKE"])
        return Expr("BOOL", f"({of} {word} {pattern})", f"({of.duck} {word} {pattern.duck} ESCAPE '\\')", bound=1)

    def choice(self, kind, depth):
        """IF, IFNULL, NULLIF, COALESCE, GREATEST, LEAST and both forms of CASE."""
        draw = self.random
        parts = [self.of(kind, depth) for _ in range(draw.randint(2, 3))]
        bound, scale = max(it.bound for it in parts), max(it.scale for it in parts)
        more = {"bound": bound, "scale": scale, "fuzzy": any(it.fuzzy for it in parts), "sums": all(it.sums for it in parts)}
        form = draw.choice(["IF", "IFNULL", "NULLIF", "COALESCE", "GREATEST", "LEAST", "case", "searched"])
        if more["fuzzy"] and form not in ("IF", "IFNULL", "COALESCE", "searched"):
            return None
        one, other = parts[0], parts[1]
        listed = [", ".join(getattr(it, side) for it in parts) for side in ("mysql", "duck")]
        if form == "IF":
            of = self.of("BOOL", depth)
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
            sides = (f"CASE {left} WHEN {right} THEN {one}{rest[0]} END", f"CASE {left.duck} WHEN {right.duck} THEN {one.duck}{rest[1]} END")
        else:
            whens = [(self.of("BOOL", depth), it) for it in parts]
            sides = (
                f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in whens)} END",
                f"CASE {' '.join(f'WHEN {when.duck} THEN {then.duck}' for when, then in whens)} END",
            )
        return Expr(kind, *sides, **more)
