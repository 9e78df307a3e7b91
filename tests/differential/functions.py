"""The functions that queries call: what they answer, their name, and what they take.

An argument is a type; `n` is a small LONG, `pad` and `bit` are short literal texts, `digits` a literal number of digits.
"""

PLAIN = [
    ("STRING", "UPPER", "STRING"),
    ("STRING", "LOWER", "STRING"),
    ("STRING", "REVERSE", "STRING"),
    ("STRING", "TRIM", "STRING"),
    ("STRING", "LTRIM", "STRING"),
    ("STRING", "RTRIM", "STRING"),
    ("STRING", "HEX", "STRING"),
    ("STRING", "REPLACE", "STRING bit bit"),
    ("STRING", "REPEAT", "STRING n"),
    ("STRING", "LEFT", "STRING n"),
    ("STRING", "RIGHT", "STRING n"),
    ("STRING", "LPAD", "STRING n pad"),
    ("STRING", "RPAD", "STRING n pad"),
    ("STRING", "SUBSTRING", "STRING n"),
    ("STRING", "SUBSTRING", "STRING n n"),
    ("STRING", "SUBSTRING_INDEX", "STRING pad n"),
    ("STRING", "DAYNAME", "DATE"),
    ("STRING", "MONTHNAME", "DATETIME"),
    ("LONG", "LENGTH", "STRING"),
    ("LONG", "CHAR_LENGTH", "STRING"),
    ("LONG", "ASCII", "STRING"),
    ("LONG", "INSTR", "STRING bit"),
    ("LONG", "STRCMP", "STRING STRING"),
    ("LONG", "SIGN", "exact"),
    ("LONG", "YEAR", "DATE"),
    ("LONG", "QUARTER", "DATE"),
    ("LONG", "MONTH", "DATE"),
    ("LONG", "DAY", "DATETIME"),
    ("LONG", "DAYOFMONTH", "DATE"),
    ("LONG", "DAYOFYEAR", "DATE"),
    ("LONG", "DAYOFWEEK", "DATE"),
    ("LONG", "WEEKDAY", "DATETIME"),
    ("LONG", "WEEKOFYEAR", "DATE"),
    ("LONG", "HOUR", "DATETIME"),
    ("LONG", "MINUTE", "DATETIME"),
    ("LONG", "SECOND", "DATETIME"),
    ("LONG", "TO_DAYS", "DATE"),
    ("LONG", "DATEDIFF", "DATE DATETIME"),
    ("LONG", "DATEDIFF", "DATE DATE"),
    ("BOOL", "ISNULL", "any"),
    ("DATE", "LAST_DAY", "DATE"),
    ("DATE", "LAST_DAY", "DATETIME"),
    ("DATE", "DATE", "DATETIME"),
]

# Engines agree on these to some digits only.
FUZZY = [("SQRT", 1e15), ("LN", 1e15), ("LOG2", 1e15), ("LOG10", 1e15), ("EXP", 20), ("ATAN", 1e15), ("SIN", 1e4), ("COS", 1e4)]
FUZZY += [("DEGREES", 1e15), ("RADIANS", 1e15)]

UNITS = {"DAY": 400, "WEEK": 60, "MONTH": 30, "QUARTER": 9, "YEAR": 12, "HOUR": 400, "MINUTE": 5000, "SECOND": 100_000}

# MySQL's letters after % and DuckDB's.
SPECIFIERS = {
    "Y": "%Y", "y": "%y", "m": "%m", "c": "%-m", "d": "%d", "e": "%-d", "j": "%j", "M": "%B", "b": "%b", "W": "%A", "a": "%a",
    "H": "%H", "k": "%-H", "h": "%I", "I": "%I", "l": "%-I", "i": "%M", "s": "%S", "S": "%S", "p": "%p", "T": "%H:%M:%S",
    "r": "%I:%M:%S %p", "w": "%w", "v": "%V", "x": "%G", "%": "%%",
}
