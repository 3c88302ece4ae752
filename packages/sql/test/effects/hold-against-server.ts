import { readCatalog } from "@confiture/schema";
import { predictEffects, type StatementTrace, traceEffects } from "@confiture/sql";
import { openTestDatabase, type ServerVersion } from "@confiture/testkit";

/** A database, and a file that is predicted and run in it. */
export interface HeldFile {
  readonly version: ServerVersion;
  /** What is there before, and in the catalog. */
  readonly schema: string;
  readonly file: string;
}

/** The file's last statement: what was said of it, and in what a server did otherwise. Earlier ones must be confirmed. */
export interface HeldStatement {
  readonly predicted: StatementTrace["predicted"];
  /** What the server did and nobody foresaw, in words. */
  readonly under: readonly string[];
  /** What was foreseen and did not happen. */
  readonly over: readonly string[];
}

/** Predicts a file from the catalog of a database and runs it there. */
export async function holdAgainstServer({ version, schema, file }: HeldFile): Promise<HeldStatement> {
  await using db = await openTestDatabase({ version, sql: schema });
  const catalog = await readCatalog(db);
  const { statements } = await traceEffects(db, file, { predict: predictEffects, catalog });
  const under: string[] = [];
  const over: string[] = [];
  for (const { statement, outcome } of statements) {
    if (outcome.kind === "mismatch") {
      under.push(...outcome.under);
      over.push(...outcome.over);
    } else if (outcome.kind !== "confirmed") {
      throw new Error(`${statement.text}: ${JSON.stringify(outcome)}`);
    }
  }
  return { predicted: statements.at(-1)!.predicted, under, over };
}
