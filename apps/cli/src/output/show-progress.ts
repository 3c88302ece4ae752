import type { HookProgress, MigrationProgress, ProgressListener } from "@confiture/migrator";
import { type Blocker, formatLocation } from "@confiture/model";
import { formatCount, formatDuration } from "./durations.js";
import type { Terminal } from "./terminal.js";

/** Prints what happens while migrations run: on a terminal as it happens, elsewhere what is worth a line in a log. */
export function showProgress(terminal: Terminal): ProgressListener {
  return (event) => {
    const line = lineFor(event, terminal);
    if (line === undefined) return;
    if (line.stays) terminal.note(line.text);
    else terminal.status(line.text);
  };
}

interface ProgressLine {
  readonly text: string;
  readonly stays: boolean;
}

function lineFor(event: MigrationProgress, terminal: Terminal): ProgressLine | undefined {
  const dim = (text: string): string => terminal.paint("dim", text);
  switch (event.kind) {
    case "waiting-for-run-lock":
      return { text: dim(`waiting for another run to end (${formatDuration(event.waitedMs)})`), stays: false };
    case "planned":
      return undefined;
    case "migration-started":
      return {
        text: `  ${event.direction === "up" ? "applying" : "undoing"} ${event.version} ${event.name}`,
        stays: false,
      };
    case "step-started":
      return {
        text: `  ${event.version} ${event.statement}${terminal.verbose ? dim(`  ${formatLocation(event.at)}`) : ""}`,
        stays: terminal.verbose,
      };
    case "step-finished":
      return undefined;
    case "waiting-for-lock":
      return {
        text: terminal.paint(
          "yellow",
          `  waiting ${formatDuration(event.waitedMs)} for ${event.mode}${event.relation === undefined ? "" : ` on ${event.relation}`}: ${blockerNames(event.blockers)}`,
        ),
        stays: false,
      };
    case "segment-retried":
      return {
        text: terminal.paint(
          "yellow",
          `  ${event.version}: ${event.because}; rolled back, attempt ${event.attempt + 1} in ${formatDuration(event.inMs)}. ${blockerNames(event.blockers)}`,
        ),
        stays: true,
      };
    case "in-doubt-settled":
      return {
        text: `  ${event.version}: interrupted earlier; ${event.evidence}${event.verdict === "finished" ? "" : ", so it runs now"}`,
        stays: true,
      };
    case "invalid-index-dropped":
      return {
        text: `  ${event.version}: dropped the invalid index ${event.index} that a failed build left`,
        stays: true,
      };
    case "alert":
      return {
        text: terminal.paint(
          "yellow",
          `  alert: ${event.because}${event.action === "notify" ? "" : ` (${event.action})`}`,
        ),
        stays: true,
      };
    case "alerts-blind":
      return { text: terminal.paint("yellow", `  not watched: ${event.because}`), stays: true };
    case "run-paused":
      return {
        text: terminal.paint(
          "yellow",
          `  paused before ${event.version}: ${event.because}; \`confiture migrate resume\` lets it go on`,
        ),
        stays: true,
      };
    case "run-resumed":
      return { text: `  resumed after ${formatDuration(event.pausedMs)}`, stays: true };
    case "hook-started":
      return {
        text: dim(`  ${momentOf(event)} hook ${event.hook}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`),
        stays: terminal.verbose,
      };
    case "hook-progress":
      return { text: dim(`  ${momentOf(event)} hook ${event.hook}: ${progressOf(event)}`), stays: false };
    case "hook-finished":
      return hookFinished(event, terminal);
    case "hook-interrupted":
      return {
        text: terminal.paint(
          "yellow",
          `  ${momentOf(event)} hook ${event.hook} ${event.begun ? "was interrupted by the end of an earlier run; what it had done by then stays" : "was due in an earlier run, which ended before it began"}`,
        ),
        stays: true,
      };
    case "migration-finished":
      return undefined;
    case "migration-failed":
      return undefined;
    default:
      return event satisfies never;
  }
}

function momentOf({ event, version }: { readonly event: string; readonly version: string | null }): string {
  return version === null ? event : `${version} ${event}`;
}

function progressOf({ done, total, unit }: HookProgress): string {
  if (total === undefined) return formatCount(done, unit, unit);
  return `${formatCount(done, "", "").trim()} of ${formatCount(total, unit, unit)} (${Math.floor((100 * done) / Math.max(1, total))} %)`;
}

/** One that went well is worth a line only to those who asked for more; one that did not, to everybody. */
function hookFinished(
  event: Extract<MigrationProgress, { kind: "hook-finished" }>,
  terminal: Terminal,
): ProgressLine | undefined {
  const who = `  ${momentOf(event)} hook ${event.hook}`;
  if (event.status === "completed") {
    return terminal.verbose
      ? { text: terminal.paint("dim", `${who}: ${formatDuration(event.durationMs)}`), stays: true }
      : undefined;
  }
  const why = event.error === null ? "" : `: ${event.error.message}`;
  return { text: terminal.paint("yellow", `${who} ${hookEndings[event.status]}${why}`), stays: true };
}

const hookEndings = {
  failed: "failed",
  timeout: "ran out of time",
  cancelled: "was cancelled",
  skipped: "was not run",
} as const;

function blockerNames(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return "";
  return `blocked by ${blockers.map(({ pid, applicationName, state, transactionAgeMs }) => `pid ${pid} (${applicationName === "" ? "no application_name" : applicationName}, ${state}${transactionAgeMs === null ? "" : ` for ${formatDuration(transactionAgeMs)}`})`).join(", ")}`;
}
