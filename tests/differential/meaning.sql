-- What MySQL's functions mean, in DuckDB's words. Each macro is called as MySQL's function is, with `my_` before its name.

-- Text. A position counts from 1, or from the end when negative; 0 and positions outside are nowhere.
-- One character becomes one: ß has no capital.
CREATE MACRO my_upper(s) AS array_to_string(list_transform(string_split(s, 'ß'), lambda it: upper(it)), 'ß');
CREATE MACRO my_lower(s) AS lower(s);
CREATE MACRO my_ucase(s) AS my_upper(s);
CREATE MACRO my_lcase(s) AS lower(s);
CREATE MACRO my_reverse(s) AS reverse(s);
-- Characters to Domo.
CREATE MACRO my_length(s) AS length(s);
CREATE MACRO my_char_length(s) AS length(s);
CREATE MACRO my_character_length(s) AS length(s);
CREATE MACRO my_trim(s) AS trim(s, ' ');
CREATE MACRO my_ltrim(s) AS ltrim(s, ' ');
CREATE MACRO my_rtrim(s) AS rtrim(s, ' ');
CREATE MACRO my_replace(s, a, b) AS CASE WHEN a = '' THEN s ELSE replace(s, a, b) END;
CREATE MACRO my_ascii(s) AS CASE WHEN s = '' THEN 0 ELSE CAST('0x' || left(hex(s), 2) AS BIGINT) END;
CREATE MACRO my_instr(s, t) AS CASE WHEN s IS NULL OR t IS NULL THEN NULL WHEN t = '' THEN 1 ELSE instr(s, t) END;
CREATE MACRO my_hex(s) AS hex(s);
CREATE MACRO my_repeat(s, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL WHEN n < 1 THEN '' ELSE repeat(s, n) END;
CREATE MACRO my_left(s, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL WHEN n < 1 THEN '' ELSE left(s, n) END;
CREATE MACRO my_right(s, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL WHEN n < 1 THEN '' ELSE right(s, n) END;
CREATE MACRO my_lpad(s, n, p) AS CASE WHEN s IS NULL OR n < 0 THEN NULL WHEN n <= length(s) THEN left(s, n) ELSE lpad(s, CAST(n AS INTEGER), p) END;
CREATE MACRO my_rpad(s, n, p) AS CASE WHEN s IS NULL OR n < 0 THEN NULL WHEN n <= length(s) THEN left(s, n) ELSE rpad(s, CAST(n AS INTEGER), p) END;
CREATE MACRO my_from(s, n) AS CASE WHEN n > 0 THEN n ELSE length(s) + 1 + n END;
CREATE MACRO my_substring(s, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL
    WHEN n = 0 OR my_from(s, n) < 1 THEN '' ELSE substring(s, my_from(s, n)) END,
  (s, n, m) AS CASE WHEN s IS NULL OR n IS NULL OR m IS NULL THEN NULL
    WHEN n = 0 OR m < 1 OR my_from(s, n) < 1 THEN '' ELSE substring(s, my_from(s, n), m) END;
CREATE MACRO my_substr(s, n) AS my_substring(s, n);
CREATE MACRO my_mid(s, n, m) AS my_substring(s, n, m);
CREATE MACRO my_substring_index(s, d, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL WHEN n = 0 OR s = '' THEN ''
    WHEN n > 0 THEN array_to_string(string_split(s, d)[:n], d) ELSE array_to_string(string_split(s, d)[n:], d) END;
CREATE MACRO my_strcmp(a, b) AS CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END;

CREATE MACRO my_insert(s, n, m, t) AS CASE WHEN s IS NULL OR n IS NULL OR m IS NULL OR t IS NULL THEN NULL
    WHEN n < 1 OR n > length(s) THEN s WHEN m < 0 THEN left(s, n - 1) || t
    ELSE left(s, n - 1) || t || substring(s, n + m) END;
CREATE MACRO my_space(n) AS my_repeat(' ', n);
CREATE MACRO my_md5(s) AS md5(s);
CREATE MACRO my_sha1(s) AS sha1(s);
CREATE MACRO my_bin(n) AS bin(n);
CREATE MACRO my_elt(n, a, b) AS CASE n WHEN 1 THEN a WHEN 2 THEN b END;
CREATE MACRO my_split_part(s, d, n) AS split_part(s, d, n);
CREATE MACRO my_format(n, places) AS format('{:,}', n) || CASE WHEN places > 0 THEN '.' || repeat('0', places) ELSE '' END;
CREATE MACRO my_field(s, a, b) AS CASE WHEN s = a THEN 1 WHEN s = b THEN 2 ELSE 0 END;
CREATE MACRO my_find_in_set(s, l) AS CASE WHEN s IS NULL OR l IS NULL THEN NULL WHEN l = '' THEN 0
    ELSE coalesce(list_position(string_split(l, ','), s), 0) END;
CREATE MACRO my_bit_length(s) AS strlen(s) * 8;

-- A text as a number is the longest number that it begins with, or 0.
CREATE MACRO my_number(s) AS CASE WHEN s IS NULL THEN NULL ELSE
  coalesce(TRY_CAST(trim(regexp_extract(s, '^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?')) AS DOUBLE), 0) END;
CREATE MACRO my_signed(s) AS CASE WHEN s IS NULL THEN NULL ELSE
  coalesce(TRY_CAST(trim(regexp_extract(s, '^\s*[-+]?\d+')) AS BIGINT), 0) END;

-- Numbers. Whatever is divided by zero is null; so is what has no real answer.
CREATE MACRO my_over(a, b) AS CAST(a AS DOUBLE) / nullif(CAST(b AS DOUBLE), 0);
CREATE MACRO my_mod(a, b) AS a % nullif(b, 0);
CREATE MACRO my_abs(x) AS abs(x);
CREATE MACRO my_sign(x) AS CAST(sign(x) AS BIGINT);
CREATE MACRO my_ceil(x) AS ceil(x);
CREATE MACRO my_floor(x) AS floor(x);
CREATE MACRO my_round(x) AS round(x), (x, n) AS round(x, CAST(n AS INTEGER));
CREATE MACRO my_truncate(x, n) AS trunc(x * pow(10::DOUBLE, n)) / pow(10::DOUBLE, n);
CREATE MACRO my_sqrt(x) AS CASE WHEN x >= 0 THEN sqrt(x) END;
CREATE MACRO my_ln(x) AS CASE WHEN x > 0 THEN ln(x) END;
CREATE MACRO my_log2(x) AS CASE WHEN x > 0 THEN log2(x) END;
CREATE MACRO my_log10(x) AS CASE WHEN x > 0 THEN log10(x) END;
CREATE MACRO my_exp(x) AS exp(x);
CREATE MACRO my_power(x, y) AS pow(x, y);
CREATE MACRO my_pow(x, y) AS pow(x, y);
CREATE MACRO my_atan(x) AS atan(x);
CREATE MACRO my_sin(x) AS sin(x);
CREATE MACRO my_cos(x) AS cos(x);
CREATE MACRO my_degrees(x) AS degrees(x);
CREATE MACRO my_radians(x) AS radians(x);
CREATE MACRO my_isnull(x) AS x IS NULL;

-- Dates.
CREATE MACRO my_year(d) AS year(d);
CREATE MACRO my_quarter(d) AS quarter(d);
CREATE MACRO my_month(d) AS month(d);
CREATE MACRO my_day(d) AS day(d);
CREATE MACRO my_dayofmonth(d) AS day(d);
CREATE MACRO my_dayofyear(d) AS dayofyear(d);
CREATE MACRO my_dayofweek(d) AS dayofweek(d) + 1;
CREATE MACRO my_weekday(d) AS dayofweek(d) + 1;
CREATE MACRO my_weekofyear(d) AS weekofyear(d);
-- Without a mode as Domo: from Sunday, week 1 holding 1 January.
-- Mode 0 counts weeks from the first Sunday, mode 5 from the first Monday, mode 3 as ISO does.
CREATE MACRO my_week(d) AS (dayofyear(d) - 1 + dayofweek(date_trunc('year', d))) // 7 + 1, (d, mode) AS
  CAST(CASE mode WHEN 0 THEN strftime(d, '%U') WHEN 3 THEN strftime(d, '%V') WHEN 5 THEN strftime(d, '%W') END AS BIGINT);
CREATE MACRO my_yearweek(d, mode) AS isoyear(d) * 100 + weekofyear(d);
CREATE MACRO my_microsecond(t) AS microsecond(t) % 1000000;
CREATE MACRO my_to_days(d) AS date_diff('day', DATE '1970-01-01', CAST(d AS DATE)) + 719528;
CREATE MACRO my_time_to_sec(t) AS hour(t) * 3600 + minute(t) * 60 + second(t);
CREATE MACRO my_to_seconds(t) AS my_to_days(t) * 86400 + my_time_to_sec(t);
CREATE MACRO my_months_of(p) AS p // 100 * 12 + p % 100 - 1;
CREATE MACRO my_period_diff(p, q) AS my_months_of(p) - my_months_of(q);
CREATE MACRO my_period_add(p, n) AS (my_months_of(p) + n) // 12 * 100 + (my_months_of(p) + n) % 12 + 1;
CREATE MACRO my_unix_timestamp(t) AS CAST(floor(epoch(t)) AS BIGINT);
CREATE MACRO my_from_unixtime(n) AS CASE WHEN n >= 0 THEN make_timestamp(n * 1000000) END;
CREATE MACRO my_makedate(y, n) AS CASE WHEN n > 0 THEN make_date(y, 1, 1) + CAST(n - 1 AS INTEGER) END;
CREATE MACRO my_from_days(n) AS DATE '1970-01-01' + CAST(n - 719528 AS INTEGER);
CREATE MACRO my_adddate(d, n) AS d + CAST(n AS INTEGER);
CREATE MACRO my_subdate(d, n) AS d - CAST(n AS INTEGER);
CREATE MACRO my_timestamp(d) AS CAST(d AS TIMESTAMP);
CREATE MACRO my_hour(t) AS hour(t);
CREATE MACRO my_minute(t) AS minute(t);
CREATE MACRO my_second(t) AS second(t);
CREATE MACRO my_dayname(d) AS dayname(d);
CREATE MACRO my_monthname(d) AS monthname(d);
CREATE MACRO my_date(t) AS CAST(t AS DATE);
CREATE MACRO my_last_day(d) AS last_day(d);
CREATE MACRO my_datediff(a, b) AS date_diff('day', CAST(b AS DATE), CAST(a AS DATE));
CREATE MACRO my_seconds(a, b) AS date_diff('second', CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP));
-- Whole units from a to b, towards zero. A month is whole when its day and time are reached.
CREATE MACRO my_reached(t) AS day(t) * 86400 + hour(t) * 3600 + minute(t) * 60 + second(t);
CREATE MACRO my_months_apart(a, b) AS (year(b) - year(a)) * 12 + month(b) - month(a);
CREATE MACRO my_whole_months(a, b) AS my_months_apart(a, b)
  - CASE WHEN my_seconds(a, b) >= 0 THEN CAST(my_reached(b) < my_reached(a) AS BIGINT) ELSE -CAST(my_reached(b) > my_reached(a) AS BIGINT) END;
