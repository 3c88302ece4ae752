import { newMigration } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { runCommand } from "../output/run-command.js";
import { readProject } from "../project/open-project.js";

export interface MigrateNewFlags extends GlobalFlags {
  readonly kind: "sql" | "yaml" | "typescript";
}

export async function runMigrateNew(this: CliContext, flags: MigrateNewFlags, name: string): Promise<void> {
  await runCommand(this, flags, async () => {
    const project = await readProject(this, flags);
    const files = await newMigration({
      directory: project.migrationsDirectory,
      name,
      kind: flags.kind,
      now: new Date(),
    });
    return { document: { files }, lines: files.map((file) => `Wrote ${project.shown(file)}`) };
  });
}
