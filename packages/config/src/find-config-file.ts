import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfitureError } from "@confiture/model";

export const configFileName = "confiture.yaml";

/**
 * The path of confiture.yaml: the file given, or the first one in `cwd` and the folders above it.
 *
 * @throws CONFITURE_CONFIG_NOT_FOUND
 */
export async function findConfigFile(cwd: string, file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (await isFile(path)) return path;
    throw new ConfitureError("CONFITURE_CONFIG_NOT_FOUND", `There is no file \`${file}\`.`, {
      hint: "Check the path given with --config.",
    });
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, configFileName);
    if (await isFile(path)) return path;
    if (dirname(folder) === folder) break;
  }
  throw new ConfitureError(
    "CONFITURE_CONFIG_NOT_FOUND",
    `There is no ${configFileName} in \`${resolve(cwd)}\` or above it.`,
    {
      hint: "Run `confiture init` to make one, change folder, or name it with --config.",
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** True when a path, or a part of it, is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
