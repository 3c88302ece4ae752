import type { Statement } from "@confiture/model";
import type { Picture } from "../effects/picture/picture.js";
import { type Relation, relationName } from "../effects/picture/relation.js";
import { advance, type StatementEffects } from "../effects/predict-effects.js";
import type { Grammar } from "../parse/parse-statement.js";

/** What leaves a relation as it is. */
const passing = new Set(["AccessShareLock", "RowShareLock", "RowExclusiveLock"]);

const rowKinds = new Set(["select", "insert", "update", "delete", "merge", "explain", "copy_from", "copy_to"]);

/** What may change any relation without naming it. */
const reachesAll = new Set(["alter_default_privileges", "drop_owned", "reassign_owned", "rename_schema"]);

function mayReachAll({ operations, effect }: StatementEffects): boolean {
  if (effect.certainty === "unknown") return true;
  return operations.some(
    ({ kind, on }) => reachesAll.has(kind) || ((kind === "grant" || kind === "revoke") && on?.kind === "schema"),
  );
}

/** Names of the relations a statement has to do with, or, behind `changes`, of those that it changes or makes. */
function namesIn({ operations, effect }: StatementEffects, which: "uses" | "changes"): readonly string[] {
  const made = operations
    .filter(({ kind }) => which === "uses" || !rowKinds.has(kind))
    .flatMap(({ on }) => on?.name ?? []);
  const locked = effect.locks.filter(({ mode }) => which === "uses" || !passing.has(mode));
  return [...made, ...locked.map(({ relation }) => relation)];
}

/** Goes through the statements of files, one behind another, and knows at each what came before and what comes behind. */
export class FileCourse {
  readonly #changed = new Set<Relation>();
  #isAllChanged = false;
  #position = 0;
  /** The positions of the last statements that have to do with a relation of that name. */
  readonly #lastUse = new Map<string, number>();
  readonly #lastChange = new Map<string, number>();
  #lastReach = -1;

  constructor(
    readonly picture: Picture,
    private readonly grammar: Grammar,
    /** Of all statements, in order. */
    private readonly effects: readonly StatementEffects[],
  ) {
    for (const [position, one] of effects.entries()) {
      for (const name of namesIn(one, "uses")) this.#lastUse.set(name, position);
      for (const name of namesIn(one, "changes")) this.#lastChange.set(name, position);
      if (mayReachAll(one)) this.#lastReach = position;
    }
  }

  /** Whether a statement before made or changed the relation: of such a one the catalog does not tell everything. */
  isChanged(relation: Relation): boolean {
    const own = this.picture.relations.get(relationName(relation));
    return this.#isAllChanged || own === undefined || own.bornHere || this.#changed.has(own);
  }

  isUsedLater(name: string): boolean {
    return this.#isBehind(this.#lastUse.get(name));
  }

  isChangedLater(name: string): boolean {
    return this.#isBehind(this.#lastChange.get(name));
  }

  #isBehind(position = -1): boolean {
    return position > this.#position || this.#lastReach > this.#position;
  }

  /** The next statement comes: it changes the picture. */
  pass(statement: Statement): void {
    const effects = this.effects[this.#position]!;
    for (const name of namesIn(effects, "changes")) {
      const relation = this.picture.relations.get(name);
      if (relation !== undefined) this.#changed.add(relation);
    }
    advance(statement, this.picture, this.grammar);
    // What was rolled back, and what was not, is not told apart.
    const isBack = statement.kind === "TransactionStmt" && /\b(rollback|abort)\b/i.test(statement.text);
    if (isBack || mayReachAll(effects)) this.#isAllChanged = true;
    this.#position += 1;
  }
}
