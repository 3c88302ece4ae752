import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const source = new URL("../../src/", import.meta.url);

function filesOf(folder: string): readonly { readonly name: string; readonly text: string }[] {
  const url = new URL(`${folder}/`, source);
  return readdirSync(url).map((name) => ({ name, text: readFileSync(new URL(name, url), "utf8") }));
}

test("the second observer takes nothing from the reader, nor the reader from it", () => {
  for (const folder of ["observe", "read"]) {
    for (const { name, text } of filesOf(folder)) {
      const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, module]) => module!);
      const foreign = imports.filter((module) => !module.startsWith("./") && !module.startsWith("@confiture/"));
      expect(
        foreign.filter((module) => !(folder === "read" && module.startsWith("node:"))),
        `${folder}/${name}`,
      ).toEqual([]);
    }
  }
});

test("no line of a query stands in both", () => {
  const lines = (folder: string) =>
    new Set(
      filesOf(folder)
        .flatMap(({ text }) => text.split("\n"))
        .map((line) => line.trim())
        // Shorter ones are the grammar's: `from pg_catalog.pg_attribute a`.
        .filter((line) => line.length > 40 && !/^(import|export|\/\/|\/?\*)/.test(line)),
    );
  const read = lines("read");
  expect([...lines("observe")].filter((line) => read.has(line))).toEqual([]);
});
