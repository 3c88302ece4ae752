import { type Action, actionOn } from "./action.js";
import type { DiffEntry } from "./catalog-index.js";
import { namedOf } from "./kinds/all-kinds.js";
import { asideName } from "./kinds/aside-name.js";
import { takePlaces } from "./kinds/attribute-places.js";
import { copyRows } from "./kinds/copy-rows.js";
import type { Sides } from "./kinds/kind-rules.js";
import { unqualified } from "./kinds/names.js";
import { successorOfSerial, takePosition } from "./kinds/sequence-positions.js";
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
    const places = takePlaces(before.name, sides);
    return [actionOn(before, "rename", [...places, ...setTypeAside(before.entry, sides.before, named)])];
  }
  const rename = `alter ${namedOf(before)} rename to ${unqualified(aside)}`;
  if (before.kind === "sequences") {
    const successor = successorOfSerial(before.entry, sides);
    const position = successor?.identity === undefined ? [] : [takePosition(successor.identity.sequence, aside)];
    return [
      actionOn(before, "rename", [rename]),
      { ...actionOn(before, "copy", position), needed: `columns ${successor?.name}` },
    ];
  }
  if (before.kind !== "tables") return [actionOn(before, "rename", [rename])];
  // With a name of their own they keep their place for those that come.
  const sequences = sides.before
    .columnsOf(before.name)
    .flatMap(({ identity }) => (identity === undefined ? [] : [{ name: identity.sequence }]));
  return [
    actionOn(before, "rename", [
      ...sequences.map((one) => `alter sequence ${one.name} rename to ${unqualified(asideName(one, sides))}`),
      rename,
    ]),
    actionOn(before, "copy", copyRows(before.name, aside, sides, isRemade)),
  ];
}
