/** What decides how anything is printed. */
export interface PrintFlags {
  readonly format: "pretty" | "json" | "markdown" | "sql";
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Flags every command understands. A flag that names a time takes `500ms`, `2s`, `5m`, `1h`. */
export interface GlobalFlags extends PrintFlags {
  readonly env?: string;
  readonly config?: string;
  readonly format: "pretty" | "json";
}

function text(input: string): string {
  return input;
}

export const globalFlags = {
  env: {
    kind: "parsed",
    parse: text,
    optional: true,
    brief: "Environment of confiture.yaml (default: local)",
    placeholder: "name",
  },
  config: { kind: "parsed", parse: text, optional: true, brief: "Path of confiture.yaml", placeholder: "file" },
  format: { kind: "enum", values: ["pretty", "json"], default: "pretty", brief: "How results are printed" },
  quiet: { kind: "boolean", default: false, withNegated: false, brief: "Print results only, no progress" },
  verbose: { kind: "boolean", default: false, withNegated: false, brief: "Print every statement as it runs" },
  color: { kind: "boolean", default: true, brief: "Colour on a terminal" },
} as const;

/** A flag whose value is any text. */
export function textFlag(brief: string, placeholder: string) {
  return { kind: "parsed", parse: text, optional: true, brief, placeholder } as const;
}

export function switchFlag(brief: string) {
  return { kind: "boolean", default: false, withNegated: false, brief } as const;
}

/** A flag whose value is a duration, in milliseconds once parsed. */
export function durationFlag(brief: string) {
  return { kind: "parsed", parse: parseDurationFlag, optional: true, brief, placeholder: "time" } as const;
}

async function parseDurationFlag(input: string): Promise<number> {
  const { parseDuration } = await import("@confiture/config");
  const ms = parseDuration(input);
  if (ms === undefined) throw new SyntaxError(`\`${input}\` is not a time: write 500ms, 2s, 5m or 1h`);
  return ms;
}

/** A flag whose value is a whole number from 1. */
export function countFlag(brief: string) {
  return { kind: "parsed", parse: parseCount, optional: true, brief, placeholder: "n" } as const;
}

function parseCount(input: string): number {
  if (!/^[1-9]\d{0,8}$/.test(input)) throw new SyntaxError(`\`${input}\` is not a whole number from 1`);
  return Number(input);
}

/** A flag whose value is an amount of bytes, as `500MB` or `2GB`. */
export function bytesFlag(brief: string) {
  return { kind: "parsed", parse: parseBytes, optional: true, brief, placeholder: "size" } as const;
}

const units: Readonly<Record<string, number>> = { MB: 2 ** 20, GB: 2 ** 30 };

function parseBytes(input: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,5})(MB|GB)$/.exec(input) ?? [];
  if (count === undefined) throw new SyntaxError(`\`${input}\` is not a size: write 500MB or 2GB`);
  return Number(count) * (units[unit] ?? 1);
}

/** A flag whose value is a major version of PostgreSQL that is supported. */
export function serverVersionFlag(brief: string) {
  return { kind: "parsed", parse: parseServerVersion, optional: true, brief, placeholder: "13-18" } as const;
}

const supportedVersions = ["13", "14", "15", "16", "17", "18"];

function parseServerVersion(input: string): number {
  if (!supportedVersions.includes(input))
    throw new SyntaxError(`\`${input}\` is not a major version of PostgreSQL from 13 to 18`);
  return Number(input);
}

/** Flags of the commands that run migrations. */
export const runFlags = {
  lockTimeout: durationFlag("Longest wait for one lock (default 2s)"),
  lockRetry: durationFlag("How long a segment is tried again when a lock cannot be had (default 5m)"),
  lockWait: durationFlag("How long to wait for another run to end (default 30s)"),
  statementTimeout: durationFlag("Longest time for one statement in a transaction (default none)"),
  concurrentlyDeadline: durationFlag("Longest time for one CONCURRENTLY statement (default 1h)"),
} as const;

export interface RunFlags {
  readonly lockTimeout?: number;
  readonly lockRetry?: number;
  readonly lockWait?: number;
  readonly statementTimeout?: number;
  readonly concurrentlyDeadline?: number;
}
