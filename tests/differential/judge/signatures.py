"""Functions with arguments that make sense. Each argument gives way to every operand in turn, and then all of them at random."""

TEXTS = """
ASCII: s
BIT_LENGTH: s
TRIM: s
CHAR: l
CHAR: 65 | n
CHAR_LENGTH: s
CHARACTER_LENGTH: s
CONCAT: s
CONCAT: s | n
CONCAT_WS: ',' | s | n
ELT: n | s | num
FIELD: num | '1' | 'abc'
FIND_IN_SET: 'b' | s
FORMAT: m | 2
FORMAT: d | 1 | 'de_DE'
FROM_BASE64: 'YWJj'
TO_BASE64: s
HEX: l
UNHEX: '616263'
INSERT: s | 2 | 1 | 'Q'
INSTR: s | 'b'
LEFT: s | 2
RIGHT: s | 2
LENGTH: s
OCTET_LENGTH: s
LOCATE: 'b' | s
LOCATE: 'b' | s | 2
LOWER: s
LCASE: s
UPPER: s
UCASE: s
LPAD: s | 6 | '*'
RPAD: s | 6 | '*'
LTRIM: s
RTRIM: s
MD5: s
SHA1: s
SHA: s
SHA2: s | 256
ORD: s
QUOTE: s
REGEXP_INSTR: s | 'b'
REGEXP_LIKE: s | '^a'
REGEXP_LIKE: s | 'B' | 'i'
REGEXP_REPLACE: s | '[a-c]' | 'x'
REGEXP_SUBSTR: s | '[a-z]+'
REPEAT: s | 2
REPLACE: s | 'b' | 'x'
REVERSE: s
SOUNDEX: s
SPACE: n
STRCMP: s | num
SUBSTRING: s | 2
SUBSTRING: s | 2 | 2
SUBSTR: s | -2
MID: s | 1 | 2
SUBSTRING_INDEX: s | ',' | 1
"""

DATES = """
ADDDATE: dt | 3
SUBDATE: dt | 3
ADDTIME: ts | '01:00:00'
SUBTIME: ts | '01:00:00'
CONVERT_TZ: ts | 'UTC' | 'America/New_York'
CONVERT_TZ: ts | '+00:00' | '-06:00'
DATE: ts
DATE_FORMAT: ts | '%Y-%m-%d %H:%i:%s'
DATEDIFF: dt | ts
DAY: dt
DAYOFMONTH: ts
DAYNAME: dt
DAYOFWEEK: dt
DAYOFYEAR: dt
FROM_DAYS: 738000
FROM_UNIXTIME: l
FROM_UNIXTIME: l | '%Y-%m-%d'
HOUR: ts
MINUTE: ts
SECOND: ts
MICROSECOND: ts
LAST_DAY: dt
MAKEDATE: 2024 | n
MAKETIME: n | 2 | 3
MONTH: dt
MONTHNAME: dt
PERIOD_ADD: 202401 | n
PERIOD_DIFF: 202401 | 202312
QUARTER: dt
SEC_TO_TIME: l
STR_TO_DATE: sd | '%Y-%m-%d'
STR_TO_DATE: sd | '%Y-%m-%d %H:%i:%s'
TIME: ts
TIME_FORMAT: ts | '%H:%i:%s'
TIME_TO_SEC: ts
TIMEDIFF: ts | TIMESTAMP '2024-02-29 13:05:09'
TIMESTAMP: dt
TO_DAYS: dt
TO_SECONDS: ts
UNIX_TIMESTAMP: ts
WEEK: dt
WEEK: dt | 3
WEEKDAY: dt
WEEKOFYEAR: dt
YEAR: dt
YEARWEEK: dt
YEARWEEK: dt | 3
GET_FORMAT(DATE, 'ISO')
TIMESTAMPDIFF(DAY, #dt, #ts)
TIMESTAMPDIFF(MONTH, #dt, #ts)
TIMESTAMPADD(HOUR, #n, #ts)
"""

NUMBERS = """
ABS: l
ACOS: d
ASIN: d
ATAN: d
ATAN: d | n
ATAN2: d | n
BIN: n
CEIL: d
CEILING: m
CONV: l | 10 | 16
COS: d
COT: d
CRC32: s
DEGREES: d
EXP: n
FLOOR: d
LN: d
LOG: d
LOG: 2 | d
LOG10: d
LOG2: d
MOD: l | 3
OCT: n
PI()
POW: d | 2
POWER: n | n
RADIANS: d
ROUND: d
ROUND: m | 1
SIGN: m
SIN: d
SQRT: d
TAN: d
TRUNCATE: d | 1
"""

CHOICES = """
COALESCE: l | s
GREATEST: l | m
LEAST: l | m
IF: n > 1 | l | s
IF: l | 'yes' | 'no'
IFNULL: l | s
ISNULL: l
NULLIF: l | n
"""

