import type { CatalogPublication, CatalogSubscription } from "@confiture/model";
import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { subscriptionOptions } from "../../read/links.js";
import type { DiffReference } from "../diff-kinds.js";
import { cutLastPart } from "../name-parts.js";
import { beyondReach } from "./beyond-reach.js";
import type { KindRules, Sides } from "./kind-rules.js";

/** What is published here, and what is taken from publications elsewhere. */
export const replicationRules = {
  publications: {
    named: ({ name }) => `publication ${name}`,
    create(entry) {
      const members = entry.allTables
        ? " for all tables"
        : entry.tables.length + entry.schemas.length > 0
          ? ` for ${membersOf(entry)}`
          : "";
      const settings = changedSettings(usualPublication, entry);
      return [`create publication ${entry.name}${members}${settings === "" ? "" : ` with (${settings})`}`];
    },
    alter(before, after) {
      if (before.allTables !== after.allTables) return "replace";
      const settings = changedSettings(before, after);
      const set = settings === "" ? [] : [`alter publication ${after.name} set (${settings})`];
      // Some members are allowed only with publish_via_partition_root: it is on before they come, and off after they went.
      return after.viaRoot ? [...set, ...changedMembers(before, after)] : [...changedMembers(before, after), ...set];
    },
    letGo: letGoOfTable,
  },
  subscriptions: {
    named: subscriptionNamed,
    create(entry) {
      throw beyondReach(
        `The ${subscriptionNamed(entry)} cannot be made: its connection string belongs to the environment and is not in a catalog.`,
        `Run it yourself, then compare again: create ${subscriptionNamed(entry)} connection '...' publication ${publicationsOf(entry)}`,
      );
    },
    alter: alterSubscription,
  },
} satisfies { [Kind in "publications" | "subscriptions"]: KindRules<Kind> };

type PublicationSettings = Pick<CatalogPublication, "operations" | "viaRoot" | "generatedColumns">;
type Member = CatalogPublication["tables"][number];

const usualPublication: PublicationSettings = {
  operations: ["delete", "insert", "truncate", "update"],
  viaRoot: false,
  generatedColumns: "none",
};

function changedSettings(before: PublicationSettings, after: PublicationSettings): string {
  const operations = after.operations.join(", ");
  const generated = after.generatedColumns ?? "none";
  return [
    ...(before.operations.join(", ") === operations ? [] : [`publish = ${quoteLiteral(operations)}`]),
    ...(before.viaRoot === after.viaRoot ? [] : [`publish_via_partition_root = ${after.viaRoot}`]),
    ...((before.generatedColumns ?? "none") === generated ? [] : [`publish_generated_columns = ${generated}`]),
  ].join(", ");
}

/** A table that stays as it is is not touched, so that nothing written to it in between goes unpublished. */
function changedMembers(before: CatalogPublication, after: CatalogPublication): readonly string[] {
  const [old, wanted] = [tablesOf(before), tablesOf(after)];
  const isChanged = [...wanted].some(([table, member]) => old.has(table) && old.get(table) !== member);
  // SET compares by itself and keeps what is the same; it is the only way to change a member in one statement.
  if (isChanged) return [`alter publication ${after.name} set ${membersOf(after)}`];
  const [newSchemas, oldSchemas] = [without(after.schemas, before.schemas), without(before.schemas, after.schemas)];
  const [newTables, oldTables] = [without([...wanted.keys()], old), without([...old.keys()], wanted)];
  return [
    ...member("drop", "tables in schema", oldSchemas),
    ...member(
      "drop",
      "table",
      oldTables.map((table) => `only ${table}`),
    ),
    ...member(
      "add",
      "table",
      newTables.map((table) => wanted.get(table) as string),
    ),
    ...member("add", "tables in schema", newSchemas),
  ];

  function member(verb: "add" | "drop", words: string, names: readonly string[]): readonly string[] {
    return names.length === 0 ? [] : [`alter publication ${after.name} ${verb} ${words} ${names.join(", ")}`];
  }
}

/**
 * A table that is made anew, or a column that is named with it, leaves the publication alone and comes back. What the
 * publication no longer says of the table is taken away by altering it.
 */
