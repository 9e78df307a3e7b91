"""Runs DuckDB in a separate process: `python duck.py load|ask FILE [JSON]` prints figures as JSON."""

import json
import pathlib
import subprocess
import sys
import time


def run(what: str, table: pathlib.Path, about: dict | None = None) -> dict:
    from . import tools

    # The same priority as Domock's parser and query threads, so that other load on the machine slows both equally.
    command = ["nice", "-n", "10", str(tools.VENV / "bin/python"), __file__, what, str(table), json.dumps(about or {})]
    environment = {"PYTHONPATH": str(tools.HERE)}
    out = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if out.returncode:
        raise RuntimeError(f"DuckDB: {out.stderr[-400:]}")
    return json.loads(out.stdout)


def main(what: str, table: str, about: dict) -> dict:
    import duckdb
    from measure import domo, tools

    duck = duckdb.connect()
    duck.execute(f"SET threads = {tools.CORES}")
    columns = ", ".join(f"'{name}': '{domo.DUCKDB_TYPES[kind]}'" for name, kind in domo.ORDERS.items())
    duck.execute("SELECT 1").fetchall()
    before = tools.status_mib("self", "VmRSS")
    began = time.perf_counter()
    duck.execute(f"CREATE TABLE orders AS FROM read_csv('{table}', header = false, columns = {{{columns}}}, "
                 "quote = '\"', escape = '\"', new_line = '\\n')")
    seconds = time.perf_counter() - began
    if what == "load":
        time.sleep(1.5)
        return {"seconds": seconds, "rss_mib": tools.status_mib("self", "VmRSS") - before}
    answers = {}
    for name, sql in about["questions"].items():
        times = []
        for _ in range(about["repeats"]):
            began = time.perf_counter()
            rows = duck.execute(sql).fetchall()
            times.append((time.perf_counter() - began) * 1000)
        answers[name] = {"ms": times, "rows": rows}
    return answers


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])), default=str))
