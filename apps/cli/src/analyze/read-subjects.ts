import { basename, dirname } from "node:path";
import { readMigrations } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import { decodeSqlText, readSqlText } from "./read-sql-text.js";
import { type Subject, subjectOfMigration, subjectOfText } from "./subject.js";

export interface NamedFile {
  /** As it was typed; `-` is standard input. */
  readonly shown: string;
  readonly path: string;
}

/** The files named on the command line, in the order given: SQL from anywhere, or migrations of a folder. */
export async function readSubjects(context: CliContext, files: readonly NamedFile[]): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (const file of files) subjects.push(await readSubject(context, file));
  return subjects;
}

async function readSubject(context: CliContext, { shown, path }: NamedFile): Promise<Subject> {
  if (shown === "-") return subjectOfText("stdin", decodeSqlText(await readStandardInput(context), "stdin"));
  // Looked at first: what is not there is told by its own name.
  const text = readSqlText(path, shown);
  if (!/\.(ya?ml|[cm]?ts)$/.test(path)) return subjectOfText(shown, text);
  const folder = dirname(shown);
  const migrations = await readMigrations(dirname(path), { shownAs: folder });
  const wanted = migrations.find(({ file }) => basename(file) === basename(path));
  if (wanted !== undefined) return subjectOfMigration(folder === "." ? { ...wanted, file: shown } : wanted);
  throw new ConfitureError("CONFITURE_MIGRATION_NAME", `\`${shown}\` is not named like a migration.`, {
    at: { file: shown, line: 1, column: 1 },
    hint: "Name it VERSION_name.yaml or VERSION_name.ts, with a version that begins with digits.",
  });
}

async function readStandardInput({ process }: CliContext): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
