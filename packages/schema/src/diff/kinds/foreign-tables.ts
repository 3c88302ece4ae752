import { changedOptions, columnDefinition, columnSettings, foreignOption } from "./columns.js";
import type { KindRules } from "./kind-rules.js";

export const foreignTableRules: KindRules<"foreignTables"> = {
  named: ({ name }) => `foreign table ${name}`,
  create(entry, after) {
    const columns = after.columnsOf(entry.name);
    const own = columns.filter(({ inheritance }) => entry.inherits.length === 0 || inheritance !== "inherited");
    const list = own.map((column) => columnDefinition(column, after)).join(",\n  ");
    return [
      [
        `create foreign table ${entry.name} (${list === "" ? "" : `\n  ${list}\n`})`,
        ...(entry.inherits.length === 0 ? [] : [`inherits (${entry.inherits.join(", ")})`]),
        `server ${entry.server}`,
        ...(entry.options.length === 0 ? [] : [`options (${entry.options.map(foreignOption).join(", ")})`]),
      ].join(" "),
      ...columns
        .flatMap((column) => columnSettings(undefined, column))
        .map((setting) => `alter foreign table ${entry.name} ${setting}`),
    ];
  },
  alter(before, after) {
    if (before.server !== after.server) return "replace";
    const alter = `alter foreign table ${after.name}`;
    const options = changedOptions(before.options, after.options);
    return [
      ...(options === "" ? [] : [`${alter} options (${options})`]),
      ...before.inherits.filter((name) => !after.inherits.includes(name)).map((name) => `${alter} no inherit ${name}`),
      ...after.inherits.filter((name) => !before.inherits.includes(name)).map((name) => `${alter} inherit ${name}`),
    ];
  },
  claims: ({ name }) => [`relation ${name}`, `type ${name}`],
};
