// The grammar against the inputs that all highlighters share: each character's class, by the scope that a theme colors it by.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { grammar, tokens } from "../textmate.mjs";

const FIXTURES = join(import.meta.dirname, "../../../fixtures");
const EXCEPTIONS = join(import.meta.dirname, "../../exceptions.txt");

/** The class of a scope; the innermost scope that has one decides. */
const CLASSES = [
  ["comment.line.documentation", "documentation"],
  ["comment", "comment"],
  ["constant.character.escape", "escape"],
  ["invalid.illegal.escape", "string"],
  ["string", "string"],
  ["storage.type.declaration", "keyword"],
  ["keyword.other.statement", "keyword"],
  ["support.type.property-name", "keyword"],
  ["keyword.control.clause", "clause"],
  ["constant.language", "choice"],
  ["support.type", "type"],
  ["constant.numeric", "number"],
  ["keyword.other.unit", "number"],
  ["keyword.operator", "operator"],
  ["punctuation.separator.type", "operator"],
  ["punctuation.definition.variable", "variable"],
  ["variable.other.bvl", "variable"],
];

function classOf(scopes) {
  // What stands in an interpolation is one.
  if (scopes.some((scope) => scope.startsWith("meta.interpolation"))) return "interpolation";
  for (const scope of scopes.toReversed()) {
    const known = CLASSES.find(([prefix]) => scope.startsWith(prefix));
    if (known) return known[1];
  }
  return "none";
}

const bvl = await grammar();

for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith(".bvl"))) {
  test(`colors of ${file}`, () => {
    const shown = tokens(bvl, readFileSync(join(FIXTURES, file), "utf8")).flatMap(({ line, column, text, scopes }) =>
      [...text].flatMap((character, n) => (/\s/.test(character) ? [] : [`${line} ${column + n} ${classOf(scopes)}`])),
    );
    const excepted = existsSync(EXCEPTIONS) ? [EXCEPTIONS] : [];
    const { status, stdout, stderr } = spawnSync(
      "python3",
      [join(FIXTURES, "compare.py"), file.replace(".bvl", ""), ...excepted],
      { input: shown.join("\n"), encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
  });
}
