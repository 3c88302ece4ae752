import type { CatalogColumn, CatalogGrant, CatalogType } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import type { CatalogIndex, DiffEntry, ObjectKey } from "./catalog-index.js";
import { keyOf } from "./catalog-index.js";
import { type Change, elementOf, type FateOptions, ownerOf, ownersOf } from "./decide-fates.js";
import type { DiffReference } from "./diff-kinds.js";
import { rulesOf } from "./kinds/all-kinds.js";
import { alterTable, retype } from "./kinds/columns.js";
import { copyRows } from "./kinds/copy-rows.js";
import { isAttached } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";
import { unqualified } from "./kinds/names.js";
import { setTypeAside } from "./kinds/set-type-aside.js";
import { changeRights } from "./rights/change-rights.js";
import { objectOfGrant } from "./rights/grants-by-object.js";

/** Statements that belong together, with what they make and take away. */
export interface Action {
  readonly verb: "drop" | "rename" | "let go" | "create" | "copy" | "alter" | "take up" | "grant";
  readonly subject: DiffEntry;
  readonly statements: readonly string[];
  /** What is there in its new form behind it, besides its subject. */
  readonly provides: readonly ObjectKey[];
  /** What is gone behind it. */
  readonly removes: readonly ObjectKey[];
  /** For `let go` and `take up`: what is let go of. */
  readonly needed?: ObjectKey;
}

export interface BuildOptions extends FateOptions {
  /** The role that will run the statements: what it makes is its own. */
  readonly role?: string;
  /** What gets a statement of its own although it goes or comes with a table: that needs something that needs the table. */
  readonly apart?: ReadonlySet<ObjectKey>;
}

/** Turns fates into actions. What goes or comes with something else has none of its own and is named in that action. */
export function buildActions(
  changes: ReadonlyMap<ObjectKey, Change>,
  sides: Sides,
  options: BuildOptions,
): readonly Action[] {
  const removed = groupByCarrier(changes, (change) => dropCarrier(change, changes, sides, options));
  const provided = groupByCarrier(changes, (change) => createCarrier(change, changes, sides));
  const actions: Action[] = [];
  for (const change of changes.values()) {
    const { before, after, fate, key } = change;
    if ((before ?? after)?.kind === "grants") continue;
    const removes = removed.get(key);
    if (before !== undefined && removes !== undefined) {
      const statements = rulesOf(before.kind).drop?.(before.entry as never, sides.before, sides) ?? [
        `drop ${rulesOf(before.kind).named(before.entry as never)}`,
      ];
      const aside = change.aside ? asideName(before, sides) : undefined;
      if (aside !== undefined)
        actions.push(
          ...stoodAside(before, aside, sides, (type) => changes.get(`types ${elementOf(type)}`)?.aside === true),
        );
      const [was, is] =
        before.kind === "columns"
          ? [
              ` drop column ${(before.entry as CatalogColumn).column}`,
              ` drop column ${aside?.slice((before.entry as CatalogColumn).table.length + 1)}`,
            ]
          : [before.name, aside ?? ""];
      const final = aside === undefined ? statements : statements.map((text) => text.replace(was, () => is));
      actions.push({ ...action("drop", before, final), removes });
    }
    const provides = provided.get(key);
    if (after !== undefined && provides !== undefined)
      actions.push({ ...action("create", after, createStatements(after, provides, sides, options)), provides });
    if (after !== undefined && fate === "alter") {
      const said = new Set(change.letGo.flatMap(({ before: first }) => first));
      const statements = [...remade(change, sides), ...change.statements].filter((text) => !said.has(text));
      if (statements.length > 0) actions.push({ ...action("alter", after, statements), provides: [key] });
    }
    actions.push(...defaultsApart(change, options));
    if (before === undefined) continue;
    for (const { needed, before: first, behind } of change.letGo) {
      if (first.length > 0) actions.push({ ...action("let go", before, first), needed });
      if (behind.length > 0) actions.push({ ...action("take up", before, behind), needed });
    }
  }
  return [...actions, ...grantActions(changes, sides, options)];
}

/** The sequence an identity column has, which is born with rights of its own. */
function identityOf(side: DiffEntry | undefined): string | undefined {
  return (side?.entry as CatalogColumn | undefined)?.identity?.sequence;
}

function tableOf({ table }: CatalogColumn, { entries }: CatalogIndex): DiffEntry | undefined {
  return entries.get(`tables ${table}`) ?? entries.get(`foreignTables ${table}`);
}

