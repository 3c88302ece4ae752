import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of migrations that goes away with the test. */
export interface MigrationsFolder extends Disposable {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): void;
  remove(name: string): void;
}

export function migrationsFolder(files: Readonly<Record<string, string>> = {}): MigrationsFolder {
  const path = mkdtempSync(join(tmpdir(), "confiture-migrations-"));
  const folder: MigrationsFolder = {
    path,
    write: (more) => {
      for (const [name, text] of Object.entries(more)) writeFileSync(join(path, name), text);
    },
    remove: (name) => rmSync(join(path, name)),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(files);
  return folder;
}
