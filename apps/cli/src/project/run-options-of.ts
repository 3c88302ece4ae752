import type { RunOptions } from "@confiture/migrator";
import type { RunFlags } from "../flags.js";
import type { Project } from "./open-project.js";

/** How to run: what the configuration says, unless a flag says otherwise. */
export function runOptionsOf(project: Project, flags: RunFlags): RunOptions {
  const { migrations } = project.config;
  return {
    environment: project.environment,
    ...(project.config.alerts === undefined ? {} : { alerts: project.config.alerts }),
    ownSchema: migrations.ownSchema,
    lockTimeoutMs: flags.lockTimeout ?? migrations.lockTimeoutMs,
    lockRetryMs: flags.lockRetry ?? migrations.lockRetryMs,
    lockWaitMs: flags.lockWait ?? migrations.lockWaitMs,
    statementTimeoutMs: flags.statementTimeout ?? migrations.statementTimeoutMs,
    idleInTransactionTimeoutMs: migrations.idleInTransactionTimeoutMs,
    concurrentlyDeadlineMs: flags.concurrentlyDeadline ?? migrations.concurrentlyDeadlineMs,
  };
}
