import type { RiskFactor, RiskLevel, SourceLocation } from "@confiture/model";
import type { AlertsConfig } from "./alerts.js";

/** What confiture.yaml and the files beside it say. Plain data; environments keep their `${VARIABLES}` until one is used. */
export interface Config {
  /** Absolute path of confiture.yaml. */
  readonly file: string;
  /** Absolute path of its folder: every relative path of the configuration starts there. */
  readonly root: string;
  readonly environments: Readonly<Record<string, EnvironmentSource>>;
  readonly schema: SchemaConfig;
  readonly migrations: MigrationsConfig;
  /** Undefined where nothing is watched. */
  readonly alerts: AlertsConfig | undefined;
  readonly diff: DiffConfig;
  readonly risk: RiskConfig;
  /** Hooks of the project, where it names any. */
  readonly hooks?: YamlPart;
}

/** A part of a YAML file whose shape others know: they read it out of the text, with its places. Its `${VARIABLES}` are not expanded. */
export interface YamlPart {
  /** The name that errors give the file. */
  readonly file: string;
  readonly text: string;
  /** Keys that lead to the part. */
  readonly path: readonly (string | number)[];
}

export interface DiffConfig {
  /** What has another name now, as written: `column shop.orders.note to remark`. */
  readonly renames: readonly LocatedText[];
}

export interface SchemaConfig {
  /** Folders, files and globs, in the order in which they are loaded. */
  readonly loadOrder: readonly string[];
  readonly order: "listed" | "dependencies";
}

/** Times are milliseconds. */
export interface MigrationsConfig {
  readonly directory: string;
  /** Schema in the target database that holds our own tables. */
  readonly ownSchema: string;
  readonly lockTimeoutMs: number;
  readonly lockRetryMs: number;
  readonly lockWaitMs: number;
  /** 0: no limit. */
  readonly statementTimeoutMs: number;
  /** 0: no limit. */
  readonly idleInTransactionTimeoutMs: number;
  readonly concurrentlyDeadlineMs: number;
  readonly maxLockHoldMs: number;
}

/** How risk is judged, as far as the project says so. Whether weights and levels fit together is the scale's to say. */
export interface RiskConfig {
  /** Where `risk` stands; for a file without it, its first line. */
  readonly at: SourceLocation;
  /** From which level on a plan does not pass. */
  readonly level?: RiskLevel;
  readonly weights: Readonly<Partial<Record<RiskFactor["name"], number>>>;
  readonly severities: Readonly<Partial<Record<RiskLevel, number>>>;
  readonly scoreLevels: Readonly<Partial<Record<Exclude<RiskLevel, "low">, number>>>;
  /** Milliseconds. */
  readonly downtimeLevels: Readonly<Partial<Record<Exclude<RiskLevel, "low">, number>>>;
  readonly maintenanceWindows: readonly MaintenanceWindowConfig[];
}

export interface MaintenanceWindowConfig {
  readonly at: SourceLocation;
  /** Five fields, as in cron. */
  readonly opens: string;
  readonly lastsMs: number;
  readonly timeZone?: string;
}

/** An environment as written: its variables are not expanded yet. */
export interface EnvironmentSource {
  readonly name: string;
  readonly at: SourceLocation;
  readonly databaseUrl?: LocatedText;
  readonly shadowDatabaseUrl?: LocatedText;
  readonly loadOrder?: readonly LocatedText[];
  readonly hooks?: YamlPart;
}

/** An environment to be used. The URLs may hold passwords: never print them. */
export interface Environment {
  readonly name: string;
  /** `embedded`, or a postgres:// URL. */
  readonly databaseUrl: string;
  readonly shadowDatabaseUrl?: string;
  /** The environment's own load order, or the project's. */
  readonly loadOrder: readonly string[];
  /** Hooks of this environment, beside those of the project. */
  readonly hooks?: YamlPart;
}

/** Text with the place where it stands, and the places of the variables in it. */
export interface LocatedText {
  readonly text: string;
  readonly at: SourceLocation;
  /** One for each `${` of the text, in order. */
  readonly variablesAt: readonly SourceLocation[];
}
