import { describe, expect, test } from "vitest";
import { checkImports } from "../src/check-imports.js";
import { checkManifest } from "../src/check-manifest.js";
import { checkManner } from "../src/check-manner.js";
import { findCycles } from "../src/find-cycles.js";
import { readImports } from "../src/read-imports.js";
import type { Manifest, Room } from "../src/read-room.js";

function room(name: string, files: Readonly<Record<string, string>>, manifest: Partial<Manifest> = {}): Room {
  return {
    folder: name === "@confiture/cli" ? "apps/cli" : name.replace("@confiture/", "packages/"),
    manifest: { name, exports: { ".": {} }, ...manifest },
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
  };
}

const model = room("@confiture/model", {});
const sql = room("@confiture/sql", {});
const postgres = room("@confiture/postgres", {});
const everyDependency = {
  dependencies: { "@confiture/model": "workspace:^", "@confiture/sql": "workspace:^" },
  peerDependencies: { "@confiture/postgres": "workspace:^", pg: "8", kysely: "0", "@confiture/cli": "workspace:^" },
};

function refusals(name: string, path: string, text: string, manifest: Partial<Manifest> = everyDependency) {
  return checkImports(room(name, { [path]: text }, manifest), [model, sql, postgres]);
}

describe("an import is refused when", () => {
  const refused: readonly (readonly [why: string, name: string, path: string, text: string, says: string])[] = [
    ["a driver is imported by schema", "@confiture/schema", "src/a.ts", 'import pg from "pg"', "imports pg,"],
    ["only its types are", "@confiture/schema", "src/a.ts", 'import type { Client } from "pg"', "imports pg,"],
    ["it stands inside a type", "@confiture/schema", "src/a.ts", 'type A = import("pg").Client', "imports pg,"],
    ["it is dynamic", "@confiture/schema", "src/a.ts", 'const pg = await import("pg")', "imports pg,"],
    ["it is a template without holes", "@confiture/schema", "src/a.ts", "await import(`pg`)", "imports pg,"],
    ["it is a re-export", "@confiture/schema", "src/a.ts", 'export { Client } from "pg"', "imports pg,"],
    ["it is required", "@confiture/schema", "src/a.ts", 'const pg = require("pg")', "imports pg,"],
    [
      "the require is made and named",
      "@confiture/schema",
      "src/a.ts",
      'const load = createRequire(import.meta.url); load("pg/lib/x.js")',
      "imports pg,",
    ],
    ["the require is made in place", "@confiture/schema", "src/a.ts", 'createRequire(url)("pg")', "imports pg,"],
    ["the made require resolves", "@confiture/schema", "src/a.ts", 'createRequire(url).resolve("pg")', "imports pg,"],
    ["it is import-equals", "@confiture/schema", "src/a.ts", 'import pg = require("pg")', "imports pg,"],
    ["it is only resolved", "@confiture/schema", "src/a.ts", 'import.meta.resolve("pg/lib")', "imports pg,"],
    ["the migrator reaches a driver outside ./pg", "@confiture/migrator", "src/run.ts", 'import "pg"', "imports pg,"],
    [
      "a sibling is imported",
      "@confiture/linting",
      "src/a.ts",
      'import "@confiture/postgres"',
      "postgres, which its row",
    ],
    ["an earlier stage knows a later one", "@confiture/sql", "src/a.ts", 'import "@confiture/cli"', "its row"],
    [
      "it reaches inside a package",
      "@confiture/schema",
      "src/a.ts",
      'import "@confiture/sql/dist/x.js"',
      "no entry of it",
    ],
    ["it leaves the package", "@confiture/schema", "src/a.ts", 'import "../../sql/src/index.js"', "out of its package"],
    ["model uses Node", "@confiture/model", "src/a.ts", 'import "node:fs"', "outside Node"],
    ["a builtin has no node:", "@confiture/schema", "src/a.ts", 'import "fs"', "without node:"],
    ["the package has no row", "@confiture/new", "src/a.ts", "", "has no row"],
  ];
  test.each(refused)("%s", (_why, name, path, text, says) => {
    expect(refusals(name, path, text)).toEqual([expect.stringContaining(says)]);
  });

  test("its package.json does not declare it", () => {
    const undeclared = refusals("@confiture/sql", "src/a.ts", 'import "libpg-query"', {});
    expect(undeclared).toEqual([
      "packages/sql/src/a.ts:1 imports libpg-query, which its package.json does not depend on",
    ]);
  });

  test("a library imports what it has for its tests alone; an application takes it in", () => {
    const manifest = { devDependencies: { "libpg-query": "1" } };
    expect(refusals("@confiture/sql", "src/a.ts", 'import "libpg-query"', manifest)).toHaveLength(1);
    expect(
      refusals("@confiture/sql", "src/a.ts", 'import "libpg-query"', { ...manifest, bin: { sql: "dist/bin.js" } }),
    ).toEqual([]);
  });

  test("it is a value import of what package.json has for types alone", () => {
    const manifest = { devDependencies: { "@types/pg": "8" } };
    expect(refusals("@confiture/migrator", "src/pg/a.ts", 'import type { Pool } from "pg"', manifest)).toEqual([]);
    expect(refusals("@confiture/migrator", "src/pg/a.ts", 'import { Pool } from "pg"', manifest)).toHaveLength(1);
  });
});

