import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfitureError } from "@confiture/model";

/** What a complete backup ends in; one under way has another ending. */
export const backupEnding = ".dump";
export const unfinishedEnding = ".dump.unfinished";

export interface BackupFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** Complete backups of a folder, the newest first. */
export async function listBackups(folder: string): Promise<readonly BackupFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new ConfitureError("CONFITURE_BACKUP", `The folder of backups \`${folder}\` cannot be read.`, {
      hint: "Check `backup_dir`, and that this user may read it.",
      cause,
    });
  });
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith(backupEnding))
      .map(async (name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = await stat(path);
        return { name: name.slice(0, -backupEnding.length), path, bytes: size, writtenAt: mtimeMs };
      }),
  );
  return files.sort((left, right) => right.writtenAt - left.writtenAt);
}

/** `20261122T101500`, as it stands behind the names we give. */
const timeAtEnd = /_\d{8}T\d{6}$/;
const madeByUs = /^pre_.+_\d{8}T\d{6}$/;

/** By the run that wrote them. A run that was killed is another one when it goes on, and has none. */
const writtenBy = new Map<string, Set<string>>();

export function noteBackup(executionId: string, path: string): void {
  writtenBy.set(executionId, (writtenBy.get(executionId) ?? new Set()).add(path));
}

/** Whether the run that asks has written it itself. */
export function isOwnBackup(executionId: string, path: string): boolean {
  return writtenBy.get(executionId)?.has(path) === true;
}

/**
 * A backup by its name, or the newest of that name and some time, among those that are meant.
 *
 * @throws CONFITURE_BACKUP naming those that are there
 */
export async function findBackup(
  folder: string,
  name: string,
  isMeant: (path: string) => boolean,
): Promise<BackupFile> {
  const backups = (await listBackups(folder)).filter(({ path }) => isMeant(path));
  const found =
    backups.find((backup) => backup.name === name) ??
    backups.find((backup) => timeAtEnd.test(backup.name) && backup.name.replace(timeAtEnd, "") === name);
  if (found !== undefined) return found;
  const there = backups.slice(0, 5).map((backup) => backup.name);
  throw new ConfitureError("CONFITURE_BACKUP", `There is no backup \`${name}\` in \`${folder}\`.`, {
    hint: there.length === 0 ? "There is none that could be meant." : `The newest are ${there.join(", ")}.`,
  });
}

/** Removes backups with names of our making that are older than so many days. The one just written always stays. */
export async function removeOldBackups(
  folder: string,
  { days, keep }: { readonly days: number; readonly keep: string },
): Promise<readonly string[]> {
  const before = Date.now() - days * 86_400_000;
  const old = (await listBackups(folder)).filter(
    ({ name, writtenAt }) => madeByUs.test(name) && name !== keep && writtenAt < before,
  );
  for (const { path } of old) await rm(path, { force: true });
  return old.map(({ name }) => name);
}
