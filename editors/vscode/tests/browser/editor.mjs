// VS Code as a person has it: code-server in Chromium, by keys, menus and what is on the screen. Waits are for something to be
// seen, never for time to pass.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** How long something may take to be seen. Seconds pass only where it never is. */
const PATIENCE = 120_000;

/** What a tester sets, beside what everybody has. */
const SETTINGS = {
  // Enter ends a line, whether or not a list of completions came up since the last key.
  "editor.acceptSuggestionOnEnter": "off",
  "editor.minimap.enabled": false,
  "editor.hover.delay": 50,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  // The page of settings in a tab: commands can be given there.
  "workbench.editor.useModal": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  // As on a desktop; in a browser it would be saved by itself.
  "files.autoSave": "off",
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "security.workspace.trust.enabled": false,
};

/** code-server by the Node.js that runs this, with the extensions of a folder. `codeServer` is its package. */
export async function serve({ codeServer, extensions, settings = {}, environment = process.env }) {
  const home = mkdtempSync(join(tmpdir(), "bvl-code-"));
  for (const whose of ["User", "Machine"]) mkdirSync(join(home, "data", whose), { recursive: true });
  // To a browser code-server is another machine: which program is run there is set for that machine.
  const { "bvl.server.path": program = "", ...others } = settings;
  writeFileSync(join(home, "data/Machine/settings.json"), JSON.stringify({ "bvl.server.path": program }));
  writeFileSync(join(home, "data/User/settings.json"), JSON.stringify({ ...SETTINGS, ...others }));
  writeFileSync(join(home, "config.yaml"), "auth: none\n");
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [join(codeServer, "out/node/entry.js"), "--config", join(home, "config.yaml"), "--auth", "none", "--bind-addr", `127.0.0.1:${port}`,
      "--user-data-dir", join(home, "data"), "--extensions-dir", extensions,
      "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override"],
    { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let log = "";
  const listening = new Promise((resolve, reject) => {
    const read = (data) => {
      log += data;
      if (log.includes("HTTP server listening")) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`code-server ended with ${code}:\n${log}`)));
  });
  listening.catch(() => {});
  await listening;
  return {
    port,
    home,
    log: () => log,
    // code-server starts others; they are its group.
    stop: () => process.kill(-child.pid, "SIGTERM"),
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A browser. */
export function browse(program) {
  return chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"],
  });
}

/** One window of VS Code. */
export class Editor {
  #shots;
  #n = 0;

  constructor(page, shots) {
    this.page = page;
    this.#shots = shots;
  }

  /** Opens a folder in a window of its own. */
  static async open(browser, port, folder, shots) {
    const context = await browser.newContext({ viewport: { width: 1600, height: 1200 } });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
    const editor = new Editor(page, shots);
    const row = page.locator(".monaco-workbench .explorer-folders-view .monaco-list-row").first();
    await row.waitFor().catch(async (error) => {
      await editor.shot("not-open");
      throw error;
    });
    return editor;
  }

