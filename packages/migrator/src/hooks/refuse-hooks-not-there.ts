import { ConfitureError, type MigrationPlan } from "@confiture/model";
import type { Migration } from "../sources/migration.js";
import { sameVersion } from "../sources/migration-version.js";
import type { MigrationHooks } from "./migration-hooks.js";

/**
 * A migration that names hooks is never run without them: whoever runs it hands in hooks that were made of its YAML.
 *
 * @throws CONFITURE_HOOKS_UNSUPPORTED
 */
export function refuseHooksNotThere(
  { migrations: planned, direction }: MigrationPlan,
  migrations: readonly Migration[],
  hooks: MigrationHooks | undefined,
): void {
  const there = hooks?.list().map(({ hook }) => hook.onlyFor) ?? [];
  for (const { version } of planned) {
    const migration = migrations.find((candidate) => sameVersion(candidate.version, version));
    if (migration === undefined || migration.source === "typescript") continue;
    const named = migration.hooks?.find((part) => part.direction === direction);
    if (named === undefined) continue;
    const made = there.some((only) => only?.direction === direction && sameVersion(only.version, version));
    if (made) continue;
    throw new ConfitureError(
      "CONFITURE_HOOKS_UNSUPPORTED",
      `This migration names hooks (${named.shown}), and it is run without any. It is not run without them.`,
      {
        at: named.at,
        hint: "Hand in `hooks` made by `projectHooks` of `@confiture/migrator/builtin-hooks`, or remove them.",
      },
    );
  }
}
