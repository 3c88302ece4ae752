import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySchema } from "../arbitrary-ddl.js";
import {
  changedByLayout,
  expectPlainData,
  expectPrefix,
  expectSameTwice,
  expectSortedAndStrongest,
  predictTexts,
  relationsTouched,
} from "./effect-laws.js";
import { readForms } from "./read-forms.js";

const files = await readForms();
// Rows that stand behind a COPY are no part of its text.
const forms = files
  .flatMap(({ statements }) => statements)
  .filter(({ copyData }) => copyData === undefined)
  .map(({ text }) => text);

/** A database that a file builds, and then sentences of every kind about it and about what is not there. */
const file = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.array(fc.constantFrom(...forms), { maxLength: 30 }))
  .map(([seed, sentences]) => [...(seed % 3 === 0 ? [] : arbitrarySchema(seed, 18)), ...sentences]);
const version = fc.constantFrom(13, 14, 15, 16, 17, 18).map((serverVersion) => ({ serverVersion }));
const often = { numRuns: 60 };

test("a prediction is the same every time", () => fc.assert(fc.asyncProperty(file, version, expectSameTwice), often));

test("a prediction does not hang on what comes later", () =>
  fc.assert(
    fc.asyncProperty(file, fc.nat(40), version, (texts, length, options) => expectPrefix(texts, length, options)),
    often,
  ));

test("a prediction is plain data, sorted, each relation once with its strongest lock", () =>
  fc.assert(
    fc.asyncProperty(file, version, async (texts, options) => {
      const predicted = await predictTexts(texts, options);
      expectPlainData(predicted);
      predicted.forEach(expectSortedAndStrongest);
    }),
    often,
  ));

test("of all the forms too", async () => {
  const predicted = await predictTexts(forms);
  expectPlainData(predicted);
  predicted.forEach(expectSortedAndStrongest);
});

test("white space, comments and the case of words change no prediction", () =>
  fc.assert(
    fc.asyncProperty(file, fc.nat(1_000_000), async (texts, seed) => {
      expect(await changedByLayout(texts, seed)).toEqual([]);
    }),
    often,
  ));

test("nor of any form", async () => {
  for (const seed of [1, 2, 3]) expect(await changedByLayout(forms, seed * 10_000)).toEqual([]);
});

test("nobody waits for what the same file made", () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), version, async (seed, options) => {
      const predicted = await predictTexts(arbitrarySchema(seed, options.serverVersion), options);
      expect(predicted.flatMap(relationsTouched)).toEqual([]);
    }),
    often,
  ));

test("nor does any form wait for a table born above it", async () => {
  const born = `create table quay (id int, name text, depth int, harbour_id int, a int, b int, c int, d int, at timestamp,
    during tstzrange, tags text[], note text, twice int generated always as (depth * 2) stored)`;
  const touching: string[] = [];
  for (const text of forms) {
    const [, predicted] = await predictTexts([born, text]);
    if (relationsTouched(predicted!).includes("public.quay")) touching.push(text);
  }
  expect(touching).toEqual([]);
});
