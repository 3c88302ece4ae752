import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Picture } from "../picture/picture.js";
import { nameParts } from "../picture/spelled-name.js";
import { joinedColumns, objectName } from "./object-name.js";

/**
 * Chooses the names PostgreSQL 13–18 would choose, given the names the picture holds as it stands; each name chosen
 * counts as taken from then on. Schemas and answers are spelled as SQL; tables and columns are given without quotes.
 */
export class FreeNames {
  readonly #relations = new Set<string>();
  readonly #constraints = new Set<string>();
  readonly #passing = new Set<string>();

  constructor(private readonly picture: Picture) {}

  /** A constraint that is no index: CHECK, NOT NULL, FOREIGN KEY. `ChooseConstraintName`. */
  constraint(schema: string, table: string, columns: string | undefined, label: string): string {
    return choose(table, columns, label, this.#constraints, (name) => this.#isConstraint(schema, name), schema);
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
      this.picture.hasRelation(`${schema}.${name}`) ||
      (options.isConstraint === true && this.#isConstraint(schema, name));
    return choose(table, columns, label, this.#relations, isTaken, schema);
  }

  /** Of something that is there for a while: by names not yet handed out, and those the caller knows to be taken. */
  passing(first: string, second: string | undefined, label: string, isTaken: (name: string) => boolean): string {
    return choose(first, second, label, this.#passing, isTaken, "");
  }

  /** A name that somebody wrote: nobody else gets it. */
  take(schema: string, name: string): void {
    this.#relations.add(`${schema}.${quoteIdentifier(name)}`);
    this.#constraints.add(`${schema}.${quoteIdentifier(name)}`);
  }

  #isConstraint(schema: string, name: string): boolean {
    return this.#constraints.has(`${schema}.${name}`) || this.picture.hasConstraint(schema, name);
  }
}

function choose(
  first: string,
  second: string | undefined,
  label: string,
  chosen: Set<string>,
  isTaken: (name: string) => boolean,
  schema: string,
): string {
  for (let pass = 0; ; pass += 1) {
    const name = quoteIdentifier(objectName(first, second, pass === 0 ? label : `${label}${pass}`));
    if (chosen.has(`${schema}.${name}`) || isTaken(name)) continue;
    chosen.add(`${schema}.${name}`);
    return name;
  }
}

/** The last part of a name as SQL spells it, without quotes. */
export function plainName(spelled: string): string {
  return nameParts(spelled).at(-1) ?? spelled;
}