/** A default that is taken away before, or set behind, because the rest of the column cannot wait for it. */
function defaultsApart({ key, before, after, fate }: Change, { apart }: BuildOptions): readonly Action[] {
  if (apart?.has(key) !== true) return [];
  const alter = ({ table, column }: CatalogColumn) => `alter table only ${table} alter column ${column}`;
  const [was, is] = [before?.entry as CatalogColumn | undefined, after?.entry as CatalogColumn | undefined];
  return [
    ...(before !== undefined && was?.default !== undefined && (fate === "drop" || fate === "replace")
      ? [action("let go", before, [`${alter(was)} drop default`])]
      : []),
    ...(after !== undefined && is?.default !== undefined && (fate === "create" || fate === "replace")
      ? [action("take up", after, [`${alter(is)} set default ${is.default}`])]
      : []),
  ];
}

/** All rights on one object at once, when it stands: one grant says something of another. */
function grantActions(
  changes: ReadonlyMap<ObjectKey, Change>,
  sides: Sides,
  { ignoreGrants, role }: BuildOptions,
): readonly Action[] {
  if (ignoreGrants === true) return [];
  const isNew = (object: DiffReference) => {
    const fate = changes.get(keyOf(object))?.fate;
    return fate === "create" || fate === "replace";
  };
  const objects = new Map<ObjectKey, { readonly object: DiffReference | undefined; readonly subject: DiffEntry }>();
  for (const { before, after, fate } of changes.values()) {
    const entry = after ?? before;
    if (entry === undefined || fate === "keep") continue;
    if (entry.kind !== "grants") {
      const whole = after?.kind === "columns" ? tableOf(after.entry as CatalogColumn, sides.after) : after;
      const numbered =
        after?.kind === "columns" && identityOf(after) !== undefined && identityOf(after) !== identityOf(before);
      if (after !== undefined && whole !== undefined && (isNew(after) || numbered))
        objects.set(whole.key, { object: whole, subject: whole });
      continue;
    }
    const object = objectOfGrant(entry.entry as CatalogGrant, after === undefined ? sides.before : sides.after);
    const subject = object === undefined ? entry : sides.after.entries.get(keyOf(object));
    if (subject !== undefined) objects.set(object === undefined ? "" : subject.key, { object, subject });
  }
  return [...objects.values()].flatMap(({ object, subject }) => {
    const statements = changeRights(object, sides, { isNew, ...(role === undefined ? {} : { maker: role }) });
    return statements.length === 0 ? [] : action("grant", subject, statements);
  });
}

/** The old one makes room for the new one, and a table gives its rows to it. */
function stoodAside(
  before: DiffEntry,
  aside: string,
  sides: Sides,
  isRemade: (type: string) => boolean,
): readonly Action[] {
  if (before.kind === "columns") {
    const { table, column } = before.entry as CatalogColumn;
    return [
      action("rename", before, [`alter table ${table} rename column ${column} to ${aside.slice(table.length + 1)}`]),
      action("copy", before, [`update only ${table} set ${column} = ${aside.slice(table.length + 1)}`]),
    ];
  }
  if (before.kind === "types") {
    const named = (name: string) => unqualified(name === before.name ? aside : asideName({ ...before, name }, sides));
    return [action("rename", before, setTypeAside(before.entry as CatalogType, sides.before, named))];
  }
  const rename = `alter ${rulesOf(before.kind).named(before.entry as never)} rename to ${unqualified(aside)}`;
  if (before.kind !== "tables") return [action("rename", before, [rename])];
  const identities = sides.before.columnsOf(before.name).filter(({ identity }) => identity !== undefined);
  return [
    action("rename", before, [
      ...identities.map(({ column }) => `alter table ${before.name} alter column ${column} drop identity`),
      rename,
    ]),
    action("copy", before, copyRows(before.name, aside, sides, isRemade)),
  ];
}

function action(verb: Action["verb"], subject: DiffEntry, statements: readonly string[]): Action {
  return { verb, subject, statements, provides: [], removes: [] };
}

/** For every object that comes or goes, under the key of the object whose action does it. */
function groupByCarrier(
  changes: ReadonlyMap<ObjectKey, Change>,
  carrierOf: (change: Change) => ObjectKey | undefined,
): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const groups = new Map<ObjectKey, ObjectKey[]>();
  for (const change of changes.values()) {
    const carrier = carrierOf(change);
    if (carrier === undefined) continue;
    const group = groups.get(carrier);
    if (group === undefined) groups.set(carrier, [change.key]);
    else group.push(change.key);
  }
  return groups;
}

function dropCarrier(
  change: Change,
  changes: ReadonlyMap<ObjectKey, Change>,
  sides: Sides,
  options: BuildOptions,
): ObjectKey | undefined {
  if (change.before === undefined || (change.fate !== "drop" && change.fate !== "replace")) return undefined;
  if (change.before.kind !== "columns" && options.apart?.has(change.key) === true) return change.key;
  for (const owner of ownersOf(change.before, sides.before)) {
    const whole = changes.get(keyOf(owner));
    if (whole === undefined || whole === change) continue;
    // A sequence that stays has been taken from its column before.
    if (change.before.kind === "sequences" && change.fate !== "drop") continue;
    if (hasLeft(change.before, whole, changes)) continue;
    const carrier = dropCarrier(whole, changes, sides, options);
    if (carrier === undefined) continue;
    if (whole.before?.kind === "tables" && whole.aside && needsItsName(change)) continue;
    return carrier;
  }
  return change.key;
}

