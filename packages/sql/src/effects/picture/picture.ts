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
  readonly types = new Map<string, UserType>();
  /** By `schema.name`. */
  readonly functions = new Map<string, UserFunction[]>();
  /** By the operator's own characters. */
  readonly operators = new Map<string, UserOperator[]>();
  readonly casts: UserCast[] = [];
  readonly eventTriggers = new Map<string, EventTrigger>();
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
    this.relations.delete(relationName(relation));
    relation.schema = to.schema ?? relation.schema;
    relation.bare = to.bare ?? relation.bare;
    this.relations.set(relationName(relation), relation);
  }

  renameIndex(index: Index, to: { readonly schema?: string; readonly bare?: string }): void {
    this.indexes.delete(relationName(index));
    index.schema = to.schema ?? index.schema;
    index.bare = to.bare ?? index.bare;
    this.indexes.set(relationName(index), index);
  }

  addConstraint(relation: Relation, constraint: Constraint): Constraint {
    relation.constraints.set(constraint.name, constraint);
    constraint.references?.referencedBy.add({ from: relation, key: constraint });
    return constraint;
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

  private places(): readonly string[] {
    return this.searchPath.includes("pg_temp") ? this.searchPath : ["pg_temp", ...this.searchPath];
  }
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
