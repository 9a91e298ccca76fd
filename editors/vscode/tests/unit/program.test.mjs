// Which bvlc is run.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { find } from "../../src/program.ts";

const home = mkdtempSync(join(tmpdir(), "bvl-program-"));
after(() => rmSync(home, { recursive: true }));

function program(folder, mode = 0o755) {
  mkdirSync(join(home, folder), { recursive: true });
  const path = join(home, folder, "bvlc");
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
  return path;
}

const stated = program("stated");
const bundled = program("extension/bin");
const first = program("first");
program("second");
program("no-program", 0o644);
const places = {
  setting: "",
  extension: join(home, "extension"),
  path: [join(home, "no-program"), join(home, "first"), join(home, "second")].join(delimiter),
  system: "linux",
};

test("the setting comes first, then what came with the extension, then the path", () => {
  assert.deepEqual(find({ ...places, setting: ` ${stated} ` }), { program: stated, source: "setting" });
  assert.deepEqual(find(places), { program: bundled, source: "bundled" });
  assert.deepEqual(find({ ...places, extension: join(home, "none") }), { program: first, source: "path" });
});

test("a setting that names no program is said to, and nothing else is run in its place", () => {
  assert.match(find({ ...places, setting: join(home, "gone") }).missing, /is no program/);
  assert.match(find({ ...places, setting: join(home, "no-program", "bvlc") }).missing, /is no program/);
  assert.match(find({ ...places, setting: home }).missing, /is no program/);
  assert.match(find({ ...places, setting: "bin/bvlc" }).missing, /no absolute path/);
});

test("a relative folder on the path is passed over: it would be the workspace's", () => {
  const path = ["first", ".", ""].join(delimiter);
  assert.ok("missing" in find({ ...places, extension: home, path }));
});

test("on Windows it ends in .exe", () => {
  assert.ok("missing" in find({ ...places, system: "win32" }));
});
