import { checkShape } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import type { MigrationHook } from "../hooks/migration-hooks.js";
import type { HookSetting } from "./builtin-hook-type.js";
import { type AskedHook, type HookPlace, makeBuiltinHook } from "./make-builtin-hook.js";

export interface BuiltinHookOptions extends AskedHook, Partial<Omit<HookSetting, "id">> {}

/**
 * A built-in hook, ready to be registered with `createMigrationHooks()`. `config` has the keys it has in YAML; a secret is handed in as
 * it is. `ownSchema` is `confiture`, `root` the working directory, `env` the environment of the process, unless they are given.
 *
 * @throws CONFITURE_HOOK_CONFIG with what is expected
 *
 * @example
 * const hook = await createBuiltinHook({ type: "analyze_statistics", on: "cleanup", config: { tables: ["orders"] } });
 */
export async function createBuiltinHook({
  ownSchema = "confiture",
  root = process.cwd(),
  env = process.env,
  ...asked
}: BuiltinHookOptions): Promise<MigrationHook> {
  return makeBuiltinHook(asked, { ownSchema, root, env }, placeInCode(asked));
}

/** A hook that code asks for stands in no file: its id says which it is. */
function placeInCode({ id, on, type }: AskedHook): HookPlace {
  const name = `The hook \`${id ?? `${on}/${type}`}\``;
  return {
    refuse(path, message, { hint } = {}) {
      const subject = path.length === 0 ? name : `${name}: \`${path.join(".")}\``;
      throw new ConfitureError(
        "CONFITURE_HOOK_CONFIG",
        sentence(`${subject} ${message}`),
        hint === undefined ? {} : { hint },
      );
    },
    check: (config, schema) => checkShape(config, { name, key: "config", schema, code: "CONFITURE_HOOK_CONFIG" }),
  };
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
