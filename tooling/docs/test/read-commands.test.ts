import { expect, test } from "vitest";
import { readCommands } from "../src/read-commands.js";

const words = (text: string) => readCommands(text).map((command) => command.words);

test("commands are split where a shell would", () => {
  expect(words("a 1 && b 2 || c; d | e &\nf")).toEqual([["a", "1"], ["b", "2"], ["c"], ["d"], ["e"], ["f"]]);
});

test("quotes, comments, continuations, prompts, assignments and redirections are understood", () => {
  const text = [
    "# a comment; not a command",
    "$ PGUSER=me confiture migrate new \"add 'orders'\" # why",
    "confiture build \\",
    "  --schema db/a#b > out.sql 2>&1",
    "echo 'a && b' a\\ b",
  ].join("\n");
  expect(readCommands(text)).toEqual([
    { offset: 1, words: ["confiture", "migrate", "new", "add 'orders'"] },
    { offset: 2, words: ["confiture", "build", "--schema", "db/a#b"] },
    { offset: 4, words: ["echo", "a && b", "a b"] },
  ]);
});

test("text no shell could read is an error", () => {
  expect(() => readCommands("echo 'never closed")).toThrow("cannot read");
});
