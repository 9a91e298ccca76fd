// What `bvlc list --format json` says: one object a line. Knows nothing of VS Code.

/** A code that bvlc reports. */
export interface Code {
  code: string;
  slug: string;
  summary: string;
}

/** Somebody who may talk or be talked to. */
export interface Endpoint {
  name: string;
  /** `service`, `managed` or `external`. */
  word: string;
}

/** The codes of `bvlc list codes`. */
export function codes(lines: string): Code[] {
  return objects(lines).flatMap(({ code, slug, summary }) =>
    typeof code === "string" ? [{ code, slug: String(slug ?? ""), summary: String(summary ?? "") }] : [],
  );
}

/** The names of `bvlc list workloads`, each once, though it stands there for each environment. */
export function endpoints(lines: string): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const { name, word } of objects(lines)) {
    if (typeof name === "string" && !found.has(name)) found.set(name, { name, word: String(word ?? "") });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function objects(lines: string): Record<string, unknown>[] {
  return lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
