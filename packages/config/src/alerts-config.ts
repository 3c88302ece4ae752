import type { AlertsConfig, ConfiguredAction } from "./alerts.js";
import type { ConfigReferenceRow } from "./config-reference-row.js";
import { parseDuration } from "./duration.js";
import type { ZodNamespace } from "./read-yaml.js";

type AlertKey = "lock_wait" | "long_transaction" | "connections" | "memory" | "slow_step" | "rows_lost" | "orphans";

interface AlertRow {
  readonly name: Exclude<keyof AlertsConfig, "everyMs">;
  readonly unit: "time" | "share" | "size" | "number";
  /** As one would write it. */
  readonly above: string;
  readonly meaning: string;
}

const alertRows: Readonly<Record<AlertKey, AlertRow>> = {
  lock_wait: {
    name: "lockWait",
    unit: "time",
    above: "5s",
    meaning: "How long the run may wait for a lock, or others for one of its.",
  },
  long_transaction: {
    name: "longTransaction",
    unit: "time",
    above: "5m",
    meaning: "How long a transaction in the database may be open, the run's own included.",
  },
  connections: {
    name: "connections",
    unit: "share",
    above: "90%",
    meaning: "How many of the connections that the server has for ordinary roles may be in use.",
  },
  memory: {
    name: "memory",
    unit: "size",
    above: "1GB",
    meaning: "How much memory the process may take (resident set size).",
  },
  slow_step: {
    name: "slowStep",
    unit: "number",
    above: "3",
    meaning:
      "How many times longer a statement may take than when this database last applied it; without that, nothing is slow.",
  },
  rows_lost: {
    name: "rowsLost",
    unit: "share",
    above: "50%",
    meaning: "How much of a table one DELETE may take. Looked at before the commit.",
  },
  orphans: {
    name: "orphans",
    unit: "number",
    above: "0",
    meaning:
      "How many rows may refer to none behind a statement that writes rows, by foreign keys that PostgreSQL does not vouch for (NOT VALID, NOT ENFORCED, triggers switched off). Looked at before the commit.",
  },
};

const everyDefault = "1s";
const actions = ["notify", "pause", "rollback"] as const;

export type WrittenAlerts = Readonly<
  Partial<Record<AlertKey, { readonly above?: number; readonly action?: ConfiguredAction } | null>>
> & { readonly every?: number };

/** The shape of `alerts`. */
export function alertsShape(z: ZodNamespace) {
  const rule = (key: AlertKey) =>
    z
      .strictObject({ above: measure(z, alertRows[key]).optional(), action: z.enum(actions).optional() })
      .nullable()
      .optional();
  return z.strictObject({
    every: measure(z, { unit: "time", above: everyDefault }).optional(),
    lock_wait: rule("lock_wait"),
    long_transaction: rule("long_transaction"),
    connections: rule("connections"),
    memory: rule("memory"),
    slow_step: rule("slow_step"),
    rows_lost: rule("rows_lost"),
    orphans: rule("orphans"),
  });
}

/** With everything that was left out filled in; undefined where nothing is watched. */
export function alertsOf(written: WrittenAlerts | null | undefined): AlertsConfig | undefined {
  if (written === undefined || written === null) return undefined;
  const rules = (Object.keys(alertRows) as AlertKey[]).flatMap((key) => {
    const rule = written[key];
    if (rule === undefined) return [];
    const { name, unit, above } = alertRows[key];
    return [[name, { above: rule?.above ?? parseMeasure(above, unit) ?? 0, action: rule?.action ?? "notify" }]];
  });
  return { everyMs: written.every ?? parseMeasure(everyDefault, "time") ?? 0, ...Object.fromEntries(rules) };
}

/** Rows of the reference page. */
export const alertReference: readonly ConfigReferenceRow[] = [
  {
    path: "alerts.every",
    type: "time",
    default: everyDefault,
    meaning: "How often is looked while migrations run, from a second session. Without `alerts`, nothing is watched.",
  },
  ...(Object.entries(alertRows) as [AlertKey, AlertRow][]).flatMap(
    ([key, { unit, above, meaning }]): ConfigReferenceRow[] => [
      {
        path: `alerts.${key}.above`,
        type: unit,
        default: above,
        meaning: `${meaning} Not watched unless its key is there.`,
      },
      {
        path: `alerts.${key}.action`,
        type: "notify | pause | rollback",
        default: "notify",
        meaning:
          "What follows beside the hooks of the alert: nothing, a pause at the next point at which the run may stand still, or a rollback of what runs and of what the run has applied.",
      },
    ],
  ),
];

const sizes: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
const words = {
  time: "a time: a number with ms, s, m, h or d behind it",
  share: "a share: `90%`, or a number from 0 to 1",
  size: "a size: a number with KB, MB or GB behind it, or a plain number of bytes",
  number: "a number, 0 or more",
} as const;

function measure(z: ZodNamespace, { unit, above }: Pick<AlertRow, "unit" | "above">) {
  return z.unknown().transform((written, context): number => {
    const parsed = typeof written === "string" || typeof written === "number" ? parseMeasure(written, unit) : undefined;
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `must be ${words[unit]} (\`${above}\`)` });
    return 0;
  });
}

function parseMeasure(written: string | number, unit: AlertRow["unit"]): number | undefined {
  const text = String(written).trim();
  const [, digits, suffix = ""] = /^(\d+(?:\.\d+)?)\s*([A-Z]{1,2}|%)?$/.exec(text) ?? [];
  switch (unit) {
    case "time": {
      const milliseconds = parseDuration(written);
      return milliseconds === 0 ? undefined : milliseconds;
    }
    case "share": {
      const share = Number(digits) / (suffix === "%" ? 100 : 1);
      return (suffix === "%" || suffix === "") && share <= 1 ? share : undefined;
    }
    case "size": {
      const bytes = Number(digits) * (sizes[suffix === "" ? "B" : suffix] ?? Number.NaN);
      return Number.isFinite(bytes) ? bytes : undefined;
    }
    case "number":
      return digits !== undefined && suffix === "" ? Number(digits) : undefined;
    default:
      return unit satisfies never;
  }
}
