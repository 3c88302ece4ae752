import type { CliContext } from "../context.js";
import type { GlobalFlags, RunFlags } from "../flags.js";
import { runCommand } from "../output/run-command.js";
import { type DirectionFlags, runDirection, type UpFlags } from "../project/run-direction.js";

export type MigrateUpFlags = GlobalFlags & RunFlags & DirectionFlags & UpFlags;

export async function runMigrateUp(this: CliContext, flags: MigrateUpFlags): Promise<void> {
  await runCommand(this, flags, (tools) => runDirection(this, flags, tools, "up"));
}
