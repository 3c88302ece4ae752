import { ConfitureError, type ErrorCode, formatLocation, type SourceLocation, type Statement } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";
import type { ScriptSection } from "./script-sections.js";

export interface ParsedSection {
  readonly path: string;
  readonly statements: readonly Statement[];
}

interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: SourceLocation;
}

/**
 * Parses every file before any of them runs.
 *
 * @throws CONFITURE_META_COMMAND or CONFITURE_SQL_SYNTAX with every problem of every file in `facts.problems`
 */
export async function parseSections(sections: readonly ScriptSection[]): Promise<readonly ParsedSection[]> {
  const parsed: ParsedSection[] = [];
  const problems: Problem[] = [];
  for (const { path, text } of sections) {
    const { statements, metaCommands } = await parseSqlFile(text, { file: path });
    for (const { text: command, at } of metaCommands) {
      if (!isHarmless(command))
        problems.push({
          code: "CONFITURE_META_COMMAND",
          message: `\`${command.split(/\s/, 1)[0]}\` is a command of psql, not SQL`,
          at,
        });
    }
    for (const { syntaxError } of statements) {
      if (syntaxError !== undefined) problems.push({ code: "CONFITURE_SQL_SYNTAX", ...syntaxError });
    }
    parsed.push({ path, statements });
  }
  if (problems.length > 0) throw problemsError(problems);
  return parsed;
}

/** pg_dump begins and ends its files with these; they only tell psql to obey no other meta-command in between. */
function isHarmless(command: string): boolean {
  return /^\\(un)?restrict\b/.test(command);
}

function problemsError(problems: readonly Problem[]): ConfitureError {
  const [first] = problems;
  if (first === undefined) throw new RangeError("an error needs a problem");
  const shown = problems.slice(0, 20).map(({ at, message }) => `  ${formatLocation(at)} ${message}`);
  const more = problems.length > 20 ? [`  and ${problems.length - 20} more`] : [];
  return new ConfitureError(
    first.code,
    problems.length === 1 ? `${first.message}.` : `${problems.length} problems:\n${[...shown, ...more].join("\n")}`,
    {
      at: first.at,
      hint:
        first.code === "CONFITURE_META_COMMAND"
          ? "Remove the line: only psql understands it. Files are included by schema.load_order. Nothing was run."
          : "Correct what is named; nothing was run.",
      facts: { problems },
    },
  );
}
