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
from support import HOST, NAMES, NOBODY, ROWS, SCHEMA, STRICT_HOST, Suite, blank_is_null, equal, hosts_file, instances
from support import later, parsed, raises, same, to_csv, without_proxy

SUITE = Suite("pydomo")
SALES = "5a1e5000-0000-4000-8000-000000000001"


def plain():
    return Domo("id", "secret", api_host=HOST, use_https=False)


def created(domo, name="clients"):
    request = DataSetRequest()
    request.name, request.description = name, "all types"
    request.schema = Schema([Column(it["type"], it["name"]) for it in SCHEMA])
    return domo.datasets.create(request)["id"]


def rows_of(domo, dataset):
    return domo.datasets.query(dataset, "SELECT * FROM table")["rows"]


@contextlib.contextmanager
def written(rows, ending=".csv"):
    """Writes these rows to a file and returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows" + ending)
        opened = gzip.open if ending.endswith(".gz") else open
        with opened(path, "wt", encoding="utf-8", newline="") as file:
            file.write(to_csv(rows))
        yield path


@SUITE.case("create", "a dataset is made with all types, and shows as made")
def create():
    domo = plain()
    shown = domo.datasets.get(created(domo))
    equal((shown["name"], shown["description"], shown["rows"]), ("clients", "all types", 0))
    equal(shown["schema"]["columns"], SCHEMA)


@SUITE.case("export", "every row comes back from the export")
def rows_come_back():
    domo = plain()
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    exported = domo.datasets.data_export(dataset, False)
    same(parsed(exported), blank_is_null(ROWS))
    equal(exported.splitlines()[1], ",,,,")
    equal(exported.splitlines()[2].startswith('"",0,'), True)
    equal(domo.datasets.data_export(dataset, True).splitlines()[0], ",".join(NAMES))
    with tempfile.TemporaryDirectory() as folder:
        domo.datasets.data_export_to_file(dataset, os.path.join(folder, "out"), False).close()
        with open(os.path.join(folder, "out.csv"), encoding="utf-8", newline="") as file:
            equal(file.read(), exported)
    same([list(it.values()) for it in domo.ds_get_dict(dataset)[:1]], [["plain", "1", "0.5", "2024-02-29", "2024-02-29T23:59:59"]])


@SUITE.case("query", "every row comes back from a query")
def rows_by_query():
    domo = plain()
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    answer = domo.ds_query(dataset, "SELECT * FROM table", return_data=False)
    equal(answer["columns"], NAMES)
    equal([it["type"] for it in answer["metadata"]], [it["type"] for it in SCHEMA])
    same(answer["rows"], ROWS)
    frame = domo.ds_query(dataset, "SELECT COUNT(*) AS n, SUM(fraction > 0) AS p FROM table")
    equal(frame.values.tolist(), [[len(ROWS), sum(row[2] is not None and row[2] > 0 for row in ROWS)]])


@SUITE.case("upload: text", "text replaces and is appended")
def text():
    domo = plain()
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    domo.datasets.data_import(dataset, to_csv(ROWS[:2]), UpdateMethod.APPEND)
    same(rows_of(domo, dataset), ROWS + ROWS[:2])
    domo.datasets.data_import(dataset, to_csv(ROWS[:1]), UpdateMethod.REPLACE)
    same(rows_of(domo, dataset), ROWS[:1])
    domo.datasets.data_import(dataset, "")
    equal(domo.datasets.get(dataset)["rows"], 0)


@SUITE.case("upload: file", "files replace and are appended")
def files():
    domo = plain()
    dataset = created(domo)
    with written(ROWS) as path:
        domo.datasets.data_import_from_file(dataset, path)
        domo.datasets.data_import_from_file(dataset, path, UpdateMethod.APPEND)
    same(rows_of(domo, dataset), ROWS + ROWS)
    equal(domo.datasets.get(dataset)["rows"], 2 * len(ROWS))


def frame_of(rows):
    """Dates and times as text, because pandas' timestamps only cover 1677 to 2262."""
    kinds = {"LONG": "Int64", "DOUBLE": "Float64"}
    columns = zip(SCHEMA, zip(*rows))
    return pd.DataFrame({it["name"]: pd.array(cells, dtype=kinds.get(it["type"], "string")) for it, cells in columns})


