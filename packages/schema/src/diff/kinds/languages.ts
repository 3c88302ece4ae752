import type { CatalogAccessMethod, CatalogLanguage, CatalogTransform } from "@confiture/model";
import type { KindRules } from "./kind-rules.js";

export const languageKinds = {
  languages: {
    named: ({ name }) => `language ${name}`,
    create: (entry) => [`create ${language(entry)}`],
    // Everything about a language but its name and owner gives way to CREATE OR REPLACE.
    alter: (before, after) => (language(before) === language(after) ? [] : [`create or replace ${language(after)}`]),
  },
  transforms: {
    named: ({ name }) => `transform ${name}`,
    create: (entry) => [`create ${transform(entry)}`],
    alter: (before, after) => (transform(before) === transform(after) ? [] : [`create or replace ${transform(after)}`]),
  },
  accessMethods: {
    named: ({ name }) => `access method ${name}`,
    create: (entry) => [accessMethod(entry)],
    alter: (before, after) => (accessMethod(before) === accessMethod(after) ? [] : "replace"),
  },
} satisfies { readonly [Kind in "languages" | "transforms" | "accessMethods"]: KindRules<Kind> };

function language({ name, trusted, handler, inline, validator }: CatalogLanguage): string {
  return [
    `${trusted ? "trusted " : ""}language ${name}`,
    ...(handler === undefined ? [] : [`handler ${handler}`]),
    ...(inline === undefined ? [] : [`inline ${inline}`]),
    ...(validator === undefined ? [] : [`validator ${validator}`]),
  ].join(" ");
}

function transform({ name, fromSql, toSql }: CatalogTransform): string {
  const directions = [
    ...(fromSql === undefined ? [] : [`from sql with function ${fromSql}`]),
    ...(toSql === undefined ? [] : [`to sql with function ${toSql}`]),
  ];
  return `transform ${name} (${directions.join(", ")})`;
}

function accessMethod({ name, type, handler }: CatalogAccessMethod): string {
  return `create access method ${name} type ${type} handler ${handler}`;
}
