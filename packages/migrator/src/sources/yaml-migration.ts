import { readYaml, type YamlValue, type ZodNamespace } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import type { SqlMigration, SqlText } from "./migration.js";

/** The moments a migration may name hooks for. */
const hookMoments = [
  "before_validation",
  "before_ddl",
  "after_ddl",
  "after_validation",
  "cleanup",
  "on_error",
] as const;

interface HookYaml {
  readonly type: string;
  readonly description?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

interface MigrationYaml {
  readonly migration: {
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly ddl: string;
    readonly hooks?:
      | Readonly<Partial<Record<(typeof hookMoments)[number], readonly HookYaml[] | undefined>>>
      | undefined;
    readonly rollback?: { readonly ddl: string; readonly hooks?: readonly HookYaml[] | undefined } | undefined;
  };
}

function migrationShape(z: ZodNamespace) {
  const hook = z.strictObject({
    type: z.string().min(1),
    description: z.string().optional(),
    config: z.record(z.string(), z.unknown()).optional(),
  });
  const hooks = z.strictObject({
    before_validation: z.array(hook).optional(),
    before_ddl: z.array(hook).optional(),
    after_ddl: z.array(hook).optional(),
    after_validation: z.array(hook).optional(),
    cleanup: z.array(hook).optional(),
    on_error: z.array(hook).optional(),
  });
  return z.strictObject({
    migration: z.strictObject({
      name: z.string().optional(),
      description: z.string().optional(),
      ddl: z.string(),
      hooks: hooks.optional(),
      rollback: z.strictObject({ ddl: z.string(), hooks: z.array(hook).optional() }).optional(),
    }),
  });
}

/**
 * Reads a YAML migration: `migration: { description, ddl, hooks, rollback: { ddl } }`. The shape of hooks is checked
 * although they cannot run yet: a migration that names one is refused, never run without it.
 *
 * @throws CONFITURE_MIGRATION_INVALID, CONFITURE_HOOKS_UNSUPPORTED
 */
export async function readYamlMigration(
  text: string,
  file: string,
): Promise<Pick<SqlMigration, "source" | "up" | "down" | "description">> {
  const yaml = await readYaml<MigrationYaml>(text, {
    file,
    schema: migrationShape,
    code: "CONFITURE_MIGRATION_INVALID",
  });
  refuseHooks(yaml);
  refuseOtherName(yaml, file);
  const { ddl, rollback, description } = yaml.value.migration;
  return {
    source: "yaml",
    up: blockOf(yaml, file, ["migration", "ddl"], ddl),
    ...(rollback === undefined ? {} : { down: blockOf(yaml, file, ["migration", "rollback", "ddl"], rollback.ddl) }),
    ...(description === undefined ? {} : { description }),
  };
}

function blockOf(yaml: YamlValue<MigrationYaml>, file: string, path: readonly string[], text: string): SqlText {
  return { file, text, ...yaml.textAt(path) };
}

function refuseHooks(yaml: YamlValue<MigrationYaml>): void {
  const { hooks, rollback } = yaml.value.migration;
  const moment = hookMoments.find((name) => (hooks?.[name]?.length ?? 0) > 0);
  const path = moment === undefined ? ["migration", "rollback", "hooks"] : ["migration", "hooks", moment];
  if (moment === undefined && (rollback?.hooks?.length ?? 0) === 0) return;
  throw new ConfitureError(
    "CONFITURE_HOOKS_UNSUPPORTED",
    `This migration names hooks (${path.slice(1).join(".")}), and this version of Confiture has none. It is not run without them.`,
    {
      at: yaml.keyAt(path),
      hint: "Remove the hooks, or use a version that has them.",
    },
  );
}

/** The file's name is the migration's; another one inside would make two of one. */
function refuseOtherName(yaml: YamlValue<MigrationYaml>, file: string): void {
  const inside = yaml.value.migration.name;
  const stem = (file.split("/").at(-1) ?? file).replace(/\.ya?ml$/, "");
  if (inside === undefined || inside === stem || stem.replace(/^\d+(T\d+)?[_\-. ]+/, "") === inside) return;
  throw new ConfitureError(
    "CONFITURE_MIGRATION_INVALID",
    `The file is called \`${stem}\`, and the migration in it \`${inside}\`.`,
    {
      at: yaml.at(["migration", "name"]),
      hint: "Make them the same, or leave `name` out: the file's name is the migration's.",
    },
  );
}