def cells(frame):
    return frame.astype(object).where(frame.notna(), None).values.tolist()


@SUITE.case("upload: frame", "every row of a frame comes back from a query")
def frames_go_in():
    domo = plain()
    dataset = domo.ds_create(frame_of(ROWS), "frame", "from a frame")
    equal([it["type"] for it in domo.utilities.domo_schema(dataset)], ["STRING", "LONG", "DOUBLE", "STRING", "STRING"])
    same(rows_of(domo, dataset), blank_is_null(ROWS))


@SUITE.case("upload: frame", "a frame of 40 MB goes up in parts, by its own count")
def large_frame():
    domo = plain()
    frame = pd.DataFrame({"number": range(40_000), "text": [f"{it:01000}" for it in range(40_000)]})
    dataset = domo.ds_create(frame, "large")
    equal(domo.utilities.estimate_chunk_rows(frame) < len(frame), True)
    found = domo.ds_query(dataset, "SELECT COUNT(*), SUM(number), SUM(text = LPAD(number, 1000, '0')) FROM table")
    equal(found.values.tolist(), [[40_000, sum(range(40_000)), 40_000]])


@SUITE.case("export", "a frame comes out as it went in")
def frames_come_out():
    domo = plain()
    frame = frame_of(blank_is_null([["a", 1, 0.25], ['q"uote', -2, -1e-7], ["ü,\nx", None, None], [None, 9007199254740993, 1e300]]))
    frame["moment"] = pd.to_datetime(["2024-01-01", "2024-02-29 12:00", None, "1999-12-31"], format="mixed")
    dataset = domo.ds_create(frame, "frame", "from a frame")
    found = domo.ds_get(dataset)
    equal(found.dtypes.astype(str).tolist(), ["string", "Int64", "Float64", "datetime64[ns]"])
    same(cells(found), cells(frame))
    equal(domo.ds_get(dataset, use_schema=False).shape, (4, 4))


@SUITE.case("export", "a frame comes out with doubles of 17 digits")
def long_doubles():
    domo = plain()
    dataset = domo.ds_create(frame_of(ROWS), "frame", "from a frame")
    same([[it] for it in cells(domo.ds_get(dataset)[["fraction"]])], [[[row[2]]] for row in ROWS])


@SUITE.case("schema", "an update with another frame changes the schema")
def schema_by_frame():
    domo = plain()
    dataset = domo.ds_create(frame_of(ROWS), "frame")
    wider = frame_of(ROWS).assign(extra=[str(it) for it in range(len(ROWS))])
    with contextlib.redirect_stdout(io.StringIO()) as told:
        domo.ds_update(dataset, wider)
    equal(told.getvalue().strip(), "Schema Updated")
    equal([it["name"] for it in domo.ds_meta(dataset)["schema"]["columns"]], [*NAMES, "extra"])
    same(rows_of(domo, dataset), [[*row, str(index)] for index, row in enumerate(blank_is_null(ROWS))])


@SUITE.case("schema", "an update changes the schema")
def schema():
    domo = plain()
    dataset = created(domo)
    request = DataSetRequest()
    request.name, request.schema = "renamed", Schema([Column(ColumnType.STRING, "only")])
    domo.datasets.update(dataset, request)
    equal(domo.datasets.get(dataset)["schema"]["columns"], [{"type": "STRING", "name": "only"}])
    domo.datasets.data_import(dataset, "one\ntwo\n")
    same(rows_of(domo, dataset), [["one"], ["two"]])


@SUITE.case("change", "name and description are changed")
def change():
    domo = plain()
    dataset = created(domo)
    request = DataSetRequest()
    request.name, request.description = "renamed", "other"
    changed = domo.datasets.update(dataset, request)
    equal((changed["name"], changed["description"]), ("renamed", "other"))
    shown = domo.ds_meta(dataset)
    equal((shown["name"], shown["description"], shown["schema"]["columns"]), ("renamed", "other", SCHEMA))


@SUITE.case("delete", "what is deleted is gone")
def delete():
    domo = plain()
    dataset = created(domo)
    domo.ds_delete(dataset, prompt_before_delete=False)
    equal(domo.ds_meta(dataset)["deleted"], True)
    raises(Exception, lambda: domo.datasets.delete(dataset), "Error deleting DataSet", '"status":404')


