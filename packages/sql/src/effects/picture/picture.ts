import type { QualifiedName } from "@confiture/model";
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
  readonly owner?: string;
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
  readonly owner?: string;
}

/** The database as a file's statements see it, one after another. */
export class Picture {
  readonly relations = new Map<string, Relation>();
  readonly indexes = new Map<string, Index>();
  readonly types = new Map<string, UserType>();
  /** By `schema.name`. */
  readonly functions = new Map<string, UserFunction[]>();
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
