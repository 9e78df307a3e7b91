"""The servers that Domock is compared with."""

import csv
import json

from . import domo, tools
from .tools import VENV, WORK, post


def starts(port: int):
    """Name, command and first request of each peer."""
    roapi_table(tools.data("orders", 1000))
    (WORK / "db.json").write_text(json.dumps({"datasets": [{"id": it, "name": f"dataset {it}"} for it in range(1, 101)]}))
    (WORK / "openapi.json").write_text(json.dumps(OPENAPI))
    yield "moto server", [VENV / "bin/moto_server", "-p", port], "/moto-api/data.json"
    yield "ROAPI", roapi(port), "/api/schema"
    yield "fakesnow", [VENV / "bin/fakesnow", "--server", "--port", port], "/monitoring/queries/0"
    yield "json-server", [*tools.node("json-server/lib/cli/bin.js"), "--quiet", "--port", port, WORK / "db.json"], "/datasets/5"
    yield "Prism", [*tools.node("@stoplight/prism-cli/dist/index.js"), "mock", "--port", port, WORK / "openapi.json"], "/datasets/5"


OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "datasets", "version": "1"},
    "paths": {"/datasets/{id}": {"get": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "one", "content": {"application/json": {
            "example": {"id": 5, "name": "dataset 5"},
            "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        }}}},
    }}},
}


def roapi_table(table) -> None:
    """The same rows with a header line, which ROAPI needs to infer a schema."""
    names = ",".join(domo.ORDERS)
    (WORK / "orders.csv").write_text(f"{names}\n{table.read_text()}")


def roapi(port: int) -> list:
    return [VENV / "bin/roapi", "--addr-http", f"127.0.0.1:{port}", "--addr-postgres", f"127.0.0.1:{tools.free_port()}",
            "--table", f"orders={WORK / 'orders.csv'}"]


def roapi_query(table, repeats: int, seconds: int):
    roapi_table(table)
    port = tools.free_port()
    request = {"method": "POST", "path": "/api/sql", "headers": [], "body": "SELECT * FROM orders LIMIT 10 -- {n}"}
    with tools.Server(roapi(port), port, "/api/schema") as server:
        return [server.load([[request]], 1, seconds) for _ in range(repeats)]


def fakesnow_query(table, repeats: int, seconds: int):
    port = tools.free_port()
    with tools.Server([VENV / "bin/fakesnow", "--server", "--port", port], port, "/monitoring/queries/0") as server:
        login = {"data": {"SESSION_PARAMETERS": {}}}
        path = "/session/v1/login-request?databaseName=D&schemaName=S"
        token = server.json("POST", path, login)["data"]["token"]
        authorised = {"Authorization": f'Snowflake Token="{token}"'}
        ask = "/queries/v1/query-request"

        def run(sql: str) -> None:
            answer = server.json("POST", ask, {"sqlText": sql}, authorised)
            if not answer["success"]:
                raise RuntimeError(f"fakesnow: {answer}")

        columns = ", ".join(f'"{name}" {domo.DUCKDB_TYPES[kind]}' for name, kind in domo.ORDERS.items())
        run(f"CREATE TABLE ORDERS ({columns})")
        with open(table, newline="") as lines:
            rows = [", ".join("NULL" if it == "" else "'" + it.replace("'", "''") + "'" for it in row) for row in csv.reader(lines)]
        run("INSERT INTO ORDERS VALUES " + ", ".join(f"({it})" for it in rows))
        request = post(ask, {"sqlText": "SELECT * FROM ORDERS LIMIT 10 -- {n}"}, authorised.items())
        return [server.load([[request]], 1, seconds) for _ in range(repeats)]
