import type { CatalogColumn } from "@confiture/model";
import { type Action, actionOn } from "./action.js";
import { groupByCreate, groupByDrop } from "./carriers.js";
import type { CatalogIndex, DiffEntry, ObjectKey } from "./catalog-index.js";
import { keyOf } from "./catalog-index.js";
import type { DiffReference } from "./diff-kinds.js";
import { namedOf, ownerOf, rulesOf } from "./kinds/all-kinds.js";
import { asideName } from "./kinds/aside-name.js";
import { bareType } from "./kinds/change-type.js";
import { alterTable, retype } from "./kinds/columns.js";
import { isAttached } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";
import { losesNothing } from "./loses-nothing.js";
import { makeRoom } from "./make-room.js";
import type { Change, Changes } from "./object-change.js";
import { changeRights } from "./rights/change-rights.js";
import { objectOfGrant } from "./rights/grants-by-object.js";
import { setAgain } from "./set-again.js";

export interface BuildOptions {
  readonly ignoreOwners?: boolean;
  readonly ignoreGrants?: boolean;
  /** The role that will run the statements: what it makes is its own. */
  readonly role?: string;
  /** What gets a statement of its own although it goes or comes with a table: that needs something that needs the table. */
  readonly apart: ReadonlySet<ObjectKey>;
}

/** Turns fates into actions. What goes or comes with something else has none of its own and is named in that action. */
export function buildActions(changes: Changes, sides: Sides, options: BuildOptions): readonly Action[] {
  const removed = groupByDrop(changes, sides, options.apart);
  const provided = groupByCreate(changes, sides);
  const actions = [...changes.values()].flatMap((change) => {
    const { before, after, fate, key } = change;
    if ((before ?? after)?.kind === "grants") return [];
    const [removes, provides] = [removed.get(key), provided.get(key)];
    return [
      ...(before === undefined ? [] : drop(before, removes, change, changes, sides)),
      ...(after === undefined || provides === undefined
        ? []
        : [{ ...actionOn(after, "create", createStatements(after, provides, sides, options)), provides }]),
      ...(after === undefined || (fate !== "alter" && fate !== "keep") ? [] : alter(after, change, changes, sides)),
      ...defaultsApart(change, options),
      ...(before === undefined ? [] : letGo(before, change)),
    ];
  });
  return [...actions, ...grantActions(changes, sides, options)];
}

function drop(
  before: DiffEntry,
  removes: readonly ObjectKey[] | undefined,
  { aside }: Change,
  changes: Changes,
  sides: Sides,
): readonly Action[] {
  const isRemade = (type: string) => changes.get(`types ${bareType(type)}`)?.aside === true;
  // A sequence that goes with its table gives its position away before.
  if (removes === undefined)
    return aside && before.kind === "sequences" ? makeRoom(before, asideName(before, sides), sides, isRemade) : [];
  const statements = rulesOf(before.kind).drop?.(before.entry as never, sides.before, sides) ?? [
    `drop ${namedOf(before)}`,
  ];
  const removal = { removes, losesNothing: losesNothing(before, changes, sides) };
  if (!aside) return [{ ...actionOn(before, "drop", statements), ...removal }];
  const name = asideName(before, sides);
  const [was, is] =
    before.kind === "columns"
      ? [` drop column ${before.entry.column}`, ` drop column ${name.slice(before.entry.table.length + 1)}`]
      : [before.name, name];
  const renamed = statements.map((text) => text.replace(was, () => is));
  return [...makeRoom(before, name, sides, isRemade), { ...actionOn(before, "drop", renamed), ...removal }];
}

function createStatements(
  after: DiffEntry,
  provides: readonly ObjectKey[],
  sides: Sides,
  options: BuildOptions,
): readonly string[] {
  const functions = provides.flatMap((key) => {
    const object = sides.after.entries.get(key);
    return object?.kind === "functions" ? [object] : [];
  });
  return [
    ...rulesOf(after.kind).create(after.entry as never, withoutDefaults(sides.after, options.apart), sides),
    ...[...new Set([after, ...functions])].flatMap((object) => givenAway(object, options)),
  ];
}

/** To its owner, unless whoever makes it is that. */
function givenAway(object: DiffEntry, { ignoreOwners, role }: BuildOptions): readonly string[] {
  const owner = ownerOf(object);
  const owns = ignoreOwners !== true && rulesOf(object.kind).hasOwner !== false && owner !== undefined;
  return owns && owner !== role ? [`alter ${namedOf(object)} owner to ${owner}`] : [];
}

/** The catalog as a table is made from it, when some of its defaults come later. */
function withoutDefaults(index: CatalogIndex, apart: ReadonlySet<ObjectKey>): CatalogIndex {
  if (apart.size === 0) return index;
  const bare = (column: CatalogColumn): CatalogColumn => {
    if (!apart.has(`columns ${column.name}`)) return column;
    const { default: _, ...rest } = column;
    return rest;
  };
  return { ...index, columnsOf: (table) => index.columnsOf(table).map(bare) };
}

