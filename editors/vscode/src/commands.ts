// The commands of the palette and the menus. Those that run bvlc speak of what is saved.

import * as vscode from "vscode";
import type { Documents } from "./documents.ts";
import { codes, endpoints } from "./lists.ts";
import { folderOfPlatform } from "./platforms.ts";
import type { Preview } from "./preview.ts";
import type { Server } from "./server.ts";
import type { Tasks } from "./tasks.ts";

interface Parts {
  server: Server;
  documents: Documents;
  preview: Preview;
  tasks: Tasks;
}

/** Registers them all. `tests/unit` holds that the manifest has the same. */
export function register(parts: Parts): vscode.Disposable[] {
  const { server, preview } = parts;
  const all: Record<string, (chosen?: vscode.Uri) => unknown> = {
    "bvl.restart": () => server.restart(),
    "bvl.showLog": () => server.showLog(),
    "bvl.showCapabilities": () => showCapabilities(parts),
    "bvl.previewYaml": () => preview.show(),
    "bvl.showFlows": () => showFlows(parts),
    "bvl.why": () => why(parts),
    "bvl.build": (chosen) => build(parts, chosen),
    "bvl.explain": () => explain(parts),
  };
  return Object.entries(all).map(([name, act]) =>
    vscode.commands.registerCommand(name, async (chosen: unknown) => {
      try {
        await act(chosen instanceof vscode.Uri ? chosen : undefined);
      } catch (error) {
        // What bvlc says of a wrong use or a file that it cannot read.
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}

async function showCapabilities({ server, documents }: Parts): Promise<void> {
  const capabilities = server.capabilities;
  if (capabilities === undefined) return server.showLog();
  await documents.show({ text: JSON.stringify(capabilities, null, 2), language: "json", title: "capabilities" });
}

async function showFlows({ server, documents }: Parts): Promise<void> {
  const folder = await folderOfPlatform();
  if (folder === undefined) return;
  const { out, err } = await server.run(folder, "list", "flows");
  await documents.show({ text: out || err, language: "plaintext", title: "flows" });
}

async function why({ server, documents }: Parts): Promise<void> {
  const folder = await folderOfPlatform();
  if (folder === undefined) return;
  const { out, err } = await server.run(folder, "list", "workloads", "--format", "json");
  const names = endpoints(out).map(({ name, word }) => ({ label: name, description: word }));
  if (names.length === 0) throw new Error(err.trim() || "the platform has nobody who could talk");
  const from = await vscode.window.showQuickPick(names, { title: "Why may A talk to B?", placeHolder: "A, who talks" });
  if (from === undefined) return;
  const to = await vscode.window.showQuickPick(names, { title: `Why may ${from.label} talk to B?`, placeHolder: "B" });
  if (to === undefined) return;
  const answer = await server.run(folder, "explain", "flow", from.label, to.label);
  await documents.show({ text: answer.out || answer.err, language: "plaintext", title: "why" });
}

async function build({ tasks }: Parts, chosen: vscode.Uri | undefined): Promise<void> {
  const folder = await folderOfPlatform(chosen);
  if (folder === undefined) return;
  const task = tasks.buildOf(folder);
  if (task === undefined) throw new Error(`${folder} lies in no folder of the workspace`);
  await vscode.tasks.executeTask(task);
}

async function explain({ server, documents }: Parts): Promise<void> {
  const known = codes((await server.run(".", "list", "codes", "--format", "json")).out);
  const here = codesAtCaret();
  const offered = here.length > 0 ? known.filter(({ code }) => here.includes(code)) : known;
  const items = offered.map(({ code, slug, summary }) => ({ label: code, description: slug, detail: summary }));
  const chosen =
    here.length === 1 && items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title: "Explain which finding?", matchOnDescription: true });
  if (chosen === undefined) return;
  const { out } = await server.run(".", "explain", chosen.label, "--format", "markdown");
  await documents.show({ text: out, language: "markdown", title: chosen.label });
}

/** The codes of what is found in the caret's line, each once. */
function codesAtCaret(): string[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return [];
  const line = editor.document.lineAt(editor.selection.active.line).range;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter(({ range }) => range.intersection(line) !== undefined)
    .map(({ code }) => String(typeof code === "object" ? code.value : (code ?? "")));
  return [...new Set(found)].filter((code) => /^BVL\d{4}$/.test(code));
}
