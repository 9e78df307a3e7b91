"""domolibrary: uploads, queries, indexes and partitions of the product API, by its routes and by its classes."""

import asyncio
import builtins
import contextlib
import io
import logging
import tempfile

import pandas as pd
from domolibrary.classes.DomoDataset import DomoDataset
from domolibrary.client.DomoAuth import DomoTokenAuth
from domolibrary.routes import dataset as routes
from support import ROWS, SCHEMA, Suite, blank_is_null, equal, same, to_csv

SUITE = Suite("domolibrary")

logging.getLogger("httpx").setLevel(logging.WARNING)


def auth(instance="acme"):
    return DomoTokenAuth(domo_access_token="token", domo_instance=instance)


def casing(suite):
    """Hides its prints and skips the pauses that it makes for the real service."""

    def case(operation, name):
        def add(check):
            def run():
                pause = asyncio.sleep
                asyncio.sleep = lambda delay, *rest: pause(0 if delay >= 1 else delay, *rest)
                try:
                    with contextlib.redirect_stdout(io.StringIO()):
                        asyncio.run(check())
                finally:
                    asyncio.sleep = pause

            return suite.case(operation, name)(run)

        return add

    return case


case = casing(SUITE)


async def created(name="clients", columns=None, whose=None, **more):
    schema = {"columns": [{**it, "upsertKey": False} for it in columns or SCHEMA]}
    return await DomoDataset.create(dataset_name=name, schema=schema, auth=whose or auth(), **more)


async def uploaded(dataset, parts, index=True, method="REPLACE", tag=None):
    res = await routes.upload_dataset_stage_1(auth=dataset.auth, dataset_id=dataset.id, partition_tag=tag)
    upload = res.response
    for number, part in reversed(list(enumerate(parts, start=1))):
        await routes.upload_dataset_stage_2_file(
            auth=dataset.auth, dataset_id=dataset.id, upload_id=upload, part_id=number, data_file=part
        )
    await routes.upload_dataset_stage_3(
        auth=dataset.auth, dataset_id=dataset.id, upload_id=upload, update_method=method, is_index=index, partition_tag=tag
    )


async def rows_of(dataset, sql="SELECT * FROM table", **more):
    found = await dataset.query_dataset_private(sql=sql, is_return_dataframe=False, **more)
    return [list(row.values()) for row in found]


async def raising(kind, work, *words):
    try:
        await work
    except kind as refusal:
        missing = [word for word in words if word not in str(refusal)]
        if missing:
            raise AssertionError(f"{kind.__name__} does not say {missing}: {refusal}") from refusal
        return
    raise AssertionError(f"{kind.__name__} was expected")


@case("create", "a dataset is made with all types, and shows as made")
async def create():
    dataset = await created()
    equal((dataset.name, dataset.row_count, dataset.column_count), ("clients", 0, len(SCHEMA)))
    raw = await DomoDataset.create(dataset_name="raw", auth=auth(), return_raw=True)
    equal([it["name"] for it in raw.response["schema"]["columns"]], ["col1", "col2"])


@case("query", "every row comes back")
async def rows_come_back():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    same(await rows_of(dataset), ROWS)
    frame = await dataset.query_dataset_private(sql="SELECT text, whole FROM table WHERE whole < 0 ORDER BY whole LIMIT 2")
    same(frame.values.tolist(), [["Grüße, 世界 🦀👩‍👩‍👧", -(2**63)], ["two\r\nlines, as Windows ends them", -(2**53 + 1)]])


@case("query: paging", "every row comes back, page by page")
async def pages():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    for limit in (1, 5, len(ROWS), 100):
        same(await rows_of(dataset, limit=limit, loop_until_end=True), ROWS)
    # It stops after the page that completes the result.
    top = [[2**63 - 1], [2**53 + 1], [4503599627370497], [2147483648]]
    equal(await rows_of(dataset, "SELECT whole FROM table ORDER BY whole DESC", limit=2, maximum=3), top)
    equal(await rows_of(dataset, "SELECT COUNT(*) FROM table limit 1", loop_until_end=True), [[len(ROWS)]])