@SUITE.case("lists: paging", "datasets and streams are listed to their end")
def lists():
    domo = plain()
    for number in range(7):
        created(domo, f"page {number}")
    names = [it["name"] for it in domo.datasets.list(sort=Sorting.NAME, per_page=3)]
    equal(names, ["Months", "Never indexed", *(f"page {it}" for it in range(7)), "Sales"])
    equal(len(list(domo.datasets.list(per_page=2, limit=5))), 5)
    equal(domo.ds_list(name_like="page", per_page=2).shape[0], 7)
    equal(len(domo.ds_list(df_output=False, per_page=5)), 10)
    for sort in (Sorting.CARD_COUNT, Sorting.STATUS, Sorting.UPDATED):
        equal(len(list(domo.datasets.list(sort=sort, per_page=9))), 10)
    made = [domo.utilities.stream_create(frame_of(ROWS), f"stream {it}", "")["id"] for it in range(4)]
    pages = [domo.streams.list(2, offset) for offset in (0, 2, 4, 6)]
    equal([it["id"] for page in pages for it in page], [371, *made])


@SUITE.case("policies", "policies are kept")
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


def stream_of(domo, method=UpdateMethod.APPEND):
    request = DataSetRequest()
    request.name, request.schema = "stream", Schema([Column(it["type"], it["name"]) for it in SCHEMA])
    return domo.streams.create(CreateStreamRequest(request, method))


@SUITE.case("upload: parts", "a stream takes text and files in parts, in any order")
def parts():
    domo = plain()
    stream = stream_of(domo)
    run = (stream["id"], domo.streams.create_execution(stream["id"])["id"])
    with written(ROWS[8:]) as path:
        domo.streams.upload_csv_part_from_file(*run, 3, path, None)
    domo.streams.upload_part(*run, 1, to_csv(ROWS[:4]))
    domo.streams.upload_part(*run, 2, io.BytesIO(to_csv(ROWS[4:8]).encode()))
    equal(domo.streams.commit_execution(*run)["currentState"], "SUCCESS")
    same(rows_of(domo, stream["dataSet"]["id"]), ROWS)


@SUITE.case("upload: gzip", "a stream takes gzip, from files with and without it")
def zipped():
    domo = plain()
    stream = stream_of(domo)
    run = (stream["id"], domo.streams.create_execution(stream["id"])["id"])
    with written(ROWS[:4], ".csv.gz") as path:
        domo.streams.upload_csv_part_from_file(*run, 1, path, "gzip")
    with written(ROWS[4:8]) as path:
        domo.streams.upload_gzip_part_from_file(*run, 2, path, True, 16)
    with written(ROWS[8:]) as path:
        domo.streams.upload_gzip_part_from_file(*run, 3, path, False, 0)
    equal(domo.streams.commit_execution(*run)["currentState"], "SUCCESS")
    same(rows_of(domo, stream["dataSet"]["id"]), ROWS)


@SUITE.case("upload: upsert", "rows take the place of those with their key")
def upsert():
    domo = plain()
    columns = ["key", "value"]
    dataset = domo.ds_create(pd.DataFrame([["a", 1], ["b", 2]], columns=columns), "upsert", "", "UPSERT", ["key"])
    domo.ds_update(dataset, pd.DataFrame([["b", 3]], columns=columns))
    same(domo.datasets.query(dataset, "SELECT * FROM table ORDER BY `key`")["rows"], [["a", 1], ["b", 3]])


@SUITE.case("streams", "streams and their runs are made, found, changed, aborted and deleted")
def streams():
    domo = plain()
    stream = stream_of(domo)
    dataset = stream["dataSet"]["id"]
    equal(domo.streams.get(stream["id"])["dataSet"]["id"], dataset)
    equal(domo.streams.search("dataSource.id:" + dataset)[0]["id"], stream["id"])
    equal(domo.utilities.get_stream_id(dataset), stream["id"])
    equal(domo.streams.update(stream["id"], {"updateMethod": "REPLACE"})["updateMethod"], "REPLACE")
    first = domo.streams.create_execution(stream["id"])
    domo.streams.upload_part(stream["id"], first["id"], 1, to_csv(ROWS))
    domo.streams.commit_execution(stream["id"], first["id"])
    second = domo.streams.create_execution(stream["id"], UpdateMethod.APPEND)
    domo.streams.abort_current_execution(stream["id"])
    equal(domo.streams.get_execution(stream["id"], second["id"])["currentState"], "ABORTED")
    third = domo.streams.create_execution(stream["id"])
    domo.streams.abort_execution(stream["id"], third["id"])
    pages = [domo.streams.list_executions(stream["id"], 2, offset) for offset in (0, 2, 4)]
    equal([it["currentState"] for page in pages for it in page], ["SUCCESS", "ABORTED", "ABORTED"])
    domo.streams.delete(stream["id"])
    raises(Exception, lambda: domo.streams.get(stream["id"]), '"status":404')
    equal(domo.datasets.get(dataset)["rows"], len(ROWS))


