import type { Session } from "@confiture/model";
import type { TableRows } from "./rehearsal-report.js";

interface RowCounts {
  readonly table: string;
  readonly inserted: string;
  readonly updated: string;
  readonly deleted: string;
}

/**
 * Rows this transaction has changed so far, by table, as the server counts them. Those of transactions that ended just before it may be among them: what
 * is read when it begins is to be taken off.
 */
export async function readChangedRows(session: Session, ownSchema: string): Promise<readonly TableRows[]> {
  const { rows } = await session.query<RowCounts>(
    `select schemaname || '.' || relname as table, n_tup_ins as inserted, n_tup_upd as updated, n_tup_del as deleted
     from pg_catalog.pg_stat_xact_user_tables
     where n_tup_ins + n_tup_upd + n_tup_del > 0 and schemaname <> $1
     order by 1`,
    [ownSchema],
  );
  return rows.map((row) => ({
    table: row.table,
    inserted: Number(row.inserted),
    updated: Number(row.updated),
    deleted: Number(row.deleted),
  }));
}

/** What was changed between two readings. */
export function rowsChangedSince(before: readonly TableRows[], now: readonly TableRows[]): readonly TableRows[] {
  const earlier = new Map(before.map((row) => [row.table, row]));
  return now.flatMap(({ table, ...counts }) => {
    const had = earlier.get(table);
    const changed = {
      inserted: counts.inserted - (had?.inserted ?? 0),
      updated: counts.updated - (had?.updated ?? 0),
      deleted: counts.deleted - (had?.deleted ?? 0),
    };
    return Object.values(changed).some((count) => count > 0) ? [{ table, ...changed }] : [];
  });
}

/** Positions of all sequences this role may read, by name. Our own are left out. */
export async function readSequencePositions(
  session: Session,
  ownSchema: string,
): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await session.query<{ name: string; position: string | null }>(
    "select schemaname || '.' || sequencename as name, last_value::text as position from pg_catalog.pg_sequences where schemaname <> $1",
    [ownSchema],
  );
  return new Map(rows.map((row) => [row.name, row.position]));
}

export function sequencesMoved(
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string | null>,
): readonly string[] {
  return [...after]
    .filter(([name, position]) => before.has(name) && before.get(name) !== position)
    .map(([name]) => name);
}
