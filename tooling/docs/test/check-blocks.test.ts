import { expect, test } from "vitest";
import { checkBlocks } from "../src/check-blocks.js";
import { checkShell } from "../src/check-shell.js";
import type { Inspection } from "../src/finding.js";
import { readBlocks } from "../src/read-blocks.js";

const nothing = async (): Promise<Inspection> => ({ findings: [], counts: {}, notInspected: [] });
const noCheckers = { typescript: nothing, shell: nothing, yaml: nothing, sql: nothing };
const block = (info: string, text = "") => readBlocks(`\`\`\`${info}\n${text}\n\`\`\``, "a.md");

test("a block in a language nobody can check is a finding", async () => {
  const { findings } = await checkBlocks([...block("python"), ...block(""), ...block("ts")], noCheckers);
  expect(findings.map(({ message }) => message)).toEqual([
    expect.stringContaining("a block of python cannot be checked"),
    expect.stringContaining("a block of no language cannot be checked"),
  ]);
});

test("a mark that means nothing is a finding, so that a typo cannot switch a check off", async () => {
  const { findings } = await checkBlocks([...block("ts rnu"), ...block("yaml confiture.yml")], noCheckers);
  expect(findings).toHaveLength(2);
});

test("blocks that hold output or data are counted as not inspected", async () => {
  const { notInspected } = await checkBlocks([...block("text"), ...block("json")], noCheckers);
  expect(notInspected).toEqual(["2 blocks of text or json"]);
});

const helpTexts: Readonly<Record<string, string>> = {
  "--help": "USAGE\n\nCOMMANDS\n  migrate  …\n",
  "migrate --help": "USAGE\n\nCOMMANDS\n  up  …\n  new …\n",
  "migrate up --help": "FLAGS\n     [--dry-run]   …\n     [--on]  …\n  -y [--yes] …\n",
  "migrate new --help": "FLAGS\n\nARGUMENTS\n  name …\n",
};

const shell = (text: string) =>
  checkShell(block("sh", text), {
    scripts: ["demo", "test:db"],
    confiture: async (args) => {
      const stdout = helpTexts[args.join(" ")];
      return { exitCode: stdout === undefined ? 2 : 0, stdout: stdout ?? "", stderr: "" };
    },
  });

test.each([
  "confiture migrate up --dry-run --on=shadow -y",
  "npx --yes @confiture/cli migrate up --yes",
  "npx pnpm@12 confiture migrate up --dry-run",
  "npx --yes pnpm@12 demo",
  "pnpm exec confiture migrate new add_orders",
  "pnpm run test:db",
  "pnpm add @confiture/migrator pg",
  "confiture --help | head",
])("the command %s is true", async (text) => {
  expect((await shell(text)).findings).toEqual([]);
});

test.each([
  ["confiture migrate upp", "no command: confiture migrate upp"],
  ["confiture lint", "no command: confiture lint"],
  ["confiture migrate up --dry", "has no flag --dry"],
  ["confiture migrate up --dry-running", "has no flag --dry-running"],
  ["npx @confiture/cli migrate up --fast", "has no flag --fast"],
  ["pnpm tset", "no script tset"],
  ["npx pnpm@12 run nothing", "no script nothing"],
])("the command %s is found out", async (text, says) => {
  expect((await shell(`# first line\n${text}`)).findings).toEqual([
    { at: "a.md:3", message: expect.stringContaining(says) },
  ]);
});

test("a command of others is named as not inspected", async () => {
  expect((await shell("git clone x && cd x")).notInspected).toEqual(["the command cd", "the command git"]);
});
