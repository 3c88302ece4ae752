import type { SourceLocation } from "@confiture/model";
import { ConfitureError, type ErrorCode } from "@confiture/model";
import type { z as Zod, ZodType } from "zod";
import type { LocatedText } from "./config.js";
import { type ConfigProblem, problemsError, withoutPasswords } from "./config-problem.js";
import { validationProblems } from "./validation-problems.js";
import { parseYaml, type YamlDocument, type YamlPath } from "./yaml-document.js";

/** zod itself, handed to whoever describes a shape, so that it is loaded only when a file is read. */
export type ZodNamespace = typeof Zod;

/** A shape that was described; its methods are those of zod. */
export type YamlSchema<Value> = ZodType<Value>;

/** The shape a value must have. */
export type YamlShape<Value> = ZodType<Value> | ((z: ZodNamespace) => ZodType<Value>);

export interface ReadYamlOptions<Value> {
  /** The name that errors give the text. */
  readonly file: string;
  /** The shape it must have. */
  readonly schema: YamlShape<Value>;
  /** The code of the error raised. Default CONFITURE_CONFIG_INVALID. */
  readonly code?: ErrorCode;
  /** Keys that exist elsewhere but not here → why. They are refused with that sentence instead of a suggestion. */
  readonly refusedKeys?: Readonly<Record<string, string>>;
}

/** A value read from YAML, with the places of its parts. */
export interface YamlValue<Value> {
  readonly value: Value;
  at(path: YamlPath): SourceLocation;
  keyAt(path: YamlPath): SourceLocation;
  /** Line on which a text begins, and the columns in front of each of its lines: its lines are `firstLine + n`, its columns `indent + n`. */
  textAt(path: YamlPath): { readonly firstLine: number; readonly indent: number };
  /** A text that stands at a path, with the places of its `${VARIABLES}`. */
  located(text: string, path: YamlPath): LocatedText;
  /**
   * Checks what belongs at a path against a shape of its own: a part whose shape depends on what stands beside it. `value` may be what
   * stands there with its variables expanded. Raises what `readYaml` raises.
   */
  check<Part>(path: YamlPath, value: unknown, schema: YamlShape<Part>): Promise<Part>;
}

/**
 * YAML text → a value of the shape given. Every problem of the text is in one error, each with file, line and column,
 * and a key that is not known comes with the one most likely meant.
 *
 * @throws CONFITURE_CONFIG_INVALID, or the code given
 *
 * @example
 * const { value } = await readYaml("name: Ada\n", { file: "who.yaml", schema: (z) => z.strictObject({ name: z.string() }) });
 */
export async function readYaml<Value>(text: string, options: ReadYamlOptions<Value>): Promise<YamlValue<Value>> {
  const document = await parseYaml(text, options.file, failWith(options.code));
  return { value: await validateYaml(document, document.value ?? {}, options), ...placesOf(document, options.code) };
}

/**
 * Checks plain data that no file holds: what `readYaml` checks, without places.
 *
 * @param options.name whose data it is, as the message begins: `The hook x`
 * @param options.key under which key it would stand in a file: `config`
 * @throws CONFITURE_CONFIG_INVALID, or the code given
 */
export async function checkShape<Value>(
  value: unknown,
  options: {
    readonly name: string;
    readonly key: string;
    readonly schema: YamlShape<Value>;
    readonly code?: ErrorCode;
  },
): Promise<Value> {
  const at = { file: options.name, line: 1, column: 1 };
  const { z } = await import("zod");
  const schema = shapeWith(z, options.schema);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { key } = options;
  const document = { value: { [key]: value }, at: () => at, keyAt: () => at };
  const problems = validationProblems(result.error.issues, { document, schema, refusedKeys: {}, base: [key] });
  throw new ConfitureError(
    options.code ?? "CONFITURE_CONFIG_INVALID",
    `${options.name}: ${problems.map(({ message }) => withoutPasswords(message)).join(" ")}`,
  );
}

/** Checks plain data that came from a document against a shape. */
export async function validateYaml<Value>(
  document: YamlDocument,
  value: unknown,
  options: Omit<ReadYamlOptions<Value>, "file"> & { readonly base?: YamlPath },
): Promise<Value> {
  const { z } = await import("zod");
  const schema = shapeWith(z, options.schema);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failWith(options.code)(
    validationProblems(result.error.issues, {
      document,
      schema,
      refusedKeys: options.refusedKeys ?? {},
      base: options.base ?? [],
    }),
  );
}

/** The problems of an error that `readYaml` or `loadConfig` raised; empty for every other error. */
export function describeYamlProblems(error: unknown): readonly ConfigProblem[] {
  if (!(error instanceof ConfitureError)) return [];
  const { problems } = error.facts;
  return Array.isArray(problems) ? (problems as readonly ConfigProblem[]) : [];
}

function failWith(code: ErrorCode | undefined): (problems: readonly ConfigProblem[]) => ConfitureError {
  return (problems) => problemsError(problems, code ?? "CONFITURE_CONFIG_INVALID");
}

function shapeWith<Value>(z: ZodNamespace, shape: YamlShape<Value>): ZodType<Value> {
  return typeof shape === "function" ? shape(z) : shape;
}

function placesOf(document: YamlDocument, code: ErrorCode | undefined): Omit<YamlValue<unknown>, "value"> {
  return {
    at: (path) => document.at(path),
    keyAt: (path) => document.keyAt(path),
    textAt: (path) => document.textAt(path),
    located: (text, path) => document.located(text, path),
    check: (path, value, schema) =>
      validateYaml(document, value, { schema, base: path, ...(code === undefined ? {} : { code }) }),
  };
}
