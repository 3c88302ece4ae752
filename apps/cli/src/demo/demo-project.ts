import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfitureError } from "@confiture/model";

/** A copy of the example project that may be changed. */
export interface DemoProject {
  readonly directory: string;
  /** Puts the migrations of a chapter (`safe`, `failing`) into the project; returns what was written, by file. */
  addChapter(name: "safe" | "failing"): void;
  /** The text of a migration, as it is now. */
  readMigration(file: string): string;
  remove(): void;
}

const migrations = join("db", "migrations");

/** Copies the project that is published with the command to a new temporary folder. */
export function copyDemoProject(): DemoProject {
  const source = findSource();
  const directory = mkdtempSync(join(tmpdir(), "confiture-demo-"));
  // A server started by root runs as another user, who has to pass through.
  chmodSync(directory, 0o755);
  cpSync(join(source, "project"), directory, { recursive: true });
  cpSync(join(source, "chapters", "migrations"), join(directory, migrations), { recursive: true });
  writeFileSync(join(directory, ".gitignore"), ".confiture/\n");
  return {
    directory,
    addChapter: (name) => cpSync(join(source, "chapters", name), join(directory, migrations), { recursive: true }),
    readMigration: (file) => readFileSync(join(directory, migrations, file), "utf8"),
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function findSource(): string {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "demo-project");
  if (existsSync(folder)) return folder;
  throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `The demo's project is not where it should be: ${folder}`, {
    hint: "It is part of the published package and of a build: run `pnpm build`, or install again.",
  });
}
