"""Whether every function of docs/sql.md is asked. That page is written from the registry, so none can be forgotten."""

import re
from pathlib import Path

import cases

PAGE = Path(__file__).parents[3] / "docs/sql.md"
# Neither server has these, or they are asked of by other names.
NOT_ASKED = set(
    "APPROX_DISTINCT APPROX_COUNT_DISTINCT APPROXIMATE_COUNT_DISTINCT APPROX_PERCENTILE_CONT ARRAY_AGG BOOL_AND BOOL_OR BTRIM CHR CORR COVAR"
    " COVAR_POP COVAR_SAMP DATEPART DATE_PART DATE_TRUNC GROUPING INITCAP MEDIAN NVL PERCENTILE_CONT POSITION QUANTILE_CONT SPLIT_PART"
    " STRING_AGG STRPOS TRUNC VAR VAR_POPULATION VAR_SAMPLE"
    # Domo's own.
    " APPROXIMATE_COUNT_DISTINCT_OF_SYNOPSIS APPROXIMATE_COUNT_DISTINCT_SYNOPSIS APPROXIMATE_MEDIAN APPROXIMATE_PERCENTILE DATE_DIFF"
    " HLL_SKETCH_EXTRACT HLL_SKETCH_INIT HLL_SKETCH_MERGE HLL_SKETCH_MERGE_PARTIAL LISTAGG PERCENTILE PERCENTILE25 PERCENTILE75"
    " PERCENTILE99 RANDOM TO_CHAR TO_DATE TO_NUMBER VARIANCE_POP VARIANCE_SAMP WIDTH_BUCKET".split()
)
# What is by chance.
NOT_ASKED |= {"RAND"}


def forgotten():
    """Names of functions that are in no case."""
    page = PAGE.read_text()
    listed = set()
    for name, also in re.findall(r"^\| ([A-Z][A-Z0-9_]+) \| ([A-Z0-9_, ]*) \|", page, re.MULTILINE):
        listed |= {name, *(it for it in also.split(", ") if it)}
    asked = set()
    for case in [*cases.named(), *cases.written(), *cases.aggregates(), *cases.windows(), *cases.pairs(), *cases.queries()]:
        asked |= set(re.findall(r"\b([A-Z][A-Z0-9_]+)(?=\()", case.sql))
    return sorted(listed - asked - NOT_ASKED)
