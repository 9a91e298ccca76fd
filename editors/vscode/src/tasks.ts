// Tasks: `bvlc check`, `build` and `fmt` for each platform of the workspace, with their problems.

import { dirname, relative } from "node:path";
import * as vscode from "vscode";
import { roots } from "./platforms.ts";
import type { Server } from "./server.ts";

export const TYPE = "bvlc";

interface Definition extends vscode.TaskDefinition {
  command: string;
  platform?: string;
  args?: string[];
}

/** What each command is given where the task says nothing. */
function usual(command: string, folder: vscode.WorkspaceFolder): string[] {
  if (command !== "build") return [];
  return vscode.workspace.getConfiguration("bvl", folder.uri).get<string[]>("build.args", []);
}

export class Tasks implements vscode.TaskProvider {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async provideTasks(): Promise<vscode.Task[]> {
    const tasks = (await roots()).flatMap((root) => {
      const folder = vscode.workspace.getWorkspaceFolder(root);
      if (folder === undefined) return [];
      const platform = relative(folder.uri.fsPath, dirname(root.fsPath));
      const where = platform === "" ? {} : { platform };
      return ["check", "build"].map((command) => this.#task({ type: TYPE, command, ...where }, folder));
    });
    return tasks.filter((task) => task !== undefined);
  }

  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const folder = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
    return folder === undefined ? undefined : this.#task(task.definition as Definition, folder);
  }

  /** The task that builds the platform of a folder. */
  buildOf(path: string): vscode.Task | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path));
    if (folder === undefined) return undefined;
    const platform = relative(folder.uri.fsPath, path);
    return this.#task({ type: TYPE, command: "build", ...(platform === "" ? {} : { platform }) }, folder);
  }

  #task(definition: Definition, folder: vscode.WorkspaceFolder): vscode.Task | undefined {
    const program = this.#server.program;
    if (program === undefined) return undefined;
    const { command, platform, args } = definition;
    const form = command === "fmt" ? [] : ["--message-format", "concise"];
    const given = args ?? usual(command, folder);
    // From the workspace's folder, so that the paths of what is found are its own.
    const run = new vscode.ProcessExecution(
      program,
      [command, ...form, ...given, ...(platform === undefined ? [] : [platform])],
      { cwd: folder.uri.fsPath },
    );
    const name = platform === undefined ? command : `${command} ${platform}`;
    const task = new vscode.Task(definition, folder, name, TYPE, run, "$bvlc");
    if (command === "build") task.group = vscode.TaskGroup.Build;
    if (command === "check") task.group = vscode.TaskGroup.Test;
    return task;
  }
}
