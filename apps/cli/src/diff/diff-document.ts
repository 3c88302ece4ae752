import type { CanonicalOptions, DiffPlan, PlannedStatement } from "@confiture/schema";
import type { ReadSide, ReadSides } from "../sides/read-sides.js";

interface DiffFacts {
  readonly sides: Pick<ReadSides, "from" | "to">;
  readonly counts: CanonicalOptions;
}

/** What `diff --format json` prints; its JSON Schema is schemas/diff.v1.json. */
export function diffDocument(plan: DiffPlan, { sides, counts }: DiffFacts): Record<string, unknown> {
  return {
    format: 1,
    serverVersion: Math.floor(sides.from.catalog.serverVersion / 10_000),
    from: sideDocument(sides.from),
    to: sideDocument(sides.to),
    compared: { owners: counts.ignoreOwners !== true, grants: counts.ignoreGrants !== true },
    statements: plan.statements.map(statementDocument),
    empty: plan.statements.length === 0,
    unsupported: plan.unsupported,
    columnOrder: plan.columnOrder,
    likelyRenames: plan.likelyRenames,
  };
}

export function sideDocument({ side, ddl }: ReadSide): Record<string, unknown> {
  return { kind: side.kind, name: side.shown, ...(ddl === undefined ? {} : { files: ddl.build.files.length }) };
}

export function statementDocument(statement: PlannedStatement): Record<string, unknown> {
  const { sql, object, change, transactional, commitBehind, hazards, effect } = statement;
  return {
    sql,
    object,
    change,
    transactional,
    commitBehind: commitBehind ?? null,
    hazards,
    locks: effect.locks,
    rewrites: effect.rewrites,
    scans: effect.scans.map(({ relation }) => relation),
    dataLoss: effect.dataLoss,
    certainty: effect.certainty,
    assumptions: effect.assumptions,
  };
}
