import { ConfitureError } from "@confiture/model";

export interface MigrationFileName {
  readonly version: string;
  readonly name: string;
  readonly part: "up" | "down" | "yaml" | "typescript";
}

const nameShape = /^(\d+(?:T\d+)?)[_\-. ]+(.+?)\.(up\.sql|down\.sql|ya?ml|[mc]?ts)$/u;
const migrationLike = /\.(sql|ya?ml|[mc]?ts|[mc]?js)$/u;

/**
 * Reads a file name of the migrations folder: `VERSION_name.up.sql`, `.down.sql`, `.yaml` or `.ts`.
 * Returns undefined for files that cannot be meant as migrations (a README, a dot file, a `.d.ts`).
 *
 * @throws CONFITURE_MIGRATION_NAME for a file that looks like one and is not named like one: it is never skipped in silence.
 */
export function readMigrationFileName(fileName: string, path: string): MigrationFileName | undefined {
  if (fileName.startsWith(".") || fileName.endsWith(".d.ts") || !migrationLike.test(fileName)) return undefined;
  const match = nameShape.exec(fileName);
  if (match === null) {
    throw new ConfitureError("CONFITURE_MIGRATION_NAME", `\`${path}\` is not named like a migration.`, {
      at: { file: path, line: 1, column: 1 },
      hint: hintFor(fileName),
    });
  }
  const [, version = "", name = "", ending = ""] = match;
  return { version, name: name.trim(), part: partOf(ending) };
}

function partOf(ending: string): MigrationFileName["part"] {
  if (ending === "up.sql") return "up";
  if (ending === "down.sql") return "down";
  return ending.startsWith("y") ? "yaml" : "typescript";
}

function hintFor(fileName: string): string {
  if (/\.[mc]?js$/.test(fileName))
    return "Program migrations are TypeScript: rename it to VERSION_name.ts, or move it out of the folder.";
  if (/^\d+(T\d+)?[_\-. ]+.+\.sql$/.test(fileName)) {
    return `Say which way it goes: \`${fileName.replace(/\.sql$/, ".up.sql")}\`, and \`.down.sql\` for the way back.`;
  }
  return "Name it VERSION_name.up.sql (and .down.sql), VERSION_name.yaml or VERSION_name.ts, or move it out of the folder. `confiture migrate new NAME` makes one.";
}
