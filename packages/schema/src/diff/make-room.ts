import { quoteIdentifier } from "@confiture/sql";
import { type Action, actionOn } from "./action.js";
import type { DiffEntry } from "./catalog-index.js";
import { namedOf } from "./kinds/all-kinds.js";
import { copyRows } from "./kinds/copy-rows.js";
import type { Sides } from "./kinds/kind-rules.js";
import { unqualified } from "./kinds/names.js";
import { setTypeAside } from "./kinds/set-type-aside.js";

/** The old one makes room for the new one, and a table gives its rows to it. */
export function makeRoom(
  before: DiffEntry,
  aside: string,
  sides: Sides,
  isRemade: (type: string) => boolean,
): readonly Action[] {
  if (before.kind === "columns") {
    const { table, column } = before.entry;
    return [
      actionOn(before, "rename", [`alter table ${table} rename column ${column} to ${aside.slice(table.length + 1)}`]),
      actionOn(before, "copy", [`update only ${table} set ${column} = ${aside.slice(table.length + 1)}`]),
    ];
  }
  if (before.kind === "types") {
    const named = (name: string) => unqualified(name === before.name ? aside : asideName({ ...before, name }, sides));
    return [actionOn(before, "rename", setTypeAside(before.entry, sides.before, named))];
  }
  const rename = `alter ${namedOf(before)} rename to ${unqualified(aside)}`;
  if (before.kind !== "tables") return [actionOn(before, "rename", [rename])];
  const identities = sides.before.columnsOf(before.name).filter(({ identity }) => identity !== undefined);
  return [
    actionOn(before, "rename", [
      ...identities.map(({ column }) => `alter table ${before.name} alter column ${column} drop identity`),
      rename,
    ]),
    actionOn(before, "copy", copyRows(before.name, aside, sides, isRemade)),
  ];
}

/** A name that is free on both sides, in the place of the old one. */
export function asideName({ kind, name, entry }: DiffEntry, { before, after }: Sides): string {
  const own = kind === "columns" ? entry.column : unqualified(name);
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
