import type { ZodType } from "zod";
import { alertsShape, type WrittenAlerts } from "./alerts-config.js";
import { longestDurationMs, parseDuration } from "./duration.js";
import type { ZodNamespace } from "./read-yaml.js";
import { riskShape, type WrittenRisk } from "./risk-shape.js";

export const defaultLoadOrder = ["db/schema/**/*.sql"] as const;

/** Times as written in confiture.yaml, where nothing is written. */
export const defaultTimes = {
  lock_timeout: "2s",
  lock_retry: "5m",
  lock_wait: "30s",
  statement_timeout: "0",
  idle_in_transaction_timeout: "60s",
  concurrently_deadline: "1h",
  max_lock_hold: "5s",
} as const;

export type TimeKey = keyof typeof defaultTimes;

/** Zero means no limit for these two; for the others it would mean no protection, or no chance. */
const mayBeZero: readonly TimeKey[] = ["statement_timeout", "idle_in_transaction_timeout"];

const laterParts = ["linting", "performance", "monitoring", "pggit", "anonymization"];

/** Parts that the design names and this version does not have: refused, so that nobody believes they are at work. */
export const refusedKeys: Readonly<Record<string, string>> = Object.fromEntries(
  laterParts.map((part) => [
    part,
    `\`${part}\` configures a part that this version of Confiture does not have; remove it.`,
  ]),
);

export interface WrittenEnvironment {
  readonly database_url?: string | undefined;
  readonly shadow_database_url?: string | undefined;
  readonly load_order?: readonly string[] | undefined;
  readonly hooks?: unknown;
}

export interface WrittenNamedEnvironment extends WrittenEnvironment {
  readonly name?: string | undefined;
}

export interface WrittenConfig {
  readonly environments?: Readonly<Record<string, WrittenEnvironment | null>> | null | undefined;
  readonly environment?: WrittenNamedEnvironment | undefined;
  readonly schema?:
    | { readonly load_order?: readonly string[] | undefined; readonly order?: "listed" | "dependencies" | undefined }
    | null
    | undefined;
  readonly migrations?: WrittenMigrations | null | undefined;
  readonly alerts?: WrittenAlerts | null | undefined;
  readonly hooks?: unknown;
  readonly diff?: { readonly renames?: readonly string[] | undefined } | null | undefined;
  readonly risk?: WrittenRisk | null | undefined;
}

export type WrittenMigrations = Readonly<Partial<Record<TimeKey, number | undefined>>> & {
  readonly directory?: string | undefined;
  readonly own_schema?: string | undefined;
};

/** The shape of confiture.yaml. */
export function configSchema(z: ZodNamespace): ZodType<WrittenConfig> {
  return z.strictObject({
    environments: z
      .record(z.string(), z.strictObject(environmentShape(z)).nullable())
      .nullable()
      .optional(),
    environment: namedEnvironment(z).optional(),
    schema: z
      .strictObject({ load_order: loadOrder(z).optional(), order: z.enum(["listed", "dependencies"]).optional() })
      .nullable()
      .optional(),
    migrations: z.strictObject(migrationsShape(z)).nullable().optional(),
    alerts: alertsShape(z).nullable().optional(),
    // What hooks there are the migrator knows: it reads this part itself.
    hooks: z.unknown().optional(),
    diff: z
      .strictObject({ renames: z.array(z.string().min(1)).optional() })
      .nullable()
      .optional(),
    risk: riskShape(z).nullable().optional(),
  });
}

/** The shape of a file below `environments/`. */
export function environmentFileSchema(z: ZodNamespace): ZodType<{ readonly environment: WrittenNamedEnvironment }> {
  return z.strictObject({ environment: namedEnvironment(z) });
}

function environmentShape(z: ZodNamespace) {
  return {
    database_url: z.string().optional(),
    shadow_database_url: z.string().optional(),
    load_order: loadOrder(z).optional(),
    hooks: z.unknown().optional(),
  };
}

function namedEnvironment(z: ZodNamespace) {
  return z.strictObject({ name: z.string().min(1).optional(), ...environmentShape(z) });
}

function loadOrder(z: ZodNamespace) {
  return z.array(z.string().min(1)).min(1);
}

function migrationsShape(z: ZodNamespace) {
  const time = (key: TimeKey) => duration(z, key).optional();
  return {
    directory: z.string().min(1).optional(),
    own_schema: z
      .string()
      .refine(isSchemaName, {
        error: "must be a name PostgreSQL takes for a schema: 1 to 63 bytes, and not beginning with `pg_`",
      })
      .optional(),
    lock_timeout: time("lock_timeout"),
    lock_retry: time("lock_retry"),
    lock_wait: time("lock_wait"),
    statement_timeout: time("statement_timeout"),
    idle_in_transaction_timeout: time("idle_in_transaction_timeout"),
    concurrently_deadline: time("concurrently_deadline"),
    max_lock_hold: time("max_lock_hold"),
  };
}

function isSchemaName(name: string): boolean {
  const bytes = new TextEncoder().encode(name).byteLength;
  return bytes >= 1 && bytes <= 63 && !name.startsWith("pg_") && !name.includes("\0");
}

function duration(z: ZodNamespace, key: TimeKey) {
  return z.unknown().transform((written, context): number => {
    const milliseconds = parseDuration(written);
    if (milliseconds === undefined) {
      context.addIssue({
        code: "custom",
        message: `must be a time: a number with ms, s, m, h or d behind it (\`${key === "statement_timeout" ? "30s" : defaultTimes[key]}\`), or a plain number of milliseconds, at most ${Math.floor(longestDurationMs / 86_400_000)} days`,
      });
      return 0;
    }
    if (milliseconds === 0 && !mayBeZero.includes(key)) {
      context.addIssue({ code: "custom", message: "must be more than 0" });
    }
    return milliseconds;
  });
}
