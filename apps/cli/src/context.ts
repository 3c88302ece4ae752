import type { CommandContext } from "@stricli/core";

/** What a command sees of the world. */
export interface CliContext extends CommandContext {
  readonly process: NodeJS.Process;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What may stand next on a command line, for completion. */
  propose(words: readonly string[]): Promise<readonly string[]>;
}
