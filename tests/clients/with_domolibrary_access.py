"""domolibrary: schemas, tags, sharing, policies, streams, search, its exceptions, and each way to reach the server."""

from types import SimpleNamespace

import httpx
import pandas as pd
from domolibrary.classes.DomoDatacenter import DomoDatacenter
from domolibrary.classes.DomoDataset import DomoDataset
from domolibrary.classes.DomoDataset_Schema import DomoDataset_Schema_Column
from domolibrary.classes.DomoDataset_Stream import DomoStream
from domolibrary.classes.DomoPDP import Dataset_PDP_Policies, PDP_Policy, SearchPDP_NotFound
from domolibrary.client.DomoAuth import DomoDeveloperAuth, DomoFullAuth, DomoTokenAuth
from domolibrary.routes import datacenter, pdp, stream
from domolibrary.routes import dataset as routes
from domolibrary.routes.auth import InvalidCredentialsError
from support import CA, HOST, NOBODY, ROWS, SCHEMA, STRICT_HOST, STRICT_URL, Suite, environment, equal, hosts_file
from support import instances, later, same, to_csv, without_proxy
from with_domolibrary import auth, casing, created, raising, rows_of, uploaded

SUITE = Suite("domolibrary")
SALES = "5a1e5000-0000-4000-8000-000000000001"
case = casing(SUITE)


@case("schema", "the schema is read, altered and described")
async def schema():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    equal([it.name for it in await dataset.Schema.get()], [it["name"] for it in SCHEMA])
    wider = {"columns": [*SCHEMA, {"type": "STRING", "name": "extra"}]}
    await routes.alter_schema(auth=auth(), dataset_id=dataset.id, schema_obj=wider)
    await dataset.index_dataset()
    same(await rows_of(dataset), [[*row, None] for row in ROWS])
    told = {"columns": [{"name": "extra", "newName": "more", "description": "told", "tags": ["t"]}]}
    await routes.alter_schema_descriptions(auth=auth(), dataset_id=dataset.id, schema_obj=told)
    res = await routes.get_schema(auth=auth(), dataset_id=dataset.id)
    last = res.response["tables"][0]["columns"][-1]
    equal((last["name"], last["description"], last["tags"]), ("more", "told", ["t"]))


@case("schema", "a column is added and taken out by its classes")
async def schema_by_class():
    dataset = await created()
    await dataset.Schema.get()
    dataset.Schema.add_col(DomoDataset_Schema_Column(name="extra", id="extra", type="LONG", order=5))
    await dataset.Schema.alter_schema()
    await dataset.index_dataset()
    equal([it.name for it in await dataset.Schema.get()][-1], "extra")
    dataset.Schema.remove_col(dataset.Schema.columns[0])
    await dataset.Schema.alter_schema()
    await dataset.index_dataset()
    equal([it.name for it in await dataset.Schema.get()], [*(it["name"] for it in SCHEMA[1:]), "extra"])
    await uploaded(dataset, ["1,0.5,2024-02-29,2024-02-29T00:00:00,7\n"])
    same(await rows_of(dataset), [[1, 0.5, "2024-02-29", "2024-02-29T00:00:00", 7]])


@case("schema", "columns are put in the order of a frame")
async def column_order():
    dataset = await created()
    await dataset.Schema.reset_col_order(pd.DataFrame(columns=[it["name"] for it in reversed(SCHEMA)]))
    equal([it.name for it in await dataset.Schema.get()], [it["name"] for it in reversed(SCHEMA)])


@case("tags", "tags are set, added and removed")
async def tags():
    dataset = await created()
    await dataset.Tags.set(["a", "ü b"])
    await dataset.Tags.add(["c"])
    await dataset.Tags.remove(["a"])
    equal(sorted((await DomoDataset.get_by_id(dataset.id, auth=auth())).Tags.tag_ls), ["c", "ü b"])


async def grants(dataset):
    listed = (await routes.get_permissions(auth=auth(), dataset_id=dataset.id)).response["list"]
    return [[it["type"], it["id"], it["accessLevel"], it["name"]] for it in listed]


@case("share, permissions", "a dataset is shared with users and groups, and shows with whom")
async def access():
    dataset = await created()
    level = routes.ShareDataset_AccessLevelEnum
    for kind, who in (("USER", 28), ("GROUP", 101)):
        body = routes.generate_share_dataset_payload(kind, who, level.CAN_EDIT)
        await routes.share_dataset(auth=auth(), dataset_id=dataset.id, body=body)
    grace, analysts = ["USER", "28", "CAN_EDIT", "Grace Hopper"], ["GROUP", "101", "CAN_EDIT", "Analysts"]
    same(await grants(dataset), [["USER", "27", "OWNER", "Ada Lovelace"], grace, analysts])
    await dataset.share(SimpleNamespace(id=28), share_type=level.CO_OWNER)
    equal([row[2] for row in await grants(dataset)], ["OWNER", "CO_OWNER", "CAN_EDIT"])
    body = routes.generate_share_dataset_payload("USER", 999)
    await raising(routes.ShareDataset_Error, routes.share_dataset(auth=auth(), dataset_id=dataset.id, body=body))


