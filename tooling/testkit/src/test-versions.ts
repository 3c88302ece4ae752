import { describe, test } from "vitest";
import { readServers } from "./server-list.js";

/** Every major version Confiture supports. */
export const supportedVersions = [13, 14, 15, 16, 17, 18] as const;
export type ServerVersion = (typeof supportedVersions)[number];

/** Versions asked for by CONFITURE_TEST_VERSIONS, else the newest and the oldest. */
export function requestedVersions(): readonly ServerVersion[] {
  const text = process.env.CONFITURE_TEST_VERSIONS ?? "";
  if (text.trim() === "") return [13, 18];
  return text.split(",").map((part) => {
    const version = supportedVersions.find((candidate) => String(candidate) === part.trim());
    if (version === undefined)
      throw new Error(`CONFITURE_TEST_VERSIONS names "${part}"; known: ${supportedVersions.join(",")}`);
    return version;
  });
}

/** The versions this run has servers of, oldest first. */
export const testVersions: readonly ServerVersion[] = versionsOfThisRun();

/** The newest version of this run: what `openTestDatabase()` opens without being told. */
export const newestVersion: ServerVersion = testVersions.at(-1)!;

function versionsOfThisRun(): readonly ServerVersion[] {
  const servers = readServers();
  if (servers === undefined) return requestedVersions();
  return supportedVersions.filter((version) => servers[String(version)] !== undefined);
}

/** A `describe` for each version of this run; the version stands in the name. */
export function describeEachVersion(name: string, body: (version: ServerVersion) => void): void {
  for (const version of testVersions) describe(`${name} (PostgreSQL ${version})`, () => body(version));
}

/** A `test` for each version of this run; the version stands in the name. */
export function testOnEachVersion(
  name: string,
  body: (version: ServerVersion) => Promise<void>,
  timeoutMs?: number,
): void {
  for (const version of testVersions) test(`${name} (PostgreSQL ${version})`, () => body(version), timeoutMs);
}
