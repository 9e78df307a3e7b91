"""domolibrary: the product API, by its routes and by its classes."""

import asyncio
import contextlib
import io
import logging

import httpx
import pandas as pd
from domolibrary.classes.DomoDataset import DomoDataset
from domolibrary.client.DomoAuth import DomoDeveloperAuth, DomoTokenAuth
from domolibrary.routes import datacenter, pdp, stream
from domolibrary.routes import dataset as routes
from support import NOBODY, ROWS, SCHEMA, Suite, equal, same, to_csv

SUITE = Suite("domolibrary")
SALES = "5a1e5000-0000-4000-8000-000000000001"

logging.getLogger("httpx").setLevel(logging.WARNING)


def auth():
    return DomoTokenAuth(domo_access_token="token", domo_instance="acme")


def case(name):
    """Its own prints are kept out of the way, and it does not pause where it would for the real service."""

    def add(check):
        def run():
            pause = asyncio.sleep
            asyncio.sleep = lambda delay, *rest: pause(0 if delay >= 1 else delay, *rest)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    asyncio.run(check())
            finally:
                asyncio.sleep = pause

        return SUITE.case(name)(run)

    return add


async def created(name="clients", columns=None):
    schema = {"columns": [{**it, "upsertKey": False} for it in columns or SCHEMA]}
    return await DomoDataset.create(dataset_name=name, schema=schema, auth=auth())


async def uploaded(dataset, parts, index=True, method="REPLACE", tag=None):
    res = await routes.upload_dataset_stage_1(auth=auth(), dataset_id=dataset.id, partition_tag=tag)
    upload = res.response
    for number, part in enumerate(parts, start=1):
        await routes.upload_dataset_stage_2_file(
            auth=auth(), dataset_id=dataset.id, upload_id=upload, part_id=number, data_file=part
        )
    await routes.upload_dataset_stage_3(
        auth=auth(), dataset_id=dataset.id, upload_id=upload, update_method=method, is_index=index, partition_tag=tag
    )


async def rows_of(dataset, sql="SELECT * FROM table", **more):
    found = await dataset.query_dataset_private(sql=sql, is_return_dataframe=False, **more)
    return [list(row.values()) for row in found]


async def raising(kind, work, *words):
    try:
        await work
    except kind as refusal:
        missing = [word for word in words if word not in str(refusal)]
        equal(missing, [])
        return
    raise AssertionError(f"{kind.__name__} was expected")


@case("every row comes back, page by page")
async def rows_come_back():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS[:3]), to_csv(ROWS[3:])])
    same(await rows_of(dataset, limit=3, loop_until_end=True), ROWS)
    equal((await rows_of(dataset, "SELECT COUNT(*) FROM table")), [[len(ROWS)]])


@case("a frame goes in by its own upload, in two parts")
async def frame():
    columns = [{"type": "STRING", "name": "s"}, {"type": "LONG", "name": "n"}, {"type": "DOUBLE", "name": "d"}]
    dataset = await created("frame", columns)
    frame = pd.DataFrame({"s": ["a", 'q"u,ote\n', "世界"], "n": [1, -2, 2**53 + 1], "d": [0.1 + 0.2, -1e-7, 1e300]})
    await dataset.upload_data(upload_df_ls=[frame.head(2), frame.tail(1)], upload_method="REPLACE", is_index=True)
    same(await rows_of(dataset), frame.values.tolist())
    await dataset.upload_data(upload_df=frame.head(1), upload_method="APPEND", is_index=True)
    equal(await rows_of(dataset, "SELECT COUNT(*) AS n FROM table"), [[4]])
    await dataset.upload_data(upload_df=frame.head(0), upload_method="REPLACE", is_index=False)
    equal(await rows_of(dataset, "SELECT COUNT(*) AS n FROM table"), [[4]])
    res = await routes.index_dataset(auth=auth(), dataset_id=dataset.id)
    status = await routes.index_status(auth=auth(), dataset_id=dataset.id, index_id=next(iter(res.response.values())))
    equal(status.is_success, True)
    equal(await rows_of(dataset, "SELECT COUNT(*) AS n FROM table"), [[0]])


@case("partitions are replaced, listed and deleted")
async def partitions():
    dataset = await created("parts", [{"type": "STRING", "name": "s"}])
    for tag, value in (("2024-01", "a"), ("2024 02", "b"), ("2024-01", "c")):
        await uploaded(dataset, [f"{value}\n"], tag=tag)
    same(await rows_of(dataset, "SELECT s FROM table ORDER BY s"), [["b"], ["c"]])
    equal(sorted(it["partitionId"] for it in await dataset.list_partitions()), ["2024 02", "2024-01"])
    await dataset.delete_partition(dataset_partition_id="2024-01", empty_df=pd.DataFrame())
    same(await rows_of(dataset), [["b"]])
    equal([it["partitionId"] for it in await dataset.list_partitions()], ["2024 02"])


@case("the schema is read, altered and described")
async def schema():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    await dataset.Schema.get()
    equal([it.name for it in dataset.Schema.columns], [it["name"] for it in SCHEMA])
    wider = {"columns": [*SCHEMA, {"type": "STRING", "name": "extra"}]}
    await routes.alter_schema(auth=auth(), dataset_id=dataset.id, schema_obj=wider)
    await routes.index_dataset(auth=auth(), dataset_id=dataset.id)
    same(await rows_of(dataset), [[*row, None] for row in ROWS])
    told = {"columns": [{"name": "extra", "newName": "more", "description": "told", "tags": ["t"]}]}
    res = await routes.alter_schema_descriptions(auth=auth(), dataset_id=dataset.id, schema_obj=told)
    equal(res.status, 200)
    res = await routes.get_schema(auth=auth(), dataset_id=dataset.id)
    last = res.response["tables"][0]["columns"][-1]
    equal((last["name"], last["description"], last["tags"]), ("more", "told", ["t"]))


