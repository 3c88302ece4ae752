import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ConfitureError } from "@confiture/model";
import { defineBuiltinHook, type MigratorHookContext } from "../builtin-hook-type.js";
import { behindFailure, hourMs } from "../hook-events.js";
import { sessionOf } from "../hook-sessions.js";
import { reachOf } from "./backup-database.js";
import { findBackup, isOwnBackup } from "./backup-files.js";
import { childEnvironment, findProgram, readServerMajor, runProgram } from "./client-program.js";

export const restoreFromBackup = defineBuiltinHook({
  type: "restore_from_backup",
  kind: "database",
  what: "Puts back what is in a backup of `backup_database`, all of it or nothing. What was written since is lost. Our own record of migrations is left as it is.",
  on: [...behindFailure, "after_ddl", "after_rollback"],
  onlyThere: "it undoes what was done: behind a failure, or behind the way back.",
  connections: ["own"],
  onlySo: "pg_restore opens a connection of its own, and would wait for locks of the migration's transaction for ever.",
  timeoutMs: 24 * hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      backup_dir: z.string().min(1).describe("The folder of the backups."),
      backup_name: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Its name, or how it begins: the newest. Without it, that of this migration. Behind a failure only a backup of the same run counts, on the way down only one of another.",
        ),
      client_programs: z.string().min(1).optional().describe("The folder of pg_restore; without it, PATH."),
    }),
  async run({ backup_dir: folder, backup_name: name, client_programs: programs }, context, { env, root, ownSchema }) {
    refuseOnTheWayUp(context);
    const { event, executionId } = context;
    // Behind a failure only what this run has saved: an older backup would take back what others wrote since. On the way
    // down never what this run has saved, for the migration is still in it.
    const isMeant = (path: string) => isOwnBackup(executionId, path) === (event === "on_error");
    const backup = await findBackup(resolve(root, folder), name ?? nameFor(context), isMeant);
    const variables = reachOf(context);
    const serverMajor = await readServerMajor(sessionOf(context));
    const restore = await findProgram("pg_restore", { folder: programs, env, serverMajor });
    const child = childEnvironment(env, variables);
    const { signal } = context;
    const { stdout } = await runProgram(restore.path, ["--list", backup.path], { env: child, signal });
    const scratch = await mkdtemp(join(tmpdir(), "confiture-restore-"));
    try {
      const list = join(scratch, "entries");
      const entries = withoutOwnSchema(stdout, ownSchema);
      await writeFile(list, entries.join("\n"));
      const args = [
        "--no-password",
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        `--use-list=${list}`,
      ];
      await runProgram(restore.path, [...args, `--dbname=${variables.PGDATABASE ?? ""}`, backup.path], {
        env: child,
        signal,
      });
      return { backup: backup.name, entries: entries.length };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

/** At `after_ddl` a restore on the way up would undo what was just done. */
function refuseOnTheWayUp({ event, data }: MigratorHookContext): void {
  if (event !== "after_ddl" || !("direction" in data) || data.direction === "down") return;
  throw new ConfitureError(
    "CONFITURE_HOOK_CONFIG",
    "`restore_from_backup` behind the DDL of the way up would undo it.",
    {
      hint: "Put it under `rollback.hooks`, or at `on_error`.",
    },
  );
}

function nameFor({ data, event }: MigratorHookContext): string {
  if ("version" in data && "name" in data) return `pre_${data.version}_${data.name}`;
  throw new ConfitureError(
    "CONFITURE_HOOK_CONFIG",
    `At \`${event}\` there is no one migration whose backup could be meant.`,
    {
      hint: "Say which with `backup_name`.",
    },
  );
}

/** What is being migrated is recorded there now: the record of then would tell something else. */
function withoutOwnSchema(list: string, ownSchema: string): readonly string[] {
  return list
    .split("\n")
    .filter((line) => /^\d+;/.test(line))
    .filter((line) => {
      // `12; 1259 16387 TABLE DATA public orders owner`: the schema stands behind the words of the kind, `-` where there is none.
      const [, , , ...words] = line.split(" ");
      const kind = words.findIndex((word) => !/^[A-Z]+$/.test(word));
      const [schema, name, named] = words.slice(kind);
      const isOwn = name === ownSchema || (name === "SCHEMA" && named === ownSchema);
      return schema !== ownSchema && !(schema === "-" && isOwn);
    });
}
