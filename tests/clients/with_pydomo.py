"""pydomo: datasets, data, queries, policies and streams of the public API."""

import contextlib
import gzip
import io
import os
import tempfile

import pandas as pd
from pydomo import Domo
from pydomo.datasets import Column, ColumnType, DataSetRequest, Schema, Sorting, UpdateMethod
from pydomo.streams import CreateStreamRequest
from support import HOST, NOBODY, ROWS, SCHEMA, Suite, blank_is_null, equal, parsed, raises, same, to_csv

SUITE = Suite("pydomo")


def plain():
    return Domo("id", "secret", api_host=HOST, use_https=False)


def created(domo, name="clients"):
    request = DataSetRequest()
    request.name, request.description = name, "all types"
    request.schema = Schema([Column(it["type"], it["name"]) for it in SCHEMA])
    return domo.datasets.create(request)["id"]


@SUITE.case("every row comes back from the export")
def rows_come_back():
    domo = plain()
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    exported = domo.datasets.data_export(dataset, False)
    same(parsed(exported), blank_is_null([[*row] for row in ROWS]))
    equal(exported.splitlines()[1], ",,,,")
    equal(exported.splitlines()[2].startswith('"",0,'), True)
    header = domo.datasets.data_export(dataset, True).splitlines()[0]
    equal(header, "text,whole,fraction,day,moment")


@SUITE.case("every row comes back from a query")
def rows_by_query():
    domo = plain()
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    answer = domo.datasets.query(dataset, "SELECT * FROM table")
    equal(answer["columns"], [it["name"] for it in SCHEMA])
    equal([it["type"] for it in answer["metadata"]], [it["type"] for it in SCHEMA])
    same(answer["rows"], ROWS)
    frame = domo.ds_query(dataset, "SELECT COUNT(*) AS n, SUM(fraction > 0) AS p FROM table")
    equal(frame.values.tolist(), [[7, 5]])


@SUITE.case("files, appending and replacing")
def files():
    domo = plain()
    dataset = created(domo)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(to_csv(ROWS))
        domo.datasets.data_import_from_file(dataset, path)
        domo.datasets.data_import_from_file(dataset, path, UpdateMethod.APPEND)
        equal(domo.datasets.get(dataset)["rows"], 2 * len(ROWS))
        domo.datasets.data_export_to_file(dataset, os.path.join(folder, "out.csv"), True).close()
        with open(os.path.join(folder, "out.csv"), encoding="utf-8", newline="") as file:
            same(parsed(file.read().split("\n", 1)[1]), blank_is_null(ROWS + ROWS))
        domo.datasets.data_import(dataset, to_csv(ROWS[:1]), UpdateMethod.REPLACE)
    equal(domo.datasets.get(dataset)["rows"], 1)


def cells(frame):
    return frame.astype(object).where(frame.notna(), None).values.tolist()


@SUITE.case("a frame goes in and comes out")
def frames():
    domo = plain()
    frame = pd.DataFrame(
        {
            "s": ["a", 'q"uote', "ü,\nx", None],
            "n": pd.array([1, -2, None, 9007199254740993], dtype="Int64"),
            # 17 digits are left to the other cases: pandas reads a CSV's doubles to about 15.
            "d": [0.25, -1e-7, None, 1e300],
            "t": pd.to_datetime(["2024-01-01", "2024-02-29 12:00", None, "1999-12-31"], format="mixed"),
        }
    )
    dataset = domo.ds_create(frame, "frame", "from a frame")
    found = domo.ds_get(dataset)
    equal(found.dtypes.astype(str).tolist(), ["string", "Int64", "Float64", "datetime64[ns]"])
    same(cells(found), cells(frame))
    wider = frame.assign(extra=["1", "2", "3", "4"])
    with contextlib.redirect_stdout(io.StringIO()):
        domo.ds_update(dataset, wider)
    equal([it["name"] for it in domo.ds_meta(dataset)["schema"]["columns"]], ["s", "n", "d", "t", "extra"])
    same([[it] for it in domo.ds_get(dataset)["extra"]], [["1"], ["2"], ["3"], ["4"]])
    equal(len(domo.ds_get_dict(dataset)), 4)
    domo.ds_delete(dataset, prompt_before_delete=False)
    raises(Exception, lambda: domo.ds_meta(dataset), "does not exist")


@SUITE.case("lists page to their end")
def lists():
    domo = plain()
    for number in range(7):
        created(domo, f"page {number}")
    names = [it["name"] for it in domo.datasets.list(sort=Sorting.NAME, per_page=3)]
    equal(names, ["Months", "Never indexed", *(f"page {it}" for it in range(7)), "Sales"])
    equal(len(list(domo.datasets.list(per_page=2, limit=5))), 5)
    equal(domo.ds_list(name_like="page").shape[0], 7)
    for sort in (Sorting.CARD_COUNT, Sorting.STATUS, Sorting.UPDATED):
        equal(len(list(domo.datasets.list(sort=sort))), 10)


