import type { SourceLocation } from "@confiture/model";
import { ConfitureError, type ErrorCode } from "@confiture/model";
import type { z as Zod, ZodType } from "zod";
import { type ConfigProblem, problemsError } from "./config-problem.js";
import { validationProblems } from "./validation-problems.js";
import { parseYaml, type YamlDocument, type YamlPath } from "./yaml-document.js";

/** zod itself, handed to whoever describes a shape, so that it is loaded only when a file is read. */
export type ZodNamespace = typeof Zod;

export interface ReadYamlOptions<Value> {
  /** The name that errors give the text. */
  readonly file: string;
  /** The shape it must have. */
  readonly schema: ZodType<Value> | ((z: ZodNamespace) => ZodType<Value>);
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
  return { value: await validateYaml(document, document.value ?? {}, options), ...placesOf(document) };
}

/** Checks plain data that came from a document against a shape. */
export async function validateYaml<Value>(
  document: YamlDocument,
  value: unknown,
  options: Omit<ReadYamlOptions<Value>, "file">,
): Promise<Value> {
  const { z } = await import("zod");
  const schema = typeof options.schema === "function" ? options.schema(z) : options.schema;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failWith(options.code)(
    validationProblems(result.error.issues, { document, schema, refusedKeys: options.refusedKeys ?? {} }),
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

function placesOf(document: YamlDocument): Omit<YamlValue<unknown>, "value"> {
  return {
    at: (path) => document.at(path),
    keyAt: (path) => document.keyAt(path),
    textAt: (path) => document.textAt(path),
  };
}
