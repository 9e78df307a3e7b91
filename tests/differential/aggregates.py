"""Draws aggregates and windows."""

import expressions as e
from conditions import Conditions
from expressions import Expr
from maker import exact

SUMMED = ("LONG", "DOUBLE", "DECIMAL", "BOOL")
AGGREGATES = ["COUNT", "rows", "distinct", "SUM", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT", "if", "bits"]
SPREADS = ["STDDEV_POP", "VAR_POP", "VAR_SAMP", "STD"]
RANKS = ["RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST"]
WINDOWS = ["ROW_NUMBER", "NTILE", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "aggregate", "aggregate", "aggregate"]


class Aggregates(Conditions):
    def key(self, depth, kind=None):
        """What groups and orders: nothing whose last digits are in doubt."""
        kinds = [kind] if kind else ["LONG", "STRING", "STRING", "DATE", "DATETIME", "DECIMAL", "BOOL"]
        return e.as_long(self.pick(lambda: exact(self.any(depth, kinds))))

    def addend(self, depth):
        of = e.as_long(self.number(depth, SUMMED))
        if not of.sums or of.fuzzy or of.bound * 300 > (2**50 if of.kind == "DOUBLE" else 2**62):
            return None
        return of

    def aggregate(self, depth):
        draw = self.random
        name = draw.choice(AGGREGATES + SPREADS)
        if name == "rows":
            return Expr("LONG", "COUNT(*)", "count(*)")
        if name in ("COUNT", "distinct"):
            of, word = self.key(depth), "" if name == "COUNT" else "DISTINCT "
            if word and draw.random() < 0.3:
                other = self.key(0)
                both = f"CASE WHEN {of.duck} IS NOT NULL AND {other.duck} IS NOT NULL THEN ({of.duck}, {other.duck}) END"
                return Expr("LONG", f"COUNT(DISTINCT {of}, {other})", f"count(DISTINCT {both})")
            return Expr("LONG", f"COUNT({word}{of})", f"count({word}{of.duck})")
        if name == "if":
            of = self.of("BOOL", depth)
            return Expr("LONG", f"SUM({of})", f"sum(CAST({of.duck} AS BIGINT))", bound=300)
        if name in ("SUM", "AVG"):
            word = "DISTINCT " if draw.random() < 0.15 else ""
            of = self.pick(lambda: self.addend(depth))
            fuzzy = name == "AVG"
            sides = f"{name}({word}{of})", f"{name.lower()}({word}{of.duck})"
            return Expr("DOUBLE" if fuzzy else of.kind, *sides, of.bound * 300, of.scale, fuzzy)
        if name in ("MIN", "MAX"):
            of = self.pick(lambda: exact(self.any(depth)))
            of = e.as_long(of)
            return Expr(of.kind, f"{name}({of})", f"{name.lower()}({of.duck})", of.bound, of.scale)
        if name == "bits":
            name = draw.choice(["BIT_OR", "BIT_XOR"])
            return Expr("LONG", f"{name}(id)", f"coalesce({name.lower()}(id), 0)", bound=2**40)
        if name == "GROUP_CONCAT":
            return self.group_concat(depth)
        of = e.column(draw.choice(["small", "frac"]))
        meaning = {"STD": "stddev_pop"}.get(name, name.lower())
        return Expr("DOUBLE", f"{name}({of})", f"{meaning}({of.duck})", fuzzy=True)

    def group_concat(self, depth):
        of = e.column(self.random.choice(["name", "word", "code"])) if self.random.random() < 0.5 else self.of("STRING", depth)
        by = self.random.choice([", ", "|", "", "; "])
        separator = f" SEPARATOR {e.text(by)}" if by != "," else ""
        descending = self.random.choice(["", " DESC"])
        if self.random.random() < 0.4 and "SELECT" not in of.mysql:
            return Expr(
                "STRING",
                f"GROUP_CONCAT(DISTINCT {of} ORDER BY {of}{descending}{separator})",
                f"string_agg(DISTINCT {of.duck}, {e.text(by).duck} ORDER BY {of.duck}{descending})",
            )
        return Expr(
            "STRING",
            f"GROUP_CONCAT({of} ORDER BY id{separator})",
            f"string_agg({of.duck}, {e.text(by).duck} ORDER BY id)",
        )

    def having(self):
        number = self.random.randint(0, 12)
        sign = self.random.choice([">", "<=", "<>"])
        of = self.pick(lambda: exact(self.aggregate(1)))
        while of.kind != "LONG":
            of = self.pick(lambda: exact(self.aggregate(1)))
        return Expr("BOOL", f"{of} {sign} {number}", f"{of.duck} {sign} {number}")

    def over(self, total=True, frame=False, ranged=False):
        """PARTITION BY, ORDER BY and a frame. A frame of a range needs one number to order by, so its order is not total."""
        draw = self.random
        parts = [self.key(1) for _ in range(draw.choice([0, 1, 1]))]
        mysql = "PARTITION BY " + ", ".join(it.mysql for it in parts) if parts else ""
        duck = "PARTITION BY " + ", ".join(it.duck for it in parts) if parts else ""
        key, descending = e.column("small") if ranged else self.key(1), draw.random() < 0.5
        mysql += f" ORDER BY {key}{' DESC' if descending else ''}"
        duck += f" ORDER BY {key.duck}{' DESC NULLS LAST' if descending else ' NULLS FIRST'}"
        if ranged:
            between = f" RANGE BETWEEN {draw.randint(0, 4)} PRECEDING AND {draw.choice(['CURRENT ROW', '2 FOLLOWING'])}"
            return f"OVER ({mysql.strip()}{between})", f"OVER ({duck.strip()}{between})"
        if total:
            mysql, duck = mysql + ", id", duck + ", id"
        if frame and draw.random() < 0.6:
            low = draw.choice(["UNBOUNDED PRECEDING", f"{draw.randint(0, 4)} PRECEDING", "CURRENT ROW"])
            high = draw.choice(["CURRENT ROW", f"{draw.randint(0, 3)} FOLLOWING", "UNBOUNDED FOLLOWING"])
            mysql, duck = (f"{it} ROWS BETWEEN {low} AND {high}" for it in (mysql, duck))
        return f"OVER ({mysql.strip()})", f"OVER ({duck.strip()})"

    def window(self, depth):
        draw = self.random
        name = draw.choice(RANKS + WINDOWS)
        if name in RANKS:
            mysql, duck = self.over(total=False)
            exactly = name in ("RANK", "DENSE_RANK")
            return Expr("LONG" if exactly else "DOUBLE", f"{name}() {mysql}", f"{name.lower()}() {duck}", fuzzy=not exactly)
        if name in ("ROW_NUMBER", "NTILE"):
            mysql, duck = self.over()
            inside = "" if name == "ROW_NUMBER" else draw.randint(1, 7)
            return Expr("LONG", f"{name}({inside}) {mysql}", f"{name.lower()}({inside}) {duck}")
        of = e.as_long(self.pick(lambda: exact(self.any(depth))))
        if name in ("LAG", "LEAD"):
            mysql, duck = self.over()
            more = draw.choice(["", f", {draw.randint(0, 3)}"])
            other = self.literal(of.kind) if more and draw.random() < 0.4 and of.kind != "DECIMAL" else None
            mysql = f"{name}({of}{more}{f', {other}' if other else ''}) {mysql}"
            return Expr(of.kind, mysql, f"{name.lower()}({of.duck}{more}{f', {other.duck}' if other else ''}) {duck}")
        mysql, duck = self.over(frame=True, ranged=name == "aggregate" and draw.random() < 0.3)
        if name == "NTH_VALUE":
            place = draw.randint(1, 3)
            return Expr(of.kind, f"NTH_VALUE({of}, {place}) {mysql}", f"nth_value({of.duck}, {place}) {duck}")
        if name in ("FIRST_VALUE", "LAST_VALUE"):
            return Expr(of.kind, f"{name}({of}) {mysql}", f"{name.lower()}({of.duck}) {duck}")
        name = draw.choice(["SUM", "COUNT", "AVG", "MIN", "MAX"])
        if name in ("SUM", "AVG"):
            of = self.pick(lambda: self.addend(depth))
        kind = {"COUNT": "LONG", "AVG": "DOUBLE"}.get(name, of.kind)
        return Expr(kind, f"{name}({of}) {mysql}", f"{name.lower()}({of.duck}) {duck}", fuzzy=name == "AVG")
