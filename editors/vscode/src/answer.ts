// What an answer to a command of the server may be: a text to show. Knows nothing of VS Code.

/** A text to show beside the editor. */
export interface Shown {
  text: string;
  /** A language of the editor. */
  language: string;
  /** The name of the document, without an ending. */
  title: string;
}

/** A place as the protocol has it. */
export interface Place {
  uri: string;
  range: unknown;
}

/** The places that a command's answer leads to beside its text; none where it has no such. */
export function places(answer: unknown): Place[] {
  if (typeof answer !== "object" || answer === null || !("locations" in answer)) return [];
  const { locations } = answer;
  if (!Array.isArray(locations)) return [];
  return locations.filter((place: unknown): place is Place => {
    return typeof place === "object" && place !== null && "range" in place && "uri" in place && typeof place.uri === "string";
  });
}

/** The text of a command's answer; `undefined` where the answer shows nothing. */
export function shown(command: string, answer: unknown): Shown | undefined {
  const title = command.replace(/^bvlc\./, "");
  const language = title === "preview" ? "yaml" : "plaintext";
  if (typeof answer === "string") return { text: answer, language, title };
  if (typeof answer !== "object" || answer === null || !("text" in answer)) return undefined;
  const said = answer as Record<string, unknown>;
  if (typeof said.text !== "string") return undefined;
  return {
    text: said.text,
    language: typeof said.language === "string" ? said.language : language,
    title: typeof said.title === "string" ? said.title : title,
  };
}