@case("upload: text", "text replaces and is appended")
async def text():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    await uploaded(dataset, [to_csv(ROWS[:2])], method="APPEND")
    same(await rows_of(dataset), ROWS + ROWS[:2])
    await uploaded(dataset, [to_csv(ROWS[:1])])
    same(await rows_of(dataset), ROWS[:1])


@case("upload: parts", "parts come together in the order of their numbers")
async def parts():
    dataset = await created()
    await uploaded(dataset, [to_csv([row]) for row in ROWS])
    same(await rows_of(dataset), ROWS)


@case("upload: file", "an open file goes in by its own upload")
async def file():
    dataset = await created()
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8", newline="") as opened:
        opened.write(to_csv(ROWS))
        opened.seek(0)
        await dataset.upload_data(upload_file=opened, upload_method="REPLACE", is_index=True)
    same(await rows_of(dataset), ROWS)


@case("upload: frame", "frames go in by its own upload, in parts, appended, and empty")
async def frame():
    dataset = await created()
    kinds = {"LONG": "Int64", "DOUBLE": "Float64"}
    columns = zip(SCHEMA, zip(*ROWS))
    frame = pd.DataFrame({it["name"]: pd.array(cells, dtype=kinds.get(it["type"], "string")) for it, cells in columns})
    await dataset.upload_data(upload_df_ls=[frame.head(5), frame.tail(len(ROWS) - 5)], is_index=True)
    same(await rows_of(dataset), blank_is_null(ROWS))
    await dataset.upload_data(upload_df=frame.head(1), upload_method="APPEND", is_index=True)
    equal(await rows_of(dataset, "SELECT COUNT(*) AS n FROM table"), [[len(ROWS) + 1]])
    await dataset.upload_data(upload_df=frame.head(0), upload_method="REPLACE", is_index=True)
    equal(await rows_of(dataset, "SELECT COUNT(*) AS n FROM table"), [[0]])


@case("index", "rows show once they are indexed")
async def index():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS[:1])], index=False)
    equal(await rows_of(dataset), [])
    res = await routes.index_dataset(auth=auth(), dataset_id=dataset.id)
    status = await routes.index_status(auth=auth(), dataset_id=dataset.id, index_id=next(iter(res.response.values())))
    equal(status.is_success, True)
    same(await rows_of(dataset), ROWS[:1])
    await uploaded(dataset, [to_csv(ROWS)], index=False)
    await dataset.index_dataset()
    same(await rows_of(dataset), ROWS)


async def partitioned():
    dataset = await created("parts", [{"type": "STRING", "name": "s"}])
    for tag, value in (("2024-01", "a"), ("2024 02/ü", "b"), ("2024-01", "c")):
        await uploaded(dataset, [f"{value}\n"], tag=tag)
    return dataset


@case("partitions", "partitions are replaced, listed and deleted")
async def partitions():
    dataset = await partitioned()
    same(await rows_of(dataset, "SELECT s FROM table ORDER BY s"), [["b"], ["c"]])
    equal(sorted(it["partitionId"] for it in await dataset.list_partitions()), ["2024 02/ü", "2024-01"])
    await dataset.upload_data(upload_df=pd.DataFrame({"s": ["d"]}), partition_key="2024-01", is_index=True)
    same(await rows_of(dataset, "SELECT s FROM table ORDER BY s"), [["b"], ["d"]])
    await dataset.delete_partition(dataset_partition_id="2024-01")
    same(await rows_of(dataset), [["b"]])
    equal([it["partitionId"] for it in await dataset.list_partitions()], ["2024 02/ü"])


@case("partitions", "a dataset is reset by its class")
async def reset():
    dataset = await partitioned()
    asked, builtins.input = builtins.input, lambda _: "BLOW_ME_AWAY"
    try:
        await dataset.reset_dataset()
    finally:
        builtins.input = asked
    equal(await rows_of(dataset), [])
