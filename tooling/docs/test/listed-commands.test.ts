import { expect, test } from "vitest";
import { listedCommands } from "../src/render-commands-page.js";

test("the commands a help screen lists are read, and no flag or description is taken for one", () => {
  const help = `USAGE
  confiture migrate up|down

Change a database

FLAGS
  -h --help  Print help

COMMANDS
  up         Apply pending migrations
  dry-run    A name with a hyphen
             that goes on here

SOMETHING
  else       not a command
`;
  expect(listedCommands(help)).toEqual(["up", "dry-run"]);
  expect(listedCommands("USAGE\n  confiture migrate up [--dry-run]\n")).toEqual([]);
});
