import { type CatalogDifference, changedFields } from "@confiture/schema";
import { formatCount } from "./durations.js";
import type { Terminal } from "./terminal.js";

interface DifferenceWords {
  readonly terminal: Terminal;
  readonly added: string;
  readonly removed: string;
  readonly changed: string;
}

/** One screen: the rest is counted, unless all was asked for. */
const shownAtMost = 20;

/** Objects in which two schemas differ, for a person: what each is called, and in what it differs. */
export function renderDifferences(
  differences: readonly CatalogDifference[],
  words: DifferenceWords,
): readonly string[] {
  const { terminal } = words;
  const marks = {
    added: terminal.paint("yellow", "+"),
    removed: terminal.paint("red", "-"),
    changed: terminal.paint("yellow", "~"),
  };
  const shown = terminal.verbose ? differences : differences.slice(0, shownAtMost);
  const rest = differences.length - shown.length;
  const count = (change: CatalogDifference["change"]) => differences.filter((one) => one.change === change).length;
  const counts = (["removed", "changed", "added"] as const).flatMap((change) =>
    count(change) === 0 ? [] : [`${count(change)} ${words[change]}`],
  );
  return [
    ...shown.flatMap((difference) => [
      `${marks[difference.change]} ${difference.kind} ${difference.name}  ${terminal.paint("dim", words[difference.change])}`,
      ...changedFields(difference).map(
        ({ field, before, after }) => `    ${field}: wanted ${oneLine(before)}, is ${oneLine(after)}`,
      ),
    ]),
    ...(rest === 0 ? [] : [`  and ${rest} more (--verbose lists all)`]),
    "",
    `${formatCount(differences.length, "difference")}: ${counts.join(", ")}.`,
  ];
}

function oneLine(value: string | undefined): string {
  if (value === undefined) return "nothing";
  const text = value.replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
