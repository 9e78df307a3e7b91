"""shipyard-domo: its commands for datasets, which use the public and the product API."""

import contextlib
import io
import logging
import os
import tempfile

import pandas as pd
from shipyard_domo import DomoClient
from shipyard_domo.utils import exceptions
from support import HOST, NAMES, NOBODY, ROWS, SCHEMA, STRICT_HOST, Suite, blank_is_null, equal, hosts_file, instances
from support import raises, same, without_proxy

SUITE = Suite("shipyard-domo")
SALES = "5a1e5000-0000-4000-8000-000000000001"

logging.getLogger("Shipyard").setLevel(logging.CRITICAL)


def client(**more):
    return DomoClient(client_id="id", secret_key="secret", access_token="token", domo_instance="acme", **more)


def quietly(call, *arguments, **named):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return call(*arguments, **named)


@contextlib.contextmanager
def written(rows, names=NAMES):
    """Writes these rows to a file with a header line and returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        kinds = {"LONG": "Int64", "DOUBLE": "Float64"}
        of = {it["name"]: kinds.get(it["type"], "object") for it in SCHEMA}
        columns = {name: pd.array(cells, dtype=of.get(name, "object")) for name, cells in zip(names, zip(*rows))}
        pd.DataFrame(columns).to_csv(path, index=False)
        yield path


def uploaded(domo, path, dataset="", method="REPLACE", schema=None, **more):
    stream, run = quietly(domo.upload_stream, path, "ship", method, dataset, None, schema or {"columns": SCHEMA}, **more)
    made = domo.domo.streams.get(stream)["dataSet"]["id"]
    equal(domo.get_execution_details(made, run)["currentState"], "SUCCESS")
    return made


def rows_of(domo, dataset):
    return domo.domo.datasets.query(dataset, "SELECT * FROM table")["rows"]


def survives(row):
    """Whether a row survives pandas, which the client reads files with."""
    read = pd.read_csv(io.StringIO(f"fraction\n{row[2]!r}\n"))["fraction"]
    return None not in row and row[0] not in ("", "NULL") and read.tolist() == [row[2]]


KEPT = [row for row in ROWS if survives(row)]


@SUITE.case("upload: file", "rows of a file come back")
def upload():
    domo = client()
    with written(KEPT) as path:
        same(rows_of(domo, uploaded(domo, path)), KEPT)
    equal(len(KEPT) >= 6, True)


@SUITE.case("upload: file", "every row of a file comes back")
def upload_all():
    domo = client()
    with written(ROWS) as path:
        same(rows_of(domo, uploaded(domo, path)), blank_is_null(ROWS))


@SUITE.case("create", "a file makes a dataset, with the types that it infers")
def infer():
    domo = client()
    rows = [["a", 1, 0.5, "2024-01-01"], ['q"u,ote', -2, -1.25, "1999-12-31"], ["Grüße\n世界", 3, 1e-7, "2024-02-29"]]
    with written(rows, ["s", "n", "d", "t"]) as path:
        dataset = uploaded(domo, path, schema=quietly(domo.infer_schema, path, None))
    equal([it["type"] for it in domo.domo.utilities.domo_schema(dataset)], ["STRING", "LONG", "DOUBLE", "STRING"])
    same(rows_of(domo, dataset), rows)


@SUITE.case("upload: parts", "a file goes up in parts, and several files in one run")
def parts():
    domo = client()
    columns = [it for it in SCHEMA if it["type"] != "DATETIME"]
    rows = [row[:4] for row in KEPT if row[0] != "007"]  # pandas reads a part that contains only such text as numbers
    with written(rows, NAMES[:4]) as path:
        dataset = uploaded(domo, path, schema={"columns": columns}, chunksize=1)
        same(rows_of(domo, dataset), rows)
        uploaded(domo, [path, path], dataset, schema={"columns": columns}, chunksize=2)
        same(rows_of(domo, dataset), rows + rows)
        uploaded(domo, path, dataset, "APPEND", {"columns": columns})
        same(rows_of(domo, dataset), rows * 3)


@SUITE.case("schema", "an upload changes the schema to that of its file")
def schema():
    domo = client()
    rows = [row[:2] for row in KEPT]
    with written(rows, NAMES[:2]) as path:
        dataset = uploaded(domo, path, schema={"columns": SCHEMA[:2]})
    wider = [[*row, "more"] for row in rows]
    columns = [*SCHEMA[:2], {"type": "STRING", "name": "extra"}]
    with written(wider, [it["name"] for it in columns]) as path:
        uploaded(domo, path, dataset, schema={"columns": columns})
    equal(domo.domo.utilities.domo_schema(dataset), columns)
    same(rows_of(domo, dataset), wider)


@SUITE.case("export", "a dataset comes down as a frame")
def download():
    domo = client()
    with written(KEPT) as path:
        found = quietly(domo.download_dataset, uploaded(domo, path))
    same(found[NAMES[:3]].values.tolist(), [row[:3] for row in KEPT])


@SUITE.case("streams", "a connector's dataset is refreshed, and the run is found among all streams")
def refresh():
    domo = client()
    run = quietly(domo.refresh_dataset, SALES)
    equal(domo.get_execution_details(SALES, run["id"])["currentState"], "SUCCESS")


@SUITE.case("cards", "cards are found by their urn")
def cards():
    equal([it["title"] for it in client().fetch_card_data("93905300")], ["Sales by store"])


@SUITE.case("refusals: 400, 404, 501", "refusals are its own exceptions")
def refusals():
    domo = client()
    raises(exceptions.DatasetNotFound, lambda: quietly(domo.download_dataset, NOBODY))
    raises(exceptions.RefreshError, lambda: quietly(domo.refresh_dataset, NOBODY))
    raises(exceptions.ExecutionDetailsNotFound, lambda: quietly(domo.get_execution_details, NOBODY, 1))
    raises(exceptions.CardExportError, lambda: quietly(domo.export_card, "93905300", "out.csv", "csv"), "501")
    with written([["no number"]], ["text"]) as path:
        schema = {"columns": [{"type": "LONG", "name": "text"}]}
        raises(exceptions.UploadStreamError, lambda: uploaded(domo, path, schema=schema), "400")


@SUITE.case("refusals: 401, 403", "who is not let in, or may not, gets its own exceptions")
def strangers():
    def strict(secret="cobol", token="grace-token"):
        return DomoClient("grace", secret, token, f"{STRICT_HOST}/acme", STRICT_HOST)

    raises(exceptions.InvalidClientIdAndSecret, lambda: quietly(strict(secret="wrong").connect))
    raises(exceptions.InvalidDeveloperToken, lambda: quietly(strict(token="wrong").connect))
    domo = strict()
    quietly(domo.connect)
    equal(len(quietly(domo.download_dataset, SALES)), 3)
    raises(exceptions.RefreshError, lambda: quietly(domo.refresh_dataset, SALES), "403")


def walk(domo):
    quietly(domo.connect)
    with written(KEPT[:3]) as path:
        same(rows_of(domo, uploaded(domo, path)), KEPT[:3])
    equal([it["title"] for it in domo.fetch_card_data("93905300")], ["Sales by store"])


@SUITE.case("way: proxy", "to api.domo.com and to an instance, with Domock as the proxy")
def by_proxy():
    walk(client())
    equal(instances(), {"default": 4, "acme": 3})


@SUITE.case("way: https", "by https, trusting Domock's authority")
def by_https():
    with without_proxy():
        walk(DomoClient("id", "secret", "token", f"{HOST}/acme", HOST))
    equal(instances(), {"default": 4, "acme": 3})


@SUITE.case("way: path", "to an instance that the path begins with")
def by_path():
    with without_proxy():
        walk(DomoClient("id", "secret", "token", f"{HOST}/acme", f"{HOST}/acme.domo.com"))
    equal(instances(), {"default": 3, "acme": 4})


@SUITE.case("way: Host header", "to api.domo.com and to an instance, by the hosts file")
def by_host():
    with hosts_file():
        walk(client())
    equal(instances(), {"default": 4, "acme": 3})