UNITS = ["MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
PARTED = {
    "SECOND_MICROSECOND": "'1.5'", "MINUTE_SECOND": "'1:30'", "MINUTE_MICROSECOND": "'1:30.5'", "HOUR_MICROSECOND": "'1:2:3.4'", "HOUR_SECOND": "'1:2:3'",
    "HOUR_MINUTE": "'1:30'", "DAY_MICROSECOND": "'1 2:3:4.5'", "DAY_SECOND": "'1 2:3:4'", "DAY_MINUTE": "'1 2:3'", "DAY_HOUR": "'1 2'", "YEAR_MONTH": "'1-2'",
}
CASTS = ["SIGNED", "UNSIGNED", "CHAR", "CHAR(3)", "DATE", "DATETIME", "TIME", "DECIMAL", "DECIMAL(10,2)", "DECIMAL(5,1)", "DOUBLE", "BINARY"]
OPERATORS = ["+", "-", "*", "/", "DIV", "%", "=", "<>", "<", ">=", "<=>", "AND", "OR", "XOR", "&", "|", "^", "<<", ">>", "LIKE", "REGEXP", "&&"]
SPECIFIERS = "abcDdefHhIijklMmprSsTUuVvWwXxYy%"
MASKS = [
    ("'Jan 5, 2024'", "'%b %d, %Y'"), ("'Jan 5, 2024'", "'%M %d, %Y'"), ("'05/01/2024'", "'%d/%m/%Y'"), ("'2024-01-15 13:05'", "'%Y-%m-%d %H:%i'"),
    ("'1:05 PM'", "'%l:%i %p'"), ("'20240115'", "'%Y%m%d'"), ("'15-JAN-24'", "'%d-%b-%y'"), ("'21-APR-16 1:53:46'", "'%d-%b-%y'"), ("'13:05:09'", "'%T'"),
    ("'2024 3 Monday'", "'%x %v %W'"), ("'2024 003'", "'%Y %j'"), ("'abc'", "'%Y'"), ("''", "'%Y-%m-%d'"), ("'2024-02-30'", "'%Y-%m-%d'"), ("'9'", "'%H'"),
    ("'2024-01-15T13:05:09'", "'%Y-%m-%dT%H:%i:%s'"), ("'2024-01-15 13:05:09.5'", "'%Y-%m-%d %H:%i:%s.%f'"), ("'12:30:45 AM'", "'%r'"),
]
AGGREGATES = ["COUNT", "SUM", "AVG", "MIN", "MAX", "STDDEV_POP", "VAR_POP", "BIT_AND", "BIT_OR", "BIT_XOR", "GROUP_CONCAT", "STD", "STDDEV", "VARIANCE",
              "STDDEV_SAMP", "VAR_SAMP", "ANY_VALUE"]
AGGREGATED = [
    ("v", "LONG"), ("x", "DOUBLE"), ("amt", "DECIMAL"), ("cat", "STRING"), ("tx", "STRING"), ("day", "DATE"), ("at", "DATETIME"), ("flag", "LONG"),
    ("v > 3", "BOOL"), ("NULL", "NULL"), ("1.5", "decimal"), ("IFNULL(tx, 0)", "made"), ("REPLACE(tx, ',', '')", "made"), ("IF(flag, v, '')", "made"),
    ("CASE WHEN cat = 'elm' THEN 0 ELSE tx END", "made"), ("CASE WHEN cat = 'elm' THEN 0 ELSE amt END", "made"), ("CASE WHEN flag = 1 THEN day ELSE 0 END", "made"),
    ("v * CASE WHEN flag = 1 THEN 0 ELSE x END", "made"), ("TIMEDIFF(at, day)", "TIME"), ("SEC_TO_TIME(v * 9000)", "TIME"), ("v / 3", "made"), ("v % 2.5", "made"),
    ("COALESCE(x, amt)", "made"), ("IF(v > 0, day, at)", "made"), ("ROUND(x, 1)", "made"), ("NULLIF(tx, '')", "made"), ("DATE_FORMAT(at, '%Y-%m')", "made"),
]
WINDOWS = ["ROW_NUMBER()", "RANK()", "DENSE_RANK()", "PERCENT_RANK()", "CUME_DIST()", "NTILE(4)", "LAG({})", "LEAD({}, 2)", "LAG({}, 1, 0)", "FIRST_VALUE({})",
           "LAST_VALUE({})", "NTH_VALUE({}, 2)", "SUM({})", "COUNT({})", "AVG({})", "MIN({})", "MAX({})"]
OVERS = ["ORDER BY id", "PARTITION BY cat ORDER BY id", "PARTITION BY cat ORDER BY v, id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "PARTITION BY sub ORDER BY day, id",
         "ORDER BY v DESC, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING", "ORDER BY v RANGE BETWEEN 3 PRECEDING AND CURRENT ROW"]
