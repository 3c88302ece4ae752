import type { Migration } from "@confiture/migrator";
import type { SourceLocation, Statement } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";

/** One file to be analysed, as its statements. What a file holds and nobody can read stands among them as `unparsable`. */
export interface Subject {
  readonly file: string;
  readonly statements: readonly Statement[];
  /** The text the statements stand in; absent for a program. */
  readonly text?: string;
  /** What in it could not be read, as sentences. */
  readonly notInspected: readonly string[];
  /** Absent for SQL from anywhere. */
  readonly migration?: Migration;
}

interface PlacedText {
  readonly file: string;
  readonly text: string;
  readonly firstLine: number;
  readonly indent: number;
}

/** A text of SQL as a subject. A statement that the grammar refuses hides nothing behind it. */
export async function subjectOfText(file: string, text: string): Promise<Subject> {
  return subjectOfPlaced({ file, text, firstLine: 1, indent: 0 });
}

/** The way up of a migration. */
export async function subjectOfMigration(migration: Migration): Promise<Subject> {
  if (migration.source !== "typescript") return { ...(await subjectOfPlaced(migration.up)), migration };
  const { file } = migration;
  const at = { file, line: 1, column: 1 };
  return {
    file,
    statements: [unread("", at, "a TypeScript program: its statements are known when it runs")],
    notInspected: [`${file}: a TypeScript program, whose statements are known when it runs`],
    migration,
  };
}

/** A program by the queries it was seen to send. Those of one run: others may depend on what it reads. */
export async function subjectOfProgram(subject: Subject, queries: readonly string[]): Promise<Subject> {
  const { file, migration } = subject;
  const parsed = await Promise.all(queries.map((query) => parseSqlFile(query, { file })));
  const at = { file, line: 1, column: 1 };
  return {
    file,
    statements: parsed.flatMap(({ statements }) => statements).map((statement, index) => ({ ...statement, index, at })),
    notInspected: [`${file}: what the program would send for other rows than the shadow's`],
    ...(migration === undefined ? {} : { migration }),
  };
}

async function subjectOfPlaced({ file, text, firstLine, indent }: PlacedText): Promise<Subject> {
  const parsed = await parseSqlFile(text, { file });
  const place = (at: SourceLocation): SourceLocation => ({
    file,
    line: at.line + firstLine - 1,
    column: at.column + indent,
  });
  const ofPsql = parsed.metaCommands.map(({ text: command, at }) => unread(command, at, "a command of psql, not SQL"));
  const statements = [...parsed.statements, ...ofPsql]
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .map((statement, index) => ({ ...statement, index, at: place(statement.at) }));
  return {
    file,
    statements,
    text,
    notInspected: statements.flatMap(({ syntaxError, at }) =>
      syntaxError === undefined ? [] : [`${file}:${at.line}: ${syntaxError.message}`],
    ),
  };
}

/** Something nobody can read, in the shape of a statement that the grammar refused: what it does is not known. */
function unread(text: string, at: SourceLocation, message: string): Statement {
  return {
    index: 0,
    text,
    start: 0,
    end: text.length,
    at,
    kind: "unparsable",
    syntaxError: { message, at },
    transactionality: { kind: "transactional" },
    mayChangeSettings: true,
    semanticHash: "",
  };
}
