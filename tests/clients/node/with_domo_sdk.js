// domo-sdk: datasets, policies and streams of the public API. Prints a JSON object for each case.
"use strict";

const assert = require("node:assert");
const dns = require("node:dns");
const fs = require("node:fs");
const zlib = require("node:zlib");
const { DomoClient } = require("domo-sdk");

const SALES = "5a1e5000-0000-4000-8000-000000000001";
const NOBODY = "00000000-0000-4000-8000-000000000000";
const { columns: COLUMNS, rows: ROWS } = JSON.parse(fs.readFileSync(process.env.DOMOCK_ROWS, "utf8"));
const HOST = process.env.DOMOCK_URL.replace("http://", "");
const STRICT_HOST = process.env.DOMOCK_STRICT_URL.replace("http://", "");
const HEADER = COLUMNS.map((it) => it.name).join(",");

const domo = new DomoClient("id", "secret");

function csv(rows) {
  const cell = (text, at) => (text === null ? "" : COLUMNS[at].type === "STRING" ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join(",") + "\n").join("");
}

// Parses CSV; an empty cell without quotes is null.
function rowsOf(text) {
  const rows = [[]];
  let rest = text;
  while (rest !== "") {
    const [whole, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/.exec(rest);
    rows.at(-1).push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === "\n") rows.push([]);
    rest = rest.slice(whole.length);
  }
  return rows.slice(0, -1);
}

function typed(rows) {
  const kinds = { LONG: BigInt, DOUBLE: Number };
  return rows.map((row) => row.map((cell, at) => (cell === null ? null : (kinds[COLUMNS[at].type] ?? String)(cell))));
}

function same(text, rows) {
  assert.deepStrictEqual(typed(rowsOf(text)), typed(rows));
}

async function created(name = "clients", sdk = domo) {
  return (await sdk.datasets.create({ name, description: "d", rows: 0, schema: { columns: COLUMNS } })).id;
}

function streamed() {
  return domo.streams.create({ dataSet: { name: "s", schema: { columns: COLUMNS } }, updateMethod: "APPEND" });
}

async function refused(work, status) {
  await assert.rejects(work, (error) => {
    assert.strictEqual(error.constructor.name, "RequestException");
    assert.strictEqual(error.error.statusCode, status);
    return true;
  });
}

// Creates, uploads, exports, deletes and lists, and checks that this happened in the named instance.
async function walk(sdk, instance) {
  const dataset = await created("walk", sdk);
  await sdk.datasets.importData(dataset, csv(ROWS));
  same(await sdk.datasets.exportData(dataset), ROWS);
  await sdk.datasets.delete(await created("gone", sdk));
  await sdk.datasets.list(50, 0, "name").then((list) => assert.ok(list.some((it) => it.name === "walk")));
  const told = JSON.parse(await control(`/_domock/instances`));
  assert.ok(told.find((it) => it.name === instance).datasets >= 4, instance);
}

function control(path, method = "GET", url = process.env.DOMOCK_URL, body = undefined) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    const request = require("node:http").request(url + path, { method, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
    });
    request.on("error", reject).end(body && JSON.stringify(body));
  });
}

// Runs work with the clock of the strict server advanced by some hours.
async function later(hours, work) {
  const advance = (ms) => control("/_domock/clock?instance=default", "POST", process.env.DOMOCK_STRICT_URL, { advance_ms: ms });
  await advance(hours * 3_600_000);
  try {
    await work();
  } finally {
    await advance(-hours * 3_600_000);
  }
}

async function withoutProxy(work) {
  const { HTTPS_PROXY, HTTP_PROXY } = process.env;
  delete process.env.HTTPS_PROXY;
  delete process.env.HTTP_PROXY;
  try {
    await work();
  } finally {
    Object.assign(process.env, { HTTPS_PROXY, HTTP_PROXY });
  }
}

