import type { Queryable } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import type { AppliedMigration, History, SegmentProgress, StepEvidence } from "./applied-migration.js";
import { findOwnTable, readOwnTable } from "./find-own-table.js";

interface MigrationRow {
  readonly version: string;
  readonly name: string;
  readonly source: AppliedMigration["source"];
  readonly file: string;
  readonly state: AppliedMigration["state"];
  readonly how: AppliedMigration["how"];
  readonly checksum: string;
  readonly checksum_algorithm: string;
  readonly raw_hash: string;
  readonly reversible: boolean;
  readonly applied_at: string;
  readonly applied_by: string;
  readonly host: string;
  readonly duration_ms: number;
  readonly tool_version: string;
  readonly plan_hash: string;
}

/**
 * What our tables say is applied and under way. An installation without our schema has an empty history.
 *
 * @throws CONFITURE_OWN_TABLES when the role may not read them
 */
export async function readHistory(session: Queryable, ownSchema: string): Promise<History> {
  const own = quoteIdentifier(ownSchema);
  const table = await findOwnTable(session, ownSchema, "migrations");
  if (!table.there) return { installed: false, migrations: [], progress: [] };
  const migrations = await readOwnTable(table, () => readAppliedMigrations(session, own));
  const underWay = migrations.some((migration) => migration.state !== "applied");
  const rows = underWay ? await readOwnTable(table, () => readProgress(session, own)) : [];
  // What a migration left that is whole by now says nothing of it any more.
  const progress = rows.filter((row) => migrations.some((migration) => isPartOf(row, migration)));
  return { installed: true, migrations, progress };
}

function isPartOf(row: SegmentProgress, { version, state }: AppliedMigration): boolean {
  return row.version === version && state === (row.direction === "up" ? "applying" : "reverting");
}

async function readAppliedMigrations(session: Queryable, own: string): Promise<readonly AppliedMigration[]> {
  const { rows } = await session.query<MigrationRow>(`
    select version, name, source, file, state, how, checksum, checksum_algorithm, raw_hash, host, tool_version, plan_hash,
           source = 'typescript' or down_text is not null as reversible,
           pg_catalog.to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as applied_at, applied_by, duration_ms
    from ${own}.migrations
    order by sort_key`);
  return rows.map((row) => ({
    version: row.version,
    name: row.name,
    source: row.source,
    file: row.file,
    state: row.state,
    how: row.how,
    checksum: row.checksum,
    checksumAlgorithm: row.checksum_algorithm,
    rawHash: row.raw_hash,
    reversible: row.reversible,
    appliedAt: row.applied_at,
    appliedBy: row.applied_by,
    host: row.host,
    durationMs: row.duration_ms,
    toolVersion: row.tool_version,
    planHash: row.plan_hash,
  }));
}

async function readProgress(session: Queryable, own: string): Promise<readonly SegmentProgress[]> {
  const { rows } = await session.query<Omit<SegmentProgress, "evidence"> & { evidence: StepEvidence }>(`
    select version, direction, segment, hash, state, statement, evidence
    from ${own}.steps
    order by version, direction, segment`);
  return rows;
}

/** The texts kept when a migration was applied. */
export interface StoredTexts {
  readonly up: string;
  readonly down: string | null;
}

/** The copies kept at apply time, for the versions asked. */
export async function readStoredTexts(
  session: Queryable,
  ownSchema: string,
  versions: readonly string[],
): Promise<ReadonlyMap<string, StoredTexts>> {
  if (versions.length === 0) return new Map();
  const { rows } = await session.query<{ version: string; up_text: string; down_text: string | null }>(
    `select version, up_text, down_text from ${quoteIdentifier(ownSchema)}.migrations where version = any ($1::text[])`,
    [versions],
  );
  return new Map(rows.map((row) => [row.version, { up: row.up_text, down: row.down_text }]));
}
