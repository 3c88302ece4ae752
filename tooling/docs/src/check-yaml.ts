import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describeYamlProblems, loadConfig, resolveEnvironment } from "@confiture/config";
import { readMigrations } from "@confiture/migrator";
import { projectHooks } from "@confiture/migrator/builtin-hooks";
import { isConfitureError } from "@confiture/model";
import { type Finding, findingAt, type Inspection } from "./finding.js";
import type { Block } from "./read-blocks.js";

/** What a block can be, the file it is written to, and who reads it from there. */
const kinds: Readonly<Record<string, { readonly file: string; readonly read: (folder: string) => Promise<unknown> }>> =
  {
    "confiture.yaml": { file: "confiture.yaml", read: readProject },
    environment: { file: "environments/example.yaml", read: readProject },
    migration: {
      file: "db/migrations/001_example.yaml",
      read: readMigrationsAndHooks,
    },
  };

/** Lets Confiture itself read each block as the file that the block is marked to be. */
export async function checkYaml(blocks: readonly Block[]): Promise<Inspection> {
  const findings: Finding[] = [];
  for (const block of blocks) findings.push(...(await checkBlock(block)));
  return { findings, counts: { "YAML documents read": blocks.length }, notInspected: [] };
}

async function checkBlock(block: Block): Promise<readonly Finding[]> {
  const kind = kinds[block.marks[0] ?? ""];
  if (kind === undefined)
    return [findingAt(block, -1, `a yaml block says what it is: ${Object.keys(kinds).join(", ")}`)];
  const folder = mkdtempSync(join(tmpdir(), "confiture-docs-yaml-"));
  try {
    writeFileSync(join(folder, "confiture.yaml"), "");
    mkdirSync(dirname(join(folder, kind.file)), { recursive: true });
    writeFileSync(join(folder, kind.file), block.text);
    await kind.read(folder);
    return [];
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    const problems = describeYamlProblems(error);
    if (problems.length === 0) return [findingAt(block, (error.at?.line ?? 1) - 1, error.message)];
    return problems.map(({ at, message }) => findingAt(block, at.line - 1, message));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every environment as well; a variable has a value, whatever its name. */
async function readProject(folder: string): Promise<void> {
  const env = new Proxy<Record<string, string>>({}, { get: (_, name) => someValue(String(name)), has: () => true });
  const config = await loadConfig({ cwd: folder, env });
  const hooks = { root: folder, ownSchema: "confiture", env, project: config.hooks, migrations: [] };
  await projectHooks(hooks);
  for (const name of Object.keys(config.environments)) {
    const { hooks: part } = resolveEnvironment(config, { name, env });
    if (part !== undefined) await projectHooks({ ...hooks, environment: { name, part } });
  }
}

async function readMigrationsAndHooks(folder: string): Promise<void> {
  const migrations = await readMigrations(join(folder, "db/migrations"));
  await projectHooks({ root: folder, ownSchema: "confiture", env: {}, migrations });
}

function someValue(variable: string): string {
  if (/WEBHOOK/.test(variable)) return "https://example.com/hook";
  return /URL/.test(variable) ? "postgres://user@host:5432/database" : "value";
}
