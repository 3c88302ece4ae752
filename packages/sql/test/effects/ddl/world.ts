import type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogIndex,
  CatalogTable,
  CatalogTrigger,
} from "@confiture/model";
import type { Draw } from "@confiture/testkit/draw";

/** The database that statements are made for, and the chance that makes them. */
export interface World {
  readonly draw: Draw;
  readonly catalog: Catalog;
  readonly version: number;
}

/** One way to write a statement, or a part of one. Undefined: the database has nothing to write it about. */
export interface Form<Subject = undefined> {
  readonly name: string;
  /** How often, beside the others. Absent: 2. */
  readonly weight?: number;
  /** The first major version that has it. */
  readonly since?: number;
  write(world: World, subject: Subject): string | undefined;
}

export function writeOne<Subject>(forms: readonly Form<Subject>[], world: World, subject: Subject): string | undefined {
  const usable = forms.filter(({ since = 13 }) => since <= world.version);
  const weighted = usable.flatMap((form) => Array.from({ length: form.weight ?? 2 }, () => form));
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const text = world.draw.pick(weighted).write(world, subject);
    if (text !== undefined) return text;
  }
  return undefined;
}

export function isPartitioned(table: CatalogTable): boolean {
  return table.partitionKey !== undefined;
}

export function columnsOf({ catalog }: World, table: string): readonly CatalogColumn[] {
  return catalog.columns.filter((column) => column.table === table);
}

export function constraintsOf({ catalog }: World, table: string): readonly CatalogConstraint[] {
  return catalog.constraints.filter((constraint) => constraint.table === table && !constraint.implied);
}

export function indexesOf({ catalog }: World, table: string): readonly CatalogIndex[] {
  return catalog.indexes.filter((index) => index.table === table);
}

export function triggersOf({ catalog }: World, table: string): readonly CatalogTrigger[] {
  return catalog.triggers.filter((trigger) => trigger.table === table);
}

export function partitionsOf({ catalog }: World, table: string): readonly CatalogTable[] {
  return catalog.tables.filter(({ partition }) => partition?.of === table);
}

/** Columns declared here, that nothing computes. */
export function ownColumns(world: World, table: string): readonly CatalogColumn[] {
  return columnsOf(world, table).filter(
    ({ generated, identity, inheritance }) =>
      generated === undefined && identity === undefined && inheritance !== "inherited",
  );
}

export function integerColumns(world: World, table: string): readonly CatalogColumn[] {
  return ownColumns(world, table).filter(({ type }) => type === "integer" || type === "bigint");
}

/** A key that a foreign key may refer to: one integer column. */
export function referableKeys(world: World): readonly { readonly table: string; readonly column: string }[] {
  return world.catalog.constraints.flatMap(({ kind, table, columns, definition }) => {
    const usable =
      (kind === "primary key" || kind === "unique") && columns.length === 1 && !/deferrable/i.test(definition);
    return usable && table !== undefined ? [{ table, column: columns[0]! }] : [];
  });
}

/** As the server spells it, or, now and then, without the schema that the search path finds. */
export function written({ draw }: World, name: string): string {
  return name.startsWith("public.") && draw.percent(25) ? name.slice("public.".length) : name;
}

/** Without its schema. A name may have a dot in its quotes. */
export function ownName(name: string): string {
  return /^(?:"(?:[^"]|"")*"|[^".]+)\.(.*)$/s.exec(name)?.[1] ?? name;
}

export function freshName({ draw }: World): string {
  return draw.percent(10) ? `"New ${draw.int(999)}"` : `new_${draw.int(999)}`;
}

export function anyTable(world: World): CatalogTable {
  const { draw, catalog } = world;
  // Tables that others point to, and those in trees, are the interesting ones.
  const linked = catalog.tables.filter(
    ({ name, partition, inherits, partitionKey }) =>
      partition !== undefined ||
      inherits.length > 0 ||
      partitionKey !== undefined ||
      catalog.constraints.some(({ references }) => references === name),
  );
  return linked.length > 0 && draw.percent(50) ? draw.pick(linked) : draw.pick(catalog.tables);
}
