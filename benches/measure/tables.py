"""Rows for large tables."""

import concurrent.futures
import pathlib
import random
import socket
import subprocess
import threading
import time

from . import domo, duck, tools

#: Rows of some 100 bytes: a gigabyte.
ORDERS_ROWS, ORDERS_ROWS_QUICK = 10_000_000, 500_000
FLIGHTS_ROWS, FLIGHTS_ROWS_QUICK = 1_000_000, 100_000


def orders(bench) -> pathlib.Path:
    return tools.data("orders", ORDERS_ROWS_QUICK if bench.is_quick else ORDERS_ROWS)


def ingest(row, bench) -> None:
    """Time from the start of an upload in 8 parts until it is committed and indexed, and the memory of the table."""
    table = orders(bench)
    size = table.stat().st_size / 1e6
    ours, theirs, peaks, taken, held, duck_taken = [], [], [], [], [], []
    for _ in range(3 if bench.is_quick else 5):
        with tools.domock(bench.binary, "--empty") as server:
            dataset = domo.create(server, domo.ORDERS)
            before = server.status_mib("VmRSS")
            server.forget_peak()
            began = time.perf_counter()
            domo.upload(server, dataset, table)
            ours.append(size / (time.perf_counter() - began))
            peaks.append(server.status_mib("VmHWM") - before)
            time.sleep(1.5)
            taken.append(server.status_mib("VmRSS") - before)
            held.append(server.json("GET", tools.HEALTH)["data_bytes"] / (1 << 20))
        figures = duck.run("load", table)
        theirs.append(size / figures["seconds"])
        duck_taken.append(figures["rss_mib"])
    row.note(f"{size:.0f} MB, 12 columns of all six types; DuckDB in a process of its own, {tools.CORES} threads, the same "
             "types but DECIMAL(18,2) for our 38 digits; its page cache is as warm as ours")
    speed = row.figure("Domock: upload in 8 parts, commit, index", ours, "MB/s")
    duck_speed = row.figure("DuckDB: read_csv into a table", theirs, "MB/s")
    peak = row.figure("Domock: peak RSS above idle", peaks, "MiB")
    row.figure("Domock: RSS above idle 1.5 s after the commit", taken, "MiB")
    size_held = row.figure("Domock: the table, as the health check counts it", held, "MiB")
    duck_held = row.figure("DuckDB: RSS that the table added", duck_taken, "MiB")
    row.goal("upload, against DuckDB's read_csv", speed / duck_speed, 2, at_least=True)
    row.goal("peak RSS of the upload, in sizes of the table", peak / size_held, 2)
    row.goal("RSS of the table, against DuckDB's", tools.median(taken) / duck_held, 1.3)


#: What is asked of the orders, in words of both: `table` is DuckDB's `orders`.
QUESTIONS = {
    "count": "SELECT COUNT(*) AS n FROM {t}",
    "filter": "SELECT COUNT(*) AS n, SUM(sales) AS s FROM {t} WHERE quantity > 15 AND region = 'EMEA'",
    "group by, 8 groups": "SELECT region, COUNT(*) AS n, AVG(sales) AS s FROM {t} GROUP BY region ORDER BY region",
    "group by, 500 groups": "SELECT store, SUM(sales) AS s FROM {t} GROUP BY store ORDER BY s DESC LIMIT 10",
    "group by, 200 000 groups": "SELECT customer, SUM(quantity) AS n FROM {t} GROUP BY customer ORDER BY n DESC, customer LIMIT 10",
    "distinct": "SELECT region, COUNT(DISTINCT sku) AS n FROM {t} GROUP BY region ORDER BY region",
    "top n": "SELECT id, sales FROM {t} ORDER BY sales DESC, id LIMIT 100",
    "LIKE": "SELECT COUNT(*) AS n FROM {t} WHERE note LIKE '%gift%'",
    "months": "SELECT YEAR(day) AS y, MONTH(day) AS m, SUM(sales) AS s FROM {t} GROUP BY YEAR(day), MONTH(day) ORDER BY y, m",
    "window": "SELECT region, id FROM (SELECT region, id, ROW_NUMBER() OVER (PARTITION BY region ORDER BY sales DESC, id) AS r FROM {t}) q WHERE r <= 3 ORDER BY region, id",
}


