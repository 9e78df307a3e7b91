"""What is asked: expressions over `t`, aggregates over `g`, and whole queries. Every form with every operand first, then mixtures."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import signatures as s
from operands import ALL, COLUMNS, LITERALS, MADE, Operand

QUERIES = Path(__file__).parent / "queries.txt"
FILLS = {it.text: it for it in ALL}


@dataclass(frozen=True)
class Case:
    """`table` is where an expression is asked in a batch, or None for a query of its own. `form` and `kinds` say what it is one of."""

    sql: str
    table: str | None
    form: str
    kinds: str
    ordered: bool = True


def expression(template, operands, form=None):
    """A case of `t`: `{}` are the operands."""
    return Case(template.format(*(it.text for it in operands)), "t", form or template, ", ".join(it.kind for it in operands))


def operand(text):
    return FILLS.get(text, Operand(text, "made" if text[:1].isalpha() else "literal"))


def signatures():
    for line in "".join([s.TEXTS, s.DATES, s.NUMBERS, s.CHOICES]).strip().splitlines():
        if not line:
            continue
        if "(" in line and ":" not in line:
            words = [it for it in line.replace(")", " ").replace(",", " ").replace("(", " ").split() if it.startswith("#")]
            template = line
            for it in words:
                template = template.replace(it, "{}", 1)
            yield template, [operand(it[1:]) for it in words]
        else:
            name, arguments = line.split(": ", 1)
            arguments = [operand(it.strip()) for it in arguments.split(" | ")]
            yield f"{name}({', '.join('{}' for _ in arguments)})", arguments


def named():
    """Every function with every operand in every place."""
    for template, arguments in signatures():
        if not arguments:
            yield expression(template, [])
        for place, other in itertools.product(range(len(arguments)), ALL):
            yield expression(template, arguments[:place] + [other] + arguments[place + 1 :])


def written():
    """What has a grammar of its own: casts, intervals, parts and formats of dates."""
    for kind, of in itertools.product(s.CASTS, ALL):
        yield expression(f"CAST({{}} AS {kind})", [of])
    for unit, of in itertools.product(s.UNITS + list(s.PARTED), ALL):
        yield expression(f"EXTRACT({unit} FROM {{}})", [of])
        yield expression(f"{{}} + INTERVAL {s.PARTED.get(unit, 2)} {unit}", [of])
    for unit, of in itertools.product(s.UNITS, ALL):
        yield expression(f"DATE_SUB({{}}, INTERVAL n {unit})", [of])
        yield expression(f"ts + INTERVAL {{}} {unit}", [of])
        yield expression(f"TIMESTAMPDIFF({unit}, {{}}, ts)", [of])
        yield expression(f"TIMESTAMPDIFF({unit}, ts, {{}})", [of])
    for letter, of in itertools.product(s.SPECIFIERS, COLUMNS + MADE + LITERALS):
        yield expression(f"DATE_FORMAT({{}}, '%{letter}')", [of])
        yield expression(f"TIME_FORMAT({{}}, '%{letter}')", [of], "TIME_FORMAT({}, …)")
    for (text, mask), (_, other) in itertools.product(s.MASKS, s.MASKS):
        yield Case(f"STR_TO_DATE({text}, {mask})", "t", "STR_TO_DATE", "its own mask")
        yield Case(f"STR_TO_DATE({text}, {other})", "t", "STR_TO_DATE", "another's mask")
    for form in ("{} IS NULL", "{} IS NOT NULL", "{} IS TRUE", "{} IS FALSE", "{} IS UNKNOWN", "NOT {}", "!{}", "-{}", "+ {}", "TRIM(BOTH 'a' FROM {})", "TRIM(LEADING FROM {})"):
        for of in ALL:
            yield expression(form, [of])


PAIRS = [f"{{}} {it} {{}}" for it in s.OPERATORS]
PAIRS += ["IF(n > 1, {}, {})", "CASE WHEN n > 1 THEN {} ELSE {} END", "CASE WHEN n > 1 THEN {} WHEN n = 0 THEN {} END", "CASE {} WHEN {} THEN 'same' ELSE 'other' END"]
PAIRS += ["IFNULL({}, {})", "NULLIF({}, {})", "COALESCE({}, {})", "GREATEST({}, {})", "LEAST({}, {})", "{} IN ({}, 3)", "{} NOT IN ({}, NULL)", "{} IN ('1', {})"]
PAIRS += ["{} BETWEEN {} AND 5", "{} BETWEEN '1' AND {}", "FIELD({}, {})", "CONCAT(IF(n > 1, {}, {}))", "IF(n > 1, {}, {}) + 1", "IF(n > 1, {}, {}) * 1.5"]
PAIRS += ["CASE WHEN n > 1 THEN {} ELSE {} END / 3", "IFNULL({}, {}) LIKE '2%'", "ROUND(IF(n > 1, {}, {}), 1)", "IF(n > 1, {}, {}) > 1"]
TRIPLES = ["CASE WHEN n > 1 THEN {} WHEN n = 1 THEN {} ELSE {} END", "{} BETWEEN {} AND {}", "{} IN ({}, {})", "COALESCE({}, {}, {})", "GREATEST({}, {}, {})"]
TRIPLES += ["IF({}, {}, {})", "CASE {} WHEN {} THEN 1 WHEN {} THEN 2 END", "{} + {} * {}", "{} = {} AND {}", "FIELD({}, {}, {})", "NULLIF({}, {}) = {}"]
FILTERS = ["{} = {}", "{} <> {}", "{} < {}", "NOT ({} = {})", "{} IN ({}, 1)", "{} BETWEEN {} AND 20240115", "{} LIKE {}", "{} && {}"]


def pairs():
    for form, (one, other) in itertools.product(PAIRS, itertools.product(ALL, ALL)):
        yield expression(form, [one, other])


def filters():
    """Conditions as filters: which rows are kept."""
    for form, (one, other) in itertools.product(FILTERS, itertools.product(COLUMNS, ALL)):
        condition = form.format(one.text, other.text)
        yield Case(f"(SELECT COUNT(*) FROM t WHERE {condition})", "dual", "WHERE " + form, f"{one.kind}, {other.kind}")


def aggregates():
    for name, (text, kind) in itertools.product(s.AGGREGATES, s.AGGREGATED):
        argument = f"{text} ORDER BY id" if name == "GROUP_CONCAT" else text
        for distinct in ("", "DISTINCT "):
            if distinct and name not in ("COUNT", "SUM", "AVG", "MIN", "MAX"):
                continue
            yield Case(f"{name}({distinct}{argument})", "g", f"{name}({distinct}…)", f"{kind}: {text}")
            if name != "ANY_VALUE":
                yield Case(f"{name}({distinct}{argument})", "groups", f"{name}({distinct}…)", f"{kind}: {text}")


def windows():
    for call, over, (text, kind) in itertools.product(s.WINDOWS, s.OVERS, s.AGGREGATED[:11]):
        # Among rows of one key, which is first is open.
        tied = " RANGE " in over and not call.startswith(("SUM", "COUNT", "AVG", "MIN", "MAX", "RANK", "DENSE", "PERCENT", "CUME"))
        if not tied and ("{}" in call or text == "v"):
            yield Case(f"{call.format(text)} OVER ({over})", "rows", call, kind)


def unions():
    for one, other in itertools.product(ALL, ALL):
        sql = f"SELECT id AS k, {one.text} AS r FROM t UNION ALL SELECT id + 100, {other.text} FROM t ORDER BY k"
        yield Case(sql, None, "UNION ALL", f"{one.kind}, {other.kind}")
        yield Case(f"SELECT {one.text} AS r FROM t UNION SELECT {other.text} FROM t", None, "UNION", f"{one.kind}, {other.kind}", False)


def queries():
    """Queries as people write them, from a file."""
    for line in QUERIES.read_text().splitlines():
        if line and not line.startswith("#"):
            yield Case(line, None, "queries.txt", line, " ORDER BY " in line)


def triples(random):
    while True:
        form = random.choice(TRIPLES)
        yield expression(form, [random.choice(ALL) for _ in range(3)])


def nested(random):
    """A function around a choice or an operator."""
    calls = list(signatures())
    while True:
        template, arguments = random.choice(calls)
        inner = random.choice(PAIRS).format(random.choice(ALL).text, random.choice(COLUMNS).text)
        if not arguments:
            continue
        place = random.randrange(len(arguments))
        made = [*arguments]
        made[place] = Operand(f"({inner})", "made")
        yield expression(template, made, template)


def drawn(random, count):
    """So many cases: the fixed ones in an order of the seed, those of functions and queries first, then what never ends."""
    first = list(queries()) + shuffled(random, list(named()) + list(written()) + list(aggregates()))
    rest = shuffled(random, list(pairs()) + list(filters()) + list(windows()) + list(unions()))
    seen = set()
    endless = itertools.chain.from_iterable(zip(triples(random), nested(random)))
    for case in itertools.chain(interleaved(first, rest), endless):
        if len(seen) == count:
            return
        if case not in seen:
            seen.add(case)
            yield case


def shuffled(random, cases):
    random.shuffle(cases)
    return cases


def interleaved(one, other):
    """In turn, so that a small count has of both."""
    for pair in itertools.zip_longest(one, other):
        yield from (it for it in pair if it)
