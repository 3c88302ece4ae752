import type { SequenceSettings } from "@confiture/model";
import type { KindRules } from "./kind-rules.js";

const ranges: Readonly<Record<string, readonly [minimum: string, maximum: string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

/** The settings that are not as the server sets them by itself, as CREATE SEQUENCE and GENERATED AS IDENTITY take them. */
export function unusualSettings(settings: SequenceSettings): readonly string[] {
  const up = !settings.increment.startsWith("-");
  const [lowest, highest] = ranges[settings.type] ?? [];
  const minimum = up ? "1" : lowest;
  const maximum = up ? highest : "-1";
  return [
    ...(settings.increment === "1" ? [] : [`increment by ${settings.increment}`]),
    ...(settings.minimum === minimum ? [] : [`minvalue ${settings.minimum}`]),
    ...(settings.maximum === maximum ? [] : [`maxvalue ${settings.maximum}`]),
    ...(settings.start === (up ? settings.minimum : settings.maximum) ? [] : [`start with ${settings.start}`]),
    ...(settings.cache === "1" ? [] : [`cache ${settings.cache}`]),
    ...(settings.cycle ? ["cycle"] : []),
  ];
}

/** What ALTER SEQUENCE and ALTER COLUMN … SET have to say; nothing when they are the same. */
export function changedSettings(before: SequenceSettings, after: SequenceSettings): readonly string[] {
  const changed = (field: keyof SequenceSettings) => before[field] !== after[field];
  // A change of type moves bounds that are those of the old type, so they are said whenever it changes.
  const retyped = changed("type");
  return [
    ...(changed("increment") ? [`increment by ${after.increment}`] : []),
    ...(retyped || changed("minimum") ? [`minvalue ${after.minimum}`] : []),
    ...(retyped || changed("maximum") ? [`maxvalue ${after.maximum}`] : []),
    ...(changed("start") ? [`start with ${after.start}`] : []),
    ...(changed("cache") ? [`cache ${after.cache}`] : []),
    ...(changed("cycle") ? [after.cycle ? "cycle" : "no cycle"] : []),
  ];
}

export const sequenceRules: KindRules<"sequences"> = {
  named: ({ name }) => `sequence ${name}`,
  create: (entry) => [
    [
      `create ${entry.persistence === "unlogged" ? "unlogged " : ""}sequence ${entry.name}`,
      ...(entry.type === "bigint" ? [] : [`as ${entry.type}`]),
      ...unusualSettings(entry),
    ].join(" "),
  ],
  alter(before, after) {
    const settings = [...(before.type === after.type ? [] : [`as ${after.type}`]), ...changedSettings(before, after)];
    return [
      ...(settings.length === 0 ? [] : [`alter sequence ${after.name} ${settings.join(" ")}`]),
      ...(before.persistence === after.persistence
        ? []
        : [`alter sequence ${after.name} set ${after.persistence === "unlogged" ? "unlogged" : "logged"}`]),
    ];
  },
  // Counts only where it is dropped anyway: whatever keeps it ends the ownership first.
  partOf: ({ ownedBy }) => (ownedBy === undefined ? undefined : { kind: "columns", name: ownedBy }),
  claims: ({ name }) => [`relation ${name}`],
  holdsRows: () => true,
};

export const ownershipRules: KindRules<"ownerships"> = {
  named: ({ sequence }) => `sequence ${sequence}`,
  create: ({ sequence, column }) => [`alter sequence ${sequence} owned by ${column}`],
  drop: ({ sequence }) => [`alter sequence ${sequence} owned by none`],
  alter: (_, { sequence, column }) => [`alter sequence ${sequence} owned by ${column}`],
  partOf: ({ sequence }) => ({ kind: "sequences", name: sequence }),
};
