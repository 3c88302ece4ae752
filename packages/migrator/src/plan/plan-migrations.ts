import type { MigrationPlan, PlannedMigration, PlannedSegment } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type { AppliedMigration, SegmentProgress } from "../record/applied-migration.js";
import type { MigrationRecord } from "../record/journal.js";
import type { StoredTexts } from "../record/read-history.js";
import { loadProgram, type MigrationProgram } from "../sources/load-program.js";
import type { Migration, SqlText } from "../sources/migration.js";
import { compareVersions, sameVersion, versionKey } from "../sources/migration-version.js";
import { refuseUnallowedLoss } from "./allowances.js";
import { checksumProgram } from "./checksum-migration.js";
import type { MigrationStatus } from "./examine-history.js";
import { hashOf } from "./hash-of.js";
import { parseSqlText } from "./parse-sql-text.js";
import { segmentStatements } from "./segment-statements.js";

/** A plan, and beside it what its execution needs and a plan cannot hold: texts to keep, programs to call. */
export interface PreparedPlan {
  readonly plan: MigrationPlan;
  readonly records: ReadonlyMap<string, MigrationRecord>;
  readonly programs: ReadonlyMap<string, MigrationProgram>;
  /** Versions that are applied or undone in part: the record has a row of each. */
  readonly underWay: ReadonlySet<string>;
  /** The migrations themselves, where their files are there. */
  readonly migrations: ReadonlyMap<string, Migration>;
}

/** How far to go; a version may be spelled `3` or `003`. */
export interface Target {
  /** Up: the last version to apply. Down: the version to come back to, which stays applied (`0`: nothing stays). */
  readonly to?: string;
  /** At most this many migrations, from 1. Neither given: all up, one down. */
  readonly steps?: number;
}

/** What `up` would do, in order of version. */
export async function planUp(
  status: MigrationStatus,
  progress: readonly SegmentProgress[],
  target: Target,
): Promise<PreparedPlan> {
  const wanted = selectPending(status, target);
  const prepared = await Promise.all(
    wanted.map((migration) => prepareUp({ ...migration, version: asRecorded(migration.version, status) }, progress)),
  );
  return assemble("up", status, prepared);
}

/** What `down` would do, newest first; from the file, or from the copy kept when the file is gone. */
export async function planDown(
  status: MigrationStatus,
  migrations: readonly Migration[],
  progress: readonly SegmentProgress[],
  stored: ReadonlyMap<string, StoredTexts>,
  target: Target,
): Promise<PreparedPlan> {
  const prepared = await Promise.all(
    selectToRevert(status, target).map((applied) => {
      const filed = migrations.find((migration) => sameVersion(migration.version, applied.version));
      return prepareDown(applied, filed, stored.get(applied.version), progress);
    }),
  );
  return assemble("down", status, prepared);
}

/** @throws CONFITURE_USAGE when it is not a whole number from 1 */
export function refuseOddSteps({ steps }: Target): void {
  if (steps === undefined || (Number.isInteger(steps) && steps >= 1)) return;
  throw new ConfitureError("CONFITURE_USAGE", `\`steps\` is ${steps}.`, { hint: "It is a whole number from 1." });
}

/** A migration that is under way goes on under the spelling of its version that the record has. */
function asRecorded(version: string, { underWay }: MigrationStatus): string {
  return underWay.find((row) => sameVersion(row.version, version))?.version ?? version;
}

/** The applied migrations that `down` would undo, newest first. */
export function selectToRevert(status: MigrationStatus, target: Target): readonly AppliedMigration[] {
  const reverting = status.underWay.filter((applied) => applied.state === "reverting");
  const newestFirst = [...status.applied, ...reverting].sort((left, right) =>
    compareVersions(right.version, left.version),
  );
  if (target.to === undefined) return newestFirst.slice(0, target.steps ?? 1);
  const to = versionKey(target.to);
  if (to !== 0n && !newestFirst.some((applied) => versionKey(applied.version) === to))
    throw unknownVersion(target.to, "applied");
  const newer = newestFirst.filter((applied) => versionKey(applied.version) > to);
  return newer.slice(0, target.steps ?? newer.length);
}