  /** A picture of the window. */
  async shot(name) {
    this.#n += 1;
    await this.page.screenshot({ path: join(this.#shots, `${String(this.#n).padStart(2, "0")}-${name}.png`) });
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  /** Types as fast as the editor takes it. */
  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Runs a command by its name in the palette. */
  async command(title) {
    await this.press("F1");
    const input = this.page.locator(".quick-input-widget input.input:visible").first();
    await input.waitFor();
    await input.fill(`>${title}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused");
    await row.filter({ hasText: title }).first().waitFor();
    await this.press("Enter");
    await input.waitFor({ state: "hidden" }).catch(() => {}); // another question may follow in the same widget
  }

  /** Opens a file by its name and waits until it is shown. */
  async go(path) {
    await this.press("Control+p");
    const input = this.page.locator(".quick-input-widget input.input:visible").first();
    await input.waitFor();
    await input.fill(path);
    const name = path.split("/").at(-1);
    await this.page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: name }).first().waitFor();
    await this.press("Enter");
    await this.page.locator(".tab.active").filter({ hasText: name }).waitFor();
    await this.page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
    await this.focused();
    await this.revealed(name);
  }

  /** Waits until the explorer has selected a file, which it does some time after the file is opened. */
  async revealed(name) {
    await this.page.locator(".explorer-folders-view .monaco-list-row.selected").filter({ hasText: name }).waitFor();
  }

  /** Waits until the text has the keys. */
  async focused() {
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  }

  /**
   * The text on the screen of the active editor: whole for a file that is shorter than the window, without the hints that
   * stand among it. Those are set apart by a style of their own, which the editor makes for each.
   */
  text() {
    return this.page.evaluate(() => {
      const own = (line) => {
        const copy = line.cloneNode(true);
        for (const hint of copy.querySelectorAll('[class*="dyn-rule"]')) hint.remove();
        return copy.textContent;
      };
      const lines = [...document.querySelectorAll(".editor-group-container.active .monaco-editor .view-lines .view-line")];
      return lines
        .map((line) => ({ top: parseFloat(line.style.top), text: own(line) }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replace(/\u00a0/g, " ").replace(/[\u200b-\u200f]/g, ""))
        .join("\n");
    });
  }

  /** Waits until the active editor holds a text, whose last line may be ended or not. */
  holds(text) {
    const ended = (lines) => lines.replace(/\n$/, "");
    return this.until("the text", () => this.text(), (seen) => ended(seen) === ended(text));
  }

  /** Begins a line behind the last one, where that is not empty. */
  async newLine() {
    if ((await this.text()).split("\n").at(-1) !== "") await this.press("Enter");
  }

  /** A word on the screen of the active editor. */
  wordAt(word) {
    return this.page.locator(".editor-group-container.active .view-line span span", { hasText: word }).first();
  }

  /** Switches a setting to its other side, on the page of settings. */
  async toggle(name) {
    await this.command("Preferences: Open Settings (UI)");
    const page = this.page.locator(".settings-editor");
    await page.locator(".search-container .monaco-editor").first().click();
    await this.press("Control+a");
    await this.type(name);
    const box = page.locator(`.setting-item-contents[data-key="${name}"] .setting-value-checkbox`);
    await box.waitFor();
    const before = await box.getAttribute("aria-checked");
    await box.click();
    await this.until(`${name} switched`, () => box.getAttribute("aria-checked"), (now) => now !== before);
    await this.shot("setting");
  }

  /** Chooses an entry of a list of questions by its name. */
  async pick(name) {
    const input = this.page.locator(".quick-input-widget input.input:visible").first();
    await input.waitFor();
    await input.fill(name);
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused");
    await this.until(name, () => row.first().textContent(), (seen) => seen?.startsWith(name));
    await this.press("Enter");
  }

  /** Waits until a text is shown beside the editor. */
  async shown(name, isWanted) {
    await this.page.locator(".tab").filter({ hasText: name }).waitFor();
    const beside = () =>
      this.page.evaluate(() =>
        [...document.querySelectorAll(".editor-group-container:not(.active) .monaco-editor .view-line, .editor-group-container .monaco-editor .view-line")]
          .map((line) => line.textContent.replace(/\u00a0/g, " "))
          .join("\n"),
      );
    await this.until(name, beside, isWanted);
  }

  /** Waits until a page is shown beside the editor, which is in a frame of its own. */
  shownPage(isWanted) {
    const frames = () =>
      Promise.all(this.page.frames().map((frame) => frame.evaluate(() => document.body.innerText).catch(() => "")));
    return this.until("a page", frames, (texts) => texts.some(isWanted));
  }

  /** Makes a file by the menu of a folder in the explorer. */
  async newFile(folder, name) {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row").filter({ hasText: folder }).first();
    // The menu is about what has the focus.
    await row.click();
    await this.page.locator(".explorer-folders-view .monaco-list-row.focused").filter({ hasText: folder }).waitFor();
    await row.click({ button: "right" });
    await this.page.locator(".monaco-menu .action-label", { hasText: "New File..." }).click();
    // Below the folder, not beside it.
    await this.page.locator('.monaco-list-row[aria-level="2"] .explorer-item-edited input').waitFor();
    await this.type(name);
    await this.press("Enter");
    await this.page.locator(".tab.active").filter({ hasText: name }).waitFor();
    await this.focused();
    await this.revealed(name);
  }

  /** What the Problems view lists, once it is open. */
  problems() {
    return this.page.evaluate(() => {
      const found = [];
      let file = "";
      for (const row of document.querySelectorAll(".markers-panel-container .monaco-list-row")) {
        const label = row.getAttribute("aria-label") ?? "";
        const of = label.match(/^\d+ problems? in file (\S+?)(?: of folder (\S+?))?\.?$/);
        if (of) file = of[2] && of[2] !== "." ? `${of[2]}/${of[1]}` : of[1];
        const at = label.match(/^(Error|Warning|Info|Hint): ([^]*) at line (\d+) and character (\d+)\./);
        const code = row.textContent.match(/BVL\d{4}/)?.[0];
        if (at) found.push({ place: `${file}:${at[3]}`, code, title: at[2] });
      }
      return found;
    });
  }

  /** Goes on to the next problem of all files, and says its code, once the caret is there. */
  async nextProblem(isLeft) {
    await this.press("F8");
    const shown = async () => {
      const widget = this.page.locator(".marker-widget");
      return (await widget.count()) > 0 ? ((await widget.first().textContent()).match(/BVL\d{4}/)?.[0] ?? "") : "";
    };
    const code = await this.until("a problem that is left", shown, isLeft);
    const lines = (await this.problems()).filter((problem) => problem.code === code).map(({ place }) => place.split(":")[1]);
    const caret = () => this.page.locator(".statusbar-item", { hasText: /^Ln \d+, Col/ }).first().textContent();
    await this.until(`the caret at ${code}`, caret, (at) => lines.includes(at.match(/Ln (\d+)/)?.[1]));
    return code;
  }

  /** Takes the first fix that the editor's menu offers, which must be this one. */
  async quickFix(title) {
    const menu = this.page.locator(".action-widget:not(.action-list-submenu-panel)");
    const first = menu.locator(".monaco-list-row.action:not(.option-disabled)").first();
    // The menu closes again where the caret comes to rest behind the key: then one presses it again.
    for (let tries = 3; ; tries -= 1) {
      await this.press("Control+.");
      const isThere = await first.waitFor({ timeout: PATIENCE / 3 }).then(() => true, () => false);
      if (isThere) break;
      if (tries === 1) throw new Error(`no menu of quick fixes came up for "${title}"`);
    }
    const offered = (await first.textContent()).trim();
    if (offered !== title) throw new Error(`the first fix is "${offered}", not "${title}"`);
    await this.shot("quick-fix");
    await this.press("Enter");
    await menu.waitFor({ state: "hidden" });
  }

  /** Waits until a question of the page is answered as wanted; says what was seen last where it never is. */
  async until(what, question, isWanted, patience = PATIENCE) {
    const end = Date.now() + patience;
    let seen;
    do {
      seen = await question();
      if (isWanted(seen)) return seen;
      // The next frame: what is on the screen cannot change before it.
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve())));
    } while (Date.now() < end);
    throw new Error(`${what}: not seen; what was there last: ${JSON.stringify(seen, null, 1)}`);
  }
}
