"""The list of known disagreements: what Domo documents otherwise, and MySQL's own faults. Each is shown by a query of its own."""

import re
from dataclasses import dataclass
from pathlib import Path

import answers
import batches

LIST = Path(__file__).parent / "known-mysql.txt"


@dataclass
class Entry:
    """`where` is searched in the query, `shows` in the class of the difference. The query's answers are written out."""

    about: str
    why: str
    where: str
    shows: str
    query: str
    domock: str
    judge: str

    def excuses(self, sql, difference):
        return bool(re.search(self.where, sql, re.DOTALL) and re.search(self.shows, difference))

    def broken(self, domock, judge):
        """What is wrong with the entry, or nothing."""
        for name, server, expected in (("domock", domock, self.domock), ("judge", judge, self.judge)):
            found = written(batches.alone(server, self.query))
            if not (found == expected or expected.endswith("…") and found.startswith(expected[:-1])):
                return f"{name} answers {found} and not {expected}"
        return None


def written(answer):
    if answer.refusal:
        return answer.refusal
    return " ; ".join("|".join("NULL" if it is None else str(answers.text(it)) for it in row) for row in answer.rows)


def read():
    """Entries stand apart by empty lines; each line is a key, a colon and the value."""
    lines = [it for it in LIST.read_text().splitlines() if not it.startswith("#")]
    blocks = [it for it in re.split(r"\n\s*\n", "\n".join(lines).strip()) if it]
    return [Entry(**dict(line.split(": ", 1) for line in block.splitlines())) for block in blocks]
