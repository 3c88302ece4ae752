import type { Catalog, Database, MigrationPlan, ShadowProvider } from "@confiture/model";
import { isConfitureError } from "@confiture/model";
import { type CatalogDifference, compareCatalogs, type ReadCatalogOptions, readCatalog } from "@confiture/schema";
import type { MigrateOutcome, MigrationFailure, MigrationResult } from "../execute/migration-outcome.js";
import type { Run } from "../execute/run.js";
import type { HookExecution } from "../hooks/hook-execution.js";
import { migrateOnShadow, type Prepared, rollback } from "../migrate.js";
import { rebuildOnShadow } from "./rebuild-on-shadow.js";
import type { NotRehearsed, Violation } from "./rehearsal-report.js";
import { planAsMigrations } from "./stored-migrations.js";
import { violationsOf } from "./violations-of.js";

export interface ShadowPart {
  readonly ran: readonly MigrationResult[];
  readonly failed: MigrationFailure | null;
  readonly differs: readonly CatalogDifference[] | null;
  readonly notRehearsed: readonly NotRehearsed[];
  readonly violations: readonly Violation[];
  /** What all that ran on the shadow changed; null where nothing ran there. */
  readonly changes: readonly CatalogDifference[] | null;
  readonly hooks: readonly HookExecution[];
}

/**
 * Builds the target's schema on a shadow from its own record, and runs the plan there for real. Migrations in front of
 * `from` are run too, so that those behind find what they need; only the results from `from` on are reported.
 */
export async function rehearseOnShadow(
  run: Run,
  ready: Prepared,
  from: number,
  options: { readonly shadow?: ShadowProvider },
): Promise<ShadowPart> {
  const { plan } = ready.prepared;
  const rest = plan.migrations.slice(from);
  const notRehearsed = (because: string): ShadowPart => ({
    ran: [],
    failed: null,
    differs: null,
    notRehearsed: rest.map(({ version }) => ({ version, because })),
    violations: [],
    changes: null,
    hooks: [],
  });
  const reach = serverWideIn(plan, from);
  if (reach?.migration === 0) return notRehearsed(reach.because);
  if (options.shadow === undefined) return notRehearsed("it needs a shadow database, and none was handed in");
  await using shadow = await options.shadow.create();
  const rebuilt = await rebuildOnShadow(run, shadow).catch((error: unknown) => {
    if (!isConfitureError(error)) throw error;
    return error;
  });
  if (isConfitureError(rebuilt))
    return notRehearsed(`the target's schema cannot be built from its record: ${rebuilt.message}`);
  const exclude = { exclude: [run.options.ownSchema] };
  const before = await readShadow(shadow, exclude);
  const differs = compareCatalogs(await readCatalog(run.session, exclude), before);
  const planned = reach === undefined ? plan.migrations.length : from + reach.migration;
  const migrations = planAsMigrations(ready.prepared, rebuilt, planned);
  const quiet = { ownSchema: run.options.ownSchema, actor: run.options.actor, signal: run.options.signal };
  const reported = new Set(rest.map(({ version }) => version));
  const { hooks, environment } = run.options;
  const runOptions = {
    ...withoutUndefined({ ...quiet, hooks, environment }),
    migrations,
    onProgress: run.options.emit,
    mode: "dry_run" as const,
    rehearsedOnShadow: reported,
  };
  const outcome =
    plan.direction === "up"
      ? await migrateOnShadow(shadow, { ...runOptions, allowOutOfOrder: true })
      : await rollback(shadow, { ...runOptions, steps: planned });
  return {
    ran: outcome.applied.filter(({ version }) => reported.has(version)),
    failed: outcome.failed,
    differs,
    notRehearsed: [
      ...behindFailure(plan.migrations.slice(from, planned), outcome),
      ...plan.migrations.slice(planned).map(({ version }) => ({ version, because: reach?.because ?? "" })),
    ],
    hooks: outcome.hooks,
    violations: violationsOnShadow(outcome),
    changes: compareCatalogs(before, await readShadow(shadow, exclude)),
  };
}

/** The first migration from `from` on that acts on the whole server: on a shadow that would be done for real. */
function serverWideIn(
  plan: MigrationPlan,
  from: number,
): { readonly migration: number; readonly because: string } | undefined {
  for (const [migration, { version, segments }] of plan.migrations.slice(from).entries()) {
    const step = segments.flatMap((segment) => segment.steps).find(({ serverWide }) => serverWide !== undefined);
    if (step === undefined) continue;
    return {
      migration,
      because: `${version} acts on the whole server (${step.serverWide}), which a shadow is part of`,
    };
  }
  return undefined;
}

/** A failure ends the rehearsal: what is behind it was not reached. */
function behindFailure(
  rest: readonly { readonly version: string }[],
  { applied, failed }: MigrateOutcome,
): readonly NotRehearsed[] {
  if (failed === null) return [];
  const reached = new Set([failed.version, ...applied.map(({ version }) => version)]);
  return rest
    .filter(({ version }) => !reached.has(version))
    .map(({ version }) => ({ version, because: "a migration before it failed" }));
}

function violationsOnShadow({ failed }: MigrateOutcome): readonly Violation[] {
  return failed === null ? [] : violationsOf(failed.error.cause, failed.version, failed);
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

async function readShadow(shadow: Database, options: ReadCatalogOptions): Promise<Catalog> {
  await using session = await shadow.openSession();
  return await readCatalog(session, options);
}
