// Texts that bvlc gives, as documents that nobody can change.

import * as vscode from "vscode";
import type { Shown } from "./answer.ts";

const SCHEME = "bvl-shown";
const ENDINGS: Record<string, string> = { yaml: "yaml", markdown: "md" };

/** The documents that are shown. A document is its title; showing it again replaces its text. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #held: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#held = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === SCHEME) this.#texts.delete(uri.path);
      }),
      this.#changed,
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.#texts.get(uri.path);
  }

  /** Puts a text into its document, and says where that is. */
  put({ text, language, title }: Shown): vscode.Uri {
    const ending = ENDINGS[language] ?? "txt";
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.${ending}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    return uri;
  }

  /** Shows a text beside the editor, which keeps the focus. */
  async show(shown: Shown): Promise<vscode.Uri> {
    const uri = this.put(shown);
    if (shown.language === "markdown") {
      await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
      return uri;
    }
    const opened = await vscode.workspace.openTextDocument(uri);
    const document = await vscode.languages.setTextDocumentLanguage(opened, shown.language).then(
      (document) => document,
      () => opened, // a language that this editor does not have
    );
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
    return uri;
  }

  dispose(): void {
    for (const held of this.#held) held.dispose();
  }
}