def analysis(row, bench) -> None:
    """Domock over one HTTP connection, DuckDB in process. Each query has a unique comment, so that no result comes from a cache."""
    table = orders(bench)
    repeats = 3 if bench.is_quick else 5
    times, answers = {}, {}
    with tools.domock(bench.binary, "--empty") as server, server.connection() as connection:
        dataset = domo.create(server, domo.ORDERS)
        domo.upload(server, dataset, table)
        for name, sql in QUESTIONS.items():
            times[name], answers[name] = [], None
            # Slow queries are repeated less often.
            while len(times[name]) <= repeats and (len(times[name]) < 2 or sum(times[name]) < 20_000):
                began = time.perf_counter()
                try:
                    text = f"{sql.format(t='table')} -- {len(times[name])}"
                    answers[name] = server.json("POST", domo.query(dataset), {"sql": text}, over=connection)["rows"]
                except RuntimeError as refusal:
                    row.note(f"{name}: {refusal}")
                times[name].append((time.perf_counter() - began) * 1000)
    asked = duck.run("ask", table, {"repeats": repeats + 1, "questions": {it: sql.format(t="orders") for it, sql in QUESTIONS.items()}})
    ratios = {}
    for name in QUESTIONS:
        theirs = asked[name]
        if answers[name] is not None and not same(answers[name], theirs["rows"]):
            row.note(f"{name}: the answers differ: {str(answers[name])[:150]} and {str(theirs['rows'])[:150]}")
        # The first run of each is a warm-up.
        ours = row.figure(f"{name}: Domock", times[name][1:], "ms")
        ratios[name] = ours / row.figure(f"{name}: DuckDB", theirs["ms"][1:], "ms")
    row.note("in times of DuckDB: " + ", ".join(f"{it} {ratio:.2f}" for it, ratio in ratios.items()))
    row.goal("ten queries, geometric mean of times of DuckDB", tools.geometric_mean(ratios.values()), 1)
    row.goal("the slowest of them, times of DuckDB", max(ratios.values()), 2)


def same(ours, theirs) -> bool:
    """Sums of doubles depend on the order of the additions."""
    def close(a, b) -> bool:
        if isinstance(a, float) or isinstance(b, float):
            return abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1)
        return a == b

    return len(ours) == len(theirs) and all(
        len(a) == len(b) and all(map(close, a, b)) for a, b in zip(ours, theirs))


