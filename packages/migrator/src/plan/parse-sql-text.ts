import { ConfitureError, type SourceLocation, type Statement } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";
import type { SqlText } from "../sources/migration.js";
import { isTemplate } from "../sources/migration-templates.js";

export interface ParsedSqlText {
  readonly statements: readonly Statement[];
  readonly checksum: string;
  readonly checksumAlgorithm: string;
}

/**
 * Parses what a migration file holds; every place is a place in that file.
 *
 * @throws CONFITURE_MIGRATION_INVALID for a template nobody has written in, CONFITURE_SQL_SYNTAX naming each statement the grammar refuses, CONFITURE_META_COMMAND
 */
export async function parseSqlText(sql: SqlText): Promise<ParsedSqlText> {
  refuseTemplate(sql);
  const parsed = await parseSqlFile(sql.text, { file: sql.file });
  const place = (at: SourceLocation): SourceLocation => ({
    file: sql.file,
    line: at.line + sql.firstLine - 1,
    column: at.column + sql.indent,
  });
  const meta = parsed.metaCommands[0];
  if (meta !== undefined) {
    throw new ConfitureError("CONFITURE_META_COMMAND", `\`${firstWord(meta.text)}\` is a command of psql, not SQL.`, {
      at: place(meta.at),
      hint: "Remove the line: only psql understands it.",
    });
  }
  const broken = parsed.statements.filter((statement) => statement.syntaxError !== undefined);
  if (broken.length > 0) throw syntaxErrors(broken, place);
  return {
    statements: parsed.statements.map((statement) => ({
      ...statement,
      at: place(statement.at),
      ...(sql.indent === 0 ? {} : { indent: sql.indent }),
    })),
    checksum: parsed.checksum,
    checksumAlgorithm: parsed.checksumAlgorithm,
  };
}

/** Applied as it is, it would count as done, and its statements could never follow. */
function refuseTemplate(sql: SqlText): void {
  if (!isTemplate(sql.text)) return;
  throw new ConfitureError(
    "CONFITURE_MIGRATION_INVALID",
    `\`${sql.file}\` is as \`migrate new\` made it: nothing is written in it yet.`,
    {
      at: { file: sql.file, line: sql.firstLine, column: 1 },
      hint: "Write its statements. A down file that is not needed is removed; an up that is meant to be empty says why in a comment.",
    },
  );
}

function syntaxErrors(broken: readonly Statement[], place: (at: SourceLocation) => SourceLocation): ConfitureError {
  const problems = broken.map((statement) => ({
    message: statement.syntaxError?.message ?? "syntax error",
    at: place(statement.syntaxError?.at ?? statement.at),
  }));
  const first = problems[0];
  const others = problems.length - 1;
  return new ConfitureError(
    "CONFITURE_SQL_SYNTAX",
    `${first?.message ?? "syntax error"}${
      others > 0
        ? ` (and ${others} more: ${problems
            .slice(1, 6)
            .map(({ at }) => `line ${at.line}`)
            .join(", ")})`
        : ""
    }.`,
    {
      ...(first === undefined ? {} : { at: first.at }),
      hint: "Correct the statement; nothing was run.",
      facts: { problems },
    },
  );
}

function firstWord(text: string): string {
  return text.split(/\s/, 1)[0] ?? text;
}