test("an import is allowed in the part of a package that the table names", () => {
  expect(refusals("@confiture/migrator", "src/pg/index.ts", 'import "@confiture/postgres"')).toEqual([]);
  expect(refusals("@confiture/migrator", "src/kysely/index.ts", 'import "kysely"')).toEqual([]);
});

test("text that only looks like an import is none", () => {
  const text = `
    // import "pg"
    /* export * from "pg" */
    const a = 'import x from "pg"';
    const b = \`import("pg")\`;
    const c = /import "pg"/;
    export const d = { import: (name: string) => name, require: 1 };
    d.import("pg");
  `;
  expect(readImports(text, "a.ts")).toEqual([]);
});

test("an import is found in code where naive scanning loses its way", () => {
  const text = [
    "const s = `${`${await import('one')}`}`; const r = a / b; // '",
    'const re = /[/"]/; import type {',
    "  A, // }",
    '  B } from "two";',
    'import three, { type C } from "three" with { type: "json" };',
    "const f = <T,>(x: T) => import(/* why */ 'four');",
    "await import(name);",
  ].join("\n");
  expect(readImports(text, "a.ts").map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly])).toEqual([
    ["one", 1, false],
    ["two", 2, true],
    ["three", 5, false],
    ["four", 6, false],
    [undefined, 7, false],
  ]);
});

test("a file that does not parse is an error, not a file without imports", () => {
  expect(() => readImports("import { from", "broken.ts")).toThrow(/broken\.ts/);
});

describe("a package.json is refused when", () => {
  test("it depends on what its row does not name", () => {
    const manifest = { dependencies: { pg: "^8" }, peerDependencies: { mysql2: "*" } };
    expect(checkManifest(room("@confiture/schema", {}, manifest))).toEqual([
      expect.stringContaining("depends on pg"),
      expect.stringContaining("has the peer mysql2"),
    ]);
  });

  test("what only a part needs is installed for everybody", () => {
    const required = { dependencies: { kysely: "0" } };
    expect(checkManifest(room("@confiture/migrator", {}, required))).toHaveLength(1);
    const peer = { peerDependencies: { kysely: "0" } };
    expect(checkManifest(room("@confiture/migrator", {}, peer))).toEqual([expect.stringContaining("optional")]);
    const optional = { ...peer, peerDependenciesMeta: { kysely: { optional: true } } };
    expect(checkManifest(room("@confiture/migrator", {}, optional))).toEqual([]);
  });

  test("one of ours is pinned to something other than the workspace, or lives elsewhere", () => {
    const pinned = room("@confiture/schema", {}, { dependencies: { "@confiture/model": "^0.1.0" } });
    expect(checkManifest({ ...pinned, folder: "packages/catalog" })).toHaveLength(2);
  });
});

test("a circle of files is found; a diamond is none, nor what is loaded later", () => {
  const circle = room("@confiture/sql", {
    "src/a.ts": 'import "./b.js"',
    "src/b.ts": 'import type { C } from "./sub/c.js"',
    "src/sub/c.ts": 'export { a } from "../a.js"',
  });
  expect(findCycles(circle)).toEqual(["packages/sql: src/a.ts → src/b.ts → src/sub/c.ts → src/a.ts"]);
  const diamond = room("@confiture/sql", {
    "src/a.ts": 'import "./b.js"; import "./c.js"',
    "src/b.ts": 'import "./d.js"',
    "src/c.ts": 'import "./d.js"',
    "src/d.ts": 'export const later = () => import("./a.js")',
  });
  expect(findCycles(diamond)).toEqual([]);
});

test.each([
  ["src/a.ts", 'export * from "./b.js"'],
  ["src/a.ts", 'export * as b from "./b.js"'],
  ["src/a.ts", "export default 1"],
  ["src/a.ts", "export const enum A { B }"],
  ["src/utils.ts", ""],
  ["src/helpers/quote.ts", ""],
  ["src/types.ts", ""],
  ["src/planMigrations.ts", ""],
])("the manner of %s holding %s is refused", (path, text) => {
  expect(checkManner(room("@confiture/sql", { [path]: text }))).toHaveLength(1);
});
