"""Queries within queries, and aggregates within expressions."""

import expressions as e
from aggregates import Aggregates
from conditions import condition
from expressions import Expr


class Nested(Aggregates):
    """Needs `query`, `kept`, `page`, `columns` and `order` of Queries."""

    def amount(self):
        """An aggregate, or two that are reckoned with."""
        one = self.aggregate(1)
        if one.fuzzy or one.kind not in ("LONG", "DECIMAL") or self.random.random() < 0.4:
            return one
        form, other = self.random.choice(["+", "-", "/", "if"]), Expr("LONG", "COUNT(*)", "count(*)", bound=300)
        if form == "if":
            most = self.random.randint(0, 9)
            return Expr(one.kind, f"IF(COUNT(*) > {most}, {one}, NULL)", f"CASE WHEN count(*) > {most} THEN {one.duck} END")
        return e.division("/", one, other) if form == "/" else e.arithmetic(form, one, other) or one

    def reckoned(self):
        keys = [self.key(1) for _ in range(self.random.randint(1, 2))]
        made = keys + [self.amount() for _ in range(2)]
        by = [Expr("", f"c{index}", str(index)) for index in range(1, len(keys) + 1)]
        return self.query(made, "SELECT {} FROM t{} GROUP BY {}", self.kept(), by)

    def ranked_groups(self):
        """A window over what groups gave."""
        of = e.column(self.random.choice(["small", "whole", "price"]))
        name = self.random.choice(["RANK", "DENSE_RANK"])
        rank = Expr("LONG", f"{name}() OVER (ORDER BY SUM({of}) DESC)", f"{name.lower()}() OVER (ORDER BY sum({of}) DESC NULLS LAST)")
        share = Expr("LONG", "SUM(COUNT(*)) OVER ()", "sum(count(*)) OVER ()")
        return self.query([self.key(1), rank, share], "SELECT {} FROM t{} GROUP BY {}", self.kept(), Expr("", "c1", "1"))

    def whole_group(self):
        """HAVING without GROUP BY: one row or none."""
        return self.query([self.aggregate(1), self.aggregate(1)], "SELECT {} FROM t{} HAVING {}", self.kept(), self.having())

    def ordered(self, made):
        return [self.order(Expr("", "", f"c{index}"), f"c{index}") for index in range(1, len(made) + 1)]

    def distinct_in_order(self):
        made = [self.key(2) for _ in range(self.random.randint(1, 2))]
        template = "SELECT DISTINCT {} FROM t{} ORDER BY {}" + self.page()
        return self.query(made, template, self.kept(), self.ordered(made), ordered=True)

    def union_in_order(self):
        kinds = [self.key(1).kind for _ in range(2)]
        first, second = ([self.key(self.random.randint(0, 1), kind) for kind in kinds] for _ in range(2))
        word = self.random.choice(["UNION ALL", "UNION"])
        template = f"SELECT {{}} FROM t{{}} {word} SELECT {{}} FROM t{{}} ORDER BY {{}}" + self.page()
        return self.query(first, template, self.kept(), self.columns(second), self.kept(), self.ordered(kinds), ordered=True)

    def first_rows(self):
        """Aggregates over a page of rows."""
        inner = [e.column("id"), e.column(self.random.choice(["small", "whole", "frac", "price"])), self.key(1)]
        kinds = ["LONG", inner[1].kind, inner[2].kind, "LONG"]
        page = f" LIMIT {self.random.randint(0, 60)} OFFSET {self.random.randint(0, 30)}"
        made = [Expr(kind, text, text) for kind, text in zip(kinds, ["COUNT(*)", "SUM(c2)", "MAX(c3)", "COUNT(DISTINCT c3)"])]
        return self.query(made, "SELECT {} FROM (SELECT {} FROM t{} ORDER BY id" + page + ") AS q", self.columns(inner), self.kept())

    def looked_up(self):
        """A subquery of each row, as a column."""
        if self.random.random() < 0.1:
            return self.membership()
        key = self.random.choice(["small", "word", "day"])
        name = self.random.choice(["COUNT(*)", "MAX(b.id)", "SUM(b.small)"])
        self.qualifier = "b."
        inner = self.condition(1)
        self.qualifier = ""
        kept = f"FROM t AS b WHERE b.{key} = a.{key} AND"
        of = Expr("LONG", f"(SELECT {name} {kept} {inner.at(e.NOT)})", f"(SELECT {name} {kept} {inner.duck})")
        return self.query([e.column("id", "a."), of], "SELECT {} FROM t AS a ORDER BY a.id", ordered=True)

    def membership(self):
        """IN (SELECT …) as a value, which may be null."""
        kind = self.random.choice(["LONG", "STRING", "DATE"])
        of, among, kept = self.key(1, kind), self.key(1, kind), self.kept(1)
        word = self.random.choice(["IN", "NOT IN"])
        mysql = f"{of.at(e.SUM)} {word} (SELECT {among.mysql} FROM t{kept.mysql})"
        duck = f"({of.duck} {word} (SELECT {among.duck} FROM t{kept.duck}))"
        return self.query([e.column("id"), condition(mysql, duck, e.PREDICATE)], "SELECT {} FROM t ORDER BY id", ordered=True)
