import type { CatalogType } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import {
  alterBaseType,
  alterRange,
  createBaseType,
  createRange,
  createWithFunctions,
  dropWithFunctions,
} from "./base-types.js";
import { alterComposite, createComposite } from "./composite-types.js";
import { alterDomain, createDomain } from "./domains.js";
import { alterEnum, createEnum } from "./enum-types.js";
import type { KindRules, Sides } from "./kind-rules.js";

export const typeKinds = {
  types: {
    named: (entry) => `${entry.kind === "domain" ? "domain" : "type"} ${entry.name}`,
    create: (entry, after) => createWithFunctions(entry, createType(entry, after), after),
    drop: (entry, before) => [entry.kind === "domain" ? `drop domain ${entry.name}` : dropWithFunctions(entry, before)],
    alter: alterType,
    claims: claimsOf,
  },
} satisfies { readonly types: KindRules<"types"> };

function createType(entry: CatalogType, after: CatalogIndex): string {
  switch (entry.kind) {
    case "enum":
      return createEnum(entry);
    case "composite type":
      return createComposite(entry);
    case "domain":
      return createDomain(entry, after);
    case "range":
      return createRange(entry);
    case "base type":
      return createBaseType(entry);
    case "shell type":
      return `create type ${entry.name}`;
    default:
      return entry satisfies never;
  }
}

function alterType(before: CatalogType, after: CatalogType, sides: Sides): readonly string[] | "replace" {
  if (before.kind === "enum" && after.kind === "enum") return alterEnum(before, after);
  if (before.kind === "composite type" && after.kind === "composite type") return alterComposite(before, after, sides);
  if (before.kind === "domain" && after.kind === "domain") return alterDomain(before, after, sides);
  if (before.kind === "range" && after.kind === "range") return alterRange(before, after);
  if (before.kind === "base type" && after.kind === "base type") return alterBaseType(before, after, sides);
  return before.kind === after.kind ? [] : "replace";
}

/** A composite type stands among the relations too, and a range brings the type of its multiranges. */
function claimsOf(entry: CatalogType): readonly string[] {
  return [
    `type ${entry.name}`,
    ...(entry.kind === "composite type" ? [`relation ${entry.name}`] : []),
    ...(entry.kind === "range" && entry.multirange !== undefined ? [`type ${entry.multirange}`] : []),
  ];
}
