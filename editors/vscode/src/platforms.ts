// Which platform a command is about.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";

/** The folder of the platform that is asked about; `undefined` where the user chooses none. */
export async function folderOfPlatform(chosen?: vscode.Uri): Promise<string | undefined> {
  if (chosen?.scheme === "file") return above(dirname(chosen.fsPath));
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === "bvl" && active.uri.scheme === "file") return above(dirname(active.uri.fsPath));
  const folders = (await roots()).map((root) => dirname(root.fsPath));
  if (folders.length > 1) return vscode.window.showQuickPick(folders, { title: "Of which platform?" });
  if (folders.length === 0) void vscode.window.showInformationMessage("No folder of the workspace holds a platform.bvl.");
  return folders[0];
}

/** The root files of the workspace's platforms. */
export async function roots(): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles("**/platform.bvl", "**/{node_modules,target}/**");
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The nearest folder with a platform.bvl from here upwards; the folder itself where there is none, of which bvlc says so. */
function above(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "platform.bvl"))) return at;
    if (dirname(at) === at) return folder;
  }
}
