import { readFileSync } from "node:fs";
import {
  type MigrateOptions,
  migrate,
  planMigrations,
  type RehearseOptions,
  rehearse,
  rollback,
} from "@confiture/migrator";
import { ConfitureError, type MigrationPlan } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { GlobalFlags, RunFlags } from "../flags.js";
import { outcomeDocument, renderOutcome } from "../output/render-outcome.js";
import { renderPlan } from "../output/render-plan.js";
import { rehearsalDocument, renderRehearsal } from "../output/render-rehearsal.js";
import type { CommandResult, CommandTools } from "../output/run-command.js";
import { showProgress } from "../output/show-progress.js";
import { hooksOfRun } from "./hooks-of-project.js";
import { openProject, type Project } from "./open-project.js";
import { runOptionsOf } from "./run-options-of.js";

export interface DirectionFlags {
  readonly target?: string;
  readonly steps?: number;
  readonly dryRun: boolean;
  readonly on?: "target" | "shadow";
  readonly maxLockHold?: number;
  readonly preview: boolean;
}

/** Flags that only the way up has. */
export interface UpFlags {
  readonly allowOutOfOrder: boolean;
  readonly plan?: string;
}

/** `migrate up` and `migrate down`: preview, rehearse, or run. */
export async function runDirection(
  context: CliContext,
  flags: GlobalFlags & RunFlags & DirectionFlags & Partial<UpFlags>,
  tools: CommandTools,
  direction: "up" | "down",
): Promise<CommandResult> {
  if (flags.preview && flags.dryRun) {
    throw new ConfitureError("CONFITURE_USAGE", "--preview runs nothing and --dry-run runs everything: choose one.", {
      hint: "--preview prints the SQL; --dry-run measures it.",
    });
  }
  refuseWithoutDryRun(flags);
  await using project = await openProject(context, flags, tools.terminal);
  const migrations = await project.readMigrations();
  const options: MigrateOptions = {
    ...runOptionsOf(project, flags),
    ...(await hooksOfRun(context, flags, project, {
      migrations,
      terminal: tools.terminal,
      direction,
      toList: flags.preview,
    })),
    migrations,
    signal: tools.signal,
    onProgress: showProgress(tools.terminal),
    ...(flags.target === undefined ? {} : { to: flags.target }),
    ...(flags.steps === undefined ? {} : { steps: flags.steps }),
    ...(flags.allowOutOfOrder === undefined ? {} : { allowOutOfOrder: flags.allowOutOfOrder }),
    ...(flags.plan === undefined ? {} : { plan: readPlan(flags.plan) }),
  };
  if (flags.preview) {
    const plan = await planMigrations(project.database, direction, options);
    return { document: plan, lines: renderPlan(plan, tools.terminal) };
  }
  if (flags.dryRun) return await rehearseDirection(project, options, flags, tools, direction);
  const outcome = await (direction === "up" ? migrate : rollback)(project.database, options);
  return {
    document: outcomeDocument(outcome),
    lines: renderOutcome(outcome, tools.terminal),
    ...(outcome.failed === null ? {} : { failure: outcome.failed.error }),
  };
}

/** Who asks for a shadow does not mean the target. */
function refuseWithoutDryRun({ dryRun, on, maxLockHold }: DirectionFlags): void {
  if (dryRun || (on === undefined && maxLockHold === undefined)) return;
  throw new ConfitureError(
    "CONFITURE_USAGE",
    `${on === undefined ? "--max-lock-hold" : "--on"} is for --dry-run. Nothing was run.`,
    {
      hint: "Add --dry-run to rehearse, or leave it out to run.",
    },
  );
}

async function rehearseDirection(
  project: Project,
  options: MigrateOptions,
  flags: DirectionFlags,
  tools: CommandTools,
  direction: "up" | "down",
): Promise<CommandResult> {
  const rehearsal: RehearseOptions = {
    ...options,
    direction,
    on: flags.on ?? "target",
    maxLockHoldMs: flags.maxLockHold ?? project.config.migrations.maxLockHoldMs,
    shadow: project.shadow,
  };
  const outcome = await rehearse(project.database, rehearsal);
  const incomplete = outcome.rehearsal.bounded !== null || outcome.rehearsal.notRehearsed.length > 0;
  return {
    document: rehearsalDocument(outcome),
    lines: renderRehearsal(outcome, tools.terminal),
    ...(outcome.failed === null ? { exitCode: incomplete ? 1 : 0 } : { failure: outcome.failed.error }),
  };
}

function readPlan(file: string): MigrationPlan {
  try {
    return asPlan(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_FILE_UNREADABLE",
      `\`${file}\` is not a plan: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: "Make one with `confiture migrate up --preview --format json > plan.json`.",
        cause,
      },
    );
  }
}

function asPlan(document: unknown): MigrationPlan {
  const { format, direction, hash, basis, migrations } = (document ?? {}) as Partial<MigrationPlan>;
  const complete = typeof hash === "string" && typeof basis === "string" && Array.isArray(migrations);
  if (format !== 1 || (direction !== "up" && direction !== "down") || !complete)
    throw new TypeError("it lacks what a plan has");
  return document as MigrationPlan;
}
