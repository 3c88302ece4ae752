import type { RiskFactor, RiskLevel } from "@confiture/model";
import type { RiskConfig } from "./config.js";
import { longestDurationMs, parseDuration } from "./duration.js";
import type { ZodNamespace } from "./read-yaml.js";
import type { YamlDocument } from "./yaml-document.js";

const levels = ["low", "medium", "high", "critical"] as const satisfies readonly RiskLevel[];

type HigherLevel = Exclude<RiskLevel, "low">;
type Factor = RiskFactor["name"];

type Optional<Names extends string, Value> = { readonly [Name in Names]?: Value | undefined };

export interface WrittenRisk {
  readonly level?: RiskLevel | undefined;
  readonly weights?: Optional<Factor, number> | undefined;
  readonly severities?: Optional<RiskLevel, number> | undefined;
  readonly score_levels?: Optional<HigherLevel, number> | undefined;
  readonly downtime_levels?: Optional<HigherLevel, number> | undefined;
  readonly maintenance_windows?:
    | readonly { readonly opens: string; readonly lasts: number; readonly time_zone?: string | undefined }[]
    | undefined;
}

export function riskShape(z: ZodNamespace) {
  const share = () => z.number().min(0).max(1).optional();
  const time = (example: string) =>
    z.unknown().transform((written, context): number => {
      const ms = parseDuration(written);
      if (ms === undefined || ms === 0)
        context.addIssue({
          code: "custom",
          message: `must be a time of more than 0: a number with ms, s, m, h or d behind it (\`${example}\`), at most ${Math.floor(longestDurationMs / 86_400_000)} days`,
        });
      return ms ?? 0;
    });
  const higher = <Value>(value: () => Value) => ({ medium: value(), high: value(), critical: value() });
  return z.strictObject({
    level: z.enum(levels).optional(),
    weights: z
      .strictObject({
        data_volume: share(),
        lock_time: share(),
        dependencies: share(),
        anomalies: share(),
        concurrent_load: share(),
      })
      .optional(),
    severities: z.strictObject({ low: share(), ...higher(share) }).optional(),
    score_levels: z.strictObject(higher(share)).optional(),
    downtime_levels: z.strictObject(higher(() => time("1s").optional())).optional(),
    maintenance_windows: z
      .array(z.strictObject({ opens: z.string().min(1), lasts: time("2h"), time_zone: z.string().min(1).optional() }))
      .optional(),
  });
}

export function riskOf(written: WrittenRisk, document: YamlDocument): RiskConfig {
  return {
    at: document.keyAt(["risk"]),
    ...(written.level === undefined ? {} : { level: written.level }),
    weights: present(written.weights),
    severities: present(written.severities),
    scoreLevels: present(written.score_levels),
    downtimeLevels: present(written.downtime_levels),
    maintenanceWindows: (written.maintenance_windows ?? []).map(({ opens, lasts, time_zone: timeZone }, index) => ({
      at: document.at(["risk", "maintenance_windows", index]),
      opens,
      lastsMs: lasts,
      ...(timeZone === undefined ? {} : { timeZone }),
    })),
  };
}

/** Without the names that nothing was written for. */
function present<Name extends string>(written: Optional<Name, number> = {}): Readonly<Partial<Record<Name, number>>> {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, number>
  >;
}
