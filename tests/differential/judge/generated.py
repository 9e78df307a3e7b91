"""The queries of tests/differential/run, of which MySQL's side alone is asked."""

from random import Random

import cases
import rows
import tables
from queries import Queries

COLUMNS = [(name, kind) for name, kind, _ in tables.COLUMNS]


def check(run, seed, count):
    random = Random(seed)
    datasets = []
    for index, size in enumerate(tables.SIZES if count else []):
        made = tables.rows(random, size)
        datasets.append(run.domock.create(f"generated{index}", made, COLUMNS))
        for judge in run.judges:
            rows.load(judge, COLUMNS, made, "t", f"generated{index}")
    for index in range(count):
        random = Random(f"{seed} {index}")
        place = random.randrange(len(datasets))
        query = Queries(random).draw()
        run.datasets["t"] = datasets[place]
        for judge in run.judges:
            judge.ask(f"USE generated{place}")
        run.check([cases.Case(query.mysql, None, "generated", "", query.ordered)])
