import { longestTimeoutMs } from "../run/clock.js";

/** Says what a value must be, or nothing when it is that. */
export type Check = (value: unknown) => string | undefined;

export type Shape = Readonly<Record<string, Check>>;

/**
 * What is wrong with an object somebody wrote: the first thing found, as the end of a sentence that begins with its name. What is left
 * out is checked only if it is one of `always`.
 */
export function checkShape(value: unknown, shape: Shape, always: readonly string[] = []): string | undefined {
  const wrong = anObject(value);
  if (wrong !== undefined) return `is ${nameOf(value)}, not ${wrong}`;
  const entries = value as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(entries).find((key) => !Object.hasOwn(shape, key));
  if (stranger !== undefined) return `has no option \`${stranger}\`; known are ${Object.keys(shape).join(", ")}`;
  for (const [key, check] of Object.entries(shape)) {
    const entry = entries[key];
    const expected = entry === undefined && !always.includes(key) ? undefined : check(entry);
    if (expected !== undefined) return `has \`${key}\`: ${nameOf(entry)}, which must be ${expected}`;
  }
  return undefined;
}

export function oneOf(...names: readonly string[]): Check {
  return (value) =>
    names.includes(value as string) ? undefined : names.map((name) => JSON.stringify(name)).join(", ");
}

export function wholeNumber(from: number, to: number): Check {
  const expected = `a whole number from ${from} to ${to}`;
  return (value) => (Number.isInteger(value) && isBetween(value as number, from, to) ? undefined : expected);
}

/** A time limit: fractions are as good as whole numbers. */
export const milliseconds: Check = (value) =>
  isBetween(value, 1, longestTimeoutMs) ? undefined : `milliseconds from 1 to ${longestTimeoutMs}`;

export const nonEmptyString: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "a string that is not empty";

export const strings: Check = (value) =>
  Array.isArray(value) && value.every((entry) => nonEmptyString(entry) === undefined)
    ? undefined
    : "an array of strings";

export const boolean: Check = (value) => (typeof value === "boolean" ? undefined : "true or false");

export const aFunction: Check = (value) => (typeof value === "function" ? undefined : "a function");

export const anObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "an object";

/** An object with functions of these names: a logger, a clock. */
export function withFunctions(...names: readonly string[]): Check {
  const expected = `an object with the functions ${names.join(", ")}`;
  return (value) => {
    const has = (name: string) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function";
    return typeof value === "object" && value !== null && names.every(has) ? undefined : expected;
  };
}

export function shapeOf(shape: Shape): Check {
  return (value) => {
    const wrong = checkShape(value, shape);
    return wrong === undefined ? undefined : `of another shape (it ${wrong})`;
  };
}

/** A value as a message may show it: short, and no object's insides. */
export function nameOf(value: unknown): string {
  if (value === null || Array.isArray(value)) return value === null ? "null" : "an array";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "object" || typeof value === "function")
    return `a${typeof value === "object" ? "n object" : " function"}`;
  return String(value);
}

function isBetween(value: unknown, from: number, to: number): boolean {
  return typeof value === "number" && value >= from && value <= to;
}
