import type { CatalogMaterializedView, CatalogView } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { changedParameters, parameter } from "./changed-parameters.js";
import { dependOnExtensions } from "./depend-on-extensions.js";
import type { KindRules, Sides } from "./kind-rules.js";
import { usualStorage } from "./usual-storage.js";

export const viewRules: KindRules<"views"> = {
  named: ({ name }) => `view ${name}`,
  create: (entry) => [createView("create view", entry), ...columnDefaults(undefined, entry)],
  alter(before, after) {
    const options = changedParameters(before.options, after.options).map(
      (change) => `alter view ${after.name} ${change}`,
    );
    if (before.definition === after.definition) return [...options, ...columnDefaults(before, after)];
    const kept = before.columns.every(({ column, type, collation }, place) => {
      const now = after.columns[place];
      return now !== undefined && now.column === column && now.type === type && now.collation === collation;
    });
    return kept ? [createView("create or replace view", after), ...columnDefaults(before, after)] : "replace";
  },
  claims: ({ name }) => [`relation ${name}`, `type ${name}`],
};

function createView(create: string, { name, options, definition }: CatalogView): string {
  const behind = options.length === 0 ? "" : ` with (${options.map(parameter).join(", ")})`;
  return `${create} ${name}${behind} as\n${query(definition)}`;
}

function query(definition: string): string {
  return definition.replace(/;\s*$/, "");
}

function columnDefaults(before: CatalogView | undefined, after: CatalogView): readonly string[] {
  return after.columns.flatMap(({ column, default: is }) => {
    const was = before?.columns.find((other) => other.column === column)?.default;
    if (was === is) return [];
    return [
      `alter view ${after.name} alter column ${column} ${is === undefined ? "drop default" : `set default ${is}`}`,
    ];
  });
}

export const materializedViewRules: KindRules<"materializedViews"> = {
  named: ({ name }) => `materialized view ${name}`,
  create(entry, after, sides) {
    return [
      [
        `create materialized view ${entry.name}`,
        ...(entry.accessMethod === "heap" ? [] : [` using ${entry.accessMethod}`]),
        ...(entry.options.length === 0 ? [] : [` with (${entry.options.map(parameter).join(", ")})`]),
        ...(entry.tablespace === undefined ? [] : [` tablespace ${entry.tablespace}`]),
        ` as\n${query(entry.definition)}`,
        ...(entry.populated || isToBeFilled(entry.name, sides) ? [] : ["\nwith no data"]),
      ].join(""),
      ...materializedSettings(undefined, entry, after),
    ];
  },
  alter(before, after, sides) {
    const columns = (entry: CatalogMaterializedView) =>
      entry.columns.map(({ column, type, collation }) => `${column} ${type} ${collation ?? ""}`).join();
    if (before.definition !== after.definition || columns(before) !== columns(after)) return "replace";
    if (before.accessMethod !== after.accessMethod || before.persistence !== after.persistence) return "replace";
    const alter = `alter materialized view ${after.name}`;
    return [
      ...changedParameters(before.options, after.options).map((change) => `${alter} ${change}`),
      ...(before.tablespace === after.tablespace
        ? []
        : [`${alter} set tablespace ${after.tablespace ?? "pg_default"}`]),
      ...materializedSettings(before, after, sides.after),
    ];
  },
  claims: ({ name }) => [`relation ${name}`, `type ${name}`],
};

const storageWords: Readonly<Record<string, string>> = { p: "plain", e: "external", m: "main", x: "extended" };
const compressionWords: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

function materializedSettings(
  before: CatalogMaterializedView | undefined,
  after: CatalogMaterializedView,
  index: CatalogIndex,
): readonly string[] {
  const alter = `alter materialized view ${after.name}`;
  return [
    ...after.columns.flatMap((is) => {
      const was = before?.columns.find(({ column }) => column === is.column);
      const column = `${alter} alter column ${is.column}`;
      return [
        ...(was?.storage === is.storage
          ? []
          : [`${column} set storage ${storageWords[is.storage ?? ""] ?? usualStorage(is.type, index)}`]),
        ...(was?.compression === is.compression
          ? []
          : [`${column} set compression ${compressionWords[is.compression ?? ""] ?? "default"}`]),
        ...(was?.statisticsTarget === is.statisticsTarget
          ? []
          : [`${column} set statistics ${is.statisticsTarget ?? -1}`]),
        ...changedParameters(was?.options ?? [], is.options ?? []).map((change) => `${column} ${change}`),
      ];
    }),
    ...dependOnExtensions(`materialized view ${after.name}`, before?.dependsOnExtensions, after.dependsOnExtensions),
  ];
}

/** What was filled is filled again, whatever the DDL began with; what reads from elsewhere might not be there. */
function isToBeFilled(name: string, { before, after }: Sides): boolean {
  if (before.find("materializedViews", name)?.populated !== true) return false;
  return !after.needsOf(`materializedViews ${name}`).some((key) => {
    const needed = after.entries.get(key);
    const table = needed?.kind === "columns" ? needed.entry.table : needed?.name;
    return table !== undefined && after.find("foreignTables", table) !== undefined;
  });
}
