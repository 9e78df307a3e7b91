"""The list of known disagreements. Each entry excuses what it describes, and must be shown by its own pair of queries."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).parent / "known-disagreements.txt"


@dataclass
class Entry:
    """`where` and `shows` are searched in the query for Domock and in the words of the difference."""

    about: str
    why: str
    where: str
    shows: str
    mysql: str
    domock: str
    duck: str
    duckdb: str
    excused: int = 0

    def excuses(self, mysql, difference):
        found = re.search(self.where, mysql, re.DOTALL) and re.search(self.shows, difference)
        self.excused += bool(found)
        return bool(found)

    def broken(self, ask_domock, ask_duck):
        """What is wrong with the entry, or nothing."""
        pairs = (("domock", ask_domock(self.mysql), self.domock), ("duckdb", ask_duck(self.duck), self.duckdb))
        for name, found, expected in pairs:
            if not (found == expected or expected.endswith("…") and found.startswith(expected[:-1])):
                return f"{name} answers {found} and not {expected}"
        return "both answer the same" if self.domock == self.duckdb else None


def read():
    """Entries stand apart by empty lines; each line is a key, a colon and the value."""
    blocks = re.split(r"\n\s*\n", "\n".join(it for it in LIST.read_text().splitlines() if not it.startswith("#")).strip())
    return [Entry(**dict(line.split(": ", 1) for line in block.splitlines())) for block in blocks if block]


def written(rows):
    return json.dumps(rows, default=str, ensure_ascii=False)
