import type { CatalogAggregate, CatalogFunction } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { dependOnExtensions } from "./depend-on-extensions.js";
import { isCreatedWithType, typeOfInputOutput } from "./input-output-functions.js";
import type { KindRules } from "./kind-rules.js";
import { splitSignature } from "./printed-text.js";
import { isReplaceable, isReplaceableAggregate } from "./replaceable-routine.js";

export const routineKinds = {
  functions: {
    named: namedFunction,
    create: createFunction,
    alter: alterFunction,
    partOf: typeOfInputOutput,
    madeWith: isCreatedWithType,
    claims: ({ name }) => [`routine ${name}`],
  },
  aggregates: {
    named: namedAggregate,
    create: (entry) => [createAggregate("create aggregate", entry)],
    alter: alterAggregate,
    claims: ({ name }) => [`routine ${name}`],
  },
} satisfies { readonly [Kind in "functions" | "aggregates"]: KindRules<Kind> };

/**
 * Since PostgreSQL 14 output arguments can tell two procedures apart, so that a procedure is named with the modes of all
 * its arguments.
 */
function namedFunction({ kind, name, identityArguments }: CatalogFunction): string {
  return kind === "procedure" ? `procedure ${splitSignature(name).name}(${identityArguments})` : `function ${name}`;
}

/** Without OR REPLACE: where somebody has one of that name already, this fails. */
export function createFunction(entry: CatalogFunction): readonly string[] {
  const create = entry.definition.trimEnd().replace(/^CREATE OR REPLACE /, "CREATE ");
  return [create, ...dependOnExtensions(namedFunction(entry), [], entry.dependsOnExtensions)];
}

/** What the server keeps parsed, so that it knows what is named there: not a body that is a text. */
export function parsedPart({ definition }: CatalogFunction): string {
  return definition.split("\nAS ", 1)[0] ?? "";
}

function alterFunction(before: CatalogFunction, after: CatalogFunction): readonly string[] | "replace" {
  const depend = (had?: readonly string[]) => dependOnExtensions(namedFunction(after), had, after.dependsOnExtensions);
  if (before.definition === after.definition) return depend(before.dependsOnExtensions);
  // CREATE OR REPLACE makes the server forget the extensions a function depends on.
  return isReplaceable(before, after) ? [after.definition.trimEnd(), ...depend()] : "replace";
}

/** One that takes no arguments is spelled with a star, except by the server. */
function namedAggregate({ name }: CatalogAggregate): string {
  const { name: bare, inside } = splitSignature(name);
  return `aggregate ${bare}(${inside === "" ? "*" : inside})`;
}

function alterAggregate(before: CatalogAggregate, after: CatalogAggregate): readonly string[] | "replace" {
  if (createAggregate("", before) === createAggregate("", after)) return [];
  return isReplaceableAggregate(before, after) ? [createAggregate("create or replace aggregate", after)] : "replace";
}

function createAggregate(create: string, entry: CatalogAggregate): string {
  const settings = Object.entries(entry.settings).map(([setting, value]) => `${setting} = ${spell(setting, value)}`);
  const options = [
    ...settings,
    ...(entry.parallel === "unsafe" ? [] : [`parallel = ${entry.parallel}`]),
    ...(entry.variant === "hypothetical-set" ? ["hypothetical"] : []),
  ];
  const list = entry.arguments === "" ? "*" : entry.arguments;
  return `${create} ${splitSignature(entry.name).name}(${list}) (\n  ${options.join(",\n  ")}\n)`;
}

function spell(setting: string, value: string): string {
  if (setting === "initcond" || setting === "minitcond") return quoteLiteral(value);
  return setting === "sortop" ? `operator(${splitSignature(value).name})` : value;
}
