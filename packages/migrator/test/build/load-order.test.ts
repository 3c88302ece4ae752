import { isConfitureError } from "@confiture/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePaths } from "../../src/build/compare-paths.js";
import { expandBraces, globSegments } from "../../src/build/glob-pattern.js";
import { listLoadOrder } from "../../src/build/list-load-order.js";
import { memoryFiles } from "./memory-files.js";

const printOptim = [
  "db/0_schema/00_common/000_security/roles.sql",
  "db/0_schema/00_common/001_extensions/citext.sql",
  "db/0_schema/00_common/001_functions/touch.sql",
  "db/0_schema/00_common/003_types/enums.sql",
  "db/0_schema/00_common/README.md",
  "db/0_schema/01_write_side/011_tenants/w_tenants.sql",
  "db/0_schema/02_query_side/r_orders.sql",
  "db/0_schema/03_functions/fn_place.sql",
  "db/0_schema/019_prep_seed/tenants.sql",
  "db/0_schema/.hidden/never.sql",
];

function list(loadOrder: readonly string[], paths: readonly string[] = printOptim): readonly string[] {
  return listLoadOrder({
    root: "/p",
    loadOrder,
    fileSystem: memoryFiles(Object.fromEntries(paths.map((path) => [path, ""]))),
  });
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    return `${error.code} ${error.message} ${error.hint}`;
  }
  throw new Error("nothing was refused");
}

test("numbered folders come in the order of their numbers: 019_prep_seed is the nineteenth, behind 03_functions", () => {
  expect(list(["db/0_schema"]).map((path) => path.split("/")[2])).toEqual([
    "00_common",
    "00_common",
    "00_common",
    "00_common",
    "01_write_side",
    "02_query_side",
    "03_functions",
    "019_prep_seed",
  ]);
});

test("a file named by several entries is loaded once, where it is named first", () => {
  const files = list(["db/0_schema/00_common/001_functions", "db/0_schema/00_common/**/*", "db/0_schema/**"]);
  expect(files[0]).toBe("db/0_schema/00_common/001_functions/touch.sql");
  expect(new Set(files).size).toBe(files.length);
  expect(files).toHaveLength(8);
});

describe("what an entry names", () => {
  const paths = ["a/1.sql", "a/2.SQL", "a/b/3.sql", "a/b/c/4.sql", "a/note.txt", "d[1]/5.sql", "d1/6.sql", "é/7.sql"];
  test.each([
    ["a", ["a/1.sql", "a/2.SQL", "a/b/3.sql", "a/b/c/4.sql"]],
    ["./a/", ["a/1.sql", "a/2.SQL", "a/b/3.sql", "a/b/c/4.sql"]],
    ["a/*", ["a/1.sql", "a/2.SQL"]],
    ["a/*/", ["a/b/3.sql", "a/b/c/4.sql"]],
    ["a/**", ["a/1.sql", "a/2.SQL", "a/b/3.sql", "a/b/c/4.sql"]],
    ["a/**/*.sql", ["a/1.sql", "a/b/3.sql", "a/b/c/4.sql"]],
    ["**/b/*.sql", ["a/b/3.sql"]],
    ["a/**/c/*", ["a/b/c/4.sql"]],
    ["a/1.sql", ["a/1.sql"]],
    ["a/?.sql", ["a/1.sql"]],
    ["a/[!2-9].*", ["a/1.sql"]],
    ["{a/b,d1}/*.sql", ["a/b/3.sql", "d1/6.sql"]],
    ["a/{1.sql,b/{3,9}.sql}", ["a/1.sql", "a/b/3.sql"]],
    ["d[1]/*", ["d1/6.sql"]],
    ["d\\[1]/*", ["d[1]/5.sql"]],
    ["e\u0301/*", ["é/7.sql"]],
  ])("%s", (entry, expected) => {
    expect(list([entry], paths)).toEqual(expected);
  });
});

test.each([
  ["db/0_schem/**", "`db/0_schem/**` names no .sql file. There is no `0_schem` in `db`. Did you mean `0_schema`?"],
  ["db/0_schema/00_common/README.md", "`db/0_schema/00_common/README.md` does not end in .sql."],
  ["db/0_schema/*.sql", "`db/0_schema` is there, and no .sql file in it matches."],
  ["/db", "absolute path"],
])("an entry that names nothing is refused by name: %s", (entry, expected) => {
  expect(refusal(() => list([entry]))).toContain("CONFITURE_LOAD_ORDER");
  expect(refusal(() => list([entry]))).toContain(expected);
});

test("a link back to a folder above is not walked for ever", () => {
  const fileSystem = memoryFiles({ "db/a/1.sql": "", "db/a/up": "-> db", "db/other": "-> shared", "shared/2.sql": "" });
  expect(listLoadOrder({ root: "/p", loadOrder: ["db"], fileSystem })).toEqual(["db/a/1.sql", "db/other/2.sql"]);
});

test("any text is a pattern, and a name with its special characters escaped names itself", () => {
  const name = fc
    .string({ minLength: 1 })
    .filter((text) => !/[/\0]|^\.+$/.test(text) && text.normalize("NFC") === text);
  fc.assert(
    fc.property(name, (text) => {
      for (const pattern of expandBraces(text)) globSegments(pattern);
      const [segment] = globSegments(text.replace(/[\\*?[{}]/g, "\\$&"));
      expect(segment?.kind === "name" && segment.regex.test(text)).toBe(true);
    }),
  );
});

test("braces without a partner or a comma stand for themselves", () => {
  expect(expandBraces("a{b}c{d")).toEqual(["a{b}c{d"]);
  expect(expandBraces("{a,b}{1,2}")).toEqual(["a1", "a2", "b1", "b2"]);
});

test("the order of paths is a total order that knows nothing of the language", () => {
  const name = fc.stringMatching(/^[0-9]{0,3}[a-zA-Zäé_]{0,3}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, path, path, (a, b, c) => {
      expect(Math.sign(comparePaths(a, b))).toBe(-Math.sign(comparePaths(b, a)) + 0);
      expect(comparePaths(a, b) === 0).toBe(a === b);
      if (comparePaths(a, b) <= 0 && comparePaths(b, c) <= 0) expect(comparePaths(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
