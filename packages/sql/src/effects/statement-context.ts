import type { LockMode, OperationKind, QualifiedName } from "@confiture/model";
import type { Grammar } from "../parse/parse-statement.js";
import type { TreeValue } from "../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../parse/read-names.js";
import { EffectDraft } from "./effect-draft.js";
import type { Picture } from "./picture/picture.js";
import { type Relation, type RelationKind, relationName, withDescendants } from "./picture/relation.js";

/** What the reading of one statement works on. */
export class StatementContext {
  readonly drafts: EffectDraft[] = [];

  constructor(
    readonly picture: Picture,
    readonly grammar: Grammar,
    /** The text that the tree's locations count in. */
    readonly text: string,
  ) {}

  get version(): number {
    return this.picture.version;
  }

  /** Begins an operation about a relation, an index, or nothing that can be locked. */
  begin(kind: OperationKind, on?: { readonly kind: string; readonly name: string }, part?: string): EffectDraft {
    const draft = new EffectDraft(kind);
    draft.on = on;
    draft.part = part;
    this.drafts.push(draft);
    return draft;
  }

  beginOn(kind: OperationKind, relation: Relation, part?: string): EffectDraft {
    const draft = this.begin(kind, { kind: relation.kind, name: relationName(relation) }, part);
    this.explainUnknown(draft, relation);
    return draft;
  }

  /** The relation a statement names; a stand-in when nothing is known of it. */
  relation(name: QualifiedName, kind: RelationKind = "table"): Relation {
    return this.picture.find(name) ?? this.picture.stub(name, kind);
  }

  relationOf(rangeVar: TreeValue | undefined, kind?: RelationKind): Relation {
    return this.relation(nameOfRangeVar(rangeVar) ?? { name: "" }, kind);
  }

  /** Locks a relation with all its partitions and children. */
  lockTree(draft: EffectDraft, relation: Relation, mode: LockMode): readonly Relation[] {
    const all = withDescendants(relation);
    for (const one of all) draft.lock(one, mode);
    if (!relation.known)
      draft.assume(`${relationName(relation)} has no partitions or children: each would be locked like it`);
    return all;
  }

  explainUnknown(draft: EffectDraft, relation: Relation): void {
    if (relation.known || !this.picture.complete) return;
    draft.assume(`${relationName(relation)} is there, though the catalog does not hold it`);
  }
}

/** Reads one kind of statement: notes what it does and changes the picture. */
export type StatementReader = (
  fields: Readonly<Record<string, TreeValue | undefined>>,
  context: StatementContext,
) => void;
