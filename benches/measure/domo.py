"""Datasets and uploads in Domock over HTTP, as any client makes them."""

import concurrent.futures
import http.client
import os
import pathlib
import socket

ORDERS = {
    "id": "LONG", "day": "DATE", "at": "DATETIME", "store": "STRING", "region": "STRING", "sku": "STRING",
    "customer": "STRING", "quantity": "LONG", "price": "DECIMAL", "sales": "DOUBLE", "note": "STRING",
    "channel": "STRING",
}
FLIGHTS = {
    name: "STRING" if name in ("carrier", "tailnum", "origin", "dest") else "DATETIME" if name == "time_hour" else "LONG"
    for name in (
        "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight tailnum "
        "origin dest air_time distance hour minute time_hour").split()
}
DUCKDB_TYPES = {
    "LONG": "BIGINT", "DOUBLE": "DOUBLE", "DECIMAL": "DECIMAL(18,2)", "DATE": "DATE", "DATETIME": "TIMESTAMP",
    "STRING": "VARCHAR",
}
PARTS = 8
SEEDED = "/api/data/v3/datasources/1a000000-0000-4000-8000-000000000005"


def metadata(dataset: str) -> str:
    return f"/api/data/v3/datasources/{dataset}"


def query(dataset: str, form: str | None = None) -> str:
    return f"/api/query/v1/execute/{dataset}" + (f"?format={form}" if form else "")


def create(server, columns: dict, name="measured", headers=None) -> str:
    columns = [{"name": name, "type": kind} for name, kind in columns.items()]
    body = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": columns}}
    return server.json("POST", "/api/data/v2/datasources", body, headers)["dataSource"]["dataSourceId"]


def upload(server, dataset: str, path: pathlib.Path, parts: int = PARTS, headers=None) -> None:
    """All three stages of an upload: parallel parts, each sent directly from the file, then a commit that indexes."""
    base = metadata(dataset)
    number = server.json("POST", f"{base}/uploads", {"action": None, "appendId": None}, headers)["uploadId"]
    cuts = line_cuts(path, parts)
    with concurrent.futures.ThreadPoolExecutor(parts) as pool:
        sent = [
            pool.submit(send, server.port, f"{base}/uploads/{number}/parts/{part + 1}", path, cut, headers or {})
            for part, cut in enumerate(cuts)
        ]
        for it in sent:
            it.result()
    server.json("PUT", f"{base}/uploads/{number}/commit", {"action": "REPLACE", "index": True}, headers)


def send(port: int, path: str, file: pathlib.Path, cut, headers: dict) -> None:
    """PUTs a range of a file with sendfile."""
    begin, end = cut
    with socket.create_connection(("127.0.0.1", port)) as connection, open(file, "rb") as body:
        head = f"PUT {path} HTTP/1.1\r\nHost: {headers.get('Host', '127.0.0.1')}\r\nContent-Type: text/csv\r\n"
        connection.sendall(f"{head}Content-Length: {end - begin}\r\n\r\n".encode())
        while begin < end:
            begin += os.sendfile(connection.fileno(), body.fileno(), begin, end - begin)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        if answer.status != 200:
            raise RuntimeError(f"PUT {path}: {answer.status} {answer.read()[:300]}")


def line_cuts(path: pathlib.Path, parts: int):
    """Offsets that split a CSV file into parts at record boundaries: generated rows start with a digit, continued lines do not."""
    size = path.stat().st_size
    places = [0]
    with open(path, "rb") as it:
        for part in range(1, parts):
            it.seek(part * size // parts)
            it.readline()
            while not (here := it.readline())[:1].isdigit():
                pass
            places.append(it.tell() - len(here))
    return list(zip(places, places[1:] + [size]))
