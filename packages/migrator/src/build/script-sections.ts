/** A file's text inside a script. */
export interface ScriptSection {
  readonly path: string;
  readonly text: string;
}

/**
 * Joins files to one script that any client can run. Each begins with a header that tells its length, so that it can be
 * taken apart again whatever the files hold. A file that does not end its last statement gets a `;` behind it.
 */
export function joinSections(sections: readonly ScriptSection[]): string {
  return sections
    .map(
      ({ path, text }) => `-- file: ${path} (${text.length} characters)\n${text}\n${endsStatement(text) ? "" : ";\n"}`,
    )
    .join("");
}

function endsStatement(text: string): boolean {
  const end = text.trimEnd();
  return end === "" || end.endsWith(";");
}

const header = /-- file: ([^\n]+) \((\d+) characters\)\n/y;

/** The files of a script that `joinSections` made; any other text is one file of the name given. */
export function splitSections(script: string, otherwise: string): readonly ScriptSection[] {
  const sections: ScriptSection[] = [];
  let position = 0;
  while (position < script.length) {
    header.lastIndex = position;
    const match = header.exec(script);
    if (match === null) return [{ path: otherwise, text: script }];
    const start = header.lastIndex;
    const end = start + Number(match[2]);
    if (script[end] !== "\n") return [{ path: otherwise, text: script }];
    sections.push({ path: match[1] ?? otherwise, text: script.slice(start, end) });
    position = script.startsWith(";\n", end + 1) ? end + 3 : end + 1;
  }
  return sections;
}
