import type { CatalogForeignTable } from "@confiture/model";
import { columnDefinition, columnSettings, settingsOfInherited } from "./column-definition.js";
import { noteOnColumnSecrets, optionsOfInherited } from "./foreign-columns.js";
import { changedOptionsClause, noteOnSecrets, optionsClause } from "./foreign-options.js";
import type { KindRules } from "./kind-rules.js";

export const foreignTableRules: KindRules<"foreignTables"> = {
  named: foreignTableNamed,
  create(entry, after) {
    const columns = after.columnsOf(entry.name);
    const own = columns.filter(({ inheritance }) => entry.inherits.length === 0 || inheritance !== "inherited");
    const list = own.map((column) => columnDefinition(column, after)).join(",\n  ");
    const inherited = columns.filter((column) => !own.includes(column));
    const notes = [noteOnSecrets(foreignTableNamed(entry), entry), ...own.map(noteOnColumnSecrets)].join("");
    return [
      notes +
        [
          `create ${foreignTableNamed(entry)} (${list === "" ? "" : `\n  ${list}\n`})`,
          ...(entry.inherits.length === 0 ? [] : [`inherits (${entry.inherits.join(", ")})`]),
          `server ${entry.server}${optionsClause(entry)}`,
        ].join(" "),
      ...inherited.flatMap(optionsOfInherited),
      ...[
        ...inherited.flatMap((column) => settingsOfInherited(column, after)),
        ...columns.flatMap((column) => columnSettings(undefined, column, after)),
      ].map((setting) => `alter ${foreignTableNamed(entry)} ${setting}`),
    ];
  },
  alter(before, after) {
    if (before.server !== after.server) return "replace";
    const alter = `alter ${foreignTableNamed(after)}`;
    const options = changedOptionsClause(foreignTableNamed(after), before, after);
    return [
      ...(options === "" ? [] : [`${alter}${options}`]),
      ...before.inherits.filter((name) => !after.inherits.includes(name)).map((name) => `${alter} no inherit ${name}`),
      ...after.inherits.filter((name) => !before.inherits.includes(name)).map((name) => `${alter} inherit ${name}`),
    ];
  },
  claims: ({ name }) => [`relation ${name}`, `type ${name}`],
};

function foreignTableNamed({ name }: CatalogForeignTable): string {
  return `foreign table ${name}`;
}
