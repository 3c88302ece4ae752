import { z } from "zod";
import type { BuiltinHookType } from "../../../packages/migrator/src/builtin-hooks/builtin-hook-type.js";
import { builtinHookTypes } from "../../../packages/migrator/src/builtin-hooks/builtin-hook-types.js";
import { conditionVariables } from "../../../packages/migrator/src/builtin-hooks/condition.js";
import { everyEvent } from "../../../packages/migrator/src/builtin-hooks/hook-events.js";
import { tableCell } from "./table-cell.js";

interface KeyShape {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: KeyShape;
  readonly properties?: Readonly<Record<string, KeyShape>>;
}

/** docs/reference/builtin-hooks.md: every type, where it may stand and what its config takes. */
export function renderBuiltinHooksPage(): string {
  const kinds = [
    { kind: "database", title: "In the database" },
    { kind: "notification", title: "Notifications" },
  ] as const;
  return [
    "# Built-in hooks",
    "",
    "How they are written into YAML is told in [the guide](../guides/migration-hooks.md), which events there are in [the reference of events](hooks.md).",
    ...kinds.flatMap(({ kind, title }) => [
      "",
      `## ${title}`,
      ...builtinHookTypes.filter((type) => type.kind === kind).flatMap(renderType),
    ]),
    "",
    "## Conditions",
    "",
    "What a `condition` may name, a [CEL](https://cel.dev) expression. At events that know nothing of it a text is empty and a number 0.",
    "",
    "| variable | type | what it holds |",
    "|---|---|---|",
    ...Object.entries(conditionVariables).map(
      ([name, { type, meaning }]) => `| \`${name}\` | ${type} | ${tableCell(meaning)} |`,
    ),
    "",
  ].join("\n");
}

function renderType({
  type,
  what,
  on,
  connections,
  timeoutMs,
  config,
  secrets,
  onlySo,
  onlyThere,
}: BuiltinHookType): readonly string[] {
  const where = on.length === everyEvent.length ? "Stands at every event." : `Stands at ${listed(on)}: ${onlyThere}`;
  const [usual, ...others] = connections;
  const connection =
    others.length === 0
      ? `Its connection is \`${usual}\`: ${onlySo}`
      : `Its connection is \`${usual}\`, or ${listed(others)} where the hook says so.`;
  const secret =
    secrets.length === 0 ? [] : ["", `Secrets, which in YAML must come from the environment: ${listed(secrets)}.`];
  return [
    "",
    `### \`${type}\``,
    "",
    what,
    "",
    `${where} ${connection} It may take ${shownTime(timeoutMs)} unless \`timeout\` says otherwise.`,
    ...secret,
    "",
    "| key | type | default | what it says |",
    "|---|---|---|---|",
    ...renderKeys(config),
  ];
}

function renderKeys(config: BuiltinHookType["config"]): readonly string[] {
  const schema = typeof config === "function" ? config(z) : config;
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  }) as unknown as {
    readonly properties?: Readonly<Record<string, KeyShape>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([key, shape]) => {
    const fallback = required.includes(key) ? "required" : shownDefault(shape);
    return `| \`${key}\` | ${tableCell(typeOf(shape))} | ${fallback} | ${tableCell(shape.description ?? "")} |`;
  });
}

function typeOf({ type, enum: values, items, properties }: KeyShape): string {
  if (values !== undefined) return values.map(String).join(", ");
  if (type === "array") return `list of ${plural(items ?? {})}`;
  if (type === "object") return properties === undefined ? "map" : `map: ${Object.keys(properties).join(", ")}`;
  // The one shape that takes a number as well as a text.
  return { string: "text", boolean: "true or false", integer: "whole number", number: "number" }[type ?? ""] ?? "time";
}

function plural(items: KeyShape): string {
  if (items.type === "string") return "texts";
  return items.properties === undefined ? "values" : `maps: ${Object.keys(items.properties).join(", ")}`;
}

function shownDefault({ default: fallback }: KeyShape): string {
  if (fallback === undefined) return "";
  return typeof fallback === "object" ? "" : `\`${String(fallback)}\``;
}

function shownTime(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => ms >= candidate && ms % candidate === 0) ?? ["ms", 1];
  return ms === 0 ? "0" : `${ms / size}${unit}`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
