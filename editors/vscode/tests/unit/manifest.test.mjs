// What package.json promises: nothing that cannot be reached, nothing that nobody describes, nothing that is not there.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const HERE = join(import.meta.dirname, "../..");
const read = (path) => readFileSync(join(HERE, path), "utf8");
const manifest = JSON.parse(read("package.json"));
const { commands, menus, configuration, walkthroughs } = manifest.contributes;
const sources = readdirSync(join(HERE, "src")).map((name) => read(`src/${name}`)).join("\n");
const readme = read("README.md");
const names = commands.map(({ command }) => command);

test("commands are those that are registered", () => {
  const registered = [...read("src/commands.ts").matchAll(/^ {4}"(bvl\.\w+)":/gm)].map(([, name]) => name);
  assert.deepEqual([...names].sort(), registered.sort());
});

test("every command has a title, can be reached, and stands in README.md", () => {
  for (const { command, title, category } of commands) {
    assert.ok(title, `${command} has no title`);
    assert.equal(category, "bvl", `${command} is not found under bvl`);
    const palette = menus.commandPalette.find((item) => item.command === command);
    assert.notEqual(palette?.when, "false", `${command} is in no menu`);
    assert.ok(readme.includes(`**${title}**`), `README.md does not speak of ${title}`);
  }
});

test("menus show commands that exist, by conditions that are set", () => {
  const asked = sources.match(/ASKED = \[(.*)\]/)[1];
  for (const [menu, items] of Object.entries(menus)) {
    for (const { command, when } of items) {
      assert.ok(names.includes(command), `${menu} shows ${command}, which is no command`);
      for (const [key] of (when ?? "").matchAll(/\bbvl\.[\w.]+/g)) {
        const has = key.match(/^bvl\.serverHas\.(\w+)$/);
        assert.ok(has ? asked.includes(`"${has[1]}"`) : sources.includes(`"${key}"`), `nobody sets ${key}`);
      }
    }
  }
});

test("what a server command answers is hidden where the server has none", () => {
  for (const items of Object.values(menus)) {
    for (const { command, when } of items.filter((item) => item.command === "bvl.previewYaml")) {
      assert.match(when, /bvl\.serverHas\.preview/, command);
    }
  }
});

test("every setting has a type, a default, a description, and its line in README.md", () => {
  for (const [name, setting] of Object.entries(configuration.properties)) {
    assert.ok(setting.type, name);
    assert.ok("default" in setting, name);
    assert.match(setting.markdownDescription, /\.$/, name);
    assert.match(readme, new RegExp(`^\\| \`${name.replaceAll(".", "\\.")}\` \\|`, "m"), `README.md does not list ${name}`);
  }
  for (const [, name] of readme.matchAll(/^\| `(bvl\.[\w.]+)` \|/gm)) {
    assert.ok(name in configuration.properties || names.includes(name), `README.md lists ${name}, which is no setting`);
  }
});

test("settings that the extension reads are settings", () => {
  for (const [, name] of sources.matchAll(/\.get(?:<[^>]+>)?\("([\w.]+)"/g)) {
    assert.ok(`bvl.${name}` in configuration.properties, `bvl.${name} is read and is no setting`);
  }
});

test("what runs a program or writes is restricted in a workspace that is not trusted", () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  assert.deepEqual(restrictedConfigurations, ["bvl.server.path", "bvl.build.args"]);
  assert.equal(configuration.properties["bvl.server.path"].scope, "machine-overridable");
  for (const items of Object.values(menus)) {
    for (const { when } of items.filter(({ command }) => command === "bvl.build")) {
      assert.match(when, /isWorkspaceTrusted/);
    }
  }
});

test("walkthroughs lead to commands and pages that exist", () => {
  const known = (command) => names.includes(command) || /^(workbench|vscode|editor)\./.test(command);
  for (const { steps } of walkthroughs) {
    for (const { id, description, media, completionEvents } of steps) {
      assert.ok(existsSync(join(HERE, media.markdown)), `${id}: ${media.markdown}`);
      for (const [, command] of description.matchAll(/\(command:([\w.]+)/g)) assert.ok(known(command), `${id}: ${command}`);
      for (const event of completionEvents) {
        const [kind, what] = event.split(":");
        const isKnown = { onCommand: known(what), onContext: sources.includes(`"${what}"`), onLanguage: what === "bvl" }[kind];
        assert.ok(isKnown, `${id}: ${event}`);
      }
    }
  }
});

test("files that the manifest names are there", () => {
  const { languages, grammars, snippets } = manifest.contributes;
  const paths = [
    ...languages.flatMap(({ configuration, icon }) => [configuration, icon.light, icon.dark]),
    ...grammars.map(({ path }) => path),
    ...snippets.map(({ path }) => path),
  ];
  for (const path of paths) assert.ok(existsSync(join(HERE, path)), path);
});

test("types are those of the oldest VS Code that is served, which has what the client needs", () => {
  const oldest = manifest.engines.vscode.replace("^", "");
  assert.equal(manifest.devDependencies["@types/vscode"], oldest);
  const client = JSON.parse(read("node_modules/vscode-languageclient/package.json"));
  const [, minor] = client.engines.vscode.replace("^", "").split(".");
  assert.ok(Number(oldest.split(".")[1]) >= Number(minor), `vscode-languageclient wants ${client.engines.vscode}`);
});
