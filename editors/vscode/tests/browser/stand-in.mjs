#!/usr/bin/env node
// `bvlc lsp` with a command that it does not have yet, so that what the extension makes of `bvlc.preview` is tried before:
// messages pass both ways, the command is answered by what `bvlc build` writes. BVL_REAL names the real bvlc.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const real = process.env.BVL_REAL;
const child = spawn(real, process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
if (!process.argv.includes("lsp")) {
  process.stdin.pipe(child.stdin);
  child.stdout.pipe(process.stdout);
} else {
  messages(process.stdin, (message) => {
    const { id, method, params } = message;
    if (method === "workspace/executeCommand" && params.command === "bvlc.preview") {
      send(process.stdout, { jsonrpc: "2.0", id, result: preview(params.arguments[0]) });
    } else {
      send(child.stdin, message);
    }
  });
  messages(child.stdout, (message) => {
    if (message.result?.capabilities) message.result.capabilities.executeCommandProvider = { commands: ["bvlc.preview"] };
    send(process.stdout, message);
  });
}
child.on("close", (code) => process.exit(code ?? 1));

/** The objects of the service that is declared in the line, or in the nearest one above. */
function preview({ textDocument, position }) {
  const path = fileURLToPath(textDocument.uri);
  const above = readFileSync(path, "utf8").split("\n").slice(0, position.line + 1).toReversed();
  const name = above.map((line) => line.match(/^service (\S+)/)?.[1]).find((found) => found !== undefined);
  if (name === undefined) return null;
  const built = execFileSync(real, ["build", "-o", "-", "--env", "prod", "--set", "version=1.4.2"], {
    cwd: dirname(path),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return built.split(/^---\n/m).filter((object) => object.includes(`bvl.dev/declaration: service ${name}\n`)).join("---\n");
}

function messages(stream, each) {
  let held = Buffer.alloc(0);
  stream.on("data", (data) => {
    held = Buffer.concat([held, data]);
    for (;;) {
      const head = held.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(held.subarray(0, head).toString().match(/Content-Length: (\d+)/i)[1]);
      const end = head + 4 + length;
      if (held.length < end) return;
      each(JSON.parse(held.subarray(head + 4, end).toString()));
      held = held.subarray(end);
    }
  });
  stream.on("end", () => child.stdin.end());
}

function send(stream, message) {
  const body = JSON.stringify(message);
  stream.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
