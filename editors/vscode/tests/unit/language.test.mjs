// How the editor indents, closes and splits into words, by language-configuration.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const path = join(import.meta.dirname, "../../language-configuration.json");
const configuration = JSON.parse(readFileSync(path, "utf8"));

test("a word is a whole name, a number is a word with its unit", () => {
  const words = (text) => text.match(new RegExp(configuration.wordPattern, "g"));
  assert.deepEqual(words("allow bitvault-web -> prod/api.http"), ["allow", "bitvault-web", "prod", "api", "http"]);
  assert.deepEqual(words("cpu 500m..2; grace 1.5h; on cpu 70%"), ["cpu", "500m", "2", "grace", "1.5h", "on", "cpu", "70%"]);
  assert.deepEqual(words('"${api.http.host}:$version"'), ["api", "http", "host", "version"]);
});

test("a line that leaves a block open indents the next", () => {
  const more = new RegExp(configuration.indentationRules.increaseIndentPattern);
  for (const line of [
    "service web {",
    "  scale 2..4 { // by load",
    '  env URL "http://${api.http.host}" {',
    "service a is b(x = 1) {",
  ]) {
    assert.match(line, more);
  }
  for (const line of ["service web { scale 2 }", 'env X "{"', "// service web {", "scale 2", "}", "x { y } // {"]) {
    assert.doesNotMatch(line, more);
  }
  const less = new RegExp(configuration.indentationRules.decreaseIndentPattern);
  assert.match("  }", less);
  assert.doesNotMatch("  scale 2 }", less);
});

test("Enter in the middle of a comment goes on with it, at its end it does not", () => {
  const after = (before, rest) =>
    configuration.onEnterRules.find(
      ({ beforeText, afterText }) => new RegExp(beforeText).test(before) && new RegExp(afterText).test(rest),
    )?.action.appendText;
  assert.equal(after("  /// What it", " does."), "/// ");
  assert.equal(after("// One", "two"), "// ");
  assert.equal(after("/// What it does.", ""), undefined);
  assert.equal(after("service web {", ""), undefined);
});

test("a quote closes itself, but not within a text or a comment", () => {
  const quote = configuration.autoClosingPairs.find(({ open }) => open === '"');
  assert.deepEqual(quote.notIn, ["string", "comment"]);
});
