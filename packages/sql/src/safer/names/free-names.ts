import type { Catalog } from "@confiture/model";
import { nameParts, splitName } from "../../effects/picture/spelled-name.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { joinedColumns, objectName } from "./object-name.js";

/**
 * Chooses the names PostgreSQL 13–18 would choose, given the names the catalog holds; each name chosen counts as taken
 * from then on. Schemas and answers are spelled as SQL; tables and columns are given without quotes.
 */
export class FreeNames {
  readonly #relations = new Set<string>();
  readonly #constraints = new Set<string>();
  readonly #passing = new Set<string>();

  constructor(catalog: Catalog | undefined) {
    if (catalog === undefined) return;
    const lists = [
      catalog.tables,
      catalog.foreignTables,
      catalog.views,
      catalog.materializedViews,
      catalog.sequences,
      catalog.indexes,
      catalog.types.filter(({ kind }) => kind === "composite type"),
    ];
    for (const { name } of lists.flat()) this.#relations.add(key(name));
    for (const { identity } of catalog.columns) if (identity !== undefined) this.#relations.add(key(identity.sequence));
    for (const { constraint, table, domain } of catalog.constraints) {
      const { schema } = splitName(table ?? domain ?? "");
      this.#constraints.add(`${schema}.${bare(constraint)}`);
    }
  }

  /** A constraint that is no index: CHECK, NOT NULL, FOREIGN KEY. `ChooseConstraintName`. */
  constraint(schema: string, table: string, columns: string | undefined, label: string): string {
    return this.#choose(table, columns, label, (name) => this.#constraints.has(`${schema}.${name}`), [
      this.#constraints,
      schema,
    ]);
  }

  /** A foreign key on those columns. */
  foreignKey(schema: string, table: string, columns: readonly string[]): string {
    return this.constraint(schema, table, joinedColumns(columns), "fkey");
  }

  /** An index, sequence or table. `ChooseRelationName`; behind a constraint, constraints of the schema count too. */
  relation(
    schema: string,
    table: string,
    columns: string | undefined,
    label: string,
    options: { readonly isConstraint?: boolean } = {},
  ): string {
    const isTaken = (name: string) =>
      this.#relations.has(`${schema}.${name}`) ||
      (options.isConstraint === true && this.#constraints.has(`${schema}.${name}`));
    return this.#choose(table, columns, label, isTaken, [this.#relations, schema]);
  }

  /** Of something that is there for a while: by names not yet handed out, and those the caller knows to be taken. */
  passing(first: string, second: string | undefined, label: string, isTaken: (name: string) => boolean): string {
    return this.#choose(first, second, label, (name) => isTaken(name) || this.#passing.has(`.${name}`), [
      this.#passing,
      "",
    ]);
  }

  /** A name that somebody wrote: nobody else gets it. */
  take(schema: string, name: string): void {
    this.#relations.add(`${schema}.${name}`);
    this.#constraints.add(`${schema}.${name}`);
  }

  /** A name that is given up before. */
  release(schema: string, name: string): void {
    this.#relations.delete(`${schema}.${name}`);
    this.#constraints.delete(`${schema}.${name}`);
  }

  #choose(
    table: string,
    columns: string | undefined,
    label: string,
    isTaken: (name: string) => boolean,
    [taken, schema]: readonly [Set<string>, string],
  ): string {
    for (let pass = 0; ; pass += 1) {
      const name = objectName(table, columns, pass === 0 ? label : `${label}${pass}`);
      if (isTaken(name)) continue;
      taken.add(`${schema}.${name}`);
      return quoteIdentifier(name);
    }
  }
}

function key(spelled: string): string {
  const { schema } = splitName(spelled);
  return `${schema}.${bare(spelled)}`;
}

function bare(spelled: string): string {
  return nameParts(spelled).at(-1) ?? spelled;
}
