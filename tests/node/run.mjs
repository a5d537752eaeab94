// Runs portable modules with OPA's own SDK and compares what they give.
//
//   kpol-conformance opa DIR --export FOLDER --sample 100
//   node run.mjs FOLDER
//
// Exit codes: 0 all equal, 1 a difference, 2 nothing was compared.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import opa from "@open-policy-agent/opa-wasm";

const folder = process.argv[2];
if (folder === undefined || process.argv.length > 3) {
  console.error("usage: node run.mjs FOLDER");
  process.exit(2);
}

const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
if (cases.length === 0) {
  console.error(`no cases in ${folder}`);
  process.exit(2);
}
let failed = 0;
for (const test of cases) {
  const difference = await run(test);
  if (difference !== null) {
    failed += 1;
    console.log(`${test.name} (${test.module}): ${difference}`);
  }
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** What is wrong with a case, or null. */
async function run(test) {
  let results;
  try {
    const policy = await opa.loadPolicy(readFileSync(join(folder, test.module)));
    policy.setData(bytes(test.data));
    // Twice: the second evaluation starts where the first one left the heap.
    for (let i = 0; i < 2; i += 1) {
      const input = test.input === undefined ? undefined : bytes(test.input);
      results = policy.evaluate(input, test.entrypoint);
    }
  } catch (thrown) {
    return failure(test, text(thrown));
  }
  if (test.result === undefined) {
    return `wanted the error ${test.code ?? ""} ${test.error ?? ""}, got ${JSON.stringify(results)}`;
  }
  if (results.length > 1) {
    return `more than one result: ${JSON.stringify(results)}`;
  }
  const got = rows(results[0]?.result ?? [], test.sort);
  const wanted = rows(JSON.parse(test.result), test.sort);
  return got === wanted ? null : `wanted ${wanted}\n    got    ${got}`;
}

function failure(test, message) {
  if (test.result !== undefined) {
    return `failed: ${message}`;
  }
  for (const part of [test.code, test.error]) {
    if (part !== undefined && !message.includes(part)) {
      return `wanted the error ${JSON.stringify(part)}, got ${JSON.stringify(message)}`;
    }
  }
  return null;
}

/** The SDK takes bytes for JSON text as it is, and parsed values only where they are not falsy. */
function bytes(json) {
  return new TextEncoder().encode(json).buffer;
}

/** What was thrown, as text. The SDK throws the texts of aborts as they are, a character for each byte. */
function text(thrown) {
  if (typeof thrown === "string") {
    return Buffer.from([...thrown].map((c) => c.charCodeAt(0) & 0xff)).toString("utf8");
  }
  return String(thrown?.message ?? thrown);
}

/** Solutions as one text: their order does not count, nor, with `sort`, that of any array. */
function rows(list, sort) {
  return [...new Set(list.map((row) => canonical(row, sort)))].sort().join(" ");
}

function canonical(value, sort) {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, sort));
    return `[${(sort ? items.sort() : items).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.keys(value).sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key], sort)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}
