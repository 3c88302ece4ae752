import type {
  CatalogTextSearchConfiguration,
  CatalogTextSearchDictionary,
  CatalogTextSearchParser,
  CatalogTextSearchTemplate,
} from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import type { KindRules } from "./kind-rules.js";
import { splitAtCommas } from "./printed-text.js";

type TextSearchKind =
  | "textSearchConfigurations"
  | "textSearchDictionaries"
  | "textSearchParsers"
  | "textSearchTemplates";

export const textSearchKinds = {
  textSearchConfigurations: {
    named: ({ name }) => `text search configuration ${name}`,
    create: (entry) => [
      `create text search configuration ${entry.name} (parser = ${entry.parser})`,
      ...map("add", entry, [...mappingsOf(entry)]),
    ],
    alter: alterConfiguration,
  },
  textSearchDictionaries: {
    named: ({ name }) => `text search dictionary ${name}`,
    create: ({ name, template, options }) => [
      `create text search dictionary ${name} (${[`template = ${template}`, ...(options === undefined ? [] : [options])].join(", ")})`,
    ],
    alter: alterDictionary,
  },
  textSearchParsers: {
    named: ({ name }) => `text search parser ${name}`,
    create: (entry) => [createParser(entry)],
    alter: (before, after) => (createParser(before) === createParser(after) ? [] : "replace"),
  },
  textSearchTemplates: {
    named: ({ name }) => `text search template ${name}`,
    create: (entry) => [createTemplate(entry)],
    alter: (before, after) => (createTemplate(before) === createTemplate(after) ? [] : "replace"),
  },
} satisfies { readonly [Kind in TextSearchKind]: KindRules<Kind> };

/** The dictionaries of each type of token, as SQL spells both. */
function mappingsOf({ mappings }: CatalogTextSearchConfiguration): ReadonlyMap<string, string> {
  return new Map(
    mappings.map((mapping) => {
      const colon = mapping.indexOf(": ");
      return [quoteIdentifier(mapping.slice(0, colon)), mapping.slice(colon + 2)];
    }),
  );
}

/** One statement for all the tokens that go to the same dictionaries. */
function map(
  verb: "add" | "alter",
  { name }: CatalogTextSearchConfiguration,
  mappings: readonly (readonly [token: string, dictionaries: string])[],
): readonly string[] {
  const tokens = new Map<string, string[]>();
  for (const [token, dictionaries] of mappings) tokens.set(dictionaries, [...(tokens.get(dictionaries) ?? []), token]);
  return [...tokens].map(
    ([dictionaries, list]) =>
      `alter text search configuration ${name} ${verb} mapping for ${list.join(", ")} with ${dictionaries}`,
  );
}

function alterConfiguration(
  before: CatalogTextSearchConfiguration,
  after: CatalogTextSearchConfiguration,
): readonly string[] | "replace" {
  if (before.parser !== after.parser) return "replace";
  const [had, has] = [mappingsOf(before), mappingsOf(after)];
  const dropped = [...had.keys()].filter((token) => !has.has(token));
  const added = [...has].filter(([token]) => !had.has(token));
  const changed = [...has].filter(([token, is]) => had.has(token) && had.get(token) !== is);
  return [
    ...(dropped.length === 0
      ? []
      : [`alter text search configuration ${after.name} drop mapping for ${dropped.join(", ")}`]),
    ...map("alter", after, changed),
    ...map("add", after, added),
  ];
}

/** Each option that is said moves to the end, so all are said, and stand in their order behind it. */
function alterDictionary(
  before: CatalogTextSearchDictionary,
  after: CatalogTextSearchDictionary,
): readonly string[] | "replace" {
  if (before.template !== after.template) return "replace";
  if (before.options === after.options) return [];
  const [had, has] = [optionNames(before), optionNames(after)];
  const dropped = had.filter((name) => !has.includes(name));
  const options = [...dropped, ...(after.options === undefined ? [] : [after.options])];
  return [`alter text search dictionary ${after.name} (${options.join(", ")})`];
}

function optionNames({ options = "" }: CatalogTextSearchDictionary): readonly string[] {
  return splitAtCommas(options).map((option) => option.slice(0, option.indexOf(" = ")));
}

function createParser({ name, start, token, end, headline, lexTypes }: CatalogTextSearchParser): string {
  const functions = [
    `start = ${start}`,
    `gettoken = ${token}`,
    `end = ${end}`,
    ...(headline === undefined ? [] : [`headline = ${headline}`]),
    `lextypes = ${lexTypes}`,
  ];
  return `create text search parser ${name} (${functions.join(", ")})`;
}

function createTemplate({ name, init, lexize }: CatalogTextSearchTemplate): string {
  const functions = [...(init === undefined ? [] : [`init = ${init}`]), `lexize = ${lexize}`];
  return `create text search template ${name} (${functions.join(", ")})`;
}
