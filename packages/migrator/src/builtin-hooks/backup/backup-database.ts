import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import { ConfitureError } from "@confiture/model";
import { defineBuiltinHook, type MigratorHookContext } from "../builtin-hook-type.js";
import { relationName } from "../config-shapes.js";
import { beforeChanges, hourMs } from "../hook-events.js";
import { databaseOf, sessionOf } from "../hook-sessions.js";
import { backupEnding, noteBackup, removeOldBackups, unfinishedEnding } from "./backup-files.js";
import { type ClientProgram, childEnvironment, findProgram, readServerMajor, runProgram } from "./client-program.js";

interface BackupConfig {
  readonly backup_dir: string;
  readonly backup_name?: string | undefined;
  readonly compression: "gzip" | "none";
  readonly tables?: readonly string[] | undefined;
  readonly keep_backup_days?: number | undefined;
  readonly client_programs?: string | undefined;
}

export const backupDatabase = defineBuiltinHook<BackupConfig>({
  type: "backup_database",
  kind: "database",
  what: "Writes a backup with pg_dump, and reads it back to see that it is whole before it gets its name.",
  on: beforeChanges,
  onlyThere: "behind the first statement of the migration it would be a backup of what the migration has made.",
  connections: ["own"],
  onlySo: "pg_dump opens a connection of its own, and would wait for locks of the migration's transaction for ever.",
  timeoutMs: 24 * hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      backup_dir: z.string().min(1).describe("The folder; made where it is missing. Relative to confiture.yaml."),
      backup_name: z
        .string()
        .refine(isFileName, { error: "must be a plain file name" })
        .optional()
        .describe(
          "Its name. Without it `pre_VERSION_NAME_TIME`; a backup of the same name is replaced when the new one is whole.",
        ),
      compression: z.enum(["gzip", "none"]).default("gzip").describe("How the data in it is kept."),
      tables: z.array(relationName(z)).min(1).optional().describe("Only these tables; without it, the whole database."),
      keep_backup_days: z
        .number()
        .min(0)
        .optional()
        .describe(
          "Removes older backups of the folder that have no `backup_name` of their own, once the new one is whole.",
        ),
      client_programs: z.string().min(1).optional().describe("The folder of pg_dump and pg_restore; without it, PATH."),
    }),
  async run(config, context, setting) {
    const { env, root } = setting;
    const variables = reachOf(context);
    const serverMajor = await readServerMajor(sessionOf(context));
    const options = { folder: config.client_programs, env, serverMajor };
    const dump = await findProgram("pg_dump", options);
    const restore = await findProgram("pg_restore", options);
    const folder = resolve(root, config.backup_dir);
    const name = nameOf(config, context);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${name}${backupEnding}`);
    const unfinished = join(folder, `${name}${unfinishedEnding}`);
    const child = childEnvironment(env, variables);
    try {
      await writeBackup({ dump, file: unfinished, child, config }, context);
      const entries = await checkBackup(restore, unfinished, { child, context });
      await rename(unfinished, file);
      noteBackup(context.executionId, file);
      const { size } = await stat(file);
      const { keep_backup_days: days } = config;
      const removed = days === undefined ? [] : await removeOldBackups(folder, { days, keep: name });
      return { backup: name, bytes: size, entries, removed, pgDump: dump.version };
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  },
});

/** @throws CONFITURE_HOOK_CONFIG where nobody can tell how programs reach the database */
export function reachOf(context: MigratorHookContext): Readonly<Record<string, string>> {
  const variables = databaseOf(context).clientVariables?.();
  if (variables !== undefined) return variables;
  throw new ConfitureError("CONFITURE_HOOK_CONFIG", "How programs reach this database cannot be told.", {
    hint: "Hand in a database of `connectDatabase`, or one that has `clientVariables`.",
  });
}

function isFileName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,180}$/u.test(name);
}

function nameOf({ backup_name: name }: BackupConfig, { data, timestamp }: MigratorHookContext): string {
  if (name !== undefined) return name;
  const of = "version" in data && "name" in data ? `${data.version}_${data.name}` : "run";
  const plain = of.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 120);
  return `pre_${plain}_${new Date(timestamp).toISOString().replace(/[-:]|\.\d+Z$/g, "")}`;
}

interface Writing {
  readonly dump: ClientProgram;
  readonly file: string;
  readonly child: Readonly<Record<string, string>>;
  readonly config: BackupConfig;
}

/** Streams what pg_dump gives into a file that only this user may read, and has the disk keep it. */
async function writeBackup(
  { dump, file, child, config }: Writing,
  { signal, metadata }: MigratorHookContext,
): Promise<void> {
  const args = [
    "--format=custom",
    "--no-password",
    "--strict-names",
    `--compress=${config.compression === "gzip" ? 6 : 0}`,
    "--lock-wait-timeout=30s",
    ...(config.tables ?? []).map((table) => `--table=${table}`),
  ];
  const into = createWriteStream(file, { mode: 0o600 });
  const telling = setInterval(() => metadata.report({ done: into.bytesWritten, unit: "bytes" }), 500);
  try {
    await runProgram(dump.path, args, { env: child, signal, into });
    metadata.report({ done: into.bytesWritten, unit: "bytes" });
    await keepOnDisk(file);
  } finally {
    clearInterval(telling);
  }
}

async function keepOnDisk(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How many entries it has, all of whose data can be read. */
async function checkBackup(
  restore: ClientProgram,
  file: string,
  { child, context }: { readonly child: Readonly<Record<string, string>>; readonly context: MigratorHookContext },
): Promise<number> {
  const { signal } = context;
  const { stdout } = await runProgram(restore.path, ["--list", file], { env: child, signal });
  // The list stands at the beginning of the file; only who reads all of it sees that its end is missing.
  await runProgram(restore.path, ["--file=-", file], { env: child, signal, into: nowhere() });
  return stdout.split("\n").filter((line) => /^\d+;/.test(line)).length;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
