// Every snippet, as it comes out when its proposals are taken, is in the one style and free of mistakes of syntax.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const HERE = join(import.meta.dirname, "../..");
const bvlc = process.env.BVLC ?? join(HERE, "../../target/release/bvlc");
const snippets = JSON.parse(readFileSync(join(HERE, "snippets/bvl.json"), "utf8"));
const { blocks } = JSON.parse(readFileSync(join(HERE, "../words.json"), "utf8"));

/** The text with each place's proposal in it: `${1:web}`, `${2|->,~>|}`. */
function taken(body) {
  return body
    .join("\n")
    .replace(/\$\{\d+\|([^,|]+)[^|]*\|\}/g, "$1")
    .replace(/\$\{\d+:([^}]*)\}/g, "$1");
}

for (const [name, { prefix, body, description }] of Object.entries(snippets)) {
  test(`snippet ${name}`, () => {
    assert.ok(description);
    assert.ok(prefix in blocks.file.words, `${prefix} is no word of a file`);
    const text = taken(body);
    const { status, stdout, stderr } = spawnSync(bvlc, ["fmt", "-"], { input: `${text}\n`, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, `${text}\n`);
  });
}
