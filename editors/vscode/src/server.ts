// The language server: which program it is, its start and end, and what it can do.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import {
  LanguageClient,
  State,
  Trace,
  type Location,
  type Position,
  type ServerCapabilities,
} from "vscode-languageclient/node";
import { places, shown } from "./answer.ts";
import type { Documents } from "./documents.ts";
import { find, type Found } from "./program.ts";

const run = promisify(execFile);

/** Commands of the server that commands of this extension ask; menus go by `bvl.serverHas.NAME`. */
const ASKED = ["preview"] as const;

/** A command of the server that this extension asks for. */
export type Asked = (typeof ASKED)[number];

/** What a run of bvlc left behind. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Shows the places of an answer where the command was run, in the editor's own peek; whether it has any. */
async function peeked(client: LanguageClient, args: unknown[], answer: unknown): Promise<boolean> {
  const found = places(answer);
  const [at] = args as { textDocument?: { uri: string }; position?: Position }[];
  if (found.length === 0 || at?.textDocument === undefined || at.position === undefined) return false;
  const { protocol2CodeConverter: code } = client;
  const locations = found.map((place) => code.asLocation(place as Location));
  const [uri, position] = [code.asUri(at.textDocument.uri), code.asPosition(at.position)];
  await vscode.commands.executeCommand("editor.action.peekLocations", uri, position, locations, "peek");
  return true;
}

/** The server, and the program that it is. */
export class Server implements vscode.Disposable {
  readonly #log = vscode.window.createOutputChannel("bvl", { log: true });
  readonly #status = vscode.languages.createLanguageStatusItem("bvl.server", { language: "bvl" });
  readonly #impact = vscode.languages.createLanguageStatusItem("bvl.impact", { language: "bvl" });
  readonly #documents: Documents;
  readonly #extension: string;
  #client: LanguageClient | undefined;
  #found: Found = { missing: "it has not been looked for" };
  // Starts and ends happen one after the other.
  #turn: Promise<void> = Promise.resolve();

  constructor(extension: string, documents: Documents) {
    this.#extension = extension;
    this.#documents = documents;
    this.#status.name = "bvlc";
    this.#status.command = { title: "Show the log", command: "bvl.showLog" };
  }

  /** What the server says that it can do; `undefined` where it does not run. */
  get capabilities(): ServerCapabilities | undefined {
    return this.#client?.initializeResult?.capabilities;
  }

