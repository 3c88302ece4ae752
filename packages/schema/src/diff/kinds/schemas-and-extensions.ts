import type { CatalogExtension } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { keyOf } from "../catalog-index.js";
import type { KindRules, Sides } from "./kind-rules.js";

export const schemaAndExtensionKinds = {
  schemas: {
    named: ({ name }) => `schema ${name}`,
    create: ({ name }) => [`create schema ${name}`],
    alter: () => [],
  },
  extensions: {
    named: ({ name }) => `extension ${name}`,
    create: ({ name, schema, version }) => [
      `create extension ${name} schema ${schema} version ${quoteLiteral(version)}`,
    ],
    alter: alterExtension,
    // It belongs to whoever created it; no statement changes that.
    hasOwner: false,
  },
} satisfies { readonly [Kind in "schemas" | "extensions"]: KindRules<Kind> };

/**
 * Whether an extension can be moved, and from which version to which it can be updated, the server knows: it refuses the
 * rest. Ways back are rare, so an older version is installed anew where nobody uses the extension.
 */
function alterExtension(
  before: CatalogExtension,
  after: CatalogExtension,
  sides: Sides,
): readonly string[] | "replace" {
  const dependents = sides.before.dependentsOf(keyOf({ kind: "extensions", name: before.name }));
  // Its comment comes with it.
  const unused = dependents.every((key) => key.startsWith("comments "));
  if (unused && isOlder(after.version, before.version)) return "replace";
  const alter = `alter extension ${after.name}`;
  return [
    ...(before.version === after.version ? [] : [`${alter} update to ${quoteLiteral(after.version)}`]),
    ...(before.schema === after.schema ? [] : [`${alter} set schema ${after.schema}`]),
  ];
}

/** Versions are any text; those made of numbers and points can be told. */
function isOlder(version: string, than: string): boolean {
  if (![version, than].every((text) => /^\d+(\.\d+)*$/.test(text))) return false;
  const [left, right] = [version.split(".").map(Number), than.split(".").map(Number)];
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const [one, other] = [left[place] ?? 0, right[place] ?? 0];
    if (one !== other) return one < other;
  }
  return false;
}
