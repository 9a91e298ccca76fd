// What the extension takes from the real bvlc, which BVLC names: forms of its output, abilities of its server.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { places, shown } from "../../src/answer.ts";
import { codes, endpoints } from "../../src/lists.ts";

const HERE = join(import.meta.dirname, "../..");
const BITVAULT = join(HERE, "../../examples/bitvault");
const bvlc = process.env.BVLC ?? join(HERE, "../../target/release/bvlc");
const manifest = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const run = (args, options = {}) => spawnSync(bvlc, args, { encoding: "utf8", ...options });
const work = mkdtempSync(join(tmpdir(), "bvl-server-"));
after(() => rmSync(work, { recursive: true }));

test("the problem matcher reads every finding of `check --message-format concise`", () => {
  writeFileSync(join(work, "platform.bvl"), 'platform p { kubernetes "1.33" }\nservice a { imgae "x:1"; scale 2..1 }\n');
  const [{ pattern }] = manifest.contributes.problemMatchers;
  const lines = run(["check", "--message-format", "concise"], { cwd: work }).stdout.trim().split("\n");
  const read = lines.map((line) => {
    const found = line.match(new RegExp(pattern.regexp));
    assert.ok(found, line);
    return { file: found[pattern.file], line: Number(found[pattern.line]), code: found[pattern.code], severity: found[pattern.severity] };
  });
  const told = run(["check", "--message-format", "json"], { cwd: work })
    .stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(read.length > 0);
  assert.deepEqual(read.map(({ code }) => code), told.map(({ code }) => code));
  assert.ok(read.every(({ file, severity }) => file === "platform.bvl" && ["error", "warning"].includes(severity)));
});

test("lists are read as they are written", () => {
  const all = codes(run(["list", "codes", "--format", "json"]).stdout);
  assert.ok(all.some(({ code, slug, summary }) => code === "BVL0701" && slug !== "" && summary !== ""));
  const known = endpoints(run(["list", "workloads", BITVAULT, "--format", "json"]).stdout);
  assert.ok(known.some(({ name, word }) => name === "bitvaultd" && word === "service"));
  assert.ok(known.some(({ name, word }) => name === "kms" && word === "external"));
  assert.equal(new Set(known.map(({ name }) => name)).size, known.length);
});

test("a code is explained as Markdown, a flow as text", () => {
  assert.match(run(["explain", "BVL0701", "--format", "markdown"]).stdout, /^# BVL0701/);
  assert.match(run(["explain", "flow", "bitvault-web", "bitvaultd"], { cwd: BITVAULT }).stdout, /: yes\n/);
});

test("what a command of the server answers is shown where it is a text", () => {
  assert.deepEqual(shown("bvlc.preview", "kind: Service\n"), { text: "kind: Service\n", language: "yaml", title: "preview" });
  assert.deepEqual(shown("bvlc.graph", { text: "digraph {}", language: "dot", title: "flows" }), {
    text: "digraph {}",
    language: "dot",
    title: "flows",
  });
  for (const nothing of [null, undefined, 1, {}, { text: 1 }, []]) assert.equal(shown("bvlc.build", nothing), undefined);
});

test("places in an answer are peeked at where they are places", () => {
  const place = { uri: "file:///a.bvl", range: { start: { line: 1, character: 2 }, end: { line: 1, character: 5 } } };
  assert.deepEqual(places({ text: "x", locations: [place, place] }), [place, place]);
  assert.deepEqual(places({ locations: [place, { uri: 1, range: {} }, null, { uri: "file:///a.bvl" }] }), [place]);
  for (const none of [null, "x", {}, { locations: "x" }, { locations: [] }]) assert.deepEqual(places(none), []);
});

test("what the server calls its tokens has a color", () => {
  // What every theme knows: https://code.visualstudio.com/api/language-extensions/semantic-highlight-guide
  const types = ["namespace", "class", "enum", "interface", "struct", "typeParameter", "type", "parameter", "variable",
    "property", "enumMember", "decorator", "event", "function", "method", "macro", "label", "comment", "string", "keyword",
    "number", "regexp", "operator"];
  const modifiers = ["declaration", "definition", "readonly", "static", "deprecated", "abstract", "async", "modification",
    "documentation", "defaultLibrary"];
  const { semanticTokenTypes = [], semanticTokenModifiers = [] } = manifest.contributes;
  types.push(...semanticTokenTypes.map(({ id }) => id));
  modifiers.push(...semanticTokenModifiers.map(({ id }) => id));
  const { legend } = JSON.parse(run(["lsp", "--capabilities=json"]).stdout).semanticTokensProvider ?? {};
  for (const type of legend?.tokenTypes ?? []) assert.ok(types.includes(type), `semanticTokenTypes has no ${type}`);
  for (const modifier of legend?.tokenModifiers ?? []) {
    assert.ok(modifiers.includes(modifier), `semanticTokenModifiers has no ${modifier}`);
  }
  for (const selector of Object.keys(manifest.contributes.semanticTokenScopes[0].scopes)) {
    const [type, ...with_] = selector.split(".");
    assert.ok(types.includes(type) && with_.every((modifier) => modifiers.includes(modifier)), selector);
  }
});

test("the server knows every setting that it is sent", async () => {
  const settings = { bvl: {} };
  for (const [name, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) {
    const keys = name.split(".");
    let at = settings;
    for (const key of keys.slice(0, -1)) at = at[key] ??= {};
    at[keys.at(-1)] = value;
  }
  const child = spawn(bvlc, ["lsp"], { cwd: work, stdio: ["pipe", "pipe", "inherit"] });
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  send({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
  send({ method: "initialized", params: {} });
  send({ method: "workspace/didChangeConfiguration", params: { settings } });
  send({ id: 2, method: "shutdown" });
  send({ method: "exit" });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0);
  assert.match(said, /"id":2/);
  assert.doesNotMatch(said, /showMessage/, said);
});
