import { readYaml, type YamlValue, type ZodNamespace } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import { hookMoments, hookShape, type NamedHooks } from "./hook-yaml.js";
import type { SqlMigration, SqlText } from "./migration.js";

interface MigrationYaml {
  readonly migration: {
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly ddl: string;
    readonly hooks?:
      | Readonly<Partial<Record<(typeof hookMoments)[number], readonly unknown[] | undefined>>>
      | undefined;
    readonly rollback?: { readonly ddl: string; readonly hooks?: readonly unknown[] | undefined } | undefined;
  };
}

function migrationShape(z: ZodNamespace) {
  const hooks = z.array(hookShape(z)).optional();
  const moments = Object.fromEntries(hookMoments.map((moment) => [moment, hooks]));
  return z.strictObject({
    migration: z.strictObject({
      name: z.string().optional(),
      description: z.string().optional(),
      ddl: z.string(),
      hooks: z.strictObject(moments).optional(),
      rollback: z.strictObject({ ddl: z.string(), hooks }).optional(),
    }),
  });
}

/**
 * Reads a YAML migration: `migration: { description, ddl, hooks, rollback: { ddl, hooks } }`. Of hooks only the shape that all have is
 * checked: what their types ask for is known to who makes them.
 *
 * @throws CONFITURE_MIGRATION_INVALID
 */
export async function readYamlMigration(
  text: string,
  file: string,
): Promise<Pick<SqlMigration, "source" | "up" | "down" | "description" | "hooks">> {
  const yaml = await readYaml<MigrationYaml>(text, {
    file,
    schema: migrationShape,
    code: "CONFITURE_MIGRATION_INVALID",
  });
  refuseOtherName(yaml, file);
  const { ddl, rollback, description } = yaml.value.migration;
  const hooks = namedHooks(yaml, text, file);
  return {
    source: "yaml",
    up: blockOf(yaml, file, ["migration", "ddl"], ddl),
    ...(rollback === undefined ? {} : { down: blockOf(yaml, file, ["migration", "rollback", "ddl"], rollback.ddl) }),
    ...(description === undefined ? {} : { description }),
    ...(hooks.length === 0 ? {} : { hooks }),
  };
}

function blockOf(yaml: YamlValue<MigrationYaml>, file: string, path: readonly string[], text: string): SqlText {
  return { file, text, ...yaml.textAt(path) };
}

function namedHooks(yaml: YamlValue<MigrationYaml>, text: string, file: string): readonly NamedHooks[] {
  const { hooks, rollback } = yaml.value.migration;
  const named: NamedHooks[] = [];
  const moment = hookMoments.find((name) => (hooks?.[name]?.length ?? 0) > 0);
  if (moment !== undefined) {
    const at = yaml.keyAt(["migration", "hooks", moment]);
    named.push({ direction: "up", file, text, path: ["migration", "hooks"], at, shown: `hooks.${moment}` });
  }
  if ((rollback?.hooks?.length ?? 0) > 0) {
    const path = ["migration", "rollback", "hooks"];
    named.push({ direction: "down", file, text, path, at: yaml.keyAt(path), shown: "rollback.hooks" });
  }
  return named;
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
