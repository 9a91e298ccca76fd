// What a person asks the editor for, each on the finished platform of the session. `needs` says of what the server must be able.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const always = () => true;
const SERVICE = "services/bitvault-reports.bvl";

export const all = {
  hover: {
    needs: ({ hoverProvider }) => hoverProvider,
    async go(editor) {
      await editor.go(SERVICE);
      await editor.press("Escape");
      await editor.wordAt("shutdown").hover();
      const hover = editor.page.locator(".monaco-hover:not(.hidden) .hover-contents").first();
      await hover.waitFor();
      const text = await editor.until("a hover", () => hover.textContent(), (seen) => /grace/.test(seen ?? ""));
      assert.match(text, /stop/i);
      await editor.shot("hover");
      await editor.press("Escape");
    },
  },

  completion: {
    needs: ({ completionProvider }) => completionProvider,
    async go(editor) {
      await editor.go("flows.bvl");
      await editor.press("Control+End");
      await editor.newLine();
      await editor.type("allow bitvault-reports -> ");
      await editor.press("Control+Space");
      const rows = editor.page.locator(".suggest-widget.visible .monaco-list-row");
      const labels = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute("aria-label") ?? ""));
      await editor.until("endpoints", labels, (seen) => seen.some((label) => /^bitvault/.test(label)));
      await editor.shot("completion");
      await editor.type("vault.");
      await editor.until("its ports", labels, (seen) => seen.some((label) => /^api\b/.test(label)));
      await editor.shot("completion-of-ports");
      await editor.press("Escape");
      await undoAll(editor, "flows.bvl");
    },
  },

  formatting: {
    needs: ({ documentFormattingProvider }) => documentFormattingProvider,
    async go(editor) {
      await editor.go(SERVICE);
      const before = await editor.text();
      await editor.press("Control+Home", "ArrowDown", "ArrowDown", "Home");
      await editor.type("      ");
      await editor.until("another indentation", () => editor.text(), (seen) => seen !== before);
      await editor.command("Format Document");
      await editor.holds(before);
      await editor.shot("formatted");
    },
  },

  definition: {
    needs: ({ definitionProvider }) => definitionProvider,
    async go(editor) {
      await editor.go("flows.bvl");
      await editor.press("Control+Home", "ArrowDown", "End");
      await editor.press("F12");
      await editor.page.locator(".tab.active").filter({ hasText: "bitvault-web.bvl" }).waitFor();
      await editor.shot("definition");
    },
  },

  outline: {
    needs: ({ documentSymbolProvider }) => documentSymbolProvider,
    async go(editor) {
      await editor.go("data.bvl");
      await editor.press("Control+Shift+o");
      const rows = editor.page.locator(".quick-input-list .monaco-list-row");
      await editor.until("its symbols", () => rows.allTextContents(), (seen) => ["postgres", "nats", "redis"].every((name) => seen.some((row) => row.includes(name))));
      await editor.shot("outline");
      await editor.press("Escape");
    },
  },

  "explaining a finding": {
    needs: always,
    async go(editor) {
      await editor.go(SERVICE);
      await editor.press("Control+Home", "ArrowDown", "ArrowDown", "ArrowDown", "End");
      await editor.type("0");
      await editor.until("a finding", () => editor.page.locator(".squiggly-error").count(), (n) => n > 0);
      await editor.command("bvl: Explain a Finding");
      await editor.page.locator(".tab").filter({ hasText: /Preview BVL\d{4}/ }).waitFor();
      await editor.shownPage((text) => /What it means/.test(text) && /How to mend it/.test(text));
      await editor.shot("explained");
      await editor.command("View: Close All Editors in Group");
      await undoAll(editor, SERVICE);
    },
  },

  "asking why": {
    needs: always,
    async go(editor) {
      await editor.go("flows.bvl");
      await editor.command("bvl: Why May A Talk to B, or Not?");
      for (const name of ["bitvault-web", "kms"]) await editor.pick(name);
      await editor.shown("why.txt", (text) => text.includes("bitvault-web -> kms") && text.includes(": no"));
      await editor.shot("why");
      await editor.command("View: Close All Editors in Group");
    },
  },

  "the graph of flows": {
    needs: always,
    async go(editor) {
      await editor.go("flows.bvl");
      await editor.command("bvl: Show the Graph of Flows as Text");
      await editor.shown("flows.txt", (text) => /bitvault-reports -> redis\.client/.test(text));
      await editor.shot("flows");
      await editor.command("View: Close All Editors in Group");
    },
  },

  building: {
    needs: always,
    async go(editor, { folder }) {
      await editor.go("platform.bvl");
      await editor.command("bvl: Build");
      const built = join(folder, "out/prod/deployment-bitvault-reports.yaml");
      await editor.until("what is built", async () => existsSync(built), (is) => is);
      assert.match(readFileSync(built, "utf8"), /bitvault-reports:1\.4\.2/);
      await editor.shot("built");
    },
  },

  preview: {
    needs: ({ executeCommandProvider }) => executeCommandProvider?.commands.includes("bvlc.preview"),
    async go(editor) {
      await editor.go("services/bitvault-web.bvl");
      await editor.press("Control+Home", "ArrowDown");
      const action = editor.page.locator(".editor-group-container.active .editor-actions").getByRole("button", { name: "Preview YAML" });
      await action.click();
      const ofWeb = (text) => text.includes("bvl.dev/declaration: service bitvault-web");
      await editor.shown("preview.yaml", ofWeb);
      await editor.shot("preview");
      // It follows the caret.
      await editor.go(SERVICE);
      await editor.press("Control+Home", "ArrowDown");
      await editor.shown("preview.yaml", (text) => text.includes("bvl.dev/declaration: service bitvault-reports"));
      await editor.shot("preview-of-another");
      await editor.command("View: Close Editors in Other Groups");
    },
  },

  layers: {
    needs: ({ executeCommandProvider }) => executeCommandProvider?.commands.includes("bvlc.layers"),
    async go(editor) {
      await editor.go(SERVICE);
      const scale = (await editor.text()).split("\n").findIndex((line) => /^\s+scale /.test(line));
      await editor.press("Control+Home", ...Array(scale).fill("ArrowDown"), "End", "Home", "ArrowRight");
      await editor.command("Source Action...");
      await editor.page.locator(".action-widget .monaco-list-row.action", { hasText: "show all layers" }).click();
      const peek = editor.page.locator(".peekview-widget");
      await peek.locator(".monaco-list-row, .monaco-tree-row").first().waitFor();
      await editor.shot("layers");
      await editor.press("Escape");
      await peek.waitFor({ state: "detached" });
    },
  },

  lenses: {
    needs: ({ codeLensProvider }) => codeLensProvider,
    async go(editor) {
      await editor.go(SERVICE);
      await editor.page.locator(".codelens-decoration").first().waitFor();
      await editor.shot("lenses");
    },
  },

  hints: {
    needs: ({ inlayHintProvider }) => inlayHintProvider,
    async go(editor) {
      await editor.go(SERVICE);
      const hints = () => editor.page.locator('.view-line [class*="dyn-rule"]').allTextContents();
      const shows = (seen, hint) => seen.join("").includes(hint);
      await editor.until("hints", hints, (seen) => shows(seen, "spare") && shows(seen, "scales"));
      await editor.shot("hints");
      // A kind that is switched off goes, though no text has changed, and comes back; the others stay.
      await editor.toggle("bvl.hints.shutdown");
      await editor.go(SERVICE);
      await editor.until("no sum of the shutdown", hints, (seen) => !shows(seen, "spare") && shows(seen, "scales"));
      await editor.shot("hints-of-other-kinds");
      await editor.toggle("bvl.hints.shutdown");
      await editor.go(SERVICE);
      await editor.until("the sum of the shutdown again", hints, (seen) => shows(seen, "spare") && shows(seen, "scales"));
    },
  },

  rename: {
    needs: ({ renameProvider }) => renameProvider,
    async go(editor, { folder }) {
      await editor.go(SERVICE);
      await editor.press("Control+Home", "ArrowDown", "End", "ArrowLeft", "ArrowLeft", "ArrowLeft");
      await editor.press("F2");
      const input = editor.page.locator(".rename-box input");
      await input.waitFor();
      await input.fill("bitvault-letters");
      await editor.shot("rename");
      await editor.press("Enter");
      // The Deployment is made anew, so that the editor shows what changes and asks first.
      // With a file all that is in it is chosen, a moment later.
      const files = editor.page.locator('.bulk-edit-panel .monaco-list-row[aria-level="1"] .edit-checkbox');
      await files.first().waitFor();
      for (let n = 0; n < (await files.count()); n += 1) await files.nth(n).check();
      const left = editor.page.locator('.bulk-edit-panel .edit-checkbox[aria-checked="false"]');
      await editor.until("all of it chosen", () => left.count(), (n) => n === 0);
      await editor.shot("asked");
      await editor.page.locator(".bulk-edit-panel .monaco-button", { hasText: "Apply" }).click();
      await editor.until("the new name", () => editor.text(), (text) => text.includes("service bitvault-letters {"));
      await editor.command("File: Save All");
      await editor.until("it in the other file", async () => readFileSync(join(folder, "flows.bvl"), "utf8"), (text) => text.includes("bitvault-letters.http"));
      await editor.shot("renamed");
    },
  },

  "starting the server anew": {
    needs: always,
    async go(editor) {
      await editor.go(SERVICE);
      await editor.command("bvl: Restart the Language Server");
      await editor.press("Control+Home", "ArrowDown", "ArrowDown", "ArrowDown", "End");
      await editor.type("0");
      await editor.until("a finding", () => editor.page.locator(".squiggly-error").count(), (n) => n > 0);
      await undoAll(editor, SERVICE);
      await editor.until("no finding", () => editor.page.locator(".squiggly-error").count(), (n) => n === 0);
    },
  },
};

/** Back to what is saved. */
async function undoAll(editor, path) {
  await editor.go(path);
  await editor.command("File: Revert File");
  await editor.until("nothing unsaved", () => editor.page.locator(".tab.dirty").count(), (n) => n === 0);
}
