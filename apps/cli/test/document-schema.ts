import { readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { expect } from "vitest";

/**
 * Holds a document against the schema that ships with the command, both ways: what the schema asks for is there, and
 * what is there the schema tells of. Readers get the schema as it is, which allows for keys to come.
 */
export function expectDocument(document: unknown, name: string): void {
  const file = new URL(`../schemas/${name}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8")) as AnySchemaObject;
  for (const shape of [schema, closed(schema) as AnySchemaObject]) {
    const validate = new Ajv2020({ allErrors: true, validateFormats: false }).compile(shape);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  }
}

/** The same schema with no room for keys it does not name. */
function closed(shape: unknown): unknown {
  if (Array.isArray(shape)) return shape.map(closed);
  if (typeof shape !== "object" || shape === null) return shape;
  const inner = Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, closed(value)]));
  return "properties" in shape && !("additionalProperties" in shape)
    ? { ...inner, additionalProperties: false }
    : inner;
}
