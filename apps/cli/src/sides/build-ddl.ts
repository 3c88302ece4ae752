import { statSync } from "node:fs";
import { basename, dirname, isAbsolute, relative, sep } from "node:path";
import { resolveLoadOrder } from "@confiture/config";
import { buildSchema, cannotBeRead, type SchemaBuild } from "@confiture/migrator";
import { ConfitureError, isConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import { type ProjectFiles, readProject } from "../project/open-project.js";
import type { Side } from "./side.js";

export interface ProjectFlags {
  readonly env?: string;
  readonly config?: string;
}

/**
 * The DDL of a folder or a file as one script. Of a project's folder, and of a folder in it, the files that
 * `schema.load_order` names and in its order; of any other, every .sql file by name.
 *
 * @throws CONFITURE_FILE_NOT_FOUND, CONFITURE_FILE_UNREADABLE, CONFITURE_LOAD_ORDER, and what reading a project throws
 */
export async function buildDdl(
  context: CliContext,
  flags: ProjectFlags,
  side: Extract<Side, { kind: "ddl" }>,
): Promise<SchemaBuild> {
  if (kindOf(side) === "file") return buildSchema(fromHere(context, side.path, ""));
  const project = await projectAround(context, flags, side.path);
  const within = project === undefined ? undefined : relative(project.root, side.path);
  if (project !== undefined && within !== undefined && speaksOf(project, within, { context, flags })) {
    try {
      return await project.buildSchema(within === "" ? {} : { schema: within.replaceAll(sep, "/") });
    } catch (error) {
      // It might have named files there, and names none.
      if (!isConfitureError(error) || error.facts.directory === undefined) throw error;
    }
  }
  return buildSchema(fromHere(context, side.path, "/**/*.sql"));
}

/** Whether a load order may name files of a folder: one of its entries begins there, or above. */
function speaksOf(
  { config }: ProjectFiles,
  folder: string,
  { context, flags }: { readonly context: CliContext; readonly flags: ProjectFlags },
): boolean {
  if (leadsOut(folder)) return false;
  const inside = `${folder.replaceAll(sep, "/")}/`;
  if (folder === "") return true;
  return resolveLoadOrder(config, { name: flags.env, env: context.env }).some((entry) => {
    const begins = `${entry.replace(/[*?[{].*$/s, "").replace(/^(\.\/)+/, "")}`;
    return (
      begins.startsWith(inside) || inside.startsWith(begins.endsWith("/") || begins === "" ? begins : `${begins}/`)
    );
  });
}

function kindOf({ path, shown }: Extract<Side, { kind: "ddl" }>): "file" | "folder" {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw cannotBeRead(shown, cause);
    throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `There is no file or folder \`${shown}\`.`, {
      hint: "Name DDL by its path from here, a server by its postgres:// URL, an environment by env:NAME.",
      cause,
    });
  }
}

/** The project given with --config, else the one whose folder this is, or is in. */
async function projectAround(
  context: CliContext,
  flags: ProjectFlags,
  folder: string,
): Promise<ProjectFiles | undefined> {
  if (flags.config !== undefined) return readProject(context, flags);
  try {
    return await readProject({ ...context, cwd: folder }, flags);
  } catch (error) {
    if (isConfitureError(error) && error.code === "CONFITURE_CONFIG_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Files are shown as one would type them, where a pattern can say so. */
function fromHere({ cwd }: CliContext, path: string, pattern: string) {
  const here = relative(cwd, path).replaceAll(sep, "/");
  if (here !== "" && !leadsOut(here) && !/[*?[\]{}\\!]/.test(here))
    return { root: cwd, loadOrder: [`${here}${pattern}`] };
  if (pattern !== "") return { root: path, loadOrder: [pattern.slice(1)] };
  return { root: dirname(path), loadOrder: [basename(path)] };
}

function leadsOut(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || path.startsWith("../") || isAbsolute(path);
}
