"""Asks many expressions in one SELECT, and fewer at a time where one of them is refused."""

from dataclasses import dataclass

import pymysql
from urllib.error import HTTPError

BATCH = 24
FROM = {
    "t": "SELECT {} FROM t ORDER BY id",
    "dual": "SELECT {}",
    "g": "SELECT {} FROM g",
    "groups": "SELECT {} FROM g GROUP BY cat ORDER BY cat",
    "rows": "SELECT {} FROM g ORDER BY id",
}


@dataclass
class Answer:
    """Types and rows of columns, or why there are none."""

    kinds: list
    rows: list
    refusal: str | None = None
    status: int = 200

    def column(self, index):
        return Answer([self.kinds[index]], [[row[index]] for row in self.rows])


def whole(case):
    """The query that asks one case alone."""
    return FROM[case.table].format(f"{case.sql} AS r") if case.table else case.sql


def ask(server, cases):
    """The answers to these cases, which are of one table."""
    if not cases[0].table:
        return [alone(server, case.sql) for case in cases]
    listed = ", ".join(f"{case.sql} AS c{index}" for index, case in enumerate(cases))
    answer = alone(server, FROM[cases[0].table].format(listed))
    if not answer.refusal:
        return [answer.column(index) for index in range(len(cases))]
    if len(cases) == 1:
        return [answer]
    half = len(cases) // 2
    return ask(server, cases[:half]) + ask(server, cases[half:])


def alone(server, sql):
    try:
        return Answer(*server.ask(sql))
    except pymysql.err.Error as error:
        return Answer([], [], f"{error.args[0]}: {error.args[-1]}")
    except HTTPError as error:
        return Answer([], [], server.reason(error), error.code)


def batched(cases):
    """The cases in lists that can be asked at once."""
    open_ = {}
    for case in cases:
        batch = open_.setdefault(case.table, [])
        batch.append(case)
        if len(batch) == BATCH:
            yield open_.pop(case.table)
    yield from open_.values()
