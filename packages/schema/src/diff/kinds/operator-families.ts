import type { CatalogOperatorClass, CatalogOperatorFamily } from "@confiture/model";
import type { KindRules, Sides } from "./kind-rules.js";
import { splitSignature } from "./printed-text.js";

export const operatorFamilyKinds = {
  operatorFamilies: {
    named: ({ name }) => `operator family ${name}`,
    create: (entry) => [`create operator family ${entry.name}`, ...changeFamily(entry.name, "add", spelled(entry))],
    alter: alterFamily,
  },
  operatorClasses: {
    named: ({ name }) => `operator class ${name}`,
    create: (entry) => [createClass(entry)],
    alter: alterClass,
    partOf: ({ family, accessMethod }) => ({ kind: "operatorFamilies", name: `${family} using ${accessMethod}` }),
    claims: (entry) => (entry.default ? [`default operator class of ${entry.type} using ${entry.accessMethod}`] : []),
  },
} satisfies { readonly [Kind in "operatorFamilies" | "operatorClasses"]: KindRules<Kind> };

type Members = Pick<CatalogOperatorFamily, "operators" | "functions">;

/** Members are kept as both CREATE OPERATOR CLASS and ALTER OPERATOR FAMILY … ADD take them. */
function spelled({ operators, functions }: Members): readonly string[] {
  return [...operators.map((operator) => `operator ${operator}`), ...functions.map((member) => `function ${member}`)];
}

function changeFamily(family: string, verb: "add" | "drop", members: readonly string[]): readonly string[] {
  return members.length === 0 ? [] : [`alter operator family ${family} ${verb} ${members.join(", ")}`];
}

/** The number and the types it is for: there is one at most of these. */
function place(member: string): string {
  const [, word, number, rest = ""] = /^(operator|function) (\d+) (.*)$/s.exec(member) ?? [];
  return `${word} ${number} (${splitSignature(rest).inside})`;
}

function alterFamily(before: CatalogOperatorFamily, after: CatalogOperatorFamily): readonly string[] {
  const [had, has] = [spelled(before), spelled(after)];
  return [
    ...changeFamily(after.name, "drop", had.filter((member) => !has.includes(member)).map(place)),
    ...changeFamily(
      after.name,
      "add",
      has.filter((member) => !had.includes(member)),
    ),
  ];
}

function createClass(entry: CatalogOperatorClass): string {
  const { name, accessMethod, type, family, storage } = entry;
  const bare = name.slice(0, name.length - ` using ${accessMethod}`.length);
  const own = [...spelled(entry), ...(storage === undefined ? [] : [`storage ${storage}`])];
  // A class has to say something; to keep values as what they are is what it does anyhow.
  const items = own.length === 0 ? [`storage ${type}`] : own;
  return [
    `create operator class ${bare}${entry.default ? " default" : ""}`,
    `for type ${type} using ${accessMethod} family ${family} as\n  ${items.join(",\n  ")}`,
  ].join(" ");
}

function alterClass(
  before: CatalogOperatorClass,
  after: CatalogOperatorClass,
  sides: Sides,
): readonly string[] | "replace" {
  const added = addedMembers(before, after);
  if (added.length === 0) return createClass(before) === createClass(after) ? [] : "replace";
  const only =
    createClass({ ...before, operators: after.operators, functions: after.functions }) === createClass(after);
  if (!only || !added.every((member) => joinsClass(member, after, sides))) return "replace";
  return changeFamily(`${after.family} using ${after.accessMethod}`, "add", added);
}

/** None when something goes as well. */
function addedMembers(before: CatalogOperatorClass, after: CatalogOperatorClass): readonly string[] {
  const [had, has] = [spelled(before), spelled(after)];
  return had.every((member) => has.includes(member)) ? has.filter((member) => !had.includes(member)) : [];
}

/**
 * Since PostgreSQL 14 a btree or hash class gets the members that its family is given for its type, if they are of
 * those an index cannot do without, and if it is the family's one class of the type.
 */
function joinsClass(member: string, entry: CatalogOperatorClass, { after }: Sides): boolean {
  if (after.catalog.serverVersion < 140_000 || !["btree", "hash"].includes(entry.accessMethod)) return false;
  const classes = after.catalog.operatorClasses.filter(
    ({ family, accessMethod, type }) =>
      family === entry.family && accessMethod === entry.accessMethod && type === entry.type,
  );
  const own = [`(${entry.type},${entry.type})`, `(${entry.type}, ${entry.type})`];
  return (
    classes.length === 1 && /^(operator|function 1 )/.test(member) && own.some((types) => place(member).endsWith(types))
  );
}
