import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfitureError } from "@confiture/model";
import type { MigrationHook, MigrationHooks } from "../../hooks/migration-hooks.js";

/** What a file of hooks, or a package of them, exports by default: a hook, several, or a function that gives them back or registers them. */
export type HookModule = MigrationHook | readonly MigrationHook[] | ((hooks: MigrationHooks) => unknown);

export interface LoadedModule {
  /** As a person would name it: a path from the project's folder, or the package. */
  readonly source: string;
  register(hooks: MigrationHooks): Promise<void>;
}

/**
 * Loads `*.ts` and `*.js` of a folder in the order of their names, and packages that the project has installed.
 *
 * @throws CONFITURE_HOOK_CONFIG for one that cannot be loaded or exports something else
 */
export async function loadHookModules(
  root: string,
  { directory, packages }: { readonly directory: string; readonly packages: readonly string[] },
): Promise<readonly LoadedModule[]> {
  const files = await hookFiles(resolve(root, directory));
  const asked = [
    ...files.map((name) => ({ source: `${directory}/${name}`, from: join(resolve(root, directory), name) })),
    ...packages.map((name) => ({ source: name, from: name })),
  ];
  const loaded: LoadedModule[] = [];
  for (const { source, from } of asked)
    loaded.push({ source, register: registering(await load(root, from, source), source) });
  return loaded;
}

async function hookFiles(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^[^._].*(?<!\.d)(?<!\.test)\.[cm]?[jt]s$/.test(name)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function load(root: string, from: string, source: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(pathToFileURL(join(root, "confiture.yaml")).href, {
    moduleCache: false,
    fsCache: false,
    // Hooks run in this very engine, whatever else the project has installed.
    virtualModules: {
      "@confiture/migrator": await import("../../index.js"),
      "@confiture/hooks": await import("@confiture/hooks"),
    },
  });
  try {
    return await jiti.import(from, { default: true });
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_HOOK_CONFIG",
      `${source} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: "It must be valid TypeScript, and what it imports must be installed in the project.",
        cause,
      },
    );
  }
}

function registering(exported: unknown, source: string): LoadedModule["register"] {
  return async (hooks) => {
    try {
      const given: unknown =
        typeof exported === "function" ? await (exported as (set: MigrationHooks) => unknown)(hooks) : exported;
      // A function may have registered by itself, or given back what undoes it.
      if (typeof exported === "function" && (given === undefined || typeof given === "function")) return;
      if (typeof given !== "object" || given === null) throw new TypeError("its default export is no hook");
      hooks.register(...((Array.isArray(given) ? given : [given]) as readonly MigrationHook[]));
    } catch (cause) {
      throw new ConfitureError(
        "CONFITURE_HOOK_CONFIG",
        `${source}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: "Write `export default defineMigrationHook({ id, on, connection, run })`, an array of such, or a function that takes the hooks and registers.",
          cause,
        },
      );
    }
  };
}
