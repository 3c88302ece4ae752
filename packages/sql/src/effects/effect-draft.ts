import {
  hazards as allHazards,
  type Compatibility,
  type DataLoss,
  type DataRequirement,
  type Effect,
  type Hazard,
  type IndexBuild,
  type LockMode,
  lockModes,
  type Operation,
  type OperationKind,
  type OperationTarget,
  type RowChange,
  type Scan,
  type TransactionWait,
} from "@confiture/model";
import { operationFacts } from "./facts/operation-facts.js";
import { hasStorage, type Index, type Relation, relationName } from "./picture/relation.js";

/** What one operation does, while it is found out. What an earlier statement made is left out of every list. */
export class EffectDraft {
  readonly locks = new Map<string, LockMode>();
  readonly indexLocks = new Map<string, LockMode>();
  readonly rewrites = new Set<string>();
  readonly fileSwaps = new Set<string>();
  readonly builds = new Map<string, IndexBuild>();
  readonly scans = new Map<string, Scan>();
  readonly waits: TransactionWait[] = [];
  readonly rowChanges = new Map<string, RowChange>();
  readonly losses: DataLoss[] = [];
  readonly requires: DataRequirement[] = [];
  readonly hazards = new Set<Hazard>();
  readonly assumptions = new Set<string>();
  compatibility: Compatibility;
  reversible: Effect["reversible"];
  since: number;
  transactional: boolean;
  isUnknown = false;
  refused: string | undefined;
  on: OperationTarget | undefined;
  part: string | undefined;
  /** The body it stands in. */
  inside: string | undefined;

  constructor(readonly kind: OperationKind) {
    const facts = operationFacts[kind];
    this.compatibility = facts.compatibility;
    this.reversible = facts.reversible;
    this.since = facts.since ?? 13;
    this.transactional = facts.transactional ?? true;
    for (const hazard of facts.hazards ?? []) this.hazards.add(hazard);
  }

  lock(relation: Relation, mode: LockMode): this {
    if (relation.bornHere) return this;
    strengthen(this.locks, relationName(relation), mode);
    return this;
  }

  lockIndex(index: Index, mode: LockMode): this {
    if (!index.bornHere && !index.table.bornHere)
      strengthen(this.indexLocks, index.formerName ?? relationName(index), mode);
    return this;
  }

  /** Every row is written to a new file, and every index made anew. */
  rewrite(relation: Relation): this {
    if (!relation.known || hasStorage(relation)) {
      this.scan(relation, "rewrite");
      if (!relation.bornHere) this.rewrites.add(relationName(relation));
      for (const index of relation.indexes) this.build(index, "rewrite");
    }
    return this;
  }

  scan(relation: Relation, why: Scan["why"]): this {
    if (relation.bornHere || (relation.known && !hasStorage(relation))) return this;
    const name = relationName(relation);
    this.scans.set(`${name} ${why}`, { relation: name, why });
    return this;
  }

  swapFile(relation: Relation): this {
    if (!relation.bornHere) this.fileSwaps.add(relationName(relation));
    return this;
  }

  /** Makes an index that is there anew. */
  build(index: Index, why: IndexBuild["why"]): this {
    return this.lockIndex(index, "AccessExclusiveLock").buildOf(index, why, false);
  }

  /** The same without a word about locks. */
  buildOf(index: Index, why: IndexBuild["why"], concurrently: boolean): this {
    if (index.table.bornHere) return this;
    const name = relationName(index);
    const { shape } = index;
    return this.buildNew({
      table: relationName(index.table),
      index: name,
      method: shape?.method ?? "btree",
      unique: index.unique,
      concurrently,
      columns: shape?.columns ?? [],
      why,
    });
  }

  buildNew(build: IndexBuild): this {
    this.builds.set(`${build.table} ${build.index ?? build.columns.join()}`, build);
    return this;
  }

  changeRows(relation: Relation, what: RowChange["what"], rows: RowChange["rows"]): this {
    const name = relationName(relation);
    const isMore = this.rowChanges.get(`${name} ${what}`)?.rows !== "any";
    if (!relation.bornHere && isMore) this.rowChanges.set(`${name} ${what}`, { relation: name, what, rows });
    return this;
  }

