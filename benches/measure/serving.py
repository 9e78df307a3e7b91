"""Rows for start-up, small responses and many clients."""

import subprocess
import threading
import time

from . import domo, peers, tools
from .domo import SEEDED
from .tools import HEALTH, get, post


def start(row, bench) -> None:
    repeats = 5 if bench.is_quick else 15

    def measured(what: str, command: list, port: int, path: str, times: int) -> float:
        times_ms = []
        for _ in range(times):
            out = subprocess.check_output(
                [str(tools.LOAD), "start", str(port), path, *map(str, command)], cwd=tools.ROOT, text=True)
            times_ms.append(float(out))
        return row.figure(what, times_ms, "ms")

    port = tools.free_port()
    ours = [bench.binary, "--port", port]
    measured("first start of all (page cache as it is)", ours, port, SEEDED, 1)
    seeded = measured("Domock, metadata of a seeded dataset", ours, port, SEEDED, repeats)
    health = measured("Domock with seeds, health", ours, port, HEALTH, repeats)
    measured("Domock, --empty, health", [*ours, "--empty"], port, HEALTH, repeats)
    for name, command, path in peers.starts(port):
        measured(name, command, port, path, 3 if bench.is_quick else 5)
    row.goal("start → metadata of a seeded dataset", seeded, 20, "ms")
    row.goal("start → health, seeds loaded", health, 20, "ms")


def memory(row, bench) -> None:
    """Memory of an idle server with the seed."""
    rss, anonymous, data = [], [], 0
    for _ in range(5):
        with tools.domock(bench.binary) as server:
            time.sleep(0.3)
            rss.append(server.status_mib("VmRSS"))
            anonymous.append(server.status_mib("RssAnon"))
            data = server.json("GET", HEALTH)["data_bytes"] / (1 << 20)
    resident = row.figure("RSS of idle Domock with seeds", rss, "MiB")
    row.figure("of these not of a file", anonymous, "MiB")
    row.figure("data, as the health check counts it", data, "MiB")
    with tools.domock(bench.binary, "--empty") as server:
        row.figure("RSS of idle Domock, --empty", server.status_mib("VmRSS"), "MiB")
    for name, command, path in peers.starts(port := tools.free_port()):
        with tools.Server(command, port, path) as server:
            row.figure(f"RSS of idle {name}", server.status_mib("VmRSS"), "MiB")
    row.goal("idle RSS above the data", resident - data, 25, "MiB")


def metadata(row, bench) -> None:
    repeats, seconds = (3, 1) if bench.is_quick else (5, 3)
    rates, bare_rates = [], []
    with tools.domock(bench.binary) as server:
        status, headers, body = server.request("GET", SEEDED)
        same = tools.WORK / "metadata.json"
        same.write_bytes(body)
        told = [f"{name}: {value}" for name, value in headers.items() if name not in ("date", "content-length")]
        port = tools.free_port()
        with tools.Server([tools.LOAD, "bare", port, same, *told], port, SEEDED) as bare:
            assert bare.request("GET", SEEDED)[2] == body
            for _ in range(repeats):
                rates.append(server.load([[get(SEEDED)]], 64, seconds)["per_second"])
                bare_rates.append(bare.load([[get(SEEDED)]], 64, seconds)["per_second"])
    ours = row.figure("Domock, 64 connections", rates, "requests/s")
    theirs = row.figure("bare axum, same bytes and headers", bare_rates, "requests/s")
    for name, command, path in peers.starts(port := tools.free_port()):
        if name.startswith(("moto", "json-server", "Prism")):
            with tools.Server(command, port, path) as server:
                row.figure(f"{name}, GET {path}", server.load([[get(path)]], 64, seconds)["per_second"], "requests/s")
    row.goal("metadata, share of bare axum", ours / theirs, 0.8, at_least=True)


def query(row, bench) -> None:
    """`SELECT * … LIMIT 10` of 1 000 rows, one connection."""
    repeats, seconds = (3, 1) if bench.is_quick else (5, 3)
    table = tools.data("orders", 1000)
    sql = "SELECT * FROM table LIMIT 10"
    kinds = {"health": [], "new text": [], "text seen before": []}
    with tools.domock(bench.binary, "--empty") as server:
        dataset = domo.create(server, domo.ORDERS)
        domo.upload(server, dataset, table, 1)
        plans = {
            "health": [[get(HEALTH)]],
            "new text": [[post(domo.query(dataset), {"sql": sql + " -- {n}"})]],
            "text seen before": [[post(domo.query(dataset), {"sql": sql})]],
        }
        for _ in range(repeats):
            for kind, plan in plans.items():
                kinds[kind].append(server.load(plan, 1, seconds)["p50_ms"])
    middle = {kind: row.figure(f"p50, {kind}", values, "ms") for kind, values in kinds.items()}
    row.goal("p50 less health, new text", middle["new text"] - middle["health"], 0.3, "ms")
    row.goal("p50 less health, text seen before", middle["text seen before"] - middle["health"], 0.1, "ms")
    for name, run in (("ROAPI", peers.roapi_query), ("fakesnow", peers.fakesnow_query)):
        theirs = row.figure(f"p50, {name}, same table and query", [it["p50_ms"] for it in run(table, repeats, seconds)], "ms")
        if name == "ROAPI":
            row.goal("p50 of new text, share of ROAPI's", middle["new text"] / theirs, 0.5)


