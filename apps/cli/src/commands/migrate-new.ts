import { newMigration } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import { runCommand } from "../output/run-command.js";
import { type DraftFlags, draftFromDiff } from "../project/draft-from-diff.js";
import { readProject } from "../project/open-project.js";

export interface MigrateNewFlags extends DraftFlags {
  readonly kind: "sql" | "yaml" | "typescript";
  readonly fromDiff: boolean;
}

export async function runMigrateNew(this: CliContext, flags: MigrateNewFlags, name: string): Promise<void> {
  await runCommand(this, flags, async (tools) => {
    const project = await readProject(this, flags);
    if (flags.fromDiff) {
      if (flags.kind !== "sql") throw usage("A difference is written as SQL.", "Leave --kind out.");
      return draftFromDiff(this, flags, { name, project, tools });
    }
    refuseWithoutDiff(flags);
    const files = await newMigration({
      directory: project.migrationsDirectory,
      name,
      kind: flags.kind,
      now: new Date(),
    });
    return { document: { files }, lines: files.map((file) => `Wrote ${project.shown(file)}`) };
  });
}

/** Who allows a loss means a difference. */
function refuseWithoutDiff({ allow, rename, online, prove, owners, grants }: MigrateNewFlags): void {
  const given = { allow, rename, online, prove, owners, "no-grants": grants ? undefined : grants };
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined)
    throw usage(`--${flag} is for --from-diff. Nothing was written.`, "Add --from-diff, or leave it out.");
}

function usage(message: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_USAGE", message, { hint });
}
