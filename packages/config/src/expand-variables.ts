import { ConfitureError, type SourceLocation } from "@confiture/model";
import type { LocatedText } from "./config.js";
import { problemsError } from "./config-problem.js";

/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const reference = /^\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/;

/**
 * Replaces `${NAME}` and `${NAME:-default}`; the default counts when the variable is unset or empty, as in a shell.
 * `$${` stands for `${` itself. A value is taken as it is: nothing inside it is expanded again.
 *
 * @throws CONFITURE_VARIABLE_MISSING, CONFITURE_CONFIG_INVALID for a `${` that is no variable
 */
export function expandVariables(located: LocatedText, variables: Variables): string {
  const { text } = located;
  let result = "";
  let position = 0;
  let seen = 0;
  for (;;) {
    const dollar = text.indexOf("${", position);
    if (dollar === -1) return result + text.slice(position);
    const at = located.variablesAt[seen] ?? located.at;
    seen += 1;
    if (text[dollar - 1] === "$" && dollar > position) {
      result += `${text.slice(position, dollar - 1)}\${`;
      position = dollar + 2;
      continue;
    }
    const match = reference.exec(text.slice(dollar + 1));
    if (match === null) throw notAVariable(at);
    result += text.slice(position, dollar) + variableValue(match[1] ?? "", match[2], variables, at);
    position = dollar + 1 + match[0].length;
  }
}

function variableValue(name: string, fallback: string | undefined, variables: Variables, at: SourceLocation): string {
  const value = variables[name];
  if (value !== undefined && (value !== "" || fallback === undefined)) return value;
  if (fallback !== undefined) return fallback;
  throw new ConfitureError("CONFITURE_VARIABLE_MISSING", `The environment variable ${name} is not set.`, {
    at,
    hint: `Set it (\`export ${name}=…\`), or give it a default: \${${name}:-default}.`,
    facts: { variable: name },
  });
}

function notAVariable(at: SourceLocation): ConfitureError {
  return problemsError([
    {
      message: "A `${` here is not followed by a variable.",
      at,
      hint: "Write ${NAME} or ${NAME:-default}; for the characters themselves write $${.",
    },
  ]);
}
