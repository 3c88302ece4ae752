import { readdirSync, readFileSync } from "node:fs";
import type { ServerVersion } from "@confiture/testkit";

const folder = new URL("./fixtures/changes/", import.meta.url);

/** A statement on the database with one of everything, and the differences it makes. */
export interface Change {
  readonly sql: string;
  /** `+ table a.b` appeared, `- table a.b` went, `~ table a.b: options, owner` changed in these fields. */
  readonly reports: readonly string[];
}

/** The names of the files, which are about one kind or a few each. */
export const changeFiles: readonly string[] = readdirSync(folder).sort();

/**
 * Reads one file. Its paragraphs are SQL below comments: each a line of the report, or `since 15` / `until 13` for a
 * statement only some servers know. A line of the report can end in `(since 15)` too.
 */
export function readChanges(file: string, version: ServerVersion): readonly Change[] {
  const paragraphs = readFileSync(new URL(file, folder), "utf8")
    .trim()
    .split(/\n{2,}/);
  return paragraphs.flatMap((paragraph) => {
    const lines = paragraph.split("\n");
    const notes = lines.filter((line) => line.startsWith("-- ")).map((line) => line.slice(3));
    const sql = lines.filter((line) => !line.startsWith("--")).join("\n");
    if (sql === "" || notes.some((note) => /^(since|until) /.test(note) && !holds(note, version))) return [];
    const reports = notes.filter((note) => /^[-+~] /.test(note));
    return [{ sql, reports: reports.flatMap((report) => reportOn(report, version)) }];
  });
}

function reportOn(report: string, version: ServerVersion): readonly string[] {
  const [, text = report, condition] = /^(.*) \(((?:since|until) \d+)\)$/.exec(report) ?? [];
  return condition === undefined || holds(condition, version) ? [text] : [];
}

function holds(condition: string, version: ServerVersion): boolean {
  const [word, bound] = condition.split(" ");
  return word === "since" ? version >= Number(bound) : version <= Number(bound);
}
