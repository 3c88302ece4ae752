import type { EffectDraft } from "../effect-draft.js";
import { checkExpression } from "../picture/check-expression.js";
import { columnsHolding, isOfType } from "../picture/columns-of-type.js";
import { shapeOf } from "../picture/index-shape.js";
import { hasQuery } from "../picture/query-of.js";
import { referencesAbove } from "../picture/references-above.js";
import {
  type Column,
  type Constraint,
  hasStorage,
  type Index,
  isPartitioned,
  type Relation,
  relationName,
  withDescendants,
  withPartitions,
} from "../picture/relation.js";
import { type Search, StoredTexts } from "../picture/stored-texts.js";
import { mentionsColumn, type Uses } from "../picture/uses.js";
import type { StatementContext } from "../statement-context.js";

/**
 * Takes objects out of the picture with everything that depends on them, and notes the lock PostgreSQL takes for each:
 * ACCESS EXCLUSIVE on whatever loses a part. A statement that does not say CASCADE goes no further than to the
 * first that it would have to: it is refused then, and the rest of what is noted never happens.
 */
export class Removal {
  /** What goes in any case. Undefined behind CASCADE, where everything may. */
  private readonly going: Set<Relation> | undefined;
  private readonly texts: StoredTexts;

  /** `without`: the relations that a statement without CASCADE names, with their partitions. */
  constructor(
    readonly context: StatementContext,
    readonly draft: EffectDraft,
    { without }: { readonly without?: Iterable<Relation> } = {},
  ) {
    this.going = without === undefined ? undefined : new Set(without);
    this.texts = new StoredTexts(context.picture, context.grammar);
  }

  /** Something would have to go along that nobody named. */
  private takeAlong(owner: Relation, what: string): void {
    if (this.going === undefined || this.going.has(owner)) return;
    this.draft.refuse(`${what}, and the statement does not say CASCADE`);
  }

  private part(owner: Relation): void {
    this.going?.add(owner);
  }

  relation(relation: Relation): void {
    const { context, draft } = this;
    const { picture } = context;
    if (relation.known && picture.relations.get(relationName(relation)) !== relation) return;
    draft.lock(relation, "AccessExclusiveLock");
    if (!relation.known) {
      draft.assume(
        `${relationName(relation)} has no foreign keys, partitions, children or dependent views: the relations at their other ends would be locked as well`,
      );
    }
    for (const index of relation.indexes) draft.lockIndex(index, "AccessExclusiveLock");
    if (relation.partition !== undefined) this.leaveParent(relation, relation.partition.of);
    for (const sequence of [...relation.sequences]) {
      this.part(sequence);
      this.relation(sequence);
    }
    for (const { from, key } of [...relation.referencedBy]) {
      if (from === relation) continue;
      this.takeAlong(from, `${key.name} of ${relationName(from)} refers to ${relationName(relation)}`);
      this.constraint(from, key);
    }
    // The triggers on the other end belong to the key of the partitioned table, not to a partition's copy of it.
    for (const { references, fromParent } of relation.constraints.values()) {
      if (references !== undefined && !fromParent) this.lockReferenced(references);
    }
    for (const { from, key } of referencesAbove(relation)) this.constraint(from, key);
    if (relation.kind === "sequence") this.defaultsOf(relation);
    const name = relationName(relation);
    // Looked for while names still lead to it, taken away when it is gone: so a circle of two ends.
    const isUser = (uses: Uses) => uses.relations.has(relation);
    const takeUsers = this.usersOf({ isUsed: isUser, isSure: isUser, what: name });
    picture.remove(relation);
    for (const child of [...relation.children]) {
      if (child.partition?.of === relation) this.part(child);
      this.takeAlong(child, `${relationName(child)} inherits from ${name}`);
      this.relation(child);
    }
    takeUsers();
    this.columnsOfType(name);
    if (hasStorage(relation) && !relation.bornHere) draft.lose("table", name);
  }

  /** A partition goes: its parent's list of partitions changes, and with it what the default partition may hold. */
  leaveParent(relation: Relation, parent: Relation): void {
    this.draft.lock(parent, "AccessExclusiveLock");
    for (const sibling of parent.children) {
      if (sibling !== relation && sibling.partition?.isDefault === true)
        this.draft.lock(sibling, "AccessExclusiveLock");
    }
  }

