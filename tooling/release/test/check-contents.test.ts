import { expect, test } from "vitest";
import { checkContents } from "../src/check-contents.js";

const manifest = {
  name: "@confiture/example",
  engines: { node: ">=20.19" },
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
};
const files = ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "dist/plan/plan.d.ts"];

test("a package of code, types, README and licence is fine", () => {
  expect(checkContents(files, manifest)).toEqual([]);
});

test.each([
  "src/index.ts",
  "dist/index.js.map",
  "dist/.tsbuildinfo",
  "dist/index.ts",
  "test/index.test.ts",
  "dist/plan.test.d.ts",
  "dist/fixtures/a.sql",
  "tsconfig.json",
])("%s does not belong in a tarball", (stranger) => {
  expect(checkContents([...files, stranger], manifest)).toEqual([`${stranger} does not belong in the tarball`]);
});

test.each(["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"])(
  "a tarball without %s is refused",
  (missing) => {
    const left = files.filter((file) => file !== missing);
    expect(checkContents(left, manifest)).toEqual([`${missing} is missing from the tarball`]);
  },
);

test("what only our workspace understands must not be published", () => {
  const exports = { ".": { "@confiture/source": "./dist/index.js", ...manifest.exports["."] } };
  const dependencies = { "@confiture/model": "workspace:^" };
  expect(checkContents(files, { ...manifest, exports, dependencies, engines: {} })).toHaveLength(3);
});