  /** Starts it, or starts it anew. */
  restart(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      await this.#stop();
      await this.#start();
    });
    return this.#turn;
  }

  /** Tells the server that what it is sent of the settings may be other; it then asks for it. */
  async tellOfSettings(): Promise<void> {
    if (this.#client?.state !== State.Running) return; // one that starts asks by itself
    const settings = { bvl: vscode.workspace.getConfiguration("bvl") };
    await this.#client.sendNotification("workspace/didChangeConfiguration", { settings });
  }

  showLog(): void {
    this.#log.show(true);
  }

  /** Asks the server by one of its commands. */
  async ask(command: Asked, argument: unknown): Promise<unknown> {
    return this.#client?.sendRequest("workspace/executeCommand", {
      command: `bvlc.${command}`,
      arguments: [argument],
    });
  }

  /** The program; `undefined` where there is none, which has been said. */
  get program(): string | undefined {
    return "program" in this.#found ? this.#found.program : undefined;
  }

  /**
   * Runs bvlc in a folder. Its exit code 1 is an answer, findings or a no.
   * @throws where it cannot be run, or says that it was used wrongly.
   */
  async run(folder: string, ...args: string[]): Promise<Ran> {
    const program = this.program;
    if (program === undefined) throw new Error("bvlc was not found");
    const options = { cwd: folder, maxBuffer: 1 << 28 };
    try {
      const { stdout, stderr } = await run(program, ["--color", "never", ...args], options);
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (code === 1) return { code, out: stdout, err: stderr };
      this.#log.error(`bvlc ${args.join(" ")}: ${String(error)}`);
      throw new Error(stderr.trim() || String(error));
    }
  }

  dispose(): void {
    this.#turn = this.#turn.then(() => this.#stop());
    void this.#turn.then(() => {
      this.#status.dispose();
      this.#impact.dispose();
      this.#log.dispose();
    });
  }

  async #start(): Promise<void> {
    this.#found = find({
      setting: vscode.workspace.getConfiguration("bvl").get("server.path", ""),
      extension: this.#extension,
      path: process.env.PATH ?? "",
      system: process.platform,
    });
    if ("missing" in this.#found) {
      const why = this.#found.missing;
      this.#log.error(why);
      this.#say(vscode.LanguageStatusSeverity.Error, "bvlc was not found", why);
      await this.#tellContext();
      // Not waited for: the answer may come never.
      void vscode.window.showErrorMessage(`bvl: ${why}.`, "Open the Setting").then((chosen) => {
        if (chosen !== undefined) {
          void vscode.commands.executeCommand("workbench.action.openSettings", "bvl.server.path");
        }
      });
      return;
    }
    const { program, source } = this.#found;
    const client = new LanguageClient(
      "bvl",
      "bvl",
      { command: program, args: ["lsp"] },
      {
        documentSelector: [{ language: "bvl", scheme: "file" }, { language: "bvl", scheme: "untitled" }],
        outputChannel: this.#log,
        // What commands answer with is shown by `executeCommand` below: the server need not lead anybody there.
        initializationOptions: { bvl: vscode.workspace.getConfiguration("bvl"), showsTexts: true, showsImpact: true },
        // The collection of the problem matcher's name, so that a task does not list the same findings twice.
        diagnosticCollectionName: "bvlc",
        middleware: {
          executeCommand: async (command, args, next) => {
            const answer: unknown = await next(command, args);
            if (await peeked(client, args, answer)) return answer;
            const text = shown(command, answer);
            if (text !== undefined) await this.#documents.show(text);
            return answer;
          },
        },
      },
    );
    this.#client = client;
    client.onNotification("bvlc/impact", ({ text }: { text: string }) => {
      this.#impact.text = text;
      this.#impact.detail = "changed by the last save";
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped) {
        this.#say(vscode.LanguageStatusSeverity.Error, "bvlc has ended", "its log says more");
      }
    });
    try {
      await client.start();
      await client.setTrace(Trace.fromString(vscode.workspace.getConfiguration("bvl").get("trace.server", "off")));
      const version = client.initializeResult?.serverInfo?.version ?? "";
      const where = { setting: "from bvl.server.path", bundled: "with the extension", path: "from the PATH" }[source];
      this.#log.info(`bvlc ${version} ${where}: ${program}`);
      this.#say(vscode.LanguageStatusSeverity.Information, `bvlc ${version}`, `${where}: ${program}`);
    } catch (error) {
      this.#log.error(`${program} lsp: ${String(error)}`);
      this.#say(vscode.LanguageStatusSeverity.Error, "bvlc does not start", String(error));
    }
    await this.#tellContext();
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // One that has ended by itself, or never began, cannot be stopped, and need not be.
    await client?.dispose().catch((error: unknown) => this.#log.debug(String(error)));
    await this.#tellContext();
  }

  #say(severity: vscode.LanguageStatusSeverity, text: string, detail: string): void {
    this.#status.severity = severity;
    this.#status.text = text;
    this.#status.detail = detail;
  }

  /** What menus go by. */
  async #tellContext(): Promise<void> {
    const commands = this.capabilities?.executeCommandProvider?.commands ?? [];
    const set = (key: string, value: boolean) => vscode.commands.executeCommand("setContext", key, value);
    await set("bvl.isReady", this.capabilities !== undefined);
    for (const asked of ASKED) await set(`bvl.serverHas.${asked}`, commands.includes(`bvlc.${asked}`));
  }
}
