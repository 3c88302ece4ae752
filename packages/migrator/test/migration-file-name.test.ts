import { expect, test } from "vitest";
import { readMigrationFileName } from "../src/sources/migration-file-name.js";
import { compareVersions, sameVersion } from "../src/sources/migration-version.js";

test("versions are ordered by their number, however a folder sorts them", () => {
  const versions = ["10", "9", "20261120T101500", "001", "20261120101459"];
  expect([...versions].sort(compareVersions)).toEqual(["001", "9", "10", "20261120101459", "20261120T101500"]);
});

test("001 and 1 are one version, and so are the two ways to write a timestamp", () => {
  expect(sameVersion("001", "1")).toBe(true);
  expect(sameVersion("20261120T101500", "20261120101500")).toBe(true);
});

test.each([
  ["001_add_orders.up.sql", { version: "001", name: "add_orders", part: "up" }],
  ["20261120T101500_add_orders.down.sql", { version: "20261120T101500", name: "add_orders", part: "down" }],
  ["12 add the orders.up.sql", { version: "12", name: "add the orders", part: "up" }],
  ["3-tags.yaml", { version: "3", name: "tags", part: "yaml" }],
  ["4.backfill.ts", { version: "4", name: "backfill", part: "typescript" }],
  ["007_O'Brien; drop table x.up.sql", { version: "007", name: "O'Brien; drop table x", part: "up" }],
])("%s is read as a migration", (fileName, expected) => {
  expect(readMigrationFileName(fileName, fileName)).toEqual(expected);
});

test.each(["README.md", ".gitkeep", "types.d.ts", "notes.txt"])("%s is not meant as a migration", (fileName) => {
  expect(readMigrationFileName(fileName, fileName)).toBeUndefined();
});

test.each([
  ["add_orders.sql", "VERSION_name.up.sql"],
  ["001_add_orders.sql", "001_add_orders.up.sql"],
  ["001_add_orders.js", "VERSION_name.ts"],
  ["x_add.up.sql", "VERSION_name.up.sql"],
])("%s looks like a migration, so its name is refused with the one it should have", (fileName, hint) => {
  expect(() => readMigrationFileName(fileName, `db/migrations/${fileName}`)).toThrowError(
    expect.objectContaining({ code: "CONFITURE_MIGRATION_NAME", hint: expect.stringContaining(hint) }),
  );
});
