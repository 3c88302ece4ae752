import { expandVariables, problemsError, type YamlPath } from "@confiture/config";
import type { SourceLocation } from "@confiture/model";
import type { MigrationHook } from "../../hooks/migration-hooks.js";
import type { HookSetting } from "../builtin-hook-type.js";
import { builtinHookTypes } from "../builtin-hook-types.js";
import { type AskedHook, type HookPlace, makeBuiltinHook, outlineBuiltinHook } from "../make-builtin-hook.js";
import type { WrittenHook } from "./written-hooks.js";

/**
 * A hook out of what a YAML file says: secrets come from the environment, variables are expanded, and the config is what its type
 * asks for.
 *
 * @throws CONFITURE_HOOK_CONFIG with file, line and column; CONFITURE_VARIABLE_MISSING
 */
export async function makeWrittenHook(hook: WrittenHook, setting: Omit<HookSetting, "id">): Promise<MigrationHook> {
  refuseWrittenSecrets(hook);
  return makeBuiltinHook({ ...askedOf(hook), config: expanded(hook, setting.env) }, setting, placeInYaml(hook));
}

/** As `makeWrittenHook`, to be listed and never run. @throws CONFITURE_HOOK_CONFIG */
export function outlineWrittenHook(hook: WrittenHook): MigrationHook {
  return outlineBuiltinHook(askedOf(hook), placeInYaml(hook));
}

function askedOf({ id, type, on, fields, onlyFor }: WrittenHook): AskedHook {
  return { ...withoutUndefined(fields), id, type, on, ...(onlyFor === undefined ? {} : { onlyFor }) } as AskedHook;
}

function placeInYaml(hook: WrittenHook): HookPlace {
  const { yaml, path: base } = hook;
  return {
    refuse(path, message, { hint, within } = {}) {
      const whole = pathInFile(hook, path);
      const subject = path.length === 0 ? "This" : `\`${shownPath(whole)}\``;
      const at =
        within === undefined ? placeOf(yaml.at, whole, path) : inText(yaml.textAt(whole), yaml.at(whole), within);
      throw problemsError(
        [{ message: sentence(`${subject} ${message}`), at, ...(hint === undefined ? {} : { hint }) }],
        "CONFITURE_HOOK_CONFIG",
      );
    },
    check: (config, shape) => yaml.check([...base, "config"], config, shape),
  };
}

function placeOf(at: (path: YamlPath) => SourceLocation, whole: YamlPath, path: YamlPath): SourceLocation {
  return at(path.length === 0 ? [...whole, "type"] : whole);
}

/** `action` may stand beside `type`. */
function pathInFile({ yaml, path: base, config }: WrittenHook, path: YamlPath): YamlPath {
  const own = [...base, ...path];
  if (path[0] !== "config" || path[1] !== "action" || !Object.hasOwn(config as object, "action")) return own;
  const beside = [...base, "action"];
  const [under, top] = [yaml.keyAt(own), yaml.keyAt(beside)];
  return top.line > under.line || (top.line === under.line && top.column !== under.column) ? beside : own;
}

function inText(
  { firstLine, indent }: { readonly firstLine: number; readonly indent: number },
  at: SourceLocation,
  { line, column }: { readonly line: number; readonly column: number },
): SourceLocation {
  return { file: at.file, line: firstLine + line, column: indent + column + 1 };
}

/** Under these names stand secrets, in whatever config. */
const secretName = /authorization|token|secret|password|api[-_]?key|cookie/i;

/** @throws CONFITURE_HOOK_CONFIG for a secret that stands in the file */
function refuseWrittenSecrets(hook: WrittenHook): void {
  const secrets = builtinHookTypes.find(({ type }) => type === hook.type)?.secrets ?? [];
  eachText(hook.config, (text, path) => {
    const isSecret =
      secrets.includes(String(path[0])) || path.some((key) => typeof key === "string" && secretName.test(key));
    if (!isSecret || (/\$\{[A-Za-z_][A-Za-z0-9_]*\}/.test(text) && !text.includes(":-"))) return;
    placeInYaml(hook).refuse(["config", ...path], "is a secret, which does not belong into a file", {
      hint: `Put it into the environment, and write \${NAME} here.`,
    });
  });
}

function expanded(hook: WrittenHook, env: HookSetting["env"]): unknown {
  const { yaml } = hook;
  const expand = (value: unknown, path: YamlPath): unknown => {
    if (typeof value === "string")
      return value.includes("${")
        ? expandVariables(yaml.located(value, pathInFile(hook, ["config", ...path])), env)
        : value;
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner, [...path, key])]));
  };
  return expand(hook.config, []);
}

function eachText(value: unknown, visit: (text: string, path: YamlPath) => void, path: YamlPath = []): void {
  if (typeof value === "string") visit(value, path);
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) eachText(item, visit, [...path, index]);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) eachText(inner, visit, [...path, key]);
}

function shownPath(path: YamlPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part + 1}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
