"""Whole queries: each in both languages, with the types of its columns and whether its order is total."""

from dataclasses import dataclass, replace

import expressions as e
from expressions import Expr
from nested import Nested

STYLES = ["alias", "position", "expression"]


@dataclass
class Query:
    mysql: str
    duck: str
    kinds: list
    ordered: bool


def sides(template, *parts):
    """A template filled with both texts of its parts, which may be lists."""

    def side(name):
        lists = [part if isinstance(part, list) else [part] for part in parts]
        return template.format(*(", ".join(getattr(it, name) for it in part) for part in lists))

    return side("mysql"), side("duck")


class Queries(Nested):
    def draw(self):
        forms = [self.project] * 5 + [self.grouped] * 5 + [self.windows] * 3 + [self.totals] * 2
        forms += [self.distinct, self.sorted, self.derived, self.union, self.member, self.named]
        forms += [self.joined_itself, self.exists, self.first_of_each, self.all]
        forms += [self.reckoned, self.ranked_groups, self.whole_group, self.distinct_in_order, self.union_in_order]
        forms += [self.first_rows, self.looked_up]
        return self.random.choice(forms)()

    def kept(self, depth=2):
        """A WHERE, or none."""
        if self.random.random() < 0.4:
            return Expr("", "", "")
        return Expr("", *sides(" WHERE {}", self.operand(depth)))

    def page(self):
        if self.random.random() < 0.6:
            return ""
        offset = f" OFFSET {self.random.randint(0, 20)}" if self.random.random() < 0.5 else ""
        return f" LIMIT {self.random.randint(0, 40)}{offset}"

    def columns(self, made):
        """Conditions are shown as 1 and 0, and each column has a name."""
        made = [e.as_long(it) for it in made]
        return [Expr(it.kind, f"{it.mysql} AS c{index}", f"{it.duck} AS c{index}") for index, it in enumerate(made, 1)]

    def query(self, made, template, *parts, ordered=False):
        return Query(*sides(template, self.columns(made), *parts), [it.kind for it in made], ordered)

    def shown(self, most=4, depth=3):
        made = [self.any(depth) for _ in range(self.random.randint(1, most))]
        return made + [self.fuzzy(depth)] if self.random.random() < 0.3 else made

    def project(self):
        made = [e.column("id")] + self.shown()
        return self.query(made, "SELECT {} FROM t{} ORDER BY id" + self.page(), self.kept(3), ordered=True)

    def order(self, of, name):
        """MySQL has nulls first, and last when descending."""
        if self.random.random() < 0.5:
            return Expr("", f"{name}", f"{of.duck} NULLS FIRST")
        return Expr("", f"{name} DESC", f"{of.duck} DESC NULLS LAST")

    def reference(self, index, of, style):
        """A column of the answer as ORDER BY and GROUP BY may call it. A number alone would be a position."""
        if style == "position":
            return str(index)
        return of.mysql if style == "expression" and "(" in of.mysql else f"c{index}"

    def sorted(self):
        made = [e.column("id")] + [self.key(2) for _ in range(self.random.randint(1, 3))]
        keys = []
        for index, of in enumerate(made[1:], 2):
            name = self.reference(index, of, self.random.choice(STYLES))
            keys.append(self.order(Expr("", "", f"c{index}"), name))
        keys.append(self.order(Expr("", "", "id"), "id"))
        return self.query(made, "SELECT {} FROM t{} ORDER BY {}" + self.page(), self.kept(), keys, ordered=True)

    def distinct(self):
        made = [self.key(2) for _ in range(self.random.randint(1, 3))]
        return self.query(made, "SELECT DISTINCT {} FROM t{}", self.kept())

    def grouped(self):
        keys = [self.key(2) for _ in range(self.random.randint(1, 2))]
        made = keys + [self.aggregate(2) for _ in range(self.random.randint(1, 3))]
        style = self.random.choice(STYLES)
        by = [Expr("", self.reference(index, of, style), str(index)) for index, of in enumerate(keys, 1)]
        template, parts, ordered = "SELECT {} FROM t{} GROUP BY {}", [self.kept(), by], False
        if self.random.random() < 0.4:
            template, parts = template + " HAVING {}", parts + [self.having()]
        if self.random.random() < 0.5:
            template, ordered = template + " ORDER BY {}" + self.page(), True
            first = len(keys) + 1
            order = [self.order(Expr("", "", f"c{index}"), f"c{index}") for index in range(1, first)]
            if made[-1].kind == "LONG" and len(made) == first:
                order.insert(0, self.order(Expr("", "", f"c{first}"), f"c{first}"))
            parts.append(order)
        return self.query(made, template, *parts, ordered=ordered)

    def all(self):
        template = "SELECT * FROM t{} ORDER BY id" + self.page()
        return Query(*sides(template, self.kept(3)), list(e.KINDS.values()), True)

    def first_of_each(self):
        """Rows by their number within a group, which takes a query around the window."""
        mysql, duck = self.over()
        made = [e.column("id"), self.key(1), Expr("LONG", f"ROW_NUMBER() {mysql}", f"row_number() {duck}")]
        listed = Expr("", *sides("SELECT {} FROM t{}", self.columns(made), self.kept(1)))
        most = self.random.randint(1, 3)
        template = f"SELECT c1, c2, c3 FROM ({{}}) AS q WHERE c3 <= {most} ORDER BY c1"
        return Query(*sides(template, listed), [it.kind for it in made], True)

    def totals(self):
        made = [self.aggregate(3) for _ in range(self.random.randint(1, 4))]
        return self.query(made, "SELECT {} FROM t{}", self.kept(3))

    def windows(self):
        made = [e.column("id")] + [self.window(2) for _ in range(self.random.randint(1, 3))]
        return self.query(made, "SELECT {} FROM t{} ORDER BY id" + self.page(), self.kept(), ordered=True)

    def derived(self):
        """A query of a query."""
        inner = [self.key(2), e.column(self.random.choice(["small", "whole", "frac", "price"]))]
        made = [Expr(inner[0].kind, "c1", "c1"), Expr("LONG", "COUNT(*)", "count(*)"), Expr(inner[1].kind, "SUM(c2)", "sum(c2)")]
        listed = Expr("", *sides("(SELECT {} FROM t{}) AS q", self.columns(inner), self.kept()))
        return self.query(made, "SELECT {} FROM {} GROUP BY c1", listed)

    def union(self):
        kinds = [self.key(2).kind for _ in range(self.random.randint(1, 2))]
        word = self.random.choice(["UNION ALL", "UNION ALL", "UNION"])
        first, second = ([self.pick(lambda: self.key(2, kind)) for kind in kinds] for _ in range(2))
        template = f"SELECT {{}} FROM t{{}} {word} SELECT {{}} FROM t{{}}"
        return self.query(first, template, self.kept(), self.columns(second), self.kept())

    def member(self):
        kind = self.random.choice(["LONG", "STRING", "DATE"])
        of, among = self.key(1, kind), self.key(1, kind)
        of = replace(of, mysql=of.at(e.SUM))
        word = self.random.choice(["IN", "IN", "NOT IN"])
        made = [e.column("id")] + self.shown(2, 2)
        template = f"SELECT {{}} FROM t WHERE {{}} {word} (SELECT {{}} FROM t{{}}) ORDER BY id"
        return self.query(made, template, of, among, self.kept(), ordered=True)

    def exists(self):
        """A subquery that looks at the row around it."""
        word, key = self.random.choice(["EXISTS", "NOT EXISTS"]), self.random.choice(["small", "word", "day", "code"])
        made = [e.column("id", "a.")]
        self.qualifier = "b."
        inner = self.condition(1)
        inner = replace(inner, mysql=inner.at(e.NOT))
        self.qualifier = ""
        others = f"SELECT 1 FROM t AS b WHERE b.{key} = a.{key} AND b.id <> a.id AND {{}}"
        return self.query(made, f"SELECT {{}} FROM t AS a WHERE {word} ({others}) ORDER BY a.id", inner, ordered=True)

    def named(self):
        """WITH."""
        inner = [e.column("id"), self.key(2), self.key(2)]
        listed = Expr("", *sides("SELECT {} FROM t{}", self.columns(inner), self.kept()))
        template = "WITH q AS ({}) SELECT c1 AS d1, c2 AS d2, c3 AS d3 FROM q ORDER BY c1" + self.page()
        return Query(*sides(template, listed), [it.kind for it in inner], True)

    def joined_itself(self):
        key = self.random.choice(["small", "word", "day"])
        word = self.random.choice(["JOIN", "LEFT JOIN"])
        self.qualifier = self.random.choice(["a.", "b."])
        more = self.key(2)
        kept = self.kept(1)
        self.qualifier = ""
        made = [e.column("id", "a."), e.column("id", "b."), more]
        return self.query(made, f"SELECT {{}} FROM t AS a {word} t AS b ON a.{key} = b.{key} AND b.id < 20{{}}", kept)