  /** Behind ONLY the children keep theirs, which is their own from then on. */
  column(relation: Relation, column: Column, reach: "with_children" | "only" = "with_children"): void {
    const { draft, context } = this;
    draft.lock(relation, "AccessExclusiveLock");
    relation.columns.delete(column.name);
    // Without the column it is divided by, a partitioned table is none.
    if (relation.partitionKey !== undefined && usesWord(relation.partitionKey, column.name)) {
      this.relation(relation);
      return;
    }
    for (const constraint of [...relation.constraints.values()]) {
      if (constraint.columns.includes(column.name)) this.constraint(relation, constraint, reach);
    }
    for (const index of [...relation.indexes]) {
      if (shapeOf(index, context.grammar).uses.has(column.name)) this.index(index);
    }
    for (const sequence of [...relation.sequences]) {
      if (sequence.ownedBy?.column === column.name) this.relation(sequence);
    }
    this.partsWith(relation, column.name);
    for (const other of [...relation.columns.values()]) {
      const uses = other.generated && this.texts.usesOfExpression(other.generated.expression);
      if (uses?.columns.has(column.name) !== true) continue;
      // Before 15 a generated column goes along unasked.
      if (context.version >= 15)
        this.takeAlong(relation, `${other.name} is computed from ${relationName(relation)}.${column.name}`);
      this.column(relation, other);
    }
    const names = [column.name, column.writtenAs ?? column.name];
    this.usersOf({
      isUsed: (uses) => names.some((name) => mentionsColumn(uses, relation, name)),
      // A name alone in a query of several relations may be another's.
      isSure: (uses) => names.some((name) => uses.qualified.get(relation)?.has(name) === true),
      what: `${relationName(relation)}.${column.name}`,
    })();
    for (const child of relation.children) {
      const own = child.columns.get(column.name);
      if (own?.inherited === true && reach === "with_children") this.column(child, own);
      else draft.lock(child, "AccessExclusiveLock");
      if (own !== undefined) own.inherited = false;
    }
  }

  constraint(relation: Relation, constraint: Constraint, reach: "with_children" | "only" = "with_children"): void {
    const { draft, context } = this;
    if (relation.constraints.get(constraint.name) !== constraint) return;
    draft.lock(relation, "AccessExclusiveLock");
    if (constraint.references !== undefined && !constraint.fromParent) this.lockReferenced(constraint.references);
    if (constraint.index !== undefined) draft.lockIndex(constraint.index, "AccessExclusiveLock");
    context.picture.dropConstraint(relation, constraint);
    for (const child of reach === "only" ? [] : relation.children) {
      const own = [...child.constraints.values()].find((one) => one.fromParent && isCopy(one, constraint));
      if (own !== undefined) this.constraint(child, own);
    }
    if (constraint.kind !== "primary key" && constraint.kind !== "unique") return;
    for (const { from, key } of [...relation.referencedBy]) {
      const isIts = key.referencedColumns === undefined || key.referencedColumns.join() === constraint.columns.join();
      if (!isIts) continue;
      if (this.isOnlyKey(relation, constraint, key))
        this.takeAlong(from, `${key.name} of ${relationName(from)} refers to ${relationName(relation)}`);
      this.constraint(from, key);
    }
  }

  /** Of two keys of the same columns, which of them a foreign key stands on cannot be seen. */
  private isOnlyKey(relation: Relation, { columns, kind }: Constraint, key: Constraint): boolean {
    if (key.referencedColumns === undefined && kind !== "primary key") return false;
    const wanted = [...columns].sort().join();
    return ![...relation.indexes].some(
      (index) => index.unique && [...shapeOf(index, this.context.grammar).columns].sort().join() === wanted,
    );
  }

  private lockBelow(relation: Relation): void {
    for (const one of withDescendants(relation)) this.draft.lock(one, "AccessExclusiveLock");
  }

  private lockReferenced(relation: Relation): void {
    // The triggers of the key go, and before 15 partitioned tables had none.
    for (const one of withPartitions(relation))
      if (!isPartitioned(one) || this.context.version >= 15) this.draft.lock(one, "AccessExclusiveLock");
  }

  /** Columns that take their numbers from a sequence lose their default with it. */
  private defaultsOf(sequence: Relation): void {
    const name = relationName(sequence);
    for (const relation of this.context.picture.relations.values()) {
      for (const column of relation.columns.values()) {
        if (column.default?.includes(`'${name}'`) !== true) continue;
        this.takeAlong(relation, `${relationName(relation)}.${column.name} takes its numbers from ${name}`);
        this.draft.lock(relation, "AccessExclusiveLock");
        delete column.default;
      }
    }
  }

  index(index: Index): void {
    const { draft, context } = this;
    draft.lock(index.table, "AccessExclusiveLock");
    draft.lockIndex(index, "AccessExclusiveLock");
    context.picture.removeIndex(index);
    if (isPartitioned(index.table)) this.lockBelow(index.table);
    for (const child of index.table.children) {
      for (const own of [...child.indexes]) if (own.parent === index) this.index(own);
    }
  }

  /** Triggers, defaults, constraints, indexes, views and more that call it. */
  functionNamed(name: string): void {
    const { context, draft } = this;
    const bare = name.split(".").at(-1)!;
    const calls = (uses: Uses) => uses.functions.has(name) || uses.functions.has(bare);
    for (const relation of [...context.picture.relations.values()]) {
      for (const trigger of [...relation.triggers.values()]) {
        if (trigger.function !== name && !trigger.function.startsWith(`${name}(`)) continue;
        this.takeAlong(relation, `trigger ${trigger.name} of ${relationName(relation)} calls ${name}`);
        draft.lock(relation, "AccessExclusiveLock");
        relation.triggers.delete(trigger.name);
      }
      this.expressionsOf(relation, bare, calls);
    }
    this.dependents(calls, bare);
  }

