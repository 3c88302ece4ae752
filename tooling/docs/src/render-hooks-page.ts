import { hookErrorCodes } from "../../../packages/hooks/src/errors/hook-error-codes.js";
import { type EventCategory, migrationEvents } from "../../../packages/hooks/src/vocabulary/index.js";
import { tableCell } from "./table-cell.js";

const sections: readonly { readonly category: EventCategory; readonly title: string; readonly says: string }[] = [
  { category: "lifecycle", title: "Around operations", says: "Moments of a run as a whole." },
  { category: "migration", title: "In each migration", says: "Moments of one migration within a run." },
  { category: "state", title: "States", says: "A run has come into another state." },
  { category: "alert", title: "Alerts", says: "Something measured has crossed its threshold." },
];

/** docs/reference/hooks.md: the events of migrations, and the errors of hooks. */
export function renderHooksPage(): string {
  return [
    "# Hooks",
    "",
    "How hooks are written and run is told in [the guide](../guides/hooks.md).",
    "",
    "## Events of migrations",
    "",
    "The vocabulary of `@confiture/hooks`: the types of their data are those of `MigrationEvents`, the table is `migrationEvents` of",
    "`@confiture/hooks/vocabulary`.",
    ...sections.flatMap(({ category, title, says }) => [
      "",
      `### ${title}`,
      "",
      says,
      "",
      "| event | when it fires |",
      "|---|---|",
      ...Object.entries(migrationEvents)
        .filter(([, event]) => event.category === category)
        .map(([name, { when }]) => `| \`${name}\` | ${tableCell(when)} |`),
    ]),
    "",
    "## Errors",
    "",
    "A `HookError` has a `code` that never changes, a message that may, and a `hint`; where it is about one hook, `event` and `hookId`.",
    "",
    "| code | what happened | what to do |",
    "|---|---|---|",
    ...Object.entries(hookErrorCodes).map(
      ([code, { meaning, remedy }]) => `| \`${code}\` | ${tableCell(meaning)} | ${tableCell(remedy)} |`,
    ),
    "",
  ].join("\n");
}