/** A part that came from a parent goes with the parent's only while the table is its partition. */
function hasLeft({ entry }: DiffEntry, { before: whole }: Change, changes: ReadonlyMap<ObjectKey, Change>): boolean {
  if (whole === undefined || !("parent" in entry) || entry.parent !== whole.name || !("table" in whole.entry))
    return false;
  const membership = changes.get(`partitions ${(entry as { readonly table?: string }).table} of ${whole.entry.table}`);
  return membership?.fate === "drop" || membership?.fate === "replace";
}

function createCarrier(change: Change, changes: ReadonlyMap<ObjectKey, Change>, sides: Sides): ObjectKey | undefined {
  const { after, fate, key } = change;
  if (after === undefined || (fate !== "create" && fate !== "replace")) return undefined;
  const maker = rulesOf(after.kind).madeWith?.(after.entry as never, sides);
  const whole = maker === undefined ? undefined : changes.get(keyOf(maker));
  return (whole === undefined ? undefined : createCarrier(whole, changes, sides)) ?? key;
}

function createStatements(
  after: DiffEntry,
  provides: readonly ObjectKey[],
  sides: Sides,
  options: BuildOptions,
): readonly string[] {
  const functions = provides.map((key) => sides.after.entries.get(key)).filter((entry) => entry?.kind === "functions");
  return [
    ...rulesOf(after.kind).create(
      after.entry as never,
      options.apart === undefined ? sides.after : withoutDefaults(sides.after, options.apart),
      sides,
    ),
    ...[...new Set([after, ...functions])].flatMap((entry) => (entry === undefined ? [] : givenAway(entry, options))),
  ];
}

/** To its owner, unless whoever makes it is that. */
function givenAway(entry: DiffEntry, { ignoreOwners, role }: BuildOptions): readonly string[] {
  const rules = rulesOf(entry.kind);
  const owner = ownerOf(entry);
  const owns = ignoreOwners !== true && rules.hasOwner !== false && owner !== undefined && owner !== role;
  return owns ? [`alter ${rules.named(entry.entry as never)} owner to ${owner}`] : [];
}

/** The catalog as a table is made from it, when some of its defaults come later. */
function withoutDefaults(index: CatalogIndex, apart: ReadonlySet<ObjectKey>): CatalogIndex {
  const bare = (column: CatalogColumn): CatalogColumn => {
    if (!apart.has(`columns ${column.name}`)) return column;
    const { default: _, ...rest } = column;
    return rest;
  };
  return { ...index, columnsOf: (table) => index.columnsOf(table).map(bare) };
}

/** What cannot be there twice has to be dropped before the new table gets its own; the rest goes with the old table. */
const keptApart = new Set(["indexes", "statistics", "ownerships", "partitions"]);

function needsItsName({ before }: Change): boolean {
  if (before?.kind === "constraints")
    return "index" in before.entry && rulesOf("constraints").claims?.(before.entry as never).length !== 0;
  return before !== undefined && keptApart.has(before.kind);
}

function asideName({ kind, name, entry }: DiffEntry, { before, after }: Sides): string {
  const own = kind === "columns" ? (entry as CatalogColumn).column : unqualified(name);
  const schema = name.slice(0, name.length - own.length);
  const bare = own.replace(/^"|"$/g, "").replaceAll('""', '"').slice(0, 48);
  for (let number = 0; ; number += 1) {
    const aside = `${schema}${quoteIdentifier(`${bare}__before${number === 0 ? "" : number}`)}`;
    if (
      ![before, after].some(({ entries }) =>
        ["types", "tables", "views", "columns", "collations"].some((kind) => entries.has(`${kind} ${aside}`)),
      )
    )
      return aside;
  }
}

/** Brings a column to the type that was made anew under the name of its own. */
function remade(change: Change, sides: Sides): readonly string[] {
  if (change.retypedBy.length === 0 || change.before?.kind !== "columns" || change.after?.kind !== "columns") return [];
  const [was, is] = [change.before.entry as CatalogColumn, change.after.entry as CatalogColumn];
  if (was.type !== is.type || (is.inheritance !== undefined && isAttached(is.table, sides))) return [];
  const alter = `alter column ${is.column}`;
  return [
    `${alterTable(is, sides.after)} ${[
      ...(was.default === undefined ? [] : [`${alter} drop default`]),
      retype(
        was,
        is,
        sides,
        change.retypedBy.some((key) => key.startsWith("types ")),
      ),
      // One that changes is set by what follows.
      ...(is.default === undefined || is.default !== was.default ? [] : [`${alter} set default ${is.default}`]),
    ].join(", ")}`,
  ];
}
