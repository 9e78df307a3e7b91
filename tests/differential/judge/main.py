"""The run: asks every text of Domock, MySQL and MariaDB, and tells where Domock's answer is not theirs."""

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parent.parent))

import answers
import batches
import cases
import excuses
import generated
import registry
import rows
import servers
import tables

CLOCK = 1_705_323_909  # 2024-01-15 13:05:09


class Domock(tables.Domock):
    """Asked as the other servers are."""

    def ask(self, sql, dataset=None):
        answer = self.query(dataset or self.dataset, sql)
        return [it["type"] for it in answer["metadata"]], answer["rows"]

    def reason(self, error):
        return json.loads(error.read())["message"]


def main():
    options = argparse.ArgumentParser(prog="tests/differential/mysql", description=__doc__)
    options.add_argument("--seed", type=int, default=3666)
    options.add_argument("--count", type=int, default=3000, help="how many cases (3000)")
    options.add_argument("--generated", type=int, default=300, help="how many queries of the grammar of tests/differential/run (300)")
    options.add_argument("--without-mysql", action="store_true", help="MariaDB alone is the judge")
    options.add_argument("--only", help="one text: an expression over t, or a whole query")
    options.add_argument("--at-most", type=int, default=0, help="how many disagreements pass (0)")
    options.add_argument("--tsv", type=Path, help="a file for all disagreements")
    chosen = options.parse_args()
    judges = []
    try:
        judges = [servers.MariaDB()] if chosen.without_mysql else [servers.MySQL(), servers.MariaDB()]
        for judge in judges:
            judge.start()
        failed = Run(judges, chosen).all()
    finally:
        for judge in judges:
            judge.stop()
    sys.exit(1 if failed else 0)