@case("policies", "policies are kept, and a query sees as they show")
async def policies():
    dataset = await created()
    await uploaded(dataset, [to_csv(ROWS)])
    filters = pdp.generate_policy_parameter_simple("text", column_values_ls=["PLAIN"])
    body = pdp.generate_policy_body("plain only", dataset.id, filters, user_ids=["28"])
    made = (await pdp.create_policy(auth=auth(), dataset_id=dataset.id, body=body)).response
    policy = made["filterGroupId"]
    same(await rows_of(dataset, filter_pdp_policy_id_ls=[policy]), ROWS[:1])
    same(await rows_of(dataset), ROWS)
    await raising(pdp.CreatePolicy_Error, pdp.create_policy(auth=auth(), dataset_id=dataset.id, body=body))
    listed = (await pdp.get_pdp_policies(auth=auth(), dataset_id=dataset.id)).response
    equal([it["name"] for it in pdp.search_pdp_policies_by_name("plain", listed, is_exact_match=False)], ["plain only"])
    await PDP_Policy.upsert_policy(auth(), dataset.id, {**body, "filterGroupId": policy, "name": "renamed"})
    listed = (await pdp.get_pdp_policies(auth=auth(), dataset_id=dataset.id, include_all_rows=False)).response
    equal([it["name"] for it in listed], ["renamed"])
    equal((await Dataset_PDP_Policies(dataset).toggle_dataset_pdp()).status, 200)
    await pdp.delete_policy(auth=auth(), dataset_id=dataset.id, policy_id=policy)
    equal(len((await pdp.get_pdp_policies(auth=auth(), dataset_id=dataset.id)).response), 1)
    search = {"auth": auth(), "dataset_id": dataset.id, "search_method": "name"}
    equal((await Dataset_PDP_Policies.search_pdp_policies(search="All Rows", **search)).name, "All Rows")
    await raising(SearchPDP_NotFound, Dataset_PDP_Policies.search_pdp_policies(search="renamed", **search))


@case("policies", "policies come with their users and groups, as objects")
async def policies_by_class():
    dataset = await created()
    filters = pdp.generate_policy_parameter_simple("text", column_values_ls=["plain"])
    body = pdp.generate_policy_body("p", dataset.id, filters, user_ids=["28"], group_ids=["101"])
    await PDP_Policy.upsert_policy(auth(), dataset.id, body)
    found = await Dataset_PDP_Policies(dataset).get_policies()
    equal([it.name for it in found], ["All Rows", "p"])
    equal([it.id for it in found[1].user_ls], ["28"])


@case("streams", "streams are listed to their end, made, changed and run")
async def streams():
    equal([it["id"] for it in (await stream.get_streams(auth=auth())).response], [371])
    body = {"transport": {"type": "CONNECTOR", "description": "d", "version": "1"}, "configuration": []}
    body |= {"updateMethod": "REPLACE", "dataProvider": {"key": "k"}, "dataSource": {"name": "n", "description": ""}}
    made = (await DomoStream.create_stream(body, auth=auth())).response
    await DomoStream.update_stream({"updateMethod": "APPEND"}, made["id"], auth=auth())
    dataset = await DomoDataset.get_by_id(made["dataSource"]["id"], auth=auth())
    await dataset.Stream.get()
    equal((dataset.Stream.update_method, dataset.Stream.data_provider_key), ("APPEND", "k"))
    await dataset.upsert_connector({"updateMethod": "REPLACE"}, auth=auth())
    equal((await DomoStream.get_stream_by_id(auth(), made["id"])).update_method, "REPLACE")
    run = (await stream.execute_stream(auth=auth(), stream_id=made["id"])).response
    equal((run["executionId"], run["streamId"]), (1, made["id"]))


@case("lists: paging", "the search pages to its end")
async def search():
    for number in range(105):
        await routes.create(dataset_name=f"Find me {number:03}", schema={"columns": SCHEMA}, auth=auth())
    res = await datacenter.search_datacenter(auth=auth(), search_text="*find me*")
    equal(sorted(it["name"] for it in res.response), [f"Find me {it:03}" for it in range(105)])
    equal([it.name for it in await DomoDatacenter(auth()).search_datasets(search_text="*me 104*")], ["Find me 104"])
    nothing = datacenter.search_datacenter(auth=auth(), search_text="*nothing*")
    await raising(datacenter.SearchDatacenter_NoResultsFound, nothing)


@case("delete", "what is deleted is gone")
async def delete():
    dataset = await created()
    await dataset.delete()
    await raising(routes.DatasetNotFoundError, DomoDataset.get_by_id(dataset.id, auth=auth()), dataset.id)
    await raising(routes.DatasetNotFoundError, rows_of(dataset))
    await raising(routes.Dataset_CRUDError, dataset.delete())


