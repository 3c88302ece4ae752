import type { MigratorHookContext } from "./builtin-hook-type.js";

/** What a condition may name, with its type in CEL and what it holds. */
export const conditionVariables = {
  event: { type: "string", meaning: "The event." },
  environment: { type: "string", meaning: "The name of the environment; empty where it has none." },
  migration_name: { type: "string", meaning: "`003_add_orders`; empty at events of a whole run." },
  migration_version: { type: "string", meaning: "`003`; empty at events of a whole run." },
  direction: { type: "string", meaning: "`up` or `down`." },
  mode: { type: "string", meaning: "`real` or `dry_run`." },
  steps_completed: { type: "int", meaning: "How many statements have run." },
  rows_affected: { type: "int", meaning: "How many rows they changed." },
} as const satisfies Record<string, { readonly type: string; readonly meaning: string }>;

type ConditionValues = Readonly<Record<keyof typeof conditionVariables, string | bigint>>;

export type Condition = (context: MigratorHookContext) => boolean;

/** What is wrong with a condition, as the end of a sentence that begins with its name. */
export class ConditionProblem extends Error {
  override readonly name = "ConditionProblem";
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/**
 * Compiles a CEL expression over the variables of a moment. It ends, reads nothing else and changes nothing: that is what CEL is for.
 *
 * @throws ConditionProblem for what is no CEL, names what there is not, or gives something other than true or false
 */
export async function compileCondition(text: string): Promise<Condition> {
  const { Environment } = await import("@marcbachmann/cel-js");
  const environment = new Environment({ limits: { maxAstNodes: 1_000, maxDepth: 50 } });
  for (const [name, { type }] of Object.entries(conditionVariables)) environment.registerVariable(name, type);
  let program: ReturnType<typeof environment.parse>;
  try {
    program = environment.parse(text);
  } catch (error) {
    throw new ConditionProblem(`is no CEL expression: ${firstLine(error)}`, hintFor(text));
  }
  const checked = program.check();
  if (!checked.valid) throw new ConditionProblem(`cannot be evaluated: ${firstLine(checked.error)}`, known());
  if (checked.type !== "bool")
    throw new ConditionProblem(`gives ${String(checked.type)}, not true or false`, "Compare it with something.");
  return (context) => program(valuesOf(context)) === true;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}

/** Words that read like English are the most common mistake. */
function hintFor(text: string): string {
  const [, variable, word, value] =
    /^\s*(\w+)\s+(contains|startsWith|endsWith|matches)\s+('[^']*'|"[^"]*")\s*$/.exec(text) ?? [];
  if (variable !== undefined) return `Write \`${variable}.${word}(${value})\`.`;
  return "CEL looks like `migration_name.contains('write_side') && direction == 'up'`.";
}

function known(): string {
  return `Known are ${Object.keys(conditionVariables).join(", ")}.`;
}

function valuesOf({ event, data, metadata }: MigratorHookContext): ConditionValues {
  const facts = data as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const count = (value: unknown): bigint => (typeof value === "number" ? BigInt(Math.trunc(value)) : 0n);
  const version = text(facts.version);
  return {
    event,
    environment: metadata.environment ?? "",
    migration_name: facts.name === undefined ? "" : `${version}_${text(facts.name)}`,
    migration_version: version,
    direction: text(facts.direction),
    mode: text(facts.mode),
    steps_completed: count(facts.stepsCompleted),
    rows_affected: count(facts.rowsAffected),
  };
}
