import type { QualifiedName } from "@confiture/model";
import type { TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Constraint, Index, Relation, RelationKind } from "./relation.js";
import { relationName } from "./relation.js";

/** A type somebody created, as far as effects depend on it. */
export interface UserType {
  kind: "enum" | "composite type" | "domain" | "range" | "base type" | "shell type";
  /** Of a domain: what it is over, and whether it says NOT NULL itself. */
  baseType?: string;
  notNull: boolean;
  /** Names of its CHECK constraints, with whether they are valid. */
  readonly checks: Map<string, boolean>;
  /** Of a domain, its base's included: as SQL from the catalog, as a tree from a statement. */
  default?: TreeValue;
  /** Of a range. */
  subtype?: string;
  /** Of a composite type, with their types. */
  readonly attributes?: Map<string, string>;
  /** What views made before the first statement call it; absent: as it is called now. */
  readonly writtenAs?: string;
  readonly owner?: string;
}

/** An operator somebody created. */
export interface UserOperator {
  readonly schema: string;
  /** `schema.name` of its function, without arguments; a built-in one has no schema. */
  readonly function: string;
}

/** A cast somebody created, between types as `ColumnType` names them. */
export interface UserCast {
  readonly source: string;
  readonly target: string;
  readonly method: "function" | "inout" | "binary";
  readonly function?: string;
  readonly isImplicit: boolean;
}

export interface EventTrigger {
  readonly name: string;
  readonly event: string;
  /** Command tags it is for; empty: all. */
  readonly tags: readonly string[];
  readonly function: string;
  readonly isEnabled: boolean;
}

/** A function of the catalog or of an earlier statement. */
export interface UserFunction {
  /** `schema.name`, without arguments. */
  readonly name: string;
  /** The signature as the catalog names it. */
  readonly signature: string;
  readonly definition: string;
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly language: string;
  /** In which its body looks for names; absent: what its definition says, else the caller's. */
  readonly searchPath?: readonly string[] | "caller's";
  /** Of an aggregate: its functions, which stand for a body. */
  readonly calls?: readonly string[];
  readonly owner?: string;
}

/** The database as a file's statements see it, one after another. */
export class Picture {
  readonly relations = new Map<string, Relation>();
  readonly indexes = new Map<string, Index>();
  /** The catalog's relations by the names they had before the first statement: what its views, rules and policies say. */
  readonly namesAtFirst = new Map<string, Relation>();
  readonly types = new Map<string, UserType>();
  /** By `schema.name`. */
  readonly functions = new Map<string, UserFunction[]>();
  /** By the operator's own characters. */
  readonly operators = new Map<string, UserOperator[]>();
  readonly casts: UserCast[] = [];
  readonly eventTriggers = new Map<string, EventTrigger>();
  /** Who has, or has had, a constraint of that name: PostgreSQL chooses names that are free in the whole schema. */
  readonly constraintHolders = new Map<string, Set<Relation>>();
  readonly publications = new Map<string, Set<Relation>>();
  /** Foreign servers with their wrappers. */
  readonly servers = new Map<string, string>();
  searchPath: readonly string[];
  /** The search path the session began with. */
  readonly sessionSearchPath: readonly string[];
  /** Set while SET LOCAL holds: what comes back at the end of the transaction. */
  searchPathAfterwards: readonly string[] | undefined;
  /** A transaction was rolled back, and what it did to the picture was not. */
  wasRolledBack = false;
  /** Set for a file that rolls something back: copying the picture takes its time. */
  keepsMarks = false;
  /** The picture at BEGIN and at each SAVEPOINT, oldest first. */
  private readonly marks = new Map<string, Marked>();
  timeZone: string | undefined;

  /** `complete`: a catalog was given, so what is not in it is not there. */
  constructor(
    readonly complete: boolean,
    readonly version: number,
    options: { readonly searchPath: readonly string[]; readonly timeZone?: string },
  ) {
    this.searchPath = options.searchPath;
    this.sessionSearchPath = options.searchPath;
    this.timeZone = options.timeZone;
  }