@case("refusals: 400, 404, 501", "refusals are its own exceptions")
async def refusals():
    dataset = await created()
    await raising(routes.DatasetNotFoundError, DomoDataset.get_by_id(NOBODY, auth=auth()), NOBODY)
    await raising(routes.QueryRequestError, rows_of(dataset, "SELECT nothing FROM table"), "400")
    await raising(routes.Dataset_CRUDError, routes.index_dataset(auth=auth(), dataset_id=NOBODY), NOBODY)
    await raising(routes.Dataset_GetError, routes.get_permissions(auth=auth(), dataset_id=NOBODY))


@case("refusals: 400, 404, 501", "a refused upload is its own exception")
async def refused_upload():
    await raising(routes.UploadDataError, routes.upload_dataset_stage_1(auth=auth(), dataset_id=NOBODY))


@case("refusals: 400, 404, 501", "a stream that is missing is its own exception")
async def missing_stream():
    await raising(stream.Streams_GET_Error, stream.get_stream_by_id(auth=auth(), stream_id=99))


@case("refusals: 401, 403", "who is not let in gets its own exceptions")
async def strangers():
    here = f"{STRICT_HOST}/acme"

    def full(password):
        return DomoFullAuth(domo_username="grace@example.com", domo_password=password, domo_instance=here)

    for wrong in (DomoTokenAuth("wrong", here), full("wrong")):
        await raising(InvalidCredentialsError, wrong.who_am_i())
    stranger = DomoTokenAuth("wrong", here)
    await raising(routes.Dataset_GetError, DomoDataset.get_by_id(SALES, auth=stranger))
    await raising(routes.QueryRequestError, routes.query_dataset_private(stranger, SALES, "SELECT 1 FROM table"))
    with environment(HTTPS_PROXY=STRICT_URL):
        developer = DomoDeveloperAuth(domo_client_id="grace", domo_client_secret="wrong")
        await raising(InvalidCredentialsError, developer.get_auth_token())
    session = full("compiler")
    dataset = await DomoDataset.get_by_id(SALES, auth=session)
    with later(hours=9, instance="acme"):
        await raising(routes.Dataset_GetError, DomoDataset.get_by_id(SALES, auth=session))
    equal(await rows_of(dataset, "SELECT COUNT(*) FROM table"), [[3]])


@case("refusals: 401, 403", "who may not gets its own exceptions")
async def forbidden():
    viewer = DomoTokenAuth("alan-token", f"{STRICT_HOST}/acme")
    dataset = await DomoDataset.get_by_id(SALES, auth=viewer)
    equal(await rows_of(dataset, "SELECT COUNT(*) FROM table"), [[3]])
    body = routes.generate_share_dataset_payload("USER", 28)
    await raising(routes.ShareDataset_Error, routes.share_dataset(auth=viewer, dataset_id=SALES, body=body), "Forbidden")
    await raising(routes.Dataset_CRUDError, dataset.delete())
    await raising(routes.Dataset_CRUDError, dataset.index_dataset())
    equal((await DomoDataset.get_by_id(SALES, auth=viewer)).row_count, 3)


async def walk(whose, session=None):
    dataset = await created(whose=whose, session=session)
    await uploaded(dataset, [to_csv(ROWS)])
    same(await rows_of(dataset, session=session), ROWS)
    await (await created(whose=whose)).delete(session=session)


@case("way: https", "by https, trusting Domock's authority")
async def by_https():
    with without_proxy(), environment(SSL_CERT_FILE=CA):
        async with httpx.AsyncClient() as verifying:
            await walk(auth(f"{HOST}/acme"), verifying)
    equal(instances(), {"default": 3, "acme": 4})


@case("way: proxy", "to an instance, and to api.domo.com as a developer client, with Domock as the proxy")
async def by_proxy():
    await walk(auth())
    developer = DomoDeveloperAuth(domo_client_id="id", domo_client_secret="secret")
    async with httpx.AsyncClient() as verifying:
        sql = "SELECT COUNT(*) AS n FROM table"
        res = await routes.query_dataset_public(dev_auth=developer, dataset_id=SALES, sql=sql, session=verifying)
    equal((developer.user_id, res.response["columns"], res.response["rows"]), (27, ["n"], [[3]]))
    equal(instances(), {"default": 3, "acme": 4})


@case("way: path", "to an instance that the path begins with, by https and, for lists of policies, by http")
async def by_path():
    with without_proxy():
        await walk(auth(f"{HOST}/acme"))
        res = await pdp.get_pdp_policies(auth=auth(f"{HOST}/acme"), dataset_id=SALES)
    equal([it["name"] for it in res.response], ["All Rows"])
    equal(instances(), {"default": 3, "acme": 4})


@case("way: Host header", "to an instance by the hosts file")
async def by_host():
    with hosts_file():
        await walk(auth())
    equal(instances(), {"default": 3, "acme": 4})
