// Which bvlc is run. Knows nothing of VS Code, so that it is tested without it.

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the program was found. */
export type Source = "setting" | "bundled" | "path";

/** The program that is run, or why there is none. */
export type Found = { program: string; source: Source } | { missing: string };

/** Where to look. */
export interface Places {
  /** The setting `bvl.server.path`; empty where it is not made. */
  setting: string;
  /** The extension's own folder. */
  extension: string;
  /** The environment's `PATH`. */
  path: string;
  /** The system, as `process.platform` names it. */
  system: NodeJS.Platform;
}

/** The program of the setting, else the one beside the extension, else the first on the path. */
export function find({ setting, extension, path, system }: Places): Found {
  const name = system === "win32" ? "bvlc.exe" : "bvlc";
  const stated = setting.trim();
  if (stated !== "") {
    const program = stated.startsWith("~/") ? join(homedir(), stated.slice(2)) : stated;
    if (!isAbsolute(program)) return { missing: `bvl.server.path is "${stated}", which is no absolute path` };
    return isProgram(program)
      ? { program, source: "setting" }
      : { missing: `bvl.server.path names ${program}, which is no program` };
  }
  const bundled = join(extension, "bin", name);
  if (isProgram(bundled)) return { program: bundled, source: "bundled" };
  // A relative folder on the PATH would mean whatever folder is open.
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const program = folders.map((folder) => join(folder, name)).find(isProgram);
  return program === undefined
    ? { missing: "there is no bvlc beside the extension or on the PATH" }
    : { program, source: "path" };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
