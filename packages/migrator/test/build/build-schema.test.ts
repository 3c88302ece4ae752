import { isConfitureError } from "@confiture/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildSchema } from "../../src/build/build-schema.js";
import { sortByNeeds } from "../../src/build/order-by-dependencies.js";
import { joinSections, splitSections } from "../../src/build/script-sections.js";
import { memoryFiles } from "./memory-files.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

function build(files: Files, more: Partial<Parameters<typeof buildSchema>[0]> = {}) {
  return buildSchema({ root: "/p", loadOrder: ["db"], fileSystem: memoryFiles(files), ...more });
}

async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    return `${error.code} ${error.at?.file ?? ""} ${error.message} ${error.hint}`;
  }
  throw new Error("nothing was refused");
}

test("files stand behind each other, each below its path, and a missing `;` is set", async () => {
  const { script, files } = await build({ "db/1.sql": "select 1", "db/2.sql": "select 2;\n" });
  expect(script).toBe(
    "-- file: db/1.sql (8 characters)\nselect 1\n;\n-- file: db/2.sql (10 characters)\nselect 2;\n\n",
  );
  expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
    ["db/1.sql", 8],
    ["db/2.sql", 10],
  ]);
});

test("a script comes apart into the files it was made of, whatever they hold", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("-- file: x (3 characters)\n", ";\n", "\n", "a\r\nb", "'-- file: y (1 characters)\n'"),
  );
  const section = fc.record({ path: fc.stringMatching(/^[a-z()0-9 ;'-]+\.sql$/), text });
  fc.assert(
    fc.property(fc.array(section, { minLength: 1 }), (sections) => {
      expect(splitSections(joinSections(sections), "?")).toEqual(sections);
    }),
  );
});

test("any other text is one file", () => {
  expect(splitSections("select 1;", "dump.sql")).toEqual([{ path: "dump.sql", text: "select 1;" }]);
  expect(splitSections("-- file: a.sql (99 characters)\nselect 1;\n", "x")).toHaveLength(1);
});

test("the hash changes with contents, names and order, and not with line ends or a byte order mark", async () => {
  const hash = async (files: Files, loadOrder = ["db"]) => (await build(files, { loadOrder })).hash;
  const one = await hash({ "db/1.sql": "a\nb", "db/2.sql": "c" });
  expect(await hash({ "db/1.sql": "a\r\nb", "db/2.sql": "\ufeffc" })).toBe(one);
  expect(await hash({ "db/1.sql": "a\nb", "db/3.sql": "c" })).not.toBe(one);
  expect(await hash({ "db/1.sql": "a\nbc", "db/2.sql": "" })).not.toBe(one);
  expect(await hash({ "db/1.sql": "a\nb", "db/2.sql": "c" }, ["db/2.sql", "db/1.sql"])).not.toBe(one);
});

test("one folder of the schema is built in the same order", async () => {
  const files = { "db/a/1.sql": "", "db/b/2.sql": "", "db/b/1.sql": "", "db/bb/3.sql": "" };
  const paths = async (schemaDirectory: string) =>
    (await build(files, { schemaDirectory })).files.map(({ path }) => path);
  expect(await paths("db/b")).toEqual(["db/b/1.sql", "db/b/2.sql"]);
  expect(await paths("./db/b/")).toEqual(["db/b/1.sql", "db/b/2.sql"]);
  expect(await paths("/p/db/b")).toEqual(["db/b/1.sql", "db/b/2.sql"]);
  expect(await refusal(() => paths("db/c"))).toContain("CONFITURE_LOAD_ORDER");
});

test("a file that holds nothing is loaded and mentioned", async () => {
  expect((await build({ "db/1.sql": "", "db/2.sql": " \n" })).notes).toEqual([
    "db/1.sql is empty.",
    "db/2.sql holds only white space.",
  ]);
});

test.each([
  ["a NUL byte", new Uint8Array([115, 101, 0, 108]), "byte 2 is NUL"],
  ["an ISO 8859-1 letter", new Uint8Array([45, 45, 32, 233, 10]), "is not UTF-8: byte 3 fits no character"],
  ["a character cut short at the end", new Uint8Array([45, 45, 195]), "is not UTF-8: byte 2"],
  ["UTF-16", new Uint8Array([255, 254, 115, 0]), "is UTF-16"],
])("a file with %s is refused, naming the byte", async (_name, bytes, expected) => {
  const said = await refusal(() => build({ "db/1.sql": bytes }));
  expect(said).toContain("CONFITURE_FILE_UNREADABLE db/1.sql");
  expect(said).toContain(expected);
});

test("a file over 256 MiB is refused before it is read", async () => {
  const files = memoryFiles({ "db/1.sql": "select 1;" });
  const fileSystem = { ...files, size: () => 300 * 1024 * 1024, readFile: () => expect.fail("it was read") };
  expect(await refusal(() => build({}, { fileSystem }))).toContain("is 300 MiB; at most 256 MiB are read");
});

test("a link that leads nowhere is named", async () => {
  expect(await refusal(() => build({ "db/1.sql": "-> gone.sql", "gone.sql/x": "" }))).toMatch(/CONFITURE/);
});

test("what is needed comes first, and the rest stays as listed", () => {
  const needs = (...lists: number[][]) => lists.map((list, index) => ({ path: `${index}.sql`, needs: new Set(list) }));
  expect(sortByNeeds(needs([], [], []))).toEqual([0, 1, 2]);
  expect(sortByNeeds(needs([2], [], []))).toEqual([2, 0, 1]);
  expect(sortByNeeds(needs([], [3], [0], []))).toEqual([0, 3, 1, 2]);
});

test("files that need each other are refused with the circle", async () => {
  const circle = async () =>
    sortByNeeds([0, 1, 2].map((index) => ({ path: `${index}.sql`, needs: new Set([(index + 1) % 3]) })));
  expect(await refusal(circle)).toContain(
    "CONFITURE_LOAD_ORDER 0.sql Files need each other in a circle: 0.sql → 1.sql → 2.sql → 0.sql.",
  );
});

test("any order that dependencies allow puts every file behind what it needs", () => {
  // Needs point to lower numbers of a hidden order, so that there is no circle.
  const graph = fc
    .integer({ min: 1, max: 30 })
    .chain((size) =>
      fc.tuple(
        fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
      ),
    );
  fc.assert(
    fc.property(graph, ([hidden, pairs]) => {
      const files = hidden.map((rank, index) => ({
        path: String(index),
        needs: new Set(pairs.filter(([a, b]) => a === rank && b < a).map(([, b]) => hidden.indexOf(b))),
      }));
      const order = sortByNeeds(files);
      expect([...order].sort((a, b) => a - b)).toEqual([...files.keys()]);
      for (const [index, { needs }] of files.entries()) {
        for (const needed of needs) expect(order.indexOf(needed)).toBeLessThan(order.indexOf(index));
      }
    }),
  );
});