  /** Rows that are held for a moment only, as somebody takes it to be. */
  changeFewRows(whoDoes: string): void {
    for (const [key, change] of this.rowChanges) {
      if (change.rows === "any") this.assume(`${whoDoes} changes few rows of ${change.relation}`);
      this.rowChanges.set(key, { ...change, rows: "few" });
    }
  }

  lose(what: DataLoss["what"], of: string): this {
    const isSaid = this.losses.some((one) => one.what === what && one.of === of);
    if (!isSaid) this.losses.push({ what, of });
    this.hazards.add("DeletesData");
    return this;
  }

  /** Rows are deleted, and no statement brings them back. */
  loseRows(relation: Relation): this {
    if (relation.bornHere) return this;
    this.reversible = "no";
    return this.lose("rows", relationName(relation));
  }

  assume(text: string): this {
    this.assumptions.add(text);
    return this;
  }

  /** The server will say no, whatever the rows. Nothing is sure of what stands in a body, where a condition may be false. */
  refuse(because: string): this {
    if (this.inside === undefined) this.refused ??= because;
    return this;
  }

  finish(): Operation {
    const { on, part, inside } = this;
    return {
      kind: this.kind,
      ...(on === undefined ? {} : { on }),
      ...(part === undefined ? {} : { part }),
      ...(inside === undefined ? {} : { inside }),
      effect: this.effect(),
    };
  }

  private effect(): Effect {
    const locks = sortedLocks(this.locks);
    this.nameLockHazards([...this.locks.values()]);
    if ([...this.builds.values()].some(({ why }) => why !== "rewrite")) this.hazards.add("IndexBuild");
    // A table that the file itself makes holds nothing that could be lost.
    if (this.losses.length === 0) this.hazards.delete("DeletesData");
    if (this.rewrites.size > 0) this.hazards.add("ImpactsDatabasePerformance");
    return {
      locks,
      indexLocks: sortedLocks(this.indexLocks),
      rewrites: [...this.rewrites].sort(),
      fileSwaps: [...this.fileSwaps].sort(),
      indexBuilds: [...this.builds.values()].sort(
        (a, b) => byText(a.table, b.table) || byText(a.index ?? "", b.index ?? ""),
      ),
      scans: [...this.scans.values()].sort((a, b) => byText(a.relation, b.relation) || byText(a.why, b.why)),
      waits: this.waits,
      rowChanges: [...this.rowChanges.values()].sort(
        (a, b) => byText(a.relation, b.relation) || byText(a.what, b.what),
      ),
      transactional: this.transactional,
      dataLoss: this.losses,
      reversible: this.reversible,
      hazards: allHazards.filter((hazard) => this.hazards.has(hazard)),
      compatibility: this.compatibility,
      requires: this.requires,
      ...(this.refused === undefined ? {} : { refused: this.refused }),
      since: this.since,
      certainty: this.isUnknown ? "unknown" : this.assumptions.size > 0 ? "assumed" : "certain",
      assumptions: [...this.assumptions],
    };
  }

  private nameLockHazards(modes: readonly LockMode[]): void {
    if (modes.includes("AccessExclusiveLock")) this.hazards.add("AcquiresAccessExclusiveLock");
    if (modes.includes("ShareRowExclusiveLock")) this.hazards.add("AcquiresShareRowExclusiveLock");
    if (modes.includes("ShareLock")) this.hazards.add("AcquiresShareLock");
  }
}

export function strengthen(locks: Map<string, LockMode>, name: string, mode: LockMode): void {
  const held = locks.get(name);
  if (held === undefined || lockModes.indexOf(mode) > lockModes.indexOf(held)) locks.set(name, mode);
}

export function sortedLocks(locks: ReadonlyMap<string, LockMode>): Effect["locks"] {
  return [...locks].sort(([a], [b]) => byText(a, b)).map(([relation, mode]) => ({ relation, mode }));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