function alter(after: DiffEntry, change: Change, changes: Changes, sides: Sides): readonly Action[] {
  const said = new Set(change.letGo.flatMap(({ before }) => before));
  const all = [...remade(change, sides), ...change.statements, ...setAgain(change, changes, sides)];
  const statements = [...new Set(all)].filter((text) => !said.has(text));
  return statements.length === 0 ? [] : [{ ...actionOn(after, "alter", statements), provides: [change.key] }];
}

/** Brings a column to the type that was made anew under the name of its own. */
function remade({ before, after, retypedBy }: Change, sides: Sides): readonly string[] {
  if (retypedBy.length === 0 || before?.kind !== "columns" || after?.kind !== "columns") return [];
  const [was, is] = [before.entry, after.entry];
  if (was.type !== is.type || (is.inheritance !== undefined && isAttached(is.table, sides))) return [];
  const alter = `alter column ${is.column}`;
  const isRemade = retypedBy.some((key) => key.startsWith("types "));
  return [
    `${alterTable(is, sides.after)} ${[
      ...(was.default === undefined ? [] : [`${alter} drop default`]),
      retype(was, is, sides, isRemade),
      // One that changes is set by what follows.
      ...(is.default === undefined || is.default !== was.default ? [] : [`${alter} set default ${is.default}`]),
    ].join(", ")}`,
  ];
}

/** A default that is taken away before, or set behind, because the rest of the column cannot wait for it. */
function defaultsApart({ key, before, after, fate }: Change, { apart }: BuildOptions): readonly Action[] {
  if (!apart.has(key)) return [];
  const alter = ({ table, column }: CatalogColumn) => `alter table only ${table} alter column ${column}`;
  const [goes, comes] = [fate === "drop" || fate === "replace", fate === "create" || fate === "replace"];
  return [
    ...(goes && before?.kind === "columns" && before.entry.default !== undefined
      ? [actionOn(before, "let go", [`${alter(before.entry)} drop default`])]
      : []),
    ...(comes && after?.kind === "columns" && after.entry.default !== undefined
      ? [actionOn(after, "take up", [`${alter(after.entry)} set default ${after.entry.default}`])]
      : []),
  ];
}

function letGo(before: DiffEntry, change: Change): readonly Action[] {
  return change.letGo.flatMap(({ needed, before: first, behind }) => [
    ...(first.length === 0 ? [] : [{ ...actionOn(before, "let go", first), needed }]),
    ...(behind.length === 0 ? [] : [{ ...actionOn(before, "take up", behind), needed }]),
  ]);
}

/** All rights on one object at once, when it stands: one grant says something of another. */
function grantActions(
  changes: Changes,
  sides: Sides,
  { ignoreGrants, ignoreOwners, role }: BuildOptions,
): readonly Action[] {
  if (ignoreGrants === true) return [];
  // What was granted to the old owner is the new one's then.
  const isGivenAway = (was: DiffEntry | undefined, is: DiffEntry | undefined) =>
    ignoreOwners !== true && was !== undefined && is !== undefined && ownerOf(was) !== ownerOf(is);
  const isNew = (object: DiffReference) => {
    const fate = changes.get(keyOf(object))?.fate;
    return fate === "create" || fate === "replace";
  };
  const objects = new Map<ObjectKey, { readonly object: DiffReference | undefined; readonly subject: DiffEntry }>();
  for (const { before, after, fate } of changes.values()) {
    const entry = after ?? before;
    const givenAway = isGivenAway(before, after);
    if (entry === undefined || (fate === "keep" && !givenAway)) continue;
    if (entry.kind !== "grants") {
      const whole = after?.kind === "columns" ? sides.after.tableOf(after.entry.table) : after;
      const numbered = sequenceOf(after) !== undefined && sequenceOf(after) !== sequenceOf(before);
      if (after !== undefined && whole !== undefined && (isNew(after) || numbered || givenAway))
        objects.set(whole.key, { object: whole, subject: whole });
      continue;
    }
    const object = objectOfGrant(entry.entry, after === undefined ? sides.before : sides.after);
    const subject = object === undefined ? entry : sides.after.entries.get(keyOf(object));
    if (subject !== undefined) objects.set(object === undefined ? "" : subject.key, { object, subject });
  }
  return [...objects.values()].flatMap(({ object, subject }) => {
    const statements = changeRights(object, sides, { isNew, ...(role === undefined ? {} : { maker: role }) });
    return statements.length === 0 ? [] : actionOn(subject, "grant", statements);
  });
}

/** The one an identity column has, which is born with rights of its own. */
function sequenceOf(object: DiffEntry | undefined): string | undefined {
  return object?.kind === "columns" ? object.entry.identity?.sequence : undefined;
}
