"""The run: makes the tables, asks every query twice, and tells where the answers differ."""

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path
from random import Random
from urllib.error import HTTPError

import compare
import duckdb
import known
import tables
from queries import Queries

HERE = Path(__file__).parent


def main():
    options = argparse.ArgumentParser(prog="tests/differential/run", description=__doc__)
    options.add_argument("--seed", type=int, default=3666)
    options.add_argument("--count", type=int, default=2000, help="how many queries (2000)")
    options.add_argument("--only", type=int, help="the index of one query of this seed")
    options.add_argument("--at-most", type=int, default=0, help="disagreements that do not fail the run (0)")
    chosen = options.parse_args()
    run = Run(chosen.seed)
    indexes = range(chosen.count) if chosen.only is None else [chosen.only]
    started = time.monotonic()
    failed = sum(not run.check(index) for index in indexes)
    stale = sum(not run.holds(entry) for entry in run.known)
    spent = time.monotonic() - started
    excused = sum(entry.excused for entry in run.known)
    print(
        f"differential: {len(indexes)} queries of seed {chosen.seed} in {spent:.0f} s, {run.with_rows} with rows: {failed} disagree,"
        f" {excused} more as {len(run.known)} known disagreements tell, {stale} of which do not hold"
    )
    sys.exit(1 if failed > chosen.at_most or stale else 0)


class Run:
    def __init__(self, seed):
        self.seed = seed
        self.domock = tables.Domock(os.environ["DOMOCK_URL"])
        self.duck = duckdb.connect()
        self.duck.execute("SET threads = 1")
        self.duck.execute("SET order_by_non_integer_literal = true")
        self.duck.execute((HERE / "meaning.sql").read_text())
        self.known = known.read()
        self.with_rows = 0
        self.datasets = []
        random = Random(seed)
        for index, size in enumerate(tables.SIZES):
            rows = tables.rows(random, size)
            self.datasets.append(self.domock.create(f"t{index}", rows))
            tables.load(self.duck, f"t{index}", rows)

    def check(self, index):
        """Asks one query, which its seed and index alone make."""
        random = Random(f"{self.seed} {index}")
        table = random.randrange(len(self.datasets))
        query = Queries(random).draw()
        mysql = re.sub(r"\b(FROM|JOIN) t\b", r"\1 table", query.mysql)
        duck = re.sub(r"\b(FROM|JOIN) t\b", rf"\1 t{table}", query.duck)
        difference = self.ask(table, mysql, duck, query)
        if difference and any(it.excuses(mysql, difference) for it in self.known):
            return True
        if difference:
            print(f"--- seed {self.seed} index {index} table t{table}: {difference}\n  domock: {mysql}\n  duckdb: {duck}\n")
        return not difference

    def ask(self, table, mysql, duck, query):
        try:
            expected = self.duck.execute(duck).fetchall()
        except duckdb.Error as error:
            return f"DuckDB refuses: {error}"
        self.with_rows += bool(expected)
        try:
            answer = self.domock.query(self.datasets[table], mysql)
        except HTTPError as error:
            return f"Domock refuses: {json.loads(error.read())['message']}"
        return compare.differences(answer, expected, query)

    def holds(self, entry):
        """Whether a known disagreement is still one."""

        def domock(sql):
            try:
                return known.written(self.domock.query(self.datasets[0], sql)["rows"])
            except HTTPError as error:
                return json.loads(error.read())["message"]

        broken = entry.broken(domock, lambda sql: known.written(self.duck.execute(sql).fetchall()))
        if broken:
            print(f"--- known-disagreements.txt: {entry.about}: {broken}\n")
        return not broken


if __name__ == "__main__":
    main()