def rows(row, bench) -> None:
    """`SELECT *`, read to the end and discarded."""
    table = tools.data("flights", FLIGHTS_ROWS_QUICK if bench.is_quick else FLIGHTS_ROWS)
    with tools.domock(bench.binary, "--empty") as server:
        dataset = domo.create(server, domo.FLIGHTS)
        domo.upload(server, dataset, table)
        for form, name in (("table", "arrays"), ("list", "objects"), ("csv", "CSV")):
            speeds, firsts, peaks = [], [], []
            for _ in range(3 if bench.is_quick else 5):
                server.forget_peak()
                before = server.status_mib("VmRSS")
                body = b'{"sql": "SELECT * FROM table"}'
                began = time.perf_counter()
                with socket.create_connection(("127.0.0.1", server.port)) as connection:
                    connection.sendall(
                        f"POST {domo.query(dataset, form)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
                    room = bytearray(1 << 20)
                    taken = connection.recv_into(room)
                    if not room.startswith(b"HTTP/1.1 200"):
                        raise RuntimeError(room[:300])
                    firsts.append((time.perf_counter() - began) * 1000)
                    while more := connection.recv_into(room):
                        taken += more
                speeds.append(taken / 1e6 / (time.perf_counter() - began))
                peaks.append(server.status_mib("VmHWM") - before)
            speed = row.figure(f"{name}, {taken / 1e6:.0f} MB", speeds, "MB/s")
            first = row.figure(f"{name}, first byte", firsts, "ms")
            peak = row.figure(f"{name}, RSS above that before", peaks, "MiB")
            row.goal(f"{name}, speed", speed, 300, "MB/s", at_least=True)
            row.goal(f"{name}, first byte", first, 20, "ms")
            row.goal(f"{name}, memory above that before", peak, 16, "MiB")
    row.note("flat memory is taken as 16 MiB at the most, of an answer ten times as large")


def soak(row, bench) -> None:
    """Mixed requests of four clients: metadata, queries, uploads, creating and deleting datasets, resets."""
    total = 4_000 if bench.is_quick else 100_000
    left = iter(range(total))
    lock, counts, rss = threading.Lock(), {}, []
    small = tools.data("orders", 1000)
    with tools.domock(bench.binary) as server:

        def client(number: int) -> None:
            chance = random.Random(number)
            host = {"Host": f"soak{number}.domo.com"}
            dataset = domo.create(server, domo.ORDERS, headers=host)
            domo.upload(server, dataset, small, 1, host)
            while True:
                with lock:
                    if (at := next(left, None)) is None:
                        return
                    if at % (total // 20) == 0:
                        rss.append(server.status_mib("VmRSS"))
                kind = chance.choices(list(KINDS), [it[0] for it in KINDS.values()])[0]
                dataset = KINDS[kind][1](server, dataset, host, small, at) or dataset
                with lock:
                    counts[kind] = counts.get(kind, 0) + 1

        began = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for it in [pool.submit(client, number) for number in range(4)]:
                it.result()
        took = time.perf_counter() - began
    row.note("every answer was checked for its status: " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())))
    row.note("RSS in MiB after each twentieth: " + ", ".join(f"{it:.0f}" for it in rss))
    row.figure("operations, four clients of Python", total / took, "1/s")
    row.figure("RSS in the second half", rss[10:], "MiB")
    row.goal("RSS, last quarter against the third, change", abs(tools.median(rss[15:]) / tools.median(rss[10:15]) - 1) * 100, 5, "%")


def replace_dataset(server, dataset, host, small, _at):
    server.request("DELETE", domo.metadata(dataset), headers=host)
    fresh = domo.create(server, domo.ORDERS, headers=host)
    domo.upload(server, fresh, small, 1, host)
    return fresh


def reset_all(server, _dataset, host, small, _at):
    server.json("POST", "/_domock/reset", {}, host)
    fresh = domo.create(server, domo.ORDERS, headers=host)
    domo.upload(server, fresh, small, 1, host)
    return fresh


def ask(sql: str):
    return lambda server, dataset, host, _small, at: server.json(
        "POST", domo.query(dataset), {"sql": sql.format(at=at)}, host) and None


#: How often, and what; what makes a new dataset returns it.
KINDS = {
    "metadata": (40, lambda server, dataset, host, _small, _at: server.json("GET", domo.metadata(dataset), None, host) and None),
    "the same query": (20, ask("SELECT * FROM table LIMIT 10")),
    "a new query": (20, ask("SELECT store, SUM(sales) AS s FROM table WHERE id <> {at} GROUP BY store ORDER BY s LIMIT 5")),
    "all rows": (4, ask("SELECT * FROM table WHERE id <> {at}")),
    "upload": (10, lambda server, dataset, host, small, _at: domo.upload(server, dataset, small, 2, host)),
    "new dataset": (4, replace_dataset),
    "reset": (2, reset_all),
}


def binary(row, bench) -> None:
    size = row.figure("the binary", pathlib.Path(bench.binary).stat().st_size / 1e6, "MB")
    told = subprocess.run(["file", "--brief", bench.binary], capture_output=True, text=True)
    row.note(told.stdout.strip() or "file(1) is not there to tell how it is linked")
    row.goal("size", size, 60, "MB")
    if bench.build_minutes is None:
        row.note("the time of a clean build was not measured: `benches/run --build binary`")
        return
    minutes = row.figure("clean release build, crates downloaded", bench.build_minutes, "min")
    row.goal("clean release build", minutes, 30, "min")
