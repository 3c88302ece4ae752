import { expect, test } from "vitest";
import { readBlocks } from "../src/read-blocks.js";

const fence = "```";

test("a block knows its line, its language, its marks and its settings", () => {
  const page = ["# Title", "", `${fence}sh run in=examples/shop exit=1`, "confiture build", fence].join("\n");
  expect(readBlocks(page, "docs/a.md")).toEqual([
    {
      file: "docs/a.md",
      line: 4,
      language: "sh",
      marks: ["run"],
      settings: { in: "examples/shop", exit: "1" },
      text: "confiture build",
    },
  ]);
});

test("a longer fence holds a shorter one, and ~~~ holds both", () => {
  const page = ["````text", `${fence}ts`, fence, "````", "~~~text", "````", "~~~"].join("\n");
  expect(readBlocks(page, "a.md").map((block) => block.text)).toEqual([`${fence}ts\n${fence}`, "````"]);
});

test("a block in a list loses the list's indent and no more", () => {
  const page = ["- so:", "", `  ${fence}yaml migration`, "  migration:", "    ddl: x", `  ${fence}`].join("\n");
  expect(readBlocks(page, "a.md")[0]?.text).toBe("migration:\n  ddl: x");
});

test("CRLF line ends do not hide a block", () => {
  expect(readBlocks(`${fence}sql\r\nselect 1;\r\n${fence}\r\n`, "a.md")[0]?.text).toBe("select 1;");
});

test("a fence that is never closed is an error, not a page without blocks", () => {
  expect(() => readBlocks(`\n${fence}ts\nconst a = 1;`, "a.md")).toThrow("a.md:2");
});