function letGoOfTable(before: CatalogPublication, needed: DiffReference, sides: Sides) {
  const after = sides.after.find("publications", before.name);
  const table = needed.kind === "columns" ? cutLastPart(needed.name)[0] : needed.name;
  const member = tablesOf(before).get(table);
  if (after === undefined || member === undefined || tablesOf(after).get(table) !== member) return undefined;
  return {
    before: [`alter publication ${before.name} drop table only ${table}`],
    // The whole list: it may have been set already.
    behind: [`alter publication ${after.name} set ${membersOf(after)}`],
  };
}

function tablesOf({ tables }: CatalogPublication): ReadonlyMap<string, string> {
  return new Map(tables.map((entry) => [entry.table, memberOf(entry)]));
}

/** ONLY: its children are members in their own right. */
function memberOf({ table, columns = [], where }: Member): string {
  const list = columns.length === 0 ? "" : ` (${columns.join(", ")})`;
  return `only ${table}${list}${where === undefined ? "" : ` where (${where})`}`;
}

function membersOf({ tables, schemas }: CatalogPublication): string {
  return [
    ...(tables.length === 0 ? [] : [`table ${tables.map(memberOf).join(", ")}`]),
    ...(schemas.length === 0 ? [] : [`tables in schema ${schemas.join(", ")}`]),
  ].join(", ");
}

function without(names: readonly string[], others: readonly string[] | ReadonlyMap<string, string>): readonly string[] {
  const left = new Set(others instanceof Map ? others.keys() : (others as readonly string[]));
  return names.filter((name) => !left.has(name));
}

function subscriptionNamed({ name }: CatalogSubscription): string {
  return `subscription ${name}`;
}

/** The only names in a catalog that are not spelled as SQL: they are names on another server. */
function publicationsOf({ publications }: CatalogSubscription): string {
  return publications.map(quoteIdentifier).join(", ");
}

/** Changed only while it is disabled. */
const changedAtRest = new Set(["failover", "two_phase"]);

function alterSubscription(before: CatalogSubscription, after: CatalogSubscription, sides: Sides): readonly string[] {
  const alter = `alter ${subscriptionNamed(after)}`;
  const options = changedOptions(before, after);
  if (options.has("two_phase") && sides.before.catalog.serverVersion < 180_000)
    throw beyondReach(
      `PostgreSQL changes two_phase of the ${subscriptionNamed(after)} only from version 18 on.`,
      "Drop the subscription and make it again yourself: its connection string is not in a catalog.",
    );
  const set = (names: readonly (readonly [string, string])[]) =>
    names.length === 0 ? [] : [`${alter} set (${names.map(([name, value]) => `${name} = ${value}`).join(", ")})`];
  const atRest = [...options].filter(([name]) => changedAtRest.has(name));
  const slot = before.slot === after.slot ? [] : [["slot_name", after.slot ?? "none"] as const];
  const rests = !after.enabled || atRest.length > 0;
  return [
    ...(before.enabled && rests ? [`${alter} disable`] : []),
    ...changedPublications(before, after, alter),
    ...set([...slot, ...[...options].filter(([name]) => !changedAtRest.has(name))]),
    ...atRest.flatMap((option) => set([option])),
    ...(after.enabled && (rests || !before.enabled) ? [`${alter} enable`] : []),
  ];
}

/** Without a refresh, which connects to the other server and can be in no transaction. */
function changedPublications(
  before: CatalogSubscription,
  after: CatalogSubscription,
  alter: string,
): readonly string[] {
  const publications = publicationsOf(after);
  if (publicationsOf(before) === publications) return [];
  const note = `-- What the subscription copies follows when this is run by hand: ${alter} refresh publication`;
  return [`${note}\n${alter} set publication ${publications} with (refresh = false)`];
}

/** The settings that differ, with the value to set. */
function changedOptions(before: CatalogSubscription, after: CatalogSubscription): ReadonlyMap<string, string> {
  const [old, wanted] = [before.options, after.options].map(
    (options) => new Map(options.map((option) => option.split("=") as [string, string])),
  ) as [Map<string, string>, Map<string, string>];
  const changed = subscriptionOptions.filter(
    ({ name, usual }) => (old.get(name) ?? usual) !== (wanted.get(name) ?? usual),
  );
  return new Map(changed.map(({ name, usual }) => [name, quoteLiteral(wanted.get(name) ?? usual)]));
}
