import { migrationEvents } from "@confiture/hooks/vocabulary";
import type { Migration, MigratorEvents } from "@confiture/migrator";
import type { MigrationPlan } from "@confiture/model";

export interface SampleFacts {
  /** The migration that would be next, or the last there is; undefined in a project without any. */
  readonly migration: Pick<Migration, "version" | "name"> | undefined;
  readonly direction: "up" | "down";
  readonly plan: MigrationPlan;
  readonly schema: unknown;
  readonly source: string;
}

/** Data of an event as a run of this project would have it. What only a run can measure is a number that could be. */
export function sampleEvent(event: keyof MigratorEvents, facts: SampleFacts): object {
  const { migration = { version: "001", name: "example" }, direction, plan, schema, source } = facts;
  const { version, name } = migration;
  // In a rehearsal most hooks would do nothing, and this is about what they do.
  const mode = "real";
  const error = { code: "CONFITURE_STATEMENT_FAILED", message: "This is a test of hooks: nothing has failed." };
  const totalSteps = plan.migrations.flatMap(({ segments }) => segments.flatMap(({ steps }) => steps)).length;
  const versions = [version];
  const phase = { version, name, direction, mode, totalSteps };
  const done = { ...phase, stepsCompleted: totalSteps, rowsAffected: 0, elapsedMs: 1_000 };
  const state = { direction, mode, versions, completed: versions, elapsedMs: 1_000 };
  const all = {
    ...done,
    ...state,
    plan,
    schema,
    source,
    target: schema,
    on: "target",
    reason: "requested",
    because: "a test of hooks",
    differences: [],
    affectedTables: [],
    problems: [],
    applied: versions,
    tables: 0,
    columns: 0,
    durationMs: 1_000,
    error,
    measured: 2,
    threshold: 1,
    unit: "ms",
    relation: "public.example",
    anomaly: "This is a test of hooks: nothing is wrong.",
    breaking: [],
    blockers: [],
    step: 1,
    pid: 1,
    application: "confiture",
  };
  const { category } = migrationEvents[event];
  if (category === "migration")
    return event === "on_error" ? { ...done, error } : event.startsWith("before_") ? phase : done;
  if (category === "state")
    return event === "migration_failed" ? { ...state, error } : { ...state, because: all.because };
  if (event === "lock_timeout_exceeded") return { ...all, mode: "AccessExclusiveLock" };
  return event.endsWith("_diff_schemas") ? { ...all, source: schema } : all;
}
