import { expect, test } from "vitest";
import { readExports } from "../src/read-exports.js";
import { type Room, readRooms } from "../src/read-room.js";

/** The names behind every entry of a package's `exports`. Changing one of these files needs a changeset. */
function publicApi(room: Room): string {
  const entries = Object.entries(room.manifest.exports ?? {}).flatMap(([entry, conditions]) => {
    const source = room.files.find((file) => `./${file.path}` === conditions["@confiture/source"]);
    if (source === undefined) throw new Error(`${room.manifest.name} exports ${entry} from no source file`);
    const name = entry === "." ? room.manifest.name : `${room.manifest.name}${entry.slice(1)}`;
    return [name, ...readExports(source.text, source.path).map((exported) => `  ${exported}`)];
  });
  return `${entries.join("\n")}\n`;
}

for (const room of readRooms()) {
  const name = room.manifest.name.replace("@confiture/", "");
  test(`${room.manifest.name} exports what its snapshot says, and nothing else (\`pnpm test:api -u\` updates it)`, async () => {
    await expect(publicApi(room)).toMatchFileSnapshot(`../api/${name}.txt`);
  });
}

test("values, types and declarations are told apart", () => {
  const text = `
    export { a, type B, c as d } from "./x.js";
    export type { E } from "./y.js";
    export const f = 1, g = 2;
    export function h() {}
    export interface I {}
    export type J = string;
    export class K {}
  `;
  expect(readExports(text, "index.ts")).toEqual(
    ["type B", "type E", "type I", "type J", "value K", "value a", "value d", "value f", "value g", "value h"].sort(),
  );
  expect(() => readExports('export * from "./x.js"', "index.ts")).toThrow("export *");
});
