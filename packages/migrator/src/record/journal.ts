import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { versionKey } from "../sources/migration-version.js";
import type { StepEvidence } from "./applied-migration.js";

/** Who runs, from where, with what: written with every event. */
export interface Actor {
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
}

/** What is known of a migration when it is recorded. */
export interface MigrationRecord {
  readonly version: string;
  readonly name: string;
  readonly source: "sql" | "yaml" | "typescript";
  readonly file: string;
  readonly checksum: string;
  readonly checksumAlgorithm: string;
  readonly rawHash: string;
  readonly upText: string;
  readonly downText: string | undefined;
  readonly how: "run" | "baseline";
}

export type EventKind =
  | "migration_started"
  | "migration_completed"
  | "migration_failed"
  | "migration_rolled_back"
  | "migration_cancelled"
  | "step_settled"
  | "invalid_index_dropped"
  | "build_applied"
  | "baseline_set"
  | "alert_raised"
  | "hook_interrupted"
  | "run_paused"
  | "run_resumed"
  | "repaired";

export interface JournalEvent {
  readonly kind: EventKind;
  readonly version?: string;
  readonly name?: string;
  readonly durationMs?: number;
  readonly checksum?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The SQL of our records, as text: a transactional segment sends it together with its COMMIT, so that what happened and
 * the record of it are one. Every name is qualified: a file may have left any search_path behind.
 */
export class Journal {
  readonly #own: string;
  readonly #executionId: string;
  readonly #planHash: string;
  readonly #actor: Actor;

  constructor(ownSchema: string, executionId: string, planHash: string, actor: Actor) {
    this.#own = quoteIdentifier(ownSchema);
    this.#executionId = executionId;
    this.#planHash = planHash;
    this.#actor = actor;
  }

  event(event: JournalEvent): string {
    return `insert into ${this.#own}.events (execution_id, kind, version, name, os_user, host, duration_ms, checksum, plan_hash, tool_version, details) values (${[
      quoteLiteral(this.#executionId),
      quoteLiteral(event.kind),
      literalOrNull(event.version),
      literalOrNull(event.name),
      quoteLiteral(this.#actor.osUser),
      quoteLiteral(this.#actor.host),
      event.durationMs === undefined ? "null" : event.durationMs.toFixed(3),
      literalOrNull(event.checksum),
      quoteLiteral(this.#planHash),
      quoteLiteral(this.#actor.toolVersion),
      quoteLiteral(JSON.stringify(event.details ?? {})),
    ].join(", ")});`;
  }

  /**
   * The migration is in the database, whole (`applied`) or in part (`applying`). `known`: it has a row already, of its
   * parts; where it has none, a row that somebody else made meanwhile is an error.
   */
  put(
    record: MigrationRecord,
    state: "applied" | "applying",
    { durationMs, known }: { readonly durationMs: number; readonly known: boolean },
  ): string {
    return `insert into ${this.#own}.migrations (version, sort_key, name, source, file, state, how, checksum, checksum_algorithm, raw_hash, up_text, down_text, execution_id, plan_hash, host, duration_ms, tool_version) values (${[
      quoteLiteral(record.version),
      versionKey(record.version).toString(),
      quoteLiteral(record.name),
      quoteLiteral(record.source),
      quoteLiteral(record.file),
      quoteLiteral(state),
      quoteLiteral(record.how),
      quoteLiteral(record.checksum),
      quoteLiteral(record.checksumAlgorithm),
      quoteLiteral(record.rawHash),
      quoteLiteral(record.upText),
      literalOrNull(record.downText),
      quoteLiteral(this.#executionId),
      quoteLiteral(this.#planHash),
      quoteLiteral(this.#actor.host),
      durationMs.toFixed(3),
      quoteLiteral(this.#actor.toolVersion),
    ].join(", ")})${known ? this.#overParts() : ""};`;
  }

  #overParts(): string {
    return ` on conflict (version) do update set state = excluded.state, name = excluded.name, file = excluded.file, checksum = excluded.checksum, checksum_algorithm = excluded.checksum_algorithm, raw_hash = excluded.raw_hash, up_text = excluded.up_text, down_text = excluded.down_text, execution_id = excluded.execution_id, plan_hash = excluded.plan_hash, applied_at = pg_catalog.clock_timestamp(), duration_ms = ${this.#own}.migrations.duration_ms + excluded.duration_ms, tool_version = excluded.tool_version`;
  }

  /** The migration is being undone, and committed in part. */
  markReverting(version: string): string {
    return `update ${this.#own}.migrations set state = 'reverting' where version = ${quoteLiteral(version)};`;
  }

  remove(version: string): string {
    return `delete from ${this.#own}.migrations where version = ${quoteLiteral(version)};`;
  }

  startStep(step: StepKey, hash: string, statement: string, evidence: StepEvidence): string {
    return this.#step(step, hash, "started", statement, evidence);
  }

  /** The server said that it failed: what is found of it later is not its work. */
  failStep(step: StepKey): string {
    return `update ${this.#own}.steps set evidence = evidence operator(pg_catalog.||) '{"failed": true}' where version = ${quoteLiteral(step.version)} and direction = ${quoteLiteral(step.direction)} and segment = ${step.segment};`;
  }

  finishStep(step: StepKey, hash: string, statement: string): string {
    return this.#step(step, hash, "finished", statement, {});
  }

  forgetStep(step: StepKey): string {
    return `delete from ${this.#own}.steps where version = ${quoteLiteral(step.version)} and direction = ${quoteLiteral(step.direction)} and segment = ${step.segment};`;
  }

  /** Nothing of this migration is under way any more. */
  forgetSteps(version: string): string {
    return `delete from ${this.#own}.steps where version = ${quoteLiteral(version)};`;
  }

  #step(step: StepKey, hash: string, state: "started" | "finished", statement: string, evidence: StepEvidence): string {
    const finishedAt = state === "finished" ? "pg_catalog.clock_timestamp()" : "null";
    return `insert into ${this.#own}.steps (version, direction, segment, hash, state, statement, evidence, execution_id, finished_at) values (${[
      quoteLiteral(step.version),
      quoteLiteral(step.direction),
      String(step.segment),
      quoteLiteral(hash),
      quoteLiteral(state),
      quoteLiteral(statement),
      quoteLiteral(JSON.stringify(evidence)),
      quoteLiteral(this.#executionId),
      finishedAt,
    ].join(
      ", ",
    )}) on conflict (version, direction, segment) do update set state = excluded.state, hash = excluded.hash, statement = excluded.statement, evidence = case when excluded.state = 'started' then excluded.evidence else ${this.#own}.steps.evidence end, execution_id = excluded.execution_id, finished_at = excluded.finished_at;`;
  }
}

export interface StepKey {
  readonly version: string;
  readonly direction: "up" | "down";
  readonly segment: number;
}

function literalOrNull(text: string | undefined): string {
  return text === undefined ? "null" : quoteLiteral(text);
}
