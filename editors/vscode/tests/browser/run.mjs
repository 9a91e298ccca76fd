// VS Code with the extension as it is packaged: the session of all editors, then one thing after the other that a person
// may ask for. What the server cannot do yet is said and left out; it is tried as soon as the server says that it can.
//
//   run.mjs CODE-SERVER EXTENSIONS CHROMIUM BVLC PICTURES [RECORD]
//
// Where RECORD is named, what is sent to the server in the session goes there, and nothing else is asked for.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Editor, browse, serve } from "./editor.mjs";
import * as features from "./features.mjs";
import { run as session } from "./session.mjs";

const [codeServer, extensions, chromium, bvlc, pictures, record] = process.argv.slice(2);
assert.ok(pictures, "use: run.mjs CODE-SERVER EXTENSIONS CHROMIUM BVLC PICTURES [RECORD]");
const SESSION = join(import.meta.dirname, "../../../session");
const capabilities = JSON.parse(execFileSync(bvlc, ["lsp", "--capabilities=json"], { encoding: "utf8" }));

rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
const work = realpathSync(mkdtempSync(join(tmpdir(), "bvl-session-")));
const folder = join(work, "bitvault");
execFileSync(join(SESSION, "session"), ["start", folder], { env: { ...process.env, BVLC: bvlc } });

const started = Date.now();
const say = (what) => console.log(`${((Date.now() - started) / 1000).toFixed(1)}s ${what}`);
const settings = { "bvl.build.args": ["-o", "out", "--env", "prod", "--set", "version=1.4.2"] };
const environment = { ...process.env };
if (record) {
  settings["bvl.server.path"] = join(import.meta.dirname, "../../../tools/recorded");
  Object.assign(environment, { BVLC_REAL: bvlc, BVLC_RECORD: record, BVLC_ROOT: folder });
}
const [server, browser] = await Promise.all([serve({ codeServer, extensions, settings, environment }), browse(chromium)]);
let editor;
let failed;
try {
  editor = await Editor.open(browser, server.port, folder, pictures);
  say("open");
  await session(editor, { session: SESSION, folder, bvlc });
  say("the session: typed, mended, saved, built as expected");
  for (const [name, { needs, go }] of record ? [] : Object.entries(features.all)) {
    if (!needs(capabilities)) {
      say(`${name}: left out, since this bvlc does not have it`);
      continue;
    }
    await go(editor, { folder });
    say(name);
  }
} catch (error) {
  failed = error;
  await editor?.shot("failed");
}
await browser.close();
server.stop();
rmSync(work, { recursive: true, force: true });
rmSync(server.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
if (failed) {
  console.error(failed);
  console.error(`the last picture is in ${pictures}`);
}
process.exit(failed ? 1 : 0);
