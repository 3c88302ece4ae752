import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ZodNamespace } from "@confiture/config";
import { ConfitureError, type Session } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";
import { isServerError, withoutValues } from "../../execute/statement-error.js";
import { cannotBeRead, decodeSqlFile } from "../../sources/decode-sql-file.js";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { duration, sqlText } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { undoing } from "../hook-sessions.js";

interface ExpectedColumn {
  readonly name: string;
  readonly type?: string | undefined;
}

interface TestedQuery {
  readonly name: string;
  readonly query: string;
  readonly test_params?: readonly (string | number | boolean | null)[] | undefined;
  readonly expected_columns?: readonly ExpectedColumn[] | undefined;
  readonly expected_return_type?: string | undefined;
  readonly min_rows?: number | undefined;
  readonly max_duration?: number | undefined;
}

export const testApplicationQueries = defineBuiltinHook({
  type: "test_application_queries",
  kind: "database",
  what: "Runs the application's queries against the new schema and undoes them: do they still work, and give the columns and types the application knows?",
  on: [...behindDdl, ...behindRun],
  onlyThere: "it asks the schema as the migration leaves it.",
  connections: ["own", "migration"],
  onlySo: "it asks the database.",
  timeoutMs: hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z
      .strictObject({
        query_file: z
          .string()
          .min(1)
          .optional()
          .describe("A file of queries without parameters; `-- name: …` before one names it."),
        test_queries: z.array(queryShape(z)).min(1).optional().describe("Queries with what is expected of them."),
      })
      .refine((config) => config.query_file !== undefined || config.test_queries !== undefined, {
        error: "must name something to run: `query_file` or `test_queries`",
      }),
  sql: ({ test_queries: queries = [] }) =>
    queries.map(({ query }, index) => ({
      path: ["test_queries", index, "query"],
      text: query,
      form: "statement" as const,
    })),
  async run({ query_file: file, test_queries: written = [] }, context, { root }) {
    const queries: readonly TestedQuery[] = [
      ...written,
      ...(file === undefined ? [] : await readQueries(resolve(root, file), file)),
    ];
    const failures: string[] = [];
    for (const [index, query] of queries.entries()) {
      context.signal.throwIfAborted();
      const wrong = await undoing(context, (session) => tryQuery(session, query));
      if (wrong !== undefined) failures.push(`${query.name}: ${wrong}`);
      context.metadata.report({ done: index + 1, total: queries.length, unit: "statements" });
    }
    if (failures.length === 0) return { queries: queries.length };
    throw new ConfitureError(
      "CONFITURE_HOOK_CHECK",
      `${failures.length} of ${queries.length} application queries do not work any more: ${failures.join("; ")}.`,
      {
        hint: "Keep what they use until the application has moved on, or change what is expected.",
        facts: { failures },
      },
    );
  },
});

function queryShape(z: ZodNamespace) {
  const column = z.strictObject({ name: z.string().min(1), type: z.string().min(1).optional() });
  return z.strictObject({
    name: z.string().min(1),
    query: sqlText(z),
    test_params: z
      .array(
        z.custom<string | number | boolean | null>(isPlain, { error: "must be a text, a number, true, false or null" }),
      )
      .optional(),
    expected_columns: z
      .array(
        z.custom<string | ExpectedColumn>((entry) => isColumn(entry, column), {
          error: "must be a name, or `name` and `type`",
        }),
      )
      .transform((entries) => entries.map((entry) => (typeof entry === "string" ? { name: entry } : entry)))
      .optional()
      .describe("Columns the answer must have; others may stand beside them."),
    expected_return_type: z.string().min(1).optional().describe("The type of the one column there is."),
    min_rows: z.number().int().min(0).optional(),
    max_duration: duration(z).optional(),
  });
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isColumn(entry: unknown, shape: { safeParse(value: unknown): { readonly success: boolean } }): boolean {
  return typeof entry === "string" ? entry !== "" : shape.safeParse(entry).success;
}

async function readQueries(path: string, shown: string): Promise<readonly TestedQuery[]> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw cannotBeRead(shown, error);
  });
  const text = decodeSqlFile(bytes, shown);
  const { statements } = await parseSqlFile(text, { file: shown });
  const bad = statements.find(({ syntaxError }) => syntaxError !== undefined);
  if (bad?.syntaxError !== undefined)
    throw new ConfitureError("CONFITURE_SQL_SYNTAX", bad.syntaxError.message, { at: bad.syntaxError.at });
  if (statements.length === 0)
    throw new ConfitureError("CONFITURE_HOOK_CONFIG", `${shown} holds no query.`, {
      hint: "A test of nothing would always pass.",
    });
  return statements.map(({ text: query, start, at }, index) => {
    const before = text.slice(index === 0 ? 0 : statements[index - 1]!.end, start);
    const [, name] = /--\s*name:\s*(\S.*?)\s*$/m.exec(before) ?? [];
    return { name: name ?? `${shown}:${at.line}`, query };
  });
}

