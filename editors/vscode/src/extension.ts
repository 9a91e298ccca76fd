// Where VS Code comes in.

import * as vscode from "vscode";
import { register } from "./commands.ts";
import { Documents } from "./documents.ts";
import { Preview } from "./preview.ts";
import { Server } from "./server.ts";
import { TYPE, Tasks } from "./tasks.ts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const documents = new Documents();
  const server = new Server(context.extensionPath, documents);
  const preview = new Preview(server, documents);
  const tasks = new Tasks(server);
  context.subscriptions.push(
    documents,
    server,
    preview,
    vscode.tasks.registerTaskProvider(TYPE, tasks),
    ...register({ server, documents, preview, tasks }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      const isAnother = change.affectsConfiguration("bvl.server") || change.affectsConfiguration("bvl.trace");
      if (isAnother) void server.restart();
      else if (change.affectsConfiguration("bvl")) void server.tellOfSettings();
    }),
    // A path that the workspace states counts once it is trusted.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
  );
  await server.restart();
}