@SUITE.case("refusals: 400, 404, 501", "refusals are its own exceptions")
def refusals():
    domo = plain()
    dataset = created(domo)
    raises(Exception, lambda: domo.datasets.get(NOBODY), "Error retrieving DataSet", '"status":404')
    raises(Exception, lambda: domo.datasets.data_export(NOBODY, True), "Error downloading data", '"status":404')
    raises(Exception, lambda: domo.datasets.query(dataset, "SELEC 1"), "Error creating query", '"status":400')
    raises(Exception, lambda: domo.datasets.query(dataset, {"sql": "SELECT 1 FROM t"}), '"status":400')
    raises(Exception, lambda: domo.datasets.data_import(dataset, "one,two\n"), "Error uploading DataSet", '"status":400')
    raises(Exception, lambda: domo.datasets.data_import(dataset, "a,no number,1,,\n"), '"status":400')
    raises(Exception, lambda: domo.streams.create_execution(99), '"status":404')
    raises(Exception, lambda: list(domo.pages.list()), '"status":501')


@SUITE.case("refusals: 401, 403", "who is not let in, or may not, gets its own exceptions")
def strangers():
    def strict(client, secret):
        return Domo(client, secret, api_host=STRICT_HOST, use_https=False)

    raises(Exception, lambda: strict("grace", "wrong"), "Error retrieving a Domo API Access Token", '"status":401')
    domo = strict("grace", "cobol")
    equal(domo.datasets.query(SALES, "SELECT COUNT(*) FROM table")["rows"], [[3]])
    raises(Exception, lambda: domo.datasets.delete(SALES), "Error deleting DataSet", '"status":403')
    raises(Exception, lambda: domo.datasets.data_import(SALES, "a,1,1,\n"), "Error uploading DataSet", '"status":403')
    with later(hours=2):
        raises(Exception, lambda: domo.datasets.get(SALES), "Error retrieving DataSet")
    equal(domo.datasets.get(SALES)["rows"], 3)


def walk(domo):
    dataset = created(domo)
    domo.datasets.data_import(dataset, to_csv(ROWS))
    same(rows_of(domo, dataset), ROWS)
    domo.datasets.delete(created(domo))


@SUITE.case("way: http", "by http to a host and a port")
def by_http():
    walk(plain())
    equal(instances(), {"default": 4})


@SUITE.case("way: https", "by https, trusting Domock's authority")
def by_https():
    with without_proxy():
        walk(Domo("id", "secret", api_host=HOST))
    equal(instances(), {"default": 4})


@SUITE.case("way: proxy", "to api.domo.com and to an instance, with Domock as the proxy")
def by_proxy():
    walk(Domo("id", "secret"))
    walk(Domo("id", "secret", use_https=False))
    walk(Domo("id", "secret", api_host="acme.domo.com"))
    equal(instances(), {"default": 5, "acme": 4})


@SUITE.case("way: path", "by http and https to an instance that the path begins with")
def by_path():
    host = f"{HOST}/acme.domo.com"
    walk(Domo("id", "secret", api_host=host, use_https=False))
    with without_proxy():
        walk(Domo("id", "secret", api_host=host))
    equal(instances(), {"default": 3, "acme": 5})


@SUITE.case("way: Host header", "to api.domo.com and to an instance, by the hosts file")
def by_host():
    with hosts_file():
        walk(Domo("id", "secret"))
        walk(Domo("id", "secret", api_host="acme.domo.com"))
        walk(Domo("id", "secret", api_host="acme.domo.com", use_https=False))
    equal(instances(), {"default": 4, "acme": 5})
