import type { CatalogTable } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { changedParameters } from "./changed-parameters.js";
import { columnDefinition, columnSettings, settingsOfInherited } from "./column-definition.js";
import { isMadeAnew } from "./inheritance.js";
import type { KindRules, Sides } from "./kind-rules.js";

export const tableRules: KindRules<"tables"> = {
  named: ({ name }) => `table ${name}`,
  create: (entry, after) => [createTable(entry, after), ...settings(entry, after)],
  alter: alterTableFields,
  letGo(entry, needed, { after }) {
    const now = after.find("tables", entry.name);
    if (needed.kind === "tables" && entry.inherits.includes(needed.name)) {
      return {
        before: [`alter table ${entry.name} no inherit ${needed.name}`],
        behind:
          now?.inherits.includes(needed.name) === true ? [`alter table ${entry.name} inherit ${needed.name}`] : [],
      };
    }
    if (needed.kind === "types" && entry.ofType !== undefined) {
      return {
        before: [`alter table ${entry.name} not of`],
        behind: now?.ofType === undefined ? [] : [`alter table ${entry.name} of ${now.ofType}`],
      };
    }
    return undefined;
  },
  holdsRows: () => true,
  claims: ({ name }) => [`relation ${name}`, `type ${name}`],
};

function createTable(entry: CatalogTable, after: CatalogIndex): string {
  const columns = after.columnsOf(entry.name);
  const own = columns.filter(({ inheritance }) => entry.inherits.length === 0 || inheritance !== "inherited");
  const definitions = own.map((column) => columnDefinition(column, after));
  const list = definitions.length === 0 ? "()" : `(\n  ${definitions.join(",\n  ")}\n)`;
  return [
    `create ${entry.persistence === "unlogged" ? "unlogged " : ""}table ${entry.name}`,
    entry.ofType === undefined ? ` ${list}` : ` of ${entry.ofType}`,
    ...(entry.inherits.length === 0 ? [] : [`\ninherits (${entry.inherits.join(", ")})`]),
    ...(entry.partitionKey === undefined ? [] : [`\npartition by ${entry.partitionKey}`]),
    ...(entry.accessMethod === undefined || entry.accessMethod === "heap" ? [] : [`\nusing ${entry.accessMethod}`]),
    ...(entry.options.length === 0 ? [] : [`\nwith (${entry.options.join(", ")})`]),
    ...(entry.tablespace === undefined ? [] : [`\ntablespace ${entry.tablespace}`]),
  ].join("");
}

/** What CREATE TABLE cannot say. */
function settings(entry: CatalogTable, after: CatalogIndex): readonly string[] {
  const columns = after.columnsOf(entry.name);
  const typed = entry.ofType === undefined ? [] : columns;
  const inherited = entry.inherits.length === 0 ? [] : columns.filter(({ inheritance }) => inheritance === "inherited");
  return [
    ...[...typed, ...inherited].flatMap((column) => settingsOfInherited(column, after)),
    ...columns.flatMap((column) => columnSettings(undefined, column, after)),
    ...(entry.rowSecurity ? ["enable row level security"] : []),
    ...(entry.forceRowSecurity ? ["force row level security"] : []),
    ...(entry.replicaIdentity === "nothing" || entry.replicaIdentity === "full"
      ? [`replica identity ${entry.replicaIdentity}`]
      : []),
  ].map((setting) => `alter table only ${entry.name} ${setting}`);
}

function alterTableFields(before: CatalogTable, after: CatalogTable, sides: Sides): readonly string[] | "replace" {
  if (isMadeAnew(after.name, sides)) return "replace";
  const alter = `alter table ${after.name}`;
  const methodChanged = before.accessMethod !== after.accessMethod;
  if (methodChanged && (sides.after.catalog.serverVersion < 150_000 || after.accessMethod === undefined))
    return "replace";
  const partitioned = after.partitionKey !== undefined;
  return [
    ...(methodChanged ? [`${alter} set access method ${after.accessMethod}`] : []),
    ...(before.persistence === after.persistence
      ? []
      : [`${alter} set ${after.persistence === "unlogged" ? "unlogged" : "logged"}`]),
    ...(before.tablespace === after.tablespace ? [] : [`${alter} set tablespace ${after.tablespace ?? "pg_default"}`]),
    ...changedParameters(before.options, after.options).map((change) => `${alter} ${change}`),
    ...(before.ofType === after.ofType
      ? []
      : [`${alter} ${after.ofType === undefined ? "not of" : `of ${after.ofType}`}`]),
    ...before.inherits
      .filter((parent) => !after.inherits.includes(parent))
      .map((parent) => `${alter} no inherit ${parent}`),
    ...after.inherits
      .filter((parent) => !before.inherits.includes(parent))
      .map((parent) => `${alter} inherit ${parent}`),
    ...(before.rowSecurity === after.rowSecurity
      ? []
      : [`${alter} ${after.rowSecurity ? "enable" : "disable"} row level security`]),
    ...(before.forceRowSecurity === after.forceRowSecurity
      ? []
      : [`${alter} ${after.forceRowSecurity ? "force" : "no force"} row level security`]),
    // By an index: the index says so.
    ...(before.replicaIdentity === after.replicaIdentity || after.replicaIdentity === "index"
      ? []
      : [`${partitioned ? `alter table only ${after.name}` : alter} replica identity ${after.replicaIdentity}`]),
  ];
}

export const partitionRules: KindRules<"partitions"> = {
  named: ({ table }) => `table ${table}`,
  create: ({ table, of, bound }) => [`alter table only ${of} attach partition ${table} ${bound}`],
  drop: ({ table, of }) => [`alter table ${of} detach partition ${table}`],
  alter: () => "replace",
  // Not of the parent: what is no partition any more has to be detached before that goes.
  partOf: ({ table }) => [
    { kind: "tables", name: table },
    { kind: "foreignTables", name: table },
  ],
};