  /** Columns of a type go, with domains over it, functions that take it and tables of it. */
  type(name: string): void {
    const { picture } = this.context;
    const written = picture.types.get(name)?.writtenAs ?? name;
    picture.types.delete(name);
    this.columnsOfType(name);
    for (const relation of [...picture.relations.values()]) {
      if (relation.ofType !== name) continue;
      this.takeAlong(relation, `${relationName(relation)} is of type ${name}`);
      this.relation(relation);
    }
    for (const [other, { kind, baseType, subtype, attributes }] of [...picture.types]) {
      const over = kind === "domain" ? baseType : subtype;
      if (over !== undefined && isOfType(over, name)) this.type(other);
      for (const [attribute, type] of [...(attributes ?? [])])
        if (isOfType(type, name)) this.attribute(other, attribute);
    }
    for (const { name: own, signature } of [...picture.functions.values()].flat()) {
      if (![name, written].some((one) => signature.slice(own.length).includes(one))) continue;
      picture.functions.delete(own);
      this.functionNamed(own);
    }
    this.dependents((uses) => uses.types.has(name) || uses.types.has(written), written.split(".").at(-1));
  }

  /** An attribute goes: from the tables of its type, and from the values of every column that holds some. */
  attribute(type: string, attribute: string): void {
    const { picture } = this.context;
    picture.types.get(type)?.attributes?.delete(attribute);
    for (const table of [...picture.relations.values()]) {
      const own = table.ofType === type ? table.columns.get(attribute) : undefined;
      if (own !== undefined) this.columnWithValues(table, own);
    }
    for (const { relation, column } of columnsHolding(type, picture)) this.loseOf("values", relation, column);
  }

  private columnsOfType(name: string): void {
    for (const relation of [...this.context.picture.relations.values()]) {
      if (hasQuery(relation)) continue;
      for (const column of [...relation.columns.values()]) {
        if (column.type === undefined || !isOfType(column.type, name)) continue;
        this.takeAlong(relation, `${relationName(relation)}.${column.name} is of type ${name}`);
        this.columnWithValues(relation, column);
      }
    }
  }

  private columnWithValues(relation: Relation, column: Column): void {
    if (relation.columns.get(column.name) !== column) return;
    this.loseOf("column", relation, column);
    this.column(relation, column);
  }

  /** What a child has from its parent is told of the parent. */
  private loseOf(what: "column" | "values", relation: Relation, { name, inherited, generated }: Column): void {
    if (!relation.bornHere && !inherited && generated === undefined)
      this.draft.lose(what, `${relationName(relation)}.${name}`);
  }

  private dependents(isUsed: (uses: Uses) => boolean, word?: string): void {
    this.usersOf({ isUsed, word })();
  }

  /** Finds views, rules and policies anywhere whose text uses something that goes; the answer takes them away. */
  private usersOf({ isSure, what, ...search }: Search & Claim): () => void {
    const found = this.texts.users(search);
    return () => {
      for (const { relation, part, uses } of found) {
        const name = part === undefined ? relationName(relation) : `${part.name} of ${relationName(relation)}`;
        if (isSure?.(uses) === true) this.takeAlong(relation, `${name} reads ${what}`);
        if (part === undefined) this.relation(relation);
        else {
          this.draft.lock(relation, "AccessExclusiveLock");
          part.among.delete(part.name);
        }
      }
    };
  }

  private expressionsOf(relation: Relation, word: string, calls: (uses: Uses) => boolean): void {
    for (const column of [...relation.columns.values()]) {
      const text = column.default ?? column.generated?.expression;
      if (text === undefined || !this.texts.mentions(`select ${text}`, { isUsed: calls, word })) continue;
      this.draft.lock(relation, "AccessExclusiveLock");
      if (column.generated === undefined) delete column.default;
      else this.column(relation, column);
    }
    for (const constraint of [...relation.constraints.values()]) {
      const text = checkExpression(constraint);
      if (text !== undefined && this.texts.mentions(`select ${text}`, { isUsed: calls, word }))
        this.constraint(relation, constraint);
    }
    for (const index of [...relation.indexes]) {
      if (index.definition !== undefined && this.texts.mentions(index.definition, { isUsed: calls, word }))
        this.index(index);
    }
  }

  /** What stands on the relation itself and mentions the column. */
  private partsWith(relation: Relation, column: string): void {
    for (const parts of [relation.policies, relation.rules, relation.statistics]) {
      for (const part of [...parts.values()]) if (part.text?.includes(column) === true) parts.delete(part.name);
    }
  }
}

interface Claim {
  /** Where a use is beyond doubt; nowhere without it. */
  readonly isSure?: (uses: Uses) => boolean;
  /** What is used. */
  readonly what?: string;
}

function usesWord(text: string, word: string): boolean {
  return text.split(/[^\w"$]+/).includes(word);
}

function isCopy(one: Constraint, of: Constraint): boolean {
  return one.kind === of.kind && one.columns.join() === of.columns.join();
}
