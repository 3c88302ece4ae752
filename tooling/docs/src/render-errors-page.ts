import { type ErrorCode, type ExitCode, errorCodes } from "../../../packages/model/src/index.js";
import { tableCell } from "./table-cell.js";

const sections: readonly { readonly exit: ExitCode; readonly title: string; readonly says: string }[] = [
  { exit: 2, title: "Yours to correct", says: "Flags, configuration, files: the command ends with 2." },
  { exit: 1, title: "A check found something", says: "The check ran, and its answer is no: the command ends with 1." },
  { exit: 3, title: "The database refused or failed", says: "The command ends with 3." },
  { exit: 4, title: "Somebody else is at work", says: "The command ends with 4." },
  { exit: 130, title: "Interrupted", says: "The command ends with 130." },
];

/** docs/reference/errors.md: every code, what it means and what to do, by who has to act. */
export function renderErrorsPage(): string {
  const codes = Object.keys(errorCodes) as ErrorCode[];
  return [
    "# Errors",
    "",
    "An error has a `code` that never changes, a message that may, a `hint` that says what to do, and `at`",
    "(file, line, column) where the cause stands in a file of yours. Match on the code. With `--format json` the command prints",
    "the same fields as `error`. A password or a row value is in none of them.",
    ...sections.flatMap(({ exit, title, says }) => [
      "",
      `## ${title}`,
      "",
      says,
      "",
      "| code | what happened | what to do |",
      "|---|---|---|",
      ...codes.filter((code) => errorCodes[code].exit === exit).map(renderRow),
    ]),
    "",
  ].join("\n");
}

function renderRow(code: ErrorCode): string {
  const { meaning, remedy } = errorCodes[code];
  return `| \`${code}\` | ${tableCell(meaning)} | ${tableCell(remedy)} |`;
}
