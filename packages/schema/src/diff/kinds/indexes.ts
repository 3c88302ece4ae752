import type { CatalogIndex as IndexEntry } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { changedParameters } from "./changed-parameters.js";
import { dependOnExtensions } from "./depend-on-extensions.js";
import { isAttached } from "./inheritance.js";
import type { KindRules } from "./kind-rules.js";
import { unqualified } from "./names.js";

export const indexRules: KindRules<"indexes"> = {
  named: ({ name }) => `index ${name}`,
  create(entry, after, sides) {
    if (entry.constraint !== undefined) return [];
    return [
      entry.definition,
      ...indexSettings(undefined, entry, after),
      ...(entry.parent !== undefined && isAttached(entry.table, sides)
        ? [`alter index ${entry.parent} attach partition ${entry.name}`]
        : []),
    ];
  },
  alter(before, after, sides) {
    if (before.constraint !== after.constraint) return "replace";
    if (
      before.valid === false &&
      after.valid &&
      before.constraint === undefined &&
      !before.definition.includes(" ON ONLY ")
    )
      return "replace";
    const [was, is] = [shape(before.definition), shape(after.definition)];
    if (was.rest !== is.rest) return "replace";
    // The index of a partitioned table has no parameters to set; they are those its parts are made with.
    const partitioned = after.definition.includes(" ON ONLY ");
    if (partitioned && was.parameters.join() !== is.parameters.join()) return "replace";
    if (before.parent !== undefined && after.parent !== before.parent && isAttached(after.table, sides))
      return "replace";
    return [
      ...changedParameters(was.parameters, is.parameters).map((change) => `alter index ${after.name} ${change}`),
      ...(before.tablespace === after.tablespace
        ? []
        : [`alter index ${after.name} set tablespace ${after.tablespace ?? "pg_default"}`]),
      ...indexSettings(before, after, sides.after),
      ...(before.parent === undefined && after.parent !== undefined && isAttached(after.table, sides)
        ? [`alter index ${after.parent} attach partition ${after.name}`]
        : []),
    ];
  },
  partOf: (entry) => [
    { kind: "tables", name: entry.table },
    { kind: "materializedViews", name: entry.table },
    ...(entry.parent === undefined ? [] : [{ kind: "indexes", name: entry.parent } as const]),
    ...(entry.constraint === undefined
      ? []
      : [{ kind: "constraints", name: `${entry.constraint} on ${entry.table}` } as const]),
  ],
  madeWith: (entry) =>
    entry.constraint === undefined ? undefined : { kind: "constraints", name: `${entry.constraint} on ${entry.table}` },
  claims: ({ name }) => [`relation ${name}`],
};

/** The storage parameters of an index that was made by its constraint, whose definition does not say them. */
export function indexParameters({ name, definition }: IndexEntry): readonly string[] {
  return changedParameters([], shape(definition).parameters).map((change) => `alter index ${name} ${change}`);
}

/** What CREATE INDEX cannot say, from nothing or from what it had. */
export function indexSettings(
  before: IndexEntry | undefined,
  after: IndexEntry,
  index: CatalogIndex,
): readonly string[] {
  const had = before?.statistics ?? [];
  return [
    ...after.statistics.filter((target) => !had.includes(target)).map((target) => statistics(after, target)),
    ...had
      .filter((target) => !after.statistics.some((other) => columnOf(other) === columnOf(target)))
      .map((target) => statistics(after, `${columnOf(target)}=-1`)),
    ...(after.clustered && before?.clustered !== true
      ? [`alter table ${after.table} cluster on ${unqualified(after.name)}`]
      : []),
    // Another one that takes its place needs nothing more.
    ...(before?.clustered === true &&
    !after.clustered &&
    !index.indexesOf(after.table).some(({ clustered }) => clustered)
      ? [`alter table ${after.table} set without cluster`]
      : []),
    ...(after.replicaIdentity && before?.replicaIdentity !== true
      ? [`alter table ${after.table} replica identity using index ${unqualified(after.name)}`]
      : []),
    ...dependOnExtensions(`index ${after.name}`, before?.dependsOnExtensions, after.dependsOnExtensions),
  ];
}

function statistics({ name }: IndexEntry, target: string): string {
  return `alter index ${name} alter column ${columnOf(target)} set statistics ${target.slice(target.indexOf("=") + 1)}`;
}

function columnOf(target: string): string {
  return target.slice(0, target.indexOf("="));
}

/** An index definition apart from its storage parameters, and these. The server prints them as `WITH (a='1', b=on)`. */
function shape(definition: string): { readonly rest: string; readonly parameters: readonly string[] } {
  const found = / WITH \(((?:[a-z_]+='?[^',()]*'?(?:, )?)+)\)(?= WHERE | TABLESPACE |$)/.exec(definition);
  const text = definition.replace(" ON ONLY ", " ON ");
  if (found === null) return { rest: text, parameters: [] };
  const parameters = (found[1] ?? "").split(", ").map((option) => option.replaceAll("'", ""));
  return { rest: text.replace(found[0], ""), parameters };
}
