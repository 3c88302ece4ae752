import { builtinHookTypes, type ProjectHooks } from "@confiture/migrator/builtin-hooks";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { type HookRow, renderHooks, renderHookTypes } from "../output/render-hooks.js";
import { runCommand } from "../output/run-command.js";
import { hooksOfProject } from "../project/hooks-of-project.js";
import { readProject } from "../project/open-project.js";

export async function runHooksList(this: CliContext, flags: GlobalFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal }) => {
    const project = await readProject(this, flags);
    const migrations = await project.readMigrations();
    const rows = hookRows(await hooksOfProject(this, flags, project, { migrations, toList: true, terminal }));
    const types = builtinHookTypes.map(({ type, kind, what, on, connections, timeoutMs }) => ({
      type,
      kind,
      what,
      on,
      connections,
      timeoutMs,
    }));
    return {
      document: { types, hooks: rows },
      lines: [...renderHookTypes(types, terminal), ...renderHooks(rows, terminal)],
    };
  });
}

/** In the order in which they run, event by event. */
function hookRows({ hooks, sources }: ProjectHooks): readonly HookRow[] {
  return hooks.list().map(({ id, event, priority, dependsOn, hook }) => {
    const found = sources.get(id);
    return {
      event,
      id,
      type: found?.type ?? null,
      connection: hook.connection,
      priority,
      dependsOn,
      source: found?.source ?? "",
      description: found?.description ?? null,
      migration:
        hook.onlyFor === undefined ? null : { version: hook.onlyFor.version, direction: hook.onlyFor.direction },
    };
  });
}
