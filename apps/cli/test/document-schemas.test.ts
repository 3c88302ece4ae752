import { readdirSync, readFileSync } from "node:fs";
import { hazards, lockModes, operationKinds, riskLevels } from "@confiture/model";
import { expect, test } from "vitest";

const folder = new URL("../schemas/", import.meta.url);

interface DocumentSchema {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
  readonly properties: { readonly statements: { readonly items: { readonly properties: Record<string, unknown> } } };
}

function readSchema(name: string): DocumentSchema {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as DocumentSchema;
}

test("the words of the schema are the words of the model", () => {
  const { $defs, properties } = readSchema("migrate-analyze.v1.json");
  expect($defs.operationKind?.enum).toEqual(operationKinds);
  expect($defs.lockMode?.enum).toEqual(lockModes);
  expect($defs.level?.enum).toEqual(riskLevels);
  expect(properties.statements.items.properties.hazards).toEqual({ type: "array", items: { enum: hazards } });
});

test("so are those of a difference", () => {
  const { $defs, properties } = readSchema("diff.v1.json");
  expect($defs.lockMode?.enum).toEqual(lockModes);
  expect(properties.statements.items.properties.hazards).toEqual({ type: "array", items: { enum: hazards } });
});

test("a schema's id tells the document and the version its name tells", () => {
  for (const name of readdirSync(folder)) {
    const [, document, version] = /^([a-z-]+)\.v(\d+)\.json$/.exec(name) ?? [];
    expect(readSchema(name).$id).toBe(`urn:confiture:document:${document}:${version}`);
  }
});