/** The pending migrations that `up` would apply, in order. */
export function selectPending(status: MigrationStatus, target: Target): readonly Migration[] {
  let wanted = status.pending;
  if (target.to !== undefined) {
    const to = versionKey(target.to);
    const known = [...status.pending, ...status.applied].some(({ version }) => versionKey(version) === to);
    if (!known) throw unknownVersion(target.to, "among the files");
    wanted = wanted.filter((migration) => versionKey(migration.version) <= to);
  }
  return wanted.slice(0, target.steps ?? wanted.length);
}

function unknownVersion(version: string, where: string): ConfitureError {
  return new ConfitureError("CONFITURE_VERSION_UNKNOWN", `No migration ${where} has version \`${version}\`.`, {
    hint: "`confiture migrate status` lists them.",
  });
}

interface PreparedMigration {
  readonly planned: PlannedMigration;
  readonly record: MigrationRecord;
  readonly program?: MigrationProgram;
  readonly migration?: Migration;
}

async function prepareUp(migration: Migration, progress: readonly SegmentProgress[]): Promise<PreparedMigration> {
  const base = { version: migration.version, name: migration.name, source: migration.source, file: migration.file };
  if (migration.source === "typescript") {
    const program = await loadProgram(migration);
    const { checksum, algorithm } = checksumProgram(migration.text);
    const segments: PlannedSegment[] = [{ kind: "program", steps: [], transaction: program.transaction }];
    return {
      planned: {
        ...base,
        from: "file",
        checksum,
        reversible: program.down !== undefined,
        segments,
        resumeAt: resumePoint(base, "up", segments, progress),
      },
      record: {
        ...base,
        checksum,
        checksumAlgorithm: algorithm,
        rawHash: migration.rawHash,
        upText: migration.text,
        downText: undefined,
        how: "run",
      },
      program,
      migration,
    };
  }
  const parsed = await parseSqlText(migration.up);
  await refuseUnallowedLoss(migration.up, parsed.statements);
  const segments = await segmentStatements(parsed.statements);
  // The way back is parsed now, so that a mistake in it is known before it is needed.
  if (migration.down !== undefined) await parseSqlText(migration.down);
  return {
    planned: {
      ...base,
      from: "file",
      checksum: parsed.checksum,
      reversible: migration.down !== undefined,
      segments,
      resumeAt: resumePoint(base, "up", segments, progress),
    },
    record: {
      ...base,
      checksum: parsed.checksum,
      checksumAlgorithm: parsed.checksumAlgorithm,
      rawHash: migration.rawHash,
      upText: migration.up.text,
      downText: migration.down?.text,
      how: "run",
    },
    migration,
  };
}

async function prepareDown(
  applied: AppliedMigration,
  filed: Migration | undefined,
  stored: StoredTexts | undefined,
  progress: readonly SegmentProgress[],
): Promise<PreparedMigration> {
  const base = {
    version: applied.version,
    name: applied.name,
    source: applied.source,
    file: filed?.file ?? applied.file,
  };
  const record: MigrationRecord = {
    ...base,
    checksum: applied.checksum,
    checksumAlgorithm: applied.checksumAlgorithm,
    rawHash: applied.rawHash,
    upText: stored?.up ?? "",
    downText: stored?.down ?? undefined,
    how: applied.how,
  };
  const from = filed === undefined ? "stored-copy" : "file";
  if (applied.source === "typescript") {
    const text = filed?.source === "typescript" ? filed.text : (stored?.up ?? "");
    const program = await loadProgram({ file: base.file, text });
    if (program.down === undefined) throw irreversible(applied, `${base.file} exports no \`down\``);
    const segments: PlannedSegment[] = [{ kind: "program", steps: [], transaction: program.transaction }];
    return {
      planned: {
        ...base,
        from,
        checksum: checksumProgram(text).checksum,
        reversible: true,
        segments,
        resumeAt: resumePoint(base, "down", segments, progress),
      },
      record,
      program,
    };
  }
  const down = downTextOf(applied, filed, stored);
  if (down === undefined)
    throw irreversible(
      applied,
      filed === undefined ? "its file is gone, and no down was kept" : `${filed.file} has no down beside it`,
    );
  const parsed = await parseSqlText(down.text);
  const segments = await segmentStatements(parsed.statements);
  return {
    planned: {
      ...base,
      from: down.from,
      checksum: parsed.checksum,
      reversible: true,
      segments,
      resumeAt: resumePoint(base, "down", segments, progress),
    },
    record,
    ...(filed === undefined ? {} : { migration: filed }),
  };
}

