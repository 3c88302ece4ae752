import { fieldsIn, isFields, listOf, stringNode, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import type { EventTrigger } from "../picture/picture.js";
import type { StatementContext, StatementReader } from "../statement-context.js";
import { followFunction } from "./routine-bodies.js";

/** The first words of command tags, by the tag of the tree, where its own name does not tell them. */
const otherVerbs: Readonly<Record<string, readonly string[]>> = {
  CommentStmt: ["COMMENT"],
  CompositeTypeStmt: ["CREATE"],
  CreateTableAsStmt: ["CREATE", "SELECT"],
  DefineStmt: ["CREATE"],
  GrantStmt: ["GRANT", "REVOKE"],
  ImportForeignSchemaStmt: ["IMPORT"],
  IndexStmt: ["CREATE"],
  ReassignOwnedStmt: ["REASSIGN"],
  RefreshMatViewStmt: ["REFRESH"],
  ReindexStmt: ["REINDEX"],
  RenameStmt: ["ALTER"],
  RuleStmt: ["CREATE"],
  SecLabelStmt: ["SECURITY"],
  ViewStmt: ["CREATE"],
};

/** What concerns the whole server, and event triggers themselves, fires none. */
const silent = new Set([
  "AlterDatabaseRefreshCollStmt",
  "AlterDatabaseSetStmt",
  "AlterDatabaseStmt",
  "AlterEventTrigStmt",
  "AlterRoleSetStmt",
  "AlterRoleStmt",
  "AlterSystemStmt",
  "AlterTableSpaceOptionsStmt",
  "CreateEventTrigStmt",
  "CreateRoleStmt",
  "CreateTableSpaceStmt",
  "DropRoleStmt",
  "DropTableSpaceStmt",
]);

function verbsOf(tag: string): readonly string[] {
  const verb = /^(Create|Alter|Drop)[A-Z]/.exec(tag)?.[1];
  return otherVerbs[tag] ?? (verb === undefined || silent.has(tag) ? [] : [verb.toUpperCase()]);
}

/** The readers, those of DDL followed by the event triggers it fires. */
export function withEventTriggers(
  readers: Readonly<Record<string, StatementReader>>,
): Readonly<Record<string, StatementReader>> {
  const firing = Object.entries(readers).map(([tag, read]): [string, StatementReader] => {
    const verbs = verbsOf(tag);
    if (verbs.length === 0) return [tag, read];
    return [
      tag,
      (fields, context) => {
        const first = context.drafts.length;
        read(fields, context);
        fire(verbs, first, context);
      },
    ];
  });
  return Object.fromEntries(firing);
}

/** Follows the event triggers of what was read from a draft on. */
function fire(verbs: readonly string[], first: number, context: StatementContext): void {
  const draft = context.drafts[first];
  if (draft === undefined) return;
  const rewrites = context.drafts.slice(first).some((one) => one.rewrites.size > 0);
  for (const trigger of context.picture.eventTriggers.values()) {
    if (!trigger.isEnabled || !isFor(trigger, verbs, rewrites)) continue;
    const before = context.drafts.length;
    followFunction(trigger.function, draft, context);
    // What it puts together is about the objects of the statement; it does not make the statement itself a riddle.
    const followed = context.drafts.splice(before);
    context.drafts.push(...followed.filter(({ isUnknown }) => !isUnknown));
    if (followed.some(({ isUnknown }) => isUnknown))
      draft.assume(`the event trigger ${trigger.name} touches no relation with the statements it puts together`);
  }
}

/** Tags are compared by their first word: what may fire, counts. */
function isFor({ event, tags }: EventTrigger, verbs: readonly string[], rewrites: boolean): boolean {
  if (event === "login" || (event === "table_rewrite" && !rewrites)) return false;
  if (event === "sql_drop" && !verbs.includes("DROP") && !verbs.includes("ALTER")) return false;
  return tags.length === 0 || tags.some((tag) => verbs.includes(tag.split(" ")[0]!.toUpperCase()));
}

export function createEventTrigger(fields: TreeFields, context: StatementContext): void {
  const name = quoteIdentifier(stringOf(fields.trigname) ?? "");
  context.begin("create_event_trigger", { kind: "event trigger", name });
  const called = nameFromParts(listOf(fields.funcname)) ?? { name: "" };
  const tags = fieldsIn(fields.whenclause, "DefElem")
    .filter(({ defname }) => defname === "tag")
    .flatMap(({ arg }) => (isFields(arg) && isFields(arg.List) ? listOf(arg.List.items) : []))
    .flatMap((tag) => stringNode(tag) ?? []);
  context.picture.eventTriggers.set(name, {
    name,
    event: stringOf(fields.eventname) ?? "",
    tags,
    function: context.picture.findFunctions(called)[0]?.name ?? quoteQualified(called),
    isEnabled: true,
  });
}

/** ALTER EVENT TRIGGER … ENABLE, DISABLE. What fires on replicas alone counts as well. */
export function alterEventTrigger(fields: TreeFields, context: StatementContext): void {
  const name = quoteIdentifier(stringOf(fields.trigname) ?? "");
  context.begin("alter_event_trigger", { kind: "event trigger", name });
  const trigger = context.picture.eventTriggers.get(name);
  if (trigger !== undefined)
    context.picture.eventTriggers.set(name, { ...trigger, isEnabled: fields.tgenabled !== "D" });
}
