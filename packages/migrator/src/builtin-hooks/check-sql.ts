import type { YamlPath } from "@confiture/config";
import { parseSqlFile } from "@confiture/sql";
import type { ConfiguredSql } from "./builtin-hook-type.js";

/** What is wrong with SQL in a config: where in it, and how it goes on behind the key's name. */
export interface SqlProblem {
  readonly path: YamlPath;
  /** Lines and columns into the text, from 0. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads SQL as the server would, before anything runs: pseudo-code is refused where it stands. */
export async function sqlProblems(parts: readonly ConfiguredSql[]): Promise<readonly SqlProblem[]> {
  const problems: SqlProblem[] = [];
  for (const { path, text, form } of parts) {
    // An expression is read where one can stand.
    const before = form === "expression" ? "select (" : "";
    const whole = form === "expression" ? `${before}${text}\n)` : text;
    const { statements, metaCommands } = await parseSqlFile(whole, { file: "config" });
    const problem = (message: string, at = { line: 1, column: 1 }): SqlProblem => ({
      path,
      line: at.line - 1,
      column: Math.max(0, at.column - 1 - (at.line === 1 ? before.length : 0)),
      message,
    });
    const [meta] = metaCommands;
    if (meta !== undefined) problems.push(problem("holds a psql meta-command, which only psql understands", meta.at));
    for (const { syntaxError } of statements)
      if (syntaxError !== undefined)
        problems.push(problem(`is not SQL that PostgreSQL takes: ${syntaxError.message}`, syntaxError.at));
    if (statements.length === 0) problems.push(problem("holds no statement"));
    if (form !== "script" && statements.length > 1)
      problems.push(problem("must be one statement, without another behind a semicolon", statements[1]?.at));
  }
  return problems;
}
