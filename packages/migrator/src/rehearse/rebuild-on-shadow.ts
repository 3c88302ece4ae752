import type { Database } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { applyScript } from "../build/apply-script.js";
import type { Run } from "../execute/run.js";
import { migrateOnShadow } from "../migrate.js";
import { findOwnTable, readOwnTable } from "../record/find-own-table.js";
import type { Migration } from "../sources/migration.js";
import { readStoredMigrations } from "./stored-migrations.js";

/**
 * Makes the target's schema on an empty database, from the target's own record: the script of its last baseline, then
 * the migrations applied since, from the copies kept. What acts on the whole server is left out: it was done there, and
 * the shadow is part of it.
 *
 * @returns the migrations the shadow has now
 * @throws CONFITURE_SHADOW_UNAVAILABLE when the record does not tell how the schema came to be
 */
export async function rebuildOnShadow(
  run: Pick<Run, "session" | "options">,
  shadow: Database,
): Promise<readonly Migration[]> {
  const { ownSchema } = run.options;
  const script = await readBaselineScript(run);
  const stored = await readRecord(run);
  if (script === undefined && stored.length === 0 && (await hasRelations(run))) {
    throw new ConfitureError(
      "CONFITURE_SHADOW_UNAVAILABLE",
      "nothing is recorded of how this database came to have its schema",
      {
        hint: "Record it: `confiture migrate baseline VERSION`.",
        facts: { unrecorded: true },
      },
    );
  }
  if (script !== undefined) {
    await using session = await shadow.openSession();
    await applyScript(session, script, { serverWide: "skip" });
  }
  const since = script === undefined ? stored : stored.filter(({ how }) => how === "run");
  const migrations = since.map(({ migration }) => migration);
  const outcome = await migrateOnShadow(shadow, { migrations, ownSchema });
  if (outcome.failed !== null) throw outcome.failed.error;
  return migrations;
}

async function readRecord(run: Pick<Run, "session" | "options">): ReturnType<typeof readStoredMigrations> {
  const table = await findOwnTable(run.session, run.options.ownSchema, "migrations");
  return table.there ? readOwnTable(table, () => readStoredMigrations(run.session, run.options.ownSchema)) : [];
}

async function readBaselineScript(run: Pick<Run, "session" | "options">): Promise<string | undefined> {
  const table = await findOwnTable(run.session, run.options.ownSchema, "baselines");
  if (!table.there) return undefined;
  const { rows } = await readOwnTable(table, () =>
    run.session.query<{ script: string }>(
      `select script from ${quoteIdentifier(run.options.ownSchema)}.baselines where script <> '' order by id desc limit 1`,
    ),
  );
  return rows[0]?.script;
}

async function hasRelations(run: Pick<Run, "session" | "options">): Promise<boolean> {
  const { rows } = await run.session.query(
    `select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname not in ('pg_catalog', 'information_schema', $1) and n.nspname !~ '^pg_' limit 1`,
    [run.options.ownSchema],
  );
  return rows.length > 0;
}
