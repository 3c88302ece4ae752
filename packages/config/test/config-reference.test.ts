import { expect, test } from "vitest";
import { z } from "zod";
import { configSchema, defaultLoadOrder, defaultTimes } from "../src/config-schema.js";
import { configReference } from "../src/index.js";

test("every key of the shape has a row of the reference, and every row is a key", () => {
  expect(configReference.map(({ path }) => path).sort()).toEqual([...pathsOf(configSchema(z))].sort());
});

test("the reference says the defaults that count", () => {
  const written = new Map(configReference.map((row) => [row.path, row.default]));
  for (const [key, value] of Object.entries(defaultTimes)) expect(written.get(`migrations.${key}`)).toBe(value);
  expect(written.get("schema.load_order")).toEqual([...defaultLoadOrder]);
});

function pathsOf(schema: unknown, prefix = ""): readonly string[] {
  const definition = (
    schema as { def?: { innerType?: unknown; valueType?: unknown; element?: unknown; shape?: object } }
  ).def;
  if (definition?.innerType !== undefined) return pathsOf(definition.innerType, prefix);
  if (definition?.valueType !== undefined) return pathsOf(definition.valueType, `${prefix}<name>.`);
  if (definition?.element !== undefined && isObject(definition.element))
    return pathsOf(definition.element, `${prefix}[].`);
  if (definition?.shape === undefined) return [prefix.slice(0, -1)];
  return Object.entries(definition.shape).flatMap(([key, inner]) => pathsOf(inner, `${prefix}${key}.`));
}

function isObject(schema: unknown): boolean {
  return (schema as { def?: { shape?: object } }).def?.shape !== undefined;
}
