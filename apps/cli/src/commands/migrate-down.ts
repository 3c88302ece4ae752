import type { CliContext } from "../context.js";
import type { GlobalFlags, RunFlags } from "../flags.js";
import { runCommand } from "../output/run-command.js";
import { type DirectionFlags, runDirection } from "../project/run-direction.js";

export type MigrateDownFlags = GlobalFlags & RunFlags & DirectionFlags;

export async function runMigrateDown(this: CliContext, flags: MigrateDownFlags): Promise<void> {
  await runCommand(this, flags, (tools) => runDirection(this, flags, tools, "down"));
}
