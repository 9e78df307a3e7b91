"""What functions and operators are given: the columns of `t`, what is made of them, and literals."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operand:
    text: str
    kind: str


def listed(kind, *texts):
    return [Operand(it, kind) for it in texts]


COLUMNS = listed("LONG", "n", "l") + listed("DOUBLE", "d") + listed("DECIMAL", "m") + listed("STRING", "s", "num", "sd")
COLUMNS += listed("DATE", "dt") + listed("DATETIME", "ts")
MADE = listed("TIME", "TIME(ts)") + listed("BOOL", "(n > 1)") + listed("NULL", "NULL")
LITERALS = listed("long", "0", "1", "-1", "20240115") + listed("decimal", "1.5", "2.5") + listed("double", "1e2")
LITERALS += listed("text", "''", "'abc'", "'5'", "'12abc'", "'2024-01-15'", "'2024-01-15 13:05:09'")
LITERALS += listed("date", "DATE '2024-02-29'") + listed("datetime", "TIMESTAMP '2024-02-29 13:05:09'")
ALL = COLUMNS + MADE + LITERALS
