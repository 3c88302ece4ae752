import { randomBytes } from "node:crypto";
import type { PlannedStep, Queryable, Session } from "@confiture/model";
import { parseSqlFile, predictEffects, quoteQualified } from "@confiture/sql";
import type { AlertRule } from "./alert-options.js";
import type { Finding } from "./finding.js";

/** Longest time for one look at rows: they are looked at inside the migration's transaction. */
const checkTimeoutMs = 5_000;

const kindsThatWrite = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt"]);

export interface DataRules {
  readonly rowsLost: AlertRule | undefined;
  readonly orphans: AlertRule | undefined;
}

/** A step that has run, and is not committed. */
export interface WrittenStep {
  readonly version: string;
  readonly step: PlannedStep;
  /** Rows changed; null where the server did not say. */
  readonly rows: number | null;
}

/** Whether a step is looked at behind its end. */
export function isWatched({ kind }: PlannedStep, { rowsLost, orphans }: DataRules): boolean {
  return (orphans !== undefined && kindsThatWrite.has(kind)) || (rowsLost !== undefined && kind === "DeleteStmt");
}

/**
 * Looks at the rows of the tables that a step has written, inside of its transaction, where alone they can be seen. It leaves nothing behind: what
 * it sets and what fails in it is rolled back to a savepoint.
 */
export async function findAnomalies(
  session: Session,
  written: WrittenStep,
  rules: DataRules,
): Promise<readonly Finding[]> {
  const changed = await changedRelations(session, written.step);
  const savepoint = `confiture_check_${randomBytes(6).toString("hex")}`;
  await session.query(`savepoint ${savepoint};\nset local statement_timeout = ${checkTimeoutMs}`);
  try {
    return [
      ...(await findRowsLost(session, written, changed.deleted, rules.rowsLost)),
      ...(rules.orphans === undefined ? [] : await findOrphans(session, written, changed.all, rules.orphans)),
    ];
  } finally {
    await session.query(`rollback to savepoint ${savepoint};\nrelease savepoint ${savepoint}`);
  }
}

interface ChangedRelations {
  readonly all: readonly string[];
  readonly deleted: readonly string[];
}

async function changedRelations(session: Queryable, { sql, at }: PlannedStep): Promise<ChangedRelations> {
  const { rows } = await session.query<{ schema: string }>(
    "select pg_catalog.quote_ident(name) as schema from pg_catalog.unnest(pg_catalog.current_schemas(false)) as name",
  );
  const { statements } = await parseSqlFile(sql, { file: at.file });
  const searchPath = rows.map(({ schema }) => schema);
  const changes = (await predictEffects(statements, { searchPath })).flatMap(({ effect }) => effect.rowChanges ?? []);
  return {
    all: [...new Set(changes.map(({ relation }) => relation))],
    deleted: [...new Set(changes.flatMap(({ relation, what }) => (what === "delete" ? [relation] : [])))],
  };
}

/** Counts what is left no further than it takes to know. */
async function findRowsLost(
  session: Queryable,
  { version, step, rows }: WrittenStep,
  relations: readonly string[],
  rule: AlertRule | undefined,
): Promise<readonly Finding[]> {
  const [relation] = relations;
  if (rule === undefined || relation === undefined || step.kind !== "DeleteStmt" || (rows ?? 0) === 0) return [];
  const deleted = rows ?? 0;
  const enough = rule.above <= 0 ? 0 : Math.ceil((deleted * (1 - rule.above)) / rule.above);
  const left = await session.query<{ count: string }>(
    `select count(*) as count from (select from ${relation} limit ${enough + 1}) rows`,
  );
  const measured = deleted / (deleted + Number(left.rows[0]?.count ?? 0));
  if (measured <= rule.above) return [];
  const anomaly = `statement ${step.index} deleted ${Math.round(measured * 100)} % of its rows`;
  return [
    {
      event: "data_anomaly_detected",
      rule,
      key: JSON.stringify(["lost", version, step.index]),
      because: `${relation}: ${anomaly}`,
      data: { measured, threshold: rule.above, unit: "ratio", version, relation, anomaly },
    },
  ];
}

interface KeyRow {
  readonly name: string;
  readonly child_schema: string;
  readonly child: string;
  readonly parent_schema: string;
  readonly parent: string;
  readonly child_columns: readonly string[];
  readonly parent_columns: readonly string[];
}

async function findOrphans(
  session: Queryable,
  { version, step }: WrittenStep,
  relations: readonly string[],
  rule: AlertRule,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const key of await readDoubtfulKeys(session, relations)) {
    const measured = await countOrphans(session, key, rule.above);
    if (measured <= rule.above) continue;
    const relation = quoteQualified({ schema: key.child_schema, name: key.child });
    const anomaly = `rows refer by ${key.name} to none behind statement ${step.index}`;
    findings.push({
      event: "data_anomaly_detected",
      rule,
      key: JSON.stringify(["orphans", version, key.name, relation]),
      because: `${relation}: ${measured} or more ${anomaly}`,
      data: { measured, threshold: rule.above, unit: "rows", version, relation, anomaly },
    });
  }
  return findings;
}

/** Foreign keys of these tables, on either side, for which PostgreSQL does not vouch. */
async function readDoubtfulKeys(session: Queryable, relations: readonly string[]): Promise<readonly KeyRow[]> {
  const { rows } = await session.query<KeyRow>(
    `select k.conname::text as name, cn.nspname::text as child_schema, c.relname::text as child, pn.nspname::text as parent_schema, p.relname::text as parent,
            array(select a.attname::text from pg_catalog.unnest(k.conkey) with ordinality u(n, i)
                  join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.i) as child_columns,
            array(select a.attname::text from pg_catalog.unnest(k.confkey) with ordinality u(n, i)
                  join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.i) as parent_columns
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
     join pg_catalog.pg_class p on p.oid = k.confrelid join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
     where k.contype = 'f'
       and (k.conrelid = any (array(select pg_catalog.to_regclass(r) from pg_catalog.unnest($1::text[]) r))
            or k.confrelid = any (array(select pg_catalog.to_regclass(r) from pg_catalog.unnest($1::text[]) r)))
       and (not k.convalidated or (pg_catalog.to_jsonb(k) ->> 'conenforced') = 'false'
            or pg_catalog.current_setting('session_replication_role') = 'replica'
            or exists (select from pg_catalog.pg_trigger t where t.tgconstraint = k.oid and t.tgenabled = 'D'))`,
    [relations],
  );
  return rows;
}

/** MATCH SIMPLE: a row with a null in its key refers to nothing. Counted no further than it takes to know. */
async function countOrphans(session: Queryable, key: KeyRow, above: number): Promise<number> {
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const child = quoteQualified({ schema: key.child_schema, name: key.child });
  const parent = quoteQualified({ schema: key.parent_schema, name: key.parent });
  const present = key.child_columns.map((column) => `c.${quote(column)} is not null`).join(" and ");
  const same = key.child_columns.map(
    (column, index) => `p.${quote(key.parent_columns[index] ?? "")} = c.${quote(column)}`,
  );
  const { rows } = await session.query<{ count: string }>(
    `select count(*) as count from (
       select from ${child} c where ${present} and not exists (select from ${parent} p where ${same.join(" and ")}) limit ${Math.ceil(above) + 1}
     ) rows`,
  );
  return Number(rows[0]?.count ?? 0);
}
