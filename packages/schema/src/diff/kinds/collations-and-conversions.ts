import type { CatalogCollation, CatalogConversion } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { KindRules } from "./kind-rules.js";

/** Neither has anything to alter but name, schema and owner. */
export const collationKinds = {
  collations: {
    named: ({ name }) => `collation ${name}`,
    create: (entry) => [createCollation(entry)],
    alter: (before, after) => (createCollation(before) === createCollation(after) ? [] : "replace"),
  },
  conversions: {
    named: ({ name }) => `conversion ${name}`,
    create: (entry) => [createConversion(entry)],
    alter: (before, after) => (createConversion(before) === createConversion(after) ? [] : "replace"),
    claims: (entry) =>
      entry.default ? [`default conversion in ${entry.schema} from ${entry.from} to ${entry.to}`] : [],
  },
} satisfies { readonly [Kind in "collations" | "conversions"]: KindRules<Kind> };

function createCollation({ name, provider, deterministic, collate, ctype, locale, rules }: CatalogCollation): string {
  const options = [
    `provider = ${provider}`,
    ...(locale === undefined ? [] : [`locale = ${quoteLiteral(locale)}`]),
    ...(collate === undefined ? [] : [`lc_collate = ${quoteLiteral(collate)}`]),
    ...(ctype === undefined ? [] : [`lc_ctype = ${quoteLiteral(ctype)}`]),
    ...(deterministic ? [] : ["deterministic = false"]),
    ...(rules === undefined ? [] : [`rules = ${quoteLiteral(rules)}`]),
  ];
  return `create collation ${name} (${options.join(", ")})`;
}

function createConversion(entry: CatalogConversion): string {
  const encodings = `for ${quoteLiteral(entry.from)} to ${quoteLiteral(entry.to)}`;
  return `create ${entry.default ? "default " : ""}conversion ${entry.name} ${encodings} from ${entry.function}`;
}
