import type { Anomaly, AnomalyName } from "@confiture/model";
import type { Advice } from "./advice.js";

interface Remedy {
  readonly text: string;
  readonly sql?: readonly string[];
}

const text = (anomaly: Anomaly, key: string): string => String(anomaly.evidence[key] ?? "");
const count = (anomaly: Anomaly): string =>
  `${anomaly.evidence.exact === false ? "at least " : ""}${text(anomaly, "rows")} rows`;

/** What to do about each, before the migration. */
const remedies: Readonly<Record<AnomalyName, (anomaly: Anomaly) => Remedy>> = {
  orphaned_rows: (found) => {
    const told = `${count(found)} of ${found.object} refer to nothing by ${text(found, "constraint")}`;
    // What is marked as valid VALIDATE does not look at again.
    return found.evidence.validated === true
      ? {
          text: `${told}, which the server takes for proved: look at them, mend what is wrong, then drop the key and add it anew, or nothing ever proves it.`,
          sql: [found.query],
        }
      : {
          text: `${told}: delete or mend them, then validate it.`,
          sql: [found.query, `alter table ${found.object} validate constraint ${text(found, "constraint")}`],
        };
  },
  violating_rows: (found) => ({
    text: `${count(found)} of ${found.object} stand against the plan (${text(found, "planned")}): mend them first, or it fails.`,
    sql: [found.query],
  }),
  duplicate_values: (found) => ({
    text: `${count(found)} of ${found.object} share their values (${text(found, "planned")}): decide which stays, or it fails.`,
    sql: [found.query],
  }),
  sequence_behind: (found) => ({
    text: `${found.object} would give out numbers that ${text(found, "column")} of ${text(found, "table")} already has.`,
    sql: [
      `select setval(${literal(found.object)}, (select max(${text(found, "column")}) from ${text(found, "table")}))`,
    ],
  }),
  sequence_gaps: (found) => ({
    text: `${found.object} has given out far more numbers than ${text(found, "table")} has rows: look for inserts that are rolled back.`,
  }),
  sequence_exhaustion: (found) => ({
    text: `${found.object} has used up ${Math.round(Number(found.evidence.used) * 100)} % of its numbers: plan for bigint before inserts fail.`,
  }),
  invalid_index: (found) => ({
    text: `${found.object} is invalid: it costs every write and serves no read. Build it again, unless somebody is building it now.`,
    sql: [`reindex index concurrently ${found.object}`],
  }),
  not_valid_constraint: (found) => ({
    text: `${text(found, "constraint")} of ${found.object} was never proved for its older rows.`,
    sql: [`alter table ${found.object} validate constraint ${text(found, "constraint")}`],
  }),
  disabled_trigger: (found) => ({
    text: `A trigger of ${found.object} is disabled (${text(found, "trigger")}): what it guarantees does not hold for rows written since.`,
    sql: [`alter table ${found.object} enable trigger ${text(found, "trigger")}`],
  }),
  bloat: (found) => ({
    text: `${found.object} holds much dead space: vacuum it before it is read or written anew.`,
    sql: [`vacuum (analyze) ${found.object}`],
  }),
  stale_statistics: (found) => ({
    text: `The statistics of ${found.object} are old, and so is every estimate here that rests on them.`,
    sql: [`analyze ${found.object}`],
  }),
  transaction_id_age: (found) => ({
    text: `${found.object} needs a vacuum against wraparound, which will not step aside for the migration: let it run first.`,
    sql: [`vacuum (freeze) ${found.object}`],
  }),
};

export function anomalyAdvice(anomaly: Anomaly): Advice {
  return { level: anomaly.severity, ...remedies[anomaly.name](anomaly), savesMs: 0 };
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
