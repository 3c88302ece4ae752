import type { core, ZodType } from "zod";
import { didYouMean } from "./closest-name.js";
import type { ConfigProblem } from "./config-problem.js";
import type { YamlDocument, YamlPath } from "./yaml-document.js";

interface Context {
  readonly document: Pick<YamlDocument, "value" | "at" | "keyAt">;
  readonly schema: ZodType;
  readonly refusedKeys: Readonly<Record<string, string>>;
  /** Where in the document the data stands that was checked. */
  readonly base: YamlPath;
}

/** zod's issues as problems with a place, in the order of the file. No message repeats a value: it may be a secret. */
export function validationProblems(issues: readonly core.$ZodIssue[], context: Context): readonly ConfigProblem[] {
  return issues
    .flatMap((issue) => problemsOf(issue, context))
    .sort((left, right) => left.at.line - right.at.line || left.at.column - right.at.column);
}

function problemsOf(issue: core.$ZodIssue, context: Context): readonly ConfigProblem[] {
  const path = [...context.base, ...issue.path.filter((part) => typeof part !== "symbol")];
  const key = pathText(path);
  const { document } = context;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => ({
        message: unknownKey(unknown, path, context),
        at: document.keyAt([...path, unknown]),
      }));
    case "invalid_type":
      if (valueAt(document.value, path) === undefined && path.length > 0) {
        return [{ message: `\`${key}\` is missing: ${article(issue.expected)} is expected.`, at: document.at(path) }];
      }
      return [{ message: `${subject(key)} must be ${article(issue.expected)}.`, at: document.at(path) }];
    case "invalid_value":
      return [
        {
          message: `${subject(key)} must be ${issue.values.map((value) => `\`${String(value)}\``).join(" or ")}.`,
          at: document.at(path),
        },
      ];
    case "invalid_union":
      return [{ message: `${subject(key)} ${sentence(issue.message)}`, at: document.at(path) }];
    case "custom":
      return [{ message: `${subject(key)} ${sentence(issue.message)}`, at: document.at(path) }];
    case "too_small":
      return [{ message: `${subject(key)} must ${atLeast(issue)}.`, at: document.at(path) }];
    case "too_big":
      return [{ message: `${subject(key)} must be at most ${String(issue.maximum)}.`, at: document.at(path) }];
    default:
      return [{ message: `${subject(key)} does not have the form expected there.`, at: document.at(path) }];
  }
}

function unknownKey(key: string, path: YamlPath, { schema, refusedKeys, base }: Context): string {
  const refusal = Object.hasOwn(refusedKeys, key) ? refusedKeys[key] : undefined;
  if (refusal !== undefined) return refusal;
  const known = keysAt(schema, path.slice(base.length));
  const where = path.length === 0 ? "" : ` in \`${pathText(path)}\``;
  const suggestion = didYouMean(key, known);
  return `There is no key \`${key}\`${where}.${suggestion === "" && known.length > 0 ? ` Known: ${known.join(", ")}.` : suggestion}`;
}

/** The keys that may stand at a path of the shape. */
function keysAt(schema: ZodType, path: YamlPath): readonly string[] {
  let current: unknown = unwrapped(schema);
  for (const part of path) {
    const shape = propertyOf(current, "shape");
    current = unwrapped(
      propertyOf(shape, String(part)) ?? propertyOf(current, "valueType") ?? propertyOf(current, "element"),
    );
  }
  const shape = propertyOf(current, "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}

/** Through optional, default and the like to the shape itself. */
function unwrapped(schema: unknown): unknown {
  let current = schema;
  for (;;) {
    const definition = propertyOf(current, "def");
    const inner = propertyOf(definition, "innerType") ?? propertyOf(definition, "in");
    if (inner === undefined) return current;
    current = inner;
  }
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce((current: unknown, part) => propertyOf(current, String(part)), value);
}

function pathText(path: YamlPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part + 1}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}

function subject(key: string): string {
  return key === "" ? "The file" : `\`${key}\``;
}

function atLeast({ origin, minimum, inclusive }: core.$ZodIssueTooSmall): string {
  if (origin !== "number" && origin !== "int") return "not be empty";
  return `be ${inclusive === false ? "more than" : "at least"} ${String(minimum)}`;
}

function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}

const expectedWords: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a map of keys and values",
  record: "a map of keys and values",
  string: "a text",
};

function article(expected: string): string {
  return expectedWords[expected] ?? expected;
}
