import { isDeepStrictEqual } from "node:util";
import { type Effect, lockModes } from "@confiture/model";
import { type PredictEffectsOptions, parseSqlFile, predictEffects, type StatementEffects } from "@confiture/sql";
import { expect } from "vitest";
import { relaid } from "./arbitrary-layout.js";

export async function predictTexts(
  texts: readonly string[],
  options: PredictEffectsOptions = {},
): Promise<readonly StatementEffects[]> {
  const { statements } = await parseSqlFile(texts.map((text) => `${text};\n`).join(""), { file: "f.sql" });
  return predictEffects(statements, options);
}

/** The same statements and options, the same words. */
export async function expectSameTwice(texts: readonly string[], options?: PredictEffectsOptions): Promise<void> {
  expect(await predictTexts(texts, options)).toStrictEqual(await predictTexts(texts, options));
}

/** What a statement does hangs on those above it, never on those below. */
export async function expectPrefix(
  texts: readonly string[],
  length: number,
  options?: PredictEffectsOptions,
): Promise<void> {
  const whole = await predictTexts(texts, options);
  const part = await predictEffects(
    whole.slice(0, length).map(({ statement }) => statement),
    options,
  );
  expect(part).toStrictEqual(whole.slice(0, length));
}

/** Statements that would be told otherwise in another layout: white space, comments and the case of words are nothing to a server. */
export async function changedByLayout(
  texts: readonly string[],
  seed: number,
  options?: PredictEffectsOptions,
): Promise<readonly string[]> {
  const plain = await predictTexts(texts, options);
  const other = await predictTexts(
    texts.map((text, index) => relaid(text, seed + index)),
    options,
  );
  expect(other).toHaveLength(plain.length);
  return plain.flatMap(({ statement, operations, effect }, index) => {
    const again = other[index]!;
    const isSame = isDeepStrictEqual([again.operations, again.effect].map(plainly), [operations, effect].map(plainly));
    return isSame ? [] : `${statement.text}\n${again.statement.text}`;
  });
}

/** Expressions are told as somebody wrote them; here without their layout, and once each. */
function plainly(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
    if (Array.isArray(part)) return [...new Map(part.map((item) => [JSON.stringify(item), item])).values()];
    return typeof part === "string" ? withoutLayout(part) : part;
  });
}

function withoutLayout(text: string): string {
  return text
    .replace(/\/\* a \/\* b \*\/ select \*\/|\/\*.*?\*\/|--[^\n]*\n/gs, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

export function expectPlainData(predicted: readonly StatementEffects[]): void {
  expect(JSON.parse(JSON.stringify(predicted))).toStrictEqual(predicted);
}

/** Each relation once, in order, with the strongest mode of any operation. */
export function expectSortedAndStrongest({ operations, effect }: StatementEffects): void {
  for (const one of [effect, ...operations.map((operation) => operation.effect)]) {
    for (const names of namesIn(one)) expect(names).toEqual([...new Set(names)].sort());
  }
  for (const list of ["locks", "indexLocks"] as const) {
    const strongest = new Map<string, number>();
    for (const { relation, mode } of operations.flatMap((operation) => operation.effect[list]))
      strongest.set(relation, Math.max(strongest.get(relation) ?? 0, lockModes.indexOf(mode)));
    expect(new Map(effect[list].map(({ relation, mode }) => [relation, lockModes.indexOf(mode)]))).toEqual(strongest);
  }
}

function namesIn({ locks, indexLocks, rewrites, fileSwaps }: Effect): readonly (readonly string[])[] {
  return [locks.map(({ relation }) => relation), indexLocks.map(({ relation }) => relation), rewrites, fileSwaps];
}

/** Relations that somebody could be kept from, or that take time. */
export function relationsTouched({ effect }: StatementEffects): readonly string[] {
  return [
    ...effect.locks.map(({ relation }) => relation),
    ...effect.rewrites,
    ...effect.fileSwaps,
    ...effect.scans.map(({ relation }) => relation),
    ...effect.indexBuilds.map(({ table }) => table),
  ];
}
