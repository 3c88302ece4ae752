import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { ServerVersion } from "@confiture/testkit";

const command = "pg_dump";

/** It reads servers up to its own version; undefined where there is none. */
export const pgDumpVersion = readVersion();

function readVersion(): number | undefined {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 ? Number(/\d+/.exec(stdout)?.[0]) : undefined;
}

export function pgDumpReads(version: ServerVersion): boolean {
  return pgDumpVersion !== undefined && pgDumpVersion >= version;
}

/** Says in a test's name why it is skipped. */
export function whyNoPgDump(version: ServerVersion): string {
  if (pgDumpReads(version)) return "";
  return pgDumpVersion === undefined ? ": no pg_dump here" : `: pg_dump here is ${pgDumpVersion}`;
}

export async function dumpSchema(url: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, ["--schema-only", url], { maxBuffer: 2 ** 28 });
  return stdout;
}

/**
 * A dump as a sorted list of its statements: neither the order of objects nor that of a table's columns (which what is
 * said about several columns follows) makes a difference.
 */
export function normalizeDump(dump: string): readonly string[] {
  return dump
    .replaceAll(/^\\.*$/gm, "")
    .split(/^--\n-- (?:TOC entry|Name:).*\n--$/m)
    .flatMap((entry) => withoutComments(entry).split(/;\n(?=\n|$)/))
    .map((statement) => sortColumns(statement.trim()))
    .filter((statement) => statement !== "" && !/^(SET|SELECT pg_catalog\.set_config)\b/.test(statement))
    .sort();
}

function withoutComments(entry: string): string {
  return entry.replaceAll(/^--.*$/gm, "");
}

function sortColumns(statement: string): string {
  const table = /^(CREATE (?:UNLOGGED |FOREIGN )?TABLE \S.* \(\n)([\s\S]*?)(\n\)[\s\S]*)$/.exec(statement);
  if (table !== null) {
    const [, head, columns, tail] = table;
    return `${head}${columns!.split(/,\n/).sort().join(",\n")}${tail}`;
  }
  if (statement.startsWith("CREATE STATISTICS")) {
    return statement.replace(/ ON (.*) FROM /, (_, list: string) => ` ON ${sortList(list)} FROM `);
  }
  if (/^ALTER PUBLICATION .* ADD TABLE/.test(statement)) {
    return statement.replace(/ \(([^()]*)\)/, (_, list: string) => ` (${sortList(list)})`);
  }
  return statement;
}

function sortList(list: string): string {
  return list.split(", ").sort().join(", ");
}