function downTextOf(
  applied: AppliedMigration,
  filed: Migration | undefined,
  stored: StoredTexts | undefined,
): { readonly text: SqlText; readonly from: PlannedMigration["from"] } | undefined {
  if (filed !== undefined && filed.source !== "typescript" && filed.down !== undefined)
    return { text: filed.down, from: "file" };
  if (stored?.down === undefined || stored.down === null) return undefined;
  const file = `${applied.version}_${applied.name}.down.sql (kept copy)`;
  return { text: { file, text: stored.down, firstLine: 1, indent: 0 }, from: "stored-copy" };
}

function irreversible(applied: AppliedMigration, because: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_IRREVERSIBLE",
    `Migration ${applied.version}_${applied.name} cannot be undone: ${because}.`,
    {
      hint: `Write ${applied.version}_${applied.name}.down.sql, or migrate forward. Nothing was undone.`,
      facts: { version: applied.version },
    },
  );
}

/** The hash by which a finished segment is recognised when its migration is resumed. */
export function segmentHash(segment: PlannedSegment): string {
  return segment.kind === "program" ? "program" : hashOf(segment.steps.map((step) => step.hash));
}

function resumePoint(
  migration: { readonly version: string; readonly file: string },
  direction: "up" | "down",
  segments: readonly PlannedSegment[],
  progress: readonly SegmentProgress[],
): number {
  const finished = progress.filter(
    (row) => sameVersion(row.version, migration.version) && row.direction === direction && row.state === "finished",
  );
  for (const row of finished) {
    const segment = segments[row.segment];
    if (segment === undefined || segmentHash(segment) !== row.hash) {
      throw new ConfitureError(
        "CONFITURE_PARTIAL_CHANGED",
        `Part ${row.segment + 1} of ${migration.file} is applied, and the file says something else there now (it said: ${row.statement}).`,
        {
          at: segment?.steps[0]?.at ?? { file: migration.file, line: 1, column: 1 },
          hint: "Restore the statements that are applied; those behind them may be edited.",
        },
      );
    }
  }
  return finished.length;
}

/** A hash over what is applied: a plan is for this state of the history and no other. */
export function historyBasis(applied: readonly Pick<AppliedMigration, "version" | "checksum">[]): string {
  return hashOf(applied.map(({ version, checksum }) => [version, checksum]));
}

/** Where the files lie and how their folder was spelled is not what a plan does. */
export function hashOfPlan({ format, direction, basis, migrations }: Omit<MigrationPlan, "hash">): string {
  return hashOf({
    format,
    direction,
    basis,
    migrations: migrations.map(({ file: _file, segments, ...migration }) => ({
      ...migration,
      segments: segments.map((segment) => ({
        ...segment,
        steps: segment.steps.map(({ at: _at, indent: _indent, ...step }) => step),
      })),
    })),
  });
}

function assemble(
  direction: "up" | "down",
  { applied, underWay }: Pick<MigrationStatus, "applied" | "underWay">,
  prepared: readonly PreparedMigration[],
): PreparedPlan {
  const body = {
    format: 1 as const,
    direction,
    basis: historyBasis(applied),
    migrations: prepared.map(({ planned }) => planned),
  };
  return {
    plan: { ...body, hash: hashOfPlan(body) },
    underWay: new Set(
      prepared.flatMap(({ record }) =>
        underWay.some(({ version }) => sameVersion(version, record.version)) ? [record.version] : [],
      ),
    ),
    records: new Map(prepared.map(({ record }) => [record.version, record])),
    programs: new Map(
      prepared.flatMap(({ record, program }) => (program === undefined ? [] : [[record.version, program]])),
    ),
    migrations: new Map(
      prepared.flatMap(({ record, migration }) => (migration === undefined ? [] : [[record.version, migration]])),
    ),
  };
}