class Run:
    def __init__(self, judges, chosen):
        self.judges, self.chosen = judges, chosen
        self.domock = Domock(os.environ["DOMOCK_URL"])
        self.domock.call("POST", "/_domock/clock", {"frozen": True, "set_ms": CLOCK * 1000})
        self.counts = defaultdict(int)
        self.found = []
        self.excuses = excuses.read()
        self.datasets = {}
        for name, make in rows.TABLES.items():
            columns, made = make()
            self.datasets[name] = self.domock.create(name, made, columns)
            for judge in judges:
                rows.load(judge, columns, made, name)
        for judge in judges:
            judge.ask("USE judge")
            judge.ask(f"SET timestamp = {CLOCK}")

    def all(self):
        started = time.monotonic()
        if self.chosen.only:
            return self.only(self.chosen.only)
        for batch in batches.batched(cases.drawn(Random(self.chosen.seed), self.chosen.count)):
            self.check(batch)
        generated.check(self, self.chosen.seed, self.chosen.generated)
        stale, forgotten = self.stale(), registry.forgotten()
        if forgotten:
            print(f"--- no case asks {', '.join(forgotten)}: see judge/signatures.py\n")
        self.tell(time.monotonic() - started, stale)
        return self.counts["disagree"] > self.chosen.at_most or stale or forgotten

    def only(self, text):
        """Shows all answers to one text."""
        case = cases.Case(text, None if text.upper().startswith(("SELECT", "WITH")) else "t", "", "")
        for server in [self.domock, *self.judges]:
            self.domock.dataset = self.dataset(case)
            answer = batches.ask(server, [case])[0]
            print(f"{type(server).__name__}: {answer.refusal or answer.kinds}")
            for row in answer.rows:
                print("   ", " | ".join("NULL" if it is None else str(answers.text(it)) for it in row))
        return 0

    def dataset(self, case):
        """The dataset that a case reads: the first table whose name it has behind FROM."""
        if case.table:
            return self.datasets["t" if case.table in ("t", "dual") else "g"]
        places = {name: case.sql.find(f"FROM {name}") for name in self.datasets}
        found = [name for name in sorted(places, key=places.get) if places[name] >= 0]
        return self.datasets[found[0] if found else "t"]

    def check(self, batch):
        for case in batch if not batch[0].table else [None]:
            several = batch if case is None else [case]
            self.domock.dataset = self.dataset(several[0])
            files = [(one, ours, []) for one, ours in zip(several, batches.ask(self.domock, several))]
            # A server is asked about what the ones before it do not agree to.
            for judge in self.judges:
                open_ = [it for it in files if not it[2] or verdict(it[0], it[1], it[2][-1])]
                for (*_, theirs), answer in zip(open_, batches.ask(judge, [it[0] for it in open_]) if open_ else []):
                    theirs.append(answer)
            for file in files:
                self.judge(*file)

    def judge(self, case, ours, theirs):
        """Files one case. The first server that answers decides."""
        answered = [it for it in theirs if not it.refusal]
        if not answered:
            self.counts["not judged" if ours.refusal else "accepted by Domock alone"] += 1
            return
        verdicts = [verdict(case, ours, it) for it in answered]
        if verdicts[0] is None:
            self.counts["agree"] += 1
        elif any(it is None for it in verdicts):
            self.counts["the servers differ"] += 1
        elif any(it.excuses(batches.whole(case), verdicts[0]) for it in self.excuses):
            self.counts["known"] += 1
        else:
            self.counts["disagree"] += 1
            self.found.append((case, verdicts[0], *shown(case, ours, answered[0])))

    def stale(self):
        """How many entries of the list do not hold."""
        broken = 0
        for entry in self.excuses:
            self.domock.dataset = self.dataset(cases.Case(entry.query, None, "", ""))
            wrong = entry.broken(self.domock, self.judges[0])
            broken += bool(wrong)
            if wrong:
                print(f"--- known-mysql.txt: {entry.about}: {wrong}\n")
        return broken

    def tell(self, spent, stale):
        """Groups of disagreements, the largest first, each with its shortest example."""
        groups = defaultdict(list)
        for one in self.found:
            groups[one[0].form, one[1]].append(one)
        for (form, word), several in sorted(groups.items(), key=lambda it: -len(it[1])):
            case, _, ours, theirs = min(several, key=lambda it: len(it[0].sql))
            print(f"--- {len(several)} x {word}: {form}\n  {batches.whole(case)}\n  domock  {ours}\n  judge   {theirs}\n")
        if self.chosen.tsv:
            lines = ("\t".join([c.form, c.kinds, word, batches.whole(c), a, b]) for c, word, a, b in self.found)
            self.chosen.tsv.write_text("".join(it.replace("\n", " ") + "\n" for it in lines))
        total = sum(self.counts.values())
        told = ", ".join(f"{count} {word}" for word, count in sorted(self.counts.items(), key=lambda it: -it[1]))
        names = " and ".join(it.NAME for it in self.judges)
        print(f"differential against {names}: {total} queries of seed {self.chosen.seed} in {spent:.0f} s: {told};"
              f" {len(self.excuses)} known disagreements, {stale} of which do not hold")


def verdict(case, ours, theirs):
    """The class of the difference, or nothing."""
    if theirs.refusal:
        return "not judged"
    if ours.status >= 500 and ours.status != 501:
        return "500"
    if ours.refusal:
        return "refused"
    return answers.same_rows(ours.kinds, ours.rows, theirs.kinds, theirs.rows, case.ordered)


def shown(case, ours, theirs):
    """Both answers in a few words: the first row that differs."""
    if ours.refusal:
        return f"refused: {ours.refusal}"[:300], row_shown(theirs.rows[0] if theirs.rows else [])
    pairs = list(zip(ours.rows, theirs.rows)) if case.ordered and len(ours.rows) == len(theirs.rows) else []
    for mine, other in pairs:
        if answers.same_rows(ours.kinds, [mine], theirs.kinds, [other], True) not in (None, "type"):
            return f"{row_shown(mine)} {'/'.join(ours.kinds)}", row_shown(other)
    few = [[row_shown(it) for it in sorted(answer.rows, key=answers.rank)[:6]] for answer in (ours, theirs)]
    return f"{len(ours.rows)} rows: {' ; '.join(few[0])} {'/'.join(ours.kinds)}", f"{len(theirs.rows)} rows: {' ; '.join(few[1])} {theirs.kinds}"


def row_shown(row):
    return ", ".join("NULL" if it is None else repr(answers.text(it)) if isinstance(it, (str, bytes)) else str(it) for it in row)[:300]


if __name__ == "__main__":
    main()
