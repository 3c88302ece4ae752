import type { FiredHook } from "../project/fire-phase.js";
import { formatDuration } from "./durations.js";
import type { Terminal } from "./terminal.js";

export interface HookRow {
  readonly event: string;
  readonly id: string;
  /** Null for a hook that is not built in. */
  readonly type: string | null;
  readonly connection: string;
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly source: string;
  readonly description: string | null;
  /** The one migration it is for. */
  readonly migration: { readonly version: string; readonly direction: string } | null;
}

interface TypeRow {
  readonly type: string;
  readonly what: string;
  readonly on: readonly string[];
  readonly connections: readonly string[];
}

export function renderHookTypes(types: readonly TypeRow[], terminal: Terminal): readonly string[] {
  const width = Math.max(...types.map(({ type }) => type.length));
  return [
    terminal.paint("bold", "Built-in types"),
    ...types.map(({ type, what }) => `  ${type.padEnd(width)}  ${what}`),
    "",
  ];
}

export function renderHooks(rows: readonly HookRow[], terminal: Terminal): readonly string[] {
  if (rows.length === 0) return ["This project has no hooks."];
  const events = [...new Set(rows.map(({ event }) => event))];
  return [
    terminal.paint("bold", "Hooks of this project, in the order in which they run"),
    ...events.flatMap((event) => [
      `  ${event}`,
      ...rows.filter((row) => row.event === event).map((row) => `    ${describeHook(row, terminal)}`),
    ]),
  ];
}

function describeHook({ id, connection, source, description, dependsOn }: HookRow, terminal: Terminal): string {
  const behind = dependsOn.length === 0 ? "" : `, behind ${dependsOn.join(", ")}`;
  const said = description === null ? "" : `: ${description}`;
  return `${id}${said}  ${terminal.paint("dim", `(${connection}${behind}; ${source})`)}`;
}

export function renderFired(fired: readonly FiredHook[], terminal: Terminal): readonly string[] {
  return fired.map(({ id, status, durationMs, error, note }) => {
    const good = status === "completed" || status === "would fire";
    const colour = good ? "green" : status === "skipped" ? "yellow" : "red";
    const time = durationMs === null ? "" : ` in ${formatDuration(durationMs)}`;
    const behind = [error?.message, note].filter((part) => part !== undefined && part !== null).join("; ");
    return `${terminal.paint(colour, status)} ${id}${time}${behind === "" ? "" : `: ${behind}`}`;
  });
}
