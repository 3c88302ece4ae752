import type { Session } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import type { PreparedPlan } from "../plan/plan-migrations.js";
import type { Migration, SqlText } from "../sources/migration.js";

interface StoredRow {
  readonly version: string;
  readonly name: string;
  readonly source: Migration["source"];
  readonly file: string;
  readonly how: "run" | "baseline";
  readonly raw_hash: string;
  readonly up_text: string;
  readonly down_text: string | null;
}

/** The applied migrations as they were when they were applied, from the copies kept. */
export async function readStoredMigrations(
  session: Session,
  ownSchema: string,
): Promise<readonly { migration: Migration; how: "run" | "baseline" }[]> {
  const own = quoteIdentifier(ownSchema);
  const { rows } = await session.query<StoredRow>(
    `select version, name, source, file, how, raw_hash, up_text, down_text from ${own}.migrations where state = 'applied' order by sort_key`,
  );
  return rows.map((row) => ({ migration: migrationFromCopy(row), how: row.how }));
}

function migrationFromCopy(row: StoredRow): Migration {
  const base = { version: row.version, name: row.name, file: row.file, rawHash: row.raw_hash };
  if (row.source === "typescript") return { ...base, source: "typescript", text: row.up_text };
  return {
    ...base,
    source: row.source,
    up: copyOf(row.file, row.up_text),
    ...(row.down_text === null
      ? {}
      : { down: copyOf(`${row.version}_${row.name}.down.sql (kept copy)`, row.down_text) }),
  };
}

function copyOf(file: string, text: string): SqlText {
  return { file, text, firstLine: 1, indent: 0 };
}

/** The first `count` migrations of a plan behind those the shadow already has. */
export function planAsMigrations(
  prepared: PreparedPlan,
  rebuilt: readonly Migration[],
  count: number,
): readonly Migration[] {
  if (prepared.plan.direction === "down") return rebuilt.map((migration) => withDownOfFile(migration, prepared));
  const planned = prepared.plan.migrations.slice(0, count).map(({ version }) => {
    const migration = prepared.migrations.get(version);
    if (migration === undefined) throw new RangeError(`the plan holds no migration ${version}`);
    return migration;
  });
  return [...rebuilt, ...planned];
}

/** The way back is the file's of today; the way there is the copy that was really run. */
function withDownOfFile(copy: Migration, prepared: PreparedPlan): Migration {
  const filed = prepared.migrations.get(copy.version);
  if (copy.source === "typescript" || filed === undefined || filed.source === "typescript" || filed.down === undefined)
    return copy;
  return { ...copy, down: filed.down };
}