@case("tags, sharing and permissions")
async def access():
    dataset = await created()
    await dataset.Tags.set(["a", "b"])
    equal(sorted((await DomoDataset.get_by_id(dataset.id, auth=auth())).Tags.tag_ls), ["a", "b"])
    for kind, who in (("USER", 28), ("GROUP", 101)):
        body = routes.generate_share_dataset_payload(kind, who, routes.ShareDataset_AccessLevelEnum.CAN_EDIT)
        await routes.share_dataset(auth=auth(), dataset_id=dataset.id, body=body)
    res = await routes.get_permissions(auth=auth(), dataset_id=dataset.id)
    same(
        [[it["type"], it["id"], it["accessLevel"], it["name"]] for it in res.response["list"]],
        [["USER", "27", "OWNER", "Ada Lovelace"], ["USER", "28", "CAN_EDIT", "Grace Hopper"], ["GROUP", "101", "CAN_EDIT", "Analysts"]],
    )
    body = routes.generate_share_dataset_payload("USER", 999)
    await raising(routes.ShareDataset_Error, routes.share_dataset(auth=auth(), dataset_id=dataset.id, body=body))


@case("policies are kept, and a query sees as they show")
async def policies():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    filters = pdp.generate_policy_parameter_simple("text", column_values_ls=["PLAIN"])
    body = pdp.generate_policy_body("plain only", dataset.id, filters, user_ids=["28"])
    made = (await pdp.create_policy(auth=auth(), dataset_id=dataset.id, body=body)).response
    same(await rows_of(dataset, filter_pdp_policy_id_ls=[made["filterGroupId"]]), ROWS[:1])
    same(await rows_of(dataset), ROWS)
    await raising(pdp.CreatePolicy_Error, pdp.create_policy(auth=auth(), dataset_id=dataset.id, body=body))
    listed = (await pdp.get_pdp_policies(auth=auth(), dataset_id=dataset.id)).response
    equal([it["name"] for it in listed], ["All Rows", "plain only"])
    body["name"] = "renamed"
    await pdp.update_policy(auth=auth(), dataset_id=dataset.id, policy_id=made["filterGroupId"], body=body)
    equal((await pdp.toggle_pdp(auth=auth(), dataset_id=dataset.id)).status, 200)
    await pdp.delete_policy(auth=auth(), dataset_id=dataset.id, policy_id=made["filterGroupId"])
    equal(len((await pdp.get_pdp_policies(auth=auth(), dataset_id=dataset.id)).response), 1)


@case("streams are listed to their end, made, changed and run")
async def streams():
    equal([it["id"] for it in (await stream.get_streams(auth=auth())).response], [371])
    body = {"transport": {"type": "CONNECTOR", "description": "d", "version": "1"}, "configuration": []}
    body |= {"updateMethod": "REPLACE", "dataProvider": {"key": "k"}, "dataSource": {"name": "n", "description": ""}}
    made = (await stream.create_stream(auth=auth(), body=body)).response
    await stream.update_stream(auth=auth(), stream_id=made["id"], body={"updateMethod": "APPEND"})
    dataset = await DomoDataset.get_by_id(made["dataSource"]["id"], auth=auth())
    await dataset.Stream.get()
    equal((dataset.Stream.update_method, dataset.Stream.data_provider_key), ("APPEND", "k"))
    run = (await stream.execute_stream(auth=auth(), stream_id=made["id"])).response
    equal((run["executionId"], run["streamId"]), (1, made["id"]))


@case("the search pages to its end")
async def search():
    for number in range(3):
        await created(f"Find me {number}")
    res = await datacenter.search_datacenter(auth=auth(), search_text="*find me*")
    equal(sorted(it["name"] for it in res.response), ["Find me 0", "Find me 1", "Find me 2"])
    await raising(
        datacenter.SearchDatacenter_NoResultsFound, datacenter.search_datacenter(auth=auth(), search_text="*nothing*")
    )


@case("deleting, and refusals as its own exceptions")
async def refusals():
    dataset = await created()
    missing = DomoDataset.get_by_id(NOBODY, auth=auth())
    await raising(routes.DatasetNotFoundError, missing, NOBODY)
    await raising(routes.QueryRequestError, rows_of(dataset, "SELECT nothing FROM table"), "400")
    await raising(routes.Dataset_CRUDError, routes.index_dataset(auth=auth(), dataset_id=NOBODY), NOBODY)
    await dataset.delete()
    await raising(routes.DatasetNotFoundError, DomoDataset.get_by_id(dataset.id, auth=auth()))
    await raising(routes.DatasetNotFoundError, rows_of(dataset))


@case("the public query with a developer client")
async def public_query():
    developer = DomoDeveloperAuth(domo_client_id="id", domo_client_secret="secret")
    async with httpx.AsyncClient(verify=False) as session:
        res = await routes.query_dataset_public(
            dev_auth=developer, dataset_id=SALES, sql="SELECT COUNT(*) AS n FROM table", session=session
        )
    equal(developer.user_id, 27)
    equal((res.response["columns"], res.response["rows"]), (["n"], [[3]]))
