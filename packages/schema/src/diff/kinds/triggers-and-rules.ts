import type { CatalogRule, CatalogTrigger, FiringState } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { CatalogIndex } from "../catalog-index.js";
import type { DiffKind, DiffReference } from "../diff-kinds.js";
import { respell } from "../name-parts.js";
import { dependOnExtensions } from "./depend-on-extensions.js";
import type { KindRules, Sides } from "./kind-rules.js";

/** What fires by itself: triggers, rewrite rules and event triggers. */
export const triggerAndRuleRules = {
  triggers: {
    named: triggerNamed,
    create: (entry, after) =>
      entry.parent === undefined
        ? [entry.definition, ...changedTrigger(entry, "origin", undefined)]
        : changedTrigger(entry, stateOfParent(entry, after), undefined),
    drop: (entry) => (entry.parent === undefined ? [`drop ${triggerNamed(entry)}`] : []),
    alter(before, after, sides) {
      if (before.parent !== after.parent) return "replace";
      if (after.parent !== undefined) return alterClone(before, after, sides);
      if (before.definition === after.definition)
        return changedTrigger(after, before.enabled, before.dependsOnExtensions);
      if (!isReplaceable(before, after, sides.before)) return "replace";
      const replace = after.definition.replace(/^CREATE TRIGGER/, "CREATE OR REPLACE TRIGGER");
      return [replace, ...changedTrigger(after, "origin", undefined)];
    },
    partOf: ({ table, parent }) => [
      ...onRelation(table, "tables", "foreignTables", "views"),
      ...(parent === undefined ? [] : partOfClone(table, parent)),
    ],
  },
  rules: {
    named: ruleNamed,
    create: (entry) => [withoutSemicolon(entry.definition), ...changedRule(entry, "origin")],
    alter: (before, after) => [
      ...(before.definition === after.definition
        ? []
        : [withoutSemicolon(after.definition).replace(/^CREATE RULE/, "CREATE OR REPLACE RULE")]),
      ...changedRule(after, before.enabled),
    ],
    partOf: ({ table }) => onRelation(table, "tables", "views"),
  },
  eventTriggers: {
    named: ({ name }) => `event trigger ${name}`,
    create(entry) {
      const tags = entry.tags.map((tag) => quoteLiteral(tag)).join(", ");
      const condition = tags === "" ? "" : ` when tag in (${tags})`;
      return [
        `create event trigger ${entry.name} on ${entry.event}${condition} execute function ${entry.function}()`,
        ...changedEventTrigger(entry, "origin"),
      ];
    },
    alter(before, after) {
      const sameTags = before.tags.join("\0") === after.tags.join("\0");
      if (before.event !== after.event || before.function !== after.function || !sameTags) return "replace";
      return changedEventTrigger(after, before.enabled);
    },
  },
} satisfies { [Kind in "triggers" | "rules" | "eventTriggers"]: KindRules<Kind> };

/** A name alone does not tell which kind of relation it is; there is one of that name at most. */
function onRelation(name: string, ...kinds: readonly DiffKind[]): readonly DiffReference[] {
  return kinds.map((kind) => ({ kind, name }));
}

/** A partition that leaves its table leaves the table's triggers behind. */
function partOfClone(table: string, parent: string): readonly DiffReference[] {
  const above = respell(parent, " on ", "\0").split("\0")[1];
  return [
    { kind: "triggers", name: parent },
    { kind: "partitions", name: `${table} of ${above}` },
  ];
}

const enableWords: Readonly<Record<FiringState, string>> = {
  origin: "enable",
  always: "enable always",
  replica: "enable replica",
  disabled: "disable",
};

function triggerNamed({ name }: CatalogTrigger): string {
  return `trigger ${name}`;
}

/** `CREATE OR REPLACE` came with PostgreSQL 14, and takes neither constraint triggers nor clones that would be too many. */
function isReplaceable(before: CatalogTrigger, after: CatalogTrigger, { catalog, find }: CatalogIndex): boolean {
  const definitions = [before.definition, after.definition];
  if (catalog.serverVersion < 140_000 || !definitions.every((text) => text.startsWith("CREATE TRIGGER"))) return false;
  const isPartitioned = find("tables", before.table)?.partitionKey !== undefined;
  return !(isPartitioned && definitions.some((text) => text.includes(" FOR EACH STATEMENT ")));
}

/**
 * A trigger of a partition made after that of its table follows it in everything, when it is made and whenever the
 * table's is enabled or disabled. What is left to say is a state of its own.
 */
function alterClone(before: CatalogTrigger, after: CatalogTrigger, sides: Sides): readonly string[] {
  if (!isChanged(after.parent, sides)) return changedTrigger(after, before.enabled, before.dependsOnExtensions);
  const isRedefined = before.definition !== after.definition;
  return changedTrigger(after, stateOfParent(after, sides.after), isRedefined ? undefined : before.dependsOnExtensions);
}

function stateOfParent({ parent = "" }: CatalogTrigger, index: CatalogIndex): FiringState {
  return index.find("triggers", parent)?.enabled ?? "origin";
}

/** Whether a statement on this trigger or one above it will set the state of its clones. */
function isChanged(name: string | undefined, sides: Sides): boolean {
  if (name === undefined) return false;
  const [before, after] = [sides.before.find("triggers", name), sides.after.find("triggers", name)];
  return (
    before?.enabled !== after?.enabled || before?.definition !== after?.definition || isChanged(after?.parent, sides)
  );
}

function changedTrigger(
  after: CatalogTrigger,
  state: FiringState,
  extensions: readonly string[] | undefined,
): readonly string[] {
  const { table, trigger, enabled } = after;
  return [
    ...(enabled === state ? [] : [`alter table ${table} ${enableWords[enabled]} trigger ${trigger}`]),
    ...dependOnExtensions(triggerNamed(after), extensions, after.dependsOnExtensions),
  ];
}

function ruleNamed({ name }: CatalogRule): string {
  return `rule ${name}`;
}

function changedRule({ name, table, enabled }: CatalogRule, state: FiringState): readonly string[] {
  const rule = name.slice(0, -` on ${table}`.length);
  return enabled === state ? [] : [`alter table ${table} ${enableWords[enabled]} rule ${rule}`];
}

/** The server prints one behind a rule. */
function withoutSemicolon(definition: string): string {
  return definition.replace(/;\s*$/, "");
}

function changedEventTrigger(
  { name, enabled }: { readonly name: string; readonly enabled: FiringState },
  state: FiringState,
): readonly string[] {
  return enabled === state ? [] : [`alter event trigger ${name} ${enableWords[enabled]}`];
}
