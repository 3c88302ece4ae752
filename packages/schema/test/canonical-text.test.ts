import type { Catalog } from "@confiture/model";
import { canonicalText, catalogHash, compareCatalogs } from "@confiture/schema";
import { expect, test } from "vitest";

const nothing = {
  ...{ schemas: [], extensions: [], types: [], sequences: [], tables: [], foreignTables: [], columns: [] },
  ...{ constraints: [], indexes: [], views: [], materializedViews: [], functions: [], aggregates: [], triggers: [] },
  ...{ eventTriggers: [], rules: [], policies: [], statistics: [], operators: [], operatorFamilies: [] },
  ...{ operatorClasses: [], casts: [], collations: [], conversions: [], textSearchConfigurations: [] },
  ...{ textSearchDictionaries: [], textSearchParsers: [], textSearchTemplates: [], languages: [], transforms: [] },
  ...{ accessMethods: [], publications: [], subscriptions: [], foreignDataWrappers: [], foreignServers: [] },
  ...{ userMappings: [], comments: [], grants: [], defaultPrivileges: [], securityLabels: [] },
  serverVersion: 180004,
  unsupported: [],
  dependencies: [],
} satisfies Catalog;

const comment = (name: string, text: string): Catalog => ({
  ...nothing,
  comments: [{ name, on: { kind: "table", name }, text }],
});

const mood = (...labels: string[]): Catalog => ({
  ...nothing,
  types: [{ name: "a.mood", kind: "enum", schema: "a", owner: "me", labels }],
});

const column = (name: string, position: number) =>
  ({
    ...{ name: `a.t.${name}`, table: "a.t", column: name, position, type: "integer", notNull: false },
    ...{ options: [], foreignOptions: [], maskedForeignOptions: [] },
  }) satisfies Catalog["columns"][number];

test("an object is a paragraph: its kind and name, then what is not as usual, by name", () => {
  expect(canonicalText({ ...mood("calm", "busy"), columns: [column("n", 1)] })).toBe(
    [
      "column a.t.n",
      "  column: n",
      "  table: a.t",
      "  type: integer",
      "",
      "enum a.mood",
      "  labels: calm",
      "    busy",
      "  owner: me",
      "",
    ].join("\n"),
  );
});

test("no text can pass for another one, nor for a second object", () => {
  const catalogs = [
    comment("t", "a"),
    comment("t", "a\n  on: name x"),
    comment("t", "a\n"),
    comment("t", "\na"),
    comment("t", '""'),
    comment("t", ""),
    comment("t", '"'),
    comment('t\n  text: a\n\ncomment "u', "a"),
    { ...nothing, comments: [...comment("t", "a").comments, ...comment('"u', "a").comments] },
    mood("a", "b"),
    mood("a\nb"),
    mood("a\\nb"),
    mood('"a\\nb"'),
    mood(""),
    mood('""'),
    mood("", ""),
    mood("a", ""),
    mood("a"),
  ];
  expect(new Set(catalogs.map((catalog) => canonicalText(catalog))).size).toBe(catalogs.length);
});

test("the order of columns counts only where it is asked for", () => {
  const one = { ...nothing, columns: [column("a", 1), column("b", 2)] };
  const other = { ...nothing, columns: [column("b", 1), column("a", 2)] };
  expect(catalogHash(one)).toBe(catalogHash(other));
  expect(compareCatalogs(one, other, { columnOrder: true }).map(({ name }) => name)).toEqual(["a.t.a", "a.t.b"]);
});

test("owners and grants can be left out, each by itself", () => {
  const grant = {
    ...{ name: "table a.t to you", on: { kind: "table", name: "a.t" }, grantee: "you" },
    ...{ granted: ["SELECT"], revoked: [] },
  };
  const mine = { ...mood("calm"), grants: [grant] };
  const yours = { ...mood("calm"), types: [{ ...mood("calm").types[0]!, owner: "you" }] } as Catalog;
  expect(compareCatalogs(mine, yours).map(({ kind }) => kind)).toEqual(["enum", "grant"]);
  expect(compareCatalogs(mine, yours, { ignoreOwners: true }).map(({ kind }) => kind)).toEqual(["grant"]);
  expect(compareCatalogs(mine, yours, { ignoreGrants: true }).map(({ kind }) => kind)).toEqual(["enum"]);
  expect(compareCatalogs(mine, yours, { ignoreGrants: true, ignoreOwners: true })).toEqual([]);
});

test("neither the server's version nor what is unsupported is in the hash", () => {
  const other = { ...nothing, serverVersion: 130023, unsupported: [{ kind: "large objects", name: "3" }] };
  expect(catalogHash(other)).toBe(catalogHash(nothing));
});
