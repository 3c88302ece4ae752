import { parseDuration, type YamlPart, type YamlSchema, type ZodNamespace } from "@confiture/config";
import type { SourceLocation } from "@confiture/model";

/** The moments a migration may name hooks for. */
export const hookMoments = [
  "before_validation",
  "before_ddl",
  "after_ddl",
  "after_validation",
  "cleanup",
  "on_success",
  "on_error",
] as const;

/** Hooks that a migration names, as its file says them: read by who makes hooks of them. */
export interface NamedHooks extends YamlPart {
  readonly direction: "up" | "down";
  /** Where the first of them stands. */
  readonly at: SourceLocation;
  /** The keys in front of it, joined by dots: `hooks.after_ddl`. */
  readonly shown: string;
}

/** One hook as it is written, whatever its type. Times are milliseconds. */
export interface HookEntry {
  readonly type: string;
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  readonly condition?: string | undefined;
  readonly action?: string | undefined;
  readonly connection?: "migration" | "own" | "none" | undefined;
  readonly priority?: number | "critical" | "high" | "normal" | "low" | undefined;
  readonly depends_on?: readonly string[] | undefined;
  readonly trigger_rule?: "all_success" | "none_failed" | "all_done" | undefined;
  readonly timeout?: number | undefined;
  readonly attempt_timeout?: number | undefined;
  readonly retry?: object | undefined;
  readonly circuit_breaker?: object | undefined;
  readonly in_dry_run?: boolean | undefined;
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
}

export function hookShape(z: ZodNamespace): YamlSchema<HookEntry> {
  const count = z.number().int().min(1);
  return z.strictObject({
    type: z.string().min(1),
    id: z.string().min(1).optional(),
    description: z.string().optional(),
    condition: z.string().min(1).optional(),
    action: z.string().min(1).optional(),
    connection: z.enum(["migration", "own", "none"]).optional(),
    priority: z
      .custom<number | "critical" | "high" | "normal" | "low">(isPriority, {
        error: "must be a whole number from 1 to 10, or `critical`, `high`, `normal` or `low`",
      })
      .optional(),
    depends_on: z.array(z.string().min(1)).optional(),
    trigger_rule: z.enum(["all_success", "none_failed", "all_done"]).optional(),
    timeout: time(z).optional(),
    attempt_timeout: time(z).optional(),
    retry: retryShape(z).optional(),
    circuit_breaker: z
      .strictObject({ failure_threshold: count.optional(), recovery_timeout_ms: count.optional() })
      .optional(),
    in_dry_run: z.boolean().optional(),
    config: z.record(z.string(), z.unknown()).nullable().optional(),
  });
}

export function retryShape(z: ZodNamespace): YamlSchema<object> {
  const count = z.number().int().min(1);
  return z.strictObject({
    max_attempts: count.optional(),
    initial_delay_ms: count.optional(),
    max_delay_ms: count.optional(),
    backoff_multiplier: z.number().min(1).optional(),
    on_exhausted: z.enum(["fail_fast", "fail_safe", "alert_only"]).optional(),
  });
}

function isPriority(value: unknown): boolean {
  if (["critical", "high", "normal", "low"].includes(value as string)) return true;
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10;
}

function time(z: ZodNamespace) {
  return z.unknown().transform((written, context): number => {
    const ms = parseDuration(written);
    if (ms !== undefined && ms > 0) return ms;
    context.addIssue({ code: "custom", message: "must be a time, more than 0: `500ms`, `2s`, `5m`, `1h`" });
    return 1;
  });
}