def long_run(row, bench) -> None:
    """100 000 queries, half of them with a text that was not seen before."""
    requests = 5_000 if bench.is_quick else 100_000
    with tools.domock(bench.binary, "--empty") as server:
        dataset = domo.create(server, domo.ORDERS)
        domo.upload(server, dataset, tools.data("orders", 1000), 1)
        new = [[post(domo.query(dataset), {"sql": "SELECT store, SUM(quantity) AS n FROM table WHERE id > {n} GROUP BY store LIMIT 10"})]]
        probe = [[post(domo.query(dataset), {"sql": "SELECT * FROM table LIMIT 10 -- {n}"})]]
        mixed = [[*new[0], post(domo.query(dataset), {"sql": "SELECT * FROM table LIMIT 10"})]]
        server.load(mixed, 2, 60, requests // 10)
        before, rss_before = server.load(probe, 1, 3)["p50_ms"], server.status_mib("VmRSS")
        figures = server.load(mixed, 2, 600, requests)
        after, rss_after = server.load(probe, 1, 3)["p50_ms"], server.status_mib("VmRSS")
    row.figure("queries", figures["requests"], "")
    row.figure("queries/s, two connections", figures["per_second"], "1/s")
    row.figure("p50 before", before, "ms")
    row.figure("p50 after", after, "ms")
    row.figure("RSS before, after a tenth as many", rss_before, "MiB")
    row.figure("RSS after", rss_after, "MiB")
    row.goal("p50, change", abs(after / before - 1) * 100, 20, "%")
    row.goal("RSS, change", abs(rss_after / rss_before - 1) * 100, 5, "%")


def clients(row, bench) -> None:
    """Each client has its own instance and dataset."""
    count, seconds = (100, 2) if bench.is_quick else (500, 4)
    table = tools.data("orders", 1000)
    with tools.domock(bench.binary, "--empty") as server:
        plan = []
        for client in range(count):
            host = {"Host": f"client{client}.domo.com"}
            dataset = domo.create(server, domo.ORDERS, headers=host)
            domo.upload(server, dataset, table, 1, host)
            named = [("Host", host["Host"])]
            plan.append([
                get(domo.metadata(dataset), named),
                post(domo.query(dataset), {"sql": "SELECT region, COUNT(*) AS n FROM table WHERE id <> {n} GROUP BY region"}, named),
            ])
        row.figure(f"RSS with {count} instances of 1 000 rows", server.status_mib("VmRSS"), "MiB")
        numbers = (tools.CORES, count)
        rates, costs = ({it: [] for it in numbers} for _ in range(2))
        # Alternating, because single runs differ by more than the two variants do.
        for connections in numbers * (3 if bench.is_quick else 10):
            cpu = server.cpu_seconds()
            figures = server.load(plan, connections, seconds)
            rates[connections].append(figures["per_second"])
            costs[connections].append(figures["requests"] / (server.cpu_seconds() - cpu))
    few, many = ([
        row.figure(f"{it} clients, metadata and a new query in turn", rates[it], "requests/s"),
        row.figure(f"{it} clients, per second of processor time", costs[it], "requests"),
    ] for it in numbers)
    row.goal(f"{count} clients, requests/s against {tools.CORES}", many[0] / few[0], 1, at_least=True)
    row.goal("the same, requests per second of processor time", many[1] / few[1], 1, at_least=True)


def beside(row, bench) -> None:
    """Latency of a metadata route while two large queries and an upload run."""
    rows, seconds = (300_000, 3) if bench.is_quick else (3_000_000, 10)
    table = tools.data("orders", rows)
    p99, highest = [], []
    with tools.domock(bench.binary) as server:
        dataset = domo.create(server, domo.ORDERS)
        domo.upload(server, dataset, table)
        heavy = [[post(domo.query(dataset), {"sql": "SELECT customer, sku, COUNT(*) AS n FROM table WHERE id <> {n} GROUP BY customer, sku ORDER BY n DESC LIMIT 3"})]]
        row.figure("p99 alone, 8 connections", server.load([[get(SEEDED)]], 8, seconds)["p99_ms"], "ms")
        for _ in range(3 if bench.is_quick else 5):
            stop = threading.Event()
            other = domo.create(server, domo.ORDERS)

            def upload_again():
                while not stop.is_set():
                    domo.upload(server, other, table)

            uploading = threading.Thread(target=upload_again)
            uploading.start()
            queries = server.load_in_background(heavy, 2, seconds + 1)
            time.sleep(0.5)
            figures = server.load([[get(SEEDED)]], 8, seconds - 1)
            stop.set()
            uploading.join()
            tools.load_figures(queries)
            p99.append(figures["p99_ms"])
            highest.append(figures["max_ms"])
    middle = row.figure("p99 beside two large queries and an upload", p99, "ms")
    row.figure("the slowest answer", highest, "ms")
    row.goal("p99 of a metadata route", middle, 5, "ms")
