"""shipyard-domo: what its command line does with datasets, through the public and the product API."""

import contextlib
import io
import os
import tempfile

import pandas as pd
from shipyard_domo import DomoClient
from shipyard_domo.utils import exceptions
from support import NOBODY, Suite, equal, raises, same

SUITE = Suite("shipyard-domo")
SALES = "5a1e5000-0000-4000-8000-000000000001"
ROWS = [["a", 1, 0.5, "2024-01-01"], ['q"u,ote', -2, -1.25, "1999-12-31"], ["Grüße\n世界", 3, 1e-7, "2024-02-29"]]


def client():
    return DomoClient(client_id="id", secret_key="secret", access_token="token", domo_instance="acme")


def quietly(call, *arguments, **named):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return call(*arguments, **named)


@SUITE.case("both of its ways to connect")
def connect():
    quietly(client().connect)


@SUITE.case("files are uploaded by a stream, and come down as a frame")
def upload():
    domo = client()
    frame = pd.DataFrame(ROWS, columns=["s", "n", "d", "t"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        frame.to_csv(path, index=False)
        schema = quietly(domo.infer_schema, path, None)
        stream, run = quietly(domo.upload_stream, path, "ship", "REPLACE", "", None, schema, chunksize=2)
        dataset = domo.domo.streams.get(stream)["dataSet"]["id"]
        equal(domo.get_execution_details(dataset, run)["currentState"], "SUCCESS")
        found = quietly(domo.download_dataset, dataset)
        same(found[["s", "n", "d"]].values.tolist(), [row[:3] for row in ROWS])
        quietly(domo.upload_stream, [path, path], "ship", "REPLACE", dataset, None, {"columns": domo.domo.utilities.domo_schema(dataset)})
    equal(len(quietly(domo.download_dataset, dataset)), 2 * len(ROWS))


@SUITE.case("a connector's dataset is refreshed")
def refresh():
    domo = client()
    run = quietly(domo.refresh_dataset, SALES)
    equal(domo.get_execution_details(SALES, run["id"])["currentState"], "SUCCESS")


@SUITE.case("cards are found by their urn")
def cards():
    equal([it["title"] for it in client().fetch_card_data("93905300")], ["Sales by store"])


@SUITE.case("refusals are its own exceptions")
def refusals():
    domo = client()
    raises(exceptions.DatasetNotFound, lambda: quietly(domo.download_dataset, NOBODY))
    raises(exceptions.RefreshError, lambda: quietly(domo.refresh_dataset, NOBODY))
    raises(exceptions.ExecutionDetailsNotFound, lambda: quietly(domo.get_execution_details, NOBODY, 1))
    raises(exceptions.CardExportError, lambda: quietly(domo.export_card, "93905300", "out.csv", "csv"), "501")
