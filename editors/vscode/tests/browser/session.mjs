// The session of editors/session: mistakes are typed, found, mended by quick fixes alone, saved, and built.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What findings.txt lists: each finding, and the fix that is taken. */
function listed(session) {
  return readFileSync(join(session, "findings.txt"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [place, code, ...fix] = line.split(" ");
      return { place, code, fix: fix.join(" ") };
    });
}

/** The lines that a person types of a text: without the indentation, and without the braces that the editor has closed. */
function typed(text) {
  return text
    .split("\n")
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && line !== "}");
}

export async function run(editor, { session, folder, bvlc }) {
  const wanted = listed(session);
  const judge = (command) =>
    execFileSync(join(session, "session"), [command, folder], { env: { ...process.env, BVLC: bvlc }, stdio: ["ignore", "pipe", "pipe"] });

  // What is there is looked at first. Colored brackets say that the editor has read how the language is written.
  await editor.go("platform.bvl");
  await editor.page.locator(".bracket-highlighting-0").first().waitFor();

  // A new file, by the menu of its folder.
  const service = readFileSync(join(session, "typed/services/bitvault-reports.bvl"), "utf8");
  await editor.newFile("services", "bitvault-reports.bvl");
  await typeLines(editor, typed(service));
  await editor.holds(service);
  await editor.shot("typed");

  // Behind the last line of a file that is there.
  const flows = readFileSync(join(session, "typed/flows.bvl"), "utf8");
  const before = readFileSync(join(folder, "flows.bvl"), "utf8");
  await editor.go("flows.bvl");
  await editor.press("Control+End");
  await typeLines(editor, typed(flows));
  await editor.holds(before + flows.trimEnd());

  // All of it is found, in both files, before anything is saved.
  await editor.command("Problems: Focus on Problems View");
  const key = ({ place, code }) => `${place} ${code}`;
  const isListed = (left) => (found) => found.map(key).sort().join("\n") === left.map(key).sort().join("\n");
  await editor.until("the findings of the session", () => editor.problems(), isListed(wanted));
  await editor.shot("found");
  await editor.command("File: Save All");
  await editor.until("everything saved", () => editor.page.locator(".tab.dirty").count(), (n) => n === 0);
  judge("findings");

  // F8 goes to a finding, Ctrl+. offers what mends it, Enter takes the first.
  const left = new Map(wanted.map((finding) => [finding.code, finding]));
  await editor.go("services/bitvault-reports.bvl");
  while (left.size > 0) {
    const code = await editor.nextProblem((seen) => left.has(seen));
    await editor.quickFix(left.get(code).fix);
    left.delete(code);
    const codes = (found) => found.map((one) => one.code).sort().join(" ");
    const rest = [...left.keys()].sort().join(" ");
    await editor.until(`${code} mended`, () => editor.problems(), (found) => codes(found) === rest);
  }
  await editor.shot("mended");
  await editor.command("File: Save All");
  await editor.until("everything saved", () => editor.page.locator(".tab.dirty").count(), (n) => n === 0);
  judge("judge");
  // Saving has written the files in the one style.
  execFileSync(bvlc, ["fmt", "--check", folder], { stdio: ["ignore", "pipe", "pipe"] });
}

async function typeLines(editor, lines) {
  for (const [n, line] of lines.entries()) {
    if (n > 0) await editor.press("Enter");
    await editor.type(line);
  }
}