/** What is wrong with a query, or nothing. The caller undoes what it did. */
async function tryQuery(session: Session, tested: TestedQuery): Promise<string | undefined> {
  try {
    if (tested.max_duration !== undefined)
      await session.query(`set local statement_timeout = ${Math.ceil(tested.max_duration)}`);
    const returnsRows = /^\s*(?:select|with|values|table)\b/i.test(withoutComments(tested.query));
    const wrong = returnsRows ? await wrongColumns(session, tested) : undefined;
    return wrong ?? (await wrongRows(session, tested, returnsRows));
  } catch (error) {
    if (!isServerError(error)) throw error;
    if (error.code === "57014" && tested.max_duration !== undefined)
      return `took longer than ${tested.max_duration} ms`;
    return `${withoutValues(error)} (SQLSTATE ${error.code})`;
  }
}

function withoutComments(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, "");
}

/** The server itself says which columns of which types a query gives: as those of a table made of it, without a row. */
async function wrongColumns(session: Session, tested: TestedQuery): Promise<string | undefined> {
  const { expected_columns: expected = [], expected_return_type: returnType } = tested;
  if (expected.length === 0 && returnType === undefined) return undefined;
  await session.query(
    `create temporary table confiture_probe as ${tested.query.replace(/;\s*$/, "")}\n with no data`,
    parameters(tested),
  );
  const { rows: columns } = await session.query<{ name: string; oid: string; type: string }>(
    `select attname::text as name, atttypid::text as oid, pg_catalog.format_type(atttypid, null) as type from pg_catalog.pg_attribute
     where attrelid = 'pg_temp.confiture_probe'::pg_catalog.regclass and attnum > 0 order by attnum`,
  );
  await session.query("drop table pg_temp.confiture_probe");
  if (returnType !== undefined && columns.length !== 1)
    return `gives ${columns.length} columns, and one of type ${returnType} is expected`;
  const wanted = returnType === undefined ? expected : [...expected, { name: columns[0]!.name, type: returnType }];
  for (const { name, type } of wanted) {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) return `gives no column ${name}`;
    const wrong = type === undefined ? undefined : await wrongType(session, column, type);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

async function wrongType(
  session: Session,
  column: { readonly name: string; readonly oid: string; readonly type: string },
  type: string,
): Promise<string | undefined> {
  const { rows } = await session.query<{ oid: string | null }>(
    "select pg_catalog.to_regtype($1)::pg_catalog.oid::text as oid",
    [type],
  );
  const wanted = rows[0]?.oid ?? null;
  if (wanted === null) return `is to give the type ${type}, which this database does not have`;
  return wanted === column.oid ? undefined : `gives ${column.name} as ${column.type}, not ${type}`;
}

/** Through a cursor: every row is made, none is sent here. */
async function wrongRows(session: Session, tested: TestedQuery, returnsRows: boolean): Promise<string | undefined> {
  const query = tested.query.replace(/;\s*$/, "");
  let count: number;
  if (returnsRows && !/\b(?:insert|update|delete|merge)\b/i.test(query)) {
    await session.query(`declare confiture_probe no scroll cursor for ${query}`, parameters(tested));
    count = (await session.query("move forward all in confiture_probe")).rowCount ?? 0;
    await session.query("close confiture_probe");
  } else count = (await session.query(query, parameters(tested))).rowCount ?? 0;
  const { min_rows: minimum = 0 } = tested;
  return count >= minimum ? undefined : `gives ${count} rows, and at least ${minimum} are expected`;
}

function parameters({ test_params: values = [] }: TestedQuery): readonly unknown[] {
  return values;
}