// Operation, name of the case, program.
const CASES = [
  ["create", "a dataset is made with all types, and shows as made", async () => {
    const shown = await domo.datasets.get(await created());
    assert.deepStrictEqual([shown.name, shown.rows, shown.schema.columns], ["clients", 0, COLUMNS]);
  }],
  ["export", "every row comes back from the export", async () => {
    const dataset = await created();
    await domo.datasets.importData(dataset, csv(ROWS));
    same(await domo.datasets.exportData(dataset), ROWS);
    const exported = await domo.datasets.exportData(dataset, true);
    assert.strictEqual(exported.slice(0, HEADER.length + 1), HEADER + "\n");
    same(exported.slice(HEADER.length + 1), ROWS);
  }],
  ["upload: text", "text replaces", async () => {
    const dataset = await created();
    await domo.datasets.importData(dataset, csv(ROWS));
    await domo.datasets.importData(dataset, csv(ROWS.slice(0, 1)));
    same(await domo.datasets.exportData(dataset), ROWS.slice(0, 1));
    assert.strictEqual((await domo.datasets.get(dataset)).rows, 1);
  }],
  ["lists: paging", "datasets are listed page by page", async () => {
    for (let number = 0; number < 5; number += 1) await created(`page ${number}`);
    const found = [];
    for (let page; (page = await domo.datasets.list(3, found.length, "name")).length > 0;) found.push(...page);
    const pages = [0, 1, 2, 3, 4].map((it) => `page ${it}`);
    assert.deepStrictEqual(found.map((it) => it.name).filter((it) => it.startsWith("page")), pages);
    assert.deepStrictEqual((await domo.datasets.list(2, 0, "-name")).map((it) => it.name), ["Sales", "page 4"]);
  }],
  ["change", "the name is changed", async () => {
    const dataset = await created();
    const changed = await domo.datasets.update(dataset, { name: "renamed", description: "other" });
    assert.deepStrictEqual([changed.name, changed.description], ["renamed", "other"]);
    assert.deepStrictEqual((await domo.datasets.get(dataset)).schema.columns, COLUMNS);
  }],
  ["schema", "the schema is changed", async () => {
    const dataset = await created();
    const columns = [...COLUMNS.slice(0, 1), { type: "STRING", name: "extra" }];
    await domo.datasets.update(dataset, { name: "renamed", schema: { columns } });
    assert.deepStrictEqual((await domo.datasets.get(dataset)).schema.columns, columns);
    await domo.datasets.importData(dataset, "a,b\n");
    assert.strictEqual(await domo.datasets.exportData(dataset), "a,b\n");
  }],
  ["delete", "what is deleted is gone", async () => {
    const dataset = await created();
    await domo.datasets.delete(dataset);
    assert.strictEqual((await domo.datasets.get(dataset)).deleted, true);
    await refused(domo.datasets.delete(dataset), 404);
  }],
  ["policies", "policies are kept", async () => {
    const dataset = await created();
    const filters = [{ column: "text", values: ["plain"], operator: "EQUALS", not: false }];
    const policy = await domo.policies.create(dataset, { name: "p", type: "user", filters, users: [28], groups: [] });
    assert.deepStrictEqual(await domo.policies.get(dataset, policy.id), policy);
    const renamed = await domo.policies.update(dataset, policy.id, { ...policy, name: "q" });
    assert.strictEqual(renamed.name, "q");
    await domo.policies.delete(dataset, policy.id);
    assert.deepStrictEqual((await domo.policies.list(dataset)).map((it) => it.name), ["All Rows"]);
    await refused(domo.policies.get(dataset, policy.id), 404);
  }],
  ["upload: parts", "a stream takes text in parts, in any order", async () => {
    const stream = await streamed();
    const run = await domo.streams.createExecution(stream.id);
    await domo.streams.uploadPart(stream.id, run.id, 2, csv(ROWS.slice(4)));
    await domo.streams.uploadPart(stream.id, run.id, 1, csv(ROWS.slice(0, 4)));
    assert.strictEqual((await domo.streams.commit(stream.id, run.id)).currentState, "SUCCESS");
    same(await domo.datasets.exportData(stream.dataSet.id), ROWS);
  }],
  ["upload: gzip", "a stream takes gzip in parts", async () => {
    const stream = await streamed();
    const run = await domo.streams.createExecution(stream.id);
    await domo.streams.uploadCompressedPart(stream.id, run.id, 1, zlib.gzipSync(csv(ROWS.slice(0, 4))));
    await domo.streams.uploadCompressedPart(stream.id, run.id, 2, zlib.gzipSync(csv(ROWS.slice(4))));
    await domo.streams.commit(stream.id, run.id);
    same(await domo.datasets.exportData(stream.dataSet.id), ROWS);
  }],
  ["upload: upsert", "rows take the place of those with their key", async () => {
    const dataSet = { name: "s", schema: { columns: COLUMNS.slice(0, 2) } };
    const stream = await domo.streams.create({ dataSet, updateMethod: "UPSERT", keyColumnNames: ["text"] });
    for (const part of ["a,1\nb,2\n", "b,3\n"]) {
      const run = await domo.streams.createExecution(stream.id);
      await domo.streams.uploadPart(stream.id, run.id, 1, part);
      await domo.streams.commit(stream.id, run.id);
    }
    assert.deepStrictEqual(rowsOf(await domo.datasets.exportData(stream.dataSet.id)).sort(), [["a", "1"], ["b", "3"]]);
  }],
  ["streams", "streams and their runs are made, found, changed, aborted and deleted", async () => {
    const stream = await streamed();
    assert.strictEqual((await domo.streams.get(stream.id)).dataSet.id, stream.dataSet.id);
    const before = (await domo.streams.list()).map((it) => it.id);
    assert.ok(before.includes(371) && before.includes(stream.id));
    assert.strictEqual((await domo.streams.update(stream.id, { updateMethod: "REPLACE" })).updateMethod, "REPLACE");
    assert.deepStrictEqual((await domo.streams.search([`dataSource.id:${stream.dataSet.id}`])).map((it) => it.id), [stream.id]);
    const first = await domo.streams.createExecution(stream.id);
    await domo.streams.uploadPart(stream.id, first.id, 1, csv(ROWS));
    await domo.streams.commit(stream.id, first.id);
    const second = await domo.streams.createExecution(stream.id);
    await domo.streams.abort(stream.id, second.id);
    await domo.streams.createExecution(stream.id);
    await domo.streams.abort(stream.id);
    const states = [];
    for (let page; (page = await domo.streams.listExecutions(stream.id, 2, states.length)).length > 0;) {
      states.push(...page.map((it) => it.currentState));
    }
    assert.deepStrictEqual(states, ["SUCCESS", "ABORTED", "ABORTED"]);
    assert.strictEqual((await domo.streams.getExecution(stream.id, 2)).currentState, "ABORTED");
    await domo.streams.delete(stream.id);
    await refused(domo.streams.get(stream.id), 404);
    assert.strictEqual((await domo.datasets.get(stream.dataSet.id)).rows, ROWS.length);
  }],
  ["refusals: 400, 404, 501", "refusals are its own exceptions", async () => {
    const dataset = await created();
    await refused(domo.datasets.get(NOBODY), 404);
    await refused(domo.datasets.exportData(NOBODY), 404);
    await refused(domo.datasets.importData(dataset, "one,two\n"), 400);
    await refused(domo.streams.createExecution(99), 404);
    assert.ok((await domo.users.list(10, 0)).length > 0);
  }],
  ["refusals: 401, 403", "who may not gets its own exceptions", async () => {
    const grace = new DomoClient("grace", "cobol", undefined, STRICT_HOST);
    assert.strictEqual((await grace.datasets.get(SALES)).rows, 3);
    await refused(grace.datasets.delete(SALES), 403);
    await refused(grace.datasets.importData(SALES, "a,1,1,\n"), 403);
  }],
  ["refusals: 401, 403", "a token that expires is renewed", async () => {
    const grace = new DomoClient("grace", "cobol", undefined, STRICT_HOST);
    await grace.datasets.get(SALES);
    const first = grace.transport.accessToken;
    await later(2, async () => assert.strictEqual((await grace.datasets.get(SALES)).rows, 3));
    assert.notStrictEqual(grace.transport.accessToken, first);
  }],
  ["way: https", "by https, trusting Domock's authority", () =>
    withoutProxy(() => walk(new DomoClient("id", "secret", undefined, HOST), "default"))],
  ["way: proxy", "to api.domo.com and to an instance, with Domock as the proxy", async () => {
    await walk(domo, "default");
    await walk(new DomoClient("id", "secret", undefined, "proxied.domo.com"), "proxied");
  }],
  ["way: path", "to an instance that the path begins with", () =>
    withoutProxy(() => walk(new DomoClient("id", "secret", undefined, `${HOST}/acme.domo.com`), "acme"))],
  ["way: Host header", "to an instance by the hosts file", async () => {
    const lookup = dns.lookup;
    dns.lookup = (host, ...rest) => lookup(host.endsWith(".domo.com") ? "127.0.0.1" : host, ...rest);
    try {
      const host = `hosted.domo.com:${HOST.split(":")[1]}`;
      await withoutProxy(() => walk(new DomoClient("id", "secret", undefined, host), "hosted"));
    } finally {
      dns.lookup = lookup;
    }
  }],
  // Must be last, because the client keeps retrying.
  ["refusals: 401, 403", "a wrong secret is its own exception", async () => {
    const wrong = new DomoClient("grace", "wrong", undefined, STRICT_HOST).datasets.get(SALES);
    const deadline = new Promise((_, reject) => setTimeout(reject, 1000, new Error("no answer within a second")));
    await refused(Promise.race([wrong, deadline]), 401);
  }],
];

(async () => {
  for (const [operation, name, check] of CASES) {
    const told = { operation, case: name };
    try {
      await control("/_domock/reset?instance=*", "POST");
      await check();
    } catch (error) {
      told.error = `${error.name}: ${String(error.message).slice(0, 400)}`;
    }
    console.log(JSON.stringify(told));
  }
  process.exit();
})();
