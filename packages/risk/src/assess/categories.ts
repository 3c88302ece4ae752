import type {
  DataLoss,
  DurationEstimate,
  Operation,
  OperationKind,
  RiskCategory,
  RiskLevel,
  WaitPrediction,
} from "@confiture/model";
import { nameOf } from "../advice/deploy-order.js";
import { unqualified } from "../ask/relation-name.js";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { RelationIndex } from "../facts/relation-index.js";
import { relationsWithHeldRows } from "../plan/row-changes.js";
import type { PlanStudy } from "../plan/study-plan.js";
import { valueOnCurve } from "../score/curve.js";
import { levelOfDowntime, levelOfScore, worstLevel } from "../score/risk-levels.js";
import type { RiskScale } from "../score/risk-scale.js";
import { formatBytes } from "../score/score-risk.js";
import type { Dependent } from "./gather-dependents.js";
import type { ProjectConventions } from "./project-conventions.js";

export interface CategoryInput {
  readonly operations: readonly Operation[];
  readonly relations: RelationIndex;
  readonly study: PlanStudy;
  readonly downtime: DurationEstimate;
  readonly levelByDowntime: RiskLevel;
  readonly waits: readonly WaitPrediction[];
  readonly dependents: readonly Dependent[];
  /** What CASCADE drops, as sentences. */
  readonly takenAlong: readonly string[];
  readonly conventions?: ProjectConventions;
  readonly scale: RiskScale;
}

interface Reason {
  readonly level: RiskLevel;
  readonly text: string;
}

/** The same plan looked at from six sides, each with its own level and the reasons for it. */
export function assessCategories(input: CategoryInput): readonly RiskCategory[] {
  const unclear = input.study.unclear.map(
    (operation): Reason => ({
      level: "critical",
      text: `${nameOf(operation)} was not understood`,
    }),
  );
  const sides = [
    ["backward_compatibility", compatibilityReasons],
    ["data_loss", dataLossReasons],
    ["performance", performanceReasons],
    ["locking", lockingReasons],
    ["multi_tenant", tenantReasons],
    ["cqrs", cqrsReasons],
  ] as const;
  return sides.map(([name, reasonsOf]) => {
    const reasons = [...unclear, ...reasonsOf(input)];
    return {
      name,
      level: worstLevel(reasons.map(({ level }) => level)),
      reasons: [...new Set(reasons.map(({ text }) => text))],
    };
  });
}

function compatibilityReasons({ operations, dependents }: CategoryInput): readonly Reason[] {
  return operations.flatMap((operation): readonly Reason[] => {
    const { runningCode, because } = operation.effect.compatibility;
    if (runningCode === "works") return [];
    const breaks = runningCode === "breaks";
    const users = breaks
      ? dependents.filter(
          ({ kind, relation }) => relation === operation.on?.name && (kind === "view" || kind === "function"),
        )
      : [];
    const verb = breaks ? "breaks code that runs" : "may break code that runs";
    return [
      { level: breaks ? "high" : "medium", text: `${nameOf(operation)} ${verb}${because ? `: ${because}` : ""}` },
      ...users.map(({ kind, name }): Reason => ({ level: "high", text: `${kind} ${name} uses ${operation.on?.name}` })),
    ];
  });
}

/** The rows of the others are not in files of this server. */
function hasRows({ kind }: RelationFacts): boolean {
  return kind === "table" || kind === "partitioned table" || kind === "materialized view";
}

const severityOfLoss: Readonly<Record<DataLoss["what"], RiskLevel>> = {
  rows: "critical",
  table: "critical",
  column: "critical",
  values: "high",
  sequence_position: "medium",
};

function dataLossReasons({ operations, relations, takenAlong }: CategoryInput): readonly Reason[] {
  const lost = operations.flatMap((operation) =>
    operation.effect.dataLoss.map(({ what, of }): Reason => {
      const table = relations.get(of) ?? relations.get(operation.on?.name ?? "");
      const isEmpty = table !== undefined && hasRows(table) && table.heapBytes === 0 && what !== "sequence_position";
      const back = operation.effect.reversible === "no" ? "; nothing brings it back" : "";
      return isEmpty
        ? { level: "low", text: `${nameOf(operation)} loses nothing: ${table.relation} is empty` }
        : {
            level: severityOfLoss[what],
            text: `${nameOf(operation)} loses ${what.replace("_", " ")} of ${of}${back}`,
          };
    }),
  );
  return [...lost, ...takenAlong.map((text): Reason => ({ level: "high", text }))];
}

