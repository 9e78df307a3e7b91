"""The functions that queries call: what they answer, their name, and what they take.

An argument is a type, a column, or one of the few words that `Maker.argument` knows, such as `n`, a small LONG.
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
    ("STRING", "INSERT", "STRING n n STRING"),
    ("STRING", "SPACE", "n"),
    ("STRING", "MD5", "STRING"),
    ("STRING", "SHA1", "STRING"),
    ("STRING", "BIN", "id"),
    ("STRING", "HEX", "id"),
    ("STRING", "ELT", "n STRING STRING"),
    ("STRING", "SPLIT_PART", "STRING pad place"),
    ("STRING", "FORMAT", "LONG places"),
    ("LONG", "FIELD", "STRING STRING STRING"),
    ("LONG", "FIND_IN_SET", "code STRING"),
    ("LONG", "BIT_LENGTH", "STRING"),
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
    ("LONG", "WEEK", "DATE"),
    ("LONG", "WEEK", "DATE mode"),
    ("LONG", "YEARWEEK", "DATE three"),
    ("LONG", "MICROSECOND", "DATETIME"),
    ("LONG", "TO_SECONDS", "DATETIME"),
    ("LONG", "TIME_TO_SEC", "DATETIME"),
    ("LONG", "PERIOD_DIFF", "period period"),
    ("LONG", "PERIOD_ADD", "period n"),
    ("LONG", "UNIX_TIMESTAMP", "recent"),
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
    ("DATE", "MAKEDATE", "year n"),
    ("DATE", "FROM_DAYS", "days"),
    ("DATE", "ADDDATE", "day n"),
    ("DATE", "SUBDATE", "day n"),
    ("DATETIME", "TIMESTAMP", "DATE"),
    ("DATETIME", "FROM_UNIXTIME", "whole"),
]

# Engines agree on these to some digits only.
FUZZY = [("SQRT", 1e15), ("LN", 1e15), ("LOG2", 1e15), ("LOG10", 1e15), ("EXP", 20), ("ATAN", 1e15), ("SIN", 1e4), ("COS", 1e4)]
FUZZY += [("DEGREES", 1e15), ("RADIANS", 1e15)]

UNITS = {"DAY": 400, "WEEK": 60, "MONTH": 30, "QUARTER": 9, "YEAR": 12, "HOUR": 400, "MINUTE": 5000, "SECOND": 100_000}

# MySQL's letters after % and DuckDB's.
SPECIFIERS = {
    "Y": "%Y", "y": "%y", "m": "%m", "c": "%-m", "d": "%d", "e": "%-d", "j": "%j", "M": "%B", "b": "%b", "W": "%A", "a": "%a",
    "H": "%H", "k": "%-H", "h": "%I", "I": "%I", "l": "%-I", "i": "%M", "s": "%S", "S": "%S", "p": "%p", "T": "%H:%M:%S",
    "r": "%I:%M:%S %p", "f": "%f", "U": "%U", "w": "%w", "v": "%V", "x": "%G", "%": "%%",
}

# MySQL's types in CAST, what they take, and DuckDB's words for them.
CASTS = [
    ("STRING", "CHAR", "LONG", "CAST({} AS VARCHAR)"),
    ("STRING", "CHAR", "DATE", "CAST({} AS VARCHAR)"),
    ("STRING", "CHAR", "DATETIME", "CAST({} AS VARCHAR)"),
    ("STRING", "CHAR(3)", "STRING", "left({}, 3)"),
    ("DATE", "DATE", "DATETIME", "CAST({} AS DATE)"),
    ("DATETIME", "DATETIME", "DATE", "CAST({} AS TIMESTAMP)"),
    ("DECIMAL", "DECIMAL(12, 2)", "frac", "CAST(CAST(round({}, 2) AS DECIMAL(12,2)) AS DECIMAL(38,8))"),
    ("DOUBLE", "DOUBLE", "small", "CAST({} AS DOUBLE)"),
]
