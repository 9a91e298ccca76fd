// The YAML of the declaration under the caret, which follows the text and the caret.

import * as vscode from "vscode";
import { shown } from "./answer.ts";
import type { Documents } from "./documents.ts";
import type { Server } from "./server.ts";

const COMMAND = "bvlc.preview";

export class Preview implements vscode.Disposable {
  readonly #server: Server;
  readonly #documents: Documents;
  readonly #held: vscode.Disposable[];
  /** The document that is shown, once it is. */
  #shown: vscode.Uri | undefined;
  /** Counts what was asked: an answer to an older question is not shown. */
  #asked = 0;

  constructor(server: Server, documents: Documents) {
    this.#server = server;
    this.#documents = documents;
    this.#held = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const active = vscode.window.activeTextEditor;
        if (active?.document === document) this.#follow(active);
      }),
    ];
  }

  /** Shows the preview beside the editor. */
  async show(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const text = await this.#ask(editor);
    if (text === undefined) {
      void vscode.window.showInformationMessage("Nothing is emitted for what stands here.");
      return;
    }
    this.#shown = await this.#documents.show(text);
  }

  dispose(): void {
    for (const held of this.#held) held.dispose();
  }

  async #ask({ document, selection }: vscode.TextEditor): Promise<ReturnType<typeof shown>> {
    const answer = await this.#server.ask("preview", {
      textDocument: { uri: document.uri.toString() },
      position: { line: selection.active.line, character: selection.active.character },
    });
    const text = shown(COMMAND, answer);
    // One document for all declarations, so that it can follow.
    return text === undefined ? undefined : { ...text, title: "preview" };
  }

  #follow(editor: vscode.TextEditor): void {
    if (editor.document.languageId !== "bvl") return;
    const uri = this.#shown?.toString();
    if (!vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri)) return;
    const asked = ++this.#asked;
    void this.#ask(editor).then(
      (text) => {
        if (text !== undefined && asked === this.#asked) this.#documents.put(text);
      },
      () => undefined, // what is canceled since the text has changed is asked again
    );
  }
}
