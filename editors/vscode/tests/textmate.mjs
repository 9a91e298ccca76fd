// The grammar as VS Code applies it: each token of a text with its scopes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
// Both are CommonJS, and come with vscode-tmgrammar-test.
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const HERE = dirname(fileURLToPath(import.meta.url));

/** The grammar of .bvl. */
export async function grammar() {
  const wasm = readFileSync(join(dirname(require.resolve("vscode-oniguruma")), "onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const path = join(HERE, "../syntaxes/bvl.tmLanguage.json");
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) =>
      scope === "source.bvl" ? textmate.parseRawGrammar(readFileSync(path, "utf8"), path) : null,
  });
  return registry.loadGrammar("source.bvl");
}

/** The tokens of a text, blanks left out: line and column from 1, the text, the scopes from the outer one on. */
export function tokens(grammar, text) {
  let stack = textmate.INITIAL;
  return text.split("\n").flatMap((line, number) => {
    const read = grammar.tokenizeLine(line, stack);
    stack = read.ruleStack;
    return read.tokens
      .map(({ startIndex, endIndex, scopes }) => ({
        line: number + 1,
        column: startIndex + 1,
        text: line.slice(startIndex, endIndex),
        scopes: scopes.slice(1),
      }))
      .filter((token) => token.text.trim() !== "");
  });
}
