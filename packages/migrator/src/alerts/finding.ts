import type { MigratorEvent, MigratorEvents } from "../hooks/migration-hooks.js";
import type { AlertRule } from "./alert-options.js";

type AlertEvent = Extract<
  MigratorEvent,
  | "data_anomaly_detected"
  | "lock_timeout_exceeded"
  | "performance_degraded"
  | "memory_threshold_exceeded"
  | "long_transaction_detected"
  | "connection_pool_exhausted"
>;

/** Something measured that is above its threshold. */
export type Finding = {
  [Event in AlertEvent]: {
    readonly event: Event;
    readonly data: MigratorEvents[Event];
    readonly rule: AlertRule;
    /** The same as long as it is the same thing: it is told once. */
    readonly key: string;
    readonly because: string;
  };
}[AlertEvent];
