// domo-sdk: datasets, policies and streams of the public API. Prints a JSON object for each case.
"use strict";

const assert = require("node:assert");
const zlib = require("node:zlib");
const { DomoClient } = require("domo-sdk");

const NOBODY = "00000000-0000-4000-8000-000000000000";
const COLUMNS = [
  { type: "STRING", name: "text" },
  { type: "LONG", name: "whole" },
  { type: "DOUBLE", name: "fraction" },
  { type: "DATE", name: "day" },
];
const CSV = 'plain,1,0.5,2024-02-29\n,,,\n"",0,-0.25,1970-01-01\n"say ""hi"", two\nlines",9223372036854775807,0.30000000000000004,9999-12-31\n"Grüße, 世界 🦀",-7,5e-324,0001-01-01\n';

const domo = new DomoClient("id", "secret");

async function created(name = "clients") {
  return (await domo.datasets.create({ name, description: "d", rows: 0, schema: { columns: COLUMNS } })).id;
}

async function refused(work, status) {
  await assert.rejects(work, (error) => {
    assert.strictEqual(error.constructor.name, "RequestException");
    assert.strictEqual(error.error.statusCode, status);
    return true;
  });
}

const CASES = {
  "every row comes back from the export": async () => {
    const dataset = await created();
    await domo.datasets.importData(dataset, CSV);
    const exported = await domo.datasets.exportData(dataset, true);
    assert.deepStrictEqual(exported.split("\n").slice(1).join("\n").split("\n").length, CSV.split("\n").length);
    assert.strictEqual(exported.split("\n", 1)[0], "text,whole,fraction,day");
    assert.strictEqual(canonical(await domo.datasets.exportData(dataset)), canonical(CSV));
  },
  "datasets are listed, changed and deleted": async () => {
    const dataset = await created("zz");
    assert.deepStrictEqual((await domo.datasets.list(4, 0, "-name")).map((it) => it.name), ["zz", "Sales", "Never indexed", "Months"]);
    const changed = await domo.datasets.update(dataset, { name: "renamed", schema: { columns: COLUMNS.slice(0, 1) } });
    assert.deepStrictEqual([changed.name, changed.schema.columns], ["renamed", COLUMNS.slice(0, 1)]);
    await domo.datasets.delete(dataset);
    await refused(domo.datasets.get(dataset), 404);
  },
  "policies are kept": async () => {
    const dataset = await created();
    const filters = [{ column: "text", values: ["plain"], operator: "EQUALS", not: false }];
    const policy = await domo.policies.create(dataset, { name: "p", type: "user", filters, users: [28], groups: [] });
    assert.deepStrictEqual(await domo.policies.get(dataset, policy.id), policy);
    const renamed = await domo.policies.update(dataset, policy.id, { ...policy, name: "q" });
    assert.strictEqual(renamed.name, "q");
    await domo.policies.delete(dataset, policy.id);
    assert.deepStrictEqual((await domo.policies.list(dataset)).map((it) => it.name), ["All Rows"]);
  },
  "a stream takes text and gzip in parts": async () => {
    const stream = await domo.streams.create({ dataSet: { name: "s", schema: { columns: COLUMNS } }, updateMethod: "APPEND" });
    const run = await domo.streams.createExecution(stream.id);
    await domo.streams.uploadPart(stream.id, run.id, 1, CSV);
    await domo.streams.uploadCompressedPart(stream.id, run.id, 2, zlib.gzipSync(CSV));
    assert.strictEqual((await domo.streams.commit(stream.id, run.id)).currentState, "SUCCESS");
    assert.strictEqual(canonical(await domo.datasets.exportData(stream.dataSet.id)), canonical(CSV + CSV));
    assert.strictEqual((await domo.streams.update(stream.id, { updateMethod: "REPLACE" })).updateMethod, "REPLACE");
    assert.deepStrictEqual((await domo.streams.search([`dataSource.id:${stream.dataSet.id}`])).map((it) => it.id), [stream.id]);
    const second = await domo.streams.createExecution(stream.id);
    await domo.streams.abort(stream.id, second.id);
    await domo.streams.createExecution(stream.id);
    await domo.streams.abort(stream.id);
    const states = (await domo.streams.listExecutions(stream.id, 50, 0)).map((it) => it.currentState);
    assert.deepStrictEqual(states, ["SUCCESS", "ABORTED", "ABORTED"]);
    assert.strictEqual((await domo.streams.getExecution(stream.id, 2)).currentState, "ABORTED");
    assert.strictEqual((await domo.streams.list()).length, 2);
    await domo.streams.delete(stream.id);
    await refused(domo.streams.get(stream.id), 404);
  },
  "refusals are its own exceptions": async () => {
    const dataset = await created();
    await refused(domo.datasets.get(NOBODY), 404);
    await refused(domo.datasets.importData(dataset, "one,two\n"), 400);
    await refused(domo.users.list(10, 0), 501);
  },
};

// Quotes that a field needs or not say the same, but for the empty string; so do spellings of a number.
function canonical(csv) {
  return csv.replace(/"((?:[^"]|"")+)"/g, (whole, inner) => (/[",\n]/.test(inner) ? whole : inner));
}

(async () => {
  for (const [name, check] of Object.entries(CASES)) {
    try {
      await check();
      console.log(JSON.stringify({ case: name }));
    } catch (error) {
      console.log(JSON.stringify({ case: name, error: `${error.name}: ${String(error.message).slice(0, 400)}` }));
    }
  }
})();