@SUITE.case("update and delete")
def update():
    domo = plain()
    dataset = created(domo)
    request = DataSetRequest()
    request.name, request.schema = "renamed", Schema([Column(ColumnType.STRING, "only")])
    updated = domo.datasets.update(dataset, request)
    equal((updated["name"], updated["schema"]["columns"]), ("renamed", [{"type": "STRING", "name": "only"}]))
    domo.datasets.delete(dataset)
    raises(Exception, lambda: domo.datasets.delete(dataset), "Error deleting DataSet", '"status":404')


@SUITE.case("policies filter and are kept")
def policies():
    domo = plain()
    dataset = created(domo)
    policy = {"name": "p", "filters": [{"column": "text", "values": ["plain"], "operator": "EQUALS", "not": True}]}
    policy |= {"type": "user", "users": [28], "virtualUsers": [], "groups": [101]}
    made = domo.pdp_create(dataset, policy)
    equal(domo.datasets.get_pdp(dataset, made["id"]), made)
    domo.pdp_update(dataset, made["id"], policy | {"name": "renamed"})
    equal([it["name"] for it in domo.pdp_list(dataset, df_output=False)], ["All Rows", "renamed"])
    domo.pdp_delete(dataset, made["id"])
    equal(domo.pdp_list(dataset).shape[0], 1)
    raises(Exception, lambda: domo.datasets.get_pdp(dataset, made["id"]), '"status":404')


@SUITE.case("a stream takes text, files and gzip in parts")
def streams():
    domo = plain()
    request = DataSetRequest()
    request.name, request.schema = "stream", Schema([Column(it["type"], it["name"]) for it in SCHEMA])
    stream = domo.streams.create(CreateStreamRequest(request, UpdateMethod.APPEND))
    dataset = stream["dataSet"]["id"]
    run = domo.streams.create_execution(stream["id"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "part.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(to_csv(ROWS[2:4]))
        with gzip.open(path + ".gz", "wt", encoding="utf-8", newline="") as file:
            file.write(to_csv(ROWS[4:5]))
        arguments = (stream["id"], run["id"])
        domo.streams.upload_part(*arguments, 1, to_csv(ROWS[:2]))
        domo.streams.upload_csv_part_from_file(*arguments, 2, path, None)
        domo.streams.upload_csv_part_from_file(*arguments, 3, path + ".gz", "gzip")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(to_csv(ROWS[5:6]))
        domo.streams.upload_gzip_part_from_file(*arguments, 4, path, True, 16)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(to_csv(ROWS[6:]))
        domo.streams.upload_gzip_part_from_file(*arguments, 5, path, False, 0)
    equal(domo.streams.commit_execution(*arguments)["currentState"], "SUCCESS")
    same(domo.datasets.query(dataset, "SELECT * FROM table")["rows"], ROWS)
    equal(domo.streams.search("dataSource.id:" + dataset)[0]["id"], stream["id"])
    equal([it["id"] for it in domo.streams.list(500, 0)], [371, stream["id"]])
    equal(domo.streams.update(stream["id"], {"updateMethod": "REPLACE"})["updateMethod"], "REPLACE")
    second = domo.streams.create_execution(stream["id"], UpdateMethod.APPEND)
    domo.streams.abort_current_execution(stream["id"])
    equal(domo.streams.get_execution(stream["id"], second["id"])["currentState"], "ABORTED")
    third = domo.streams.create_execution(stream["id"])
    domo.streams.abort_execution(stream["id"], third["id"])
    equal([it["currentState"] for it in domo.streams.list_executions(stream["id"], 50, 0)], ["SUCCESS", "ABORTED", "ABORTED"])
    domo.streams.delete(stream["id"])
    raises(Exception, lambda: domo.streams.get(stream["id"]), '"status":404')
    equal(domo.datasets.get(dataset)["rows"], len(ROWS))


@SUITE.case("refusals are its own exceptions")
def refusals():
    domo = plain()
    dataset = created(domo)
    raises(Exception, lambda: domo.datasets.get(NOBODY), "Error retrieving DataSet", '"status":404')
    raises(Exception, lambda: domo.datasets.query(dataset, "SELEC 1"), "Error creating query", '"status":400')
    raises(Exception, lambda: domo.datasets.query(dataset, {"sql": "SELECT 1 FROM t"}), '"status":400')
    raises(Exception, lambda: domo.datasets.data_import(dataset, "one,two\n"), "Error uploading DataSet", '"status":400')
    raises(Exception, lambda: domo.datasets.data_import(dataset, "a,no number,1,,\n"), '"status":400')
    raises(Exception, lambda: domo.users.list(10, 0), '"status":501')


@SUITE.case("https to api.domo.com through the gate")
def through_the_gate():
    domo = Domo("id", "secret")
    equal(domo.ds_meta("5a1e5000-0000-4000-8000-000000000001")["name"], "Sales")