function performanceReasons({ operations, relations, scale }: CategoryInput): readonly Reason[] {
  return operations.flatMap((operation) => {
    const { effect } = operation;
    const works = [
      ...relationsWithHeldRows(operation).map((relation) => ["may have any of its rows changed", relation] as const),
      ...effect.rewrites.map((relation) => ["is written anew", relation] as const),
      ...effect.indexBuilds.map(({ table }) => ["is read to build an index", table] as const),
      ...effect.scans.map(({ relation }) => ["is read in full", relation] as const),
    ];
    return works.map(([what, relation]): Reason => {
      const known = relations.get(relation);
      if (known === undefined)
        return { level: levelOfScore(1, scale), text: `${relation} ${what}; its size is not known` };
      const bytes = known.heapBytes + known.toastBytes;
      const level = levelOfScore(valueOnCurve(scale.curves.data_volume, bytes), scale);
      return { level, text: `${relation} ${what}: ${formatBytes(bytes)}` };
    });
  });
}

function lockingReasons({ study, downtime, levelByDowntime, waits, scale }: CategoryInput): readonly Reason[] {
  const held: readonly Reason[] =
    study.underLock.length === 0
      ? []
      : [
          {
            level: levelByDowntime,
            text: waitingText(downtime, study),
          },
        ];
  const queues = waits.filter(({ queues, holders }) => queues.length > 0 && holders.length > 0);
  return [
    ...held,
    ...queues.map(({ relation, typicalMs, lockTimeoutMs, queues: kept, holders }): Reason => {
      const wait = typicalMs === null ? null : Math.min(typicalMs, lockTimeoutMs ?? Number.MAX_VALUE);
      const inTheWay = `${holders.length} transactions are in the way of the lock on ${relation}`;
      return wait === null
        ? { level: "critical", text: `${inTheWay}, of ages that this role may not see` }
        : {
            level: levelOfDowntime(wait, scale),
            text: `${inTheWay}: ${kept.join(", ")} would queue behind it for about ${Math.round(wait)} ms`,
          };
    }),
  ];
}

function waitingText({ estimatedMs, unpriced }: DurationEstimate, { whoWaits }: PlanStudy): string {
  const who = whoWaits === "same_rows" ? "who changes the same rows waits" : "others wait";
  const time = unpriced === undefined ? `about ${Math.round(estimatedMs)} ms` : "nobody knows how long";
  return `${who} ${time} for locks it holds`;
}

/** What takes rows out of the protection that keeps tenants apart. */
const loosening: ReadonlySet<OperationKind> = new Set([
  "disable_row_security",
  "no_force_row_security",
  "drop_policy",
  "alter_policy",
]);

const onTenantColumn: Readonly<Partial<Record<OperationKind, RiskLevel>>> = {
  drop_column: "critical",
  rename_column: "high",
  alter_column_type: "high",
  drop_not_null: "high",
  set_default: "medium",
};

function tenantReasons({ operations, conventions }: CategoryInput): readonly Reason[] {
  const tenant = conventions?.tenantColumn;
  const reasons = operations.flatMap((operation): readonly Reason[] => {
    const { kind, part, effect } = operation;
    if (loosening.has(kind))
      return [{ level: "high", text: `${nameOf(operation)} may let a tenant see rows of another` }];
    if (tenant === undefined) return [];
    const level = part === tenant ? onTenantColumn[kind] : undefined;
    const shared = effect.requires.filter(
      (one) => one.kind === "unique" && !one.columns.includes(tenant) && kind !== "add_primary_key",
    );
    return [
      ...(level === undefined ? [] : [{ level, text: `${nameOf(operation)} changes whose row it is` }]),
      ...shared.map(
        ({ relation }): Reason => ({
          level: "medium",
          text: `what is unique in ${relation} then is so across tenants: ${tenant} is not part of it`,
        }),
      ),
    ];
  });
  if (tenant !== undefined) return reasons;
  return [...reasons, { level: "low", text: "no tenant column was told; only row security was looked at" }];
}

function cqrsReasons({ operations, dependents, conventions }: CategoryInput): readonly Reason[] {
  const { writePrefixes, readPrefixes } = conventions ?? {};
  if (writePrefixes === undefined || readPrefixes === undefined) {
    return [{ level: "low", text: "no prefixes of write side and read side were told" }];
  }
  const begins = (name: string | undefined, prefixes: readonly string[]) =>
    name !== undefined && prefixes.some((prefix) => unqualified(name).startsWith(prefix));
  return operations.flatMap((operation): readonly Reason[] => {
    const { on, effect } = operation;
    if (begins(on?.name, readPrefixes) && (effect.dataLoss.length > 0 || effect.rewrites.length > 0)) {
      return [{ level: "medium", text: `${nameOf(operation)}: the read side must be filled again` }];
    }
    if (!begins(on?.name, writePrefixes) || effect.compatibility.runningCode === "works") return [];
    const level = effect.compatibility.runningCode === "breaks" ? "high" : "medium";
    return dependents
      .filter(({ relation, name }) => relation === on?.name && begins(name, readPrefixes))
      .map(({ name }) => ({ level, text: `${name} is derived from ${on?.name}, which ${nameOf(operation)} changes` }));
  });
}
