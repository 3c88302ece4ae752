import type { LockMode, OperationKind, QualifiedName } from "@confiture/model";
import type { Grammar } from "../parse/parse-statement.js";
import type { TreeNode, TreeValue } from "../parse/parse-tree.js";
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
    private readonly readers: Readonly<Record<string, StatementReader>>,
    /** Where the statement stands when it is part of a body that another one runs. */
    private readonly inside?: string,
    /** The bodies that are being followed, so that recursion ends. */
    private readonly followed: ReadonlySet<string> = new Set(),
  ) {}

  /** Reads a statement by the tag of its tree. */
  read({ tag, fields }: TreeNode): void {
    const reader = this.readers[tag];
    if (reader === undefined) this.begin("unclassified").isUnknown = true;
    else reader(fields, this);
  }

  /** Reads a statement that a body holds; a body that is followed already is not followed again. */
  readWithin(body: string, { text, trees }: { readonly text: string; readonly trees?: readonly TreeNode[] }): void {
    const read = trees ?? this.grammar.statements(text);
    const within = new StatementContext(
      this.picture,
      this.grammar,
      text,
      this.readers,
      body,
      new Set([...this.followed, body]),
    );
    if (read === undefined) within.begin("unclassified").isUnknown = true;
    else for (const tree of read) within.read(tree);
    this.drafts.push(...within.drafts);
  }

  /** True in a body, where a condition may stand in front of every statement. */
  get isInside(): boolean {
    return this.inside !== undefined;
  }

  isFollowing(body: string): boolean {
    return this.followed.has(body);
  }

  get version(): number {
    return this.picture.version;
  }

  /** Begins an operation about a relation, an index, or nothing that can be locked. */
  begin(kind: OperationKind, on?: { readonly kind: string; readonly name: string }, part?: string): EffectDraft {
    const draft = new EffectDraft(kind);
    // UNLISTEN *, ALTER ROLE ALL and statistics that the server names are about nothing that has a name.
    draft.on = on?.name === "" ? undefined : on;
    draft.part = part;
    draft.inside = this.inside;
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
