import type { RiskAssessment } from "@confiture/model";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

/** The document of `migrate analyze`, as far as these tests look at it. */
export interface Analyzed {
  readonly code: number | null;
  readonly risk: RiskAssessment;
  readonly because: readonly string[];
}

/** Analyses a text of SQL, with a database as its environment or without one. */
export async function analyzeSql(sql: string, url?: string, ...flags: readonly string[]): Promise<Analyzed> {
  const { code, stdout } = await runAnalysis(sql, ["--format", "json", ...flags], url);
  const document = JSON.parse(stdout) as Analyzed;
  expectDocument(document, "migrate-analyze.v1");
  return { ...document, code };
}

/** The same as a person reads it. */
export async function analysisText(sql: string, flags: readonly string[], url?: string): Promise<string> {
  return (await runAnalysis(sql, flags, url)).stdout;
}

async function runAnalysis(sql: string, flags: readonly string[], url: string | undefined) {
  using folder = projectFolder({
    "confiture.yaml": "environments:\n  local:\n    database_url: ${DATABASE_URL}\n",
    "x.sql": sql,
  });
  const environment = url === undefined ? [] : ["--env", "local"];
  return await runConfiture(["migrate", "analyze", "x.sql", ...environment, ...flags], {
    cwd: folder.path,
    ...(url === undefined ? {} : { env: { DATABASE_URL: url } }),
  });
}