  /** The relation of that name, or undefined. An index is none. */
  find({ schema, name }: QualifiedName): Relation | undefined {
    const bare = quoteIdentifier(name);
    for (const place of schema === undefined ? this.places() : [quoteIdentifier(schema)]) {
      const found = this.relations.get(`${place}.${bare}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The relation that a text of the catalog means: what it was written with stays, whatever the name leads to now. */
  findStored(name: QualifiedName): Relation | undefined {
    const spelled =
      name.schema === undefined ? undefined : `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`;
    return (spelled === undefined ? undefined : this.namesAtFirst.get(spelled)) ?? this.find(name);
  }

  findIndex({ schema, name }: QualifiedName): Index | undefined {
    const bare = quoteIdentifier(name);
    for (const place of schema === undefined ? this.places() : [quoteIdentifier(schema)]) {
      const found = this.indexes.get(`${place}.${bare}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  findType({ schema, name }: QualifiedName): { readonly key: string; readonly type: UserType } | undefined {
    const bare = quoteIdentifier(name);
    for (const place of schema === undefined ? this.places() : [quoteIdentifier(schema)]) {
      const key = `${place}.${bare}`;
      const type = this.types.get(key);
      if (type !== undefined) return { key, type };
    }
    return undefined;
  }

  findFunctions({ schema, name }: QualifiedName): readonly UserFunction[] {
    const bare = quoteIdentifier(name);
    for (const place of schema === undefined ? this.places() : [quoteIdentifier(schema)]) {
      const found = this.functions.get(`${place}.${bare}`);
      if (found !== undefined && found.length > 0) return found;
    }
    return [];
  }

  /** Every function a call by that name may mean: which of several it is hangs on its arguments. */
  callable({ schema, name }: QualifiedName): readonly UserFunction[] {
    const bare = quoteIdentifier(name);
    const places = schema === undefined ? this.places() : [quoteIdentifier(schema)];
    return places.flatMap((place) => this.functions.get(`${place}.${bare}`) ?? []);
  }

  /** Every operator somebody created that may be meant. */
  operatorsNamed({ schema, name }: QualifiedName): readonly UserOperator[] {
    const places = schema === undefined ? this.places() : [quoteIdentifier(schema)];
    return (this.operators.get(name) ?? []).filter((one) => places.includes(one.schema));
  }

  /** Where a new object without a schema goes. */
  creationSchema(schema?: string): string {
    return schema === undefined ? (this.searchPath[0] ?? "public") : quoteIdentifier(schema);
  }

  /** A stand-in for a relation nothing is known of. Kept, so that the same name is the same relation. */
  stub({ schema, name }: QualifiedName, kind: RelationKind): Relation {
    const made = newRelation(this.creationSchema(schema), quoteIdentifier(name), kind, { known: false });
    this.relations.set(relationName(made), made);
    return made;
  }

  add(relation: Relation): Relation {
    this.relations.set(relationName(relation), relation);
    return relation;
  }

  addIndex(index: Index): Index {
    this.indexes.set(relationName(index), index);
    index.table.indexes.add(index);
    return index;
  }

  remove(relation: Relation): void {
    this.relations.delete(relationName(relation));
    for (const index of relation.indexes) this.indexes.delete(relationName(index));
    for (const constraint of [...relation.constraints.values()]) this.dropConstraint(relation, constraint);
    relation.ownedBy?.relation.sequences.delete(relation);
    for (const parent of relation.parents) parent.children.delete(relation);
    for (const tables of this.publications.values()) tables.delete(relation);
  }

  removeIndex(index: Index): void {
    this.indexes.delete(relationName(index));
    index.table.indexes.delete(index);
  }

  rename(relation: Relation, to: { readonly schema?: string; readonly bare?: string }): void {
    const before = relationName(relation);
    this.relations.delete(before);
    relation.schema = to.schema ?? relation.schema;
    relation.bare = to.bare ?? relation.bare;
    this.relations.set(relationName(relation), relation);
    if (relation.kind === "sequence") this.renameInDefaults(before, relationName(relation));
    else this.renameType(before, relationName(relation));
  }

  /** A type, or a table's row type, is called otherwise from now on: in columns, domains over it and casts too. */
  renameType(from: string, to: string): void {
    const type = this.types.get(from);
    this.types.delete(from);
    if (type !== undefined) this.types.set(to, { ...type, writtenAs: type.writtenAs ?? from });
    // The type itself, with a modifier, or an array of it.
    const renamed = (text: string) =>
      text === from || text.startsWith(`${from}[`) || text.startsWith(`${from}(`) ? to + text.slice(from.length) : text;
    for (const relation of this.relations.values()) {
      if (relation.ofType === from) relation.ofType = to;
      for (const column of relation.columns.values()) if (column.type !== undefined) column.type = renamed(column.type);
    }
    for (const one of this.types.values()) {
      if (one.baseType !== undefined) one.baseType = renamed(one.baseType);
      if (one.subtype !== undefined) one.subtype = renamed(one.subtype);
      for (const [attribute, spelled] of one.attributes ?? []) one.attributes?.set(attribute, renamed(spelled));
    }
    for (const [position, { source, target, ...cast }] of this.casts.entries())
      this.casts[position] = { ...cast, source: renamed(source), target: renamed(target) };
  }

  /**
   * Functions of one name have another from now on, wherever they are called by what they are and not by their name.
   * With `isSure` false some may keep the old one: then they count under both.
   */
  renameFunctions(from: string, to: string, isSure: boolean): void {
    const moved = this.functions.get(from) ?? [];
    if (isSure) this.functions.delete(from);
    this.functions.set(to, [...(this.functions.get(to) ?? []), ...moved.map((one) => ({ ...one, name: to }))]);
    for (const relation of this.relations.values()) {
      for (const trigger of relation.triggers.values())
        if (trigger.function === from || trigger.function.startsWith(`${from}(`)) trigger.function = to;
    }
    for (const [name, trigger] of this.eventTriggers)
      if (trigger.function === from) this.eventTriggers.set(name, { ...trigger, function: to });
    for (const [name, operators] of this.operators)
      this.operators.set(
        name,
        operators.map((one) => (one.function === from ? { ...one, function: to } : one)),
      );
    for (const [position, cast] of this.casts.entries())
      if (cast.function === from) this.casts[position] = { ...cast, function: to };
  }

  renameIndex(index: Index, to: { readonly schema?: string; readonly bare?: string }): void {
    this.indexes.delete(relationName(index));
    index.schema = to.schema ?? index.schema;
    index.bare = to.bare ?? index.bare;
    this.indexes.set(relationName(index), index);
  }

  /** Defaults take their numbers from the sequence itself. */
  private renameInDefaults(from: string, to: string): void {
    for (const relation of this.relations.values()) {
      for (const column of relation.columns.values())
        if (column.default !== undefined) column.default = column.default.replaceAll(`'${from}'`, () => `'${to}'`);
    }
  }

  addConstraint(relation: Relation, constraint: Constraint): Constraint {
    relation.constraints.set(constraint.name, constraint);
    this.noteConstraint(relation, constraint.name);
    constraint.references?.referencedBy.add({ from: relation, key: constraint });
    return constraint;
  }

  noteConstraint(relation: Relation, name: string): void {
    const holders = this.constraintHolders.get(name);
    if (holders === undefined) this.constraintHolders.set(name, new Set([relation]));
    else holders.add(relation);
  }

  /** Whether a table or domain of the schema has a constraint of that name. Both as SQL. */
  hasConstraint(schema: string, name: string): boolean {
    for (const one of this.constraintHolders.get(name) ?? []) {
      if (one.schema === schema && one.constraints.has(name)) return true;
    }
    for (const [key, { checks }] of this.types) {
      if (checks.has(name) && key.startsWith(`${schema}.`)) return true;
    }
    return false;
  }

  /** Whether a table, index or anything else that shares their names is called so. `schema.name` as SQL. */
  hasRelation(name: string): boolean {
    return this.relations.has(name) || this.indexes.has(name) || this.types.get(name)?.kind === "composite type";
  }

  dropConstraint(relation: Relation, constraint: Constraint): void {
    relation.constraints.delete(constraint.name);
    for (const one of constraint.references?.referencedBy ?? []) {
      if (one.key === constraint) constraint.references?.referencedBy.delete(one);
    }
    if (constraint.index !== undefined) this.removeIndex(constraint.index);
  }

  /** Makes a column the owner of a sequence. */
  own(sequence: Relation, relation: Relation, column: string): void {
    sequence.ownedBy?.relation.sequences.delete(sequence);
    sequence.ownedBy = { relation, column };
    relation.sequences.add(sequence);
  }

  /** Remembers the picture as it is, to come back to it. */
  keepMark(name: string): void {
    this.marks.delete(name);
    if (this.keepsMarks) this.marks.set(name, structuredClone(this.marked()));
  }

  /** Back to what was remembered, which stays remembered, and what was remembered later does not. False when nothing was. */
  returnTo(name: string): boolean {
    const mark = this.marks.get(name);
    if (mark === undefined) return false;
    const names = [...this.marks.keys()];
    for (const later of names.slice(names.indexOf(name) + 1)) this.marks.delete(later);
    const { maps, casts, ...settings } = structuredClone(mark);
    for (const [kind, map] of Object.entries(maps)) replaceAll(this[kind as keyof MarkedMaps], map);
    this.casts.splice(0, this.casts.length, ...casts);
    Object.assign(this, settings);
    return true;
  }

  forgetMarks(): void {
    this.marks.clear();
  }

  private marked() {
    const { relations, indexes, namesAtFirst, types, functions, operators, eventTriggers, publications, servers } =
      this;
    const { constraintHolders } = this;
    // As maps of nothing but entries: those of a fork keep some elsewhere, where no copy finds them.
    const maps = {
      constraintHolders: new Map(constraintHolders),
      relations: new Map(relations),
      indexes: new Map(indexes),
      namesAtFirst: new Map(namesAtFirst),
      types: new Map(types),
      functions: new Map(functions),
      operators: new Map(operators),
      eventTriggers: new Map(eventTriggers),
      publications: new Map(publications),
      servers: new Map(servers),
    };
    const { casts, searchPath, searchPathAfterwards, timeZone } = this;
    return { maps, casts, searchPath, searchPathAfterwards, timeZone };
  }

  private places(): readonly string[] {
    return this.searchPath.includes("pg_temp") ? this.searchPath : ["pg_temp", ...this.searchPath];
  }
}

type Marked = ReturnType<Picture["marked"]>;
type MarkedMaps = Marked["maps"];

function replaceAll(map: Map<string, unknown>, by: ReadonlyMap<string, unknown>): void {
  map.clear();
  for (const [name, value] of by) map.set(name, value);
}

export function newRelation(
  schema: string,
  bare: string,
  kind: RelationKind,
  facts: { readonly bornHere?: boolean; readonly known?: boolean } = {},
): Relation {
  return {
    schema,
    bare,
    kind,
    bornHere: facts.bornHere ?? false,
    known: facts.known ?? true,
    persistence: "permanent",
    columns: new Map(),
    constraints: new Map(),
    indexes: new Set(),
    referencedBy: new Set(),
    sequences: new Set(),
    triggers: new Map(),
    policies: new Map(),
    rules: new Map(),
    statistics: new Map(),
    parents: new Set(),
    children: new Set(),
  };
}
